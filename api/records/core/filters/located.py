"""What places are found by on the globe: boxes around their parts, in cells of a grid that is finer level by
level."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import floor, log2
from typing import Any, ClassVar, NamedTuple

from schemas import query as q
from schemas.base import Json
from schemas.geometry import parts
from schemas.query import Box, Parameter, Query

from ..sql import Sql, joined, sql
from .base import Filter, Index, Survivors
from .keys import Key

#: Levels of the grid: a cell of the last is 0.0055° wide.
_DEPTH = 16
_CELLS = 1 << _DEPTH
#: Digits of a bound as text, which sorts like the number: billionths of a degree, a tenth of a millimetre.
_DIGITS, _FINENESS = 12, 10**9


class _Sides(NamedTuple):
    """A box that does not cross 180°: degrees."""

    west: float
    south: float
    east: float
    north: float


def box_keys(document: Json, computed: Json) -> Iterable[Key]:
    """Of each part of a place: the smallest cell that has all of it, with its own box."""
    found = [_key(positions) for positions in _parts(document)]
    return list(dict.fromkeys(found))


def _parts(place: Json) -> Iterable[Sequence[Sequence[float]]]:
    if geometry := place.get("geometry"):
        return parts(geometry)
    point = place.get("coordinates")
    return [[(point["longitude"], point["latitude"])]] if point else []


def _key(positions: Sequence[Sequence[float]]) -> Key:
    longitudes, latitudes = ([position[side] for position in positions] for side in (0, 1))
    sides = _Sides(min(longitudes), min(latitudes), max(longitudes), max(latitudes))
    return _cell_of(sides), "".join(map(_sortable, sides))


def _sortable(degrees: float) -> str:
    return f"{round((degrees + 180) * _FINENESS):0{_DIGITS}d}"


def _cell_of(box: _Sides) -> str:
    """The way down the grid to the smallest cell that has all of a box: a digit, 0 to 3, for each level."""
    first, last = _way(box.west, box.south), _way(box.east, box.north)
    same = (level for level, (one, other) in enumerate(zip(first, last, strict=True)) if one != other)
    return first[: next(same, _DEPTH)]


def _way(longitude: float, latitude: float) -> str:
    across, up = _step(longitude, 180), _step(latitude, 90)
    levels = range(_DEPTH - 1, -1, -1)
    return "".join(str((across >> level & 1) + 2 * (up >> level & 1)) for level in levels)


def _step(degrees: float, most: int) -> int:
    # The last cell has its far edge too.
    return min(floor((degrees + most) / (2 * most) * _CELLS), _CELLS - 1)


@dataclass(frozen=True)
class Located(Filter):
    """Found by a box that one of its parts touches; both are boxes in degrees, edges included."""

    negatable: ClassVar[bool] = False

    def plain(self) -> Parameter:
        """A box."""
        return q.box(self.name, self.description)

    def echo(self, value: Box, survivors: Survivors) -> list[float]:
        """The box as RFC 7946 writes it."""
        return list(value)

    @property
    def facets(self) -> tuple[str, ...]:
        """Boxes are not counted by."""
        return ()

    def chosen(self, index: Index, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Records of which a part touches the box."""
        # Each by itself: SQLite would read all boxes for conditions of which any may hold.
        touched = [touching for box in _uncrossed(value) for touching in _touching(box)]
        return joined(" UNION ALL ", (index.having(record_type, self.name, each) for each in touched))


def _uncrossed(box: Box) -> list[_Sides]:
    """The same as boxes that do not cross 180°. That meridian is -180° as well."""
    west, south, east, north = box
    if west > east:
        return [_Sides(west, south, 180, north), _Sides(-180, south, east, north)]
    other = [_Sides(-side, south, -side, north) for side in (west, east) if abs(side) == 180]
    return [_Sides(*box), *(side for side in other if not west <= side.west <= east)]


def _touching(box: _Sides) -> Iterator[Sql]:
    """Conditions on a key's row `k`: where one of them holds, its box touches this one."""
    west, south, east, north = map(_sortable, box)
    touches = sql(
        "substr(k.qualifier, 1, {digits}) <= {east} "
        "AND substr(k.qualifier, {digits} + 1, {digits}) <= {north} "
        "AND substr(k.qualifier, 2 * {digits} + 1, {digits}) >= {west} "
        "AND substr(k.qualifier, 3 * {digits} + 1) >= {south}",
        digits=_DIGITS,
        west=west,
        south=south,
        east=east,
        north=north,
    )
    for near in _near(box):
        yield sql("{near} AND {touches}", near=near, touches=touches)


def _near(box: _Sides) -> Iterator[Sql]:
    """Conditions on its cell, one of which holds: it lies in one of the four that cover the box, or around
    one. So the index finds the few boxes that are compared."""
    widest = max((box.east - box.west) / 360, (box.north - box.south) / 180)
    # No wider than a cell of this level, it lies in two of them across and in two up.
    level = min(_DEPTH, floor(-log2(widest))) if widest else _DEPTH
    cells = {_way(x, y)[:level] for x in (box.west, box.east) for y in (box.south, box.north)}
    if around := {cell[:end] for cell in cells for end in range(level)}:
        yield sql("k.value IN ({around})", around=sorted(around))
    for cell in sorted(cells):
        # What lies within a cell begins like it and goes on with digits.
        yield sql("k.value >= {cell} AND k.value < {end}", cell=cell, end=f"{cell}~")
