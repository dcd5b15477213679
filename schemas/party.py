"""Parties: whoever speaks, holds, signs, publishes."""

from .attribute import AttributedSchema, Attributes
from .base import ValueSchema
from .citation import CitationSchema
from .fields import CountryCode, FuzzyDateField, LanguageTag, Listed, One, Reference, TermOf, Text, WebAddress
from .identifiers import MOST_ADDRESSES, IdentifiersSchema, ImageSchema
from .record import doc
from .translation import TranslatedSchema, Translations
from .vocabularies import NAME_KINDS, PARTY_KINDS


class NameSchema(ValueSchema):
    """What somebody calls it."""

    text = Text(300, required=True)
    language = LanguageTag(required=True)
    kind = TermOf(NAME_KINDS, metadata=doc("What kind of name it is."))
    used_by = Reference("party", itself=True, metadata=doc("Whose word it is."))
    citations = Listed(One(CitationSchema), 20)


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


class PartySchema(AttributedSchema):
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
    attributes = Attributes()
    country = CountryCode(metadata=doc("ISO 3166-1 alpha-2, or ISO 3166-3 for a former country."))
    identifiers = One(IdentifiersSchema)
    website = WebAddress(metadata=doc("Its own page."))
    same_as = Listed(WebAddress(), MOST_ADDRESSES, metadata=doc("Pages of others about the same."))
    image = One(ImageSchema)
    description = Text(5000, lines=True)
    translations = Translations()
