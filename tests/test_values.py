"""Values that are refused or kept: characters of texts, language tags, addresses."""

import pytest

from schemas.base import nearest
from schemas.citation import deep_link
from schemas.vocabularies import VOCABULARIES, Vocabulary

from .conftest import Desk


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("می\u200cخواهم", True),
        ("क्\u200dष", True),
        ("അവന്\u200d", True),
        ("葛\U000e0100城", True),
        ("辻\ufe00", True),
        ("❤\ufe0f\u200d🔥", True),
        ("👩🏽\u200d🚀", True),
        ("1\ufe0f\u20e3", True),
        ("Abe\u200d", False),
        ("\u200dAbe", False),
        ("Abe \u200d Shinzo", False),
        ("Abe\u200d\u200cShinzo", False),
        ("\u200d", False),
        ("\u200c", False),
        ("🔥\u200cx", False),
        ("\ufe0fAbe", False),
        ("Abe \ufe0fShinzo", False),
        ("葛\U000e0100\U000e0101城", False),
        ("\u3164\u200d\u3164", False),
        ("\u3164\ufe0f", False),
        ("Abe\u2800", False),
    ],
)
def test_only_what_spells_something_may_be_invisible(desk: Desk, text: str, is_kept: bool) -> None:
    name = {"text": text, "language": "en", "kind": "common"}
    body = {"id": "bob", "name": text, "kind": "person", "description": text, "names": [name],
            "offices": [{"title": text}]}  # fmt: skip

    response = desk.send("POST", "parties?dry_run=true", body)

    if is_kept:
        assert response.status_code in (200, 201), response.text
    else:
        faults = response.get_json()["errors"]
        assert {f["pointer"] for f in faults} == {
            "/name",
            "/description",
            "/names/0/text",
            "/offices/0/title",
        }
        assert all("U+" in f["detail"] and "remove it" in f["detail"] for f in faults)


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        *((tag, tag) for tag in (
            "en", "ja-Latn", "sl-rozaj-biske", "sl-nedis", "sr-CS", "sr-Latn-CS", "sr-YU", "ru-SU",
            "de-CH-1901", "ru-petr1708", "hy-Latn-arevela", "ca-valencia", "es-419", "en-US-u-ca-buddhist",
            "en-x-us", "x-foo", "qaa-Qaaa-QM-x-southern", "und", "mul", "zh-Hant-TW", "sh", "i-default",
            "yue-HK",
        )),
        ("EN-gb", "en-GB"),
        ("iw", "he"),
        ("de-DD", "de-DE"),
        ("en-GB-oed", "en-GB-oxendict"),
        ("i-klingon", "tlh"),
        ("zh-yue-HK", "yue-HK"),
        ("zh-min-nan", "nan"),
        ("eng", "en"),
        ("en_GB", "en-GB"),
        ("en-UK", "en-GB"),
        *((tag, None) for tag in (
            "english", "xx", "xx-YY", "en-ZZZ", "sl-biske-biske", "en-a-bbb-a-ccc", "de-yue", "en-", "-en",
            "a-DE", "zh-yue-cmn", "en-Xyzw", "x", "i-nonsense", "", "日本",
        )),
    ],
)  # fmt: skip
def test_a_language_tag_is_what_the_registry_of_bcp_47_has(desk: Desk, tag: str, written: str | None) -> None:
    name = {"text": "Bob", "language": tag, "kind": "common"}
    body = {"id": "bob", "name": "Bob", "kind": "person", "names": [name]}

    response = desk.send("POST", "parties?dry_run=true", body)

    if tag == written:
        assert response.status_code in (200, 201), response.text
    else:
        [fault] = response.get_json()["errors"]
        assert fault["pointer"] == "/names/0/language"
        assert fault.get("did_you_mean") == written


_ADDRESS = "https://example.org/"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (_ADDRESS + "a?b=c#d", None),
        (_ADDRESS + "#/article/5", None),
        (_ADDRESS + "日本", None),
        ("http://[2001:db8::1]:8080/a", None),
        (_ADDRESS + "a b", "a space at position 21; write %20"),
        (_ADDRESS + "a\u3000b", "U+3000 IDEOGRAPHIC SPACE at position 21; write %E3%80%80"),
        (_ADDRESS + "a\tb", "U+0009 at position 21; write %09"),
        (_ADDRESS + "a{b}", '"{" at position 21; write %7B'),
        (_ADDRESS + 'a"b', '""" at position 21; write %22'),
        (_ADDRESS + "a\\b", '"\\" at position 21; write %5C'),
        (_ADDRESS + "a\u200bb", "(U+200B ZERO WIDTH SPACE) at position 21; remove it"),
        (_ADDRESS + "a\u3164b", "(U+3164 HANGUL FILLER) at position 21; remove it"),
        (_ADDRESS + "x" * 2000, "is 2020 characters long; at most 2000 are allowed"),
        ("", "write the whole address"),
        ("example.org/a", "write the whole address"),
        ("//example.org", "write the whole address"),
        ("ftp://example.org", "write the whole address"),
        ("javascript:alert(1)", "write the whole address"),
        ("https:///a", "names no host"),
        ("https://:80/a", "names no host"),
        ("https://u:p@example.org/", "user name or password"),
        ("https://example.org:99999/", "port"),
        ("https://example.org:x/", "port"),
        ("https://[::1/", "bracket"),
        (5, "must be a string"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_with_the_remedy(
    desk: Desk, address: object, said: str | None
) -> None:
    body = {"id": "s", "title": "S", "kind": "book", "publisher": "nhk", "held": True, "url": address}

    response = desk.send("POST", "sources?dry_run=true", body)

    if said is None:
        assert response.status_code in (200, 201), response.text
    else:
        [fault] = response.get_json()["errors"]
        assert fault["pointer"] == "/url"
        assert said in fault["detail"]


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://a.example/x", "https://a.example/x#:~:text=words"),
        ("https://a.example/x#", "https://a.example/x#:~:text=words"),
        ("https://a.example/x#part", "https://a.example/x#part:~:text=words"),
        ("https://a.example/#/article/5", "https://a.example/#/article/5:~:text=words"),
        ("https://a.example/x#:~:text=other", "https://a.example/x#:~:text=words"),
        ("https://a.example/x#part:~:text=other", "https://a.example/x#part:~:text=words"),
    ],
)
def test_a_deep_link_keeps_the_fragment_of_the_address(address: str, link: str) -> None:
    assert deep_link(address, {"start": "words"}) == link


#: What people write -> the term that they mean, in queries.
MEANT = [
    ("parties?kind=country", "state"),
    ("parties?kind=nation", "state"),
    ("parties?kind=contry", "state"),
    ("parties?kind.not=Country", "state"),
    ("parties?kind=newspaper", "media-outlet"),
    ("parties?kind=think_tank", "research-institute"),
    ("parties?kind=NGO", "non-governmental-organisation"),
    ("places?kind=State", "country"),
    ("places?kind=archipelago", "island-group"),
    ("sources?kind=article", "news-report"),
    ("sources?kind=News Report", "news-report"),
    ("sources?kind=tweet", "social-media-post"),
    ("dates?kind=war", "armed-conflict"),
    ("claims?kind=prediction", "projection"),
    ("claims?kind=treaty_provision", "treaty-provision"),
    ("claims?said=2019&match=exact", "certain"),
    ("claims?status=live", "published"),
    ("search?q=abe&type=event", "date"),
    ("timeline?type=Event", "date"),
    ("corrections?kind=mistake", "error"),
    ("parties?kind=zzz", None),
]  # fmt: skip


@pytest.mark.parametrize(("address", "term"), MEANT)
def test_a_refused_word_is_told_the_term_that_it_means(desk: Desk, address: str, term: str | None) -> None:
    response = desk.client.get(f"/v1/{address}")

    assert response.status_code == 400
    [fault] = response.get_json()["errors"]
    assert fault.get("did_you_mean") == term


def test_documents_are_told_the_terms_too(desk: Desk) -> None:
    name = {"text": "Japan", "language": "en", "kind": "Formal"}
    body = {"id": "x", "name": "Japan", "kind": "country", "names": [name]}

    faults = desk.send("POST", "parties?dry_run=true", body).get_json()["errors"]

    told = {fault["pointer"]: fault["did_you_mean"] for fault in faults}
    assert told == {"/kind": "state", "/names/0/kind": "official"}


def test_a_kind_that_only_some_types_have_is_not_suggested_elsewhere(desk: Desk) -> None:
    [fault] = desk.client.get("/v1/timeline?type=person").get_json()["errors"]

    assert "did_you_mean" not in fault


@pytest.mark.parametrize("vocabulary", VOCABULARIES.values(), ids=lambda v: v.name)
def test_a_synonym_means_one_term_and_is_served_with_it(desk: Desk, vocabulary: Vocabulary) -> None:
    served = desk.client.get(f"/v1/vocabularies/{vocabulary.name}").get_json()["terms"]
    words = [word for term in vocabulary.terms for word in term.synonyms]

    assert {word: term["name"] for term in served for word in term["synonyms"]} == vocabulary.synonyms
    assert len(words) == len(set(words))
    assert not set(words) & set(vocabulary.names)
    for word, name in vocabulary.synonyms.items():
        assert nearest(word, vocabulary.names, vocabulary.synonyms) == name
