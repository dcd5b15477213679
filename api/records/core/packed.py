"""Bytes of past states, and documents, are kept compressed: they are read seldom, and there are more of them
than of what is served now.

With a dictionary of what records have in common a claim takes half of what it takes without, and is unpacked
in half the time. It was trained once, by zstandard, on the renderings of fixtures/hurricane-maria-death-toll,
and stays as it is: what is kept cannot be read without it. Another one, for what is kept from then on, would
stand beside it; what is packed says by which.
"""

from pathlib import Path
from threading import local
from typing import Any

import zstandard
from peewee import DatabaseError

#: How what is compressed begins (RFC 8878); a record in JSON begins with a bracket.
_MAGIC = zstandard.MAGIC_NUMBER.to_bytes(4, "little")
_DICTIONARY = zstandard.ZstdCompressionDict(Path(__file__).with_suffix(".dict").read_bytes())
_LEVEL = 3
_DICTIONARY.precompute_compress(level=_LEVEL)


class _Tools(local):
    """Neither is for two threads at once, and both are dear to make."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(dict_data=_DICTIONARY)
        self.decompressor = zstandard.ZstdDecompressor(dict_data=_DICTIONARY)


_TOOLS = _Tools()


#: Of shorter texts little is gained, or nothing.
_SHORT = 64


def packed(body: bytes) -> bytes:
    """A record's bytes as past states are kept."""
    return _TOOLS.compressor.compress(body)


def packed_text(text: str) -> bytes:
    """A text of JSON as it is kept."""
    body = text.encode()
    return body if len(body) < _SHORT else packed(body)


def plain_text(kept: bytes | str) -> str:
    """The text that was kept; older versions kept it as it is.

    Raises DatabaseError where it is damaged.
    """
    if isinstance(kept, str):
        return kept
    try:
        return str(plain(kept).decode())
    except UnicodeDecodeError as error:
        raise DatabaseError("a document is malformed") from error


def plain(kept: Any) -> Any:
    """What was kept as it was; older versions kept it uncompressed.

    Raises DatabaseError where it is damaged.
    """
    if not isinstance(kept, bytes) or not kept.startswith(_MAGIC):
        return kept
    try:
        return _TOOLS.decompressor.decompress(kept, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise DatabaseError("what was kept compressed is malformed") from error
