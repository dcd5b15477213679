"""Pages for people: what every one of them keeps to, and what is said where there is nothing."""

import json
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from .conftest import Desk, client_of, facts
from .places import url_of
from .test_cache import Log

CLAIM = "/claims/abe-seeks-treaty-progress-in-term"
PAGES = [
    "/",
    CLAIM,
    f"{CLAIM}?as_of=seq:280&perspective=japan",
    "/dossiers/japan-russia-peace-treaty",
    "/dossiers/japan-russia-peace-treaty?perspective=japan",
    "/parties/abe-shinzo",
    "/places/four-islands?perspective=russia",
    "/dates/upper-house-election-2019?as_of=seq:280",
    "/sources/urdupoint-2019-07-21",
    "/search",
    "/search?q=hoppo+ryodo",
    "/search?q=abe&type=claim",
    "/corrections",
    "/corrections?kind=error",
    "/changes",
    "/changes?before=20",
    f"{CLAIM}?lang=ja&as_of=seq:280",
    "/dossiers/japan-russia-peace-treaty?lang=ru&perspective=russia",
]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NOTE = {"kind": "error", "note": "It was <b>not</b> so."}


#: What links led to, each followed once.
FOLLOWED: dict[str, int] = {}


def drawn(response: TestResponse) -> Any:
    """A page as a tree."""
    assert response.mimetype == "text/html", response.text
    return html.document_fromstring(response.text)


def words(tree: Any) -> str:
    """What a tree says, in one line."""
    return " ".join(tree.text_content().split())


def page(client: FlaskClient, path: str) -> Any:
    """The page at an address, as a tree."""
    response = client.get(path)
    assert response.status_code == 200, response.text
    return drawn(response)


# What every page keeps to


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_head_that_says_what_it_is(client: FlaskClient, path: str) -> None:
    tree = page(client, path)

    assert tree.get("lang") == dict(parse_qsl(urlsplit(path).query)).get("lang", "en")
    assert len(tree.findall(".//h1")) == 1
    assert tree.findtext(".//title")
    for name in ("description", "viewport"):
        assert tree.find(f".//meta[@name='{name}']").get("content")
    for name in ("og:title", "og:description", "og:url"):
        assert tree.find(f".//meta[@property='{name}']").get("content")
    canonical = urlsplit(tree.find(".//link[@rel='canonical']").get("href"))
    assert canonical.path == path.partition("?")[0]
    levels = [int(heading.tag[1]) for heading in tree.iter("h1", "h2", "h3", "h4")]
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))


def test_a_page_has_its_public_address_where_there_is_one(loaded: Path) -> None:
    tree = page(client_of(loaded, base_url="https://facts.example"), f"{CLAIM}?perspective=japan&x=y")

    assert tree.find(".//link[@rel='canonical']").get("href") == f"https://facts.example{CLAIM}"
    assert tree.find(".//meta[@property='og:url']").get("content") == f"https://facts.example{CLAIM}"
    assert f"https://facts.example{CLAIM}" in tree.findtext(".//pre")
    assert f"{CLAIM}" in tree.xpath("//aside//a/@href")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_links_to_the_same_as_json(client: FlaskClient, path: str) -> None:
    tree = page(client, path)
    twin = tree.find(".//link[@type='application/json']").get("href")

    assert twin in [a.get("href") for a in tree.findall(".//footer//a")]
    answer = client.get(twin)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")


@pytest.mark.parametrize("path", [path for path in PAGES if path.count("/") == 2 and "?" not in path])
def test_the_api_names_the_page_of_a_record(client: FlaskClient, path: str) -> None:
    links = client.get(f"/v1{path}").headers["Link"]

    assert f'<{path}>; rel="alternate"; type="text/html"' in links


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "WebSite"),
        (CLAIM, "Claim"),
        ("/claims/coalition-lost-two-thirds", "ClaimReview"),
        ("/dossiers/japan-russia-peace-treaty", "Collection"),
        ("/parties/abe-shinzo", "Person"),
        ("/parties/japan", "Country"),
        ("/places/four-islands", "Place"),
        ("/dates/upper-house-election-2019", "Event"),
        ("/sources/urdupoint-2019-07-21", "NewsArticle"),
    ],
)
def test_a_page_says_what_it_is_in_the_words_of_schema_org(client: FlaskClient, path: str, kind: str) -> None:
    (about,) = page(client, path).findall(".//script[@type='application/ld+json']")

    told = json.loads(about.text)
    assert (told["@context"], told["@type"]) == ("https://schema.org", kind)
    assert told["url"].endswith(path)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_no_other_host_and_runs_nothing_inline(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    tree = drawn(response)

    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert tree.xpath("//style|//*[@style]|//@*[starts-with(name(), 'on')]") == []
    loaded = [*tree.xpath("//script/@src|//img/@src"), *tree.xpath("//link[@rel='stylesheet']/@href")]
    assert loaded
    assert all(re.fullmatch(r"/static/\w+\.[0-9a-f]{12}\.(css|js)", address) for address in loaded)
    for script in tree.findall(".//script"):
        assert script.get("src") or script.get("type") == "application/ld+json"
    for address in loaded:
        kept = client.get(address)
        assert kept.status_code == 200
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_somewhere(client: FlaskClient, path: str) -> None:
    inside = {a for a in page(client, path).xpath("//a/@href") if a.startswith("/")}

    for address in inside - FOLLOWED.keys():
        FOLLOWED[address] = client.get(address).status_code
    assert len(inside) > 4
    assert {a: FOLLOWED[a] for a in inside if FOLLOWED[a] not in (200, 308)} == {}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_tag_and_is_not_sent_twice(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    asked = client.head(path)

    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")
    assert (asked.status_code, asked.data) == (200, b"")
    assert asked.headers["Content-Length"] == str(len(first.data))
    # An address that names its language is in it for everybody.
    assert ("Accept-Language" in first.headers["Vary"]) == ("lang=" not in path)


TRACKED = ["utm_source=x", "fbclid=%zz&a=%ff", "as_of=", "q=x", "%61=b&as%20of=1"]


@pytest.mark.parametrize("tracker", TRACKED)
def test_what_a_page_does_not_know_changes_nothing(client: FlaskClient, tracker: str) -> None:
    plain, tracked = client.get(CLAIM), client.get(f"{CLAIM}?{tracker}")

    assert (tracked.status_code, tracked.headers["ETag"]) == (200, plain.headers["ETag"])
    assert tracked.data == plain.data


def test_what_a_page_does_not_know_is_no_part_of_what_the_cache_keeps(own_copy: Path, tmp_path: Path) -> None:
    shutil.copy(own_copy, tmp_path / "facts.db")
    log = Log(tmp_path / "facts.db")
    asked = [CLAIM, *(f"{CLAIM}?{tracker}" for tracker in TRACKED), f"{CLAIM}?as_of=seq:280&utm_source=x"]

    bodies = [log.server.get(address)[2] for address in asked]
    # Under /v1 nothing is ignored, however often a page was asked for.
    assert log.server.get(f"/v1{CLAIM}?utm_source=x")[0] == 400

    cached = [bool(line.get("cached")) for line in log.stopped() if line.get("address", "").startswith(CLAIM)]
    assert cached == [False, *(True for _ in TRACKED), False]
    assert len(set(bodies[:-1])) == 1
    assert bodies[-1] not in bodies[:-1]


def test_a_page_is_kept_once_for_readers_of_every_language(own_copy: Path, tmp_path: Path) -> None:
    shutil.copy(own_copy, tmp_path / "facts.db")
    log = Log(tmp_path / "facts.db")
    names = "/places/four-islands?perspective=japan"
    paths = (CLAIM, f"{CLAIM}?lang=ja", f"{names}&lang=ja", names)
    for path in paths:
        for language in ("en", "de"):
            accepted = BROWSER["Accept"] if language == "en" else "*/*"
            log.server.get(path, Accept=accepted, Accept_Language=language)

    cached = [bool(line.get("cached")) for line in log.stopped() if line.get("address") in paths]
    # Only in which language names are is asked of all that a browser likes.
    assert cached == [False, True, False, True, False, True, False, False]


SAME = {"kind": "duplicate", "note": "The same"}
#: What became of the party by whose id names are asked -> what it is called, and whose id links lead on with.
USERS: dict[str, tuple[dict[str, str] | None, str, str]] = {
    "merge": ({"into": "japan", **SAME}, "Japan", "japan"),
    "retract": (SAME, "Nippon", "nippon"),
    "nothing": (None, "Nippon", "nippon"),
}


@pytest.mark.parametrize("became", USERS)
@pytest.mark.parametrize("path", ["/places/four-islands", "/places?kind=island", CLAIM])
def test_a_party_whose_names_are_shown_is_called_by_its_name(desk: Desk, became: str, path: str) -> None:
    body, name, id_ = USERS[became]
    desk.party("nippon", kind="state")
    if body:
        assert desk.change("POST", f"parties/nippon/{became}", body).status_code == 200

    sign = "&" if "?" in path else "?"
    tree = page(desk.client, f"{path}{sign}perspective=nippon")

    assert f"Names are those that {name} uses" in words(tree)
    assert [strong.text for strong in tree.xpath("//footer//p/strong")] == [name]
    led = [a for a in tree.xpath("//a/@href") if "perspective=" in a]
    assert any(f"perspective={id_}" in a for a in led)
    assert became != "merge" or not any("perspective=nippon" in a for a in led)


@pytest.mark.parametrize("path", ["/claims/", "/partys", "/claims/nobody-says-so", "/places/kunashiri"])
def test_a_page_of_a_problem_ends_its_sentence_once(client: FlaskClient, path: str) -> None:
    text = words(drawn(client.get(path, headers=BROWSER)))

    assert "There is nothing here" in text
    assert "?." not in text
    assert ".." not in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("as_of=soon", "is not a moment"),
        ("as_of=seq:999999999", "the feed has no number"),
        ("perspective=nobody-at-all", "nobody-at-all"),
        ("as_of=seq:1&as_of=seq:2", "more than once"),
    ],
)
def test_what_cannot_be_understood_is_said_on_a_page(client: FlaskClient, query: str, said: str) -> None:
    refused = client.get(f"{CLAIM}?{query}")

    assert refused.status_code == 400
    assert said in words(drawn(refused))


# What is not there


@pytest.fixture
def gone(desk: Desk) -> Desk:
    """A record with a party that was withdrawn, one that was merged, and one that was redacted."""
    for name in ("withdrawn", "double", "kept", "secret"):
        desk.party(name)
    desk.change("POST", "parties/withdrawn/retract", NOTE)
    desk.change("POST", "parties/double/merge", {"into": "kept", **NOTE})
    desk.change("POST", "parties/secret/retract", NOTE)
    facts("redact", "party", "secret", "--note", "Court order 12", "--db", url_of(desk.path))
    return desk


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/parties/withdrawn", 410, "It was <b>not</b> so."),
        ("/parties/secret", 451, "Court order 12"),
        ("/parties/nkh", 404, "nhk"),
        ("/parties/japan-russia-peace-treaty", 404, "is a dossier"),
        ("/parties/nhk/", 404, "/parties/nhk"),
        ("/partie/nhk", 404, "/parties/nhk"),
    ],
)
def test_what_is_not_there_is_said_on_a_page(gone: Desk, path: str, status: int, said: str) -> None:
    missing = gone.client.get(path, headers=BROWSER)

    assert missing.status_code == status
    assert said in words(drawn(missing))
    assert "unsafe" not in missing.headers["Content-Security-Policy"]
    assert missing.headers["Cache-Control"] == "no-cache"
    assert gone.client.head(path, headers=BROWSER).status_code == status


def test_a_merged_page_leads_to_the_survivor_for_good(gone: Desk) -> None:
    moved = gone.client.get("/parties/double?as_of=seq:1&as_of=&utm=%zz")
    then = gone.client.get("/parties/double")

    assert (then.status_code, then.headers["Location"], then.data) == (308, "/parties/kept", b"")
    assert moved.status_code == 404


def test_scripts_are_told_as_ever(gone: Desk) -> None:
    for path in ("/v1/parties/withdrawn", "/v1/nothing"):
        assert gone.client.get(path, headers=BROWSER).mimetype == "application/problem+json"
    assert gone.client.get("/nothing").mimetype == "application/problem+json"


def test_a_page_that_takes_too_long_is_given_up_and_says_so(desk: Desk) -> None:
    hurried = client_of(desk.path, query_timeout_ms=1)
    desk.database.execute_sql("PRAGMA wal_checkpoint")

    answers = [hurried.get("/dossiers/japan-russia-peace-treaty") for _ in range(3)]

    assert {answer.status_code for answer in answers} == {503}
    assert "cannot be shown just now" in words(drawn(answers[0]))
    assert answers[0].headers["Retry-After"]


KINDS = ["claims", "dossiers", "parties", "places", "dates", "sources"]


@pytest.mark.parametrize(
    "record_id", ["%00", "a%00b", "%ff%fe", "a" * 3000, "%F0%9F%8F%9D", "..", "a%2Fb", "<script>", "NHK", " "]
)
def test_what_cannot_be_an_id_has_no_page(client: FlaskClient, record_id: str) -> None:
    for kind in KINDS:
        missing = client.get(f"/{kind}/{record_id}", headers=BROWSER)
        assert missing.status_code in (400, 404), missing.text
        assert drawn(missing).findall(".//script[@src]")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/search?q=%00", 200),
        ("/search?q=%22%22%22", 200),
        ("/search?q=%F0%9F%8F%9D+%ED%A0%80", 200),
        ("/search?q=+++", 200),
        (f"/search?q={'x' * 501}", 400),
        ("/search?q=abe&type=fact", 400),
        ("/search?q=abe&after=nowhere", 400),
        ("/search?type=claim", 200),
        ("/corrections?after=nowhere", 400),
        ("/corrections?kind=opinion", 400),
        ("/changes?before=0", 400),
        ("/changes?before=1", 200),
        ("/changes?before=999999999999", 200),
        ("/changes?before=x", 400),
        (f"{CLAIM}?perspective=four-islands", 400),
        (f"{CLAIM}?as_of=0001-01-01", 404),
        ("/dossiers/japan-russia-peace-treaty?as_of=seq:0", 404),
    ],
)
def test_whatever_is_asked_of_a_page_has_a_page_for_an_answer(
    client: FlaskClient, address: str, status: int
) -> None:
    answer = client.get(address)

    assert answer.status_code == status
    assert words(drawn(answer).find(".//h1"))


@pytest.mark.parametrize(
    ("address", "accept", "media_type"),
    [
        ("/problems/not-found?lang=bad", "text/html,*/*;q=0.8", "text/html"),
        ("/problems/nothing", "text/html,*/*;q=0.8", "text/html"),
        ("/problems/not-found?lang=bad", "application/json", "application/problem+json"),
        ("/problems/not-found?lang=bad", "*/*", "application/problem+json"),
        ("/claims?as_of=bad", "*/*", "text/html"),
        ("/oembed?url=x", "text/html,*/*;q=0.8", "application/problem+json"),
        ("/v1/export?format=bad", "text/html,*/*;q=0.8", "application/problem+json"),
        ("/v1/nothing", "text/html,*/*;q=0.8", "application/problem+json"),
    ],
)
def test_what_would_be_a_page_is_refused_with_a_page(
    client: FlaskClient, address: str, accept: str, media_type: str
) -> None:
    answer = client.get(address, headers={"Accept": accept})

    assert answer.status_code >= 400
    assert answer.mimetype == media_type
