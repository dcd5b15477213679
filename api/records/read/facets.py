"""Counts by value beside a page, each as if its own filter had not been given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pyroaring import BitMap

from schemas.base import Json
from schemas.fuzzy_date import EARLIEST, LATEST, FuzzyDate
from schemas.query import Query

from ..core.filters import Filter, Questions, Survivors, narrower_of
from ..core.registry import RecordType
from ..core.sql import ALWAYS, Sql, sql
from ..core.state import PUBLIC, State
from ..store.deadline import parsed
from .index import StateIndex

#: Values shown of a facet; `truncated` says that there are more.
MOST_VALUES = 50
#: Years, decades or months shown of a date.
MOST_SPANS = 200
#: First and last year, decade or month that a number of records touch; None without an end.
Span = tuple[int | None, int | None, int]
#: The numbers that are chosen when the filter of this name is left out.
Chosen = Callable[[str], BitMap]


def read_facets(
    index: StateIndex,
    names: Sequence[str],
    types: Sequence[RecordType],
    query: Query,
    survivors: Survivors,
    chosen: Chosen,
) -> Json:
    """{facet: {`values`: [{`value`, `name`, `count`}], `truncated`}}.

    A count is exactly the total of the same query with that value in the place of the facet's own filter.
    """
    counting = _Counting(index, [t.name for t in types], _filters(types), query, survivors, chosen)
    facets = {name: counting.facet(name) for name in names}
    _name_values(index.state, facets, counting.filters)
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

    index: StateIndex
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
        chosen = self.chosen("type")
        of_types = self.index.sets([self.index.shown([name]) for name in self.types])
        return _shown({name: len(chosen & some) for name, some in zip(self.types, of_types, strict=True)})

    def _values(self, declared: Filter) -> Json:
        """Counts by the values of a filter; the half of a pair counts with the other half that was given."""
        chosen = self.chosen(declared.name)
        place, found_by, pair = self._pair(declared)
        found: dict[str, BitMap] = {}
        for *term, numbers in self.index.terms_of(chosen, self.types, found_by, pair):
            found[term[place]] = found.get(term[place], BitMap()) | numbers
        return _shown({value: len(numbers) for value, numbers in found.items()})

    def _pair(self, declared: Filter) -> tuple[int, str, Sql]:
        """Whether it is counted by value (0) or qualifier (1), the filter whose keys these are, and what the
        other half says."""
        if declared.pairs_with and declared.pairs_with in self.query.given:
            partner = self.filters[declared.pairs_with]
            values = partner.values(self.query[partner.name], self.survivors)
            return 1, partner.name, sql("k.value IN ({values}) AND k.qualifier <> ''", values=values)
        narrower = narrower_of(self.filters.values(), declared.name)
        if narrower and narrower.name in self.query.given:
            return 0, declared.name, sql("k.qualifier IN ({q})", q=self.query[narrower.name])
        return 0, declared.name, ALWAYS


def _shown(counts: Mapping[str, int]) -> Json:
    """The greatest counts, by value where they are equal."""
    best = sorted((-count, value) for value, count in counts.items() if count)
    values = [{"value": value, "name": None, "count": -minus} for minus, value in best[:MOST_VALUES]]
    return {"values": values, "truncated": len(best) > MOST_VALUES}


# Spans of time


def _spans(counting: _Counting, field: str, step: str) -> Json:
    """Counts by year, decade or month, from the first to the last that any of the dates names."""
    chosen, certain = counting.chosen(field), counting.query["match"] == "certain"
    spans = []
    for day in counting.index.calendar(counting.types, field, certain=certain).days:
        first, last = (day.low, day.high) if certain else (day.earliest, day.latest)
        if first and last and (n := day.numbers.intersection_cardinality(chosen)):
            spans.append((_end(first, step), _end(last, step), n))
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
