"""Searching the whole record: what is called so first, then what speaks of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain, pairwise
from typing import Any

from pyroaring import BitMap

from schemas.base import Json
from schemas.query import Query, QueryError, QueryFault

from ..core.registry import TYPES, RecordType
from ..core.sql import sql
from ..core.state import State
from ..read.facets import read_facets
from ..read.index import StateIndex, among
from ..read.select import left_of, resolve_ids, understood
from ..read.several_types import chosen, filters_of, types_for
from ..store.cursors import cursors_of
from ..store.deadline import parsed
from ..text.find import are_many, beginning, best, matches, named_matches, tier
from ..text.fulltext import SCOPE_OF
from ..text.normalise import as_words
from ..text.query import TextQuery, parse_text_query
from ..text.texts import texts_of
from .highlights import highlights
from .near_names import near_names

EVERY_TYPE = tuple(TYPES.values())
FILTERS = filters_of(EVERY_TYPE)
#: Parameters that leave records out by more than their type.
_NARROWING = {f.name for f in FILTERS} | {"updated_since"}
_RECORDS = """
SELECT n.id, {tier}, r.id, r.type, r.body, r.name, r.status
FROM search_row n CROSS JOIN record r ON r.id = n.record WHERE {numbers}
"""
#: Numbers that are looked at first where the newest are looked for, half of all at most; where that is fewer
#: than the second, all are looked at.
_NEWEST, _LEAST_NEWEST = 65_536, 16_384
_TIERS = ("name", "beginning", "text")


@dataclass(frozen=True)
class Found:
    """A page of a search; `groups` instead of `data` where they were asked for, `near` names where there is
    nothing."""

    data: list[Json] = field(default_factory=list)
    query: Json = field(default_factory=dict)
    limit: int = 0
    next: str | None = None
    total: int | None = None
    facets: Json | None = None
    groups: list[Json] | None = None
    near: list[Json] = field(default_factory=list)


def read_search(state: State, query: Query) -> Found:
    """The page of a search.

    Raises QueryError for ids that name nothing, filters that no type has together, and foreign cursors.
    """
    if {"group", "after"} <= query.given:
        fault = "after cannot stand beside group, which shows the first of each type"
        raise QueryError([QueryFault("after", fault)])
    search = _Search(state, query, resolve_ids(state, FILTERS, query))
    if "group" in query.given:
        groups = search.groups()
        near = [] if groups else near_names(state, search.text)
        return Found(query=search.echo, limit=query["limit"], groups=groups, near=near, **search.beside())
    cursors = cursors_of(state.database, ["search walk", search.echo])
    walk = Walk.of(cursors.values(query["after"])) if query["after"] is not None else Walk()
    limit = query["limit"]
    numbers = search.page(walk, limit + 1)
    following = cursors.cursor(walk.beyond(numbers[:limit]).values) if len(numbers) > limit else None
    results = search.results(numbers[:limit])
    data = [results[number] for number in numbers[:limit]]
    near = [] if data or walk.begun else near_names(state, search.text)
    return Found(data, search.echo, limit, following, near=near, **search.beside())


#: So many are shown in the order of their ranks; the others after them, the newest first.
MOST_BEST = 500


@dataclass(frozen=True)
class Walk:
    """Where a walk through a search stands. Every write moves all ranks a little, so it knows which of the
    best it has shown; the others go by their numbers, which stay: it is beyond this one, if any."""

    shown: BitMap = field(default_factory=BitMap)
    number: int | None = None

    @classmethod
    def of(cls, values: list[Any]) -> "Walk":
        """The walk of a cursor."""
        number, *steps = values
        return cls(BitMap(accumulate(steps)), number)

    @property
    def values(self) -> list[Any]:
        """What a cursor keeps of it: the number, and steps from one number shown to the next."""
        shown = [0, *self.shown]
        return [self.number, *(there - here for here, there in pairwise(shown))]

    @property
    def begun(self) -> bool:
        """Whether it has shown anything."""
        return bool(self.shown)

    @property
    def best_left(self) -> int:
        """How many are still to be shown in the order of their ranks."""
        return MOST_BEST - len(self.shown)

    def others(self, found: BitMap) -> BitMap:
        """What of some records it has yet to show, as far as it goes by numbers."""
        left = found - self.shown
        if self.number is not None:
            left.remove_range(self.number, left.max() + 1 if left else 0)
        return left

    def beyond(self, numbers: Sequence[int]) -> "Walk":
        """The walk when it has shown these."""
        best, others = numbers[: self.best_left], numbers[self.best_left :]
        return Walk(self.shown | BitMap(best), others[-1] if others else self.number)


@dataclass(frozen=True)
class _Search:
    """What is asked, and the ways of asking the database for it."""

    state: State
    query: Query
    survivors: dict[str, str]

    @cached_property
    def text(self) -> TextQuery:
        """The text as understood."""
        return parse_text_query(self.query["q"])

    @property
    def echo(self) -> Json:
        """The query as understood."""
        return understood(FILTERS, self.query, self.survivors) | {"terms": self.text.as_json()}

    @cached_property
    def _scopes(self) -> list[str]:
        return [SCOPE_OF[status] for status in self.state.statuses]

    @cached_property
    def index(self) -> StateIndex:
        """What knows the numbers of records."""
        return StateIndex(self.state)

    @cached_property
    def _matches(self) -> BitMap:
        """Whatever has the text, filters aside."""
        return self._matches_from(0)

    def _matches_from(self, least: int) -> BitMap:
        parts = matches(self.state.database, self.text, self._scopes, least)
        beside = [self.index.shown([name]) for name in TYPES] if "group" in self.query.given else []
        sets = self.index.sets([*(part.query for part in parts), *beside])[: len(parts)]
        return left_of(sets[0], parts, sets)

    def found(self, query: Query, matches: BitMap | None = None) -> BitMap:
        """What the filters of a query leave of the matches, or of some of them.

        Raises QueryError for filters that no type has together.
        """
        matches = self._matches if matches is None else matches
        wanted = [TYPES[name] for name in query["type"]] if "type" in query.given else EVERY_TYPE
        types = types_for(wanted, query, FILTERS)
        if {name.partition(".")[0] for name in query.given} & _NARROWING:
            return matches & chosen(self.index, types, query.without("q"), self.survivors)
        if "type" in query.given:
            return matches & self._of_types([t.name for t in types])
        return matches

    def _of_types(self, names: Sequence[str]) -> BitMap:
        return self.index.sets([self.index.shown(names)])[0]

    def beside(self) -> Json:
        """What stands beside the page: {`total`, `facets`} where they are asked for."""
        total = len(self.found(self.query)) if self.query["count"] else None
        return {"total": total, "facets": self.facets() if "facets" in self.query.given else None}

    def facets(self) -> Json:
        """Counts by value."""

        def found(without: str) -> BitMap:
            return self.found(self.query.without(without))

        return read_facets(self.index, self.query["facets"], EVERY_TYPE, self.query, self.survivors, found)

    def page(self, walk: Walk, limit: int) -> list[int]:
        """The numbers of what is shown next: the best while they are to be shown, then the newest."""
        most = min(limit, walk.best_left)
        if most == limit and not self.query.given & {"count", "facets"} and (newest := self._newest()):
            return self._best([newest], newest, walk.shown, most)[0]
        found = self.found(self.query)
        numbers = self._best([found], self._matches, walk.shown, most)[0] if most else []
        if len(numbers) < limit:
            others = walk.others(found - BitMap(numbers))
            numbers += reversed(others[-(limit - len(numbers)) :])
        return numbers

    def _newest(self) -> BitMap | None:
        """The newest of what is found, and what is called so; None unless there are more than are ranked."""
        last = (self._of_types(list(TYPES)) or [0])[-1]
        width = min(_NEWEST, last // 2)
        if width < _LEAST_NEWEST:
            return None
        newest = self.found(self.query, self._matches_from(last - width))
        if not are_many(len(newest)):
            return None
        return newest | self.found(self.query, named_matches(self.state.database, self.text, self._scopes))

    def _best(self, sets: Sequence[BitMap], matches: BitMap, without: BitMap, most: int) -> list[list[int]]:
        return best(self.state.database, self.text, self._scopes, sets, matches, without, most)

    def groups(self) -> list[Json]:
        """The best of each type, ranked among themselves, and how many there are."""
        found = self.found(self.query)
        of_types = self.index.sets([self.index.shown([name]) for name in TYPES])
        sets = {name: some for name, those in zip(TYPES, of_types, strict=True) if (some := found & those)}
        limit = self.query["limit"]
        best = self._best(list(sets.values()), self._matches, BitMap(), limit) if sets else []
        results = self.results(list(chain(*best)))
        return [
            {"type": name, "total": len(some), "data": [results[number] for number in numbers]}
            for (name, some), numbers in zip(sets.items(), best, strict=True)
        ]

    def results(self, numbers: Sequence[int]) -> dict[int, Json]:
        """The records of some numbers, with where their words stand."""
        query = sql(_RECORDS, tier=tier("n.id", self.text), numbers=among("n.id", BitMap(numbers)))
        return {row[0]: self._result(row) for row in self.state.rows(query)} if numbers else {}

    def _result(self, row: Any) -> Json:
        _, tier, record_id, type_name, body, name, status = row
        record_type = TYPES[type_name]
        return {
            **record_type.reference(record_id, name, status),
            "found_by": _TIERS[tier],
            "highlights": highlights(record_type, parsed(body), self.text.wanted),
        }


# Suggestions

#: Names of each type that are looked at before the best are chosen.
_CANDIDATES = 100


def read_suggestions(state: State, query: Query) -> tuple[list[Json], list[Json]]:
    """Names and titles that are the text, begin with it, or have words that do; if none, names near it.

    Each has the name that it matched. What has a name comes before what has a title, and that before
    propositions.
    """
    text = parse_text_query(query["q"])
    found = _suggestions(state, query, text) if text.wanted else []
    return found, [] if found else near_names(state, text)


def _suggestions(state: State, query: Query, text: TextQuery) -> list[Json]:
    types = query["type"] if "type" in query.given else list(TYPES)
    rows = state.rows(
        sql(
            "SELECT x.record, x.tier, r.type, r.name, r.body "
            "FROM ({found}) x JOIN record r ON r.id = x.record",
            found=beginning(state.database, text, types, _CANDIDATES),
        )
    )
    best = sorted(rows, key=lambda row: (row[1] > 0, TYPES[row[2]].suggested, row[1], row[3], row[0]))
    return [
        _suggestion(TYPES[row[2]], row[0], row[3], parsed(row[4]), text) for row in best[: query["limit"]]
    ]


def _suggestion(record_type: RecordType, record_id: str, name: str, record: Json, query: TextQuery) -> Json:
    texts = texts_of(record_type, record)
    names = sorted((texts.title, *texts.names), key=lambda text: _fit(as_words(text), query))
    return {**record_type.reference(record_id, name), "matched": names[0]}


def _fit(name: str, query: TextQuery) -> int:
    """How well a name, as words, fits what was typed: 0, the best, to 4."""
    typed, words = query.name, f" {name}"
    if name == typed:
        return 0
    if name.startswith(typed):
        return 1
    if f" {typed}" in words:
        return 2
    return 3 if all(f" {term.text}" in words or term.kind == "run" for term in query.beginnings) else 4
