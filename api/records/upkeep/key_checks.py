"""What records are and were found by: keys, the sets of numbers that follow from them, counts."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, pairwise
from typing import Any

from peewee import Database, DatabaseError

from ..core.sql import ALWAYS
from ..core.state import FOREVER
from ..store.postings import SCOPE, is_same, rows_for, united
from ..store.tables import DOSSIER_MENTIONS, POSTINGS, rows_of_records
from ..write.keys import PERIODIC, timeless
from ..write.members import right_mentions
from ..write.postings import right_postings
from ..write.rebuild import Periods, joined_periods, periods_of_renderings
from ..write.session import Entry
from .row_checks import MOST_NAMED, difference, named, place


def key_faults(database: Database, entries: list[Entry], keys: dict[str, set[Any]]) -> Iterator[str]:
    """Key rows that are not the `keys` of a record that is shown, or not what its renderings give."""
    ids = [entry.id for entry in entries]
    held, right = _held_periods(database, ids), periods_of_renderings(database, ids)
    for entry in entries:
        rows = held.get(entry.id, {})
        for row in (row for row, periods in rows.items() if _overlap(periods)):
            yield f"{named(entry)}: it is found twice at one time by one key: {row!r}"
        now = {row for row, periods in rows.items() if any(until == FOREVER for _, until in periods)}
        if wrong := difference(now, keys.get(entry.id, now)):
            yield f"{named(entry)}: the rows it is found by are not its keys: {wrong}"
        elif wrong := difference(_with_periods(rows), _with_periods(right.get(entry.id, {}))):
            past = "the rows it was found by in the past are not what its renderings give"
            yield f"{named(entry)}: {past}: {wrong}"


def _with_periods(rows: Periods) -> Iterator[Any]:
    for row, periods in rows.items():
        for since, until in joined_periods(periods):
            yield row._replace(since=since, until=until)


def _overlap(periods: list[tuple[int, int]]) -> bool:
    return any(until > since for (_, until), (since, _) in pairwise(sorted(periods)))


def _held_periods(database: Database, ids: list[str]) -> dict[str, Periods]:
    """The periods of the key tables' rows by record, as they stand."""
    found: dict[str, Periods] = {}
    for row in rows_of_records(database, PERIODIC, ids):
        periods = found.setdefault(row.record, {}).setdefault(timeless(row), [])
        periods.append((row.since, row.until))
    return found


def posting_faults(database: Database) -> Iterator[str]:
    """Sets of records that are not those that have the key."""
    right = {POSTINGS.key_of(row): row for row in rows_for(right_postings(database))}
    for row in POSTINGS.read(database, ALWAYS):
        if not is_same(row, due := right.pop(POSTINGS.key_of(row), None)):
            yield f"{place(POSTINGS, row)}: it does not hold just the records that have this key"
            yield from _strange_scopes(row, due)
    yield from (f"{place(POSTINGS, row)}: it is missing" for row in right.values())


def _strange_scopes(row: Any, right: Any) -> Iterator[str]:
    """Numbers of records that are none."""
    with suppress(DatabaseError):
        if row.filter == SCOPE:
            strange = united([row.numbers]) - united([right.numbers] if right else [])
            for number in islice(strange, MOST_NAMED):
                yield f"search_row, row id {number}: it is missing"


def mention_faults(database: Database) -> Iterator[str]:
    """Counts of what names a record for a dossier that are not right."""
    held, right = set(DOSSIER_MENTIONS.read(database, ALWAYS)), right_mentions(database)
    for row in sorted(held ^ right):
        found = "too many" if row in held else "missing"
        yield f"{place(DOSSIER_MENTIONS, row)}: it is not what the references give: {found}"
