"""Which records have a key, as it follows from the rows of keys that hold now."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from peewee import Database
from pyroaring import BitMap

from ..core.filters import dated_term
from ..core.sql import run, sql
from ..core.state import FOREVER
from ..store.postings import SCOPE, Posted, Term, Words, change
from ..store.tables import DATE_KEYS, FILTER_KEYS, record_numbers
from ..text.index import Indexed

#: The tables of keys that have postings.
POSTED = (FILTER_KEYS, DATE_KEYS)


def follow(database: Database, before: set[Any], after: set[Any], indexed: Indexed | None = None) -> None:
    """Let the postings say what rows of keys say `after` a change instead of `before`, periods aside, and
    where the records were `indexed` at the same time."""
    gone, new = (before - after, after - before) if before else (before, after)
    indexed = indexed or Indexed(record_numbers(database, {row.record for row in gone | new}))
    added, removed = _posted(new, indexed.numbers), _posted(gone, indexed.numbers)
    change(database, [*indexed.added, *added], [*indexed.removed, *removed])


def _posted(rows: Iterable[Any], numbers: Mapping[str, int]) -> Iterator[Posted]:
    for row in rows:
        yield _term(row), numbers[row.record]


_words_of = attrgetter(*Term._fields)


def _term(row: Any) -> Words:
    if isinstance(row, FILTER_KEYS.row):
        words: Words = _words_of(row)
        return words
    return Term(row.type, row.field, *dated_term(row.missing, row.earliest, row.latest, row.low, row.high))


# All of them

_OF_KEYS = """
SELECT t.type, t.filter, t.value, t.qualifier, k.record FROM filter_key k JOIN term t ON t.id = k.term
WHERE k.until = {forever} ORDER BY 1, 2, 3, 4
"""
_OF_DATES = """
SELECT k.type, k.field, k.missing, k.earliest, k.latest, k.low, k.high, n.id
FROM date_key k JOIN search_row n ON n.record = k.record
WHERE k.until = {forever} ORDER BY 1, 2, 3, 4, 5, 6, 7
"""
_OF_SCOPES = "SELECT type, {scope}, scope, '', id FROM search_row ORDER BY 1, 3"


def right_postings(database: Database) -> Iterator[tuple[Term, BitMap]]:
    """Every term with its numbers, as follows from the keys that hold now."""
    for query in (sql(_OF_KEYS, forever=FOREVER), sql(_OF_SCOPES, scope=SCOPE)):
        for term, rows in groupby(run(database, query), lambda row: row[:4]):
            yield Term(*term), _set(row[4] for row in rows)
    dated = run(database, sql(_OF_DATES, forever=FOREVER))
    for (of_type, field, *bounds), rows in groupby(dated, lambda row: row[:7]):
        yield Term(of_type, field, *dated_term(*bounds)), _set(row[7] for row in rows)


def _set(numbers: Iterable[int]) -> BitMap:
    """Record numbers as a set; what a damaged row has for a number and can be none is left out."""
    return BitMap([number for number in numbers if 0 <= number < 2**32])
