"""Which records a document names, and where: read off the schema, so that no field is forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import Schema, fields

from schemas.base import Json
from schemas.fields import Reference


@dataclass(frozen=True)
class Role:
    """A field that names records: its dotted path and the types that it takes."""

    path: str
    to: tuple[str, ...]
    #: Whether a record may name itself in it.
    itself: bool = False


@dataclass(frozen=True)
class Mention:
    """One naming: which role, which record, and where in the document (JSON pointer)."""

    role: str
    to: tuple[str, ...]
    itself: bool
    target: str
    pointer: str


@cache
def roles_of(schema: type[Schema]) -> tuple[Role, ...]:
    """Every role that documents of a schema can name records in, in field order."""
    return tuple(_roles(schema(), ()))


def _roles(schema: Schema, path: tuple[str, ...]) -> Iterator[Role]:
    for name, field in schema.load_fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, Reference):
            yield Role(".".join((*path, name)), inner.to, inner.itself)
        elif isinstance(inner, fields.Nested):
            yield from _roles(inner.schema, (*path, name))


@cache
def _targets(schema: type[Schema]) -> dict[str, Role]:
    return {role.path: role for role in roles_of(schema)}


def mentions(schema: type[Schema], document: Json) -> list[Mention]:
    """Every record that a document names, in document order.

    The document may be one that breaks its schema: what names no record is passed over.
    """
    wanted = _targets(schema)
    heads = {path.split(".")[0] for path in wanted}
    found: list[Mention] = []
    for name in (name for name in document if name in heads):
        found += _mentions(wanted, document[name], name, f"/{name}")
    return found


def _mentions(wanted: dict[str, Role], value: Any, path: str, at: str) -> Iterator[Mention]:
    if isinstance(value, list):
        for index, member in enumerate(value):
            yield from _mentions(wanted, member, path, f"{at}/{index}")
    elif path in wanted:
        # As it is kept, or as a read shows it.
        target = value.get("id") if isinstance(value, dict) else value
        if isinstance(target, str):
            yield Mention(path, wanted[path].to, wanted[path].itself, target, at)
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _mentions(wanted, member, f"{path}.{name}", f"{at}/{name}")
