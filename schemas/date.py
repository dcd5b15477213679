"""Dates: happenings with a time."""

from .base import ValueSchema
from .citation import CitationSchema
from .fields import FuzzyDateField, Listed, One, Reference, TermOf, Text
from .quantity import MOST_QUANTITIES, QuantitySchema
from .record import RecordSchema
from .vocabularies import DATE_KINDS, PARTICIPANT_ROLES


class ParticipantSchema(ValueSchema):
    """Who took part, as what."""

    party = Reference("party", required=True)
    role = TermOf(PARTICIPANT_ROLES)


class DateSchema(RecordSchema):
    """A dated happening."""

    of_type = "date"
    titled_by = "title"

    title = Text(500, required=True)
    kind = TermOf(DATE_KINDS, required=True)
    when = FuzzyDateField(required=True)
    citations = Listed(One(CitationSchema), 100, required=True)
    places = Listed(Reference("place"), 50)
    participants = Listed(One(ParticipantSchema), 100)
    quantities = Listed(One(QuantitySchema), MOST_QUANTITIES)
    part_of = Reference("date")
    description = Text(5000, lines=True)
    dossiers = Listed(Reference("dossier"), 50)
