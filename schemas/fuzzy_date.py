"""Dates as precisely as they are honestly known, and no more: EDTF levels 0 and 1 without times.

A single date (`2019-07-21`, `2018-11`, `201X`, `2019-06?`) lies on one unknown day within its
bounds; an interval (`2012/2020~`, `2004-03-09/..`, `2019-07-21/`) is an extent from its start to
its end. Syntax: https://www.loc.gov/standards/datetime/. The syntax is read by the `edtf`
package; bounds, matching and wording are our own.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Literal, NamedTuple, TypeAlias

from edtf import Date, UncertainOrApproximate, Unspecified, parse_edtf

from .date_advice import ANY_DATE, INTERVAL, advice, refusal

EARLIEST = "-"
"""Stands for an open or unknown start: by code point before every digit, so before every day."""

LATEST = "~"
"""Stands for an open or unknown end: by code point after every digit, so after every day."""

End: TypeAlias = "FuzzyDate | Literal['open', 'unknown']"
"""One end of an interval: a single date, `..` (no limit) or nothing written (not known)."""

# The longest date is 23 characters; a little more lets a near miss have fitting advice.
_LONGEST = 64

# The locale of the process must not change what a record says, so not `calendar.month_name`.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_CERTAINTIES = {
    "": "certain",
    "?": "uncertain",
    "~": "approximate",
    "%": "uncertain-and-approximate",
}
_JSON_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


class FuzzyDateError(ValueError):
    """What was written is not a date that is kept.

    `str(error)` is one sentence that names the fault and ends with what to write instead; where
    that is an EDTF string, it is always one that `FuzzyDate.parse` reads.
    """


@dataclass(frozen=True, slots=True)
class FuzzyDate:
    """A date or an interval, with its strict bounds.

    `edtf`: as written. `earliest`, `latest`: inclusive days `YYYY-MM-DD` (proleptic Gregorian),
    None where an interval's end is open or unknown. `precision`: day, month, year, decade,
    century or interval. `certainty`: certain, uncertain (`?`), approximate (`~`) or
    uncertain-and-approximate (`%`); an interval's is that of both ends together. `display`: in
    English, see `_in_words`. `start`, `end`: of intervals, else None.
    """

    edtf: str
    earliest: str | None
    latest: str | None
    precision: str
    certainty: str
    display: str
    start: End | None = None
    end: End | None = None

    @classmethod
    def parse(cls, text: object) -> FuzzyDate:
        """Read an EDTF level 0 or 1 string, years 0001 to 9999, without a time of day.

        Raises FuzzyDateError for anything else: level 2, seasons, times, impossible days, an
        interval without a known date or whose start's earliest day is after its end's latest.
        """
        if not isinstance(text, str):
            found = _JSON_NAMES.get(type(text), f"a {type(text).__name__}")
            raise FuzzyDateError(f"a date is not {found}; write a string such as 2019-07-21")
        if len(text) > _LONGEST:
            raise FuzzyDateError(refusal(text, "it is too long", ANY_DATE))
        # A loader's subclass of str must neither be kept nor serve as a key of the cache.
        date = _read(str(text))
        if date is None:
            raise FuzzyDateError(advice(text, lambda other: _read(other) is not None))
        return date

    def to_json(self) -> dict[str, object]:
        """The date as records show it.

        {"edtf", "earliest", "latest", "precision", "certainty", "display"}; an interval also has
        "start" and "end": objects of this shape, or "open" or "unknown".
        """
        names = ("edtf", "earliest", "latest", "precision", "certainty", "display")
        wire: dict[str, object] = {name: getattr(self, name) for name in names}
        if self.start is not None and self.end is not None:
            wire |= {"start": _end_to_json(self.start), "end": _end_to_json(self.end)}
        return wire

    def sort_key(self) -> tuple[str, str]:
        """(earliest, latest), with `EARLIEST` and `LATEST` where an end is open or unknown."""
        return self.earliest or EARLIEST, self.latest or LATEST

    def possible_bounds(self) -> tuple[str, str]:
        """(low, high): the date possibly touches the days f to t if, and only if, low <= t and
        high >= f, compared as strings. `EARLIEST` and `LATEST` stand for no limit.
        """
        return self.sort_key()

    def certain_bounds(self) -> tuple[str, str] | None:
        """(low, high): the date surely touches the days f to t if, and only if, low <= t and
        high >= f, compared as strings; None (never sure) where `?`, `~` or `%` stands.

        A single date must lie in the range whole. An interval touches it whichever days its ends
        fall on when neither its latest possible start is after t nor its earliest possible end
        before f; a start is never after its end, nor an end before its start.
        """
        if self.certainty != "certain":
            return None
        if self.start is None or self.end is None:
            earliest, latest = self.possible_bounds()
            return latest, earliest
        start_first, start_last = _reach(self.start, EARLIEST)
        end_first, end_last = _reach(self.end, LATEST)
        return min(start_last, end_last), max(start_first, end_first)


def filter_range(text: object) -> tuple[str, str]:
    """The first and the last day that a query's date or interval spans, inclusive.

    An open or unknown end has no limit: `EARLIEST`, `LATEST`. Raises FuzzyDateError as
    `FuzzyDate.parse` does, and where `?`, `~` or `%` stands: a question is never vague.
    """
    date = FuzzyDate.parse(text)
    if date.certainty != "certain":
        plain = re.sub("[?~%]", "", date.edtf)
        raise FuzzyDateError(refusal(date.edtf, "a filter takes no ?, ~ or %", plain))
    return date.possible_bounds()


def _end_to_json(end: End) -> dict[str, object] | str:
    return end.to_json() if isinstance(end, FuzzyDate) else end


def _reach(end: End, infinity: str) -> tuple[str, str]:
    """The first and the last day on which this end can fall.

    An open end is surely infinite; an unknown one falls anywhere. That it cannot lie on the wrong
    side of the other end is seen to where the two are compared.
    """
    if isinstance(end, FuzzyDate):
        return end.possible_bounds()
    return (infinity, infinity) if end == "open" else (EARLIEST, LATEST)


# Reading: every function gives None for what is refused; the advice is sought only then.

# A date of level 0 says by itself what stands in it.
_PLAIN = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?")
_SHAPE = re.compile(r"[0-9X]{4}(-([0-9]{2}|XX)){0,2}[?~%]?")
# pyparsing builds its parsers at first use and keeps one cache for all threads, emptied by each
# parse. A lock costs nothing beside the milliseconds of a parse.
_EDTF_LOCK = Lock()


class _Written(NamedTuple):
    """What stands in a single date: `2018-11-XX?` is ("2018", "11", None, "?")."""

    year: str
    month: str | None
    day: str | None
    qualifier: str


@lru_cache(maxsize=8192)
def _read(text: str) -> FuzzyDate | None:
    """Cached, because the parser takes milliseconds and dates repeat."""
    return _read_interval(text) if "/" in text else _read_single(text)


def _read_interval(text: str) -> FuzzyDate | None:
    """The parser is given each end alone: in intervals it crashes on `2018-XX/2020`, refuses
    `201X/..`, and accepts spaces and a start after its end.
    """
    start, end = _ends(text)
    known = [date for date in (start, end) if isinstance(date, FuzzyDate)]
    if start is None or end is None or not known:
        return None
    earliest = start.earliest if isinstance(start, FuzzyDate) else None
    latest = end.latest if isinstance(end, FuzzyDate) else None
    if earliest and latest and earliest > latest:
        return None
    certainty = _joined_certainty(date.certainty for date in known)
    display = _interval_in_words(start, end)
    return FuzzyDate(text, earliest, latest, "interval", certainty, display, start, end)


def _ends(text: str) -> tuple[End | None, End | None]:
    found = INTERVAL.fullmatch(text)
    if found is None:
        return None, None
    return _read_end(found["start"]), _read_end(found["end"])


def _read_end(text: str | None) -> End | None:
    if text is None:
        return "unknown"
    return "open" if text == ".." else _read(text)


def _read_single(text: str) -> FuzzyDate | None:
    written = _written(text)
    bounds = written and _bounds(written)
    if not written or not bounds:
        return None
    certainty = _CERTAINTIES[written.qualifier]
    return FuzzyDate(text, *bounds, _precision(written), certainty, _in_words(written))


def _written(text: str) -> _Written | None:
    """The shape is checked first: the parser strips spaces, prints what makes it crash, and would
    be handed whole level 2 expressions. What is plain needs no parser, which takes 5 ms.
    """
    if plain := _PLAIN.fullmatch(text):
        return _Written(plain[1], plain[2], plain[3], "")
    if not _SHAPE.fullmatch(text):
        return None
    try:
        with _EDTF_LOCK:
            parsed = parse_edtf(text)
    except Exception:  # It lets AttributeError, TypeError and others through beside its own.
        return None
    # The exact classes: seasons and level 2's partly unspecified dates are subclasses.
    if type(parsed) not in (Date, Unspecified, UncertainOrApproximate):
        return None
    date = getattr(parsed, "date", parsed)
    month, day = (None if part == "XX" else part for part in (date.month, date.day))
    return _Written(date.year, month, day, text[-1] if text[-1] in _CERTAINTIES else "")


def _bounds(written: _Written) -> tuple[str, str] | None:
    """The first and last day; None for what the parser lets pass: the year 0000, whole millennia
    (`2XXX`), 29 February of common years.
    """
    first_year, last_year = (int(written.year.replace("X", digit)) for digit in "09")
    if first_year < 1 or written.year.endswith("XXX"):
        return None
    last_month = int(written.month or 12)
    last_day = monthrange(last_year, last_month)[1]
    if int(written.day or 1) > last_day:
        return None
    first = f"{first_year:04}-{written.month or '01'}-{written.day or '01'}"
    return first, f"{last_year:04}-{last_month:02}-{written.day or last_day}"


def _precision(written: _Written) -> str:
    if written.day:
        return "day"
    if written.month:
        return "month"
    return ("year", "decade", "century")[written.year.count("X")]


def _joined_certainty(certainties: Iterable[str]) -> str:
    doubts = set(certainties) - {"certain"}
    if len(doubts) > 1:
        return "uncertain-and-approximate"
    return doubts.pop() if doubts else "certain"


# Wording.


def _in_words(written: _Written) -> str:
    """`21 July 2019`, `November 2018`, `2018`, `2010s`; `about 2019` (`~`), `2019 (uncertain)`
    (`?`), `about 2019 (uncertain)` (`%`).
    """
    words = _year_in_words(written.year)
    if written.month:
        words = f"{_MONTHS[int(written.month) - 1]} {words}"
    if written.day:
        words = f"{int(written.day)} {words}"
    if written.qualifier in ("~", "%"):
        words = f"about {_with_article(words)}"
    return f"{words} (uncertain)" if written.qualifier in ("?", "%") else words


def _year_in_words(year: str) -> str:
    """Centuries, and decades that "1900s" could also call a century, are spelt as `1900–1999` and
    `1900–1909`. Years before 1000 say AD: a bare `33` reads as a day or a count.
    """
    era = "AD " if year.startswith("0") else ""
    first, last = (int(year.replace("X", digit)) for digit in "09")
    if first == last:
        return f"{era}{first}"
    if first % 100 == 0:
        return f"{era}{first}–{last}"
    return f"{era}{first}s"


def _with_article(words: str) -> str:
    return f"the {words}" if re.search("[0-9]s", words) and words[0] in "A123456789" else words


def _interval_in_words(start: End, end: End) -> str:
    """`from 2012 (uncertain) to about 2020`, `from 9 March 2004 on`, `up to 2012`, `from 21 July
    2019 to an unknown end`, `from an unknown start to 2012`.

    Words, not a dash: the dates inside can hold a dash, and `about 2012 – 2020` doubts what?
    """
    until = "an unknown end" if end == "unknown" else _end_in_words(end)
    if start == "open":
        return f"up to {until}"
    since = "an unknown start" if start == "unknown" else _end_in_words(start)
    return f"from {since} on" if end == "open" else f"from {since} to {until}"


def _end_in_words(end: End) -> str:
    return _with_article(end.display) if isinstance(end, FuzzyDate) else end
