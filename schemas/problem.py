"""Problem documents (RFC 9457) as they are described to clients."""

from marshmallow import fields

from .base import ValueSchema
from .fields import Listed, One


class ProblemErrorSchema(ValueSchema):
    """One fault: in the query (`parameter`) or in the document (`pointer`, RFC 6901)."""

    pointer = fields.String()
    parameter = fields.String()
    detail = fields.String(required=True)
    allowed = Listed(fields.String(), 1000, allow_none=False)
    did_you_mean = fields.String()


class ProblemSchema(ValueSchema):
    """What went wrong. `type` leads to a page about this kind of problem."""

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(metadata={"format": "uri-reference"})
    request_id = fields.String()
    errors = Listed(One(ProblemErrorSchema), 1000, allow_none=False)
