"""What every request and answer goes through: its host, its id, leave for scripts of other sites.

A WSGI wrapper rather than Flask hooks: flask-cors and an `after_request` cost 30 µs of the 60 that a read of
one record takes beyond a constant (measured in process); appending to the header list costs 2.
"""

import re
from collections.abc import Callable, Iterable
from secrets import token_hex
from typing import Any

from .log import REQUEST_ID
from .problems import MEDIA_TYPE, problem_body

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

#: Where the number of commits that an answer shows stands in the WSGI environment, if it is told.
VERSION = "facts.version"
_HARMLESS = re.compile(r"[A-Za-z0-9._-]{8,64}")

#: Readable by scripts of other sites.
EXPOSED = (
    "Accept, Accept-Patch, Allow, Content-Location, ETag, Facts-Version, Idempotency-Replayed, "
    "Last-Modified, Link, Location, Memento-Datetime, Retry-After, Vary, WWW-Authenticate, X-Request-Id"
)
_LEAVE = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", EXPOSED)]
#: What a browser may send from anywhere; `*`, which not all know, is whatever else but a key.
_SAFE = (
    "Accept, Accept-Datetime, Accept-Language, Cache-Control, Content-Type, Facts-Min-Version, If-Match, "
    "If-Modified-Since, If-None-Match, If-Unmodified-Since, Pragma, Prefer, Range, If-Range, traceparent, "
    "tracestate, X-Request-Id, X-Requested-With, *"
)
_METHODS = "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"
#: A Host field (RFC 9112 §3.2, RFC 3986 §3.2.2); several of them arrive joined by a comma.
_HOST = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+;=%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")


def _preflight(methods: str, headers: str) -> list[tuple[str, str]]:
    """What a browser asks before a request with headers of its own (Fetch standard)."""
    return [
        *_LEAVE,
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", headers),
        ("Access-Control-Max-Age", "86400"),
    ]


_READING = _preflight("GET, HEAD, OPTIONS, POST", _SAFE)
_WRITING = _preflight(_METHODS, f"Authorization, Idempotency-Key, {_SAFE}")


def with_common_headers(app: WsgiApp, write_origins: frozenset[str] = frozenset()) -> WsgiApp:
    """The application, with an id for each request and CORS headers on each answer.

    Every site may read, and `POST /v1/check` and `/v1/locate`; only `write_origins` may send an API key from
    a browser.
    """

    def call(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request_id = environ[REQUEST_ID] = id_of_request(environ.get("HTTP_X_REQUEST_ID"))

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            headers.append(("X-Request-Id", request_id))
            if VERSION in environ:
                headers.append(("Facts-Version", str(environ[VERSION])))
            if "HTTP_ORIGIN" in environ:
                headers += _leave_for(environ, write_origins)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        if not _names_its_host(environ):
            return _refused(request_id, start)
        if environ["PATH_INFO"] == "*":
            # OPTIONS of the service as a whole (RFC 9110 §9.3.7); no other request has this address.
            start("204 No Content", [("Allow", _METHODS)])
            return []
        return app(environ, start)

    return call


def id_of_request(given: str | None) -> str:
    """The id that a client gave its request, where it is harmless; else a new one."""
    return given if given and _HARMLESS.fullmatch(given) else token_hex(8)


def _names_its_host(environ: Environ) -> bool:
    """Whether a request says which host it is for, once, as HTTP/1.1 has it."""
    host = environ.get("HTTP_HOST")
    if host is None:
        return bool(environ["SERVER_PROTOCOL"] == "HTTP/1.0")
    return _HOST.fullmatch(host) is not None


def _refused(request_id: str, start: StartResponse) -> Iterable[bytes]:
    detail = "a request of HTTP/1.1 has one Host field, with the host that it is for (RFC 9112 §3.2)"
    body = problem_body("invalid-request", detail, request_id=request_id)
    headers = [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(body)))]
    start("400 Bad Request", [*headers, ("Cache-Control", "no-cache"), ("Content-Language", "en")])
    return [body]


def _leave_for(environ: Environ, write_origins: frozenset[str]) -> list[tuple[str, str]]:
    if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" not in environ:
        return _LEAVE
    return _WRITING if environ["HTTP_ORIGIN"] in write_origins else _READING
