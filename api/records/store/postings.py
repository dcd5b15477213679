"""Which records have a key now: sets of record numbers, kept as roaring bitmaps in pieces.

A write touches the piece that a number lies in and no other; a read puts the pieces together. Intersections
and counts of such sets take microseconds where a join takes as long as there are records.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
from peewee import Database, DatabaseError
from pyroaring import BitMap

from ..core.sql import Sql, sql
from .tables import POSTINGS, batches

#: Numbers of a piece: as many as a container of a roaring bitmap holds.
_BITS = 16
#: Characters of a list that are read at once.
_PIECE_OF_LIST = 16_384
#: The filter under which records are found by where they are shown: the values are scopes of the index.
SCOPE = "scope"


class Term(NamedTuple):
    """A key as records have it: what `filter_key` has beside record and period."""

    type: str
    filter: str
    value: str
    qualifier: str = ""


#: A term as plain words.
Words = tuple[str, str, str, str]
#: A record's number under a term.
Posted = tuple[Words, int]


# Writing


class _Key(NamedTuple):
    """The key of a row: a term, and a piece of its numbers."""

    type: str
    filter: str
    value: str
    qualifier: str
    piece: int


def change(database: Database, added: Iterable[Posted], removed: Iterable[Posted]) -> None:
    """Add numbers to terms, and take others away from them."""
    coming, going = _by_piece(added), _by_piece(removed)
    for keys in batches(sorted(coming.keys() | going.keys())):
        held = {_key(row): row for row in POSTINGS.read_by_key(database, keys)}
        before = {key: read_set(held[key].numbers) if key in held else _NONE for key in keys}
        after = {key: (before[key] - going.get(key, _NONE)) | coming.get(key, _NONE) for key in keys}
        POSTINGS.delete(database, (held[key] for key in keys if key in held and not after[key]))
        changed = ((key, some) for key, some in after.items() if some and some != before[key])
        POSTINGS.put(database, (_row(key, some) for key, some in changed))


def _by_piece(posted: Iterable[Posted]) -> dict[_Key, BitMap]:
    """The numbers by the keys of the rows that hold them."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for term, number in posted:
        found.setdefault((*term, number >> _BITS), []).append(number)
    return {_Key._make(key): BitMap(numbers) for key, numbers in found.items()}


_NONE = BitMap()
_in_key = attrgetter(*_Key._fields)


def _key(row: Any) -> _Key:
    return _Key._make(_in_key(row))


def _row(key: _Key, numbers: BitMap) -> Any:
    numbers.run_optimize()
    return POSTINGS.row(**key._asdict(), numbers=numbers.serialize())


def replace_all(database: Database, right: Iterable[tuple[Term, BitMap]]) -> None:
    """Let the table hold these sets and nothing else."""
    database.execute_sql("DELETE FROM posting")
    POSTINGS.add(database, rows_for(right))


# Reading


def posted(types: Iterable[str], name: str, condition: Sql) -> Sql:
    """The query for the pieces of all terms of a filter that meet a condition on `k`."""
    query = "SELECT k.numbers FROM posting k WHERE k.type IN ({types}) AND k.filter = {name} AND {condition}"
    return sql(query, types=list(types), name=name, condition=condition)


def posted_terms(types: Iterable[str], name: str, condition: Sql) -> Sql:
    """The query for (value, qualifier, piece) of the same, in the order of the terms."""
    query = (
        "SELECT k.value, k.qualifier, k.numbers FROM posting k "
        "WHERE k.type IN ({types}) AND k.filter = {name} AND {condition} ORDER BY k.value, k.qualifier"
    )
    return sql(query, types=list(types), name=name, condition=condition)


def united(pieces: Iterable[bytes]) -> BitMap:
    """The numbers of some pieces.

    Raises DatabaseError where one is damaged.
    """
    some = list(map(read_set, pieces))
    return some[0] if len(some) == 1 else union(some)


def union(sets: Iterable[BitMap]) -> BitMap:
    """The numbers of some sets, of which there may be none: `BitMap.union` cannot have that."""
    return BitMap.union(BitMap(), *sets)


def read_set(piece: bytes) -> BitMap:
    """The numbers of one piece.

    Raises DatabaseError where it is damaged.
    """
    try:
        return BitMap.deserialize(piece)
    except ValueError as error:
        raise DatabaseError("a set of records is malformed") from error


def listed(numbers: BitMap) -> str:
    """Numbers as JSON, for `json_each`."""
    return str(numbers.to_array().tolist())


def in_list(numbers: Sql) -> Sql:
    """A query for numbers, as one for a list of them."""
    return sql("SELECT json_group_array(f.id) FROM ({numbers}) f", numbers=numbers)


def unlisted(value: bytes | str) -> BitMap:
    """The set of numbers that stand as JSON, read a piece at a time: a list of half a million of them takes
    55 MB in Python, for a moment."""
    text = value if isinstance(value, str) else value.decode()
    found, start = BitMap(), 1
    while start < len(text):
        end = text.find(",", start + _PIECE_OF_LIST)
        end = len(text) - 1 if end < 0 else end
        found.update(orjson.loads(f"[{text[start:end]}]"))
        start = end + 1
    return found


def is_list(value: bytes | str) -> bool:
    """Whether a value is numbers as JSON, and no piece: none of these begins with a bracket."""
    return isinstance(value, str) or value[:1] == b"["


def rows_for(right: Iterable[tuple[Term, BitMap]]) -> Iterator[Any]:
    """The rows of the table that hold some sets."""
    for term, numbers in right:
        for piece, some in groupby(numbers, lambda number: number >> _BITS):
            yield _row(_Key(*term, piece), BitMap(some))


def is_same(row: Any, right: Any) -> bool:
    """Whether a row of the table holds the same numbers as another, as they are written."""
    try:
        held = BitMap.deserialize(row.numbers)
    except (TypeError, ValueError):
        return False
    # One set may be written in several ways, but what was written is written so again.
    return right is not None and held == BitMap.deserialize(right.numbers) and held.serialize() == row.numbers
