"""A second dossier that names records of the first: checked beside its files or its database."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .conftest import Desk, facts

FIRST = {
    "parties": "- {id: press, name: Press, kind: media-outlet}\n- {id: ann, name: Ann, kind: person}\n",
    "sources": "- {id: paper, title: Paper, kind: book, publisher: press, held: true}\n",
    "dossiers": "- {id: story, title: Story, questions: [{id: why, text: Why?}]}\n",
}
SECOND = {
    "sources": "- {id: reprint, title: R, kind: book, publisher: press, held: true, derived_from: "
    "[{source: paper, how: republishes}]}\n",
    "claims": "- {id: ann-agrees, proposition: Ann agrees., kind: reported-fact, about: {parties: [ann]}, "
    "citations: [{source: reprint, locator: {paragraph: 1}}], answers: [{question: why, stance: affirms}]}\n",
}
NAMED = [
    "claims.yaml:1: /about/parties/0", "claims.yaml:1: /answers/0/question",
    "sources.yaml:1: /derived_from/0/source", "sources.yaml:1: /publisher",
]  # fmt: skip


def _write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


@dataclass
class Case:
    """Arguments after the second folder; what the exit code is and where faults stand; what is noted."""

    arguments: list[str]
    faults: list[str] = field(default_factory=list)
    note: str = ""
    first: dict[str, str] = field(default_factory=dict)
    second: dict[str, str] = field(default_factory=dict)


CASES: dict[str, Case] = {
    "alone": Case([], NAMED),
    "with the first": Case(["--with", "FIRST"]),
    "with files of it": Case(
        ["--with", "FIRST/parties.yaml", "--with", "FIRST/sources.yaml"],
        ["claims.yaml:1: /answers/0/question"],
    ),
    "with everything around, itself as well": Case(["--with", "."]),
    "with a first that has faults": Case(
        ["--with", "FIRST"],
        note="parties.yaml: 2 errors, not counted",
        first={"parties": FIRST["parties"] + "- {id: bad, name: '', kind: person, part_of: nobody}\n"},
    ),
    "with a first that nobody can read": Case(
        ["--with", "FIRST"],
        [line for line in NAMED if "question" not in line and "derived" not in line],
        note="parties.yaml: 1 error, not counted",
        first={"parties": "[\n"},
    ),
    "with a first that is named although it cannot be read": Case(
        ["--with", "FIRST"],
        note="parties.yaml: 1 error, not counted",
        first={"parties": FIRST["parties"].replace("kind: person", "kind: human")},
    ),
    "its own faults count": Case(
        ["--with", "FIRST"],
        ["parties.yaml:1: /kind", "parties.yaml:1: /part_of"],
        second={"parties": "- {id: bob, name: Bob, kind: human, part_of: nobody}\n"},
    ),
    "an id of the first is taken": Case(
        ["--with", "FIRST"],
        ["parties.yaml:1: /id"],
        second={"parties": "- {id: ann, name: Another Ann, kind: person}\n"},
    ),
    "a question of the first is taken": Case(
        ["--with", "FIRST"],
        ["dossiers.yaml:1: /questions/0/id"],
        note="dossiers.yaml: 1 error, not counted",
        second={"dossiers": "- {id: tale, title: T, questions: [{id: why, text: Why?}]}\n"},
    ),
    "against the database": Case(["--db", "DB"]),
    "against the database and with a file": Case(
        ["--db", "DB", "--with", "MORE"],
        second={"parties": "- {id: bob, name: Bob, kind: person, part_of: union}\n"},
    ),
    "a change of what is public there needs no note yet": Case(
        ["--db", "DB"], second={"parties": "- {id: ann, name: Ann Smith, kind: person}\n"}
    ),
    "a fault against the database": Case(
        ["--db", "DB"],
        ["parties.yaml:1: /part_of"],
        second={"parties": "- {id: bob, name: Bob, kind: person, part_of: nobody}\n"},
    ),
    "another type in the database": Case(
        ["--db", "DB"],
        ["places.yaml:1: /"],
        second={"places": "- {id: ann, name: Ann, kind: island}\n"},
    ),
}


@pytest.fixture
def database(desk_of_first: Desk) -> Path:
    return desk_of_first.path


@pytest.fixture
def desk_of_first(tmp_path: Path) -> Desk:
    folder = _write(tmp_path / "loaded", FIRST)
    assert facts("load", folder, "--db", f"sqlite:///{tmp_path}/facts.db").returncode == 0
    (tmp_path / "loaded").rename(tmp_path.with_name(f"{tmp_path.name}-loaded"))
    return Desk(tmp_path / "facts.db")


@pytest.mark.parametrize("name", CASES)
def test_a_second_dossier_is_checked_beside_the_first(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case = CASES[name]
    monkeypatch.chdir(tmp_path)
    places = {
        "FIRST": str(_write(tmp_path / "first", FIRST | case.first)),
        "DB": f"sqlite:///{database}",
        "MORE": str(_write(tmp_path / "more", {"parties": "- {id: union, name: Union, kind: company}\n"})),
    }
    if "." in case.arguments:
        (tmp_path / "more" / "parties.yaml").unlink()
        (tmp_path / "more").rmdir()
    second = _write(tmp_path / "second", SECOND | case.second)
    arguments = [places.get(a, a).replace("FIRST/", f"{places['FIRST']}/") for a in case.arguments]

    done = facts("check", second, *arguments)

    lines = [line for line in done.stdout.splitlines() if "warning" not in line]
    shown = sorted(":".join(line.split(":")[:3]).removeprefix(f"{second}/") for line in lines)
    assert (shown, done.returncode) == (sorted(case.faults), 1 if case.faults else 0), (
        done.stdout + done.stderr
    )
    assert case.note in done.stderr
    assert ("note: " in done.stderr) == bool(case.note)
    assert f"{len(SECOND | case.second)} records, " in done.stderr


def test_a_database_is_only_read(database: Path, tmp_path: Path) -> None:
    second = _write(tmp_path / "second", SECOND)
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    database.chmod(0o400)

    done = facts("check", second, "--db", f"sqlite:///{database}")

    assert done.returncode == 0, done.stdout + done.stderr
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


def test_what_is_withdrawn_in_the_database_cannot_be_named_anew(desk_of_first: Desk, tmp_path: Path) -> None:
    second = _write(tmp_path / "second", SECOND)
    note = {"kind": "error", "note": "Withdrawn"}
    assert desk_of_first.change("POST", "parties/ann/retract", note).status_code == 200

    done = facts("check", second, "--db", f"sqlite:///{desk_of_first.path}")

    assert done.returncode == 1
    assert '"ann" is retracted; a new reference needs a published' in done.stdout


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///nowhere.db", "nowhere.db does not exist"),
        ("sqlite:///:memory:", "a record is kept in a file"),
        ("mysql://host/facts", "'mysql' is not served"),
        ("sqlite:///second/sources.yaml", "second/sources.yaml is no SQLite database"),
        ("sqlite:///empty.db", "empty.db is empty"),
    ],
)
def test_a_database_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    second = _write(tmp_path / "second", SECOND)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.db").touch()

    done = facts("check", second, "--db", url)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.db", "second"]
