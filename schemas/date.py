"""Dates: happenings with a time."""

from typing import Any

from marshmallow import ValidationError, pre_load, validates_schema

from .base import Fault, Json, ValueSchema
from .citation import CitationSchema
from .fields import FuzzyDateField, Listed, One, Reference, TermOf, Text
from .quantity import MOST_QUANTITIES, QuantitySchema
from .record import RecordSchema, doc
from .translation import Translations
from .vocabularies import DATE_KINDS, PARTICIPANT_ROLES


class ParticipantSchema(ValueSchema):
    """Who took part, as what."""

    party = Reference("party", required=True)
    role = TermOf(PARTICIPANT_ROLES)


#: The happenings that one lies between: the one after which, the one before which it was.
BOUNDS = ("after", "before")


class When(FuzzyDateField):
    """When it happened: as stated, or as it follows from what it lies between."""

    always_read = True

    def _serialize(self, value: str | None, attr: Any, obj: Any, **kwargs: Any) -> Json | None:
        shown = super()._serialize(value, attr, obj, **kwargs)
        return {**shown, "computed": True} if shown and obj.get("after") else shown


class DateSchema(RecordSchema):
    """A dated happening."""

    of_type = "date"
    titled_by = "title"
    translates = ("title", "description")

    title = Text(500, required=True)
    kind = TermOf(DATE_KINDS, required=True)
    when = When(metadata=doc("Computed and ignored where `after` and `before` stand."))
    after = Reference("date", metadata=doc("Known only to be after this one."))
    before = Reference("date")
    citations = Listed(One(CitationSchema), 100, required=True)
    places = Listed(Reference("place"), 50)
    participants = Listed(One(ParticipantSchema), 100)
    quantities = Listed(One(QuantitySchema), MOST_QUANTITIES)
    part_of = Reference("date")
    description = Text(5000, lines=True)
    translations = Translations()
    dossiers = Listed(Reference("dossier"), 50)

    @pre_load
    def _without_computed_time(self, value: Any, **_: Any) -> Any:
        stated = value.get("when") if isinstance(value, dict) else None
        computed = isinstance(stated, dict) and stated.get("computed") is True
        if computed and all(value.get(name) for name in BOUNDS):
            return {name: member for name, member in value.items() if name != "when"}
        return value

    @validates_schema
    def _has_one_time(self, value: Json, **_: Any) -> None:
        stated = [name for name in BOUNDS if value.get(name)]
        if len(stated) == 1:
            missing = next(name for name in BOUNDS if name not in stated)
            raise ValidationError(Fault(f"is required beside {stated[0]}"), missing)
        if stated and value.get("when"):
            raise ValidationError(
                Fault("follows from after and before: leave it out, or leave them out"), "when"
            )
        if not stated and not value.get("when"):
            raise ValidationError(Fault("is required, or after and before in its place"), "when")
