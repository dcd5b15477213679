"""The file that a URL names: how it is opened, whether it is still the same, and which commits it shows."""

import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .engine import DatabaseUnusable
from .file_backup import beside


def file_of(url: str) -> Path | None:
    """The file that a URL names; None for a database in memory.

    Raises DatabaseUnusable for a URL of another kind, without repeating it: a password may be in it.
    """
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite":
        raise DatabaseUnusable(f"{url.partition(':')[0]!r} is not served; write sqlite:///path/to/facts.db")
    return Path(path) if path not in ("", ":memory:") else None


def address_of(file: Path, resting: bool) -> str:
    """The URI of a file that is there. One that cannot be written and has no log beside it does not change:
    SQLite may read it without making a log (https://sqlite.org/uri.html#uriimmutable)."""
    fixed = not (os.access(file, os.W_OK) and os.access(file.absolute().parent, os.W_OK))
    still = resting and fixed and not beside(file, "-wal").exists()
    return f"file:{quote(os.fsencode(file))}?{'mode=ro&immutable=1' if still else 'mode=rw'}"


def identity_of(file: Path | None) -> tuple[int, int] | None:
    """What tells a file from another that has its name later."""
    try:
        found = os.stat(file) if file else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


class FileVersion:
    """Tells which commits a file shows, to the thread that calls it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None

    def __call__(self) -> Any:
        """A value that is another after each commit, and after another file took the name of the one that is
        open; None while it cannot be read."""
        try:
            connection = self._connection or self._connect()
            return identity_of(self._file), connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            return None

    def number(self) -> int:
        """How many commits are shown; 0 while it cannot be read."""
        try:
            connection = self._connection or self._connect()
            found = connection.execute("SELECT value FROM counter WHERE name = 'version'").fetchone()
            return int(found[0])
        except sqlite3.Error:
            return 0

    def _connect(self) -> sqlite3.Connection:
        # It writes nothing: `data_version` tells a connection of the commits of others alone.
        address = address_of(self._file, False)
        self._connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)
        return self._connection


def version_of(url: str) -> FileVersion | None:
    """What tells which commits a file shows; None for a database in memory, which nobody else sees."""
    return FileVersion(file) if (file := file_of(url)) else None
