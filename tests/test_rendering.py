"""What a record shows of others follows them: names, origins, contradictions, retractions of nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from api.records.core.errors import InvalidDocument
from api.records.core.registry import CLAIM, DATE, DOSSIER, PARTY, SOURCE

from .conftest import Desk, copied, empty_desk


def _three_agencies(path: Path) -> Desk:
    desk = empty_desk(path)
    for name in ("ann", "bob", "cid"):
        desk.put(PARTY, name, name=name.title(), kind="media-outlet")
    desk.source("wire", "ann", url="https://ann.example/wire")
    desk.source("reprint", "bob", ("wire", "republishes"))
    desk.source("own", "cid")
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Three agencies and what they printed."""
    return copied(_three_agencies, tmp_path / "facts.db")


def test_a_new_name_is_shown_wherever_the_old_one_was(desk: Desk) -> None:
    desk.claim("c", "wire", attribution=[{"party": "ann", "role": "said"}])
    before = desk.read("claims/c")

    desk.put(PARTY, "ann", name="Anna", kind="media-outlet")

    after = desk.read("claims/c")
    assert after["claimant"]["name"] == "Anna"
    assert after["meta"]["revision"] == before["meta"]["revision"]
    assert after["meta"]["updated"] > before["meta"]["updated"]
    assert desk.read("sources/wire")["publisher"]["name"] == "Anna"


def test_what_another_writer_left_to_be_rendered_is_rendered_by_the_next(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.path)) as connection, connection:
        connection.execute("INSERT INTO pending_refresh (record, cause) VALUES ('wire', 'ann')")
    assert desk.client.get("/health/ready").json == {"status": "ready", "refreshing": 1}

    desk.party("dan")

    assert desk.client.get("/health/ready").json == {"status": "ready", "refreshing": 0}


def test_what_shows_nothing_new_stays_byte_for_byte(desk: Desk) -> None:
    desk.claim("c", "wire", attribution=[{"party": "ann", "role": "said"}])
    before = desk.client.get("/v1/claims/c")

    desk.put(PARTY, "ann", name="Ann", kind="media-outlet", description="An agency.")

    assert desk.client.get("/v1/claims/c").data == before.data
    assert desk.client.get("/v1/claims/c").headers["ETag"] == before.headers["ETag"]


def test_reprints_of_one_wire_are_one_origin(desk: Desk) -> None:
    desk.claim("c", "wire", "reprint")

    origins = desk.read("claims/c")["origins"]
    assert (origins["count"], [s["id"] for s in origins["sources"]]) == (1, ["wire"])
    assert desk.read("claims/c")["standing"] == ["single-origin"]


def test_an_independent_source_is_a_second_origin(desk: Desk) -> None:
    desk.claim("c", "reprint", "own")

    assert desk.read("claims/c")["origins"]["count"] == 2
    assert desk.read("claims/c")["standing"] == ["several-origins"]


def test_learning_where_a_source_comes_from_changes_the_claims_that_cite_it(desk: Desk) -> None:
    desk.claim("c", "reprint", "own")
    assert [c["id"] for c in desk.read("claims?origins_min=2")["data"]] == ["c"]

    desk.source("own", "cid", ("wire", "translates"))

    assert desk.read("claims/c")["origins"]["count"] == 1
    assert desk.read("claims?origins_min=2")["data"] == []
    assert [c["id"] for c in desk.read("claims?origin=wire")["data"]] == ["c"]


def test_two_documents_of_one_publisher_are_one_voice(desk: Desk) -> None:
    desk.source("second", "ann")
    desk.claim("c", "wire", "second")

    assert desk.read("claims/c")["origins"]["count"] == 1
    assert len(desk.read("claims/c")["origins"]["sources"]) == 2


def test_a_document_is_accounted_for_by_any_of_its_publishers(desk: Desk) -> None:
    desk.source("joint", "cid", co_publishers=["ann"])
    desk.claim("c", "wire", "joint")
    desk.claim("d", "own", "joint")
    desk.claim("e", "wire", "own", "joint")

    assert [desk.read(f"claims/{c}")["origins"]["count"] for c in "cde"] == [1, 1, 2]
    assert {c["id"] for c in desk.read("claims?via=ann")["data"]} == {"c", "d", "e"}


def test_a_document_that_nobody_is_known_to_have_published_is_a_voice_of_its_own(desk: Desk) -> None:
    desk.put(SOURCE, "post", title="Post", kind="social-media-post", held=True)
    desk.put(SOURCE, "letter", title="Letter", kind="social-media-post", held=True)
    desk.claim("c", "post", "letter", "wire")
    desk.claim("own-voice", "post")

    assert desk.read("claims/c")["origins"]["count"] == 3
    assert desk.read("claims/own-voice")["claimant"] is None
    assert desk.read("claims/own-voice")["standing"] == ["single-origin"]


def test_documents_are_found_by_all_who_published_and_signed_them(desk: Desk) -> None:
    desk.source("joint", "cid", co_publishers=["ann"], signatories=["bob", "cid"])

    found = desk.read("sources/joint")
    assert [party["name"] for party in found["co_publishers"]] == ["Ann"]
    assert [party["id"] for party in found["signatories"]] == ["bob", "cid"]
    assert "joint" in {s["id"] for s in desk.read("sources?publisher=ann")["data"]}
    assert "joint" in {s["id"] for s in desk.read("sources?publisher=cid")["data"]}
    assert [s["id"] for s in desk.read("sources?signatory=bob")["data"]] == ["joint"]
    assert "joint" in {r["id"] for r in desk.read("search?q=ann&type=source")["data"]}


@pytest.mark.parametrize(("first", "others"), [("ann", ["ann", "cid"]), (None, ["ann", "cid"])])
def test_each_publisher_counts_once_whoever_is_the_first(
    desk: Desk, first: str | None, others: list[str]
) -> None:
    desk.put(SOURCE, "joint", title="J", kind="news-report", held=True, publisher=first, co_publishers=others)
    desk.claim("c", "joint")

    graph = desk.read("claims/c/provenance")
    assert [e["to"] for e in graph["edges"] if e["type"] == "published-by"] == ["ann", "cid"]
    assert graph["origins"]["count"] == 1


def test_two_reports_of_one_broadcast_in_the_chain_are_one_origin(desk: Desk) -> None:
    desk.source("broadcast", "cid")
    desk.source("first", "ann", ("broadcast", "quotes"))
    desk.source("other", "bob", ("broadcast", "quotes"))
    chain = [{"party": "cid", "role": "quoted", "source": "broadcast"}]

    desk.claim("c", "first", "other", attribution=chain)
    desk.claim("without-chain", "first", "other")

    assert desk.read("claims/c")["origins"]["count"] == 1
    assert desk.read("claims/without-chain")["origins"]["count"] == 2


def test_a_contradiction_shows_on_both_sides(desk: Desk) -> None:
    desk.claim("a", "wire")
    desk.claim("b", "own", relations=[{"type": "contradicts", "claim": "a", "note": "Flatly."}])

    a, b = desk.read("claims/a"), desk.read("claims/b")
    assert "contested" in a["standing"]
    assert "contested" in b["standing"]
    [inverse] = a["inverse_relations"]
    assert (inverse["type"], inverse["claim"]["id"], inverse["note"]) == ("contradicted-by", "b", "Flatly.")
    assert [c["id"] for c in desk.read("claims?relation=contradicted-by")["data"]] == ["a"]

    desk.claim("b", "own")
    assert desk.read("claims/a")["inverse_relations"] == []
    assert "contested" not in desk.read("claims/a")["standing"]


def test_a_superseded_claim_says_so(desk: Desk) -> None:
    desk.claim("a", "wire")
    desk.claim("b", "own", relations=[{"type": "supersedes", "claim": "a"}])

    assert "superseded" in desk.read("claims/a")["standing"]
    assert "superseded" not in desk.read("claims/b")["standing"]


def test_a_deep_link_follows_the_sources_address(desk: Desk) -> None:
    words = {"start": "the two-plus-two, at last", "end": "done"}
    citation = {"source": "wire", "locator": {"text": words}}
    desk.put(CLAIM, "c", proposition="C.", kind="reported-fact", citations=[citation])
    assert desk.read("claims/c")["citations"][0]["deep_link"] == (
        "https://ann.example/wire#:~:text=the%20two%2Dplus%2Dtwo%2C%20at%20last,done"
    )

    desk.source("wire", "ann", url="https://ann.example/new#part")

    link = desk.read("claims/c")["citations"][0]["deep_link"]
    assert link.startswith("https://ann.example/new#part:~:text=")


def test_names_in_dates_and_dossiers_follow_too(desk: Desk) -> None:
    desk.put(DOSSIER, "story", title="Story", questions=[{"id": "why", "text": "Why?"}])
    desk.put(DATE, "talks", title="Talks", kind="meeting", when="2019", citations=[{"source": "wire"}],
             dossiers=["story"], participants=[{"party": "ann", "role": "host"}])  # fmt: skip

    assert desk.read("dates/talks")["dossiers"] == [
        {"type": "dossier", "id": "story", "href": "/v1/dossiers/story"}
    ]
    desk.put(PARTY, "ann", name="Anna", kind="media-outlet")
    assert desk.read("dates/talks")["participants"][0]["party"]["name"] == "Anna"


@pytest.mark.parametrize(
    ("name", "pointer"),
    [("press", "/0"), ("why", "/0")],
)
def test_an_id_is_unique_over_records_and_questions(desk: Desk, name: str, pointer: str) -> None:
    desk.put(PARTY, "press", name="Press", kind="media-outlet")
    desk.put(DOSSIER, "story", title="Story", questions=[{"id": "why", "text": "Why?"}])
    document = {"title": "T", "kind": "book", "publisher": "ann", "held": True}

    with pytest.raises(InvalidDocument) as caught:
        desk.put(SOURCE, name, **document)

    assert caught.value.faults[0].pointer == pointer
    assert "taken" in caught.value.faults[0].detail


def test_an_answered_question_cannot_be_dropped(desk: Desk) -> None:
    desk.put(DOSSIER, "story", title="Story", questions=[{"id": "why", "text": "Why?"}])
    desk.claim("c", "wire", answers=[{"question": "why", "stance": "denies"}])

    with pytest.raises(InvalidDocument) as caught:
        desk.put(DOSSIER, "story", title="Story")

    assert "1 claim answers it: c" in caught.value.faults[0].detail
    assert desk.read("dossiers/story")["questions"] == [{"id": "why", "text": "Why?", "translations": []}]


def test_an_edit_of_a_source_may_break_anothers_chain(desk: Desk) -> None:
    chain = [
        {"party": "ann", "role": "reported", "source": "wire"},
        {"party": "bob", "role": "republished", "source": "reprint"},
    ]
    desk.claim("c", "reprint", attribution=chain)

    desk.source("reprint", "bob")

    assert desk.read("sources/reprint")["derived_from"] == []
    with pytest.raises(InvalidDocument, match="fault"):
        desk.claim("c", "reprint", attribution=chain, position_of="ann")
