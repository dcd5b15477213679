"""The first of many records by id."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson
from pyroaring import BitMap

from ..core.filters import Part
from ..core.sql import Sql, sql
from ..store.postings import listed
from .index import StateIndex

#: Ids that are passed by for each record that would have to be sorted instead: that takes five times as long.
PASSED_FOR_ONE = 5
#: A row of a key takes as long as so many ids. They are passed by instead where one of twenty is wanted.
ROW_OF_KEY = 6
DENSE = 20
#: Comes after every id.
_AFTER_EVERY_ID = "~"
#: Ids that are read at once, at first and at most.
BLOCK, LARGEST_BLOCK = 1_000, 65_536


@dataclass(frozen=True)
class FirstById:
    """What looks for the first `limit` of some records by id, beyond one."""

    index: StateIndex
    numbers: BitMap
    limit: int
    after: str | None = None
    descends: bool = False

    def found(self, parts: Sequence[Part]) -> BitMap:
        """These records: ids are read in their order until there are enough, as long as that takes no longer
        than to sort all of them. `parts`: what has chosen them."""
        found: list[int] = []
        passed = 0
        rows, takes = self._rows(parts)
        for block in self._blocks(rows):
            if self.numbers.intersection_cardinality(BitMap(block)):
                found += [number for number in block if number in self.numbers]
            if len(found) >= self.limit:
                return BitMap(found[: self.limit])
            passed += takes * len(block)
            if passed > PASSED_FOR_ONE * len(self.numbers):
                return self._sorted()
        return BitMap(found)

    def _rows(self, parts: Sequence[Part]) -> tuple[Sql, int]:
        """What ids are read off, as rows `k`, and how long each takes: the rarest key that one part asks for,
        where many of those who have it are wanted; else all records."""
        keys = [part for part in parts if part.key]
        sets = self.index.sets([part.query for part in keys]) if keys else []
        rarest = min(zip(map(len, sets), range(len(keys)), strict=True), default=None)
        if rarest is None or rarest[0] > DENSE * len(self.numbers):
            return Sql("SELECT k.id, k.record FROM search_row k WHERE TRUE"), 1
        part = keys[rarest[1]]
        # One number after another: PostgreSQL thinks that few rows have a key, and would join all of them
        # before it took the first.
        rows = sql(
            "SELECT (SELECT n.id FROM search_row n WHERE n.record = k.record) AS id, k.record "
            f"FROM {part.table} k WHERE {{key}} AND {{holds}}",
            key=part.key,
            holds=self.index.state.holds("k"),
        )
        return rows, ROW_OF_KEY

    def _blocks(self, rows: Sql) -> Iterator[list[int]]:
        """Numbers in the order of the ids, in growing blocks."""
        size, after = BLOCK, self.after
        while True:
            query = sql(
                f"SELECT json_group_array(b.id), {'MIN' if self.descends else 'MAX'}(b.record) FROM ("
                f"{{rows}} AND {{beyond}} ORDER BY k.record {self._way} LIMIT {{size}}) b",
                rows=rows,
                beyond=self._beyond(after),
                size=size,
            )
            [(block, after)] = self.index.state.rows(query)
            numbers: list[int] = orjson.loads(block)
            yield numbers
            if len(numbers) < size:
                return
            size = min(2 * size, LARGEST_BLOCK)

    def _sorted(self) -> BitMap:
        query = sql(
            "SELECT k.id FROM json_each({numbers}) j CROSS JOIN search_row k ON k.id = j.value "
            f"WHERE {{beyond}} ORDER BY k.record {self._way} LIMIT {{limit}}",
            numbers=listed(self.numbers),
            beyond=self._beyond(self.after),
            limit=self.limit,
        )
        return BitMap([row[0] for row in self.index.state.rows(query)])

    @property
    def _way(self) -> str:
        return "DESC" if self.descends else "ASC"

    def _beyond(self, after: str | None) -> Sql:
        # Always a bound, so that an index is read from there on.
        if self.descends:
            return sql("k.record < {after}", after=after or _AFTER_EVERY_ID)
        return sql("k.record > {after}", after=after or "")
