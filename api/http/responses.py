"""Answers with validators: entity tags, 304, and the headers that every answer carries."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response, current_app, request
from werkzeug.datastructures import Headers

from .conditions import is_current

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

JSON = "application/json"
#: Store it, but ask again before each use: an entity tag makes that one cheap round trip.
REVALIDATE = "no-cache"
#: What never changes, but may be taken out because the law requires it.
LASTING = "public, max-age=86400"
#: What is of one moment.
PASSING = "no-store"
#: What is answered to a key may hold drafts: it belongs in no shared cache.
PRIVATE = "private, no-store"
#: Request headers that can change any answer: drafts, leave for other sites, the coding.
VARY = "Authorization, Origin, Accept-Encoding"


class Ready(Response):
    """A 200 with bytes and header fields as they are to be sent."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """The header fields; called by Werkzeug, which else copies them and looks through all."""
        return self.headers


def answer(
    body: bytes,
    etag: str,
    *,
    updated: str | None = None,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
    vary: str = VARY,
    storing: str = REVALIDATE,
) -> Response:
    """A 200 with these bytes, or a 304 where the client has them already.

    `etag`: a strong tag with its quotes. `updated`: RFC 3339 with microseconds.
    `storing`: Cache-Control where no key was sent.
    """
    storing = PRIVATE if "HTTP_AUTHORIZATION" in request.environ else storing
    carried: list[tuple[str, str]] = [("ETag", etag), ("Cache-Control", storing), ("Vary", vary)]
    if updated is not None:
        carried.append(("Last-Modified", http_date(updated)))
    if headers:
        carried += headers.items()
    if is_current(etag, updated):
        return Response(status=304, headers=carried)
    carried += [("Content-Type", media_type), ("Content-Length", str(len(body)))]
    return Ready(body, 200, carried)


@lru_cache(maxsize=4096)
def http_date(moment: str) -> str:
    """An RFC 3339 time as an HTTP date, cut to its second."""
    return format_datetime(datetime.fromisoformat(moment).replace(tzinfo=UTC), usegmt=True)


def empty_response(status: int, **headers: str) -> Response:
    """An answer without a body, which then has no media type."""
    response = Response(status=status, headers={n.replace("_", "-"): text for n, text in headers.items()})
    del response.headers["Content-Type"]
    return response


def public_base() -> str:
    """Where the service is reached: its public address, else as this request reached it."""
    return current_app.config["BASE_URL"] or request.host_url.rstrip("/")


def link(address: str, **attributes: str) -> str:
    """A link of the `Link` field (RFC 8288), absolute where the public address is known."""
    target = f"{current_app.config['BASE_URL']}{address}"
    return "; ".join([f"<{target}>", *(f'{name}="{value}"' for name, value in attributes.items())])


def tag_of(parts: Iterable[bytes]) -> str:
    """A strong entity tag over parts that determine an answer."""
    digest = sha256(b"\0".join(parts))
    digest.update(b"\0")
    return f'"{digest.hexdigest()[:32]}"'


def json_answer(document: Any, **more: Any) -> Response:
    """A document as JSON, tagged by its bytes."""
    body = orjson.dumps(document)
    return answer(body, tag_of([body]), **more)


def envelope(members: Sequence[bytes], head: dict[str, Any]) -> bytes:
    """`{"data": […], …}` from members that are JSON already; nothing is parsed."""
    rest = orjson.dumps(head)
    return b'{"data":[' + b",".join(members) + b"]," + rest[1:]
