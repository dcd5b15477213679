"""`facts load`: dossier files into the record, all or nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click
from peewee import Database
from rich.console import Console
from rich.progress import Progress

from api.formats.checking import Finding, Report, finding, judge_alone, judge_report, read_operations
from api.records.core.errors import Refused
from api.records.core.registry import BY_PLURAL
from api.records.core.state import State
from api.records.read.records import is_empty
from api.records.store.api_keys import Actor
from api.records.write.perform import perform
from api.records.write.transaction import Correction, Outcome
from schemas.base import counted, nearest
from schemas.text import text_fault
from schemas.vocabularies import CORRECTION_KINDS

from .common import FOUND_FAULTS, database_option, is_there, opened

RESULTS = ("created", "updated", "unchanged", "skipped")


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
@database_option
def load(paths: tuple[Path, ...], correction: Correction | None, if_empty: bool, url: str | None) -> None:
    """Load dossier files: all of them or nothing.

    Loading twice changes nothing. A record is published unless its file says `status: draft`; a change of a
    published one needs --correction. Exit code 1 where the files have faults.
    """
    report = read_operations(paths)
    report.operations = [(entry, replace(op, correction=correction)) for entry, op in report.operations]
    if report.errors and not is_there(url):
        # Nothing will be loaded: no database is made for it.
        judge_alone(report)
        _refuse(report.findings)
    with opened(url, new=True) as database:
        if if_empty and not is_empty(State(database)):
            click.echo("the database holds records already; nothing loaded")
            return
        if report.errors:
            judge_report(database, report)
            _refuse(report.findings)
        outcomes = _load(database, report)
    for (entry, _), outcome in zip(report.operations, outcomes, strict=True):
        for warning in outcome.warnings:
            click.echo(str(finding(entry, warning, True)))
    _summarise(outcomes)


def _load(database: Database, report: Report) -> list[Outcome]:
    entries, operations = zip(*report.operations, strict=True) if report.operations else ((), ())
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Rendering records", total=len(operations))
        try:
            return perform(
                database,
                operations,
                Actor("facts load", "publisher"),
                progress=lambda done: progress.update(task, completed=done),
            )
        except Refused as refused:
            _refuse(finding(entries[index], fault) for index, fault in refused.indexed)


_NO_NOTE = "the published record would change; give the public reason with --correction KIND:NOTE"


def _refuse(findings: Iterable[Finding]) -> NoReturn:
    faults = [found for found in findings if not found.warning]
    for found in faults:
        # A file has no such member: the command line gives it.
        noteless = found.pointer == "/correction"
        click.echo(str(replace(found, pointer="", message=_NO_NOTE) if noteless else found))
    click.echo(f"{counted(len(faults), 'fault')}; nothing was loaded", err=True)
    raise SystemExit(FOUND_FAULTS)


def _summarise(outcomes: list[Outcome]) -> None:
    """A table by type, then the number of changes."""
    tally = Counter((outcome.type.plural, outcome.result) for outcome in outcomes)
    click.echo(f"{'':10}" + "".join(f"{result:>11}" for result in RESULTS))
    for plural in BY_PLURAL:
        numbers = [tally[plural, result] for result in RESULTS]
        if any(numbers):
            click.echo(f"{plural:10}" + "".join(f"{number:>11}" for number in numbers))
    changes = sum(outcome.result in ("created", "updated") for outcome in outcomes)
    click.echo(f"{changes} changed")
    for outcome in outcomes:
        if outcome.result == "skipped":
            click.echo(f"skipped: {outcome.type.name} {outcome.id} is {outcome.entry.status} in the database")
