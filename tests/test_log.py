"""What the service says of itself: who wrote, who was refused, what failed and was slow, and no secret."""

import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from .conftest import Desk, Server, client_of, facts, key_for
from .places import url_of

pytestmark = pytest.mark.process

CLAIM = "/v1/claims/abe-seeks-treaty-progress-in-term"
NOTE = {"kind": "error", "note": "In a test."}


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Any:
    """The events of a test so far, as they were written."""
    caplog.set_level(logging.INFO, "facts")
    return lambda: [json.loads(record.getMessage()) for record in caplog.records if record.name == "facts"]


def test_every_write_leaves_a_trace_those_of_drafts_too(desk: Desk, said: Any) -> None:
    desk.send("POST", "parties", {"id": "bob", "name": "Bob", "kind": "person"}, key=desk.editor)
    desk.change("PATCH", "parties/bob", {"name": "Robert"}, key=desk.editor)
    desk.change("PATCH", "parties/bob", {"name": "Robert"}, key=desk.editor)
    desk.change("PATCH", "parties/bob?dry_run=true", {"name": "Rob"}, key=desk.editor)
    desk.change("DELETE", "parties/bob", key=desk.editor)
    retract = {
        "op": "retract",
        "type": "party",
        "id": "nhk",
        "if_match": desk.tag("parties/nhk"),
        "body": NOTE,
    }
    create = {"op": "create", "type": "party", "id": "ann", "body": {"name": "Ann", "kind": "person"}}
    desk.send("POST", "batch", [create, retract])

    written = [event for event in said() if event["event"] == "written"]
    assert [event["records"] for event in written] == [
        ["party bob created (draft)"],
        ["party bob updated (draft)"],
        ["party bob deleted (draft)"],
        ["party ann created (draft)", "party nhk retracted (retracted)"],
    ]
    assert [event["by"] for event in written] == ["Ed", "Ed", "Ed", "Pub"]
    assert written[0]["key"] == desk.editor["Authorization"].split("_")[1]
    assert (written[1]["method"], written[1]["address"]) == ("PATCH", "/v1/parties/bob")


def test_a_refused_key_leaves_a_trace(desk: Desk, said: Any) -> None:
    key = desk.editor["Authorization"].removeprefix("Bearer ")
    facts("key", "revoke", key.split("_")[1], "--db", url_of(desk.path))

    refused = desk.client.get("/v1/claims?limit=1", headers={"Authorization": f"Bearer {key}"})

    [event] = said()
    assert event["event"] == "an API key was refused"
    assert event["key"] == key.split("_")[1]
    assert event["request"] == refused.headers["X-Request-Id"]
    assert event["address"] == "/v1/claims?limit=1"
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def test_a_slow_query_says_which_it_was(loaded: Path, said: Any) -> None:
    answer = client_of(loaded, query_timeout_ms=1).get("/v1/search?q=a&facets=kind,claimant,type")

    assert answer.status_code == 503
    [event] = said()
    assert event["event"] == "the database is too-slow"
    assert event["address"] == "/v1/search?q=a&facets=kind,claimant,type"
    assert event["request"] == answer.get_json()["request_id"]
    assert event["time"].endswith("Z")


def test_a_failure_says_where_and_why(database_file: Path, said: Any) -> None:
    client = client_of(database_file)
    client.application.extensions["facts.database"].execute_sql("DROP TABLE posting")

    answer = client.get("/v1/claims?kind=demand")

    assert answer.status_code == 500
    [event] = said()
    assert (event["event"], event["address"]) == ("failed", "/v1/claims?kind=demand")
    assert event["request"] == answer.get_json()["request_id"]
    assert "posting" in event["traceback"]


def test_each_request_is_a_line_where_that_is_asked_for_and_no_line_has_a_secret(database_file: Path) -> None:
    key = key_for(database_file)
    secret = key.split("_", 2)[2]
    server = Server(database_file, workers=1, FACTS_ACCESS_LOG="true")
    bearer = {"Authorization": f"Bearer {key}"}
    server.send("GET", CLAIM, None, bearer)
    server.send("GET", f"/v1/claims?key={key}", None, bearer)
    server.send("GET", f"/v1/claims?key={quote(key).replace('_', '%5F')}", None, {})
    server.send("GET", f"/v1/{key}", None, {"X-Request-Id": key})
    server.send("GET", "/v1/parties/nhk", None, {"Authorization": f"Bearer {key}x"})
    server.send("GET", "/v1/search?q=%E5%8C%97%E6%96%B9%0A", None, {})
    server.send(
        "POST",
        "/v1/parties",
        b'{"id":"bob","name":"Bob","kind":"person"}',
        bearer | {"Content-Type": "application/json"},
    )
    server.stop()

    lines = [line for line in Path(server.log.name).read_text().splitlines() if line.startswith("{")]
    events = [json.loads(line) for line in lines]
    answered = [event for event in events if event["event"] == "answered"]
    assert secret not in "".join(lines)
    assert secret not in Path(server.log.name).read_text()
    by_address = {event["address"]: event for event in answered}
    assert by_address[CLAIM]["status"] == 200
    assert by_address[CLAIM]["key"] == key.split("_")[1]
    assert by_address[CLAIM]["bytes"] > 1000
    assert by_address[CLAIM]["ms"] >= 0
    assert by_address[CLAIM]["client"] == "127.0.0.1"
    assert by_address["/v1/parties/nhk"]["status"] == 401
    assert "/v1/search?q=北方\n" in by_address
    assert len([event for event in events if event["event"] == "written"]) == 1


def test_without_that_a_read_is_no_line(database_file: Path) -> None:
    server = Server(database_file, workers=1)
    server.get(CLAIM)
    server.stop()

    assert "answered" not in Path(server.log.name).read_text()
