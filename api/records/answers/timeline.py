"""Dates and claims in the order of time, by the earliest day and then the latest that each may have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from schemas.base import Json
from schemas.query import Query

from ..core.filters import Part, Survivors
from ..core.registry import CLAIM, DATE, RecordType
from ..core.sql import sql
from ..core.state import State
from ..read.index import StateIndex, among
from ..read.order import First, order_of
from ..read.records import Stored
from ..read.select import Selection, resolve_ids, selection, understood
from ..read.several_types import filters_of, types_for
from ..store.cursors import cursors_of
from ..store.deadline import parsed

KINDS = (DATE, CLAIM)
#: Parts within parts; what is deeper stands side by side in the last one.
MOST_LEVELS = 20


class Event(NamedTuple):
    """A record at its place in time."""

    earliest: str
    latest: str
    id: str
    type: str
    body: bytes
    part_of: str | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """What it is sorted by."""
        return (self.earliest, self.latest, self.id)


@dataclass(frozen=True)
class Timeline:
    """A page of a timeline; `undated` are claims without the date that it goes by."""

    data: list[Json]
    query: Json
    limit: int
    next: str | None
    undated: list[Json] = field(default_factory=list)
    undated_total: int = 0
    total: None = None


#: What stands in an entry for a record, made of its document.
Shown = Callable[[Event, Json], Any]


def _as_it_is(event: Event, _document: Json) -> Stored:
    """The bytes of a record, whole."""
    return Stored(event.id, event.body, "", "")


def read_timeline(state: State, query: Query, shown: Shown = _as_it_is) -> Timeline:
    """The page of a timeline in a state: entries {`at`, `record`, `parts`}.

    Raises QueryError for ids that name nothing, filters that no type has together, and foreign cursors.
    """
    filters = filters_of(KINDS)
    survivors = resolve_ids(state, filters, query)
    # `when` says where in time, for claims too.
    asked = [t for t in KINDS if "type" not in query.given or t.name in query["type"]]
    types = types_for(asked, query.without("when"), filters)
    echo = understood(filters, query, survivors) | {"by": query["by"]}
    cursors = cursors_of(state.database, ["timeline", echo])
    after = cursors.values(query["after"]) if query["after"] is not None else None
    timeline, limit = _Timeline(StateIndex(state), query, survivors, types), query["limit"]
    timeline.ask()
    events = timeline.undated(after, limit + 1) if query["undated"] else timeline.events(after, limit + 1)
    following = cursors.cursor(events[limit - 1].place) if len(events) > limit else None
    data = _entries(events[:limit], timeline, query, shown)
    if query["undated"]:
        return Timeline(data, echo, limit, following)
    apart = [] if after else timeline.undated(None, limit)
    undated = _entries(apart, timeline, query, shown)
    return Timeline(data, echo, limit, following, undated, timeline.undated_total())


def _entries(events: Sequence[Event], timeline: "_Timeline", query: Query, shown: Shown) -> list[Json]:
    below: dict[str, list[Event]] = {}
    if query["nested"]:
        for part in timeline.parts([event.id for event in events if event.type == DATE.name]):
            below.setdefault(str(part.part_of), []).append(part)
    return [_entry(event, query, shown, below) for event in events]


def _entry(event: Event, query: Query, shown: Shown, below: dict[str, list[Event]], level: int = 1) -> Json:
    document = parsed(event.body)
    entry: Json = {"at": document[_field(event.type, query)], "record": shown(event, document)}
    if query["nested"] and event.type == DATE.name:
        parts = below.get(event.id, []) if level < MOST_LEVELS else _all_below(event, below)
        entry["parts"] = [
            _entry(part, query, shown, below if level < MOST_LEVELS else {}, level + 1) for part in parts
        ]
    return entry


def _all_below(event: Event, below: dict[str, list[Event]]) -> list[Event]:
    """Parts at any depth, in order."""
    found = [event]
    for part in found:
        found += below.get(part.id, ())
    return sorted(found[1:], key=lambda part: part.place)


def _field(type_name: str, query: Query) -> str:
    return "when" if type_name == DATE.name else str(query["by"])


@dataclass(frozen=True)
class _Timeline:
    """What is asked of a timeline, and the ways of asking the database for it."""

    index: StateIndex
    query: Query
    survivors: Survivors
    types: Sequence[RecordType]

    def _at_any_time(self, record_type: RecordType) -> Selection:
        """What is chosen by everything but its time."""
        return selection(self.index, record_type, self.query.without("when"), self.survivors)

    def _chosen(self, record_type: RecordType) -> Selection:
        chosen = self._at_any_time(record_type)
        if "when" not in self.query.given:
            return chosen
        at, when = _field(record_type.name, self.query), self.query["when"]
        return chosen.and_(Part(self.index.dated(record_type.name, at, when, self.query["match"])))

    def ask(self) -> None:
        """Read all that the selections need at once."""
        selections = [self._chosen(t) for t in self.types]
        if self._undated and not self.query["undated"]:
            selections.append(self._undated)
        if any(some.narrowed for some in selections):
            self.index.sets([query for some in selections for query in some.queries])

    def events(self, after: list[Any] | None, limit: int) -> list[Event]:
        """Dated records beyond a place, in order."""
        events = [event for t in self.types for event in self._events_of(t, after, limit)]
        return sorted(events, key=lambda event: event.place)[:limit]

    def _events_of(self, record_type: RecordType, after: list[Any] | None, limit: int) -> list[Event]:
        chosen = self._chosen(record_type)
        if record_type is DATE and self.query["nested"]:
            chosen = chosen.and_(self._parts_of_listed(chosen))
        order = order_of(self.index.state, record_type, _field(record_type.name, self.query))
        place = None if after is None else [0, *after]
        rows = First(chosen, order, limit, place).rows("k.earliest, k.latest, r.id, r.type, r.body")
        return [Event(*row[:5]) for row in rows if not row[5]]

    def _parts_of_listed(self, listed: Selection) -> Part:
        """Dates that are directly part of one that is listed stand there, not by themselves."""
        whole = sql(
            "k.value IN (SELECT n.record FROM search_row n WHERE {those})",
            those=among("n.id", listed.numbers),
        )
        return Part(self.index.having(DATE.name, "part_of", whole), without=True)

    def parts(self, ids: Sequence[str]) -> list[Event]:
        """What is part of these dates, at any depth, in order."""
        if not ids:
            return []
        rows = self.index.state.rows(
            sql(
                _PARTS,
                ids=ids,
                k_holds=self.index.state.holds("k"),
                d_holds=self.index.state.holds("d"),
                records=self.index.state.records,
                stands=self.index.state.stands("r"),
            )
        )
        shown = self._chosen(DATE).numbers
        return [Event(*row) for *row, number in rows if number in shown]

    def undated(self, after: list[Any] | None, limit: int) -> list[Event]:
        """Claims without the date, by id."""
        chosen = self._undated
        if chosen is None:
            return []
        order = order_of(self.index.state, CLAIM, "id")
        rows = First(chosen, order, limit, None if after is None else after[2:]).rows("r.id, r.type, r.body")
        return [Event("", "", *row[:3]) for row in rows]

    def undated_total(self) -> int:
        """How many there are."""
        return self._undated.total() if self._undated else 0

    @cached_property
    def _undated(self) -> Selection | None:
        """None where claims are not asked for, or a range of time is: what has no date is never in one."""
        if CLAIM not in self.types or "when" in self.query.given:
            return None
        chosen = self._chosen(CLAIM)
        return chosen.and_(self.index.undated(CLAIM.name, self.query["by"]))


_PARTS = """
WITH RECURSIVE below(id, parent) AS (
    SELECT n.record, t.value FROM term t CROSS JOIN filter_key k ON k.term = t.id AND {k_holds}
    CROSS JOIN search_row n ON n.id = k.record
    WHERE t.type = 'date' AND t.filter = 'part_of' AND t.value IN ({ids})
    UNION
    SELECT n.record, t.value FROM below
    CROSS JOIN term t ON t.type = 'date' AND t.filter = 'part_of' AND t.value = below.id
    CROSS JOIN filter_key k ON k.term = t.id AND {k_holds} CROSS JOIN search_row n ON n.id = k.record
)
SELECT d.earliest, d.latest, r.id, r.type, r.body, below.parent, n.id FROM below
CROSS JOIN {records} r ON r.id = below.id AND {stands} CROSS JOIN search_row n ON n.record = r.id
CROSS JOIN date_key d ON d.record = r.id AND d.field = 'when' AND {d_holds}
ORDER BY 1, 2, 3
"""
