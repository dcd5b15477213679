"""The page of a dossier: the story in time, who holds what, who is who, and where it all comes from."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.formats import schema_org
from api.records.answers.positions import read_positions
from api.records.answers.timeline import Event, read_timeline
from api.records.answers.translation import as_written
from api.records.core.registry import DOSSIER, PARTY, PLACE, SOURCE, TYPES
from api.records.core.state import State
from schemas.base import Json
from schemas.query import Query
from schemas.source import published_by

from .dates_in_words import When, when
from .history import Entry, history, revisions_of
from .links import Link, link_to, link_to_record, links_to, optional_link
from .map import Map, maps_of
from .page import CHOOSING, Asked, Page, Shown
from .positions_table import Table, positions_table
from .reading import list_of, one, users_in
from .record_texts import Text, optional_text, text_of
from .record_view import Name, names, original_name
from .time_scale import Bar, Scale, parts
from .words import term, types_name

#: Entries of a timeline, and records of a kind, that the page shows; the API has the rest.
MOST_ENTRIES, MOST_MEMBERS = 600, 300
_AT_ONCE = 200
#: Members of dates and claims of which the timeline shows something.
_SHOWN = ("type", "id", "title", "proposition", "claimant", "standing", "links", "language")
_POSITIONS = Query({"by": "position", "question": None, "party": None, "said": None, "match": "possible"})


@dataclass(frozen=True)
class Moment:
    """Something at its place in time: a happening, or what somebody said; `bar` is where its part has it."""

    link: Link
    happening: bool
    who: Link | None
    at: When | None
    bar: Bar | None
    contested: bool


@dataclass(frozen=True)
class Part:
    """A part of the story, drawn to one scale."""

    scale: Scale
    moments: list[Moment]


@dataclass(frozen=True)
class Member:
    """A party or a place: what it is, what else it is called, its number on the map."""

    link: Link
    kind: str
    names: list[Name]
    number: int | None


@dataclass(frozen=True)
class Document:
    """A source in a list."""

    link: Link
    publishers: list[Link]
    published: When | None
    held: bool


@dataclass(frozen=True)
class Origin:
    """A document from which others come, and these."""

    origin: Link
    documents: list[Document]


@dataclass(frozen=True)
class DossierView:
    """The page of a dossier. `more`: whether the timeline goes on beyond what is shown."""

    title: Text
    summary: Text | None
    parts: list[Part]
    undated: list[Moment]
    undated_total: int
    more: bool
    table: Table
    parties: list[Member]
    places: list[Member]
    maps: list[Map]
    origins: list[Origin]
    alone: list[Document]
    counts: dict[str, int]
    history: list[Entry]
    self: str
    id: str
    lists: list[Link]


def _read(asked: Asked) -> Json:
    state, dossier = asked.state, [asked.id]
    record = one(state, DOSSIER, asked.id)
    members = {
        t.plural: list_of(state, t, MOST_MEMBERS, sort, dossier=dossier)
        for t, sort in ((PARTY, "name"), (PLACE, "name"), (SOURCE, "published"))
    }
    return {
        "dossier": record,
        "revisions": revisions_of(state, record),
        "timeline": _timeline(state, asked.id),
        "positions": read_positions(state, asked.id, _POSITIONS),
        "members": {plural: found for plural, (found, _) in members.items()},
        "totals": {plural: total for plural, (_, total) in members.items()},
        "users": users_in([*members["parties"][0], *members["places"][0]]),
    }


def _timeline(state: State, dossier: str) -> Json:
    """{`entries`, `undated`, `undated_total`, `more`}: the pages of a dossier's timeline, joined."""
    values = {"dossier": [dossier], "by": "said", "nested": False, "undated": False, "match": "possible"}
    entries: list[Json] = []
    beginning = Query({**values, "limit": _AT_ONCE, "after": None}, frozenset({"dossier"}))
    first = page = read_timeline(state, beginning, _shown)
    entries += page.data
    while page.next and len(entries) < MOST_ENTRIES:
        following = {**values, "limit": _AT_ONCE, "after": page.next}
        page = read_timeline(state, Query(following, frozenset({"dossier", "after"})), _shown)
        entries += page.data
    return {
        "entries": entries,
        "undated": first.undated,
        "undated_total": first.undated_total,
        "more": page.next is not None,
    }


def _shown(_event: Event, record: Json) -> Json:
    # What is not shown need not be looked through for names.
    return {name: record[name] for name in _SHOWN if name in record}


def _show(document: Json, asked: Asked) -> Shown:
    dossier, timeline = document["dossier"], document["timeline"]
    origins, alone = _by_origin(document["members"]["sources"])
    maps = maps_of(document["members"]["places"])
    numbers = {place.id: place.number for place in maps[0].places} if maps else {}
    view = DossierView(
        text_of(dossier, "title"),
        optional_text(dossier, "summary"),
        _parts(timeline["entries"]),
        [_moment(entry, None) for entry in timeline["undated"]],
        timeline["undated_total"],
        timeline["more"],
        positions_table(document["positions"]),
        [_member(record) for record in document["members"]["parties"]],
        [_member(record, numbers.get(record["id"])) for record in document["members"]["places"]],
        maps,
        origins,
        alone,
        document["totals"],
        history(document["revisions"]),
        dossier["links"]["self"],
        dossier["id"],
        _lists(dossier["id"]),
    )
    description = (view.summary or view.title).text
    perspectives = links_to(document["users"])
    self = dossier["links"]["self"]
    described = schema_org.dossier(as_written(dossier))
    return Shown(view.title.text, description, self, view, described, perspectives)


def _lists(dossier: str) -> list[Link]:
    """Where all its members of a type are."""
    of = [t for t in TYPES.values() if any(declared.name == "dossier" for declared in t.filters)]
    return [Link(types_name(t.name), f"/{t.plural}?dossier={dossier}") for t in of]


def _parts(entries: Sequence[Json]) -> list[Part]:
    found = parts([entry["at"] for entry in entries])
    return [Part(scale, [_moment(entries[i], scale) for i in places]) for scale, places in found]


def _moment(entry: Json, scale: Scale | None) -> Moment:
    record = entry["record"]
    return Moment(
        link_to_record(record, TYPES[record["type"]].title),
        record["type"] == "date",
        optional_link(record.get("claimant")),
        when(entry["at"]),
        scale.bar(entry["at"]) if scale else None,
        "contested" in record.get("standing", ()),
    )


def _member(record: Json, number: int | None = None) -> Member:
    """A record with its names, each text once."""
    listed = [*original_name(record), *names(record)]
    others = {n.text: n for n in listed if n.text != record["name"]}
    return Member(link_to_record(record), term(record["kind"]), list(others.values()), number)


def _by_origin(sources: Sequence[Json]) -> tuple[list[Origin], list[Document]]:
    """(origins with what comes from them, those from which nothing comes that is shown)."""
    groups: dict[str, list[Document]] = {}
    links: dict[str, Link] = {}
    for source in sources:
        for origin in source["origins"]:
            links[origin["id"]] = link_to(origin)
            if origin["id"] != source["id"]:
                groups.setdefault(origin["id"], []).append(_document(source))
    named = [Origin(links[origin], documents) for origin, documents in groups.items()]
    itself = [s for s in sources if s["id"] not in groups and s["id"] in {o["id"] for o in s["origins"]}]
    return sorted(named, key=lambda o: -len(o.documents)), [_document(source) for source in itself]


def _document(source: Json) -> Document:
    published = when(source["published"])
    return Document(
        link_to_record(source, "title"), links_to(published_by(source)), published, source["held"]
    )


PAGE = Page("/dossiers/<id>", "dossier.html", _read, _show, CHOOSING)
