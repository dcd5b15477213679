"""The filter by fuzzy dates: bounds as terms, and whether they touch a range possibly or certainly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from schemas import query as q
from schemas.query import DateRange, Parameter, Query

from ..sql import Sql, sql
from .base import Filter, Index, Survivors
from .keys import Key

#: Lengths of time that a date facet counts by.
DATE_STEPS = ("year", "decade", "month")


@dataclass(frozen=True)
class Dated(Filter):
    """Found by a fuzzy date of the record that touches a range, possibly or certainly."""

    negatable: ClassVar[bool] = False
    dated: ClassVar[bool] = True

    def missing(self) -> str | None:
        """Nothing: a date is found by its bounds, which every date of the record has."""
        return None

    def plain(self) -> Parameter:
        """An EDTF date or interval."""
        return q.date_range(self.name, self.description)

    def echo(self, value: DateRange, survivors: Survivors) -> str:
        """The range as EDTF."""
        return value.edtf

    @property
    def facets(self) -> tuple[str, ...]:
        """Counts by year, decade and month."""
        return tuple(f"{self.name}.{step}" for step in DATE_STEPS)

    def chosen(self, index: Index, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Records whose date touches the range."""
        return index.dated(record_type, self.name, value, query["match"])


def touching(row: str, value: DateRange, match: str) -> Sql:
    """The condition that a row of dates possibly or certainly touches a range."""
    low, high = ("low", "high") if match == "certain" else ("earliest", "latest")
    condition = f"{row}.missing = 0 AND {row}.{low} <= {{last}} AND {row}.{high} >= {{first}}"
    return sql(condition, last=value.last, first=value.first)


#: The value of the term of what has no date; days come before it.
UNDATED = "undated"


#: Characters of a day in the qualifier of a term, in which each begins at its own place.
_DAY = len("2019-07-21")


def dated_term(
    missing: int, earliest: str, latest: str, low: str | None = None, high: str | None = None
) -> Key:
    """The bounds of a date as value and qualifier of a term."""
    if missing:
        return UNDATED, ""
    bounds = [latest, low, high] if low and high else [latest]
    return earliest, "".join(f"{day:{_DAY}}" for day in bounds)


def bounds_of_term(value: str, qualifier: str) -> tuple[str, str, str | None, str | None]:
    """(earliest, latest, low, high) of the term of a date; `low` and `high` are None where it is in doubt."""
    latest, low, high = (qualifier[at : at + _DAY].strip() for at in (0, _DAY, 2 * _DAY))
    return value, latest, low or None, high or None


def term_touching(value: DateRange, match: str) -> Sql:
    """The condition that the term `k` of a date possibly or certainly touches a range: see `dated_term`."""
    if match == "certain":
        # Where it is in doubt there is nothing behind the first day.
        condition = "length(k.qualifier) > {day} AND substr(k.qualifier, {day} + 1, {day}) <= {last} "
        condition += "AND substr(k.qualifier, 2 * {day} + 1) >= {first}"
        return sql(condition, last=value.last, first=value.first, day=_DAY)
    condition = "k.value <= {last} AND k.qualifier >= {first}"
    return sql(condition, last=value.last, first=value.first)
