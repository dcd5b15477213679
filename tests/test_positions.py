"""Positions: every answer of every claim stands in the column of its side, in time order."""

from typing import Any

import pytest
from flask.testing import FlaskClient

DOSSIER = "/v1/dossiers/japan-russia-peace-treaty/positions"


def _read(client: FlaskClient, query: str = "") -> Any:
    response = client.get(f"{DOSSIER}?{query}" if query else DOSSIER)
    assert response.status_code == 200, response.text
    return response.get_json()


@pytest.mark.parametrize("by", ["position", "claimant"])
def test_positions_are_what_recomputing_them_from_the_claims_gives(client: FlaskClient, by: str) -> None:
    claims = client.get("/v1/claims?limit=200").get_json()["data"]

    def side(claim: Any) -> str | None:
        whose = (claim["position_of"] if by == "position" else None) or claim["claimant"]
        return whose and str(whose["id"])

    expected = {
        (answer["question"], side(claim), answer["stance"], claim["id"])
        for claim in claims
        for answer in claim["answers"]
    }
    found = set()
    for question in _read(client, f"by={by}")["questions"]:
        for column in question["positions"]:
            for entry in column["claims"]:
                found.add((question["id"], column["party"]["id"], entry["stance"], entry["claim"]["id"]))
        for entry in question["stated_as_fact"]:
            found.add((question["id"], None, entry["stance"], entry["claim"]["id"]))
    assert len(expected) > 20
    assert found == expected


def test_a_column_is_in_time_order_and_says_whether_the_side_changed(client: FlaskClient) -> None:
    for question in _read(client)["questions"]:
        for column in question["positions"]:
            days = [e["said"]["earliest"] or "-" for e in column["claims"] if e["said"]]
            assert days == sorted(days)
            assert column["changed"] == (len({e["stance"] for e in column["claims"]}) > 1)
            assert column["stances"] == list(dict.fromkeys(e["stance"] for e in column["claims"]))


def test_nobody_is_left_out_because_only_the_other_side_speaks(client: FlaskClient) -> None:
    questions = _read(client)["questions"]
    everybody = {c["party"]["id"] for q in questions for c in q["positions"]}

    for question in questions:
        heard = {c["party"]["id"] for c in question["positions"]}
        assert {side["id"] for side in question["silent"]} == everybody - heard


def test_contradictions_are_pairs_of_claims_that_answer_the_question(client: FlaskClient) -> None:
    pairs = [pair for question in _read(client)["questions"] for pair in question["contradictions"]]

    assert pairs
    for one, other in pairs:
        claim = client.get(f"/v1/claims/{one}").get_json()
        related = [r["claim"]["id"] for r in claim["relations"] + claim["inverse_relations"]]
        assert other in related


def test_positions_can_be_narrowed(client: FlaskClient) -> None:
    found = _read(client, "question=who-holds-sovereignty&party=japan,russia")

    [question] = found["questions"]
    assert question["id"] == "who-holds-sovereignty"
    assert {c["party"]["id"] for c in question["positions"]} <= {"japan", "russia"}
    refused = client.get(f"{DOSSIER}?question=who-holds")
    assert refused.status_code == 400
    assert "who-holds-sovereignty" in refused.get_json()["errors"][0]["allowed"]
    misspelt = client.get(f"{DOSSIER}?party=japn")
    assert misspelt.get_json()["errors"][0]["did_you_mean"] == "japan"


def test_positions_of_the_past_are_the_same(client: FlaskClient) -> None:
    now, then = _read(client), _read(client, "as_of=seq:265")

    assert then["questions"] == now["questions"]
