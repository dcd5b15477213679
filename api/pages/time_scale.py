"""Time drawn to scale: what is known to the day is a line, what is known less precisely as wide as it is.

A story has quiet decades and loud months, so it is told in parts. Each part is drawn to a scale of its own,
which stands above it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schemas.base import Json

from .dates_in_words import month, months_in_words, years_in_words

#: Entries of a year from which it is a part by itself.
LOUD = 8
#: Marks on a scale.
_MOST_MARKS = 12
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
#: Hundredths of a scale, on a telephone, that a letter of a month takes, and the space between two months.
_LETTER, _SPACE = 1.8, 1.5
#: Days of a scale up to which its marks are months.
_MONTHS_UP_TO = 800


@dataclass(frozen=True)
class Bar:
    """Where something stands on a scale: its beginning in hundredths, its `width` as SVG has it.

    `kind`: `day`, a day that is known; `span`, a time within which it lies, or through which it went on.
    `doubted`: whether the date itself is in doubt. `before`, `after`: whether it goes on beyond the scale.
    """

    x: str
    width: str
    kind: str
    doubted: bool
    before: bool
    after: bool


@dataclass(frozen=True)
class Mark:
    """A mark on a scale, in hundredths of it."""

    x: str
    label: str


@dataclass(frozen=True)
class Scale:
    """A part of time, from its first day to its last."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """What the part is called."""
        whole = (self.first.month, self.last.month) == (1, 12)
        if whole or self.first.year != self.last.year:
            return years_in_words(self.first, self.last)
        return months_in_words(self.first, self.last)

    @property
    def days(self) -> int:
        """How many days there are."""
        return self.last.toordinal() - self.first.toordinal() + 1

    def _place(self, day: date) -> float:
        return (day.toordinal() - self.first.toordinal()) / self.days * 100

    def bar(self, at: Json) -> Bar:
        """A fuzzy date on this scale."""
        first, last = _day(at["earliest"], date.min), _day(at["latest"], date.max)
        shown_first, shown_last = max(first, self.first), min(last, self.last)
        start = self._place(shown_first)
        width = max((shown_last.toordinal() - shown_first.toordinal() + 1) / self.days * 100, 0)
        is_day = at["earliest"] is not None and at["earliest"] == at["latest"]
        return Bar(
            _number(start),
            "1.5" if is_day else f"{_number(max(width, 0.01))}%",
            "day" if is_day else "span",
            at["certainty"] != "certain",
            first < self.first,
            last > self.last,
        )

    @property
    def marks(self) -> list[Mark]:
        """Beginnings of months or years."""
        return self._months() if self.days <= _MONTHS_UP_TO else self._years()

    def _months(self) -> list[Mark]:
        number = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        widest = max(len(month(place)) for place in range(1, 13)) * _LETTER + _SPACE
        step = -(-number // int(min(_MOST_MARKS, 100 / widest)))
        months = (self.first.month - 1 + i for i in range(0, number, step))
        days = [date(self.first.year + m // 12, m % 12 + 1, 1) for m in months]
        return [Mark(_number(self._place(day)), month(day.month)) for day in days]

    def _years(self) -> list[Mark]:
        years = range(self.first.year, self.last.year + 1)
        step = next((s for s in _STEPS if len(years) / s <= _MOST_MARKS / 2), _STEPS[-1])
        shown = [year for year in years if year % step == 0]
        return [Mark(_number(self._place(date(year, 1, 1))), str(year)) for year in shown]


def _number(hundredths: float) -> str:
    return f"{hundredths:.2f}".rstrip("0").rstrip(".")


def _day(text: str | None, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise


def parts(dates: Sequence[Json]) -> list[tuple[Scale, list[int]]]:
    """Fuzzy dates in order, in parts: (scale, places of the dates in the sequence)."""
    years = [_year(at) for at in dates]
    loud = {year for year, number in Counter(years).items() if number >= LOUD}
    found: list[list[int]] = []
    for place, year in enumerate(years):
        before = years[found[-1][-1]] if found else None
        together = before == year or (before not in loud and year not in loud)
        if found and together:
            found[-1].append(place)
        else:
            found.append([place])
    return [(_scale([dates[place] for place in part]), part) for part in found]


def _year(at: Json) -> int:
    """The year in which a date stands: that of its first day, where it has one."""
    return int((at["earliest"] or at["latest"])[:4])


def _scale(dates: Sequence[Json]) -> Scale:
    """Whole months of one year, or whole years: from the first day to the last that begins anything."""
    days = [at["earliest"] or at["latest"] for at in dates]
    first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
    if first.year != last.year:
        return Scale(date(first.year, 1, 1), date(last.year, 12, 31))
    ends = [date.fromisoformat(at["latest"]) for at in dates if at["latest"]]
    last = max([last, *(end for end in ends if end.year == last.year)])
    following = date(last.year, last.month + 1, 1) if last.month < 12 else None
    end = date.fromordinal(following.toordinal() - 1) if following else date(last.year, 12, 31)
    return Scale(date(first.year, first.month, 1), end)
