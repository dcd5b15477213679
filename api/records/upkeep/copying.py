"""A whole record from one database into another, of any engine: records, history, feed, keys, drafts."""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

from peewee import Database

from ..core.state import State
from ..read.records import is_empty
from ..store.database import write_transaction
from ..store.engine import DatabaseUnusable, engine_of
from ..store.tables import SEARCH_ROWS, TABLES, TERMS, Table
from ..text.engines import full_text_of
from ..text.fulltext import SCOPES
from .source import AT_ONCE, Source, in_bytes


def copy_record(source: Callable[[], Database], target: Database, seen: Callable[[int], None]) -> int:
    """Copy a record into a database that holds none: all of it, or nothing. How many rows it was.

    `source` opens it, in another process. What was written is read again before the commit and compared, row
    by row. `seen` is told how many rows are done.

    Raises DatabaseUnusable where the target holds records, SourceFailed where the source cannot be read;
    ValueError where the target does not hold what was copied.
    """
    engine, full_text = engine_of(target), full_text_of(target)
    with write_transaction(target), Source(source, full_text) as read:
        if not is_empty(State(target)):
            raise DatabaseUnusable("it holds records already; copy into a new one")
        done = 0
        with engine.unindexed([name for scope in SCOPES for name in full_text.held(scope)]):
            with engine.unindexed([table.name for table in TABLES.values()]):
                for table in TABLES.values():
                    # A new database has counters and a secret of its own.
                    target.execute_sql(f"DELETE FROM {table.name}")
                    done = _copy(table, read, target, done, seen)
            for scope, rows in read.texts():
                full_text.pour(target, scope, rows)
        for table in (SEARCH_ROWS, TERMS):
            engine.number_on(table.name)
        engine.take_stock()
    return done


def _copy(table: Table, source: Source, target: Database, done: int, seen: Callable[[int], None]) -> int:
    """Copy the rows of a table, and compare; how many are done by then, with those before."""

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal done
        for page in source.pages():
            yield from page
            seen(done := done + len(page))

    table.stored.pour(target, rows())
    held = blake2b()
    for page in table.stored.pages(target, AT_ONCE):
        held.update(in_bytes(page))
    if held.digest() != source.digest:
        raise ValueError(f"{table.name} does not hold what was copied")
    return done
