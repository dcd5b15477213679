"""Fuzzy dates as a reader takes them in: in words, and for machines only where HTML can say them."""

from dataclasses import dataclass

from schemas.base import Json

#: Dates that `<time datetime>` can say (HTML, §4.5.14); doubted ones are not among them.
_SAYABLE = ("day", "month", "year")


@dataclass(frozen=True)
class When:
    """A date: `display` in words; `machine`: the value of `<time datetime>`."""

    display: str
    edtf: str
    machine: str | None


def when(value: Json | None) -> When | None:
    """A fuzzy date as served."""
    if value is None:
        return None
    sayable = value["precision"] in _SAYABLE and value["certainty"] == "certain" and "X" not in value["edtf"]
    return When(value["display"], value["edtf"], value["edtf"] if sayable else None)
