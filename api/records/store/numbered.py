"""Tables in which records, and what they are found by, stand by their numbers: ids and words take ten times
as much.

Their rows have the ids and the words. What has no number stands there behind a `#`, which no id begins with.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from peewee import Database

from ..core.sql import Sql, run, sql
from .table import Numbers, Table, batches


class Numbered(Table):
    """A table in which records stand by their numbers."""

    def __init__(self, stored: Table, numbered: Sequence[str]) -> None:
        super().__init__(stored.name, stored.columns, stored.key, numbers=stored.numbers)
        self._stored, self.numbered = stored, tuple(numbered)
        stored.numbered = self.numbered
        self._read = [self._read_as(column) for column in self.columns]
        self._numbered_at = [self.columns.index(name) for name in self.numbered]

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

    def _write(
        self, database: Database, rows: Iterable[Any], on_conflict: str, numbers: Numbers | None = None
    ) -> None:
        written = list(map(list, rows))
        known = numbers_of(database, (row[at] for row in written for at in self._numbered_at), numbers)
        for row in written:
            for at in self._numbered_at:
                row[at] = known.get(row[at])
        self._stored._write(database, written, on_conflict)

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
        self._replace = stored._replace
        self._words_of = attrgetter(*words)
        numbers = ["term", "record"]
        kept = [name for name in stored.columns if name not in numbers]
        self._kept_of = attrgetter(*kept)
        self._in_place = itemgetter(*map([*numbers, *kept].index, stored.columns))

    def _as_stored(self, row: Any, term: int | None, record: int | None) -> Any:
        return self._stored.row._make(self._in_place((term, record, *self._kept_of(row))))

    def _write(
        self, database: Database, rows: Iterable[Any], on_conflict: str, numbers: Numbers | None = None
    ) -> None:
        held = list(rows)
        known = numbers_of(database, (row.record for row in held), numbers)
        words = list(map(self._words_of, held))
        terms = self._with_new(database, set(words))
        in_place, kept_of = self._in_place, self._kept_of
        written = [
            in_place((terms[term], known.get(row.record), *kept_of(row)))
            for row, term in zip(held, words, strict=True)
        ]
        # As the table keeps them: each of its pages is looked for once.
        self._stored._write(database, sorted(written), on_conflict)

    def _with_new(self, database: Database, words: set[Any]) -> dict[Any, int]:
        """The numbers of terms by their words; those that are new get one."""
        known = self._numbers_of_terms(database, words)
        if new := sorted(words - known.keys()):
            self._new_terms.add(database, new)
            known |= self._numbers_of_terms(database, new)
        return known

    def _numbers_of_terms(self, database: Database, words: Iterable[Any]) -> dict[Any, int]:
        found = self._terms.read_by_key(database, sorted(words))
        return {self._words_of(term): term.id for term in found}

    def delete(self, database: Database, rows: Iterable[Any]) -> None:
        """Take rows away by their keys, and terms that no record has any more."""
        gone = list(rows)
        records = record_numbers(database, {row.record for row in gone})
        terms = self._numbers_of_terms(database, {self._words_of(row) for row in gone})
        stored = [
            self._as_stored(
                row,
                terms.get(self._words_of(row)) or _number(row.type, {}),
                _number(row.record, records),
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


def numbers_of(database: Database, ids: Iterable[str], known: Numbers | None) -> Numbers:
    """The numbers of records, by id: those that are known, and the others looked for and known then."""
    found = {} if known is None else known
    if new := sorted(set(ids) - found.keys()):
        found.update(record_numbers(database, new))
    return found


def record_numbers(database: Database, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of records, by id."""
    found: dict[str, int] = {}
    for some in batches(ids):
        rows = run(database, sql("SELECT record, id FROM search_row WHERE record IN ({some})", some=some))
        found.update(rows.fetchall())
    return found
