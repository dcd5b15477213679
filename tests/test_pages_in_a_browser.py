"""Pages as a browser shows them: for everybody, on every screen, without asking anybody else."""

import json
import subprocess
from typing import Any

import pytest

from .conftest import ROOT, Server

pytestmark = pytest.mark.process

SOURCE = "/sources/urdupoint-2019-07-21"
#: Every kind of page.
PATHS = [
    "/",
    "/claims/coalition-lost-two-thirds?as_of=seq:280",
    "/dossiers/japan-russia-peace-treaty",
    "/places/four-islands?perspective=russia",
    "/parties/abe-shinzo?lang=ru",
    "/dates/osaka-meeting-2019",
    "/search?q=hoppo+ryodo",
    "/changes",
    "/corrections",
    "/embed/claims/abe-seeks-treaty-progress-in-term",
    "/embed/claims/nobody-says-so",
    "/dossiers/japan-russia-peace-treaty?lang=ru",
    "/claims/abe-seeks-treaty-progress-in-term?lang=ja",
    SOURCE,
    "/claims?about=four-islands&claimant.not=japan&limit=5",
    "/parties?lang=ja&dossier=japan-russia-peace-treaty",
    "/problems/gone?lang=ru",
    "/claims/nobody-says-so",
]


def test_pages_are_for_everybody_on_every_screen(server: Server) -> None:
    url = f"http://127.0.0.1:{server.port}"
    command = ["node", ROOT / "tests" / "browser" / "read.mjs", url, "hopp", "Hoppō Ryōdo", *PATHS]

    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # The page of what is not there fails, as it says.
    expected = "Failed to load resource: the server responded with a status of 404 (NOT FOUND)"
    faults = {place: [f for f in told if f != expected] for place, told in found["wrong"].items()}
    assert len(faults) == 2 * len(PATHS)
    assert {place: told for place, told in faults.items() if told} == {}
    assert found["suggested"] == ["telephone", "desk"]


TEXT = "He said: “I would like to advance in concluding [the peace agreement with Russia] within my term”"
#: Where it is pasted, and the source that is chosen there.
COMPARED = {
    "a source": (SOURCE, ""),
    "a claim": ("/claims/abe-seeks-treaty-progress-in-term", ""),
    "a claim of several": ("/claims/election-filled-124-seats", "ipu-2019-election"),
}


@pytest.fixture(scope="module")
def compared(server: Server) -> dict[str, Any]:
    """What pages say of a pasted text."""
    url, script = f"http://127.0.0.1:{server.port}", ROOT / "tests" / "browser" / "compare.mjs"
    command = ["node", script, url, TEXT, json.dumps(list(COMPARED.values()))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr
    return dict(zip(COMPARED, json.loads(done.stdout), strict=True))


def test_a_pasted_text_is_compared_with_what_is_cited(compared: dict[str, Any]) -> None:
    found = compared["a source"]

    assert (found["forms"], found["sources"]) == (0, [])
    assert found["said"] == "Compared with the text:"
    abe = [said for said in found["told"] if said.startswith("Abe would like to make progress")]
    assert any("stands in the source" in said for said in abe)
    assert any("nowhere in the source" in said for said in found["told"])


def test_a_pasted_text_is_compared_with_the_citations_of_one_claim(compared: dict[str, Any]) -> None:
    found = compared["a claim"]

    told = {said.split("\n")[0]: said for said in found["told"]}
    assert (found["forms"], list(told)) == (0, ["Citation 1", "Citation 2"])
    assert "nowhere in the source" in told["Citation 1"]
    assert "stands in the source" in told["Citation 2"]
    assert found["links"] == ["#citation-1", "#citation-2"]
    assert found["ends"] == 2


def test_of_several_sources_that_a_claim_cites_one_is_chosen(compared: dict[str, Any]) -> None:
    found = compared["a claim of several"]

    assert len(found["sources"]) == 3
    assert found["told"]
    assert found["ends"] == len(found["links"]) == len(found["told"])
