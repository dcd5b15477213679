"""What records are and were found by, recomputed from their renderings: to compare with, and to put right."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

import orjson
from peewee import Database

from ..core.filters import Filter, Key
from ..core.packed import plain_text
from ..core.registry import TYPES
from ..core.sql import run, sql
from ..core.state import FOREVER
from ..store.postings import replace_all
from ..store.tables import RECORDS, rows_of_records
from ..text.index import Searched, index
from ..text.texts import texts_of
from .keys import PERIODIC, Found
from .postings import right_postings

#: A row without its period, and the periods in which it holds, one after another.
Periods = dict[Any, list[tuple[int, int]]]
_NOW = FOREVER - 1


def rebuild_keys(database: Database, ids: Sequence[str]) -> None:
    """Write what these records are and were found by as it follows from their renderings; the postings are
    left as they are."""
    right = {
        row._replace(since=since, until=until)
        for found in periods_of_renderings(database, ids).values()
        for row, periods in found.items()
        for since, until in periods
    }
    held = set(rows_of_records(database, PERIODIC, ids))
    for table in PERIODIC:
        table.delete(database, (row for row in held - right if isinstance(row, table.row)))
        table.add(database, (row for row in right - held if isinstance(row, table.row)))


def rebuild_postings(database: Database) -> None:
    """Write which records have a key as it follows from the keys."""
    replace_all(database, right_postings(database))


def rebuild_index(database: Database, ids: Sequence[str]) -> None:
    """Write what these records are searched by as it follows from their bytes."""
    index(
        database,
        (
            Searched(
                row.id,
                row.type,
                row.status,
                texts_of(TYPES[row.type], orjson.loads(row.body)),
            )
            for row in RECORDS.read_of(database, "id", ids)
        ),
    )


def periods_of_renderings(database: Database, ids: Sequence[str]) -> dict[str, Periods]:
    """What these records are to be found by, and in which periods, by record."""
    survivors = _Survivors(database)
    found: dict[str, Periods] = {}
    states = run(database, sql(_STATES, ids=list(ids))).fetchall()
    for record_id, type_name, since, until, keyed, computed, document in states:
        then = survivors.at(keyed or _NOW)
        state = _FoundThen(
            TYPES[type_name],
            record_id,
            orjson.loads(plain_text(document)),
            orjson.loads(plain_text(computed) or "{}"),
            then,
        )
        for row in chain.from_iterable(state.rows().values()):
            found.setdefault(record_id, {}).setdefault(row, []).append((since, until))
    return {i: {row: joined_periods(some) for row, some in rows.items()} for i, rows in found.items()}


#: Every state of public records by its rendering, as far as it was not taken out; drafts as they stand. What
#: is merged leads elsewhere when its survivor is merged too, and stays found by what it was found by.
_STATES = f"""
SELECT r.id, r.type, r.since, r.until, CASE r.status WHEN 'merged' THEN
(SELECT MIN(m.since) FROM rendering m WHERE m.id = r.id AND m.revision = r.revision) ELSE r.since END,
r.computed, v.document FROM rendering r
JOIN revision v ON v.record = r.id AND v.number = r.revision
WHERE r.id IN ({{ids}}) AND v.document IS NOT NULL
UNION ALL
SELECT id, type, 0, {FOREVER}, 0, computed, document FROM record WHERE id IN ({{ids}}) AND revision IS NULL"""


def joined_periods(periods: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Periods in their order; those that touch are one."""
    joined: list[tuple[int, int]] = []
    for since, until in sorted(periods):
        if joined and joined[-1][1] == since:
            since, _ = joined.pop()
        joined.append((since, until))
    return joined


class _FoundThen(Found):
    """A state of the past: an older version may have kept less than a newer filter is derived from."""

    def keys(self, declared: Filter) -> Iterable[Key]:
        """As many of them as follow from what was kept."""
        with suppress(KeyError):
            yield from super().keys(declared)


class _Survivors:
    """What the ids of merged records stood for at any commit."""

    def __init__(self, database: Database) -> None:
        self._led: dict[str, list[tuple[int, int, str]]] = {}
        rows = database.execute_sql(
            "SELECT id, since, until, merged_into FROM rendering WHERE merged_into IS NOT NULL"
        ).fetchall()
        for record_id, since, until, survivor in rows:
            self._led.setdefault(record_id, []).append((since, until, survivor))

    def at(self, commit: int) -> Callable[[str], str]:
        """The record that an id stood for after a commit."""

        def survivor_of(record_id: str) -> str:
            led = self._led.get(record_id, ())
            return next((into for since, until, into in led if since <= commit < until), record_id)

        return survivor_of
