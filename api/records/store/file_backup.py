"""Backups of a record in a file, and such a backup in the place of a file."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .engine import DatabaseUnusable

#: Pages that are copied before signals are looked at.
_PAGES_AT_ONCE = 4_000
#: Where SQLite's locks stand in a file (https://sqlite.org/fileformat2.html, the lock-byte page). A
#: connection to a database with a write-ahead log shares these bytes from its first read until it is closed;
#: where its process ends in another way, the system lets go of them.
_SHARED_FROM, _SHARED_BYTES = 0x40000002, 510
#: What SQLite keeps beside a database: its logs, and memory that processes share.
_BESIDE = ("-wal", "-shm", "-journal")


def copy(database: sqlite3.Connection, file: Path) -> None:
    """Write what a transaction shows, and check it.

    Raises ValueError where the copy is not sound.
    """
    with closing(sqlite3.connect(file)) as copied:
        database.backup(copied, pages=_PAGES_AT_ONCE, progress=lambda *_: None)
        # The copy is one file, without a write-ahead log of its own.
        copied.execute("PRAGMA journal_mode = DELETE")
        faults = [row[0] for row in copied.execute("PRAGMA integrity_check")]
    if faults != ["ok"]:
        raise ValueError(f"the copy is not sound: {faults[0]}")
    file.chmod(0o600)
    _sync(file)


@contextmanager
def half_beside(file: Path) -> Iterator[Path]:
    """Where a file can be written that takes this one's place when it is whole; nothing else stays."""
    with TemporaryDirectory(prefix=".facts-", dir=file.parent) as place:
        yield Path(place) / "half.db"
    _sync(file.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
        beside(file, suffix).unlink(missing_ok=True)
    os.replace(half, file)


def beside(file: Path, suffix: str) -> Path:
    """A file that SQLite keeps beside a database."""
    return Path(f"{os.path.realpath(file)}{suffix}")
