"""Dossiers: one story, its questions and its members."""

from .base import ValueSchema
from .fields import Id, Listed, One, Text
from .record import RecordSchema, doc


class QuestionSchema(ValueSchema):
    """A question that claims answer."""

    id = Id(required=True, metadata=doc("From the same name space as records."))
    text = Text(500, required=True)


class DossierSchema(RecordSchema):
    """One story. Its members name it; see the filter `dossier`."""

    of_type = "dossier"
    titled_by = "title"

    title = Text(500, required=True)
    summary = Text(5000, lines=True)
    questions = Listed(One(QuestionSchema), 100)
