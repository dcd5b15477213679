"""Which records have a key in a state, as sets of their numbers: the present ones; in the past too, but for
what has changed since, of which the rows of keys tell. What asks knows no difference."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from pyroaring import BitMap

from schemas.query import DateRange

from ..core.filters import UNDATED, Part, bounds_of_term, dated_term, term_touching, touching
from ..core.sql import ALWAYS, Sql, joined, sql
from ..core.state import PUBLIC, State
from ..store.postings import SCOPE, is_list, listed, posted, posted_terms, union, united, unlisted
from ..text.fulltext import SCOPE_OF

#: So few records are asked for their keys; of more of them, each key is asked for its records.
FEW = 500
#: A term of a filter with the numbers of the records that have it: (value, qualifier, numbers).
Terms = Iterator[tuple[str, str, BitMap]]

#: So many records that changed since a moment are looked at one by one; of more of them, every row is read.
MOST_CHANGED = 20_000

_HOW_MANY_CHANGED = """
SELECT COUNT(*) FROM (SELECT 1 FROM rendering r WHERE r.since > {commit} LIMIT {most}) c
"""
_CHANGED = """
SELECT json_group_array(n.id) FROM rendering r CROSS JOIN search_row n ON n.record = r.id
WHERE r.since > {commit}
"""
# One list instead of a row for each number: Python takes it in a third of the time.
_WITH = """
SELECT json_group_array(f.record) FROM {source}
WHERE {those} AND k.type IN ({types}) AND k.filter = {name} AND {condition} AND {holds}
"""
#: The same of some records: terms are looked for once, not for each key.
_WITH_OF_RECORDS = """
SELECT json_group_array(f.record) FROM filter_key f WHERE {those} AND {holds} AND +f.term IN
(SELECT k.id FROM term k WHERE k.type IN ({types}) AND k.filter = {name} AND {condition})
"""
_TERMS = """
SELECT k.value, k.qualifier, f.record FROM {source}
WHERE {those} AND k.type IN ({types}) AND k.filter = {name} AND {condition} AND {holds}
ORDER BY k.value, k.qualifier
"""
#: Keys with their terms: of some records, or all of them.
_OF_RECORDS = Sql("filter_key f CROSS JOIN term k ON k.id = f.term")
_OF_TERMS = Sql("term k CROSS JOIN filter_key f ON f.term = k.id")
_DATED = """
SELECT json_group_array(n.id) FROM {source}
WHERE {changed} AND {of}.type = {type} AND k.field = {name} AND {condition} AND {holds}
"""
#: A list for each date, whose rows lie together in the index.
_DATES = """
SELECT {bounds}, json_group_array(n.id) FROM {source}
WHERE {changed} AND {of}.type IN ({types}) AND k.field = {name} AND {holds} GROUP BY {bounds}
"""
_BOUNDS = Sql("k.missing, k.earliest, k.latest")
#: These stand in the rows alone, so that each is looked up, and all are sorted.
_ALL_BOUNDS = Sql(f"{_BOUNDS.text}, k.low, k.high")
#: Only what was taken out lacks its bytes, which lie far behind in a row: others are read in an index.
_SHOWN = """
SELECT json_group_array(n.id) FROM {source} WHERE {changed} AND {of}.type IN ({types})
AND k.status IN ({statuses}) AND {stands}
AND (k.id NOT IN (SELECT record FROM redaction) OR k.body IS NOT NULL)
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
    _calendars: dict[tuple[object, ...], Calendar] = field(default_factory=dict, compare=False)

    @cached_property
    def _changed(self) -> BitMap | None:
        """The records that changed since the moment asked; None if they are many."""
        if self.state.moment is None:
            return BitMap()
        commit = self.state.moment.commit
        [(many,)] = self.state.rows(sql(_HOW_MANY_CHANGED, commit=commit, most=MOST_CHANGED + 1))
        if many > MOST_CHANGED:
            return None
        [(numbers,)] = self.state.rows(sql(_CHANGED, commit=commit))
        return unlisted(numbers)

    def _asked(self, now: Sql, then: Callable[[], Sql]) -> Sql:
        """The query for the sets of the present, of the past too for what has not changed since; with it the
        one for rows that held then."""
        if self.state.moment is None:
            return now
        return then() if self._changed is None else sql("{now} UNION ALL {rows}", now=now, rows=then())

    def _of_keys(
        self, then: str, numbers: BitMap | None, types: Sequence[str], name: str, condition: Sql
    ) -> Sql:
        """The query for keys of a filter that held then: of some records, or of all of them."""
        parts = {"types": types, "name": name, "condition": condition, "holds": self.state.holds("f")}
        if numbers is None:
            return sql(then, source=_OF_TERMS, those=ALWAYS, **parts)
        # The filter stands in the index behind the record.
        those = sql("{among} AND f.filter = {name}", among=among("f.record", numbers), name=name)
        return sql(then, source=_OF_RECORDS, those=those, **parts)

    def _of_rows(self, then: str, table: str, record: str = "record", **parts: Any) -> Sql:
        """The query for rows of a table that held then: of what has changed since, or of everything."""
        if self._changed is None:
            source = f"{table} k CROSS JOIN search_row n ON n.record = k.{record}"
            holds = self.state.holds("k")
            return sql(then, source=Sql(source), of=Sql("k"), changed=ALWAYS, holds=holds, **parts)
        source = f"search_row n CROSS JOIN {table} k ON k.{record} = n.record"
        # Types of numbers, not of rows, so that the rows of a record are found by the record.
        changed, of = among("n.id", self._changed), Sql("n")
        return sql(then, source=Sql(source), of=of, changed=changed, holds=self.state.holds("k"), **parts)

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
            self._sets.update((query, self._read(values)) for query, values in zip(new, found, strict=True))
        return [self._sets[query] for query in queries]

    def _read(self, values: Sequence[Any]) -> BitMap:
        """Numbers in pieces of sets of the present, and in lists."""
        pieces = united(value for value in values if not is_list(value))
        if self._changed:
            pieces -= self._changed
        lists = [unlisted(value) for value in values if is_list(value)]
        return union([pieces, *lists]) if lists else pieces

    # Queries for numbers

    def shown(self, types: Sequence[str]) -> Sql:
        """The records of some types that may be seen in the state."""
        scopes = [SCOPE_OF[status] for status in self.state.statuses]
        if self.state.moment is not None:
            # Drafts have no past.
            scopes = [SCOPE_OF[status] for status in PUBLIC if status in self.state.statuses]
        now = posted(types, SCOPE, sql("k.value IN ({scopes})", scopes=scopes))
        statuses, stands = list(self.state.statuses), self.state.stands("k")
        parts = {"types": types, "statuses": statuses, "stands": stands}
        return self._asked(now, lambda: self._of_rows(_SHOWN, "rendering", record="id", **parts))

    def having(self, record_type: str, name: str, condition: Sql) -> Sql:
        """The records of a type that have a key of a filter that meets a condition."""
        now = posted([record_type], name, condition)
        then = _WITH if self._changed is None else _WITH_OF_RECORDS
        return self._asked(now, lambda: self._of_keys(then, self._changed, [record_type], name, condition))

    def dated(self, record_type: str, name: str, value: DateRange, match: str) -> Sql:
        """The records of a type of which a date touches a range."""
        return self._dated_so(record_type, name, term_touching(value, match), touching("k", value, match))

    def undated(self, record_type: str, name: str) -> Part:
        """The records of a type that have no such date."""
        now = sql("k.value = {undated}", undated=UNDATED)
        return Part(self._dated_so(record_type, name, now, Sql("k.missing = 1")))

    def _dated_so(self, record_type: str, name: str, now: Sql, then: Sql) -> Sql:
        terms = posted([record_type], name, now)
        return self._asked(
            terms, lambda: self._of_rows(_DATED, "date_key", type=record_type, name=name, condition=then)
        )

    def with_ids(self, ids: Sql) -> Sql:
        """The records of these ids."""
        return sql("SELECT json_group_array(n.id) FROM search_row n WHERE n.record IN ({ids})", ids=ids)

    # Terms

    def terms(self, types: Sequence[str], name: str, condition: Sql = ALWAYS) -> Terms:
        """The terms of a filter that meet a condition, in their order."""
        now = posted_terms(types, name, condition)
        if self.state.moment is None:
            return self._posted(now)
        then = self._of_keys(_TERMS, self._changed, types, name, condition)
        return self._merged(now, _grouped(self.state.rows(then)))

    def _posted(self, query: Sql) -> Terms:
        for (value, qualifier), pieces in groupby(self.state.rows(query), lambda row: row[:2]):
            yield value, qualifier, united(row[2] for row in pieces)

    def _merged(self, now: Sql, then: Terms) -> Terms:
        """Terms of the past: of the present for what has not changed since, and of rows that held then."""
        found: dict[tuple[str, str], BitMap] = {}
        if self._changed is not None:
            for value, qualifier, numbers in self._posted(now):
                found[value, qualifier] = numbers - self._changed
        for value, qualifier, numbers in then:
            found[value, qualifier] = found.get((value, qualifier), BitMap()) | numbers
        for (value, qualifier), numbers in sorted(found.items(), key=lambda pair: pair[0]):
            if numbers:
                yield value, qualifier, numbers

    def terms_of(self, numbers: BitMap, types: Sequence[str], name: str, condition: Sql = ALWAYS) -> Terms:
        """The terms of a filter that some records have, with those of the records that have them."""
        if len(numbers) > FEW:
            for value, qualifier, having in self.terms(types, name, condition):
                if some := having & numbers:
                    yield value, qualifier, some
            return
        query = self._of_keys(_TERMS, numbers, types, name, condition)
        yield from _grouped(self.state.rows(query))

    def calendar(self, types: Sequence[str], name: str, *, certain: bool = False) -> Calendar:
        """All dates that records of some types have; read once. Those of the past have `low` and `high` where
        `certain`."""
        key = (certain, name, *types)
        if key not in self._calendars:
            self._calendars[key] = self._calendar(types, name, certain)
        return self._calendars[key]

    def _calendar(self, types: Sequence[str], name: str, certain: bool) -> Calendar:
        days, undated = [], BitMap()
        for value, qualifier, numbers in self._dates(types, name, certain):
            if value == UNDATED:
                undated |= numbers
            else:
                days.append(Day(*bounds_of_term(value, qualifier), numbers))
        return Calendar(sorted(days, key=lambda day: day[:2]), undated)

    def _dates(self, types: Sequence[str], name: str, certain: bool) -> Terms:
        now = posted_terms(types, name, ALWAYS)
        if self.state.moment is None:
            return self._posted(now)
        bounds = _ALL_BOUNDS if certain else _BOUNDS
        rows = self.state.rows(self._of_rows(_DATES, "date_key", types=types, name=name, bounds=bounds))
        then = ((*dated_term(*row[:-1]), unlisted(row[-1])) for row in rows)
        return self._merged(now, then)


def _grouped(rows: Sequence[tuple[str, str, int]]) -> Terms:
    for (value, qualifier), some in groupby(rows, lambda row: row[:2]):
        yield value, qualifier, BitMap([row[2] for row in some])


def among(column: str, numbers: BitMap) -> Sql:
    """The condition that a column holds one of some numbers."""
    return sql(f"{column} IN (SELECT value FROM json_each({{numbers}}))", numbers=listed(numbers))
