"""What the record has in the language of a page is shown in it, marked, with the original beside."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.records.core.registry import CLAIM, DATE, DOSSIER, PARTY, PLACE, SOURCE
from schemas.base import Json
from schemas.vocabularies import TRANSLATION_KINDS

from .catalogues import read_catalogue
from .conftest import Desk, client_of, empty_desk
from .test_page_contents import section
from .test_pages import page, words

NOTE = {"kind": "error", "note": "It was otherwise."}


def _in(language: str, member: str, text: str, kind: str = "own", **more: Any) -> Json:
    return {"member": member, "language": language, "text": text, "kind": kind, **more}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A story of which every text is there in Japanese."""
    desk = empty_desk(tmp_path / "facts.db")
    office = {"title": "Clerk", "held": "2019", "translations": [_in("ja", "title", "書記")]}
    desk.put(
        PARTY, "ann", name="Ann", kind="person", description="A clerk.", offices=[office],
        translations=[_in("ja", "name", "アン", "official"), _in("ja", "description", "書記だ。", by="ann")],
    )  # fmt: skip
    desk.put(PLACE, "bay", name="Bay", kind="city", translations=[_in("ja", "name", "湾")],
             names=[{"text": "Their bay", "language": "en", "used_by": "ann"}])  # fmt: skip
    desk.put(
        SOURCE, "paper", title="A paper", kind="book", publisher="ann", held=True, language="el",
        note="Seen.", translations=[_in("ja", "title", "文書", "machine"), _in("ja", "note", "確認済み。")],
    )  # fmt: skip
    question = {"id": "why", "text": "Why?", "translations": [_in("ja", "text", "なぜか。")]}
    desk.put(
        DOSSIER, "story", title="A story", summary="All of it.", questions=[question],
        translations=[_in("ja", "title", "物語"), _in("ja", "summary", "そのすべて。")],
    )  # fmt: skip
    quoted = {"source": "paper", "quote": "Οὕτως.", "translations": [_in("ja", "quote", "そのとおり。")]}
    told = {"kind": "position", "attribution": [{"party": "ann", "role": "said"}]}
    desk.put(
        CLAIM, "said", proposition="It is so.", language="en", citations=[quoted], dossiers=["story"],
        answers=[{"question": "why", "stance": "affirms"}], about={"places": ["bay"]},
        translations=[_in("ja", "proposition", "そうである。", "official", by="ann")], **told,
    )  # fmt: skip
    desk.put(CLAIM, "plain", proposition="It is plain.", citations=[{"source": "paper"}], dossiers=["story"],
             relations=[{"type": "contradicts", "claim": "said"}], **told)  # fmt: skip
    desk.put(CLAIM, "theirs", proposition="そうではない。", language="ja", citations=[{"source": "paper"}],
             translations=[_in("en", "proposition", "It is not so.")], **told)  # fmt: skip
    desk.put(DATE, "day", title="A day", kind="meeting", when="2019", citations=[{"source": "paper"}],
             description="It rained.", dossiers=["story"],
             translations=[_in("ja", "title", "ある日"), _in("ja", "description", "雨だった。")])  # fmt: skip
    return desk


def _heading(desk: Desk, path: str) -> tuple[str, str | None]:
    """(the heading of a page, in which language it says that it is)."""
    heading = page(desk.client, path).find(".//h1")
    return words(heading), heading.get("lang")


def _originals(tree: Any) -> dict[str, tuple[str, str | None]]:
    """What stands beside each translation: the mark, by the original, with the language of that."""
    texts = [(e, (e.findall("./bdi") or [e.find("./p")])[-1]) for e in tree.find_class("original")]
    return {words(o): (words(e).partition("·")[0].strip(), o.get("lang")) for e, o in texts}


HEADINGS = {
    "/claims/said": ("そうである。", "It is so.", "公式の表記 (アン)"),
    "/parties/ann": ("アン", "Ann", "公式の表記"),
    "/places/bay": ("湾", "Bay", "編集者による翻訳"),
    "/sources/paper": ("文書", "A paper", "機械翻訳"),
    "/dossiers/story": ("物語", "A story", "編集者による翻訳"),
    "/dates/day": ("ある日", "A day", "編集者による翻訳"),
}


@pytest.mark.parametrize("path", HEADINGS)
def test_a_page_is_headed_by_the_records_own_translation(desk: Desk, path: str) -> None:
    text, original, mark = HEADINGS[path]

    tree = page(desk.client, f"{path}?lang=ja")

    assert _heading(desk, f"{path}?lang=ja") == (text, None)
    assert tree.findtext(".//title").startswith(f"{text} – ")
    assert tree.find(".//meta[@property='og:title']").get("content") == text
    assert _originals(tree)[original][1] == "en"
    assert _originals(tree)[original][0].replace("Ann", "アン") == mark
    assert _heading(desk, f"{path}?lang=ru") == (original, "en")
    assert _heading(desk, path) == (original, None)


@pytest.mark.parametrize("kind", TRANSLATION_KINDS.names)
def test_every_kind_of_translation_is_marked(desk: Desk, kind: str) -> None:
    desk.put(PARTY, "bob", name="Bob", kind="person", translations=[_in("ja", "name", "ボブ", kind)])

    (mark, language) = _originals(page(desk.client, "/parties/bob?lang=ja"))["Bob"]

    assert language == "en"
    assert mark in {m.string for m in read_catalogue("ja")}


TEXTS = {
    "/parties/ann": [("A clerk.", "書記だ。"), ("Clerk", "書記")],
    "/sources/paper": [("Seen.", "確認済み。")],
    "/dossiers/story": [("All of it.", "そのすべて。"), ("Why?", "なぜか。")],
    "/dates/day": [("It rained.", "雨だった。")],
    "/claims/said": [("Οὕτως.", "そのとおり。")],
}


@pytest.mark.parametrize("path", TEXTS)
def test_longer_texts_and_quotations_are_translated_too(desk: Desk, path: str) -> None:
    tree = page(desk.client, f"{path}?lang=ja")

    for original, text in TEXTS[path]:
        assert text in words(tree)
        language = "el" if path == "/claims/said" else "en"
        assert _originals(tree)[original][1] == language


def test_links_and_lists_have_the_translations_and_say_which_a_machine_made(desk: Desk) -> None:
    claim, home = page(desk.client, "/claims/plain?lang=ja"), page(desk.client, "/?lang=ja")

    links = {a.get("href").partition("?")[0]: a.find("bdi") for a in claim.xpath("//main//a[bdi]")}
    assert (words(links["/claims/said"]), links["/claims/said"].get("lang")) == ("そうである。", None)
    assert (words(links["/dossiers/story"]), words(links["/parties/ann"])) == ("物語", "アン")
    assert "文書 (機械翻訳)" in words(section(claim, "書かれている箇所"))
    assert "そのすべて。" in words(home)
    assert "なぜか。" in words(home)
    # A title that is in Japanese itself is no translation, and no English.
    own = home.xpath("//a[starts-with(@href, '/claims/theirs')]/bdi")[0]
    assert (words(own), own.get("lang")) == ("そうではない。", None)
    for path in ("/changes", "/search?q=so"):
        assert "そうである。" in words(page(desk.client, f"{path}{'&' if '?' in path else '?'}lang=ja"))


def test_what_is_written_in_another_language_says_so_on_an_english_page(desk: Desk) -> None:
    tree = page(desk.client, "/claims/theirs")

    assert words(tree.find(".//h1")) == "It is not so."
    assert _originals(tree) == {"そうではない。": ("Translated by the editors", "ja")}
    assert _heading(desk, "/claims/theirs?lang=ja") == ("そうではない。", None)
    assert _heading(desk, "/claims/theirs?lang=ru") == ("そうではない。", "ja")


def test_one_sides_names_stand_before_translations(desk: Desk) -> None:
    tree = page(desk.client, "/claims/said?lang=ja&perspective=ann")

    (place,) = [a for a in tree.xpath("//main//a[bdi]") if a.get("href").startswith("/places/bay")]
    assert (words(place), place.find("bdi").get("lang")) == ("Their bay", "en")
    assert "(湾)" in words(place.getparent())


def test_what_others_take_along_is_the_original(desk: Desk) -> None:
    english, japanese = page(desk.client, "/claims/said"), page(desk.client, "/claims/said?lang=ja")

    codes = [[pre.text_content() for pre in tree.iter("pre")] for tree in (english, japanese)]
    told = [json.loads(t.find(".//script[@type='application/ld+json']").text) for t in (english, japanese)]
    assert codes[0] == codes[1]
    assert told[0] | {"url": ""} == told[1] | {"url": ""}
    assert (told[1]["name"], told[1]["inLanguage"]) == ("It is so.", "en")
    assert told[1]["workTranslation"] == [{"@type": "Claim", "name": "そうである。", "inLanguage": "ja"}]
    assert japanese.find(".//link[@rel='canonical']").get("href").endswith("/claims/said?lang=ja")


def _patch(desk: Desk, change: Json) -> None:
    response = desk.change("PATCH", "claims/said", change)
    assert response.status_code == 200, response.text


# Cards


def _card(client: FlaskClient, address: str) -> Any:
    return page(client, f"/embed/claims/{address}")


def test_a_card_is_in_its_language_with_the_original(desk: Desk) -> None:
    card = _card(desk.client, "said?lang=ja")

    assert (words(card.find(".//blockquote")), card.find(".//blockquote").get("lang")) == (
        "そうである。",
        None,
    )
    assert "公式の表記 (Ann) · 原文: It is so." in words(card)
    assert card.xpath("//bdi[text()='It is so.']/@lang") == ["en"]
    assert words(_card(desk.client, "said?lang=ru").find(".//blockquote")) == "It is so."


def test_a_pinned_card_has_the_translation_of_its_revision(desk: Desk) -> None:
    anew = [_in("ja", "proposition", "そうではなかった。")]
    change = {"proposition": "It was not so.", "translations": anew, "correction": NOTE}
    _patch(desk, change)

    now, then = (_card(client_of(desk.path), f"said?lang=ja{more}") for more in ("", "&revision=1"))

    assert words(now.find(".//blockquote")) == "そうではなかった。"
    assert words(then.find(".//blockquote")) == "そうである。"
    assert "It is so." in words(then)


def test_the_past_is_shown_with_the_translations_that_it_had(desk: Desk) -> None:
    before = desk.last()
    change = {"translations": [], "correction": NOTE}
    _patch(desk, change)

    assert _heading(desk, "/claims/said?lang=ja") == ("It is so.", "en")
    assert _heading(desk, f"/claims/said?lang=ja&as_of=seq:{before}") == ("そうである。", None)
