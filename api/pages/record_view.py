"""What the pages of parties, places, happenings and sources share: facts, names, lists of records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.formats.addresses import page_address, web_address
from api.http.languages import OWN
from api.records.core.registry import CLAIM, TYPES, RecordType
from api.records.core.state import State
from schemas.base import Json
from schemas.identifiers import ADDRESSES

from .citations import Citation, citations
from .cited_facts import CitedFact
from .dates_in_words import When, when
from .history import Entry
from .links import Link, link_to, link_to_record, optional_link
from .map import Map
from .names import language_name
from .reading import list_of
from .record_texts import Text, text_of
from .translating import _
from .words import in_a_row, sentence, term

#: Records that a list on a page shows; the API has the rest.
MOST_LISTED = 30


@dataclass(frozen=True)
class Fact:
    """Something that is said of a record: links, a date, a text, or an address outside (`web`).

    `is_quoted`: whether the text is the record's, and not the page's; `quoted`: such a text that may be
    translated; `title`: what the fact is called, where that is such a text.
    """

    name: str
    links: Sequence[Link] = ()
    when: When | None = None
    text: str | None = None
    web: str | None = None
    #: What the address is shown as, in place of its host.
    web_text: str | None = None
    is_quoted: bool = False
    quoted: Text | None = None
    title: Text | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.links or self.when or self.text or self.web or self.quoted or self.title)


@dataclass(frozen=True)
class Name:
    """A name of a record, and whose word it is."""

    text: str
    language: str
    language_name: str
    kind: str | None
    used_by: Link | None
    citations: list[Citation]


@dataclass(frozen=True)
class Listed:
    """A record in a list: what else a reader wants to know of it at once."""

    link: Link
    who: Link | None = None
    when: When | None = None
    note: str | None = None


@dataclass(frozen=True)
class Listing:
    """A list of records; `href`: where all of the `total` are."""

    title: str
    entries: list[Listed]
    total: int
    href: str


@dataclass(frozen=True)
class RecordView:
    """The page of a record that is no claim and no dossier."""

    kicker: str
    title: Text
    facts: list[Fact]
    text: Text | None = None
    names: list[Name] = field(default_factory=list)
    #: Where all of it stands, of what is cited as a whole; and single facts with where they stand.
    citations: list[Citation] = field(default_factory=list)
    cited: list[CitedFact] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    history: list[Entry] = field(default_factory=list)
    #: What the script of the page says when it compares a pasted text with what is cited.
    comparing: Json | None = None
    #: Of places.
    map: Map | None = None


def facts(*found: Fact) -> list[Fact]:
    """Those facts of which something is known."""
    return [fact for fact in found if fact.is_known]


#: What the identifiers of others are called.
_SCHEMES = {
    "wikidata": "Wikidata",
    "isni": "ISNI",
    "viaf": "VIAF",
    "gnd": "GND",
    "lei": "LEI",
    "geonames": "GeoNames",
}


def elsewhere(record: Json) -> list[Fact]:
    """Where else it is to be found: its own page, those of others, and a picture, which is not shown here."""
    known = [(name, value) for name, value in (record["identifiers"] or {}).items() if value]
    return [
        Fact(_("Website"), web=web_address(record["website"])),
        *(
            Fact(_SCHEMES[name], web=ADDRESSES[name].format(value), web_text=value)
            for name, value in known
            if value
        ),
        *(Fact(_("Elsewhere"), web=web_address(address)) for address in record["same_as"]),
        _picture(record["image"]),
    ]


def _picture(image: Json | None) -> Fact:
    if image is None:
        return Fact(_("Picture"))
    said = " · ".join(image[name] for name in ("alt", "credit", "licence") if image[name])
    return Fact(_("Picture"), text=said or None, web=web_address(image["url"]))


def name_of(record: Json) -> Text:
    """A record's name, or the one that the party uses whose names are shown."""
    if language := record.get("name_language"):
        return Text(record["name"], language)
    return text_of(record, "name")


def original_name(record: Json) -> list[Name]:
    """The name that the editors gave it, where another is shown."""
    shown = record.get("translation")
    return [Name(shown["original"], OWN, language_name(OWN), None, None, [])] if shown else []


def one_link(name: str, reference: Json | None) -> Fact:
    """A fact that is another record."""
    return Fact(name, [link_to(reference)] if reference else [])


def names(record: Json) -> list[Name]:
    """A record's names in the order that the editors gave them."""
    return [
        Name(
            name["text"],
            name["language"],
            language_name(name["language"]),
            term(name["kind"]) if name["kind"] else None,
            optional_link(name["used_by"]),
            citations(name["citations"]),
        )
        for name in record["names"]
    ]


# Lists of other records


def selected(state: State, record_type: RecordType, sort: str, **filters: Any) -> Json:
    """{`data`, `total`, `href`}: records that filters select, as the API has them."""
    data, total = list_of(state, record_type, MOST_LISTED, sort, **filters)
    query = "&".join(f"{name}={','.join(value)}" for name, value in filters.items())
    return {"data": data, "total": total, "href": f"/v1/{record_type.plural}?{query}&sort={sort}"}


def listing(title: str, found: Json) -> Listing:
    """What was selected, as a list."""
    entries = [listed(record) for record in found["data"]]
    return Listing(title, entries, found["total"], page_address(found["href"]))


def listings(*found: tuple[str, Json]) -> list[Listing]:
    """Those lists in which something stands."""
    return [listing(title, selection) for title, selection in found if selection["data"]]


def listed(record: Json) -> Listed:
    """A record as it stands in a list."""
    record_type = TYPES[record["type"]]
    link = link_to_record(record, record_type.title)
    dated = next((record[name] for name in record_type.dates if record[name]), None)
    if record_type is CLAIM:
        return Listed(link, optional_link(record["claimant"]), when(dated), _standing(record["standing"]))
    kind = term(record["kind"]) if "kind" in record else None
    return Listed(link, optional_link(record.get("publisher")), when(dated), kind)


def _standing(standing: Iterable[str]) -> str:
    return in_a_row([term(name) for name in standing])


def description_of(view: RecordView) -> str:
    """What stands below a link to the page elsewhere."""
    said = view.text.text if view.text else "; ".join(f"{f.name}: {_said(f)}" for f in view.facts[:3])
    return f"{sentence(view.kicker)} {said}".strip()[:300]


def _said(fact: Fact) -> str:
    if fact.links:
        return in_a_row([link.text for link in fact.links[:5]])
    quoted = fact.quoted or fact.title
    return fact.when.display if fact.when else fact.text or fact.web or (quoted.text if quoted else "")
