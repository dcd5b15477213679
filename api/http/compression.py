"""Content codings (RFC 9110 §8.4): zstd, br and gzip for answers, gzip and zstd for request bodies.

Levels are those after which time grows faster than bytes shrink. 200 claims, 341 kB, take of processor time:
zstd 3: 0.7 ms for 32 kB (6: 3.4, 27); br 4: 2.2 for 30 (5: 3.3, 26); gzip 5: 3.7 for 39 (6: 5.0, 37).
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

import brotli
import zstandard
from werkzeug.http import parse_accept_header

from .middleware import Environ, StartResponse, WsgiApp
from .streaming import STREAMED

#: Smaller bodies do not gain what the header fields cost.
LEAST_BYTES = 1_000
#: Memory that reading a body may take (RFC 9659 has 8 MB for zstd on the web).
_LARGEST_WINDOW = 2**23


def _gzip(body: bytes) -> bytes:
    return zlib.compress(body, 5, wbits=31)


def _br(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=4))


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(body)


class Coder(NamedTuple):
    """What codes a stream: the bytes that follow from `more` of it, and those at its `end`."""

    more: Callable[[bytes], bytes]
    end: Callable[[], bytes]


def _gzip_coder() -> Coder:
    coder = zlib.compressobj(5, wbits=31)
    return Coder(coder.compress, coder.flush)


def _br_coder() -> Coder:
    coder = brotli.Compressor(quality=4)
    return Coder(coder.process, coder.finish)


def _zstd_coder() -> Coder:
    coder = zstandard.ZstdCompressor(level=3).compressobj()
    return Coder(coder.compress, coder.flush)


#: The same for streams.
CODERS: dict[str, Callable[[], Coder]] = {"zstd": _zstd_coder, "br": _br_coder, "gzip": _gzip_coder}
#: What answers are written in, the quickest first: it is taken where a client has no preference.
CODINGS: dict[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "br": _br, "gzip": _gzip}


@lru_cache(maxsize=1024)
def coding_for(accepted: str) -> str | None:
    """The coding for an Accept-Encoding field; None to leave the body as it is."""
    qualities = {name.lower(): quality for name, quality in parse_accept_header(accepted)}
    rest = qualities.get("*", 0)
    best = max(CODINGS, key=lambda name: qualities.get(name, rest))
    quality = qualities.get(best, rest)
    # Unless it is named, as it is is as good as any coding.
    return best if quality > 0 and quality >= qualities.get("identity", 0) else None


def compressed(app: WsgiApp) -> WsgiApp:
    """The application, with answers in the coding that the client prefers.

    The entity tag carries the coding's name, since the bytes are others; comparison passes over it.
    """

    def call(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if coding is None:
            return app(environ, start_response)
        begun: list[Any] = []
        # HEAD is answered with the fields of GET (RFC 9110 §9.3.2), so its body has to be made.
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        asked = {**environ, "REQUEST_METHOD": "GET"} if is_head else environ
        parts = app(asked, lambda *told: begun.extend(told))
        status, headers = begun[:2]
        if STREAMED in asked:
            _say_coding(coding, headers, _coded_tag(coding, headers))
            start_response(status, headers)
            coded = _CodedParts(parts, CODERS[coding]())
            if is_head:
                coded.close()
                return []
            environ[STREAMED] = True
            return coded
        body = _whole(parts)
        body = _coded(coding, status, headers, body, environ.get("HTTP_IF_NONE_MATCH", ""))
        start_response(status, headers)
        return [] if is_head else [body]

    return call


class _CodedParts:
    """The parts of a stream in a coding."""

    def __init__(self, parts: Iterable[bytes], coder: Coder) -> None:
        self._parts, self._coder = parts, coder

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            if coded := self._coder.more(part):
                yield coded
        yield self._coder.end()

    def close(self) -> None:
        """Let go of what is coded; called by the server."""
        self._parts.close()  # type: ignore[attr-defined]  # streams have it


def _whole(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()


def _coded(coding: str, status: str, headers: list[tuple[str, str]], body: bytes, known: str) -> bytes:
    """The body in a coding, and its header fields changed in place."""
    coded_tag = _coded_tag(coding, headers)
    if status.startswith("304"):
        if coded_tag and coded_tag in known:
            _replace(headers, "ETag", coded_tag)
        return body
    if len(body) < LEAST_BYTES:
        return body
    coded = CODINGS[coding](body)
    _replace(headers, "Content-Length", str(len(coded)))
    _say_coding(coding, headers, coded_tag)
    return coded


def _coded_tag(coding: str, headers: list[tuple[str, str]]) -> str | None:
    tag = next((text for name, text in headers if name == "ETag"), None)
    return f'{tag[:-1]}-{coding}"' if tag else None


def _say_coding(coding: str, headers: list[tuple[str, str]], coded_tag: str | None) -> None:
    """Tell of the coding, in place."""
    headers.append(("Content-Encoding", coding))
    if coded_tag:
        _replace(headers, "ETag", coded_tag)
    if not any(name == "Vary" and "Accept-Encoding" in text for name, text in headers):
        headers.append(("Vary", "Accept-Encoding"))


def _replace(headers: list[tuple[str, str]], name: str, text: str) -> None:
    headers[:] = [(given, text if given == name else old) for given, old in headers]


class UnreadableCoding(ValueError):
    """A body is not what its Content-Encoding says; the message says how."""


class TooManyBytes(ValueError):
    """A body has more bytes than it may, once it is decoded."""


def decoded(body: bytes, coding: str, most: int) -> bytes:
    """A request's body without its coding, `gzip` or `zstd`.

    Raises UnreadableCoding; TooManyBytes for more than `most`, of which no more are made.
    """
    try:
        return _READERS[coding](body, most)
    except (zlib.error, zstandard.ZstdError) as error:
        raise UnreadableCoding(f"the body is not {coding}: {error}") from None


def _from_gzip(body: bytes, most: int) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    found = reader.decompress(body, most + 1)
    if len(found) > most:
        raise TooManyBytes
    if not reader.eof or reader.unused_data:
        raise UnreadableCoding("the body ends before its gzip does, or goes on after it")
    return found


def _from_zstd(body: bytes, most: int) -> bytes:
    decompressor = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    # The one reader stops at a size, the other tells whether the body ends where it should.
    if len(decompressor.stream_reader(BytesIO(body)).read(most + 1)) > most:
        raise TooManyBytes
    reader = decompressor.decompressobj()
    found = reader.decompress(body)
    if not reader.eof or reader.unused_data:
        raise UnreadableCoding("the body ends before its zstd does, or goes on after it")
    return found


_READERS = {"gzip": _from_gzip, "zstd": _from_zstd}
#: Request bodies are read in these codings.
READ_CODINGS = tuple(_READERS)
