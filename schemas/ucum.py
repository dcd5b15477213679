"""UCUM: what a unit is in the units that all others are made of, in exact numbers.

ucumvert has the grammar and the official table of units. Of pint, which it leads to, nothing is used: it
computes with floats, knows nothing of what is counted, and takes 0.7 s of processor time to begin. The parser
takes 0.2 s and 20 MB: it is loaded with the first unit that is read, so that who reads none pays nothing.

UCUM 2.2: https://ucum.org/ucum
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, reduce
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark

#: The greatest exponent of one part of a unit.
MOST_EXPONENT = 36


class UcumError(ValueError):
    """A text is no UCUM unit."""


@dataclass(frozen=True)
class Measure:
    """`factor` times a product of units that are made of no others, each with its exponent.

    What is counted is such a unit too: votes are no people, though UCUM takes both for the number one.
    """

    factor: Fraction = Fraction(1)
    units: Mapping[str, int] = field(default_factory=dict)

    def times(self, other: "Measure", sign: int = 1) -> "Measure":
        """The product of both; the quotient where `sign` is -1."""
        names = self.units.keys() | other.units.keys()
        units = {name: self.units.get(name, 0) + sign * other.units.get(name, 0) for name in names}
        return Measure(self.factor * other.factor**sign, {name: e for name, e in units.items() if e})

    def to(self, exponent: int) -> "Measure":
        """The power of it."""
        return Measure(self.factor**exponent, {name: e * exponent for name, e in self.units.items()})

    @property
    def kind(self) -> str:
        """The product as a UCUM unit: `m2`, `g/m3`, `{votes}`; `1` for a mere number."""
        above = ".".join(_powers(self.units, 1)) or "1"
        return "/".join((above, *_powers(self.units, -1)))


def _powers(units: Mapping[str, int], sign: int) -> Iterator[str]:
    for name, exponent in sorted(units.items()):
        if exponent * sign > 0:
            # An annotation takes no exponent.
            many = abs(exponent) if name.startswith("{") else 1
            yield from [name + (str(abs(exponent)) if abs(exponent) > many else "")] * many


def measure_of(code: str) -> Measure:
    """What a UCUM unit is. Raises UcumError where it is none."""
    from lark.exceptions import LarkError

    try:
        return _measure(_parser().parse(code))
    except LarkError as error:
        raise UcumError(code) from error


def _measure(node: Any) -> Measure:
    """What a part of a parsed unit is: see the rules of `ucum_grammar.lark`."""
    if isinstance(node, str):
        return _counted(node)
    first, last = node.children[0], node.children[-1]
    if node.data == "simple_unit":
        return _simple([str(token) for token in node.children])
    if node.data == "main_term":
        return Measure().times(_measure(last), 1 if len(node.children) == 1 else -1)
    if node.data == "annotatable":
        return _measure(first).to(_exponent(last))
    if node.data == "component":
        return _measure(first).times(_counted(last))
    return _measure(first).times(_measure(last), -1 if node.children[1] == "/" else 1)


def _counted(annotation: str) -> Measure:
    return Measure(units={annotation.lower(): 1} if annotation != "{}" else {})


def _exponent(token: str) -> int:
    if abs(int(token)) > MOST_EXPONENT:
        raise UcumError(token)
    return int(token)


def _simple(tokens: list[str]) -> Measure:
    """A factor, or a unit of the table with or without a prefix."""
    *prefix, atom = tokens
    if atom.isdigit():
        return Measure(Fraction(atom))
    return reduce(Measure.times, (Measure(_prefixes()[name]) for name in prefix), _atom(atom))


@cache
def _atom(code: str) -> Measure:
    """A unit of the table; one that is made of no others, or on a scale of its own, stands for itself."""
    of, value, made_of = _table().get(code, (code, None, None))
    if value is None or made_of is None:
        return Measure(units={of: 1})
    return Measure(Fraction(value)).times(measure_of(made_of))


# What ucumvert has


@cache
def _parser() -> "Lark":
    from ucumvert.parser import get_ucum_parser

    parser: Lark = get_ucum_parser()
    return parser


def _elements(tag: str) -> Iterator[Any]:
    from ucumvert import xml_util

    yield from xml_util.root.findall(f".//{{*}}{tag}")


@cache
def _prefixes() -> dict[str, Fraction]:
    return {e.attrib["Code"]: Fraction(e.find("{*}value").attrib["value"]) for e in _elements("prefix")}


@cache
def _table() -> dict[str, tuple[str, str | None, str | None]]:
    """(code, value, unit that it is so many of) by code; no value where it is a scale of its own."""
    return {e.attrib["Code"]: _definition(e) for e in _elements("unit")}


def _definition(element: Any) -> tuple[str, str | None, str | None]:
    code, value = element.attrib["Code"], element.find("{*}value").attrib
    own = "isSpecial" in element.attrib or ("isArbitrary" in element.attrib and value["Unit"] == "1")
    return (code, None, None) if own else (code, value["value"], value["Unit"])


@cache
def names() -> dict[str, str]:
    """Codes of the table by the names of the units, in lower case."""
    found = [*_elements("base-unit"), *_elements("unit")]
    return {n.text.lower(): e.attrib["Code"] for e in reversed(found) for n in e.findall("{*}name") if n.text}
