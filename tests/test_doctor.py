"""The doctor finds what does not agree, and calls nothing faulty that is not."""

import sqlite3
from pathlib import Path

import pytest

from .conftest import facts


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            "UPDATE record SET body = CAST(replace(body, 'NHK', 'NKH') AS BLOB) WHERE id = 'nhk'",
            "nhk: its bytes",
        ),
        ("DELETE FROM change WHERE seq = 100", "the feed has 279 entries"),
        ("DELETE FROM filter_key WHERE record = 'nhk'", "nhk: the rows it is found by"),
        (
            "UPDATE filter_key SET since = since + 1 WHERE record = 'nhk'",
            "nhk: the rows it was found by in the past",
        ),
        (
            "INSERT INTO reference (record, role, target, since, until) "
            "VALUES ('nhk', 'part_of', 'tass', 9, 99)",
            "nhk: the rows it was found by in the past",
        ),
        (
            "INSERT INTO filter_key SELECT type, filter, value, qualifier, record, 0, 999 FROM filter_key "
            "WHERE record = 'nhk'",
            "nhk: it is found twice at one time",
        ),
        (
            "INSERT INTO rendering SELECT id, since + 1, until, type, status, name, computed, body, etag, "
            "revision, updated, merged_into, withdrawal FROM rendering WHERE id = 'nhk'",
            "nhk: its kept renderings do not join one another",
        ),
        (
            "UPDATE rendering SET until = 9 WHERE id = 'nhk'",
            "nhk: its last kept rendering is not what is served",
        ),
        (
            "UPDATE record SET computed = '{}' WHERE id = 'abe-seeks-treaty-progress-in-term'",
            "abe-seeks-treaty-progress-in-term: what its keys are derived from is not what rendering",
        ),
        ("UPDATE record SET revision = 7 WHERE id = 'nhk'", "nhk: revision 7 is current"),
        ("UPDATE record SET etag = '\"x\"' WHERE id = 'nhk'", "nhk: its entity tag"),
        (
            "UPDATE record SET document = json_set(document, '$.about.parties[0]', 'tass') "
            "WHERE id = 'abe-seeks-treaty-progress-in-term'",
            "claim abe-seeks-treaty-progress-in-term: its document is not that of its last revision, 1",
        ),
        (
            "UPDATE revision SET document = NULL WHERE record = 'nhk'",
            "party nhk: its document is not that of its last revision, 1",
        ),
    ],
)
def test_the_doctor_finds_what_does_not_agree(database_file: Path, damage: str, words: str) -> None:
    with sqlite3.connect(database_file) as connection:
        connection.execute(damage)

    done = facts("doctor", "--db", f"sqlite:///{database_file}")

    assert done.returncode == 1
    assert words in done.stdout


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE name_key SET folded = 'nobody' WHERE record = 'nhk'",
        "DELETE FROM public_words WHERE rowid = (SELECT id FROM search_row WHERE record = 'nhk')",
        "UPDATE public_parts SET title = 'x' WHERE rowid = (SELECT id FROM search_row WHERE record = 'nhk')",
        "DELETE FROM search_row WHERE record = 'nhk'",
        "UPDATE search_row SET scope = 'draft' WHERE record = 'nhk'",
    ],
)
def test_the_doctor_finds_what_is_wrong_with_the_index(database_file: Path, damage: str) -> None:
    with sqlite3.connect(database_file) as connection:
        connection.execute(damage)

    done = facts("doctor", "--db", f"sqlite:///{database_file}")

    assert done.returncode == 1
    assert "nhk" in done.stdout


def test_the_doctor_waits_for_a_writer_and_does_not_call_the_index_faulty(database_file: Path) -> None:
    with sqlite3.connect(database_file, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        done = facts("doctor", "--db", f"sqlite:///{database_file}", FACTS_BUSY_TIMEOUT_MS="200")
        writer.execute("ROLLBACK")

    assert done.returncode == 2
    assert done.stderr == "facts: the database cannot be used: another process is writing; try again\n"
