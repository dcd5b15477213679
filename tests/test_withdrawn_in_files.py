"""Records that dossier files state as retracted or merged: loaded, named by others, refused plainly."""

from pathlib import Path

import pytest

from .conftest import client_of, facts
from .places import url_of
from .test_commands import write
from .test_load import commits_of

pytestmark = pytest.mark.process

#: A claim whose only source was retracted, which had been published by a party that is merged by now.
FILES = {
    "parties": """\
- {id: press, name: Press, kind: media-outlet}
- id: old-press
  name: The Press
  kind: media-outlet
  status: merged
  withdrawal: {into: press, kind: duplicate, note: The same outlet}
""",
    "sources": """\
- id: paper
  title: Paper
  kind: news-report
  publisher: old-press
  held: true
  status: retracted
  withdrawal: {kind: source-withdrawn, note: The outlet withdrew it}
""",
    "claims": """\
- id: ann-agrees
  proposition: Ann agrees.
  kind: historical-fact
  citations: [{source: paper, locator: {paragraph: 1}}]
""",
}


@pytest.mark.parametrize(
    ("options", "commits"), [([], [4, 3]), (["--batch", "2"], [2, 2, 3])], ids=["at-once", "batches"]
)
def test_what_files_state_as_withdrawn_is_withdrawn_when_all_is_there(
    tmp_path: Path, options: list[str], commits: list[int]
) -> None:
    folder, url = write(tmp_path / "d", **FILES), url_of(tmp_path / "f.db")

    checked = facts("check", folder)
    done = facts("load", folder, "--db", url, *options)
    again = facts("load", folder, "--db", url, *options)

    assert checked.stderr == "4 records, 0 errors, 0 warnings\n"
    assert done.stdout.endswith("1 retracted, 1 merged\n6 changed\n"), done.stdout
    assert again.stdout.endswith("0 changed\n")
    assert facts("doctor", "--db", url).stdout == "everything agrees\n"
    assert commits_of(tmp_path / "f.db") == commits
    client = client_of(tmp_path / "f.db")
    tombstone = client.get("/v1/sources/paper").get_json()["tombstone"]
    assert tombstone["reason"] == {"kind": "source-withdrawn", "note": "The outlet withdrew it"}
    assert client.get("/v1/parties/old-press").headers["Location"] == "/v1/parties/press"
    claim = client.get("/v1/claims/ann-agrees").get_json()
    assert (claim["citations"][0]["source"]["status"], claim["standing"]) == ("retracted", ["unsupported"])


def test_a_record_that_is_there_is_withdrawn_by_its_file(tmp_path: Path) -> None:
    folder, url = tmp_path / "d", url_of(tmp_path / "f.db")
    party = "- {id: ann, name: Ann, kind: person}\n"
    facts("load", write(folder, parties=party), "--db", url)
    stated = party.replace("}", ", status: retracted, withdrawal: {kind: error, note: Nobody}}")

    done = facts("load", write(folder, parties=stated), "--db", url)
    without = facts("load", write(folder, parties=party), "--db", url)

    assert done.stdout.endswith("1 retracted\n1 changed\n")
    assert without.stdout.endswith("skipped: party ann is retracted in the database\n")


#: What a file says beside a party -> where the fault is, and how it begins.
REFUSED = {
    "status: gone": ("/status", '"gone" is not what a record can be; allowed: draft, published, retracted'),
    "status: [draft]": ("/status", '["draft"] is not what a record can be'),
    "status: retracted": ("/withdrawal/kind", "is required"),
    "status: retracted, withdrawal: gone": ("/withdrawal", "must be an object"),
    "status: retracted, withdrawal: {kind: tpyo, note: N}": ("/withdrawal/kind", '"tpyo" is not one of'),
    "status: retracted, withdrawal: {kind: typo, note: N, into: ann}": (
        "/withdrawal/into",
        '"into" is not a',
    ),
    "status: retracted, withdrawal: {kind: enrichment, note: N}": ("/withdrawal/kind", "enrichment is for"),
    "status: merged, withdrawal: {kind: typo, note: N}": ("/withdrawal/into", "is required"),
    "status: merged, withdrawal: {kind: typo, note: N, into: no}": (
        "/withdrawal/into",
        "no party has the id",
    ),
    "status: merged, withdrawal: {kind: typo, note: N, into: bob}": (
        "/withdrawal/into",
        "a record cannot be merged into itself",
    ),
    "withdrawal: {kind: typo, note: N}": ("/withdrawal", "belongs to a record that is retracted or merged"),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_withdrawn_so_is_named_and_loads_nothing(tmp_path: Path, said: str) -> None:
    parties = f"- {{id: ann, name: Ann, kind: person}}\n- {{id: bob, name: Bob, kind: person, {said}}}\n"
    folder, url = write(tmp_path / "d", parties=parties), url_of(tmp_path / "f.db")
    pointer, words = REFUSED[said]

    checked = facts("check", folder)
    done = facts("load", folder, "--db", url)

    for each in (checked, done):
        assert each.returncode == 1, each.stdout
        assert f"{folder}/parties.yaml:2: {pointer}: {words}" in each.stdout
    assert facts("load", write(folder, parties="[]\n"), "--db", url, "--if-empty").returncode == 0
    assert client_of(tmp_path / "f.db").get("/v1/parties?count=true").get_json()["page"]["total"] == 0


def test_a_merger_that_closes_a_circle_is_refused_in_files_too(tmp_path: Path) -> None:
    parties = """\
- {id: ministry, name: Ministry, kind: ministry, part_of: government-2}
- {id: government, name: Government, kind: government, part_of: ministry}
- id: government-2
  name: Government
  kind: government
  status: merged
  withdrawal: {into: government, kind: duplicate, note: The same}
"""
    folder, url = write(tmp_path / "d", parties=parties), url_of(tmp_path / "f.db")

    for done in (facts("check", folder), facts("load", folder, "--db", url)):
        assert done.returncode == 1, done.stdout
        assert f"{folder}/parties.yaml:7: /withdrawal/into: part_of would lead in a circle: " in done.stdout
