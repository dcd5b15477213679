"""Reads go to replicas; nobody is shown less than was promised, whatever becomes of them."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import create_app
from api.settings import Settings

from .audits.clients import Reply
from .audits.replicas import Three, audit, hold_up, let_go_on, three_servers, trouble
from .cluster import new_database
from .conftest import PATIENCE_MS, Server, facts

pytestmark = pytest.mark.process

CLIENTS = 5


@pytest.fixture(scope="module")
def three() -> Iterator[Three]:
    """A server, and two replicas of it."""
    with three_servers() as servers:
        yield servers


@pytest.fixture(scope="module")
def served(three: Three, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service in two processes."""
    running = three.serve(tmp_path_factory.mktemp("served") / "service.log")
    yield running
    running.stop()


def serving(url: str, most_lag_ms: int, *replicas: str) -> FlaskClient:
    """The service in this process, without a cache."""
    chosen = {"read_database_urls": replicas, "replica_lag_ms": most_lag_ms, "query_timeout_ms": PATIENCE_MS}
    return create_app(Settings(database_url=url, **chosen)).test_client()


@pytest.fixture(scope="module")
def patient(three: Three) -> FlaskClient:
    """One that reads from replicas however far they are behind."""
    return serving(three.url, 3_600_000, *three.read_urls.split(","))


@pytest.fixture(scope="module")
def strict(three: Three) -> FlaskClient:
    """One that soon does not."""
    return serving(three.url, 100, *three.read_urls.split(","))


def until(shown: Callable[[], Any]) -> Any:
    """What is shown when it is something, within the patience of a test."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if found := shown():
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")


def standings(client: FlaskClient) -> list[str]:
    return [replica["standing"] for replica in client.get("/health/ready").get_json()["replicas"]]


def await_both(client: FlaskClient, standing: str) -> None:
    until(lambda: standings(client) == [standing, standing])


def write(client: FlaskClient, three: Three, record_id: str) -> str:
    """Publish a party; the version after it."""
    body = {"id": record_id, "name": record_id.title(), "kind": "person"}
    bearer = {"Authorization": f"Bearer {three.key}"}
    answer = client.post("/v1/parties?publish=true", json=body, headers=bearer)
    assert answer.status_code == 201, answer.text
    return answer.headers["Facts-Version"]


def test_nobody_reads_less_than_was_promised_whatever_becomes_of_replicas(
    three: Three, served: Server
) -> None:
    findings = audit(three, served, CLIENTS, 400, lambda found: trouble(three, served, found))

    assert findings.failed == []
    assert findings.stale == []
    assert findings.writes > CLIENTS
    assert set(findings.reads) == {"token", "key", "none"}
    assert {(1, "lagging"), (1, "unreachable"), (2, "unreachable")} <= findings.standings
    assert facts("doctor", "--db", three.url).stdout == "everything agrees\n"


@pytest.fixture
def held_up(three: Three, patient: FlaskClient, strict: FlaskClient) -> Iterator[tuple[str, str]]:
    """A party that was published, of which replicas show nothing, and the version after it."""
    for client in (patient, strict):
        await_both(client, "following")
    for replica in three.replicas:
        hold_up(replica)
    try:
        record_id = f"held-up-{token_hex(4)}"
        yield record_id, write(patient, three, record_id)
    finally:
        for replica in three.replicas:
            let_go_on(replica)


def test_a_number_that_replicas_lack_is_read_from_the_primary(
    three: Three, patient: FlaskClient, held_up: tuple[str, str]
) -> None:
    def status(path: str, **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return patient.get(path, headers=named).status_code

    record_id, version = held_up
    at_least, keyed = {"Facts-Min-Version": version}, {"Authorization": f"Bearer {three.key}"}
    last = patient.get("/v1/changes?limit=1", headers=at_least).get_json()["last"]

    assert [status(f"/v1/parties/{record_id}"), status(f"/parties/{record_id}")] == [404, 404]
    assert [status(f"/v1/parties/{record_id}", **headers) for headers in (at_least, keyed)] == [200, 200]
    assert status(f"/v1/parties/{record_id}?as_of=seq:{last}") == 200
    assert status(f"/parties/{record_id}?as_of=seq%3A{last}") == 200
    assert status(f"/v1/changes?since={last}") == 200
    assert [status(f"/v1/parties?as_of=seq:{last + 1}"), status(f"/v1/changes?since={last + 1}")] == [
        400,
        410,
    ]
    assert standings(patient) == ["following", "following"]


def test_a_replica_that_is_too_far_behind_is_not_read_from(
    strict: FlaskClient, held_up: tuple[str, str]
) -> None:
    record_id, _ = held_up
    await_both(strict, "lagging")

    assert strict.get(f"/v1/parties/{record_id}").status_code == 200
    assert strict.get(f"/parties/{record_id}").status_code == 200


def test_where_replicas_are_is_nobodys_business(patient: FlaskClient) -> None:
    shown = patient.get("/health/ready")

    assert [set(replica) for replica in shown.get_json()["replicas"]] == [
        {"number", "standing", "lag_ms"}
    ] * 2
    assert shown.headers["Cache-Control"] == "no-store"


def test_what_is_no_replica_of_the_record_is_not_read_from(three: Three) -> None:
    other = new_database(three.primary.address)
    facts("key", "create", "Another's", "--role", "editor", "--db", other)

    client = serving(three.url, 1_000, three.url, other)

    until(lambda: standings(client) == ["promoted", "foreign"])
    assert client.get("/v1/parties").status_code == 200


# A bound that an operator accepts


def test_a_commit_is_noticed_sooner_than_the_bound(
    three: Three, patient: FlaskClient, tmp_path: Path
) -> None:
    running = three.serve(tmp_path / "service.log", workers=1, FACTS_CACHE_STALENESS_MS="60000")
    try:
        until(lambda: running.get("/v1/parties?limit=1")[0] == 200)
        before = json.loads(running.get("/v1/parties?count=true")[2])["page"]["total"]
        write(patient, three, "told-of")

        until(lambda: json.loads(running.get("/v1/parties?count=true")[2])["page"]["total"] == before + 1)
    finally:
        running.stop()


# The primary dies


def test_reads_go_on_without_the_primary_and_a_replica_takes_its_place(tmp_path: Path) -> None:
    """The steps of docs/scaling.md."""
    with three_servers() as three:
        first, second = three.replicas
        hosts = f"127.0.0.1:{three.primary.port},127.0.0.1:{first.port}"
        url = f"postgresql://facts@{hosts}/facts?target_session_attrs=read-write"
        running = three.serve(tmp_path / "service.log", url=url)
        curator = running.client(three.key)

        def written(record_id: str) -> Reply:
            body = {"id": record_id, "name": record_id.title(), "kind": "person"}
            return curator.send("POST", "/v1/parties?publish=true", body)

        def shown(*standings: str) -> bool:
            found = json.loads(running.get("/health/ready")[2])
            return [replica["standing"] for replica in found["replicas"]] == list(standings)

        try:
            until(lambda: shown("following", "following"))
            token = written("before").headers["facts-version"]
            until(lambda: running.get("/v1/parties/before")[0] == 200)

            three.primary.stop("immediate")
            read = [running.get("/v1/parties/before", Facts_Min_Version=token)[0] for _ in range(6)]
            assert read == [200] * 6
            assert json.loads(running.get("/health/ready")[2])["status"] == "read-only"
            assert written("meanwhile").status == 503

            first.promote()
            second.follow(first)
            until(lambda: written("after").status in (201, 409))
            until(lambda: shown("promoted", "following"))
            assert {running.get("/v1/parties/before")[0] for _ in range(6)} == {200}
            until(lambda: {running.get("/v1/parties/after")[0] for _ in range(6)} == {200})
        finally:
            running.stop()
            three.primary.start()


# Settings


@pytest.mark.parametrize(
    "urls", ["sqlite:///facts.db", "postgresql://replica/facts,replica", "http://secret@replica"]
)
def test_an_address_that_no_replica_can_have_is_refused(urls: str) -> None:
    done = facts("doctor", FACTS_READ_DATABASE_URLS=urls, FACTS_DATABASE_URL="postgresql://server/facts")

    assert done.returncode == 2
    assert "FACTS_READ_DATABASE_URLS takes postgresql://… addresses" in done.stderr
    assert "secret" not in done.stderr


def test_a_file_has_no_replicas() -> None:
    done = facts(
        "doctor", FACTS_READ_DATABASE_URLS="postgresql://r/facts", FACTS_DATABASE_URL="sqlite:///f.db"
    )

    assert done.returncode == 2
    assert "FACTS_DATABASE_URL must then be that of the server which they follow" in done.stderr
