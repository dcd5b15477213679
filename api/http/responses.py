"""Answers with validators: entity tags, 304, and the headers that every answer carries."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson
from flask import Response, request

JSON = "application/json"
#: Store it, but ask again before each use: an entity tag makes that one cheap round trip.
REVALIDATE = "no-cache"
#: What is answered to a key may hold drafts: it belongs in no shared cache.
PRIVATE = "private, no-store"
#: Request headers that can change any answer: its form, drafts, leave for other sites.
VARY = "Accept, Authorization, Origin"


def answer(
    body: bytes,
    etag: str,
    *,
    updated: str | None = None,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
    vary: str = VARY,
) -> Response:
    """A 200 with these bytes, or a 304 where the client has them already.

    `etag`: a strong tag with its quotes. `updated`: RFC 3339 with microseconds.
    """
    storing = PRIVATE if "HTTP_AUTHORIZATION" in request.environ else REVALIDATE
    carried: list[tuple[str, str]] = [("ETag", etag), ("Cache-Control", storing), ("Vary", vary)]
    if updated is not None:
        carried.append(("Last-Modified", http_date(updated)))
    if headers:
        carried += headers.items()
    if _is_current(etag, updated):
        return Response(status=304, headers=carried)
    carried.append(("Content-Type", media_type))
    return Response(body, 200, carried)


def _is_current(etag: str, updated: str | None) -> bool:
    """RFC 9110 §13.2.2: If-None-Match decides where it stands, else If-Modified-Since."""
    environ = request.environ
    if (tags := environ.get("HTTP_IF_NONE_MATCH")) is not None:
        return etag in tags or tags.strip() == "*"
    if updated is None or (since := environ.get("HTTP_IF_MODIFIED_SINCE")) is None:
        return False
    return _unchanged_since(since, updated)


def _unchanged_since(since: str, updated: str) -> bool:
    try:
        asked = parsedate_to_datetime(since)
    except (ValueError, TypeError, OverflowError):
        return False
    changed = datetime.fromisoformat(updated).replace(microsecond=0)
    # Within one second a date cannot tell two states apart (RFC 9110 §8.8.2.2).
    fresh = (datetime.now(UTC) - changed).total_seconds() < 2
    return not fresh and asked.tzinfo is not None and changed <= asked


@lru_cache(maxsize=4096)
def http_date(moment: str) -> str:
    """An RFC 3339 time as an HTTP date, cut to its second."""
    return format_datetime(datetime.fromisoformat(moment).replace(tzinfo=UTC), usegmt=True)


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
