"""The records that one transaction works on: read once, changed in memory, written together."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from peewee import Database

from ..core.registry import TYPES, Json, RecordType
from ..store.database import placeholders

_COLUMNS = (
    "id",
    "type",
    "status",
    "name",
    "document",
    "computed",
    "body",
    "etag",
    "revision",
    "published",
    "updated",
    "merged_into",
    "withdrawal",
)
#: Unknown ids that get a suggestion in one transaction.
MOST_SUGGESTED = 100
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM record WHERE id IN "


def canonical(value: Any) -> str:
    """A document as stored: one text for equal documents."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(slots=True)
class Entry:
    """One record as it stands in the transaction."""

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

    @property
    def name(self) -> str:
        """What the record is called."""
        return str(self.document.get(self.type.title, self.id))

    @property
    def public(self) -> bool:
        """Whether it was ever published, so that its every change is kept."""
        return self.revision is not None

    @property
    def face(self) -> tuple[Any, ...]:
        """What other records show of this one or compute with."""
        return (self.status, self.merged_into, *(self.document.get(name) for name in self.type.face))

    def row(self) -> tuple[Any, ...]:
        """The entry as values of its table's columns."""
        return (
            self.id,
            self.type.name,
            self.status,
            self.name,
            canonical(self.document),
            canonical(self.computed),
            self.body,
            self.etag,
            self.revision,
            self.published,
            self.updated,
            self.merged_into,
            canonical(self.withdrawal) if self.withdrawal else None,
        )

    @classmethod
    def from_row(cls, row: tuple[Any, ...]) -> "Entry":
        """The reverse of `row`."""
        (record_id, type_name, status, _, document, computed, body, etag, *state) = row
        revision, published, updated, merged_into, withdrawal = state
        return cls(
            record_id,
            TYPES[type_name],
            status,
            orjson.loads(document),
            orjson.loads(computed) if computed else {},
            bytes(body),
            etag,
            revision,
            published,
            updated,
            merged_into,
            orjson.loads(withdrawal) if withdrawal else None,
        )


class Session:
    """A view of the record that sees the transaction's own changes first."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._entries: dict[str, Entry | None] = {}
        #: The entries that the transaction changed, as they were before (None: they are new).
        self.before: dict[str, Entry | None] = {}
        self._suggested = 0

    def load(self, ids: Iterable[str]) -> None:
        """Fetch what is not here yet in one statement for each 500 ids."""
        missing = [i for i in dict.fromkeys(ids) if i not in self._entries]
        for start in range(0, len(missing), 500):
            some = missing[start : start + 500]
            self._entries |= dict.fromkeys(some)
            rows = self.database.execute_sql(f"{_SELECT}({placeholders(some)})", some).fetchall()
            self._entries |= {row[0]: Entry.from_row(row) for row in rows}

    def get(self, record_id: str) -> Entry | None:
        """The record as it stands, or None."""
        if record_id not in self._entries:
            self.load([record_id])
        return self._entries[record_id]

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

    def change(self, entry: Entry) -> None:
        """Put a changed or new entry in place."""
        if entry.id not in self.before:
            old = self.get(entry.id)
            self.before[entry.id] = replace(old) if old else None
        self._entries[entry.id] = entry

    def remove(self, record_id: str) -> None:
        """Take a draft away."""
        if record_id not in self.before:
            self.before[record_id] = self.get(record_id)
        self._entries[record_id] = None

    def may_suggest(self) -> bool:
        """Count one more unknown id; whether it is still compared with those that there are.

        Each comparison takes milliseconds, in which other writers wait.
        """
        self._suggested += 1
        return self._suggested <= MOST_SUGGESTED

    def similar(self, types: Sequence[str], given: str) -> list[str]:
        """Ids of these types that begin like `given`, the transaction's own among them."""
        own = [e.id for e in self._entries.values() if e and e.type.name in types]
        sql = (
            f"SELECT id FROM record WHERE type IN ({placeholders(types)}) AND id >= ? AND id < ? "
            "ORDER BY id LIMIT 2000"
        )
        first = given[:1]
        return own + [row[0] for row in self.database.execute_sql(sql, [*types, first, first + "~"])]

    def questions(self) -> list[str]:
        """Ids of questions, before the transaction."""
        return [row[0] for row in self.database.execute_sql("SELECT id FROM question LIMIT 1000")]

    def is_question(self, question_id: str) -> bool:
        """Whether a dossier has this question, before the transaction."""
        sql = "SELECT 1 FROM question WHERE id = ?"
        return self.database.execute_sql(sql, (question_id,)).fetchone() is not None

    def is_redacted(self, entry: Entry) -> bool:
        """Whether the document of the last revision was taken out by the law."""
        sql = "SELECT 1 FROM redaction WHERE record = ? AND last >= ?"
        values = (entry.id, (entry.revision or 0) - 1)
        return entry.public and self.database.execute_sql(sql, values).fetchone() is not None

    def referrers(self, target: str, role: str | None = None) -> list[str]:
        """Ids of the records that name `target` as it is stored, in any role or in one."""
        sql, values = "SELECT DISTINCT record FROM reference WHERE target = ?", [target]
        if role:
            sql, values = sql + " AND role = ?", [*values, role]
        return [row[0] for row in self.database.execute_sql(sql + " ORDER BY record", values)]

    def dependents(self, target: str) -> list[str]:
        """Ids of the records whose rendering was computed from `target`."""
        sql = "SELECT record FROM dependency WHERE target = ? ORDER BY record"
        return [row[0] for row in self.database.execute_sql(sql, (target,))]

    def aliases(self, record_id: str) -> list[str]:
        """The id itself and every id that was merged into it."""
        known, queue = [record_id], [record_id]
        while queue:
            sql = "SELECT id FROM record WHERE merged_into = ?"
            found = [row[0] for row in self.database.execute_sql(sql, (queue.pop(),))]
            known += found
            queue += found
        return known
