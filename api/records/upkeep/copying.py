"""A whole record from one database into another, of any engine: records, history, feed, keys, drafts."""

import marshal
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

from peewee import Database

from ..core.state import State
from ..read.records import is_empty
from ..store.database import require_usable, snapshot, write_transaction
from ..store.engine import DatabaseUnusable, engine_of
from ..store.tables import SEARCH_ROWS, TABLES, Table
from ..write.rebuild import copy_texts

#: Rows that are read and compared at once.
_AT_ONCE = 1_000


def copy_record(source: Database, target: Database, seen: Callable[[int], None]) -> int:
    """Copy a record into a database that holds none: all of it, or nothing. How many rows it was.

    What was written is read again before the commit and compared, row by row. `seen` is told how many rows
    are done.

    Raises DatabaseUnusable where the target holds records, or is not of the same version; ValueError where
    it does not hold what was copied.
    """
    with snapshot(source), write_transaction(target):
        require_usable(source)
        if not is_empty(State(target)):
            raise DatabaseUnusable("it holds records already; copy into a new one")
        done = 0
        with engine_of(target).unindexed():
            for table in TABLES.values():
                # A new database has counters and a secret of its own.
                target.execute_sql(f"DELETE FROM {table.name}")
                done = _copy(table, source, target, done, seen)
            copy_texts(source, target, _AT_ONCE)
        engine_of(target).number_on(SEARCH_ROWS.name)
        engine_of(target).take_stock()
    return done


def _copy(table: Table, source: Database, target: Database, done: int, seen: Callable[[int], None]) -> int:
    """Copy the rows of a table, and compare; how many are done by then, with those before."""
    right, held = blake2b(), blake2b()

    def read() -> Iterator[tuple[Any, ...]]:
        nonlocal done
        for rows in table.stored.pages(source, _AT_ONCE):
            right.update(_in_bytes(rows))
            yield from rows
            seen(done := done + len(rows))

    table.stored.pour(target, read())
    for rows in table.stored.pages(target, _AT_ONCE):
        held.update(_in_bytes(rows))
    if held.digest() != right.digest():
        raise ValueError(f"{table.name} does not hold what was copied")
    return done


def _in_bytes(rows: list[tuple[Any, ...]]) -> bytes:
    """Rows as bytes, which are the same where all their values and the kinds of these are. Later versions of
    the format depend on which values are one object."""
    return marshal.dumps(rows, 2)
