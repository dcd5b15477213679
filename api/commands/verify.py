"""`facts verify`: citations against the texts of their sources."""

from collections import Counter
from pathlib import Path

import click
from peewee import Database

from api.formats.dossier_files import read_files
from api.formats.locators import write_locators
from api.records.citations.compare import anchor
from api.records.citations.spans import digest, read_text
from api.records.citations.verify import SOUND, citations, judged, keep_checks
from api.records.core.registry import TYPES
from api.records.core.state import State
from api.records.read.records import text_digests

from .common import FOUND_FAULTS, database_option, give_up, opened


def _texts(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    texts = {}
    for value in values:
        source, separator, file = value.partition("=")
        if not separator or not source:
            raise click.BadParameter(f'"{value}" is not SOURCE_ID=FILE')
        try:
            texts[source] = read_text(Path(file).read_bytes())
        except OSError as error:
            raise click.BadParameter(f"{file} cannot be read: {error.strerror}") from None
    return texts


@click.command()
@click.option(
    "--text",
    "texts",
    multiple=True,
    required=True,
    metavar="SOURCE_ID=FILE",
    callback=_texts,
    help="The text of a source as it was saved; may be given many times.",
)
@click.option(
    "--write",
    "fixtures",
    type=click.Path(exists=True, path_type=Path),
    help="Dossier files whose citations with only edge words get position and digests.",
)
@database_option
def verify(texts: dict[str, str], fixtures: Path | None, url: str | None) -> None:
    """Compare citations with their sources' texts.

    Each citation of the sources given is one line: where it stands, what it came to, why. The result is kept
    in the citation's `check`. Exit code 1 on anything but exact, normalised and found.
    """
    with opened(url) as database:
        _require_sources(database, texts)
        checks = judged(database, texts)
        refreshed = keep_checks(database, checks)
    for check in checks:
        where = f"{TYPES[check.type].plural}/{check.record}:{check.pointer}"
        click.echo(f"{where}: {check.judgement.status}: {check.judgement.detail}")
    tally = Counter(check.judgement.status for check in checks)
    counted = ", ".join(f"{number} {status}" for status, number in tally.most_common()) or "no citations"
    click.echo(f"{counted}; {refreshed} records refreshed", err=True)
    if fixtures:
        _complete(fixtures, texts)
    if set(tally) - SOUND:
        raise SystemExit(FOUND_FAULTS)


def _require_sources(database: Database, texts: dict[str, str]) -> None:
    known = text_digests(State(database), list(texts))
    if unknown := [source for source in texts if source not in known]:
        give_up(f'no source has the id "{unknown[0]}"')
    for source, recorded in known.items():
        if recorded and recorded != digest(texts[source]):
            click.echo(
                f"note: the text of {source} is not the one that its text_digest was taken of", err=True
            )


def _complete(fixtures: Path, texts: dict[str, str]) -> None:
    """Add positions and digests to citations in files that have only edge words, found once."""
    read = read_files([fixtures])
    changes: dict[Path, list[tuple[int, str, dict[str, object]]]] = {}
    for entry in read.entries:
        for pointer, citation in citations(entry.record, TYPES[entry.type].schema):
            text = texts.get(citation["source"])
            locator = anchor(citation.get("locator") or {}, text) if text is not None else None
            if locator:
                changes.setdefault(entry.file, []).append((entry.index, f"{pointer}/locator", locator))
    for file, some in changes.items():
        try:
            write_locators(file, some)
        except (OSError, ValueError) as error:
            give_up(f"{file}: {error}")
        click.echo(f"{file}: {len(some)} locators completed", err=True)
