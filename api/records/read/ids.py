"""The first of many records by id."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyroaring import BitMap

from ..core.sql import Sql, sql
from ..core.state import State
from ..store.id_ranges import AFTER_EVERY_ID
from ..store.postings import listed, read_set

#: So many records are sorted; of more of them, the first are looked for in an index of the order.
FEW = 2_000
#: Ranges that are read at once.
AT_ONCE = 100


def first_by_id(state: State, numbers: BitMap, limit: int, after: str | None = None) -> list[tuple[str, int]]:
    """(id, number) of the first of some records by id, beyond one."""
    return FirstById(state, numbers, limit, after).rows()


@dataclass(frozen=True)
class FirstById:
    """What looks for the first `limit` of some records by id, beyond one."""

    state: State
    numbers: BitMap
    limit: int
    after: str | None = None
    descends: bool = False

    def rows(self) -> list[tuple[str, int]]:
        """(id, number) of these records, in their order."""
        return self._sorted(self.found() if len(self.numbers) > FEW else self.numbers, self.limit)

    def found(self) -> BitMap:
        """These records, of many: range of ids after range, until there are enough."""
        found, some = BitMap(), BitMap()
        for numbers in self._ranges():
            some |= numbers & self.numbers
            if len(some) >= self.limit:
                found |= self._first(some, self.limit - len(found))
                some = BitMap()
            if len(found) >= self.limit:
                return found
        return found | self._first(some, self.limit - len(found))

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
            rows = self.state.rows(query)
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

    def _first(self, some: BitMap, limit: int) -> BitMap:
        """The first of a few records."""
        return BitMap([number for _, number in self._sorted(some, limit)])

    def _sorted(self, some: BitMap, limit: int) -> list[tuple[str, int]]:
        """(id, number) of the same, in their order."""
        query = sql(
            "SELECT k.record, k.id FROM json_each({numbers}) "
            "CROSS JOIN search_row k ON k.id = json_each.value "
            f"WHERE {{beyond}} ORDER BY k.record {self._way} LIMIT {{limit}}",
            numbers=listed(some),
            beyond=self._beyond,
            limit=limit,
        )
        return self.state.rows(query) if some else []

    @property
    def _way(self) -> str:
        return "DESC" if self.descends else "ASC"

    @property
    def _beyond(self) -> Sql:
        if self.descends:
            return sql("k.record < {after}", after=self.after or AFTER_EVERY_ID)
        return sql("k.record > {after}", after=self.after or "")
