"""Units of quantities: UCUM, with annotations for what is counted, or an ISO 4217 currency."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import pycountry

from . import ucum
from .base import Fault, quoted
from .unit_advice import advised

#: Characters of a unit: the time that its grammar takes grows faster than they do.
LONGEST = 64
#: The greatest power of ten that a unit may come to, either way.
_MOST_POWER = 60
CURRENCIES: dict[str, str] = {currency.alpha_3: currency.name for currency in pycountry.currencies}
#: Temperatures, which begin elsewhere than kelvin: (factor, zero).
_SCALES = {"Cel": (Fraction(1), Fraction("273.15")), "[degF]": (Fraction(5, 9), Fraction("459.67"))}
_FORMS = "write a UCUM code such as %, km2 or {votes} for what is counted, or an ISO 4217 code such as EUR"


class UnitError(ValueError):
    """A text is no unit; `fault` says what to write."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class Unit:
    """A unit. `kind` is the unit that all which can be converted into one another have in common: a value v
    of this one is `factor` * (v + `zero`) of that."""

    code: str
    kind: str
    factor: Fraction = Fraction(1)
    zero: Fraction = Fraction(0)

    @property
    def is_currency(self) -> bool:
        """Whether it is money, which is worth something else every year."""
        return self.kind in CURRENCIES

    def to_kind(self, value: Fraction) -> Fraction:
        """A value of it in the unit of its kind."""
        return self.factor * (value + self.zero)

    def from_kind(self, value: Fraction) -> Fraction:
        """A value of the unit of its kind in this one."""
        return value / self.factor - self.zero


#: The unit of what is divided by its like.
SHARE = Unit("1", "1")


def read_unit(code: str) -> Unit:
    """The unit of this code. Raises UnitError where there is none."""
    found = _found(code)
    if isinstance(found, Fault):
        raise UnitError(found)
    return found


@lru_cache(maxsize=1024)
def _found(code: str) -> Unit | Fault:
    if code in CURRENCIES:
        return Unit(code, code)
    if code in _SCALES:
        return Unit(code, "K", *_SCALES[code])
    if len(code) > LONGEST:
        return Fault(f"is {len(code)} characters long; at most {LONGEST} are allowed")
    if _is_unit(code):
        measure = ucum.measure_of(code)
        return Unit(code, measure.kind, measure.factor)
    near = advised(code, CURRENCIES, ucum.names(), _is_unit)
    hint = f'; did you mean "{near}"?' if near else f": {_FORMS}"
    return Fault(f"{quoted(code)} is no unit{hint}", (), near)


def _is_unit(code: str) -> bool:
    """Whether UCUM has it, in a size that anybody measures in."""
    if code in _SCALES:
        return True
    try:
        measure = ucum.measure_of(code)
    except ucum.UcumError:
        return False
    # A scale with a zero of its own has no multiples.
    usual = Fraction(1, 10**_MOST_POWER) <= measure.factor <= 10**_MOST_POWER
    return usual and measure.kind not in _SCALES
