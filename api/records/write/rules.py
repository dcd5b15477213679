"""What must hold between records: references, cycles, chains, questions. Every fault at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from schemas.base import counted, nearest, quoted

from ..core.errors import Conflict, DocumentFault
from ..core.mentions import Mention
from ..core.registry import CLAIM, DOSSIER
from ..core.state import FOREVER
from ..store.tables import QUESTIONS
from .between import between_faults
from .circles import ORDERS, circle_faults, has_circle, merged_circle_faults
from .claims import chain_faults, showing_faults
from .descent import descent_faults, merged_descent_faults
from .documents import UnreadableDocument
from .render import Renderer
from .session import Entry, Session

#: Questions with the changed dossiers that have them.
Asked = dict[str, list[Entry]]
#: Relations of which a claim has one at most to another claim.
_OPPOSED = ("supports", "contradicts")


def faults_of_changes(session: Session) -> list[tuple[str, DocumentFault]]:
    """What the rest of the record has against what was changed, with the ids of the changed records."""
    changed = session.changed
    session.load_around(changed)
    written = [entry for entry in changed if entry.status in ("draft", "published")]
    asked = _asked_anew(session)
    circular = [name for name in ORDERS if has_circle(session, written, name)]
    documents = Renderer(session)
    found = [(entry.id, fault) for entry in written for fault in _faults_of(documents, entry, asked)]
    found += [(entry.id, fault) for entry in written for fault in circle_faults(session, entry, circular)]
    found += descent_faults(session)
    if not any(fault.pointer == "/after" for _, fault in found):
        found += between_faults(session)
    merged = [entry for entry in changed if entry.status == "merged"]
    return found + [(entry.id, fault) for entry in merged for fault in merger_faults(session, entry)]


def faults_of_unreadable(session: Session, refusal: UnreadableDocument) -> Iterator[DocumentFault]:
    """What the rest of the record has against what a document names, although it breaks its schema."""
    stands = session.get(refusal.id)
    public = refusal.publishes or (stands is not None and stands.status != "draft")
    entry = Entry(refusal.id, refusal.type, "published" if public else "draft", refusal.body)
    session.load(mention.target for mention in entry.mentions)
    asked, faulty = _asked_anew(session), {fault.pointer for fault in refusal.faults}
    found = (_reference_faults(session, entry), _taken_ids(session, entry, asked))
    for fault in chain(*found, _answer_faults(session, entry, asked)):
        if fault.pointer not in faulty:
            yield fault


def refuse_orphans(session: Session) -> None:
    """Raise Conflict where a removed draft is named by a record that stays as it was."""
    for record_id, referrers in session.referrers(session.removed).items():
        left = [referrer for referrer in referrers if referrer not in session.before]
        if left := sorted({*left, *_answering_removed(session, record_id)}):
            detail = f"{quoted(record_id)} is named by {counted(len(left), 'record')}: {', '.join(left[:20])}"
            raise Conflict(detail, referrers=left[:100])


def _answering_removed(session: Session, dossier: str) -> Iterator[str]:
    """The claims that answer the questions of a dossier that is removed."""
    asked = _asked_anew(session)
    for row in QUESTIONS.read_of(session.database, "dossier", [dossier]):
        if _asking(session, row.id, asked) is None:
            yield from _answering(session, row.id)


def _faults_of(documents: Renderer, entry: Entry, asked: Asked) -> Iterator[DocumentFault]:
    """Everything that the rest of the record has against a document, as it stands in the session.

    `asked`: the questions of the changed dossiers.
    """
    session = documents.session
    yield from _taken_ids(session, entry, asked)
    if entry.type is DOSSIER:
        yield from _dropped_questions(session, entry)
    yield from _reference_faults(session, entry)
    yield from _answer_faults(session, entry, asked)
    if entry.type is CLAIM:
        yield from chain_faults(documents, entry)
        if entry.status == "published":
            yield from showing_faults(documents, entry)
        yield from _opposed_relations(session, entry, "/relations/{index}/type")


def _reference_faults(session: Session, entry: Entry) -> Iterator[DocumentFault]:
    old = _references_before(session, entry)
    for mention in entry.mentions:
        stood_before = (mention.role, session.resolve(mention.target)) in old
        if fault := _reference_fault(session, entry, mention, stood_before):
            yield fault


def _references_before(session: Session, entry: Entry) -> set[tuple[str, str]]:
    """(role, record that is meant) of what a record named in public before the transaction."""
    before = session.as_before(entry.id)
    if before is None or before.status == "draft":
        return set()
    return {(m.role, session.resolve(m.target)) for m in before.mentions}


def _reference_fault(
    session: Session, entry: Entry, mention: Mention, stood_before: bool
) -> DocumentFault | None:
    target = session.survivor(mention.target)
    itself = target.id == entry.id if target else mention.target == entry.id
    if target and target.type.name in mention.to and target.status == "published" and not itself:
        return None
    wanted = " or ".join(mention.to)
    if target is None and not itself and mention.target in session.refused:
        return None
    if target is None and not itself:
        near = _near(session, mention.target, lambda: session.similar(mention.to, mention.target))
        hint = f'; did you mean "{near}"?' if near else ""
        detail = f"no {wanted} has the id {quoted(mention.target)}{hint}"
        return DocumentFault(mention.pointer, detail, did_you_mean=near)
    if target and target.type.name not in mention.to:
        return DocumentFault(
            mention.pointer, f"{quoted(mention.target)} is a {target.type.name}; a {wanted} belongs here"
        )
    if stood_before:
        return None
    if itself and not mention.itself:
        return DocumentFault(mention.pointer, "a record cannot refer to itself here")
    if target is None or target.status == "published":
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


def _opposed_relations(session: Session, entry: Entry, pointer: str) -> Iterator[DocumentFault]:
    first: dict[str, str] = {}
    for index, relation in enumerate(entry.document.get("relations", ())):
        if relation["type"] not in _OPPOSED:
            continue
        claim = session.resolve(relation["claim"])
        if first.setdefault(claim, relation["type"]) != relation["type"]:
            yield DocumentFault(
                pointer.format(index=index),
                f"{quoted(entry.id)} {' and '.join(_OPPOSED)} {quoted(claim)}: it can do one of these",
            )


def merger_faults(session: Session, merged: Entry) -> Iterator[DocumentFault]:
    """What a merger would break: references that then lead in a circle, questions left without a dossier."""
    for question in merged.document.get("questions", ()) if merged.type is DOSSIER else ():
        if answering := _answering(session, question["id"]):
            yield DocumentFault("/into", _still_answered(question["id"], "lose its dossier", answering))
    survivor = session.resolve(merged.id)
    referring = session.referrers([*session.aliases([merged.id])[merged.id], survivor])
    affected = {survivor, *(i for referrers in referring.values() for i in referrers)}
    entries = [e for e in session.all(sorted(affected)) if e.status in ("draft", "published")]
    if into := session.survivor(merged.id):
        yield from merged_descent_faults(session, into)
    for entry in entries:
        yield from _opposed_relations(session, entry, "/into")
    for name in (name for name in ORDERS if has_circle(session, entries, name)):
        yield from merged_circle_faults(session, entries, name)


def _answer_faults(session: Session, entry: Entry, asked: Asked) -> Iterator[DocumentFault]:
    before = session.as_before(entry.id)
    was_public = before is not None and before.status != "draft"
    old = {question for _, question in _questions(before, "answers", "question")} if was_public else set()
    seen: set[str] = set()
    for index, question in _questions(entry, "answers", "question"):
        pointer = f"/answers/{index}/question"
        if question in seen:
            yield DocumentFault(pointer, f"{quoted(question)} is answered twice")
        elif fault := _question_fault(session, entry, question, question in old, asked):
            yield DocumentFault(pointer, fault.detail, did_you_mean=fault.did_you_mean)
        seen.add(question)


def _question_fault(
    session: Session, entry: Entry, question: str, stood_before: bool, asked: Asked
) -> DocumentFault | None:
    """What is against answering a question; the rules for references hold for its dossier."""
    dossier = _asking(session, question, asked)
    if dossier is None and question in session.refused:
        return None
    if dossier is None:
        near = _near(session, question, lambda: [*session.questions(), *asked])
        return DocumentFault("", f"no dossier has the question {quoted(question)}", did_you_mean=near)
    if stood_before or dossier.status in ("published", entry.status):
        return None
    return DocumentFault(
        "",
        f"the question {quoted(question)} stands in {quoted(dossier.id)}, which is {_state(dossier)}; "
        "a new answer needs a published dossier",
    )


def _asked_anew(session: Session) -> Asked:
    """The questions of the changed dossiers, each with the dossiers that have it."""
    asked: Asked = {}
    for entry in session.changed:
        for question in entry.document.get("questions", ()) if entry.type is DOSSIER else ():
            asked.setdefault(question["id"], []).append(entry)
    return asked


def _asking(session: Session, question: str, asked: Asked) -> Entry | None:
    """The dossier that has a question, as it stands in the session."""
    for entry in asked.get(question, ()):
        if entry.status != "merged":
            return entry
    owner = owner_of_question(session, question)
    return session.get(owner) if owner and owner not in session.before else None


def _taken_ids(session: Session, entry: Entry, asked: Asked) -> Iterator[DocumentFault]:
    seen: set[str] = set()
    for index, question in _questions(entry, "questions", "id"):
        owners = {owner_of_question(session, question), *(e.id for e in asked.get(question, ()))}
        if question in seen or session.get(question) or owners - {None, entry.id}:
            yield DocumentFault(f"/questions/{index}/id", f"the id {quoted(question)} is taken")
        seen.add(question)


def _questions(entry: Entry | None, member: str, name: str) -> Iterator[tuple[int, str]]:
    """The questions that a document answers or asks, with their indices; it may break its schema."""
    listed = entry.document.get(member) if entry else None
    for index, value in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(value, dict) and isinstance(value.get(name), str):
            yield index, value[name]


def ids_in(refusal: UnreadableDocument) -> set[str]:
    """The id of a document that could not be read and those of its questions, as far as they can be made
    out."""
    entry = Entry(refusal.id, refusal.type, "draft", refusal.body)
    return {refusal.id, *(question for _, question in _questions(entry, "questions", "id"))}


def owner_of_question(session: Session, question: str) -> str | None:
    """The dossier that has a question, before the transaction."""
    rows = QUESTIONS.read_of(session.database, "id", [question])
    return rows[0].dossier if rows else None


def _dropped_questions(session: Session, entry: Entry) -> Iterator[DocumentFault]:
    kept = {q["id"] for q in entry.document.get("questions", ())}
    for row in QUESTIONS.read_of(session.database, "dossier", [entry.id]):
        if row.id not in kept and (answering := _answering(session, row.id)):
            yield DocumentFault("/questions", _still_answered(row.id, "be dropped", answering))


def _still_answered(question: str, what: str, answering: Sequence[str]) -> str:
    claims = "1 claim answers" if len(answering) == 1 else f"{len(answering)} claims answer"
    shown = ("such as " if len(answering) > 20 else "") + ", ".join(answering[:20])
    return f"the question {quoted(question)} cannot {what}: {claims} it: {shown}"


def _answering(session: Session, question: str) -> list[str]:
    session.others.store()
    rows = session.database.execute_sql(
        "SELECT n.record FROM term t JOIN filter_key k ON k.term = t.id "
        "JOIN search_row n ON n.id = k.record "
        "WHERE t.type = ? AND t.filter = 'question' AND t.value = ? AND k.until = ? ORDER BY n.record",
        (CLAIM.name, question, FOREVER),
    ).fetchall()
    answering = [entry for (claim,) in rows if (entry := session.get(claim))]
    return [
        e.id
        for e in answering
        if e.status in ("draft", "published")
        and question in {a["question"] for a in e.document.get("answers", ())}
    ]
