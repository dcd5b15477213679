"""Where cited words stand in a text, and what verification says of them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.records.citations import spans
from api.records.citations.compare import anchor, judge, judge_citation
from api.records.citations.spans import (
    Span,
    digest,
    find_spans,
    fold,
    folded_digest,
    paragraph_of,
    read_text,
)

ARTICLE = (
    "Abe on the treaty\n"
    "\n"
    "Japanese Prime Minister Shinzo Abe said on Sunday that he would like to make progress - "
    "\u201cwithin my term in office.\u201d\n"
    "He spoke on election night.\n"
    "\n"
    "Moscow's position is that Tokyo must recognise the WWII results.\n"
)
SAID = {"start": "said on Sunday that", "end": "term in office"}


def located(source: str, start: str, end: str | None = None, **members: Any) -> dict[str, Any]:
    """The complete locator of words that stand once in the text of a source."""
    locator = anchor({"text": {"start": start, "end": end}}, source)
    assert locator is not None
    return {**locator, **members}


# The text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        (b"\r\r\n\n", "\n\n\n"),
        (b"\xef\xbb\xbfmark", "mark"),
        (b"\xef\xbb\xbf\xef\xbb\xbfm\xef\xbb\xbf", "\ufeffm\ufeff"),
        (b"\xef\xbb", "\ufffd"),
        (b"\xff\xfeo\x00", "\ufffd\ufffdo\x00"),
        (b"dash \x96 here", "dash \ufffd here"),
        (b"cut \xe2\x80", "cut \ufffd"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
        (b"tab\tnul\x00 \x0c\xc2\x85\xe2\x80\xa8", "tab\tnul\x00 \x0c\x85\u2028"),
        (b"e\xcc\x81", "e\u0301"),
        (b"", ""),
    ],
)
def test_a_text_is_utf8_with_lf_and_otherwise_as_saved(raw: bytes, text: str) -> None:
    assert read_text(raw) == text


@given(st.binary())
def test_every_file_is_a_text_that_reads_back_as_itself(raw: bytes) -> None:
    text = read_text(raw)

    assert "\r" not in text
    # Of two byte-order marks the second is a character of the text.
    assert text.startswith("\ufeff") or read_text(text.encode()) == text


# Digests that the dossier on the Japan-Russia peace treaty gives for a source outside the project;
# these two spans are nothing but their edge words, so the words are known.
@pytest.mark.parametrize(
    ("words", "exact", "folded"),
    [
        (
            "Japanese Prime Minister Shinzo Abe",
            "sha-256:74ff288843a1fe46ad75ae9b5a8e0ffd8a8400cda39e7260c48a564a8d7919cb",
            "sha-256:6daa80fae244837129dcc675f539c3f7d5aef56df8fb18c944094391379ba69e",
        ),
        (
            "Russian President Vladimir Putin",
            "sha-256:9180b2dfcf4652340179780416edfe064b2d066207fd1cef3d5d3316f239a2c1",
            "sha-256:32512de632edc337940e3cc0bb981d250521b817ceced7f18fa92888b81f3424",
        ),
    ],
)
def test_digests_are_those_of_the_published_dossier(words: str, exact: str, folded: str) -> None:
    assert digest(words) == exact
    assert folded_digest(words) == folded


def test_a_lone_surrogate_has_a_digest_of_its_own() -> None:
    assert digest("\ud800") != digest("\udfff") != digest("?")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("\u2018a\u2019 \u201ab\u201b c\u2032 `d`", "'a' 'b' c' 'd'"),
        ("\u201ca\u201d \u201eb\u201f \u00abc\u00bb", '"a" "b" "c"'),
        ("a\u2010b\u2011c\u2012d\u2013e\u2014f\u2015g\u2212h", "a-b-c-d-e-f-g-h"),
        (" \u00a0a\u3000\t\n\n b\u2028", "a b"),
        ("Stra\u00dfe \uff21\uff22\uff23 \ufb01n", "strasse abc fin"),
        ("e\u0301", "\u00e9"),
        # NFKC comes first: it makes two primes of a double one, which are then quotes.
        ("5\u2033", "5''"),
        ("a\u200bb\ufeff", "a\u200bb\ufeff"),
        # What a search overlooks besides counts here: digests that are stored stay true.
        ("Лукʼян مُحَمَّد مـد שָׁל´", "лукʼян مُحَمَّد مـد שָׁל \u0301"),
        ("", ""),
    ],
)
def test_folding_removes_what_typesetting_makes(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_never_reaches_across_white_space(text: str) -> None:
    """Places in the folded text are carried back to the text on this ground."""
    assert fold(text) == " ".join(fold(run) for run in text.split())


@pytest.mark.parametrize(
    ("words", "number"),
    [("Abe on", 1), ("Japanese", 2), ("He spoke", 2), ("\n\nMoscow", 2), ("Moscow", 3)],
)
def test_paragraphs_are_blocks_between_blank_lines(words: str, number: int) -> None:
    assert paragraph_of(ARTICLE, ARTICLE.index(words)) == number


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("", []),
        (" \n\t\n", []),
        ("a", [0]),
        ("\n\na\nb\n \u00a0\n\n  c", [2, 10]),
        ("a\x0c\nb\u2028\u2028c", [0]),
    ],
)
def test_a_blank_line_holds_only_white_space(text: str, starts: list[int]) -> None:
    assert spans.paragraph_starts(text) == starts


def test_what_stands_before_the_first_paragraph_counts_with_it() -> None:
    assert paragraph_of("\n\na", 0) == 1


# Edge words


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("a x b", ("a", "b"), [(0, 5)]),
        ("a x b y b", ("a", "b"), [(0, 5)]),
        ("a x a y b", ("a", "b"), [(0, 9), (4, 9)]),
        ("a x b a y b", ("a", "b"), [(0, 5), (6, 11)]),
        ("b a", ("a", "b"), []),
        ("a a", ("a", None), [(0, 1), (2, 3)]),
        ("a a", ("a", ""), [(0, 1), (2, 3)]),
        ("peace treaty", ("peace treaty", "treaty"), []),
        ("peace treaty treaty", ("peace treaty", "treaty"), [(0, 19)]),
        ("ab", ("a", "b"), [(0, 2)]),
        ("aaa", ("aa", None), [(0, 2), (1, 3)]),
        ("aaaa", ("aa", "a"), [(0, 3), (1, 4)]),
        ("p a b q a b", ("a", "b", "q"), [(8, 11)]),
        ("p\n\n  a b", ("a", "b", "p"), [(5, 8)]),
        ("p, a b", ("a", "b", "p"), []),
        ("a b x a b s", ("a", "b", None, "s"), [(0, 9), (6, 9)]),
        ("a b s a b", ("a", "b", None, "s"), [(0, 3)]),
        ("a s a", ("a", None, None, "s"), [(0, 1)]),
        ("p a a s", ("a", None, "p ", " s"), []),
        ("p a s", ("a", None, "p ", " s"), [(2, 3)]),
        ("A b", ("a", "b"), []),
        ("北方領土は", ("北方", "領土"), [(0, 4)]),
        ("a", ("", "a"), []),
    ],
)
def test_an_occurrence_is_a_start_with_the_nearest_end_after_it(
    text: str, words: tuple[Any, ...], found: list[tuple[int, int]]
) -> None:
    assert find_spans(text, *words) == found


def slow_find(text: str, start: str, end: str | None, prefix: str, suffix: str) -> list[Span]:
    found = []
    for at in range(len(text)):
        if not text.startswith(start, at) or not text[:at].rstrip().endswith(prefix.rstrip()):
            continue
        for stop in range(at + len(start), len(text) + 1):
            framed = text.endswith(end, at + len(start), stop) if end else stop == at + len(start)
            if framed and text[stop:].lstrip().startswith(suffix.lstrip()):
                found.append(Span(at, stop))
                break
    return found


few_letters = st.text(alphabet="ab ", max_size=2)


@given(
    st.text(alphabet="ab \n", max_size=40),
    st.text(alphabet="ab ", min_size=1, max_size=2),
    few_letters,
    few_letters,
    few_letters,
)
def test_finding_agrees_with_trying_every_place(
    text: str, start: str, end: str, prefix: str, suffix: str
) -> None:
    expected = slow_find(text, start, end, prefix, suffix)

    assert find_spans(text, start, end, prefix, suffix) == expected


@pytest.mark.audit
@pytest.mark.parametrize(
    ("piece", "size", "words"),
    [
        ("said that the islands, the treaty. ", 5_000_000, {"start": "the", "end": "treaty"}),
        ("said that the islands ", 5_000_000, {"start": "the", "end": "treaty"}),
        ("a ", 500_000, {"start": "a", "end": "a", "prefix": "a", "suffix": "a"}),
        (" ", 500_000, {"start": " ", "end": " ", "prefix": "x", "suffix": "x"}),
        ("aaaa", 500_000, {"start": "aaa", "end": "b", "suffix": "c"}),
    ],
)
def test_a_long_text_full_of_edge_words_is_judged_in_seconds(
    piece: str, size: int, words: dict[str, str]
) -> None:
    text = piece * (size // len(piece))
    locator = {
        "text": words,
        "position": {"start": 100, "end": 300},
        "digest": digest("no such words"),
        "folded_digest": digest("no such words"),
    }
    began = time.perf_counter()

    judge(locator, text)

    # Quadratic work would take hours; the limit leaves room for a slow, busy machine.
    assert time.perf_counter() - began < 60


# Judgements


def test_words_at_their_position_are_exact() -> None:
    verdict = judge(located(ARTICLE, **SAID), ARTICLE)

    assert verdict.status == "exact"
    assert verdict.spans[0].of(ARTICLE).startswith("said on Sunday that he would")


def test_words_at_their_position_are_exact_wherever_else_they_stand() -> None:
    assert judge(located(ARTICLE, **SAID), ARTICLE + ARTICLE).status == "exact"


def test_words_that_moved_are_found_by_their_digest() -> None:
    verdict = judge(located(ARTICLE, **SAID), "New first line.\n\n" + ARTICLE)

    assert verdict.status == "moved"
    assert verdict.spans[0].start == ARTICLE.index("said on Sunday") + 17
    assert "the locator says" in verdict.detail


def test_words_that_moved_to_two_places_are_ambiguous() -> None:
    verdict = judge(located(ARTICLE, **SAID), "x" + ARTICLE + ARTICLE)

    assert verdict.status == "ambiguous"
    assert len(verdict.spans) == 2


def test_words_without_edge_words_are_found_where_they_moved() -> None:
    locator = located(ARTICLE, **SAID, text=None)

    assert judge(locator, ARTICLE).status == "exact"
    assert judge(locator, "Earlier. " + ARTICLE).status == "moved"
    assert judge(locator, "x" + ARTICLE + ARTICLE).status == "ambiguous"
    assert judge(locator, ARTICLE.replace("Sunday", "Monday")).status == "not-found"


def test_a_text_too_long_for_trying_every_place_asks_for_edge_words() -> None:
    locator = located(ARTICLE, **SAID, text=None)

    verdict = judge(locator, "x" * 1_000_000 + ARTICLE)

    assert verdict.status == "not-found"
    assert "add edge words" in verdict.detail


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" - ", " \u2014 "),
        ("\u201c", '"'),
        ("would like", "would\n   like"),
        ("would like", "would\u00a0like"),
        ("Sunday", "SUNDAY"),
        ("office.\u201d", "office\uff0e\u201d"),
        ("term in", "term\tin"),
    ],
)
def test_what_typesetting_changes_is_normalised(before: str, after: str) -> None:
    changed = ARTICLE.replace(before, after)

    verdict = judge(located(ARTICLE, **SAID), "Later edition.\n\n" + changed)

    assert before in ARTICLE
    assert verdict.status in {"normalised", "moved"}
    assert fold(verdict.spans[0].of("Later edition.\n\n" + changed)).startswith("said on sunday")


def test_a_nearer_folded_end_does_not_hide_the_span() -> None:
    text = "He said that term IN OFFICE is \u201call\u201d of his term in office, and left."
    locator = located(text, "said that", "term in office")

    verdict = judge(locator, text.replace("\u201call\u201d", '"all"'))

    assert verdict.status == "normalised"


def test_folded_words_at_two_places_are_ambiguous() -> None:
    changed = ARTICLE.replace("\u201c", '"')

    assert judge(located(ARTICLE, **SAID), changed + changed).status == "ambiguous"


def test_a_folded_digest_holds_at_its_position_without_edge_words() -> None:
    locator = located(ARTICLE, **SAID, text=None)

    assert judge(locator, ARTICLE.replace("\u201c", '"')).status == "normalised"


@pytest.mark.parametrize(
    ("edit", "status"),
    [
        (lambda text: text.replace("would like", "hoped"), "altered"),
        (lambda text: text.replace("would like", "hoped") * 2, "ambiguous"),
        (lambda text: text.replace("said on Sunday that", "declared that"), "not-found"),
        (lambda text: "", "not-found"),
    ],
)
def test_changed_words_are_altered_ambiguous_or_gone(edit: Any, status: str) -> None:
    assert judge(located(ARTICLE, **SAID), edit(ARTICLE)).status == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ({"start": "said on Sunday that", "end": "term in office"}, "found"),
        ({"start": "Shinzo Abe"}, "found"),
        ({"start": "Shinzo Abe", "end": None, "prefix": None, "suffix": None}, "found"),
        ({"start": "Abe"}, "ambiguous"),
        ({"start": "Abe", "prefix": "Shinzo"}, "found"),
        ({"start": "Abe", "suffix": "on the"}, "found"),
        ({"start": "Abe", "prefix": "Mr"}, "not-found"),
        ({"start": "said on Monday"}, "not-found"),
    ],
)
def test_edge_words_alone_are_found_once_or_not(text: dict[str, Any], status: str) -> None:
    assert judge({"text": text}, ARTICLE).status == status


def test_edge_words_that_occur_only_folded_are_shown() -> None:
    verdict = judge({"text": {"start": "Moscow\u2019s position"}}, ARTICLE)

    assert verdict.status == "not-found"
    assert "quotes" in verdict.detail
    assert str(ARTICLE.index("Moscow's")) in verdict.detail


@pytest.mark.parametrize(
    ("locator", "status"),
    [
        ({}, "not-checked"),
        ({"page": "4"}, "not-checked"),
        ({"paragraph": 2}, "not-checked"),
        ({"position": {"start": 0, "end": 3}}, "not-checked"),
        ({"position": {"start": 0, "end": 3}, "paragraph": 1}, "not-checked"),
        ({"position": {"start": 0, "end": 99999}}, "not-found"),
        ({"position": {"start": 0, "end": 99999}, "digest": digest(ARTICLE)}, "not-found"),
        ({"digest": digest("Abe")}, "not-checked"),
        ({"position": {"start": 0, "end": 3}, "digest": digest("Abe")}, "exact"),
        ({"position": {"start": 0, "end": 3}, "folded_digest": folded_digest("ABE")}, "normalised"),
        ({"position": {"start": 5, "end": 5}, "digest": digest("")}, "not-found"),
        ({"text": {"start": "Shinzo"}, "digest": digest("Shinzo")}, "exact"),
        ({"text": {"start": "Abe"}, "digest": digest("Abe")}, "ambiguous"),
        ({"text": {"start": "Shinzo"}, "digest": digest("Taro")}, "altered"),
        ({"text": {"start": "Shinzo"}, "folded_digest": folded_digest("SHINZO")}, "normalised"),
        ({"text": {"start": "Shinzo"}, "folded_digest": folded_digest("Taro")}, "altered"),
        ({"text": {"start": "Shinzo"}, "position": {"start": 0, "end": 6}}, "found"),
        ({"text": {"start": "Abe"}, "position": {"start": 0, "end": 3}}, "ambiguous"),
        ({"text": None, "position": None, "digest": None}, "not-checked"),
    ],
)
def test_partial_locators_are_judged_by_what_they_state(locator: dict[str, Any], status: str) -> None:
    assert judge(locator, ARTICLE).status == status


SPAN = {"text": SAID}


@pytest.mark.parametrize(
    ("locator", "quote", "status"),
    [
        (SPAN, "make progress", "found"),
        (SPAN, "Make  PROGRESS \u2013 'within", "misquoted"),
        (SPAN, "MAKE\nprogress \u2014 \u00abwithin my term", "found"),
        (SPAN, "make headway", "misquoted"),
        (SPAN, "He spoke on election night.", "misquoted"),
        (SPAN, None, "found"),
        (located(ARTICLE, **SAID), "would like to make progress", "exact"),
        (located(ARTICLE, **SAID), "would like to make no progress", "misquoted"),
        (located("New.\n\n" + ARTICLE, **SAID), "make progress", "moved"),
        (located("New.\n\n" + ARTICLE, **SAID), "election night", "misquoted"),
        (located(ARTICLE.replace("\u201c", '"'), **SAID), '"within', "normalised"),
        (located(ARTICLE.replace("\u201c", '"'), **SAID), '"without', "misquoted"),
        (located(ARTICLE.replace("progress", "noise"), **SAID), "make headway", "altered"),
        ({"text": {"start": "Abe"}}, "make headway", "ambiguous"),
        ({"text": {"start": "declared"}}, "make progress", "not-found"),
        (None, "the wwii results", "found"),
        (None, "the WWI results", "misquoted"),
        ({"page": "4"}, "Abe", "found"),
        ({"paragraph": 2}, "Putin", "misquoted"),
        ({"position": {"start": 0, "end": 3}}, "Abe", "found"),
        ({"position": {"start": 0, "end": 3}}, "treaty", "misquoted"),
        ({"position": {"start": 0, "end": 99999}}, "Abe", "not-found"),
        (None, None, "not-checked"),
    ],
)
def test_a_quotation_stands_in_its_span_or_the_citation_is_misquoted(
    locator: dict[str, Any] | None, quote: str | None, status: str
) -> None:
    assert judge_citation({"locator": locator, "quote": quote}, ARTICLE).status == status


@pytest.mark.parametrize(
    ("citation", "shown"),
    [
        ({"locator": located(ARTICLE, **SAID)}, '"said on Sunday that he hoped to make progress'),
        ({"locator": SPAN, "quote": "would like"}, '"said on Sunday that he hoped to make progress'),
    ],
)
def test_the_words_that_stand_there_now_are_shown(citation: dict[str, Any], shown: str) -> None:
    assert shown in judge_citation(citation, ARTICLE.replace("would like", "hoped")).detail


def test_shown_words_are_one_short_printable_line() -> None:
    text = "begin \x1b[2J\n" + "word " * 1000 + "end"

    detail = judge({"text": {"start": "begin", "end": "end"}, "digest": digest("x")}, text).detail

    assert len(detail) < 700
    assert detail.isprintable()
    assert detail.endswith('word end".')


def test_a_position_or_paragraph_that_found_words_contradict_is_named() -> None:
    locator = {"text": SAID, "position": {"start": 1, "end": 9}, "paragraph": 7}

    verdict = judge(locator, ARTICLE)

    assert verdict.status == "found"
    assert "the locator says 1-9" in verdict.detail
    assert "the locator says paragraph 7" in verdict.detail


@pytest.mark.parametrize(
    "other",
    [ARTICLE, "Reprint.\n\n" + ARTICLE, ARTICLE.replace("\u201c", '"'), ARTICLE + ARTICLE],
)
def test_words_in_another_source_are_found_there(other: str) -> None:
    verdict = judge(located(ARTICLE, **SAID), "Another page.", {"tass": "-", "nhk": other})

    assert verdict.status == "found-in-other-source"
    assert verdict.source == "nhk"
    assert "nhk" in verdict.detail


def test_edge_words_alone_count_in_another_source_where_they_occur_once() -> None:
    locator = {"text": SAID}

    assert judge(locator, "", {"nhk": ARTICLE}).status == "found-in-other-source"
    assert judge(locator, "", {"nhk": ARTICLE + ARTICLE}).status == "not-found"


def test_other_sources_are_asked_only_where_this_one_has_nothing() -> None:
    changed = ARTICLE.replace("would like", "hoped")

    assert judge(located(ARTICLE, **SAID), changed, {"nhk": ARTICLE}).status == "altered"


# Properties

words = st.lists(st.sampled_from(["peace", "islands", "Moscow's", "\u201cdraft\u201d", "-"]))
paragraphs = st.lists(words.map(" ".join), min_size=1).map("\n\n".join)


@given(paragraphs, words, paragraphs, paragraphs)
def test_a_paragraph_inserted_before_moves_a_span(
    before: str, middle: list[str], after: str, inserted: str
) -> None:
    cited = " ".join(["Abe said", *middle, "on Sunday"])
    text = f"{before}\n\n{cited}\n\n{after}"

    verdict = judge(located(text, "Abe said", "on Sunday"), f"{inserted}\n\n{text}")

    assert verdict.status == "moved"
    assert verdict.spans[0].of(f"{inserted}\n\n{text}") == cited


VARIANTS = {
    " ": [" ", "\n", "\u00a0", "  ", "\u2003\t"],
    "-": ["-", "\u2013", "\u2014", "\u2212"],
    "'": ["'", "\u2019", "\u2018", "`"],
    "\u201c": ["\u201c", '"', "\u00ab"],
    "\u201d": ["\u201d", '"', "\u00bb"],
}


@pytest.mark.machine
@given(paragraphs, words, paragraphs, st.data())
def test_quotes_dashes_and_spaces_set_anew_are_normalised(
    before: str, middle: list[str], after: str, data: st.DataObject
) -> None:
    cited = " ".join(["Abe said", *middle, "on Sunday"])
    reset = "".join(data.draw(st.sampled_from(VARIANTS.get(sign, [sign]))) for sign in cited)
    assume(reset != cited)

    verdict = judge(
        located(f"{before}\n\n{cited}\n\n{after}", "Abe said", "on Sunday"),
        f"{before}\n\n{reset}\n\n{after}",
    )

    assert verdict.status == "normalised"
    assert verdict.spans[0].of(f"{before}\n\n{reset}\n\n{after}") == reset


@given(paragraphs, words, paragraphs)
def test_a_removed_span_is_not_found(before: str, middle: list[str], after: str) -> None:
    cited = " ".join(["Abe said", *middle, "on Sunday"])
    locator = located(f"{before}\n\n{cited}\n\n{after}", "Abe said", "on Sunday")

    assert judge(locator, f"{before}\n\n{after}").status == "not-found"


@given(st.text(), st.text(min_size=1), st.text(), st.data())
def test_a_place_in_the_folded_text_is_carried_back_to_words_that_fold_to_it(
    before: str, cited: str, after: str, data: st.DataObject
) -> None:
    text = f"{before} {cited} {after}"
    assume(fold(cited))
    assume(fold(text).count(fold(cited)) == 1)

    verdict = judge({"text": {"start": fold(cited)}, "folded_digest": folded_digest(cited)}, text)

    assert verdict.status == "normalised"
    assert fold(verdict.spans[0].of(text)) == fold(cited)


@given(st.text(), st.dictionaries(st.sampled_from(["start", "end", "prefix", "suffix"]), st.text()))
def test_no_text_and_no_edge_words_make_judging_fail(text: str, edges: dict[str, str]) -> None:
    locator = {
        "text": edges,
        "position": {"start": 3, "end": 9},
        "digest": digest(text[3:9] + "!"),
        "folded_digest": digest("!"),
    }

    assert judge(locator, text, {"other": text}).detail


# Anchoring


def test_edge_words_found_once_are_anchored() -> None:
    locator = anchor({"text": SAID, "page": "2", "digest": None}, ARTICLE)

    cited = ARTICLE[ARTICLE.index("said on") : ARTICLE.index(".\u201d")]
    assert locator == {
        "text": SAID,
        "page": "2",
        "position": {"start": 54, "end": 54 + len(cited)},
        "paragraph": 2,
        "digest": digest(cited),
        "folded_digest": folded_digest(cited),
    }
    assert judge(locator, ARTICLE).status == "exact"


@pytest.mark.parametrize(
    "locator",
    [
        {},
        {"paragraph": 1},
        {"text": {"start": "Abe"}},
        {"text": {"start": "Kono"}},
        {"text": SAID, "position": {"start": 0, "end": 3}},
        {"text": SAID, "digest": digest("Abe")},
        {"text": SAID, "folded_digest": digest("abe")},
        {"text": SAID, "paragraph": 3},
    ],
)
def test_nothing_else_is_anchored(locator: dict[str, Any]) -> None:
    assert anchor(locator, ARTICLE) is None
