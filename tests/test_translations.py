"""Texts in other languages: kept beside the original, shown in its place where that is asked for."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import Desk, facts
from .places import url_of

NOTE = {"kind": "error", "note": "It was wrong."}
JA = {"language": "ja", "kind": "own"}
CITED = {"source": "urdupoint-2019-07-21"}


def _claim(**more: Any) -> dict[str, Any]:
    return {
        "id": "said",
        "proposition": "Bob said so.",
        "kind": "reported-fact",
        "citations": [CITED],
        **more,
    }


def _proposition(text: str, language: str = "ja", kind: str = "own", **more: Any) -> dict[str, Any]:
    return {"member": "proposition", "text": text, "language": language, "kind": kind, **more}


def _shown(desk: Desk, path: str, language: str = "ja") -> Any:
    response = desk.client.get(f"/v1/{path}{'&' if '?' in path else '?'}translation={language}")
    assert response.status_code == 200, response.text
    return response.get_json()


def _publish(desk: Desk, plural: str, body: dict[str, Any]) -> None:
    response = desk.send("POST", f"{plural}?publish=true", body)
    assert response.status_code == 201, response.text


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a text that a claim has not": (
        {"translations": [{"member": "title", "text": "題", **JA}]},
        "/translations/0/member",
        "translated",
    ),
    "a text that is not there": (
        {"citations": [{**CITED, "translations": [{"member": "quote", "text": "そう", **JA}]}]},
        "/citations/0/translations/0/member",
        "no quote",
    ),
    "the original's own language": (
        {"language": "en", "translations": [_proposition("Bob said it.", "en")]},
        "/translations/0/language",
        "proposition itself",
    ),
    "the language of the quotation": (
        {
            "citations": [
                {
                    **CITED,
                    "quote": "So.",
                    "language": "en",
                    "translations": [{"member": "quote", "text": "So", "language": "en", "kind": "own"}],
                }
            ]
        },
        "/citations/0/translations/0/language",
        "quote itself",
    ),
    "two of one kind and language": (
        {"translations": [_proposition("一"), _proposition("二")]},
        "/translations/1",
        "listed twice",
    ),
    "a text longer than the original may be": (
        {"translations": [_proposition("長" * 1001)]},
        "/translations/0/text",
        "at most 1000",
    ),
    "a language that there is not": (
        {"translations": [_proposition("一", "jp-JP")]},
        "/translations/0/language",
        "BCP 47",
    ),
    "a kind that there is not": (
        {"translations": [_proposition("一", kind="automatic")]},
        "/translations/0/kind",
        'did you mean "machine"',
    ),
    "a translator that there is not": (
        {"translations": [_proposition("一", by="nobody-known")]},
        "/translations/0/by",
        "no party",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_translation_that_cannot_be_is_refused_and_named(desk: Desk, case: str) -> None:
    more, pointer, detail = REFUSED[case]

    response = desk.send("POST", "claims", _claim(**more))

    assert response.status_code == 422, response.text
    (fault,) = response.get_json()["errors"]
    assert fault["pointer"] == pointer
    assert detail in fault["detail"]


def test_what_was_read_is_put_back_without_a_change(desk: Desk) -> None:
    quoted = {**CITED, "quote": "So.", "language": "en",
              "translations": [{"member": "quote", "text": "そう。", **JA}]}  # fmt: skip
    _publish(desk, "claims", _claim(language="en", translations=[_proposition("言った。", by="nhk")],
                                    citations=[quoted]))  # fmt: skip
    plain = desk.read("claims/said")

    again = desk.change("PUT", "claims/said", plain)

    assert again.status_code == 200, again.text
    assert again.get_json()["meta"] == plain["meta"]
    assert plain["translations"][0]["by"]["name"] == "NHK"
    assert plain["citations"][0]["translations"][0]["text"] == "そう。"


def test_a_text_in_another_language_is_never_put_in_the_originals_place(desk: Desk) -> None:
    _publish(desk, "claims", _claim(translations=[_proposition("言った。")]))
    plain = desk.client.get("/v1/claims/said")
    shown = desk.client.get("/v1/claims/said?translation=ja")
    assert shown.headers["ETag"] != plain.headers["ETag"]

    by_its_tag = desk.send("PUT", "claims/said", shown.get_json(), If_Match=shown.headers["ETag"])
    by_the_other = desk.change("PUT", "claims/said", {**shown.get_json(), "correction": NOTE})
    asked = desk.change("PATCH", "claims/said?translation=ja", {"language": "en", "correction": NOTE})

    assert (by_its_tag.status_code, by_the_other.status_code, asked.status_code) == (422, 422, 400)
    assert [e["pointer"] for e in by_the_other.get_json()["errors"]] == ["/translation"]
    assert desk.client.get("/v1/claims/said").data == plain.data


BEST = {
    "an official one before an own": (
        [_proposition("own"), _proposition("official", kind="official")],
        "ja",
        "official",
    ),
    "an own one before what others published": (
        [_proposition("published", kind="published"), _proposition("own")],
        "ja",
        "own",
    ),
    "what others published before a machine's": (
        [_proposition("machine", kind="machine"), _proposition("published", kind="published")],
        "ja",
        "published",
    ),
    "an own one before a machine's": (
        [_proposition("machine", kind="machine"), _proposition("own")],
        "ja",
        "own",
    ),
    "a range finds what begins with it": ([_proposition("own", "ja-JP")], "ja", "own"),
    "the tag itself before what begins with it": (
        [_proposition("regional", "ja-JP"), _proposition("plain")],
        "ja",
        "plain",
    ),
    "a narrower one is not met by a wider": ([_proposition("own")], "ja-JP", None),
    "another language is none": ([_proposition("own", "jam")], "ja", None),
}


@pytest.mark.parametrize("case", BEST)
def test_the_best_translation_is_shown_with_whose_it_is_and_the_original(desk: Desk, case: str) -> None:
    translations, language, text = BEST[case]
    _publish(desk, "claims", _claim(language="en", translations=translations))

    shown = _shown(desk, "claims/said", language)

    assert shown["proposition"] == text or (text is None and shown["proposition"] == "Bob said so.")
    if text is None:
        assert shown["translation"] is None
    else:
        assert shown["translation"]["original"] == "Bob said so."
        assert shown["translation"]["original_language"] == "en"
        assert shown["translation"]["kind"] == next(t["kind"] for t in translations if t["text"] == text)


def test_an_original_in_the_language_asked_for_stays(desk: Desk) -> None:
    _publish(desk, "claims", _claim(language="ja-JP", translations=[_proposition("ほか", "ja")]))

    shown = _shown(desk, "claims/said")

    assert (shown["proposition"], shown["translation"]) == ("Bob said so.", None)


def test_names_in_use_are_shown_but_for_those_of_one_side(desk: Desk) -> None:
    names = [
        {"text": "Hoppo", "language": "ja-Latn", "kind": "transliteration"},
        {"text": "側", "language": "ja", "kind": "official", "used_by": "japan"},
        {"text": "湾", "language": "ja", "kind": "common"},
    ]
    _publish(desk, "places", {"id": "bay", "name": "Bay", "kind": "city", "names": names})
    _publish(desk, "claims", _claim(about={"places": ["bay"]}))

    (place,) = _shown(desk, "claims/said")["about"]["places"]

    assert place["name"] == "湾"
    assert place["translation"] == {"language": "ja", "kind": "common", "by": None, "original": "Bay",
                                    "original_language": None}  # fmt: skip


def test_questions_and_offices_stand_in_the_language_too(desk: Desk) -> None:
    question = {"id": "why", "text": "Why?", "translations": [{"member": "text", "text": "なぜ", **JA}]}
    _publish(desk, "dossiers", {"id": "story", "title": "Story", "questions": [question]})
    office = {"title": "Clerk", "translations": [{"member": "title", "text": "書記", **JA}]}
    _publish(desk, "parties", {"id": "bob", "name": "Bob", "kind": "person", "offices": [office]})

    (asked,) = _shown(desk, "dossiers/story")["questions"]
    (row,) = _shown(desk, "dossiers/story/positions")["questions"]
    (held,) = _shown(desk, "parties/bob")["offices"]

    assert (asked["text"], row["text"], held["title"]) == ("なぜ", "なぜ", "書記")
    assert asked["translation"]["original"] == row["translation"]["original"] == "Why?"


READS = [
    "claims/four-islands-part-of-kuriles",
    "claims?about=four-islands&limit=50&facets=about,claimant",
    "claims?id=four-islands-part-of-kuriles,four-islands-not-part-of-kuriles",
    "places?include=claimed_by&limit=20",
    "places/iturup?fields=name,names",
    "places/four-islands/references?limit=200",
    "claims/four-islands-part-of-kuriles/provenance",
    "claims/four-islands-part-of-kuriles/similar",
    "dossiers/japan-russia-peace-treaty/positions",
    "dossiers/japan-russia-peace-treaty/timeline",
    "timeline?about=four-islands",
    "timeline?type=date,claim&when=2019",
    "places/four-islands/references?type=claim&role=about.places",
    "search?q=kuril",
    "suggest?q=kuri",
    "corrections",
]


def _as_it_is(value: Any) -> Any:
    """The answer with every original back in its place."""
    if isinstance(value, list):
        return [_as_it_is(member) for member in value]
    if not isinstance(value, dict):
        return value
    plain = {k: _as_it_is(v) for k, v in value.items() if k != "translation"}
    if shown := value.get("translation") if isinstance(value.get("translation"), dict) else None:
        text = next(n for n in ("name", "title", "proposition", "text") if n in value)
        plain[text] = shown["original"]
    for moving in ("next", "next_href"):
        plain.pop(moving, None)
    if "undated=true" in str(plain.get("href")):
        del plain["href"]
    return plain


@pytest.mark.parametrize("path", READS)
def test_nothing_but_the_language_changes(client: FlaskClient, path: str) -> None:
    plain = client.get(f"/v1/{path}").get_json()
    response = client.get(f"/v1/{path}{'&' if '?' in path else '?'}translation=ja")

    assert response.status_code == 200, response.text
    assert _as_it_is(response.get_json()) == _as_it_is(plain)


def test_the_past_is_shown_in_the_language_that_it_had(desk: Desk) -> None:
    _publish(desk, "claims", _claim())
    before = desk.last()
    added = {"translations": [_proposition("言った。")], "correction": {**NOTE, "kind": "enrichment"}}
    assert desk.change("PATCH", "claims/said", added).status_code == 200

    assert _shown(desk, "claims/said")["proposition"] == "言った。"
    assert _shown(desk, f"claims/said?as_of=seq:{before}")["translation"] is None
    assert "translations" not in str(desk.read("claims/said/revisions/1"))


def test_searches_find_translations_and_say_where_the_words_stand(desk: Desk) -> None:
    quoted = {**CITED, "quote": "So.", "translations": [{"member": "quote", "text": "桔梗", **JA}]}
    _publish(desk, "claims", _claim(translations=[_proposition("向日葵が咲いた。")], citations=[quoted]))
    _publish(desk, "dates", {"id": "day", "title": "A day", "kind": "meeting", "when": "2019",
                             "citations": [CITED],
                             "translations": [{"member": "title", "text": "蒲公英の日", **JA}]})  # fmt: skip

    (found,) = desk.read("search", q="向日葵")["data"]
    assert found["highlights"][0]["pointer"] == "/translations/0/text"
    assert [r["id"] for r in desk.read("claims", q="桔梗")["data"]] == ["said"]
    (suggested,) = desk.read("suggest", q="蒲公英")["data"]
    assert (suggested["id"], suggested["matched"]) == ("day", "蒲公英の日")


def test_records_are_found_by_the_languages_that_they_are_in(desk: Desk) -> None:
    _publish(desk, "claims", _claim(language="en-GB", translations=[_proposition("一", "ain")]))

    assert [r["id"] for r in desk.read("claims", translated="ain")["data"]] == ["said"]
    assert [r["id"] for r in desk.read("claims", language="en-GB")["data"]] == ["said"]
    facets = desk.read("claims", facets="translated,language")["facets"]
    assert {"value": "ain", "name": None, "count": 1} in facets["translated"]["values"]
    assert {"value": "en-GB", "name": None, "count": 1} in facets["language"]["values"]


def test_what_was_taken_out_is_shown_in_no_language(desk: Desk) -> None:
    _publish(desk, "parties", {"id": "bob", "name": "Bob", "kind": "person",
                               "translations": [{"member": "name", "text": "ボブ某", **JA}]})  # fmt: skip
    _publish(desk, "claims", _claim(translations=[_proposition("言った。", by="bob")]))

    assert facts("redact", "party", "bob", "--note", "A court.", "--db", url_of(desk.path)).returncode == 0

    assert desk.client.get("/v1/parties/bob?translation=ja").status_code == 451
    assert _shown(desk, "claims/said")["translation"]["by"]["name"] != "ボブ某"
    desk.database.close()
    assert "ボブ某".encode() not in desk.path.read_bytes()


def test_translations_are_loaded_from_dossier_files(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "claims.yaml").write_text(
        "- id: said\n  proposition: Bob said so.\n  language: en\n  kind: reported-fact\n"
        "  translations:\n    - {member: proposition, language: ja, text: 言った。, kind: own, by: nhk}\n"
        "  citations:\n    - {source: urdupoint-2019-07-21}\n",
        "utf-8",
    )

    loaded = facts("load", tmp_path, "--db", url_of(desk.path))

    assert loaded.returncode == 0, loaded.stderr
    assert _shown(desk, "claims/said")["proposition"] == "言った。"
    assert "unchanged" in facts("load", tmp_path, "--db", url_of(desk.path)).stdout
