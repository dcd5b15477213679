"""Copies of a record's claims, as if they had been written: with keys, histories, texts and feed.

Each copy is the whole web of claims under ids with a number: its links lead within the copy, and digests,
tags and checksums are its own. All copies make the first commit one after another, then all the second.
Nothing is drawn by lot. tests/test_multiply.py has `facts doctor` look at them.
"""

import re
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

from peewee import Database

from api.records.core.packed import packed, plain
from api.records.core.state import FOREVER
from api.records.store.counters import instant
from api.records.store.database import open_database
from api.records.store.id_ranges import rebuild_ranges
from api.records.store.tables import (
    CHANGES,
    COUNTERS,
    QUESTIONS,
    RECORDS,
    RENDERINGS,
    SEARCH_ROWS,
    TABLES,
    TERMS,
    Table,
)
from api.records.text.fts5 import PARTS, WORDS
from api.records.text.fulltext import SCOPES
from api.records.write.members import rebuild_mentions
from api.records.write.rebuild import rebuild_postings
from api.records.write.render import etag_of

#: Derived tables whose rows are of many records, and what makes them anew.
WHOLE: dict[str, Callable[[Database], None]] = {
    "posting": rebuild_postings,
    "dossier_mention": rebuild_mentions,
    "id_range": rebuild_ranges,
}
#: Columns with the number of a commit.
_COMMITS = {"since", "until", "seq", "commit"}
#: A value of the copy with this number.
Made = Callable[[int], Any]


def multiply(connection: sqlite3.Connection, copies: int) -> None:
    """Copy every claim of a database so many times."""
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -1000000")
    copier = _Copier(connection, copies)
    tables = [table.stored for table in TABLES.values() if _column(table)]
    indexes = _dropped_indexes(connection, tables)
    connection.executemany(_insert(TERMS), copier.terms())
    for table in tables:
        connection.executemany(_insert(table), copier.rows(table))
    copier.copy_texts()
    connection.executemany(_insert(COUNTERS).replace("INSERT", "REPLACE"), copier.counters())
    for statement in indexes:
        connection.execute(statement)
    connection.commit()
    _rebuild(Path(connection.execute("PRAGMA database_list").fetchone()[2]))


def _column(table: Table) -> str | None:
    """The column that says whose a row is; none where it is of no claim, or of the terms of many."""
    if table in (RECORDS, RENDERINGS):
        return "id"
    if "record" in table.columns:
        return "record"
    if not table.kept and table is not QUESTIONS and table.name not in WHOLE:
        raise NotImplementedError(f"say in WHOLE what makes {table.name} anew")
    return None


def _rebuild(path: Path) -> None:
    database = open_database(f"sqlite:///{path}")
    for rebuild in WHOLE.values():
        with database.atomic():
            rebuild(database)
    database.close()


def _dropped_indexes(connection: sqlite3.Connection, tables: list[Table]) -> list[str]:
    """What declares the tables' indexes, which are made in one go when the rows are there."""
    names = {table.name for table in tables}
    query = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    found = [row for row in connection.execute(query).fetchall() if row[1] in names]
    for name, _, _ in found:
        connection.execute(f"DROP INDEX {name}")
    return [statement for _, _, statement in found]


def _written(table: Table) -> list[str]:
    return [*table.columns, *(["checksum"] if table.kept else [])]


def _insert(table: Table) -> str:
    names = _written(table)
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' * len(names))})"


class _Copier:
    """The claims of a database, and what is another in each of their copies."""

    def __init__(self, connection: sqlite3.Connection, copies: int) -> None:
        self._connection, self.copies = connection, copies
        ids = self._column("SELECT id FROM record WHERE type = 'claim' ORDER BY length(id) DESC")
        self._ids = set(ids)
        self._id = re.compile(rf'(?<![^"/])({"|".join(map(re.escape, ids))})(?![^"/])')
        self._last = dict(connection.execute("SELECT name, value FROM counter").fetchall())
        self._entries = self._column("SELECT seq FROM change WHERE type = 'claim' ORDER BY seq")
        self._times = self._column("SELECT DISTINCT time FROM change WHERE type = 'claim' ORDER BY time")
        self._commits = self._sizes_of_commits()
        self._numbers = self._column("SELECT id FROM search_row WHERE type = 'claim' ORDER BY id")
        self._place = {number: place for place, number in enumerate(self._numbers)}
        self._top = connection.execute("SELECT MAX(id) FROM search_row").fetchone()[0]
        self._terms: dict[int, int] = {}
        self._suffix = [f"-{i:07}" for i in range(copies + 1)]

    def _column(self, query: str) -> list[Any]:
        return [row[0] for row in self._connection.execute(query)]

    def _sizes_of_commits(self) -> dict[int, tuple[int, int]]:
        """Commits by their numbers: how many entries of claims come before them, and are in them."""
        sizes = Counter(self._column("""SELECT "commit" FROM change WHERE type = 'claim' ORDER BY seq"""))
        ends = accumulate(sizes.values())
        return {commit: (end - sizes[commit], sizes[commit]) for commit, end in zip(sizes, ends, strict=True)}

    # Values

    def _commit(self, value: int, i: int) -> int:
        if value in (0, FOREVER):
            return value
        before, size = self._commits[value]
        return int(self._last["seq"] + before * self.copies + i * size)

    def _moment(self, place: int, i: int) -> str:
        """The time of a copy's commit: commits follow one another by a microsecond."""
        return instant(self._last["clock"] + place * self.copies + i)

    def _number(self, value: int, i: int) -> int:
        return int(self._top + self._place[value] * self.copies + i)

    def _made(self, table: Table, name: str, value: Any) -> Made | None:
        """What makes a value for each copy; None where it is the same in all."""
        if isinstance(value, bytes):
            text = self._made_text(plain(value).decode())
            keep = packed if table is RENDERINGS else bytes
            return text and (lambda i: keep(text(i).encode()))
        if isinstance(value, str):
            return self._made_text(value)
        if table is CHANGES and name == "seq":
            return self._made_number(value)
        if name == "term" and value in self._terms:
            first_term = self._terms[value]
            return lambda i: first_term + i
        if name in table.numbered or (table is SEARCH_ROWS and name == "id"):
            return self._made_record_number(value)
        if name in _COMMITS and value not in (0, FOREVER):
            return lambda i: self._commit(value, i)
        return None

    def _made_record_number(self, number: int) -> Made | None:
        if number not in self._place:
            return None
        first = self._number(number, 0)
        return lambda i: first + i

    def _made_number(self, seq: int) -> Made:
        """The number of an entry of the feed: within its commit it stands where it stood."""
        place = self._entries.index(seq)
        before, size = next((b, s) for b, s in self._commits.values() if b <= place < b + s)
        first = self._last["seq"] + before * self.copies + place - before + 1
        return lambda i: first + (i - 1) * size

    def _made_text(self, text: str) -> Made | None:
        """A text with the copy's ids and times in the place of its own."""
        found = self._id.split(text)
        pieces = [*map("".join, zip(found[0:-1:2], found[1::2], strict=True)), found[-1]]
        times = [(place, moment) for place, moment in enumerate(self._times) if moment in text]
        if not times and len(pieces) == 1:
            return None
        suffix = self._suffix

        def made(i: int) -> str:
            copy = suffix[i].join(pieces)
            for place, moment in times:
                copy = copy.replace(moment, self._moment(place, i))
            return copy

        return made

    # Rows

    def terms(self) -> Iterator[tuple[Any, ...]]:
        """The terms of all copies that have words of their own."""
        names = ", ".join(f'"{name}"' for name in TERMS.columns)
        top = self._connection.execute("SELECT MAX(id) FROM term").fetchone()[0]
        for number, *words in self._connection.execute(f"SELECT {names} FROM term ORDER BY id").fetchall():
            makers = [self._made_text(word) for word in words]
            if any(makers):
                self._terms[number] = top + len(self._terms) * self.copies
                for i in range(1, self.copies + 1):
                    copy = [maker(i) if maker else word for maker, word in zip(makers, words, strict=True)]
                    yield tuple(TERMS.as_written((self._terms[number] + i, *copy)))

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """The rows of all copies, in the order of their keys as far as it is that of the copied rows."""
        names = ", ".join(f'"{name}"' for name in table.columns)
        order = ", ".join(f'"{name}"' for name in table.key)
        query = f"SELECT {names} FROM {table.name} ORDER BY {order}"
        column = _column(table) or ""
        own, those = table.columns.index(column), self._place if column in table.numbered else self._ids
        stored = self._connection.execute(query).fetchall()
        copied = [tuple(table.unpacked(row)) for row in stored if row[own] in those]
        return chain.from_iterable(self._copies(table, row) for row in copied)

    def _copies(self, table: Table, row: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        made = [(at, self._made(table, name, row[at])) for at, name in enumerate(table.columns)]
        makers = [(at, maker) for at, maker in made if maker]
        tag, body = (
            table.columns.index(name) if name in table.columns else None for name in ("etag", "body")
        )
        values: list[Any] = list(row)
        for i in range(1, self.copies + 1):
            for at, maker in makers:
                values[at] = maker(i)
            if tag is not None and body is not None and values[body] is not None:
                values[tag] = etag_of(plain(values[body]))
            yield tuple(table.as_written(values))

    def copy_texts(self) -> None:
        """What copies are searched by: that of the claims, under their own numbers."""
        self._connection.execute("CREATE TEMP TABLE copy (n INTEGER PRIMARY KEY)")
        numbers = ((i,) for i in range(1, self.copies + 1))
        self._connection.executemany("INSERT INTO copy VALUES (?)", numbers)
        for table in (kind[scope].name for scope in SCOPES for kind in (WORDS, PARTS)):
            for number in self._numbers:
                self._connection.execute(
                    f"INSERT INTO {table} (rowid, title, names, text) SELECT ? + n, title, names, text "
                    f"FROM {table} CROSS JOIN copy WHERE {table}.rowid = ?",
                    (self._number(number, 0), number),
                )
        self._connection.execute("DROP TABLE copy")

    def counters(self) -> Iterator[tuple[Any, ...]]:
        """Where the record stands with all copies."""
        moved = {
            "version": len(self._commits) * self.copies,
            "seq": len(self._entries) * self.copies,
            "clock": len(self._times) * self.copies,
        }
        for name, by in moved.items():
            row = COUNTERS.row(name=name, value=self._last[name] + by)
            yield (*row, COUNTERS.checksum(row))


def main() -> None:
    """`python -m benchmarks.multiply FILE COPIES`: multiply a database's claims; say what it took."""
    path, copies = Path(sys.argv[1]), int(sys.argv[2])
    began = time.process_time()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        multiply(connection, copies)
        claims = connection.execute("SELECT COUNT(*) FROM record WHERE type = 'claim'").fetchone()[0]
    connection.close()
    seconds, size = time.process_time() - began, path.stat().st_size / 1e6
    print(f"{claims:,} claims, {size:,.0f} MB, {seconds:.0f} s of processor")


if __name__ == "__main__":
    main()
