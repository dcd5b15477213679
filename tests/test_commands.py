"""The command line: checking, loading, verifying, serving, as a curator and an operator do."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from api.records.citations.spans import digest

from .conftest import DOSSIER, ROOT, Server, client_of, facts, facts_alone

pytestmark = pytest.mark.process

CLAIM = "abe-seeks-treaty-progress-in-term"


def write(folder: Path, **files: str) -> Path:
    """A dossier folder of these files."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


SMALL = {
    "parties": "- {id: press, name: Press, kind: media-outlet}\n- {id: ann, name: Ann, kind: person}\n",
    "sources": "- {id: paper, title: Paper, kind: news-report, publisher: press, held: true}\n",
    "claims": (
        "- id: ann-agrees\n  proposition: Ann agrees.\n  kind: statement\n"
        "  attribution:\n    - {party: ann, role: said}\n"
        "    - {party: press, role: reported, source: paper}\n"
        "  citations:\n    - source: paper\n      locator: {text: {start: Ann said, end: she agreed}}\n"
    ),
}


def snapshot(database: Path) -> dict[str, list[Any]]:
    """Everything in the database, table by table."""
    with sqlite3.connect(database) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in tables
        }


# check

PLANTED = {
    "parties": """\
- {id: press, name: Press, kind: media-outlet}
- {id: ann, name: Ann, kind: person}
- {id: ann, name: Ann again, kind: person}
- {id: no-kind, name: No kind}
- {id: bad-kind, name: Bad kind, kind: state-ish}
- {id: Bad Id, name: Bad id, kind: person}
- {id: bad-country, name: X, kind: state, country: XX}
- {id: bad-wiki, name: X, kind: state, identifiers: {wikidata: P17}}
- {id: bad-tag, name: X, kind: state, names: [{text: X, language: english}]}
- {id: extra, name: X, kind: state, nmae: Y}
- {id: part-a, name: A, kind: agency, part_of: part-b}
- {id: part-b, name: B, kind: agency, part_of: part-a}
- {id: bidi, name: "A\\u202Eb", kind: person}
""",
    "places": """\
- {id: high, name: High, kind: city, coordinates: {latitude: 91.5, longitude: 10}}
- {id: owned, name: Owned, kind: island, claimed_by: [nobody]}
""",
    "sources": """\
- {id: paper, title: Paper, kind: news-report, publisher: press, held: true, published: 2019-07-21}
- {id: wire, title: Wire, kind: wire-report, publisher: press, held: false}
- {id: maybe, title: Maybe, kind: book, publisher: press, held: perhaps}
- {id: ftp, title: Ftp, kind: book, publisher: press, held: true, url: "ftp://example.org/x"}
- {id: day, title: Day, kind: book, publisher: press, held: true, retrieved: 2026-02-30}
- {id: wrong-type, title: Wrong, kind: book, publisher: owned, held: true}
- {id: future, title: Future, kind: book, publisher: press, held: true, published: "2219"}
- {id: loop, title: L, kind: book, publisher: press, held: true, derived_from: [{source: loop, how: quotes}]}
- {id: untitled, kind: book, publisher: press, held: true}
""",
    "dates": """\
- {id: talks, title: Talks, kind: meeting, when: 2019-13, citations: [{source: paper, locator: {page: 1}}]}
- {id: ancient, title: Ancient, kind: meeting, when: "0201", citations: [{source: paper, locator: {page: 1}}]}
- {id: uncited, title: Uncited, kind: meeting, when: "2019", citations: []}
- {id: season, title: Season, kind: meeting, when: 2019-21, citations: [{source: paper, locator: {page: 1}}]}
""",
    "claims": """\
- {id: unheld, proposition: P., kind: reported-fact, citations: [{source: wire, locator: {page: 1}}]}
- {id: dangling, proposition: P., kind: reported-fact, citations: [{source: papre, locator: {page: 1}}]}
- id: broken-chain
  proposition: P.
  kind: reported-fact
  attribution:
    - {party: press, role: reported, source: wire}
    - {party: press, role: republished, source: paper}
  citations: [{source: paper, locator: {page: 1}}]
- id: backwards
  proposition: P.
  kind: reported-fact
  citations: [{source: paper, locator: {position: {start: 9, end: 3}}}]
- {id: unasked, proposition: P., kind: reported-fact, citations: [{source: paper, locator: {page: 1}}],
   answers: [{question: why, stance: denies}]}
""",
    "dossiers": "- {id: story, title: S, questions: [{id: press, text: Taken?}]}\n",
}
EXPECTED = [
    ("parties", 3, "/id", "stands already in"),
    ("parties", 4, "/kind", "is required"),
    ("parties", 5, "/kind", 'did you mean "state"'),
    ("parties", 6, "/id", "is not an id"),
    ("parties", 7, "/country", "ISO 3166"),
    ("parties", 8, "/identifiers/wikidata", "Q132345"),
    ("parties", 9, "/names/0/language", "BCP 47"),
    ("parties", 10, "/nmae", 'did you mean "name"'),
    ("parties", 11, "/part_of", "circle"),
    ("parties", 12, "/part_of", "circle"),
    ("parties", 13, "/name", "RIGHT-TO-LEFT OVERRIDE"),
    ("places", 1, "/coordinates/latitude", "from -90 to 90"),
    ("places", 2, "/claimed_by/0", 'no party has the id "nobody"'),
    ("sources", 3, "/held", "true or false"),
    ("sources", 4, "/url", "neither http:// nor https://"),
    ("sources", 5, "/retrieved", "YYYY-MM-DD"),
    ("sources", 6, "/publisher", "is a place; a party belongs here"),
    ("sources", 7, "/published", "warning: "),
    ("sources", 8, "/derived_from/0/source", "cannot refer to itself"),
    ("sources", 9, "/title", "is required"),
    ("dates", 1, "/when", "months run from 01 to 12"),
    ("dates", 2, "/when", "warning: "),
    ("dates", 3, "/citations", "at least one"),
    ("dates", 4, "/when", "hemisphere"),
    ("claims", 1, "/citations", "warning: "),
    ("claims", 2, "/citations/0/source", 'did you mean "paper"'),
    ("claims", 8, "/attribution/1/source", "does not descend"),
    ("claims", 13, "/citations/0/locator/position/end", "greater than start"),
    ("claims", 15, "/answers/0/question", 'no dossier has the question "why"'),
    ("dossiers", 1, "/questions/0/id", "is taken"),
]


def test_check_reports_all_thirty_planted_faults_at_their_lines(tmp_path: Path) -> None:
    folder = write(tmp_path / "planted", **PLANTED)

    done = facts_alone("check", folder)

    assert done.returncode == 1
    lines = done.stdout.splitlines()
    for name, line, pointer, words in EXPECTED:
        start = f"{folder / name}.yaml:{line}: {pointer}: "
        assert [found for found in lines if found.startswith(start) and words in found], (start, words)
    assert len(EXPECTED) == 30
    assert len(lines) == 30, done.stdout
    assert "3 warnings" in done.stderr


def test_check_passes_the_dossier() -> None:
    done = facts_alone("check", DOSSIER)

    assert (done.returncode, done.stdout) == (0, "")
    assert "280 records, 0 errors" in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- id: a\n\tname: b\n", "a tab"),
        ("- {id: a, name: b", "bracket"),
        ("id: a\n", "list of records"),
        ("- id: a\n  id: b\n  name: X\n  kind: person\n", "twice"),
        ("- &x {id: a, name: b, kind: person}\n", "anchor"),
        ("- !!python/object:os.system {}\n", "tag"),
        ("- just words\n", "mapping"),
    ],
)
def test_check_says_what_is_wrong_with_yaml(tmp_path: Path, text: str, words: str) -> None:
    done = facts("check", write(tmp_path / "d", parties=text))

    assert done.returncode == 1
    assert words in done.stdout
    assert "Traceback" not in done.stderr


def test_yaml_words_stay_words(tmp_path: Path) -> None:
    parties = "- {id: no, name: on, kind: person, description: 2019-07-21}\n"
    database = tmp_path / "f.db"

    assert (
        facts("load", write(tmp_path / "d", parties=parties), "--db", f"sqlite:///{database}").returncode == 0
    )
    party = client_of(database).get("/v1/parties/no").get_json()
    assert (party["name"], party["description"]) == ("on", "2019-07-21")


# load


def test_loading_twice_changes_nothing(database_file: Path) -> None:
    before = snapshot(database_file)

    done = facts("load", DOSSIER, "--db", f"sqlite:///{database_file}")

    assert done.returncode == 0
    assert "0 changed" in done.stdout
    assert snapshot(database_file) == before


def test_a_summary_counts_by_type(tmp_path: Path) -> None:
    done = facts("load", DOSSIER, "--db", f"sqlite:///{tmp_path}/new.db")

    assert re.search(r"created +updated +unchanged +skipped", done.stdout)
    assert re.search(r"claims +105 +0 +0 +0", done.stdout)
    assert "280 changed" in done.stdout


def test_one_fault_loads_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", **SMALL | {"places": "- {id: here, name: Here, kind: nowhere}\n"})
    database = tmp_path / "f.db"

    done = facts("load", folder, "--db", f"sqlite:///{database}")

    assert done.returncode == 1
    assert "places.yaml:1: /kind" in done.stdout
    assert not database.exists()


def test_a_change_needs_a_correction_note(tmp_path: Path) -> None:
    folder, url = write(tmp_path / "d", **SMALL), f"sqlite:///{tmp_path}/f.db"
    assert facts("load", folder, "--db", url).returncode == 0
    write(folder, parties=SMALL["parties"].replace("Ann,", "Ann Smith,"))

    refused = facts("load", folder, "--db", url)
    assert refused.returncode == 1
    assert "parties.yaml:2: /: " in refused.stdout
    assert "correction" in refused.stdout

    done = facts("load", folder, "--db", url, "--correction", "new-information:Her family name")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 changed" in done.stdout
    client = client_of(tmp_path / "f.db")
    assert client.get("/v1/parties/ann").get_json()["meta"]["revision"] == 2
    claim = client.get("/v1/claims/ann-agrees").get_json()
    assert claim["claimant"]["name"] == "Ann Smith"
    assert claim["meta"]["revision"] == 1


@pytest.mark.parametrize("value", ["typo", "typo:", "tpyo:A letter", "typo:" + "x" * 1001])
def test_a_correction_without_kind_or_note_is_refused(tmp_path: Path, value: str) -> None:
    done = facts("load", DOSSIER, "--db", f"sqlite:///{tmp_path}/f.db", "--correction", value)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "f.db").exists()


def test_a_draft_in_a_file_is_not_served(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "d", **SMALL | {"places": "- {id: here, name: Here, kind: city, status: draft}\n"}
    )

    assert facts("load", folder, "--db", f"sqlite:///{tmp_path}/f.db").returncode == 0
    client = client_of(tmp_path / "f.db")
    assert client.get("/v1/places/here").status_code == 404
    assert client.get("/v1/places").get_json()["data"] == []


@pytest.mark.audit
@pytest.mark.parametrize("after", [0.1, 0.4])
def test_a_load_killed_half_way_leaves_the_database_as_it_was(tmp_path: Path, after: float) -> None:
    database = tmp_path / "f.db"
    url = f"sqlite:///{database}"
    assert facts("load", write(tmp_path / "small", **SMALL), "--db", url).returncode == 0
    before = snapshot(database)
    big = write(tmp_path / "big", parties=_many_parties(5_000))
    command = [sys.executable, "-m", "api.cli", "load", str(big), "--db", url]

    started = time.monotonic()
    loading = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)
    _wait_for_writing(database, loading)
    time.sleep(after)
    assert loading.poll() is None, f"done after {time.monotonic() - started:.1f} s, before it could be killed"
    loading.send_signal(signal.SIGKILL)
    loading.wait()
    assert loading.stderr
    loading.stderr.close()

    assert snapshot(database) == before
    assert facts("load", tmp_path / "small", "--db", url).stdout.endswith("0 changed\n")


def _many_parties(number: int) -> str:
    return "".join(f"- {{id: party-{n}, name: Party {n}, kind: person}}\n" for n in range(number))


def _wait_for_writing(database: Path, loading: subprocess.Popen[bytes]) -> None:
    """Until the load holds the write lock."""
    while loading.poll() is None:
        try:
            with sqlite3.connect(database, timeout=0, isolation_level=None) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return
        time.sleep(0.01)


def test_a_newer_database_is_refused_with_advice(database_file: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "d", **SMALL)
    with sqlite3.connect(database_file) as connection:
        connection.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2999-01-01')")

    for command in (["load", folder], ["serve", "--port", "1"]):
        done = facts_alone(*command, "--db", f"sqlite:///{database_file}")
        assert done.returncode == 2
        assert "9999_later" in done.stderr
        assert "newer version" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"FACTS_DATABASE_URL": "mysql://x"}, "sqlite:///"),
        (
            {"FACTS_DATABASE_URL": "sqlite:////nowhere/at/all/facts.db"},
            "facts.db: it cannot be made: No such",
        ),
        ({"FACTS_BUSY_TIMEOUT_MS": "soon"}, "BUSY_TIMEOUT_MS"),
        ({"FACTS_BASE_URL": "facts.example.org"}, "FACTS_BASE_URL"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, environment: dict[str, str], words: str) -> None:
    done = facts_alone("load", write(tmp_path / "d", **SMALL), **environment)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


# verify

TEXT = "It was late.\n\nAnn said on Monday that she agreed, at last.\n"


def _verified(
    tmp_path: Path, text: str, *more: object
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    (tmp_path / "paper.txt").write_text(text, "utf-8")
    done = facts(
        "verify", "--text", f"paper={tmp_path / 'paper.txt'}", *more, "--db", f"sqlite:///{tmp_path}/f.db"
    )
    claim = client_of(tmp_path / "f.db").get("/v1/claims/ann-agrees").get_json()
    return done, claim["citations"][0]["check"]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A loaded small dossier; its folder."""
    folder = write(tmp_path / "d", **SMALL)
    assert facts("load", folder, "--db", f"sqlite:///{tmp_path}/f.db").returncode == 0
    return folder


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        (TEXT, "found", 0),
        (TEXT + TEXT, "ambiguous", 1),
        ("Nothing of the kind.\n", "not-found", 1),
    ],
)
def test_verify_compares_edge_words_and_keeps_the_result(
    small: Path, tmp_path: Path, text: str, status: str, code: int
) -> None:
    assert small.exists()

    done, check = _verified(tmp_path, text)

    assert done.returncode == code
    assert f"claims/ann-agrees:/citations/0: {status}: " in done.stdout
    assert check["status"] == status
    assert check["checked"]


def test_verify_completes_locators_in_the_files_and_keeps_comments(small: Path, tmp_path: Path) -> None:
    claims = small / "claims.yaml"
    claims.write_text("# Curated by hand.\n" + claims.read_text("utf-8"), "utf-8")

    done, _ = _verified(tmp_path, TEXT, "--write", small)
    assert "1 locators and 0 sources completed" in done.stderr
    text = claims.read_text("utf-8")
    assert text.startswith("# Curated by hand.\n")
    assert "position: {start: 14, end: 48}" in text
    assert facts("check", small).returncode == 0

    url = f"sqlite:///{tmp_path}/f.db"
    assert facts("load", small, "--db", url, "--correction", "clarification:Located").returncode == 0
    assert _verified(tmp_path, TEXT)[1]["status"] == "exact"
    assert _verified(tmp_path, "New.\n\n" + TEXT)[1]["status"] == "moved"
    assert _verified(tmp_path, TEXT.replace("Monday", "monday"))[1]["status"] == "normalised"
    altered, check = _verified(tmp_path, TEXT.replace("Monday", "Friday"))
    assert (altered.returncode, check["status"]) == (1, "altered")
    assert "completed" not in altered.stderr


def test_verifying_twice_changes_nothing(small: Path, tmp_path: Path) -> None:
    assert small.exists()
    _verified(tmp_path, TEXT)
    before = snapshot(tmp_path / "f.db")

    done, _ = _verified(tmp_path, TEXT)

    assert "0 records refreshed" in done.stderr
    assert snapshot(tmp_path / "f.db") == before


def _saved(tmp_path: Path, **texts: str) -> Path:
    """A folder of saved texts."""
    folder = tmp_path / "texts"
    folder.mkdir(exist_ok=True)
    for source, text in texts.items():
        (folder / f"{source}.txt").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("quote", "text", "verdict", "code"),
    [
        ("on Monday", TEXT, "1 found", 0),
        ("on MONDAY", "\ufeff" + TEXT, "1 found", 0),
        ("on Tuesday", TEXT, "1 misquoted", 1),
        ("on Monday", TEXT + TEXT, "1 ambiguous", 1),
        ("on Monday", "", "1 not-found", 1),
    ],
)
def test_verify_reads_files_that_were_never_loaded(
    tmp_path: Path, quote: str, text: str, verdict: str, code: int
) -> None:
    quoting = {**SMALL, "claims": SMALL["claims"] + f"      quote: {quote}\n"}
    folder = write(tmp_path / "d", **quoting)

    done = facts("verify", folder, "--texts", _saved(tmp_path, paper=text))

    assert done.returncode == code
    assert done.stdout.startswith(f"paper: {verdict}\n  claims/ann-agrees:/citations/0: ")
    assert not (tmp_path / "f.db").exists()


GAPS = {
    "sources": SMALL["sources"]
    + "- {id: radio, title: Radio, kind: news-report, publisher: press, held: true}\n"
    + "- {id: lost, title: Lost, kind: news-report, publisher: press, held: false}\n"
    + "- {id: idle, title: Idle, kind: news-report, publisher: press, held: true}\n",
    "claims": SMALL["claims"]
    + "    - {source: radio}\n    - {source: lost}\n"
    + "- {id: late, proposition: It was late., kind: reported-fact, citations: [{source: radio}]}\n",
}


@pytest.mark.parametrize(
    ("arguments", "gaps", "code"),
    [
        (["FILES", "--texts", "TEXTS"], ["radio: no text: 2 records not compared"], 0),
        (["--db", "DB", "--texts", "TEXTS"], ["radio: no text: 2 records not compared"], 0),
        # Citations of it give no words to compare.
        (["FILES", "--texts", "TEXTS", "--text", "radio=TEXTS/paper.txt"], [], 1),
        (["FILES", "--text", "paper=TEXTS/paper.txt"], [], 0),
        (["--db", "DB", "--text", "paper=TEXTS/paper.txt"], [], 0),
    ],
    ids=["files", "database", "named beside", "only named", "only named, database"],
)
def test_verify_names_what_it_has_no_text_of(
    tmp_path: Path, arguments: list[str], gaps: list[str], code: int
) -> None:
    folder, texts = write(tmp_path / "d", **SMALL | GAPS), _saved(tmp_path, paper=TEXT)
    url = f"sqlite:///{tmp_path}/f.db"
    assert facts("load", folder, "--db", url).returncode == 0
    places = {"FILES": str(folder), "DB": url}

    done = facts("verify", *(places.get(a, a).replace("TEXTS", str(texts)) for a in arguments))

    assert [line for line in done.stdout.splitlines() if "no text" in line] == gaps
    assert done.returncode == code


def test_verify_completes_files_before_they_are_loaded(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", **SMALL)
    texts = _saved(tmp_path, paper="\ufeff" + TEXT.replace("\n", "\r\n"))

    assert facts("verify", folder, "--texts", texts, "--write").returncode == 0
    again = facts("verify", folder, "--texts", texts, "--write")
    (texts / "paper.txt").write_text(TEXT.replace("Monday", "Friday"), "utf-8")
    altered = facts("verify", folder, "--texts", texts)

    assert again.stdout.startswith("paper: 1 exact\n")
    assert "completed" not in again.stderr
    assert digest(TEXT) in (folder / "sources.yaml").read_text("utf-8")
    assert facts("check", folder).returncode == 0
    assert (altered.returncode, '"Ann said on Friday that she agreed"' in altered.stdout) == (1, True)
    assert "not the one that its text_digest was taken of" in altered.stderr


@pytest.mark.parametrize(
    "sources",
    [
        "- {id: paper, title: Paper, kind: news-report, publisher: press, held: true, text_digest: null}\n",
        "- id: paper # ours\n  title: Paper\n  kind: news-report\n  publisher: press\n  held: true\n",
        "-   title: >\n      Paper\n    kind: news-report\n    publisher: press\n    held: true\n"
        "    id: paper\n    authors:\n    - Ann\n# the next one\n",
    ],
)
def test_a_text_digest_is_written_into_any_layout(tmp_path: Path, sources: str) -> None:
    folder = write(tmp_path / "d", **{**SMALL, "sources": sources.replace(">\n", ">-\n")})

    done = facts("verify", folder, "--texts", _saved(tmp_path, paper=TEXT), "--write")

    assert "0 locators and 1 sources completed" in done.stderr, done.stderr
    assert digest(TEXT) in (folder / "sources.yaml").read_text("utf-8")
    assert facts("check", folder).returncode == 0


def test_verify_reports_faults_of_the_files_beside_what_can_be_compared(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", **SMALL, places="- {id: somewhere, kind: nowhere}\n")

    done = facts("verify", folder, "--texts", _saved(tmp_path, paper=TEXT, other="x"))

    assert done.returncode == 1
    assert "places.yaml:1: /kind: " in done.stdout
    assert "paper: 1 found" in done.stdout
    assert 'note: other.txt: no source has the id "other"' in done.stderr


@pytest.mark.parametrize("arguments", [(), ("--text", "paper=README.md", "--write")])
def test_verify_asks_for_what_it_lacks(arguments: tuple[str, ...]) -> None:
    done = facts_alone("verify", *arguments, cwd=ROOT)

    assert done.returncode == 2
    assert "Error: no texts" in done.stderr or "Error: --write needs PATHS" in done.stderr


def test_the_steps_of_curating_by_hand_work_as_written(tmp_path: Path) -> None:
    page = (ROOT / "fixtures" / "README.md").read_text("utf-8")
    source = re.findall(r"source: (\S+)", page)[0]
    citations = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    claim = SMALL["claims"].partition("    - {party: press")[0] + textwrap.indent(
        textwrap.dedent(citations), "  "
    )
    files = {**SMALL, "sources": SMALL["sources"].replace("paper", source), "claims": claim}
    folder = write(tmp_path / "fixtures", **files)
    _saved(tmp_path, **{source: "She said on Sunday that it ends with her term in office."})

    commands = re.findall(r"`facts ((?:verify|check|load) [^`]+)`", page)
    done = [facts_alone(*command.split(), cwd=tmp_path) for command in commands]

    assert [command.split()[0] for command in commands] == ["verify", "check", "load"]
    assert [one.returncode for one in done] == [0, 0, 0], done
    assert "digest: sha-256:" in (folder / "claims.yaml").read_text("utf-8")


@pytest.mark.parametrize("value", ["paper", "nobody=README.md", "paper=/does/not/exist"])
def test_verify_names_what_it_cannot_read(small: Path, tmp_path: Path, value: str) -> None:
    assert small.exists()

    done = facts_alone("verify", "--text", value, "--db", f"sqlite:///{tmp_path}/f.db", cwd=ROOT)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


# serve


def test_serve_makes_its_tables_and_answers(tmp_path: Path) -> None:
    running = Server(tmp_path / "empty.db", workers=1, as_a_user=True)
    status, _, body = running.get("/v1")
    running.stop()

    assert status == 200
    assert set(json.loads(body)["counts"].values()) == {0}


def test_every_command_has_help() -> None:
    listed = re.findall(r"^  ([a-z]+) ", facts("--help").stdout, re.MULTILINE)

    assert listed
    for command in listed:
        text = facts(command, "--help").stdout
        assert text.count("\n") > 5
        assert command in (ROOT / "docs" / "commands.md").read_text("utf-8")


@pytest.mark.parametrize("words", [("--version",), ("key", "list"), ("check", str(DOSSIER)), ("doctor",)])
def test_a_command_that_answers_no_request_imports_no_flask(
    database_file: Path, words: tuple[str, ...]
) -> None:
    done = facts_alone(*words, PYTHONPROFILEIMPORTTIME="1", FACTS_DATABASE_URL=f"sqlite:///{database_file}")

    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert "click" in imported
    assert "flask" not in imported


def test_an_unknown_command_is_told_which_one_is_near() -> None:
    done = facts("chek", DOSSIER)

    assert done.returncode == 2
    assert "Did you mean 'check'?" in done.stderr


def test_a_database_can_be_copied_and_served_elsewhere(database_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(database_file, copy)

    assert (
        client_of(copy).get(f"/v1/claims/{CLAIM}").data
        == client_of(database_file).get(f"/v1/claims/{CLAIM}").data
    )
