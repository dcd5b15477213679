"""The file of a record: what commands make of one that is missing, damaged, another's, in use, replaced."""

import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .conftest import facts

BOB = {"id": "bob", "name": "Bob", "kind": "person"}

#: Commands on a record that must be there, without `--db`. READING change nothing in it.
READING = {"backup": ["backup", "{folder}/copy.db"], "doctor": ["doctor"], "key list": ["key", "list"]}
CHANGING = {
    "key rotate": ["key", "rotate", "00000000"],
    "key revoke": ["key", "revoke", "00000000"],
    "redact": ["redact", "party", "nhk", "--note", "Court order 12"],
    "forget": ["forget", "1"],
    "verify": ["verify", "--text", "nobody=README.md"],
}
#: Those that make one where there is none.
MAKING = {
    "load": ["load", "fixtures"],
    "key create": ["key", "create", "In a test", "--role", "editor"],
    "serve": ["serve", "--port", "1"],
}
COMMANDS = READING | CHANGING | MAKING


def _run(command: str, database: Path) -> subprocess.CompletedProcess[str]:
    words = [word.format(folder=database.parent) for word in COMMANDS[command]]
    return facts(*words, "--db", f"sqlite:///{database}")


def _contents(folder: Path) -> dict[str, str]:
    """Every file of a folder by a digest of its bytes."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in folder.iterdir()
    }


def _refused(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", READING | CHANGING)
def test_a_record_that_is_missing_is_named_and_not_made(tmp_path: Path, command: str) -> None:
    done = _run(command, tmp_path / "mistyped.db")

    _refused(done, f"{tmp_path}/mistyped.db does not exist")
    assert _contents(tmp_path) == {}


# Files in which no record can be


def _random(path: Path, _: bytes) -> None:
    path.write_bytes(random.Random(1).randbytes(100_000))


def _another_programs(path: Path, _: bytes) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")


def _migrated_by_another(path: Path, _: bytes) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE schema_migration (name TEXT, applied TEXT)")
        connection.execute("INSERT INTO schema_migration VALUES ('0001_bookmarks', '2020-01-01')")
        connection.execute("CREATE VIEW bookmarks AS SELECT 1")


def _newer(path: Path, loaded: bytes) -> None:
    path.write_bytes(loaded)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2999-01-01')")


#: What the file is -> how it is made, and what is said.
UNUSABLE: dict[str, tuple[Callable[[Path, bytes], Any], str]] = {
    "random bytes": (_random, "is no SQLite database"),
    "a text": (lambda path, _: path.write_text("A record\n" * 9), "is no SQLite database"),
    "a torn header": (
        lambda path, loaded: path.write_bytes(b"x" * 99 + loaded[99:]),
        "is no SQLite database",
    ),
    "cut to its header": (lambda path, loaded: path.write_bytes(loaded[:100]), "is damaged"),
    "cut in the middle": (lambda path, loaded: path.write_bytes(loaded[: len(loaded) // 2]), "is damaged"),
    "torn tables": (
        lambda path, loaded: path.write_bytes(loaded[:100] + b"\xff" * 3996 + loaded[4096:]),
        "is damaged",
    ),
    "a folder": (lambda path, _: path.mkdir(), "is no file"),
    "a pipe": (lambda path, _: os.mkfifo(path), "is no file"),
    "another program's": (_another_programs, "its tables are another program's"),
    "migrated by another program": (_migrated_by_another, "its tables are another program's"),
    "of a newer version": (_newer, "9999_later"),
}
#: An empty file is a record that has nothing yet: only what makes one takes it. A copy may be of any version.
TAKEN = {("of a newer version", "backup")}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_holds_no_record_ends_in_plain_words_and_stays_as_it_is(
    tmp_path: Path, loaded: Path, kind: str, command: str
) -> None:
    make, words = UNUSABLE[kind]
    make(tmp_path / "facts.db", loaded.read_bytes())
    before = _contents(tmp_path)

    done = _run(command, tmp_path / "facts.db")

    if (kind, command) in TAKEN:
        assert done.returncode == 0
        return
    _refused(done, words)
    assert _contents(tmp_path) == before


@pytest.mark.parametrize("command", READING | CHANGING)
def test_an_empty_file_holds_no_record(tmp_path: Path, command: str) -> None:
    (tmp_path / "facts.db").touch()

    _refused(_run(command, tmp_path / "facts.db"), "is empty")
    assert (tmp_path / "facts.db").stat().st_size == 0


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:", "mysql://me:secret@x/y", "facts.db"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_is_kept_in_a_file(tmp_path: Path, command: str, url: str) -> None:
    words = [word.format(folder=tmp_path) for word in COMMANDS[command]]

    done = facts(*words, "--db", url)

    _refused(done, "sqlite:///path/to/facts.db")
    assert "secret" not in done.stderr


def test_the_doctor_says_what_it_finds_in_a_damaged_file(database_file: Path) -> None:
    with closing(sqlite3.connect(database_file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'change'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with database_file.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)

    done = facts("doctor", "--db", f"sqlite:///{database_file}")

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("fault: the rest cannot be read: ")


# Reading


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize("kind", ["a backup", "a record at rest"])
def test_what_only_reads_leaves_the_file_as_it_is(
    database_file: Path, tmp_path: Path, kind: str, command: str
) -> None:
    (tmp_path / "there").mkdir()
    file = tmp_path / "there" / "facts.db"
    if kind == "a backup":
        facts("backup", file, "--db", f"sqlite:///{database_file}")
    else:
        shutil.copy(database_file, file)
    before = _contents(file.parent)

    done = _run(command, file)

    (file.parent / "copy.db").unlink(missing_ok=True)
    assert done.returncode == 0, done.stderr
    assert _contents(file.parent) == before
