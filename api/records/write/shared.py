"""What transactions that share a commit have in common, so that most of it is read and written once."""

from collections.abc import Iterable

from peewee import Database

from ..store.counters import Counters, read_counters
from ..store.database import MIGRATION_NAMES, require_usable
from .fingerprint import WRITING, require_this_program
from .rows import store
from .session import Entry
from .step import Step

_MIGRATIONS = " ".join(MIGRATION_NAMES)


def standing(database: Database) -> Counters:
    """Where the record stands. Raises DatabaseUnusable where a program of another version writes."""
    counters = read_counters(database)
    if counters.migrations != _MIGRATIONS or counters.writer != WRITING.text:
        require_usable(database)
        require_this_program(database)
    return counters


class Shared:
    """What was read in a shared commit, where the record stands, and the steps that are still to be stored.

    Steps that only add records wait, to be written together: at the end, or as soon as somebody asks the
    database for something that they bear on.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.counters = standing(database)
        #: The records as they are after the steps; None: there is none.
        self.known: dict[str, Entry | None] = {}
        self._waiting: list[Step] = []
        #: The records of the waiting steps; these, what they name and what they were computed from.
        self._records: set[str] = set()
        self._named: set[str] = set()

    def take(self, step: Step) -> None:
        """Have a step stored, sooner or later; the next one stands on it."""
        if step.only_adds:
            self._waiting.append(step)
            self._records.update(step.session.before)
            self._named.update(step.named())
        else:
            self.store()
            store(self.database, [step])
        self.known |= step.session.entries
        self.counters = step.counters

    def store_records(self, ids: Iterable[str]) -> None:
        """Store what waits, if one of these records does."""
        if not self._records.isdisjoint(ids):
            self.store()

    def store_naming(self, ids: Iterable[str]) -> None:
        """Store what waits, if it names one of these records, or is one."""
        if not self._named.isdisjoint(ids):
            self.store()

    def store(self) -> None:
        """Store all that waits."""
        waiting, self._waiting, self._records, self._named = self._waiting, [], set(), set()
        store(self.database, waiting)
