"""What is merely unlikely, or not yet enough for publication: said to the writer, never a refusal."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from schemas.base import Json, quoted
from schemas.fuzzy_date import FuzzyDate
from schemas.proposition import unresolved_opening
from schemas.source import publishers_of
from schemas.vocabularies import ATTRIBUTION_ROLES, AttributionRole

from ..core.errors import DocumentFault
from ..core.registry import CLAIM
from .claims import showing_faults
from .render import Renderer
from .session import Entry, Session

#: A story of today rarely reaches further back; a slip of the finger does.
UNLIKELY_BEFORE = 1000
_FOR_PUBLISHERS = tuple(
    r.name for r in ATTRIBUTION_ROLES.terms if isinstance(r, AttributionRole) and r.for_publisher
)
_DATED = frozenset({"when", "said", "valid", "published", "held", "states"})


def warnings_of(session: Session, entry: Entry) -> list[DocumentFault]:
    """What a curator should look at in a record as it stands."""
    if entry.status not in ("draft", "published"):
        return []
    return sorted(_warnings(session, entry), key=lambda warning: warning.pointer)


def _warnings(session: Session, entry: Entry) -> Iterator[DocumentFault]:
    yield from _in_members(entry.document, "")
    if entry.type is not CLAIM:
        return
    if entry.status == "draft":
        for fault in showing_faults(Renderer(session), entry):
            yield DocumentFault(fault.pointer, f"{fault.detail}; as it stands it cannot be published")
    if detail := unresolved_opening(entry.document["proposition"]):
        yield DocumentFault("/proposition", detail)
    yield from _strange_publishers(session, entry.document)
    yield from _nothing_held(session, entry.document)


# Members of any record


def _in_members(value: Any, pointer: str) -> Iterator[DocumentFault]:
    if isinstance(value, list):
        for index, member in enumerate(value):
            if isinstance(member, dict | list):
                yield from _in_members(member, f"{pointer}/{index}")
        return
    for name, member in value.items():
        if isinstance(member, str):
            if name in _DATED:
                yield from _unlikely_date(member, name, f"{pointer}/{name}")
        elif isinstance(member, dict | list):
            if name == "citations" and isinstance(member, list):
                yield from _without_locator(member, f"{pointer}/{name}")
            yield from _in_members(member, f"{pointer}/{name}")


def _without_locator(citations: list[Json], pointer: str) -> Iterator[DocumentFault]:
    for index, citation in enumerate(citations):
        if "locator" not in citation:
            yield DocumentFault(
                f"{pointer}/{index}/locator", "is missing: nobody can find the passage, and no check can"
            )


def _unlikely_date(edtf: str, name: str, pointer: str) -> Iterator[DocumentFault]:
    date = FuzzyDate.parse(edtf)
    this_year = datetime.now(UTC).year
    first = int((date.earliest or date.latest or "")[:4])
    last = int((date.latest or date.earliest or "")[:4])
    if first < UNLIKELY_BEFORE:
        detail = f"{quoted(edtf)} is before the year {UNLIKELY_BEFORE}: an implausible year?"
        yield DocumentFault(pointer, detail)
    elif last > this_year + (0 if name in ("published", "said") else 100):
        yield DocumentFault(pointer, f"{quoted(edtf)} lies in the future: an implausible year?")


# Claims


def _strange_publishers(session: Session, document: Json) -> Iterator[DocumentFault]:
    chain = document.get("attribution", ())
    wrote = {_link(session, link) for link in chain if link["role"] == "wrote"}
    for index, link in enumerate(chain):
        source = session.survivor(link["source"]) if "source" in link else None
        if source is None or link["role"] not in _FOR_PUBLISHERS or _link(session, link) in wrote:
            continue
        publishers, party = publishers_of(source.document), session.survivor(link["party"])
        # Who published what nobody is named for cannot be told.
        if party is None or not publishers or _is_author(party, source):
            continue
        if party.id in map(session.resolve, publishers):
            continue
        yield DocumentFault(
            f"/attribution/{index}/party",
            f"{quoted(party.id)} {link['role']} {quoted(source.id)}, but its publisher is "
            f"{' with '.join(map(quoted, publishers))}: name the publisher here, or another document",
        )


def _link(session: Session, link: Json) -> tuple[str, str | None]:
    return session.resolve(link["party"]), session.resolve(link["source"]) if "source" in link else None


def _is_author(party: Entry, source: Entry) -> bool:
    called = {party.name.casefold(), *(n["text"].casefold() for n in party.document.get("names", ()))}
    return not called.isdisjoint(author.casefold() for author in source.document.get("authors", ()))


def _nothing_held(session: Session, document: Json) -> Iterator[DocumentFault]:
    cited = [session.survivor(citation["source"]) for citation in document["citations"]]
    if not any(source is None or source.document.get("held", True) for source in cited):
        yield DocumentFault(
            "/citations",
            "every citation is of a source that is not held: nobody here has read what the claim rests on",
        )
