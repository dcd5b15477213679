"""What operations do to the record: entries placed in a session, and why each public one changed."""

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from peewee import Database

from schemas.base import Json, quoted

from ..core.errors import Conflict, DocumentFault
from ..core.registry import RecordType
from ..store.api_keys import Actor
from .rows import store
from .session import Entry, Session
from .shared import Shared, standing
from .step import Correction, PublicChange, Step


@dataclass
class Outcome:
    """What became of one operation: created, updated, unchanged, skipped, published, retracted, merged,
    deleted."""

    id: str
    type: RecordType
    result: str
    entry: Entry
    #: What a curator should look at in the record as it now stands.
    warnings: list[DocumentFault] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether the operation did anything."""
        return self.result not in ("unchanged", "skipped")


class Operation(Protocol):
    """Something to be done to one record."""

    @property
    def id(self) -> str:
        """Which record."""

    def apply(self, transaction: "Transaction") -> Outcome:
        """Do it in the session; raises Refusal where the record's state does not allow it."""


class Transaction:
    """The session of one commit, or of one `step` of a shared commit; whose it is, and its time. A dry run
    stores nothing.

    Raises DatabaseUnusable where a program of another version writes.
    """

    def __init__(
        self, database: Database, actor: Actor, shared: Shared | None = None, *, dry_run: bool = False
    ) -> None:
        self.database, self.actor, self._shared, self._dry_run = database, actor, shared, dry_run
        self.session = Session(database, shared)
        self.counters = shared.counters if shared else standing(database)
        #: Whether what it came to was stored, or is to be.
        self.kept = False
        #: After how many commits the record stands as this one leaves it.
        self.version = self.counters.version
        self.time = self.counters.next_moment()
        #: Whether records wait to be rendered again: those of earlier commits, or of this one.
        self.postponed = self.counters.postponed
        #: Changes of public records by their ids, in the order of the feed.
        self.changes: dict[str, PublicChange] = {}
        #: Records that show something new although no face changed: a survivor with new aliases.
        self.also_stale: dict[str, str] = {}

    def place(self, entry: Entry) -> None:
        """Put a new or changed entry into the session."""
        entry.updated = self.time
        self.session.change(entry)

    def remove(self, entry: Entry) -> None:
        """Take a draft away."""
        self.session.remove(entry.id)

    def publish(self, entry: Entry, correction: Correction | None) -> Entry:
        """Make an entry public: its first revision, or the one after its retraction."""
        published = entry.published or self.time
        entry = _next(entry, status="published", published=published, withdrawal=None)
        return self._announce(entry, PublicChange("published", correction))

    def revise(self, entry: Entry, correction: Correction | None) -> Entry:
        """Give a public entry its next revision."""
        return self._announce(_next(entry), PublicChange("updated", correction))

    def retract(self, entry: Entry, correction: Correction) -> Entry:
        """Withdraw a public entry."""
        entry = _next(entry, status="retracted", withdrawal=self._noted(correction))
        return self._announce(entry, PublicChange("retracted", correction))

    def merge(self, entry: Entry, survivor: Entry, correction: Correction) -> Entry:
        """Let a public entry lead to another."""
        noted = self._noted(correction)
        entry = _next(entry, status="merged", withdrawal=noted, merged_into=survivor.id)
        self.also_stale[survivor.id] = entry.id
        return self._announce(entry, PublicChange("merged", correction, into=survivor.id))

    def redact(self, entry: Entry, correction: Correction, stub: Json | None) -> None:
        """Announce that bytes were taken out; with a `stub`, the record is withdrawn and only that stays."""
        if stub is not None:
            status = "merged" if entry.status == "merged" else "retracted"
            noted = self._noted(correction)
            entry = replace(_next(entry, status=status, withdrawal=noted), document=stub)
        self._announce(entry, PublicChange("redacted", correction, revises=stub is not None))

    def keep(self, step: Step) -> None:
        """Have stored what it comes to."""
        self.kept = True
        if self._dry_run:
            return
        self.version = step.counters.version
        if self._shared:
            self._shared.take(step)
        else:
            store(self.database, [step])

    def _noted(self, correction: Correction) -> Json:
        return {"kind": correction.kind, "note": correction.note, "when": self.time}

    def _announce(self, entry: Entry, change: PublicChange) -> Entry:
        """Place an entry whose change is public.

        Raises Conflict for a second one: a commit leaves one revision of a record, with one public note.
        """
        if entry.id in self.changes:
            raise Conflict(
                f"{quoted(entry.id)} is changed in public twice here; write what it is to be in the end, once"
            )
        self.changes[entry.id] = change
        self.place(entry)
        return entry


def _next(entry: Entry, **members: Any) -> Entry:
    """The next revision of the same document."""
    following = replace(entry, revision=(entry.revision or 0) + 1, **members)
    following.names_what(entry)
    return following
