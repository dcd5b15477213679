"""Answers to anonymous reads, kept in front of the application for as long as the database is unchanged.

Each process has its own. Whether it still holds is asked of the database at each request, so that no request
that began after a write was acknowledged, by whichever process, is answered with the state before it.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote_to_bytes

from .compression import coding_for
from .conditions import read_version
from .middleware import id_of_request

#: Request headers that may change an answer.
KEYED = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"host",
        b"origin",
        b"x-forwarded-proto",
        b"x-forwarded-protocol",
        b"x-forwarded-ssl",
    }
)
#: Request headers with which a request is none for the cache.
PASSED_BY = frozenset(
    {
        b"accept-datetime",
        b"access-control-request-method",
        b"authorization",
        b"content-length",
        b"expect",
        b"if-match",
        b"if-modified-since",
        b"if-unmodified-since",
        b"path_info",
        b"script_name",
        b"transfer-encoding",
        b"upgrade",
    }
)
#: How many commits an answer must show at least.
_LEAST = b"facts-min-version"
#: Request headers that say which answer will do, and make no other.
ASIDE = frozenset({b"if-none-match", b"x-request-id", _LEAST})
#: What is in the address of a request that waits for something new: each waits by itself.
_WAITING = b"wait="
#: Response headers that belong to one answer.
_OF_ONE_ANSWER = (b"date:", b"connection:", b"x-request-id:")
#: What an entry takes beside its bytes: objects and the place in a dictionary.
_OVERHEAD = 600

Key = tuple[Any, ...]
#: What of a header makes an answer; None where nothing of it does.
Reading = Callable[[bytes], bytes | None]
#: The target of a request -> the same without what changes nothing in its answer, and how headers are read
#: there, by name; others make the answer as they are.
Same = Callable[[bytes], tuple[bytes, Mapping[bytes, Reading]]]


class Asked(NamedTuple):
    """What a request asks for: `key` says what varies the answer, `tags` are If-None-Match's, `least` is how
    many commits it must show."""

    key: Key
    tags: bytes | None
    is_head: bool
    id: bytes | None
    least: int


class Entry(NamedTuple):
    """An answer without what belongs to one request; `tag` is its entity tag without quotes and suffix."""

    head: bytes
    body: bytes
    tag: bytes


class Version(Protocol):
    """Tells which commits the database shows."""

    def __call__(self) -> Any:
        """A value that is another after each commit; None while it cannot be read."""

    def number(self) -> int:
        """How many commits are shown; 0 while it cannot be read."""


class Cache:
    """At most `most_bytes` of answers; those that were asked for longest ago go first.

    `staleness`: seconds for which what was kept is served without asking the database. Used in one thread.
    """

    def __init__(self, most_bytes: int, version: Version, staleness: float = 0.0) -> None:
        self._most_bytes, self._read_version, self._staleness = most_bytes, version, staleness
        self.version: Any = None
        #: How many commits what is kept shows at least.
        self._number = 0
        #: Until when the database need not be asked, and from when on it need not be asked each time.
        self._fresh_until = self._doubted_until = 0.0
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._leaders: dict[Key, list[Callable[[], None]]] = {}
        self.bytes = self.hits = self.misses = 0

    def refresh(self) -> None:
        """Forget everything where the database has changed."""
        if self._staleness:
            # From before it is asked.
            self._fresh_until = time.monotonic() + self._staleness
        version = self._read_version()
        if version is None or version != self.version:
            self._entries.clear()
            self.version, self.bytes, self._number = version or object(), 0, 0
            self._doubted_until = 0.0

    def look(self) -> None:
        """Refresh where it is time to."""
        if self._staleness:
            now = time.monotonic()
            if self._doubted_until <= now < self._fresh_until:
                return
        self.refresh()

    def doubt(self) -> None:
        """Ask at each request, for as long as nothing else would be noticed: something was committed, which
        may be shown in a moment."""
        self._doubted_until = time.monotonic() + self._staleness

    def _shows(self, least: int) -> bool:
        """Whether what is kept shows so many commits."""
        if least > self._number:
            number, version = self._read_version.number(), self.version
            # The number was read before: what is kept has not changed since.
            self.refresh()
            if version is self.version:
                self._number = number
        return least <= self._number

    def find(self, asked: Asked) -> Entry | None:
        """The answer, where it is known and still holds."""
        self.look()
        found = self._known(asked) if not asked.least or self._shows(asked.least) else None
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
        return found

    def _known(self, asked: Asked) -> Entry | None:
        key = asked.key
        if asked.tags is not None:
            if unchanged := self._entries.get((asked.tags, *key)):
                self._entries.move_to_end((asked.tags, *key))
                return unchanged
            entry = self._entries.get(key)
            # Whether a list of tags names this one is for the application to say.
            if entry is None or entry.tag in asked.tags or b"*" in asked.tags:
                return None
        elif (entry := self._entries.get(key)) is None:
            return None
        self._entries.move_to_end(key)
        return entry

    def keep(self, asked: Asked, answer: bytes, version: Any) -> None:
        """Keep an answer that was made when the database had this version, if it still has."""
        self.look()
        if asked.is_head or version != self.version:
            return
        entry = _entry(answer)
        key = asked.key if answer[9:12] == b"200" else (asked.tags, *asked.key)
        if entry is None or key in self._entries:
            return
        size = _size(entry)
        if size > self._most_bytes // 8:
            return
        self._entries[key] = entry
        self.bytes += size
        while self.bytes > self._most_bytes:
            self.bytes -= _size(self._entries.popitem(last=False)[1])

    # One request asks the application for what many want.

    def leads(self, asked: Asked, otherwise: Callable[[], None]) -> bool:
        """Whether nobody else is being answered the same; else `otherwise` is called when they were."""
        followers = self._leaders.setdefault((asked.tags, asked.is_head, *asked.key), [])
        followers.append(otherwise)
        return len(followers) == 1

    def landed(self, asked: Asked) -> None:
        """Let those go on who waited for the same answer."""
        for follower in self._leaders.pop((asked.tags, asked.is_head, *asked.key), [])[1:]:
            follower()


def asked_of(parser: Any, same: Same) -> Asked | None:
    """What the cache could answer of a request without a body; None where it must not.

    `same`: the target of a request without what changes nothing in its answer, and how its answer reads
    headers.
    """
    method = parser.method
    if method not in (b"GET", b"HEAD") or parser.http_version != (1, 1) or not parser.should_keep_alive:
        return None
    target, reading = same(parser.path)
    if _WAITING in unquote_to_bytes(target):
        return None
    varying: list[Any] = [target]
    aside: dict[bytes, bytes] = {}
    for name, value in parser.asgi_headers:
        if name == b"accept-encoding":
            # Many ways of asking, and four answers.
            if coding := coding_for(value.decode("latin-1")):
                varying.append(coding)
        elif name in KEYED and name not in reading:
            varying += (name, value)
        elif name in PASSED_BY:
            return None
        elif name in ASIDE:
            aside[name] = aside[name] + b"," + value if name in aside else value
    varying += _read(parser.asgi_headers, reading)
    key, is_head = tuple(varying), method == b"HEAD"
    return _asked(key, is_head, aside) if aside else Asked(key, None, is_head, None, 0)


def _asked(key: Key, is_head: bool, aside: Mapping[bytes, bytes]) -> Asked | None:
    """The same with what was said beside the key; None where that cannot be read."""
    least = read_version(aside.get(_LEAST, b"0"))
    if least is None:
        return None
    return Asked(key, aside.get(b"if-none-match"), is_head, aside.get(b"x-request-id"), least)


def _read(headers: Sequence[tuple[bytes, bytes]], reading: Mapping[bytes, Reading]) -> list[bytes]:
    """What of the headers that are read makes the answer, each behind its name."""
    found: list[bytes] = []
    for name, read in reading.items():
        # A field that is sent in parts is one list (RFC 9110 §5.3).
        parts = [value for other, value in headers if other == name]
        if parts and (value := read(b",".join(parts))) is not None:
            found += (name, value)
    return found


def _entry(answer: bytes) -> Entry | None:
    """An answer as it can be kept: 200 or 304, whole, and with a tag; None for any other."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    if lines[0][9:12] not in (b"200", b"304") or b"no-store" in head:
        return None
    tags = [line for line in lines if line[:5].lower() == b"etag:"]
    if not tags or (body and b"\r\nContent-Length: %d\r\n" % len(body) not in head + b"\r\n"):
        return None
    kept = [line for line in lines if not line.lower().startswith(_OF_ONE_ANSWER)]
    tag = tags[0].split(b'"')[1].partition(b"-")[0]
    return Entry(b"\r\n".join([*kept, b"Connection: keep-alive"]), body, tag)


def _size(entry: Entry) -> int:
    return len(entry.head) + len(entry.body) + _OVERHEAD


def written(entry: Entry, asked: Asked) -> tuple[bytes, str]:
    """(an entry as the answer to one request, that request's id)."""
    request_id = id_of_request(asked.id.decode("latin-1") if asked.id else None)
    own = f"\r\nDate: {_date(int(time.time()))}\r\nX-Request-Id: {request_id}\r\n\r\n".encode()
    return entry.head + own if asked.is_head else entry.head + own + entry.body, request_id


_dates: tuple[int, str] = (0, "")


def _date(second: int) -> str:
    """The Date field's value, made once a second."""
    global _dates
    if _dates[0] != second:
        _dates = second, formatdate(second, usegmt=True)
    return _dates[1]
