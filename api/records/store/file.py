"""The file of a record: where it is, which one a connection has open, and whether anybody has."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from peewee import OperationalError, SqliteDatabase
from peewee import __exception_wrapper__ as _translated  # type: ignore[attr-defined]  # its types leave it out

from .deadline import look

#: Where SQLite's locks stand in a file (https://sqlite.org/fileformat2.html, the lock-byte page). A
#: connection to a database with a write-ahead log shares these bytes from its first read until it is closed;
#: where its process ends in another way, the system lets go of them.
_SHARED_FROM, _SHARED_BYTES = 0x40000002, 510
#: What SQLite keeps beside a database: its logs, and memory that processes share.
_BESIDE = ("-wal", "-shm", "-journal")


class DatabaseUnusable(OperationalError):
    """The database cannot be used as it stands; the message says why and what to do."""


def file_of(url: str) -> Path | None:
    """The file that a URL names; None for a database in memory.

    Raises DatabaseUnusable for a URL of another kind, without repeating it: a password may be in it.
    """
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite":
        raise DatabaseUnusable(f"{url.partition(':')[0]!r} is not served; write sqlite:///path/to/facts.db")
    return Path(path) if path not in ("", ":memory:") else None


class SqliteFile(SqliteDatabase):
    """SQLite in a file that is there: connecting makes none, and all connections have the same file open.

    `resting`: what is read is left as it is, without a log that stays where it cannot be taken away again.
    """

    #: Whether the next connection lets no other process have the file open.
    alone = False

    def __init__(self, file: Path | None, *, resting: bool = False, **options: Any) -> None:
        self.file = file
        self._opened: tuple[int, int] | None = None
        name = _address(file, resting) if file else ":memory:"
        super().__init__(name, uri=True, factory=_Connection, **options)

    def _add_conn_hooks(self, connection: sqlite3.Connection) -> None:
        if self.alone:
            # Before anything is read (https://sqlite.org/wal.html, "Use of WAL without shared-memory").
            connection.execute("PRAGMA locking_mode = exclusive")
        super()._add_conn_hooks(connection)  # type: ignore[misc]  # peewee's types leave it out

    def _connect(self) -> sqlite3.Connection:
        while True:
            self.require_in_place()
            before = _identity(self.file)
            connection: _Connection = super()._connect()  # type: ignore[misc]  # peewee's types leave it out
            # From this statement on nobody can put another file in the place of the one that is open.
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            if before == _identity(self.file):
                self._opened = before
                return connection
            connection.close()

    def require_in_place(self) -> None:
        """Raise DatabaseUnusable where the file that is open, if one is, has lost its name."""
        if self._opened and self._opened != _identity(self.file):
            raise DatabaseUnusable("the database's file was replaced or removed; restart what has it open")


@contextmanager
def alone(database: SqliteFile) -> Iterator[None]:
    """A while in which no other connection has the file open. Raises DatabaseUnusable where one has."""
    database.close()
    database.alone = True
    try:
        database.connect()
        yield
    finally:
        database.alone = False
        database.close()


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


def version_reader(url: str) -> Callable[[], Any] | None:
    """A function that tells, to the thread that calls it, a value that is another after every commit, and
    after another file took the name of the one that is open. None equals another while it is unreadable.

    None where the database has no such value: it stands in memory.
    """
    if (file := file_of(url)) is None:
        return None
    connection: sqlite3.Connection | None = None

    def read() -> Any:
        nonlocal connection
        try:
            # For nothing else: the number tells a connection of the commits of others alone.
            connection = connection or sqlite3.connect(
                _address(file, False), uri=True, timeout=0, isolation_level=None
            )
            return _identity(file), connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            return object()

    return read


def _address(file: Path, resting: bool) -> str:
    """The URI of a file that is there. One that cannot be written and has no log beside it does not change:
    SQLite may read it without making a log (https://sqlite.org/uri.html#uriimmutable)."""
    fixed = not (os.access(file, os.W_OK) and os.access(file.absolute().parent, os.W_OK))
    still = resting and fixed and not _beside(file, "-wal").exists()
    return f"file:{quote(os.fsencode(file))}?{'mode=ro&immutable=1' if still else 'mode=rw'}"


def _identity(file: Path | None) -> tuple[int, int] | None:
    """What tells a file from another that has its name later."""
    try:
        found = os.stat(file) if file else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _beside(file: Path, suffix: str) -> Path:
    return Path(f"{os.path.realpath(file)}{suffix}")


def make_private(file: Path) -> None:
    """Make an empty file that only its owner reads, whatever the umask: it gets drafts and keys' digests.

    Its owner may allow more later: SQLite gives the files beside it the same permissions.
    Raises DatabaseUnusable where it cannot be made.
    """
    try:
        # Never opened where it is there: closing it would drop the locks that this process has on it.
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return
    except OSError as error:
        raise DatabaseUnusable(f"it cannot be made: {error.strerror}") from None


@contextmanager
def unopened(file: Path) -> Iterator[None]:
    """A while in which nobody has the database in a file open, and nobody can begin to.

    Not for a process that has it open itself: closing the file here drops its locks.
    Raises DatabaseUnusable where another process has it open.
    """
    if not file.exists():
        yield
        return
    with closing(os.fdopen(os.open(file, os.O_RDWR), "r+b")) as handle:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_BYTES, _SHARED_FROM)
        except (BlockingIOError, PermissionError):
            raise DatabaseUnusable(
                f"{file} is open in another process: stop the service and other commands first"
            ) from None
        if not os.path.samestat(os.fstat(handle.fileno()), os.stat(file)):
            raise DatabaseUnusable(f"{file} was replaced just now; look at it, then try again")
        yield


def put_in_place(half: Path, file: Path) -> None:
    """Let a database that is complete take the place of another, whose logs would be taken for its own."""
    for suffix in _BESIDE:
        _beside(file, suffix).unlink(missing_ok=True)
    os.replace(half, file)
