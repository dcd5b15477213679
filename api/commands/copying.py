"""`facts copy`: a whole record from one database into another."""

from functools import partial

import click
from peewee import Database

from api.records.store.database import open_database
from api.records.store.tables import TABLES
from api.records.upkeep.copying import copy_record
from api.records.upkeep.source import SourceFailed
from schemas.base import counted

from .common import give_up, opened, opened_to_read, place_or_end, plainly, settings_or_end
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
    with opened(target, new=True) as written, steps() as shown:
        step = shown.step("Copying rows", rows)
        try:
            again = partial(open_database, source, settings_or_end().busy_timeout_ms, resting=True)
            done = copy_record(again, written, step.show)
        except ValueError as error:
            give_up(f"nothing was copied: {error}")
        except SourceFailed as failed:
            with plainly(place_or_end(source)):
                raise failed.why from None
        step.end(done)
    click.echo(f"{counted(done, 'row')} copied and compared")


def _rows_of(database: Database) -> int:
    """How many rows there are to copy."""
    return sum(
        database.execute_sql(f"SELECT COUNT(*) FROM {table.name}").fetchone()[0] for table in TABLES.values()
    )
