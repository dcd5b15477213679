"""The first of many records by id."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyroaring import BitMap

from ..core.sql import Sql, sql
from ..store.id_ranges import AFTER_EVERY_ID
from ..store.postings import listed, read_set
from .index import StateIndex

#: Ranges that are read at once.
AT_ONCE = 100


@dataclass(frozen=True)
class FirstById:
    """What looks for the first `limit` of some records by id, beyond one."""

    index: StateIndex
    numbers: BitMap
    limit: int
    after: str | None = None
    descends: bool = False

    def found(self) -> BitMap:
        """These records: range of ids after range, until there are enough."""
        found, some = BitMap(), BitMap()
        for numbers in self._ranges():
            some |= numbers & self.numbers
            if len(some) >= self.limit:
                found |= self._sorted(some, self.limit - len(found))
                some = BitMap()
            if len(found) >= self.limit:
                return found
        return found | self._sorted(some, self.limit - len(found))

    def _ranges(self) -> Iterator[BitMap]:
        """The numbers of the ranges of ids, from the one on in which the last page ended."""
        beyond = self._begin()
        while True:
            query = sql(
                f"SELECT i.first, i.numbers FROM id_range i WHERE {{beyond}} ORDER BY i.first {self._way} "
                "LIMIT {most}",
                beyond=beyond,
                most=AT_ONCE,
            )
            rows = self.index.state.rows(query)
            yield from (read_set(row[1]) for row in rows)
            if len(rows) < AT_ONCE:
                return
            beyond = sql(f"i.first {'<' if self.descends else '>'} {{place}}", place=rows[-1][0])

    def _begin(self) -> Sql:
        if self.descends:
            return sql("i.first < {after}", after=self.after or AFTER_EVERY_ID)
        return sql(
            "i.first >= (SELECT MAX(b.first) FROM id_range b WHERE b.first <= {after})",
            after=self.after or "",
        )

    def _sorted(self, some: BitMap, limit: int) -> BitMap:
        """The first of a few records."""
        query = sql(
            "SELECT k.id FROM json_each({numbers}) CROSS JOIN search_row k ON k.id = json_each.value "
            f"WHERE {{beyond}} ORDER BY k.record {self._way} LIMIT {{limit}}",
            numbers=listed(some),
            beyond=self._beyond,
            limit=limit,
        )
        return BitMap([row[0] for row in self.index.state.rows(query)]) if some else some

    @property
    def _way(self) -> str:
        return "DESC" if self.descends else "ASC"

    @property
    def _beyond(self) -> Sql:
        if self.descends:
            return sql("k.record < {after}", after=self.after or AFTER_EVERY_ID)
        return sql("k.record > {after}", after=self.after or "")
