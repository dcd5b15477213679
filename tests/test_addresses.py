"""Addresses that the service gives out: relative, by its public address, or as the request reached it."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from .conftest import Desk, client_of, facts_alone

pytestmark = pytest.mark.process

BASE = "https://facts.example.org"
#: How a request may reach the service; none of it is repeated where a host is not asked for.
REACHED = "http://proxy.example:8443"
CLAIM = "/v1/claims/abe-seeks-treaty-progress-in-term"


@pytest.fixture
def known(loaded: Path) -> FlaskClient:
    """A client of a service that knows its public address."""
    return client_of(loaded, base_url=BASE)


# Redirects of the router


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/v1//parties", "/v1/parties"),
        ("/v1//parties?limit=2&kind=state,city", "/v1/parties?limit=2&kind=state,city"),
        ("/v1/claims//abe-seeks-treaty-progress-in-term", CLAIM),
        ("/v1///claims", "/v1/claims"),
        ("/health//ready", "/health/ready"),
        ("/docs", "/docs/"),
        ("/docs?x=1", "/docs/?x=1"),
    ],
)
def test_a_redirect_names_no_host_and_has_no_page(client: FlaskClient, path: str, target: str) -> None:
    address, _, query = path.partition("?")
    written = {"PATH_INFO": address, "QUERY_STRING": query}
    moved = client.get("/", base_url=REACHED, environ_overrides=written)

    assert (moved.status_code, moved.headers["Location"]) == (308, target)
    assert moved.data == b""
    assert "html" not in str(moved.headers)


# The public address


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://facts.example.org", "https://facts.example.org"),
        ("https://facts.example.org/", "https://facts.example.org"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://example.org/facts", None),
        ("https://example.org/facts/", None),
        ("https://example.org?x=1", None),
        ("https://example.org/#top", None),
        ("https://user:secret@example.org", None),
        ("ftp://example.org", None),
        ("facts.example.org", None),
    ],
)
def test_a_public_address_is_a_host_or_the_service_does_not_start(
    loaded: Path, url: str, kept: str | None
) -> None:
    done = facts_alone("key", "list", "--db", f"sqlite:///{loaded}", FACTS_BASE_URL=url)

    assert done.returncode == (0 if kept else 2), done.stderr
    if kept is None:
        assert "FACTS_BASE_URL" in done.stderr
        assert "such as https://" in done.stderr or "of its own: https://" in done.stderr
        assert "secret" not in done.stderr


def test_links_are_absolute_where_the_public_address_is_known(known: FlaskClient) -> None:
    links = {
        "/v1/claims?limit=1": [f"<{BASE}/v1/claims?limit=1&after="],
        f"{CLAIM}/revisions?limit=1": [],
        CLAIM: [f"<{BASE}{CLAIM}>", f"<{BASE}{CLAIM}/timemap>"],
    }
    for path, starts in links.items():
        field = known.get(path, base_url=REACHED).headers.get("Link", "")
        assert all(start in field for start in starts), field
        assert field.count("<") == field.count(f"<{BASE}/")
    timemap = known.get(f"{CLAIM}/timemap", base_url=REACHED).text
    assert timemap.count("<") == timemap.count(f"<{BASE}/") == 3
    [linkset] = known.get("/.well-known/api-catalog", base_url=REACHED).get_json()["linkset"]
    assert linkset["anchor"] == f"{BASE}/v1"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/claims?limit=2&kind=position&kind=demand",
        "/v1/search?q=treaty&limit=2",
        "/v1/timeline?limit=2",
        "/v1/sources/sputnik-wire-2019-07-21/references?limit=1",
        f"{CLAIM}/similar?limit=2",
    ],
)
def test_a_page_has_the_address_of_the_next_one(known: FlaskClient, path: str) -> None:
    answer = known.get(path, base_url=REACHED)
    page = answer.get_json()["page"]

    assert answer.headers["Link"] == f'<{BASE}{page["next_href"]}>; rel="next"'
    following = known.get(page["next_href"]).get_json()
    assert following["data"] == known.get(f"{path}&after={page['next']}").get_json()["data"]
    assert following["data"] != answer.get_json()["data"]


def test_the_last_page_has_no_next_one(client: FlaskClient) -> None:
    for path in ("/v1/places", f"{CLAIM}/revisions", "/v1/corrections"):
        page = client.get(path).get_json()["page"]
        assert (page["next"], page["next_href"]) == (None, None)


def test_links_are_relative_where_it_is_not_known(client: FlaskClient) -> None:
    for path in ("/v1/claims?limit=1", CLAIM):
        field = client.get(path, base_url=REACHED).headers["Link"]
        assert field.count("<") == field.count("</")


def test_addresses_in_records_stay_relative(known: FlaskClient) -> None:
    record = known.get(CLAIM, base_url=REACHED)

    assert set(re.findall(r'"href":"(.*?)/', record.text)) == {""}
    assert BASE not in record.text


@pytest.mark.parametrize("path", ["/docs/", "/v1/claims/nobody", "/v1", "/openapi.json", "/v1/claims"])
def test_what_a_client_calls_the_host_is_not_repeated(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url="http://evil.example:666")

    assert b"evil.example" not in answer.data
    assert "evil.example" not in str(answer.headers)


# The Atom feed

ATOM = "{http://www.w3.org/2005/Atom}"


def _links(element: Any) -> dict[str, str]:
    return {link.get("rel", "alternate"): link.get("href") for link in element.findall(f"{ATOM}link")}


def _feed(client: FlaskClient, address: str) -> Any:
    return ElementTree.fromstring(client.get(address, base_url=REACHED).data)


@pytest.fixture
def noted(desk: Desk) -> Desk:
    """A record with five public notes."""
    for number in range(5):
        note = {"kind": "clarification", "note": f"Number {number}."}
        changed = desk.change("PATCH", "parties/nhk", {"description": f"D {number}", "correction": note})
        assert changed.status_code == 200, changed.text
    return desk


@pytest.mark.parametrize(("base", "links", "ids"), [("", REACHED, "http://localhost"), (BASE, BASE, BASE)])
def test_links_of_the_feed_follow_the_request_and_ids_stay(
    noted: Desk, base: str, links: str, ids: str
) -> None:
    client = client_of(noted.path, base_url=base)

    feed = _feed(client, "/v1/corrections.atom?limit=2&kind=clarification")

    entry = feed.find(f"{ATOM}entry")
    assert _links(feed)["self"] == f"{links}/v1/corrections.atom?limit=2&kind=clarification"
    assert _links(feed)["next"].startswith(f"{links}/v1/corrections.atom?limit=2&kind=clarification&after=")
    assert _links(entry)["alternate"] == f"{links}/v1/parties/nhk/revisions/6"
    assert feed.find(f"{ATOM}id").text == f"{ids}/v1/corrections"
    assert entry.find(f"{ATOM}id").text == f"{ids}/v1/parties/nhk/revisions/6"


def test_every_note_is_reached_by_the_feeds_next_links(noted: Desk) -> None:
    address: str | None = "/v1/corrections.atom?limit=2"
    found: list[str] = []
    while address:
        feed = _feed(noted.client, address)
        found += [entry.find(f"{ATOM}summary").text for entry in feed.findall(f"{ATOM}entry")]
        address = _links(feed).get("next", "").removeprefix(REACHED)

    assert found == [f"Number {number}." for number in (4, 3, 2, 1, 0)]
    assert 'rel="next"' in noted.client.get("/v1/corrections.atom?limit=2").headers["Link"]
