"""Quantities in words, and beside those of other claims."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from schemas.base import Json

from .dates_in_words import When, when
from .links import Link, link_to
from .translating import N_, _, locale_of, spoken
from .words import term

_POWERS = {"3": N_("thousand"), "6": N_("million"), "9": N_("billion")}


@dataclass(frozen=True)
class Beside:
    """What another claim states about the same: its number, its time if that is another, and what comparing
    came to."""

    result: str
    stated: str
    valid: When | None
    claim: Link


@dataclass(frozen=True)
class Number:
    """A quantity of a claim beside others."""

    label: str
    stated: str
    beside: list[Beside]


def numbers(found: Json) -> list[Number]:
    """The quantities of a claim as `/v1/claims/{id}/quantities` tells of them; its own are not beside it."""
    own = found["claim"]["id"]
    return [
        Number(
            beside["quantity"]["of"],
            in_words(beside["quantity"]),
            [_beside(other) for other in beside["compared"] if other["claim"]["id"] != own],
        )
        for beside in found["quantities"]
    ]


def _beside(other: Json) -> Beside:
    stated = in_words(other["quantity"])
    # Else it may be the time of this claim.
    valid = when(other["valid"]) if other["result"] == "not-compared" else None
    return Beside(term(other["result"]), stated, valid, link_to(other["claim"]))


def in_words(quantity: Mapping[str, Any]) -> str:
    """A quantity as people write it: `48.79 %`, `about 80 to 120 dead`, `51 of 105 voters`."""
    unit = _unit(quantity["unit"])
    stated = f"{_extent(quantity)} {'' if unit == '1' else unit}".rstrip()
    return _("about %(number)s") % {"number": stated} if quantity.get("approximate") else stated


def _unit(code: str) -> str:
    """A unit without the braces of what is counted, its thousands and millions as words."""
    named = re.sub(r"^10\*([369])(?![0-9])", lambda power: _(_POWERS[power[1]]), code)
    return re.sub(r"\{([^}]*)\}", lambda noun: " " + noun[1].replace("_", " "), named).strip()


def _extent(quantity: Mapping[str, Any]) -> str:
    value, bounds = _digits(quantity.get("value")), _bounds(quantity)
    stated = f"{value} ({bounds})" if value and bounds else value or bounds or ""
    whole = _digits(quantity.get("out_of"))
    return _("%(part)s of %(whole)s") % {"part": stated, "whole": whole} if whole else stated


def _bounds(quantity: Mapping[str, Any]) -> str | None:
    low, high = _digits(quantity.get("low")), _digits(quantity.get("high"))
    if low and high:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    if low:
        return _("at least %(number)s") % {"number": low}
    return _("at most %(number)s") % {"number": high} if high else None


def _digits(number: str | None) -> str | None:
    """A number with all its digits, as its readers write numbers."""
    if number is None:
        return None
    known = Decimal(number)
    behind = "0" * max(0, -int(known.as_tuple().exponent))
    return format_decimal(known, f"#,##0.{behind}" if behind else "#,##0", locale_of(spoken()))
