"""Which requests for pages are one answer to the cache: a page does not look at all that it is sent."""

from collections.abc import Callable, Iterable
from urllib.parse import unquote_to_bytes

from .page import Page

#: The target of a request -> the same without what changes nothing, and request headers that change nothing.
Same = Callable[[bytes], tuple[bytes, frozenset[bytes]]]
_NOTHING: frozenset[bytes] = frozenset()
#: What browsers send with everything: a page is HTML and in one language whatever it says.
_UNREAD = frozenset({b"accept", b"accept-language"})


def same_answer(pages: Iterable[Page]) -> Same:
    """What of a request for one of these pages makes its answer."""
    known = {_kind(page.path.encode()): _names(page) for page in pages}

    def same(target: bytes) -> tuple[bytes, frozenset[bytes]]:
        if target.startswith(b"/v1/"):
            return target, _NOTHING
        path, _, query = target.partition(b"?")
        if (names := known.get(_kind(path))) is None:
            return target, _NOTHING
        kept = [pair for pair in query.split(b"&") if _is_known(pair, names)]
        # Whose names are shown in which language is asked of Accept-Language, with this parameter alone.
        unread = _NOTHING if any(b"perspective" in unquote_to_bytes(pair) for pair in kept) else _UNREAD
        return path + b"?" + b"&".join(kept) if kept else path, unread

    return same


def _names(page: Page) -> frozenset[bytes]:
    return frozenset(name.encode() for name in page.parameters)


def _kind(path: bytes) -> tuple[int, bytes]:
    """Which page an address leads to: how many parts it has, and the first."""
    parts = path.split(b"/")
    return len(parts), parts[1] if len(parts) > 1 else b""


def _is_known(pair: bytes, names: frozenset[bytes]) -> bool:
    name, _, value = pair.partition(b"=")
    return bool(value) and unquote_to_bytes(name.replace(b"+", b" ")) in names
