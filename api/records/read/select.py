"""From a query as understood to SQL: which records, in which order, from where on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pyroaring import BitMap

from schemas.base import nearest, quoted
from schemas.query import Query, QueryError, QueryFault

from ..core.filters import Filter, Ids, Part, Survivors, named, parts_of
from ..core.registry import RecordType
from ..core.sql import Sql, sql
from ..core.state import State
from ..text.find import matches
from ..text.fulltext import SCOPE_OF
from ..text.query import parse_text_query
from .index import StateIndex

#: Unknown ids of a query that get a suggestion: each is compared with as many ids as `_ALIKE`.
MOST_SUGGESTED = 10
_ALIKE = 2000


@dataclass(frozen=True)
class Selection:
    """The records of a type that a query selects: `parts` are what its parameters ask for."""

    index: StateIndex
    record_type: RecordType
    parts: Sequence[Part] = ()

    @property
    def narrowed(self) -> bool:
        """Whether it chooses by anything but type and status, so that few records may be left."""
        return bool(self.parts)

    def and_(self, part: Part) -> "Selection":
        """The same with one more part."""
        return replace(self, parts=[*self.parts, part])

    @cached_property
    def numbers(self) -> BitMap:
        """The numbers of just these records."""
        shown, *sets = self.index.sets(self.queries)
        return left_of(shown, self.parts, sets)

    @property
    def queries(self) -> list[Sql]:
        """What is asked for them."""
        return [self.index.shown([self.record_type.name]), *(part.query for part in self.parts)]

    @property
    def shown(self) -> Sql:
        """The condition on `r`, a record's row, that it is of this type and may be seen."""
        shows = self.index.state.shows("r")
        return sql("r.type = {type} AND {shows}", type=self.record_type.name, shows=shows)

    def total(self) -> int:
        """How many records are selected."""
        return len(self.numbers)


def left_of(numbers: BitMap, parts: Sequence[Part], sets: Sequence[BitMap]) -> BitMap:
    """What parts with their sets leave of some numbers."""
    for part, some in zip(parts, sets, strict=True):
        numbers = numbers - some if part.without else numbers & some
    return numbers


def selection(index: StateIndex, record_type: RecordType, query: Query, survivors: Survivors) -> Selection:
    """The records of a type that a query selects in a state.

    `survivors`: what each id in the query stands for then, from `resolve_ids`.
    """
    state = index.state
    parts = parts_of(record_type.filters, index, record_type.name, query, survivors)
    if "updated_since" in query.given:
        since = sql(
            "SELECT r.id FROM {records} r WHERE r.type = {type} AND {shows} AND r.updated >= {since}",
            records=state.records,
            type=record_type.name,
            shows=state.shows("r"),
            since=query["updated_since"],
        )
        parts.append(Part(index.with_ids(since)))
    if "q" in query.given:
        scopes = [SCOPE_OF[status] for status in state.statuses]
        parts += matches(state.database, parse_text_query(query["q"]), scopes)
    return Selection(index, record_type, parts)


def understood(filters: Sequence[Filter], query: Query, survivors: Survivors) -> dict[str, Any]:
    """The query as it was understood, without where the page begins, how long it is, and its form."""
    echo: dict[str, Any] = {}
    for name in query.given - {"limit", "after", "count", "format"}:
        declared = named(filters, name)
        echo[name] = declared.echo(query[name], survivors) if declared else query[name]
        if declared and declared.dated:
            echo["match"] = query["match"]
    if "sort" in query.values:
        echo["sort"] = query["sort"]
    return dict(sorted(echo.items()))


# Ids in a query


def resolve_ids(state: State, filters: Sequence[Filter], query: Query) -> dict[str, str]:
    """What each id in the query's filters stands for: itself, or the record that it was merged into by then.

    Where drafts are asked for, ids of drafts are known too. Raises QueryError for ids that name nothing now,
    or something of another type.
    """
    if not query.given:
        return {}
    given = list(_given(filters, query))
    known = _known(state, {named.id for named in given})
    _require_known(state, given, known)
    return _survivors(state, known)


def resolve(state: State, name: str, types: tuple[str, ...], ids: Sequence[str]) -> dict[str, str]:
    """What each id of one parameter stands for in a state.

    Raises QueryError for ids that name nothing now, or something of another type.
    """
    known = _known(state, set(ids))
    _require_known(state, [_Named(name, types, i) for i in ids], known)
    survivors = _survivors(state, known)
    return {i: survivors[i] for i in ids}


@dataclass(frozen=True)
class _Named:
    """An id in a query: by which parameter, and of which types it may be."""

    parameter: str
    types: tuple[str, ...]
    id: str


def _given(filters: Sequence[Filter], query: Query) -> Iterator[_Named]:
    wanted = {name.partition(".")[0] for name in query.given}
    for declared in filters:
        if declared.name in wanted and isinstance(declared, Ids):
            for name in (declared.name, f"{declared.name}.not", f"{declared.name}.all"):
                if name in query.given:
                    yield from (_Named(name, declared.to, i) for i in query[name])


def _known(state: State, ids: set[str]) -> dict[str, tuple[str, str]]:
    """Ids of records and questions among `ids` that may be seen now: their type and what they stand for."""
    if not ids:
        return {}
    query = sql(
        "SELECT id, type, COALESCE(merged_into, id) FROM record WHERE id IN ({ids}) AND status <> {hidden} "
        "UNION ALL SELECT q.id, 'question', q.id FROM question q JOIN record d ON d.id = q.dossier "
        "WHERE q.id IN ({ids}) AND d.status <> {hidden}",
        ids=sorted(ids),
        hidden="" if "draft" in state.statuses else "draft",
    )
    return {row[0]: (row[1], row[2]) for row in state.rows(query)}


def _survivors(state: State, known: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    if state.moment is None:
        return {i: survivor for i, (_, survivor) in known.items()}
    return {i: i for i in known} | survivors_then(state, list(known))


def survivors_then(state: State, ids: Sequence[str]) -> dict[str, str]:
    """What those of the ids that had been merged by a moment stood for."""
    query = sql(
        "SELECT r.id, r.merged_into FROM {records} r "
        "WHERE r.id IN ({ids}) AND r.merged_into IS NOT NULL AND {stands}",
        records=state.records,
        ids=ids,
        stands=state.stands("r"),
    )
    return {row[0]: row[1] for row in state.rows(query)}


def _require_known(state: State, given: Sequence[_Named], known: Mapping[str, tuple[str, str]]) -> None:
    unknown = [named for named in given if named.id not in known]
    near = {
        named: nearest(named.id, similar_ids(state, named.types, named.id))
        for named in unknown[:MOST_SUGGESTED]
    }
    if faults := [fault for named in given if (fault := _id_fault(named, known, near.get(named)))]:
        raise QueryError(faults)


def _id_fault(named: _Named, known: Mapping[str, tuple[str, str]], near: str | None) -> QueryFault | None:
    name, kinds = named.parameter, " or ".join(named.types)
    if named.id not in known:
        hint = f'; did you mean "{near}"?' if near else ""
        return QueryFault(name, f"{name}: no {kinds} has the id {quoted(named.id)}{hint}", (), near)
    actual = known[named.id][0]
    if actual not in named.types:
        return QueryFault(name, f"{name}: {quoted(named.id)} is a {actual}; a {kinds} belongs here")
    return None


def similar_ids(state: State, types: Sequence[str], given: str) -> list[str]:
    """Public ids of these types that begin like `given`, the first thousands of them."""
    public = sql("SELECT id FROM record WHERE type IN ({types}) AND status = 'published'", types=list(types))
    if tuple(types) == ("question",):
        public = Sql(
            "SELECT q.id FROM question q JOIN record d ON d.id = q.dossier WHERE d.status <> 'draft'"
        )
    first = given[:1]
    query = sql(
        "SELECT id FROM ({public}) AS public WHERE id >= {first} AND id < {last} ORDER BY id LIMIT {most}",
        public=public,
        first=first,
        last=first + "~",
        most=_ALIKE,
    )
    return [row[0] for row in state.rows(query)]
