"""Which records a document names, and where: read off the schema, so that no field is forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from marshmallow import Schema, fields

from schemas.attribute import AttributedSchema, Attributes, AttributeSchema
from schemas.base import Json
from schemas.fields import Reference


@dataclass(frozen=True)
class Role:
    """A field that names records: its dotted path and the types that it takes."""

    path: str
    to: tuple[str, ...]
    #: Whether a record may name itself in it.
    itself: bool = False
    #: The types by what a member beside it says, and that member, where it depends on one.
    by: str | None = None
    types: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def takes(self, beside: Json) -> tuple[str, ...]:
        """The types that it takes in an object."""
        named = beside.get(self.by) if self.by else None
        return dict(self.types).get(named, self.to) if isinstance(named, str) else self.to


class Mention(NamedTuple):
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
        if isinstance(field, Attributes) and isinstance(schema, AttributedSchema):
            yield from _attribute_roles(schema, (*path, name))
        elif isinstance(inner, Reference):
            yield Role(".".join((*path, name)), inner.to, inner.itself)
        elif isinstance(inner, fields.Nested):
            yield from _roles(inner.schema, (*path, name))


def _attribute_roles(schema: AttributedSchema, path: tuple[str, ...]) -> Iterator[Role]:
    """The roles in attributes: what a value may name is what the record's own member does."""
    types = schema.named_by_members()
    for role in _roles(AttributeSchema(), path):
        if role.path == ".".join((*path, "value")):
            every = tuple(dict.fromkeys(name for to in types.values() for name in to))
            yield replace(role, to=every, by="member", types=tuple(types.items()))
        else:
            yield role


@cache
def _tree(schema: type[Schema]) -> Json:
    """The roles under the names of the members that lead to them: what leads to none is not looked into."""
    tree: Json = {}
    for role in roles_of(schema):
        *way, last = role.path.split(".")
        branch = tree
        for name in way:
            branch = branch.setdefault(name, {})
        branch[last] = role
    return tree


def mentions(schema: type[Schema], document: Json) -> list[Mention]:
    """Every record that a document names, in document order.

    The document may be one that breaks its schema: what names no record is passed over.
    """
    found: list[Mention] = []
    _look(_tree(schema), document, "", found)
    return found


def _look(wanted: Any, value: Any, at: str, found: list[Mention], beside: Json | None = None) -> None:
    """Add what a value names to what was found; `wanted`: a role, or where in the value there are some.

    `beside`: the object that the value is a member of.
    """
    if isinstance(value, list):
        for index, member in enumerate(value):
            _look(wanted, member, f"{at}/{index}", found, beside)
    elif isinstance(wanted, Role):
        # As it is kept, or as a read shows it.
        target = value.get("id") if isinstance(value, dict) else value
        if isinstance(target, str):
            found.append(Mention(wanted.path, wanted.takes(beside or {}), wanted.itself, target, at))
    elif isinstance(value, dict):
        for name, member in value.items():
            if name in wanted:
                _look(wanted[name], member, f"{at}/{name}", found, value)
