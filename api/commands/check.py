"""`facts check`: every fault of every file, without a database."""

from pathlib import Path

import click

from api.formats.checking import check_files
from schemas.base import counted

from .common import FOUND_FAULTS


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Validate dossier files: every fault of every file in one run.

    PATHS are YAML files or folders of them. Each fault is one line, `file:line: /pointer: what is wrong and
    what is allowed`. Exit code 1 where there are errors; warnings alone are 0.
    """
    report = check_files(paths)
    for finding in report.findings:
        click.echo(str(finding))
    errors, warnings = report.errors, report.warnings
    found = ((report.records, "record"), (errors, "error"), (warnings, "warning"))
    click.echo(", ".join(counted(*each) for each in found), err=True)
    if errors:
        raise SystemExit(FOUND_FAULTS)
