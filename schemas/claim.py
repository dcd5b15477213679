"""Claims: who said what, through whose hands, about what, against what."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from .base import Fault, Json, ValueSchema
from .citation import CitationSchema
from .fields import Day, FuzzyDateField, Id, LanguageTag, Listed, Number, One, Reference, TermOf, Text
from .quantity import MOST_QUANTITIES, QuantitySchema
from .record import RecordSchema, doc
from .translation import Translations
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
    by = Reference("party", metadata=doc("Who assessed, if not the curators as a whole."))
    assessed = Day()
    citations = Listed(One(CitationSchema), 50)


class RatingSchema(ValueSchema):
    """A verdict in its author's own words, and as a number on its author's own scale."""

    label = Text(300, metadata=doc("As printed, such as Mostly false."))
    value = Number()
    best = Number(metadata=doc("The number of the best rating on that scale."))
    worst = Number()

    @validates_schema
    def _says_something(self, value: Json, **_: Any) -> None:
        if value.get("label") is None and value.get("value") is None:
            raise ValidationError(Fault("is required where there is no value"), "label")
        ends = [value.get(name) for name in ("worst", "value", "best")]
        known = [end for end in ends if end is not None]
        if known != sorted(known) or (ends[0] is not None and ends[0] == ends[2]):
            raise ValidationError(Fault("worst is less than best, and value lies between them"), "value")


class ReviewSchema(ValueSchema):
    """Somebody else's judgement (schema.org ClaimReview)."""

    by = Reference("party", required=True)
    rating = One(RatingSchema)
    source = Reference("source", metadata=doc("Where it is published."))
    when = FuzzyDateField()
    status = TermOf(ASSESSMENT_STATUSES, metadata=doc("What it comes to in our words."))


class OriginsSchema(ValueSchema):
    """How many independent voices stand behind the claim, and the documents it goes back to."""

    count = fields.Integer()
    sources = Listed(Reference("source"), 1000)


class ClaimSchema(RecordSchema):
    """One statement in the curator's own words, with its provenance."""

    of_type = "claim"
    titled_by = "proposition"
    translates = ("proposition",)
    written_in = "proposition"

    proposition = Text(1000, required=True, metadata=doc("One statement, neutral."))
    language = LanguageTag(metadata=doc("Of the proposition."))
    translations = Translations()
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
    reviews = Listed(One(ReviewSchema), 100)
    dossiers = Listed(Reference("dossier"), 50)
