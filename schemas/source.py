"""Sources: documents, held or known through others."""

from .base import ValueSchema
from .fields import (
    Day,
    Digest,
    FuzzyDateField,
    LanguageTag,
    Listed,
    One,
    Reference,
    TermOf,
    Text,
    WebAddress,
    Yes,
)
from .record import RecordSchema, doc
from .vocabularies import DERIVATIONS, SOURCE_KINDS


class DerivationSchema(ValueSchema):
    """The document that this one comes from, and how."""

    source = Reference("source", required=True)
    how = TermOf(DERIVATIONS, required=True)


class SourceSchema(RecordSchema):
    """A document. `held`: the curators have had the document itself before them."""

    of_type = "source"
    titled_by = "title"

    title = Text(500, required=True)
    kind = TermOf(SOURCE_KINDS, required=True)
    publisher = Reference("party", required=True)
    held = Yes(required=True, metadata=doc("False: known only through another document."))
    authors = Listed(Text(300), 50, metadata=doc("Names as printed."))
    published = FuzzyDateField()
    language = LanguageTag()
    url = WebAddress()
    archived_url = WebAddress()
    derived_from = Listed(One(DerivationSchema), 20, once=("source", "how"))
    text_digest = Digest(metadata=doc("Of the whole text as saved."))
    retrieved = Day()
    rights = Text(1000)
    note = Text(5000, lines=True)
    origins = Listed(
        Reference("source"), 1000, dump_only=True, metadata=doc("Documents that all of it goes back to.")
    )
