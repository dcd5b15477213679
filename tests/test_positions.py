"""Positions: every answer of every claim stands in the column of its side, in time order."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.records.answers.cells import MOST_CLAIMS
from api.records.core.registry import CLAIM, PARTY
from api.records.core.registry import DOSSIER as DOSSIERS
from schemas.vocabularies import SIDED_CLAIM_KINDS

from .conftest import Desk, Json, copied, empty_desk, put

DOSSIER = "/v1/dossiers/japan-russia-peace-treaty/positions"


def _read(client: FlaskClient, query: str = "") -> Any:
    response = client.get(f"{DOSSIER}?{query}" if query else DOSSIER)
    assert response.status_code == 200, response.text
    return response.get_json()


def _columns(client: FlaskClient, query: str = "") -> list[tuple[str, Json]]:
    return [(q["id"], column) for q in _read(client, query)["questions"] for column in q["positions"]]


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
        cells = [(column["party"]["id"], column) for column in question["positions"]]
        for party, cell in [*cells, (None, question["stated_as_fact"])]:
            assert cell["total"] == len(cell["claims"])
            found |= {
                (question["id"], party, entry["stance"], entry["claim"]["id"]) for entry in cell["claims"]
            }
    assert len(expected) > 20
    assert found == expected


def test_a_claim_stands_there_with_its_speaker_origins_and_citations(client: FlaskClient) -> None:
    claims = {c["id"]: c for c in client.get("/v1/claims?limit=200").get_json()["data"]}
    for _, column in _columns(client):
        for entry in column["claims"]:
            claim = claims[entry["claim"]["id"]]
            assert entry["claim"]["name"] == claim["proposition"]
            shown = ("claimant", "said", "origins", "citations")
            assert [entry[name] for name in shown] == [claim[name] for name in shown]


def test_a_column_is_in_time_order_and_dates_each_of_its_stances(client: FlaskClient) -> None:
    for _, column in _columns(client):
        entries = column["claims"]
        dated = [entry for entry in entries if entry["said"]]
        assert entries[: len(dated)] == dated
        days = [(e["said"]["earliest"] or "-", e["said"]["latest"] or "~") for e in dated]
        assert days == sorted(days)
        assert [s["stance"] for s in column["stances"]] == list(dict.fromkeys(e["stance"] for e in entries))
        for stance in column["stances"]:
            own = [entry["said"] for entry in entries if entry["stance"] == stance["stance"]]
            known = [said for said in own if said]
            assert stance["claims"] == len(own)
            assert (stance["first"], stance["last"]) == ((known[0], known[-1]) if known else (None, None))
        assert (column["changed"] or column["several"]) == (len(column["stances"]) > 1)
        assert not (column["changed"] and column["several"])


@pytest.mark.parametrize("by", ["position", "claimant"])
def test_the_address_of_a_column_leads_to_its_claims(client: FlaskClient, by: str) -> None:
    for _, column in _columns(client, f"by={by}"):
        claims = client.get(column["href"]).get_json()["data"]
        assert [claim["id"] for claim in claims] == list(
            dict.fromkeys(entry["claim"]["id"] for entry in column["claims"])
        )


def test_nobody_is_left_out_because_only_the_other_side_speaks(client: FlaskClient) -> None:
    questions = _read(client)["questions"]
    claims = client.get("/v1/claims?limit=200").get_json()["data"]
    everybody = {
        (claim["position_of"] or claim["claimant"])["id"]
        for claim in claims
        if claim["position_of"] or (claim["claimant"] and claim["kind"] in SIDED_CLAIM_KINDS)
    }

    for question in questions:
        heard = {c["party"]["id"] for c in question["positions"]}
        assert {side["id"] for side in question["silent"]} == everybody - heard
    asked, side = next((q["id"], side["id"]) for q in questions for side in q["silent"])
    [alone] = _read(client, f"question={asked}&party={side}")["questions"]
    assert (alone["positions"], [s["id"] for s in alone["silent"]]) == ([], [side])


def test_contradictions_are_pairs_of_claims_that_answer_the_question(client: FlaskClient) -> None:
    found = 0
    for question in _read(client)["questions"]:
        of = {e["claim"]["id"]: c["party"]["id"] for c in question["positions"] for e in c["claims"]}
        for one, other in question["contradictions"]:
            claim = client.get(f"/v1/claims/{one['claim']}").get_json()
            related = [(r["type"], r["claim"]["id"]) for r in claim["relations"] + claim["inverse_relations"]]
            assert {("contradicts", other["claim"]), ("contradicted-by", other["claim"])} & set(related)
            assert [of.get(member["claim"]) for member in (one, other)] == [one["party"], other["party"]]
            found += 1
    assert found


def test_positions_can_be_narrowed(client: FlaskClient) -> None:
    found = _read(client, "question=who-holds-sovereignty&party=japan,russia")

    [question] = found["questions"]
    assert question["id"] == "who-holds-sovereignty"
    assert {c["party"]["id"] for c in question["positions"]} == {"japan", "russia"}
    assert {m["party"] for pair in question["contradictions"] for m in pair} <= {"japan", "russia"}
    refused = client.get(f"{DOSSIER}?question=who-holds")
    assert refused.status_code == 400
    assert "who-holds-sovereignty" in refused.get_json()["errors"][0]["allowed"]
    misspelt = client.get(f"{DOSSIER}?party=japn")
    assert misspelt.get_json()["errors"][0]["did_you_mean"] == "japan"


@pytest.mark.parametrize("query", ["", "by=claimant&", "party=japan&question=what-does-1956-oblige&"])
def test_positions_of_the_past_are_the_same(client: FlaskClient, query: str) -> None:
    now, then = _read(client, query.rstrip("&")), _read(client, f"{query}as_of=seq:280")

    for question in then["questions"]:
        for column in question["positions"]:
            assert client.get(column["href"]).get_json()["query"]["as_of"] == "seq:280"
            column["href"] = column["href"].removesuffix("&as_of=seq:280")
    assert then["questions"] == now["questions"]
    assert client.get(f"{DOSSIER}?as_of=seq:0").status_code == 404


def test_somebody_who_answers_nothing_is_silent_where_asked_for(client: FlaskClient) -> None:
    for moment in ("", "&as_of=seq:280"):
        questions = _read(client, f"party=japan,urdupoint{moment}")["questions"]
        assert all("urdupoint" in [side["id"] for side in q["silent"]] for q in questions)


# What changed, and when


def _ask(path: Path) -> Desk:
    empty = empty_desk(path)
    empty.put(PARTY, "side", name="Side", kind="state")
    empty.put(PARTY, "outlet", name="Outlet", kind="media-outlet")
    empty.source("paper", "outlet")
    questions = [{"id": "whose", "text": "Whose?"}, {"id": "when", "text": "When?"}]
    empty.put(DOSSIERS, "story", title="Story", questions=questions)
    return empty


@pytest.fixture
def told(tmp_path: Path) -> Desk:
    """A dossier with one question, to which a side answers as a test has it."""
    return copied(_ask, tmp_path / "told.db")


def _answer(desk: Desk, name: str, stance: str, said: str | None, **more: Any) -> None:
    dated = {"said": said} if said else {}
    speaker = {"attribution": [{"party": "side", "role": "said"}], "dossiers": ["story"]}
    answers = [{"question": "whose", "stance": stance}]
    desk.claim(name, "paper", **{**speaker, "answers": answers, **dated, **more})


@pytest.mark.parametrize(
    ("first", "second", "changed"),
    [
        ("2004-09-09", "2019-07-21", True),
        ("2019-07-21", "2004-09-09", True),
        ("2004", "2005", True),
        ("2004/2005", "2006-01", True),
        ("2004-09-09", None, False),
        (None, None, False),
        ("2019-07-21", "2019-07-21", False),
        ("2019-07", "2019-07-21", False),
        ("2019", "2018/2019", False),
        ("201X", "2019-07-21", False),
        ("2004?", "2019", False),
        ("2004", "2019~", False),
        ("2004/..", "2019", False),
        ("2004/", "2019", False),
        ("../2004", "2019", True),
    ],
)
def test_a_side_has_changed_where_one_stance_surely_follows_the_other(
    told: Desk, first: str | None, second: str | None, changed: bool
) -> None:
    _answer(told, "yes", "affirms", first)
    _answer(told, "no", "denies", second)

    [column] = told.read("dossiers/story/positions")["questions"][0]["positions"]

    assert (column["changed"], column["several"]) == (changed, not changed)


def test_a_side_that_says_the_same_again_has_one_stance(told: Desk) -> None:
    _answer(told, "once", "affirms", "2004")
    _answer(told, "again", "affirms", "2019")

    [column] = told.read("dossiers/story/positions")["questions"][0]["positions"]

    assert (column["changed"], column["several"]) == (False, False)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("said=2004", {"yes", "maybe"}),
        ("said=2004&match=certain", {"yes"}),
        ("said=2005/2020", {"no"}),
        ("said=2004/..", {"yes", "no", "maybe"}),
        ("said=1956", set()),
    ],
)
def test_positions_are_those_of_a_time_in_the_story(told: Desk, query: str, shown: set[str]) -> None:
    _answer(told, "yes", "affirms", "2004-09-09")
    _answer(told, "maybe", "leaves-open", "2004~")
    _answer(told, "no", "denies", "2019")
    _answer(told, "never", "denies", None)
    _answer(told, "fact", "denies", "1950", attribution=[], position_of=None)
    narrowed = told.client.get(f"/v1/dossiers/story/positions?{query}").get_json()

    columns = narrowed["questions"][0]["positions"]

    assert {e["claim"]["id"] for c in columns for e in c["claims"]} == shown
    assert narrowed["query"]["said"] == query.partition("&")[0].removeprefix("said=")
    assert narrowed["query"]["match"] == ("certain" if "certain" in query else "possible")
    assert narrowed["questions"][0]["stated_as_fact"]["total"] == 0
    for column in columns:
        assert {c["id"] for c in told.client.get(column["href"]).get_json()["data"]} == shown
    then = told.client.get(f"/v1/dossiers/story/positions?{query}&as_of=2999-01-01T00:00:00Z").get_json()
    assert _held(then) == _held(narrowed)
    assert told.client.get("/v1/dossiers/story/positions?said=2019?").status_code == 400


@pytest.mark.parametrize(
    ("claim", "silent"),
    [
        ({"kind": "statement"}, set()),
        ({"kind": "assessment"}, set()),
        ({"kind": "position"}, {"side"}),
        ({"kind": "demand"}, {"side"}),
        ({"kind": "condition"}, {"side"}),
        ({"kind": "promise"}, {"side"}),
        ({"kind": "denial"}, {"side"}),
        ({"kind": "statement", "position_of": "outlet"}, {"outlet"}),
        ({"kind": "position", "position_of": "outlet"}, {"outlet"}),
        ({"kind": "position", "dossiers": []}, set()),
    ],
)
def test_silent_are_the_sides_of_the_dossier_that_do_not_answer(
    told: Desk, claim: Json, silent: set[str]
) -> None:
    speaker = {"attribution": [{"party": "side", "role": "said"}], "dossiers": ["story"]}
    citations = [{"source": "paper"}]
    told.put(CLAIM, "told", proposition="So.", citations=citations, **{**speaker, **claim})

    for question in told.read("dossiers/story/positions")["questions"]:
        assert {side["id"] for side in question["silent"]} == silent


# After changes


def _held(answer: Json) -> set[tuple[str, str]]:
    """(question, claim) of all columns."""
    return {
        (q["id"], e["claim"]["id"]) for q in answer["questions"] for c in q["positions"] for e in c["claims"]
    }


def test_a_party_that_was_merged_is_asked_for_by_either_id(desk: Desk) -> None:
    before = _read(desk.client, "party=ria-novosti")

    merger = {"into": "sputnik", "kind": "duplicate", "note": "In a test"}
    done = desk.change("POST", "parties/ria-novosti/merge", merger)

    assert done.status_code == 200, done.text
    merged, survivor = _read(desk.client, "party=ria-novosti"), _read(desk.client, "party=sputnik")
    assert merged == survivor
    assert merged["query"]["party"] == ["sputnik"]
    assert _held(merged) > _held(before)
    assert _held(_read(desk.client, "party=ria-novosti&as_of=seq:280")) == _held(before)


def test_a_long_column_shows_its_beginning_and_counts_the_rest(desk: Desk) -> None:
    client = desk.client
    days = itertools.product(range(1, 13), range(1, 13))
    made = {f"repeated-{m}-{d}": f"2020-{m:02d}-{d:02d}" for m, d in days}
    claim = {
        "proposition": "The islands are Russian.",
        "kind": "statement",
        "citations": [{"source": "tass-2041363"}],
        "attribution": [{"party": "russia", "role": "said"}],
        "answers": [{"question": "who-holds-sovereignty", "stance": "denies"}],
    }
    put(desk.database, CLAIM, {record_id: {**claim, "said": said} for record_id, said in made.items()})

    [question] = _read(client, "question=who-holds-sovereignty&party=russia")["questions"]

    [column] = question["positions"]
    assert len(column["claims"]) == MOST_CLAIMS < column["total"]
    counted = client.get(f"{column['href']}&count=true&limit=1").get_json()["page"]["total"]
    assert counted == column["total"] == sum(stance["claims"] for stance in column["stances"])
    [denies] = [stance for stance in column["stances"] if stance["stance"] == "denies"]
    assert denies["first"]["earliest"] < "2020" < denies["last"]["earliest"]
