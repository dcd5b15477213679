"""From a query as understood to SQL: which records, in which order, from where on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import Database

from schemas.base import nearest, quoted
from schemas.query import DateRange, Query, QueryError, QueryFault

from ..core.registry import PARTY, PUBLIC, Filter, RecordType
from ..store.database import placeholders
from ..text.index import SCOPE_OF, Among, matching
from ..text.query import parse_text_query

#: Unknown ids of a query that get a suggestion: each is compared with as many ids as `_ALIKE`.
MOST_SUGGESTED = 10
_ALIKE = 2000


@dataclass
class Where:
    """A condition on `r`, the record's row, with the values of its placeholders."""

    terms: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    #: Whether it chooses by anything but type and status, so that few records may be left.
    narrowed: bool = False

    def add(self, term: str, *values: Any) -> None:
        """Narrow it."""
        self.terms.append(term)
        self.values += values

    @property
    def sql(self) -> str:
        """The condition as text."""
        return " AND ".join(self.terms)


def selection(
    record_type: RecordType,
    query: Query,
    survivors: dict[str, str],
    statuses: Sequence[str] = PUBLIC,
) -> Where:
    """The records of a type that a query selects.

    `survivors`: what each id in the query stands for now, from `resolve_ids`.
    """
    where = Where()
    where.add("r.type = ?", record_type.name)
    where.add(f"r.status IN ({placeholders(statuses)})", *statuses)
    common = len(where.terms)
    for declared in record_type.filters:
        if declared.name in query.given and not _narrows_its_pair(declared, query):
            _add(where, record_type, declared, query, survivors)
        if f"{declared.name}.not" in query.given:
            _add_negated(where, record_type, declared, query[f"{declared.name}.not"], survivors)
    if "updated_since" in query.given:
        where.add("r.updated >= ?", query["updated_since"])
    if "q" in query.given:
        _add_text(where, query["q"], statuses)
    where.narrowed = len(where.terms) > common
    return where


def _add_text(where: Where, typed: str, statuses: Sequence[str]) -> None:
    sql, values = matching(parse_text_query(typed), Among([SCOPE_OF[status] for status in statuses]))
    where.add(f"r.id IN ({sql})", *values)


def _narrows_its_pair(declared: Filter, query: Query) -> bool:
    return declared.pairs_with is not None and declared.pairs_with in query.given


def _add(
    where: Where, record_type: RecordType, declared: Filter, query: Query, survivors: dict[str, str]
) -> None:
    value = query[declared.name]
    if declared.kind == "date":
        return add_date(where, record_type, declared.name, value, query["match"])
    if declared.kind == "at-least":
        return where.add(f"r.id IN ({_KEYS} AND value >= ?)", record_type.name, declared.name, f"{value:06d}")
    if declared.kind == "flag":
        value = ["true" if value else "false"]
    sql, values = _keyed(record_type, declared, _now(value, survivors))
    partner = next((f for f in record_type.filters if f.pairs_with == declared.name), None)
    if partner and partner.name in query.given:
        qualifiers = query[partner.name]
        sql, values = f"{sql} AND qualifier IN ({placeholders(qualifiers)})", [*values, *qualifiers]
    return where.add(f"r.id IN ({sql})", *values)


def _add_negated(
    where: Where, record_type: RecordType, declared: Filter, value: list[str], survivors: dict[str, str]
) -> None:
    sql, values = _keyed(record_type, declared, _now(value, survivors))
    where.add(f"r.id NOT IN ({sql})", *values)


def _now(ids: Iterable[str], survivors: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(survivors.get(i, i) for i in ids))


_KEYS = "SELECT record FROM filter_key WHERE type = ? AND filter = ?"


def _keyed(record_type: RecordType, declared: Filter, values: list[str]) -> tuple[str, list[Any]]:
    """A query for the ids of the records that a filter finds."""
    if record_type.finds_members(declared):
        return members_of(record_type, values)
    return f"{_KEYS} AND value IN ({placeholders(values)})", [record_type.name, declared.name, *values]


def add_date(where: Where, record_type: RecordType, name: str, value: DateRange, match: str) -> None:
    """Narrow to records whose date possibly or certainly touches a range."""
    touches, bounds = touching("d", value, match)
    where.add(
        f"r.id IN (SELECT d.record FROM date_key d WHERE d.type = ? AND d.field = ? AND {touches})",
        record_type.name, name, *bounds,
    )  # fmt: skip


def touching(row: str, value: DateRange, match: str) -> tuple[str, list[Any]]:
    """The condition that a row of dates possibly or certainly touches a range."""
    low, high = ("low", "high") if match == "certain" else ("earliest", "latest")
    sql = f"{row}.missing = 0 AND {row}.{low} <= ? AND {row}.{high} >= ?"
    return sql, [value.last, value.first]


# Who refers from a published date or claim of the dossier; then up, by what comes from what.
_MEMBERS = """
WITH RECURSIVE asked(id) AS (
    SELECT id FROM record WHERE id IN ({dossiers}) OR merged_into IN ({dossiers})
), named(id) AS (
    SELECT f.target FROM asked JOIN reference d ON d.target = asked.id
    JOIN record o ON o.id = d.record JOIN reference f ON f.record = o.id
    WHERE d.role = 'dossiers' AND o.status = 'published'
), member(id) AS (
    SELECT COALESCE(m.merged_into, m.id) FROM named JOIN record m ON m.id = named.id
    UNION
    SELECT COALESCE(t.merged_into, t.id)
    FROM member JOIN reference u ON u.record = member.id AND u.role IN ('derived_from.source', 'part_of')
    JOIN record t ON t.id = u.target
)"""


def members_of(record_type: RecordType, dossiers: list[str]) -> tuple[str, list[Any]]:
    """A query for the ids of the members of dossiers among parties, places and sources (docs/model.md)."""
    members = _MEMBERS.format(dossiers=placeholders(dossiers))
    sql = f"{members} SELECT id FROM member"
    if record_type is PARTY:
        sql += (
            " UNION SELECT COALESCE(p.merged_into, p.id) FROM member"
            " JOIN reference u ON u.record = member.id AND u.role = 'publisher'"
            " JOIN record p ON p.id = u.target"
        )
    return sql, [*dossiers, *dossiers]


# Ids in a query


def resolve_ids(
    database: Database, filters: Sequence[Filter], query: Query, statuses: Sequence[str] = PUBLIC
) -> dict[str, str]:
    """What each id in the query's filters stands for now: itself, or the record that it was merged into.

    `statuses`: where drafts are asked for, ids of drafts are known too. Raises QueryError for ids that name
    nothing, or something of another type.
    """
    asked = list(_asked(filters, query))
    known = _known(database, {named.id for named in asked}, drafts="draft" in statuses)
    _require_known(database, asked, known)
    return {i: survivor for i, (_, survivor) in known.items()}


def resolve(database: Database, name: str, types: tuple[str, ...], ids: Sequence[str]) -> dict[str, str]:
    """What each id of one parameter stands for now.

    Raises QueryError for ids that name nothing, or something of another type.
    """
    known = _known(database, set(ids))
    _require_known(database, [_Named(name, types, i) for i in ids], known)
    return {i: known[i][1] for i in ids}


@dataclass(frozen=True)
class _Named:
    """An id in a query: by which parameter, and of which types it may be."""

    parameter: str
    types: tuple[str, ...]
    id: str


def _asked(filters: Sequence[Filter], query: Query) -> Iterator[_Named]:
    for declared in filters:
        if declared.kind in ("id", "question"):
            for name in (declared.name, f"{declared.name}.not"):
                if name in query.given:
                    yield from (_Named(name, declared.to or ("question",), i) for i in query[name])


def _known(database: Database, ids: set[str], drafts: bool = False) -> dict[str, tuple[str, str]]:
    """Ids of records and questions among `ids` that may be seen: their type and what they stand for now."""
    if not ids:
        return {}
    some = sorted(ids)
    marks, hidden = placeholders(some), "" if drafts else "draft"
    rows = database.execute_sql(
        f"SELECT id, type, COALESCE(merged_into, id) FROM record WHERE id IN ({marks}) AND status <> ? "
        f"UNION ALL SELECT q.id, 'question', q.id FROM question q JOIN record d ON d.id = q.dossier "
        f"WHERE q.id IN ({marks}) AND d.status <> ?",
        [*some, hidden, *some, hidden],
    ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


def _require_known(database: Database, asked: Sequence[_Named], known: dict[str, tuple[str, str]]) -> None:
    unknown = [named for named in asked if named.id not in known]
    near = {
        named: nearest(named.id, similar_ids(database, named.types, named.id))
        for named in unknown[:MOST_SUGGESTED]
    }
    if faults := [fault for named in asked if (fault := _id_fault(named, known, near.get(named)))]:
        raise QueryError(faults)


def _id_fault(named: _Named, known: dict[str, tuple[str, str]], near: str | None) -> QueryFault | None:
    name, kinds = named.parameter, " or ".join(named.types)
    if named.id not in known:
        hint = f'; did you mean "{near}"?' if near else ""
        return QueryFault(name, f"{name}: no {kinds} has the id {quoted(named.id)}{hint}", (), near)
    found = known[named.id][0]
    if found not in named.types:
        return QueryFault(name, f"{name}: {quoted(named.id)} is a {found}; a {kinds} belongs here")
    return None


def similar_ids(database: Database, types: Sequence[str], given: str) -> list[str]:
    """Public ids of these types that begin like `given`, the first thousands of them."""
    first = given[:1]
    if types == ("question",):
        sql, values = (
            "SELECT q.id FROM question q JOIN record d ON d.id = q.dossier WHERE d.status <> 'draft'",
            [],
        )
    else:
        sql = f"SELECT id FROM record WHERE type IN ({placeholders(types)}) AND status = 'published'"
        values = list(types)
    sql = f"SELECT id FROM ({sql}) AS public WHERE id >= ? AND id < ? ORDER BY id LIMIT {_ALIKE}"
    return [row[0] for row in database.execute_sql(sql, [*values, first, first + "~"]).fetchall()]


# Order


@dataclass(frozen=True)
class SortKey:
    """One expression of the order."""

    sql: str
    descends: bool = False


@dataclass(frozen=True)
class Order:
    """A total order of a collection: its keys, ending with the id, and what must be joined for them."""

    keys: tuple[SortKey, ...]
    #: The condition on `k`, the record's row among the dates, where it is needed for the keys.
    dated: str = ""
    dated_values: tuple[Any, ...] = ()

    @property
    def by(self) -> str:
        """The ORDER BY."""
        return ", ".join(f"{key.sql} DESC" if key.descends else key.sql for key in self.keys)

    def source(self, narrowed: bool) -> str:
        """What is selected from. CROSS: all records of a type are read in the order of their dates until the
        page is full; few chosen ones are rather chosen first, and sorted."""
        if not self.dated:
            return "record r"
        return f"date_key k {'JOIN' if narrowed else 'CROSS JOIN'} record r ON {self.dated}"

    @property
    def columns(self) -> str:
        """The keys' values, which a cursor keeps."""
        return ", ".join(key.sql for key in self.keys)

    def beyond(self, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """The condition for what comes after a row with these values."""
        alternatives: list[str] = []
        bound: list[Any] = []
        for index, key in enumerate(self.keys):
            same = [f"{earlier.sql} = ?" for earlier in self.keys[:index]]
            alternatives.append(" AND ".join([*same, f"{key.sql} {'<' if key.descends else '>'} ?"]))
            bound += [*values[:index], values[index]]
        # Redundant, but it is what lets the index start at the cursor instead of at its beginning.
        first = self.keys[0]
        start = f"{first.sql} {'<=' if first.descends else '>='} ?"
        return f"{start} AND ({' OR '.join(f'({a})' for a in alternatives)})", [values[0], *bound]


def order_of(record_type: RecordType, sort: str) -> Order:
    """The order that `sort=` names."""
    name, descends = sort.removeprefix("-"), sort.startswith("-")
    if name == "id":
        return Order((SortKey("r.id", descends),))
    if name in record_type.dates:
        first, second = ("k.latest", "k.earliest") if descends else ("k.earliest", "k.latest")
        keys = (
            SortKey("k.missing"),
            SortKey(first, descends),
            SortKey(second, descends),
            SortKey("k.record"),
        )
        return Order(keys, "r.id = k.record AND k.type = ? AND k.field = ?", (record_type.name, name))
    column = "r.updated" if name == "updated" else "r.name"
    return Order((SortKey(column, descends), SortKey("r.id")))
