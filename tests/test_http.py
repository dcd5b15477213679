"""HTTP as the specifications have it: validators, negotiation, problems, and what hostile clients send."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from .conftest import Server, client_of

CLAIM = "/v1/claims/abe-seeks-treaty-progress-in-term"
READABLE = [
    CLAIM,
    f"{CLAIM}?fields=kind",
    f"{CLAIM}?include=attribution.party",
    f"{CLAIM}/references",
    "/v1/claims",
    "/v1/claims?limit=3&include=citations.source",
    "/v1/claims?id=abe-seeks-treaty-progress-in-term",
    "/v1",
    "/v1/vocabularies",
    "/v1/vocabularies/stances",
    "/openapi.json",
    "/openapi.yaml",
    "/problems/gone",
    "/.well-known/api-catalog",
    "/health/live",
    "/health/ready",
]


# Validators


@pytest.mark.parametrize("path", READABLE)
def test_everything_readable_has_a_strong_tag_and_answers_304(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]

    assert re.fullmatch(r'"[0-9a-f]+"', tag)
    assert first.headers["Cache-Control"] == "no-cache"
    assert "Accept" in first.headers["Vary"]
    for tags in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": tags})
        assert again.status_code == 304, tags
        assert again.data == b""
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == "no-cache"
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", READABLE)
def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient, path: str) -> None:
    got, asked = client.get(path), client.head(path)

    assert asked.data == b""
    assert asked.status_code == got.status_code
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control", "Vary"):
        assert asked.headers[name] == got.headers[name]


@pytest.mark.parametrize("path", READABLE)
def test_options_lists_the_methods(client: FlaskClient, path: str) -> None:
    response = client.options(path)

    assert response.status_code == 200
    assert set(response.headers["Allow"].split(", ")) >= {"GET", "HEAD", "OPTIONS"}


def test_answers_under_parameters_have_their_own_tags(client: FlaskClient) -> None:
    tags = {client.get(path).headers["ETag"] for path in READABLE}

    assert len(tags) == len(READABLE)


def test_a_record_says_when_it_changed(client: FlaskClient) -> None:
    response = client.get(CLAIM)
    changed = datetime.fromisoformat(response.get_json()["meta"]["updated"])

    assert response.headers["Last-Modified"] == format_datetime(
        changed.replace(microsecond=0, tzinfo=UTC), usegmt=True
    )


def test_if_modified_since_is_honoured_where_no_tag_is_sent(client: FlaskClient) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    earlier = "Mon, 01 Jan 2018 00:00:00 GMT"
    stale = {"If-None-Match": '"other"', "If-Modified-Since": later}

    assert client.get(CLAIM, headers={"If-Modified-Since": earlier}).status_code == 200
    assert client.get(CLAIM, headers=stale).status_code == 200
    for nonsense in ("yesterday", "", "Mon, 99 Jan 2018 00:00:00 GMT"):
        assert client.get(CLAIM, headers={"If-Modified-Since": nonsense}).status_code == 200


# Other sites


def test_scripts_of_other_sites_may_read(client: FlaskClient) -> None:
    for path in (CLAIM, "/nothing", "/v1/claims?limit=0"):
        response = client.get(path, headers={"Origin": "https://a.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        exposed = response.headers["Access-Control-Expose-Headers"]
        assert {"ETag", "Link", "Retry-After", "X-Request-Id"} <= set(exposed.split(", "))


def test_a_preflight_says_what_is_allowed(client: FlaskClient) -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    response = client.options(CLAIM, headers=asked | {"Access-Control-Request-Headers": "if-none-match"})

    assert response.status_code == 200
    assert "GET" in response.headers["Access-Control-Allow-Methods"]
    assert "If-None-Match" in response.headers["Access-Control-Allow-Headers"]


# Request ids


def test_a_clients_request_id_comes_back(client: FlaskClient) -> None:
    assert client.get("/v1", headers={"X-Request-Id": "desk-7f3a"}).headers["X-Request-Id"] == "desk-7f3a"


@pytest.mark.parametrize("given", ["short", "a" * 65, "a b c d e f g", "<script>alert(1)</script>"])
def test_a_request_id_that_could_harm_a_log_is_replaced(client: FlaskClient, given: str) -> None:
    found = client.get("/v1/claims/x", headers={"X-Request-Id": given})

    assert re.fullmatch("[0-9a-f]{16}", found.headers["X-Request-Id"])
    assert found.get_json()["request_id"] == found.headers["X-Request-Id"]


# Negotiation and methods


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200),
        ("*/*", 200),
        ("application/json", 200),
        ("application/*", 200),
        ("text/html, application/json;q=0.1", 200),
        ("text/html,*/*;q=0.1", 200),
        ("text/csv", 406),
        ("application/json;q=0", 406),
        ("image/png, text/html", 406),
    ],
)
def test_a_record_is_served_as_json_or_refused(client: FlaskClient, accept: str | None, status: int) -> None:
    response = client.get(CLAIM, headers={"Accept": accept} if accept else {})

    assert response.status_code == status
    if status == 406:
        assert "application/json" in response.get_json()["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_a_method_that_is_not_served_is_405_with_allow(client: FlaskClient, method: str) -> None:
    response = client.open("/v1", method=method)

    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert response.content_type == "application/problem+json"


# Problems


def test_a_problems_type_leads_to_a_page(client: FlaskClient) -> None:
    for path in ("/v1/claims/nobody", "/v1/claims?limit=0", "/nothing/here"):
        problem = client.get(path).get_json()

        page = client.get(problem["type"], headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert page.content_type == "text/html; charset=utf-8"
        assert problem["title"] in page.text
        as_json = client.get(problem["type"]).get_json()
        assert (as_json["title"], as_json["status"]) == (problem["title"], problem["status"])


def test_problem_types_are_absolute_where_the_address_is_known(loaded: Path) -> None:
    problem = client_of(loaded, base_url="https://facts.example.org").get("/v1/claims/nobody").get_json()

    assert problem["type"] == "https://facts.example.org/problems/not-found"


def test_a_record_of_another_type_says_where_it_stands(client: FlaskClient) -> None:
    response = client.get("/v1/claims/abe-shinzo")

    assert response.status_code == 404
    assert "/v1/parties/abe-shinzo" in response.get_json()["detail"]


def test_a_misspelt_record_suggests_the_right_one(client: FlaskClient) -> None:
    response = client.get("/v1/parties/abe-shinso")

    assert response.status_code == 404
    assert response.get_json()["did_you_mean"] == "abe-shinzo"


# Through a real server: what its parser refuses, and what a linter of HTTP says

HOST = b"Host: facts.example\r\nConnection: close\r\n"
REFUSED = {
    "a long address": (b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "a long query": (b"GET /v1/claims?kind=" + b"a" * 10_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "a long header": (b"GET /v1 HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 10_000 + b"\r\n\r\n", 431),
    "many headers": (b"GET /v1 HTTP/1.1\r\n" + HOST + b"X-N: 1\r\n" * 200 + b"\r\n", 431),
    "NUL in the line": (b"GET /v1\x00 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "NUL in a header": (b"GET /v1 HTTP/1.1\r\n" + HOST + b"X-Nul: a\x00b\r\n\r\n", 400),
    "no HTTP at all": (b"HELLO THERE\r\n\r\n", 400),
    "a wrong version": (b"GET /v1 HTTP/9.9\r\n" + HOST + b"\r\n", 400),
    "two lengths": (
        b"GET /v1 HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        400,
    ),
    "a broken length": (b"POST /v1 HTTP/1.1\r\n" + HOST + b"Content-Length: ten\r\n\r\n", 400),
    "length and chunks": (
        b"POST /v1 HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "a NUL in the path": (b"GET /v1/claims/%00 HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    "a NUL in an address": (b"GET /nothing%00 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a NUL in the query": (b"GET /v1/claims?kind=%00 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "no UTF-8 in the path": (b"GET /v1/claims/%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    "no UTF-8 in an address": (b"GET /%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "no UTF-8 in the query": (b"GET /v1/claims?kind=%ff HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "bare bytes in the query": (b"GET /v1/claims?kind=\xff HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a broken escape": (b"GET /v1/claims?kind=%zz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "many parameters": (b"GET /v1/claims?" + b"a&" * 500 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a surrogate": (b"GET /v1/claims?said=%ed%a0%80 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "an unknown address": (b"GET /v2/claims HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    "a way upwards": (b"GET /v1/../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n", 404),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_request_gets_a_problem_that_names_the_fault(server: Server, case: str) -> None:
    request, status = REFUSED[case]

    head, _, body = server.raw(request).partition(b"\r\n\r\n")

    assert head.startswith(f"HTTP/1.1 {status} ".encode()), head
    assert b"application/problem+json" in head
    assert b"x-request-id" in head.lower()
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/")
    assert len(problem["detail"]) > 15
    assert server.get("/health/live")[0] == 200


LINTED = {
    "a record": (CLAIM, {}),
    "a collection": ("/v1/claims?limit=2", {}),
    "a problem": ("/v1/claims?limit=0", {}),
    "a missing record": ("/v1/claims/nobody", {}),
    "a description": ("/openapi.json", {}),
    "a page": ("/problems/gone", {"Accept": "text/html"}),
}


@pytest.mark.parametrize("case", [*LINTED, "a 304"])
def test_a_linter_of_http_finds_no_error(server: Server, case: str) -> None:
    path, headers = LINTED.get(case, (CLAIM, {}))
    if case == "a 304":
        headers = {"If-None-Match": server.get(CLAIM)[1]["etag"]}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    raw = server.raw(b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST + lines + b"\r\n")

    linted = subprocess.run(
        [Path(sys.executable).with_name("httplint"), "-n"], input=raw, capture_output=True, timeout=60
    )

    notes = linted.stdout.decode()
    assert linted.returncode == 0, linted.stderr.decode()
    assert "### General" in notes
    assert "[BAD]" not in notes, notes
    assert (" 304 " in raw[:20].decode()) == (case == "a 304")
