"""The documents keep their word: every command in them runs and prints what they say."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from api.records.core.registry import BY_PLURAL

from .audits.contract import operations
from .conftest import FIXTURES, ROOT, Server

pytestmark = pytest.mark.process

DESCRIPTION = operations(json.loads((ROOT / "api" / "openapi.json").read_text("utf-8")))
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _examples() -> Iterator[tuple[str, str, str]]:
    """(document, commands and answers of one console block, block's place)."""
    for document in DOCUMENTS:
        for number, block in enumerate(
            re.findall(r"```console\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
        ):
            yield document.name, str(number), block


def _as_pattern(expected: str) -> str:
    """The answer as documented; … stands for anything."""
    return ".*".join(re.escape(part) for part in expected.strip().split("…"))


@pytest.fixture(scope="module")
def as_made(all_loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """What `make serve` serves."""
    copy = tmp_path_factory.mktemp("as-made") / "facts.db"
    shutil.copy(all_loaded, copy)
    running = Server(copy)
    yield running
    running.stop()


@pytest.mark.parametrize(("document", "number", "block"), list(_examples()))
def test_a_documented_command_answers_as_documented(
    document: str, number: str, block: str, as_made: Server, tmp_path: Path
) -> None:
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    shutil.copy(ROOT / "README.md", tmp_path)
    steps = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    assert steps, (document, number)

    for step in steps:
        command, _, expected = step.partition("\n")
        done = subprocess.run(
            ["bash", "-c", command.replace("127.0.0.1:8000", f"127.0.0.1:{as_made.port}")],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ
            | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        )
        said = (done.stdout + done.stderr).strip()
        assert re.fullmatch(_as_pattern(expected), said, re.DOTALL), f"{command}\n{said}"


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"`FACTS_([A-Z_]+)`", (ROOT / "docs" / "commands.md").read_text("utf-8")))
    source = (ROOT / "api" / "settings.py").read_text("utf-8")

    assert documented == {name for name in re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', source) if name != "FACTS_"}


@pytest.mark.parametrize(
    ("plural", "name"), [(plural, f.name) for plural, t in BY_PLURAL.items() for f in t.filters]
)
def test_every_filter_is_documented(plural: str, name: str) -> None:
    pages = "".join((ROOT / "docs" / page).read_text("utf-8") for page in ("reading.md", "model.md"))
    described = {parameter["name"] for parameter in DESCRIPTION[f"/v1/{plural}"]["get"]["parameters"]}

    assert f"`{name}`" in pages
    assert name in described


def test_the_examples_of_the_model_are_parts_of_records_in_the_dossiers() -> None:
    records = [
        record
        for path in FIXTURES.glob("*/*.yaml")
        for record in yaml.load(path.read_text("utf-8"), yaml.BaseLoader) or ()
    ]
    blocks = _shown()

    assert blocks
    for block in blocks:
        members = yaml.load(block, yaml.BaseLoader)
        named = re.search(r"^# ([a-z0-9-]+)", block)
        meant = [record for record in records if not named or record["id"] == named[1]]
        assert any(all(record.get(name) == value for name, value in members.items()) for record in meant), (
            block
        )


@pytest.mark.parametrize(
    "member",
    [
        "identifiers",
        "website",
        "same_as",
        "image",
        "geometry",
        "precision",
        "attributes",
        "reviews",
        "assessment",
        "co_publishers",
        "signatories",
        "quantities",
        "translations",
        "after",
        "before",
    ],
)
def test_each_member_that_enriches_a_record_has_an_example(member: str) -> None:
    assert any(member in yaml.load(block, yaml.BaseLoader) for block in _shown())


def _shown() -> list[str]:
    """The examples of docs/model.md that are YAML, those within a list without its indent."""
    page = (ROOT / "docs" / "model.md").read_text("utf-8")
    return [dedent(block) for block in re.findall(r"^ *```yaml\n(.*?)^ *```", page, re.DOTALL | re.MULTILINE)]
