"""Passages and citations looked for in a text that a stranger sends."""

import hashlib
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from api.cli import main
from api.records.citations.spans import folded_digest

from .conftest import Desk, client_of

EDGES = {"start": "a", "end": "a"}


def _post(client: FlaskClient, **body: Any) -> Any:
    response = client.post("/v1/locate", json=body)
    assert response.status_code == 200, response.text
    return response.get_json()


@pytest.mark.parametrize(
    ("text", "passage", "match", "places"),
    [
        ("One.\n\nTwo three.", {"start": "Two", "end": "three"}, "exact", [(2, 6, 15)]),
        ("One.\n\nTwo three.", {"quote": "Two three."}, "exact", [(2, 6, 16)]),
        ("b x b\n\nb", {"start": "b"}, "exact", [(1, 0, 1), (1, 4, 5), (2, 7, 8)]),
        ("b x b\n\nb", {"start": "b", "prefix": "x", "end": None}, "exact", [(1, 4, 5), (2, 7, 8)][:1]),
        ("One.", {"start": "Two"}, None, []),
        ("", {"start": "Two"}, None, []),
        ("He said “Yes”\n– now.", {"quote": 'said "yes" - NOW'}, "folded", [(1, 3, 19)]),
        ("Straße", {"quote": "s"}, "folded", [(1, 0, 1), (1, 4, 5)]),
        ("安倍首相は北方領土を訪問した。", {"quote": "北方領土"}, "exact", [(1, 5, 9)]),
        ("Путин сказал", {"start": "путин"}, "folded", [(1, 0, 5)]),
        ("قال الرئيس", {"start": "الرئيس"}, "exact", [(1, 4, 10)]),
        ("\ufeffOne", {"start": "One"}, "exact", [(1, 0, 3)]),
        ("One\r\n\r\nTwo\rThree", {"start": "Two\nThree"[:3]}, "exact", [(2, 5, 8)]),
        ("x\0 One", {"start": "One"}, "exact", [(1, 3, 6)]),
    ],
)
def test_a_passage_has_its_places(
    client: FlaskClient, text: str, passage: Any, match: str | None, places: list[tuple[int, int, int]]
) -> None:
    (found,) = _post(client, text=text, locators=[passage])["data"]

    given = [(p["paragraph"], p["position"]["start"], p["position"]["end"]) for p in found["places"]]
    assert (found["match"], found["count"], given) == (match, len(places), places)
    read = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for (_, start, end), place in zip(given, found["places"], strict=True):
        words = read[start:end]
        assert place["digest"] == "sha-256:" + hashlib.sha256(words.encode()).hexdigest()
        assert place["folded_digest"] == folded_digest(words)


@pytest.mark.audit
def test_a_text_full_of_places_gives_the_first_and_counts_all(client: FlaskClient) -> None:
    found = _post(client, text="a" * 900_000, locators=[EDGES, {"start": "b"}])["data"]

    assert (found[0]["count"], len(found[0]["places"])) == (899_999, 20)
    assert found[1] == {"match": None, "count": 0, "places": []}


@pytest.mark.audit
@pytest.mark.parametrize("text", ["x" * 900_000, "я" * 150_000, "ｶﾞ" * 70_000, "ｘé" * 70_000])
def test_a_long_text_without_white_space_is_folded_in_parts(client: FlaskClient, text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    (found,) = _post(client, text=text, locators=[{"start": folded[:2].upper()}])["data"]

    assert (found["match"], found["count"]) == (
        "folded",
        len(re.findall(f"(?={re.escape(folded[:2])})", folded)),
    )
    for place in found["places"]:
        start, end = place["position"]["start"], place["position"]["end"]
        assert unicodedata.normalize("NFKC", text[start:end]).casefold() == folded[:2]


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({"text": "x"}, "", "give either locators or source"),
        ({"text": "x", "locators": [], "source": None}, "", "give either locators or source"),
        ({"text": "x", "locators": [EDGES], "source": "nobody"}, "", "give either locators or source"),
        ({"locators": [EDGES]}, "/text", "is required"),
        ({"text": 1, "locators": [EDGES]}, "/text", "must be a string"),
        (
            {"text": "a" + "\u0301\u0316" * 99, "locators": [EDGES]},
            "/text",
            "100 combining marks or accents",
        ),
        (
            {"text": "a" + "\uff9e\u0316" * 99, "locators": [EDGES]},
            "/text",
            "100 combining marks or accents",
        ),
        ({"text": "x", "locators": [EDGES] * 51}, "/locators", "at most 50"),
        ({"text": "x", "locators": [None]}, "/locators/0", "null"),
        ({"text": "x", "locators": [{}]}, "/locators/0", "or quote"),
        ({"text": "x", "locators": [{"end": "x"}]}, "/locators/0", "or quote"),
        ({"text": "x", "locators": [{"quote": "x", "end": "x"}]}, "/locators/0/quote", "stands alone"),
        ({"text": "x", "locators": [{"start": "x\0"}]}, "/locators/0/start", "control character"),
        ({"text": "x", "locators": [{"strat": "x"}]}, "/locators/0/strat", 'did you mean "start"'),
        ({"text": "x", "loactors": [EDGES]}, "/loactors", 'did you mean "locators"'),
        ({"text": "x", "source": "nobody"}, "/source", '"nobody" is no published source'),
        ({"text": "x", "source": "nhk"}, "/source", '"nhk" is no published source'),
        ([], "", "must be an object"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_located_is_refused(client: FlaskClient, body: Any, pointer: str, words: str) -> None:
    response = client.post("/v1/locate", json=body)

    assert response.status_code == 422
    assert [e["pointer"] for e in response.get_json()["errors"]] == [pointer]
    assert words in response.get_json()["errors"][0]["detail"]


def test_published_citations_of_a_source_are_compared(desk: Desk) -> None:
    locator = {"text": {"start": "Two", "end": "three"}}
    desk.source("report", "nhk")
    desk.claim("quoted", "report")
    desk.change("PATCH", "claims/quoted", {
        "citations": [{"source": "report", "locator": locator}],
        "correction": {"kind": "clarification", "note": "Where it stands"},
    })  # fmt: skip
    last = desk.last()

    (found,) = _post(desk.client, text="One.\n\nTwo three.", source="report")["data"]

    assert (found["id"], found["pointer"], found["status"]) == ("quoted", "/citations/0", "found")
    assert [place["position"] for place in found["places"]] == [{"start": 6, "end": 15}]
    assert desk.last() == last


def test_a_search_ends_at_its_deadline(desk: Desk) -> None:
    client = client_of(desk.path, query_timeout_ms=1)

    response = client.post(
        "/v1/locate", json={"text": "a" * 900_000, "locators": [{"start": "a" * n} for n in range(1, 51)]}
    )

    assert response.status_code == 503
    assert response.get_json()["type"].endswith("query-timeout")


WITHDRAWN = {"kind": "error", "note": "Withdrawn"}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        # What was withdrawn is compared too: the citations of it stand, and say what they rest on.
        ([("first", "retract", {})], {"first": ["a"], "second": ["b"]}),
        ([("first", "merge", {"into": "second"})], {"first": ["a", "b"], "second": ["a", "b"]}),
        (
            [("first", "merge", {"into": "second"}), ("second", "retract", {})],
            {"first": ["a", "b"], "second": ["a", "b"]},
        ),
        (
            [("first", "merge", {"into": "second"}), ("second", "merge", {"into": "third"})],
            {"first": ["a", "b", "c"], "second": ["a", "b", "c"], "third": ["a", "b", "c"]},
        ),
    ],
    ids=["retracted", "merged", "merged into what is retracted", "merged twice"],
)
def test_a_source_that_is_no_longer_served_is_compared_as_it_is_cited(
    desk: Desk, changes: list[tuple[str, str, dict[str, str]]], found: dict[str, list[str]]
) -> None:
    for claim, source in (("a", "first"), ("b", "second"), ("c", "third")):
        desk.source(source, "nhk")
        desk.claim(claim, source)
    for source, what, more in changes:
        assert desk.change("POST", f"sources/{source}/{what}", WITHDRAWN | more).status_code == 200

    for source, claims in found.items():
        answers = _post(desk.client, text="One.", source=source)["data"]
        assert [(answer["id"], answer["pointer"]) for answer in answers] == [
            (claim, "/citations/0") for claim in claims
        ]


# The same at the command line

EDGES_OF_TWO = '[{"start": "Two", "end": "three"}, {"quote": "two THREE"}]'


@pytest.mark.parametrize(
    ("arguments", "given", "code", "matches"),
    [
        (["--quote", "Two three"], "", 0, ["exact"]),
        (["--quote", "two THREE", "--quote", "One."], "", 0, ["folded", "exact"]),
        (["--locators", "-"], EDGES_OF_TWO, 0, ["exact", "folded"]),
        (["--quote", "four"], "", 1, [None]),
        (["--quote", "e"], "", 1, ["exact"]),
    ],
)
def test_the_command_answers_as_the_service_does(
    client: FlaskClient, tmp_path: Path, arguments: list[str], given: str, code: int, matches: list[str]
) -> None:
    (tmp_path / "saved.txt").write_bytes("\ufeffOne.\r\n\r\nTwo three.".encode())

    done = CliRunner().invoke(main, ["locate", str(tmp_path / "saved.txt"), *arguments], input=given)

    passages = json.loads(given) if given else [{"quote": words} for words in arguments[1::2]]
    assert done.exit_code == code, done.output
    assert json.loads(done.stdout) == _post(client, text="One.\n\nTwo three.", locators=passages)
    assert [passage["match"] for passage in json.loads(done.stdout)["data"]] == matches


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        ([], "", "give either locators or source"),
        (["--quote", ""], "", "/locators/0/quote: must not be empty"),
        (["--locators", "-"], "{", "is not JSON"),
        (["--locators", "-"], '[{"strat": "x"}]', 'did you mean "start"'),
        (["--locators", "-", "--quote", "x"], "[]", "give --quote or --locators"),
    ],
)
def test_the_command_says_what_it_cannot_read(
    tmp_path: Path, arguments: list[str], given: str, words: str
) -> None:
    (tmp_path / "saved.txt").write_text("One.")

    done = CliRunner().invoke(main, ["locate", str(tmp_path / "saved.txt"), *arguments], input=given)

    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr
