"""A page as one declaration: what it reads with the functions of the API, and what it shows of that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from flask import Flask, Response, g, request
from peewee import Database

from api.http.languages import best_language
from api.http.pages import STRICT
from api.http.responses import REVALIDATE, VARY, answer, empty_response, public_base, tag_of
from api.records.answers.perspective import in_words_of
from api.records.core.errors import Merged
from api.records.core.state import PUBLIC, State
from api.records.read.revisions import moment_of
from api.records.store.database import snapshot
from api.records.store.deadline import time_limit
from api.settings import Settings
from schemas import query as q
from schemas.base import Json
from schemas.query import Parameter, Query, read_query

from .links import Link
from .templating import drawn
from .words import LANGUAGE

HTML = "text/html; charset=utf-8"
#: What a reader has chosen for every page: links carry it on.
CHOICES = ("as_of", "perspective")
#: The choices of a page that shows records.
CHOOSING: Mapping[str, Parameter] = {
    "as_of": q.as_of(),
    "perspective": q.one_id("perspective", "Whose names are shown."),
}


@dataclass(frozen=True)
class Asked:
    """What a page is asked for: a state of the record, a query as understood, the id in its address."""

    state: State
    query: Query
    settings: Settings
    id: str = ""


@dataclass(frozen=True)
class Shown:
    """What a page shows: its head, and the view that its template draws.

    `twin`: where the API has the same; `about`: schema.org's description of it, as JSON-LD; `perspectives`:
    parties whose own names the page could show; `listed`: whether search engines may list it.
    """

    title: str
    description: str
    twin: str
    view: Any
    about: Json | None = None
    perspectives: Sequence[Link] = ()
    listed: bool = True


@dataclass(frozen=True)
class Page:
    """A page: its address as Flask writes it, what it reads, what it makes of that.

    `read` gives documents as the API serves them, so that the names of a perspective can be put in.
    """

    path: str
    template: str
    read: Callable[[Asked], Json]
    show: Callable[[Json, Asked], Shown]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """What Flask calls it."""
        return f"page {self.path}"


class Pages:
    """Answers the requests for pages."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings

    def route(self, page: Page) -> Callable[..., Response]:
        """The view of a page."""

        def routed(id: str = "") -> Response:
            query = read_query(_known_pairs(page.parameters), page.parameters)
            try:
                return self._answer(page, query, id)
            except Merged as merged:
                return _moved(page, query, merged.survivor)

        return routed

    def _answer(self, page: Page, query: Query, id: str) -> Response:
        with self._reading(query) as state:
            asked = Asked(state, query, self._settings, id)
            document = page.read(asked)
            if "perspective" in query.given:
                document = in_words_of(state, query["perspective"], best_language(), document)
        g.choices = {name: str(query[name]) for name in CHOICES if name in query.given}
        shown = page.show(document, asked)
        head = Head.of(shown, asked, canonical_query(page, query))
        body = drawn(page.template, head=head, page=shown.view)
        vary = f"{VARY}, Accept-Language" if "perspective" in query.given else VARY
        return answer(body, tag_of([body]), media_type=HTML, headers=PAGE_HEADERS, vary=vary)

    @contextmanager
    def _reading(self, query: Query) -> Iterator[State]:
        """The state that is asked, all of whose reads see the same, and in bounded time."""
        with snapshot(self._database), time_limit(self._database, self._settings.query_timeout_ms):
            moment = moment_of(self._database, query["as_of"]) if "as_of" in query.given else None
            yield State(self._database, PUBLIC, moment)


PAGE_HEADERS = {**STRICT, "Content-Language": LANGUAGE}


@dataclass(frozen=True)
class Head:
    """What stands around a page: in its head, above it and below it."""

    title: str
    description: str
    address: str
    canonical: str
    twin: str
    about: Json | None
    publisher: str
    licence: str
    perspectives: Sequence[Link] = ()
    as_of: str | None = None
    perspective: str | None = None
    #: Whether it can be shown as it was.
    has_past: bool = False
    #: Whether search engines may list it.
    listed: bool = True

    @classmethod
    def of(cls, shown: Shown, asked: Asked, query: str) -> "Head":
        """The head of what is shown."""
        address = quote(request.path, safe="/")
        canonical = f"{public_base()}{address}{query}"
        context = {"@context": "https://schema.org", "url": canonical}
        return cls(
            shown.title,
            shown.description,
            address,
            canonical,
            shown.twin,
            context | shown.about if shown.about else None,
            asked.settings.publisher_name,
            asked.settings.licence,
            shown.perspectives,
            asked.query["as_of"] if "as_of" in asked.query.given else None,
            asked.query["perspective"] if "perspective" in asked.query.given else None,
            "as_of" in asked.query.values,
            shown.listed and "as_of" not in asked.query.given,
        )

    @property
    def perspective_name(self) -> str | None:
        """What the party is called whose names are shown."""
        named = (p.text for p in self.perspectives if p.href and p.href.endswith(f"/{self.perspective}"))
        return next(named, self.perspective)

    def with_choices(self, **chosen: str | None) -> str:
        """This page as its reader has it, with other choices; None leaves one out."""
        both = {"as_of": self.as_of, "perspective": self.perspective, **chosen}
        pairs = {name: value for name, value in both.items() if value}
        here = self.canonical.removeprefix(public_base())
        return f"{here}{'&' if '?' in here else '?'}{urlencode(pairs, safe=':,')}" if pairs else here


# Queries: what a page does not know is another's, such as a tracker's, and changes nothing.


def _known_pairs(parameters: Mapping[str, Parameter]) -> list[tuple[str, str]]:
    """The written parameters that a page knows; an empty field of a form was not filled in."""
    text = request.environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace")
    pairs = parse_qsl(text, errors="replace")
    return [(name, value) for name, value in pairs if name in parameters and value.strip()]


def canonical_query(page: Page, query: Query) -> str:
    """The query of a page's canonical address: what it understood, without what its reader chose."""
    understood = set(query.given) - set(CHOICES)
    pairs = [(name, value) for name, value in sorted(_known_pairs(page.parameters)) if name in understood]
    return f"?{urlencode(pairs, quote_via=quote, safe=':,')}" if pairs else ""


def _moved(page: Page, query: Query, survivor: str) -> Response:
    """308: the page of the survivor, for good (RFC 9110 §15.4.9)."""
    choices = {name: str(query[name]) for name in CHOICES if name in query.given}
    asked = f"?{urlencode(choices, quote_via=quote, safe=':,')}" if choices else ""
    address = page.path.replace("<id>", survivor)
    return empty_response(308, Location=f"{address}{asked}", Cache_Control=REVALIDATE, Vary=VARY)


def install(app: Flask, pages: Pages, all_pages: list[Page]) -> None:
    """Route every page."""
    for page in all_pages:
        app.add_url_rule(page.path, page.endpoint, pages.route(page))
