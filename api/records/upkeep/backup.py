"""Copies of the record while it is written to, and such a copy in the record's place."""

from pathlib import Path

from peewee import Database

from ..read.revisions import last_seq
from ..store.database import MIGRATION_NAMES, refuse_newer, snapshot
from ..store.engine import DatabaseUnusable, engine_of
from ..store.file_backup import half_beside, put_whole


def back_up(database: Database, target: Path) -> int:
    """A consistent copy of the database while it is written to: complete on disk and checked, or not there.

    Returns the last number of its feed. Raises FileExistsError where the target is there already, ValueError
    where the copy is not sound.
    """
    if target.exists():
        raise FileExistsError(target)
    with half_beside(target) as half:
        # One state from beginning to end: what is copied later would else be of later commits.
        with snapshot(database):
            seq = last_seq(database)
            engine_of(database).copy_to(half)
        put_whole(half, target)
    return seq


def require_record(backup: Path, target: Database) -> None:
    """Raise DatabaseUnusable where a file is no backup that can be put into this database."""
    names = engine_of(target).migrations_in(backup)
    if MIGRATION_NAMES[0] not in names:
        raise DatabaseUnusable("no record is in it")
    refuse_newer(names)


def put_back(backup: Path, target: Database, *, replacing: bool) -> None:
    """A copy of a backup in the place of a database: whole, or nothing is changed.

    Raises FileExistsError where something is in its place and is not to be replaced, DatabaseUnusable where
    another process has that open, ValueError where the copy is not sound, OutcomeUnknown where nobody can say
    whether it was put there.
    """
    engine = engine_of(target)
    if engine.is_there() and not replacing:
        raise FileExistsError(backup)
    engine.put_back(backup)
