"""The tables as their models declare them: a value stands under its column's name, never at a place.

A row of a table that is kept for its own sake is written with a checksum, here and nowhere else.
"""

from collections import namedtuple
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Any, TypeVar

from peewee import Database, DatabaseError

from ..core.packed import packed_text, plain_text
from ..core.sql import ALWAYS, Sql, joined, run, sql
from . import models
from .engine import engine_of, places

#: SQLite takes so many values a statement.
MOST_VALUES = 32_766
#: Rows that are asked for in one statement.
_ASKED_AT_ONCE = 500
#: The column with a row's checksum, which no row shows.
_CHECKSUM = "checksum"
#: Enough against accidents; who can write to the file could write a checksum too.
_CHECKSUM_BYTES = 8

T = TypeVar("T")


def batches(values: Iterable[T], size: int = _ASKED_AT_ONCE) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some


def batches_of_ids(database: Database, size: int = _ASKED_AT_ONCE) -> Iterator[list[str]]:
    """The ids of all records in their order, in lists of at most `size`, each read when it is asked for."""
    query = "SELECT id FROM record WHERE id > ? ORDER BY id LIMIT ?"
    some = [""]
    while some := [row[0] for row in database.execute_sql(query, (some[-1], size)).fetchall()]:
        yield some


class Table:
    """A table. Its rows are named tuples: a value for each column, under the column's name."""

    #: The columns in which records stand by their numbers.
    numbered: tuple[str, ...] = ()

    def __init__(
        self,
        name: str,
        columns: Sequence[str],
        key: Sequence[str],
        kept: bool = False,
        packed: Collection[str] = (),
    ) -> None:
        self.name, self.columns, self.key = name, tuple(columns), tuple(key)
        #: The columns of texts that are kept compressed, and where they stand in a row.
        self.packed = frozenset(packed)
        self._packed_at = [at for at, column in enumerate(self.columns) if column in packed]
        #: Whether its rows have a checksum; others are derived.
        self.kept = kept
        self._written = (*self.columns, _CHECKSUM) if kept else self.columns
        # `until` is no part of it: a row is closed by the one that follows, which says the same.
        summed = sorted(name for name in self.columns if name != "until")
        self._summed = [self.columns.index(name) for name in summed]
        self.row: Any = namedtuple(name, self.columns)  # type: ignore[misc]  # its columns are the model's
        self._select = f"SELECT {_names(self.columns)} FROM {self.name} WHERE "
        self._insert = f"INSERT INTO {self.name} ({_names(self._written)}) VALUES"
        self._replace = f" ON CONFLICT ({_names(self.key)}) {self._on_conflict()}"
        #: A place for each value of a row, in a statement.
        self._places = places(1, len(self._written))

    @classmethod
    def of(cls, model: Any) -> "Table":
        """The table of a model."""
        meta = model._meta
        names = [field.column_name for field in meta.sorted_fields]
        columns = [name for name in names if name != _CHECKSUM]
        key = [field.column_name for field in meta.get_primary_keys()]
        packed = {f.column_name for f in meta.sorted_fields if isinstance(f, models.PackedText)}
        table = cls(meta.table_name, columns, key, kept=_CHECKSUM in names, packed=packed)
        numbered = [f.column_name for f in meta.sorted_fields if isinstance(f, models.RecordNumber)]
        return Numbered(table, numbered) if numbered else table

    @property
    def stored(self) -> "Table":
        """The table with rows as they stand in it."""
        return self

    def _on_conflict(self) -> str:
        others = [name for name in self._written if name not in self.key]
        if not others:
            return "DO NOTHING"
        return "DO UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in others)

    def read(self, database: Database, condition: Sql) -> list[Any]:
        """The rows that meet a condition."""
        rows = run(database, Sql(self._select + condition.text, condition.values)).fetchall()
        return [self.row._make(self.unpacked(row)) for row in rows]

    def unpacked(self, row: Sequence[Any]) -> Sequence[Any]:
        """The values of a row as it is stored, its texts as they are.

        Raises DatabaseError where one is damaged.
        """
        if not self._packed_at:
            return row
        values = list(row)
        for at in self._packed_at:
            values[at] = values[at] if values[at] is None else plain_text(values[at])
        return values

    def read_of(
        self, database: Database, column: str, values: Iterable[Any], also: Sql | None = None
    ) -> list[Any]:
        """The rows that have one of the values in a column, and meet a further condition."""
        found: list[Any] = []
        for some in batches(values):
            condition = self._having(column, some)
            found += self.read(database, joined(" AND ", [condition, also]) if also else condition)
        return found

    def _having(self, column: str, values: Sequence[Any]) -> Sql:
        """The condition that a row has one of some values in a column."""
        return sql(f'"{column}" IN ({{values}})', values=values)

    def first(self, database: Database, after: Any | None, limit: int) -> list[Any]:
        """The first rows in the order of the key, beyond one."""
        key = _names(self.key)
        beyond = ALWAYS if after is None else sql(f"({key}) > ({{after}})", after=self.key_of(after))
        return self.read(
            database, sql(f"{{beyond}} ORDER BY {key} LIMIT {{limit}}", beyond=beyond, limit=limit)
        )

    def pages(self, database: Database, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """All that is written, checksums too, in the order of the key: plain rows, `size` at a time."""
        key, places_of_key = _names(self.key), [self._written.index(name) for name in self.key]
        query = f"SELECT {_names(self._written)} FROM {self.name} {{}}ORDER BY {key} LIMIT {size}"
        beyond = query.format(f"WHERE ({key}) > {places(1, len(self.key))} ")
        rows = database.execute_sql(query.format("")).fetchall()
        while rows:
            yield rows
            last = [rows[-1][place] for place in places_of_key]
            rows = database.execute_sql(beyond, last).fetchall() if len(rows) == size else []

    def key_of(self, row: Any) -> tuple[Any, ...]:
        """What a row is known by."""
        return tuple(getattr(row, name) for name in self.key)

    def read_by_key(self, database: Database, keys: Iterable[Sequence[Any]]) -> list[Any]:
        """The rows that have one of these keys."""
        found: list[Any] = []
        for some in batches(keys, MOST_VALUES // len(self.key)):
            values = tuple(value for key in some for value in key)
            found += self.read(database, Sql(self._by_key(len(some)), values))
        return found

    def _by_key(self, number: int) -> str:
        # Selected from once more: a bare list of pairs makes SQLite read the whole table.
        return f"({_names(self.key)}) IN (SELECT * FROM (VALUES {places(number, len(self.key))}) v)"

    def add(self, database: Database, rows: Iterable[Any]) -> None:
        """Write new rows."""
        self._write(database, rows, "")

    def pour(self, database: Database, rows: Iterable[Sequence[Any]]) -> None:
        """Write very many new rows, with their checksums, as `pages` has them."""
        engine_of(database).pour(self.name, self._written, rows)

    def put(self, database: Database, rows: Iterable[Any]) -> None:
        """Write rows, in the place of those that have the same key."""
        self._write(database, rows, self._replace)

    def _write(self, database: Database, rows: Iterable[Any], on_conflict: str) -> None:
        if some := list(map(self.as_written, rows)):
            engine_of(database).insert(self._insert, self._places, some, on_conflict)

    def as_written(self, row: Sequence[Any]) -> Sequence[Any]:
        """The values of a row as they are stored, with its checksum where it has one."""
        if not self.kept and not self._packed_at:
            return row
        values = list(row)
        for at in self._packed_at:
            values[at] = values[at] if values[at] is None else packed_text(values[at])
        return [*values, self.checksum(row)] if self.kept else values

    def checksum(self, row: Sequence[Any]) -> bytes:
        """A digest of what a row holds."""
        held = [row[place] for place in self._summed]
        return blake2b(ascii(held).encode(), digest_size=_CHECKSUM_BYTES).digest()

    def damaged(self, database: Database) -> Iterator[Any]:
        """The kept rows that do not hold what was written, one after another."""
        query = f"SELECT {_names(self._written)} FROM {self.name}"
        for *values, kept in database.execute_sql(query) if self.kept else ():
            if not self._agrees(values, kept):
                yield self.row._make(values)

    def _agrees(self, values: Sequence[Any], checksum: bytes) -> bool:
        try:
            return self.checksum(self.unpacked(values)) == checksum
        except DatabaseError:
            return False

    def change(self, database: Database, condition: Sql, **values: Any) -> int:
        """Give columns of the rows that meet a condition other values; how many rows these were."""
        rows = [row._replace(**values) for row in self.read(database, condition)]
        self.put(database, rows)
        return len(rows)

    def delete(self, database: Database, rows: Iterable[Any]) -> None:
        """Take rows away by their keys."""
        for some in batches(rows, MOST_VALUES // len(self.key)):
            database.execute_sql(
                f"DELETE FROM {self.name} WHERE {self._by_key(len(some))}",
                [getattr(row, name) for row in some for name in self.key],
            )

    def delete_of(self, database: Database, column: str, values: Iterable[Any]) -> None:
        """Take the rows away that have one of the values in a column."""
        for some in batches(values):
            run(database, sql(f"DELETE FROM {self.name} WHERE {{having}}", having=self._having(column, some)))


class Numbered(Table):
    """A table in which records stand by their numbers. Its rows have their ids; a number that no record has
    stands there behind a `#`, which no id begins with."""

    def __init__(self, stored: Table, numbered: Sequence[str]) -> None:
        super().__init__(stored.name, stored.columns, stored.key)
        self._stored, self.numbered = stored, tuple(numbered)
        read = ", ".join(map(self._read_as, self.columns))
        self._select = f"SELECT {read} FROM {self.name} WHERE "
        self._places = f"({', '.join(map(self._written_as, self.columns))})"

    @property
    def stored(self) -> Table:
        """With the numbers."""
        return self._stored

    def _read_as(self, column: str) -> str:
        if column not in self.numbered:
            return f'"{column}"'
        known = f'SELECT n.record FROM search_row n WHERE n.id = {self.name}."{column}"'
        return f"""COALESCE(({known}), '#' || "{column}")"""

    def _written_as(self, column: str) -> str:
        return "(SELECT id FROM search_row WHERE record = ?)" if column in self.numbered else "?"

    def _having(self, column: str, values: Sequence[Any]) -> Sql:
        if column not in self.numbered:
            return super()._having(column, values)
        numbers = sql("SELECT id FROM search_row WHERE record IN ({values})", values=values)
        return sql(f'"{column}" IN ({{numbers}})', numbers=numbers)

    def delete(self, database: Database, rows: Iterable[Any]) -> None:
        """Take rows away by their keys."""
        gone = list(rows)
        numbers = record_numbers(database, {getattr(row, name) for row in gone for name in self.numbered})
        self._stored.delete(database, (self._numbers_in(row, numbers) for row in gone))

    def _numbers_in(self, row: Any, numbers: Mapping[str, int]) -> Any:
        ids = {name: getattr(row, name) for name in self.numbered}
        return self._stored.row(
            **row._asdict() | {name: int(i[1:]) if i[0] == "#" else numbers[i] for name, i in ids.items()}
        )


def rows_of_records(
    database: Database, tables: Iterable[Table], ids: Iterable[str], also: Sql | None = None
) -> list[Any]:
    """The rows of several tables that belong to some records, and meet a further condition."""
    wanted = list(ids)
    return [row for table in tables for row in table.read_of(database, "record", wanted, also)]


def record_numbers(database: Database, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of records, by id."""
    found: dict[str, int] = {}
    for some in batches(ids):
        rows = run(database, sql("SELECT record, id FROM search_row WHERE record IN ({some})", some=some))
        found.update(rows.fetchall())
    return found


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


#: Every table by its model.
TABLES: dict[Any, Table] = {model: Table.of(model) for model in models.MODELS}
RECORDS = TABLES[models.Record]
QUESTIONS = TABLES[models.Question]
REFERENCES = TABLES[models.Reference]
DEPENDENCIES = TABLES[models.Dependency]
FILTER_KEYS = TABLES[models.FilterKey]
DATE_KEYS = TABLES[models.DateKey]
POSTINGS = TABLES[models.Posting]
DOSSIER_MENTIONS = TABLES[models.DossierMention]
SEARCH_ROWS = TABLES[models.SearchRow]
#: The same for rows that are to get a number.
NEW_SEARCH_ROWS = Table(SEARCH_ROWS.name, [c for c in SEARCH_ROWS.columns if c != "id"], ("record",))
NAME_KEYS = TABLES[models.NameKey]
CHECKS = TABLES[models.Check]
COUNTERS = TABLES[models.Counter]
FINGERPRINTS = TABLES[models.Fingerprint]
SECRETS = TABLES[models.Secret]
REVISIONS = TABLES[models.Revision]
RENDERINGS = TABLES[models.RenderingRow]
CHANGES = TABLES[models.Change]
API_KEYS = TABLES[models.ApiKey]
KEPT_ANSWERS = TABLES[models.KeptAnswer]
PENDING = TABLES[models.PendingRefresh]
REDACTIONS = TABLES[models.Redaction]
