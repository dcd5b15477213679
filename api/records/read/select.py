"""From a query as understood to SQL: which records, in which order, from where on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from schemas.base import nearest, quoted
from schemas.query import Query, QueryError, QueryFault

from ..core.filters import Filter, Ids, Survivors, named, where
from ..core.registry import RecordType
from ..core.sql import ALWAYS, Sql, joined, sql
from ..core.state import State
from ..text.find import Among, matching
from ..text.index import SCOPE_OF
from ..text.query import parse_text_query

#: Unknown ids of a query that get a suggestion: each is compared with as many ids as `_ALIKE`.
MOST_SUGGESTED = 10
_ALIKE = 2000


@dataclass(frozen=True)
class Selection:
    """The records that a query selects, as a condition on `r`, the record's row.

    `narrowed`: whether it chooses by anything but type and status, so that few records may be left.
    """

    state: State
    condition: Sql
    narrowed: bool = False

    def and_(self, condition: Sql) -> "Selection":
        """The same with one more condition."""
        return replace(self, condition=sql("{mine} AND {other}", mine=self.condition, other=condition))

    @property
    def ids(self) -> Sql:
        """A query for the ids."""
        return sql(
            "SELECT r.id FROM {records} r WHERE {condition}",
            records=self.state.records,
            condition=self.condition,
        )

    def total(self) -> int:
        """How many records are selected."""
        query = "SELECT COUNT(*) FROM {records} r WHERE {condition}"
        row = self.state.row(sql(query, records=self.state.records, condition=self.condition))
        return int(row[0]) if row else 0


def selection(state: State, record_type: RecordType, query: Query, survivors: Survivors) -> Selection:
    """The records of a type that a query selects in a state.

    `survivors`: what each id in the query stands for then, from `resolve_ids`.
    """
    common = sql("r.type = {type} AND {shown}", type=record_type.name, shown=state.shows("r"))
    chosen = where(record_type.filters, state, record_type.name, query, survivors)
    if "updated_since" in query.given:
        chosen.append(sql("r.updated >= {since}", since=query["updated_since"]))
    if "q" in query.given:
        found = matching(parse_text_query(query["q"]), Among([SCOPE_OF[s] for s in state.statuses]))
        chosen.append(sql("r.id IN ({found})", found=found))
    return Selection(state, joined(" AND ", [common, *chosen]), narrowed=bool(chosen))


def understood(filters: Sequence[Filter], query: Query, survivors: Survivors) -> dict[str, Any]:
    """The query as it was understood, without where the page begins and how long it is."""
    echo: dict[str, Any] = {}
    for name in query.given - {"limit", "after", "count"}:
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


# Order


@dataclass(frozen=True)
class SortKey:
    """One expression of the order."""

    sql: str
    descends: bool = False


@dataclass(frozen=True)
class Order:
    """A total order of a collection: its keys, ending with the id, and what must be joined for them."""

    state: State
    keys: tuple[SortKey, ...]
    #: The condition on `k`, the record's row among the dates, where it is needed for the keys.
    dated: Sql | None = None

    @property
    def by(self) -> Sql:
        """The ORDER BY."""
        return Sql(", ".join(f"{key.sql} DESC" if key.descends else key.sql for key in self.keys))

    def source(self, narrowed: bool) -> Sql:
        """What is selected from. CROSS: all records of a type are read in the order of their dates until the
        page is full; few chosen ones are rather chosen first, and sorted."""
        if self.dated is None:
            return sql("{records} r", records=self.state.records)
        join = "JOIN" if narrowed else "CROSS JOIN"
        return sql(f"date_key k {join} {{records}} r ON {{on}}", records=self.state.records, on=self.dated)

    @property
    def bound(self) -> Sql:
        """What holds for all records of the state asked, so that no walk begins with what came later."""
        if self.state.moment is None or self.keys[0].sql != "r.updated":
            return ALWAYS
        last = "r.updated <= (SELECT c.time FROM change c WHERE c.seq = {commit})"
        return sql(last, commit=self.state.moment.commit)

    @property
    def columns(self) -> Sql:
        """The keys' values, which a cursor keeps."""
        return Sql(", ".join(key.sql for key in self.keys))

    def beyond(self, values: Sequence[Any]) -> Sql:
        """The condition for what comes after a row with these values."""
        alternatives = [self._decided_at(index, values) for index in range(len(self.keys))]
        # Redundant, but it is what lets the index start at the cursor instead of at its beginning.
        first = self.keys[0]
        start = f"{first.sql} {'<=' if first.descends else '>='} {{value}}"
        return sql(f"{start} AND ({{any}})", value=values[0], any=joined(" OR ", alternatives))

    def _decided_at(self, index: int, values: Sequence[Any]) -> Sql:
        """The rows that are equal before a key and beyond at it."""
        key = self.keys[index]
        same = [sql(f"{k.sql} = {{value}}", value=v) for k, v in zip(self.keys[:index], values, strict=False)]
        further = sql(f"{key.sql} {'<' if key.descends else '>'} {{value}}", value=values[index])
        return sql("({all})", all=joined(" AND ", [*same, further]))


def order_of(state: State, record_type: RecordType, sort: str) -> Order:
    """The order that `sort=` names."""
    name, descends = sort.removeprefix("-"), sort.startswith("-")
    if name == "id":
        return Order(state, (SortKey("r.id", descends),))
    if name in record_type.dates:
        return _dated_order(state, record_type, name, descends)
    column = "r.updated" if name == "updated" else "r.name"
    return Order(state, (SortKey(column, descends), SortKey("r.id")))


def _dated_order(state: State, record_type: RecordType, name: str, descends: bool) -> Order:
    first, second = ("k.latest", "k.earliest") if descends else ("k.earliest", "k.latest")
    keys = (SortKey("k.missing"), SortKey(first, descends), SortKey(second, descends), SortKey("k.record"))
    on = sql(
        "r.id = k.record AND k.type = {type} AND k.field = {field} AND {holds}",
        type=record_type.name,
        field=name,
        holds=state.holds("k"),
    )
    return Order(state, keys, on)
