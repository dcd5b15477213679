"""Counts by value beside a page, each as if its own filter had not been given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from schemas.base import Json
from schemas.fuzzy_date import EARLIEST, LATEST, FuzzyDate
from schemas.query import Query

from ..core.filters import Filter, Questions, Survivors, narrower_of
from ..core.registry import RecordType
from ..core.sql import ALWAYS, Sql, sql
from ..core.state import PUBLIC, State
from ..store.deadline import parsed

#: Values shown of a facet; `truncated` says that there are more.
MOST_VALUES = 50
#: Years, decades or months shown of a date.
MOST_SPANS = 200
#: First and last year, decade or month that a number of records touch; None without an end.
Span = tuple[int | None, int | None, int]
#: A query for the ids that are chosen when the filter of this name is left out.
Chosen = Callable[[str], Sql]


def read_facets(
    state: State,
    names: Sequence[str],
    types: Sequence[RecordType],
    query: Query,
    survivors: Survivors,
    chosen: Chosen,
) -> Json:
    """{facet: {`values`: [{`value`, `name`, `count`}], `truncated`}}.

    A count is exactly the total of the same query with that value in the place of the facet's own filter.
    """
    counting = _Counting(state, [t.name for t in types], _filters(types), query, survivors, chosen)
    facets = {name: counting.facet(name) for name in names}
    _name_values(state, facets, counting.filters)
    return facets


def _filters(types: Sequence[RecordType]) -> dict[str, Filter]:
    filters: dict[str, Filter] = {}
    for record_type in types:
        for declared in record_type.filters:
            filters.setdefault(declared.name, declared)
    return filters


@dataclass(frozen=True)
class _Counting:
    """What is counted: records of some types, as a query chooses them."""

    state: State
    types: Sequence[str]
    filters: Mapping[str, Filter]
    query: Query
    survivors: Survivors
    chosen: Chosen

    def facet(self, name: str) -> Json:
        """The counts of one facet."""
        plain, _, step = name.partition(".")
        if name == "type":
            return self._types()
        if step:
            return _spans(self, plain, step)
        return self._values(self.filters[plain])

    def _types(self) -> Json:
        query = (
            "SELECT r.type, COUNT(*) FROM {records} r WHERE r.id IN ({ids}) AND {stands} "
            "GROUP BY r.type ORDER BY 2 DESC, 1"
        )
        stands = self.state.stands("r")
        rows = self.state.rows(sql(query, records=self.state.records, ids=self.chosen("type"), stands=stands))
        return _shown(rows)

    def _values(self, declared: Filter) -> Json:
        """Counts by the values of a filter; the half of a pair counts with the other half that was given."""
        column, found_by, pair = self._pair(declared)
        rows = self.state.rows(
            sql(
                f"SELECT {column}, COUNT(DISTINCT k.record) AS n FROM filter_key k "
                "WHERE k.type IN ({types}) AND k.filter = {found_by} AND {holds} AND {pair} "
                f"AND k.record IN ({{ids}}) GROUP BY {column} ORDER BY n DESC, 1 LIMIT {MOST_VALUES + 1}",
                types=self.types,
                found_by=found_by,
                holds=self.state.holds("k"),
                pair=pair,
                ids=self.chosen(declared.name),
            )
        )
        return _shown(rows)

    def _pair(self, declared: Filter) -> tuple[str, str, Sql]:
        """The column that is counted by, the filter whose keys these are, and what the other half says."""
        if declared.pairs_with and declared.pairs_with in self.query.given:
            partner = self.filters[declared.pairs_with]
            values = partner.values(self.query[partner.name], self.survivors)
            with_it = sql("k.value IN ({values}) AND k.qualifier <> ''", values=values)
            return "k.qualifier", partner.name, with_it
        narrower = narrower_of(self.filters.values(), declared.name)
        if narrower and narrower.name in self.query.given:
            return "k.value", declared.name, sql("k.qualifier IN ({q})", q=self.query[narrower.name])
        return "k.value", declared.name, ALWAYS


def _shown(rows: Sequence[Any]) -> Json:
    values = [{"value": row[0], "name": None, "count": row[1]} for row in rows[:MOST_VALUES]]
    return {"values": values, "truncated": len(rows) > MOST_VALUES}


# Spans of time


def _spans(counting: _Counting, field: str, step: str) -> Json:
    """Counts by year, decade or month, from the first to the last that any of the dates names."""
    low, high = ("low", "high") if counting.query["match"] == "certain" else ("earliest", "latest")
    rows = counting.state.rows(
        sql(
            f"SELECT k.{low}, k.{high}, COUNT(*) FROM date_key k WHERE k.type IN ({{types}}) "
            f"AND k.field = {{field}} AND k.missing = 0 AND k.{low} IS NOT NULL AND {{holds}} "
            "AND k.record IN ({ids}) GROUP BY 1, 2",
            types=counting.types,
            field=field,
            holds=counting.state.holds("k"),
            ids=counting.chosen(field),
        )
    )
    spans = [(_end(a, step), _end(b, step), n) for a, b, n in rows]
    counts = _counts(spans)
    most = sorted(counts, key=lambda number: (-counts[number], number))[:MOST_SPANS]
    shown = [(_edtf(number, step), counts[number]) for number in sorted(most)]
    shown = [*_before(spans, step), *shown, *_after(spans, step)]
    return {
        "values": [{"value": edtf, "name": FuzzyDate.parse(edtf).display, "count": n} for edtf, n in shown],
        "truncated": len(counts) > MOST_SPANS,
    }


def _end(day: str, step: str) -> int | None:
    """The number of the span that a bound lies in; None for an open or unknown end."""
    return None if day in (EARLIEST, LATEST) else _number(day, step)


def _number(day: str, step: str) -> int:
    year, month = int(day[:4]), int(day[5:7])
    return {"year": year, "decade": year // 10, "month": year * 12 + month - 1}[step]


def _edtf(number: int, step: str) -> str:
    if step == "month":
        return f"{number // 12:04d}-{number % 12 + 1:02d}"
    if step == "decade":
        # There is no year 0: the first decade has nine years, and EDTF no other name for it.
        return f"{number:03d}X" if number else "0001/0009"
    return f"{number:04d}"


def _counts(spans: Sequence[Span]) -> dict[int, int]:
    """How many records touch each span of time from the first to the last that any of them names."""
    known = _known(spans)
    if not known:
        return {}
    steps: dict[int, int] = {}
    for first, last, n in spans:
        start = min(known) if first is None else first
        end = max(known) if last is None else last
        if start <= end:
            steps[start] = steps.get(start, 0) + n
            steps[end + 1] = steps.get(end + 1, 0) - n
    running = accumulate(steps.get(number, 0) for number in range(min(known), max(known) + 1))
    return {number: n for number, n in enumerate(running, min(known)) if n}


def _known(spans: Sequence[Span]) -> set[int]:
    return {number for first, last, _ in spans for number in (first, last) if number is not None}


def _before(spans: Sequence[Span], step: str) -> list[tuple[str, int]]:
    """All time before the first span, where records have an open or unknown beginning."""
    count = sum(n for first, _, n in spans if first is None)
    if not count or (least := min(_known(spans), default=0)) <= _number("0001-01-01", step):
        return []
    return [(f"../{_last_of(least - 1, step)}", count)]


def _after(spans: Sequence[Span], step: str) -> list[tuple[str, int]]:
    """All time after the last span, where records have an open or unknown end."""
    count = sum(n for _, last, n in spans if last is None)
    if not count or (most := max(_known(spans), default=0)) >= _number("9999-12-31", step):
        return []
    return [(f"{_first_of(most + 1, step)}/..", count)]


def _first_of(number: int, step: str) -> str:
    """The first year or month of a span, for the beginning of an interval."""
    return f"{max(number * 10, 1):04d}" if step == "decade" else _edtf(number, step)


def _last_of(number: int, step: str) -> str:
    """The last year or month of a span, for the end of an interval."""
    return f"{number * 10 + 9:04d}" if step == "decade" else _edtf(number, step)


# Names


def _name_values(state: State, facets: dict[str, Json], filters: Mapping[str, Filter]) -> None:
    """Put names of records and texts of questions beside their ids."""
    values = [(filters.get(name), member) for name, facet in facets.items() for member in facet["values"]]
    ids = sorted({member["value"] for declared, member in values if declared and declared.names_records})
    records = _records(state, ids) if ids else {}
    questions = _questions(state) if any(isinstance(declared, Questions) for declared, _ in values) else {}
    for declared, member in values:
        if isinstance(declared, Questions):
            member["name"] = questions.get(member["value"])
        elif declared and declared.names_records:
            member |= records.get(member["value"], {})


def _records(state: State, ids: Sequence[str]) -> dict[str, Json]:
    """{`name`, `type`} of records, by id; there are not more of them than facets show."""
    query = "SELECT r.id, r.name, r.type FROM {records} r WHERE r.id IN ({ids}) AND {stands}"
    rows = state.rows(sql(query, records=state.records, ids=ids, stands=state.stands("r")))
    return {row[0]: {"name": row[1], "type": row[2]} for row in rows}


def _questions(state: State) -> dict[str, str]:
    query = "SELECT r.body FROM {records} r WHERE r.type = 'dossier' AND {shows}"
    rows = state.rows(sql(query, records=state.records, shows=state.of(PUBLIC).shows("r")))
    return {q["id"]: q["text"] for row in rows for q in parsed(row[0])["questions"]}
