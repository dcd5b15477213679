"""The records that one transaction works on: read once, changed in memory, written together."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

import orjson
from peewee import Database

from schemas.base import Json

from ..core.mentions import Mention, mentions
from ..core.registry import TYPES, RecordType
from ..core.sql import run, sql
from ..core.state import FOREVER
from ..store.tables import DEPENDENCIES, RECORDS, REFERENCES, batches

#: Columns that hold JSON.
_PARSED = frozenset({"document", "computed", "withdrawal"})
#: Unknown ids that get a suggestion in one transaction.
MOST_SUGGESTED = 100


# Made once: json.dumps would make one for each value.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)


def canonical(value: Any) -> str:
    """A document as stored: one text for equal documents."""
    return _ENCODER.encode(value)


@dataclass(slots=True)
class Entry:
    """One record as it stands in the transaction; its members are the columns of its row."""

    id: str
    type: RecordType
    status: str
    document: Json
    computed: Json = field(default_factory=dict)
    body: bytes = b""
    etag: str = ""
    revision: int | None = None
    published: str | None = None
    updated: str = ""
    merged_into: str | None = None
    withdrawal: Json | None = None
    _mentions: list[Mention] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """What the record is called."""
        return str(self.document.get(self.type.title, self.id))

    @property
    def mentions(self) -> list[Mention]:
        """Every record that the document names; looked for once, since no document changes in its entry."""
        if self._mentions is None:
            self._mentions = mentions(self.type.schema, self.document)
        return self._mentions

    def names_what(self, other: "Entry") -> None:
        """Take over what an entry of the same document names."""
        self._mentions = other._mentions

    @property
    def public(self) -> bool:
        """Whether it was ever published, so that its every change is kept."""
        return self.revision is not None

    @property
    def face(self) -> tuple[Any, ...]:
        """What other records show of this one or compute with."""
        return (self.status, self.merged_into, *(self.document.get(name) for name in self.type.face))

    def column(self, name: str) -> Any:
        """The value that stands in a column of the record's row."""
        value = getattr(self, name)
        if name == "type":
            return value.name
        return canonical(value) if name in _PARSED and value is not None else value

    @classmethod
    def from_row(cls, row: Any) -> "Entry":
        """The entry of a row of records."""
        return cls(**{name: _parsed(name, getattr(row, name)) for name in _MEMBERS})


#: The columns that an entry is made of.
_MEMBERS = tuple(member.name for member in fields(Entry) if member.init)


def _parsed(column: str, value: Any) -> Any:
    if column == "type":
        return TYPES[value]
    if column in _PARSED:
        return orjson.loads(value) if value else {} if column == "computed" else None
    return bytes(value) if column == "body" else value


class Others(Protocol):
    """The transactions before this one, in a commit that they share."""

    #: Records as they are after them; None: there is none.
    known: dict[str, Entry | None]

    def store_records(self, ids: Iterable[str]) -> None:
        """Store what is still to be stored, if one of these records is."""

    def store_naming(self, ids: Iterable[str]) -> None:
        """Store what is still to be stored, if it names one of these records, or is one."""

    def store(self) -> None:
        """Store what is still to be stored."""


class Alone:
    """No other transactions."""

    def __init__(self) -> None:
        self.known: dict[str, Entry | None] = {}

    def store_records(self, ids: Iterable[str]) -> None:
        """Nothing is."""

    def store_naming(self, ids: Iterable[str]) -> None:
        """Nothing is."""

    def store(self) -> None:
        """Nothing is."""


class Session:
    """A view of the record that sees the transaction's own changes first."""

    def __init__(self, database: Database, others: Others | None = None) -> None:
        self.database = database
        self.others: Others = others or Alone()
        #: The records that were read or changed; None: there is none.
        self.entries: dict[str, Entry | None] = {}
        #: The entries that the transaction changed, as they were before (None: they are new).
        self.before: dict[str, Entry | None] = {}
        #: What the stored renderings of records were computed from.
        self.computed_from: dict[str, set[str]] = {}
        #: (role, record) by the target that changed entries name; made when it is asked for.
        self._named_anew: dict[str, set[tuple[str, str]]] | None = None
        self._suggested = 0
        #: Ids of records and questions that are written but were refused: naming one is no fault.
        self.refused: set[str] = set()

    def load(self, ids: Iterable[str]) -> None:
        """Fetch what is not here yet in a few statements."""
        unseen = [i for i in dict.fromkeys(ids) if i not in self.entries]
        if not unseen:
            return
        self.others.store_records(unseen)
        known = self.others.known
        missing = [i for i in unseen if i not in known]
        self.entries |= {i: known.get(i) for i in unseen}
        for row in RECORDS.read_of(self.database, "id", missing):
            self.entries[row.id] = Entry.from_row(row)

    def load_around(self, entries: Sequence[Entry]) -> None:
        """Fetch what entries name, and what they were computed from the last time, all at once."""
        new = [entry.id for entry in entries if entry.id not in self.computed_from]
        self.computed_from |= {record_id: set() for record_id in new}
        stored = self.stored(new)
        self.others.store_records(stored)
        for row in DEPENDENCIES.read_of(self.database, "record", stored):
            self.computed_from[row.record].add(row.target)
        named = {mention.target for entry in entries for mention in entry.mentions}
        self.load(sorted(named.union(*(self.computed_from[entry.id] for entry in entries))))

    def get(self, record_id: str) -> Entry | None:
        """The record as it stands, or None."""
        if record_id not in self.entries:
            self.load([record_id])
        return self.entries[record_id]

    def all(self, ids: Iterable[str]) -> list[Entry]:
        """The records that there are of these ids, in their order."""
        wanted = list(ids)
        self.load(wanted)
        return [entry for i in wanted if (entry := self.entries[i])]

    def survivor(self, record_id: str) -> Entry | None:
        """The record that an id stands for now: mergers followed."""
        entry = self.get(record_id)
        while entry and entry.merged_into:
            entry = self.get(entry.merged_into)
        return entry

    def resolve(self, record_id: str) -> str:
        """The id that an id stands for now."""
        entry = self.survivor(record_id)
        return entry.id if entry else record_id

    # What changes

    def change(self, entry: Entry) -> None:
        """Put a changed or new entry in place."""
        self._keep_before(entry.id)
        self.entries[entry.id] = entry

    def remove(self, record_id: str) -> None:
        """Take a draft away."""
        self._keep_before(record_id)
        self.entries[record_id] = None

    def _keep_before(self, record_id: str) -> None:
        self._named_anew = None
        if record_id not in self.before:
            old = self.get(record_id)
            self.before[record_id] = replace(old) if old else None

    @property
    def changed(self) -> list[Entry]:
        """What was changed and is there, in the order of the changes."""
        return [entry for i in self.before if (entry := self.entries[i])]

    @property
    def removed(self) -> list[str]:
        """Ids of what was changed and is not there."""
        return [i for i in self.before if self.entries[i] is None]

    def stored(self, ids: Iterable[str]) -> list[str]:
        """Those of some ids of which the database may hold something: not those that the transaction made."""
        return [i for i in ids if self.before.get(i, self) is not None]

    def as_before(self, record_id: str) -> Entry | None:
        """The record as it was before the transaction."""
        return self.before[record_id] if record_id in self.before else self.get(record_id)

    # What stands around a record

    def may_suggest(self) -> bool:
        """Count one more unknown id; whether it is still compared with those that there are.

        Each comparison takes milliseconds, in which other writers wait.
        """
        self._suggested += 1
        return self._suggested <= MOST_SUGGESTED

    def similar(self, types: Sequence[str], given: str) -> list[str]:
        """Ids of these types that begin like `given`, the transaction's own among them."""
        self.others.store()
        own = [e.id for e in self.entries.values() if e and e.type.name in types]
        query = sql(
            "SELECT id FROM record WHERE type IN ({types}) AND id >= {first} AND id < {after} "
            "ORDER BY id LIMIT 2000",
            types=list(types),
            first=given[:1],
            after=given[:1] + "~",
        )
        return own + [row[0] for row in run(self.database, query)]

    def questions(self) -> list[str]:
        """Ids of questions, before the transaction."""
        return [row[0] for row in self.database.execute_sql("SELECT id FROM question LIMIT 1000")]

    def is_redacted(self, entry: Entry) -> bool:
        """Whether the document of the last revision was taken out by the law."""
        query = "SELECT 1 FROM redaction WHERE record = ? AND last >= ?"
        values = (entry.id, (entry.revision or 0) - 1)
        return entry.public and self.database.execute_sql(query, values).fetchone() is not None

    def referrers(self, targets: Iterable[str], role: str | None = None) -> dict[str, list[str]]:
        """Ids of the records that name each target as it is written, in any role or in one."""
        found: dict[str, set[str]] = {target: set() for target in targets}
        stored = self.stored(found)
        self.others.store_naming(stored)
        holds = sql("until = {forever}", forever=FOREVER)
        if role:
            holds = sql("{holds} AND role = {role}", holds=holds, role=role)
        for row in REFERENCES.read_of(self.database, "target", stored, holds):
            if row.record not in self.before:
                found[row.target].add(row.record)
        for target, some in found.items():
            some |= {record for named, record in self._naming(target) if role in (None, named)}
        return {target: sorted(some) for target, some in found.items()}

    def _naming(self, target: str) -> set[tuple[str, str]]:
        """(role, record) of the changed entries that name a record."""
        if self._named_anew is None:
            self._named_anew = {}
            for entry in self.changed:
                for mention in entry.mentions:
                    self._named_anew.setdefault(mention.target, set()).add((mention.role, entry.id))
        return self._named_anew.get(target, set())

    def dependents(self, targets: Iterable[str]) -> dict[str, list[str]]:
        """Ids of the records whose stored rendering was computed from each target."""
        found: dict[str, list[str]] = {target: [] for target in targets}
        self.others.store_naming(found)
        for row in DEPENDENCIES.read_of(self.database, "target", found):
            found[row.target].append(row.record)
        return {target: sorted(some) for target, some in found.items()}

    def aliases(self, ids: Iterable[str]) -> dict[str, list[str]]:
        """Each id with every id that was merged into it."""
        into: dict[str, str] = {}
        known = set(ids)
        found = {record_id: [record_id] for record_id in known}
        while known:
            merged = self._merged_into(known)
            into |= merged
            known = set(merged)
        for record_id in into:
            for survivor in _way(into, record_id):
                if survivor in found:
                    found[survivor].append(record_id)
        return found

    def _merged_into(self, survivors: set[str]) -> dict[str, str]:
        """The records that were merged directly into these -> into which."""
        found = {
            entry.id: entry.merged_into
            for entry in self.changed
            if entry.merged_into and entry.merged_into in survivors
        }
        for some in batches(self.stored(survivors)):
            query = sql("SELECT id, merged_into FROM record WHERE merged_into IN ({some})", some=some)
            stored = run(self.database, query).fetchall()
            found |= {record_id: into for record_id, into in stored if record_id not in self.before}
        return found


def _way(into: dict[str, str], record_id: str) -> list[str]:
    """The ids that an id leads to, one after another."""
    way = [record_id]
    while way[-1] in into:
        way.append(into[way[-1]])
    return way[1:]
