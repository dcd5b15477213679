"""A record in a new file, which gets its name when it is whole."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .database import migrate, open_database
from .engine import DatabaseUnusable
from .file_backup import half_beside, put_whole
from .sqlite import SqliteFile


@contextmanager
def made_whole(file: Path, busy_timeout_ms: int) -> Iterator[SqliteFile]:
    """A database with the tables of this version and no records, to be filled. At the end it is on disk under
    its name; where anything fails, or the process is killed, nothing is there.

    It has no journal: what is half done is for nobody, and would be written twice.
    Raises DatabaseUnusable where the file cannot be made, or was made by others meanwhile.
    """
    try:
        with half_beside(file) as half:
            with closing(_opened(half, busy_timeout_ms)) as database:
                migrate(database)
                database.rows("PRAGMA journal_mode = OFF")
                database.rows("PRAGMA synchronous = OFF")
                yield database
                database.settle()
            put_whole(half, file)
    except FileExistsError:
        raise DatabaseUnusable("it was made by another process just now") from None
    except OSError as error:
        raise DatabaseUnusable(f"it cannot be made: {os.strerror(error.errno or 0)}") from None


def _opened(half: Path, busy_timeout_ms: int) -> SqliteFile:
    database = open_database(f"sqlite:///{half}", busy_timeout_ms)
    assert isinstance(database, SqliteFile)
    return database
