"""Rows by themselves: what was written for its own sake, and rows of records that there are not.

How a fault names a row or a record stands here too.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from peewee import Database

from ..core.sql import ALWAYS, Sql
from ..store.id_ranges import strange_ranges
from ..store.tables import (
    COUNTERS,
    DATE_KEYS,
    DEPENDENCIES,
    DOSSIER_MENTIONS,
    FILTER_KEYS,
    ID_RANGES,
    NAME_KEYS,
    POSTINGS,
    QUESTIONS,
    REFERENCES,
    SEARCH_ROWS,
    SECRETS,
    TABLES,
    Table,
)
from ..write.session import Entry

#: What is derived from the other tables, and the column that says from which record.
DERIVED = {
    QUESTIONS: "dossier",
    REFERENCES: "record",
    DEPENDENCIES: "record",
    FILTER_KEYS: "record",
    DATE_KEYS: "record",
    POSTINGS: "",  # of many records
    ID_RANGES: "",
    DOSSIER_MENTIONS: "dossier",
    SEARCH_ROWS: "record",
    NAME_KEYS: "record",
}


#: Rows without which nothing works, by their keys.
_INDISPENSABLE = {COUNTERS: ("version", "seq", "clock", "feed_floor"), SECRETS: ("cursor",)}


#: Rows that are named in one sentence.
MOST_NAMED = 3


def kept_faults(database: Database) -> Iterator[str]:
    """Rows that do not hold what was written, and those that are missing without which nothing works."""
    for table in TABLES.values():
        for row in table.damaged(database):
            yield f"{place(table, row)}: it does not hold what was written"
    for table, names in _INDISPENSABLE.items():
        there = {row.name for row in table.read(database, ALWAYS)}
        yield from (f"{table.name}: the row {name!r} is missing" for name in names if name not in there)


def strange_rows(database: Database) -> Iterator[str]:
    """Rows of a record that there is not."""
    for table in TABLES.values():
        column = DERIVED.get(table, "record")
        if column in table.columns:
            known = "SELECT id FROM record" if table is table.stored else "SELECT id FROM search_row"
            for row in table.stored.read(database, Sql(f"{column} NOT IN ({known})")):
                yield f"{place(table.stored, row)}: there is no such record"
    for words, query in _STRANGE_TERMS.items():
        yield from (f"term, row id {row[0]}: {words}" for row in database.execute_sql(query))
    yield from (
        f"id_range, row first {first!r}: it does not hold just the records of its ids"
        for first in strange_ranges(database)
    )


_STRANGE_TERMS = {
    "it is missing": "SELECT DISTINCT k.term FROM filter_key k WHERE k.term NOT IN (SELECT id FROM term)",
    "no record has it": "SELECT t.id FROM term t WHERE t.id NOT IN (SELECT term FROM filter_key)",
}


def place(table: Table, row: Any) -> str:
    """A row by its key, and by nothing else: it may hold what is secret."""
    return f"{table.name}, row {', '.join(f'{name} {getattr(row, name)!r}' for name in table.key)}"


def named(entry: Entry) -> str:
    """How a fault begins that is one of this record."""
    return f"{entry.type.name} {entry.id}"


def difference(held: Iterable[Any], right: Iterable[Any]) -> str:
    """Some of the rows of which there are too many or too few, each with its table and columns."""
    held, right = set(held), set(right)
    rows = [*((row, "too many") for row in held - right), *((row, "missing") for row in right - held)]
    return "; ".join(sorted(f"{how}: {row!r}" for row, how in rows)[:MOST_NAMED])
