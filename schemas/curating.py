"""What curators send beside records: correction notes, mergers, batches, checks."""

from typing import Any

from marshmallow import fields

from .base import ValueSchema
from .fields import Count, Id, Listed, Reference, TermOf, Text
from .record import doc
from .vocabularies import BATCH_OPERATIONS, CORRECTION_KINDS, RECORD_TYPES


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
    body = Anything(
        allow_none=True, metadata={"type": ["object", "null"], **doc("As the operation by itself takes it.")}
    )


class CheckItemSchema(ValueSchema):
    """A record as an embedder knows it."""

    id = Id(required=True)
    revision = Count(1, required=True)


__all__ = ["BatchItemSchema", "CheckItemSchema", "CorrectionSchema", "Listed", "MergerSchema"]
