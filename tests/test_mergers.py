"""Mergers: every id of a chain means the survivor, now and in the past."""

import pytest

from api.records.core.registry import CLAIM, DATE

from .conftest import Desk, facts, put
from .places import url_of

NOTE = {"kind": "duplicate", "note": "In a test"}


@pytest.fixture
def chained(desk: Desk) -> Desk:
    """Party a, merged into b, merged into c."""
    for name in "abc":
        desk.party(f"party-{name}")
    date = {"title": "Talks", "kind": "meeting", "when": "2019", "citations": [{"source": "mofa-faq"}]}
    put(desk.database, DATE, {"talks": {**date, "participants": [{"party": "party-a"}]}})
    names = [{"text": "Aname", "language": "en", "used_by": "party-a"}]
    desk.send("POST", "places?publish=true", {"id": "rock", "name": "Rock", "kind": "island", "names": names})
    for one, other in ("ab", "bc"):
        done = desk.change("POST", f"parties/party-{one}/merge", {"into": f"party-{other}", **NOTE})
        assert done.status_code == 200, done.text
    return desk


@pytest.mark.parametrize("record_id", ["party-a", "party-b", "party-c"])
def test_every_id_of_a_chain_of_mergers_means_the_survivor(chained: Desk, record_id: str) -> None:
    others = chained.read("dates", **{"participant.not": record_id}, limit=200)["data"]

    assert [d["id"] for d in chained.read("dates", participant=record_id)["data"]] == ["talks"]
    assert "talks" not in [d["id"] for d in others]
    assert chained.read("timeline", participant=record_id)["query"]["participant"] == ["party-c"]
    assert chained.read("places/rock", perspective=record_id)["name"] == "Aname"
    assert [p["id"] for p in chained.read("parties", id=record_id)["data"]] == ["party-c"]


def test_the_first_of_a_chain_leads_to_the_last_in_one_step(chained: Desk) -> None:
    moved = chained.client.get("/v1/parties/party-a")

    assert moved.headers["Location"] == "/v1/parties/party-c"
    assert facts("doctor", "--db", url_of(chained.path)).stdout == "everything agrees\n"


def test_what_is_merged_twice_is_found_by_what_it_was_found_by_at_first(chained: Desk) -> None:
    """A date names a party; it is merged, then the party, then the one that it was merged into."""
    for name in "ab":
        chained.party(f"side-{name}")
    date = {"title": "Talks", "kind": "meeting", "when": "2019", "citations": [{"source": "mofa-faq"}]}
    put(chained.database, DATE, {"first": {**date, "participants": [{"party": "side-a"}]}})
    put(chained.database, DATE, {"second": date, "third": date})
    for path, into in (("dates/first", "second"), ("parties/side-a", "side-b"), ("dates/second", "third")):
        assert chained.change("POST", f"{path}/merge", {"into": into, **NOTE}).status_code == 200

    assert chained.client.get("/v1/dates/first").headers["Location"] == "/v1/dates/third"
    assert facts("doctor", "--db", url_of(chained.path)).stdout == "everything agrees\n"


def test_mergers_in_one_batch_lead_to_the_last(desk: Desk) -> None:
    for name in "abc":
        desk.party(f"party-{name}")
    batch = [
        {
            "op": "merge",
            "type": "party",
            "id": f"party-{one}",
            "if_match": desk.tag(f"parties/party-{one}"),
            "body": {"into": f"party-{other}", **NOTE},
        }
        for one, other in ("ab", "bc")
    ]

    done = desk.send("POST", "batch", batch)

    assert done.status_code == 200, done.text
    assert [p["id"] for p in desk.read("parties", id="party-a")["data"]] == ["party-c"]


def test_the_past_is_asked_in_its_own_ids(chained: Desk) -> None:
    """When b was not merged yet, a stood for b."""
    merged = [c for c in chained.read("changes", since=280)["data"] if c["change"] == "merged"]
    then = f"seq:{merged[0]['seq']}"

    page = chained.read("timeline", participant="party-a", as_of=then)

    assert page["query"]["participant"] == ["party-b"]
    assert [e["record"]["id"] for e in page["data"]] == ["talks"]


def test_a_merged_dossier_keeps_its_members(desk: Desk) -> None:
    desk.send("POST", "dossiers?publish=true", {"id": "second", "title": "Second"})
    claim = {"id": "second-claim", "proposition": "A claim.", "kind": "reported-fact", "dossiers": ["second"],
             "citations": [{"source": "tass-1069673"}]}  # fmt: skip
    assert desk.send("POST", "claims?publish=true", claim).status_code == 201
    desk.send("POST", "dossiers?publish=true", {"id": "third", "title": "Third"})
    done = desk.change("POST", "dossiers/second/merge", {"into": "third", **NOTE})
    assert done.status_code == 200, done.text

    for dossier in ("second", "third"):
        assert [s["id"] for s in desk.read("sources", dossier=dossier)["data"]] == [
            "nhk-interview-2019-07-21",
            "tass-1069673",
        ]
        assert [p["id"] for p in desk.read("parties", dossier=dossier)["data"]] == ["nhk", "tass"]


def test_a_dossier_whose_questions_are_answered_is_not_merged_away(desk: Desk) -> None:
    desk.send("POST", "dossiers?publish=true", {"id": "second", "title": "Second"})

    refused = desk.change("POST", "dossiers/japan-russia-peace-treaty/merge", {"into": "second", **NOTE})

    assert refused.status_code == 422
    error = refused.get_json()["errors"][0]
    assert error["pointer"] == "/into"
    assert "who-holds-sovereignty" in error["detail"]


def test_a_retracted_answer_keeps_no_dossier_from_being_merged(desk: Desk) -> None:
    questions = [{"id": "why", "text": "Why?"}]
    desk.send("POST", "dossiers?publish=true", {"id": "second", "title": "Second", "questions": questions})
    desk.send("POST", "dossiers?publish=true", {"id": "third", "title": "Third"})
    claim = {"id": "told", "proposition": "A claim.", "kind": "reported-fact",
             "citations": [{"source": "tass-1069673"}],
             "answers": [{"question": "why", "stance": "affirms"}]}  # fmt: skip
    assert desk.send("POST", "claims?publish=true", claim).status_code == 201
    merger = {"into": "third", **NOTE}
    assert desk.change("POST", "dossiers/second/merge", merger).status_code == 422

    desk.change("POST", "claims/told/retract", NOTE)

    assert desk.change("POST", "dossiers/second/merge", merger).status_code == 200


def test_claims_that_contradicted_each_other_can_be_merged(desk: Desk) -> None:
    claim = {"proposition": "A claim.", "kind": "reported-fact", "citations": [{"source": "tass-1069673"}]}
    put(
        desk.database,
        CLAIM,
        {"one": claim, "other": {**claim, "relations": [{"type": "contradicts", "claim": "one"}]}},
    )
    assert desk.change("POST", "claims/one/merge", {"into": "other", **NOTE}).status_code == 200

    assert desk.read("claims/other")["standing"] == ["single-origin"]
    assert facts("doctor", "--db", url_of(desk.path)).stdout == "everything agrees\n"
