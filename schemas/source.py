"""Sources: documents, held or known through others."""

from .base import Json, ValueSchema
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
from .translation import Translations
from .vocabularies import DERIVATIONS, SOURCE_KINDS


class DerivationSchema(ValueSchema):
    """The document that this one comes from, and how."""

    source = Reference("source", required=True)
    how = TermOf(DERIVATIONS, required=True)


def publishers_of(source: Json) -> list[str]:
    """The ids of all who published a source, as its input form names them, the first one first, each once."""
    first = [source["publisher"]] if source.get("publisher") else []
    return list(dict.fromkeys([*first, *source.get("co_publishers", ())]))


def published_by(source: Json) -> list[Json]:
    """The same of a source as it is served, as references. What was served earlier has no `co_publishers`."""
    first = [source["publisher"]] if source.get("publisher") else []
    return [*first, *source.get("co_publishers", ())]


class SourceSchema(RecordSchema):
    """A document. `held`: the curators have had the document itself before them."""

    of_type = "source"
    titled_by = "title"
    translates = ("title", "note")

    title = Text(500, required=True)
    kind = TermOf(SOURCE_KINDS, required=True)
    publisher = Reference("party", metadata=doc("Who published it; none where nobody says so."))
    co_publishers = Listed(Reference("party"), 50, metadata=doc("Who published it with `publisher`."))
    signatories = Listed(Reference("party"), 300, metadata=doc("Who signed it."))
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
    translations = Translations()
    origins = Listed(
        Reference("source"), 1000, dump_only=True, metadata=doc("Documents that all of it goes back to.")
    )
