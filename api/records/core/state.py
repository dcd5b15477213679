"""A state of the record that questions are asked of: now, or after a commit of the past.

The present stands in the table `record`, every state that was ever served in `rendering`, which has the same
columns. What records are found by (`filter_key`, `date_key`, `reference`) says from which commit on it held
(`since`) and up to which (`until`, exclusive). So one query serves both, with other conditions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from peewee import Database

from .packed import plain
from .sql import ALWAYS, Sql, sql

#: States of records that everybody sees, and those that holders of a key see.
PUBLIC = ("published",)
CURATORS = ("published", "draft")
#: The `until` of what still holds: the greatest whole number that SQLite and PostgreSQL keep.
FOREVER = 9_223_372_036_854_775_807


@dataclass(frozen=True)
class Moment:
    """A moment of the past as it was `asked` for; `commit` is the last feed number of the state it means."""

    asked: str
    commit: int


@dataclass(frozen=True)
class State:
    """What a read sees: the records of a database in some `statuses`, now (`moment` is None) or then."""

    database: Database
    statuses: Sequence[str] = PUBLIC
    moment: Moment | None = None

    def of(self, statuses: Sequence[str]) -> "State":
        """The same state with records of other statuses."""
        return replace(self, statuses=statuses)

    @property
    def records(self) -> Sql:
        """The table whose rows are records in this state: `FROM {records} r WHERE {shows_r}`."""
        return _RECORD if self.moment is None else _RENDERING

    def shows(self, row: str) -> Sql:
        """The condition that a row of `records` may be seen in this state."""
        if self.moment is None:
            return _of(tuple(self.statuses), row)
        visible = sql(f"{{status}} AND {row}.body IS NOT NULL", status=_of(tuple(self.statuses), row))
        return sql("{visible} AND {stands}", visible=visible, stands=self.stands(row))

    def stands(self, row: str) -> Sql:
        """The condition that a row of `records` is of this state, whatever its status."""
        return ALWAYS if self.moment is None else self._period(row)

    def holds(self, row: str) -> Sql:
        """The condition that a row of `filter_key`, `date_key` or `reference` holds in this state."""
        return Sql(f"{row}.until = {FOREVER}") if self.moment is None else self._period(row)

    def _period(self, row: str) -> Sql:
        assert self.moment is not None
        return sql(f"{row}.since <= {{commit}} AND {row}.until > {{commit}}", commit=self.moment.commit)

    # Asking

    def rows(self, query: Sql) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        cursor = self.database.execute_sql(query.text, query.values)
        rows = list(cursor.fetchall())
        bodies = self._packed_columns(cursor)
        return [_unpacked(row, bodies) for row in rows] if bodies else rows

    def row(self, query: Sql) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        cursor = self.database.execute_sql(query.text, query.values)
        found: tuple[Any, ...] | None = cursor.fetchone()
        return _unpacked(found, self._packed_columns(cursor)) if found else None

    def _packed_columns(self, cursor: Any) -> list[int]:
        """Where a query has bytes of the past, which are kept compressed."""
        if self.moment is None:
            return []
        return [place for place, column in enumerate(cursor.description) if column[0] == "body"]


def _unpacked(row: tuple[Any, ...], bodies: list[int]) -> tuple[Any, ...]:
    """A row with the bytes that are served in these places."""
    values = list(row)
    for place in bodies:
        values[place] = plain(values[place])
    return tuple(values)


_RECORD = Sql("record")
_RENDERING = Sql("rendering")


@lru_cache(maxsize=64)
def _of(statuses: tuple[str, ...], row: str) -> Sql:
    """The condition that a row is of one of some statuses: every read asks it."""
    return sql(f"{row}.status IN ({{statuses}})", statuses=statuses)
