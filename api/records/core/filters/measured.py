"""What quantities are found by: units that can be converted into one another, exact bounds, labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar
from unicodedata import normalize

from schemas import query as q
from schemas.base import Json
from schemas.query import Parameter, Query, QueryError, QueryFault
from schemas.units import read_unit

from ..sql import Sql, joined, sql
from .base import Filter, Index, Survivors
from .keys import Key

#: Digits of a bound as a key, as many as decimal128 has, and what is added to its exponent.
_DIGITS, _BIAS = 34, 500
#: Characters of a bound in the qualifier of a key, in which each begins at its own place.
_BOUND = 1 + 3 + _DIGITS


def quantity_keys(document: Json, computed: Json) -> Iterable[Key]:
    """The kind of unit of each quantity, with its bounds in the unit of that kind and its label."""
    return [_key(quantity) for quantity in document.get("quantities", ())]


def _key(quantity: Mapping[str, Any]) -> Key:
    unit = read_unit(quantity["unit"])
    low, high = (sortable(unit.to_kind(bound)) for bound in bounds(quantity))
    return unit.kind, low + high + plain_label(quantity["of"])


def plain_label(label: str) -> str:
    """A label as others are compared with it: whatever its case, width and blanks."""
    return " ".join(normalize("NFKC", label).casefold().split())


def labelled(label: str) -> Sql:
    """The condition on a key's row `k` that the quantity has this label."""
    return sql("substr(k.qualifier, {at}) = {label}", at=2 * _BOUND + 1, label=plain_label(label))


def bounds(quantity: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    """The least and the greatest that a quantity states, in its own unit."""
    stated = [Fraction(quantity[name]) for name in ("low", "value", "high") if quantity.get(name)]
    return stated[0], stated[-1]


def sortable(number: Fraction) -> str:
    """A number as text that sorts like it: sign, exponent and the first digits of its mantissa."""
    if not number:
        return "1" + "0" * (_BOUND - 1)
    exponent, digits = _scientific(abs(number))
    text = f"{exponent + _BIAS:03d}{digits:0{_DIGITS}d}"
    return "2" + text if number > 0 else "0" + text.translate(_COMPLEMENTS)


#: Of two negative numbers the one with the greater digits is the smaller.
_COMPLEMENTS = str.maketrans("0123456789", "9876543210")


def _scientific(number: Fraction) -> tuple[int, int]:
    """(exponent, digits) of a positive number: 0.digits times ten to the exponent, rounded half to even."""
    exponent = len(str(number.numerator)) - len(str(number.denominator)) + 1
    while number < Fraction(10) ** (exponent - 1):
        exponent -= 1
    digits = round(number * Fraction(10) ** (_DIGITS - exponent))
    # 9.99… may round up to one digit more.
    return (exponent, digits) if digits < 10**_DIGITS else (exponent + 1, digits // 10)


@dataclass(frozen=True)
class Measured(Filter):
    """Found by a unit that one of the record's quantities can be converted into, by bounds that this quantity
    touches, and by its label.

    The parameters `least` and `most` give the bounds, `label` the label; all mean one and the same quantity.
    """

    least: str = ""
    most: str = ""
    label: str = ""
    negatable: ClassVar[bool] = False

    def missing(self) -> str | None:
        """Keys, and the names of the bounds and of the label."""
        named = self.least and self.most and self.label
        return super().missing() or (None if named else "`least`, `most` and `label`")

    def plain(self) -> Parameter:
        """A unit."""
        return q.unit(self.name, self.description)

    def parameters(self) -> list[Parameter]:
        """The unit, the bounds in it, and the label."""
        found = [
            q.decimal(self.least, f"Of a quantity in `{self.name}`: the least."),
            q.decimal(self.most, f"Of a quantity in `{self.name}`: the most."),
            q.label(self.label, f"Of a quantity in `{self.name}`: its label."),
        ]
        return [self.plain(), *(replace(more, needs=self.name) for more in found)]

    def values(self, value: Any, survivors: Survivors) -> list[str]:
        """The kind of a unit."""
        return [read_unit(value).kind]

    def chosen(self, index: Index, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Records of which a quantity can be had in the unit and lies, at least in part, in the bounds."""
        least, most = (self._bound(name, value, query) for name in (self.least, self.most))
        if least and most and least > most:
            raise QueryError([QueryFault(self.most, f"{self.most} is less than {self.least}")])
        found = [sql("k.value = {kind}", kind=read_unit(value).kind)]
        if most:
            # The lower bound stands first; what follows it are digits.
            found.append(sql("k.qualifier < {most}", most=f"{most}~"))
        if least:
            found.append(sql("substr(k.qualifier, {at}) >= {least}", at=_BOUND + 1, least=least))
        if self.label in query.given:
            found.append(labelled(query[self.label]))
        return index.having(record_type, self.name, joined(" AND ", found))

    @staticmethod
    def _bound(name: str, unit: str, query: Query) -> str | None:
        if name not in query.given:
            return None
        return sortable(read_unit(unit).to_kind(Fraction(query[name])))
