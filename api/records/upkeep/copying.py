"""A whole record from one database into another, of any engine: records, history, feed, keys, drafts."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

from peewee import Database

from ..core.state import State
from ..read.records import is_empty
from ..store.database import require_usable, snapshot, write_transaction
from ..store.engine import DatabaseUnusable, engine_of
from ..store.tables import RECORDS, SEARCH_ROWS, TABLES, Table, batches
from ..write.rebuild import rebuild_texts

#: Rows that are read, written and counted at once.
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
        for table in TABLES.values():
            right = _Digest()
            # A new database has counters and a secret of its own.
            target.execute_sql(f"DELETE FROM {table.name}")
            for rows in batches(_rows(source, table), _AT_ONCE):
                table.pour(target, rows)
                right.add(rows)
                seen(done := done + len(rows))
            _require_same(target, table, right)
        for rows in batches(_rows(target, RECORDS), _AT_ONCE):
            rebuild_texts(target, rows)
        engine_of(target).number_on(SEARCH_ROWS.name)
    return done


def _rows(database: Database, table: Table) -> Iterator[Any]:
    """All rows of a table, block by block in the order of its key."""
    after: Any = None
    while rows := table.first(database, after, _AT_ONCE):
        yield from rows
        after = rows[-1]


class _Digest:
    """What some rows of a table hold, in whatever order: how many, and the sum of their digests."""

    def __init__(self) -> None:
        self.found = (0, 0)

    def add(self, rows: Sequence[Any]) -> None:
        """Some more rows."""
        count, total = self.found
        for row in rows:
            total += int.from_bytes(blake2b(ascii(tuple(row)).encode(), digest_size=16).digest())
        self.found = (count + len(rows), total)


def _require_same(target: Database, table: Table, right: _Digest) -> None:
    held = _Digest()
    for rows in batches(_rows(target, table), _AT_ONCE):
        held.add(rows)
    if held.found != right.found:
        raise ValueError(f"{table.name} does not hold what was copied")
