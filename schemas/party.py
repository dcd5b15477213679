"""Parties: whoever speaks, holds, signs, publishes."""

from .base import ValueSchema
from .citation import CitationSchema
from .fields import CountryCode, FuzzyDateField, LanguageTag, Listed, Matching, One, Reference, TermOf, Text
from .record import RecordSchema, doc
from .translation import TranslatedSchema, Translations
from .vocabularies import NAME_KINDS, PARTY_KINDS


class NameSchema(ValueSchema):
    """What somebody calls it."""

    text = Text(300, required=True)
    language = LanguageTag(required=True)
    kind = TermOf(NAME_KINDS, metadata=doc("What kind of name it is."))
    used_by = Reference("party", itself=True, metadata=doc("Whose word it is."))
    citations = Listed(One(CitationSchema), 20)


class IdentifiersSchema(ValueSchema):
    """The same thing elsewhere."""

    wikidata = Matching(r"^Q[1-9]\d{0,11}$", "Q132345")
    isni = Matching(r"^\d{15}[\dX]$", "0000000121032683")
    viaf = Matching(r"^[1-9]\d{0,21}$", "97006051")


class OfficeSchema(TranslatedSchema):
    """An office held."""

    translates = ("title",)

    title = Text(300, required=True)
    of = Reference("party", metadata=doc("Where the office is."))
    held = FuzzyDateField()
    citations = Listed(One(CitationSchema), 20)
    translations = Translations()


class MembershipSchema(ValueSchema):
    """Belonging to another party."""

    party = Reference("party", required=True)
    held = FuzzyDateField()


class PartySchema(RecordSchema):
    """A person, state, outlet, ministry or other body that acts or speaks."""

    of_type = "party"
    translates = ("name", "description")

    name = Text(300, required=True, metadata=doc("Neutral name."))
    kind = TermOf(PARTY_KINDS, required=True)
    names = Listed(One(NameSchema), 100)
    offices = Listed(One(OfficeSchema), 100)
    memberships = Listed(One(MembershipSchema), 100)
    part_of = Reference("party", metadata=doc("A ministry's state, a desk's agency."))
    predecessors = Listed(Reference("party"), 20)
    country = CountryCode(metadata=doc("ISO 3166-1 alpha-2, or ISO 3166-3 for a former country."))
    identifiers = One(IdentifiersSchema)
    description = Text(5000, lines=True)
    translations = Translations()
