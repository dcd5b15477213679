"""The texts of a record that a search looks in, read off the record as it is served."""

from collections.abc import Iterable, Iterator
from typing import Any

from schemas.base import Json

from ..core.registry import RecordType
from .index import Texts


def values_at(own: Json, path: str) -> list[tuple[str, str]]:
    """(JSON pointer, text) of every text at a dotted path of a record as served, in its order."""
    found: list[tuple[str, Any]] = [("", own)]
    for step in path.split("."):
        found = [
            (f"{pointer}/{step}", value[step])
            for pointer, value in _spread(found)
            if isinstance(value, dict) and step in value
        ]
    return [(pointer, value) for pointer, value in _spread(found) if isinstance(value, str)]


def _spread(found: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for pointer, value in found:
        if isinstance(value, list):
            yield from ((f"{pointer}/{index}", member) for index, member in enumerate(value))
        else:
            yield pointer, value


def texts_of(record_type: RecordType, own: Json) -> Texts:
    """What a record is searched by."""
    names = tuple(text for path in record_type.names for _, text in values_at(own, path))
    text = tuple(text for path in record_type.text for _, text in values_at(own, path))
    return Texts(str(own[record_type.title]), names, text, named=bool(record_type.names))
