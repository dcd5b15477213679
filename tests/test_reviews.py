"""Judgements of others beside the editors' own: kept as they were published, found by whose they are."""

import json
from typing import Any

import pytest

from .conftest import Desk

CITED = {"source": "urdupoint-2019-07-21"}
REVIEW = {
    "by": "tass",
    "rating": {"label": "Mostly false", "value": 2, "best": 5, "worst": 1},
    "source": "tass-1069673",
    "when": "2019-07-22",
    "status": "refuted",
}


def _publish(desk: Desk, *reviews: dict[str, Any], **more: Any) -> None:
    body = {"id": "said", "proposition": "Bob said so.", "kind": "reported-fact", "citations": [CITED]}
    response = desk.send("POST", "claims?publish=true", {**body, "reviews": reviews, **more})
    assert response.status_code == 201, response.text


def test_a_review_is_read_as_it_was_written_and_put_back_without_a_change(desk: Desk) -> None:
    _publish(desk, REVIEW)
    claim = desk.read("claims/said")

    (review,) = claim["reviews"]
    assert review["rating"] == REVIEW["rating"]
    assert (review["by"]["name"], review["source"]["id"], review["when"]["edtf"], review["status"]) == (
        "TASS", "tass-1069673", "2019-07-22", "refuted")  # fmt: skip
    again = desk.change("PUT", "claims/said", claim)
    assert again.get_json()["meta"] == claim["meta"]
    assert (claim["assessment"], claim["standing"]) == (None, ["single-origin"])


def test_reviews_pair_with_their_authors_in_filters(desk: Desk) -> None:
    _publish(desk, REVIEW, {"by": "nhk", "rating": {"label": "So"}, "status": "supported"})

    def found(**query: str) -> list[str]:
        return [record["id"] for record in desk.read("claims", **query)["data"]]

    assert found(reviewed_by="tass") == found(review="supported") == ["said"]
    assert found(reviewed_by="tass", review="refuted") == ["said"]
    assert found(reviewed_by="tass", review="supported") == []
    facets = desk.read("claims", facets="review,reviewed_by")["facets"]
    assert {v["value"]: v["count"] for v in facets["review"]["values"]} == {"refuted": 1, "supported": 1}
    assert {v["name"] for v in facets["reviewed_by"]["values"]} == {"TASS", "NHK"}
    assert desk.read("claims", q='"mostly false"')["data"][0]["id"] == "said"
    assert [r["role"] for r in desk.read("parties/tass/references", type="claim", limit=200)["data"]
            if r["record"]["id"] == "said"] == ["reviews.by"]  # fmt: skip


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "without its author": ({"by": None}, "/reviews/0/by"),
    "a rating that says nothing": ({"rating": {"best": 5}}, "/reviews/0/rating/label"),
    "a value beyond the scale": ({"rating": {"value": 6, "best": 5, "worst": 1}}, "/reviews/0/rating/value"),
    "a scale without length": ({"rating": {"value": 1, "best": 1, "worst": 1}}, "/reviews/0/rating/value"),
    "a value that is no number": ({"rating": {"value": "2"}}, "/reviews/0/rating/value"),
    "a word that is not ours": ({"status": "false"}, "/reviews/0/status"),
    "a source that is a party": ({"source": "nhk"}, "/reviews/0/source"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_review_that_cannot_be_is_refused_and_named(desk: Desk, case: str) -> None:
    more, pointer = REFUSED[case]
    body = {"id": "said", "proposition": "Bob said so.", "kind": "reported-fact", "citations": [CITED]}

    response = desk.send("POST", "claims", {**body, "reviews": [{**REVIEW, **more}]})

    assert response.status_code == 422, response.text
    assert [fault["pointer"] for fault in response.get_json()["errors"]] == [pointer]


def test_a_patch_names_who_assessed_and_leaves_the_rest(desk: Desk) -> None:
    _publish(desk, assessment={"status": "refuted", "note": "By two.", "assessed": "2026-11-24"})

    changed = desk.change("PATCH", "claims/said", {"assessment": {"by": "nhk"},
                          "correction": {"kind": "error", "note": "Who."}})  # fmt: skip

    assert changed.status_code == 200, changed.text
    assessment = changed.get_json()["assessment"]
    assert (assessment["by"]["id"], assessment["note"]) == ("nhk", "By two.")


def test_a_page_describes_reviews_as_claim_reviews(desk: Desk) -> None:
    _publish(desk, REVIEW)

    page = desk.client.get("/claims/said", headers={"Accept": "text/html"}).text

    described = json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])
    (review,) = described["review"]
    assert review["@type"] == "ClaimReview"
    assert review["author"]["name"] == "TASS"
    assert review["datePublished"] == "2019-07-22"
    assert review["reviewRating"] == {"@type": "Rating", "alternateName": "Mostly false", "ratingValue": 2,
                                      "bestRating": 5, "worstRating": 1}  # fmt: skip
