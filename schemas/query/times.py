"""Parameters that take a time: a range of dates, a moment, a moment of the past."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..base import Fault, quoted
from ..fuzzy_date import FuzzyDate, FuzzyDateError, filter_range
from .reading import Parameter


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
