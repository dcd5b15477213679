"""Problems as pages, where a page was asked for: why there is nothing, and where to go on."""

from http import HTTPStatus
from typing import Any

from flask import Response, g, request

from schemas.base import Json

from .links import page_of
from .page import HTML, PAGE_HEADERS, Head
from .templating import drawn
from .words import SITE, _

#: What a reader is told first; the problem's own words say what exactly.
_SAID = {
    404: _("There is nothing here"),
    410: _("This was withdrawn"),
    451: _("This was taken out because the law required it"),
    503: _("This cannot be shown just now"),
}


def problem_page(problem: Json) -> Response | None:
    """A problem document as a page; None where none was asked for, and where pages may be at fault."""
    if problem["status"] == HTTPStatus.INTERNAL_SERVER_ERROR or not _is_for_a_page():
        return None
    # What was chosen for the page that is not there would go wrong again.
    g.choices = {}
    status = problem["status"]
    heading = _SAID.get(status) or problem["title"]
    head = Head(heading, problem["detail"], "", "", "", None, SITE, "")
    view: dict[str, Any] = {
        "heading": heading,
        "problem": problem,
        "near": _near(problem),
        "history": f"/v1{request.path}/revisions" if "tombstone" in problem else None,
    }
    body = drawn("problem_page.html", head=head, page=view)
    # The title in the status line is the standard's.
    return Response(body, HTTPStatus(status), headers=PAGE_HEADERS | {"Vary": "Accept"}, content_type=HTML)


def _is_for_a_page() -> bool:
    """Whether the address is a page's; or nobody's, and the client asks for pages as browsers do."""
    if request.url_rule is not None:
        return str(request.endpoint).startswith("page ")
    if request.path == "/v1" or request.path.startswith("/v1/"):
        return False
    return "text/html" in request.environ.get("HTTP_ACCEPT", "")[:1000]


def _near(problem: Json) -> str | None:
    """The page that may be meant."""
    near = problem.get("did_you_mean")
    if near is None:
        return None
    if near.startswith("/"):
        return page_of(near)
    kind = request.path.split("/")[1]
    return f"/{kind}/{near}" if request.view_args else None
