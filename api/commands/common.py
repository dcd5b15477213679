"""What several commands share: the database, the settings, messages, exit codes."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from peewee import Database, DatabaseError

from api.records.store.database import (
    applied_migrations,
    is_on_server,
    migrate,
    open_database,
    refuse_newer,
    require_usable,
    without_password,
)
from api.records.store.engine import DatabaseUnusable, engine_of
from api.records.store.file_version import file_of
from api.records.store.troubles import Trouble, trouble_of
from api.records.write.renew import renew
from api.settings import Settings, SettingsFault, read_settings

from .renewal import Renewal

#: Something in the files or the record is wrong.
FOUND_FAULTS = 1
#: The command could not do its work.
COULD_NOT_RUN = 2
#: Whether it did its work is not known.
NOT_KNOWN = 3
#: Pages of the database in memory.
PAGE_CACHE_KB = 64_000

database_option: Callable[[Any], Any] = click.option(
    "--db",
    "url",
    metavar="URL",
    help="Database, such as sqlite:///facts.db or postgresql://host/facts; FACTS_DATABASE_URL otherwise.",
)


def give_up(message: str, code: int = COULD_NOT_RUN) -> NoReturn:
    """Say why the command could not run, and end."""
    click.echo(f"facts: {message}", err=True)
    raise SystemExit(code)


def is_there(url: str | None) -> bool:
    """Whether anything is where a record would be loaded into: tables on a server, or a file.

    Ends the command where the server cannot be reached.
    """
    with _usable(url, new=True, resting=True) as database:
        return engine_of(database).is_there()


def away(url: str | None) -> str:
    """Why the server that the database is on cannot be reached just now; nothing where it can, and of a
    file."""
    settings = settings_or_end()
    address = url or settings.database_url
    if not is_on_server(address):
        return ""
    with (
        plainly(place_or_end(address)),
        closing(open_database(address, settings.busy_timeout_ms)) as database,
    ):
        try:
            database.connect()
        except DatabaseError as error:
            if trouble_of(error) == "unreachable":
                return str(error).splitlines()[0]
            raise
    return ""


@contextmanager
def opened(url: str | None, *, new: bool = False, page_cache_kb: int = PAGE_CACHE_KB) -> Iterator[Database]:
    """The database, brought to this version, closed at the end; made where there is none and `new` says so.
    Where that takes long, it is said how far it is.

    Ends the command with a plain message where it cannot be used.
    """
    with _usable(url, new=new, page_cache_kb=page_cache_kb) as database:
        migrate(database)
        renew(database, Renewal().told)
        yield database


def look_at(url: str | None) -> None:
    """End the command where it could not bring the database to this version; nothing is changed in it."""
    with _usable(url, new=True, resting=True) as database:
        refuse_newer(applied_migrations(database))


@contextmanager
def opened_to_read(url: str | None, *, any_version: bool = False) -> Iterator[Database]:
    """The database of this version, or of any, closed at the end; its file is left as it was."""
    with _usable(url, resting=True) as database:
        if not any_version:
            require_usable(database)
        yield database


@contextmanager
def _usable(
    url: str | None, *, new: bool = False, resting: bool = False, page_cache_kb: int = PAGE_CACHE_KB
) -> Iterator[Database]:
    settings = settings_or_end()
    address = url or settings.database_url
    place = place_or_end(address, new=new)
    with plainly(place):
        database = open_database(
            address, settings.busy_timeout_ms, resting=resting, page_cache_kb=page_cache_kb
        )
        with closing(database):
            if not (new or applied_migrations(database)):
                give_up(f"{place} is empty: no record is in it")
            yield database


def settings_or_end() -> Settings:
    """The settings; ends the command where one has a value that cannot be used."""
    try:
        return read_settings()
    except SettingsFault as error:
        give_up(str(error))


def place_or_end(url: str, *, new: bool = False) -> str:
    """What a database is called in messages: its file, which must be there unless it is `new`, or its address
    on a server, without a password."""
    return without_password(url) if is_on_server(url) else str(file_or_end(url, new=new))


def file_or_end(url: str, *, new: bool = False) -> Path:
    """The file that a record is in; ends the command where it is in none, or is missing and not `new`."""
    if is_on_server(url):
        give_up("this is for a record in a file")
    try:
        file = file_of(url)
        if file is None:
            give_up("a record is kept in a file: write sqlite:///path/to/facts.db")
        if not (file.exists() or new):
            give_up(f"{file} does not exist; facts load and facts serve make a database")
        if file.exists() and not file.is_file():
            give_up(f"{file} is no file")
    except DatabaseUnusable as error:
        give_up(str(error))
    except OSError as error:
        give_up(f"{url} cannot be used: {error.strerror}")
    return file


_PLAIN: dict[Trouble | None, str] = {
    "busy": "another process is writing; try again",
    "full": "the disk is full",
    "read-only": "{place} or its folder can only be read",
    "unreachable": "{place} or its folder cannot be read or written",
    "foreign": "{place} is no SQLite database",
    "damaged": "{place} is damaged; restore a backup",
}
#: The same of a database on a server.
_PLAIN_THERE: dict[Trouble | None, str] = {
    **_PLAIN,
    "full": "the server's disk is full",
    "read-only": "{place} can only be read",
    "unreachable": "{place} cannot be reached: {error}",
}


@contextmanager
def plainly(place: str) -> Iterator[None]:
    """End with a plain message where the database in a place fails."""
    try:
        yield
    except DatabaseUnusable as error:
        give_up(f"{place}: {error}")
    except DatabaseError as error:
        words = _PLAIN_THERE if is_on_server(place) else _PLAIN
        first = str(error).partition("\n")[0]
        said = words.get(trouble_of(error), "{error}").format(place=place, error=first)
        give_up(f"the database cannot be used: {said}")
    except UnicodeDecodeError:
        # Where the engine's own message quotes what is damaged.
        give_up(f"the database cannot be used: {_PLAIN['damaged'].format(place=place)}")
