"""Connections, transactions, migrations: how others use a database, whatever its engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from peewee import Database

from . import file_version, sqlite
from .engine import HISTORY, DatabaseUnusable, ShownVersion, Undoable, engine_of

MIGRATIONS = Path(__file__).parent / "migrations"
#: Those of the program that runs, whatever is installed in its place meanwhile.
MIGRATION_NAMES = tuple(sorted(path.stem for path in MIGRATIONS.glob("[0-9]*.py")))


def open_database(
    url: str, busy_timeout_ms: int = 10_000, *, resting: bool = False, page_cache_kb: int = 64_000
) -> Database:
    """A database by URL: `sqlite:///facts.db` or `postgresql://host/facts`. Each thread has a connection,
    opened when it is first used.

    A writer waits `busy_timeout_ms` for others. `page_cache_kb`: what a connection keeps in memory, where the
    engine leaves that to it. With `resting` the file is only read, and left as it is.

    Raises DatabaseUnusable for a URL of another kind.
    """
    if is_on_server(url):
        server: Database = _postgresql().PostgresDatabase(url, busy_timeout_ms, resting=resting)
        return server
    return sqlite.SqliteFile(file_version.file_of(url), busy_timeout_ms, page_cache_kb, resting=resting)


def version_of(url: str) -> ShownVersion | None:
    """What tells which commits a database shows, to one thread. None where there is no telling: it stands in
    memory."""
    version: ShownVersion | None = (
        _postgresql("probes").ServerVersion(url) if is_on_server(url) else file_version.version_of(url)
    )
    return version


def probe_of(url: str) -> Any:
    """What asks a server for its standing, for one thread."""
    return _postgresql("probes").Probe(url)


def listen(url: str, told: Callable[[], None]) -> None:
    """Have `told` called, in some thread, soon after a commit, where the engine tells of them: it may come
    late, or never."""
    if is_on_server(url):
        _postgresql("probes").listen(url, told)


def is_on_server(url: str) -> bool:
    """Whether a URL names a database of a PostgreSQL server, and no file."""
    return url.partition("://")[0] in ("postgresql", "postgres")


def without_password(url: str) -> str:
    """The address of a database on a server, for people to read."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}"


def _postgresql(module: str = "postgresql") -> Any:
    """A module of the engine, whose driver is installed where it is wanted."""
    try:
        return import_module(f".{module}", __package__)
    except ModuleNotFoundError as error:
        raise DatabaseUnusable(f'PostgreSQL needs {error.name}: pip install "facts[postgresql]"') from None


@contextmanager
def write_transaction(database: Database, *, judged: bool = False) -> Iterator[Undoable]:
    """A transaction that holds the write lock from its first statement on.

    With `judged`, what is written in it looks itself whether this program may write.

    Raises DatabaseUnusable where this program must not write: another version changed the tables, or another
    file stands in the place of the one that is open. The latter is also seen when all is done: it would be
    found nowhere.
    """
    engine = engine_of(database)
    with engine.writing() as handle:
        if judged:
            engine.require_in_place()
        else:
            require_usable(database)
        yield handle
    engine.require_in_place()


@contextmanager
def snapshot(database: Database) -> Iterator[None]:
    """Several reads that see one state of the record."""
    with engine_of(database).reading():
        yield


def migrate(database: Database) -> list[str]:
    """Bring the tables to this version, in a new database where there is none; the migrations that ran.

    Raises DatabaseUnusable where the database is of a newer version or of another program.
    """
    engine = engine_of(database)
    engine.prepare()
    applied = applied_migrations(database)
    refuse_newer(applied)
    engine.settle()
    # Nothing is written where nothing is pending, so that a read-only file can be served.
    return [] if applied == MIGRATION_NAMES else engine.bring_up(str(MIGRATIONS))


def applied_migrations(database: Database) -> tuple[str, ...]:
    """The names of the migrations that a record has; none in an empty database.

    Raises DatabaseUnusable where the tables are another program's.
    """
    tables = engine_of(database).tables()
    names = _names_of_migrations(database) if HISTORY in tables else ()
    if tables - {HISTORY} and MIGRATION_NAMES[0] not in names:
        raise DatabaseUnusable("its tables are another program's")
    return names


def _names_of_migrations(database: Database) -> tuple[str, ...]:
    rows = database.execute_sql(f"SELECT name FROM {HISTORY} ORDER BY name").fetchall()
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
    engine_of(database).require_in_place()
    applied = _names_of_migrations(database)
    if applied == MIGRATION_NAMES:
        return
    refuse_newer(applied)
    lacking = ", ".join(name for name in MIGRATION_NAMES if name not in applied)
    raise DatabaseUnusable(f"the database lacks {lacking}. Run facts serve or facts load first: they add it")


def secret(database: Database, name: str) -> str:
    """A random key of this database."""
    row = database.execute_sql("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
    return str(row[0])
