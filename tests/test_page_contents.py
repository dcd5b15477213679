"""What pages say: standings with their reasons, dates as wide as they are, words of the record as text."""

import json
import re
import shlex
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.records.core.registry import CLAIM, DATE, DOSSIER, PARTY, PLACE, SOURCE

from .conftest import ROOT, Desk, copied, empty_desk, facts, put
from .places import url_of
from .test_pages import page, words

ABE = "/claims/abe-seeks-treaty-progress-in-term"
STORY = "/dossiers/japan-russia-peace-treaty"


def _three_agencies(path: Path) -> Desk:
    desk = empty_desk(path)
    for name in ("ann", "bob", "cid"):
        desk.put(PARTY, name, name=name.title(), kind="media-outlet")
    desk.source("wire", "ann", url="https://ann.example/wire")
    desk.source("reprint", "bob", ("wire", "republishes"), url="https://bob.example/")
    desk.source("own", "cid")
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Three agencies and what they printed."""
    return copied(_three_agencies, tmp_path / "facts.db")


def section(tree: Any, heading: str) -> Any:
    """The part of a page under a heading."""
    (found,) = [s for s in tree.iter("section") if words(s.find("h2")).startswith(heading)]
    return found


def said(desk: Desk, path: str, heading: str) -> str:
    """What a part of a page says."""
    return words(section(page(desk.client, path), heading))


# Claims


def test_a_claims_numbers_stand_beside_those_of_others(client: FlaskClient) -> None:
    shown = words(section(page(client, "/claims/turnout-48-79"), "Its numbers"))

    for number in ("48.79 %", "51,666,697 of 105,886,064 voters"):
        assert f"turnout{number} 48.80 % Differing Turnout in the constituency vote" in shown


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [
        ({"low": "80", "high": "120", "unit": "{dead}", "approximate": True}, "about 80 to 120 dead"),
        ({"low": "100", "unit": "{dead}"}, "at least 100 dead"),
        ({"high": "1E3", "unit": "1"}, "at most 1,000"),
        ({"value": "3", "low": "2", "high": "4", "unit": "km2"}, "3 (2 to 4) km2"),
        ({"value": "2.50", "unit": "10*3{displaced_people}"}, "2.50 thousand displaced people"),
        ({"value": "5.3E9", "unit": "EUR"}, "5,300,000,000 EUR"),
    ],
)
def test_a_happenings_numbers_are_said_in_words(desk: Desk, quantity: Any, shown: str) -> None:
    cited, stated = [{"source": "own"}], [{"of": "x", **quantity}]
    desk.put(DATE, "d", title="D", kind="disaster", when="2019", citations=cited, quantities=stated)

    assert f"In numbers x: {shown}" in words(page(desk.client, "/dates/d"))


@pytest.mark.parametrize(
    ("cited", "more", "reason"),
    [
        (["reprint"], {}, "One voice. Reported by one voice: Ann (wire)."),
        (
            ["reprint", "own"],
            {},
            "Reported by 2 independent voices, which does not make it so: Cid (own); Ann (wire).",
        ),
        (
            ["wire"],
            {"relations": [{"type": "contradicts", "claim": "other"}]},
            "Contested. Published claims say otherwise: other.",
        ),
    ],
)
def test_a_standing_has_its_reason_in_words(desk: Desk, cited: list[str], more: Any, reason: str) -> None:
    desk.claim("other", "own")
    desk.claim("c", *cited, **more)

    told = said(desk, "/claims/c", "How it stands")

    assert reason in told
    assert "corroborated" not in told


REVIEW = {
    "by": "ann",
    "rating": {"label": "Mostly <i>false</i>", "value": 2, "best": 5, "worst": 1},
    "source": "wire",
    "when": "2019-07?",
    "status": "refuted",
}


def _publish(desk: Desk, plural: str, **body: Any) -> None:
    response = desk.send("POST", f"{plural}?publish=true", body)
    assert response.status_code == 201, response.text


def _judged(desk: Desk, *reviews: Any, **more: Any) -> Any:
    """What the page of a claim says of how it stands, with judgements of others."""
    told = {"id": "c", "proposition": "C.", "kind": "reported-fact", "citations": [{"source": "own"}]}
    _publish(desk, "claims", **told, reviews=reviews, **more)
    return section(page(desk.client, "/claims/c"), "How it stands")


def test_judgements_of_others_stand_in_their_words_beside_the_editors_own(desk: Desk) -> None:
    own = {"status": "disputed", "note": "Both.", "by": "cid", "assessed": "2026-01-02"}

    part = _judged(desk, REVIEW, assessment=own)

    (theirs,) = part.find_class("review")
    assert words(theirs) == (
        "Ann: “Mostly <i>false</i>” Rated 2 (the best is 5, the worst 1). "
        "In our terms: The evidence speaks against it. wire, July 2019 (uncertain)"
    )
    assert theirs.xpath(".//a/@href") == ["/parties/ann", "/sources/wire"]
    # The wire does not say in which language it is.
    assert theirs.xpath(".//bdi[starts-with(., '“')]/@lang") == ["und"]
    (ours,) = part.find_class("assessment")
    assert "Assessed by Cid." in words(ours)
    assert "/parties/cid" in ours.xpath(".//a/@href")
    assert "C." in said(desk, "/parties/ann", "Judged by it")


@pytest.mark.parametrize(
    ("rating", "shown"),
    [
        ({"label": "So"}, "Ann: “So”"),
        ({"value": 2.5}, "Ann Rated 2.5."),
        ({"value": 2, "best": 10}, "Ann Rated 2 (the best is 10)."),
        ({"value": 2, "worst": 1}, "Ann Rated 2 (the worst is 1)."),
        (None, "Ann In our terms: It cannot be settled by evidence."),
    ],
)
def test_a_judgement_says_only_what_was_published(desk: Desk, rating: Any, shown: str) -> None:
    status = {} if rating else {"status": "unresolvable"}

    (theirs,) = _judged(desk, {"by": "ann", "rating": rating, **status}).find_class("review")

    assert words(theirs) == shown


def test_a_claim_that_nobody_else_judged_says_nothing_of_it(desk: Desk) -> None:
    assert "others who checked" not in words(_judged(desk))


def test_a_claim_whose_documents_were_withdrawn_says_so(desk: Desk) -> None:
    desk.claim("c", "own")
    desk.change("POST", "sources/own/retract", {"kind": "source-withdrawn", "note": "Taken back."})

    assert "No origin is left: the documents on which it rested were withdrawn." in said(
        desk, "/claims/c", "How it stands"
    )
    assert "own (withdrawn)" in said(desk, "/claims/c", "Where it stands written")


def test_a_superseded_claim_leads_to_what_took_its_place(desk: Desk) -> None:
    desk.claim("old", "own")
    desk.claim("new", "wire", relations=[{"type": "supersedes", "claim": "old"}])

    standing = section(page(desk.client, "/claims/old"), "How it stands")
    assert "Another claim has taken its place: new." in words(standing)
    assert "/claims/new" in standing.xpath(".//a/@href")


def test_the_way_of_a_claim_is_told_and_drawn(client: FlaskClient) -> None:
    part = section(page(client, ABE), "How it came here")

    assert [words(li).partition(":")[0] for li in part.xpath(".//ol/li")] == [
        "Shinzo Abe said it.",
        "NHK quoted it",
        "Sputnik reported it",
        "UrduPoint republished it",
    ]
    (picture,) = part.iter("svg")
    drawn = picture.xpath(".//*[name()='text'][@class='head']/text()")
    assert drawn == [
        "Shinzo Abe said it",
        "NHK quoted it",
        "Sputnik reported it",
        "UrduPoint republished it",
        "This claim",
    ]
    # A picture says to a screen reader what the list says already: it is left out, and holds no link.
    assert picture.get("aria-hidden") == "true"
    assert picture.findall(".//a") == []
    assert "origin, not seen by the editors" in words(part)


def test_no_line_of_the_picture_runs_through_what_it_passes(desk: Desk) -> None:
    desk.source("first", "cid", ("wire", "summarises"))
    desk.source("second", "bob", ("own", "summarises"), ("wire", "quotes"))
    desk.claim("c", "first", "second", "reprint", "wire")

    (picture,) = page(desk.client, "/claims/c").iter("svg")
    dots = [(float(c.get("cx")), float(c.get("cy"))) for c in picture.iter("circle")]
    lines = [re.match(r"M(\d+) (\d+)V(\d+)", p.get("d")) for p in picture.iter("path")]

    # Five documents and the claim; four descend, four are cited.
    assert (len(dots), len(lines)) == (6, 8)
    for line in lines:
        assert line
        x, top, bottom = map(float, line.groups())
        assert not [dot for dot in dots if dot[0] == x and top < dot[1] < bottom]


def test_a_citation_leads_to_its_passage(client: FlaskClient) -> None:
    part = section(page(client, ABE), "Where it stands written")

    first, second = part.xpath("./ol/li")
    assert "paragraph 3" in words(first)
    assert "“said on Sunday that … term in office”" in words(first)
    assert "Not yet compared with the text of the source." in words(first)
    assert words(second.find(".//blockquote")).startswith("I would like to advance")
    link = first.xpath(".//a[@rel='external noopener']")[0]
    assert link.get("href").endswith("#:~:text=said%20on%20Sunday%20that,term%20in%20office")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("It was on Monday that they met.", "The words stand in the source"),
        ("They met.", "The passage stands nowhere in the source"),
    ],
)
def test_a_check_of_a_citation_is_told_with_its_day(
    desk: Desk, tmp_path: Path, text: str, result: str
) -> None:
    locator = {"text": {"start": "It was on", "end": "Monday"}}
    cited = [{"source": "own", "locator": locator}]
    desk.put(CLAIM, "c", proposition="They met.", kind="reported-fact", citations=cited)
    (tmp_path / "own.txt").write_text(text, "utf-8")
    facts("verify", "--text", f"own={tmp_path / 'own.txt'}", "--db", url_of(desk.path))

    told = said(desk, "/claims/c", "Where it stands written")

    checked = desk.read("claims/c")["citations"][0]["check"]["checked"]
    assert f"{result}, as compared on {date.fromisoformat(checked[:10]):%-d %B %Y}." in told


def test_a_change_can_be_read(desk: Desk) -> None:
    desk.claim("c", "wire")
    correction = {"kind": "error", "note": "The day was wrong."}
    change = {"proposition": "Cid was there on Monday.", "valid": "2019-07", "correction": correction}
    desk.change("PATCH", "claims/c", change)

    part = section(page(desk.client, "/claims/c"), "How it changed")

    newest, first = part.xpath("./ol/li")
    assert "Version 2" in words(newest)
    assert "Error" in words(newest)
    assert "The day was wrong." in words(newest)
    assert newest.xpath(".//del/text()") == ["c."]
    assert newest.xpath(".//ins/text()") == ["Cid was there on Monday.", "2019-07"]
    assert "Published" in words(first)
    then = page(desk.client, first.xpath(".//a/@href")[0])
    assert words(then.find(".//h1")) == "c."


def test_a_claim_can_be_cited(client: FlaskClient) -> None:
    text, bibtex, csl, *_ = page(client, ABE).xpath("//pre/text()")

    assert "Abe would like to make progress" in text
    assert text.endswith(ABE)
    assert re.fullmatch(r"@misc\{abe-seeks-treaty-progress-in-term,\n(  [a-z]+ = \{.*\},?\n)+\}", bibtex)
    (item,) = json.loads(csl)
    assert item["URL"].endswith(ABE)
    assert (item["type"], item["version"]) == ("webpage", "revision 1")


# Dossiers


def test_a_date_is_drawn_as_wide_as_it_is(desk: Desk) -> None:
    desk.put(DOSSIER, "story", title="A story")
    dates = {"day": "2019-07-21", "month": "2019-07", "doubted": "2019-07?", "since": "2019-07-21/.."}
    for name, when in dates.items():
        cited = [{"source": "own"}]
        desk.put(DATE, name, title=name, kind="meeting", when=when, citations=cited, dossiers=["story"])
    desk.put(DATE, "last", title="last", kind="meeting", when="2020-06", citations=cited, dossiers=["story"])

    rows = section(page(desk.client, "/dossiers/story"), "In time").xpath(".//li")
    bars = {words(row.find(".//a")): row.find(".//rect") for row in rows}

    # Two years are 731 days.
    assert (bars["month"].get("x"), bars["month"].get("width")) == ("24.76%", "4.24%")
    assert (bars["day"].get("class"), bars["day"].get("width")) == ("day", "1.5")
    assert bars["doubted"].get("class") == "span doubted"
    assert bars["since"].getparent().xpath(".//*[name()='text']/text()") == ["→"]
    times = {words(row.find(".//a")): row.find(".//time") for row in rows}
    assert times["month"].get("datetime") == "2019-07"
    # A doubted date is no value that a machine may take for a date.
    assert times["doubted"] is None


def test_who_holds_what_stands_in_a_table(client: FlaskClient) -> None:
    part = section(page(client, STORY), "Who holds what")

    heads = [words(th) for th in part.xpath(".//thead//th")]
    assert {"Japan", "Russia", "Others"} < set(heads)
    row = part.xpath(".//tbody/tr[1]")[0]
    assert "Do the four islands belong to Japan?" in words(row.find("th"))
    assert "4 contradictions" in words(row.find("th"))
    cells = dict(zip(heads[1:], [words(td) for td in row.findall("td")], strict=True))
    assert "Yes 5 claims" in cells["Japan"]
    assert "No 6 claims" in cells["Russia"]
    assert part.xpath(".//details[@id='q-who-holds-sovereignty']//h3")
    assert "No answer is recorded of:" in words(part)


def test_a_change_of_mind_is_dated(desk: Desk) -> None:
    desk.put(DOSSIER, "story", title="A story", questions=[{"id": "so", "text": "Is it so?"}])
    for name, stance, when in (("c1", "denies", "2018"), ("c2", "affirms", "2019-06")):
        desk.claim(
            name, "own", said=when, dossiers=["story"], answers=[{"question": "so", "stance": stance}],
            attribution=[{"party": "cid", "role": "said"}],
        )  # fmt: skip

    told = said(desk, "/dossiers/story", "Who holds what")

    assert re.search(r"No 1 claim, 2018.*Yes 1 claim, June 2019.*Changed its answer\.", told)


def test_sources_stand_with_what_they_come_from(client: FlaskClient) -> None:
    part = section(page(client, STORY), "Where it all comes from")

    group = part.xpath(".//h3[contains(., 'Sputnik wire report on Abe')]")[0]
    assert "Japan's Abe Wants To Advance" in words(group.getnext())


@pytest.mark.audit
def test_three_hundred_claims_are_one_light_page(desk: Desk) -> None:
    desk.put(DOSSIER, "story", title="A story", questions=[{"id": "so", "text": "Is it so?"}])
    long = "that the talks about the islands went on for some days more than anybody had thought they would"
    claims = {
        f"claim-number-{n}": {
            "proposition": f"In round {n} of {2000 + n % 20} the two sides said {long}.",
            "kind": "statement",
            "citations": [{"source": "own"}],
            "attribution": [{"party": "cid", "role": "said"}],
            "said": f"{2000 + n % 20}-{n % 12 + 1:02}-{n % 28 + 1:02}",
            "answers": [{"question": "so", "stance": "affirms"}],
            "dossiers": ["story"],
        }
        for n in range(300)
    }
    put(desk.database, CLAIM, claims)

    sent = desk.client.get("/dossiers/story", headers={"Accept-Encoding": "gzip"})
    tree = page(desk.client, "/dossiers/story")

    files = [*tree.xpath("//script/@src"), *tree.xpath("//link[@rel='stylesheet']/@href")]
    weight = len(sent.data) + sum(len(desk.client.get(file).data) for file in files)
    assert len(section(tree, "In time").xpath(".//li[@class='row']")) == 300
    assert weight < 120_000


# Choices


def test_the_past_is_marked_and_links_lead_on_into_it(client: FlaskClient) -> None:
    tree = page(client, f"{ABE}?as_of=seq:280")

    assert "This is the record as it stood on change number 280." in words(tree.find(".//aside"))
    assert tree.find(".//meta[@name='robots']").get("content") == "noindex"
    links = section(tree, "How it came here").xpath(".//a/@href")
    assert links
    assert all(a.endswith("?as_of=seq:280") for a in links)
    assert "as_of" not in tree.find(".//link[@rel='canonical']").get("href")


def test_a_page_as_it_was_shows_what_was_said_then(desk: Desk) -> None:
    desk.claim("c", "wire")
    before = desk.last()
    note = {"kind": "error", "note": "Wrong."}
    desk.change("PATCH", "claims/c", {"proposition": "Another thing.", "correction": note})

    assert words(page(desk.client, "/claims/c").find(".//h1")) == "Another thing."
    assert words(page(desk.client, f"/claims/c?as_of=seq:{before}").find(".//h1")) == "c."


def test_one_sides_names_are_marked_with_the_neutral_ones_beside(client: FlaskClient) -> None:
    plain, seen = page(client, STORY), page(client, f"{STORY}?perspective=russia")

    assert "Names are those that Russia uses" in words(seen.find(".//aside"))
    assert "Southern Kurils (The four disputed islands)" in words(section(seen, "Who is who"))
    assert "neutral" in words(plain.find(".//footer"))
    assert any("perspective=russia" in a for a in plain.xpath("//footer//a/@href"))


def test_a_side_is_called_by_its_name_where_it_has_no_names_of_its_own(client: FlaskClient) -> None:
    seen = page(client, "/claims/abe-seeks-treaty-progress-in-term?perspective=japan")

    assert "Names are those that Japan uses" in words(seen.find(".//aside"))
    assert "Names as they are used by: Japan · neutral" in words(seen.find(".//footer"))


def test_a_name_that_stands_in_many_places_is_put_in_once(desk: Desk) -> None:
    names = [{"text": "Cidland", "language": "en", "used_by": "cid"}]
    desk.put(PARTY, "cid", name="Cid", kind="state", names=names)
    questions = [{"id": f"q{n}", "text": f"Is it so in {n}?"} for n in range(3)]
    desk.put(DOSSIER, "story", title="A story", questions=questions)
    answers = [{"question": question["id"], "stance": "affirms"} for question in questions]
    said = [{"party": "cid", "role": "said"}]
    desk.claim("c", "own", dossiers=["story"], answers=answers, attribution=said)

    part = section(page(desk.client, "/dossiers/story?perspective=cid"), "Who holds what")

    assert words(part.xpath(".//thead//th[2]")[0]) == "Cidland (Cid)"
    assert {words(heading) for heading in part.iter("h3")} == {"Cidland (Cid)"}


# Words of the interface


def test_every_word_of_the_templates_can_be_translated() -> None:
    """Text between tags and in what is read aloud stands in `_(…)`, where a catalogue finds it."""
    untranslated = {}
    for template in sorted((ROOT / "api" / "pages" / "templates").glob("*.html")):
        source = template.read_text("utf-8")
        spoken = re.findall(r'(?:aria-label|title|placeholder|alt|data-copy)="([^"{]*[a-z][^"{]*)"', source)
        source = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", source, flags=re.DOTALL)
        source = re.sub(r"<[^<>]*>", " ", source)
        left = {word for word in re.findall(r"[A-Za-z]{2,}", source) if word not in NAMES}
        if left or spoken:
            untranslated[template.name] = (left, spoken)
    assert untranslated == {}


#: What is called so in every language.
NAMES = {"BibTeX", "CSL", "JSON", "HTTP", "doctype"}


# Hostile words

EVIL = "<script>x</script><img src=x onerror=x>\"'></title>]]>{{7*7}}{% x %}&lt;b&gt;\\u003c"


def _evil(field: str) -> str:
    return f"{field} {EVIL}"


def _hostile(desk: Desk) -> None:
    """One record of each type with a hostile text in every field that takes text."""
    names = [{"text": _evil("name-of"), "language": "en", "kind": "common", "used_by": "evil"}]
    cited = [
        {
            "source": "evil-source",
            "quote": _evil("quote"),
            "locator": {"text": {"start": _evil("start"), "end": _evil("end")}, "page": "p<b>"},
        }
    ]
    desk.put(
        PARTY, "evil", name=_evil("party"), kind="person", names=names, description=_evil("description"),
        offices=[{"title": _evil("office"), "of": "ann"}],
    )  # fmt: skip
    desk.put(
        PLACE, "evil-place", name=_evil("place"), kind="island", names=names, description=_evil("description")
    )
    desk.put(
        SOURCE, "evil-source", title=_evil("title"), kind="news-report", publisher="evil", held=False,
        authors=[_evil("author")], url="https://evil.example/?<script>\"'", rights=_evil("rights"),
        note=_evil("note"),
    )  # fmt: skip
    question = {"id": "evil-question", "text": _evil("question")}
    desk.put(DOSSIER, "evil-story", title=_evil("story"), summary=_evil("summary"), questions=[question])
    desk.put(
        DATE, "evil-date", title=_evil("date"), kind="meeting", when="2019", citations=cited,
        description=_evil("description"), dossiers=["evil-story"], places=["evil-place"],
    )  # fmt: skip
    desk.put(
        CLAIM, "evil-claim", proposition=_evil("proposition"), kind="statement", said="2019", citations=cited,
        attribution=[{"party": "evil", "role": "said", "source": "evil-source"}], dossiers=["evil-story"],
        about={"places": ["evil-place"]}, answers=[{"question": "evil-question", "stance": "affirms"}],
        assessment={
            "status": "disputed", "note": _evil("assessment"), "assessed": "2026-01-01", "citations": cited,
        },
    )  # fmt: skip
    note = {"kind": "error", "note": _evil("correction")}
    desk.change("PATCH", "claims/evil-claim", {"proposition": _evil("proposition again"), "correction": note})


def test_every_text_of_a_record_is_shown_as_text(desk: Desk) -> None:
    _hostile(desk)
    shown = {
        "/claims/evil-claim": (
            "proposition again",
            "quote",
            "assessment",
            "correction",
            "question",
            "title",
        ),
        "/dossiers/evil-story": (
            "story",
            "summary",
            "question",
            "date",
            "proposition again",
            "party",
            "title",
        ),
        "/parties/evil": ("party", "description", "office", "name-of"),
        "/places/evil-place": ("place", "description", "name-of"),
        "/dates/evil-date": ("date", "description", "quote"),
        "/sources/evil-source": ("title", "author", "rights", "note"),
        "/corrections": ("proposition again", "correction"),
        "/changes": ("proposition again", "correction", "place"),
        "/": ("story", "summary", "question"),
        "/search?q=%3Cscript%3E": ("proposition again", "story"),
        "/claims/evil-claim?perspective=evil": ("proposition again",),
    }

    for path, fields in shown.items():
        tree = page(desk.client, path)
        for field in fields:
            assert _evil(field) in words(tree), (path, field)
        assert tree.xpath("//img|//b|//*[@onerror]") == []
        assert [s.get("type") for s in tree.iter("script")] in (["module"], ["module", "application/ld+json"])
        for about in tree.xpath("//script[@type='application/ld+json']"):
            assert "<" not in about.text
            json.loads(about.text)
        assert all(a.startswith(("/", "#", "https://")) for a in tree.xpath("//a/@href"))


# Records of which little is known, and all that there are


def test_a_record_of_which_little_is_known_has_a_page(desk: Desk) -> None:
    desk.put(PLACE, "rock", name="Rock", kind="island")
    desk.put(DATE, "day", title="Day", kind="meeting", when="../2019", citations=[])
    desk.put(DOSSIER, "story", title="Story")
    desk.put(CLAIM, "c", proposition="It is so.", kind="reported-fact", citations=[{"source": "own"}])
    desk.put(CLAIM, "bare", proposition="It is so too.", kind="reported-fact", citations=[])

    for path in (
        "/places/rock",
        "/dates/day",
        "/dossiers/story",
        "/claims/c",
        "/claims/bare",
        "/parties/bob",
    ):
        assert words(page(desk.client, path).find(".//h1"))


@pytest.mark.parametrize("plural", ["claims", "parties", "dates", "sources", "places"])
def test_every_record_of_the_dossier_has_a_page(client: FlaskClient, plural: str) -> None:
    listed = client.get(f"/v1/{plural}?limit=200&fields=id").get_json()["data"]

    assert {client.get(f"/{plural}/{record['id']}").status_code for record in listed} == {200}


# Happenings and documents


def _happening(name: str) -> dict[str, Any]:
    return {"id": name, "title": name.title(), "kind": "meeting", "citations": [{"source": "own"}]}


def _told(desk: Desk, path: str) -> dict[str, str]:
    """The facts of a page by what they are called."""
    return {words(dt): words(dt.getnext()) for dt in page(desk.client, path).iter("dt")}


def test_a_happening_between_two_others_says_that_its_time_is_computed(desk: Desk) -> None:
    _publish(desk, "dates", **_happening("first"), when="1801-02")
    _publish(desk, "dates", **_happening("last"), when="1804-05-06")
    _publish(desk, "dates", **_happening("lost"), after="first", before="last")

    told = _told(desk, "/dates/lost")

    assert told["When"] == "from February 1801 to 6 May 1804"
    assert told["How precisely it is known"] == (
        "not stated anywhere: computed from what it came after and before"
    )
    assert (told["After"], told["Before"]) == ("First", "Last")
    links = page(desk.client, "/dates/lost").xpath("//dd//a/@href")
    assert {"/dates/first", "/dates/last"} <= set(links)
    assert "computed" not in words(page(desk.client, "/dates/first"))


def test_a_document_names_all_who_published_and_signed_it(desk: Desk) -> None:
    _publish(
        desk, "sources", id="joint", title="Joint", kind="press-release", publisher="ann", held=True,
        co_publishers=["bob"], signatories=["cid"],
    )  # fmt: skip

    told = _told(desk, "/sources/joint")

    assert (told["Published by"], told["Signed by"]) == ("Ann, Bob", "Cid")
    assert "Joint" in said(desk, "/parties/cid", "Signed")
    assert "Joint" in said(desk, "/parties/bob", "Published")


def test_the_front_page_says_how_programs_read_it_in_lines_that_work(client: FlaskClient) -> None:
    lines = [shlex.split(words(line)) for line in page(client, "/").iter("pre")]

    assert [command for *command, _ in lines] == [["curl", "-s"]] * 3
    claims, hands, whole = (client.get(address) for *_, address in lines)
    assert len(claims.json["data"]) == 5
    assert hands.json["origins"]
    assert json.loads(whole.text.splitlines()[1])["id"]


def test_an_empty_record_says_how_it_is_read(tmp_path: Path) -> None:
    empty = empty_desk(tmp_path / "facts.db").client

    (line,) = page(empty, "/").iter("pre")

    assert empty.get(shlex.split(words(line))[-1]).status_code == 200


def test_identifiers_are_shown_and_lead_to_whoever_gave_them(client: FlaskClient) -> None:
    shown = {words(link): link.get("href") for link in page(client, "/parties/abe-shinzo").iter("a")}

    assert shown["Q132345"] == "http://www.wikidata.org/entity/Q132345"
    assert shown["54057111"] == "https://viaf.org/viaf/54057111"


@pytest.mark.parametrize("language", ["en", "ja", "ru"])
def test_months_above_a_scale_do_not_touch_on_a_telephone(client: FlaskClient, language: str) -> None:
    for scale in page(client, f"{STORY}?lang={language}").findall(".//svg[@class='scale']"):
        marks = [(float(mark.get("x").rstrip("%")), words(mark)) for mark in scale.iter("text")]
        for (left, label), (right, _) in pairwise(marks):
            # A letter is about 6.5 pixels wide where the scale has 350.
            assert (right - left) * 3.5 > len(label) * 6.5
