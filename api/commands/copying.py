"""`facts copy`: a whole record from one database into another."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import click
from peewee import Database

from api.records.store.database import is_on_server, open_database
from api.records.store.tables import TABLES
from api.records.store.whole_file import made_whole
from api.records.upkeep.copying import copy_record
from api.records.upkeep.source import SourceFailed
from schemas.base import counted

from .common import (
    file_or_end,
    give_up,
    is_there,
    opened,
    opened_to_read,
    place_or_end,
    plainly,
    settings_or_end,
)
from .progress import steps


@click.command()
@click.argument("source", metavar="SRC_URL")
@click.argument("target", metavar="DST_URL")
def copy(source: str, target: str) -> None:
    """Copy the record of SRC_URL into DST_URL, of the same engine or another: all of it, or nothing.

    Records, drafts, history, feed and keys come along. DST_URL must hold no records yet; a file is made, a
    database on a server must be there. The record may be served meanwhile: what is copied is one state.
    """
    with opened_to_read(source) as read:
        rows = _rows_of(read)
    with _opened_to_fill(target) as written, steps() as shown:
        step = shown.step("Copying rows", rows)
        try:
            again = partial(open_database, source, settings_or_end().busy_timeout_ms, resting=True)
            done = copy_record(again, written, rows, step.show)
        except ValueError as error:
            give_up(f"nothing was copied: {error}")
        except SourceFailed as failed:
            with plainly(place_or_end(source)):
                raise failed.why from None
        step.end(done)
    click.echo(f"{counted(done, 'row')} copied and compared")


@contextmanager
def _opened_to_fill(url: str) -> Iterator[Database]:
    """The database to copy into: one that is there, or a new file."""
    if is_on_server(url) or is_there(url):
        with opened(url, new=True) as database:
            yield database
        return
    file = file_or_end(url, new=True)
    with plainly(str(file)), made_whole(file, settings_or_end().busy_timeout_ms) as database:
        yield database


def _rows_of(database: Database) -> int:
    """How many rows there are to copy."""
    return sum(
        database.execute_sql(f"SELECT COUNT(*) FROM {table.name}").fetchone()[0] for table in TABLES.values()
    )
