"""Which numbers the records of a range of ids have: the first of many records by id are looked for in these
sets, whose order is that of the ids, and only those of a range or two are sorted.

Ranges follow on one another, and each has about as many records as the others, whatever their ids are.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

import orjson
from peewee import Database
from pyroaring import BitMap

from ..core.sql import run, sql
from .postings import listed, read_set
from .tables import ID_RANGES, batches

#: Records of a range; one that has more is divided.
MOST = 1_024
HALF = MOST // 2
#: Comes after every id.
AFTER_EVERY_ID = "~"

_RANGE_OF = """
SELECT r.first, r.numbers, (SELECT MIN(n.first) FROM id_range n WHERE n.first > r.first)
FROM id_range r WHERE r.first <= ? ORDER BY r.first DESC LIMIT 1
"""


def add(database: Database, numbers: Mapping[str, int]) -> None:
    """Put new records, by their ids, into the ranges that they belong to."""
    for first, some, records in _ranges_of(database, numbers):
        some |= _numbers(records)
        _put(database, _divided(database, first, some) if len(some) > MOST else {first: some})


def remove(database: Database, numbers: Mapping[str, int]) -> None:
    """Take records out of their ranges."""
    for first, some, records in _ranges_of(database, numbers):
        _put(database, {first: some - _numbers(records)})


def _ranges_of(
    database: Database, numbers: Mapping[str, int]
) -> Iterator[tuple[str, BitMap, list[tuple[str, int]]]]:
    """The ranges that records belong to: first id, what is there, and those of the records."""
    left = deque(sorted(numbers.items()))
    while left:
        row = database.execute_sql(_RANGE_OF, (left[0][0],)).fetchone()
        first, held, beyond = row or ("", None, None)
        some = []
        while left and (beyond is None or left[0][0] < beyond):
            some.append(left.popleft())
        yield first, read_set(held) if held is not None else BitMap(), some


def _put(database: Database, ranges: Mapping[str, BitMap]) -> None:
    ID_RANGES.put(database, (_row(first, some) for first, some in ranges.items()))


def _row(first: str, numbers: BitMap) -> object:
    return ID_RANGES.row(first=first, numbers=_kept(numbers))


def _kept(numbers: BitMap) -> bytes:
    """One set, always in the same bytes."""
    numbers.run_optimize()
    return bytes(numbers.serialize())


def _divided(database: Database, first: str, numbers: BitMap) -> dict[str, BitMap]:
    these = "FROM json_each({numbers}) CROSS JOIN search_row k ON k.id = json_each.value"
    ids = run(database, sql(f"SELECT k.record, k.id {these} ORDER BY k.record", numbers=listed(numbers)))
    return {some[0][0] if at else first: _numbers(some) for at, some in enumerate(batches(ids, HALF))}


def _numbers(ids: Iterable[tuple[str, int]]) -> BitMap:
    return BitMap([number for _, number in ids])


# All of them


def rebuild_ranges(database: Database) -> None:
    """Make all ranges anew."""
    database.execute_sql("DELETE FROM id_range")
    ids = database.execute_sql("SELECT record, id FROM search_row ORDER BY record")
    for at, some in enumerate(batches(ids, HALF)):
        _put(database, {some[0][0] if at else "": _numbers(some)})


def strange_ranges(database: Database) -> Iterator[str]:
    """The first ids of ranges that do not hold just the records that belong to them."""
    firsts = [row[0] for row in database.execute_sql("SELECT first FROM id_range ORDER BY first").fetchall()]
    if not firsts:
        yield from ("" for _ in database.execute_sql("SELECT 1 FROM search_row LIMIT 1").fetchall())
        return
    if firsts[0] != "":
        yield ""
    for first, following in zip(firsts, [*firsts[1:], AFTER_EVERY_ID], strict=True):
        [(held, right)] = database.execute_sql(_HELD_AND_RIGHT, (first, following, first)).fetchall()
        # A damaged row may have a number that none can be.
        if bytes(held) != _kept(BitMap([n for n in orjson.loads(right) if 0 <= n < 2**32])):
            yield first


_HELD_AND_RIGHT = """
SELECT i.numbers, (SELECT json_group_array(k.id) FROM search_row k WHERE k.record >= ? AND k.record < ?)
FROM id_range i WHERE i.first = ?
"""
