"""The fields that records are made of.

Each knows its JSON Schema in both directions: `written` is what a client may send, `read` is what
it gets. Both feed the OpenAPI description.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from .base import Fault, Json, Rendering, quoted
from .countries import COUNTRY_CODES, FORMER_COUNTRY_CODES
from .fuzzy_date import FuzzyDate, FuzzyDateError
from .language_tags import language_tag_fault
from .text import MOST_MARKS, address_fault, long_run_of_marks, text_fault
from .vocabularies import Vocabulary

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_ID = re.compile(ID_PATTERN)
_DIGEST = re.compile(r"^sha-256:[0-9a-f]{64}$")
_DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")

_COMMON_ERRORS = {"required": "is required", "null": "may not be null"}


def id_fault(value: object) -> str | None:
    """Why `value` cannot be a record's id, or None."""
    if not isinstance(value, str):
        return Fault("an id is a string such as abe-shinzo")
    if len(value) > 64 or not _ID.match(value) or value.endswith("\n"):
        return Fault(
            f"{quoted(value)} is not an id: 1-64 characters of a-z and 0-9, with single hyphens between"
        )
    return None


def _either(plain: Json, member: str, description: str) -> Json:
    """A string, or the object that a read returns, of which one member counts."""
    read = {"type": "object", "required": [member], "properties": {member: plain}}
    return {
        "oneOf": [plain, {**read, "description": f"What a read returns: only its `{member}` counts."}],
        "description": description,
    }


ID: Json = {"$ref": "#/components/schemas/Id"}
_EDTF: Json = {"type": "string", "maxLength": 64, "examples": ["2018-11", "2012-12-26/2020-09-16"]}
#: Components of plain values; a reference and a date may be written as the object that a read returns.
PLAIN_VALUES: dict[str, Json] = {
    "Id": {"type": "string", "pattern": ID_PATTERN, "maxLength": 64, "examples": ["abe-shinzo"]},
    "ReferenceInput": _either(ID, "id", "The id of another record."),
    "FuzzyDateInput": _either(_EDTF, "edtf", "EDTF level 0 or 1, without times of day, years 0001-9999."),
}


class Checked(fields.Field[Any]):
    """A value that `fault` accepts or refuses as it stands; null where nothing is known."""

    read: Json = {}
    #: Whether every read has a value, though it need not be written.
    always_read = False

    def __init__(self, **kwargs: Any) -> None:
        required = kwargs.get("required", False)
        kwargs.setdefault("allow_none", not required)
        kwargs.setdefault("dump_default", None)
        kwargs["error_messages"] = _COMMON_ERRORS | kwargs.get("error_messages", {})
        super().__init__(**kwargs)

    @property
    def written(self) -> Json:
        """JSON Schema of the input; the same as `read` unless a field says otherwise."""
        return self.read

    def fault(self, value: Any) -> str | None:
        """What is wrong with `value`, or None."""
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        wrong = self.fault(value)
        if wrong:
            raise ValidationError(wrong)
        return value


class Text(Checked):
    """A string of 1 to `longest` characters without controls or invisible characters."""

    def __init__(self, longest: int, *, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest, self.lines = longest, lines

    @property
    def read(self) -> Json:  # type: ignore[override]  # computed from the bounds of this field
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    def fault(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return Fault("must be a string")
        if not value:
            return Fault("must not be empty; leave the member out or write null where nothing is known")
        if len(value) > self.longest:
            return Fault(f"is {len(value)} characters long; at most {self.longest} are allowed")
        wrong = text_fault(value, lines=self.lines)
        return Fault(wrong) if wrong else None


class SavedText(Checked):
    """A whole text with any characters, as long as a body may be."""

    read = {"type": "string"}

    def fault(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return Fault("must be a string")
        at = long_run_of_marks(value)
        if at is None:
            return None
        return Fault(
            f"holds more than {MOST_MARKS} combining marks or accents in a row at position {at}; remove them"
        )


class Id(Checked):
    """A record's own id."""

    read = ID

    def fault(self, value: Any) -> str | None:
        return id_fault(value)


class TermOf(Checked):
    """A term of a controlled vocabulary."""

    def __init__(self, vocabulary: Vocabulary, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.vocabulary = vocabulary

    @property
    def read(self) -> Json:  # type: ignore[override]  # computed from the vocabulary
        return self.vocabulary.schema

    def fault(self, value: Any) -> str | None:
        if isinstance(value, str) and value in self.vocabulary:
            return None
        known = self.vocabulary
        return Fault.of_choice(f"one of {known.name}", value, known.names, known.synonyms)


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


class Reference(Checked):
    """Another record: its id on input, {`type`, `id`, `name`, `href`} on output."""

    def __init__(self, *to: str, itself: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        #: Which types it takes, and whether a record may name itself here.
        self.to, self.itself = to, itself

    read = {"$ref": "#/components/schemas/Reference"}
    written = {"$ref": "#/components/schemas/ReferenceInput"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        given = value.get("id") if isinstance(value, Mapping) else value
        wrong = id_fault(given)
        if wrong:
            raise ValidationError(wrong)
        return str(given)

    def _serialize(self, value: str | None, attr: Any, obj: Any, **kwargs: Any) -> Json | None:
        return Rendering.get().reference(value) if value else None


class LanguageTag(Checked):
    """A BCP 47 language tag in its canonical letter case."""

    read = {"type": "string", "maxLength": 35, "examples": ["en", "ja-Latn"]}

    def fault(self, value: Any) -> str | None:
        if not isinstance(value, str) or len(value) > 35:
            return Fault("must be a BCP 47 language tag such as en, ja or ja-Latn")
        return language_tag_fault(value)


class CountryCode(Checked):
    """ISO 3166-1 alpha-2, or the four letters of ISO 3166-3 for a country that is no more."""

    read = {"type": "string", "pattern": "^[A-Z]{2}([A-Z]{2})?$", "examples": ["JP", "SUHH"]}

    def fault(self, value: Any) -> str | None:
        if isinstance(value, str) and (value in COUNTRY_CODES or value in FORMER_COUNTRY_CODES):
            return None
        return Fault(f"{quoted(value)} is no ISO 3166 code: write JP, or SUHH for a former country")


class WebAddress(Checked):
    """An absolute http or https URL, in whatever script it was printed (RFC 3987)."""

    read = {"type": "string", "format": "iri", "maxLength": 2000}

    def fault(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return Fault("must be a string such as https://example.org/page")
        if len(value) > 2000:
            return Fault(f"is {len(value)} characters long; at most 2000 are allowed")
        wrong = address_fault(value)
        return Fault(wrong) if wrong else None


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


class Digest(Checked):
    """`sha-256:` and 64 hexadecimal digits."""

    read = {"type": "string", "pattern": "^sha-256:[0-9a-f]{64}$"}

    def fault(self, value: Any) -> str | None:
        if isinstance(value, str) and _DIGEST.match(value) and len(value) == 72:
            return None
        return Fault("must be sha-256: followed by 64 hexadecimal digits in lower case")


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


class Matching(Checked):
    """A string of a fixed pattern, such as an identifier elsewhere."""

    def __init__(self, pattern: str, example: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pattern, self.example = pattern, example

    @property
    def read(self) -> Json:  # type: ignore[override]  # computed from the pattern of this field
        return {"type": "string", "pattern": self.pattern, "examples": [self.example]}

    def fault(self, value: Any) -> str | None:
        if isinstance(value, str) and re.fullmatch(self.pattern[1:-1], value):
            return None
        return Fault(f"{quoted(value)} does not have this form: write it like {self.example}")


class Listed(fields.List[Any]):
    """A list of at most `most` members; [] where nothing is known.

    References, addresses and objects stand in it once each; objects are the same where their members `once`
    are, or where all of them are.
    """

    def __init__(
        self, inner: fields.Field[Any], most: int, *, once: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        least = 1 if kwargs.get("required") else 0
        kwargs.setdefault("dump_default", [])
        kwargs.setdefault("allow_none", not kwargs.get("required", False))
        kwargs["error_messages"] = _COMMON_ERRORS | {"invalid": "must be a list"}
        super().__init__(inner, **kwargs)
        self.least, self.most, self.once = least, most, once

    @property
    def distinct(self) -> bool:
        """Whether a member may stand in it once only."""
        return isinstance(self.inner, Reference | fields.Nested | WebAddress)

    def _identity(self, member: Any) -> str:
        """What two members have in common that are the same, as they are read or served."""
        if isinstance(self.inner, Reference):
            return str(member["id"] if isinstance(member, dict) else member)
        if isinstance(member, str):
            return member
        stated = {n: v for n, v in member.items() if v not in (None, []) and n in (self.once or member)}
        named = {n: v["id"] if isinstance(v, dict) and "id" in v else v for n, v in stated.items()}
        return json.dumps(named, sort_keys=True)

    def _require_distinct(self, members: list[Any]) -> None:
        first: dict[str, int] = {}
        doubles: dict[Any, list[str]] = {}
        for index, member in enumerate(members):
            earlier = first.setdefault(self._identity(member), index)
            if earlier != index:
                which = f"{quoted(member)} " if isinstance(member, str) else ""
                doubles[index] = [Fault(f"{which}is listed twice: member {earlier} is the same")]
        if doubles:
            raise ValidationError(doubles)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self.most:
            # Before its members are looked at: ten thousand faults help nobody.
            raise ValidationError(Fault(f"has {len(value)} members; at most {self.most} are allowed"))
        if isinstance(value, list) and len(value) < self.least:
            raise ValidationError(Fault("must have at least one member"))
        nothing = value if isinstance(value, list) else ()
        faults: dict[Any, Any] = {i: [Fault("must not be null")] for i, m in enumerate(nothing) if m is None}
        try:
            members: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            faults |= error.messages
        if faults:
            raise ValidationError(dict(sorted(faults.items())))
        if self.distinct:
            self._require_distinct(members)
        return members

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> list[Any]:
        members = super()._serialize(value or [], attr, obj, **kwargs) or []
        if not self.distinct or len(members) < 2:
            return members
        # Two ids that were merged into one are one reference.
        return list({self._identity(member): member for member in reversed(members)}.values())[::-1]


class One(fields.Nested):
    """An object of another schema; null where nothing is known."""

    def __init__(self, nested: Any, **kwargs: Any) -> None:
        kwargs.setdefault("dump_default", None)
        kwargs.setdefault("allow_none", not kwargs.get("required", False))
        kwargs["error_messages"] = _COMMON_ERRORS | {"type": "must be an object"}
        super().__init__(nested, **kwargs)


__all__ = [
    "Checked",
    "Count",
    "CountryCode",
    "Day",
    "Degrees",
    "Digest",
    "FuzzyDateField",
    "Id",
    "LanguageTag",
    "Listed",
    "Matching",
    "Number",
    "One",
    "Reference",
    "SavedText",
    "TermOf",
    "Text",
    "WebAddress",
    "Yes",
    "id_fault",
]
