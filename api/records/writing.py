"""The one write path: every change of the record is a list of operations in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from peewee import Database

from .clock import advance, current, keep_moment, next_moment
from .database import write_transaction
from .errors import Conflict, DocumentFault, InvalidDocument, Refusal
from .references import mentions
from .rendering import Rendered, Renderer, etag_of, wire_bytes
from .rules import faults_of_entry, owner_of_question, question_faults
from .storage import (
    store_change,
    store_dependencies,
    store_keys,
    store_record,
    store_references,
    store_rendering,
    store_revision,
)
from .types import DOSSIER, Json, RecordType
from .workspace import Entry, Workspace, canonical

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Correction:
    """Why a published record changes: shown to the public."""

    kind: str
    note: str


@dataclass(frozen=True)
class Put:
    """Make the record be this document; `publish`: at once, where it is new or a draft."""

    type: RecordType
    id: str
    document: Json
    publish: bool = False
    correction: Correction | None = None


@dataclass
class Outcome:
    """What became of one operation: created, updated, unchanged, skipped."""

    id: str
    type: RecordType
    result: str
    entry: Entry


@dataclass
class _Changed:
    """A change of a public record, to be numbered when the transaction is complete."""

    entry: Entry
    kind: str
    reason: Json = field(default_factory=dict)


class Transaction:
    """Operations applied to a workspace, then checked, rendered and stored together."""

    def __init__(self, database: Database, actor: str) -> None:
        self.database, self.actor = database, actor
        self.workspace = Workspace(database)
        self.time = next_moment(database)
        self.changes: dict[str, _Changed] = {}
        #: Which operation touched a record last, so that a fault can name it.
        self.touched_by: dict[str, int] = {}

    def put(self, index: int, op: Put) -> Outcome:
        """Apply one `Put`; raises Conflict where the record's state does not allow it."""
        old = self.workspace.get(op.id)
        if old is None:
            return self._create(index, op)
        if old.type is not op.type:
            raise Conflict(f'"{op.id}" is taken by a {old.type.name}')
        if old.status in ("retracted", "merged"):
            return Outcome(op.id, op.type, "skipped", old)
        if old.document == op.document and not (op.publish and old.status == "draft"):
            return Outcome(op.id, op.type, "unchanged", old)
        return self._update(index, op, old)

    def _create(self, index: int, op: Put) -> Outcome:
        if owner_of_question(self.workspace, op.id):
            raise Conflict(f'"{op.id}" is taken by a question')
        entry = Entry(op.id, op.type, "draft", op.document)
        if op.publish:
            entry = self._published(entry)
            self.changes[op.id] = _Changed(entry, "published", self._reason("published", op.correction))
        self._place(index, entry)
        return Outcome(op.id, op.type, "created", entry)

    def _update(self, index: int, op: Put, old: Entry) -> Outcome:
        entry = replace(old, document=op.document)
        if old.status == "draft" and op.publish:
            entry = self._published(entry)
            self.changes[op.id] = _Changed(entry, "published", self._reason("published", op.correction))
        elif old.status == "published":
            if op.correction is None:
                raise Conflict(f'"{op.id}" is published: a change of it needs a correction note')
            entry.revision = (old.revision or 0) + 1
            self.changes[op.id] = _Changed(entry, "updated", self._reason("updated", op.correction))
        self._place(index, entry)
        return Outcome(op.id, op.type, "updated", entry)

    def _published(self, entry: Entry) -> Entry:
        revision = (entry.revision or 0) + 1
        return replace(entry, status="published", revision=revision, published=entry.published or self.time)

    def _reason(self, change: str, correction: Correction | None) -> Json:
        noted = {"kind": correction.kind, "note": correction.note} if correction else {}
        return {"actor": self.actor, "change": change, **noted}

    def _place(self, index: int, entry: Entry) -> None:
        entry.updated = self.time
        self.workspace.change(entry)
        self.touched_by[entry.id] = index

    def faults(self) -> list[tuple[int, DocumentFault]]:
        """What the rest of the record has against the changes, by index of the operation."""
        entries = self._changed_entries()
        questions = {
            q["id"]: e.id for e in entries if e.type is DOSSIER for q in e.document.get("questions", ())
        }
        return [
            (self.touched_by[entry.id], fault)
            for entry in entries
            for fault in (
                *question_faults(self.workspace, entry),
                *faults_of_entry(self.workspace, entry, questions),
            )
        ]

    def finish(self, progress: Progress = lambda done: None) -> None:
        """Store and render everything that the operations changed, and what shows it."""
        changed = self._changed_entries()
        for entry in changed:
            store_record(self.database, entry)
            store_references(self.database, entry)
        stale = self._stale()
        refreshed = self._render(changed, stale, progress)
        self._number(refreshed)
        advance(self.database, "version")
        keep_moment(self.database, self.time)

    def refresh(self, causes: dict[str, str]) -> int:
        """Render records whose surroundings changed; returns how many of them show anything new."""
        refreshed = self._render([], causes, lambda done: None)
        self._number(refreshed)
        advance(self.database, "version")
        keep_moment(self.database, self.time)
        return len(refreshed)

    def _changed_entries(self) -> list[Entry]:
        return [entry for i in self.workspace.before if (entry := self.workspace.get(i))]

    def _stale(self) -> dict[str, str]:
        """Ids of the records that show what changed -> the record that caused it."""
        stale: dict[str, str] = {}
        for record_id, old in self.workspace.before.items():
            new = self.workspace.get(record_id)
            if old and new and old.face == new.face:
                continue
            related = _related_claims(old) | _related_claims(new)
            depending = self.workspace.dependents(record_id) if old else []
            for other in (*depending, *sorted(map(self.workspace.resolve, related))):
                stale.setdefault(other, record_id)
        return {i: cause for i, cause in stale.items() if i not in self.workspace.before}

    def _render(
        self, changed: Sequence[Entry], stale: dict[str, str], progress: Progress
    ) -> list[tuple[Entry, str]]:
        """Render what was changed and what shows it; the refreshed entries with their causes."""
        renderer = Renderer(self.workspace)
        for done, entry in enumerate(changed, 1):
            self._store(entry, renderer.render(entry))
            progress(done)
        self.workspace.load(stale)
        refreshed = []
        for record_id in sorted(stale):
            shown = self.workspace.get(record_id)
            if shown and shown.status in ("draft", "published") and self._refresh(renderer, shown):
                refreshed.append((shown, stale[record_id]))
        return refreshed

    def _refresh(self, renderer: Renderer, entry: Entry) -> bool:
        """Render a record that was not changed itself; whether it shows anything new."""
        rendered = renderer.render(entry)
        if wire_bytes(entry, rendered.own) == entry.body:
            if rendered.computed != entry.computed:
                self._store(entry, rendered)
            store_dependencies(self.database, entry, rendered)
            return False
        entry.updated = self.time
        self._store(entry, rendered)
        return True

    def _store(self, entry: Entry, rendered: Rendered) -> None:
        entry.body = wire_bytes(entry, rendered.own)
        entry.etag = etag_of(entry.body)
        entry.computed = rendered.computed
        store_record(self.database, entry)
        store_keys(self.database, entry, rendered)

    def _number(self, refreshed: list[tuple[Entry, str]]) -> None:
        """Give the public changes their places in the feed; keep revisions and renderings."""
        public = [(entry, cause) for entry, cause in refreshed if entry.status == "published"]
        total = len(self.changes) + len(public)
        if not total:
            return
        last = advance(self.database, "seq", total)
        seq = last - total
        for change in self.changes.values():
            seq += 1
            store_revision(self.database, change.entry, last, change.reason)
            self._announce(change.entry, change.kind, seq, last, _public_reason(change.reason))
        for entry, cause in public:
            seq += 1
            self._announce(entry, "refreshed", seq, last, {"cause": cause})

    def _announce(self, entry: Entry, kind: str, seq: int, last: int, details: Json) -> None:
        store_rendering(self.database, entry, last)
        row = (seq, last, self.time, kind, entry.type.name, entry.id, entry.revision, canonical(details))
        store_change(self.database, row)


def _related_claims(entry: Entry | None) -> set[str]:
    if entry is None:
        return set()
    found = mentions(entry.type.schema, entry.document)
    return {m.target for m in found if m.role == "relations.claim"}


def _public_reason(reason: Json) -> Json:
    return {name: reason[name] for name in ("kind", "note") if name in reason}


def put_all(
    database: Database, operations: Sequence[Put], actor: str, progress: Progress = lambda done: None
) -> list[Outcome]:
    """Apply every `Put` or none.

    Raises InvalidDocument; its faults point at `/index/member` of the operations.
    """
    with write_transaction(database):
        transaction = Transaction(database, actor)
        outcomes, faults = _apply(transaction, operations)
        faults += transaction.faults()
        if faults:
            raise InvalidDocument(_summary(faults), tuple(f.under(f"/{index}") for index, f in faults))
        if transaction.workspace.before:
            transaction.finish(progress)
        return outcomes


def faults_of_all(database: Database, operations: Sequence[Put]) -> list[tuple[int, DocumentFault]]:
    """What `put_all` would refuse, by index of the operation; nothing is written."""
    with write_transaction(database):
        transaction = Transaction(database, "check")
        _, faults = _apply(transaction, operations)
        return faults + transaction.faults()


def _apply(
    transaction: Transaction, operations: Sequence[Put]
) -> tuple[list[Outcome], list[tuple[int, DocumentFault]]]:
    transaction.workspace.load(op.id for op in operations)
    outcomes, faults = [], []
    for index, op in enumerate(operations):
        try:
            outcomes.append(transaction.put(index, op))
        except Refusal as refusal:
            faults.append((index, DocumentFault("", refusal.detail)))
    return outcomes, faults


def _summary(faults: Sequence[tuple[int, DocumentFault]]) -> str:
    return f"{len(faults)} fault{'s' if len(faults) != 1 else ''}; nothing was changed"


def counters(database: Database) -> dict[str, Any]:
    """`version` and `seq` as they stand."""
    return {name: current(database, name) for name in ("version", "seq")}
