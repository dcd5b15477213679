"""What the second dossier is for: figures that differ, who gives them, and what others make of them."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import DOSSIER, FIXTURES, client_of, facts
from .test_dossier import ids, read
from .test_pages import page, words

SECOND = FIXTURES / "hurricane-maria-death-toll"
OF_IT = f"dossier={SECOND.name}&limit=200"
TOLL = "quantity_of=death%20toll&unit=%7Bdeaths%7D"


@pytest.fixture(scope="module")
def client(all_loaded: Path) -> FlaskClient:
    """A client of what `make serve` serves."""
    return client_of(all_loaded)


def _compared(client: FlaskClient, claim: str) -> dict[str, set[str]]:
    """What comparing the quantities of a claim comes to: the other claims by result."""
    found: dict[str, set[str]] = {}
    for quantity in read(client, f"/v1/claims/{claim}/quantities")["quantities"]:
        for compared in quantity["compared"]:
            found.setdefault(compared["result"], set()).add(compared["claim"]["id"])
    return found


def _by_id(client: FlaskClient, plural: str) -> dict[str, Any]:
    return {record["id"]: record for record in read(client, f"/v1/{plural}?{OF_IT}")["data"]}


def test_it_is_checked_beside_the_first_whose_parties_it_names() -> None:
    alone, beside = facts("check", SECOND), facts("check", SECOND, "--with", DOSSIER)

    assert alone.returncode == 1
    assert 'no party has the id "united-states"' in alone.stdout
    assert (beside.returncode, beside.stdout) == (0, "")
    assert "0 errors, 0 warnings" in beside.stderr


def test_every_figure_differs_from_the_official_count(client: FlaskClient) -> None:
    toll = set(ids(client, f"/v1/claims?{OF_IT}&{TOLL}"))

    assert _compared(client, "official-count-of-64") == {"differing": toll - {"official-count-of-64"}}


def test_figures_of_one_time_agree_where_their_bounds_meet(client: FlaskClient) -> None:
    study, census = "study-estimates-2975-deaths", "study-estimates-1191-by-census"
    survey = {"survey-estimates-4645-deaths", "survey-does-not-say-4645-died"}

    assert _compared(client, study)["agreeing"] == {"rossello-takes-2975-as-official"}
    assert survey | {"excess-of-1052-in-42-days"} < _compared(client, study)["not-compared"]
    assert census in _compared(client, study)["differing"]
    # One was made for the days from the landfall on, the other for its month.
    assert _compared(client, "report-to-congress-counts-1427")["agreeing"] >= survey
    assert _compared(client, "trump-recalls-6-to-18-deaths")["agreeing"] == {"official-count-of-16"}


def test_a_page_says_of_which_other_time_a_figure_is(client: FlaskClient) -> None:
    shown = words(page(client, "/claims/study-estimates-2975-deaths"))

    assert "1,427 deaths from September 2017 to December 2017 · Not compared From September" in shown


def test_a_figure_is_found_by_its_size_and_label(client: FlaskClient) -> None:
    asked = f"/v1/claims?{OF_IT}&{TOLL}"

    assert ids(client, f"{asked}&quantity_min=9000") == []
    assert set(ids(client, f"{asked}&quantity_max=100")) == {
        "official-count-of-16", "official-count-of-64", "trump-recalls-6-to-18-deaths",
    }  # fmt: skip


def test_winds_in_miles_and_in_kilometres_are_compared(client: FlaskClient) -> None:
    answer = read(client, "/v1/claims/winds-of-155-miles-an-hour/quantities")

    results = {
        (stated["quantity"]["unit"], compared["quantity"]["unit"]): compared["result"]
        for stated in answer["quantities"]
        for compared in stated["compared"]
        if compared["claim"]["id"] == "winds-of-155-miles-an-hour"
    }
    assert results == {("[mi_i]/h", "km/h"): "agreeing", ("km/h", "[mi_i]/h"): "agreeing"}
    assert _compared(client, "trump-speaks-of-winds-of-200") == {"differing": {"winds-of-155-miles-an-hour"}}


def test_the_reviews_of_others_stand_in_their_own_words(client: FlaskClient) -> None:
    found = read(client, f"/v1/claims?{OF_IT}&review=refuted")["data"]

    labels = {(c["id"], r["by"]["id"], r["rating"]["label"]) for c in found for r in c["reviews"]}
    assert labels == {
        ("trump-denies-3000-deaths", "new-york-times", "False."),
        ("trump-denies-3000-deaths", "politifact", "wrong"),
        ("trump-denies-3000-deaths", "factcheck-org", "false tweets"),
        ("trump-says-democrats-raised-the-toll", "new-york-times", "without evidence"),
        ("trump-says-democrats-raised-the-toll", "factcheck-org", "falsely claim"),
        ("trump-speaks-of-winds-of-200", "ap", "off the mark"),
    }
    assert ids(client, f"/v1/claims?{OF_IT}&reviewed_by=politifact") == ["trump-denies-3000-deaths"]


def test_a_day_that_nobody_names_lies_between_two_that_are_known(client: FlaskClient) -> None:
    happening = read(client, "/v1/dates/official-count-reaches-64")

    when = happening["when"]
    assert (when["earliest"], when["latest"], when["computed"]) == ("2017-12-08", "2017-12-13", True)
    assert [citation["states"] and citation["states"]["edtf"] for citation in happening["citations"]] == [
        None,
        "2017-12-29",
    ]
    certain = ids(client, f"/v1/dates?{OF_IT}&when=2017-12&match=certain")
    assert happening["id"] in certain


def test_a_document_without_a_publisher_is_a_voice_of_its_own(client: FlaskClient) -> None:
    claim = read(client, "/v1/claims/anonymous-says-toll-grows-for-politics")
    source = read(client, "/v1/sources/puertochan-2018-09")

    assert source["publisher"] is None
    assert (claim["origins"]["count"], claim["origins"]["sources"][0]["id"]) == (1, source["id"])
    unnamed = _by_id(client, "parties")
    for speaker in ids(client, f"/v1/parties?{OF_IT}&kind=unnamed-source"):
        assert unnamed[speaker]["description"]
        assert ids(client, f"/v1/claims?claimant={speaker}")


def test_a_figure_published_by_three_is_one_voice(client: FlaskClient) -> None:
    claim = read(client, "/v1/claims/press-identifies-487-victims")

    publishers = {
        publisher["id"]
        for citation in claim["citations"]
        for source in [read(client, citation["source"]["href"])]
        for publisher in (source["publisher"], *source["co_publishers"])
    }
    assert publishers == {"ap", "center-for-investigative-journalism", "quartz"}
    assert (claim["origins"]["count"], len(claim["origins"]["sources"])) == (1, 2)
    for publisher in publishers:
        assert claim["id"] in ids(client, f"/v1/claims?{OF_IT}&via={publisher}")


def test_the_study_of_the_report_and_of_the_journal_is_one_origin(client: FlaskClient) -> None:
    claim = read(client, "/v1/claims/study-estimates-2975-deaths")

    assert [source["id"] for source in claim["origins"]["sources"]] == ["gw-report-2018-08-28"]
    assert claim["standing"] == ["single-origin", "contested"]


def test_the_later_official_figure_takes_the_place_of_the_earlier(client: FlaskClient) -> None:
    count = read(client, "/v1/claims/official-count-of-64")

    assert {"several-origins", "contested", "superseded"} == set(count["standing"])
    assert count["assessment"]["status"] == "refuted"
    by = {
        relation["claim"]["id"]
        for relation in count["inverse_relations"]
        if relation["type"] == "superseded-by"
    }
    assert by == {"rossello-takes-2975-as-official"}


def test_each_side_answers_the_questions_in_its_own_way(client: FlaskClient) -> None:
    answers = read(client, f"/v1/dossiers/{SECOND.name}/positions")["questions"]

    stances = {
        question["id"]: {
            (side["party"]["id"], stance["stance"])
            for side in question["positions"]
            for stance in side["stances"]
        }
        for question in answers
    }
    assert {("puerto-rico-government", "affirms"), ("trump-donald", "denies")} <= stances[
        "did-some-3000-people-die"
    ]
    assert stances["are-death-records-public"] == {
        ("puerto-rico-government", "denies"),
        ("roques-arroyo-lauracelis", "affirms"),
    }


def test_the_letter_shows_who_signed_it(client: FlaskClient) -> None:
    assert ids(client, "/v1/sources?signatory=thompson-bennie") == ["velazquez-2017-12-13"]


def test_what_was_translated_is_found_and_shown_in_spanish(client: FlaskClient) -> None:
    dossier = read(client, f"/v1/dossiers/{SECOND.name}?translation=es")
    database = read(client, "/v1/sources/marias-dead?translation=es")

    assert dossier["title"] == "Las muertes por el huracán María en Puerto Rico"
    assert dossier["translation"]["kind"] == "own"
    assert (database["title"], database["translation"]["by"]["id"]) == (
        "Los muertos de María",
        "center-for-investigative-journalism",
    )
    quoted = read(client, "/v1/claims/trump-denies-3000-deaths")["citations"][0]
    assert [(t["kind"], t["by"]["id"]) for t in quoted["translations"]] == [
        ("published", "center-for-investigative-journalism")
    ]
    found = read(client, "/v1/search?q=cifra%20oficial&type=claim")["data"]
    assert "official-count-of-64" in [hit["id"] for hit in found]


def test_what_was_read_only_in_part_says_so(client: FlaskClient) -> None:
    sources = _by_id(client, "sources").values()

    for source in sources:
        if source["held"] and not source["text_digest"]:
            assert source["note"] or source["id"] == "cnn-2018-08-28", source["id"]
    assert [source["id"] for source in sources if source["text_digest"]] == ["maria-survey-data"]
