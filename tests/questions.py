"""The questions of docs/questions.md: read from the page, asked, and answered in tables.

`python -m tests.questions` writes the tables of the page anew from freshly loaded dossiers.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from .conftest import FIXTURES, ROOT, client_of, facts

PAGE = ROOT / "docs" / "questions.md"
#: The questions under this heading are asked after the commands under it have run.
CORRECTION = "## After a correction\n"
#: An address has only what a URL may hold and a shell leaves alone between single quotes.
_QUESTION = re.compile(
    r"^## (?P<number>\d+)\. (?P<text>.+)\n\n"
    r"`(?P<method>GET|POST) (?P<address>/v1/[A-Za-z0-9/?&=.,:%_-]+)`\n\n"
    r"(?:```json\n(?P<body>[^`]+)```\n\n)?"
    r"(?P<table>(?:\|.+\n)+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Question:
    """A question of the page: its one request, and the table that answers it there."""

    number: int
    text: str
    method: str
    address: str
    body: str | None
    table: str
    #: Whether it is asked after the correction.
    corrected: bool

    @property
    def columns(self) -> list[str]:
        """The paths in the table's heading."""
        return [column.strip() for column in self.table.splitlines()[0].strip("|").split("|")]


def questions_of(page: str) -> list[Question]:
    """The questions in a page's text, in order."""
    return [_question(match) for match in _QUESTION.finditer(page)]


def _question(match: re.Match[str]) -> Question:
    return Question(
        number=int(match["number"]),
        text=match["text"],
        method=match["method"],
        address=match["address"],
        body=match["body"],
        table=match["table"],
        corrected=CORRECTION in match.string[: match.start()],
    )


def ask(client: FlaskClient, question: Question) -> Any:
    """The JSON that a question's request is answered with."""
    response = client.open(
        question.address, method=question.method, data=question.body, content_type="application/json"
    )
    return response.get_json()


def answer(client: FlaskClient, question: Question) -> str:
    """The table that answers a question now."""
    return table(question.columns, ask(client, question))


def table(columns: list[str], found: Any) -> str:
    """A table of the members at dotted paths.

    One row for each element of the last list that all paths pass through; lists further in are joined.
    """
    paths = [column.split(".") for column in columns]
    shared = _shared(paths)
    rows = [[_cell(_at(row, path[len(shared) :])) for path in paths] for row in _flat(_at(found, shared))]
    lines = [_line(columns), "|" + "---|" * len(columns), *map(_line, rows)]
    return "".join(f"{line}\n" for line in lines)


def _shared(paths: list[list[str]]) -> list[str]:
    """The members that all paths pass through, before their last."""
    steps = zip(*(path[:-1] for path in paths), strict=False)
    return [names[0] for names in takewhile(lambda names: len(set(names)) == 1, steps)]


def _at(value: Any, path: list[str]) -> Any:
    """What stands at a path; in the place of a list, a list of what stands there in each element."""
    if isinstance(value, list):
        return [_at(element, path) for element in value]
    if not path or value is None:
        return value
    return _at(value.get(path[0]), path[1:])


def _flat(value: Any) -> list[Any]:
    """The elements of lists in lists; of anything else, itself."""
    return [each for element in value for each in _flat(element)] if isinstance(value, list) else [value]


def _cell(value: Any) -> str:
    if value is None or value == []:
        return "-"
    if isinstance(value, list):
        comma = "; " if any(isinstance(element, list) for element in value) else ", "
        return comma.join(map(_cell, value))
    return (value if isinstance(value, str) else json.dumps(value)).replace("|", r"\|")


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def correct(database: Path, folder: Path) -> None:
    """Run the commands of the page's correction on a database that holds the dossiers, in an empty folder."""
    shutil.copytree(FIXTURES, folder / "fixtures")
    block = re.search(r"```console\n(.*?)```", PAGE.read_text("utf-8").split(CORRECTION)[1], re.DOTALL)
    assert block, "no commands under the heading"
    environment = os.environ | {
        "FACTS_DATABASE_URL": f"sqlite:///{database}",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    for command in re.findall(r"^\$ (.+)$", block[1], re.MULTILINE):
        subprocess.run(
            ["bash", "-c", command], cwd=folder, env=environment, check=True, capture_output=True, timeout=60
        )


def answered(page: str, client: FlaskClient, corrected: FlaskClient) -> str:
    """The page with every table written anew."""

    def rewritten(match: re.Match[str]) -> str:
        question = _question(match)
        new = answer(corrected if question.corrected else client, question)
        return match[0].removesuffix(question.table) + new

    return _QUESTION.sub(rewritten, page)


def main() -> None:
    """Write the tables of the page from freshly loaded dossiers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before, after = folder / "before.db", folder / "after.db"
        for database in (before, after):
            done = facts("load", FIXTURES, "--db", f"sqlite:///{database}")
            assert done.returncode == 0, done.stdout + done.stderr
        correct(after, folder)
        page = answered(PAGE.read_text("utf-8"), client_of(before), client_of(after))
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
