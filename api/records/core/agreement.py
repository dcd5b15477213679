"""Whether two quantities say the same, as far as their digits go."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from schemas.units import SHARE, Unit, read_unit

#: Digits that a computed number is shown with, at most.
_SHOWN = Context(prec=12)
#: Digits enough for whatever two numbers of a record are apart.
_EXACT = Context(prec=100)
#: Quantities of which it is kept what they say, and pairs of which it is kept what comparing came to: one is
#: compared with many, some of which say the same, and each fraction is dear.
_KEPT = 1_000


@dataclass(frozen=True)
class Extent:
    """What a quantity says in a unit: its `value`, if it has one, and between which numbers (exclusive) the
    true one lies. None is without an end."""

    value: Fraction | None
    low: Fraction | None
    high: Fraction | None

    def meets(self, other: "Extent") -> bool:
        """Whether one number may be what both speak of."""
        return _below(self.low, other.high) and _below(other.low, self.high)

    def of_kind(self, unit: Unit) -> "Extent":
        """The same in the unit of the kind of its unit."""
        return Extent(*(None if n is None else unit.to_kind(n) for n in (self.value, self.low, self.high)))

    def as_unit(self, unit: Unit) -> "Extent":
        """What is in the unit of a kind in one that is of this kind."""
        return Extent(*(None if n is None else unit.from_kind(n) for n in (self.value, self.low, self.high)))


class _Said(NamedTuple):
    """What a quantity says, as a record has it."""

    value: str | None
    low: str | None
    high: str | None
    out_of: str | None
    unit: str
    approximate: bool

    @classmethod
    def by(cls, quantity: Mapping[str, Any]) -> "_Said":
        """What one says."""
        value, low, high, out_of = map(quantity.get, ("value", "low", "high", "out_of"))
        return cls(value, low, high, out_of, quantity["unit"], bool(quantity.get("approximate")))


def _below(low: Fraction | None, high: Fraction | None) -> bool:
    return low is None or high is None or low < high


class Comparison(NamedTuple):
    """What comparing came to: a term of `quantity-comparisons`, both values and how much more the other is in
    `unit`; or `why` there is nothing to compare."""

    result: str
    unit: str | None = None
    value: str | None = None
    other: str | None = None
    difference: str | None = None
    why: str | None = None


def compared(
    one: Mapping[str, Any], year: str | None, other: Mapping[str, Any], other_year: str | None
) -> Comparison:
    """Compare a quantity, as a record has it, with another; `year`: in which each was said to be so.

    Units that can be converted are. A share is compared with a part of a whole by dividing.
    """
    unit = read_unit(one["unit"])
    money = unit.is_currency and read_unit(other["unit"]).kind == unit.kind
    if money and (why := _other_money(unit, year, other_year)):
        return Comparison("not-compared", why=why)
    return _beside(_Said.by(one), _Said.by(other))


@lru_cache(_KEPT)
def _beside(one: _Said, other: _Said) -> Comparison:
    """One quantity beside another, whenever they were said to be so."""
    units = read_unit(one.unit), read_unit(other.unit)
    if units[0].kind == units[1].kind:
        return _compared(one, _stated(one), other, _stated_in(other, one.unit), one.unit)
    if _share(one) and _share(other):
        shown = next((unit.code for unit in units if unit.kind == SHARE.kind), "%")
        return _compared(
            one, _share_in(one, shown), other, _share_in(other, shown), shown, by="-by-arithmetic"
        )
    return Comparison("not-compared", why=f"{units[0].code} and {units[1].code} cannot be converted")


def _other_money(unit: Unit, year: str | None, other_year: str | None) -> str | None:
    """Why two amounts of a currency cannot be compared."""
    if year is None or other_year is None:
        return f"{unit.code} of a year that is not recorded: money is worth something else every year"
    if year != other_year:
        return f"{unit.code} of {year} and of {other_year}: money is worth something else every year"
    return None


def _compared(
    one: _Said, extent: Extent, other: _Said, other_extent: Extent, unit: str, by: str = ""
) -> Comparison:
    """What two quantities come to by what they say in a unit."""
    result = f"agreeing{by}" if extent.meets(other_extent) else "differing"
    value, beside = _shown(one, extent, unit), _shown(other, other_extent, unit)
    apart = None if value is None or beside is None else _EXACT.subtract(Decimal(beside), Decimal(value))
    return Comparison(result, unit, value, beside, apart if apart is None else _plain(apart))


def _shown(said: _Said, extent: Extent, unit: str) -> str | None:
    """The value in a unit, with the digits that were stated where nothing was converted."""
    return said.value if said.unit == unit else _text(extent.value)


def _text(number: Fraction | None) -> str | None:
    """A number as a decimal, rounded where it has more digits than are shown."""
    if number is None:
        return None
    return _plain(_SHOWN.divide(Decimal(number.numerator), Decimal(number.denominator)).normalize(_SHOWN))


def _plain(number: Decimal) -> str:
    """A number without an exponent, unless it is very large or small."""
    if not number:
        return "0"
    return f"{number:f}" if -12 < number.adjusted() < 21 else f"{number}"


@lru_cache(_KEPT)
def _share(said: _Said) -> Extent | None:
    """What a quantity says about a share, as a mere number: itself, or a part divided by its whole."""
    unit = read_unit(said.unit)
    if unit.kind == SHARE.kind:
        return _stated(said).of_kind(unit)
    if not said.out_of:
        return None
    part, half = _stated(said), _half(said.out_of, said.approximate)
    whole = _number(said.out_of)
    return Extent(
        None if part.value is None else part.value / whole,
        None if part.low is None else part.low / (whole + half if part.low > 0 else whole - half),
        None if part.high is None else part.high / (whole - half if part.high > 0 else whole + half),
    )


@lru_cache(_KEPT)
def _stated(said: _Said) -> Extent:
    """What a quantity says in its own unit: bounds where it has them, else its value; half of its last digit
    on either side."""
    low, high = said.low, said.high
    if low is None and high is None:
        low = high = said.value
    return Extent(
        None if said.value is None else _number(said.value),
        None if low is None else _number(low) - _half(low, said.approximate),
        None if high is None else _number(high) + _half(high, said.approximate),
    )


def _number(text: str) -> Fraction:
    """A number exactly: by way of a decimal, which is read in a fraction of the time."""
    return Fraction(Decimal(text))


@lru_cache(_KEPT)
def _stated_in(said: _Said, unit: str) -> Extent:
    """The same in another unit of its kind."""
    own = read_unit(said.unit)
    return _stated(said) if said.unit == unit else _stated(said).of_kind(own).as_unit(read_unit(unit))


@lru_cache(_KEPT)
def _share_in(said: _Said, unit: str) -> Extent:
    """What a quantity says about a share in a unit of shares."""
    share = _share(said)
    assert share
    return share if unit == SHARE.code else share.as_unit(read_unit(unit))


def _half(number: str, approximate: bool) -> Fraction:
    """Half of what the last digit of a number counts; of what is approximate, of the last that is no zero."""
    known = Decimal(number).normalize() if approximate else Decimal(number)
    exponent = int(known.as_tuple().exponent)
    return Fraction(10**exponent, 2) if exponent > 0 else Fraction(1, 2 * 10**-exponent)
