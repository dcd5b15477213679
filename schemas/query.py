"""Query parameters: what each is called, what it takes, how it is read. Nothing is ever guessed."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from .base import NO_SYNONYMS, Fault, Json, nearest, quoted
from .fields import ID, CountryCode, LanguageTag, Text, id_fault
from .fuzzy_date import FuzzyDate, FuzzyDateError, filter_range
from .quantity import DecimalText, UnitCode, decimal_fault
from .vocabularies import Vocabulary

#: Values that one parameter takes, separated by commas or given one by one.
MOST_VALUES = 100
#: Parameters of different names that a query has.
MOST_PARAMETERS = 100


@dataclass(frozen=True)
class Parameter:
    """One query parameter.

    `read` turns its text into a value or raises ValueError with a Fault; `schema` is its JSON
    Schema; `listed` says that a comma means any of, and so does the parameter given again; `tried`: a page
    for trying requests out sends the example though it need not be sent; `needs`: another parameter without
    which it means nothing.
    """

    name: str
    description: str
    schema: Json
    read: Callable[[str], Any]
    default: Any = None
    listed: bool = False
    example: Any = None
    required: bool = False
    tried: bool = False
    needs: str | None = None


@dataclass(frozen=True)
class QueryFault:
    """One fault of a query: the parameter, what is wrong, what is allowed."""

    parameter: str
    detail: str
    allowed: tuple[str, ...] = ()
    did_you_mean: str | None = None


class QueryError(ValueError):
    """The query cannot be understood; `faults` has every reason."""

    def __init__(self, faults: Sequence[QueryFault]) -> None:
        super().__init__("; ".join(fault.detail for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Query:
    """A query as understood: `values` of all parameters, `given` the names that were written."""

    values: Mapping[str, Any] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def without(self, name: str) -> "Query":
        """The same, as if a parameter and its negation had not been written."""
        left_out = {name, f"{name}.not"}
        return Query(self.values, self.given - left_out) if self.given & left_out else self


def read_query(pairs: Iterable[tuple[str, str]], parameters: Mapping[str, Parameter]) -> Query:
    """The values of a query's (name, text) pairs; defaults where nothing was written.

    A list that is given more than once is one list. Raises QueryError with every unknown, repeated,
    unreadable or missing parameter.
    """
    values = {name: parameter.default for name, parameter in parameters.items()}
    written: dict[str, list[str]] = {}
    for name, text in pairs:
        written.setdefault(name, []).append(text)
    if len(written) > MOST_PARAMETERS:
        raise QueryError([QueryFault("", f"the query has more than {MOST_PARAMETERS} parameters")])
    given: set[str] = set()
    faults: list[QueryFault] = []
    for name, texts in written.items():
        parameter = parameters.get(name)
        if parameter is None:
            faults.append(_unknown(name, parameters))
        elif len(texts) > 1 and not parameter.listed:
            faults.append(QueryFault(name, f"{name} is given more than once; it takes one value"))
        else:
            given.add(name)
            try:
                values[name] = parameter.read(",".join(texts))
            except ValueError as error:
                faults.append(_unreadable(name, error))
    named = {*given, *(fault.parameter for fault in faults)}
    faults += [_lacking(parameters[name]) for name in sorted(given) if _lacks(parameters[name], named)]
    faults += [
        QueryFault(parameter.name, f"{parameter.name} is missing: {parameter.description}")
        for parameter in parameters.values()
        if parameter.required and parameter.name not in named
    ]
    if faults:
        raise QueryError(faults)
    return Query(values, frozenset(given))


def _lacks(parameter: Parameter, named: set[str]) -> bool:
    return bool(parameter.needs) and parameter.needs not in named


def _lacking(parameter: Parameter) -> QueryFault:
    detail = f"{parameter.name} means nothing without {parameter.needs}: give both"
    return QueryFault(parameter.name, detail)


#: A parameter that most addresses have, and a reader would expect at the others.
_NO_PAST = "the past is told by records, collections, references, timelines, positions and provenance only"


def _unknown(name: str, parameters: Mapping[str, Parameter]) -> QueryFault:
    known = tuple(sorted(parameters))
    if name == "as_of":
        return QueryFault(name, f"as_of cannot stand here: {_NO_PAST}", known)
    if (listed := parameters.get(name.partition("[")[0])) and listed.listed:
        # How PHP and some libraries write lists.
        detail = f"unknown parameter {quoted(name)}; write {listed.name}=…,…: commas separate values"
        return QueryFault(quoted(name)[1:-1], detail, (listed.name,), listed.name)
    near = nearest(name, known)
    hint = f'; did you mean "{near}"?' if near else "."
    takes = f" Parameters here: {', '.join(known)}." if known else " This resource takes no parameters."
    return QueryFault(quoted(name)[1:-1], f"unknown parameter {quoted(name)}{hint}{takes}", known, near)


def _unreadable(name: str, error: ValueError) -> QueryFault:
    fault = error.args[0]
    if isinstance(fault, Fault):
        return QueryFault(name, f"{name}: {fault}", fault.allowed, fault.did_you_mean)
    return QueryFault(name, f"{name}: {fault}")


# Kinds of parameters


def _parts(text: str) -> list[str]:
    """The values of a list, each once."""
    parts = text.split(",")
    if len(parts) > MOST_VALUES:
        raise ValueError(Fault(f"has {len(parts)} values; at most {MOST_VALUES} are allowed"))
    return list(dict.fromkeys(parts))


def _each(text: str, fault: Callable[[str], str | None]) -> list[str]:
    parts = _parts(text)
    for part in parts:
        if wrong := fault(part):
            raise ValueError(wrong)
    return parts


def list_of_values(item: Json) -> Json:
    """JSON Schema of what one parameter takes, each value of which is an `item`."""
    return {"type": "array", "items": item, "minItems": 1, "maxItems": MOST_VALUES}


def listed(
    name: str, description: str, item: Json, fault: Callable[[str], str | None], example: str | None = None
) -> Parameter:
    """Values separated by commas, each free of what `fault` finds."""
    schema = list_of_values(item)
    return Parameter(name, description, schema, lambda text: _each(text, fault), listed=True, example=example)


def ids(name: str, description: str, example: str | None = None) -> Parameter:
    """Ids of records, any of."""
    found = listed(name, description, ID, id_fault, example)
    return replace(found, schema={"$ref": "#/components/schemas/Ids"})


def one_id(name: str, description: str, example: str | None = None) -> Parameter:
    """The id of one record."""

    def read(text: str) -> str:
        if wrong := id_fault(text):
            raise ValueError(wrong)
        return text

    return Parameter(name, description, ID, read, example=example)


def choices(
    name: str,
    description: str,
    names: Sequence[str],
    what: str,
    default: Sequence[str] | None = None,
    synonyms: Mapping[str, str] = NO_SYNONYMS,
    item: Json | None = None,
) -> Parameter:
    """Terms of a closed list, any of.

    `synonyms` are refused with the term that each stands for. `item`: the JSON Schema of one, where it is
    not to be listed here.
    """

    def fault(part: str) -> str | None:
        return None if part in names else Fault.of_choice(what, part, names, synonyms)

    item = item or {"type": "string", "enum": list(names)}
    found = listed(name, description, item, fault, names[0])
    return replace(found, default=default) if default else found


def terms(name: str, description: str, vocabulary: Vocabulary) -> Parameter:
    """Terms of a vocabulary, any of."""
    what = f"one of {vocabulary.name}"
    return choices(
        name, description, vocabulary.names, what, synonyms=vocabulary.synonyms, item=vocabulary.schema
    )


def choice(
    name: str,
    description: str,
    names: Sequence[str],
    default: str | None,
    synonyms: Mapping[str, str] = NO_SYNONYMS,
) -> Parameter:
    """One term of a closed list."""

    def read(text: str) -> str:
        if text not in names:
            raise ValueError(Fault.of_choice(f"one of {', '.join(names)}", text, names, synonyms))
        return text

    schema = {"type": "string", "enum": list(names)} | ({"default": default} if default else {})
    return Parameter(name, description, schema, read, default)


def flag(name: str, description: str, default: bool | None = None) -> Parameter:
    """`true` or `false`."""

    def read(text: str) -> bool:
        if text not in ("true", "false"):
            raise ValueError(Fault.of_choice("true or false", text, ("true", "false")))
        return text == "true"

    schema: Json = {"type": "boolean"} | ({"default": default} if default is not None else {})
    return Parameter(name, description, schema, read, default)


def number(name: str, description: str, least: int, most: int, default: int | None = None) -> Parameter:
    """A whole number from `least` to `most`."""

    def read(text: str) -> int:
        # str.isdigit also takes digits of other scripts; int() takes blanks and underscores.
        if not (text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most):
            raise ValueError(Fault(f"{quoted(text)} is not a whole number from {least} to {most}"))
        return int(text)

    schema: Json = {"type": "integer", "minimum": least, "maximum": most}
    return Parameter(
        name, description, schema | ({"default": default} if default is not None else {}), read, default
    )


@dataclass(frozen=True)
class DateRange:
    """A date filter as written, with the first and last day that it spans."""

    edtf: str
    first: str
    last: str


def date_range(name: str, description: str) -> Parameter:
    """An EDTF date or interval without `?`, `~` or `%`."""

    def read(text: str) -> DateRange:
        try:
            first, last = filter_range(text)
        except FuzzyDateError as error:
            raise ValueError(Fault(str(error))) from None
        return DateRange(FuzzyDate.parse(text).edtf, first, last)

    schema = {"type": "string", "maxLength": 64, "format": "edtf"}
    return Parameter(name, f"{description} An EDTF date or interval.", schema, read, example="2019-07")


#: RFC 3339 §5.6; what `datetime.fromisoformat` takes beyond it is refused.
_RFC_3339 = re.compile(
    "([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:)([0-9]{2})([.][0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def moment(name: str, description: str) -> Parameter:
    """An RFC 3339 time, read as UTC with microseconds."""

    def read(text: str) -> str:
        wrong = Fault(f"{quoted(text)} is not an RFC 3339 time: write it like 2026-11-24T09:00:00Z")
        # A plus in a query that was not percent-encoded arrives as a space.
        text = text.replace(" ", "+") if text.count(" ") == 1 else text
        try:
            utc = _in_utc(text)
        except (ValueError, OverflowError):
            raise ValueError(wrong) from None
        return f"{utc:%Y-%m-%dT%H:%M:%S.%f}".rjust(26, "0") + "Z"

    schema = {"type": "string", "format": "date-time"}
    return Parameter(name, description, schema, read, example="2026-11-24T09:00:00Z")


def _in_utc(text: str) -> datetime:
    """An RFC 3339 time in UTC; raises ValueError or OverflowError for anything else."""
    found = _RFC_3339.fullmatch(text)
    if found is None:
        raise ValueError(text)
    before, second, fraction, zone = found[1], found[2], found[3] or "", found[4]
    if second != "60":
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    # A leap second ends a day of UTC (RFC 3339 §5.7); this clock has none, and counts it to the next day.
    utc = datetime.fromisoformat(f"{before}59{fraction}{zone}".upper()).astimezone(UTC) + timedelta(seconds=1)
    if (utc.hour, utc.minute, utc.second) != (0, 0, 0):
        raise ValueError(text)
    return utc


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBERED = re.compile(r"seq:(\d{1,15})", re.ASCII)
_MOMENTS = "a time like 2026-11-24T09:00:00Z, a day like 2026-11-24, or a number of the feed like seq:120"


def as_of(name: str = "as_of") -> Parameter:
    """A moment of the past: an RFC 3339 time, a day (its last moment in UTC), or `seq:N`, the state after the
    commit that N belongs to."""
    timed = moment(name, "")

    def read(text: str) -> str:
        if numbered := _NUMBERED.fullmatch(text):
            return f"seq:{int(numbered[1])}"
        try:
            return str(timed.read(f"{text}T23:59:59.999999Z" if _DAY.fullmatch(text) else text))
        except ValueError:
            raise ValueError(Fault(f"{quoted(text)} is not a moment: write {_MOMENTS}")) from None

    forms = f"{_NUMBERED.pattern}|{_DAY.pattern}|{_RFC_3339.pattern}"
    schema = {"type": "string", "pattern": f"^({forms})$", "format": "moment"}
    description = (
        "The past: a time, a day (its last moment in UTC), or `seq:N`, the state after the commit that N "
        "belongs to."
    )
    return Parameter(name, description, schema, read, example="seq:280")


def opaque(name: str, description: str) -> Parameter:
    """A token that this service gave out."""

    def read(text: str) -> str:
        if not text or not text.isascii():
            raise ValueError(Fault("is not a cursor of this service: take it from page.next"))
        return text

    return Parameter(name, description, {"type": "string", "minLength": 1, "format": "cursor"}, read)


def search_text(name: str, description: str, required: bool = False, longest: int = 500) -> Parameter:
    """What people type into a search box: any text, never syntax that can fail."""

    def read(text: str) -> str:
        if not text.strip():
            raise ValueError(Fault("must not be empty"))
        if len(text) > longest:
            raise ValueError(Fault(f"is {len(text)} characters long; at most {longest} are allowed"))
        return text.strip()

    schema = {"type": "string", "minLength": 1, "maxLength": longest, "format": "search-text"}
    return Parameter(name, description, schema, read, example="hoppo ryodo", required=required)


def languages(name: str, description: str) -> Parameter:
    """BCP 47 tags, any of."""
    return listed(name, description, {"type": "string", "maxLength": 35}, LanguageTag().fault, "en")


def language_range(name: str, description: str) -> Parameter:
    """A BCP 47 tag that also means those which begin with it (RFC 4647 §3.3.1)."""
    schema = {"type": "string", "maxLength": 35}
    return Parameter(name, description, schema, _checked(LanguageTag().fault), example="ja")


class Box(NamedTuple):
    """A part of the globe between two meridians and two parallels, in degrees: from `west` eastwards to
    `east`, across 180° where that is the smaller."""

    west: float
    south: float
    east: float
    north: float


_DEGREES = re.compile(r"-?\d{1,3}(\.\d{1,20})?", re.ASCII)
_BOX = "west,south,east,north in degrees, such as 145.3,43.3,149,45.6; across 180° west is greater than east"


def box(name: str, description: str) -> Parameter:
    """A bounding box in the order of RFC 7946 §5."""

    def read(text: str) -> Box:
        parts = text.split(",")
        if len(parts) != len(Box._fields):
            raise ValueError(Fault(f"has {len(parts)} values; it takes {_BOX}"))
        found = Box(*(_degrees(*side) for side in zip(Box._fields, parts, strict=True)))
        if found.south > found.north:
            raise ValueError(Fault(f"its south {parts[1]} is north of its north {parts[3]}; it takes {_BOX}"))
        return found

    schema = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
    text = f"{description} Its {_BOX}."
    return Parameter(name, text, schema, read, example=[145.3, 43.3, 149, 45.6])


def _degrees(side: str, text: str) -> float:
    most = 90 if side in ("south", "north") else 180
    if not _DEGREES.fullmatch(text) or abs(float(text)) > most:
        fault = f"its {side} {quoted(text)} is no number of degrees from -{most} to {most}; it takes {_BOX}"
        raise ValueError(Fault(fault))
    number = float(text)
    return int(number) if number.is_integer() else number


def unit(name: str, description: str) -> Parameter:
    """A UCUM code or an ISO 4217 currency."""
    return Parameter(name, description, UnitCode.read, _checked(UnitCode().fault), example="%")


def decimal(name: str, description: str) -> Parameter:
    """A decimal number."""
    return Parameter(name, description, DecimalText.read, _checked(decimal_fault), example="48.80")


def label(name: str, description: str) -> Parameter:
    """A short text."""
    text = Text(100)
    return Parameter(name, description, text.read, _checked(text.fault), example="turnout")


def _checked(fault: Callable[[str], str | None]) -> Callable[[str], str]:
    """What reads a text that `fault` finds nothing wrong with, as it is."""

    def read(text: str) -> str:
        if wrong := fault(text):
            raise ValueError(wrong)
        return text

    return read


def countries(name: str, description: str) -> Parameter:
    """ISO 3166 codes, any of."""
    item = {"type": "string", "pattern": "^[A-Z]{2}([A-Z]{2})?$"}
    return listed(name, description, item, CountryCode().fault, "JP")
