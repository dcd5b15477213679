"""Which requests for pages are one answer to the cache: a page does not look at all that it is sent."""

from collections.abc import Collection, Iterable, Mapping
from urllib.parse import unquote_to_bytes

from api.http.cache import Reading, Same
from api.http.languages import LANG

from .language_choice import liked_by
from .page import Page


def _unread(_: bytes) -> None:
    """Nothing of a header is read."""


_AS_SENT: Mapping[bytes, Reading] = {}
#: How pages read what browsers send with everything. A page is HTML whatever they say. An address that names
#: a language is in it; another asks which of ours is liked, and with a perspective which of all.
_IN_ITS_LANGUAGE: Mapping[bytes, Reading] = {b"accept": _unread, b"accept-language": _unread}
_IN_THAT_LIKED: Mapping[bytes, Reading] = {b"accept": _unread, b"accept-language": liked_by}
_IN_NAMES_LIKED: Mapping[bytes, Reading] = {b"accept": _unread}


def same_answer(pages: Iterable[Page]) -> Same:
    """What of a request for one of these pages makes its answer."""
    known = {_kind(page.path.encode()): _names(page) for page in pages}

    def same(target: bytes) -> tuple[bytes, Mapping[bytes, Reading]]:
        if target.startswith(b"/v1/"):
            return target, _AS_SENT
        path, _, query = target.partition(b"?")
        if (names := known.get(_kind(path))) is None:
            return target, _AS_SENT
        kept = [pair for pair in query.split(b"&") if _is_known(pair, names)]
        return path + b"?" + b"&".join(kept) if kept else path, _reading({_name(pair) for pair in kept})

    return same


def _names(page: Page) -> frozenset[bytes]:
    return frozenset(name.encode() for name in page.known)


def _reading(given: Collection[bytes]) -> Mapping[bytes, Reading]:
    """How headers are read where these parameters are given."""
    if LANG.encode() in given:
        return _IN_ITS_LANGUAGE
    return _IN_NAMES_LIKED if b"perspective" in given else _IN_THAT_LIKED


def _kind(path: bytes) -> tuple[int, bytes]:
    """Which page an address leads to: how many parts it has, and the first."""
    parts = path.split(b"/")
    return len(parts), parts[1] if len(parts) > 1 else b""


def _is_known(pair: bytes, names: frozenset[bytes]) -> bool:
    """Whether a page looks at it: it knows the name, and the value is not blank."""
    return _name(pair) in names and bool(_text(pair.partition(b"=")[2]).decode("utf-8", "replace").strip())


def _name(pair: bytes) -> bytes:
    return _text(pair.partition(b"=")[0])


def _text(written: bytes) -> bytes:
    return unquote_to_bytes(written.replace(b"+", b" "))
