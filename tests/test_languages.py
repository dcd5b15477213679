"""Pages in English, Japanese and Russian: every word of the interface, dates in words, how one chooses."""

import re
import shutil
from collections.abc import Iterator
from gettext import c2py
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from babel.messages import Catalog
from flask.testing import FlaskClient
from lxml import html

from api.pages.translating import CATALOGUES
from api.records.core.registry import CLAIM, DATE, DOSSIER, PARTY, PLACE, SOURCE

from .catalogues import TRANSLATED, read_catalogue, template, written
from .conftest import Desk, Server, client_of
from .test_cache import Log
from .test_connections import Wire, head
from .test_pages import BROWSER, drawn, page, words

CLAIM_PAGE = "/claims/abe-seeks-treaty-progress-in-term"
STORY = "/dossiers/japan-russia-peace-treaty"
PLAIN = [
    "/",
    CLAIM_PAGE,
    STORY,
    "/parties/abe-shinzo",
    "/places/four-islands",
    "/dates/upper-house-election-2019",
    "/sources/urdupoint-2019-07-21",
    "/search",
    "/search?q=abe",
    "/corrections",
    "/changes",
    "/problems/gone",
    "/claims/nobody-says-so",
]
PAGE_IN = [(path, language) for path in PLAIN for language in TRANSLATED]


def in_language(path: str, language: str) -> str:
    """The address of a page in a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def shown(client: FlaskClient, path: str) -> Any:
    """A page as a tree, whatever its status."""
    return drawn(client.get(path, headers=BROWSER))


# Catalogues


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_word_has_a_translation(language: str) -> None:
    catalogue = read_catalogue(language)

    missing = [
        message.id
        for message in template()
        if message.id and not _is_whole(catalogue.get(message.id, message.context))
    ]

    assert missing == [], "run `make words`, then translate these in api/pages/translations"


def _is_whole(message: Any) -> bool:
    if message is None or message.fuzzy:
        return False
    texts = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(texts)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_as_make_words_writes_it(language: str) -> None:
    assert (CATALOGUES / f"{language}.po").read_text("utf-8") == written(language), "run `make words`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_values_of_its_sentence_and_the_forms_of_its_language(language: str) -> None:
    catalogue, standard = read_catalogue(language), Catalog(language)
    form, form_of_standard = c2py(catalogue.plural_expr), c2py(standard.plural_expr)

    faults = [(message.id, str(fault)) for message, faults in catalogue.check() for fault in faults]
    lost = [m.id for m in catalogue if m.id and not _values(m.id) <= _values(m.string)]

    assert catalogue.num_plurals == standard.num_plurals
    assert [form(n) for n in range(1000)] == [form_of_standard(n) for n in range(1000)]
    assert faults == []
    assert lost == []


def _values(text: Any) -> set[str]:
    """The values that stand in a message, in whichever of its forms."""
    return set(re.findall(r"%(?:\(\w+\))?s", text if isinstance(text, str) else " ".join(text)))


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (1, "Найдена 1 запись"),
        (2, "Найдены 2 записи"),
        (5, "Найдено 5 записей"),
        (11, "Найдено 11 записей"),
        (21, "Найдена 21 запись"),
        (22, "Найдены 22 записи"),
    ],
)
def test_a_number_has_the_form_of_its_language(tmp_path: Path, number: int, found: str) -> None:
    desk = Desk(tmp_path / "facts.db")
    for n in range(number):
        desk.put(PARTY, f"p{n}", name=f"Somebody {n}", kind="person")

    said = [
        page(desk.client, f"/search?q=somebody&lang={language}").find(".//meta[@name='description']")
        for language in ("ru", "ja")
    ]

    assert [meta.get("content") for meta in said] == [found, f"{number}件見つかりました"]


# No English word is left


#: What is called so in every language.
NAMES = {"JSON", "GeoJSON", "API", "BibTeX", "CSL", "HTTP", "UTC", "RFC", "English"}


@pytest.mark.parametrize(("path", "language"), PAGE_IN)
def test_no_word_of_the_interface_is_left_in_english(client: FlaskClient, path: str, language: str) -> None:
    catalogue = read_catalogue(language)
    english = {m.id for m in catalogue if isinstance(m.id, str) and m.id != m.string} - NAMES

    tree = shown(client, in_language(path, language))

    assert tree.get("lang") == language
    assert {text for text in _own_words(tree) if text in english} == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_page_of_a_record_in_greek_has_no_latin_letter(desk: Desk, language: str) -> None:
    """Where every text of the record is Greek, what is left in Latin letters is the page's own."""
    paths = _greek(desk)
    reader = client_of(desk.path, publisher_name="Εκδότης", licence="Άδεια")

    left = {path: _latin(shown(reader, in_language(path, language))) for path in paths}

    assert {path: found for path, found in left.items() if found} == {}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty record."""
    return Desk(tmp_path / "facts.db")


def _greek(desk: Desk) -> list[str]:
    """One record of each type with all that it may have, in Greek; the pages that show them."""
    names = [{"text": "Όνομα", "language": "el", "kind": "former", "used_by": "a"}]
    desk.put(PARTY, "a", name="Άλφα", kind="state", names=names, description="Περιγραφή", country="GR")
    desk.put(
        PARTY, "b", name="Βήτα", kind="person", part_of="a", predecessors=["a"],
        memberships=[{"party": "a", "held": "2001/2004~"}],
    )  # fmt: skip
    desk.put(SOURCE, "s", title="Πηγή", kind="broadcast", publisher="a", held=False, published="198X")
    desk.put(
        SOURCE, "t", title="Άλλη", kind="wire-report", publisher="b", held=True, retrieved="2020-01-02",
        derived_from=[{"source": "s", "how": "translates"}], authors=["Γάμμα"], language="el",
        url="https://el.example/", note="Σημείωση",
    )  # fmt: skip
    cited = [{"source": "t", "quote": "Παράθεμα", "locator": {"paragraph": 3}, "states": "2019-07"}]
    desk.put(
        PLACE, "n", name="Νησί", kind="island", names=names, claimed_by=["a", "b"], administered_by=["a"],
        coordinates={"latitude": -12.5, "longitude": 140.25},
    )  # fmt: skip
    questions = [{"id": "so", "text": "Έτσι είναι;"}, {"id": "or", "text": "Ή όχι;"}]
    desk.put(DOSSIER, "story", title="Ιστορία", summary="Περίληψη", questions=questions)
    desk.put(
        DATE, "d", title="Ημέρα", kind="treaty-signing", when="2019-07?", citations=cited, places=["n"],
        participants=[{"party": "a", "role": "host"}], dossiers=["story"],
    )  # fmt: skip
    attribution = [{"party": "b", "role": "said"}, {"party": "a", "role": "translated", "source": "t"}]
    claim = {"kind": "statement-of-intent", "dossiers": ["story"], "attribution": attribution}
    desk.put(
        CLAIM, "c", proposition="Έτσι.", said="2019", citations=cited, about={"places": ["n"]},
        answers=[{"question": "so", "stance": "affirms"}], **claim,
    )  # fmt: skip
    desk.put(
        CLAIM, "e", proposition="Όχι έτσι.", said="2020-02/..", valid="1900/1910",
        citations=[{"source": "t"}],
        answers=[{"question": "so", "stance": "denies"}], relations=[{"type": "contradicts", "claim": "c"}],
        assessment={"status": "disputed", "note": "Κρίση", "assessed": "2026-01-01", "citations": cited},
        **claim,
    )  # fmt: skip
    for which in ("claims/c", "parties/b"):
        title = "proposition" if which == "claims/c" else "name"
        note = {"kind": "new-information", "note": "Διόρθωση"}
        desk.change("PATCH", which, {title: "Νέο όνομα.", "correction": note})
    desk.put(PARTY, "gone", name="Χαμένο", kind="group")
    desk.change("POST", "parties/gone/retract", {"kind": "legal", "note": "Νόμος"})
    found = [f"/{plural}" for plural in ("claims/c", "claims/e", "dossiers/story", "parties/a", "parties/b")]
    more = ["/", "/places/n", "/dates/d", "/sources/s", "/sources/t", "/search?q=έτσι", "/corrections"]
    return [*found, *more, "/changes", "/claims/c?as_of=seq:12", "/places/n?perspective=a", "/parties/gone"]


def _latin(tree: Any) -> set[str]:
    """Words in Latin letters that are read, or read aloud, on a page."""
    texts = [
        *_own_words(tree),
        tree.findtext(".//title"),
        *tree.xpath("//meta[@name='description']/@content"),
    ]
    # Of the record: an address, the number of a request.
    said = re.sub(r"https?://\S+|el\.example|[0-9a-f]{16}", "", " ".join(texts))
    return set(re.findall(r"[A-Za-z]{2,}", said)) - NAMES


def _own_words(tree: Any) -> Iterator[str]:
    """What a page says in its language: texts, and what is read aloud; not what is marked as in another."""
    language = tree.get("lang")
    for element in tree.body.iter():
        if not isinstance(element.tag, str) or element.tag == "script":
            continue
        named = [e.get("lang") for e in (element, *element.iterancestors()) if e.get("lang")]
        if named[0] == language:
            inside = [element.text, *(child.tail for child in element)]
            spoken = [element.get(name) for name in ("aria-label", "alt", "data-copy", "data-copied")]
            yield from (" ".join(text.split()) for text in [*inside, *spoken] if text and text.strip())


# Dates


@pytest.mark.parametrize(
    ("edtf", "in_japanese", "in_russian"),
    [
        ("2019-07-21", "2019年7月21日", "21 июля 2019 г."),
        ("2019-07", "2019年7月", "июль 2019 г."),
        ("2019", "2019年", "2019 г."),
        ("195X", "1950年代", "1950-е годы"),
        ("190X", "1900～1909年", "1900–1909 гг."),
        ("18XX", "1800～1899年", "1800–1899 гг."),
        ("0033", "西暦33年", "33 г. н. э."),
        ("1956~", "1956年頃", "примерно 1956 г."),
        ("2019-07?", "2019年7月（不確か）", "июль 2019 г. (предположительно)"),
        ("2019-07%", "2019年7月頃（不確か）", "примерно июль 2019 г. (предположительно)"),
        (
            "2012?/2020~",
            "2012年（不確か）から2020年頃まで",
            "с 2012 г. (предположительно) по примерно 2020 г.",
        ),
        ("2019-07/2019-08", "2019年7月から2019年8月まで", "с июля 2019 г. по август 2019 г."),
        ("195X/2004-03-09", "1950年代から2004年3月9日まで", "с 1950-х годов по 9 марта 2004 г."),
        ("2004-03/..", "2004年3月から", "с марта 2004 г."),
        ("../2012-05", "2012年5月まで", "до мая 2012 г."),
        ("2019-07-21/", "2019年7月21日から（終わりは不明）", "с 21 июля 2019 г. (окончание неизвестно)"),
        ("/2012", "2012年まで（始まりは不明）", "до 2012 г. (начало неизвестно)"),
    ],
)
def test_a_date_is_told_as_precisely_as_it_is_known(
    desk: Desk, edtf: str, in_japanese: str, in_russian: str
) -> None:
    desk.put(DATE, "d", title="Day", kind="meeting", when=edtf, citations=[])
    display = desk.read("dates/d")["when"]["display"]

    told = [
        words(page(desk.client, f"/dates/d?lang={language}").xpath("//dl[@class='facts']//dd")[0])
        for language in ("en", "ja", "ru")
    ]

    # Russian keeps together what belongs together.
    assert [re.sub("[\u202f\u00a0]", " ", text) for text in told] == [display, in_japanese, in_russian]


def test_a_scale_of_time_and_a_day_of_the_record_speak_the_language(client: FlaskClient) -> None:
    ru, ja = (shown(client, f"{STORY}?lang={language}") for language in ("ru", "ja"))

    assert "янв." in ru.xpath("//*[name()='svg'][@class='scale']//text()")
    assert "1月" in ja.xpath("//*[name()='svg'][@class='scale']//text()")
    assert "1 утверждение" in words(ru)
    assert "2 утверждения" in words(ru)
    assert "5 утверждений" in words(ru)


@pytest.mark.parametrize(
    ("language", "name", "country"),
    [("en", "Japanese", "Japan"), ("ja", "日本語", "日本"), ("ru", "японский", "Япония")],
)
def test_languages_and_countries_have_their_names(
    client: FlaskClient, language: str, name: str, country: str
) -> None:
    names = page(client, f"/places/four-islands?lang={language}").find(".//table")

    assert name in [words(cell) for cell in names.xpath(".//td[2]")]
    assert country in words(page(client, f"/parties/japan?lang={language}").find(".//dl"))


# Choosing


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (None, None),
        ("", None),
        ("en", None),
        ("en-US,en;q=0.9,ja;q=0.8", None),
        ("fr,de;q=0.8", None),
        ("*", None),
        ("fr,*;q=0.5", None),
        ("fr,en;q=0.7,ja;q=0.3", None),
        ("ja;q=0,en;q=0.1", None),
        ("no language, at all;;q=x", None),
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("uk,ru;q=0.9,en;q=0.8", "ru"),
        ("ru,ja", "ru"),
        ("ja,en", "ja"),
        ("en,ja", None),
        ("fr,ja;q=0.4", "ja"),
        ("RU-ru", "ru"),
    ],
)
def test_the_bare_address_leads_to_the_language_that_the_browser_likes(
    client: FlaskClient, accepted: str | None, chosen: str | None
) -> None:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    for path in (CLAIM_PAGE, "/search?q=abe&type=claim", f"{CLAIM_PAGE}?as_of=seq:280&perspective=japan"):
        for method in ("GET", "HEAD"):
            answer = client.open(path, method=method, headers=headers)

            assert (answer.status_code, answer.headers.get("Location")) == (
                (303, in_language(path, chosen)) if chosen else (200, None)
            )
            assert "Accept-Language" in answer.headers["Vary"]
            assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("language", ["en", *TRANSLATED])
def test_an_address_that_names_its_language_is_in_it_whatever_the_browser_likes(
    client: FlaskClient, language: str
) -> None:
    address = f"{STORY}?lang={language}&perspective=japan"
    answers = [client.get(address, headers={"Accept-Language": liked}) for liked in ("en", "ja", "ru,*")]

    assert {answer.headers["ETag"] for answer in answers} == {answers[0].headers["ETag"]}
    assert answers[0].headers["Content-Language"] == drawn(answers[0]).get("lang") == language
    assert "Accept-Language" not in answers[0].headers["Vary"]


@pytest.mark.parametrize(
    "query", ["lang=de", "lang=JA", "lang=ja-JP", "lang=ja&lang=ru", "lang=%00", "lang=ja,ru"]
)
def test_a_language_that_pages_do_not_have_is_refused(client: FlaskClient, query: str) -> None:
    refused = client.get(f"{CLAIM_PAGE}?{query}", headers={"Accept-Language": "ru"})

    assert refused.status_code == 400
    assert "lang" in words(drawn(refused).find(".//p[@class='lead']")).lower()


def test_an_empty_language_is_none(client: FlaskClient) -> None:
    assert client.get(f"{CLAIM_PAGE}?lang=").headers["ETag"] == client.get(CLAIM_PAGE).headers["ETag"]
    moved = client.get(f"{CLAIM_PAGE}?lang=+&utm_source=x", headers={"Accept-Language": "ja"})
    assert moved.headers["Location"] == f"{CLAIM_PAGE}?lang=ja"


@pytest.mark.parametrize("path", PLAIN[:-2])
def test_a_page_leads_to_itself_in_every_language(client: FlaskClient, path: str) -> None:
    for language in ("en", "ja", "ru"):
        tree = page(client, in_language(path, language))
        links = {a.get("lang"): a for a in tree.xpath("//nav[@class='languages']/a")}
        alternates = {e.get("hreflang"): e.get("href") for e in tree.xpath("//link[@hreflang]")}

        assert {code: a.get("href") for code, a in links.items()} == {
            code: in_language(path, code) for code in ("en", "ja", "ru")
        }
        assert [code for code, a in links.items() if a.get("aria-current")] == [language]
        base = f"http://localhost{path}"
        others = {code: in_language(base, code) for code in TRANSLATED}
        assert alternates == {"en": base, **others, "x-default": base}
        canonical = tree.find(".//link[@rel='canonical']").get("href")
        assert canonical == tree.find(".//meta[@property='og:url']").get("content") == alternates[language]


@pytest.mark.parametrize("path", [*PLAIN, f"{STORY}?perspective=japan", f"{CLAIM_PAGE}?as_of=seq:280"])
def test_links_of_a_page_keep_its_language(client: FlaskClient, path: str) -> None:
    tree = shown(client, in_language(path, "ja"))
    outside_switch = tree.xpath("//a[not(ancestor::nav[@class='languages'])]/@href")

    for address in (a for a in outside_switch if a.startswith("/")):
        asked = parse_qs(urlsplit(address).query).get("lang")
        to_pages = not address.startswith(("/v1", "/docs"))
        assert asked == (["ja"] if to_pages else None), address
    for form in tree.iter("form"):
        assert form.xpath("./input[@name='lang']/@value") == ["ja"]


def test_the_bare_page_has_bare_links(client: FlaskClient) -> None:
    tree = page(client, STORY)

    assert not [a for a in tree.xpath("//main//a/@href | //footer//a/@href") if "lang=" in a]
    assert tree.xpath("//input[@name='lang']") == []


def test_a_merged_page_leads_to_the_survivor_in_its_language(desk: Desk) -> None:
    for name in ("double", "kept"):
        desk.party(name)
    desk.change("POST", "parties/double/merge", {"into": "kept", "kind": "duplicate", "note": "Twice."})

    moved = desk.client.get("/parties/double?lang=ru")

    assert (moved.status_code, moved.headers["Location"]) == (308, "/parties/kept?lang=ru")


@pytest.mark.parametrize(
    ("headers", "query", "language"),
    [
        ({}, "", "en"),
        ({"Accept-Language": "ja,en;q=0.5"}, "", "ja"),
        ({"Accept-Language": "ja"}, "?lang=ru", "ru"),
        ({"Accept-Language": "ja"}, "?lang=xx", "ja"),
        ({"Accept-Language": "ja" + "," * 9000}, "?lang=xx", "en"),
    ],
)
@pytest.mark.parametrize("path", ["/claims/nobody", "/nothing-at-all"])
def test_what_is_not_there_is_said_in_the_readers_language(
    client: FlaskClient, path: str, headers: dict[str, str], query: str, language: str
) -> None:
    bare = client.get(path + query, headers=BROWSER | headers)
    missing = client.get(bare.headers["Location"], headers=BROWSER) if bare.status_code == 303 else bare

    tree = drawn(missing)
    assert missing.status_code in (400, 404)
    assert tree.get("lang") == missing.headers["Content-Language"] == language
    # What exactly is wrong is said by the API, in English, and marked so.
    assert tree.find(".//p[@class='lead']").get("lang") == (None if language == "en" else "en")


def test_the_page_of_a_kind_of_problem_is_in_the_readers_language(client: FlaskClient) -> None:
    def asked(query: str = "", **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.get(f"/problems/gone{query}", headers={"Accept": "text/html"} | named)

    liked, named = asked(Accept_Language="ja"), asked("?lang=ru", Accept_Language="ja")

    assert words(drawn(liked).find(".//h1")) == "項目は撤回されました"
    assert words(drawn(named).find(".//h1")) == "Запись отозвана"
    assert words(drawn(asked()).find(".//h1")) == "The record was retracted"
    assert "Accept-Language" in liked.headers["Vary"]
    assert client.get("/problems/gone?lang=ru").get_json()["title"] == "The record was retracted"
    assert asked("?lang=xx").status_code == 400


# What the cache keeps


@pytest.mark.process
def test_the_cache_never_mixes_languages(own_copy: Path, tmp_path: Path) -> None:
    shutil.copy(own_copy, tmp_path / "facts.db")
    log = Log(tmp_path / "facts.db")
    liked = ["en", "ja", "de", "ru", "en-GB,en;q=0.9", "ja,en;q=0.1", "", "en"]
    bare = [_language_of(log.server, CLAIM_PAGE, [language]) for language in liked]
    blank = [_language_of(log.server, f"{CLAIM_PAGE}?lang=+", [language]) for language in ("en", "ja")]
    # A field in parts is one list: who likes English best and Japanese a little is no reader of Japanese.
    parts = [
        _language_of(log.server, CLAIM_PAGE, fields)
        for fields in (["en", "ja;q=0.5"], ["ja"], ["ja;q=0.5", "en"])
    ]
    named = [
        _language_of(log.server, f"{CLAIM_PAGE}?lang={language}", [other])
        for language in ("ja", "ru", "en")
        for other in ("en", "ja", "ru")
    ]
    names = [
        _language_of(log.server, f"{CLAIM_PAGE}?perspective=japan", [language])
        for language in ("en", "ja", "en")
    ]

    lines = [line for line in log.stopped() if line.get("address", "").startswith(CLAIM_PAGE)]
    assert bare == ["en", "303", "en", "303", "en", "303", "en", "en"]
    assert blank == ["en", "303"]
    assert parts == ["en", "303", "en"]
    assert named == ["ja", "ja", "ja", "ru", "ru", "ru", "en", "en", "en"]
    assert names == ["en", "303", "en"]
    # Readers who are shown the same are shown what is kept, whatever else their browsers like.
    cached = [bool(line.get("cached")) for line in lines]
    assert cached[:8] == [False, False, True, False, True, False, True, True]
    assert cached[13:22] == [False, True, True] * 3


def _language_of(server: Server, address: str, accepted: list[str]) -> str:
    """The language of the answer; its status where it leads elsewhere."""
    with Wire(server) as wire:
        wire.send(head("GET", address, *(f"Accept-Language: {field}" for field in accepted)))
        status, _, body = wire.answer()
    return str(html.document_fromstring(body.decode()).get("lang")) if body else str(status)


# Whose language a word is in


def test_what_the_record_says_is_marked_as_in_its_language(client: FlaskClient) -> None:
    untold = "/claims/coalition-lost-two-thirds?lang=ja"
    claim, place = page(client, untold), page(client, "/places/four-islands?lang=ja")

    assert claim.find(".//h1").get("lang") == "en"
    assert page(client, f"{CLAIM_PAGE}?lang=ru").find(".//blockquote").get("lang") == "en"
    assert "英語" in words(claim.find_class("language")[0])
    names = {words(bdi): bdi.get("lang") for bdi in place.xpath("//table//td[1]/bdi")}
    assert (names["北方領土"], names["Hoppō Ryōdo"]) == (None, "ja-Latn")
    english = page(client, CLAIM_PAGE)
    # But for code, which is in no language.
    assert english.xpath("//main//*[@lang != 'zxx']") == []
    assert english.find_class("language") == []


def test_a_quotation_is_in_the_language_of_its_source(desk: Desk) -> None:
    desk.put(PARTY, "ann", name="Ann", kind="media-outlet")
    for name, more in {"ja": {"language": "ja"}, "unknown": {}}.items():
        desk.source(name, "ann", **more)
        cited = [{"source": name, "quote": "引用"}]
        desk.put(CLAIM, f"c-{name}", proposition="So.", kind="reported-fact", citations=cited)

    quotes = {
        (name, language): page(desk.client, f"/claims/c-{name}?lang={language}")
        .find(".//blockquote")
        .get("lang")
        for name in ("ja", "unknown")
        for language in ("en", "ja")
    }

    assert quotes == {
        ("ja", "en"): "ja",
        ("ja", "ja"): None,
        ("unknown", "en"): "und",
        ("unknown", "ja"): "und",
    }


def test_one_sides_names_are_in_the_language_of_the_page_where_it_has_them(client: FlaskClient) -> None:
    told = {
        language: words(page(client, f"/places/four-islands?perspective=japan&lang={language}").find(".//h1"))
        for language in ("en", "ja", "ru")
    }

    assert told == {"en": "Northern Territories", "ja": "北方領土", "ru": "Northern Territories"}
