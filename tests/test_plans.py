"""At a hundred thousand claims no query reads a whole table: the plans of the statements that run say so."""

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.records.read.order import FEW
from benchmarks.large import COPIES, HOT
from benchmarks.multiply import multiply

from .conftest import client_of
from .test_statements import counted

pytestmark = pytest.mark.audit
#: Tables that grow with the record.
TABLES = (
    "record", "reference", "dependency", "filter_key", "date_key", "posting", "citation_check",
    "dossier_mention", "search_row", "name_key", "revision", "rendering", "change",
)  # fmt: skip
#: Pages of everything, in an order that an index has: nothing is sorted but what was found already, however
#: many records there are.
ORDERED = [
    "/v1/claims",
    "/v1/claims?sort=updated",
    "/v1/claims?sort=-updated",
    "/v1/claims?sort=-updated&as_of=seq:200",
    "/v1/claims?sort=said",
    "/v1/claims?sort=-said",
    "/v1/claims?claimant=abe-shinzo&sort=-said",
    "/v1/claims?claimant=abe-shinzo&sort=valid",
    "/v1/timeline",
    "/v1/timeline?by=valid&when=1956",
    "/v1/changes?since=100",
    "/v1/corrections",
]
#: An index of nothing but what is asked for, the numbers that a statement is given, and words from one on, of
#: which one is taken.
_BOUNDED = re.compile("revision_noted|SCAN json_each|SCAN v VIRTUAL TABLE INDEX 2:")


@pytest.fixture(scope="module")
def large(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A record with more than 100,000 claims."""
    path = tmp_path_factory.mktemp("large") / "facts.db"
    shutil.copy(loaded, path)
    with sqlite3.connect(path) as connection:
        # Nobody needs what is half made: without a journal it is made in half the time.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        multiply(connection, COPIES)
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
        if not _BOUNDED.search(step)
        and (found := re.match(r"SCAN (\w+)", step))
        and (found[1] in aliases or ("VIRTUAL TABLE" in step and not re.search(r"INDEX \d+:.*[M=]", step)))
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
        sorts = [step for step in _plan(connection, sql, values) if step.endswith("ORDER BY")]
        assert not sorts or 0 < _numbers_given(values) <= FEW, sql


@pytest.mark.parametrize("address", ["/v1/claims?sort=said", "/v1/claims?sort=-said"])
def test_a_page_begins_where_the_last_one_ended(large: FlaskClient, address: str) -> None:
    following = large.get(address).get_json()["page"]["next_href"]

    selects = _selects(large, following)

    connection = large.application.extensions["facts.database"].connection()
    steps = [step for sql, values in selects for step in _plan(connection, sql, values)]
    assert [step for step in steps if "record>?" in step]
    assert [step for step in steps if "missing>?" in step] == []


def _numbers_given(values: tuple[object, ...]) -> int:
    """How many records a statement is told to look at."""
    return sum(len(json.loads(value)) for value in values if isinstance(value, str) and value.startswith("["))


def test_a_whole_table_would_be_noticed(large: FlaskClient) -> None:
    connection = large.application.extensions["facts.database"].connection()

    assert _scanned(connection, "SELECT r.id FROM record r WHERE r.name LIKE 'x%'", ())
    assert _scanned(connection, "SELECT COUNT(*) FROM public_words", ())
