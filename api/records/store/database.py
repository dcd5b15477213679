"""Connections, transactions, migrations: everything that one engine does differently."""

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol

from peewee import Database, OperationalError, SqliteDatabase
from peewee import __exception_wrapper__ as _translated  # type: ignore[attr-defined]  # its types leave it out
from playhouse.db_url import connect
from playhouse.migrations import Runner

from ..core.sql import Sql
from .deadline import look

MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseTooNew(Exception):
    """The database was made by a later version of this program."""


class DatabaseUnusable(Exception):
    """The database cannot be opened as it stands; the message says why and what to do."""


class _Cursor(sqlite3.Cursor):
    """A cursor whose errors are peewee's while rows are fetched too: SQLite computes most of them then."""

    def fetchone(self) -> Any:
        look()
        with _translated:
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        look()
        with _translated:
            return super().fetchall()

    def __next__(self) -> Any:
        look()
        with _translated:
            return super().__next__()


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


def open_database(url: str, busy_timeout_ms: int = 10_000) -> Database:
    """A database by URL: `sqlite:///facts.db`, with one connection a thread, opened when first used.

    SQLite: a write-ahead log so that readers never wait, every commit on disk before it is
    acknowledged (synchronous=FULL), foreign keys checked, and `busy_timeout_ms` of patience for a
    writer.

    Raises DatabaseUnusable for a scheme that is not served.
    """
    if not url.startswith("sqlite:///"):
        raise DatabaseUnusable(f"{parse_scheme(url)} is not served; write sqlite:///path/to/facts.db")
    pragmas = {
        "journal_mode": "wal",
        "synchronous": "full",
        "foreign_keys": 1,
        # 64 MB of pages a connection; the dossier's hot rows stay in memory.
        "cache_size": -64_000,
        "temp_store": "memory",
    }
    database: Database = connect(url, pragmas=pragmas, timeout=busy_timeout_ms / 1000, factory=_Connection)
    return database


def file_of(url: str) -> Path | None:
    """The file of a database, where it is one."""
    path = url.removeprefix("sqlite:///")
    return Path(path) if path != url and path and not path.startswith(":memory:") else None


def version_reader(url: str) -> Callable[[], Any] | None:
    """A function that tells, to the thread that calls it, a number that every commit changes.

    None where the database has no such number: it stands in memory, or is served by another engine.
    """
    if (path := file_of(url)) is None:
        return None
    # For nothing else: the number tells a connection of the commits of others alone.
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)

    def read() -> Any:
        return connection.execute("PRAGMA data_version").fetchone()[0]

    return read


def parse_scheme(url: str) -> str:
    """The scheme of a database URL for a message; never its password."""
    return repr(url.partition(":")[0])


def run(database: Database, statement: Sql) -> Any:
    """The cursor of a statement with its values."""
    return database.execute_sql(statement.text, statement.values)


class Undoable(Protocol):
    """A transaction that can be undone by its own handle."""

    def rollback(self) -> None:
        """Keep nothing of what was done in it so far."""


@contextmanager
def write_transaction(database: Database) -> Iterator[Undoable]:
    """A transaction that holds the write lock from its first statement on.

    SQLite: a deferred transaction that reads and then writes fails at once when another writer came
    between; IMMEDIATE waits its turn instead.
    """
    immediate = ("IMMEDIATE",) if isinstance(database, SqliteDatabase) else ()
    with database.atomic(*immediate) as handle:
        yield handle


@contextmanager
def snapshot(database: Database) -> Iterator[None]:
    """Several reads that see one state of the record."""
    with database.atomic():
        yield


def migrate(database: Database) -> list[str]:
    """Bring the tables to this version; the names of the migrations that ran.

    Raises DatabaseTooNew where the database knows migrations that this program does not.
    """
    refuse_newer(database)
    if not any(m.applied for m in Runner(database, str(MIGRATIONS)).status()):
        _keep_private(database)
    # Nothing is written where nothing is pending, so that a read-only file can be served.
    ran = Runner(database, str(MIGRATIONS)).up() if pending_migrations(database) else []
    if not ran:
        return []
    database.execute_sql(
        "INSERT INTO secret (name, value) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM secret WHERE name = ?)",
        ("cursor", secrets.token_hex(32), "cursor"),
    )
    return list(ran)


def _keep_private(database: Database) -> None:
    """Let nobody else read a new database, whatever the umask: drafts and keys' digests are in it.

    Its owner may allow more later: SQLite gives the files beside it the same permissions.
    """
    for suffix in ("", "-wal", "-shm"):
        if (file := Path(f"{database.database}{suffix}")).exists():
            file.chmod(0o600)


def refuse_newer(database: Database) -> None:
    """Raise DatabaseTooNew where the database has migrations that this program lacks."""
    unknown = [m.name for m in Runner(database, str(MIGRATIONS)).status() if m.path is None]
    if unknown:
        raise DatabaseTooNew(
            f"the database has the migration {unknown[-1]}, which this version of facts does not know: "
            "it was made by a newer version. Upgrade the program, or serve another database."
        )


def pending_migrations(database: Database) -> list[str]:
    """Names of migrations that the database still lacks."""
    return [m.name for m in Runner(database, str(MIGRATIONS)).status() if not m.applied]


def secret(database: Database, name: str) -> str:
    """A random key of this database."""
    row = database.execute_sql("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
    return str(row[0])


Trouble = Literal["busy", "full", "read-only", "unreachable", "too-slow"]

#: What SQLite says -> what it means to who asked. `disk I/O error` is what a file-size limit gives.
_TROUBLES: dict[str, Trouble] = {
    "locked": "busy",
    "busy": "busy",
    "disk is full": "full",
    "disk I/O error": "full",
    "readonly": "read-only",
    "unable to open": "unreachable",
    "interrupted": "too-slow",
}


def trouble_of(error: Exception) -> Trouble | None:
    """What keeps the database from doing its work, or None where the error is the program's own."""
    found: BaseException | None = error
    # After a full disk SQLite has rolled back already, and rolling back again fails: the first error tells.
    while found is not None:
        if isinstance(found, OperationalError):
            said = str(found)
            for words, trouble in _TROUBLES.items():
                if words in said:
                    return trouble
        found = found.__context__
    return None


def is_busy(error: Exception) -> bool:
    """Whether another writer held the lock for longer than the patience of this one."""
    return trouble_of(error) == "busy"
