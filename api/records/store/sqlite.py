"""The engine that keeps a record in a file: SQLite, in write-ahead logging."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from peewee import OperationalError, SqliteDatabase
from playhouse.migrations import Runner

from .deadline import watched
from .engine import HISTORY, DatabaseUnusable, Page, Undoable, names_of, places, translated
from .file_backup import copy, half_beside, make_private, put_in_place, unopened
from .file_version import address_of, identity_of
from .rows import PlainRows, plain_rows
from .troubles import is_busy

#: Pages of the log, of 4 kB, from which a commit copies it into the database: what many commits changed is
#: copied once. SQLite's own 1,000 are a few dozen commits.
_PAGES_IN_LOG = 4_000
#: Steps of SQLite's machine between two looks at the clock: about a millisecond. Asking costs a call into
#: Python.
_STEPS_BETWEEN_LOOKS = 20_000


class SqliteFile(SqliteDatabase):
    """SQLite in a file that is there: connecting makes none, and all connections have the same file open.

    Every commit is on disk before it is acknowledged (synchronous=FULL); a writer waits `busy_timeout_ms`;
    each connection keeps `page_cache_kb` of pages in memory.
    `resting`: what is read is left as it is, without a log that stays where it cannot be taken away again.
    """

    scheme: ClassVar[str] = "sqlite"
    #: Whether the next connection lets no other process have the file open.
    alone = False

    def __init__(
        self, file: Path | None, busy_timeout_ms: int, page_cache_kb: int, *, resting: bool = False
    ) -> None:
        self.file = file
        self._opened: tuple[int, int] | None = None
        pragmas = {
            "synchronous": "full",
            "foreign_keys": 1,
            "cache_size": -page_cache_kb,
            "temp_store": "memory",
            "wal_autocheckpoint": _PAGES_IN_LOG,
        }
        name = address_of(file, resting) if file else ":memory:"
        super().__init__(name, uri=True, factory=_Connection, pragmas=pragmas, timeout=busy_timeout_ms / 1000)

    def _add_conn_hooks(self, connection: sqlite3.Connection) -> None:
        if self.alone:
            # Before anything is read (https://sqlite.org/wal.html, "Use of WAL without shared-memory").
            connection.execute("PRAGMA locking_mode = exclusive")
        super()._add_conn_hooks(connection)  # type: ignore[misc]  # peewee's types leave it out

    def _connect(self) -> sqlite3.Connection:
        while True:
            self.require_in_place()
            before = identity_of(self.file)
            connection: _Connection = super()._connect()  # type: ignore[misc]  # peewee's types leave it out
            # From this statement on nobody can put another file in the place of the one that is open.
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            if before == identity_of(self.file):
                self._opened = before
                return connection
            connection.close()

    def require_in_place(self) -> None:
        """Raise DatabaseUnusable where the file that is open, if one is, has lost its name."""
        if self._opened and self._opened != identity_of(self.file):
            raise DatabaseUnusable("the database's file was replaced or removed; restart what has it open")

    def _handle(self) -> sqlite3.Connection:
        """This thread's connection."""
        handle: sqlite3.Connection = SqliteDatabase.connection(self)
        return handle

    def rows(self, statement: str) -> list[Any]:
        """All rows of a statement."""
        rows: list[Any] = SqliteDatabase.execute_sql(self, statement).fetchall()
        return rows

    # Transactions

    def writing(self) -> AbstractContextManager[Undoable]:
        """A deferred transaction that reads and then writes fails at once when another writer came between;
        IMMEDIATE waits its turn instead."""
        return self.atomic("IMMEDIATE")

    def reading(self) -> AbstractContextManager[Any]:
        """Any transaction sees the state of its first read."""
        return self.atomic()

    @contextmanager
    def limited(self, passed: Callable[[], bool], milliseconds: int) -> Iterator[None]:
        """SQLite asks after every so many steps of its machine whether to go on, so that short statements are
        never given up."""
        connection = self._handle()
        connection.set_progress_handler(passed, _STEPS_BETWEEN_LOOKS)
        try:
            yield
        finally:
            connection.set_progress_handler(None, 0)

    def break_off(self) -> None:
        """A statement waits for nobody else."""

    # Tables

    def insert(self, into: str, row: str, rows: Sequence[Sequence[Any]], on_conflict: str) -> None:
        """Row by row, by one statement: to prepare one for many rows takes longer than to write them."""
        statement = f"{into} {row}{on_conflict}"
        self._log_query(statement, rows)  # type: ignore[attr-defined]  # peewee's types leave it out
        # Outside of a transaction each row would be a commit of its own.
        with nullcontext() if self.in_transaction() else self.atomic(), translated:
            self._handle().executemany(statement, rows)

    def rows_by_key(self, select: str, key: Sequence[str], keys: Sequence[Sequence[Any]]) -> list[Any]:
        """Key by key, for the same reason."""
        statement = f"{select} WHERE " + " AND ".join(f'"{name}" = ?' for name in key)
        self._log_query(statement, keys)  # type: ignore[attr-defined]  # peewee's types leave it out
        found: list[Any] = []
        with translated:
            cursor = sqlite3.Cursor(self._handle())
            for values in keys:
                found += cursor.execute(statement, values)
        return found

    def prepare(self) -> None:
        """Make the file."""
        if self.file:
            make_private(self.file)

    def tables(self) -> set[str]:
        """The names of the tables that are there; not of SQLite's own."""
        listed = "SELECT tbl_name FROM sqlite_master WHERE tbl_name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        return {row[0] for row in self.rows(listed)}

    def settle(self) -> None:
        """So that readers never wait. The file keeps it; one that was not looked at yet may be another
        program's."""
        self.rows("PRAGMA journal_mode = wal")

    def bring_up(self, migrations: str) -> list[str]:
        """A server of an older version, which would go on writing as the tables were, has to be stopped."""
        try:
            with self._alone():
                return list(Runner(self, migrations).up())
        except OperationalError as error:
            if not is_busy(error):
                raise
            raise DatabaseUnusable(
                "it is to be brought to this version, and another process has it open: stop the service first"
            ) from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A while in which no other connection has the file open."""
        if not self.file:
            yield
            return
        self.close()
        self.alone = True
        try:
            self.connect()
            yield
        finally:
            self.alone = False
            self.close()

    def shape_faults(self, migrations: str) -> Iterator[str]:
        """Compared with an empty database that the same migrations made."""
        for kind, name, _ in sorted(_shape_after(migrations) - _shape(self)):
            yield f"{kind} {name}: it is not declared as this version declares it"

    def pour(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """By one statement."""
        values = places(1, len(columns))
        with translated:
            self._handle().executemany(f"INSERT INTO {table} ({names_of(columns)}) VALUES {values}", rows)

    def form(self, tables: Mapping[str, Sequence[str]]) -> PlainRows:
        """As Python has them."""
        return PlainRows()

    def fill(self, table: str, columns: Sequence[str], pages: Iterable[bytes]) -> None:
        """By one statement."""
        self.pour(table, columns, plain_rows(pages))

    def digest(self, table: str, page: Page, after: Sequence[Any]) -> bytes:
        """Of what is read here."""
        query = SqliteDatabase.execute_sql(self, page.query(table, after), after)
        return PlainRows().written(table, query.fetchall())[1]

    @contextmanager
    def unindexed(self, tables: Collection[str]) -> Iterator[None]:
        """Those that were declared by a statement; SQLite keeps it."""
        declared = "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        indexes = [row[:2] for row in self.rows(declared) if row[2] in tables]
        for name, _ in indexes:
            self.rows(f"DROP INDEX {name}")
        yield
        for _, statement in indexes:
            self.rows(statement)

    def number_on(self, table: str) -> None:
        """SQLite counts on from the highest number that there is."""

    def take_stock(self) -> None:
        """Statements name tables in the order in which they are read."""

    # Backups

    def is_there(self) -> bool:
        """Whatever has the file's name."""
        return bool(self.file and self.file.exists())

    def copy_to(self, file: Path) -> None:
        """By SQLite's own interface for this."""
        copy(self._handle(), file)

    def migrations_in(self, backup: Path) -> tuple[str, ...]:
        """A backup is a record in a file; reading leaves nothing beside it."""
        with closing(self._resting(backup)) as held:
            there = HISTORY in held.tables()
            return tuple(row[0] for row in held.rows(f"SELECT name FROM {HISTORY}")) if there else ()

    def put_back(self, backup: Path) -> None:
        """In one step, under the lock that every open connection shares. Where the file is a link, the link
        stays."""
        assert self.file
        place = self.file.resolve()
        with closing(self._resting(backup)) as held, half_beside(place) as half:
            with held.reading():
                held.copy_to(half)
            with unopened(place):
                put_in_place(half, place)

    def _resting(self, file: Path) -> "SqliteFile":
        return SqliteFile(file, int(self.timeout * 1000), 1_000, resting=True)

    # Health

    def damage(self) -> Iterator[str]:
        """What `integrity_check` finds."""
        for (found,) in self.rows("PRAGMA integrity_check"):
            if found != "ok":
                yield f"integrity_check: {found}"

    @contextmanager
    def reading_damaged(self) -> Iterator[None]:
        """Bytes that are no UTF-8 become surrogates."""
        connection = self._handle()
        connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        try:
            yield
        finally:
            connection.text_factory = str

    def overwriting(self) -> None:
        """With zeros."""
        self.rows("PRAGMA secure_delete = ON")

    def scrub(self) -> None:
        """Old pages stand in the write-ahead log until it is written back and cut."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")


@cache
def _shape_after(migrations: str) -> frozenset[tuple[str, str, str]]:
    fresh = SqliteFile(None, 0, 1_000)
    Runner(fresh, migrations).up()
    shape = _shape(fresh)
    fresh.close()
    return shape


def _shape(database: SqliteFile) -> frozenset[tuple[str, str, str]]:
    query = "SELECT type, name, tbl_name || COALESCE(sql, '') FROM sqlite_master"
    return frozenset(database.rows(query))


#: SQLite computes most rows while they are fetched.
_Cursor = watched(sqlite3.Cursor)


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)
