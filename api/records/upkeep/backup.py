"""Copies of the record while it is written to."""

import os
import sqlite3
from pathlib import Path

from peewee import Database


def back_up(database: Database, target: Path) -> None:
    """A consistent copy of the database while it is written to; complete on disk, checked, or not there.

    Raises FileExistsError where the target is there already, ValueError where the copy is not sound.
    """
    if target.exists():
        raise FileExistsError(target)
    half = target.with_name(f".{target.name}.part")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    copy = sqlite3.connect(half)
    try:
        database.connection().backup(copy)
        # The copy is one file, without a write-ahead log of its own.
        copy.execute("PRAGMA journal_mode = DELETE")
        faults = [row[0] for row in copy.execute("PRAGMA integrity_check")]
    finally:
        copy.close()
    if faults != ["ok"]:
        half.unlink()
        raise ValueError(f"the copy is not sound: {faults[0]}")
    _sync(half)
    os.rename(half, target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
