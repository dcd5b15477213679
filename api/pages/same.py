"""Addresses of pages without what a page does not know: all of them are one answer to the cache."""

from collections.abc import Callable, Iterable
from urllib.parse import unquote_to_bytes

from .page import Page

Address = Callable[[bytes], bytes]


def same_address(pages: Iterable[Page]) -> Address:
    """A function from the target of a request to that without parameters that its page ignores."""
    known = {_kind(page.path.encode()): _names(page) for page in pages}

    def same(target: bytes) -> bytes:
        if b"?" not in target or target.startswith(b"/v1/"):
            return target
        path, _, query = target.partition(b"?")
        if (names := known.get(_kind(path))) is None:
            return target
        kept = [pair for pair in query.split(b"&") if _is_known(pair, names)]
        return path + b"?" + b"&".join(kept) if kept else path

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
