"""Tables in which records, and what they are found by, stand by their numbers: ids and words take ten times
as much.

Their rows have the ids and the words. What has no number stands there behind a `#`, which no id begins with.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from peewee import Database

from ..core.sql import Sql, run, sql
from .table import Table, batches

#: The number of a record whose id is given.
_NUMBER = "(SELECT id FROM search_row WHERE record = ?)"


class Numbered(Table):
    """A table in which records stand by their numbers."""

    def __init__(self, stored: Table, numbered: Sequence[str]) -> None:
        super().__init__(stored.name, stored.columns, stored.key, numbers=stored.numbers)
        self._stored, self.numbered = stored, tuple(numbered)
        stored.numbered = self.numbered
        self._read = [self._read_as(column) for column in self.columns]
        self._places = f"({', '.join(_NUMBER if name in numbered else '?' for name in self.columns)})"

    @property
    def stored(self) -> Table:
        """With the numbers."""
        return self._stored

    def _read_as(self, column: str) -> str:
        if column not in self.numbered:
            return f'{self.name}."{column}"'
        known = f'SELECT n.record FROM search_row n WHERE n.id = {self.name}."{column}"'
        return f"""COALESCE(({known}), '#' || "{column}")"""

    def having(self, column: str, values: Sequence[Any]) -> Sql:
        if column not in self.numbered:
            return super().having(column, values)
        numbers = sql("SELECT id FROM search_row WHERE record IN ({values})", values=values)
        return sql(f'"{column}" IN ({{numbers}})', numbers=numbers)

    def delete(self, database: Database, rows: Iterable[Any]) -> None:
        """Take rows away by their keys."""
        gone = list(rows)
        found = record_numbers(database, {getattr(row, name) for row in gone for name in self.numbered})
        self._stored.delete(
            database,
            (
                self._stored.row(
                    **row._asdict() | {n: _number(getattr(row, n), found) for n in self.numbered}
                )
                for row in gone
            ),
        )


class FilterKeys(Numbered):
    """The table of what filters find records by. A row has the words of its term, which stand once in a table
    of their own, for as long as a record has them."""

    def __init__(self, stored: Table, words: Sequence[str]) -> None:
        super().__init__(stored, ["record"])
        #: The columns of a row that are its term's.
        self.words = tuple(words)
        #: The table of terms by their words, and for terms that are to get a number.
        self._terms = Table("term", ["id", *words], words, kept=True, given=["id"])
        self._new_terms = Table("term", words, words, kept=True)
        rest = [name for name in stored.columns if name not in ("term", *words)]
        key = [name for name in stored.key if name != "term"]
        Table.__init__(self, stored.name, [*words, *rest], [*words, *key], numbers=stored.numbers)
        said = {name: f"COALESCE(t.{name}, '#' || term)" for name in words if name not in stored.columns}
        self._read = [said.get(name) or self._read_as(name) for name in self.columns]
        self._source = f"{self.name} LEFT JOIN term t ON t.id = term"
        self._insert, self._replace = stored._insert, stored._replace
        term = f"(SELECT id FROM term WHERE {' AND '.join(f'{name} = ?' for name in words)})"
        numbers = {"term": term, "record": _NUMBER}
        self._places = f"({', '.join(numbers.get(name, '?') for name in stored.columns)})"

    def as_written(self, row: Any) -> list[Any]:
        """The values of a row as they are stored, where numbers are looked for when it is written."""
        found: list[Any] = []
        for name in self._stored.columns:
            found += self._words_of(row) if name == "term" else [getattr(row, name)]
        return found

    def _words_of(self, row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.words)

    def _write(self, database: Database, rows: Iterable[Any], on_conflict: str) -> None:
        held = list(rows)
        self._new_terms.add_missing(database, sorted({self._words_of(row) for row in held}))
        super()._write(database, held, on_conflict)

    def delete(self, database: Database, rows: Iterable[Any]) -> None:
        """Take rows away by their keys, and terms that no record has any more."""
        gone = list(rows)
        records = record_numbers(database, {row.record for row in gone})
        known = self._terms.read_by_key(database, sorted({self._words_of(row) for row in gone}))
        terms = {self._words_of(term): term.id for term in known}
        stored = [
            self._stored.row(
                term=terms.get(self._words_of(row)) or _number(row.type, {}),
                record=_number(row.record, records),
                **{
                    name: getattr(row, name)
                    for name in self._stored.columns
                    if name not in ("term", "record")
                },
            )
            for row in gone
        ]
        self._stored.delete(database, stored)
        self._drop_unused(database, {row.term for row in stored})

    def delete_of(self, database: Database, column: str, values: Iterable[Any]) -> None:
        """Take the rows away that have one of the values in a column, and terms that nothing has any more."""
        for some in batches(values):
            having = self.having(column, some)
            terms = run(database, sql("SELECT DISTINCT term FROM filter_key WHERE {having}", having=having))
            found = {row[0] for row in terms.fetchall()}
            self._stored.delete_of(database, column, record_numbers(database, some).values())
            self._drop_unused(database, found)

    def _drop_unused(self, database: Database, terms: Iterable[int]) -> None:
        for some in batches(terms):
            run(database, sql(_DROP_UNUSED, terms=some))


_DROP_UNUSED = """
DELETE FROM term WHERE id IN ({terms}) AND NOT EXISTS (SELECT 1 FROM filter_key k WHERE k.term = term.id)
"""


def _number(value: str, found: dict[str, int]) -> int:
    """What stands in the place of a number, as the number."""
    return int(value[1:]) if value.startswith("#") else found[value]


def record_numbers(database: Database, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of records, by id."""
    found: dict[str, int] = {}
    for some in batches(ids):
        rows = run(database, sql("SELECT record, id FROM search_row WHERE record IN ({some})", some=some))
        found.update(rows.fetchall())
    return found
