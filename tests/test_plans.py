"""At a hundred thousand claims no query reads a whole table: the plans of the statements that run say so."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from .conftest import client_of
from .test_statements import counted

CLAIM = "abe-seeks-treaty-progress-in-term"
COPIES = 1112  # of each claim of the dossier: 100,000 and some
#: Tables that grow with the record.
TABLES = (
    "record", "reference", "dependency", "filter_key", "date_key", "citation_check", "search_row", "name_key",
    "revision", "rendering", "change",
)  # fmt: skip
#: Every way of asking that people wait for.
HOT = [
    f"/v1/claims/{CLAIM}",
    f"/v1/claims/{CLAIM}?include=citations.source",
    f"/v1/claims/{CLAIM}/references",
    f"/v1/claims/{CLAIM}/provenance",
    f"/v1/claims/{CLAIM}/similar",
    f"/v1/claims/{CLAIM}/revisions",
    f"/v1/claims/{CLAIM}?as_of=seq:200",
    "/v1/claims",
    "/v1/claims?sort=-updated",
    "/v1/claims?sort=-said",
    "/v1/claims?claimant=abe-shinzo&about=four-islands&via.not=nhk&said=2019",
    "/v1/claims?kind=position&count=true",
    "/v1/claims?said=2019-07&match=certain",
    "/v1/claims?via=tass&role=quoted",
    "/v1/claims?id=abe-seeks-treaty-progress-in-term,turnout-48-80",
    "/v1/claims?q=ryukyu",
    "/v1/claims?q=islands&claimant=japan",
    "/v1/claims?facets=kind,claimant,about,said.year&limit=1",
    "/v1/claims?claimant=tass&facets=kind,question,said.month",
    "/v1/parties?dossier=japan-russia-peace-treaty",
    "/v1/search?q=ryukyu",
    "/v1/search?q=hoppo+ryodo",
    "/v1/search?q=%E5%8C%97%E6%96%B9",
    "/v1/search?q=%22peace+treaty%22+-abe&type=claim",
    "/v1/search?q=islands&count=true&facets=type,kind",
    "/v1/search?q=abe&group=type",
    "/v1/suggest?q=ab",
    "/v1/timeline",
    "/v1/timeline?when=2019-06&match=certain",
    "/v1/timeline?nested=true&type=date",
    "/v1/dossiers/japan-russia-peace-treaty/timeline",
    "/v1/dossiers/japan-russia-peace-treaty/positions?question=who-holds-sovereignty",
    "/v1/places/four-islands?perspective=russia",
    "/v1/changes?since=100",
    "/v1/corrections",
]
#: Pages of everything, in an order that an index has: nothing is sorted, however many records there are.
ORDERED = [
    "/v1/claims",
    "/v1/claims?sort=updated",
    "/v1/claims?sort=-updated",
    "/v1/claims?sort=said",
    "/v1/claims?sort=-said",
    "/v1/timeline",
    "/v1/timeline?by=valid&when=1956",
    "/v1/suggest?q=ab",
    "/v1/changes?since=100",
    "/v1/corrections",
]
#: An index of nothing but what is asked for.
_PARTIAL = "revision_noted"


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _multiply(connection: sqlite3.Connection) -> None:
    """Copy every claim with its keys, under ids of their own."""
    numbers = f"WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {COPIES}) "
    connection.execute("CREATE TEMP TABLE claim AS SELECT id FROM record WHERE type = 'claim'")
    for table, key in (("record", "id"), *((t, "record") for t in TABLES[1:5]), ("name_key", "record")):
        columns = [f'"{c}"' for c in _columns(connection, table)]
        made = [f"t.{c} || '-' || n.i" if c == f'"{key}"' else f"t.{c}" for c in columns]
        connection.execute(
            f"{numbers} INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(made)} "
            f"FROM {table} t, n WHERE t.{key} IN (SELECT id FROM claim)"
        )
    connection.execute(
        f"{numbers} INSERT INTO search_row (record, type, scope, digest) "
        "SELECT s.record || '-' || n.i, s.type, s.scope, '' FROM search_row s, n "
        "WHERE s.record IN (SELECT id FROM claim)"
    )
    for table in ("public_words", "public_parts"):
        connection.execute(
            f"INSERT INTO {table} (rowid, title, names, text) "
            f"SELECT s.id, o.title, o.names, o.text FROM claim c JOIN search_row k ON k.record = c.id "
            f"JOIN {table} o ON o.rowid = k.id JOIN search_row s "
            "ON s.record > c.id || '-' AND s.record < c.id || '.' AND s.digest = '' "
            "AND CAST(substr(s.record, length(c.id) + 2) AS INTEGER) > 0"
        )


@pytest.fixture(scope="module")
def large(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A record with more than 100,000 claims."""
    path = tmp_path_factory.mktemp("large") / "facts.db"
    shutil.copy(loaded, path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        _multiply(connection)
        many = connection.execute("SELECT COUNT(*) FROM record WHERE type = 'claim'").fetchone()[0]
        assert many > 100_000
        assert connection.execute("SELECT COUNT(*) FROM public_words").fetchone()[0] > 100_000
    yield client_of(path, query_timeout_ms=60_000)
    path.unlink()


def _plan(connection: sqlite3.Connection, sql: str, values: tuple[object, ...]) -> list[str]:
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def _selects(client: FlaskClient, address: str) -> list[tuple[str, tuple[object, ...]]]:
    """The statements that an address reads with."""
    with counted() as statements:
        response = client.get(address)
    assert response.status_code == 200, response.text
    return [(sql, tuple(values or ())) for sql, values in statements
            if sql.lstrip().startswith(("SELECT", "WITH"))]  # fmt: skip


def _scanned(connection: sqlite3.Connection, sql: str, values: tuple[object, ...]) -> list[str]:
    """Steps of a statement's plan that read a whole table."""
    bases = "|".join(TABLES)
    named = re.findall(
        rf"(?:FROM|JOIN)\s+({bases})(?:\s+(?:AS\s+)?(?!JOIN|ON|WHERE|ORDER|GROUP|LEFT)(\w+))?", sql
    )
    aliases = {alias or table for table, alias in named}
    return [
        step
        for step in _plan(connection, sql, values)
        if _PARTIAL not in step
        and (found := re.match(r"SCAN (\w+)", step))
        and (found[1] in aliases or ("VIRTUAL TABLE" in step and not re.search(r"INDEX \d+:.*M", step)))
    ]


@pytest.mark.parametrize("address", HOT)
def test_no_query_reads_a_whole_table(large: FlaskClient, address: str) -> None:
    selects = _selects(large, address)

    assert selects
    connection = large.application.extensions["facts.database"].connection()
    for sql, values in selects:
        assert _scanned(connection, sql, values) == [], sql


@pytest.mark.parametrize("address", ORDERED)
def test_a_page_of_everything_is_read_in_its_order(large: FlaskClient, address: str) -> None:
    selects = _selects(large, address)

    assert selects
    connection = large.application.extensions["facts.database"].connection()
    for sql, values in selects:
        assert not [step for step in _plan(connection, sql, values) if step.endswith("ORDER BY")], sql


def test_a_whole_table_would_be_noticed(large: FlaskClient) -> None:
    connection = large.application.extensions["facts.database"].connection()

    assert _scanned(connection, "SELECT r.id FROM record r WHERE r.name LIKE 'x%'", ())
    assert _scanned(connection, "SELECT COUNT(*) FROM public_words", ())
