"""Which records have a key in a state, as sets of their numbers: now from the postings, of the past from the
rows of keys and their periods. What is asked above knows no difference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import orjson
from pyroaring import BitMap

from schemas.query import DateRange

from ..core.filters import UNDATED, bounds_of_term, dated_term, term_touching, touching
from ..core.sql import ALWAYS, Sql, joined, sql
from ..core.state import State
from ..store.postings import SCOPE, listed, posted, posted_terms, united
from ..text.index import SCOPE_OF

#: So few records are asked for their keys; of more of them, each key is asked for its records.
FEW = 500
#: A term of a filter with the numbers of the records that have it: (value, qualifier, numbers).
Terms = Iterator[tuple[str, str, BitMap]]

# One list instead of a row for each number: Python takes it in a third of the time.
_WITH = """
SELECT json_group_array(n.id) FROM filter_key k JOIN search_row n ON n.record = k.record
WHERE k.type = {type} AND k.filter = {name} AND {condition} AND {holds}
"""
_TERMS = """
SELECT k.value, k.qualifier, n.id FROM filter_key k JOIN search_row n ON n.record = k.record
WHERE k.type IN ({types}) AND k.filter = {name} AND {condition} AND {holds} ORDER BY k.value, k.qualifier
"""
_TERMS_OF = """
SELECT k.value, k.qualifier, n.id FROM search_row n
CROSS JOIN filter_key k ON k.record = n.record AND k.filter = {name} AND k.type IN ({types}) AND {holds}
WHERE {those} AND {condition} ORDER BY k.value, k.qualifier
"""
_DATED = """
SELECT json_group_array(n.id) FROM date_key d JOIN search_row n ON n.record = d.record
WHERE d.type = {type} AND d.field = {name} AND {condition} AND {holds}
"""
_DATES = """
SELECT d.missing, d.earliest, d.latest, d.low, d.high, n.id
FROM date_key d JOIN search_row n ON n.record = d.record
WHERE d.type IN ({types}) AND d.field = {name} AND {holds}
ORDER BY d.missing, d.earliest, d.latest, d.low, d.high
"""
_SHOWN = """
SELECT json_group_array(n.id) FROM {records} r JOIN search_row n ON n.record = r.id
WHERE r.type IN ({types}) AND {shown}
"""


class Day(NamedTuple):
    """A date that records have, with their numbers: earliest and latest day for sorting and possible matches,
    `low` and `high` for certain ones, None where it is in doubt."""

    earliest: str
    latest: str
    low: str | None
    high: str | None
    numbers: BitMap


@dataclass(frozen=True)
class Calendar:
    """All dates of a field that records have, in order, and the records without one."""

    days: Sequence[Day]
    undated: BitMap


@dataclass(frozen=True)
class StateIndex:
    """What asks for the numbers of records in a state."""

    state: State
    _sets: dict[Sql, BitMap] = field(default_factory=dict, compare=False)
    _calendars: dict[tuple[str, ...], Calendar] = field(default_factory=dict, compare=False)

    def sets(self, queries: Sequence[Sql]) -> list[BitMap]:
        """The numbers that some queries find, all in one statement, and each once."""
        new = [query for query in dict.fromkeys(queries) if query not in self._sets]
        if new:
            numbered = [
                sql("SELECT {place}, f.* FROM ({q}) f", place=i, q=query) for i, query in enumerate(new)
            ]
            found: list[list[Any]] = [[] for _ in new]
            for place, value in self.state.rows(joined(" UNION ALL ", numbered)):
                found[place].append(value)
            self._sets.update((query, _read(values)) for query, values in zip(new, found, strict=True))
        return [self._sets[query] for query in queries]

    # Queries for numbers

    def shown(self, types: Sequence[str]) -> Sql:
        """The records of some types that may be seen in the state."""
        if self.state.moment is None:
            scopes = [SCOPE_OF[status] for status in self.state.statuses]
            return posted(types, SCOPE, sql("k.value IN ({scopes})", scopes=scopes))
        return sql(_SHOWN, records=self.state.records, types=types, shown=self.state.shows("r"))

    def having(self, record_type: str, name: str, condition: Sql) -> Sql:
        """The records of a type that have a key of a filter that meets a condition."""
        if self.state.moment is None:
            return posted([record_type], name, condition)
        return sql(_WITH, type=record_type, name=name, condition=condition, holds=self.state.holds("k"))

    def dated(self, record_type: str, name: str, value: DateRange, match: str) -> Sql:
        """The records of a type of which a date touches a range."""
        if self.state.moment is None:
            return posted([record_type], name, term_touching(value, match))
        return self._dated_so(record_type, name, touching("d", value, match))

    def undated(self, record_type: str, name: str) -> Sql:
        """The records of a type that have no such date."""
        if self.state.moment is None:
            return posted([record_type], name, sql("k.value = {undated}", undated=UNDATED))
        return self._dated_so(record_type, name, Sql("d.missing = 1"))

    def _dated_so(self, record_type: str, name: str, condition: Sql) -> Sql:
        return sql(_DATED, type=record_type, name=name, condition=condition, holds=self.state.holds("d"))

    def with_ids(self, ids: Sql) -> Sql:
        """The records of these ids."""
        return sql("SELECT json_group_array(n.id) FROM search_row n WHERE n.record IN ({ids})", ids=ids)

    # Terms

    def terms(self, types: Sequence[str], name: str, condition: Sql = ALWAYS) -> Terms:
        """The terms of a filter that meet a condition, in their order."""
        if self.state.moment is None:
            yield from self._posted_terms(types, name, condition)
            return
        holds = self.state.holds("k")
        query = sql(_TERMS, types=types, name=name, condition=condition, holds=holds)
        yield from _grouped(self.state.rows(query))

    def _posted_terms(self, types: Sequence[str], name: str, condition: Sql) -> Terms:
        rows = self.state.rows(posted_terms(types, name, condition))
        for (value, qualifier), pieces in groupby(rows, lambda row: row[:2]):
            yield value, qualifier, united(row[2] for row in pieces)

    def terms_of(self, numbers: BitMap, types: Sequence[str], name: str, condition: Sql = ALWAYS) -> Terms:
        """The terms of a filter that some records have, with those of the records that have them."""
        if len(numbers) > FEW:
            for value, qualifier, having in self.terms(types, name, condition):
                if some := having & numbers:
                    yield value, qualifier, some
            return
        query = sql(
            _TERMS_OF,
            those=among("n.id", numbers),
            types=types,
            name=name,
            condition=condition,
            holds=self.state.holds("k"),
        )
        yield from _grouped(self.state.rows(query))

    def calendar(self, types: Sequence[str], name: str) -> Calendar:
        """All dates that records of some types have; read once."""
        key = (name, *types)
        if key not in self._calendars:
            self._calendars[key] = self._calendar(types, name)
        return self._calendars[key]

    def _calendar(self, types: Sequence[str], name: str) -> Calendar:
        days, undated = [], BitMap()
        for value, qualifier, numbers in self._dates(types, name):
            if value == UNDATED:
                undated |= numbers
            else:
                days.append(Day(*bounds_of_term(value, qualifier), numbers))
        return Calendar(sorted(days, key=lambda day: day[:2]), undated)

    def _dates(self, types: Sequence[str], name: str) -> Terms:
        if self.state.moment is None:
            yield from self._posted_terms(types, name, ALWAYS)
            return
        rows = self.state.rows(sql(_DATES, types=types, name=name, holds=self.state.holds("d")))
        for bounds, some in groupby(rows, lambda row: row[:5]):
            yield *dated_term(*bounds), BitMap([row[5] for row in some])


def _read(values: Sequence[Any]) -> BitMap:
    """Numbers in pieces of sets, or in one list."""
    if values and isinstance(values[0], str):
        return BitMap(orjson.loads(values[0]))
    return united(values)


def _grouped(rows: Sequence[tuple[str, str, int]]) -> Terms:
    for (value, qualifier), some in groupby(rows, lambda row: row[:2]):
        yield value, qualifier, BitMap([row[2] for row in some])


def among(column: str, numbers: BitMap) -> Sql:
    """The condition that a column holds one of some numbers."""
    return sql(f"{column} IN (SELECT value FROM json_each({{numbers}}))", numbers=listed(numbers))
