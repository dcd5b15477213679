"""Where a place is: points, lines and areas as GeoJSON (RFC 7946), and how exactly that is known."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError

from .base import Fault, Json, ValueSchema, counted
from .fields import Checked, Count, One, TermOf
from .record import doc
from .vocabularies import PLACE_PRECISIONS

#: Positions of one geometry, and faults of one that are told, at most.
MOST_POSITIONS, MOST_FAULTS = 1_000, 20
#: Positions that a line has, and that a ring has, at least.
_LEAST_OF_LINE, _LEAST_OF_RING = 2, 4
#: A longitude and a latitude.
_PAIR = 2
_SIDES = (("longitude", 180), ("latitude", 90))
#: What coordinates consist of, by type: lists in lists, and what each level is called from the outside in.
SHAPES: dict[str, tuple[str, ...]] = {
    "Point": ("position",),
    "LineString": ("line", "position"),
    "Polygon": ("area", "ring", "position"),
    "MultiPolygon": ("areas", "area", "ring", "position"),
}

_SPELT = {
    "line": "a line: a list of positions",
    "areas": "a list of areas",
    "area": "an area: a list of rings",
    "ring": "a ring: a list of positions",
}

_POSITION: Json = {
    "type": "array",
    "description": "Longitude, then latitude: WGS 84 degrees.",
    "items": {"type": "number", "minimum": -180, "maximum": 180},
    "minItems": _PAIR,
    "maxItems": _PAIR,
}
_LEAST = {"line": _LEAST_OF_LINE, "ring": _LEAST_OF_RING}
_MEANING = {
    "Point": "A point.",
    "LineString": "A line, such as a border.",
    "Polygon": "An area: its outer ring, then its holes. A ring ends where it begins; its direction is free.",
    "MultiPolygon": "Several areas; what lies on both sides of 180° is cut there (RFC 7946 §3.1.9).",
}


def _listed(levels: tuple[str, ...]) -> Json:
    level, *below = levels
    if not below:
        return {"$ref": "#/components/schemas/GeoPosition"}
    least = _LEAST.get(level, 1)
    return {"type": "array", "items": _listed(tuple(below)), "minItems": least, "maxItems": MOST_POSITIONS}


def _component(name: str) -> Json:
    return {
        "type": "object",
        "description": _MEANING[name],
        "required": ["type", "coordinates"],
        "properties": {"type": {"type": "string", "const": name}, "coordinates": _listed(SHAPES[name])},
        "additionalProperties": False,
    }


#: Components of geometries: a client tells them apart by their `type`.
GEOMETRIES: dict[str, Json] = {
    "GeoPosition": _POSITION,
    **{f"{name}Geometry": _component(name) for name in SHAPES},
    "Geometry": {
        "description": f"RFC 7946, {MOST_POSITIONS} positions at most.",
        "oneOf": [{"$ref": f"#/components/schemas/{name}Geometry"} for name in SHAPES],
        "discriminator": {
            "propertyName": "type",
            "mapping": {name: f"#/components/schemas/{name}Geometry" for name in SHAPES},
        },
    },
}


class GeometryField(Checked):
    """A GeoJSON geometry: `type` and `coordinates`, longitude first."""

    read = {"$ref": "#/components/schemas/Geometry"}
    #: Members in it that are no text (schemas/plain_values.py).
    plain_members: Mapping[str, str] = {"coordinates": "number"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Json:
        if not isinstance(value, Mapping):
            raise ValidationError(Fault("must be an object"))
        found: dict[str, Any] = {
            name: [Fault.of_choice("a member here", name, ("type", "coordinates"))]
            for name in list(value)[:MOST_FAULTS]
            if name not in ("type", "coordinates")
        }
        found |= {n: [Fault("is required")] for n in ("type", "coordinates") if value.get(n) is None}
        name = value.get("type")
        if name is not None and (not isinstance(name, str) or name not in SHAPES):
            found["type"] = [Fault.of_choice("a type of geometry here", name, SHAPES)]
        elif name and "coordinates" not in found and (faults := _nested(value["coordinates"], SHAPES[name])):
            found["coordinates"] = faults
        if found:
            raise ValidationError(found)
        return {"type": value["type"], "coordinates": value["coordinates"]}

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Json | None:
        # In one order, however it is kept.
        return {"type": value["type"], "coordinates": value["coordinates"]} if value else None


def _nested(coordinates: Any, levels: tuple[str, ...]) -> Any:
    """The faults of coordinates, under the indices that lead to them."""
    found: Any = {}
    if (number := sum(1 for _ in _positions(coordinates, len(levels) - 1))) > MOST_POSITIONS:
        return [Fault(f"has {number} positions; at most {MOST_POSITIONS} are allowed: draw it more simply")]
    for way, fault in list(_faults(coordinates, levels))[:MOST_FAULTS]:
        if not way:
            return [fault]
        branch = found
        for index in way[:-1]:
            branch = branch.setdefault(index, {})
        branch[way[-1]] = [fault]
    return found


def _positions(value: Any, depth: int) -> Iterator[Any]:
    """What stands where positions are to stand, lists in lists."""
    if depth == 0:
        yield value
    elif isinstance(value, list):
        for member in value:
            yield from _positions(member, depth - 1)


def _faults(value: Any, levels: tuple[str, ...]) -> Iterator[tuple[tuple[int, ...], Fault]]:
    """What is wrong, with the indices that lead there."""
    level, *below = levels
    if not below:
        yield from _position_faults(value)
        return
    least = _LEAST.get(level, 1)
    if not isinstance(value, list) or (value and not isinstance(value[0], list)):
        yield (), Fault(f"must be {_SPELT[level]}")
        return
    if len(value) < least:
        yield (), Fault(f"has {counted(len(value), 'member')}; {_SPELT[level]} has at least {least}")
        return
    inside = [((i, *way), f) for i, member in enumerate(value) for way, f in _faults(member, tuple(below))]
    yield from inside
    if level == "ring" and not inside and value[0] != value[-1]:
        yield (len(value) - 1,), Fault(f"must be the first position again, {value[0]}: a ring is closed")


def _position_faults(value: Any) -> Iterator[tuple[tuple[int, ...], Fault]]:
    if not isinstance(value, list) or len(value) != _PAIR:
        yield (), Fault("must be a position: [longitude, latitude], without a height")
        return
    for index, (number, (side, most)) in enumerate(zip(value, _SIDES, strict=True)):
        # What is no number is not less than one either.
        if type(number) not in (int, float) or not abs(number) <= most:
            first = "; the longitude comes first" if side == "latitude" else ""
            yield (index,), Fault(f"must be a {side} in degrees from -{most} to {most}{first}")


class PrecisionSchema(ValueSchema):
    """How exactly it is known where a place is."""

    kind = TermOf(PLACE_PRECISIONS, metadata=doc("What the geometry stands for."))
    metres = Count(
        1,
        20_000_000,
        metadata=doc(
            "Radius of a circle around the point that surely holds all of the place; of a line or an area, "
            "how far its line may be off (Darwin Core `coordinateUncertaintyInMeters`)."
        ),
    )


class Coordinates(One):
    """A point: of a `geometry` that is one, shown again."""

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # marshmallow has two names for it
        return super()._serialize(value or point_of(obj.get("geometry")), attr, obj, **kwargs)


def point_of(geometry: Json | None) -> Json | None:
    """The latitude and longitude of a geometry that is a point."""
    if not geometry or geometry["type"] != "Point":
        return None
    longitude, latitude = geometry["coordinates"]
    return {"latitude": latitude, "longitude": longitude}


def positions(geometry: Json) -> list[list[float]]:
    """All positions of a geometry."""
    return list(_positions(geometry["coordinates"], len(SHAPES[geometry["type"]]) - 1))


def parts(geometry: Json) -> list[list[list[float]]]:
    """The positions of each part that stands apart: of several areas each."""
    shape = geometry["type"]
    if shape != "MultiPolygon":
        return [positions(geometry)]
    return [list(_positions(area, len(SHAPES["Polygon"]) - 1)) for area in geometry["coordinates"]]


def disagreement(place: Json) -> str | None:
    """Why a place's coordinates cannot be those of its geometry, or None."""
    geometry, stated = place.get("geometry"), place.get("coordinates")
    if not geometry or not stated:
        return None
    if point := point_of(geometry):
        return None if point == stated else Fault("differ from the point of geometry: leave one of them out")
    places = positions(geometry)
    for index, (side, _) in enumerate(_SIDES):
        ends = [position[index] for position in places]
        if not min(ends) <= stated[side] <= max(ends):
            return Fault(f"lie outside of geometry: its {side} is from {min(ends)} to {max(ends)}")
    return None
