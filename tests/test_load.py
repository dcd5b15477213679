"""`facts load` of many records: batches, their order, what a killed load leaves, how files are read."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from peewee import DatabaseError

from api.formats.ordering import circles
from api.formats.quick_lists import quick_items
from api.formats.yaml_lists import ListReader
from api.records.store.database import open_database
from api.records.store.engine import engine_of

from .conftest import DOSSIER, ROOT, facts
from .places import url_of
from .test_commands import write

pytestmark = pytest.mark.process

#: Ten parties, each part of the next one: what is needed stands behind what needs it.
CHAIN = "".join(f"- {{id: p{n}, name: P, kind: agency, part_of: p{n + 1}}}\n" for n in range(9))
CHAIN += "- {id: p9, name: P, kind: agency}\n"
#: Claims that support each other in a circle of three.
CIRCLE = {
    "parties": "- {id: press, name: Press, kind: media-outlet}\n",
    "sources": "- {id: paper, title: Paper, kind: news-report, publisher: press, held: true}\n",
    "claims": "".join(
        f"- id: c{n}\n  proposition: Ann said {n}.\n  kind: historical-fact\n"
        "  citations: [{source: paper, locator: {paragraph: 1}}]\n"
        f"  relations: [{{type: supports, claim: c{(n + 1) % 3}}}]\n"
        for n in range(3)
    ),
}


def commits_of(path: Path) -> list[int]:
    """How many records each commit of the feed made, in order."""
    query = 'SELECT COUNT(*) FROM change GROUP BY "commit" ORDER BY "commit"'
    return [row[0] for row in _rows(path, query)]


def _record_of(path: Path) -> dict[str, tuple[str, str]]:
    """What every record says, and what is computed of it."""
    rows = _rows(path, "SELECT id, document, computed FROM record")
    return {id_: (document, computed) for id_, document, computed in rows}


def _rows(path: Path, query: str) -> list[Any]:
    with closing(open_database(url_of(path), resting=True)) as database:
        rows: list[Any] = database.execute_sql(query).fetchall()
        return rows


def _is_made(path: Path) -> bool:
    """Whether a record was made there."""
    with closing(open_database(url_of(path), resting=True)) as database:
        return engine_of(database).is_there()


def test_where_there_are_records_no_file_is_read(database_file: Path, tmp_path: Path) -> None:
    (tmp_path / "parties.yaml").write_text("- {id: [")

    done = facts("load", tmp_path, "--if-empty", "--db", url_of(database_file))

    assert (done.returncode, done.stdout) == (0, "the database holds records already; nothing loaded\n")


# Batches


def test_batches_make_the_record_that_one_commit_makes(database_file: Path, tmp_path: Path) -> None:
    url = url_of(tmp_path / "f.db")

    done = facts("load", DOSSIER, "--db", url, "--batch", "60")
    again = facts("load", DOSSIER, "--db", url, "--batch", "60")

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("280 changed\n")
    assert max(commits_of(tmp_path / "f.db")) >= 60
    assert len(commits_of(tmp_path / "f.db")) >= 5
    assert _record_of(tmp_path / "f.db") == _record_of(database_file)
    assert again.stdout.endswith("0 changed\n")
    assert facts("doctor", "--db", url).returncode == 0


def test_what_a_record_needs_is_loaded_in_its_batch_or_before(tmp_path: Path) -> None:
    url = url_of(tmp_path / "f.db")

    done = facts("load", write(tmp_path / "d", parties=CHAIN), "--db", url, "--batch", "3")

    assert done.returncode == 0, done.stdout
    assert commits_of(tmp_path / "f.db") == [3, 3, 3, 1]


def test_a_question_is_asked_before_it_is_answered(tmp_path: Path) -> None:
    claim = CIRCLE["claims"].split("  relations")[0] + "  answers: [{question: why, stance: leaves-open}]\n"
    dossier = "- {id: story, title: A story, summary: D, questions: [{id: why, text: Why?}]}\n"
    folder = write(tmp_path / "d", **CIRCLE | {"claims": claim, "dossiers": dossier})

    done = facts("load", folder, "--db", url_of(tmp_path / "f.db"), "--batch", "1")

    assert done.returncode == 0, done.stdout
    assert commits_of(tmp_path / "f.db") == [1, 1, 1, 1]


def test_without_batches_a_load_is_one_commit(tmp_path: Path) -> None:
    facts("load", write(tmp_path / "d", parties=CHAIN), "--db", url_of(tmp_path / "f.db"))

    assert commits_of(tmp_path / "f.db") == [10]


@pytest.mark.parametrize(("most", "code"), [(2, 2), (3, 0)])
def test_records_that_name_one_another_belong_in_one_batch(tmp_path: Path, most: int, code: int) -> None:
    url = url_of(tmp_path / "f.db")

    done = facts("load", write(tmp_path / "d", **CIRCLE), "--db", url, "--batch", str(most))

    assert done.returncode == code, done.stdout
    assert ("3 records name one another (c0, c1, c2)" in done.stderr) == (code == 2)
    assert ("--batch 3" in done.stderr) == (code == 2)
    assert _is_made(tmp_path / "f.db") == (code == 0)


def test_a_fault_in_the_files_loads_no_batch(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", parties=CHAIN + "- {id: last, name: L, kind: agencey}\n")

    done = facts("load", folder, "--db", url_of(tmp_path / "f.db"), "--batch", "3")

    assert done.returncode == 1
    assert f"{folder}/parties.yaml:11: /kind: " in done.stdout
    assert "nothing was loaded" in done.stderr
    assert not _is_made(tmp_path / "f.db")


def test_a_batch_that_is_refused_leaves_those_before_it(tmp_path: Path) -> None:
    url = url_of(tmp_path / "f.db")
    folder = write(tmp_path / "d", parties=CHAIN, places="- {id: z, name: Z, kind: city, part_of: nowhere}\n")

    done = facts("load", folder, "--db", url, "--batch", "4")
    (folder / "places.yaml").write_text("- {id: z, name: Z, kind: city}\n")
    again = facts("load", folder, "--db", url, "--batch", "4")

    assert done.returncode == 1
    assert f'{folder}/places.yaml:1: /part_of: no place has the id "nowhere"' in done.stdout
    assert "1 fault; nothing of their batch was loaded; 8 records of earlier batches are in" in done.stderr
    assert again.stdout.endswith("3 changed\n")


@pytest.mark.audit
def test_a_load_in_batches_that_is_killed_leaves_whole_ones_and_is_finished_by_the_next(
    tmp_path: Path,
) -> None:
    database, url = tmp_path / "f.db", url_of(tmp_path / "f.db")
    many = "".join(f"- {{id: party-{n}, name: Party {n}, kind: person}}\n" for n in range(1500))
    command = [sys.executable, "-m", "api.cli", "load", str(write(tmp_path / "d", parties=many))]
    command += ["--db", url, "--batch", "50"]
    loading = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL)

    until = time.monotonic() + 60
    while not (_is_made(database) and _commits_so_far(database)):
        assert loading.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    loading.send_signal(signal.SIGKILL)
    loading.wait()
    left = commits_of(database)
    again = facts("load", tmp_path / "d", "--db", url, "--batch", "50")

    assert set(left) == {50}
    assert len(left) < 30
    assert again.stdout.endswith(f"{1500 - sum(left)} changed\n")
    assert facts("doctor", "--db", url).returncode == 0


def _commits_so_far(database: Path) -> list[int]:
    try:
        return commits_of(database)
    except DatabaseError:
        return []


# Many records


def test_several_processes_read_what_one_does(tmp_path: Path) -> None:
    many = "".join(f"- {{id: party-{n}, name: Party {n}, kind: person}}\n" for n in range(1101))
    folder = write(tmp_path / "d", parties=many)

    done = facts("load", folder, "--db", url_of(tmp_path / "f.db"), "--jobs", "2")
    with (folder / "parties.yaml").open("a") as file:
        file.write("- {id: party-7, name: Again, kind: person}\n")
    refused = facts("load", folder, "--db", url_of(tmp_path / "f.db"), "--jobs", "2")

    assert done.stdout.endswith("1101 changed\n")
    assert f'parties.yaml:1102: /id: the id "party-7" stands already in {folder}' in refused.stdout
    assert "parties.yaml:8" in refused.stdout


# How files are read

#: What a file of parties holds -> whether it can be read quickly. Either way it says the same.
SPELT = {
    "- {id: a, name: b}\n": True,
    "- id: a\n  name: two\n    lines\n- id: b\n": True,
    "- id: a\n  name: 'it''s'\n  description: >-\n    folded\n    text\n\n    more\n": True,
    '- id: a\n  name: "q\\u00e9\\n"\n': True,
    "- id: no\n  name: 2019-07-21\n  kind: ~\n": True,
    "- id: a\n  names: [{text: x, language: y}, {text: 'z'}]\n": True,
    "- id: a # said\n  # and\n  name: a#b\n": True,
    "- id: é\n  name: 日本\n": True,
    "- id: a\n  url: http://x/?a=b:c\n": True,
    "- id: a\n  name: x\n\n": True,
    "- {id: a, name: b:c, x: {y:z}}\n": True,
    "- {id: a, n: 0x1F, o: 012, p: 1_000, q: .inf, r: yes, s: !x y}\n": False,
    "- {id: a, name:[b]}\n": False,
    "- id: a\n  name: >\n\n    x\n": False,
    "- id: a\n  name: >#x\n    y\n": False,
    "- id: a\n  name: a\u2028b\n": False,
    "- id: a\n  name: &x b\n": False,
    "- id: a\n  names: &x [b]\n": False,
    "- !!map {id: a}\n": False,
    "- id: a\n  names: " + "[" * 40 + "]" * 40 + "\n": False,
    "- id: a\n  id: b\n": False,
    "- words\n": False,
    "---\n- id: a\n": False,
}


@pytest.mark.parametrize(("text", "quickly"), SPELT.items())
def test_both_readers_read_the_same_and_what_they_may_not_is_left_to_the_one_that_explains(
    text: str, quickly: bool
) -> None:
    found = quick_items(text, {})

    assert (found is not None) == quickly
    if quickly:
        assert found == [value for value, _ in ListReader(text, {}, 1).items()]


#: Names in brackets -> what they mean in YAML 1.2 (§7.3.3): a question mark in a text is a character of it,
#: though readers of YAML 1.1 end a text at it. One that begins a value is to be put in quotes (None).
IN_BRACKETS = {
    "¿Qué?": "¿Qué?",
    "¿Qué? Sí": "¿Qué? Sí",
    "What?": "What?",
    "a?b": "a?b",
    "¿b": "¿b",
    "«b»": "«b»",
    "-b": "-b",
    "?b": None,
    "? b": None,
    "?": None,
}


@pytest.mark.parametrize("written", IN_BRACKETS)
@pytest.mark.parametrize("more", [", kind: person", ""], ids=["then-more", "at-the-end"])
def test_signs_in_brackets_mean_what_yaml_1_2_says(tmp_path: Path, written: str, more: str) -> None:
    parties = f"- {{id: ann, {'' if more else 'kind: person, '}name: {written}{more}}}\n"
    folder, url = write(tmp_path / "d", parties=parties), url_of(tmp_path / "f.db")

    done = facts("load", folder, "--db", url)

    if IN_BRACKETS[written] is None:
        words = "a value in brackets that begins with a question mark: put it in quotes"
        assert (done.returncode, done.stdout) == (1, f"{folder}/parties.yaml:1: /: {words}\n")
        return
    assert done.returncode == 0, done.stdout
    document, _ = _record_of(tmp_path / "f.db")["ann"]
    assert json.loads(document)["name"] == IN_BRACKETS[written]
    # What is written out again is read alike by all.
    assert facts("export", tmp_path / "e", "--db", url).returncode == 0
    assert yaml.load((tmp_path / "e" / "parties.yaml").read_text(), yaml.BaseLoader)[0]["name"] == written


@pytest.mark.parametrize("head", ["", "# Parties\n\n", "---\n", "# A\n--- \n# B\n"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_fault_has_its_line_however_a_long_file_begins(tmp_path: Path, head: str, ends: str) -> None:
    parties = "".join(f"- id: p{n}\n  name: P\n  kind: person\n" for n in range(150))
    text = head + parties.replace("- id: p120\n  name: P", "- id: p120\n  nmae: P")
    folder = write(tmp_path / "d")
    (folder / "parties.yaml").write_bytes(text.replace("\n", ends).encode())

    done = facts("check", folder)

    line = head.count("\n") + 120 * 3 + 2
    assert f"{folder}/parties.yaml:{line}: /nmae: " in done.stdout
    assert "2 errors" in done.stderr


def test_a_warning_of_what_was_read_quickly_has_its_line(tmp_path: Path) -> None:
    claims = CIRCLE["claims"].replace(", locator: {paragraph: 1}", "", 1)
    folder = write(tmp_path / "d", **CIRCLE | {"claims": claims})

    done = facts("load", folder, "--db", url_of(tmp_path / "f.db"))

    assert f"{folder}/claims.yaml:4: /citations/0/locator: warning: is missing" in done.stdout


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({0: [1], 1: [2], 2: []}, [[2], [1], [0]]),
        ({0: [1], 1: [0], 2: [0]}, [[0, 1], [2]]),
        ({0: [2], 1: [0], 2: [3], 3: [0]}, [[0, 2, 3], [1]]),
        ({0: [0], 1: []}, [[0], [1]]),
    ],
)
def test_what_is_needed_comes_first(needs: dict[int, list[int]], expected: list[list[int]]) -> None:
    assert [sorted(circle) for circle in circles(len(needs), needs.__getitem__)] == expected


def test_a_chain_of_needs_may_be_long() -> None:
    length = 20_000

    found = list(circles(length, lambda number: [number + 1] if number + 1 < length else []))

    assert found[0] == [length - 1]
    assert len(found) == length
