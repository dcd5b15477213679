"""Places, and what each side calls them."""

from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from .attribute import AttributedSchema, Attributes
from .base import Fault, Json, ValueSchema
from .fields import Degrees, Listed, One, Reference, TermOf, Text, WebAddress
from .geometry import Coordinates, GeometryField, PrecisionSchema, disagreement, point_of
from .identifiers import MOST_ADDRESSES, ImageSchema, PlaceIdentifiersSchema
from .party import NameSchema
from .record import doc
from .translation import Translations
from .vocabularies import PLACE_KINDS


class CoordinatesSchema(ValueSchema):
    """WGS 84 degrees."""

    latitude = Degrees(90, required=True)
    longitude = Degrees(180, required=True)


class PlaceSchema(AttributedSchema):
    """A place; its names show who uses them."""

    of_type = "place"
    translates = ("name", "description")

    name = Text(300, required=True, metadata=doc("Neutral name."))
    kind = TermOf(PLACE_KINDS, required=True)
    names = Listed(One(NameSchema), 100)
    part_of = Reference("place")
    claimed_by = Listed(Reference("party"), 20)
    administered_by = Listed(Reference("party"), 20)
    attributes = Attributes()
    coordinates = Coordinates(
        CoordinatesSchema,
        metadata=doc("A point of it; where `geometry` is a point it is that one, and may be left out."),
    )
    geometry = GeometryField(metadata=doc("GeoJSON (RFC 7946): its point, line or area."))
    precision = One(PrecisionSchema, metadata=doc("Of `geometry` and `coordinates`."))
    identifiers = One(PlaceIdentifiersSchema)
    website = WebAddress(metadata=doc("Its own page."))
    same_as = Listed(WebAddress(), MOST_ADDRESSES, metadata=doc("Pages of others about the same."))
    image = One(ImageSchema)
    description = Text(5000, lines=True)
    translations = Translations()

    @validates_schema
    def _is_in_one_place(self, value: Json, **_: Any) -> None:
        if wrong := disagreement(value):
            raise ValidationError(wrong, "coordinates")
        if value.get("precision") and not (value.get("geometry") or value.get("coordinates")):
            raise ValidationError(
                Fault("needs a geometry or coordinates that it is the precision of"), "precision"
            )

    @post_load
    def _with_one_point(self, value: Json, **_: Any) -> Json:
        # One form for one meaning: what a read shows again is not kept twice.
        if point_of(value.get("geometry")) and value.get("coordinates"):
            return {name: member for name, member in value.items() if name != "coordinates"}
        return value
