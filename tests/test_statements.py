"""No endpoint asks the database once for each record: its statements are counted, and do not grow."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import Desk

NOTE = {"kind": "clarification", "note": "In a test"}
CLAIM = "/v1/claims/abe-seeks-treaty-progress-in-term"
#: How many statements each address takes at most, beside BEGIN and COMMIT.
STATEMENTS = {
    CLAIM: 1,
    f"{CLAIM}?fields=kind": 1,
    f"{CLAIM}?include=attribution.party,citations.source": 2,
    f"{CLAIM}/references": 4,
    "/v1/claims/nobody": 2,
    "/v1/claims?limit={limit}": 2,
    "/v1/claims?limit={limit}&sort=-said": 2,
    "/v1/claims?limit={limit}&count=true": 3,
    "/v1/claims?limit={limit}&include=attribution.party,citations.source": 3,
    "/v1/claims?limit={limit}&claimant=abe-shinzo&about=four-islands&via.not=nhk&said=2019": 3,
    "/v1/claims?limit={limit}&within=kuril-islands&held=true&check=not-checked&assessment.not=refuted": 3,
    "/v1/claims?limit={limit}&sort=-updated&as_of=seq:200": 3,
    "/v1/parties?limit={limit}&dossier=japan-russia-peace-treaty": 3,
    "/v1/places?limit={limit}&bbox=170,30,150,60": 3,
    "/v1/claims?claimant=nobody": 2,
    "/v1/parties?id=nhk,abe-shinzo,sputnik,tass": 1,
    "/v1/claims?limit={limit}&q=treaty": 4,
    "/v1/claims?limit={limit}&facets=kind,claimant,question,said.year": 8,
    "/v1/claims?limit={limit}&perspective=japan": 4,
    f"{CLAIM}?perspective=japan": 3,
    "/v1/claims?limit={limit}&translation=ja": 3,
    f"{CLAIM}?translation=ja": 2,
    f"{CLAIM}/provenance": 3,
    f"{CLAIM}/similar?limit={{limit}}": 4,
    "/v1/claims/turnout-48-80/quantities": 5,
    f"{CLAIM}/revisions": 2,
    "/v1/dossiers/japan-russia-peace-treaty/positions": 5,
    "/v1/dossiers/japan-russia-peace-treaty/positions?said=2019&match=certain": 5,
    "/v1/dossiers/japan-russia-peace-treaty/timeline?limit={limit}": 7,
    "/v1/timeline?limit={limit}&nested=true": 6,
    "/v1/search?q=treaty&limit={limit}": 4,
    "/v1/search?q=treaty&limit={limit}&count=true&facets=type,kind,claimant": 7,
    "/v1/search?q=treaty&limit={limit}&group=type": 5,
    "/v1/suggest?q=abe": 1,
    "/v1/changes?since=0&limit={limit}": 2,
    "/v1/corrections": 2,
    "/v1": 1,
    "/v1/vocabularies": 0,
    "/health/live": 0,
    "/openapi.json": 0,
    "/problems/gone": 0,
}


class _Statements(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        #: (SQL, values) of each.
        self.seen: list[Any] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.msg)


@contextmanager
def counted() -> Iterator[list[Any]]:
    """The statements that run inside."""
    log, handler = logging.getLogger("peewee"), _Statements()
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield handler.seen
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


@pytest.mark.parametrize("address", STATEMENTS)
def test_an_address_takes_few_statements_however_long_its_page(client: FlaskClient, address: str) -> None:
    client.get(address.format(limit=1))  # what a process reads once is read here
    numbers = []
    for limit in (1, 200):
        with counted() as statements:
            client.get(address.format(limit=limit))
        numbers.append(len(statements))

    assert numbers[0] == numbers[1], statements
    assert numbers[1] <= STATEMENTS[address], statements


#: What a change of the dossier takes: two claims that nobody shows, the second an answer to a question, and a
#: party that 24 records show.
CHANGES = {
    "claims/bluebook-2019-dropped-the-wording": ({"said": "2019"}, 20),
    "claims/putin-substantive-dialogue": ({"said": "2019"}, 20),
    "parties/abe-shinzo": ({"name": "Abe"}, 40),
}


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_takes_few_statements_however_many_records_show_it(desk: Desk, path: str) -> None:
    patch, most = CHANGES[path]
    tag = desk.tag(path)

    with counted() as statements:
        response = desk.send("PATCH", path, {**patch, "correction": NOTE}, If_Match=tag)

    assert response.status_code == 200, response.text
    assert response.get_json()["meta"]["revision"] == 2
    assert len(statements) <= most, statements


@pytest.mark.file
@pytest.mark.parametrize(
    "asked",
    [
        "claimant=japan&said=2018",
        "said=2019-07&match=certain",
        "valid=1956",
        "facets=said.year,claimant&about=four-islands",
    ],
)
def test_dates_of_records_that_changed_are_found_by_the_record(client: FlaskClient, asked: str) -> None:
    """Not by the index of all dates, which would be read once for each record that changed."""
    last = client.get("/v1/changes?limit=1").get_json()["last"]

    with counted() as statements:
        response = client.get(f"/v1/claims?{asked}&as_of=seq:{last - 3}")

    assert response.status_code == 200, response.text
    database = client.application.extensions["facts.database"]
    plans = [
        row[3]
        for statement, values in statements
        if re.search(r"search_row n\s+CROSS JOIN date_key k", statement)
        for row in database.execute_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]
    assert plans
    assert [plan for plan in plans if re.search(r"date_?key\w* \(type=", plan)] == []
