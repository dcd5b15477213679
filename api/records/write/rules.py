"""What must hold between records: references, cycles, chains, questions. Every fault at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from schemas.base import nearest, quoted

from ..core.errors import DocumentFault
from ..core.mentions import Mention, mentions
from ..core.origins import ancestry
from ..core.registry import CLAIM, DOSSIER, Json
from .render import Renderer
from .session import Entry, Session

#: Fields whose references may not lead back to where they start.
_ACYCLIC = {
    "part_of": lambda document: [document["part_of"]] if "part_of" in document else [],
    "predecessors": lambda document: document.get("predecessors", []),
    "derived_from": lambda document: [d["source"] for d in document.get("derived_from", [])],
    "supersedes": lambda document: _related(document, "supersedes"),
    "corrects": lambda document: _related(document, "corrects"),
}
_POINTERS = {"supersedes": "/relations", "corrects": "/relations"}


def _related(document: Json, relation: str) -> list[str]:
    return [r["claim"] for r in document.get("relations", []) if r["type"] == relation]


def faults_of_entry(session: Session, entry: Entry, questions: dict[str, str]) -> list[DocumentFault]:
    """Everything that the rest of the record has against this document, as it stands in the session.

    `questions`: id -> dossier of the questions that the transaction adds.
    """
    faults = [*_reference_faults(session, entry), *_cycles(session, entry)]
    if entry.type is CLAIM:
        faults += _chain_faults(session, entry)
        faults += _answer_faults(session, entry, questions)
    return faults


def _reference_faults(session: Session, entry: Entry) -> Iterator[DocumentFault]:
    before = session.before.get(entry.id)
    was_public = before is not None and before.status != "draft"
    old = (
        {(m.role, m.target) for m in mentions(entry.type.schema, before.document)}
        if before and was_public
        else set()
    )
    found = mentions(entry.type.schema, entry.document)
    session.load(m.target for m in found)
    seen: set[tuple[str, str]] = set()
    for mention in found:
        if fault := _reference_fault(session, entry, mention, (mention.role, mention.target) in old):
            yield fault
        elif mention.pointer.rsplit("/", 1)[-1].isdigit() and (mention.role, mention.target) in seen:
            yield DocumentFault(mention.pointer, f"{quoted(mention.target)} is listed twice")
        seen.add((mention.role, mention.target))


def _reference_fault(
    session: Session, entry: Entry, mention: Mention, stood_before: bool
) -> DocumentFault | None:
    target = session.survivor(mention.target)
    wanted = " or ".join(mention.to)
    if target is None:
        near = _near(session, mention.target, lambda: session.similar(mention.to, mention.target))
        hint = f'; did you mean "{near}"?' if near else ""
        detail = f"no {wanted} has the id {quoted(mention.target)}{hint}"
        return DocumentFault(mention.pointer, detail, did_you_mean=near)
    if target.type.name not in mention.to:
        return DocumentFault(
            mention.pointer, f"{quoted(mention.target)} is a {target.type.name}; a {wanted} belongs here"
        )
    if target.id == entry.id:
        return DocumentFault(mention.pointer, "a record cannot refer to itself here")
    if stood_before or target.status == "published":
        return None
    if target.status == "draft" and entry.status == "draft":
        return None
    return DocumentFault(
        mention.pointer,
        f"{quoted(mention.target)} is {_state(target)}; a new reference needs a published {wanted}",
    )


def _near(session: Session, given: str, choices: Callable[[], Iterable[str]]) -> str | None:
    return nearest(given, choices()) if session.may_suggest() else None


def _state(entry: Entry) -> str:
    return "a draft" if entry.status == "draft" else entry.status


def _cycles(session: Session, entry: Entry) -> Iterator[DocumentFault]:
    for name, follow in _ACYCLIC.items():
        way = _way_back(session, entry, follow)
        # Referring to oneself is a fault of the reference already.
        if way and way != (entry.id,):
            detail = f"{name} leads in a circle: {' → '.join((entry.id, *way))}"
            yield DocumentFault(_POINTERS.get(name, f"/{name}"), detail)


def _way_back(session: Session, entry: Entry, follow: Callable[[Json], list[str]]) -> tuple[str, ...] | None:
    """The ids of a way from an entry to itself, or None."""
    queue: list[tuple[str, ...]] = [(session.resolve(i),) for i in follow(entry.document)]
    seen: set[str] = set()
    for way in queue:
        if way[-1] == entry.id:
            return way
        target = session.get(way[-1])
        if way[-1] in seen or target is None or target.type is not entry.type:
            continue
        seen.add(way[-1])
        queue += [(*way, session.resolve(i)) for i in follow(target.document)]
    return None


def merger_faults(session: Session, merged: Entry) -> Iterator[DocumentFault]:
    """What a merger would break: references that then lead in a circle, questions left without a dossier."""
    for question in merged.document.get("questions", ()) if merged.type is DOSSIER else ():
        if answering := _answering(session, question["id"]):
            yield DocumentFault("/into", _still_answered(question["id"], "lose its dossier", answering))
    affected = {i for alias in session.aliases(merged.id) for i in session.referrers(alias)}
    survivor = session.resolve(merged.id)
    affected |= {survivor, *session.referrers(survivor)}
    session.load(affected)
    for entry in filter(None, map(session.get, sorted(affected))):
        if entry.status not in ("draft", "published"):
            continue
        for name, follow in _ACYCLIC.items():
            way = _way_back(session, entry, follow)
            # A relation of the two to one another is left out when rendered.
            if way and not (name in _POINTERS and way == (entry.id,)):
                detail = f"{name} would lead in a circle: {' → '.join((entry.id, *way))}"
                yield DocumentFault("/into", detail)


def chain_faults(session: Session, entry: Entry) -> list[DocumentFault]:
    """Links of a claim's chain whose document does not descend from the one before."""
    return list(_chain_faults(session, entry))


def _chain_faults(session: Session, entry: Entry) -> Iterator[DocumentFault]:
    documents = Renderer(session)
    earlier: str | None = None
    for index, link in enumerate(entry.document.get("attribution", ())):
        if "source" not in link or session.survivor(link["source"]) is None:
            continue
        source = session.resolve(link["source"])
        ancestors = ancestry(documents, source)
        # Where the descent leads to a document that is not there, that is the fault to mend first.
        unknown = any(session.survivor(document) is None for document in ancestors)
        if earlier and earlier not in ancestors and not unknown:
            yield DocumentFault(
                f"/attribution/{index}/source",
                f"{quoted(source)} does not descend from {quoted(earlier)}, which stands before it in the "
                "chain: record the way in derived_from, or order the chain from the speaker outwards",
            )
        earlier = source


def _answer_faults(session: Session, entry: Entry, questions: dict[str, str]) -> Iterator[DocumentFault]:
    seen: set[str] = set()
    for index, answer in enumerate(entry.document.get("answers", ())):
        question = answer["question"]
        pointer = f"/answers/{index}/question"
        if question in seen:
            yield DocumentFault(pointer, f"{quoted(question)} is answered twice")
        elif question not in questions and not session.is_question(question):
            near = _near(session, question, lambda: [*session.questions(), *questions])
            yield DocumentFault(pointer, f"no dossier has the question {quoted(question)}", did_you_mean=near)
        seen.add(question)


def question_faults(session: Session, entry: Entry) -> list[DocumentFault]:
    """What is wrong with a dossier's questions: ids that are taken, and answered questions dropped."""
    if entry.type is not DOSSIER:
        return []
    return [*_taken_ids(session, entry), *_dropped_questions(session, entry)]


def _taken_ids(session: Session, entry: Entry) -> Iterator[DocumentFault]:
    seen: set[str] = set()
    for index, question in enumerate(entry.document.get("questions", ())):
        owner = owner_of_question(session, question["id"])
        if question["id"] in seen or session.get(question["id"]) or owner not in (None, entry.id):
            yield DocumentFault(f"/questions/{index}/id", f"the id {quoted(question['id'])} is taken")
        seen.add(question["id"])


def owner_of_question(session: Session, question: str) -> str | None:
    """The dossier that has a question, before the transaction."""
    sql = "SELECT dossier FROM question WHERE id = ?"
    row = session.database.execute_sql(sql, (question,)).fetchone()
    return row[0] if row else None


def _dropped_questions(session: Session, entry: Entry) -> Iterator[DocumentFault]:
    kept = {q["id"] for q in entry.document.get("questions", ())}
    rows = session.database.execute_sql("SELECT id FROM question WHERE dossier = ?", (entry.id,))
    for (question,) in rows.fetchall():
        if question not in kept and (answering := _answering(session, question)):
            yield DocumentFault("/questions", _still_answered(question, "be dropped", answering))


def _still_answered(question: str, what: str, answering: Sequence[str]) -> str:
    claims = "1 claim answers" if len(answering) == 1 else f"{len(answering)} claims answer"
    shown = ("such as " if len(answering) > 20 else "") + ", ".join(answering[:20])
    return f"the question {quoted(question)} cannot {what}: {claims} it: {shown}"


def _answering(session: Session, question: str) -> list[str]:
    sql = "SELECT record FROM filter_key WHERE type = ? AND filter = ? AND value = ? ORDER BY record"
    rows = session.database.execute_sql(sql, (CLAIM.name, "question", question)).fetchall()
    answering = [entry for (claim,) in rows if (entry := session.get(claim))]
    return [
        e.id
        for e in answering
        if e.status in ("draft", "published")
        and question in {a["question"] for a in e.document.get("answers", ())}
    ]
