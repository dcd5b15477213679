"""The parameter that takes a box on the globe."""

import re
from typing import NamedTuple

from ..base import Fault, quoted
from .reading import Parameter


class Box(NamedTuple):
    """A part of the globe between two meridians and two parallels, in degrees: from `west` eastwards to
    `east`, across 180° where that is the smaller."""

    west: float
    south: float
    east: float
    north: float


_DEGREES = re.compile(r"-?\d{1,3}(\.\d{1,20})?", re.ASCII)
_BOX = "west,south,east,north in degrees, such as 145.3,43.3,149,45.6; across 180° west is greater than east"


def box(name: str, description: str) -> Parameter:
    """A bounding box in the order of RFC 7946 §5."""

    def read(text: str) -> Box:
        parts = text.split(",")
        if len(parts) != len(Box._fields):
            raise ValueError(Fault(f"has {len(parts)} values; it takes {_BOX}"))
        found = Box(*(_degrees(*side) for side in zip(Box._fields, parts, strict=True)))
        if found.south > found.north:
            raise ValueError(Fault(f"its south {parts[1]} is north of its north {parts[3]}; it takes {_BOX}"))
        return found

    schema = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
    text = f"{description} Its {_BOX}."
    return Parameter(name, text, schema, read, example=[145.3, 43.3, 149, 45.6])


def _degrees(side: str, text: str) -> float:
    most = 90 if side in ("south", "north") else 180
    if not _DEGREES.fullmatch(text) or abs(float(text)) > most:
        fault = f"its {side} {quoted(text)} is no number of degrees from -{most} to {most}; it takes {_BOX}"
        raise ValueError(Fault(fault))
    number = float(text)
    return int(number) if number.is_integer() else number
