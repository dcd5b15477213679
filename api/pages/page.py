"""A page as one declaration: what it reads with the functions of the API, and what it shows of that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from flask import Flask, Response, g, request
from peewee import Database

from api.http.languages import (
    CHOSEN_LANGUAGE,
    LANG,
    OWN,
    BestLanguage,
    best_among,
    best_language,
    liked_language,
)
from api.http.pages import FRAMED, STRICT
from api.http.responses import REVALIDATE, VARY, answer, empty_response, tag_of
from api.records.answers.perspective import in_words_of
from api.records.core.errors import Merged
from api.records.core.state import State
from api.settings import Settings
from schemas import query as q
from schemas.base import Json
from schemas.query import Parameter, Query, read_query

from .head import Head
from .links import Choices, Link, links_to
from .reading import state_of, user_of_names
from .record_texts import translated
from .templating import drawn
from .translating import speaking, spoken

HTML = "text/html; charset=utf-8"
#: What a reader has chosen for every page: links carry it on.
CHOICES = ("as_of", "perspective", LANG)
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
    parties whose own names the page could show; `listed`: whether search engines may list it; `embeddable`:
    whether other sites can embed it.
    """

    title: str
    description: str
    twin: str
    view: Any
    about: Json | None = None
    perspectives: Sequence[Link] = ()
    listed: bool = True
    embeddable: bool = False
    #: Whether the API has the same as GeoJSON.
    located: bool = False


def translated_now(asked: Asked, document: Json) -> Json:
    """What was read, in the page's language as the state at hand has it."""
    return translated(asked.state, document)


@dataclass(frozen=True)
class Page:
    """A page: its address as Flask writes it, what it reads, what it makes of that.

    `read` gives documents as the API serves them, so that the names of a perspective can be put in.
    `framed`: whether it is made to stand in frames of other sites; `kept`: parameters that hold for the
    survivor of a merged record too, beside what every reader chooses; `translate`: puts texts in the page's
    language into what was read.
    """

    path: str
    template: str
    read: Callable[[Asked], Json]
    show: Callable[[Json, Asked], Shown]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    framed: bool = False
    kept: Sequence[str] = ()
    translate: Callable[[Asked, Json], Json] = translated_now

    @cached_property
    def known(self) -> Mapping[str, Parameter]:
        """Its own parameters, and what every page can be asked."""
        return {**self.parameters, LANG: CHOSEN_LANGUAGE}

    @property
    def endpoint(self) -> str:
        """What Flask calls it."""
        return f"{'card' if self.framed else 'page'} {self.path}"


class Pages:
    """Answers the requests for pages."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings

    def route(self, page: Page) -> Callable[..., Response]:
        """The view of a page."""

        def routed(id: str = "") -> Response:
            query = read_query(_known_pairs(page.known), page.known)
            language = query[LANG] or liked_language()
            if LANG not in query.given and language != OWN:
                return _in_another(page, language)
            try:
                with speaking(language):
                    return self._answer(page, query, id)
            except Merged as merged:
                return _moved(page, query, merged.survivor)

        return routed

    def _answer(self, page: Page, query: Query, id: str) -> Response:
        as_of = query["as_of"] if "as_of" in query.given else None
        with state_of(self._database, self._settings, as_of) as state:
            asked = Asked(state, query, self._settings, id)
            document = page.translate(asked, page.read(asked))
            g.choices = choices_of(query)
            if "perspective" in query.given:
                chosen = user_of_names(state, query["perspective"])
                document |= translated(state, {"chosen": [chosen]})
                document = in_words_of(state, chosen["id"], _of_names(query), document)
                # Links lead on with the party that is meant, whatever the id was that led here.
                g.choices = Choices({**g.choices, "perspective": chosen["id"]})
        shown = _with_chosen(page.show(document, asked), links_to(document.get("chosen", ())))
        head = Head.of(shown, asked, canonical_query(page, query), g.choices)
        body = drawn(page.template, head=head, page=shown.view)
        return answer(
            body, tag_of([body]), media_type=HTML, headers=page_headers(page.framed), vary=_vary(query)
        )


def _with_chosen(shown: Shown, chosen: Sequence[Link]) -> Shown:
    """The same with the party whose names are asked among the perspectives, even if it has none here."""
    more = [link for link in chosen if link.href not in {p.href for p in shown.perspectives}]
    return replace(shown, perspectives=[*shown.perspectives, *more]) if more else shown


#: Of an address that names no language.
BARE_VARY = f"{VARY}, Accept-Language"


def page_headers(framed: bool = False) -> dict[str, str]:
    """Headers of a page in the language at hand."""
    return {**(FRAMED if framed else STRICT), "Content-Language": spoken()}


def _vary(query: Query) -> str:
    return VARY if LANG in query.given else BARE_VARY


def _of_names(query: Query) -> BestLanguage:
    """In which language names are shown: that of the page, where the address says it."""
    return best_among(query[LANG], OWN) if LANG in query.given else best_language()


# Queries: what a page does not know is another's, such as a tracker's, and changes nothing.


def _known_pairs(parameters: Mapping[str, Parameter]) -> list[tuple[str, str]]:
    """The written parameters that a page knows; an empty field of a form was not filled in."""
    text = request.environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace")
    pairs = parse_qsl(text, errors="replace")
    return [(name, value) for name, value in pairs if name in parameters and value.strip()]


def understood(parameters: Mapping[str, Parameter], query: Query) -> list[tuple[str, str]]:
    """What was written and understood, by the names of the parameters, without what a reader chose."""
    names = set(query.given) - set(CHOICES)
    return [(name, value) for name, value in sorted(_known_pairs(parameters)) if name in names]


def canonical_query(page: Page, query: Query) -> str:
    """The query of a page's canonical address."""
    return _query(understood(page.known, query))


def choices_of(query: Query) -> Choices:
    """What a reader has chosen."""
    return Choices({name: str(query[name]) for name in CHOICES if name in query.given})


def _query(pairs: Iterable[tuple[str, str]]) -> str:
    written = urlencode(list(pairs), quote_via=quote, safe=":,")
    return f"?{written}" if written else ""


def _moved(page: Page, query: Query, survivor: str) -> Response:
    """308: the page of the survivor, for good (RFC 9110 §15.4.9)."""
    address = page.path.replace("<id>", survivor)
    chosen = choices_of(query) | {name: str(query[name]) for name in page.kept if name in query.given}
    location, vary = f"{address}{_query(chosen.items())}", _vary(query)
    return empty_response(308, Location=location, Cache_Control=REVALIDATE, Vary=vary)


def _in_another(page: Page, language: str) -> Response:
    """303: the same in the language that the reader likes, at an address of its own (RFC 9110 §15.4.4)."""
    address = quote(request.path, safe="/")
    location = f"{address}{_query([*_known_pairs(page.known), (LANG, language)])}"
    return empty_response(303, Location=location, Cache_Control=REVALIDATE, Vary=BARE_VARY)


def install(app: Flask, pages: Pages, all_pages: list[Page]) -> None:
    """Route every page."""
    for page in all_pages:
        app.add_url_rule(page.path, page.endpoint, pages.route(page))
