"""The texts of a record that a search looks in, read off the record as it is served."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from marshmallow import Schema, fields

from schemas.base import Json
from schemas.translation import TRANSLATIONS

from ..core.registry import RecordType
from .fulltext import Texts


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


def searched_texts(record_type: RecordType, own: Json) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(JSON pointer, text) of the other names of a record, and of its further texts, translations among them.

    `own`: the record as it is served.
    """
    names = [found for path in record_type.names for found in values_at(own, path)]
    text = [found for path in record_type.text for found in values_at(own, path)]
    for pointer, translation in _translations(own, _translated_in(record_type.schema)):
        title = pointer.count("/") == 2 and translation["member"] == record_type.title
        (names if title else text).append((f"{pointer}/text", translation["text"]))
    return names, text


def _translations(value: Any, within: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """(JSON pointer, translation) of every one in an object, or in those of a list; `within`: the members in
    which there may be some."""
    if isinstance(value, list):
        for index, member in enumerate(value):
            yield from _translations(member, within, f"{pointer}/{index}")
        return
    for name in within:
        if not (member := value.get(name)):
            continue
        if name == TRANSLATIONS:
            yield from ((f"{pointer}/{name}/{i}", one) for i, one in enumerate(member))
        else:
            yield from _translations(member, within[name], f"{pointer}/{name}")


@cache
def _translated_in(schema: type[Schema]) -> Json:
    """The members of a schema that are translations, or in which there may be some, with those of these."""
    return _translated_members(schema())


def _translated_members(schema: Schema) -> Json:
    found: Json = {}
    for name, field in schema.dump_fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            within = _translated_members(inner.schema)
            if name == TRANSLATIONS or within:
                found[name] = within
    return found


def texts_of(record_type: RecordType, own: Json) -> Texts:
    """What a record is searched by."""
    names, text = searched_texts(record_type, own)
    return Texts(
        str(own[record_type.title]),
        tuple(found for _, found in names),
        tuple(found for _, found in text),
        named=bool(record_type.names),
    )
