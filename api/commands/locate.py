"""`facts locate`: where words stand in a saved text."""

from pathlib import Path
from typing import IO

import click
import orjson

from api.endpoints.locate import asked, located
from api.http.bodies import parse
from api.http.problems import Problem
from api.records.citations.spans import digest, read_text
from api.records.core.errors import InvalidDocument
from schemas.base import Json

from .common import FOUND_FAULTS, give_up


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--quote", "quotes", multiple=True, metavar="WORDS", help="All words of a passage. Repeatable.")
@click.option(
    "--locators",
    "listed",
    type=click.File("rb"),
    help='A JSON list of {"start", "end", "prefix", "suffix"} or {"quote"}; - for standard input.',
)
def locate(file: Path, quotes: tuple[str, ...], listed: IO[bytes] | None) -> None:
    """Find passages in the text of a source, as it was saved in FILE.

    Prints what POST /v1/locate answers: each one's places, ready for a citation's locator. Exit code 1 where
    a passage stands nowhere, or in several places.
    """
    text = read_text(file.read_bytes())
    body = _body(text, quotes, listed)
    found = list(located(body, text))
    answer = {"text_digest": digest(text), "data": found}
    click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
    if any(passage["count"] != 1 for passage in found):
        raise SystemExit(FOUND_FAULTS)


def _body(text: str, quotes: tuple[str, ...], listed: IO[bytes] | None) -> Json:
    """What is asked, as the service reads it."""
    passages: object = [{"quote": words} for words in quotes]
    try:
        if listed:
            if quotes:
                raise click.UsageError("give --quote or --locators")
            passages = parse(listed.read())
        return asked({"text": text, "locators": passages})
    except Problem as problem:
        give_up(problem.detail)
    except InvalidDocument as refusal:
        give_up("; ".join(f"{fault.pointer or '/'}: {fault.detail}" for fault in refusal.faults))
