"""Lists of all records of a type, for people: narrowed as the API's collections are, page by page."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from api.records.core.registry import TYPES
from schemas.base import Json

from .conftest import empty_desk, read
from .test_pages import BROWSER, drawn, page, words

STORY = "/dossiers/japan-russia-peace-treaty"
LISTS = [f"/{t.plural}" for t in TYPES.values()]


def _shown(tree: Any) -> list[str]:
    """The ids of a list, in its order."""
    return [
        _path(li.xpath(".//a/@href")[0]).rsplit("/", 1)[1]
        for li in tree.xpath("//ul[contains(@class, 'listed')]/li")
    ]


def _path(address: str) -> str:
    return urlsplit(address).path


def _asked(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def _twin(client: FlaskClient, tree: Any) -> Json:
    response = client.get(tree.find(".//link[@type='application/json']").get("href"))
    assert response.status_code == 200, response.text
    found: Json = response.get_json()
    return found


@pytest.mark.parametrize("path", LISTS)
def test_every_type_has_a_list_that_says_how_long_it_is(client: FlaskClient, path: str) -> None:
    tree = page(client, path)

    twin = _twin(client, tree)
    assert _shown(tree) == [record["id"] for record in twin["data"]] != []
    assert f"{twin['page']['total']} in this list." in words(tree)
    assert tree.find(".//meta[@name='robots']") is None
    assert tree.find(".//meta[@name='description']").get("content")


# One dossier alone is in order.
@pytest.mark.parametrize("path", [path for path in LISTS if path != "/dossiers"])
def test_a_list_can_be_put_into_any_order_of_its_collection(client: FlaskClient, path: str) -> None:
    first = page(client, f"{path}?lang=ja").xpath("//nav[@aria-label='並べ方']//a/@href")
    tried = {_asked(href).get("sort", "") for href in first}

    for href in first:
        tree = page(client, href)
        again = tree.xpath("//nav[@aria-label='並べ方']//a")
        [chosen] = [a for a in again if a.get("aria-current")]
        assert chosen.get("href") == href
        assert _shown(tree) == [record["id"] for record in _twin(client, tree)["data"]]
        tried |= {_asked(a.get("href")).get("sort", "") for a in again}

    named = {name for sort in TYPES.values() if f"/{sort.plural}" == path for name in sort.sorts} - {"id"}
    # The usual order need not be named.
    assert tried == {*named, *(f"-{name}" for name in named), ""} - {_usual(client, path)}


def _usual(client: FlaskClient, path: str) -> str:
    return _asked(page(client, path).find(".//link[@type='application/json']").get("href"))["sort"]


QUERIES = [
    "/claims?about=four-islands&claimant.not=japan",
    "/claims?kind=position&standing=contested&sort=said",
    "/claims?said=2019-07&match=certain",
    "/claims?via=nhk,sputnik&origins_min=1",
    "/claims?question=who-holds-sovereignty&stance=denies",
    "/claims?q=kuril",
    "/claims?unit=%25&quantity_min=40",
    "/parties?dossier=japan-russia-peace-treaty&kind=person",
    "/parties?kind=person&kind=state",
    "/places?claimed_by=japan",
    "/dates?when=2019&sort=when",
    "/sources?held=true&language=en&limit=3",
    "/claims?about=four-islands&as_of=seq:280",
    "/dossiers?updated_since=2020-01-01T00:00:00Z",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_list_is_narrowed_by_the_parameters_of_the_api(client: FlaskClient, query: str) -> None:
    tree = page(client, query)

    asked = client.get(f"/v1{query}{'' if 'sort=' in query else f'&sort={_usual_sort(tree)}'}").get_json()
    assert _shown(tree) == [record["id"] for record in asked["data"]]
    assert _twin(client, tree)["data"] == asked["data"]
    # Search engines have the whole lists.
    assert tree.find(".//meta[@name='robots']").get("content") == "noindex"


def _usual_sort(tree: Any) -> str:
    return _asked(tree.find(".//link[@type='application/json']").get("href"))["sort"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_one_comes_to_the_end_of_a_list_by_links(client: FlaskClient, language: str) -> None:
    address, seen = f"/claims?about=four-islands&limit=7&lang={language}", list[str]()

    while address:
        tree = page(client, address)
        assert _shown(tree) == [record["id"] for record in _twin(client, tree)["data"]]
        seen += _shown(tree)
        address = next(iter(tree.xpath("//a[@rel='next']/@href")), "")

    every = read(client, "claims", about="four-islands", sort="-said", limit=200)["data"]
    assert seen == [record["id"] for record in every]
    assert len(seen) > 14
    beginning = tree.xpath("//main//nav[last()]/a/@href")[0]
    assert _shown(page(client, beginning))[:7] == seen[:7]


def test_a_page_of_the_middle_is_shown_in_other_words_from_the_beginning(client: FlaskClient) -> None:
    first = page(client, "/places?limit=2")
    (following,) = first.xpath("//a[@rel='next']/@href")

    tree = page(client, following)

    others = [a for a in tree.xpath("//footer//a/@href") if "perspective" in a]
    assert others
    for address in others:
        assert "after" not in _asked(address)
        assert client.get(address).status_code == 200
    for field in tree.xpath("//footer//form//input[@type='hidden']"):
        assert (field.get("name"), field.get("value")) == ("limit", "2")


def test_what_narrows_a_list_is_named_and_can_be_left_out(client: FlaskClient) -> None:
    tree = page(client, "/claims?about=four-islands&kind=position&q=japan")

    items = {words(li.find("code")): li for li in tree.find_class("narrowing")[0]}
    assert set(items) == {"about=four-islands", "kind=position"}
    about = items["about=four-islands"]
    assert "The four disputed islands" in words(about)
    assert _asked(about.xpath("./a[last()]/@href")[0]) == {"kind": "position", "q": "japan"}
    kept = {f.get("name"): f.get("value") for f in tree.xpath("//main//form//input[@type='hidden']")}
    assert kept == {"about": "four-islands", "kind": "position"}
    assert tree.xpath("//main//form//input[@name='q']/@value") == ["japan"]


def test_kinds_are_counted_and_chosen_by_links(client: FlaskClient) -> None:
    tree = page(client, "/parties?dossier=japan-russia-peace-treaty")

    counted = {words(a): a.get("href") for a in tree.xpath("//main//nav/a")}
    [(label, address)] = [(text, a) for text, a in counted.items() if text.startswith("Person (")]
    chosen = page(client, address)
    assert len(_shown(chosen)) == int(label.removeprefix("Person (").removesuffix(")"))
    assert words(chosen.xpath("//main//nav/a[@aria-current]")[0]) == label


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("/claims?kind=opinion", "opinion"),
        ("/claims?about=nobody-there", "nobody-there"),
        ("/dates?when=someday", "someday"),
        ("/parties?after=x", "cursor"),
        ("/parties?limit=0", "limit"),
        ("/claims?role=said&sort=name", "sort"),
        ("/claims?q=x&as_of=seq:280", "as_of"),
    ],
)
def test_a_value_that_cannot_be_read_is_a_page_that_says_why(
    client: FlaskClient, query: str, said: str
) -> None:
    response = client.get(query, headers=BROWSER)

    assert response.status_code == client.get(f"/v1{query}").status_code == 400
    assert said in words(drawn(response).find(".//main")).lower()


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    desk = empty_desk(tmp_path / "facts.db")

    for path in LISTS:
        assert "Nothing has been published yet." in words(page(desk.client, path))
    desk.party("bob")
    tree = page(desk.client, "/parties?q=nobody")
    assert "Nothing of the kind is in this record." in words(tree)
    assert _shown(page(desk.client, tree.xpath("//p[@class='empty']/a/@href")[0])) == ["bob"]


def test_the_front_page_and_dossiers_lead_to_lists(client: FlaskClient) -> None:
    home, story = page(client, "/"), page(client, STORY)

    assert [_path(a) for a in home.xpath("//dl//a/@href")] == LISTS
    assert {a for a in story.xpath("//main//nav//a/@href") if "?" in a} == {
        f"{path}?dossier={STORY.rsplit('/', 1)[1]}" for path in LISTS if path != "/dossiers"
    }


def test_what_a_page_shows_in_part_is_whole_in_a_list(client: FlaskClient) -> None:
    tree = page(client, "/parties/japan")

    whole = {
        a: words(e)
        for e in tree.xpath("//p[@class='small']/a")
        if (a := e.get("href")).startswith("/claims?")
    }
    assert whole
    for address, text in whole.items():
        assert f"{text.removeprefix('All ')} in this list." in words(page(client, address))


def test_lists_are_in_the_sitemap(client: FlaskClient) -> None:
    assert all(f"<loc>http://localhost{path}</loc>" in client.get("/sitemap.xml").text for path in LISTS)
