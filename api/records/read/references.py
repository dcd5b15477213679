"""What refers to a record, by the field that does."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from schemas.base import Json
from schemas.query import Query

from ..core.errors import Gone, Redacted
from ..core.registry import TYPES, RecordType
from ..core.sql import EMPTY, Sql, joined, sql
from ..core.state import State
from ..store.cursors import Cursors, cursors_of
from .records import read_record


@dataclass(frozen=True)
class References:
    """A page of what refers to a record, and how many do so in each role altogether."""

    data: list[Json]
    roles: list[Json]
    query: Json
    limit: int
    next: str | None
    total: None = None


_ECHOED = ("role", "type", "as_of", "perspective", "translation")


def read_references(state: State, record_type: RecordType, record_id: str, query: Query) -> References:
    """The published records that refer to one, by type, role and id; of a retracted one as well.

    Raises NotFound or Merged where no such record can be asked about in that state.
    """
    require_known(state, record_type, record_id)
    echo: Json = {name: query[name] for name in _ECHOED if name in query.given}
    cursors = cursors_of(state.database, ["references", record_id, echo])
    rows = _rows(state, record_id, query, cursors)
    limit = query["limit"]
    following = cursors.cursor(rows[limit - 1][:3]) if len(rows) > limit else None
    data = [_reference(*row) for row in rows[:limit]]
    return References(data, _roles(state, record_id), echo, limit, following)


#: Every id that stands for the record: its own, and those merged into it.
_ALIASES = """
WITH alias(id) AS (
    SELECT {id} UNION SELECT m.id FROM {records} m WHERE m.merged_into = {id} AND {stands}
)"""
_REFERRING = """
FROM alias JOIN search_row a ON a.record = alias.id JOIN reference f ON f.target = a.id AND {holds}
JOIN search_row n ON n.id = f.record JOIN {records} r ON r.id = n.record
WHERE {shows} AND r.id NOT IN (SELECT id FROM alias)"""


def _aliases(state: State, record_id: str) -> Sql:
    return sql(_ALIASES, id=record_id, records=state.records, stands=state.stands("m"))


def _referring(state: State) -> Sql:
    return sql(_REFERRING, holds=state.holds("f"), records=state.records, shows=state.shows("r"))


def _roles(state: State, record_id: str) -> list[Json]:
    rows = state.rows(
        sql(
            "{aliases} SELECT r.type, f.role, COUNT(DISTINCT r.id) {referring} GROUP BY 1, 2 ORDER BY 1, 2",
            aliases=_aliases(state, record_id),
            referring=_referring(state),
        )
    )
    return [{"type": row[0], "role": row[1], "count": row[2]} for row in rows]


def _rows(state: State, record_id: str, query: Query, cursors: Cursors) -> list[tuple[Any, ...]]:
    return state.rows(
        sql(
            "{aliases} SELECT DISTINCT r.type, f.role, r.id, r.name, r.status {referring} {narrowed} "
            "ORDER BY r.type, f.role, r.id LIMIT {limit}",
            aliases=_aliases(state, record_id),
            referring=_referring(state),
            narrowed=_narrowed(query, cursors),
            limit=query["limit"] + 1,
        )
    )


def _narrowed(query: Query, cursors: Cursors) -> Sql:
    """What the query leaves out, as further conditions."""
    found = [
        sql(f"AND {column} IN ({{values}})", values=query[name])
        for name, column in (("role", "f.role"), ("type", "r.type"))
        if name in query.given
    ]
    if query["after"] is not None:
        place = cursors.values(query["after"])
        found.append(sql("AND (r.type, f.role, r.id) > ({place})", place=place))
    return joined(" ", found) if found else EMPTY


def _reference(type_name: str, role: str, record_id: str, name: str, status: str) -> Json:
    return {"role": role, "record": TYPES[type_name].reference(record_id, name, status)}


def read_current(state: State, record_type: RecordType, record_id: str) -> Json:
    """{`revision`, `etag`} of a record, a retracted one too: what its next change starts from.

    Raises what `require_known` raises.
    """
    row = state.row(sql("SELECT type, status, revision, etag FROM record WHERE id = {id}", id=record_id))
    if row is None or row[0] != record_type.name or row[1] not in ("published", "retracted"):
        require_known(state, record_type, record_id)
    return dict(zip(("revision", "etag"), row[2:], strict=True)) if row else {}


def require_known(state: State, record_type: RecordType, record_id: str) -> None:
    """Raise NotFound or Merged where no such record can be asked about; a retracted one still can."""
    with suppress(Gone, Redacted):
        read_record(state, record_type, record_id)
