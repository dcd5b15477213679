"""Search: what people type finds what they mean, in three scripts; nothing that they type can fail."""

import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.records.answers import search
from api.records.core.registry import BY_PLURAL, CLAIM, PARTY, PLACE
from api.records.read import by_text
from api.records.store.database import open_database
from api.records.text import find, fts5
from api.records.text.normalise import normalise, normalise_with_spans

from .conftest import Desk, client_of, put, read
from .places import url_of

NOTE = {"kind": "duplicate", "note": "In a test"}

#: What is typed -> the record that must be there, and among how many of the first.
RELEVANCE = [
    # Names by usage, in three scripts
    ("hoppo ryodo", "four-islands", 1),
    ("Hoppō Ryōdo", "four-islands", 1),
    ("HOPPO RYODO", "four-islands", 1),
    ("北方領土", "four-islands", 1),
    ("北方", "four-islands", 1),
    ("領土", "four-islands", 1),
    ("北", "four-islands", 1),
    ("Northern Territories", "four-islands", 1),
    ("northern territ", "four-islands", 5),
    ("Southern Kurils", "four-islands", 1),
    ("Южные Курилы", "four-islands", 1),
    ("южные курилы", "four-islands", 1),
    ("Курил", "kuril-islands", 1),
    ("Курил", "four-islands", 5),
    ("курильские", "kuril-islands", 1),
    ("千島", "kuril-islands", 1),
    ("択捉", "iturup", 1),
    ("Etorofu", "iturup", 1),
    ("Итуруп", "iturup", 1),
    ("国後島", "kunashir", 1),
    ("Kunashiri", "kunashir", 1),
    ("Шикотан", "shikotan", 1),
    ("Хабомаи", "habomai", 1),
    ("Karafuto", "sakhalin", 1),
    ("樺太", "sakhalin", 1),
    ("Сахали", "sakhalin", 1),
    # People, bodies and outlets
    ("abe", "abe-shinzo", 1),
    ("shinzo abe", "abe-shinzo", 1),
    ("Shinzō Abé", "abe-shinzo", 1),
    ("putin", "putin-vladimir", 1),
    ("Sergei Lavrov", "lavrov-sergey", 1),
    ("LDP", "ldp", 1),
    ("USSR", "soviet-union", 1),
    ("tass", "tass", 1),
    ("nhk", "nhk", 1),
    ("urdupoint", "urdupoint", 1),
    # Happenings and treaties
    ("joint declaration", "joint-declaration-1956-signed", 5),
    ("shimoda", "shimoda", 1),
    ("khrushchev ikeda", "khrushchev-letter-1961", 5),
    ("osaka g20", "osaka-g20-2019", 5),
    # Claims: words, parts of words, phrases, exclusion
    ("illegal occupation", "islands-under-illegal-occupation", 5),
    ('"inherent territory"', "four-islands-inherent-territory", 5),
    ("turnout 48.80", "turnout-48-80", 1),
    ("exit polls", "exit-polls-coalition-keeps-upper-house", 5),
    ("gesture good will", "declaration-readiness-as-goodwill", 5),
    ("neutrality pact", "soviet-attack-broke-neutrality-pact", 5),
    ("ryukyu", "united-states-threatened-to-keep-ryukyu", 2),
    ('"without preconditions" -shinzo', "putin-proposes-treaty-without-preconditions", 5),
    ("two-thirds majority", "coalition-lost-two-thirds", 5),
]


def _search(client: FlaskClient, q: str, **more: Any) -> Any:
    response = client.get("/v1/search", query_string={"q": q, **more})
    assert response.status_code == 200, response.text
    return response.get_json()


@pytest.mark.parametrize(("typed", "record", "first"), RELEVANCE)
def test_what_is_typed_finds_what_is_meant(client: FlaskClient, typed: str, record: str, first: int) -> None:
    found = [result["id"] for result in _search(client, typed)["data"]]

    assert record in found[:first], found[:5]


# What matches, recomputed


def _plain(text: str) -> str:
    """The folding once more, for text in these scripts."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (c for c in decomposed if not (unicodedata.combining(c) and c not in "\u3099\u309a"))
    return unicodedata.normalize("NFC", "".join(kept))


def _texts(record: Any) -> list[str]:
    """Everything that a record is searched by, as docs/reading.md says."""
    names = [n["text"] for n in record.get("names", ())]
    more: dict[str, list[Any]] = {
        "party": [record.get("description"), *(o["title"] for o in record.get("offices", ()))],
        "place": [record.get("description")],
        "date": [record.get("description")],
        "source": [(record.get("publisher") or {}).get("name"), *record.get("authors", ()),
                   record.get("note")],
        "claim": [(record.get("claimant") or {}).get("name"), (record.get("position_of") or {}).get("name"),
                  *(c["quote"] for c in record.get("citations", ()) if "quote" in c),
                  (record.get("assessment") or {}).get("note")],
        "dossier": [record.get("summary"), *(q["text"] for q in record.get("questions", ()))],
    }  # fmt: skip
    title = record.get("name") or record.get("title") or record.get("proposition")
    inside = (*record.get("questions", ()), *record.get("offices", ()), *record.get("citations", ()))
    translated = [t["text"] for held in (record, *inside) for t in held["translations"]]
    reviews = [(r["by"]["name"], (r["rating"] or {}).get("label")) for r in record.get("reviews", ())]
    found = (title, *names, *more[record["type"]], *translated, *(text for pair in reviews for text in pair))
    return [text for text in found if text]


@pytest.fixture(scope="module")
def records(client: FlaskClient) -> list[Any]:
    return [r for p in BY_PLURAL for r in client.get(f"/v1/{p}?limit=200").get_json()["data"]]


@pytest.mark.parametrize("part", ["treaty", "кури", "island", "hopp", "tass", "1956", "方領", "島", "kuril"])
def test_a_search_finds_every_record_that_holds_the_text_and_no_other(
    client: FlaskClient, records: list[Any], part: str
) -> None:
    expected = {r["id"] for r in records if any(_plain(part) in _plain(text) for text in _texts(r))}

    found = _search(client, part, limit=200, count="true")

    assert expected
    assert {r["id"] for r in found["data"]} == expected
    assert found["page"]["total"] == len(expected)


def test_a_collection_takes_the_same_text_beside_its_filters(client: FlaskClient, records: list[Any]) -> None:
    expected = sorted(
        r["id"] for r in records if r["type"] == "claim" and (r["claimant"] or {}).get("id") == "japan"
        and any("island" in _plain(text) for text in _texts(r))
    )  # fmt: skip

    page = client.get("/v1/claims?q=island&claimant=japan&count=true").get_json()

    assert expected
    assert [r["id"] for r in page["data"]] == expected
    assert page["page"]["total"] == len(expected)
    assert page["query"]["q"] == "island"


#: One of each way of typing, and some together.
TYPED = ["island", "kuril*", "ja", "ter japan", '"peace treaty"', '"peace treaty" -abe', "北方", "北", "-abe",
         '"territorial dispute" russia', "islands -kuril", "Курил", '"北方領土" japan', '-"peace treaty"',
         "zzzz", '"peace treat"', '"eace treaty"', "kuril-islands", '"kuril-islands"']  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("more", [{}, {"sort": "-said"}, {"claimant": "japan", "sort": "updated"}])
def test_a_page_is_the_same_whether_or_not_all_that_has_its_text_is_counted(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, typed: str, more: dict[str, str]
) -> None:
    monkeypatch.setattr(by_text, "_FEW", 5)
    monkeypatch.setattr(by_text, "_MOST", 60)

    for limit in (1, 7, 200):
        page, counted = (
            read(client, "claims", q=typed, limit=limit, **more, **count) for count in ({}, {"count": "true"})
        )

        assert [r["id"] for r in page["data"]] == [r["id"] for r in counted["data"]]
        assert page["page"]["next"] == counted["page"]["next"]


@pytest.mark.parametrize("typed", ["isla", "peace tre", "inte", '"peace treaty" isla', "Кури", "zebu"])
@pytest.mark.parametrize("most", [1, 3])
def test_suggestions_are_the_same_however_many_words_begin_so(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, typed: str, most: int
) -> None:
    few = read(client, "suggest", q=typed, limit=20)
    monkeypatch.setattr(fts5, "_MOST_SPELT_OUT", most)

    many = read(client, "suggest", q=typed, limit=20)

    assert many == few
    assert bool(few["data"]) == (typed != "zebu")


@pytest.mark.parametrize(
    "typed", ["japan", "russia", "islands", '"peace treaty" -abe', "treaty -japan", "-abe"]
)
@pytest.mark.parametrize("more", [{}, {"type": "claim"}, {"kind.not": "position"}])
def test_results_are_the_same_whether_or_not_all_are_counted(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, typed: str, more: dict[str, str]
) -> None:
    monkeypatch.setattr(find, "MOST_RANKED", 20)
    monkeypatch.setattr(search, "_NEWEST", 120)
    monkeypatch.setattr(search, "_LEAST_NEWEST", 60)

    page, counted = (_search(client, typed, limit=15, **more, **count) for count in ({}, {"count": "true"}))

    assert len(page["data"]) > 3
    assert page["data"] == counted["data"]
    assert page["page"]["next"] == counted["page"]["next"]


@pytest.mark.parametrize("more", [{}, {"count": "true"}, {"group": "type"}])
def test_filters_may_leave_nothing_of_many_matches(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, more: dict[str, str]
) -> None:
    monkeypatch.setattr(find, "MOST_RANKED", 20)

    found = read(client, "search", q="treaty", said="1800", **more)

    assert (found["data"], found.get("groups", [])) == ([], [])


def test_phrases_exclusions_and_beginnings_narrow(client: FlaskClient) -> None:
    def ids(q: str) -> set[str]:
        return {r["id"] for r in _search(client, q, limit=200)["data"]}

    assert ids('"treaty peace"') == set()
    assert ids('"peace treaty"') < ids("peace treaty")
    assert ids("peace -abe") == ids("peace") - ids("abe")
    assert ids('treaty -"peace treaty"') == ids("treaty") - ids('"peace treaty"')
    assert ids("uril") > ids("uril*") == set()
    assert ids("kuril*") == ids("uril") > ids("kurile*")
    assert ids("-abe") == ids("-abe -zzzz") != set()


def test_pages_follow_each_other_without_gap_or_repeat(client: FlaskClient) -> None:
    whole = [r["id"] for r in _search(client, "treaty", limit=200)["data"]]
    walked: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = _search(client, "treaty", limit=7, **after)
        walked += [r["id"] for r in page["data"]]
        if page["page"]["next"] is None:
            break
        after = {"after": page["page"]["next"]}

    assert len(whole) > 20
    assert walked == whole


def test_highlights_are_offsets_into_the_text_of_the_record(client: FlaskClient, records: list[Any]) -> None:
    by_id = {r["id"]: r for r in records}
    for typed in ("hoppo ryodo", "北方", "Курил", "peace treaty", '"peace treaty"', "kuril* -abe"):
        for result in _search(client, typed)["data"]:
            assert result["highlights"], (typed, result)
            for shown in result["highlights"]:
                value: Any = by_id[result["id"]]
                for step in shown["pointer"].split("/")[1:]:
                    value = value[int(step)] if isinstance(value, list) else value[step]
                assert value == shown["text"]
                ends = [0] + [bound for r in shown["ranges"] for bound in (r["start"], r["end"])]
                assert ends == sorted(ends)
                assert ends[-1] <= len(value)
                marked = {_plain(value[r["start"] : r["end"]]) for r in shown["ranges"]}
                words = _plain(typed.replace('"', "").replace("*", "").replace("-abe", "")).split()
                assert all(any(word in m for word in words) for m in marked), marked


#: What is typed with a slip -> the first names that are near, as they are written; none where none is.
NEAR = [
    ("Koril", ["Kuril Islands"]),
    ("Kuirl", ["Kuril Islands"]),
    ("Koril Islands", ["Kuril Islands"]),
    ("koril NHK", ["Kuril Islands"]),
    ('"Koril Islands"', ["Kuril Islands"]),
    ("Rossia", ["Russia"]),
    ("Shinso Abe", ["Shinzo Abe"]),
    ("Abw", ["Shinzo Abe"]),
    ("Etorofo", ["Etorofu"]),
    ("Hopo Ryoda", ["Hoppō Ryōdo"]),
    ("Курел", ["Южные Курилы"]),
    ("Сахилин", ["Сахалин"]),
    ("北方領圡", ["北方領土"]),
    ("千鳥列島", ["千島列島"]),
    ("国後鳥", ["国後島"]),
    ("xyzzyplugh", []),
    ("zz", []),
    ("…", []),
]


@pytest.mark.parametrize(("typed", "near"), NEAR)
@pytest.mark.parametrize(
    ("address", "more"), [("search", {}), ("search", {"group": "type"}), ("suggest", {})]
)
def test_what_nothing_has_is_told_names_near_it(
    client: FlaskClient, address: str, more: dict[str, str], typed: str, near: list[str]
) -> None:
    found = client.get(f"/v1/{address}", query_string={"q": typed} | more).get_json()

    assert (found["data"], found.get("groups", [])) == ([], [])
    told = found.get("did_you_mean", [])
    assert [name["matched"] for name in told[: len(near)]] == near
    assert bool(told) == bool(near)
    assert len(told) <= 5


def test_names_are_near_whatever_else_a_search_asks(client: FlaskClient) -> None:
    told = _search(client, "Koril", type="claim", said="2030", perspective="japan")["did_you_mean"]

    assert ("kuril-islands", "Kuril Islands") in [(name["id"], name["matched"]) for name in told]
    assert all("neutral_name" in name for name in told)


def test_what_filters_leave_out_is_no_slip(client: FlaskClient) -> None:
    assert "did_you_mean" not in _search(client, "Kuril", said="1700")


def test_names_of_drafts_are_not_told(desk: Desk) -> None:
    body = {"id": "xanadu", "name": "Xanadu", "kind": "city"}
    assert desk.send("POST", "places", body).status_code == 201

    for address in ("search", "suggest"):
        hidden = desk.client.get(f"/v1/{address}?q=Xanadw").get_json()
        assert "did_you_mean" not in hidden


def test_groups_show_the_best_of_each_type(client: FlaskClient) -> None:
    groups = _search(client, "kuril", group="type", limit=2)["groups"]

    assert {g["type"] for g in groups} > {"place", "claim", "source"}
    for group in groups:
        alone = _search(client, "kuril", type=group["type"], limit=2, count="true")
        assert [r["id"] for r in group["data"]] == [r["id"] for r in alone["data"]]
        assert group["total"] == alone["page"]["total"]


def test_filters_narrow_a_search_to_the_types_that_have_them(client: FlaskClient) -> None:
    found = _search(client, "treaty", claimant="abe-shinzo", limit=200)
    refused = client.get("/v1/search?q=treaty&claimant=abe-shinzo&publisher=tass")

    assert {r["type"] for r in found["data"]} == {"claim"}
    assert refused.status_code == 400
    assert {e["parameter"] for e in refused.get_json()["errors"]} == {"claimant", "publisher"}


# Whatever is typed


@pytest.mark.machine
@given(st.text(min_size=1, max_size=60).filter(lambda t: t.strip()))
@settings(max_examples=300)
@example('"')
@example('-"')
@example("NEAR(a b)")
@example("a AND OR NOT b*")
@example("title : x ^y {a b}")
@example("\ue000")
@example("ﾊﾟ ㍻ ﬁ ß İ ς")
@example("a\x00b")
@example("xyq" * 160)
@example('"' + "xyq " * 120 + '"')
@example("xyq-" * 120)
@example("x'\" OR qyx*")
def test_nothing_that_is_typed_can_fail(client: FlaskClient, typed: str) -> None:
    for path in ("/v1/search", "/v1/suggest", "/v1/claims"):
        response = client.get(path, query_string={"q": typed})
        assert response.status_code == 200, (path, response.text)


def test_of_many_matches_those_added_last_are_ranked_by_where_their_words_stand(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "MOST_RANKED", 60)

    found = read(client, "search", q="japan", limit=200, count="true")

    assert found["page"]["total"] > 100
    tiers = [result["found_by"] for result in found["data"]]
    assert tiers == sorted(tiers, key=("name", "beginning", "text").index)
    assert {"japan"} <= {r["id"] for r in found["data"][: tiers.index("text")]}
    last = found["data"][tiers.index("text") :]
    titled = [bool(re.search(r"\bjapan\b", result["name"].lower())) for result in last]
    # Some of the 60 are called so: they stand before the others of the 60, and these before the rest.
    ranked = titled[:40]
    assert ranked == sorted(ranked, reverse=True)
    assert len(set(ranked)) == 2
    assert titled != sorted(titled, reverse=True)


@given(st.text(max_size=40), st.text(max_size=40))
def test_folding_looks_at_one_character_with_its_marks_at_a_time(one: str, other: str) -> None:
    normalised = normalise_with_spans(one)
    assert normalised.text == normalise(one)
    origins = [normalised.origin(place, place + 1) for place in range(len(normalised.text))]
    assert all(0 <= start < end <= len(one) for start, end in origins)
    assert normalise(f"{one} {other}") == f"{normalise(one)} {normalise(other)}" or unicodedata.combining(
        (other or "x")[0]
    )


@pytest.mark.parametrize("q", ["", "   ", "x" * 501])
def test_nothing_and_too_much_are_refused(client: FlaskClient, q: str) -> None:
    response = client.get("/v1/search", query_string={"q": q})

    assert response.status_code == 400
    assert response.get_json()["errors"][0]["parameter"] == "q"


def test_the_past_cannot_be_searched(client: FlaskClient) -> None:
    for path in ("/v1/search?q=a", "/v1/suggest?q=a", "/v1/claims?q=a"):
        response = client.get(f"{path}&as_of=seq:1")
        assert response.status_code == 400, path
        assert response.get_json()["errors"][0]["parameter"] == "as_of"
        assert "as_of cannot stand" in response.get_json()["detail"]


# Suggestions


@pytest.mark.parametrize(
    ("typed", "record", "matched"),
    [
        ("ab", "abe-shinzo", "Shinzo Abe"),
        ("shin", "abe-shinzo", "Shinzo Abe"),
        ("hopp", "four-islands", "Hoppō Ryōdo"),
        ("ryo", "four-islands", "Hoppō Ryōdo"),
        ("北", "four-islands", "北方領土"),
        ("Юж", "four-islands", "Южные Курилы"),
        ("putin prop", "vladivostok-proposal-2018", None),
    ],
)
def test_suggestions_begin_with_what_is_typed(
    client: FlaskClient, typed: str, record: str, matched: str | None
) -> None:
    data = client.get("/v1/suggest", query_string={"q": typed}).get_json()["data"]

    assert data[0]["id"] == record, data
    assert matched is None or data[0]["matched"] == matched


# While others publish, with drafts, and as names come


def found(client: FlaskClient, q: str, **query: Any) -> list[str]:
    return [result["id"] for result in read(client, "search", q=q, **{"limit": 200, **query})["data"]]


def _walk(client: FlaskClient, q: str, limit: int, between: Iterator[None]) -> list[str]:
    seen, after = [], {}
    while True:
        page = read(client, "search", q=q, limit=limit, **after)
        seen += [result["id"] for result in page["data"]]
        if page["page"]["next"] is None:
            return seen
        after = {"after": page["page"]["next"]}
        next(between)


@pytest.mark.parametrize("q", ["russia", "abe", "kuril", "treaty"])
@pytest.mark.parametrize("limit", [1, 7])
def test_a_walk_through_a_search_goes_on_while_others_publish(desk: Desk, q: str, limit: int) -> None:
    """Every publication moves all ranks a little; a page goes on behind the record that was the last one."""

    def publishing() -> Iterator[None]:
        for number in range(1000):
            if number < 12:
                desk.party(f"zzz-{number}")
            yield

    before = found(desk.client, q)

    walked = _walk(desk.client, q, limit, publishing())

    assert len(before) > 10
    assert sorted(walked) == sorted(before)


#: How a quokka is written about, from what ranks first to what ranks last.
QUOKKAS = [
    {"name": "Quokka"},
    {"name": "Quokka Times"},
    {"name": "The Daily Quokka of Rottnest"},
    {"name": "Rottnest", "description": "Quokka, quokka and quokka."},
    {
        "name": "Rottnest",
        "description": "Of all that lives there, from gull to snake, the quokka is best known.",
    },
]


@pytest.mark.parametrize("limit", [1, 4])
@pytest.mark.parametrize("best", [3, 500])
@pytest.mark.parametrize("ranked", [10, 5000])
def test_a_walk_shows_what_is_found_all_along_once_though_every_rank_moves(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, ranked: int, best: int, limit: int
) -> None:
    """Between pages each record takes the texts of another, so that what stood first stands last, and new
    ones come."""
    monkeypatch.setattr(find, "MOST_RANKED", ranked)
    monkeypatch.setattr(search, "MOST_BEST", best)
    records = [f"quokka-{n}" for n in range(20)]

    def write(turn: int) -> None:
        texts = (QUOKKAS[(n * 7 + turn) % len(QUOKKAS)] for n in range(len(records)))
        put(desk.database, PARTY, {r: {"kind": "other", **t} for r, t in zip(records, texts, strict=True)})

    def shuffling() -> Iterator[None]:
        for turn in range(1, 1000):
            write(turn)
            desk.put(PARTY, f"quokka-new-{turn}", name="Quokka", kind="other")
            yield

    write(0)
    walked = _walk(desk.client, "quokka", limit, shuffling())

    assert len(walked) == len(set(walked))
    assert set(records) <= set(walked)


def test_a_walk_goes_through_all_that_is_found(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "MOST_RANKED", 60)
    monkeypatch.setattr(search, "MOST_BEST", 20)
    page = read(client, "search", q="japan", limit=1, count="true")["page"]

    walked = _walk(client, "japan", 9, iter(lambda: None, 1))

    assert len(walked) == len(set(walked)) == page["total"] > 100


def test_a_walk_goes_on_where_its_last_record_was_withdrawn(desk: Desk) -> None:
    before = found(desk.client, "treaty")

    def withdrawing() -> Iterator[None]:
        path = desk.client.get("/v1/search?q=treaty&limit=1&type=claim").get_json()["data"][0]["href"]
        desk.change("POST", f"{path.removeprefix('/v1/')}/retract", NOTE)
        while True:
            yield

    walked = _walk(desk.client, "treaty", 7, withdrawing())
    assert set(walked) <= set(before)
    assert len(walked) == len(set(walked))


@pytest.mark.parametrize(
    ("text", "typed", "is_found"),
    [
        ("東京、京都の島", "東京都", False),
        ("東京、京都の島", '"東京、京都"', True),
        ("東京都の島", "東京都", True),
        ("हिन्दी", "हिन्दी", True),
        ("हिन्दी", "दी", False),
        ("Trea\u00adty Rock", "treaty", True),
        ("Treaty Rock", "trea\u00adty", True),
        ("葛\U000e0100城", "葛城", True),
        ("Kurilʹskie Rocks", "kurilskie", True),
        ("al-Qāʿida", "al-qaida", True),
        ("Łódź", "lodz", True),
        ("Лук’янівка", "лукʼянівка", True),
        ("Лукʼянівка", "лук'янівка", True),
        ("Oʻzbekiston", "o‘zbekiston", True),
        ("Cote d´Ivoire", "d`ivoire", True),
        ("O’Brien’s Rock", '"obrien"', False),
        ("O’Brien’s Rock", '"o\'brien"', True),
        ("مُحَمَّد", "محمد", True),
        ("محمد", "مُحَمَّد", True),
        ("مـَحـمـد", "محمد", True),
        ("أحمد آل", "احمد ال", True),
        ("שָׁלוֹם", "שלום", True),
        ("שלום", "שָׁלוֹם", True),
        ("Abe Rock", "a\u3164be\U000e0041 rock", True),
        ("हिन्दी", "हन्द", False),
        ("安倍岩", "－安倍", False),
        ("安倍岩", "＂安倍岩＂", True),
    ],
)
def test_what_a_name_is_found_by(desk: Desk, text: str, typed: str, is_found: bool) -> None:
    put(desk.database, PARTY, {"somebody": {"name": text, "kind": "other"}})

    assert ("somebody" in found(desk.client, typed)) is is_found


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("in مُحَمَّد there", "محمد", "مُحَمَّد"),
        ("in مـحـمـد there", "محمد", "مـحـمـد"),
        ("in שָׁלוֹם there", "שלום", "שָׁלוֹם"),
        ("in Лук’янівка", "янівка", "янівка"),
    ],
)
def test_a_highlight_stands_where_the_text_itself_has_the_words(
    desk: Desk, text: str, typed: str, shown: str
) -> None:
    put(desk.database, PARTY, {"somebody": {"name": text, "kind": "other"}})

    [result] = [r for r in desk.read("search", q=typed, limit=200)["data"] if r["id"] == "somebody"]

    [highlight] = result["highlights"]
    assert [text[r["start"] : r["end"]] for r in highlight["ranges"]] == [shown]


@pytest.mark.parametrize("typed", ['"G20"', '"G20サミット"', '"2019"', '"foo"', '"foo bar"', '"開かれた"'])
def test_a_phrase_is_shown_wherever_it_was_found(desk: Desk, typed: str) -> None:
    text = "2019年に開かれた。 foo_bar"
    put(desk.database, PARTY, {"summit": {"name": "G20サミット", "kind": "other", "description": text}})

    [result] = [r for r in desk.read("search", q=typed, limit=200)["data"] if r["id"] == "summit"]

    shown = [h["text"][r["start"] : r["end"]] for h in result["highlights"] for r in h["ranges"]]
    assert typed.strip('"').replace(" ", "_") in shown


def test_a_negation_leaves_out_no_other_type(client: FlaskClient) -> None:
    for name, value in (("kind", "statement"), ("claimant", "abe-shinzo"), ("publisher", "tass")):
        every = set(found(client, "peace"))
        assert set(found(client, "peace", **{f"{name}.not": value})) == every - set(
            found(client, "peace", **{name: value})
        )


def test_many_words_are_looked_for_once_each(client: FlaskClient) -> None:
    once, often = (read(client, "search", q=q, limit=200) for q in ("a b", "a b " * 100 + "a a"))

    assert [r["id"] for r in often["data"]] == [r["id"] for r in once["data"]]
    assert often["query"]["terms"] == once["query"]["terms"]


def test_curators_search_drafts_too(desk: Desk) -> None:
    desk.send("POST", "parties", {"id": "quokka", "name": "Quokka Times", "kind": "media-outlet"})
    desk.party("quokka-public", name="Quokka Post")

    def ids(status: str) -> list[str]:
        response = desk.send("GET", f"search?q=quokka&count=true&facets=type&status={status}")
        page = response.get_json()
        assert page["page"]["total"] == page["facets"]["type"]["values"][0]["count"] == len(page["data"])
        return sorted(result["id"] for result in page["data"])

    assert found(desk.client, "quokka") == ["quokka-public"]
    assert ids("published") == ["quokka-public"]
    assert ids("draft") == ["quokka"]
    assert ids("published,draft") == ["quokka", "quokka-public"]
    assert desk.client.get("/v1/search?q=quokka&status=draft").status_code == 401


@pytest.fixture(scope="module")
def crowded(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of the dossier and of 600 claims that begin alike."""
    path = tmp_path_factory.mktemp("crowded") / "facts.db"
    shutil.copy(loaded, path)
    claim = {"kind": "reported-fact", "citations": [{"source": "tass-1069673"}]}
    alike = {f"thing-{n}": {**claim, "proposition": f"Russia said thing {n}."} for n in range(600)}
    put(open_database(url_of(path)), CLAIM, alike)
    return client_of(path)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ({}, "russia"),
        ({"type": "dossier"}, "japan-russia-peace-treaty"),
        ({"type": "date"}, "russia-suspends-talks-2022"),
    ],
)
def test_suggestions_of_one_type_are_not_crowded_out_by_another(
    crowded: FlaskClient, query: dict[str, str], first: str
) -> None:
    assert read(crowded, "suggest", q="russ", **query)["data"][0]["id"] == first


@pytest.mark.parametrize("typed", ["ryodo hoppo", "hop ryo", "hoppo-ryodo"])
def test_a_suggestion_says_which_name_matched(client: FlaskClient, typed: str) -> None:
    [suggestion] = read(client, "suggest", q=typed)["data"]

    assert (suggestion["id"], suggestion["matched"]) == ("four-islands", "Hoppō Ryōdo")


def test_a_name_without_a_letter_is_near_nothing(desk: Desk) -> None:
    name = {"text": "Zanzibar", "language": "en", "kind": "common"}
    desk.put(PLACE, "unguja", name="!!!", kind="island", names=[name])

    [told] = _search(desk.client, "Zanzibat")["did_you_mean"]

    assert (told["name"], told["matched"]) == ("!!!", "Zanzibar")
