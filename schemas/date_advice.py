"""What to write instead of a date that cannot be read."""

import re
from collections.abc import Callable

Readable = Callable[[str], bool]

ANY_DATE = "a day as 2019-07-21, a month as 2019-07, a year as 2019 or an interval as 2019-03/2019-05"
_YEARS = "years run from 0001 to 9999, in four digits"
_X_FORMS = "201X, 20XX, 2018-11-XX, 2018-XX-XX or 2018-XX"
INTERVAL = re.compile(r"(?P<start>\.\.|[^/.]{4,})?/(?P<end>\.\.|[^/.]{4,})?")
_PIECE = re.compile(r"[0-9X]{4}(-[0-9X]{2}){0,2}[?~%]?(/([0-9X]{4}(-[0-9X]{2}){0,2}[?~%]?|\.\.)?)?$")

# (form, what is wrong with it, what to write: ending with EDTF made from the form's groups). The
# first that fits counts. Where its EDTF cannot be read either, general advice takes its place.
_COMMON_FORMS = (
    (r"(\.\.)?/(\.\.)?", "an interval needs a known date at one end", "it as 2019/.. or ../2019"),
    (r"(\d{4}-\d\d-\d\d)[Tt ]\d.*", "times of day are not kept", "the day, {0}"),
    (r"-\d.*|[Yy]-?\d.*|0000.*|00[0X]X.?|\d{5}", _YEARS, "one such as 0476"),
    (r"\d{1,3}", "a date starts with its year in four digits", "{text:0>4}"),
    (r"[\[{{].*", "sets of dates are EDTF level 2", "one date, or an interval such as 2019/2020"),
    (r"(\d\d)\d\dS\d.*", "significant digits are EDTF level 2", "X for digits, such as {0}XX"),
    (r"(\d{4})[/.]?(\d\d)", "a month follows its year after a hyphen", "{0}-{1}"),
    (r"(\d{4})(\d\d)(\d\d)", "a day is written with hyphens", "{0}-{1}-{2}"),
    (r"(\d{4})[-/.](\d\d?)[-/.](\d\d?)", "a day is written with hyphens", "{0}-{1:0>2}-{2:0>2}"),
    (r"(\d{4})-(\d)", "a month has two digits", "{0}-0{1}"),
    (r"\d\d?[-/.]\d\d?[-/.]\d{4}", "a day starts with its year", "year, month, day: 2019-07-21"),
    (r"([^/]{4,}?) ?(?:[–—]|\.\.| - ) ?([^/]{4,})", "an interval is written with /", "{0}/{1}"),
    (r"(\d{4})-(\d{4})", "an interval is written with /", "{0}/{1}"),
    (r"([^/]+)\.\.", "an open end stands after /", "{0}/.."),
    (r"\.\.([^/]+)", "an open start stands before /", "../{0}"),
    (r"(.*)/open", "an open end is written as two dots", "{0}/.."),
    (r"(.*)/unknown", "for an unknown end nothing is written", "{0}/"),
    (r"open/(.*)", "an open start is written as two dots", "../{0}"),
    (r"unknown/(.*)", "for an unknown start nothing is written", "/{0}"),
    (r"([^/]*)(?:\?~|~\?)", "for ? and ~ together stands %", "{0}%"),
    (r".*\.\.[?~%].*", "an open end cannot be doubted", "it as 2019/.. or ../2019"),
    (r".*/.*/.*", "an interval has one /", "it as 2019-03/2019-05"),
    (r"[^/]*[?~%][^/]+", "?, ~ or % inside a date are EDTF level 2", "it at the end: 2004-06?"),
    (r"[0-9X-]*X[0-9X-]*[?~%]?", "X takes the place of the last digits only", _X_FORMS),
    (r"(?=.*\d)[0-9XxUu?~%-]+", "an unknown digit is a capital X", _X_FORMS),
)
# The first months of EDTF's seasons 21 to 24, of those of the north, those of the south, then of quarters,
# thirds and halves of a year; and how many months each has.
_PARTS_OF_YEARS = dict(
    zip(
        (f"{code}" for code in range(21, 42)),
        [
            *((month, 3) for month in (3, 6, 9, 12, 3, 6, 9, 12, 9, 12, 3, 6, 1, 4, 7, 10)),
            *((month, 4) for month in (1, 5, 9)),
            *((month, 6) for month in (1, 7)),
        ],
        strict=True,
    )
)
_COMPILED_FORMS = tuple(
    (re.compile(form.replace("{{", "{"), re.ASCII | re.DOTALL), fault, instead)
    for form, fault, instead in _COMMON_FORMS
)


def refusal(text: str, fault: str, instead: str) -> str:
    """The sentence that names the input, its fault and what to write instead."""
    # repr escapes control characters and lone surrogates, which no answer could carry.
    shown = repr(text[:40])[1:-1] + ("…" if len(text) > 40 else "")
    return f'"{shown}" is not a date that is kept: {fault}; write {instead}'


def advice(text: str, readable: Readable) -> str:
    """The error message for a text that is not `readable` as a date."""
    found = INTERVAL.fullmatch(text)
    if found is None or not (found["start"] or found["end"]) or (found["start"] or found["end"]) == "..":
        return _advice_on_form(text, readable)
    for part in (found["start"], found["end"]):
        if part not in (None, "..") and not readable(part):
            return _advice_on_form(text if part in ("open", "unknown") else part, readable)
    if found["start"] in (None, "..") or found["end"] in (None, ".."):
        return _advice_on_form(text, readable)
    swapped = f"{found['end']}/{found['start']}"
    return refusal(text, "the interval ends before it starts", swapped if readable(swapped) else ANY_DATE)


def _advice_on_part(text: str, year: str, code: str, readable: Readable) -> str:
    """The message for a season, a quarter, a third or a half of a year."""
    first, months = _PARTS_OF_YEARS[code]
    last = first + months - 1
    end_year = int(year) + (last > 12)
    interval = f"{year}-{first:02}/{end_year:04}-{(last - 1) % 12 + 1:02}"
    fault = "parts of a year are not kept"
    if code < "25":
        fault, interval = (
            "seasons are not kept, since their months depend on the hemisphere",
            f"its months, such as {interval}",
        )
    return refusal(text, fault, interval if readable(interval.rsplit(" ", 1)[-1]) else ANY_DATE)


def _advice_on_form(text: str, readable: Readable) -> str:
    if text.startswith("0000") and text[4:5] in ("", "-", "?", "~", "%"):
        return refusal(text, _YEARS, "one such as 0476")
    if part := re.fullmatch(r"(\d{4})-(2[1-9]|3\d|4[01])[?~%]?", text, re.ASCII):
        return _advice_on_part(text, part[1], part[2], readable)
    if day := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])-\d\d[?~%]?", text, re.ASCII):
        return refusal(text, "that month has no such day", f"{day[1]}-{day[2]}, or a day of that month")
    if year := re.fullmatch(r"(\d{4})-(00|1[3-9]|20|4[2-9]|[5-9]\d)(-\d\d)?[?~%]?", text, re.ASCII):
        return refusal(text, "months run from 01 to 12", f"{year[1]}, or a month such as {year[1]}-07")
    for form, fault, instead in _COMPILED_FORMS:
        if found := form.fullmatch(text):
            written = instead.format(*found.groups(default=""), text=text)
            last = written.rsplit(" ", 1)[-1]
            # Advice that could not be read either would send people in a circle.
            return refusal(text, fault, written if not _PIECE.match(last) or readable(last) else ANY_DATE)
    return refusal(text, "it is not EDTF", ANY_DATE)
