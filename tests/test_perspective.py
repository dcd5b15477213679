"""Perspective: names as one party uses them, and nothing else changes."""

import threading
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.records.core.registry import PLACE

from .conftest import Desk, Json, put

NOTE = {"kind": "duplicate", "note": "In a test"}

READS = [
    "/v1/claims/four-islands-part-of-kuriles",
    "/v1/claims?about=four-islands&limit=50",
    "/v1/places?limit=50",
    "/v1/places?id=four-islands,iturup",
    "/v1/places?include=claimed_by&limit=20",
    "/v1/places/iturup?fields=name,names",
    "/v1/places/four-islands/references?limit=200",
    "/v1/claims/four-islands-part-of-kuriles/provenance",
    "/v1/claims/four-islands-part-of-kuriles/similar",
    "/v1/dossiers/japan-russia-peace-treaty/positions",
    "/v1/dossiers/japan-russia-peace-treaty/timeline",
    "/v1/timeline?about=four-islands",
    "/v1/search?q=kuril",
    "/v1/suggest?q=kuri",
]


def _seen(client: FlaskClient, path: str, party: str, language: str | None = None) -> Any:
    headers = {"Accept-Language": language} if language else {}
    response = client.get(f"{path}{'&' if '?' in path else '?'}perspective={party}", headers=headers)
    assert response.status_code == 200, response.text
    assert "Accept-Language" in response.headers["Vary"]
    return response.get_json()


def _without_names(value: Any) -> Any:
    """The answer with every neutral name back in its place."""
    if isinstance(value, list):
        return [_without_names(member) for member in value]
    if not isinstance(value, dict):
        return value
    plain = {k: _without_names(v) for k, v in value.items() if k not in ("neutral_name", "name_language")}
    if "neutral_name" in value:
        plain["name"] = value["neutral_name"]
    plain.pop("perspective", None)
    for cursor in ("next", "next_href"):
        plain.pop(cursor, None)
    if "undated=true" in str(plain.get("href")):
        del plain["href"]
    return plain


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("party", ["japan", "russia"])
def test_nothing_but_names_changes(client: FlaskClient, path: str, party: str) -> None:
    neutral = _without_names(client.get(path).get_json())
    seen = _seen(client, path, party)

    assert _without_names(seen) == neutral
    assert "neutral_name" in str(seen)


def test_each_side_has_its_own_names(client: FlaskClient) -> None:
    names = {p: _seen(client, "/v1/places/four-islands", p, "en")["name"] for p in ("japan", "russia", "nhk")}

    assert names == {
        "japan": "Northern Territories",
        "russia": "Southern Kurils",
        "nhk": "The four disputed islands",
    }


@pytest.mark.parametrize(
    ("party", "language", "name", "tag"),
    [
        ("japan", "ja", "北方領土", "ja"),
        ("japan", "ja-Latn", "Hoppō Ryōdo", "ja-Latn"),
        ("russia", "ru, en;q=0.5", "Южные Курилы", "ru"),
        ("russia", "fr;q=0.9, en;q=0.5", "Southern Kurils", "en"),
        ("russia", "fr", "Southern Kurils", "en"),
        ("russia", "*", "Southern Kurils", "en"),
        ("russia", "ru;q=0, en", "Southern Kurils", "en"),
    ],
)
def test_the_language_is_the_readers_where_the_party_has_a_name_in_it(
    client: FlaskClient, party: str, language: str, name: str, tag: str
) -> None:
    place = _seen(client, "/v1/places/four-islands", party, language)

    assert (place["name"], place["name_language"]) == (name, tag)
    assert place["neutral_name"] == "The four disputed islands"


def test_references_are_named_too(client: FlaskClient) -> None:
    claim = _seen(client, "/v1/claims/four-islands-part-of-kuriles", "russia", "en")

    places = {p["id"]: (p["name"], p["neutral_name"]) for p in claim["about"]["places"]}
    assert places["four-islands"] == ("Southern Kurils", "The four disputed islands")


@pytest.mark.parametrize(
    ("party", "detail"), [("jappan", "did_you_mean"), ("four-islands", "is a place"), ("", "id")]
)
def test_somebody_unknown_has_no_perspective(client: FlaskClient, party: str, detail: str) -> None:
    response = client.get(f"/v1/claims?perspective={party}")

    assert response.status_code == 400
    assert response.get_json()["errors"][0]["parameter"] == "perspective"
    assert detail in response.text


def test_an_answer_in_somebodys_words_has_a_tag_of_its_own(client: FlaskClient) -> None:
    tags = {
        client.get(f"/v1/places/four-islands{query}", headers={"Accept-Language": language}).headers["ETag"]
        for query in ("", "?perspective=japan", "?perspective=russia")
        for language in ("en", "ru")
    }
    again = client.get("/v1/places/four-islands?perspective=japan", headers={"Accept-Language": "en"})
    known = client.get("/v1/places/four-islands?perspective=japan",
                       headers={"Accept-Language": "en", "If-None-Match": again.headers["ETag"]})  # fmt: skip

    assert len(tags) == 4
    assert known.status_code == 304


# Wherever names are shown, as they change


def place(name: str, **more: Any) -> Json:
    return {"name": name, "kind": "island", **more}


def test_facets_are_named_as_the_party_names_them(client: FlaskClient) -> None:
    for path in ("claims?facets=about,kind", "search?q=islands&facets=about,kind"):
        facets = client.get(f"/v1/{path}&perspective=japan", headers={"Accept-Language": "en"}).get_json()[
            "facets"
        ]
        named = {m["value"]: (m["name"], m.get("neutral_name")) for m in facets["about"]["values"]}
        assert named["four-islands"] == ("Northern Territories", "The four disputed islands")
        assert all("neutral_name" not in m for m in facets["kind"]["values"])


def test_curators_see_drafts_as_a_party_names_them(desk: Desk) -> None:
    names = [{"text": "Skala", "language": "ru", "used_by": "russia"}]
    desk.send("POST", "places", {"id": "rock", **place("Rock", names=names)})

    seen = desk.send("GET", "places/rock?perspective=russia").get_json()

    assert (seen["name"], seen["neutral_name"]) == ("Skala", "Rock")


def test_corrections_are_told_in_somebodys_words(desk: Desk) -> None:
    desk.change("PATCH", "places/four-islands", {"description": "Four.", "correction": NOTE})

    [note] = desk.client.get(
        "/v1/corrections?perspective=russia", headers={"Accept-Language": "en"}
    ).get_json()["data"]

    assert (note["name"], note["neutral_name"]) == ("Southern Kurils", "The four disputed islands")


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en;q=0, *", "Южные Курилы"),
        ("en;q=0.2, *;q=0.8", "Южные Курилы"),
        ("ru-RU", "Южные Курилы"),
        ("ru-RU, en;q=0.9", "Южные Курилы"),
        ("en-GB;q=0.5, ru;q=0.1", "Southern Kurils"),
        (",;q=x, en", "Southern Kurils"),
    ],
)
def test_the_range_that_says_most_of_a_language_counts(client: FlaskClient, language: str, name: str) -> None:
    seen = client.get("/v1/places/four-islands?perspective=russia", headers={"Accept-Language": language})

    assert seen.get_json()["name"] == name


def test_a_record_and_its_names_are_of_one_moment(desk: Desk) -> None:
    """A writer changes the neutral name and Russia's together; nobody sees one of each."""
    states = [
        place(f"N{n}", names=[{"text": f"R{n}", "language": "ru", "used_by": "russia"}]) for n in (1, 2)
    ]
    put(desk.database, PLACE, {"rock": states[0]})
    done = threading.Event()

    def write() -> None:
        other = Desk(desk.path)
        try:
            for number in range(60):
                other.change("PUT", "places/rock", {**states[number % 2], "id": "rock", "correction": NOTE})
        finally:
            done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not done.is_set():
        answer = desk.read("places/rock", perspective="russia")
        seen.add((answer["neutral_name"], answer["name"]))
    writer.join()

    assert seen
    assert seen <= {("N1", "R1"), ("N2", "R2")}


def test_a_memento_has_the_names_of_its_time(desk: Desk) -> None:
    then = desk.client.get("/v1/places/four-islands").headers["Last-Modified"]
    time.sleep(1.1)  # A memento is found by the second.
    names = [{"text": "Now", "language": "en", "used_by": "russia"}]
    assert (
        desk.change("PATCH", "places/four-islands", {"names": names, "correction": NOTE}).status_code == 200
    )

    seen = desk.client.get(
        "/v1/places/four-islands?perspective=russia",
        headers={"Accept-Datetime": then, "Accept-Language": "en"},
    )

    assert seen.get_json()["name"] == "Southern Kurils"
    for query, name in (({}, "Now"), ({"as_of": "seq:280"}, "Southern Kurils")):
        assert desk.read("places/four-islands", perspective="russia", **query)["name"] == name
        [about] = [p for p in desk.read("claims/four-islands-part-of-kuriles", perspective="russia",
                                  **query)["about"]["places"] if p["id"] == "four-islands"]  # fmt: skip
        assert about["name"] == name
