"""Clients generated from the description, and a browser at the documentation, against a real server."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.records.core.registry import BY_PLURAL

from .conftest import ROOT, Server, key_for, read
from .test_clients import ALL, REFUSED

pytestmark = pytest.mark.process

EXAMPLE = ROOT / "examples" / "typescript"
_OF_TYPE = re.compile(rf"(?<=/v1/)({'|'.join(BY_PLURAL)})\b")
#: Operations that each type of records has with parameters of its own.
_FORMS = ("GET /v1/{type}",)


@pytest.fixture(scope="module")
def desk(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a server that may be written to, and a publisher's key."""
    copy = tmp_path_factory.mktemp("desk") / "facts.db"
    shutil.copy(loaded, copy)
    running = Server(copy)
    yield f"http://127.0.0.1:{running.port}", key_for(copy)
    running.stop()


def _run(*command: object, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def compiled() -> Path:
    """The folder of the examples, compiled against the description as it is now."""
    shutil.rmtree(EXAMPLE / "build", ignore_errors=True)
    _run("npm", "run", "--silent", "build", cwd=EXAMPLE)
    return EXAMPLE / "build"


def _require_seen(client: FlaskClient, seen: Any) -> None:
    """What a client saw is what the record holds, and what it wrote was written."""
    claims = read(client, "claims", kind="position,demand", limit=200)["data"]
    positions = read(client, "dossiers/japan-russia-peace-treaty/positions")["questions"]
    sides = [side for question in positions for side in question["positions"]]
    assert seen["claims"] == [claim["id"] for claim in claims]
    assert len(seen["claims"]) > 10
    assert seen["kinds"] == ["demand", "position"]
    assert seen["speaker"] == claims[0]["claimant"]["name"]
    assert seen["stances"] == [
        [claim["stance"], claim["citations"][0]["source"]["id"]] for side in sides for claim in side["claims"]
    ]
    assert seen["draft"] == ["Example", "Made by an example.", "Q42", "draft"]
    assert [fault.partition(":")[0] for fault in seen["faults"]] == ["/citations/0/source"]


def test_the_typescript_example_compiles_and_runs(
    client: FlaskClient, desk: tuple[str, str], compiled: Path
) -> None:
    url, key = desk
    assert (compiled / "client.js").exists()

    seen = _run("npm", "run", "--silent", "start", cwd=EXAMPLE, FACTS_URL=url, FACTS_KEY=key)

    _require_seen(client, json.loads(seen))
    _require_no_cast("client.ts")


def test_a_strict_typescript_client_needs_no_cast_for_any_member(
    client: FlaskClient, desk: tuple[str, str], compiled: Path
) -> None:
    url, key = desk
    around = read(client, "places", bbox="145,43,147,45.5", limit=200)["data"]
    beside = read(client, "claims/turnout-48-79/quantities")["quantities"]
    assert around
    assert beside

    seen = json.loads(_run("node", compiled / "richer.js", FACTS_URL=url, FACTS_KEY=key))

    assert seen == {
        "positions": 4,
        "precision": ["sketched", 5000],
        "attribute": ["claimed_by", "japan", "1945/.."],
        "image": ["Example", "unknown"],
        "named": ["name de own"],
        "publishers": ["NHK", "TASS", "Japan"],
        "identifiers": ["Q42", "549300MLUDYVRQOOXS22", "54057111"],
        "elsewhere": ["https://example.org/", "https://example.com/example-company"],
        "between": ["2019-06-29/2019-07-21", True, "osaka-meeting-2019", "upper-house-election-2019"],
        "price": ["10", "20", True],
        "assessed": ["nhk", "2019-08-01", "en"],
        "found": ["turnout-48-80"],
        "figure": ["48.80", "%", "no bound"],
        "review": ["TASS", 5, "supported"],
        "translated": ["投票率は48.80%だった。", "nhk", "48.80 percent voted."],
        "compared": [
            [c["result"], (c["valid"] or {}).get("edtf", "")] for q in beside for c in q["compared"]
        ],
        "listed": [place["id"] for place in around],
        "features": [[p["id"], (p["geometry"] or {"type": "Point"})["type"], p["name"]] for p in around],
    }
    _require_no_cast("richer.ts")


def _require_no_cast(name: str) -> None:
    text = (EXAMPLE / name).read_text("utf-8")
    assert not re.search(r" as |@ts-|: any\b|[)\]\w]!", text), "a cast"


def test_a_generated_python_client_reads_and_writes(
    client: FlaskClient, desk: tuple[str, str], tmp_path: Path
) -> None:
    plain = tmp_path / "plain.yaml"
    plain.write_text("post_hooks: []\n", "utf-8")
    generate = ("--path", ROOT / "openapi.yaml", "--output-path", tmp_path / "record", "--meta", "none")
    _run(sys.executable, "-m", "openapi_python_client", "generate", *generate, "--config", plain)

    seen = _run(sys.executable, "-m", "tests.generated", tmp_path, *desk)

    _require_seen(client, json.loads(seen))


def test_a_python_client_of_the_other_generator_reads_and_writes(
    client: FlaskClient, desk: tuple[str, str], tmp_path: Path
) -> None:
    named = ("-g", "python", "--package-name", "record", "-i", ROOT / "openapi.yaml", "-o", tmp_path)
    _run(Path(sys.executable).with_name("openapi-generator-cli"), "generate", *named)

    seen = _run(sys.executable, "-m", "tests.generated_by_openapi_generator", tmp_path, *desk)

    _require_seen(client, json.loads(seen))


#: Operations by what they have in common: those of each type of records are alike.
ALIKE: dict[str, list[str]] = {}
for _method, _path in ALL:
    _operation = f"{_method.upper()} {_path}"
    ALIKE.setdefault(_OF_TYPE.sub("{type}", _operation), []).append(_operation)
#: What is pressed unless all are asked for: every list, which is a form of its own, and of others that are
#: alike one, of each type in its turn.
PRESSED = {
    operation
    for turn, (kind, alike) in enumerate(ALIKE.items())
    for operation in (alike if kind in _FORMS else alike[turn % len(alike) :][:1])
}


@pytest.mark.machine
def test_every_try_it_out_of_the_documentation_works(
    pytestconfig: pytest.Config, desk: tuple[str, str]
) -> None:
    every = {operation for alike in ALIKE.values() for operation in alike}
    wanted = every if pytestconfig.getoption("every_operation") else PRESSED

    shown = json.loads(_run("node", "tests/browser/press.mjs", *desk, json.dumps(sorted(wanted))))

    assert set(shown) == every
    for operation, status in shown.items():
        method, path = operation.split()
        dry = method == "DELETE" or path.endswith("/merge")
        expected = REFUSED.get(path, 200) if dry else 200
        assert status == (expected if operation in wanted else None), operation
