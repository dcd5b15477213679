"""Truths, counts and numbers."""

import math
from typing import Any

from ..base import Fault, Json
from .base import Checked


class Yes(Checked):
    """True or false, and nothing that merely looks like it."""

    read = {"type": "boolean"}

    def fault(self, value: Any) -> str | None:
        return None if isinstance(value, bool) else Fault("must be true or false")


class Count(Checked):
    """A whole number from `least` to `most`."""

    def __init__(self, least: int = 0, most: int = 1_000_000_000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    @property
    def read(self) -> Json:  # type: ignore[override]  # computed from the bounds of this field
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def fault(self, value: Any) -> str | None:
        # bool is an int to Python. 3.0 is an integer to JSON Schema, and is read as 3.
        whole = type(value) is int or (type(value) is float and value.is_integer())
        if whole and self.least <= value <= self.most:
            return None
        return Fault(f"must be a whole number from {self.least} to {self.most}")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        return int(super()._deserialize(value, attr, data, **kwargs))


class Degrees(Checked):
    """Degrees of arc within ±`most` (WGS 84)."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    @property
    def read(self) -> Json:  # type: ignore[override]  # computed from the bounds of this field
        return {"type": "number", "minimum": -self.most, "maximum": self.most}

    def fault(self, value: Any) -> str | None:
        if type(value) in (int, float) and math.isfinite(value) and abs(value) <= self.most:
            return None
        return Fault(f"must be a number of degrees from -{self.most} to {self.most}")


class Number(Checked):
    """A number of nine digits before the point at most."""

    most = 999_999_999
    read = {"type": "number", "minimum": -most, "maximum": most}

    def fault(self, value: Any) -> str | None:
        if type(value) in (int, float) and math.isfinite(value) and abs(value) <= self.most:
            return None
        return Fault(f"must be a number from -{self.most} to {self.most}")
