"""Facets: a count is exactly what choosing that value would give."""

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from api.endpoints.parameters import facet_names
from api.records.core.registry import BY_PLURAL, DATE
from api.records.read.facets import MOST_SPANS, MOST_VALUES

from .conftest import Desk, put

QUERIES = {
    "claims": ["", "kind=statement,position", "via=tass&role=quoted", "about=four-islands&said=2019",
               "said=2018/2019&match=certain", "question.not=who-holds-sovereignty",
               "q=islands&claimant=japan"],
    "dates": ["", "when=2019&match=certain", "participant=russia&participant_role=signatory"],
    "sources": ["", "language=en&dossier=japan-russia-peace-treaty", "published=2019", "held=true"],
    "parties": ["", "kind=person", "country=JP"],
    "places": ["", "claimed_by=japan"],
}  # fmt: skip
CASES = [(plural, query) for plural, queries in QUERIES.items() for query in queries]


def _get(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, (path, response.text)
    return response.get_json()


def _with(query: str, name: str, value: str) -> str:
    """The query with one value in the place of a filter."""
    kept = [p for p in query.split("&") if p and p.split("=")[0] not in (name, f"{name}.not")]
    return "&".join([*kept, f"{name}={quote(value)}"])


def _some(values: list[Any]) -> list[Any]:
    """The first two, one from the middle, the last."""
    return [values[i] for i in sorted({0, 1, len(values) // 2, len(values) - 1}) if 0 <= i < len(values)]


@pytest.mark.machine
@pytest.mark.parametrize(("plural", "query"), CASES)
def test_a_count_is_the_total_of_choosing_that_value(client: FlaskClient, plural: str, query: str) -> None:
    names = facet_names((BY_PLURAL[plural],))
    facets = _get(client, f"/v1/{plural}?{query}&facets={','.join(names)}")["facets"]

    assert set(facets) == set(names)
    for name, facet in facets.items():
        for member in _some(facet["values"]):
            chosen = _with(query, name.partition(".")[0], member["value"])
            total = _get(client, f"/v1/{plural}?{chosen}&count=true&limit=1")["page"]["total"]
            assert total == member["count"], (name, member, chosen)


def test_values_are_named_and_in_order(client: FlaskClient) -> None:
    facets = _get(client, "/v1/claims?facets=claimant,question,kind,said.decade")["facets"]

    claimants = {m["value"]: m["name"] for m in facets["claimant"]["values"]}
    assert claimants["abe-shinzo"] == "Shinzo Abe"
    assert all(m["name"].endswith("?") for m in facets["question"]["values"])
    assert all(m["name"] is None for m in facets["kind"]["values"])
    for name in ("claimant", "question", "kind"):
        counts = [m["count"] for m in facets[name]["values"]]
        assert counts == sorted(counts, reverse=True)
    decades = [m["value"] for m in facets["said.decade"]["values"]]
    assert decades == sorted(decades)
    assert "201X" in decades


def test_more_values_than_are_shown_are_announced(desk: Desk) -> None:
    publishers = {s["publisher"]["id"] for s in _get(desk.client, "/v1/sources?limit=200")["data"]}
    for number in range(MOST_VALUES - len(publishers)):
        _publish_something(desk, number)
    full = _get(desk.client, "/v1/sources?facets=publisher,kind&limit=1")["facets"]
    _publish_something(desk, 99)
    more = _get(desk.client, "/v1/sources?facets=publisher,kind&limit=1")["facets"]

    assert [len(f["publisher"]["values"]) for f in (full, more)] == [MOST_VALUES, MOST_VALUES]
    assert [f["publisher"]["truncated"] for f in (full, more)] == [False, True]
    assert more["kind"]["truncated"] is False


def _publish_something(desk: Desk, number: int) -> None:
    desk.party(f"outlet-{number}")
    body = {"id": f"issue-{number}", "title": "Issue", "kind": "news-report", "held": True}
    done = desk.send("POST", "sources?publish=true", {**body, "publisher": f"outlet-{number}"})
    assert done.status_code == 201, done.text


def test_more_spans_than_are_shown_are_announced(client: FlaskClient) -> None:
    facets = _get(client, "/v1/claims?facets=valid.month,valid.decade&limit=1")["facets"]

    inside = [m for m in facets["valid.month"]["values"] if ".." not in m["value"]]
    assert (len(inside), facets["valid.month"]["truncated"]) == (MOST_SPANS, True)
    assert facets["valid.decade"]["truncated"] is False


@pytest.mark.parametrize("match", ["possible", "certain"])
def test_a_histogram_counts_a_date_wherever_it_falls(client: FlaskClient, match: str) -> None:
    """Months of dates, against asking for each month by itself."""
    months = _get(client, f"/v1/dates?facets=when.month&match={match}")["facets"]["when.month"]["values"]
    shown = {m["value"]: m["count"] for m in months}

    for year in (1945, 2013, 2019):
        for month in (f"{year}-{m:02d}" for m in range(1, 13)):
            total = _get(client, f"/v1/dates?when={month}&match={match}&count=true&limit=1")["page"]["total"]
            assert shown.get(month, 0) == total, month


@pytest.mark.parametrize("query", ["q=treaty", "q=islands&kind=position", "q=abe&type=claim&said=2019"])
def test_facets_of_a_search_count_what_a_search_finds(client: FlaskClient, query: str) -> None:
    facets = _get(client, f"/v1/search?{query}&facets=type,kind,claimant,publisher,said.year,language")[
        "facets"
    ]

    assert facets["type"]["values"]
    for name, facet in facets.items():
        for member in facet["values"][:3]:
            chosen = _with(query, name.partition(".")[0], member["value"])
            found = client.get(f"/v1/search?{chosen}&count=true&limit=1")
            # A filter of one type beside one of another is refused: nothing could be found.
            total = found.get_json()["page"]["total"] if found.status_code == 200 else 0
            assert total == member["count"], (name, member)


def test_an_unknown_facet_is_refused_with_those_that_there_are(client: FlaskClient) -> None:
    response = client.get("/v1/claims?facets=kinds")

    assert response.status_code == 400
    error = response.get_json()["errors"][0]
    assert (error["parameter"], error["did_you_mean"]) == ("facets", "kind")
    assert "said.year" in error["allowed"]


@pytest.mark.machine
def test_the_first_years_are_counted(desk: Desk) -> None:
    date = {"kind": "meeting", "citations": [{"source": "mofa-faq"}]}
    when = {"battle": "0009-09", "reign": "0001/..", "all": "0001-01/9999-12", "end": "9999"}
    put(desk.database, DATE, {i: {**date, "title": i.title(), "when": w} for i, w in when.items()})

    for step in ("decade", "year", "month"):
        for match in ("possible", "certain"):
            query = {"facets": f"when.{step}", "match": match}
            for member in desk.read("dates", **query)["facets"][f"when.{step}"]["values"][:3]:
                chosen = desk.read("dates", when=member["value"], match=match, count="true")
                assert chosen["page"]["total"] == member["count"], member


def test_a_year_is_no_place(desk: Desk) -> None:
    names = [{"text": "XX", "language": "en", "used_by": "russia"}]
    desk.send("POST", "places?publish=true", {"id": "2019", "name": "Rock", "kind": "island", "names": names})

    facets = desk.read("claims", facets="said.year", perspective="russia")["facets"]

    assert ("2019", "2019") in {(m["value"], m["name"]) for m in facets["said.year"]["values"]}
