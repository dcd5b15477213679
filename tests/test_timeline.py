"""The timeline: everything dated in its order, what is undated apart, nothing dropped or invented."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from api.records.core.registry import DATE

from .conftest import Desk, Json, put

DOSSIER = "/v1/dossiers/japan-russia-peace-treaty/timeline"


def _get(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, (path, response.text)
    return response.get_json()


def _expected(client: FlaskClient, by: str, types: tuple[str, ...] = ("dates", "claims")) -> list[str]:
    """Ids in time order, from the collections."""
    found = []
    for plural in types:
        for record in _get(client, f"/v1/{plural}?limit=200")["data"]:
            at = record["when"] if plural == "dates" else record[by]
            if at:
                found.append((at["earliest"] or "-", at["latest"] or "~", record["id"]))
    return [record_id for _, _, record_id in sorted(found)]


def _walk(client: FlaskClient, path: str) -> list[Any]:
    entries, after = [], ""
    while True:
        page = _get(client, f"{path}{after}")
        entries += page["data"]
        if page["page"]["next"] is None:
            return entries
        after = f"&after={page['page']['next']}"


@pytest.mark.parametrize("by", ["said", "valid"])
@pytest.mark.parametrize("limit", [7, 200])
def test_a_timeline_is_the_collections_in_the_order_of_time(client: FlaskClient, by: str, limit: int) -> None:
    entries = _walk(client, f"/v1/timeline?by={by}&limit={limit}")

    assert [e["record"]["id"] for e in entries] == _expected(client, by)
    for entry in entries:
        field = "when" if entry["record"]["type"] == "date" else by
        assert entry["at"] == entry["record"][field]


def test_claims_without_a_date_are_listed_apart(client: FlaskClient) -> None:
    claims = _get(client, "/v1/claims?limit=200")["data"]
    undated = sorted(c["id"] for c in claims if c["said"] is None)
    first = _get(client, "/v1/timeline?limit=5")["undated"]
    listed = _walk(client, "/v1/timeline?undated=true&limit=5")

    assert len(undated) > 5
    assert first["total"] == len(undated)
    assert [e["record"]["id"] for e in first["data"]] == undated[:5]
    assert [e["record"]["id"] for e in listed] == undated
    assert all(e["at"] is None for e in listed)
    assert [e["record"]["id"] for e in _get(client, first["href"])["data"]] == undated[:5]


@pytest.mark.parametrize("match", ["possible", "certain"])
@pytest.mark.parametrize("by", ["said", "valid"])
def test_a_range_finds_what_the_collections_find_in_it(client: FlaskClient, match: str, by: str) -> None:
    for when in ("2019-06", "1956", "1945/1956", "201X"):
        page = _get(client, f"/v1/timeline?when={when}&match={match}&by={by}&limit=200")
        dates = _get(client, f"/v1/dates?when={when}&match={match}&limit=200")["data"]
        claims = _get(client, f"/v1/claims?{by}={when}&match={match}&limit=200")["data"]
        expected = {r["id"] for r in (*dates, *claims)}
        assert {e["record"]["id"] for e in page["data"]} == expected
        assert page["undated"]["total"] == 0


def test_filters_are_those_of_the_collections(client: FlaskClient) -> None:
    for query, plural in (
        ("participant=abe-shinzo", "dates"),
        ("about=four-islands", "claims"),
        ("kind=treaty-signing", "dates"),
        ("claimant=japan&kind=position", "claims"),
    ):
        records = _get(client, f"/v1/{plural}?{query}&limit=200")["data"]
        page = _get(client, f"/v1/timeline?{query}&limit=200")
        found = {e["record"]["id"] for e in (*page["data"], *page["undated"]["data"])}
        assert records
        assert found == {r["id"] for r in records}


def test_the_timeline_of_a_dossier_has_its_dates_and_claims(client: FlaskClient) -> None:
    mine = _walk(client, f"{DOSSIER}?limit=50")
    all_of_it = _walk(client, "/v1/timeline?dossier=japan-russia-peace-treaty&limit=50")

    assert mine == all_of_it
    assert client.get("/v1/dossiers/nothing/timeline").status_code == 404
    assert client.get(f"{DOSSIER}?dossier=x").status_code == 400


def _flat(entries: list[Any]) -> list[str]:
    return [i for e in entries for i in (e["record"]["id"], *_flat(e.get("parts", [])))]


def test_nested_parts_stand_within_what_they_are_part_of(client: FlaskClient) -> None:
    dates = {d["id"]: d for d in _get(client, "/v1/dates?limit=200")["data"]}
    whole = _walk(client, "/v1/timeline?nested=true&type=date&limit=10")

    assert sorted(_flat(whole)) == sorted(dates)

    def check(entries: list[Any], parent: str | None) -> None:
        places = [(e["at"]["earliest"] or "-", e["at"]["latest"] or "~", e["record"]["id"]) for e in entries]
        assert places == sorted(places)
        for entry in entries:
            part_of = dates[entry["record"]["id"]]["part_of"]
            assert (part_of["id"] if part_of else None) == parent
            check(entry["parts"], entry["record"]["id"])

    check(whole, None)
    assert any(e["parts"] for e in whole)


def test_a_part_whose_whole_is_not_listed_stands_by_itself(client: FlaskClient) -> None:
    page = _get(client, "/v1/timeline?nested=true&type=date&when=2017&match=certain")

    assert "two-plus-two-2017" in _flat(page["data"])
    for entry in page["data"]:
        if entry["record"]["id"] == "two-plus-two-2017":
            assert entry["record"]["part_of"]["id"] not in [e["record"]["id"] for e in page["data"]]


@pytest.mark.parametrize(
    "query", ["", "by=valid&", "nested=true&type=date&", "about=four-islands&", "when=2019&"]
)
def test_the_past_is_told_as_the_present_was(client: FlaskClient, query: str) -> None:
    now = client.get(f"/v1/timeline?{query}limit=40").get_json()
    then = client.get(f"/v1/timeline?{query}limit=40&as_of=seq:280").get_json()

    assert then["query"].pop("as_of") == "seq:280"
    for page in (now, then):
        page["page"] = {"limit": page["page"]["limit"]}
        page["undated"].pop("href")
    assert then == now
    assert client.get(f"/v1/timeline?{query}as_of=seq:0").get_json()["data"] == []


def test_parts_within_parts_are_shown_however_deep(desk: Desk) -> None:
    date = {"kind": "meeting", "citations": [{"source": "mofa-faq"}], "when": "1903"}
    deep = {f"part-{n:03d}": {**date, "title": f"Part {n}"} | ({"part_of": f"part-{n - 1:03d}"} if n else {})
            for n in range(150)}  # fmt: skip
    put(desk.database, DATE, deep)

    def flat(entries: list[Json]) -> list[str]:
        return [i for e in entries for i in (e["record"]["id"], *flat(e["parts"]))]

    for more in ({}, {"perspective": "russia"}, {"as_of": "seq:415"}):
        page = desk.read("timeline", when="1903", match="certain", nested="true", **more)
        assert sorted(flat(page["data"])) == sorted(deep)
