"""What sources say of the members of a record that name others: when it held, and where that stands."""

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from .base import Fault, Json, ValueSchema
from .citation import CitationSchema
from .fields import FuzzyDateField, Listed, One, Reference, TermOf
from .record import RecordSchema, doc
from .vocabularies import ATTRIBUTES

#: Attributes of a record, and citations of one, at most.
MOST_ATTRIBUTES, MOST_CITATIONS = 100, 20


class AttributeSchema(ValueSchema):
    """What sources say of a member of the record: its value, and when it held."""

    member = TermOf(ATTRIBUTES, required=True)
    value = Reference(
        "party", "place", required=True, metadata=doc("A record of the type that the member takes.")
    )
    held = FuzzyDateField(metadata=doc("When it held."))
    citations = Listed(One(CitationSchema), MOST_CITATIONS, required=True)


class Attributes(Listed):
    """The attributes of a record."""

    def __init__(self) -> None:
        said = doc("What sources say of members that name records, and when it held.")
        super().__init__(One(AttributeSchema), MOST_ATTRIBUTES, metadata=said)


class AttributedSchema(RecordSchema):
    """A record of which sources are cited for single members, in its member `attributes`."""

    def named_by_members(self) -> dict[str, tuple[str, ...]]:
        """The members that may be cited for, each with the types of records that it names."""
        return {name: to for name, field in self.load_fields.items() if (to := named_by(field))}

    @validates_schema
    def _attributes_fit(self, value: Json, **_: Any) -> None:
        known = self.named_by_members()
        wrong = {
            index: {"member": [Fault.of_choice("an attribute here", one["member"], known)]}
            for index, one in enumerate(value.get("attributes") or ())
            if one["member"] not in known
        }
        if wrong:
            raise ValidationError({"attributes": wrong})


def named_by(field: fields.Field[Any]) -> tuple[str, ...]:
    """The types of the records that a member is there to name, one each; none where it says more of them."""
    if isinstance(field, Attributes):
        return ()
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, Reference):
        return inner.to
    if isinstance(inner, fields.Nested):
        return next(_required(inner), ())
    return ()


def _required(nested: fields.Nested) -> Iterator[tuple[str, ...]]:
    for field in nested.schema.load_fields.values():
        if isinstance(field, Reference) and field.required:
            yield field.to
