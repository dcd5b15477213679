"""Claims: who said what, through whose hands, about what, against what."""

from marshmallow import fields

from .base import ValueSchema
from .citation import CitationSchema
from .fields import Day, FuzzyDateField, Id, Listed, One, Reference, TermOf, Text
from .quantity import MOST_QUANTITIES, QuantitySchema
from .record import RecordSchema, doc
from .vocabularies import (
    ASSESSMENT_STATUSES,
    ATTRIBUTION_ROLES,
    CLAIM_KINDS,
    INVERSE_RELATIONS,
    RELATIONS,
    STANCES,
    STANDINGS,
)


class AttributionSchema(ValueSchema):
    """One link of the chain from the speaker outwards."""

    party = Reference("party", required=True)
    role = TermOf(ATTRIBUTION_ROLES, required=True)
    source = Reference("source", metadata=doc("The document in which this happened, if known."))


class AboutSchema(ValueSchema):
    """What the claim is about."""

    parties = Listed(Reference("party"), 50)
    places = Listed(Reference("place"), 50)
    dates = Listed(Reference("date"), 50)


class AnswerSchema(ValueSchema):
    """How the claim answers a question of a dossier."""

    question = Id(required=True)
    stance = TermOf(STANCES, required=True)


class RelationSchema(ValueSchema):
    """What this claim does to another."""

    type = TermOf(RELATIONS, required=True)
    claim = Reference("claim", required=True)
    note = Text(1000)


class InverseRelationSchema(ValueSchema):
    """What another published claim does to this one."""

    type = TermOf(INVERSE_RELATIONS, allow_none=False)
    claim = Reference("claim", allow_none=False)
    note = Text(1000)


class AssessmentSchema(ValueSchema):
    """The editors' view."""

    status = TermOf(ASSESSMENT_STATUSES, required=True)
    note = Text(5000, lines=True)
    assessed = Day()
    citations = Listed(One(CitationSchema), 50)


class OriginsSchema(ValueSchema):
    """How many independent voices stand behind the claim, and the documents it goes back to."""

    count = fields.Integer()
    sources = Listed(Reference("source"), 1000)


class ClaimSchema(RecordSchema):
    """One statement in the curator's own words, with its provenance."""

    of_type = "claim"
    titled_by = "proposition"

    proposition = Text(1000, required=True, metadata=doc("One statement, neutral."))
    kind = TermOf(CLAIM_KINDS, required=True)
    claimant = Reference("party", dump_only=True, metadata=doc("First party of the chain."))
    attribution = Listed(One(AttributionSchema), 20, metadata=doc("From the speaker outwards."))
    position_of = Reference("party", metadata=doc("Whose position it states, if not the claimant's."))
    said = FuzzyDateField()
    valid = FuzzyDateField(metadata=doc("The time that the proposition speaks of."))
    about = One(AboutSchema)
    quantities = Listed(One(QuantitySchema), MOST_QUANTITIES, metadata=doc("The numbers that it states."))
    citations = Listed(One(CitationSchema), 100, required=True)
    answers = Listed(One(AnswerSchema), 50)
    relations = Listed(One(RelationSchema), 100, once=("type", "claim"), metadata=doc("Its own ones."))
    inverse_relations = Listed(
        One(InverseRelationSchema),
        100,
        dump_only=True,
        metadata=doc("Of published claims, by id; the rest at `/references`."),
    )
    origins = One(OriginsSchema, dump_only=True, allow_none=False)
    standing = Listed(TermOf(STANDINGS), 4, dump_only=True)
    assessment = One(AssessmentSchema)
    dossiers = Listed(Reference("dossier"), 50)
