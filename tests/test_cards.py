"""Cards of claims for other sites: in a frame, as an element, by oEmbed; and what search engines see."""

import json
import re
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha384
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from lxml import html

from api.pages import card, sitemap
from api.records.core.registry import CLAIM, PARTY

from .conftest import ROOT, Desk, Json, Server, key_for, read
from .test_pages import page, words

ABE = "abe-seeks-treaty-progress-in-term"
NOTE = {"kind": "error", "note": "It was another day."}
#: Files that other sites load under these names, with the digests by which they know them: they never change.
PUBLISHED = {"fact-claim.v1.js": "sha384-kNIFan0tgk0DYmSB9462m1K3oSV/OD6Qiu8u8EWr3PFrdWB6Kn1kXzRLxRT4ywew"}


def _card(desk: Desk, address: str, status: int = 200) -> Any:
    response = desk.client.get(f"/embed/claims/{address}")
    assert response.status_code == status, response.text
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers
    return html.document_fromstring(response.text)


@pytest.fixture
def told(desk: Desk) -> Desk:
    """A claim whose second revision corrects the first."""
    desk.source("paper", "nhk")
    desk.claim("told", "paper")
    corrected = desk.change("PATCH", "claims/told", {"proposition": "Told anew.", "correction": NOTE})
    assert corrected.status_code == 200, corrected.text
    return desk


# In a frame


def test_a_card_says_what_is_claimed_by_whom_and_how_it_stands(client: FlaskClient) -> None:
    response = client.get(f"/embed/claims/{ABE}")

    card = html.document_fromstring(response.text)
    said = words(card.find("body"))
    assert words(card.find(".//blockquote")) == read(client, f"claims/{ABE}")["proposition"]
    assert "Shinzo Abe, 21 July 2019" in said
    assert "Reported by one voice: NHK." in said
    [link] = card.xpath("//a/@href")
    assert client.get(link).status_code == 200
    assert card.xpath("//script") == []
    assert len(response.data) < 3_000


def test_no_page_but_a_card_stands_in_a_frame(client: FlaskClient) -> None:
    for path in ("/", f"/claims/{ABE}", "/search", "/claims/nobody"):
        headers = client.get(path, headers={"Accept": "text/html"}).headers

        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"


def test_a_card_that_is_pinned_shows_its_revision_and_that_it_was_corrected(told: Desk) -> None:
    now, then = words(_card(told, "told").body), words(_card(told, "told?revision=1").body)

    assert "Told anew." in now
    assert "Corrected on" in now
    assert "It was another day." in now
    assert "told." in then
    assert "Told anew." not in then
    assert "revision 1" in then
    assert "Corrected since. It was another day." in then
    assert "Corrected since" not in words(_card(told, "told?revision=2").body)
    assert "has no revision 3" in words(_card(told, "told?revision=3", 404).body)


def test_what_is_only_added_is_no_correction_to_a_card(told: Desk) -> None:
    added = {"kind": "enrichment", "note": "Said where."}
    about = {"about": {"places": ["kunashir"]}, "correction": added}
    assert told.change("PATCH", "claims/told", about).status_code == 200

    assert "Corrected since" not in words(_card(told, "told?revision=2").body)
    assert "Corrected since" in words(_card(told, "told?revision=1").body)


def test_a_card_says_that_it_was_corrected_although_the_note_is_long_ago(
    told: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = {"kind": "enrichment", "note": "Said where."}
    about = {"about": {"places": ["kunashir"]}, "correction": added}
    assert told.change("PATCH", "claims/told", about).status_code == 200
    monkeypatch.setattr(card, "_MOST", 1)

    assert "Corrected since." in words(_card(told, "told?revision=1").body)


def test_a_card_warns_of_what_contradicts_the_claim_also_where_it_is_pinned(told: Desk) -> None:
    told.claim("other", "paper", relations=[{"type": "contradicts", "claim": "told"}])

    for address in ("told", "told?revision=1"):
        warned = " ".join(words(p) for p in _card(told, address).xpath("//*[@class='warning']"))
        assert "Published claims say otherwise: other." in warned


def test_a_card_of_what_was_withdrawn_says_so(told: Desk) -> None:
    assert told.change("POST", "claims/told/retract", NOTE).status_code == 200

    for address in ("told", "told?revision=1"):
        assert "It was another day." in words(_card(told, address, 410).body)


def test_a_card_of_what_was_merged_is_the_survivors(told: Desk) -> None:
    told.claim("survivor", "paper")
    assert told.change("POST", "claims/told/merge", {**NOTE, "into": "survivor"}).status_code == 200

    response = told.client.get("/embed/claims/told?theme=dark&revision=1&lang=ja")

    assert response.status_code == 308
    assert response.headers["Location"] == "/embed/claims/survivor?lang=ja&theme=dark"


@pytest.mark.parametrize(
    ("asked", "theme"), [("", "auto"), ("?theme=dark", "dark"), ("?theme=light", "light")]
)
def test_a_card_is_light_or_dark_as_it_is_asked(client: FlaskClient, asked: str, theme: str) -> None:
    card = html.document_fromstring(client.get(f"/embed/claims/{ABE}{asked}").text)

    assert card.get("class") == theme


def test_a_theme_that_there_is_not_is_refused(client: FlaskClient) -> None:
    response = client.get(f"/embed/claims/{ABE}?theme=pink")

    assert response.status_code == 400
    assert "auto, light, dark" in response.text


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{7*7}} ]]>"


def test_no_text_of_the_record_runs_in_a_card_or_in_the_code_for_it(desk: Desk) -> None:
    desk.put(PARTY, "mallory", name=HOSTILE, kind="person")
    desk.source("paper", "nhk")
    said = [{"party": "mallory", "role": "said"}]
    desk.put(
        CLAIM,
        "evil",
        proposition=HOSTILE,
        kind="statement",
        citations=[{"source": "paper"}],
        attribution=said,
    )

    card = _card(desk, "evil")
    codes = [
        html.fragment_fromstring(c.text_content(), "div")
        for c in page(desk.client, "/claims/evil").xpath("//pre")
    ]
    framed = html.fragment_fromstring(desk.client.get("/oembed?url=/claims/evil").get_json()["html"], "div")

    assert words(card.find(".//blockquote")) == HOSTILE
    for tree in (card, framed):
        assert tree.xpath("//script | //img | //*[@onerror]") == []
    element = next(code for code in codes if code.xpath(".//fact-claim"))
    assert [s.get("src") for s in element.xpath(".//script")] == ["http://localhost/static/fact-claim.v1.js"]
    assert element.xpath(".//img | .//*[@onerror]") == []


# oEmbed


def test_a_page_of_a_claim_says_where_its_card_is_described(client: FlaskClient) -> None:
    links = page(client, f"/claims/{ABE}").xpath("//link[contains(@type, '+oembed')]")

    found = {link.get("type"): client.get(link.get("href")) for link in links}

    described = found["application/json+oembed"].get_json()
    assert described["type"] == "rich"
    assert described["version"] == "1.0"
    assert described["author_name"] == "Shinzo Abe"
    frame = html.fragment_fromstring(described["html"])
    assert client.get(frame.get("src")).status_code == 200
    assert (frame.get("width"), frame.get("height")) == (str(described["width"]), str(described["height"]))
    tree = ElementTree.fromstring(found["text/xml+oembed"].data)
    assert {child.tag: child.text for child in tree} == {k: str(v) for k, v in described.items()}
    assert page(client, "/parties/nhk").xpath("//link[contains(@type, '+oembed')]") == []


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        (f"url=http://localhost/claims/{ABE}?utm_source=x", 200, ""),
        (f"url=http://localhost/v1/claims/{ABE}", 200, ""),
        (f"url=/embed/claims/{ABE}", 200, ""),
        (f"url=/claims/{ABE}&maxwidth=10&unknown=1", 200, ""),
        (f"url=http://elsewhere.example/claims/{ABE}", 404, "no claim of this record"),
        ("url=http://localhost/parties/nhk", 404, "no claim of this record"),
        ("url=/claims/nobody", 404, "no claim has the id"),
        ("url=http%3A%2F%2F%5B", 400, "no address"),
        ("", 400, "name the address"),
        (f"url=/claims/{ABE}&format=yaml", 501, "json"),
        (f"url=/claims/{ABE}&maxwidth=wide", 400, "maxwidth"),
    ],
)
def test_oembed_answers_as_its_specification_has_it(
    client: FlaskClient, asked: str, status: int, said: str
) -> None:
    response = client.get(f"/oembed?{asked}")

    assert response.status_code == status
    assert said in (response.text if status == 200 else response.get_json()["detail"])
    if status != 200:
        kind = client.get(response.get_json()["type"], headers={"Accept": "application/json"})
        assert kind.get_json()["status"] == status


def test_oembed_keeps_to_the_room_that_there_is(client: FlaskClient) -> None:
    sizes = [
        (d["width"], d["height"])
        for more in ("", "&maxwidth=400", "&maxwidth=9000&maxheight=200", "&maxwidth=1")
        for d in [client.get(f"/oembed?url=/claims/{ABE}{more}").get_json()]
    ]

    assert sizes == [(600, 300), (400, 300), (600, 200), (120, 300)]


# The element


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_other_sites_load_stays_what_it_is(client: FlaskClient, name: str) -> None:
    response = client.get(f"/static/{name}", headers={"Origin": "https://news.example"})

    digest = f"sha384-{b64encode(sha384(response.data).digest()).decode()}"
    assert digest == PUBLISHED[name], "pages of others name this digest: give a changed file another number"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in response.headers["Cache-Control"]
    assert len(response.data) < 10_000
    assert f'integrity="{digest}"' in words(page(client, f"/claims/{ABE}"))


# In a browser


class Site:
    """Another site, with one page."""

    def __init__(self) -> None:
        body = self.body = bytearray()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(bytes(body))

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where its page is: another host than the record's, and another port."""
        return f"http://localhost:{self.server.server_address[1]}/"


@pytest.fixture
def site() -> Iterator[Site]:
    """Another site."""
    found = Site()
    yield found
    found.server.shutdown()


def _browser(script: str, *arguments: str) -> Json:
    command = ["node", str(ROOT / "tests" / "browser" / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr
    answer: Json = json.loads(done.stdout)
    return answer


@pytest.mark.process
def test_an_embedded_claim_shows_what_became_of_it(database_file: Path, site: Site) -> None:
    server = Server(database_file, workers=1)
    writer = server.client(key_for(database_file))
    codes = html.document_fromstring(server.get(f"/claims/{ABE}")[2]).xpath("//pre")
    embedded = "".join(c.text_content() for c in codes if "<" in c.text_content())
    site.body += f"<!doctype html><html lang=en><title>News</title>{embedded}</html>".encode()

    first = _browser("embedded.mjs", site.address)
    _withdraw(server, writer)
    last = _browser("embedded.mjs", site.address)
    server.stop()

    assert first["failed"] == last["failed"] == []
    assert "Abe would like to make progress" in first["element"]
    assert "Shinzo Abe, 21 July 2019" in first["element"]
    assert "Reported by one voice" in first["card"]
    assert "Withdrawn. In a test" in last["element"]
    assert "In a test" in last["card"]
    assert first["without"] == last["without"]
    assert "Abe would like to make progress" in last["without"]


def _withdraw(server: Server, writer: Any) -> None:
    tag = server.get(f"/v1/claims/{ABE}")[1]["etag"]
    body = {"kind": "error", "note": "In a test"}
    done = writer.send("POST", f"/v1/claims/{ABE}/retract", body, If_Match=tag)
    assert done.status == 200, done.body


@pytest.mark.process
def test_people_find_their_way_with_and_without_scripts(desk: Desk) -> None:
    changed = {"proposition": "Turnout in the election was 48.80 per cent.", "correction": NOTE}
    assert desk.change("PATCH", "claims/turnout-48-80", changed).status_code == 200
    server = Server(desk.path, workers=1)

    seen = _browser("journeys.mjs", f"http://127.0.0.1:{server.port}")
    server.stop()

    proposition = desk.read(f"claims/{ABE}")["proposition"]
    assert seen["by keyboard"]["found"] == [f"/claims/{ABE}", proposition]
    for way in ("with scripts", "without scripts"):
        told = seen[way]
        assert told["found"] == [f"/claims/{ABE}", proposition]
        assert "#:~:text=" in told["passage"][0]
        assert told["passage"][1] == "/sources/urdupoint-2019-07-21"
        neutral, own, said = told["perspective"]
        assert neutral == "The four disputed islands"
        assert own != neutral
        assert "One side’s words." in said
        heading, other, there, back = told["contradiction"]
        assert (heading, back) == ("Contradicts", "Contradicted by")
        assert other == there
        assert all(told["difference"])


# Search engines


def test_a_sitemap_leads_to_every_published_record(client: FlaskClient) -> None:
    tree = ElementTree.fromstring(client.get("/sitemap.xml").data)

    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    listed = {u.findtext(f"{space}loc"): u.findtext(f"{space}lastmod") for u in tree}
    assert listed.pop("http://localhost/") is None
    records = [
        r for plural in ("claims", "parties", "sources") for r in read(client, plural, limit=200)["data"]
    ]
    for record in records:
        address = record["links"]["self"].removeprefix("/v1")
        assert listed[f"http://localhost{address}"] == record["meta"]["updated"]
    for address in sorted(listed)[::25]:
        assert client.get(address).status_code == 200


def test_many_records_have_several_sitemaps(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _locations(client, "/sitemap.xml")
    monkeypatch.setattr(sitemap, "_MOST", 100)

    parts = _locations(client, "/sitemap.xml")

    assert len(parts) > 1
    assert sorted(a for part in parts for a in _locations(client, part)) == sorted(whole)
    assert client.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404


def _locations(client: FlaskClient, path: str) -> list[str]:
    return [unescape(found) for found in re.findall("<loc>(.*?)</loc>", client.get(path).text)]


def test_what_is_withdrawn_is_in_no_sitemap(told: Desk) -> None:
    assert "http://localhost/claims/told" in _locations(told.client, "/sitemap.xml")

    assert told.change("POST", "claims/told/retract", NOTE).status_code == 200

    assert "http://localhost/claims/told" not in _locations(told.client, "/sitemap.xml")


def test_robots_are_told_where_to_look(client: FlaskClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()

    assert "Sitemap: http://localhost/sitemap.xml" in lines
    assert "Disallow: /search" in lines
