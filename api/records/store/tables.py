"""The tables as their models declare them: a value stands under its column's name, never at a place."""

from collections import namedtuple
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from peewee import Database

from ..core.sql import Sql, joined, sql
from . import models
from .database import run

#: SQLite takes so many values a statement.
MOST_VALUES = 32_766
#: Rows that are asked for in one statement.
_ASKED_AT_ONCE = 500

T = TypeVar("T")


def batches(values: Iterable[T], size: int = _ASKED_AT_ONCE) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some


class Table:
    """A table. Its rows are named tuples: a value for each column, under the column's name."""

    def __init__(self, name: str, columns: Sequence[str], key: Sequence[str]) -> None:
        self.name, self.columns, self.key = name, tuple(columns), tuple(key)
        self.row: Any = namedtuple(name, self.columns)  # type: ignore[misc]  # its columns are the model's
        self._select = f"SELECT {_names(self.columns)} FROM {self.name} WHERE "
        self._insert = f"INSERT INTO {self.name} ({_names(self.columns)}) VALUES "
        self._replace = f" ON CONFLICT ({_names(self.key)}) {self._on_conflict()}"
        self._delete = f"DELETE FROM {self.name} WHERE ({_names(self.key)}) IN "

    @classmethod
    def of(cls, model: Any) -> "Table":
        """The table of a model."""
        meta = model._meta
        columns = [field.column_name for field in meta.sorted_fields]
        return cls(meta.table_name, columns, [field.column_name for field in meta.get_primary_keys()])

    def _on_conflict(self) -> str:
        others = [name for name in self.columns if name not in self.key]
        if not others:
            return "DO NOTHING"
        return "DO UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in others)

    def read(self, database: Database, condition: Sql) -> list[Any]:
        """The rows that meet a condition."""
        rows = run(database, Sql(self._select + condition.text, condition.values)).fetchall()
        return [self.row._make(row) for row in rows]

    def read_of(
        self, database: Database, column: str, values: Iterable[Any], also: Sql | None = None
    ) -> list[Any]:
        """The rows that have one of the values in a column, and meet a further condition."""
        found: list[Any] = []
        for some in batches(values):
            condition = sql(f'"{column}" IN ({{some}})', some=some)
            found += self.read(database, joined(" AND ", [condition, also]) if also else condition)
        return found

    def add(self, database: Database, rows: Iterable[Any]) -> None:
        """Write new rows."""
        self._write(database, rows, "")

    def put(self, database: Database, rows: Iterable[Any]) -> None:
        """Write rows, in the place of those that have the same key."""
        self._write(database, rows, self._replace)

    def _write(self, database: Database, rows: Iterable[Any], on_conflict: str) -> None:
        for some in batches(rows, MOST_VALUES // len(self.columns)):
            database.execute_sql(
                f"{self._insert}{_places(len(some), len(self.columns))}{on_conflict}",
                [value for row in some for value in row],
            )

    def delete(self, database: Database, rows: Iterable[Any]) -> None:
        """Take rows away by their keys."""
        for some in batches(rows, MOST_VALUES // len(self.key)):
            # Selected from once more: a bare list of pairs makes SQLite read the whole table.
            database.execute_sql(
                f"{self._delete}(SELECT * FROM (VALUES {_places(len(some), len(self.key))}))",
                [getattr(row, name) for row in some for name in self.key],
            )

    def delete_of(self, database: Database, column: str, values: Iterable[Any]) -> None:
        """Take the rows away that have one of the values in a column."""
        for some in batches(values):
            run(database, sql(f'DELETE FROM {self.name} WHERE "{column}" IN ({{some}})', some=some))


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _places(rows: int, columns: int) -> str:
    return ", ".join([f"({', '.join('?' * columns)})"] * rows)


RECORDS = Table.of(models.Record)
QUESTIONS = Table.of(models.Question)
REFERENCES = Table.of(models.Reference)
DEPENDENCIES = Table.of(models.Dependency)
FILTER_KEYS = Table.of(models.FilterKey)
DATE_KEYS = Table.of(models.DateKey)
SEARCH_ROWS = Table.of(models.SearchRow)
NAME_KEYS = Table.of(models.NameKey)
CHECKS = Table.of(models.Check)
COUNTERS = Table.of(models.Counter)
FINGERPRINTS = Table.of(models.Fingerprint)
REVISIONS = Table.of(models.Revision)
RENDERINGS = Table.of(models.RenderingRow)
CHANGES = Table.of(models.Change)
API_KEYS = Table.of(models.ApiKey)
KEPT_ANSWERS = Table.of(models.KeptAnswer)
PENDING = Table.of(models.PendingRefresh)
REDACTIONS = Table.of(models.Redaction)
