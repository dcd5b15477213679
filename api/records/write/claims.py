"""What a claim must show: who holds it, the document that it came through, when it was said, why it is
judged so."""

from collections.abc import Iterator
from datetime import date, timedelta

from schemas.base import Json, quoted
from schemas.fuzzy_date import FuzzyDate
from schemas.vocabularies import ASSESSMENT_STATUSES, CLAIM_KINDS, ClaimKind

from ..core.errors import DocumentFault
from ..core.origins import ancestry
from .render import Renderer
from .session import Entry, Session

NEED_HOLDER = tuple(k.name for k in CLAIM_KINDS.terms if isinstance(k, ClaimKind) and k.needs_holder)
NEED_NO_HOLDER = tuple(name for name in CLAIM_KINDS.names if name not in NEED_HOLDER)
NOT_ASSESSED = ASSESSMENT_STATUSES.names[0]


def showing_faults(documents: Renderer, entry: Entry) -> Iterator[DocumentFault]:
    """What a published claim lacks; a draft may lack it for a while."""
    session, document = documents.session, entry.document
    if document["kind"] in NEED_HOLDER and not document.get("attribution"):
        yield DocumentFault(
            "/attribution",
            f"is required for the kind {document['kind']}: name the party that said or holds it, or choose "
            f"{', '.join(NEED_NO_HOLDER[:-1])} or {NEED_NO_HOLDER[-1]}",
        )
    yield from _uncited_chain(documents, entry)
    yield from _said_too_late(session, document)
    yield from _bare_assessment(document)


def chain_faults(documents: Renderer, entry: Entry) -> Iterator[DocumentFault]:
    """Links of a claim's chain whose document does not descend from the one before."""
    earlier: str | None = None
    for index, source in _chain(documents.session, entry.document):
        ancestors = _descent(documents, source)
        if earlier and ancestors and earlier not in ancestors:
            yield DocumentFault(
                f"/attribution/{index}/source",
                f"{quoted(source)} does not descend from {quoted(earlier)}, which stands before it in the "
                "chain: record the way in derived_from, or order the chain from the speaker outwards",
            )
        earlier = source


def _chain(session: Session, document: Json) -> Iterator[tuple[int, str]]:
    """The documents of a claim's chain, with the indices of their links; unknown ones left out."""
    for index, link in enumerate(document.get("attribution", ())):
        if "source" in link and session.survivor(link["source"]) is not None:
            yield index, session.resolve(link["source"])


def _descent(documents: Renderer, source: str) -> list[str]:
    """A source and all that it descends from; nothing where that leads to a document that is not there,
    which is the fault to mend first."""
    ancestors, survivor = ancestry(documents, source), documents.session.survivor
    return [] if any(survivor(document) is None for document in ancestors) else ancestors


def _uncited_chain(documents: Renderer, entry: Entry) -> Iterator[DocumentFault]:
    chain = list(_chain(documents.session, entry.document))
    if not chain:
        return
    _, outermost = chain[-1]
    cited = dict.fromkeys(documents.session.resolve(c["source"]) for c in entry.document["citations"])
    descents = [_descent(documents, source) for source in cited]
    if all(descent and outermost not in descent for descent in descents):
        yield DocumentFault(
            "/citations",
            f"none is of {quoted(outermost)}, the last document of the chain, or of a document that descends "
            "from it: cite it, or record in derived_from how a cited source comes from it",
        )


def _said_too_late(session: Session, document: Json) -> Iterator[DocumentFault]:
    said = FuzzyDate.parse(document["said"]).earliest if "said" in document else None
    published = [_surely_published(session.survivor(c["source"])) for c in document["citations"]]
    days = [day for day in published if day is not None]
    if said is None or len(days) < len(published):
        return
    # A source may bear the date of another time zone.
    if date.fromisoformat(said) > max(days) + timedelta(days=1):
        yield DocumentFault(
            "/said",
            f"{quoted(document['said'])} is after every cited source was published, the last on {max(days)}: "
            "mend the date, or cite a source that can tell it",
        )


def _surely_published(source: Entry | None) -> date | None:
    """The day on which a source was there at the latest; None where that is not sure."""
    if source is None or "published" not in source.document:
        return None
    published = FuzzyDate.parse(source.document["published"])
    sure = published.latest if published.certainty == "certain" else None
    return date.fromisoformat(sure) if sure else None


def _bare_assessment(document: Json) -> Iterator[DocumentFault]:
    assessment = document.get("assessment", {})
    status = assessment.get("status", NOT_ASSESSED)
    for name, says in (("note", "why"), ("assessed", "when: YYYY-MM-DD")):
        if status != NOT_ASSESSED and name not in assessment:
            yield DocumentFault(
                f"/assessment/{name}", f"is required where the status is {status}: say {says}"
            )
