"""Dates and claims in the order of time, by the earliest day and then the latest that each may have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import orjson
from peewee import Database

from schemas import query as q
from schemas.query import Parameter, Query

from ..core.registry import CLAIM, DATE, Json, RecordType
from ..read.parameters import filter_parameters, page_parameters, perspective_parameter
from ..read.past_pages import dated_test, tests_of
from ..read.records import understood
from ..read.revisions import Moment, Past, published_then, survivors_at
from ..read.select import Where, add_date, order_of, resolve_ids, selection, touching
from ..read.several_types import filters_of, types_for
from ..store.cursors import Cursors
from ..store.database import placeholders, secret, snapshot

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


@cache
def timeline_parameters() -> dict[str, Parameter]:
    """Everything that `GET /v1/timeline` takes."""
    found = [
        q.choices("type", "Whether dates or claims.", [t.name for t in KINDS], "a type with a time"),
        q.choice("by", "Where claims stand: when they were said, or the time that they speak of.",
                 CLAIM.dates, "said"),
        q.flag("nested", "Whether dates that are part of a listed one stand within it.", False),
        q.flag("undated", "Whether only the claims without that date are listed, by id.", False),
        q.as_of(),
        perspective_parameter(),
        *page_parameters().values(),
    ]  # fmt: skip
    return {parameter.name: parameter for parameter in found} | filter_parameters(filters_of(KINDS))


def read_timeline(database: Database, query: Query, moment: Moment | None = None) -> Timeline:
    """The page of a timeline, now or at a moment.

    Raises QueryError for ids that name nothing, filters that no type has together, and foreign cursors.
    """
    with snapshot(database):
        filters = filters_of(KINDS)
        now = resolve_ids(database, filters, query)
        survivors = survivors_at(database, moment.commit) if moment else now
        # `when` says where in time, for claims too.
        asked = [t for t in KINDS if "type" not in query.given or t.name in query["type"]]
        types = types_for(asked, query.without("when"), filters)
        echo = understood(filters, query, survivors) | {"by": query["by"]}
        cursors = Cursors(secret(database, "cursor"), ["timeline", echo])
        after = cursors.values(query["after"]) if query["after"] is not None else None
        view = (
            _Past(database, query, survivors, types, moment)
            if moment
            else _Present(database, query, survivors, types)
        )
        limit = query["limit"]
        events = view.undated(after, limit + 1) if query["undated"] else view.events(after, limit + 1)
        following = cursors.cursor(events[limit - 1].place) if len(events) > limit else None
        data = _entries(events[:limit], view, query)
        if query["undated"]:
            return Timeline(data, echo, limit, following)
        apart = [] if after else view.undated(None, limit)
        return Timeline(data, echo, limit, following, _entries(apart, view, query), view.undated_total())


def _entries(events: Sequence[Event], view: "_Present | _Past", query: Query) -> list[Json]:
    below: dict[str, list[Event]] = {}
    if query["nested"]:
        for part in view.parts([event.id for event in events if event.type == DATE.name]):
            below.setdefault(str(part.part_of), []).append(part)
    return [_entry(event, query, below) for event in events]


def _entry(event: Event, query: Query, below: dict[str, list[Event]], level: int = 1) -> Json:
    at = _field(event.type, query)
    entry: Json = {"at": orjson.loads(event.body)[at], "record": orjson.Fragment(event.body)}
    if query["nested"] and event.type == DATE.name:
        parts = below.get(event.id, []) if level < MOST_LEVELS else _all_below(event, below)
        entry["parts"] = [
            _entry(part, query, below if level < MOST_LEVELS else {}, level + 1) for part in parts
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


class _Present:
    """The timeline as it stands."""

    def __init__(
        self, database: Database, query: Query, survivors: dict[str, str], types: Sequence[RecordType]
    ) -> None:
        self.database, self.query, self.survivors, self.types = database, query, survivors, types

    def _undatedly(self, record_type: RecordType) -> Where:
        """What is chosen by everything but its time."""
        return selection(record_type, self.query.without("when"), self.survivors)

    def _where(self, record_type: RecordType) -> Where:
        where = self._undatedly(record_type)
        if "when" in self.query.given:
            at = _field(record_type.name, self.query)
            add_date(where, record_type, at, self.query["when"], self.query["match"])
        return where

    def events(self, after: list[Any] | None, limit: int) -> list[Event]:
        """Dated records beyond a place, in order."""
        found: list[Event] = []
        for record_type in self.types:
            where = self._undatedly(record_type)
            order = order_of(record_type, _field(record_type.name, self.query))
            if "when" in self.query.given:
                touches, bounds = touching("k", self.query["when"], self.query["match"])
                where.add(touches, *bounds)
            if record_type is DATE and self.query["nested"]:
                self._leave_out_parts(where)
            if after is not None:
                where.add("(k.earliest, k.latest, k.record) > (?, ?, ?)", *after)
            rows = self.database.execute_sql(
                "SELECT k.earliest, k.latest, r.id, r.type, r.body "
                f"FROM {order.source(where.narrowed)} WHERE k.missing = 0 AND {where.sql} "
                "ORDER BY k.earliest, k.latest, k.record LIMIT ?",
                [*order.dated_values, *where.values, limit],
            ).fetchall()
            found += [Event(*row) for row in rows]
        return sorted(found, key=lambda event: event.place)[:limit]

    def _leave_out_parts(self, where: Where) -> None:
        """Dates that are directly part of one that is listed stand there, not by themselves."""
        listed = self._where(DATE)
        where.add(
            "r.id NOT IN (SELECT p.record FROM filter_key p WHERE p.type = 'date' AND p.filter = 'part_of' "
            f"AND p.value IN (SELECT r.id FROM record r WHERE {listed.sql}))",
            *listed.values,
        )

    def parts(self, ids: Sequence[str]) -> list[Event]:
        """What is part of these dates, at any depth, in order."""
        if not ids:
            return []
        where = self._where(DATE)
        rows = self.database.execute_sql(
            "WITH RECURSIVE below(id, parent) AS ("
            "SELECT k.record, k.value FROM filter_key k WHERE k.type = 'date' AND k.filter = 'part_of' "
            f"AND k.value IN ({placeholders(ids)}) UNION "
            "SELECT k.record, k.value FROM below JOIN filter_key k "
            "ON k.type = 'date' AND k.filter = 'part_of' AND k.value = below.id) "
            "SELECT d.earliest, d.latest, r.id, r.type, r.body, below.parent FROM below "
            "JOIN record r ON r.id = below.id JOIN date_key d ON d.record = r.id AND d.field = 'when' "
            f"WHERE {where.sql} ORDER BY 1, 2, 3",
            [*ids, *where.values],
        ).fetchall()
        return [Event(*row) for row in rows]

    def undated(self, after: list[Any] | None, limit: int) -> list[Event]:
        """Claims without the date, by id."""
        where = self._undated()
        if where is None:
            return []
        if after is not None:
            where.add("r.id > ?", after[2])
        rows = self.database.execute_sql(
            f"SELECT r.id, r.type, r.body FROM record r WHERE {where.sql} ORDER BY r.id LIMIT ?",
            [*where.values, limit],
        ).fetchall()
        return [Event("", "", row[0], row[1], bytes(row[2])) for row in rows]

    def undated_total(self) -> int:
        """How many there are."""
        where = self._undated()
        if where is None:
            return 0
        sql = f"SELECT COUNT(*) FROM record r WHERE {where.sql}"
        return int(self.database.execute_sql(sql, where.values).fetchone()[0])

    def _undated(self) -> Where | None:
        """None where claims are not asked for, or a range of time is: what has no date is never in one."""
        if CLAIM not in self.types or "when" in self.query.given:
            return None
        where = self._where(CLAIM)
        where.add(
            "r.id IN (SELECT record FROM date_key WHERE type = 'claim' AND field = ? AND missing = 1)",
            self.query["by"],
        )
        return where


class _Past:
    """The timeline as it stood, from the documents of that time."""

    def __init__(
        self,
        database: Database,
        query: Query,
        survivors: dict[str, str],
        types: Sequence[RecordType],
        moment: Moment,
    ) -> None:
        self.query = query
        plain = query.without("when")
        found: list[Past] = []
        for record_type in types:
            tests = list(tests_of(record_type, plain, survivors, {}))
            if "when" in query.given:
                tests.append(dated_test(_field(record_type.name, query), query["when"], query["match"]))
            then = published_then(database, [record_type.name], moment)
            found += [past for past in then if all(test(past) for test in tests)]
        self._dated: list[Event] = []
        self._undated: list[Event] = []
        for past in found:
            missing, earliest, latest, *_ = past.computed["dates"][_field(past.type.name, query)]
            part_of = next((v for v, _ in past.computed["filters"].get("part_of", ())), None)
            stored = past.stored
            if missing:
                self._undated.append(Event("", "", stored.id, past.type.name, stored.body))
            else:
                self._dated.append(Event(earliest, latest, stored.id, past.type.name, stored.body, part_of))
        self._dated.sort(key=lambda event: event.place)

    def events(self, after: list[Any] | None, limit: int) -> list[Event]:
        """Dated records beyond a place, in order."""
        ids = {event.id for event in self._dated}
        listed = [e for e in self._dated if not self.query["nested"] or e.part_of not in ids]
        return _beyond(listed, after)[:limit]

    def parts(self, ids: Sequence[str]) -> list[Event]:
        """Everything that is part of something, in order."""
        return [event for event in self._dated if event.part_of]

    def undated(self, after: list[Any] | None, limit: int) -> list[Event]:
        """Claims without the date, by id."""
        return _beyond(self._undated, after)[:limit]

    def undated_total(self) -> int:
        """How many there are."""
        return len(self._undated)


def _beyond(events: Iterable[Event], after: list[Any] | None) -> list[Event]:
    return [event for event in events if after is None or event.place > tuple(after)]
