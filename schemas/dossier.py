"""Dossiers: one story, its questions and its members."""

from .fields import Id, Listed, One, Text
from .record import RecordSchema, doc
from .translation import TranslatedSchema, Translations


class QuestionSchema(TranslatedSchema):
    """A question that claims answer."""

    translates = ("text",)

    id = Id(required=True, metadata=doc("From the same name space as records."))
    text = Text(500, required=True)
    translations = Translations()


class DossierSchema(RecordSchema):
    """One story. Its members name it; see the filter `dossier`."""

    of_type = "dossier"
    titled_by = "title"
    translates = ("title", "summary")

    title = Text(500, required=True)
    summary = Text(5000, lines=True)
    questions = Listed(One(QuestionSchema), 100)
    translations = Translations()
