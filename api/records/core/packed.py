"""Bytes of past states are kept compressed: they are read seldom, and there are more of them than of the
present."""

from threading import local
from typing import Any

import zstandard
from peewee import DatabaseError

#: How what is compressed begins (RFC 8878); a record in JSON begins with a bracket.
_MAGIC = zstandard.MAGIC_NUMBER.to_bytes(4, "little")


class _Tools(local):
    """Neither is for two threads at once, and both are dear to make."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=3)
        self.decompressor = zstandard.ZstdDecompressor()


_TOOLS = _Tools()


def packed(body: bytes) -> bytes:
    """A record's bytes as past states are kept."""
    return _TOOLS.compressor.compress(body)


def plain(kept: Any) -> Any:
    """What was kept as it was; older versions kept it uncompressed.

    Raises DatabaseError where it is damaged.
    """
    if not isinstance(kept, bytes) or not kept.startswith(_MAGIC):
        return kept
    try:
        return _TOOLS.decompressor.decompress(kept)
    except zstandard.ZstdError as error:
        raise DatabaseError("a rendering is malformed") from error
