"""What a newcomer gets to see of the first dossier."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

CLAIM = "/v1/claims/abe-seeks-treaty-progress-in-term"


def read(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.get_json()


def ids(client: FlaskClient, path: str) -> list[str]:
    return [record["id"] for record in read(client, path)["data"]]


def test_a_claim_shows_through_whose_hands_it_came(client: FlaskClient) -> None:
    claim = read(client, CLAIM)

    assert claim["claimant"]["name"] == "Shinzo Abe"
    chain = [(link["role"], link["party"]["name"]) for link in claim["attribution"]]
    assert chain == [
        ("said", "Shinzo Abe"),
        ("quoted", "NHK"),
        ("reported", "Sputnik"),
        ("republished", "UrduPoint"),
    ]


def test_a_citation_shows_where_the_span_stands_and_leads_into_it(client: FlaskClient) -> None:
    citation = read(client, CLAIM)["citations"][0]

    assert citation["locator"]["position"] == {"start": 234, "end": 355}
    assert citation["locator"]["digest"].startswith("sha-256:40bcab0a2cbb")
    assert citation["deep_link"].endswith("#:~:text=said%20on%20Sunday%20that,term%20in%20office")
    assert citation["check"] == {"status": "not-checked", "checked": None}


def test_via_finds_another_agencys_report_of_the_same_broadcast(client: FlaskClient) -> None:
    found = read(client, "/v1/claims?via=nhk&include=citations.source&limit=200")

    assert CLAIM.rsplit("/", 1)[1] in [claim["id"] for claim in found["data"]]
    publishers = {
        found["included"][citation["source"]["id"]]["publisher"]["id"]
        for claim in found["data"]
        for citation in claim["citations"]
    }
    assert "tass" in publishers


def test_a_place_has_the_names_of_both_sides(client: FlaskClient) -> None:
    names = read(client, "/v1/places/four-islands")["names"]

    assert {(name["used_by"]["id"], name["text"]) for name in names if name["used_by"]} >= {
        ("russia", "Southern Kurils"),
        ("japan", "Northern Territories"),
    }


@pytest.mark.parametrize(
    ("name", "party"),
    [
        ("安倍晋三", "abe-shinzo"),
        ("Путин", "putin-vladimir"),
        ("Лавров", "lavrov-sergey"),
        ("河野太郎", "kono-taro"),
        ("自民党", "ldp"),
    ],
)
def test_a_name_in_the_language_of_its_side_finds_who_is_meant(
    client: FlaskClient, name: str, party: str
) -> None:
    assert party in ids(client, f"/v1/search?q={name}&type=party")


def test_a_reprint_goes_back_to_the_wire_story(client: FlaskClient) -> None:
    source = read(client, "/v1/sources/urdupoint-2019-07-21")

    assert [origin["id"] for origin in source["origins"]] == ["sputnik-wire-2019-07-21"]


@pytest.mark.parametrize(
    ("path", "total"),
    [
        ("/v1/claims?origins_min=2", 10),
        ("/v1/parties?dossier=japan-russia-peace-treaty", 59),
        ("/v1/sources?dossier=japan-russia-peace-treaty", 64),
        ("/v1/places?dossier=japan-russia-peace-treaty", 19),
        ("/v1/dates?dossier=japan-russia-peace-treaty", 32),
        ("/v1/claims?dossier=japan-russia-peace-treaty", 105),
        ("/v1/dossiers", 1),
    ],
)
def test_the_whole_dossier_is_there(client: FlaskClient, path: str, total: int) -> None:
    separator = "&" if "?" in path else "?"

    assert read(client, f"{path}{separator}count=true&limit=1")["page"]["total"] == total


def test_stances_can_be_asked_for_with_what_they_are_about(client: FlaskClient) -> None:
    found = read(client, "/v1/claims?about=four-islands&stance=denies&limit=200")["data"]

    assert found
    for claim in found:
        assert "denies" in [answer["stance"] for answer in claim["answers"]]
        assert "four-islands" in [place["id"] for place in claim["about"]["places"]]


def test_what_was_certainly_said_in_july_2019(client: FlaskClient) -> None:
    certain = ids(client, "/v1/claims?said=2019-07&match=certain&limit=200")
    possible = ids(client, "/v1/claims?said=2019-07&limit=200")

    assert "abe-seeks-treaty-progress-in-term" in certain
    assert set(certain) <= set(possible)


def test_a_misspelt_parameter_is_refused_with_the_right_one(client: FlaskClient) -> None:
    response = client.get("/v1/claims?claimnt=abe-shinzo")

    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert response.get_json()["errors"][0]["did_you_mean"] == "claimant"


def test_a_misspelt_id_is_refused_with_the_right_one(client: FlaskClient) -> None:
    error = client.get("/v1/claims?claimant=abe-shinz").get_json()["errors"][0]

    assert error["parameter"] == "claimant"
    assert error["did_you_mean"] == "abe-shinzo"


def test_every_field_is_there_even_where_nothing_is_known(client: FlaskClient) -> None:
    described = json.loads(client.get("/openapi.json").data)["components"]["schemas"]

    for plural, name in (("claims", "Claim"), ("parties", "Party"), ("sources", "Source"), ("dates", "Date")):
        for record in read(client, f"/v1/{plural}?limit=200")["data"]:
            members = described[name]["properties"]
            assert list(record) == [m for m in members if m in described[name]["required"]]


def test_the_query_is_echoed_as_it_was_understood(client: FlaskClient) -> None:
    found = read(client, "/v1/claims?said=2019-07&kind=position,demand&limit=3")

    assert found["query"] == {
        "kind": ["position", "demand"],
        "match": "possible",
        "said": "2019-07",
        "sort": "id",
    }


def test_references_say_what_links_here_by_role(client: FlaskClient) -> None:
    found = read(client, "/v1/sources/sputnik-wire-2019-07-21/references?limit=200")

    roles = {(r["type"], r["role"]): r["count"] for r in found["roles"]}
    assert roles["source", "derived_from.source"] >= 1
    assert sum(roles.values()) == len(found["data"])
    assert {"role": "derived_from.source", "record": found["data"][-1]["record"]} in found["data"]


def test_the_root_names_the_publisher_and_counts(client: FlaskClient) -> None:
    root = read(client, "/v1")

    assert root["publisher"]
    assert root["licence"]
    assert root["counts"] == {
        "parties": 59,
        "dates": 32,
        "claims": 105,
        "sources": 64,
        "places": 19,
        "dossiers": 1,
    }


def test_every_term_that_a_record_uses_is_defined(client: FlaskClient) -> None:
    vocabularies = {v["name"]: v for v in read(client, "/v1/vocabularies")["data"]}

    defined = {term["name"] for term in vocabularies["claim-kinds"]["terms"]}
    used = {claim["kind"] for claim in read(client, "/v1/claims?limit=200")["data"]}
    assert used <= defined
    assert all(term["definition"] for v in vocabularies.values() for term in v["terms"])
