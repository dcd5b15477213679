"""The first records of a selection in an order, beyond a place: what a page shows."""

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyroaring import BitMap

from schemas.fuzzy_date import EARLIEST, LATEST

from ..core.registry import RecordType
from ..core.sql import ALWAYS, Sql, joined, sql
from ..core.state import State
from .ids import FEW, FirstById, first_by_id
from .index import among
from .select import Selection

#: So many rows of an index are read in search of them, before all the records are sorted after all.
MOST_READ = 20_000
#: Rows that are read at once.
BLOCK = 1_000


@dataclass(frozen=True)
class SortKey:
    """One expression of the order."""

    sql: str
    descends: bool = False


@dataclass(frozen=True)
class Order:
    """A total order of a collection: its keys, ending with the id, and what must be joined for them."""

    state: State
    keys: tuple[SortKey, ...]
    #: The date that it goes by, if it does, and the condition on `k`, the record's row among the dates.
    dated_by: str = ""
    dated: Sql | None = None

    @property
    def by(self) -> Sql:
        """The ORDER BY."""
        return Sql(", ".join(f"{key.sql} DESC" if key.descends else key.sql for key in self.keys))

    @property
    def walked(self) -> Sql:
        """All records in the order, to be read until there are enough. CROSS: dates first."""
        if self.dated is None:
            return sql("{records} r", records=self.state.records)
        return sql("date_key k CROSS JOIN {records} r ON {on}", records=self.state.records, on=self.dated)

    @property
    def looked_up(self) -> Sql:
        """The record of each number of `search_row n`, with what is needed for its place."""
        found = sql("search_row n CROSS JOIN {records} r ON r.id = n.record", records=self.state.records)
        if self.dated is None:
            return found
        # Without the type, so that a record's dates are found by the record.
        on = sql(
            "k.record = r.id AND k.field = {field} AND {holds}",
            field=self.dated_by,
            holds=self.state.holds("k"),
        )
        return sql("{found} CROSS JOIN date_key k ON {on}", found=found, on=on)

    @property
    def bound(self) -> Sql:
        """What holds for all records of the state asked, so that no walk begins with what came later."""
        if self.state.moment is None or self.keys[0].sql != "r.updated":
            return ALWAYS
        last = "r.updated <= (SELECT c.time FROM change c WHERE c.seq = {commit})"
        return sql(last, commit=self.state.moment.commit)

    @property
    def columns(self) -> Sql:
        """The keys' values, which a cursor keeps."""
        return Sql(", ".join(key.sql for key in self.keys))

    def beyond(self, values: Sequence[Any]) -> Sql:
        """The condition for what comes after a row with these values."""
        alternatives = [self._decided_at(index, values) for index in range(len(self.keys))]
        # Redundant, but it is what lets the index start at the cursor instead of at its beginning.
        first = self.keys[0]
        start = f"{first.sql} {'<=' if first.descends else '>='} {{value}}"
        return sql(f"{start} AND ({{any}})", value=values[0], any=joined(" OR ", alternatives))

    def stretches_beyond(self, values: Sequence[Any]) -> Iterator[Sql]:
        """Conditions for what comes after a row with these values, one stretch of the order after another: an
        index of the order leads to the beginning of each."""
        return (self._decided_at(index, values) for index in reversed(range(len(self.keys))))

    def _decided_at(self, index: int, values: Sequence[Any]) -> Sql:
        """The rows that are equal before a key and beyond at it."""
        key = self.keys[index]
        same = [sql(f"{k.sql} = {{value}}", value=v) for k, v in zip(self.keys[:index], values, strict=False)]
        further = sql(f"{key.sql} {'<' if key.descends else '>'} {{value}}", value=values[index])
        return sql("({all})", all=joined(" AND ", [*same, further]))


def order_of(state: State, record_type: RecordType, sort: str) -> Order:
    """The order that `sort=` names."""
    name, descends = sort.removeprefix("-"), sort.startswith("-")
    if name == "id":
        return Order(state, (SortKey("r.id", descends),))
    if name in record_type.dates:
        return _dated_order(state, record_type, name, descends)
    column = "r.updated" if name == "updated" else "r.name"
    return Order(state, (SortKey(column, descends), SortKey("r.id")))


def _dated_order(state: State, record_type: RecordType, name: str, descends: bool) -> Order:
    first, second = ("k.latest", "k.earliest") if descends else ("k.earliest", "k.latest")
    keys = (SortKey("k.missing"), SortKey(first, descends), SortKey(second, descends), SortKey("k.record"))
    on = sql(
        "r.id = k.record AND k.type = {type} AND k.field = {field} AND {holds}",
        type=record_type.name,
        field=name,
        holds=state.holds("k"),
    )
    return Order(state, keys, name, on)


# The first records


@dataclass(frozen=True)
class First:
    """What looks for the first `limit` records of a selection in an order, beyond the place `after` where the
    last page ended. `among`: the numbers of some of which these are, where they are known."""

    chosen: Selection
    order: Order
    limit: int
    after: Sequence[Any] | None = None
    among: BitMap | None = None

    @property
    def _beyond(self) -> Sql:
        return ALWAYS if self.after is None else self.order.beyond(self.after)

    @property
    def _seen(self) -> Sql:
        """The condition that a record may be seen. Now the numbers say so, and its row need not be read."""
        sure = self.chosen.narrowed and self.order.state.moment is None
        return ALWAYS if sure else self.chosen.shown

    def rows(self, columns: str) -> list[Any]:
        """Their rows: `columns`, of `r` and `k`, and then the keys of the order."""
        given = Sql(f"{columns}, {self.order.columns.text}")
        if not self.chosen.narrowed:
            return self._walked(given)
        numbers = self.chosen.numbers if self.among is None else self.among
        if len(numbers) > FEW:
            numbers = self._first_of_many(numbers)
        return self._looked_up(given, numbers)

    def _walked(self, columns: Sql) -> list[Any]:
        """Of all records."""
        order, found = self.order, list[Any]()
        for stretch in [ALWAYS] if self.after is None else order.stretches_beyond(self.after):
            condition = joined(" AND ", [order.bound, stretch])
            found += self._asked(columns, order.walked, condition, self.limit - len(found))
            if len(found) == self.limit:
                break
        return found

    def _looked_up(self, columns: Sql, numbers: BitMap) -> list[Any]:
        """Of few."""
        condition = joined(" AND ", [among("n.id", numbers), self._beyond])
        return self._asked(columns, self.order.looked_up, condition, self.limit)

    def _asked(self, columns: Sql, source: Sql, condition: Sql, limit: int) -> list[Any]:
        query = sql(
            "SELECT {columns} FROM {source} WHERE {condition} AND {seen} ORDER BY {by} LIMIT {limit}",
            columns=columns,
            source=source,
            condition=condition,
            seen=self._seen,
            by=self.order.by,
            limit=limit,
        )
        return self.order.state.rows(query)

    def _first_of_many(self, numbers: BitMap) -> BitMap:
        if self.order.dated is not None:
            return self._by_days()
        first = self.order.keys[0]
        if first.sql != "r.id":
            return self._first_of(numbers)
        after = None if self.after is None else self.after[0]
        by_id = FirstById(self.order.state, numbers, self.limit, after, first.descends)
        return by_id.found()

    def _first_of(self, numbers: BitMap) -> BitMap:
        """The first of some records."""
        if (found := self._found(numbers)) is not None:
            return found
        return BitMap([row[0] for row in self._looked_up(Sql("n.id"), numbers)])

    # Found in an index of the order

    def _found(self, numbers: BitMap) -> BitMap | None:
        """The first of some records; None where they are too far apart in the order."""
        found = BitMap()
        for read, (number, *_) in enumerate(self._walk()):
            if number in numbers:
                found.add(number)
                if len(found) == self.limit:
                    break
            if read == MOST_READ:
                return None
        return found

    def _walk(self) -> Iterator[Any]:
        """Numbers of records in the order, block by block."""
        state, order = self.order.state, self.order
        after = self.after
        while True:
            query = sql(
                "SELECT n.id, {columns} FROM {source} CROSS JOIN search_row n ON n.record = r.id "
                "WHERE {seen} AND {bound} AND {beyond} ORDER BY {by} LIMIT {block}",
                columns=order.columns,
                source=order.walked,
                # Type and status lead in the indexes of records.
                seen=self.chosen.shown,
                bound=order.bound,
                beyond=ALWAYS if after is None else order.beyond(after),
                by=order.by,
                block=BLOCK,
            )
            rows = state.rows(query)
            yield from rows
            if len(rows) < BLOCK:
                return
            after = rows[-1][1:]

    # Found day by day

    def _by_days(self) -> BitMap:
        """The first records by a date: those of day after day."""
        found = BitMap()
        for day in self._days():
            numbers = day.numbers & self.chosen.numbers
            # Those of one day go by id; of few, all are taken, and sorted with the others at the end.
            after = self.after[-1] if self.after and self._place(day) == tuple(self.after[:3]) else None
            if after or len(numbers) > self.limit:
                numbers = BitMap([n for _, n in first_by_id(self.order.state, numbers, self.limit, after)])
            found |= numbers
            if len(found) >= self.limit:
                break
        return found

    def _days(self) -> Iterator["_Day"]:
        """Days from the one on where the last page ended, in order; then what has no date."""
        order = self.order
        calendar = self.chosen.index.calendar([self.chosen.record_type.name], order.dated_by)
        days: dict[tuple[str, str], BitMap] = {}
        for day in calendar.days:
            days[day.earliest, day.latest] = days.get((day.earliest, day.latest), BitMap()) | day.numbers
        found = [_Day(0, *bounds, numbers) for bounds, numbers in days.items()]
        descends = order.keys[1].descends
        found.sort(key=self._place, reverse=descends)
        if self.after is not None:
            missing, last = self.after[0], tuple(self.after[:3])
            passes = operator.gt if descends else operator.lt
            found = [] if missing else [day for day in found if not passes(self._place(day), last)]
        return iter([*found, _Day(1, LATEST, EARLIEST, calendar.undated)])

    def _place(self, day: "_Day") -> tuple[Any, ...]:
        """Where a day stands in the order: the values of its keys but for the id."""
        bounds = (day.latest, day.earliest) if self.order.keys[1].descends else (day.earliest, day.latest)
        return day.missing, *bounds


class _Day(NamedTuple):
    """A day as it stands among the dates, with the numbers of its records."""

    missing: int
    earliest: str
    latest: str
    numbers: BitMap
