"""Which members of a document are numbers or truths, for formats in which everything is text."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from marshmallow import Schema, fields

from .fields import Checked
from .geometry import GeometryField


@cache
def plain_values(schema: type[Schema]) -> dict[str, str]:
    """Dotted paths of the members that are no text -> `boolean`, `integer` or `number` (JSON Schema)."""
    return dict(_plain_values(schema(), ()))


def _plain_values(schema: Schema, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name, field in schema.load_fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from _plain_values(inner.schema, (*path, name))
        elif isinstance(inner, GeometryField):
            for member, plain in inner.plain_members.items():
                yield ".".join((*path, name, member)), plain
        elif (kind := _kind(inner)) is not None:
            yield ".".join((*path, name)), kind


def _kind(field: fields.Field[Any]) -> str | None:
    declared = field.written.get("type") if isinstance(field, Checked) else _BUILT_IN.get(type(field))
    return declared if declared in _BUILT_IN.values() else None


_BUILT_IN: dict[type, str] = {
    fields.Boolean: "boolean",
    fields.Integer: "integer",
    fields.Float: "number",
}
