"""Headers that every answer carries: the request's id, and leave for scripts of other sites.

A WSGI wrapper rather than Flask hooks: flask-cors and an `after_request` cost 30 µs of the 60 that a read of
one record takes beyond a constant (measured in process); appending to the header list costs 2.
"""

import re
from collections.abc import Callable, Iterable
from secrets import token_hex
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

#: Where the request's id stands in the WSGI environment.
REQUEST_ID = "facts.request_id"
_HARMLESS = re.compile(r"[A-Za-z0-9._-]{8,64}")

#: Readable by scripts of other sites.
EXPOSED = "Allow, Content-Location, ETag, Last-Modified, Link, Location, Retry-After, X-Request-Id"
_LEAVE = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", EXPOSED)]
_SAFE = "Accept, Accept-Datetime, Accept-Language, Content-Type, If-None-Match, X-Request-Id"


def _preflight(methods: str, headers: str) -> list[tuple[str, str]]:
    """What a browser asks before a request with headers of its own (Fetch standard)."""
    return [
        *_LEAVE,
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", headers),
        ("Access-Control-Max-Age", "86400"),
    ]


_READING = _preflight("GET, HEAD, OPTIONS, POST", _SAFE)
_WRITING = _preflight(
    "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE", f"{_SAFE}, Authorization, Idempotency-Key, If-Match"
)


def with_common_headers(app: WsgiApp, write_origins: frozenset[str] = frozenset()) -> WsgiApp:
    """The application, with an id for each request and CORS headers on each answer.

    Every site may read, and `POST /v1/check` and `/v1/locate`; only `write_origins` may send an API key from
    a browser.
    """

    def call(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID")
        request_id = given if given and _HARMLESS.fullmatch(given) else token_hex(8)
        environ[REQUEST_ID] = request_id

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            headers.append(("X-Request-Id", request_id))
            if "HTTP_ORIGIN" in environ:
                headers += _leave_for(environ, write_origins)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return app(environ, start)

    return call


def _leave_for(environ: Environ, write_origins: frozenset[str]) -> list[tuple[str, str]]:
    if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" not in environ:
        return _LEAVE
    return _WRITING if environ["HTTP_ORIGIN"] in write_origins else _READING
