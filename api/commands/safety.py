"""`facts backup`, `restore`, `doctor`, `redact`, `forget`: keeping the record safe."""

import os
import re
import shutil
import sqlite3
from pathlib import Path

import click

from api.records.core.errors import Refusal
from api.records.core.registry import TYPES
from api.records.read.feed import forget_feed
from api.records.read.revisions import last_seq
from api.records.store.database import file_of, pending_migrations, write_transaction
from api.records.upkeep.backup import back_up
from api.records.upkeep.doctor import claims_to_curate, faults_of_database
from api.records.upkeep.redaction import redact as redact_record
from api.settings import read_settings
from schemas.base import counted
from schemas.text import text_fault

from .common import FOUND_FAULTS, database_option, give_up, opened


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@database_option
def backup(file: Path, url: str | None) -> None:
    """Copy the database to FILE while it is served: consistent, checked, complete or not there."""
    with opened(url, migrated=False) as database:
        try:
            back_up(database, file)
        except FileExistsError:
            give_up(f"{file} is there already; name another file")
        except (OSError, ValueError, sqlite3.Error) as error:
            give_up(f"no backup was made: {error}")
        click.echo(f"{file}: {file.stat().st_size} bytes, feed up to {last_seq(database)}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a database that is there; stop the service first.")
@database_option
def restore(file: Path, force: bool, url: str | None) -> None:
    """Put a backup in the database's place. Mirrors of the feed must read the collections again."""
    target = file_of(url or read_settings().database_url)
    if target is None:
        give_up("a backup is restored to a file: sqlite:///path/to/facts.db")
    _require_sound(file)
    if target.exists() and not force:
        give_up(f"{target} is there already; --force replaces it")
    half = target.with_name(f".{target.name}.part")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    shutil.copyfile(file, half)
    for left in ("-wal", "-shm"):
        # A log of the replaced database would be taken for one of this.
        Path(f"{target}{left}").unlink(missing_ok=True)
    os.replace(half, target)
    with opened(f"sqlite:///{target.resolve()}") as database:
        click.echo(f"{target}: restored, feed up to {last_seq(database)}")


def _require_sound(file: Path) -> None:
    try:
        with sqlite3.connect(f"file:{file.resolve()}?mode=ro", uri=True) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            connection.execute("SELECT 1 FROM record LIMIT 1")
    except sqlite3.Error as error:
        give_up(f"{file} is no backup of a record: {error}")
    if faults != ["ok"]:
        give_up(f"{file} is not sound: {faults[0]}")


@click.command()
@database_option
def doctor(url: str | None) -> None:
    """Check that everything in the database agrees; exit code 1 where it does not.

    Integrity, the search index, stored bytes against bytes rendered again, the feed's fold against what is
    served, revisions without gaps, times that never go back. Claims that lack what
    a claim must show are named as work for curators, and are no fault.
    """
    with opened(url, migrated=False) as database:
        if lacking := ", ".join(pending_migrations(database)):
            give_up(f"the database lacks {lacking}. Run facts serve or facts load first: they add it")
        faults = list(faults_of_database(database))
        to_curate = list(claims_to_curate(database))
    for work in to_curate:
        click.echo(f"to curate: {work}")
    for fault in faults:
        click.echo(f"fault: {fault}")
    if faults:
        raise SystemExit(FOUND_FAULTS)
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
