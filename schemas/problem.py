"""Problem documents (RFC 9457) as they are described to clients."""

from marshmallow import fields

from .base import ValueSchema
from .fields import Listed, One, TermOf
from .record import Moment, doc
from .vocabularies import CORRECTION_KINDS, KEY_ROLES


class ProblemErrorSchema(ValueSchema):
    """One fault: in the query (`parameter`) or in the document (`pointer`, RFC 6901)."""

    pointer = fields.String()
    parameter = fields.String()
    detail = fields.String(required=True)
    allowed = Listed(fields.String(), 1000, allow_none=False)
    did_you_mean = fields.String()


class CurrentSchema(ValueSchema):
    """What stands now, of which another state was named."""

    revision = fields.Integer(allow_none=True, metadata=doc("Of a record; null for a draft."))
    etag = fields.String(required=True, metadata=doc("The tag for `If-Match`."))


class ReasonSchema(ValueSchema):
    """Why a published record was changed."""

    kind = TermOf(CORRECTION_KINDS, required=True)
    note = fields.String(required=True)


class TombstoneSchema(ValueSchema):
    """What is left of a retracted record."""

    reason = One(ReasonSchema, required=True)
    when = Moment(required=True)
    revision = fields.Integer(required=True, metadata=doc("The last one that was public."))


#: Of more faults the first are told; `detail` says how many there are.
MOST_ERRORS = 1000


class ProblemSchema(ValueSchema):
    """What went wrong. `type` leads to a page about this kind of problem."""

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(metadata={"format": "uri-reference"})
    request_id = fields.String()
    errors = Listed(One(ProblemErrorSchema), MOST_ERRORS, allow_none=False)
    did_you_mean = fields.String(metadata=doc("What is near an id or name that nothing has."))
    current = One(CurrentSchema, allow_none=False, metadata=doc("Of 412 and 428."))
    tombstone = One(TombstoneSchema, allow_none=False, metadata=doc("Of 410, where a record was retracted."))
    resume = fields.Integer(metadata=doc("Of 410, where the feed is cut: the number to go on from."))
    needed = TermOf(KEY_ROLES, allow_none=False, metadata=doc("Of 403: the role that may."))
