"""Pages as a browser shows them: for everybody, on every screen, without asking anybody else."""

import json
import subprocess

import pytest

from .conftest import ROOT, Server

pytestmark = pytest.mark.process

SOURCE = "/sources/urdupoint-2019-07-21"
PATHS = [
    "/",
    "/claims/coalition-lost-two-thirds?as_of=seq:280",
    "/dossiers/japan-russia-peace-treaty",
    "/places/four-islands?perspective=russia",
    "/search?q=hoppo+ryodo",
    "/changes",
    "/dossiers/japan-russia-peace-treaty?lang=ru",
    "/claims/abe-seeks-treaty-progress-in-term?lang=ja",
    SOURCE,
    "/problems/gone?lang=ru",
    "/claims/nobody-says-so",
]


def test_pages_are_for_everybody_on_every_screen(server: Server) -> None:
    url = f"http://127.0.0.1:{server.port}"
    command = ["node", ROOT / "tests" / "browser" / "read.mjs", url, "hopp", *PATHS]

    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # The page of what is not there fails, as it says.
    expected = "Failed to load resource: the server responded with a status of 404 (NOT FOUND)"
    faults = {place: [f for f in told if f != expected] for place, told in found["wrong"].items()}
    assert len(faults) == 2 * len(PATHS)
    assert {place: told for place, told in faults.items() if told} == {}
    assert "Hoppō Ryōdo" in found["suggested"]


def test_a_pasted_text_is_compared_with_what_is_cited(server: Server) -> None:
    url = f"http://127.0.0.1:{server.port}"
    text = "He said: “I would like to advance in concluding [the peace agreement with Russia] within my term”"
    command = ["node", ROOT / "tests" / "browser" / "compare.mjs", url, SOURCE, text]

    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["forms"] == 0
    assert found["said"] == "Compared with the text:"
    abe = [said for said in found["told"] if said.startswith("Abe would like to make progress")]
    assert any("stands in the source" in said for said in abe)
    assert any("nowhere in the source" in said for said in found["told"])
