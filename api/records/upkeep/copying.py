"""A whole record from one database into another, of any engine: records, history, feed, keys, drafts."""

from collections.abc import Callable, Iterator
from typing import Any

from peewee import Database

from ..core.state import State
from ..read.records import is_empty
from ..store.database import write_transaction
from ..store.engine import DatabaseUnusable, engine_of
from ..store.rows import Form
from ..store.tables import SEARCH_ROWS, TABLES, TERMS, Table
from ..text.engines import full_text_of
from ..text.fulltext import SCOPES
from .source import AT_ONCE, ROWS, PageRead, Source


def copy_record(
    source: Callable[[], Database], target: Database, rows: int, seen: Callable[[int], None]
) -> int:
    """Copy a record into a database that holds none: all of it, or nothing. How many rows it was.

    `source` opens it, in another process; `rows`: how many it has, as far as is known. What was written is
    read again before the commit and compared, page by page. `seen` is told how many rows are done.

    Raises DatabaseUnusable where the target holds records, SourceFailed where the source cannot be read;
    ValueError where the target does not hold what was copied.
    """
    engine, full_text = engine_of(target), full_text_of(target)
    with write_transaction(target):
        form = engine.form({table.name: table.stored.written for table in TABLES.values()})
        with Source(source, form, full_text, rows) as read:
            if not is_empty(State(target)):
                raise DatabaseUnusable("it holds records already; copy into a new one")
            copying = _Copying(read, form, target, seen)
            with engine.unindexed([name for scope in SCOPES for name in full_text.held(scope)]):
                for table in TABLES.values():
                    copying.copy(table.stored)
                copying.copy_rest()
        for table in (SEARCH_ROWS, TERMS):
            engine.number_on(table.name)
        engine.take_stock()
    return copying.done


class _Copying:
    """A copy under way: how many rows are done."""

    def __init__(self, source: Source, form: Form, target: Database, seen: Callable[[int], None]) -> None:
        self._source, self._form, self._target, self._seen = source, form, target, seen
        self.done = 0

    def copy(self, table: Table) -> None:
        """Copy the rows of a table, make its indexes, and compare; the source goes on meanwhile."""
        engine = engine_of(self._target)
        pages: list[PageRead] = []
        # A new database has counters and a secret of its own.
        self._target.execute_sql(f"DELETE FROM {table.name}")
        with engine.unindexed([table.name]):
            for kind, found in self._source.runs():
                if kind == ROWS:
                    table.fill(self._target, self._noted(found, pages))
                else:
                    self._pour(found)
        # Beyond the last page there must be nothing.
        ends, right = [page.end for page in pages], [page.digest for page in pages]
        for end, digest in zip([(), *ends], [*right, self._form.written(table.name, [])[1]], strict=True):
            if engine.digest(table.name, table.page(AT_ONCE), end) != digest:
                raise ValueError(f"{table.name} does not hold what was copied")

    def copy_rest(self) -> None:
        """Copy the texts that have not come yet."""
        for _, found in self._source.runs():
            self._pour(found)

    def _noted(self, found: Iterator[Any], pages: list[PageRead]) -> Iterator[bytes]:
        """Rows as they come; what is to be known of their pages later goes into `pages`."""
        for said in found:
            page, rows = PageRead(*said[:-1]), said[-1]
            pages.append(page)
            yield rows
            self.done += page.rows
            self._seen(self.done)

    def _pour(self, found: Iterator[Any]) -> None:
        for scope, rows in found:
            full_text_of(self._target).pour(self._target, scope, rows)
