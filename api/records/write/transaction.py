"""The one write path: every change of the record is a list of operations in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from peewee import Database

from schemas.base import quoted

from ..core.errors import Conflict, DocumentFault
from ..core.mentions import mentions
from ..core.registry import DOSSIER, Json, RecordType
from ..store.api_keys import Actor
from ..store.counters import advance, keep_moment, next_moment
from .render import Rendered, Renderer, etag_of, wire_bytes
from .rows import (
    erase,
    settle_mergers,
    store_change,
    store_dependencies,
    store_keys,
    store_pending,
    store_record,
    store_references,
    store_rendering,
    store_revision,
    store_search,
)
from .rules import faults_of_entry, merger_faults, question_faults
from .session import Entry, Session, canonical

Progress = Callable[[int], None]
#: Records that are rendered again in the transaction that changed what they show; the rest follow.
MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Correction:
    """Why a published record changes: shown to the public."""

    kind: str
    note: str


@dataclass
class Outcome:
    """What became of one operation: created, updated, unchanged, skipped, published, retracted, merged,
    deleted."""

    id: str
    type: RecordType
    result: str
    entry: Entry


class Operation(Protocol):
    """Something to be done to one record."""

    @property
    def id(self) -> str:
        """Which record."""

    def apply(self, transaction: "Transaction", index: int) -> Outcome:
        """Do it in the session; raises Refusal where the record's state does not allow it."""


@dataclass
class _Changed:
    """A change of a public record, to be numbered when the transaction is complete."""

    entry: Entry
    kind: str
    reason: Json = field(default_factory=dict)
    #: Whether it is a revision; taking out old revisions is a public change without one.
    revises: bool = True


class Transaction:
    """Operations applied to a session, then checked, rendered and stored together."""

    def __init__(self, database: Database, actor: Actor) -> None:
        self.database, self.actor = database, actor
        self.session = Session(database)
        self.time = next_moment(database)
        self.changes: dict[str, _Changed] = {}
        #: Which operation touched a record last, so that a fault can name it.
        self.touched_by: dict[str, int] = {}
        #: Records that show something new although no face changed: a survivor with new aliases.
        self.also_stale: dict[str, str] = {}

    # What operations are made of

    def place(self, index: int, entry: Entry) -> None:
        """Put a new or changed entry into the session."""
        entry.updated = self.time
        self.session.change(entry)
        self.touched_by[entry.id] = index

    def remove(self, index: int, entry: Entry) -> None:
        """Take a draft away."""
        self.session.remove(entry.id)
        self.touched_by[entry.id] = index

    def publish(self, index: int, entry: Entry, correction: Correction | None) -> Entry:
        """Make an entry public: its first revision, or the one after its retraction."""
        revision = (entry.revision or 0) + 1
        published = entry.published or self.time
        entry = replace(entry, status="published", revision=revision, published=published, withdrawal=None)
        return self.change(index, entry, "published", correction)

    def revise(self, index: int, entry: Entry, correction: Correction | None) -> Entry:
        """Give a public entry its next revision."""
        entry = replace(entry, revision=(entry.revision or 0) + 1)
        return self.change(index, entry, "updated", correction)

    def withdraw(
        self, index: int, entry: Entry, status: str, correction: Correction, into: str | None = None
    ) -> Entry:
        """Retract a public entry, or merge it into another."""
        noted = {"kind": correction.kind, "note": correction.note, "when": self.time}
        entry = replace(
            entry,
            status=status,
            revision=(entry.revision or 0) + 1,
            withdrawal=noted,
            merged_into=into,
        )
        return self.change(index, entry, status, correction, {"into": into} if into else None)

    def redact(self, entry: Entry, correction: Correction, stub: Json | None) -> None:
        """Announce that bytes were taken out; with a `stub`, the record is withdrawn and only that stays."""
        reason = {
            "actor": self.actor.label,
            "change": "redacted",
            "kind": correction.kind,
            "note": correction.note,
        }
        if stub is not None:
            noted = {"kind": correction.kind, "note": correction.note, "when": self.time}
            status = "merged" if entry.status == "merged" else "retracted"
            revision = (entry.revision or 0) + 1
            entry = replace(entry, status=status, document=stub, revision=revision, withdrawal=noted)
        self.changes[entry.id] = _Changed(entry, "redacted", reason, revises=stub is not None)
        self.place(0, entry)

    def change(
        self,
        index: int,
        entry: Entry,
        kind: str,
        correction: Correction | None,
        more: Json | None = None,
    ) -> Entry:
        """Place an entry whose change is public.

        Raises Conflict for a second one: a commit leaves one revision of a record, with one public note.
        """
        if entry.id in self.changes:
            raise Conflict(
                f"{quoted(entry.id)} is changed in public twice here; write what it is to be in the end, once"
            )
        noted = {"kind": correction.kind, "note": correction.note} if correction else {}
        reason = {"actor": self.actor.label, "change": kind, **noted, **(more or {})}
        self.changes[entry.id] = _Changed(entry, kind, reason)
        self.place(index, entry)
        return entry

    # When all of them have been applied

    def faults(self) -> list[tuple[int, DocumentFault]]:
        """What the rest of the record has against the changes, by index of the operation."""
        entries = [e for e in self._changed_entries() if e.status in ("draft", "published")]
        merged = [e for e in self._changed_entries() if e.status == "merged"]
        questions = {
            q["id"]: e.id for e in entries if e.type is DOSSIER for q in e.document.get("questions", ())
        }
        found = [
            (self.touched_by[entry.id], fault)
            for entry in entries
            for fault in (
                *question_faults(self.session, entry),
                *faults_of_entry(self.session, entry, questions),
            )
        ]
        return found + [
            (self.touched_by[entry.id], fault)
            for entry in merged
            for fault in merger_faults(self.session, entry)
        ]

    def refuse_orphans(self) -> None:
        """Raise Conflict where a removed draft is named by a record that stays as it was."""
        for record_id in self._removed():
            if left := [r for r in self.session.referrers(record_id) if r not in self.session.before]:
                detail = f"{len(left)} records refer to {quoted(record_id)}: {', '.join(left[:20])}"
                raise Conflict(detail, referrers=left[:100])

    def _removed(self) -> list[str]:
        return [i for i in self.session.before if self.session.get(i) is None]

    def finish(self, progress: Progress = lambda done: None) -> None:
        """Store and render everything that the operations changed, and what shows it."""
        changed = self._changed_entries()
        for record_id in self._removed():
            erase(self.database, record_id)
        for entry in changed:
            store_record(self.database, entry)
            store_references(self.database, entry)
        stale = self._stale()
        if len(stale) > MOST_AT_ONCE:
            store_pending(self.database, stale)
            stale = {}
        refreshed = self._render(changed, stale, progress)
        settle_mergers(self.database, [entry.id for entry in changed if entry.status == "merged"])
        self._number(refreshed)
        self._close()

    def refresh(self, causes: dict[str, str]) -> int:
        """Render records whose surroundings changed; returns how many of them show anything new."""
        refreshed = self._render([], causes, lambda done: None)
        self._number(refreshed)
        self._close()
        return len(refreshed)

    def _close(self) -> None:
        advance(self.database, "version")
        keep_moment(self.database, self.time)

    def _changed_entries(self) -> list[Entry]:
        return [entry for i in self.session.before if (entry := self.session.get(i))]

    def _stale(self) -> dict[str, str]:
        """Ids of the records that show what changed -> the record that caused it."""
        stale: dict[str, str] = dict(self.also_stale)
        for record_id, old in self.session.before.items():
            new = self.session.get(record_id)
            if old and new and old.face == new.face:
                continue
            related = _related_claims(old) | _related_claims(new)
            depending = self.session.dependents(record_id) if old else []
            for other in (*depending, *sorted(map(self.session.resolve, related))):
                stale.setdefault(other, record_id)
        return {i: cause for i, cause in stale.items() if i not in self.session.before}

    def _render(
        self, changed: Sequence[Entry], stale: dict[str, str], progress: Progress
    ) -> list[tuple[Entry, str]]:
        """Render what was changed and what shows it; the refreshed entries with their causes."""
        renderer = Renderer(self.session)
        for done, entry in enumerate(changed, 1):
            self._store(entry, renderer.render(entry))
            progress(done)
        self.session.load(stale)
        refreshed = []
        for record_id in sorted(stale):
            shown = self.session.get(record_id)
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
            store_search(self.database, entry, rendered)
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
        store_search(self.database, entry, rendered)

    def _number(self, refreshed: list[tuple[Entry, str]]) -> None:
        """Give the public changes their places in the feed; keep revisions and renderings."""
        public = [(entry, cause) for entry, cause in refreshed if entry.status == "published"]
        total = len(self.changes) + len(public)
        if not total:
            return
        last = advance(self.database, "seq", total)
        seq = last - total
        for record_id, change in self.changes.items():
            seq += 1
            entry = self.session.get(record_id) or change.entry
            if change.revises:
                store_revision(self.database, entry, last, change.reason)
            self._announce(entry, change.kind, seq, last, _public_reason(change.reason))
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
    return {name: reason[name] for name in ("kind", "note", "into") if name in reason}
