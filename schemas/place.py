"""Places, and what each side calls them."""

from .base import ValueSchema
from .fields import Degrees, Listed, One, Reference, TermOf, Text, WebAddress
from .identifiers import MOST_ADDRESSES, ImageSchema, PlaceIdentifiersSchema
from .party import NameSchema
from .record import RecordSchema, doc
from .translation import Translations
from .vocabularies import PLACE_KINDS


class CoordinatesSchema(ValueSchema):
    """WGS 84 degrees."""

    latitude = Degrees(90, required=True)
    longitude = Degrees(180, required=True)


class PlaceSchema(RecordSchema):
    """A place; its names show who uses them."""

    of_type = "place"
    translates = ("name", "description")

    name = Text(300, required=True, metadata=doc("Neutral name."))
    kind = TermOf(PLACE_KINDS, required=True)
    names = Listed(One(NameSchema), 100)
    part_of = Reference("place")
    claimed_by = Listed(Reference("party"), 20)
    administered_by = Listed(Reference("party"), 20)
    coordinates = One(CoordinatesSchema)
    identifiers = One(PlaceIdentifiersSchema)
    website = WebAddress(metadata=doc("Its own page."))
    same_as = Listed(WebAddress(), MOST_ADDRESSES, metadata=doc("Pages of others about the same."))
    image = One(ImageSchema)
    description = Text(5000, lines=True)
    translations = Translations()
