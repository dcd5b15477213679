"""The engine that keeps a record on a server: PostgreSQL 15 and later.

The statements are those that SQLite gets: here they get their placeholders, and the database gets the few
functions that they use under the names that they use (`FUNCTIONS`).
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from select import POLLIN, poll
from socket import SHUT_RDWR, socket
from threading import get_ident
from typing import Any, ClassVar
from weakref import ref

import psycopg
from peewee import PeeweeException, PostgresqlDatabase
from playhouse.migrations import Runner

from . import server_backup
from .engine import HISTORY, DatabaseUnusable, Page, Undoable, keyed, translated
from .models import MODELS
from .probes import CHANNEL
from .server_rows import BinaryRows, digest_of, fill, pour
from .server_shape import (
    DECLARED,
    DECLARED_FUNCTIONS,
    FUNCTIONS,
    HAS_LZ4,
    INDEXES,
    KINDS_OF_COLUMNS,
    MAY_MAKE,
    TEXT_TABLES,
    differences,
    mending,
)
from .server_words import BinaryCursor, in_their_words
from .tables import COUNTERS, SECRETS

#: Whoever writes holds this lock of the database until the commit: "facts" as a number.
_WRITERS = 0x6661637473
#: Waits for that lock. Whoever listens is told when it is committed.
_TURN = "SELECT pg_advisory_xact_lock(?), pg_notify(?, ''), current_setting('transaction_read_only')"
#: Seconds until an address that does not answer is given up.
_PATIENCE_TO_CONNECT = 5
#: How a connection learns that the server's machine is gone: within a quarter of a minute instead of hours.
_ALIVE: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 5,
    "tcp_user_timeout": 15_000,
}
#: A plan of which much is guessed would be compiled for longer than it runs: 50 ms instead of 2.
_UNCOMPILED = "-c jit=off"
#: Rows that are written in one statement.
_WRITTEN_AT_ONCE = 100
#: Keys that one statement asks for.
_ASKED_AT_ONCE = 1_000
#: What the server may use to make an index of rows that are there.
_MEMORY_TO_SORT = "256MB"

#: Where tables are made to compare others with them.
_ASIDE = "facts_compared"
_COUNTERS = ("version", "seq", "clock", "feed_floor")


class PostgresDatabase(PostgresqlDatabase):
    """A database of a PostgreSQL server, with one connection a thread, opened when first used, and again
    after it was lost.

    A commit is on disk before it is acknowledged, as the server is set up by default (`synchronous_commit`).
    A writer waits `busy_timeout_ms` for others. With `resting` nothing can be written.
    """

    scheme: ClassVar[str] = "postgresql"
    #: Statements are written with SQLite's, peewee's own too.
    param = "?"

    def __init__(self, url: str, busy_timeout_ms: int, *, resting: bool = False) -> None:
        self._busy_timeout_ms = busy_timeout_ms
        #: By the threads that opened them.
        self._connections: dict[int, ref[Any]] = {}
        options = f"{_UNCOMPILED} -c default_transaction_read_only=on" if resting else _UNCOMPILED
        super().__init__(
            # peewee takes the shorter scheme for the name of a database.
            f"postgresql://{url.partition('://')[2]}",
            prefer_psycopg3=True,
            connect_timeout=_PATIENCE_TO_CONNECT,
            **_ALIVE,
            options=options,
            cursor_factory=BinaryCursor,
        )

    def execute_sql(self, sql: str, params: Sequence[Any] | None = None) -> Any:
        """A statement with a `?` for each of its values."""
        self._let_go_if_lost()
        words = in_their_words(sql)
        return PostgresqlDatabase.execute_sql(self, words, params or None)

    def begin(self, isolation_level: str | None = None) -> None:
        """Begin a transaction."""
        self._let_go_if_lost()
        PostgresqlDatabase.begin(self, isolation_level)

    def _let_go_if_lost(self) -> None:
        """Never in a transaction: on a new connection its commit would succeed, with nothing in it."""
        if not self.in_transaction() and self._is_lost():
            self.close()

    def _connect(self) -> Any:
        connection = super()._connect()  # type: ignore[misc]  # peewee's types leave it out
        self._connections[get_ident()] = ref(connection)
        return connection

    def break_off(self) -> None:
        """Let every statement under way fail, from another thread: a server that hangs never ends one."""
        for reference in list(self._connections.values()):
            # Its own thread closes it.
            if (connection := reference()) and not connection.closed:
                with suppress(OSError, psycopg.Error):
                    socket(fileno=os.dup(connection.pgconn.socket)).shutdown(SHUT_RDWR)

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        rows: list[Any] = self.execute_sql(statement, values).fetchall()
        return rows

    # Transactions

    @contextmanager
    def writing(self) -> Iterator[Undoable]:
        """One writer at a time, whichever process or machine it is on, as in a file: so commits have their
        order, the feed no gaps, and no two of them fail for each other.

        Whether a session may write is settled when it begins, and on which server: the next one may.
        """
        outermost = not self.in_transaction()
        while True:
            with self.atomic() as handle:
                self.execute_sql(f"SET LOCAL lock_timeout = {self._busy_timeout_ms}")
                [(*_, read_only)] = self._rows(_TURN, (_WRITERS, CHANNEL))
                if read_only == "off" or not outermost:
                    yield handle
                    return
            outermost = False
            self.close()

    def reading(self) -> AbstractContextManager[Any]:
        """With a weaker isolation each statement would see the commits before it."""
        return self.atomic("REPEATABLE READ")

    @contextmanager
    def limited(self, passed: Callable[[], bool], milliseconds: int) -> Iterator[None]:
        """The server gives up each statement that takes longer; between statements `look` does."""
        if self.in_transaction():
            # It ends with the transaction.
            self.execute_sql(f"SET LOCAL statement_timeout = {milliseconds}")
            yield
            return
        self.execute_sql(f"SET statement_timeout = {milliseconds}")
        try:
            yield
        finally:
            if not self._is_lost():
                self.execute_sql("SET statement_timeout = 0")

    def _is_lost(self) -> bool:
        """Whether the connection was ended from the other side.

        To one at rest a server says nothing but that, or that it is set up otherwise now.
        """
        if self.is_closed():
            return False
        handle = PostgresqlDatabase.connection(self)
        if handle.closed:
            return True
        said = poll()
        said.register(handle.fileno(), POLLIN)
        return bool(said.poll(0))

    # Tables

    def insert(self, into: str, row: str, rows: Sequence[Sequence[Any]], on_conflict: str) -> None:
        """Many rows by one statement: each is a way to the server and back."""
        for start in range(0, len(rows), _WRITTEN_AT_ONCE):
            some = rows[start : start + _WRITTEN_AT_ONCE]
            values = [value for row in some for value in row]
            self.execute_sql(f"{into} {', '.join([row] * len(some))}{on_conflict}", values)

    def rows_by_key(self, select: str, key: Sequence[str], keys: Sequence[Sequence[Any]]) -> list[Any]:
        """Many keys by one statement."""
        found: list[Any] = []
        for start in range(0, len(keys), _ASKED_AT_ONCE):
            some = keys[start : start + _ASKED_AT_ONCE]
            values = [value for each in some for value in each]
            found += self.execute_sql(f"{select} WHERE {keyed(key, len(some))}", values).fetchall()
        return found

    def prepare(self) -> None:
        """The database must compare text by code points, as SQLite does: pages and cursors depend on it."""
        [(encoding, collation)] = self._rows(
            "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database "
            "WHERE datname = current_database()"
        )
        if encoding != "UTF8" or collation not in ("C", "POSIX"):
            raise DatabaseUnusable(
                f"its text is {encoding} and sorted as {collation}; make one with "
                "createdb --template=template0 --encoding=UTF8 --lc-collate=C --lc-ctype=C.UTF-8 NAME"
            )

    def tables(self) -> set[str]:
        """Those of the schema that is used."""
        return {
            row[0]
            for row in self._rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        }

    def settle(self) -> None:
        """The functions that statements use, where another version declared them otherwise. What can only be
        read is served as it is."""
        if HISTORY not in self.tables() or not self._is_to_be_mended():
            return
        with self.writing():
            # Whoever waited for the lock finds it done.
            for statement in mending(self._rows(DECLARED_FUNCTIONS)):
                self.execute_sql(statement)

    def _is_to_be_mended(self) -> bool:
        [(read_only,)] = self._rows("SELECT current_setting('transaction_read_only')")
        return read_only == "off" and bool(mending(self._rows(DECLARED_FUNCTIONS)))

    def bring_up(self, migrations: str) -> list[str]:
        """An empty database gets the tables of today; the migrations up to now made them in files."""
        with self.writing():
            # Whoever waited for the lock finds it done.
            if HISTORY in self.tables():
                return list(Runner(self, migrations).up())
            self._make_tables()
            return list(Runner(self, migrations).fake())

    def _make_tables(self) -> None:
        for statement in (*(function.made() for function in FUNCTIONS), *TEXT_TABLES):
            self.execute_sql(statement)
        with self.bind_ctx(MODELS, bind_refs=False, bind_backrefs=False):
            self.create_tables(MODELS, safe=False)
        COUNTERS.add(self, [COUNTERS.row(name=name, value=0) for name in _COUNTERS])
        SECRETS.add(self, [SECRETS.row(name="cursor", value=token_hex(32))])

    def shape_faults(self, migrations: str) -> Iterator[str]:
        """Compared with tables that are made aside and taken back. A standby has those of its primary."""
        [(standby,)] = self._rows("SELECT pg_is_in_recovery()")
        if standby:
            return
        if self._rows(MAY_MAKE) != [(True,)]:
            yield "how tables are declared cannot be compared: this role may not CREATE in the database"
            return
        with self.atomic() as made:
            self.execute_sql("SET TRANSACTION READ WRITE")
            held = set(self._rows(DECLARED))
            self.execute_sql(f"CREATE SCHEMA {_ASIDE}")
            self.execute_sql(f"SELECT set_config('search_path', '{_ASIDE},' || current_schema(), true)")
            self._make_tables()
            right = set(self._rows(DECLARED))
            made.rollback()
        yield from differences(held, right)

    def pour(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """By COPY."""
        with translated:
            pour(PostgresqlDatabase.connection(self), table, columns, rows)

    def form(self, tables: Mapping[str, Sequence[str]]) -> BinaryRows:
        """In binary, with the kinds of the columns here. Where the server has lz4, that compresses what is
        large."""
        if self._rows(HAS_LZ4):
            self.execute_sql("SET LOCAL default_toast_compression = lz4")
        held = {table: dict(self._rows(KINDS_OF_COLUMNS, (table,))) for table in tables}
        return BinaryRows({table: [held[table][name] for name in tables[table]] for table in tables})

    def fill(self, table: str, columns: Sequence[str], pages: Iterable[bytes]) -> None:
        """By COPY."""
        with translated:
            fill(PostgresqlDatabase.connection(self), table, columns, pages)

    def digest(self, table: str, page: Page, after: Sequence[Any]) -> bytes:
        """By the server: rows need not come back."""
        [(digest,)] = self._rows(digest_of(page.columns, page.query(table, after)), after)
        return bytes(digest)

    @contextmanager
    def unindexed(self, tables: Collection[str]) -> Iterator[None]:
        """With the keys, which are made again as well."""
        indexes = [row[:2] for row in self._rows(INDEXES) if row[2] in tables]
        for drop, _ in indexes:
            self.execute_sql(drop)
        yield
        self.execute_sql(f"SET LOCAL maintenance_work_mem = '{_MEMORY_TO_SORT}'")
        for _, make in indexes:
            self.execute_sql(make)

    def number_on(self, table: str) -> None:
        """A sequence does not see numbers that were written without it."""
        highest = f"(SELECT COALESCE(MAX(id), 0) + 1 FROM {table})"
        self.execute_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest}, false)")

    def take_stock(self) -> None:
        """The server does so by itself, minutes later."""
        self.execute_sql("ANALYZE")

    # Backups

    def is_there(self) -> bool:
        """Tables, whoever made them."""
        return bool(self.tables())

    def copy_to(self, file: Path) -> None:
        """By pg_dump, which shares what this transaction sees."""
        [(snapshot, version)] = self._rows(
            "SELECT pg_export_snapshot(), current_setting('server_version_num')"
        )
        server_backup.copy(self.database, snapshot, int(version) // 10_000, self._busy_timeout_ms, file)

    def migrations_in(self, backup: Path) -> tuple[str, ...]:
        """As pg_restore reads them."""
        return server_backup.migrations_in(backup)

    def put_back(self, backup: Path) -> None:
        """What is there goes in the transaction in which the backup comes. No writer comes before that, once
        nobody else is connected."""
        self.prepare()
        with self._alone():
            if (tables := self.tables()) and HISTORY not in tables:
                raise DatabaseUnusable("its tables are another program's")
            if self._rows(server_backup.OTHERS):
                raise DatabaseUnusable(
                    "another process has it open: stop the service and other commands first"
                )
            patience = f"SET lock_timeout = {self._busy_timeout_ms}"
            drops = [row[0] for row in self._rows(server_backup.DROPS)]
            server_backup.put_back(self.database, backup, [patience, *drops])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A while in which nobody writes. Nothing is done in it: where the server is gone at its end, that
        is no failure."""
        writing = self.writing()
        writing.__enter__()
        try:
            yield
        finally:
            with suppress(PeeweeException):
                writing.__exit__(None, None, None)

    # Health

    def require_in_place(self) -> None:
        """A server's database has no file that could be replaced."""

    def damage(self) -> Iterator[str]:
        """Pages whose checksum is wrong are found when they are read."""
        yield from ()

    @contextmanager
    def reading_damaged(self) -> Iterator[None]:
        """The server keeps no text that is no UTF-8."""
        yield

    def overwriting(self) -> None:
        """Old versions of rows go in `scrub`."""

    def scrub(self) -> None:
        """A table written anew has no old versions of rows. Logs and copies of the server are the operator's
        (docs/scaling.md)."""
        self.execute_sql("VACUUM FULL")
