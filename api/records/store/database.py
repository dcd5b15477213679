"""Connections, transactions, migrations: everything that one engine does differently."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal, Protocol

from peewee import Database, DatabaseError, OperationalError, SqliteDatabase
from playhouse.migrations import Runner

from ..core.sql import Sql
from .file import DatabaseUnusable, SqliteFile, alone, file_of, make_private

MIGRATIONS = Path(__file__).parent / "migrations"
#: Those of the program that runs, whatever is installed in its place meanwhile.
MIGRATION_NAMES = tuple(sorted(path.stem for path in MIGRATIONS.glob("[0-9]*.py")))
#: Pages of the log, of 4 kB, from which a commit copies it into the database: what many commits changed is
#: copied once. SQLite's own 1,000 are a few dozen commits.
_PAGES_IN_LOG = 4_000
#: Where the names of those that a database has are kept.
_HISTORY = "schema_migration"


def open_database(
    url: str, busy_timeout_ms: int = 10_000, *, resting: bool = False, page_cache_kb: int = 64_000
) -> Database:
    """A database by URL: `sqlite:///facts.db`, with one connection a thread, opened when first used.

    SQLite: every commit on disk before it is acknowledged (synchronous=FULL), foreign keys checked, and
    `busy_timeout_ms` of patience for a writer, `page_cache_kb` of pages in memory for each connection. With
    `resting` the file is only read, and left as it is.

    Raises DatabaseUnusable for a URL of another kind.
    """
    pragmas = {
        "synchronous": "full",
        "foreign_keys": 1,
        "cache_size": -page_cache_kb,
        "temp_store": "memory",
        "wal_autocheckpoint": _PAGES_IN_LOG,
    }
    timeout = busy_timeout_ms / 1000
    return SqliteFile(file_of(url), resting=resting, pragmas=pragmas, timeout=timeout)


def run(database: Database, statement: Sql) -> Any:
    """The cursor of a statement with its values."""
    return database.execute_sql(statement.text, statement.values)


class Undoable(Protocol):
    """A transaction that can be undone by its own handle."""

    def rollback(self) -> None:
        """Keep nothing of what was done in it so far."""


@contextmanager
def write_transaction(database: Database, *, judged: bool = False) -> Iterator[Undoable]:
    """A transaction that holds the write lock from its first statement on.

    SQLite: a deferred transaction that reads and then writes fails at once when another writer came
    between; IMMEDIATE waits its turn instead.

    With `judged`, what is written in it looks itself whether this program may write.

    Raises DatabaseUnusable where this program must not write: another version changed the tables, or another
    file stands in the place of the one that is open. The latter is also seen when all is done: it would be
    found nowhere.
    """
    immediate = ("IMMEDIATE",) if isinstance(database, SqliteDatabase) else ()
    with database.atomic(*immediate) as handle:
        (_require_in_place if judged else require_usable)(database)
        yield handle
    _require_in_place(database)


@contextmanager
def snapshot(database: Database) -> Iterator[None]:
    """Several reads that see one state of the record."""
    with database.atomic():
        yield


def migrate(database: Database) -> list[str]:
    """Bring the tables to this version, in a new file where there is none; the migrations that ran.

    Raises DatabaseUnusable where the database is of a newer version or of another program.
    """
    if isinstance(database, SqliteFile) and database.file:
        make_private(database.file)
    applied = applied_migrations(database)
    refuse_newer(applied)
    # So that readers never wait. The file keeps it; one that was not looked at yet may be another program's.
    database.execute_sql("PRAGMA journal_mode = wal")
    # Nothing is written where nothing is pending, so that a read-only file can be served.
    if applied == MIGRATION_NAMES:
        return []
    with _alone(database):
        return list(Runner(database, str(MIGRATIONS)).up())


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """A while in which nobody else has the database open. A server of an older version, which would go on
    writing as the tables were, has to be stopped first."""
    try:
        with alone(database) if isinstance(database, SqliteFile) and database.file else nullcontext():
            yield
    except OperationalError as error:
        if not is_busy(error):
            raise
        raise DatabaseUnusable(
            "it is to be brought to this version, and another process has it open: stop the service first"
        ) from None


def applied_migrations(database: Database) -> tuple[str, ...]:
    """The names of the migrations that a record has; none in an empty file.

    Raises DatabaseUnusable where the tables are another program's.
    """
    listed = "SELECT tbl_name FROM sqlite_master WHERE tbl_name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    tables = {row[0] for row in database.execute_sql(listed).fetchall()}
    names = _names_of_migrations(database) if _HISTORY in tables else ()
    if tables - {_HISTORY} and MIGRATION_NAMES[0] not in names:
        raise DatabaseUnusable("its tables are another program's")
    return names


def _names_of_migrations(database: Database) -> tuple[str, ...]:
    rows = database.execute_sql(f"SELECT name FROM {_HISTORY} ORDER BY name").fetchall()
    return tuple(row[0] for row in rows)


def refuse_newer(applied: tuple[str, ...]) -> None:
    """Raise DatabaseUnusable where a record has migrations that this program lacks."""
    if unknown := [name for name in applied if name not in MIGRATION_NAMES]:
        raise DatabaseUnusable(
            f"the database has the migration {unknown[-1]}, which this version of facts does not know: "
            "it was made by a newer version. Upgrade the program, or serve another database."
        )


def require_usable(database: Database) -> None:
    """Raise DatabaseUnusable where this program would not read or write the tables that it was made for."""
    _require_in_place(database)
    applied = _names_of_migrations(database)
    if applied == MIGRATION_NAMES:
        return
    refuse_newer(applied)
    lacking = ", ".join(name for name in MIGRATION_NAMES if name not in applied)
    raise DatabaseUnusable(f"the database lacks {lacking}. Run facts serve or facts load first: they add it")


def _require_in_place(database: Database) -> None:
    if isinstance(database, SqliteFile):
        database.require_in_place()


def secret(database: Database, name: str) -> str:
    """A random key of this database."""
    row = database.execute_sql("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
    return str(row[0])


Trouble = Literal["busy", "full", "read-only", "unreachable", "too-slow", "foreign", "damaged"]

#: What SQLite says -> what it means to who asked. `disk I/O error` is what a file-size limit gives.
_TROUBLES: dict[str, Trouble] = {
    "locked": "busy",
    "busy": "busy",
    "disk is full": "full",
    "disk I/O error": "full",
    "readonly": "read-only",
    "unable to open": "unreachable",
    "interrupted": "too-slow",
    "not a database": "foreign",
    "malformed": "damaged",
    "unsupported file format": "damaged",
    "decode to UTF-8": "damaged",
}


def trouble_of(error: Exception) -> Trouble | None:
    """What keeps the database from doing its work, or None where the error is the program's own."""
    found: BaseException | None = error
    # After a full disk SQLite has rolled back already, and rolling back again fails: the first error tells.
    while found is not None:
        if isinstance(found, DatabaseError) and not isinstance(found, DatabaseUnusable):
            said = str(found)
            for words, trouble in _TROUBLES.items():
                if words in said:
                    return trouble
        found = found.__context__
    return None


def is_busy(error: Exception) -> bool:
    """Whether another writer held the lock for longer than the patience of this one."""
    return trouble_of(error) == "busy"
