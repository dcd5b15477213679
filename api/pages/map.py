"""A map of places: drawn by us from their coordinates and geometries, with the names that the sides use."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, floor, hypot, log10, radians
from typing import Any

from schemas.base import Json
from schemas.geometry import SHAPES, positions

from .links import Link, link_to
from .names import language_name
from .svg_text import width_of
from .translating import _, spoken
from .words import number

#: Units of the picture: about those of the page on a telephone.
WIDTH, _MARGIN, _FONT, _SMALL, _LINE = 360, 34, 12, 10, 14
_LEAST_HEIGHT, _MOST_HEIGHT = 150, 420
#: Places that are drawn; of the rest of the story beside one; names of one of them that are drawn, the list
#: below has the others too.
MOST_PLACES, _MOST_NEAR, _MOST_NAMES = 30, 6, 2
#: So many in such a distance lie too near together.
_LEAST_CROWD, _CROWDED = 4, 10
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45)
_KM_OF_DEGREE, _LEAST_SPAN, _LEAST_COSINE = 111.32, 0.02, 0.1
#: Of a dot, and of what is written at a line of the graticule.
_DOT, _ROOM = 4, 60

Point = tuple[float, float]
Box = tuple[float, float, float, float]
#: From where to where: x and y, twice.
Line = tuple[float, float, float, float]


@dataclass(frozen=True)
class SideName:
    """A name of a place and whose word it is."""

    text: str
    language: str
    language_name: str
    used_by: Link


@dataclass(frozen=True)
class Text:
    """A line of text in the picture, and where it begins or ends."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Drawn:
    """A place in the picture: its dot, its outline as a path, and what of its names stands beside it."""

    id: str
    link: Link
    number: int
    names: list[SideName]
    x: float
    y: float
    path: str
    kind: str
    label: list[Text]


@dataclass(frozen=True)
class Map:
    """The picture in units. `lines`: of the graticule; `scale`: how long the bar is, and of what."""

    height: int
    places: list[Drawn]
    lines: list[Line]
    degrees: list[Text]
    scale: tuple[float, str]


@dataclass(frozen=True)
class _View:
    """From degrees to units."""

    west: float
    north: float
    cosine: float
    unit: float
    height: int
    left: float
    top: float

    def at(self, longitude: float, latitude: float) -> Point:
        return (
            round(self.left + _east(longitude, self.west) * self.cosine * self.unit, 1),
            round(self.top + (self.north - latitude) * self.unit, 1),
        )


def map_of(here: Json | None, others: Iterable[Json]) -> Map | None:
    """The map of a place and of others around it, or None where that would be a dot alone."""
    known = {p["id"]: p for p in [*([here] if here else []), *others] if _points(p)}
    return _map(list(enumerate(list(known.values())[:MOST_PLACES], 1)), here)


def maps_of(places: Sequence[Json]) -> list[Map]:
    """The map of some places, and another of those of them that lie too near together on it."""
    whole = map_of(None, places)
    if whole is None:
        return []
    drawn = {place.id: place for place in whole.places}
    crowd = _crowd(whole.places)
    nearer = [(drawn[p["id"]].number, p) for p in places if p["id"] in crowd]
    closer = _map(nearer, None) if _LEAST_CROWD <= len(nearer) < len(drawn) else None
    return [whole, closer] if closer else [whole]


def _crowd(drawn: Sequence[Drawn]) -> set[str]:
    """The most places that lie around one of them."""
    around = ({o.id for o in drawn if hypot(o.x - p.x, o.y - p.y) <= _CROWDED} for p in drawn)
    return max(around, key=len)


def _map(numbered: Sequence[tuple[int, Json]], here: Json | None) -> Map | None:
    found = [place for _number, place in numbered]
    all_points = [point for place in found for point in _points(place)]
    if len({tuple(point) for point in all_points}) < 2:
        return None
    view = _view(all_points)
    lines, degrees = _graticule(view)
    bar, _said = scale = _scale(view)
    boxes: list[Box] = [(WIDTH - 10 - max(bar, 50), 0, WIDTH, 2 * _LINE)]
    boxes += [(t.x, t.y - _LINE, t.x + width_of(t.text) * _SMALL, t.y) for t in degrees]
    dots = [view.at(*_dot(place)) for place in found]
    boxes += [(x - _DOT, y - _DOT, x + _DOT, y + _DOT) for x, y in dots]
    drawn = [_drawn(place, index, view, boxes, here) for index, place in numbered]
    return Map(view.height, drawn, lines, degrees, scale)


def nearest(here: Json, others: Iterable[Json], beside: Sequence[Json]) -> list[Json]:
    """The places that lie nearest to one, in degrees of its latitude; none where it lies nowhere.

    `beside`: what is drawn with it anyway.
    """
    if not _points(here):
        return []
    longitude, latitude = _dot(here)
    cosine = max(_LEAST_COSINE, cos(radians(latitude)))

    def away(place: Json) -> float:
        east, north = _dot(place)
        across = (east - longitude + 180) % 360 - 180
        return hypot(across * cosine, north - latitude)

    drawn = {here["id"], *(place["id"] for place in beside)}
    known = [place for place in others if _points(place) and place["id"] not in drawn]
    return sorted(known, key=lambda place: (away(place), place["id"]))[: max(0, _MOST_NEAR - len(beside))]


def _points(place: Json) -> list[list[float]]:
    """Every position that is known of a place, longitude first."""
    geometry, point = place.get("geometry"), place.get("coordinates")
    found = positions(geometry) if geometry else []
    return found + ([[point["longitude"], point["latitude"]]] if point else [])


def _dot(place: Json) -> Point:
    """Where its dot stands: its point, else the middle of its outline."""
    if point := place.get("coordinates"):
        return point["longitude"], point["latitude"]
    all_of_it = _points(place)
    west = _westmost([p[0] for p in all_of_it])
    east = [_east(p[0], west) for p in all_of_it]
    norths = [p[1] for p in all_of_it]
    return west + max(east) / 2, (min(norths) + max(norths)) / 2


def _westmost(longitudes: Sequence[float]) -> float:
    """Where the shortest arc that holds them begins: what lies on both sides of 180° is not torn apart."""
    ordered = sorted({longitude % 360 for longitude in longitudes})
    gaps = [(b - a, b) for a, b in zip(ordered, [*ordered[1:], ordered[0] + 360], strict=True)]
    return max(gaps)[1] % 360


def _east(longitude: float, west: float) -> float:
    """How far east of a meridian another lies."""
    # What lies west of it by rounding alone is not all around the world.
    return round(longitude - west, 9) % 360


def _view(points: Sequence[Sequence[float]]) -> _View:
    west = _westmost([p[0] for p in points])
    north, south = max(p[1] for p in points), min(p[1] for p in points)
    cosine = max(_LEAST_COSINE, cos(radians((north + south) / 2)))
    across = max(_LEAST_SPAN, max(_east(p[0], west) for p in points) * cosine)
    down = max(_LEAST_SPAN, north - south)
    unit = min((WIDTH - 2 * _MARGIN) / across, (_MOST_HEIGHT - 2 * _MARGIN) / down)
    height = round(max(_LEAST_HEIGHT, down * unit + 2 * _MARGIN))
    left, top = (WIDTH - across * unit) / 2, (height - down * unit) / 2
    return _View(west, north, cosine, unit, height, left, top)


# Places


def _drawn(place: Json, index: int, view: _View, boxes: list[Box], here: Json | None) -> Drawn:
    x, y = view.at(*_dot(place))
    names = side_names(place)
    link = link_to({**place, "href": place["links"]["self"]})
    kind = "here" if here and here["id"] == place["id"] else "near"
    label = _label(link, index, names, (x, y), view, boxes)
    return Drawn(place["id"], link, index, names, x, y, _path(place, view), kind, label)


def side_names(place: Json) -> list[SideName]:
    """A name of a place by each party that has one, first by those that claim or have it.

    In the language of the page where there is one.
    """
    sides = {party["id"] for party in [*place["claimed_by"], *place["administered_by"]]}
    found: dict[str, Json] = {}
    for name in place["names"]:
        if user := name["used_by"]:
            known = found.setdefault(user["id"], name)
            if name["language"] == spoken() != known["language"]:
                found[user["id"]] = name
    return [
        SideName(n["text"], n["language"], language_name(n["language"]), link_to(n["used_by"]))
        for n in sorted(found.values(), key=lambda n: n["used_by"]["id"] not in sides)
    ]


def _path(place: Json, view: _View) -> str:
    geometry = place.get("geometry")
    if not geometry or geometry["type"] == "Point":
        return ""
    closed = "Z" if geometry["type"].endswith("Polygon") else ""
    strokes = _strokes(geometry["coordinates"], len(SHAPES[geometry["type"]]))
    return " ".join(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in (view.at(*p) for p in stroke)) + closed
        for stroke in strokes
    )


def _strokes(coordinates: list[Any], depth: int) -> Iterator[list[list[float]]]:
    """The lines and rings of a geometry."""
    if depth == 2:
        yield coordinates
    else:
        for inner in coordinates:
            yield from _strokes(inner, depth - 1)


def _label(
    link: Link, index: int, names: Sequence[SideName], at: Point, view: _View, boxes: list[Box]
) -> list[Text]:
    """The names of a place where they cover nothing else; else its number, or nothing."""
    said = [f"{name.text} ({name.used_by.text})" for name in names[:_MOST_NAMES]] or [link.text]
    # The names of both sides or of none: one alone would take a side.
    for lines in ([f"{index} {said[0]}", *said[1:]], [str(index)]):
        width, height = max(map(width_of, lines)) * _FONT, len(lines) * _LINE
        for anchor, left, top in _places_beside(at, width, height):
            box = (left, top, left + width, top + height)
            if _inside(box, view) and not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                x = {"start": left, "end": left + width, "middle": left + width / 2}[anchor]
                return [
                    Text(round(x, 1), round(top + _LINE * (i + 0.8), 1), line, anchor)
                    for i, line in enumerate(lines)
                ]
    return []


def _places_beside(at: Point, width: float, height: float) -> Iterator[tuple[str, float, float]]:
    x, y = at
    away = _DOT + 3
    yield "start", x + away, y - height / 2
    yield "end", x - away - width, y - height / 2
    yield "middle", x - width / 2, y - away - height
    yield "middle", x - width / 2, y + away


def _inside(box: Box, view: _View) -> bool:
    return box[0] >= 2 and box[1] >= 2 and box[2] <= WIDTH - 2 and box[3] <= view.height - _LINE


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# What tells where it is


def _graticule(view: _View) -> tuple[list[Line], list[Text]]:
    """Lines of whole degrees, or parts of one, and their names at the edges."""
    across = WIDTH / view.unit / view.cosine
    down = view.height / view.unit
    step = next((s for s in _STEPS if max(across, down) / s <= 6), _STEPS[-1])
    lines: list[Line] = []
    degrees: list[Text] = []
    west = view.west - view.left / view.unit / view.cosine
    for i in range(floor(west / step) + 1, floor((west + across) / step) + 1):
        x = round((i * step - west) * view.cosine * view.unit, 1)
        lines.append((x, 0, x, float(view.height)))
        east = (i * step + 180) % 360 - 180
        if x > WIDTH - _ROOM:
            continue
        degrees.append(Text(x + 2, view.height - 4, meridian(round(east, 2))))
    north = view.north + view.top / view.unit
    for i in range(floor((north - down) / step) + 1, floor(north / step) + 1):
        y = round((north - i * step) * view.unit, 1)
        if abs(i * step) > 90:
            continue
        lines.append((0, y, float(WIDTH), y))
        if _LINE < y < view.height - 2 * _LINE:
            degrees.append(Text(2, y - 3, parallel(round(i * step, 2))))
    return lines, degrees


def meridian(longitude: float) -> str:
    """A longitude as maps write it."""
    said = _("%(degrees)s° E") if longitude >= 0 else _("%(degrees)s° W")
    return said % {"degrees": number(abs(longitude))}


def parallel(latitude: float) -> str:
    """A latitude as maps write it."""
    said = _("%(degrees)s° N") if latitude >= 0 else _("%(degrees)s° S")
    return said % {"degrees": number(abs(latitude))}


def _scale(view: _View) -> tuple[float, str]:
    """A bar of a round number of kilometres, at most a quarter of the width."""
    kilometres = WIDTH / 4 / view.unit * _KM_OF_DEGREE
    power = 10 ** floor(log10(kilometres))
    long = next(n * power for n in (5, 2, 1) if n * power <= kilometres)
    said = _("%(number)s km") % {"number": number(round(long, 3))}
    return round(long / _KM_OF_DEGREE * view.unit, 1), said
