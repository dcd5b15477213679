"""Preconditions (RFC 9110 §13), Idempotency-Key and Authorization as a request states them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from flask import request
from werkzeug.http import parse_date

from .problems import Problem

#: A member of a list of entity tags; a list may have empty ones (RFC 9110 §5.6.1).
_MEMBER = re.compile(r'[ \t]*(?:(W/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,|\Z)')
_ENCODED = re.compile(r"-(?:zstd|br|gzip)$")
#: 1 to 255 printable ASCII characters, bare or quoted.
IDEMPOTENCY_KEY = r'^([!-~]{1,255}|"[ -~]{1,253}")$'
_KEY = re.compile(IDEMPOTENCY_KEY[1:-1])
_NO_LIST = 'If-Match is not a list of entity tags such as "5d41402a"'


# Reads

_PRECONDITIONS = frozenset(
    f"HTTP_IF_{name}" for name in ("MATCH", "NONE_MATCH", "MODIFIED_SINCE", "UNMODIFIED_SINCE")
)


def is_current(etag: str, updated: str | None) -> bool:
    """Whether who reads has this state already, in the order of RFC 9110 §13.2.2.

    `etag`: a strong tag; `updated`: RFC 3339, None where the answer has no time of its own. Raises a 412
    problem where another state was asked for.
    """
    environ = request.environ
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or _PRECONDITIONS.isdisjoint(environ):
        return False
    _require_wanted(etag, updated)
    if (tags := environ.get("HTTP_IF_NONE_MATCH")) is not None:
        return tags == etag or tags.strip() == "*" or etag in _weakly(entity_tags(tags) or ())
    since = _date("HTTP_IF_MODIFIED_SINCE") if updated is not None else None
    return since is not None and _unchanged_since(since, str(updated))


def _require_wanted(etag: str, updated: str | None) -> None:
    """Raise a 412 problem unless If-Match, or without it If-Unmodified-Since, lets this state pass."""
    environ = request.environ
    if (header := environ.get("HTTP_IF_MATCH")) is not None:
        if header.strip() != "*" and etag not in _required_tags(header):
            raise Problem("precondition-failed", f"If-Match does not name {etag}", current={"etag": etag})
    elif updated is not None and (since := _date("HTTP_IF_UNMODIFIED_SINCE")) and since < _second(updated):
        detail = "this has changed since the time of If-Unmodified-Since"
        raise Problem("precondition-failed", detail, current={"etag": etag})


def _unchanged_since(since: datetime, updated: str) -> bool:
    changed = _second(updated)
    # Within one second a date cannot tell two states apart (RFC 9110 §8.8.2.2).
    return changed <= since and datetime.now(UTC) - changed >= timedelta(seconds=2)


def _second(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(microsecond=0)


def _date(name: str) -> datetime | None:
    header = request.environ.get(name)
    return read_http_date(header) if header else None


def read_http_date(text: str) -> datetime | None:
    """A time in any of the three forms of an HTTP date (RFC 9110 §5.6.7), in UTC; None for anything else."""
    try:
        found = parse_date(text)
        return found.astimezone(UTC) if found else None
    except OverflowError:
        return None


#: How a request names the least state that it may be shown, and where the WSGI environment has that.
LEAST_VERSION = "HTTP_FACTS_MIN_VERSION"
#: The greatest number that is understood.
MOST_VERSIONS = 10**18 - 1
_VERSION = re.compile(rb"[0-9]{1,18}")


def read_version(header: bytes) -> int | None:
    """A number of commits as headers have it, or None."""
    return int(header) if _VERSION.fullmatch(header) else None


def least_version() -> int | None:
    """The number of commits that an answer must show, by Facts-Min-Version; None without one. Raises a 400
    problem for anything but a number."""
    header = request.environ.get(LEAST_VERSION)
    if header is None:
        return None
    if (version := read_version(header.encode("latin-1"))) is None:
        raise Problem("invalid-request", "Facts-Min-Version takes the number of a Facts-Version, such as 280")
    return version


# Writes


def if_match() -> tuple[str, ...] | None:
    """The entity tags of which one must be the record's, quoted; None without If-Match.

    Weak tags are among them, for a message: they never match (RFC 9110 §13.1.1: strong comparison). What
    If-None-Match rules out is not. Raises a 400 problem for `*`, which would lose what others wrote.
    """
    header = request.headers.get("If-Match")
    if header is None:
        return None
    if header.strip() == "*":
        raise Problem("invalid-request", "If-Match: * would overwrite unseen changes; send an entity tag")
    wanted, unwanted = _required_tags(header), request.headers.get("If-None-Match", "")
    if unwanted.strip() == "*":
        return ()
    return tuple(tag for tag in wanted if tag not in _weakly(entity_tags(unwanted) or ()))


def names_no_state() -> bool:
    """Whether If-Match is missing, or `*`."""
    return request.headers.get("If-Match", "*").strip() == "*"


def wants_creation() -> bool:
    """Whether `If-None-Match: *` asks for creating and nothing else."""
    return "If-Match" not in request.headers and request.headers.get("If-None-Match", "").strip() == "*"


def _required_tags(header: str) -> tuple[str, ...]:
    tags = entity_tags(header)
    if tags is None:
        raise Problem("invalid-request", _NO_LIST)
    return tags


def entity_tags(header: str) -> tuple[str, ...] | None:
    """The tags of a list, weak ones with `W/`, without the suffix of an encoding; None for no list."""
    found, at = [], 0
    while at < len(header):
        member = _MEMBER.match(header, at)
        if member is None:
            return None
        if member[2] is not None:
            found.append(f'{member[1] or ""}"{_ENCODED.sub("", member[2])}"')
        at = member.end()
    return tuple(found)


def _weakly(tags: Iterable[str]) -> set[str]:
    """Tags as the weak comparison of If-None-Match sees them (RFC 9110 §8.8.3.2)."""
    return {tag.removeprefix("W/") for tag in tags}


# Keys


def idempotency_key() -> str | None:
    """The Idempotency-Key, quoted or bare; None without one. Raises a 400 problem for anything else."""
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    if not _KEY.fullmatch(header.strip()):
        raise Problem("invalid-request", "Idempotency-Key takes 1 to 255 printable ASCII characters")
    return header.strip().strip('"')


def challenge(**said: str) -> dict[str, str]:
    """What a key is asked for with; `said`: what was wrong with the one sent (RFC 6750 §3)."""
    members = [f'{name}="{text}"' for name, text in {"realm": "facts", **said}.items()]
    return {"WWW-Authenticate": f"Bearer {', '.join(members)}"}


def bearer() -> str | None:
    """The API key of the request; None without one. Raises a 401 problem for another scheme."""
    header = request.environ.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    scheme, _, key = header.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise unauthorized("Authorization takes an API key: Bearer facts_…")
    return str(key.strip())


def unauthorized(detail: str, **said: str) -> Problem:
    """A 401 problem with its challenge."""
    return Problem("unauthorized", detail, headers=challenge(**said))
