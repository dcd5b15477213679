"""`facts load`: dossier files into the record, all or nothing, or in batches."""

import os
from collections.abc import Iterable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import NoReturn

import click

from api.formats.checking import Finding, judge_alone, judge_report, read_operations
from api.formats.file_records import FileFault
from api.formats.harvest import Harvest
from api.formats.preparing import located
from api.records.core.state import State
from api.records.read.records import is_empty
from api.records.write.step import Correction
from schemas.base import counted, nearest
from schemas.text import text_fault
from schemas.vocabularies import CORRECTION_KINDS

from .common import FOUND_FAULTS, PAGE_CACHE_KB, database_option, give_up, is_there, look_at, opened
from .loading import BatchRefused, Loading, batches_of
from .progress import Steps, steps

#: Pages of the database in memory while batches are loaded, whose size is to bound the memory.
BATCHED_KB = 32_000


def _correction(_: click.Context, __: click.Parameter, value: str | None) -> Correction | None:
    if value is None:
        return None
    kind, _colon, note = value.partition(":")
    if kind not in CORRECTION_KINDS:
        near = nearest(kind, CORRECTION_KINDS.names, CORRECTION_KINDS.synonyms)
        hint = f'; did you mean "{near}"?' if near else ""
        raise click.BadParameter(f'"{kind}" is none of {", ".join(CORRECTION_KINDS.names)}{hint}')
    note = note.strip()
    if not note or len(note) > 1000 or text_fault(note):
        raise click.BadParameter("write KIND:NOTE, with a note of 1 to 1000 plain characters")
    return Correction(kind, note)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--correction",
    metavar="KIND:NOTE",
    callback=_correction,
    help=f"Why published records change. KIND: {', '.join(CORRECTION_KINDS.names)}.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing where the database holds records already.")
@click.option(
    "--batch",
    metavar="N",
    type=click.IntRange(min=1),
    help="Commit at most N records at once, each batch all or nothing; else all of them together.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    help="Processes that read many records; as many as there are cores otherwise.",
)
@database_option
def load(
    paths: tuple[Path, ...],
    correction: Correction | None,
    if_empty: bool,
    batch: int | None,
    jobs: int,
    url: str | None,
) -> None:
    """Load dossier files: all of them or nothing.

    Loading twice changes nothing. A record is published unless its file says `status: draft`; a change of a
    published one needs --correction. Exit code 1 where the files have faults.

    With --batch N memory stays the same however many records there are. What ended half-way is finished by
    loading again.
    """
    if is_there(url):
        # To read the files may take minutes.
        if if_empty and _holds_records(url):
            return _say_that_there_are_records()
        look_at(url)
    with Harvest() as harvest, steps() as shown:
        if not _gathered(harvest, paths, jobs, shown):
            _gather_slowly(harvest, paths, url)
        batches = batches_of(harvest, batch)
        with opened(url, new=True, page_cache_kb=BATCHED_KB if batch else PAGE_CACHE_KB) as database:
            if if_empty and not is_empty(State(database)):
                return _say_that_there_are_records()
            loading = Loading(database, harvest, correction, shown)
            try:
                loading.load(batches)
            except BatchRefused as refused:
                _refuse(refused.findings, loading.stands)
        return loading.summarise()


def _holds_records(url: str | None) -> bool:
    with opened(url, new=True) as database:
        return not is_empty(State(database))


def _say_that_there_are_records() -> None:
    click.echo("the database holds records already; nothing loaded")


def _gathered(harvest: Harvest, paths: tuple[Path, ...], jobs: int, shown: Steps) -> bool:
    """Whether the files have no fault by themselves; they are in the harvest then."""
    faults: list[FileFault] = []
    step = shown.step("Reading records")
    try:
        for well in harvest.take(located(paths, faults), jobs):
            step.show(len(harvest))
            if not well:
                return False
    except OSError as error:
        give_up(f"the records cannot be set aside in {gettempdir()}: {error.strerror}")
    except BrokenProcessPool:
        give_up("a process that read the files was ended from outside; try --jobs 1")
    step.end(len(harvest))
    return not faults


def _gather_slowly(harvest: Harvest, paths: tuple[Path, ...], url: str | None) -> None:
    """Name every fault of the files, also those that the record has against them; files that have none after
    all are put into the harvest."""
    report = read_operations(paths)
    if report.errors and is_there(url):
        with opened(url, new=True) as database:
            judge_report(database, report)
    elif report.errors:
        # Nothing will be loaded: no database is made for it.
        judge_alone(report)
    if report.errors:
        _refuse(report.findings)
    harvest.clear()
    for entry, put in report.operations:
        harvest.add_entry(entry, put)


_NO_NOTE = "the published record would change; give the public reason with --correction KIND:NOTE"


def _refuse(findings: Iterable[Finding], stands: str = "nothing was loaded") -> NoReturn:
    faults = [found for found in findings if not found.warning]
    for found in faults:
        # A file has no such member: the command line gives it.
        noteless = found.pointer == "/correction"
        click.echo(str(replace(found, pointer="", message=_NO_NOTE) if noteless else found))
    click.echo(f"{counted(len(faults), 'fault')}; {stands}", err=True)
    raise SystemExit(FOUND_FAULTS)
