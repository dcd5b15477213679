"""What several commands share: the database, the settings, messages, exit codes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from peewee import Database, OperationalError

from api.records.store.database import DatabaseTooNew, DatabaseUnusable, is_busy, migrate, open_database
from api.records.write.renew import renew
from api.settings import SettingsFault, read_settings

#: Something in the files or the record is wrong.
FOUND_FAULTS = 1
#: The command could not do its work.
COULD_NOT_RUN = 2

database_option: Callable[[Any], Any] = click.option(
    "--db",
    "url",
    metavar="URL",
    help="Database, such as sqlite:///facts.db; FACTS_DATABASE_URL otherwise.",
)


def give_up(message: str) -> NoReturn:
    """Say why the command could not run, and end."""
    click.echo(f"facts: {message}", err=True)
    raise SystemExit(COULD_NOT_RUN)


@contextmanager
def opened(url: str | None, *, migrated: bool = True) -> Iterator[Database]:
    """The database, brought to this version, closed at the end.

    Ends the command with a plain message where it cannot be used.
    """
    try:
        settings = read_settings()
        database = open_database(url or settings.database_url, settings.busy_timeout_ms)
        if migrated:
            migrate(database)
            renew(database)
        yield database
        database.close()
    except (SettingsFault, DatabaseTooNew, DatabaseUnusable) as error:
        give_up(str(error))
    except OperationalError as error:
        busy = "another process is writing; try again" if is_busy(error) else str(error)
        give_up(f"the database cannot be used: {busy}")
