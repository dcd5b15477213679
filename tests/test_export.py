"""`facts export`: a record out of its database, as the files that it is loaded from again."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.formats import writing
from api.formats.quick_lists import quick_items
from api.formats.yaml_lists import ListReader
from api.formats.yaml_text import record_lines
from api.records.core.registry import BY_PLURAL, TYPES

from .conftest import DOSSIER, FIXTURES, Desk, empty_desk, facts, facts_alone
from .places import url_of
from .test_commands import SMALL, write
from .test_merge_patches import DOCUMENTS, WORLD
from .test_withdrawn_in_files import FILES

pytestmark = pytest.mark.process

SECOND = "hurricane-maria-death-toll"
NOTE = {"kind": "error", "note": "It was wrong: nobody said so."}


def _export(folder: Path, path: Path, *more: object) -> Any:
    done = facts("export", folder, "--db", url_of(path), *more)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done


def _texts(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _loaded(folder: Path, path: Path) -> Desk:
    done = facts("load", folder, "--db", url_of(path))
    assert done.returncode == 0, done.stdout
    return Desk(path)


def _served(desk: Desk) -> dict[str, Any]:
    """Everything that curators read, without when and how often it changed."""
    found = {}
    for plural in BY_PLURAL:
        query = "status=draft,published&limit=200"
        page = desk.client.get(f"/v1/{plural}?{query}", headers=desk.editor).get_json()
        found |= {record["id"]: record | {"meta": record["meta"]["status"]} for record in page["data"]}
    return found


# Round trips


def test_what_is_exported_is_loaded_as_the_same_record(all_loaded: Path, tmp_path: Path) -> None:
    done = _export(tmp_path / "d", all_loaded)
    again = _export(tmp_path / "again", all_loaded)
    there = facts("load", tmp_path / "d", "--db", url_of(shutil.copy(all_loaded, tmp_path / "there.db")))
    copy = _loaded(tmp_path / "d", tmp_path / "copy.db")
    _export(tmp_path / "third", copy.path)

    assert done.stdout.endswith("359 written\n"), done.stdout
    assert again.stdout == done.stdout
    assert there.stdout.endswith("0 changed\n"), there.stdout
    assert facts("check", tmp_path / "d").stderr == "359 records, 0 errors, 0 warnings\n"
    assert _served(copy) == _served(Desk(shutil.copy(all_loaded, tmp_path / "original.db")))
    assert _texts(tmp_path / "d") == _texts(tmp_path / "again") == _texts(tmp_path / "third")
    assert sorted(_texts(tmp_path / "d")) == sorted(f"{plural}.yaml" for plural in BY_PLURAL)


def _whole(name: str) -> Any:
    """A document with every member of its type but those that exclude one another."""
    document = DOCUMENTS[name]
    said = {"member": TYPES[name].title, "language": "es", "text": "Dicho", "kind": "own"}
    citations = DOCUMENTS["claim"]["citations"]
    cited = {"member": "part_of", "value": document.get("part_of"), "citations": citations}
    attributes = {"attributes": [cited]} if "attributes" in TYPES[name].shape.load_fields else {}
    return document | {"translations": [said]} | attributes


def test_every_member_of_every_type_comes_back(tmp_path: Path) -> None:
    desk = empty_desk(tmp_path / "f.db")
    for plural, body in WORLD:
        assert desk.send("POST", f"{plural}?publish=true", body).status_code == 201
    lying_between = {name: value for name, value in DOCUMENTS["date"].items() if name != "when"}
    between = lying_between | {"id": "between", "after": "full-date", "before": "later"}
    later = DOCUMENTS["date"] | {"id": "later", "when": "2030"}
    for plural, document in (
        *((TYPES[name].plural, _whole(name)) for name in TYPES),
        *(("dates", document) for document in (later, between)),
    ):
        answer = desk.send("POST", plural, document)
        assert answer.status_code == 201, answer.text

    plain = _export(tmp_path / "plain", desk.path)
    done = _export(tmp_path / "d", desk.path, "--drafts")
    copy = _loaded(tmp_path / "d", tmp_path / "copy.db")

    assert plain.stdout.endswith(f"\n{len(WORLD)} written\n"), plain.stdout
    assert f"{len(DOCUMENTS) + 2} draft\n{len(WORLD) + len(DOCUMENTS) + 2} written\n" in done.stdout
    before, after = _served(desk), _served(copy)
    for name, kind in TYPES.items():
        members = before[f"full-{name}"]
        empty = {member for member in kind.shape.load_fields if members[member] in (None, [], {})}
        assert empty == ({"after", "before"} if name == "date" else set()), name
    assert before["between"]["when"]["computed"]
    assert after == before


def test_what_is_withdrawn_is_stated_and_comes_back(tmp_path: Path) -> None:
    first = _loaded(write(tmp_path / "d", **FILES), tmp_path / "f.db")

    done = _export(tmp_path / "e", first.path)
    again = _loaded(tmp_path / "e", tmp_path / "g.db")
    _export(tmp_path / "e2", again.path)

    assert done.stdout.endswith("1 merged, 1 retracted\n4 written\n")
    assert "  status: retracted\n  withdrawal: {kind: source-withdrawn, note: The outlet withdrew it}" in (
        (tmp_path / "e" / "sources.yaml").read_text()
    )
    for path in ("/v1/sources/paper", "/v1/parties/old-press", "/v1/claims/ann-agrees"):
        one, two = (desk.client.get(path) for desk in (first, again))
        assert (one.status_code, one.headers.get("Location")) == (
            two.status_code,
            two.headers.get("Location"),
        )
    assert _texts(tmp_path / "e") == _texts(tmp_path / "e2")


def test_what_was_written_over_http_is_exported_as_it_stands(desk: Desk, tmp_path: Path) -> None:
    desk.party("ann", description="First line: «Ann»\n\n  # no comment\nlast line", country="JP")
    desk.send("POST", "places?publish=true", {"id": "spot", "name": "Spot", "kind": "island", "geometry": {
        "type": "Point", "coordinates": [145, -0.0012345678901234567]}})  # fmt: skip
    desk.change("POST", "parties/ann/retract", NOTE)

    _export(tmp_path / "d", desk.path)
    copy = _loaded(tmp_path / "d", tmp_path / "copy.db")

    tombstone = copy.client.get("/v1/parties/ann").get_json()["tombstone"]
    assert tombstone["reason"] == NOTE
    assert _served(copy) == _served(desk)
    body = copy.client.get("/v1/places/spot").get_data()
    assert b'"coordinates":[145,-0.0012345678901234567]' in body.replace(b" ", b"")


def test_what_the_law_took_out_is_left_out_and_said(desk: Desk, tmp_path: Path) -> None:
    desk.party("ann")
    facts("redact", "party", "ann", "--note", "Court order 12", "--db", url_of(desk.path))

    done = _export(tmp_path / "d", desk.path)

    assert "left out: ann, which was taken out because the law required it\n" in done.stdout
    assert "ann" not in {
        line.split()[-1] for line in (tmp_path / "d/parties.yaml").read_text().splitlines() if "id:" in line
    }


# One dossier of several


def test_a_dossier_comes_with_all_that_it_needs(all_loaded: Path, tmp_path: Path) -> None:
    done = _export(tmp_path / "d", all_loaded, "--dossier", SECOND)
    beside = _export(tmp_path / "e", all_loaded, "--dossier", SECOND, "--with", DOSSIER)

    checked = facts("check", tmp_path / "d")
    assert checked.returncode == 0, checked.stdout
    own = sum(file.read_text().count("\n- id:") + 1 for file in (tmp_path / "e").iterdir())
    assert beside.stdout.endswith(f"{own} written\n")
    assert facts("check", tmp_path / "e").returncode == 1
    assert facts("check", tmp_path / "e", "--with", DOSSIER).returncode == 0
    assert int(done.stdout.split()[-2]) > own
    assert not (tmp_path / "d" / "dossiers.yaml").read_text().count("japan-russia-peace-treaty")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (
            "hurricane-maria-deth-toll",
            f'no dossier has the id "hurricane-maria-deth-toll"; did you mean "{SECOND}"?',
        ),
        ("nhk", '"nhk" is a party'),
        ("", "no dossier has the id"),
    ],
)
def test_a_dossier_that_is_not_there_is_named(
    all_loaded: Path, tmp_path: Path, wanted: str, words: str
) -> None:
    done = facts("export", tmp_path / "d", "--dossier", wanted, "--db", url_of(all_loaded))

    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert not (tmp_path / "d").exists()


# Over files that are there


def test_files_that_say_the_same_are_left_to_the_byte(all_loaded: Path, tmp_path: Path) -> None:
    shutil.copytree(FIXTURES, tmp_path / "d")
    before = _texts(tmp_path / "d")

    done = _export(tmp_path / "d", all_loaded)

    assert done.stdout.endswith("0 written\n"), done.stdout
    assert _texts(tmp_path / "d") == before


HEAD = "# People.\n\n- id: ann # first\n  name: Ann\n"
#: What stands in the file before; what the record says; what the file says then.
OVER: dict[str, tuple[str, str, str]] = {
    "a member that is changed": (
        HEAD + "  kind: person # surely\n  # from the register\n  country: JP # old\n\n# The end.\n",
        "- {id: ann, name: Ann, kind: person, country: RU}",
        HEAD + "  kind: person # surely\n  # from the register\n  country: RU # old\n\n# The end.\n",
    ),
    "a member that is new": (
        HEAD + "  kind: person # surely\n\n# The end.\n",
        "- {id: ann, name: Ann, kind: person, description: 'A: B'}",
        HEAD + '  kind: person # surely\n  description: "A: B"\n\n# The end.\n',
    ),
    "a member that is gone": (
        HEAD + "  country: JP # old\n  kind: person\n",
        "- {id: ann, name: Ann, kind: person}",
        HEAD + "  kind: person\n",
    ),
    "the last member is gone": (
        HEAD + "  kind: person\n  names:\n    - {text: A, language: en, kind: common}\n\n# The end.\n",
        "- {id: ann, name: Ann, kind: person, country: JP}",
        HEAD + "  kind: person\n  country: JP\n\n# The end.\n",
    ),
    "a list in a block": (
        HEAD
        + "  kind: person\n  names:\n    - text: A # one\n      language: en\n      kind: common\n"
        + "  country: JP\n",
        "- {id: ann, name: Ann, kind: person, country: JP, names: [{text: B, language: en, kind: common}]}",
        HEAD + "  kind: person\n  names:\n    - {text: B, language: en, kind: common}\n  country: JP\n",
    ),
    "a text in lines": (
        HEAD + "  kind: person\n  description: |-\n    One\n    two\n  # from the register\n  country: JP\n",
        "- {id: ann, name: Ann, kind: person, country: JP, description: One}",
        HEAD + "  kind: person\n  description: One\n  # from the register\n  country: JP\n",
    ),
    "a record in brackets": (
        "# A\n- {id: ann, name: Ann, kind: person} # b\n- {id: bob, name: Bob, kind: person} # c\n",
        "- {id: ann, name: Anne, kind: person}\n- {id: bob, name: Bob, kind: person}",
        "# A\n- id: ann\n  name: Anne\n  kind: person # b\n- {id: bob, name: Bob, kind: person} # c\n",
    ),
    "a list that is indented": (
        "# A\n  - id: ann\n    name: Ann # b\n    kind: person\n",
        "- {id: ann, name: Anne, kind: person}",
        "# A\n  - id: ann\n    name: Anne # b\n    kind: person\n",
    ),
    "a hyphen by itself": (
        "-\n    id: ann\n    name: Ann # b\n    kind: person\n",
        "- {id: ann, name: Anne, kind: person}",
        "-\n    id: ann\n    name: Anne # b\n    kind: person\n",
    ),
    "a record that is new": (
        HEAD + "  kind: person\n# The end.",
        "- {id: ann, name: Ann, kind: person}\n- {id: bob, name: 'null', kind: person}",
        HEAD + '  kind: person\n# The end.\n\n- id: bob\n  name: "null"\n  kind: person\n',
    ),
    "a record that is only here": (
        "- {id: cid, name: Cid, kind: person} # not yet\n" + HEAD + "  kind: person\n",
        "- {id: ann, name: Anne, kind: person}",
        "- {id: cid, name: Cid, kind: person} # not yet\n"
        + HEAD.replace("name: Ann", "name: Anne")
        + "  kind: person\n",
    ),
    "lines of another system": (
        HEAD.replace("\n", "\r\n") + "  kind: person\r\n",
        "- {id: ann, name: Ann, kind: person, country: JP, description: D}",
        HEAD.replace("\n", "\r\n") + "  kind: person\r\n  country: JP\r\n  description: D\r\n",
    ),
    "nothing but a comment": (
        "# Nobody yet\n",
        "- {id: ann, name: Ann, kind: person}",
        "# Nobody yet\n\n- id: ann\n  name: Ann\n  kind: person\n",
    ),
}


@pytest.mark.parametrize("case", OVER)
def test_over_files_only_what_changed_is_written_anew(tmp_path: Path, case: str) -> None:
    before, record, after = OVER[case]
    _loaded(write(tmp_path / "r", parties=record + "\n"), tmp_path / "f.db")
    file = write(tmp_path / "d") / "parties.yaml"
    file.write_bytes(before.encode())

    _export(tmp_path / "d", tmp_path / "f.db")
    again = _export(tmp_path / "d", tmp_path / "f.db")

    assert file.read_bytes().decode() == after
    assert again.stdout.endswith("0 written\n")
    assert [*_texts(tmp_path / "d")] == ["parties.yaml"]


def test_what_is_not_exported_is_left_in_files_and_said(desk: Desk, tmp_path: Path) -> None:
    desk.send("POST", "parties", {"id": "ann", "name": "Anne", "kind": "person"})
    parties = "- {id: ann, name: Ann, kind: person, status: draft}\n- {id: cid, name: Cid, kind: person}\n"
    folder = write(tmp_path / "d", parties=parties)

    done = _export(folder, desk.path)
    text = (folder / "parties.yaml").read_text()
    drafts = _export(folder, desk.path, "--drafts")

    assert text.startswith(parties)
    for record in ("ann", "cid"):
        assert f"left as it is: parties.yaml: {record}, which is not among what is exported\n" in done.stdout
    assert "parties.yaml: ann" not in drafts.stdout
    assert "\n  name: Anne\n" in f"\n{(folder / 'parties.yaml').read_text()}"


def test_a_list_in_brackets_is_kept_and_new_records_stand_beside_it(tmp_path: Path) -> None:
    listed = "[{id: ann, name: Ann, kind: person},\n {id: bob, name: Bob, kind: person}] # both\n"
    record = "- {id: ann, name: Anne, kind: person}\n- {id: bob, name: Bob, kind: person}\n"
    _loaded(
        write(tmp_path / "r", parties=record + "- {id: cid, name: Cid, kind: person}\n"), tmp_path / "f.db"
    )

    folder = write(tmp_path / "d", parties=listed.replace("Anne", "Ann"))
    done = facts("export", folder, "--db", url_of(tmp_path / "f.db"))

    assert done.returncode == 2
    assert "the layout of the record ann does not allow a safe change; write by hand" in done.stderr
    assert [(name, text.decode()) for name, text in _texts(folder).items()] == [("parties.yaml", listed)]
    (folder / "parties.yaml").write_text(listed.replace("name: Ann", "name: Anne"))
    _export(folder, tmp_path / "f.db")
    assert sorted(_texts(folder)) == ["part-2/parties.yaml", "parties.yaml"]
    assert facts("load", folder, "--db", url_of(tmp_path / "f.db")).stdout.endswith("0 changed\n")


def test_files_with_faults_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    _loaded(write(tmp_path / "r", **SMALL), tmp_path / "f.db")
    folder = write(tmp_path / "d", parties="- {id: ann, name: Ann, kind: persn}\n", sources="- {id: [\n")
    (folder / "notes.yaml").write_text("- a\n")
    before = _texts(folder)

    done = facts("export", folder, "--db", url_of(tmp_path / "f.db"))

    assert done.returncode == 1
    assert '/kind: "persn" is not' in done.stdout
    assert done.stderr == "nothing was exported\n"
    assert _texts(folder) == before


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    _loaded(write(tmp_path / "r", **SMALL), tmp_path / "f.db")
    (tmp_path / "file").write_text("")

    done = facts_alone("export", tmp_path / "file" / "d", "--db", url_of(tmp_path / "f.db"))

    assert done.returncode == 2
    assert f"nothing was exported: {tmp_path}/file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_full_is_followed_by_another(
    all_loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LARGEST_FILE", 20_000)

    _export(tmp_path / "d", all_loaded)
    again = _export(tmp_path / "d", all_loaded)

    files = _texts(tmp_path / "d")
    assert {"claims.yaml", "part-2/claims.yaml", "part-5/claims.yaml"} <= files.keys()
    assert max(map(len, files.values())) <= 20_000
    assert again.stdout.endswith("0 written\n")
    assert facts("check", tmp_path / "d").stderr == "359 records, 0 errors, 0 warnings\n"


# Streams


def test_each_record_is_a_line_as_it_is_read(desk: Desk, tmp_path: Path) -> None:
    desk.send("POST", "parties", {"id": "ann", "name": "Ann", "kind": "person"})
    url = url_of(desk.path)

    done = facts("export", tmp_path / "all.ndjson", "--format", "ndjson", "--db", url)
    places = facts("export", "-", "--format", "ndjson", "--type", "places", "--db", url)
    drafts = facts("export", "-", "--format", "ndjson", "--type", "parties", "--drafts", "--db", url)

    lines = (tmp_path / "all.ndjson").read_bytes().splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (0, "", 280)
    for line in lines[::40]:
        assert line == desk.client.get(json.loads(line)["links"]["self"]).data.strip()
    assert [json.loads(line)["id"] for line in places.stdout.splitlines()] == sorted(
        json.loads(line)["id"] for line in lines if json.loads(line)["type"] == "place"
    )
    assert '"id":"ann"' in drafts.stdout


def test_claims_are_a_table_that_computes_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.claim("sum", "urdupoint-2019-07-21", quantities=[{"of": "votes", "low": "1", "unit": "{votes}"}])
    desk.change("PATCH", "claims/sum", {"proposition": "=1+1, said Ann.", "correction": NOTE})

    done = facts("export", tmp_path / "claims.csv", "--format", "csv", "--db", url_of(desk.path))

    assert done.returncode == 0, done.stderr
    with (tmp_path / "claims.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert len(rows) == desk.read("claims", count="true", limit=1)["page"]["total"]
    assert rows["sum"]["proposition"] == "'=1+1, said Ann."
    assert (rows["sum"]["quantities"], rows["sum"]["revision"]) == ("votes: (1 to ) {votes}", "2")
    abe = rows["abe-seeks-treaty-progress-in-term"]
    assert abe["attribution"] == "said Shinzo Abe; quoted NHK; reported Sputnik; republished UrduPoint"
    assert (abe["said"], abe["position_of"], abe["origins"]) == ("2019-07-21", "japan", "1")
    assert abe["links"].startswith("https://www.urdupoint.com/")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "csv", "--type", "claims"], "Invalid value for '--type': is for --format ndjson"),
        (["--format", "ndjson", "--dossier", "x"], "Invalid value for '--dossier': is for --format dossier"),
        (["--type", "places"], "Invalid value for '--type': is for --format ndjson"),
        (["--format", "xml"], "'xml' is not one of 'dossier', 'ndjson', 'csv'"),
        (["--format", "ndjson", "--type", "claim"], "'claim' is not one of 'parties', 'dates', 'claims'"),
        (["--format", "csv"], "is a directory"),
    ],
)
def test_a_stream_that_cannot_be_is_refused(
    loaded: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    done = facts("export", tmp_path, *words, "--db", url_of(loaded))

    assert (done.returncode, done.stdout) == (2, "")
    assert said.casefold() in done.stderr.casefold()


# Texts

_SIGNS = st.text(alphabet="ab:#,[]{}-?|>&*!%@`\"' \n\t\\¿~é北\u2028\x85\ufffe😀1.0")
_TEXTS = (st.text() | _SIGNS | st.sampled_from(["null", "~", "", "no", "2019-07-21", "1e3", "true"])).map(
    lambda text: text.encode("utf-8", "ignore").decode()
)
_VALUES = st.recursive(
    _TEXTS,
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(st.sampled_from("abc"), inner, min_size=1),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["id", "name"]), _VALUES, min_size=1))
def test_whatever_is_written_is_read_as_the_same(record: dict[str, Any]) -> None:
    text = "\n".join(record_lines(record)) + "\n"
    reader = ListReader(text, {}, 1)

    assert [value for value, _ in reader.items()] == [record]
    assert not reader.faults
    assert quick_items(text, {}) in (None, [record])
