"""The page of a search: what was found of every type, and where in it the words stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from api.records.answers.search import read_search
from api.records.core.registry import TYPES
from schemas import query as q
from schemas.base import Json
from schemas.query import Query

from .links import Link, link_to, links_to
from .page import Asked, Page, Shown
from .translating import _, ngettext
from .words import number, type_name, types_name

_LIMIT = 30
#: Characters that are shown around the first place where the words stand.
_BEFORE, _AFTER = 90, 210


@dataclass(frozen=True)
class Excerpt:
    """A text in which words of the search stand: (part, whether it is one of them)."""

    parts: list[tuple[str, bool]]


@dataclass(frozen=True)
class Result:
    """A record that was found."""

    link: Link
    type: str
    excerpts: list[Excerpt]


@dataclass(frozen=True)
class Choice:
    """Narrowing to one type: how many there are, and whether it is chosen."""

    label: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class SearchView:
    """The page of a search; `text` is empty before anything was looked for."""

    text: str
    results: list[Result]
    total: int
    choices: list[Choice]
    near: list[Link]
    following: str | None


def _read(asked: Asked) -> Json:
    given = asked.query.given
    if "q" not in given:
        return {"text": "", "results": [], "total": 0, "types": [], "near": [], "next": None}
    values = {**asked.query.values, "count": True, "facets": ["type"], "limit": _LIMIT}
    found = read_search(asked.state, Query(values, given | {"count", "facets"}))
    return {
        "text": asked.query["q"],
        "results": found.data,
        "total": found.total,
        "types": (found.facets or {})["type"]["values"],
        "near": found.near,
        "next": found.next,
    }


def _show(document: Json, asked: Asked) -> Shown:
    text, chosen = document["text"], asked.query["type"] or []
    view = SearchView(
        text,
        [_result(found) for found in document["results"]],
        document["total"],
        _choices(document["types"], text, chosen),
        links_to(document["near"]),
        _address(text, chosen, document["next"]) if document["next"] else None,
    )
    title = _("Search: %s") % text if text else _("Search")
    description = _found(view.total) if text else title
    return Shown(title, description, _twin(text, chosen), view, listed=False)


def _found(total: int) -> str:
    return ngettext("%(count)s record found", "%(count)s records found", total) % {"count": number(total)}


def _twin(text: str, chosen: Sequence[str]) -> str:
    return f"/v1{_address(text, chosen)}" if text else "/v1"


def _address(text: str, chosen: Sequence[str], after: str | None = None) -> str:
    query = {"q": text, "type": ",".join(chosen), "after": after}
    pairs = {name: value for name, value in query.items() if value}
    return f"/search?{urlencode(pairs, quote_via=quote, safe=',')}"


def _choices(types: Sequence[Json], text: str, chosen: Sequence[str]) -> list[Choice]:
    counts = {value["value"]: value["count"] for value in types}
    found = [Choice(_("Everything"), sum(counts.values()), _address(text, ()), not chosen)]
    for name in TYPES:
        if counts.get(name):
            found.append(Choice(types_name(name), counts[name], _address(text, [name]), name in chosen))
    return found


def _result(found: Json) -> Result:
    excerpts = [_excerpt(h) for h in found["highlights"] if h["text"] != found["name"]]
    return Result(link_to(found), type_name(found["type"]), excerpts[:3])


def _excerpt(highlight: Json) -> Excerpt:
    """The text around the first words, with all words in it apart."""
    text, ranges = highlight["text"], highlight["ranges"]
    first = max(0, ranges[0]["start"] - _BEFORE)
    last = min(len(text), ranges[0]["end"] + _AFTER)
    parts = [("…", False)] if first else []
    place = first
    for found in ranges:
        if found["end"] > last:
            break
        parts += [(text[place : found["start"]], False), (text[found["start"] : found["end"]], True)]
        place = found["end"]
    parts += [(text[place:last], False), ("…" if last < len(text) else "", False)]
    return Excerpt([part for part in parts if part[0]])


_PARAMETERS = (
    q.search_text("q", "What is looked for."),
    q.choices("type", "Types of the records.", list(TYPES), "a record type"),
    q.opaque("after", "Where the page begins."),
)
PAGE = Page("/search", "search.html", _read, _show, {p.name: p for p in _PARAMETERS})
