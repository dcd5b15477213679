"""Corrections of the kind `enrichment`: they only add, and are told from corrections everywhere."""

from typing import Any

import pytest

from .conftest import Desk, Json, facts
from .places import url_of

NOTE = {"kind": "enrichment", "note": "More is recorded."}
ERROR = {"kind": "error", "note": "It was wrong."}
CLAIM = "claims/abe-seeks-treaty-progress-in-term"
BARE: dict[str, Any] = {
    "proposition": "P.",
    "kind": "reported-fact",
    "about": {"parties": ["japan"]},
    "citations": [{"source": "urdupoint-2019-07-21", "locator": {"paragraph": 1}}],
    "relations": [{"type": "supports", "claim": "abe-seeks-treaty-progress-in-term"}],
}
CITED = BARE["citations"][0]
DIGEST = "sha-256:" + "0" * 64
OTHER = "abe-regrets-leaving-without-treaty"

ADDITIONS = {
    "a digest": {"citations": [{**CITED, "locator": {"paragraph": 1, "digest": DIGEST}}]},
    "a citation": {"citations": [CITED, {"source": "tass-1069673", "locator": {"paragraph": 2}}]},
    "a citation before": {"citations": [{"source": "tass-1069673", "locator": {"paragraph": 2}}, CITED]},
    "a subject": {"about": {"parties": ["japan", "russia"], "places": ["four-islands"]}},
    "a dossier": {"dossiers": ["japan-russia-peace-treaty"]},
    "a relation": {"relations": [*BARE["relations"], {"type": "elaborates", "claim": OTHER}]},
    "a note of a relation": {"relations": [{**BARE["relations"][0], "note": "N."}]},
}
MORE = {
    "another wording": ({"proposition": "Q."}, ["/proposition"]),
    "another kind": ({"kind": "historical-fact"}, ["/kind"]),
    "a subject goes": ({"about": {"places": ["four-islands"], "parties": None}}, ["/about/parties"]),
    "a subject changes": ({"about": {"parties": ["russia"]}}, ["/about/parties/0"]),
    "a locator changes": ({"citations": [{**CITED, "locator": {"paragraph": 2}}]}, ["/citations/0"]),
    "relations go": ({"relations": None}, ["/relations"]),
    "attribution": ({"attribution": [{"party": "japan", "role": "said"}]}, ["/attribution"]),
    "position_of": ({"position_of": "japan"}, ["/position_of"]),
    "said": ({"said": "2019"}, ["/said"]),
    "valid": ({"valid": "2019"}, ["/valid"]),
    "answers": ({"answers": [{"question": "who-holds-sovereignty", "stance": "denies"}]}, ["/answers"]),
    "assessment": (
        {"assessment": {"status": "disputed", "note": "N.", "assessed": "2026-11-24"}},
        ["/assessment"],
    ),
    **{
        kind: ({"relations": [*BARE["relations"], {"type": kind, "claim": OTHER}]}, ["/relations/1"])
        for kind in ("contradicts", "supersedes", "corrects")
    },
    "two at once": ({"proposition": "Q.", "said": "2019"}, ["/proposition", "/said"]),
}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A desk with a published claim that says little."""
    created = desk.send("POST", "claims?publish=true", {"id": "bare", **BARE})
    assert created.status_code == 201, created.text
    return desk


def _answers(desk: Desk, *revisions: int) -> list[str]:
    embedded = [{"id": "bare", "revision": revision} for revision in revisions]
    return [found["answer"] for found in desk.client.post("/v1/check", json=embedded).get_json()["data"]]


def _noted(desk: Desk, **query: str) -> list[str]:
    return [note["kind"] for note in desk.read("corrections", id="bare", **query)["data"]]


@pytest.mark.parametrize("patch", ADDITIONS.values(), ids=ADDITIONS)
def test_what_only_adds_is_an_enrichment(desk: Desk, patch: Json) -> None:
    done = desk.change("PATCH", "claims/bare", {**patch, "correction": NOTE})

    assert done.status_code == 200, done.text
    assert _answers(desk, 1, 2) == ["enriched", "unchanged"]
    assert (_noted(desk), _noted(desk, kind="enrichment")) == ([], ["enrichment"])


@pytest.mark.parametrize(("patch", "pointers"), MORE.values(), ids=MORE)
def test_what_does_more_is_refused_and_named(desk: Desk, patch: Json, pointers: list[str]) -> None:
    refused = desk.change("PATCH", "claims/bare", {**patch, "correction": NOTE})

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == pointers


def test_a_value_more_in_an_assessment_is_no_enrichment(desk: Desk) -> None:
    judged = {"assessment": {"status": "disputed", "note": "N.", "assessed": "2026-11-24"}}
    assert desk.change("PATCH", "claims/bare", {**judged, "correction": ERROR}).status_code == 200

    refused = desk.change("PATCH", "claims/bare", {"assessment": {"citations": [CITED]}, "correction": NOTE})

    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/assessment"]


def test_a_correction_among_enrichments_is_told(desk: Desk) -> None:
    for patch, note in (
        (ADDITIONS["a digest"], NOTE),
        ({"proposition": "Q."}, ERROR),
        (ADDITIONS["a dossier"], NOTE),
    ):
        assert desk.change("PATCH", "claims/bare", {**patch, "correction": note}).status_code == 200

    assert _answers(desk, 1, 2, 3, 4) == ["corrected", "corrected", "enriched", "unchanged"]
    assert _noted(desk) == ["error"]
    assert _noted(desk, kind="enrichment,error") == ["enrichment", "error", "enrichment"]
    atom = "/v1/corrections.atom?id=bare"
    assert desk.client.get(atom).text.count("<entry>") == 1
    assert desk.client.get(f"{atom}&kind=enrichment").text.count("<entry>") == 2
    assert facts("doctor", "--db", url_of(desk.path)).stdout == "everything agrees\n"


@pytest.mark.parametrize("operation", ["retract", "merge"])
def test_a_withdrawal_is_no_enrichment(desk: Desk, operation: str) -> None:
    into = {"into": OTHER} if operation == "merge" else {}

    refused = desk.change("POST", f"claims/bare/{operation}", {**NOTE, **into})

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/kind"]
