"""Problems as pages, where a page was asked for: why there is nothing, and where to go on.

Kinds of problems have a page each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, request

from api.formats.addresses import page_address
from api.http.answer import RefusedPage
from api.http.languages import LANG, OWN
from api.http.problems import TYPES, problem_document
from schemas.base import Json

from .head import Head
from .language_choice import language_asked, language_of_problem
from .links import Choices
from .page import HTML, page_headers
from .templating import drawn
from .translating import N_, _, speaking, spoken
from .words import problem_words

#: What a reader is told first; the problem's own words say what exactly.
_SAID = {
    404: N_("There is nothing here"),
    410: N_("This was withdrawn"),
    451: N_("This was taken out because the law required it"),
    503: N_("This cannot be shown just now"),
}


def problem_page(problem: Json) -> Response | None:
    """A problem document as a page; None where none was asked for, and where pages may be at fault."""
    if problem["status"] == HTTPStatus.INTERNAL_SERVER_ERROR or not _is_for_a_page():
        return None
    language = language_of_problem()
    # What else was chosen for the page that is not there would go wrong again.
    g.choices = Choices({LANG: language} if request.args.get(LANG) == language else {})
    with speaking(language):
        framed = _is_for_a_card()
        history = f"/v1{request.path}/revisions" if "tombstone" in problem else None
        body = _drawn(problem, quote(request.path, safe="/"), framed, _near(problem), history)
        headers = page_headers(framed) | _VARY
        # The title in the status line is the standard's.
        return Response(body, HTTPStatus(problem["status"]), headers=headers, content_type=HTML)


_VARY = {"Vary": "Accept, Accept-Language"}


def _drawn(
    problem: Json, address: str, framed: bool, near: str | None = None, history: str | None = None
) -> bytes:
    status = problem["status"]
    heading = _(_SAID[status]) if status in _SAID else problem_words(problem["title"])
    # What exactly is wrong is said in English.
    description = problem["detail"] if spoken() == OWN else heading
    head = Head(heading, description, address, address, choices=g.choices, exists=False, quotes=False)
    view: dict[str, Any] = {"heading": heading, "problem": problem, "near": near, "history": history}
    return drawn("problem_card.html" if framed else "problem_page.html", head=head, page=view)


def refusing(app: Flask, framed: Mapping[bytes, bool]) -> RefusedPage:
    """What is told to readers whose request never came to the application.

    `framed`: whether an address is a card's, by its first part; others are no pages.
    """

    @lru_cache(maxsize=64)
    def drawn_once(name: str, detail: str, language: str, in_a_frame: bool) -> tuple[bytes, dict[str, str]]:
        with app.app_context(), speaking(language):
            g.choices = Choices({LANG: language} if language != OWN else {})
            # Without an address its links lead to the same one, whichever it is.
            body = _drawn(problem_document(name, detail), "", in_a_frame)
            return body, page_headers(in_a_frame) | _VARY | {"Content-Type": HTML}

    def page(name: str, detail: str, target: bytes, liked: bytes) -> tuple[bytes, dict[str, str]] | None:
        path, _, query = target.partition(b"?")
        in_a_frame = framed.get(path.split(b"/")[1] if path.startswith(b"/") else b"")
        if in_a_frame is None:
            return None
        language = language_asked(query.decode("utf-8", "replace"), liked.decode("latin-1"))
        return drawn_once(name, detail, language, in_a_frame)

    return page


def _is_for_a_page() -> bool:
    """Whether the address is a page's; or nobody's, or one that has a page too, and the client asks for pages
    as browsers do."""
    takes_pages = "text/html" in request.environ.get("HTTP_ACCEPT", "")[:1000]
    if request.url_rule is not None:
        endpoint = current_app.extensions["facts.endpoints"].get(request.endpoint)
        # Such as that of a kind of problem.
        may_be_a_page = endpoint is not None and "text/html" in endpoint.media_types
        return _is_a_page() or _is_for_a_card() or (may_be_a_page and takes_pages)
    return takes_pages and not (request.path == "/v1" or request.path.startswith("/v1/"))


def _is_a_page() -> bool:
    return str(request.endpoint).startswith("page ")


def _is_for_a_card() -> bool:
    """Whether the address is one that other sites show in frames."""
    return str(request.endpoint).startswith("card ")


def _near(problem: Json) -> str | None:
    """The page that may be meant."""
    near = problem.get("did_you_mean")
    if near is None:
        return None
    if near.startswith("/"):
        return page_address(near)
    kind = request.path.split("/")[1]
    return f"/{kind}/{near}" if request.view_args else None


# Kinds of problems


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its name in its address, its title, the HTTP status."""

    name: str
    title: str
    status: int


def problem_type_page(name: str, language: str) -> tuple[bytes, dict[str, str]]:
    """(the page about a kind of problem in a language, its headers); KeyError where there is no such kind."""
    kind, address = TYPES[name], f"/problems/{name}"
    g.choices = Choices({LANG: language} if request.args.get(LANG) == language else {})
    with speaking(language):
        title, definition = problem_words(kind.title), problem_words(kind.definition)
        kinds = [Kind(t.name, problem_words(t.title), t.status) for t in TYPES.values()]
        plain = title.replace("`", ""), definition.replace("`", "")
        head = Head(*plain, address, address, choices=g.choices, quotes=False)
        view = {"kind": kind, "title": title, "definition": definition, "kinds": kinds}
        return drawn("problem.html", head=head, page=view), page_headers()
