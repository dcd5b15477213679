"""Problem documents (RFC 9457): every error of the service in one shape."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, current_app, has_request_context, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from schemas.base import nearest
from schemas.problem import MOST_ERRORS
from schemas.query import QueryError, QueryFault
from schemas.vocabularies import PROBLEM_TYPES, ProblemType

from . import log
from .log import REQUEST_ID

MEDIA_TYPE = "application/problem+json"
TYPES: dict[str, ProblemType] = {t.name: t for t in PROBLEM_TYPES.terms if isinstance(t, ProblemType)}

#: What a status of the framework is called here.
_BY_STATUS = {
    400: "invalid-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    411: "invalid-request",
    413: "payload-too-large",
    414: "uri-too-long",
    415: "unsupported-media-type",
    429: "too-many-requests",
    431: "headers-too-large",
    503: "unavailable",
}


class Problem(Exception):
    """An answer that is a problem document; raise it anywhere below a view."""

    def __init__(
        self,
        name: str,
        detail: str,
        errors: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.name, self.detail, self.errors = name, detail, list(errors)
        self.headers, self.more = dict(headers or {}), more


def problem_body(
    name: str, detail: str, errors: Iterable[Mapping[str, Any]] = (), base_url: str = "", **more: Any
) -> bytes:
    """The document as bytes."""
    return orjson.dumps(problem_document(name, detail, errors, base_url, **more), default=str)


def problem_document(
    name: str, detail: str, errors: Iterable[Mapping[str, Any]] = (), base_url: str = "", **more: Any
) -> dict[str, Any]:
    """The document: `type`, `title`, `status`, `detail`, `errors`, and `more` members that have a value."""
    kind = TYPES[name]
    document: dict[str, Any] = {
        "type": f"{base_url}/problems/{name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
    }
    if found := list(islice(errors, MOST_ERRORS)):
        document["errors"] = found
    return document | {key: value for key, value in more.items() if value is not None}


def problem_response(problem: Problem) -> Response:
    """A problem as an answer to the current request."""
    base_url = current_app.config.get("BASE_URL", "")
    here = {"instance": quote(request.path, safe="/"), "request_id": request.environ.get(REQUEST_ID)}
    document = problem_document(
        problem.name, problem.detail, problem.errors, base_url, **problem.more, **here
    )
    response = _page_of(document) or Response(
        orjson.dumps(document, default=str), document["status"], content_type=MEDIA_TYPE
    )
    # A problem may be gone the next moment.
    response.headers["Cache-Control"] = "no-store" if response.status_code >= 500 else "no-cache"
    response.headers.setdefault("Content-Language", "en")
    response.headers.update(problem.headers)
    return response


def _page_of(document: dict[str, Any]) -> Response | None:
    """The problem as a page, where a page was asked for and the application has such pages."""
    show = current_app.extensions.get("facts.problem_page")
    page: Response | None = show(document) if show else None
    return page


def query_errors(faults: Iterable[QueryFault]) -> list[dict[str, Any]]:
    """Faults of parameters as members of `errors`."""
    return [_error({"parameter": f.parameter}, f.detail, f.allowed, f.did_you_mean) for f in faults]


def document_errors(faults: Iterable[Any]) -> list[dict[str, Any]]:
    """Faults of a document (`pointer`, `detail`, `allowed`, `did_you_mean`) as members of `errors`."""
    return [_error({"pointer": f.pointer}, f.detail, f.allowed, f.did_you_mean) for f in faults]


def _error(where: dict[str, Any], detail: str, allowed: tuple[str, ...], near: str | None) -> dict[str, Any]:
    error = {**where, "detail": detail}
    if allowed:
        error["allowed"] = list(allowed)
    if near:
        error["did_you_mean"] = near
    return error


def install(app: Flask) -> None:
    """Turn everything that goes wrong in the application into problem documents."""
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(QueryError, _on_query_error)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(Exception, on_failure)


def _on_query_error(error: QueryError) -> Response:
    detail = error.faults[0].detail if len(error.faults) == 1 else f"{len(error.faults)} parameters are wrong"
    return problem_response(Problem("invalid-query", detail, query_errors(error.faults)))


def _on_http_exception(error: HTTPException) -> Response:
    if isinstance(error, NotFound):
        return problem_response(_no_such_address())
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        detail = f"{request.method} is not allowed here; allowed: {allowed}"
        return problem_response(Problem("method-not-allowed", detail, headers={"Allow": allowed}))
    name = _BY_STATUS.get(
        error.code or 500, "invalid-request" if (error.code or 500) < 500 else "internal-error"
    )
    return problem_response(Problem(name, _plain(error.description or TYPES[name].title)))


def _plain(description: str) -> str:
    return re.sub(r"\s+", " ", description).strip().rstrip(".")


def _no_such_address() -> Problem:
    raw = request.environ.get("PATH_INFO", "").encode("latin-1")
    try:
        path = raw.decode()
    except UnicodeDecodeError:
        return Problem("invalid-request", "the path is not UTF-8, percent-encoded")
    if "\0" in path:
        return Problem("invalid-request", "the path holds a NUL character")
    hint = "; addresses here have no slash at their end" if path.endswith("/") and path != "/" else ""
    shown, near = quote(path[:200], safe="/"), nearest(path, _addresses_like(path))
    hint = f'; did you mean "{near}"?' if near else f"{hint}; start at /v1 or read /docs"
    return Problem("not-found", f"nothing has the address {shown}{hint}", did_you_mean=near)


def _addresses_like(path: str) -> Iterator[str]:
    """The addresses with as many parts as a path, what varies in them taken from it.

    All of its parts but the last must be like those of an address: a name at the end says little by itself.
    """
    given = path.rstrip("/").split("/")
    if not {".", ".."}.isdisjoint(given):
        return
    for rule in current_app.url_map.iter_rules():
        parts = rule.rule.split("/")
        pairs = list(zip(parts, given, strict=False))
        if len(parts) == len(given) and all(_is_like(*pair) for pair in pairs[:-1]):
            yield "/".join(g if p.startswith("<") else p for p, g in pairs)


def _is_like(part: str, given: str) -> bool:
    return part == given or part.startswith("<") or nearest(given, (part,)) is not None


def on_failure(_: Exception) -> Response:
    """The answer where the program is at fault; the log tells."""
    log.failed(request.environ if has_request_context() else None)
    return problem_response(Problem("internal-error", "the service failed; the log has this request's id"))
