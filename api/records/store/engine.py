"""What differs from one database engine to another. Nothing else asks which one it is.

An engine is a peewee database with these methods: `sqlite.py`, `postgresql.py`. Statements are the same for
all of them, with a `?` for each value, in what SQLite and PostgreSQL have in common; the full-text index,
which is not, stands in `text`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, cast

from peewee import Database, OperationalError
from peewee import __exception_wrapper__ as _wrapper  # type: ignore[attr-defined]  # its types leave it out

from .rows import Form

#: A while in which a driver's errors become peewee's.
translated: AbstractContextManager[None] = _wrapper

#: Where the names of the migrations that a database has are kept.
HISTORY = "schema_migration"


class DatabaseUnusable(OperationalError):
    """The database cannot be used as it stands; the message says why and what to do."""


class OutcomeUnknown(Exception):
    """The answer to a commit was lost, and who could tell whether it was done cannot be asked."""


class Undoable(Protocol):
    """A transaction that can be undone by its own handle."""

    def rollback(self) -> None:
        """Keep nothing of what was done in it so far."""


class ShownVersion(Protocol):
    """Tells which commits a database shows."""

    def __call__(self) -> Any:
        """A value that is another after each commit; None while it cannot be read."""

    def number(self) -> int:
        """How many commits are shown; 0 while it cannot be read."""


class Page(NamedTuple):
    """How a table is read a page at a time: so many rows, in the order of a key."""

    columns: Sequence[str]
    key: Sequence[str]
    size: int

    def query(self, table: str, after: Sequence[Any]) -> str:
        """The statement for the page after a key, whose values it gets; for the first one where there are
        none."""
        key = names_of(self.key)
        beyond = f"WHERE ({key}) > {places(1, len(self.key))} " if after else ""
        return f"SELECT {names_of(self.columns)} FROM {table} {beyond}ORDER BY {key} LIMIT {self.size}"


class Engine(Protocol):
    """A database of one engine."""

    #: How its URLs begin.
    scheme: ClassVar[str]

    # Transactions

    def writing(self) -> AbstractContextManager[Undoable]:
        """A transaction that no other writer comes between: it waits its turn at the beginning."""

    def reading(self) -> AbstractContextManager[Any]:
        """A transaction of reads that see one state; in a transaction, a part of it."""

    def limited(self, passed: Callable[[], bool], milliseconds: int) -> AbstractContextManager[None]:
        """A while in which this thread's statements are given up after this time, or if `passed` says so."""

    def break_off(self) -> None:
        """Let statements under way fail that wait for somebody else, from another thread."""

    # Tables

    def insert(self, into: str, row: str, rows: Sequence[Sequence[Any]], on_conflict: str) -> None:
        """Write rows, one at least; with what stands in a statement before them, for each `row` with a place
        for each of its values, and behind them."""

    def rows_by_key(self, select: str, key: Sequence[str], keys: Sequence[Sequence[Any]]) -> list[Any]:
        """The rows of a `SELECT … FROM …` that have one of these keys in the columns of the key."""

    def prepare(self) -> None:
        """Make what must be there before tables can be looked for.

        Raises DatabaseUnusable where that cannot be made, or is not as it must be.
        """

    def tables(self) -> set[str]:
        """The names of the tables that are there."""

    def settle(self) -> None:
        """Set what the database itself keeps, once it is known to be ours."""

    def bring_up(self, migrations: str) -> list[str]:
        """Run the migrations of a folder that are pending, alone; their names.

        Raises DatabaseUnusable where another process has the database open.
        """

    def shape_faults(self, migrations: str) -> Iterator[str]:
        """Tables and indexes that are not as the migrations of a folder make them, a sentence each."""

    def pour(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write many new rows, faster than statements do."""

    def form(self, tables: Mapping[str, Sequence[str]]) -> Form:
        """How rows of these columns of some tables are written down for `fill`."""

    def fill(self, table: str, columns: Sequence[str], pages: Iterable[bytes]) -> None:
        """Write many new rows that are in its form."""

    def digest(self, table: str, page: Page, after: Sequence[Any]) -> bytes:
        """The digest, as its form makes it, of a page of the rows that are there; it comes after a key, or is
        the first."""

    def unindexed(self, tables: Collection[str]) -> AbstractContextManager[None]:
        """A while, in a transaction, in which these tables have no index that the engine can do without: to
        make one of rows that are there takes a fraction of what it takes to keep it."""

    def number_on(self, table: str) -> None:
        """Let the next row of a numbered table get a number after all that are there."""

    def take_stock(self) -> None:
        """Learn what the tables hold now, where plans depend on that."""

    # Backups

    def is_there(self) -> bool:
        """Whether anything stands where a record would be put back."""

    def copy_to(self, file: Path) -> None:
        """Write what this transaction sees into a new file, on disk and checked.

        Raises ValueError where that fails, DatabaseUnusable where it cannot be begun.
        """

    def migrations_in(self, backup: Path) -> tuple[str, ...]:
        """The names of the migrations of the record in such a file; none where no record is in it."""

    def put_back(self, backup: Path) -> None:
        """Let the record in such a file take the place of what is there: whole, or nothing is changed.

        Raises DatabaseUnusable where another process has the database open, ValueError where it fails,
        OutcomeUnknown where that is not known.
        """

    # Health

    def require_in_place(self) -> None:
        """Raise DatabaseUnusable where what is open is not what has its name any more."""

    def damage(self) -> Iterator[str]:
        """What the engine itself finds damaged, a sentence each."""

    def reading_damaged(self) -> AbstractContextManager[None]:
        """A while in which text is read too that cannot be decoded, so that its row can be named."""

    def overwriting(self) -> None:
        """From here on, what is deleted is overwritten."""

    def scrub(self) -> None:
        """Let go of what was overwritten or deleted, wherever the engine still keeps it."""


def places(rows: int, columns: int) -> str:
    """A place for each value of some rows, in a statement."""
    return ", ".join([f"({', '.join('?' * columns)})"] * rows)


def keyed(key: Sequence[str], number: int) -> str:
    """The condition that a row has one of so many keys, which are its values."""
    # Selected from once more: a bare list of pairs makes SQLite read the whole table.
    return f"({names_of(key)}) IN (SELECT * FROM (VALUES {places(number, len(key))}) v)"


def names_of(columns: Sequence[str]) -> str:
    """Columns in a statement."""
    return ", ".join(f'"{name}"' for name in columns)


def engine_of(database: Database) -> Engine:
    """The database as what it is."""
    return cast(Engine, database)
