"""What a request asks, read strictly: query strings and accepted media types."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from flask import request
from werkzeug.datastructures import Accept, MIMEAccept
from werkzeug.http import parse_accept_header

from schemas.query import Parameter, Query, QueryError, QueryFault, read_query

from .problems import Problem

_BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
#: Characters of `Accept` and `Accept-Language`: what one field may hold.
LONGEST_PREFERENCES = 8190
_Kind = TypeVar("_Kind", bound=Accept)
#: What may stand in a query as it is and is easier read so (RFC 3986 §3.4): lists, intervals, `seq:1`.
_LEGIBLE = ",:/"


def query_of_request(parameters: Mapping[str, Parameter]) -> Query:
    """The request's query as these parameters understand it.

    Raises QueryError with every fault.
    """
    return read_query(_pairs(request.environ.get("QUERY_STRING", "")), parameters)


def query_string(**instead: str | None) -> str:
    """The request's query, encoded anew, with other values of some parameters; None leaves one out.

    What a client sent unencoded could end a header's quotation or be read as another character set.
    """
    return _encoded(request.environ.get("QUERY_STRING", ""), **instead)


@lru_cache(maxsize=256)
def _encoded(query: str, **instead: str | None) -> str:
    # A page has its next address in three places, its tag among them.
    asked_for = _pairs(query)
    kept = [(name, text) for name, text in asked_for if name not in instead]
    added = [(name, text) for name, text in instead.items() if text is not None]
    return urlencode([*kept, *added], quote_via=quote, safe=_LEGIBLE)


def _pairs(text: str) -> list[tuple[str, str]]:
    if not text:
        return []
    if broken := _BROKEN_ESCAPE.search(text):
        where = f"position {broken.start()} of the query string"
        fault = f"the % at {where} is not followed by two hexadecimal digits"
        raise QueryError([QueryFault("", fault)])
    try:
        return parse_qsl(
            text.encode("latin-1").decode(),
            keep_blank_values=True,
            errors="strict",
        )
    except UnicodeDecodeError:
        raise QueryError([QueryFault("", "the query string is not percent-encoded UTF-8")]) from None


def preferences(header: str, kind: type[_Kind]) -> _Kind:
    """What `Accept` or a header of its family prefers.

    Raises a 431 problem for one that is longer than a field may be: the server joins a hundred of them.
    """
    return parse_accept_header(header_of_preferences(header), kind)


def header_of_preferences(header: str) -> str:
    """The text of such a header; raises as `preferences` does."""
    value = request.headers.get(header, "")
    if len(value) > LONGEST_PREFERENCES:
        fault = f"{header} has {len(value)} characters; at most {LONGEST_PREFERENCES} are read"
        raise Problem("headers-too-large", fault)
    return value


def require_acceptable(offered: Sequence[str]) -> str:
    """The media type to answer with: the first that the client takes.

    Raises a 406 problem where it takes none.
    """
    header = request.environ.get("HTTP_ACCEPT")
    if header is None or header in ("*/*", offered[0]):
        return offered[0]
    # Parameters such as `charset` or `profile` ask for what a media type is here in any case, or cannot be.
    accepted = [(taken.partition(";")[0].strip(), q) for taken, q in preferences("Accept", MIMEAccept)]
    best = MIMEAccept(accepted).best_match(offered)
    if best is None:
        raise Problem(
            "not-acceptable", f"this is served as {' or '.join(offered)}, which Accept does not take"
        )
    return best
