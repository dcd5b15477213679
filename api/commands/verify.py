"""`facts verify`: citations against the texts of their sources."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from peewee import Database

from api.formats.checking import Report, read_operations
from api.formats.completing import Change, complete_members
from api.records.citations.compare import anchor
from api.records.citations.spans import digest, read_text
from api.records.citations.verify import (
    SOUND,
    Checked,
    citations,
    compared,
    held_and_cited,
    judged,
    keep_checks,
)
from api.records.core.registry import SOURCE, TYPES
from api.records.core.state import State
from api.records.read.records import text_digests
from api.records.write.operations import Put
from schemas.base import counted

from .common import FOUND_FAULTS, database_option, give_up, opened

Texts = dict[str, str]


def _named_texts(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> Texts:
    texts = {}
    for value in values:
        source, separator, file = value.partition("=")
        if not separator or not source:
            raise click.BadParameter(f'"{value}" is not SOURCE_ID=FILE')
        texts[source] = _text_of(Path(file))
    return texts


def _texts_in(_: click.Context, __: click.Parameter, folder: Path | None) -> Texts | None:
    if folder is None:
        return None
    return {file.stem: _text_of(file) for file in sorted(folder.glob("*.txt")) if file.is_file()}


def _text_of(file: Path) -> str:
    try:
        return read_text(file.read_bytes())
    except OSError as error:
        raise click.BadParameter(f"{file} cannot be read: {error.strerror}") from None


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--texts",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    callback=_texts_in,
    help="A folder of texts as they were saved, each in SOURCE_ID.txt.",
)
@click.option(
    "--text",
    "named",
    multiple=True,
    metavar="SOURCE_ID=FILE",
    callback=_named_texts,
    help="The text of one source; may be given many times.",
)
@click.option("--write", is_flag=True, help="Complete the files in PATHS: positions, digests, text_digest.")
@database_option
def verify(paths: tuple[Path, ...], folder: Texts | None, named: Texts, write: bool, url: str | None) -> None:
    """Compare citations with their sources' texts.

    With PATHS (dossier files, or folders of them) the citations in these files are compared, loaded or not.
    Without PATHS, or with --db too, those in the database are, and the result is kept in their `check`.
    Exit code 1 on anything but exact, normalised and found. With --texts, sources that are held and cited but
    have no text are named; that alone is 0.
    """
    texts = {**(folder or {}), **named}
    if not texts:
        raise click.UsageError(
            "no texts: give --texts DIR with files SOURCE_ID.txt, or --text SOURCE_ID=FILE"
        )
    if write and not paths:
        raise click.UsageError("--write needs PATHS: the dossier files to complete")
    checks, faults = _in_files(paths, texts, named, write, folder is not None) if paths else ([], 0)
    if url or not paths:
        checks += _in_database(url, texts, named, folder is not None)
    if faults or {check.judgement.status for check in checks} - SOUND:
        raise SystemExit(FOUND_FAULTS)


def _in_files(
    paths: Sequence[Path], texts: Texts, named: Texts, write: bool, whole: bool
) -> tuple[list[Checked], int]:
    """What the citations in files came to, and how many faults the files have; `whole`: whether every source
    should have a text."""
    report = read_operations(paths)
    sources = {op.id: op.document.get("text_digest") for _, op in report.operations if op.type is SOURCE}
    _look_at_sources(sources, texts, named)
    for finding in report.findings:
        click.echo(str(finding))
    operations = [op for _, op in report.operations]
    checks = [c for op in operations for c in compared(op.id, op.type, op.document, texts)]
    tally = _reported(checks)
    if whole:
        _name_missing(_held_and_cited(operations), texts)
    click.echo(tally, err=True)
    if write:
        _complete(report, texts)
    return checks, report.errors


def _held_and_cited(operations: Sequence[Put]) -> Counter[str]:
    """The sources that curators hold and records cite, with how many records do."""
    held = {op.id for op in operations if op.type is SOURCE and op.document["held"]}
    cited = (
        {citation["source"] for _, citation in citations(op.document, op.type.schema)} for op in operations
    )
    return Counter(source for some in cited for source in some if source in held)


def _name_missing(cited: Mapping[str, int], texts: Texts) -> None:
    """Print each source that has no text, so that nobody takes it for compared."""
    for source in sorted(cited.keys() - texts.keys()):
        click.echo(f"{source}: no text: {counted(cited[source], 'record')} not compared")


def _in_database(url: str | None, texts: Texts, named: Texts, whole: bool) -> list[Checked]:
    with opened(url) as database:
        known = _known(database, texts)
        _look_at_sources(known, texts, named)
        checks = list(judged(database, {name: text for name, text in texts.items() if name in known}))
        refreshed = keep_checks(database, checks)
        missing = held_and_cited(database) if whole else {}
    tally = _reported(checks)
    _name_missing(missing, texts)
    click.echo(f"{tally}; {counted(refreshed, 'record')} refreshed", err=True)
    return checks


def _known(database: Database, texts: Texts) -> dict[str, str | None]:
    return text_digests(State(database), list(texts))


def _reported(checks: Sequence[Checked]) -> str:
    """Print each source with its counts and citations; returns the counts of all."""
    for source in dict.fromkeys(check.source for check in checks):
        of_source = [check for check in checks if check.source == source]
        click.echo(f"{source}: {_counted(of_source)}")
        for check in of_source:
            where = f"{TYPES[check.type].plural}/{check.record}:{check.pointer}"
            click.echo(f"  {where}: {check.judgement.status}: {check.judgement.detail}")
    return _counted(checks)


def _counted(checks: Sequence[Checked]) -> str:
    tally = Counter(check.judgement.status for check in checks)
    return ", ".join(f"{number} {status}" for status, number in tally.most_common()) or "no citations"


def _look_at_sources(known: dict[str, str | None], texts: Texts, named: Texts) -> None:
    """End where a text was named for no source; note texts of a folder that are of none, or not the same."""
    for source, text in texts.items():
        recorded = known.get(source)
        if source not in known and source in named:
            give_up(f'no source has the id "{source}"')
        if source not in known:
            click.echo(f'note: {source}.txt: no source has the id "{source}"', err=True)
        elif recorded and recorded != digest(text):
            click.echo(
                f"note: the text of {source} is not the one that its text_digest was taken of", err=True
            )


def _complete(report: Report, texts: Texts) -> None:
    """Complete citations that have only edge words, found once, and sources without a `text_digest`."""
    changes: dict[Path, list[Change]] = {}
    for entry, op in report.operations:
        if op.type is SOURCE and op.id in texts and not op.document.get("text_digest"):
            added = {"text_digest": digest(texts[op.id])}
            changes.setdefault(entry.file, []).append(Change(entry.index, "", added))
        for check in compared(op.id, op.type, op.document, texts):
            if locator := anchor(check.citation.get("locator") or {}, texts[check.source]):
                change = Change(entry.index, f"{check.pointer}/locator", locator)
                changes.setdefault(entry.file, []).append(change)
    for file, some in changes.items():
        try:
            complete_members(file, some)
        except (OSError, ValueError) as error:
            give_up(f"{file}: {error}")
        locators = sum(bool(change.pointer) for change in some)
        click.echo(f"{file}: {locators} locators and {len(some) - locators} sources completed", err=True)
