"""The doctor finds what does not agree, and calls nothing faulty that is not."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from peewee import Database

from api.records.citations.compare import Judgement
from api.records.citations.verify import Checked, keep_checks
from api.records.core.registry import PARTY
from api.records.core.sql import ALWAYS
from api.records.store.database import open_database, write_transaction
from api.records.store.models import MODELS
from api.records.store.tables import PENDING, TABLES, Table
from api.records.text.fts5 import PARTS, WORDS
from api.records.upkeep.doctor import faults_of_database
from api.records.upkeep.redaction import redact
from api.records.upkeep.row_checks import DERIVED
from api.records.write.renew import renew

from .conftest import Desk, facts
from .places import url_of

#: The number of a record.
NHK = "(SELECT id FROM search_row WHERE record = 'nhk')"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            "UPDATE record SET body = CAST(replace(body, 'NHK', 'NKH') AS BLOB) WHERE id = 'nhk'",
            "nhk: its bytes",
        ),
        ("DELETE FROM change WHERE seq = 100", "the feed has 279 entries"),
        (f"DELETE FROM filter_key WHERE record = {NHK}", "nhk: the rows it is found by"),
        (
            f"UPDATE filter_key SET since = since + 1 WHERE record = {NHK}",
            "nhk: the rows it was found by in the past",
        ),
        (
            "INSERT INTO reference (record, role, target, since, until) "
            "SELECT a.id, 'part_of', b.id, 9, 99 FROM search_row a, search_row b "
            "WHERE a.record = 'nhk' AND b.record = 'tass'",
            "nhk: the rows it was found by in the past",
        ),
        (
            "INSERT INTO filter_key SELECT term, record, filter, 0, 999 FROM filter_key "
            f"WHERE record = {NHK}",
            "nhk: it is found twice at one time",
        ),
        (
            "INSERT INTO rendering SELECT id, since + 1, until, type, status, name, computed, body, etag, "
            "revision, updated, merged_into, withdrawal, checksum FROM rendering WHERE id = 'nhk'",
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
        ("DROP INDEX record_newest", "index record_newest: it is not declared as this version declares it"),
        ("UPDATE record SET revision = 7 WHERE id = 'nhk'", "nhk: revision 7 is current"),
        ("UPDATE record SET etag = '\"x\"' WHERE id = 'nhk'", "nhk: its entity tag"),
        (
            "UPDATE record SET document = (SELECT document FROM record WHERE id = 'turnout-48-80') "
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

    done = facts("doctor", "--db", url_of(database_file))

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

    done = facts("doctor", "--db", url_of(database_file))

    assert done.returncode == 1
    assert "nhk" in done.stdout


def test_the_doctor_waits_for_a_writer_and_does_not_call_the_index_faulty(database_file: Path) -> None:
    with sqlite3.connect(database_file, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        done = facts("doctor", "--db", url_of(database_file), FACTS_BUSY_TIMEOUT_MS="200")
        writer.execute("ROLLBACK")

    assert done.returncode == 2
    assert done.stderr == "facts: the database cannot be used: another process is writing; try again\n"


# Every table and every column

NOTE = {"kind": "error", "note": "It was wrong."}
QUESTION = {"id": "who-wins", "text": "Who wins?"}
CITED = [{"source": "wire", "quote": "He said so."}]
CHAIN = [{"party": "ann", "role": "said"}, {"party": "dan", "role": "reported", "source": "wire"}]
CLAIM = {
    "id": "first",
    "proposition": "Ann wins.",
    "kind": "statement",
    "said": "2019-07",
    "citations": CITED,
    "attribution": CHAIN,
    "dossiers": ["race"],
    "answers": [{"question": "who-wins", "stance": "affirms"}],
}
#: Records, in an order in which each can be made.
RECORDS: list[tuple[str, dict[str, Any]]] = [
    ("parties", {"id": "ann", "name": "Ann Lee", "kind": "person"}),
    ("parties", {"id": "bob", "name": "Bob", "kind": "person"}),
    ("parties", {"id": "cid", "name": "Cid", "kind": "person"}),
    ("parties", {"id": "dan", "name": "Dan", "kind": "media-outlet"}),
    ("parties", {"id": "eve", "name": "Eve", "kind": "person", "part_of": "ann"}),
    ("sources", {"id": "wire", "title": "Wire", "kind": "news-report", "publisher": "dan", "held": True}),
    ("dossiers", {"id": "race", "title": "The race", "questions": [QUESTION]}),
    ("claims", CLAIM),
]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small database with rows in every table but that of pending work."""
    desk = Desk(tmp_path_factory.mktemp("everything") / "facts.db")
    for plural, body in RECORDS:
        created = desk.send("POST", f"{plural}?publish=true", body)
        assert created.status_code == 201, created.text
    assert desk.change("PATCH", "parties/ann", {"name": "Anne Lee", "correction": NOTE}).status_code == 200
    assert desk.change("PATCH", "parties/bob", {"name": "Rob", "correction": NOTE}).status_code == 200
    assert desk.change("POST", "parties/cid/merge", {**NOTE, "into": "ann"}).status_code == 200
    assert desk.change("POST", "parties/eve/retract", NOTE).status_code == 200
    found = Judgement("found", "It stands there.")
    keep_checks(desk.database, [Checked("first", "claim", "/citations/0", "wire", CITED[0], found)])
    redact(desk.database, PARTY, "bob", 1, 1, "By order")
    draft = {"id": "fay", "name": "Fay", "kind": "person", "part_of": "bob"}
    assert desk.send("POST", "parties", draft, Idempotency_Key="once").status_code == 201
    renew(desk.database)
    assert list(faults_of_database(desk.database)) == []
    desk.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    desk.database.close()
    return desk.path


@pytest.fixture
def planted(everything: Path) -> Iterator[Database]:
    """The database with rows in every table, in a transaction that is undone."""
    database = open_database(url_of(everything))
    with write_transaction(database) as transaction:
        yield database
        transaction.rollback()
    database.close()


#: The tables of the models, and those of the index.
EVERY_TABLE = [*TABLES.values(), *WORDS.values(), *PARTS.values()]
#: Rows that nothing needs: what is lost with them is done again, or refused.
UNNEEDED = {"api_key", "kept_answer", "citation_check", "fingerprint", "pending_refresh"}


def _columns(table: Table) -> list[str]:
    return [*table.columns, "checksum"] if table.kept else list(table.stored.columns)


def _faults_after(database: Database, table: Table, damage: str, stored: Any) -> list[str]:
    """What the doctor says that names the table, when a row was damaged."""
    where = " AND ".join(f'"{name}" = ?' for name in table.stored.key)
    done = database.execute_sql(f"{damage} WHERE {where}", table.stored.key_of(stored))
    assert done.rowcount == 1
    return [fault for fault in faults_of_database(database) if table.name in fault]


def _is_named(table: Table, row: Any, fault: str) -> bool:
    """Whether a fault names a row by its key or by its record."""
    return any(str(getattr(row, name, None)) in fault for name in (DERIVED.get(table, "record"), *table.key))


def _rows(database: Database, table: Table) -> list[tuple[Any, Any]]:
    """Some rows of a table, the first and the last among them: as stored, and as others see them."""
    if table is PENDING:
        PENDING.add(database, [PENDING.row(record="ann", cause="bob")])
    rows = list(zip(table.stored.read(database, ALWAYS), table.read(database, ALWAYS), strict=True))
    return [rows[0], rows[len(rows) // 2], rows[-1]]


def test_every_table_is_derived_again_or_has_checksums() -> None:
    assert list(TABLES) == MODELS
    assert {table for table in TABLES.values() if not table.kept} == set(DERIVED)


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table in EVERY_TABLE for column in _columns(table)],
    ids=lambda part: part if isinstance(part, str) else part.name,
)
def test_the_doctor_names_each_value_that_was_changed(planted: Database, table: Table, column: str) -> None:
    # A number, a text, bytes or nothing: another one of its kind.
    damage = f"""UPDATE {table.name} SET "{column}" = CASE typeof("{column}")
        WHEN 'integer' THEN "{column}" - 1000 WHEN 'blob' THEN CAST("{column}" || 'x' AS BLOB)
        ELSE COALESCE("{column}", '') || 'x' END"""

    for stored, row in _rows(planted, table):
        with planted.atomic() as one:
            faults = _faults_after(planted, table, damage, stored)
            assert any(_is_named(table, row, fault) for fault in faults), (row, faults)
            one.rollback()


@pytest.mark.parametrize(
    "table", [t for t in EVERY_TABLE if t.name not in UNNEEDED], ids=lambda table: str(table.name)
)
def test_the_doctor_misses_each_row_that_was_deleted(planted: Database, table: Table) -> None:
    for stored, row in _rows(planted, table):
        with planted.atomic() as one:
            assert _faults_after(planted, table, f"DELETE FROM {table.name}", stored), row
            one.rollback()


def _content(path: Path) -> Any:
    """Every row of every table, and how the tables are declared.

    Without when migrations ran, and without the packed segments of the index, which has a check of its own.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        schema = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        names = [name.decode() for kind, name, _, _ in schema if kind == b"table"]
        tables = [name for name in names if name != "schema_migration" and not name.endswith("_data")]
        return schema, [connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables]


def test_a_flipped_bit_is_named_or_changes_nothing(everything: Path, tmp_path: Path) -> None:
    sound, content = everything.read_bytes(), _content(everything)
    random, named = Random(12), 0

    for _ in range(150):
        place = random.randrange(len(sound))
        (tmp_path / f"{place}.db").write_bytes(
            sound[:place] + bytes([sound[place] ^ 1 << random.randrange(8)]) + sound[place + 1 :]
        )
        done = facts("doctor", "--db", f"sqlite:///{tmp_path}/{place}.db")
        named += done.returncode != 0
        assert done.returncode or _content(tmp_path / f"{place}.db") == content, place

    assert named > 10
