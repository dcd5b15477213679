"""What refers to a record, by the field that does."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from peewee import Database

from schemas import query as q
from schemas.query import Parameter, Query

from ..core.errors import Gone, Redacted
from ..core.registry import PUBLIC, TYPES, Json, RecordType
from ..store.cursors import Cursors
from ..store.database import placeholders, secret, snapshot
from .parameters import page_parameters, perspective_parameter
from .records import read_record

# Every id that stands for the record: its own, and those merged into it.
_ALIASES = """
WITH RECURSIVE alias(id) AS (
    VALUES(?) UNION SELECT m.id FROM record m JOIN alias ON m.merged_into = alias.id
)"""


@dataclass(frozen=True)
class References:
    """A page of what refers to a record, and how many do so in each role altogether."""

    data: list[Json]
    roles: list[Json]
    query: Json
    limit: int
    next: str | None


def reference_parameters(record_type: RecordType) -> dict[str, Parameter]:
    """What the references of a record can be narrowed by."""
    roles = sorted({r.path for t in TYPES.values() for r in t.roles if record_type.name in r.to})
    found = [
        q.choices("role", "Fields that refer, as dotted paths.", roles, "a field that refers here"),
        q.choices("type", "Types of the records that refer.", tuple(TYPES), "a record type"),
        q.as_of(),
        perspective_parameter(),
    ]
    return {parameter.name: parameter for parameter in found} | page_parameters()


def read_references(
    database: Database, record_id: str, query: Query, statuses: Sequence[str] = PUBLIC
) -> References:
    """The published records that refer to one, by role, then id."""
    echo: Json = {name: query[name] for name in ("role", "type", "perspective") if name in query.given}
    cursors = Cursors(secret(database, "cursor"), ["references", record_id, echo])
    with snapshot(database):
        roles = _roles(database, record_id, statuses)
        rows = _rows(database, record_id, query, cursors, statuses)
    limit = query["limit"]
    following = cursors.cursor(rows[limit - 1][:3]) if len(rows) > limit else None
    return References([_reference(*row) for row in rows[:limit]], roles, echo, limit, following)


_FROM = """
FROM alias JOIN reference f ON f.target = alias.id JOIN record r ON r.id = f.record
WHERE r.status IN ({statuses}) AND r.id NOT IN (SELECT id FROM alias)"""


def _from(statuses: Sequence[str]) -> str:
    return _FROM.format(statuses=placeholders(statuses))


def _roles(database: Database, record_id: str, statuses: Sequence[str]) -> list[Json]:
    rows = database.execute_sql(
        f"{_ALIASES} SELECT r.type, f.role, COUNT(DISTINCT r.id) {_from(statuses)} "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        (record_id, *statuses),
    ).fetchall()
    return [{"type": row[0], "role": row[1], "count": row[2]} for row in rows]


def _rows(
    database: Database, record_id: str, query: Query, cursors: Cursors, statuses: Sequence[str]
) -> list[Any]:
    terms, values = "", [record_id, *statuses]
    for name, column in (("role", "f.role"), ("type", "r.type")):
        if name in query.given:
            terms += f" AND {column} IN ({placeholders(query[name])})"
            values += query[name]
    if query["after"] is not None:
        terms += " AND (r.type, f.role, r.id) > (?, ?, ?)"
        values += cursors.values(query["after"])
    sql = (
        f"{_ALIASES} SELECT DISTINCT r.type, f.role, r.id, r.name, r.status {_from(statuses)} {terms} "
        "ORDER BY r.type, f.role, r.id LIMIT ?"
    )
    return list(database.execute_sql(sql, [*values, query["limit"] + 1]).fetchall())


def _reference(type_name: str, role: str, record_id: str, name: str, status: str) -> Json:
    return {"role": role, "record": TYPES[type_name].reference(record_id, name, status)}


def require_known(
    database: Database, record_type: RecordType, record_id: str, statuses: Sequence[str] = PUBLIC
) -> None:
    """Raise NotFound or Merged where no such record can be asked about; a retracted one still can."""
    with suppress(Gone, Redacted):
        read_record(database, record_type, record_id, statuses)
