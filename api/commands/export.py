"""`facts export`: records out of a database, as the dossier files that `facts load` reads, or as a stream."""

import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import click
from peewee import Database

from api.formats.exporting import Selection
from api.formats.streams import bodies, json_lines, table_of_claims
from api.formats.updating import FaultyFileError
from api.formats.writing import DossierFolder
from api.records.core.errors import Refusal
from api.records.core.registry import BY_PLURAL, CLAIM, RecordType
from api.records.core.state import CURATORS, PUBLIC, State
from api.records.store.database import snapshot

from .common import FOUND_FAULTS, database_option, give_up, opened_to_read
from .progress import steps

RESULTS = ("written", "unchanged")
#: What stands for standard output.
STANDARD_OUTPUT = Path("-")
#: Options that only one form takes.
_ONLY = {"dossiers": "dossier", "others": "dossier", "types": "ndjson"}


def _of_its_form(
    ctx: click.Context, option: click.Parameter, value: tuple[object, ...]
) -> tuple[object, ...]:
    only = _ONLY[option.name or ""]
    if value and ctx.params["form"] != only:
        raise click.BadParameter(f"is for --format {only}")
    return value


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(("dossier", "ndjson", "csv")),
    default="dossier",
    is_eager=True,
    help="Dossier files (what is written otherwise), records as lines of JSON, claims as a table.",
)
@click.option(
    "--type",
    "types",
    type=click.Choice(tuple(BY_PLURAL)),
    multiple=True,
    callback=_of_its_form,
    help="Lines of JSON of these alone. Repeatable.",
)
@click.option(
    "--dossier",
    "dossiers",
    metavar="ID",
    multiple=True,
    callback=_of_its_form,
    help="Dossier files of this dossier alone, with all that its records need to be loaded. Repeatable.",
)
@click.option(
    "--with",
    "others",
    metavar="OTHER",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    callback=_of_its_form,
    help="A file or folder whose records are not written again, because it is loaded as well. Repeatable.",
)
@click.option("--drafts", is_flag=True, help="Drafts too.")
@database_option
def export(
    target: Path,
    form: str,
    types: tuple[str, ...],
    dossiers: tuple[str, ...],
    others: tuple[Path, ...],
    drafts: bool,
    url: str | None,
) -> None:
    """Write the record into dossier files, which the folder TARGET then holds: all of them, or none.

    Records that stand in files there keep their place, their order and their comments; only members that say
    something else are written anew. Others are added at the end. What was retracted or merged is stated with
    its reason. The record may be served meanwhile: what is exported is one state.

    With --format ndjson or csv TARGET is a file, or - for standard output: what reads answer, by id.
    """
    with opened_to_read(url) as database, snapshot(database):
        try:
            if form == "dossier":
                _to_folder(target, database, (dossiers, others), drafts)
                return
            state = State(database, CURATORS if drafts else PUBLIC)
            chosen = [BY_PLURAL[name] for name in BY_PLURAL if name in (types or BY_PLURAL)]
            _to_file(target, _pieces(state, form, chosen))
        except OSError as error:
            give_up(f"nothing was exported: {target}: {error.strerror}")


def _pieces(state: State, form: str, chosen: Iterable[RecordType]) -> Iterable[bytes]:
    if form == "csv":
        return table_of_claims(bodies(state, CLAIM))
    return json_lines(chain.from_iterable(bodies(state, t) for t in chosen))


def _to_file(file: Path, pieces: Iterable[bytes]) -> None:
    """Write into a file, which is there when it is whole; standard output gets the pieces as they come."""
    if file == STANDARD_OUTPUT:
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.buffer.flush()
        return
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as written:
            written.writelines(pieces)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _to_folder(
    folder: Path, database: Database, chosen: tuple[tuple[str, ...], tuple[Path, ...]], drafts: bool
) -> None:
    dossiers, others = chosen
    try:
        selection = Selection(database, dossiers, drafts=drafts)
        with DossierFolder(folder, selection) as written, steps() as shown:
            step = shown.step("Writing records")
            written.pass_over(others)
            written.update()
            for number in written.add():
                step.show(number)
            written.keep()
    except FaultyFileError as error:
        for finding in error.findings:
            click.echo(str(finding))
        click.echo("nothing was exported", err=True)
        raise SystemExit(FOUND_FAULTS) from None
    except Refusal as refusal:
        give_up(refusal.detail)
    except ValueError as error:
        give_up(f"nothing was exported: {error}; write by hand, or export into an empty folder")
    _summarise(written)


def _summarise(done: DossierFolder) -> None:
    """Print a table by type, then what stands out."""
    click.echo(f"{'':10}" + "".join(f"{result:>11}" for result in RESULTS))
    for plural in BY_PLURAL:
        numbers = [done.tally[plural, result] for result in RESULTS]
        if any(numbers):
            click.echo(f"{plural:10}" + "".join(f"{number:>11}" for number in numbers))
    if done.statuses:
        click.echo(", ".join(f"{number} {status}" for status, number in sorted(done.statuses.items())))
    for left in done.left_alone:
        click.echo(f"left as it is: {left}, which is not among what is exported")
    for left in done.left_out:
        click.echo(f"left out: {left}, which was taken out because the law required it")
    click.echo(f"{sum(n for (_, result), n in done.tally.items() if result == 'written')} written")
