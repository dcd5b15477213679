"""Backups of a record in a file, such a backup in a file's place, and files that only their owner reads."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from .engine import DatabaseUnusable

#: Pages that are copied before signals are looked at.
_PAGES_AT_ONCE = 4_000
#: Where SQLite's locks stand in a file (https://sqlite.org/fileformat2.html, the lock-byte page). A
#: connection to a database with a write-ahead log shares these bytes from its first read until it is closed;
#: where its process ends in another way, the system lets go of them.
_SHARED_FROM, _SHARED_BYTES = 0x40000002, 510
#: A file that is not whole yet, and the folder that it stands in. Earlier versions called theirs otherwise
#: and held no lock on it: who sees one cannot know whether it is in use.
_HALF, _PREFIX = "half.db", ".facts-copy-"
#: What SQLite keeps beside a database: its logs, and memory that processes share.
_BESIDE = ("-wal", "-shm", "-journal")
#: All that can stand in such a folder.
_OURS = frozenset({_HALF, *(f"{_HALF}{suffix}" for suffix in _BESIDE)})


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
    """Where a file can be written that takes this one's place when it is whole; nothing else stays, nor what
    a command that was killed outright left."""
    _clear_left(file.parent)
    with _held_folder(file.parent) as place:
        yield place / _HALF
    _sync(file.parent)


@contextmanager
def _held_folder(parent: Path) -> Iterator[Path]:
    """A new folder that its process holds a lock on."""
    with ExitStack() as held:
        while True:
            place = Path(
                held.enter_context(TemporaryDirectory(prefix=_PREFIX, dir=parent, ignore_cleanup_errors=True))
            )
            handle = held.enter_context(_locked(place, fcntl.LOCK_EX))
            # Somebody may have taken it for one that was left, until it was locked.
            if handle is None or (place.exists() and os.path.samestat(os.fstat(handle), place.stat())):
                break
        yield place


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[int | None]:
    """A lock on a folder, which the system lets go of where the process ends; none where its file system has
    no such locks. Raises BlockingIOError where another process has it and this one is not to wait."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            raise
        except OSError:
            yield None
        else:
            yield handle
    finally:
        os.close(handle)


def _clear_left(parent: Path) -> None:
    """Take away folders of commands that are gone: those that nobody holds, and that hold nothing else."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError), _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB) as handle:
            if handle is None or not _OURS.issuperset(os.listdir(folder)):
                continue
            for name in os.listdir(folder):
                (folder / name).unlink()
            folder.rmdir()


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
    """Let a database that is complete take the place of another, whose logs would be taken for its own; they
    may be there although that is gone."""
    for suffix in _BESIDE:
        beside(file, suffix).unlink(missing_ok=True)
    os.replace(half, file)


def put_whole(half: Path, file: Path) -> None:
    """Give a database that is complete its name, once it is on disk.

    Raises FileExistsError where something has that name.
    """
    if file.exists():
        raise FileExistsError(file)
    _sync(half)
    put_in_place(half, file)


def beside(file: Path, suffix: str) -> Path:
    """A file that SQLite keeps beside a database."""
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
