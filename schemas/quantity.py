"""Quantities: numbers as they were stated, whose digits say how precise they are."""

import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

from marshmallow import ValidationError, validates_schema

from .base import Fault, Json, ValueSchema, quoted
from .fields import Checked, Text, Yes
from .record import doc
from .units import LONGEST, UnitError, read_unit

#: Digits of a number, and the greatest power of ten of its first one, either way.
MOST_DIGITS, MOST_POWER = 20, 30
#: Quantities of a record, at most.
MOST_QUANTITIES = 20
_PATTERN = r"^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?(E-?[0-9]{1,2})?$"
_DECIMAL = re.compile(_PATTERN[1:-1])
#: The component of such a number.
DECIMAL: Json = {"type": "string", "pattern": _PATTERN, "maxLength": 64, "examples": ["48.80", "5.3E9"]}


def decimal_fault(value: object) -> str | None:
    """Why `value` is no decimal number as it is written here, or None."""
    if type(value) in (int, float):
        return Fault(f'must be a string, since its digits are its precision: write "{value}"')
    if not isinstance(value, str):
        return Fault('must be a string such as "48.80"')
    if not _DECIMAL.fullmatch(value):
        return Fault(f'{quoted(value)} is no decimal number: write it like "48.80", "-3" or "5.3E9"')
    number = Decimal(value)
    if len(number.as_tuple().digits) > MOST_DIGITS:
        return Fault(f"has more than {MOST_DIGITS} digits; leave out zeros with an exponent, such as 5.3E9")
    if not -MOST_POWER <= number.adjusted() <= MOST_POWER:
        return Fault(f"is out of range: the first digit may stand at 1E-{MOST_POWER} to 1E{MOST_POWER}")
    return None


class DecimalText(Checked):
    """A decimal number in a string: 48.8 and 48.80 are equal, and the second is known more precisely."""

    read = {"$ref": "#/components/schemas/Decimal"}

    def fault(self, value: Any) -> str | None:
        return decimal_fault(value)


class UnitCode(Checked):
    """A UCUM code, with annotations for what is counted, or an ISO 4217 currency."""

    read = {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST,
        "examples": ["%", "{votes}", "km2", "EUR"],
    }

    def fault(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return Fault('must be a string such as "%", "km2", "{votes}" or "EUR"')
        try:
            read_unit(value)
        except UnitError as error:
            return error.fault
        return None


class QuantitySchema(ValueSchema):
    """A number that is stated: `value`, or the bounds `low` and `high`, or both."""

    of = Text(100, required=True, metadata=doc("A short label of what is measured, such as turnout."))
    value = DecimalText()
    low = DecimalText(metadata=doc("The least that it may be."))
    high = DecimalText(metadata=doc("The most that it may be."))
    out_of = DecimalText(metadata=doc("The whole that it is a part of, in the same unit."))
    unit = UnitCode(required=True, metadata=doc("UCUM, or ISO 4217."))
    approximate = Yes(metadata=doc("Said to be about that: zeros at its end are not precise."))

    @validates_schema
    def _in_order(self, value: Json, **_: Any) -> None:
        stated = {name: Decimal(value[name]) for name in ("low", "value", "high") if value.get(name)}
        if not stated:
            raise ValidationError(Fault("give a value, or low and high, or one of these"), "value")
        for less, more in pairwise(stated):
            if stated[less] > stated[more]:
                raise ValidationError(Fault(_misplaced(less, more, value)), more if more == "high" else less)
        if value.get("out_of") and Decimal(value["out_of"]) <= 0:
            raise ValidationError(Fault("must be greater than 0"), "out_of")


def _misplaced(less: str, more: str, value: Json) -> str:
    return f"{less} {value[less]} is greater than {more} {value[more]}"
