"""Copies of the record while it is written to, and such a copy in the record's place."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from peewee import Database

from ..read.revisions import last_seq
from ..store.database import snapshot
from ..store.sqlite import put_in_place, unopened

#: Pages that are copied before signals are looked at.
_PAGES_AT_ONCE = 4_000


def back_up(database: Database, target: Path) -> int:
    """A consistent copy of the database while it is written to: complete on disk and checked, or not there.

    Returns the last number of its feed. Raises FileExistsError where the target is there already, ValueError
    where the copy is not sound.
    """
    if target.exists():
        raise FileExistsError(target)
    with _copied(database, target.parent) as (half, seq):
        os.rename(half, target)
    return seq


def put_back(backup: Database, target: Path) -> int:
    """A copy of a backup in the place of the database in a file, if there is one; the feed's last number.

    Where the file is a link, the link stays.
    Raises DatabaseUnusable where another process has that open, ValueError where the copy is not sound.
    """
    place = target.resolve()
    with _copied(backup, place.parent) as (half, seq), unopened(place):
        put_in_place(half, place)
    return seq


@contextmanager
def _copied(database: Database, folder: Path) -> Iterator[tuple[Path, int]]:
    """A copy in a folder below `folder`, to be moved from there, and the last number of its feed; nothing
    else stays."""
    with TemporaryDirectory(prefix=".facts-", dir=folder) as place:
        half = Path(place) / "half.db"
        # One state from beginning to end: pages that are copied later would else be those of later commits.
        with snapshot(database):
            seq = last_seq(database)
            _copy(database, half)
        yield half, seq
    _sync(folder)


def _copy(database: Database, half: Path) -> None:
    with closing(sqlite3.connect(half)) as copy:
        database.connection().backup(copy, pages=_PAGES_AT_ONCE, progress=lambda *_: None)
        # The copy is one file, without a write-ahead log of its own.
        copy.execute("PRAGMA journal_mode = DELETE")
        faults = [row[0] for row in copy.execute("PRAGMA integrity_check")]
    if faults != ["ok"]:
        raise ValueError(f"the copy is not sound: {faults[0]}")
    half.chmod(0o600)
    _sync(half)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
