"""Records as dossier files state them: all of a database, or what some dossiers need to be loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from marshmallow import Schema, fields
from peewee import Database

from api.records.core.mentions import mentions
from api.records.core.packed import plain_text
from api.records.core.registry import CLAIM, DATE, DOSSIER, TYPES, RecordType
from api.records.core.sql import run, sql
from api.records.core.state import CURATORS, FOREVER, PUBLIC, State
from api.records.read.records import read_record
from api.records.store.tables import batches
from api.records.write.operations import Withdrawal
from schemas.base import Json

from .stating import stated

#: Records that are in memory at once.
_AT_ONCE: Final = 500
_WITHDRAWN: Final = ("retracted", "merged")
_STATED = """\
r.id, r.type, r.status, r.document, r.withdrawal, r.merged_into, EXISTS (
    SELECT 1 FROM redaction taken WHERE taken.record = r.id AND taken.last >= r.revision - 1)"""


@dataclass(frozen=True)
class Stated:
    """A record as its file states it."""

    type: RecordType
    id: str
    status: str
    document: Json
    withdrawal: Withdrawal | None
    #: Whether the law took out what it said: what is left is no document.
    redacted: bool

    @property
    def members(self) -> Json:
        """All that its file says, in the order of the schema."""
        own = _in_order(self.type.shape, self.document)
        return {"id": self.id, **stated(self.status, self.withdrawal), **own}


class Selection:
    """Which records are exported: all that are public or were, drafts where they are asked for; or those of
    some dossiers with all that they need to be loaded.

    Raises Refusal for a dossier that is not there.
    """

    def __init__(self, database: Database, dossiers: Iterable[str] = (), *, drafts: bool = False) -> None:
        self._database = database
        self._statuses = (*(CURATORS if drafts else PUBLIC), *_WITHDRAWN)
        state = State(database, CURATORS if drafts else PUBLIC)
        wanted = tuple(dossiers)
        for dossier in wanted:
            read_record(state, DOSSIER, dossier)
        self._ids = self._needed(wanted) if wanted else None

    def of_type(self, record_type: RecordType) -> Iterator[Stated]:
        """The records of a type, in the order in which they came into the record."""
        last = 0
        while rows := self._rows_behind(record_type, last):
            last = rows[-1][0]
            yield from (found for row in rows if self._takes(found := _stated(row[1:])))

    def those(self, ids: Iterable[str]) -> dict[str, Stated]:
        """Those of some ids that are exported."""
        return {each.id: each for each in self._read(ids) if self._takes(each)}

    def _takes(self, record: Stated) -> bool:
        return record.status in self._statuses and (self._ids is None or record.id in self._ids)

    def _rows_behind(self, record_type: RecordType, number: int) -> list[Any]:
        query = sql(
            "SELECT n.id, {stated} FROM search_row n JOIN record r ON r.id = n.record "
            "WHERE n.type = {type} AND n.id > {number} ORDER BY n.id LIMIT {most}",
            stated=sql(_STATED),
            type=record_type.name,
            number=number,
            most=_AT_ONCE,
        )
        return list(run(self._database, query).fetchall())

    def _read(self, ids: Iterable[str]) -> Iterator[Stated]:
        for some in batches(ids):
            query = sql("SELECT {stated} FROM record r WHERE r.id IN ({ids})", stated=sql(_STATED), ids=some)
            yield from map(_stated, run(self._database, query).fetchall())

    def _needed(self, dossiers: Iterable[str]) -> set[str]:
        """The ids of dossiers, of the dates and claims that name them, of all that these name, and so on."""
        found: set[str] = set()
        new = {*dossiers, *self._naming(dossiers)}
        while new:
            found |= new
            records = [record for record in self._read(sorted(new)) if record.status in self._statuses]
            named = {mention.target for r in records for mention in mentions(r.type.schema, r.document)}
            named.update(r.withdrawal.into for r in records if r.withdrawal and r.withdrawal.into)
            answered = {a["question"] for r in records for a in r.document.get("answers", ())}
            new = (named | self._asking(answered)) - found
        return found

    def _naming(self, dossiers: Iterable[str]) -> Iterator[str]:
        aliases = sql("SELECT id FROM record WHERE merged_into IN ({ids})", ids=list(dossiers))
        query = sql(
            "SELECT n.record FROM search_row d JOIN reference u ON u.target = d.id "
            "AND u.role = 'dossiers' AND u.until = {forever} JOIN search_row n ON n.id = u.record "
            "WHERE (d.record IN ({ids}) OR d.record IN ({aliases})) AND n.type IN ({types})",
            ids=list(dossiers),
            aliases=aliases,
            forever=FOREVER,
            types=[DATE.name, CLAIM.name],
        )
        return (row[0] for row in run(self._database, query).fetchall())

    def _asking(self, questions: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for some in batches(sorted(questions)):
            query = sql("SELECT dossier FROM question WHERE id IN ({ids})", ids=some)
            found |= {row[0] for row in run(self._database, query).fetchall()}
        return found


def _stated(row: Any) -> Stated:
    record_id, type_, status, document, withdrawal, into, redacted = row
    why = None
    if withdrawal:
        noted = orjson.loads(withdrawal)
        why = Withdrawal(noted["kind"], noted["note"], into)
    return Stated(TYPES[type_], record_id, status, orjson.loads(plain_text(document)), why, bool(redacted))


def _in_order(schema: Schema, value: Any) -> Any:
    """A document with its members in the order of the schema; it is kept in that of their names."""
    if isinstance(value, list):
        return [_in_order(schema, member) for member in value]
    if not isinstance(value, dict):
        return value
    ordered = {name: field for name, field in schema.load_fields.items() if name in value}
    return {name: _of_field(field, value[name]) for name, field in ordered.items()}


def _of_field(field: fields.Field[Any], value: Any) -> Any:
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, fields.Nested):
        return _in_order(inner.schema, value)
    # A geometry says first what it is.
    return dict(sorted(value.items(), reverse=True)) if isinstance(value, dict) else value
