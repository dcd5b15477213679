"""How long a read may take: wherever its time ends, it is answered in full or given up with a problem."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from peewee import OperationalError

from api.records.core.filters import Ids
from api.records.core.registry import TYPES
from api.records.store import deadline
from api.records.store.database import open_database
from api.records.store.deadline import look, time_limit
from api.records.store.troubles import trouble_of

from .audits.contract import operations
from .conftest import ROOT, client_of
from .places import url_of

DESCRIBED = operations(json.loads((ROOT / "api" / "openapi.json").read_text("utf-8")))
#: More looks at the clock than any read of the dossier takes.
MOST_LOOKS = 20_000
#: What the description has no example of.
VALUES = {
    "as_of": "seq:200", "updated_since": "2020-01-01T00:00:00Z", "noted_since": "2020-01-01T00:00:00Z",
    "sort": "id", "q": "a", "perspective": "russia", "since": "0", "compare": "1", "when": "2019",
    "said": "2019", "valid": "2019", "published": "2019", "question": "who-holds-sovereignty",
}  # fmt: skip
#: Filters by ids with the types that each takes, at one address and another.
TAKEN: dict[str, set[tuple[str, ...]]] = {}
for _filter in (declared for record_type in TYPES.values() for declared in record_type.filters):
    if isinstance(_filter, Ids):
        TAKEN.setdefault(_filter.name, set()).add(_filter.to)
#: A record of the type that a filter takes, where it takes the same everywhere; `part_of` does not.
NAMED = {name: TYPES[to[0]].example for name, (to, *others) in TAKEN.items() if not others and to[0] in TYPES}


class Clock:
    """A clock that goes on when somebody looks at it: a millisecond has so many `looks`."""

    def __init__(self) -> None:
        self.looks, self._time = 1, 0.0

    def __call__(self) -> float:
        self._time += 0.001 / self.looks
        return self._time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that deadlines go by."""
    monkeypatch.setattr(deadline, "monotonic", clock := Clock())
    return clock


@pytest.fixture(scope="module")
def hasty(loaded: Path) -> FlaskClient:
    """A client of a service that gives everything a millisecond."""
    return client_of(loaded, query_timeout_ms=1)


def _addresses(path: str, parameters: list[dict[str, Any]]) -> Iterator[str]:
    """An address as it is, and with each of its parameters that a value is known of."""
    ids = {p["name"]: p["example"] for p in parameters if p["in"] == "path"}
    queries = [p for p in parameters if p["in"] == "query"]
    needed = {p["name"]: p["example"] for p in queries if p.get("required")}
    values = {p["name"]: value for p in queries if (value := _value(p))}
    for query in ({}, *({name: value} for name, value in values.items())):
        yield f"{path.format(**ids)}?{urlencode(needed | query)}"


def _value(parameter: dict[str, Any]) -> Any:
    name, schema = parameter["name"], parameter["schema"]
    if schema.get("type") == "boolean":
        return "true"
    terms = schema.get("items", schema).get("enum", ())
    return (NAMED | VALUES).get(name) or parameter.get("example") or ",".join(map(str, terms[:1]))


READS = [
    (address, "503" in methods["get"]["responses"])
    for path, methods in DESCRIBED.items()
    if "get" in methods and not path.startswith("/health")
    for address in _addresses(path, methods["get"]["parameters"])
]


@pytest.mark.parametrize(("address", "limited"), READS, ids=[address for address, _ in READS])
def test_a_read_is_whole_or_given_up_wherever_its_time_ends(
    hasty: FlaskClient, clock: Clock, address: str, limited: bool
) -> None:
    while (answer := hasty.get(address)).status_code != 200:
        assert answer.status_code == 503, answer.text[:500]
        assert answer.get_json()["type"].endswith("query-timeout")
        assert limited
        clock.looks += 1 + clock.looks // 2
        assert clock.looks < MOST_LOOKS


NARROWED = "the query took longer than 1 ms; "


@pytest.mark.parametrize(
    ("path", "body", "remedy"),
    [
        ("/v1/claims?about=four-islands", None, "narrow it with kind, dossier, claimant, "),
        ("/v1/claims?claimant.not=japan&about=four-islands", None, "narrow it with "),
        ("/v1/search?q=abe&type=party", None, "narrow it with "),
        ("/v1/timeline", None, "narrow it with type, "),
        ("/v1/check", [{"id": "nhk", "revision": 1}], "send less at once"),
        ("/v1/locate", {"text": "a", "locators": [{"start": "a"}]}, "send less at once"),
        ("/v1/locate", {"text": "a", "source": "urdupoint-2019-07-21"}, "send less at once"),
    ],
)
def test_what_is_given_up_says_how_to_ask_for_less(
    hasty: FlaskClient, clock: Clock, path: str, body: Any, remedy: str
) -> None:
    answer = hasty.post(path, json=body) if body else hasty.get(path)

    problem = answer.get_json()
    assert (answer.status_code, problem["detail"][: len(NARROWED)]) == (503, NARROWED)
    assert problem["detail"].removeprefix(NARROWED).startswith(remedy)
    assert answer.headers["Retry-After"] == "5"


def test_waiting_for_something_new_is_no_reading(loaded: Path) -> None:
    client = client_of(loaded, query_timeout_ms=200)
    last = client.get("/v1/changes").get_json()["last"]

    answer = client.get(f"/v1/changes?since={last}&wait=1")

    assert (answer.status_code, answer.get_json()["data"]) == (200, [])


def test_a_statement_is_given_up_while_its_rows_are_fetched() -> None:
    database = open_database("sqlite:///:memory:")
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1e9) SELECT x FROM n"

    for fetch in (lambda cursor: cursor.fetchall(), list, lambda cursor: [*iter(cursor.fetchone, None)]):
        with pytest.raises(OperationalError) as given_up, time_limit(database, 50):
            fetch(database.execute_sql(numbers))
        assert trouble_of(given_up.value) == "too-slow"


def test_where_a_database_cannot_be_opened_no_limit_stays_behind(tmp_path: Path) -> None:
    missing = open_database(url_of(tmp_path / "missing.db"))

    with pytest.raises(OperationalError), time_limit(missing, -1):
        raise AssertionError("it was opened")

    look()
