"""Places as GeoJSON: features with geometries, page by page, with everything that a read can ask for."""

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from .audits.contract import require_shape, trimmed
from .conftest import Desk, Json
from .test_clients import DOCUMENT

GEO_JSON = "application/geo+json"
TAKING = {"Accept": GEO_JSON}


def _asked(client: FlaskClient, address: str) -> TestResponse:
    answer = client.get(f"/v1/{address}", headers=TAKING)
    assert (answer.status_code, answer.mimetype) == (200, GEO_JSON), answer.text
    assert "Accept" in answer.headers["Vary"].split(", ")
    return answer


def _described(path: str) -> Json:
    shape: Json = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"][GEO_JSON]["schema"]
    return shape


def test_pages_of_features_hold_every_place_once(client: FlaskClient) -> None:
    places = {place["id"]: place for place in client.get("/v1/places?limit=200").get_json()["data"]}
    found: list[Json] = []
    address: str | None = "places?limit=7&count=true&facets=kind"

    while address:
        answer = _asked(client, address)
        page = answer.get_json()
        require_shape(DOCUMENT, _described("/v1/places"), page)
        assert page["page"]["total"] == len(places)
        found += page["features"]
        [address] = [link["href"].removeprefix("/v1/") for link in page["links"]] or [None]
        assert ('rel="next"' in answer.headers.get("Link", "")) == bool(address)

    assert [feature["id"] for feature in found] == list(places)
    for feature in found:
        place = places[feature["id"]]
        assert feature["properties"] == {n: v for n, v in place.items() if n != "geometry"}
        assert feature["geometry"] == _where(place)


def _where(place: Json) -> Json | None:
    point = place["coordinates"]
    as_point = point and {"type": "Point", "coordinates": [point["longitude"], point["latitude"]]}
    return place["geometry"] or as_point


#: What is asked of a place -> what is to be seen.
ASKED: dict[str, tuple[str, Any]] = {
    "an area": ("four-islands", lambda f: f["geometry"]["type"] == "Polygon"),
    "a point": ("kunashir", lambda f: f["geometry"] == {"type": "Point", "coordinates": [145.85, 44.117]}),
    "fewer members": ("habomai?fields=name", lambda f: f["properties"].keys() == {"type", "id", "name"}),
    "its point": (
        "four-islands?fields=coordinates",
        lambda f: f["properties"]["coordinates"] == {"latitude": 44.1, "longitude": 146.7},
    ),
    "the past": ("four-islands?as_of=seq:200", lambda f: f["geometry"]["type"] == "Polygon"),
    "a side's names": ("kunashir?perspective=japan", lambda f: f["properties"]["neutral_name"]),
    "what it names": ("kunashir?include=part_of", lambda f: f["included"]["four-islands"]["name"]),
}  # fmt: skip


@pytest.mark.parametrize("case", ASKED)
def test_a_feature_is_read_like_the_record(client: FlaskClient, case: str) -> None:
    asked, seen = ASKED[case]

    feature = _asked(client, f"places/{asked}").get_json()

    assert (feature["type"], feature["id"]) == ("Feature", asked.partition("?")[0])
    assert seen(feature), feature
    require_shape(trimmed(DOCUMENT, ["PlaceProperties"]), _described("/v1/places/{id}"), feature)


def test_a_feature_has_a_tag_of_its_own(client: FlaskClient) -> None:
    plain, feature = client.get("/v1/places/kunashir"), _asked(client, "places/kunashir")

    again = client.get("/v1/places/kunashir", headers={**TAKING, "If-None-Match": feature.headers["ETag"]})

    assert plain.mimetype == "application/json"
    assert plain.headers["ETag"] != feature.headers["ETag"]
    assert again.status_code == 304


def test_a_list_of_ids_tells_which_places_are_not_there(desk: Desk) -> None:
    body = {"id": "nowhere", "name": "Nowhere", "kind": "sea"}
    assert desk.send("POST", "places?publish=true", body).status_code == 201

    page = _asked(desk.client, "places?id=nowhere,kunashir,atlantis").get_json()

    assert [feature["id"] for feature in page["features"]] == ["nowhere", "kunashir"]
    assert page["features"][0]["geometry"] is None
    assert (page["missing"], page["links"]) == (["atlantis"], [])


def test_a_problem_stays_a_problem(client: FlaskClient) -> None:
    wrong = client.get("/v1/places?bbox=1", headers=TAKING)
    elsewhere = client.get("/v1/parties", headers=TAKING)

    assert (wrong.status_code, wrong.mimetype) == (400, "application/problem+json")
    assert (elsewhere.status_code, elsewhere.mimetype) == (406, "application/problem+json")


#: An address -> what `Accept` says beside it, if anything.
LINKED = {
    "places?format=geojson": None,
    "places?kind=island&format=geojson&limit=2": "*/*",
    "places?id=habomai,kunashir&format=geojson": "application/json",
    "places/kunashir?format=geojson": "text/html,application/xhtml+xml,*/*;q=0.8",
    "places/kunashir?format=geojson&fields=name&as_of=seq:280": None,
}


def _apart_from_links(answer: TestResponse) -> Json:
    found: Json = answer.get_json()
    return {n: member for n, member in found.items() if n not in ("links", "page")}


@pytest.mark.parametrize("address", LINKED)
def test_an_address_alone_can_ask_for_geojson(client: FlaskClient, address: str) -> None:
    accept = {"Accept": LINKED[address]} if LINKED[address] else {}

    answer = client.get(f"/v1/{address}", headers=accept)
    taken = _asked(client, address.replace("format=geojson", "").replace("&&", "&").strip("?&"))

    assert (answer.status_code, answer.mimetype) == (200, GEO_JSON), answer.text
    assert _apart_from_links(answer) == _apart_from_links(taken)
    for link in answer.get_json().get("links", ()):
        assert "format=geojson" in link["href"]
        following = client.get(link["href"])
        assert (following.status_code, following.mimetype) == (200, GEO_JSON)


def test_an_address_that_asks_for_json_gets_it_whatever_is_taken(client: FlaskClient) -> None:
    answer = client.get("/v1/places/kunashir?format=json", headers={"Accept": GEO_JSON})

    assert answer.data == client.get("/v1/places/kunashir").data


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("places?format=kml", '"kml" is not one of json, geojson'),
        ("places/kunashir?format=GeoJSON", 'did you mean "geojson"?'),
        ("parties?format=geojson", 'unknown parameter "format"'),
    ],
)
def test_a_form_that_is_not_there_is_refused(client: FlaskClient, address: str, words: str) -> None:
    answer = client.get(f"/v1/{address}")

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert words in answer.get_json()["detail"] + answer.get_json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("/places/kunashir", "/v1/places/kunashir?format=geojson"),
        ("/places/kunashir?as_of=seq:280", "/v1/places/kunashir?format=geojson&as_of=seq:280"),
        ("/places", "/v1/places?sort=name&count=true&facets=kind&format=geojson"),
        ("/places?limit=2&kind=island", None),
        ("/parties/japan", ""),
        ("/parties", ""),
    ],
)
def test_pages_of_places_lead_to_their_geojson(client: FlaskClient, page: str, form: str | None) -> None:
    text = client.get(page).text

    found = re.findall(r'<link rel="alternate" type="application/geo\+json" href="([^"]+)">', text)
    seen = re.findall(r'<a href="([^"]+)" type="application/geo\+json">This page as GeoJSON</a>', text)
    assert found == seen
    assert len(found) == (form != "")
    for address in map(html.unescape, found):
        assert form is None or address == form
        assert client.get(address, headers={"Accept": "text/html,*/*;q=0.8"}).mimetype == GEO_JSON


def test_a_place_and_the_second_page_of_places_lead_to_their_geojson(client: FlaskClient) -> None:
    links = client.get("/v1/places/kunashir").headers["Link"]
    first = client.get("/places?limit=2").text
    second = client.get(html.unescape(re.findall(r'href="(/places\?[^"]*after=[^"]+)"', first)[0])).text

    assert f'</v1/places/kunashir?format=geojson>; rel="alternate"; type="{GEO_JSON}"' in links
    assert "geojson" not in client.get("/v1/parties/japan").headers["Link"]
    (address,) = re.findall(r'<a href="([^"]+)" type="application/geo\+json">', second)
    features = client.get(html.unescape(address)).get_json()["features"]
    assert [f["id"] for f in features] == re.findall(r'<a href="/places/([a-z0-9-]+)"', second)[:2]
