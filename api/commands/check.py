"""`facts check`: every fault of every file, without a database or against one."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import click

from api.formats.checking import Report, judge_alone, judge_report, read_operations
from api.records.write.step import Correction
from schemas.base import counted

from .common import FOUND_FAULTS, opened_to_read

#: A file says what a record is to be; why it changes is said when it is loaded.
_UNASKED = Correction("error", "Checked before it is loaded")
_PATH = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@click.option(
    "--with",
    "others",
    metavar="OTHER",
    multiple=True,
    type=_PATH,
    help="A file or folder whose records PATHS may name; it is not checked itself. Repeatable.",
)
@click.option(
    "--db",
    "url",
    metavar="URL",
    help="A database whose records PATHS may name, such as sqlite:///facts.db; it is only read.",
)
def check(paths: tuple[Path, ...], others: tuple[Path, ...], url: str | None) -> None:
    """Validate dossier files: every fault of every file in one run.

    PATHS are YAML files or folders of them, checked as if they were the whole record; with --with and --db,
    as part of what stands there. Each fault is one line, `file:line: /pointer: what is wrong and what is
    allowed`. Exit code 1 where there are errors; warnings alone are 0.
    """
    context = read_operations(others, but=paths)
    report = read_operations(paths, context)
    _judge(report, context, url)
    for finding in report.findings:
        click.echo(str(finding))
    for file, faults in Counter(f.file for f in context.findings if not f.warning).items():
        click.echo(f"note: {file}: {counted(faults, 'error')}, not counted here", err=True)
    errors, warnings = report.errors, report.warnings
    found = ((report.records, "record"), (errors, "error"), (warnings, "warning"))
    click.echo(", ".join(counted(*each) for each in found), err=True)
    if errors:
        raise SystemExit(FOUND_FAULTS)


def _judge(report: Report, context: Report, url: str | None) -> None:
    if url is None:
        judge_alone(report, context)
        return
    for each in (report, context):
        each.operations = [(entry, replace(op, correction=_UNASKED)) for entry, op in each.operations]
    with opened_to_read(url) as database:
        judge_report(database, report, context)
