"""One table: its rows by the names of their columns, never by places.

A row of a table that is kept for its own sake is written with a checksum, here and nowhere else.
"""

from collections import namedtuple
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Any, TypeVar

from peewee import Database, DatabaseError

from ..core.packed import packed_text, plain_text
from ..core.sql import ALWAYS, Sql, joined, run, sql
from .engine import Page, engine_of, keyed, names_of, places

#: SQLite takes so many values a statement.
MOST_VALUES = 32_766
#: Rows that are asked for in one statement.
_ASKED_AT_ONCE = 500
#: The column with a row's checksum, which no row shows.
CHECKSUM = "checksum"
#: Enough against accidents; who can write to the file could write a checksum too.
_CHECKSUM_BYTES = 8

T = TypeVar("T")
#: The numbers of records by their ids; those that are looked for are added.
Numbers = dict[str, int]


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
        given: Collection[str] = (),
        numbers: Collection[str] = (),
    ) -> None:
        """`packed`: the columns of texts that are kept compressed; `given`: those to which the database gives
        numbers; `numbers`: those whose values are whole numbers."""
        self.name, self.columns, self.key = name, tuple(columns), tuple(key)
        self.packed, self.given, self.numbers = frozenset(packed), frozenset(given), frozenset(numbers)
        self._packed_at = [at for at, column in enumerate(self.columns) if column in packed]
        #: Whether its rows have a checksum; others are derived.
        self.kept = kept
        #: All columns, with that of the checksum.
        self.written = (*self.columns, CHECKSUM) if kept else self.columns
        self._key_at = [self.written.index(name) for name in self.key]
        # `until` is no part of it: a row is closed by the one that follows, which says the same. Nor are the
        # numbers that the database gives.
        summed = sorted(name for name in self.columns if name not in ("until", *given))
        self._summed = [self.columns.index(name) for name in summed]
        self.row: Any = namedtuple(name, self.columns)  # type: ignore[misc]  # its columns are the model's
        #: What is read for each column, and of what.
        self._read, self._source = [f'"{column}"' for column in self.columns], self.name
        self._insert = f"INSERT INTO {self.name} ({names_of(self.written)}) VALUES"
        self._replace = f" ON CONFLICT ({names_of(self.key)}) {self._on_conflict()}"
        #: A place for each value of a row, in a statement.
        self._places = places(1, len(self.written))

    @property
    def stored(self) -> "Table":
        """The table with rows as they stand in it."""
        return self

    def _on_conflict(self) -> str:
        others = [name for name in self.written if name not in self.key]
        if not others:
            return "DO NOTHING"
        return "DO UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in others)

    def read(self, database: Database, condition: Sql) -> list[Any]:
        """The rows that meet a condition."""
        query = sql(f"SELECT {', '.join(self._read)} FROM {self._source} WHERE {{met}}", met=condition)
        rows = run(database, query).fetchall()
        return list(map(self.row._make, map(self.unpacked, rows) if self._packed_at else rows))

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
            condition = self.having(column, some)
            found += self.read(database, joined(" AND ", [condition, also]) if also else condition)
        return found

    def as_texts(self, width: int, condition: Sql) -> Sql:
        """What `SELECT` the rows that meet a condition as so many texts, for one statement with other tables:
        NULLs stand behind them. For tables without bytes; `of_texts` makes rows of these."""
        texts = [f"CAST({value} AS text)" for value in self._read]
        padded = [*texts, *["CAST(NULL AS text)"] * (width - len(texts))]
        return sql(f"{', '.join(padded)} FROM {self._source} WHERE {{met}}", met=condition)

    def of_texts(self, texts: Sequence[str | None]) -> Any:
        """The row of such texts."""
        pairs = zip(self.columns, texts, strict=False)
        return self.row._make(int(text) if text and name in self.numbers else text for name, text in pairs)

    def having(self, column: str, values: Sequence[Any]) -> Sql:
        """The condition that a row has one of some values in a column."""
        return sql(f'"{column}" IN ({{values}})', values=values)

    def first(self, database: Database, after: Any | None, limit: int) -> list[Any]:
        """The first rows in the order of the key, beyond one."""
        key = names_of(self.key)
        beyond = ALWAYS if after is None else sql(f"({key}) > ({{after}})", after=self.key_of(after))
        return self.read(
            database, sql(f"{{beyond}} ORDER BY {key} LIMIT {{limit}}", beyond=beyond, limit=limit)
        )

    def pages(self, database: Database, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """All that is written, checksums too, in the order of the key: plain rows, `size` at a time."""
        page, last = self.page(size), ()
        while rows := database.execute_sql(page.query(self.name, last), last).fetchall():
            yield list(map(self._in_bytes, rows)) if self._packed_at else rows
            if len(rows) < size:
                return
            last = self.key_in(rows[-1])

    def page(self, size: int) -> Page:
        """How all that is written is read, so many rows at a time."""
        return Page(self.written, self.key, size)

    def key_in(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """The key of a row with all that is written."""
        return tuple(row[place] for place in self._key_at)

    def _in_bytes(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """A row with its texts as they are written today: a file may have older ones as text."""
        values = list(row)
        for at in self._packed_at:
            values[at] = packed_text(values[at]) if isinstance(values[at], str) else values[at]
        return tuple(values)

    def key_of(self, row: Any) -> tuple[Any, ...]:
        """What a row is known by."""
        return tuple(getattr(row, name) for name in self.key)

    def read_by_key(self, database: Database, keys: Iterable[Sequence[Any]]) -> list[Any]:
        """The rows that have one of these keys."""
        if not (wanted := list(keys)):
            return []
        select = f"SELECT {', '.join(self._read)} FROM {self._source}"
        rows = engine_of(database).rows_by_key(select, self.key, wanted)
        return list(map(self.row._make, map(self.unpacked, rows) if self._packed_at else rows))

    def add(self, database: Database, rows: Iterable[Any], numbers: Numbers | None = None) -> None:
        """Write new rows; `numbers`: those that are known of the records in them."""
        self._write(database, rows, "", numbers)

    def pour(self, database: Database, rows: Iterable[Sequence[Any]]) -> None:
        """Write very many new rows, with their checksums, as `pages` has them."""
        engine_of(database).pour(self.name, self.written, rows)

    def fill(self, database: Database, pages: Iterable[bytes]) -> None:
        """Write very many new rows, with their checksums, in the engine's form."""
        engine_of(database).fill(self.name, self.written, pages)

    def put(self, database: Database, rows: Iterable[Any], numbers: Numbers | None = None) -> None:
        """Write rows, in the place of those that have the same key; `numbers` as for new ones."""
        self._write(database, rows, self._replace, numbers)

    def _write(
        self, database: Database, rows: Iterable[Any], on_conflict: str, numbers: Numbers | None = None
    ) -> None:
        if some := list(map(self.as_written, rows) if self.kept or self._packed_at else rows):
            engine_of(database).insert(self._insert, self._places, some, on_conflict)

    def as_written(self, row: Sequence[Any]) -> Sequence[Any]:
        """The values of a row as they are stored, with its checksum where it has one."""
        values = list(row)
        for at in self._packed_at:
            values[at] = values[at] if values[at] is None else packed_text(values[at])
        return [*values, self.checksum(row)] if self.kept else values

    def checksum(self, row: Sequence[Any]) -> bytes:
        """A digest of what a row holds."""
        # The same as ascii() of a list, which would be made with all characters first: half the time.
        held = ", ".join([ascii(row[place]) for place in self._summed])
        return blake2b(f"[{held}]".encode(), digest_size=_CHECKSUM_BYTES).digest()

    def damaged(self, database: Database) -> Iterator[Any]:
        """The kept rows that do not hold what was written, one after another."""
        query = f"SELECT {names_of(self.written)} FROM {self.name}"
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
                f"DELETE FROM {self.name} WHERE {keyed(self.key, len(some))}",
                [getattr(row, name) for row in some for name in self.key],
            )

    def delete_of(self, database: Database, column: str, values: Iterable[Any]) -> None:
        """Take the rows away that have one of the values in a column."""
        for some in batches(values):
            run(database, sql(f"DELETE FROM {self.name} WHERE {{having}}", having=self.having(column, some)))
