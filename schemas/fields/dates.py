"""Fuzzy dates, and days of ours."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError

from ..base import Fault, Json, quoted
from ..fuzzy_date import FuzzyDate, FuzzyDateError
from .base import Checked

_DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


class FuzzyDateField(Checked):
    """An EDTF string on input (or the object that a read returns), an object with bounds on output."""

    read = {"$ref": "#/components/schemas/FuzzyDate"}
    written = {"$ref": "#/components/schemas/FuzzyDateInput"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        given = value.get("edtf") if isinstance(value, Mapping) else value
        try:
            return FuzzyDate.parse(given).edtf
        except FuzzyDateError as error:
            raise ValidationError(Fault(str(error))) from None

    def _serialize(self, value: str | None, attr: Any, obj: Any, **kwargs: Any) -> Json | None:
        return FuzzyDate.parse(value).to_json() if value else None


class Day(Checked):
    """A calendar day of ours, YYYY-MM-DD."""

    read = {"type": "string", "format": "date", "examples": ["2026-11-23"]}

    def fault(self, value: Any) -> str | None:
        try:
            if (
                isinstance(value, str)
                and _DAY.match(value)
                and date.fromisoformat(value[:10]).isoformat() == value
            ):
                return None
        except ValueError:
            pass
        return Fault(f"{quoted(value)} is not a day: write YYYY-MM-DD, such as 2026-11-23")
