"""`facts backup`, `restore`, `doctor`, `redact`, `forget`: keeping the record safe."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from signal import SIG_IGN, SIGHUP, SIGTERM, getsignal, signal
from typing import NoReturn

import click

from api.records.core.errors import Refusal
from api.records.core.registry import TYPES
from api.records.read.feed import forget_feed
from api.records.read.revisions import last_seq
from api.records.store.database import open_database, write_transaction
from api.records.store.engine import OutcomeUnknown
from api.records.upkeep.backup import back_up, put_back, require_record
from api.records.upkeep.doctor import claims_to_curate, faults_of_database
from api.records.upkeep.redaction import redact as redact_record
from schemas.base import counted
from schemas.text import text_fault

from .common import (
    FOUND_FAULTS,
    NOT_KNOWN,
    database_option,
    give_up,
    opened,
    opened_to_read,
    place_or_end,
    plainly,
    settings_or_end,
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@database_option
def backup(file: Path, url: str | None) -> None:
    """Copy the database to FILE while it is served: consistent, checked, complete or not there.

    On a server pg_dump writes it; PostgreSQL's client programs must be there, as new as the server.
    """
    with opened_to_read(url, any_version=True) as database, _whole_or_nothing("no backup was made"):
        try:
            seq = back_up(database, file)
        except FileExistsError:
            give_up(f"{file} is there already; name another file")
    click.echo(f"{file}: {file.stat().st_size} bytes, feed up to {seq}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a database that is there and that nobody has open.")
@database_option
def restore(file: Path, force: bool, url: str | None) -> None:
    """Put a backup in the database's place. Mirrors of the feed must read the collections again.

    Refused while a service or a command has the database open: what it writes would be lost.
    """
    settings = settings_or_end()
    address = url or settings.database_url
    place = place_or_end(address, new=True)
    if place == str(file) or (Path(place).exists() and Path(place).samefile(file)):
        give_up(f"{file} is the database itself")
    with plainly(place), closing(open_database(address, settings.busy_timeout_ms)) as database:
        with plainly(str(file)), _whole_or_nothing("nothing was restored"):
            require_record(file, database)
        with _whole_or_nothing("nothing was restored"):
            try:
                put_back(file, database, replacing=force)
            except FileExistsError:
                give_up(f"{place} is there already; --force replaces it")
            except OutcomeUnknown as error:
                give_up(
                    f"the server was lost while it was to keep what was restored, and whether it did is not "
                    f"known: {error}. Look at the record, or restore again with --force",
                    NOT_KNOWN,
                )
    with opened(address) as database:
        click.echo(f"{place}: restored, feed up to {last_seq(database)}")


@contextmanager
def _whole_or_nothing(failed: str) -> Iterator[None]:
    """End with a plain message where a copy fails; one that is told to stop takes away what it began."""
    # What it was begun to ignore, as by nohup, it ignores.
    heard = [number for number in (SIGTERM, SIGHUP) if getsignal(number) is not SIG_IGN]
    before = {number: signal(number, _stop) for number in heard}
    try:
        yield
    except (OSError, ValueError, sqlite3.Error) as error:
        give_up(f"{failed}: {error}")
    finally:
        for number, handler in before.items():
            signal(number, handler)


def _stop(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


@click.command()
@database_option
def doctor(url: str | None) -> None:
    """Check that everything in the database agrees; exit code 1 where it does not.

    What is kept is compared with its checksum, what is derived is derived again, and what is said twice must
    be the same. Claims that lack what a claim must show are named as work for curators, and are no fault.
    """
    with opened_to_read(url) as database:
        faulty = False
        for fault in faults_of_database(database):
            faulty = True
            click.echo(f"fault: {fault}")
        if faulty:
            raise SystemExit(FOUND_FAULTS)
        for work in claims_to_curate(database):
            click.echo(f"to curate: {work}")
    click.echo("everything agrees")


def _revisions(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, int | None]:
    if value is None:
        return 1, None
    found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", value, re.ASCII)
    if found is None:
        raise click.BadParameter("write 3, or 3-5")
    return int(found[1]), int(found[2] or found[1])


@click.command()
@click.argument("record_type", metavar="TYPE", type=click.Choice(tuple(TYPES)))
@click.argument("record_id", metavar="ID")
@click.option("--revisions", callback=_revisions, metavar="A-B", help="Which revisions; all otherwise.")
@click.option("--note", required=True, help="Why, for the public.")
@database_option
def redact(
    record_type: str, record_id: str, revisions: tuple[int, int | None], note: str, url: str | None
) -> None:
    """Take out what the law requires: the bytes are overwritten everywhere in the database.

    Number, time and note stay; reads of them answer 451. Where the current revision is among them, the record
    is withdrawn. Backups made before still hold the bytes: destroy or redact them too.
    """
    if not 1 <= len(note) <= 1000 or text_fault(note):
        raise click.BadParameter("a note is 1 to 1000 plain characters")
    with opened(url) as database:
        try:
            places = redact_record(database, TYPES[record_type], record_id, *revisions, note)
        except Refusal as refusal:
            give_up(refusal.detail)
    click.echo(f"{counted(places, 'place')} overwritten; backups made before still hold the bytes")


@click.command()
@click.argument("seq", type=click.IntRange(0))
@database_option
def forget(seq: int, url: str | None) -> None:
    """Serve the feed from SEQ on only; an older `since` is answered with 410.

    Otherwise the feed is kept whole. History stays readable through `as_of`.
    """
    with opened(url) as database:
        if seq > (last := last_seq(database)):
            give_up(f"the feed ends with {last}")
        with write_transaction(database):
            forget_feed(database, seq)
    click.echo(f"the feed is served from {seq} on")
