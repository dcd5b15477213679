"""Dates as a reader takes them in: in the page's language, and for machines where HTML can say them.

What is known imprecisely stays so: a month is never a day of it. In English a fuzzy date is what the API
calls its `display`; other languages put their own words around what CLDR knows of months and years.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from babel.dates import format_date, format_skeleton, get_month_names

from api.http.languages import OWN
from schemas.base import Json

from .translating import N_, _, locale_of, pgettext, spoken

#: Dates that `<time datetime>` can say (HTML, §4.5.14); doubted ones are not among them.
_SAYABLE = ("day", "month", "year")
#: Years of which a bare number could be a day or a count.
_EARLY = 1000


#: A month by itself, or within a date: not the same in Russian.
_Form = Literal["stand-alone", "format"]


class When(NamedTuple):
    """A date: `display` in words; `machine`: the value of `<time datetime>`."""

    display: str
    edtf: str
    machine: str | None


def when(value: Json | None) -> When | None:
    """A fuzzy date as served."""
    if value is None:
        return None
    sayable = value["precision"] in _SAYABLE and value["certainty"] == "certain" and "X" not in value["edtf"]
    return When(in_words(value), value["edtf"], value["edtf"] if sayable else None)


# Fuzzy dates


def in_words(value: Json) -> str:
    """A fuzzy date as served, in the language of the page."""
    if spoken() == OWN:
        return str(value["display"])
    if value["precision"] == "interval":
        return _interval(value["start"], value["end"])
    return _single(value)


def _interval(start: Json | str, end: Json | str) -> str:
    """A time that went on from a start to an end; either may be `open` or `unknown`."""
    if isinstance(start, str):
        until = {"end": _single(end, beside=True)} if not isinstance(end, str) else {}
        text = N_("up to %(end)s") if start == "open" else N_("from an unknown start to %(end)s")
        return _(text) % until
    since = _single(start, beside=True)
    if isinstance(end, str):
        text = N_("from %(start)s on") if end == "open" else N_("from %(start)s to an unknown end")
        return _(text) % {"start": since}
    return _("from %(start)s to %(end)s") % {"start": since, "end": _single(end)}


def _single(value: Json, beside: bool = False) -> str:
    """A single date; `beside`: as it stands after words such as “from”, in Russian the genitive."""
    words = _known(spoken(), value["precision"], value["earliest"], value["latest"], beside)
    doubts = value["certainty"]
    if doubts in ("approximate", "uncertain-and-approximate"):
        words = _("about %(date)s") % {"date": words}
    if doubts in ("uncertain", "uncertain-and-approximate"):
        words = _("%(date)s (uncertain)") % {"date": words}
    return words


@lru_cache(maxsize=4096)
def _known(language: str, precision: str, earliest: str, latest: str, beside: bool) -> str:
    """What is known of a date: a day, a month, or years."""
    first, last = date.fromisoformat(earliest), date.fromisoformat(latest)
    if precision == "day":
        words = _day(language, first)
    elif precision == "month":
        words = _month_of_year(language, first, beside)
    elif precision == "year":
        words = pgettext("date", "%(year)s") % {"year": first.year}
    else:
        words = _years(first.year, last.year, beside)
    return pgettext("date", "AD %(date)s") % {"date": words} if first.year < _EARLY else words


def _month_of_year(language: str, first: date, beside: bool) -> str:
    words = format_skeleton("yMMMM", first, locale=locale_of(language))
    alone, within = _month_names(language, "stand-alone"), _month_names(language, "format")
    return words.replace(alone[first.month], within[first.month]) if beside else words


def _years(first: int, last: int, beside: bool) -> str:
    """A decade by its name, where the name cannot mean the century; else the first year and the last."""
    if last - first > 9 or first % 100 == 0 or first < _EARLY:
        return pgettext("date", "%(first)s–%(last)s") % {"first": first, "last": last}
    if beside:
        return pgettext("date beside “from”", "%(year)ss") % {"year": first}
    return pgettext("date", "%(year)ss") % {"year": first}


@lru_cache(maxsize=64)
def _month_names(language: str, kind: _Form) -> Mapping[int, str]:
    return dict(get_month_names("wide", kind, locale_of(language)))


#: What a fuzzy date's precision means to a reader.
_PRECISIONS: Mapping[str, str] = {
    "day": N_("to the day"),
    "month": N_("to the month: the day is not known"),
    "year": N_("to the year: month and day are not known"),
    "decade": N_("to the decade"),
    "century": N_("to the century"),
    "interval": N_("as a span of time"),
}
_CERTAINTIES: Mapping[str, str] = {
    "uncertain": N_("uncertain"),
    "approximate": N_("approximate"),
    "uncertain-and-approximate": N_("uncertain and approximate"),
}


def precision(date_: Mapping[str, Any]) -> str:
    """How precisely a fuzzy date, as served, is known."""
    known = _(_PRECISIONS.get(date_["precision"], date_["precision"]))
    doubt = _CERTAINTIES.get(date_["certainty"])
    return _("%(known)s (%(doubt)s)") % {"known": known, "doubt": _(doubt)} if doubt else known


# Days and times of the record


def day(when: str) -> str:
    """A day, or the day of a time, as `24 November 2026`; what is neither stays as it is."""
    try:
        found = date.fromisoformat(when[:10])
    except ValueError:
        return when
    return _day(spoken(), found)


@lru_cache(maxsize=4096)
def _day(language: str, found: date) -> str:
    """A day in full; the end of a line does not part it from its month."""
    words = format_date(found, "long", locale_of(language))
    return words if language == OWN else words.replace(f"{found.day} ", f"{found.day}\N{NO-BREAK SPACE}", 1)


def time(when: str) -> str:
    """A time of the record, to the minute."""
    return f"{day(when)}, {when[11:16]} UTC" if len(when) > 15 else day(when)


# Parts of time, as a scale names them


def month(number: int) -> str:
    """The short name of a month by itself, from 1."""
    return _short_months(spoken())[number]


@lru_cache
def _short_months(language: str) -> Mapping[int, str]:
    return dict(get_month_names("abbreviated", "stand-alone", locale_of(language)))


def months_in_words(first: date, last: date) -> str:
    """Whole months of one year, from one to another."""
    if first.month == last.month:
        return format_skeleton("yMMMM", first, locale=locale_of(spoken()))
    names = _month_names(spoken(), "stand-alone")
    said = {"first": names[first.month], "last": names[last.month], "year": first.year}
    return _("%(first)s–%(last)s %(year)s") % said


def years_in_words(first: date, last: date) -> str:
    """Whole years, from one to another."""
    if first.year == last.year:
        return pgettext("date", "%(year)s") % {"year": first.year}
    return pgettext("date", "%(first)s–%(last)s") % {"first": first.year, "last": last.year}
