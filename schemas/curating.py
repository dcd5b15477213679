"""What curators send beside records: correction notes, mergers, batches, checks, passages of a text."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from .base import Fault, Json, ValueSchema
from .citation import TextQuoteSchema
from .fields import Count, Id, Listed, One, Reference, SavedText, TermOf, Text, Yes
from .record import doc
from .vocabularies import BATCH_OPERATIONS, CORRECTION_KINDS, RECORD_TYPES

#: Passages that are looked for in one request, at most.
MOST_LOCATORS = 50


class CorrectionSchema(ValueSchema):
    """Why a published record changes; shown to the public at `/v1/corrections`."""

    kind = TermOf(CORRECTION_KINDS, required=True)
    note = Text(1000, required=True, lines=True)


class MergerSchema(CorrectionSchema):
    """Which record this one lives on in, and why."""

    into = Reference(required=True, metadata=doc("A published record of the same type."))


class Anything(fields.Raw):
    """A member that is looked at later, by the schema of its record."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return value


class BatchItemSchema(ValueSchema):
    """One operation of a batch."""

    op = TermOf(BATCH_OPERATIONS, required=True)
    type = TermOf(RECORD_TYPES, required=True)
    id = Id(required=True)
    if_match = Text(200, metadata=doc("Entity tag before the batch; none where the batch creates it."))
    publish = Yes(metadata=doc("Of a creation: whether it is public at once."))
    body = Anything(
        allow_none=True, metadata={"type": "object", **doc("As the operation by itself takes it.")}
    )


class CheckItemSchema(ValueSchema):
    """A record as an embedder knows it."""

    id = Id(required=True)
    revision = Count(1, required=True)


class PassageSchema(TextQuoteSchema):
    """Words of a text: those at the edges of a span, or the whole of it as a `quote`."""

    start = Text(300, metadata=doc("First words of the span; this or `quote`."))
    quote = Text(2000, lines=True, metadata=doc("All words of the span; nothing may stand beside it."))

    @validates_schema
    def _one_or_the_other(self, value: Json, **_: Any) -> None:
        given = [name for name, words in value.items() if words is not None]
        if "quote" in given and len(given) > 1:
            raise ValidationError(Fault("stands alone: leave out start, end, prefix and suffix"), "quote")
        if "quote" not in given and "start" not in given:
            raise ValidationError(Fault("give start, with end, prefix and suffix as needed, or quote"))


class LocateSchema(ValueSchema):
    """A text, and what to look for in it: `locators`, or all citations of a `source`."""

    text = SavedText(required=True, metadata=doc("The text of a source, as it was saved."))
    locators = Listed(One(PassageSchema, required=True), MOST_LOCATORS)
    source = Reference("source", metadata=doc("Whose published citations are compared with the text."))

    @validates_schema
    def _one_or_the_other(self, value: Json, **_: Any) -> None:
        if bool(value.get("locators")) == bool(value.get("source")):
            raise ValidationError(Fault("give either locators or source"))
