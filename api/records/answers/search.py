"""Searching the whole record: what is called so first, then what speaks of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pyroaring import BitMap

from schemas.base import Json
from schemas.query import Query, QueryError, QueryFault

from ..core.registry import TYPES, RecordType
from ..core.sql import EMPTY, Sql, sql
from ..core.state import State
from ..read.facets import read_facets
from ..read.index import StateIndex
from ..read.select import left_of, resolve_ids, understood
from ..read.several_types import chosen, filters_of, types_for
from ..store.cursors import cursors_of
from ..store.deadline import parsed
from ..text.find import beginning, matches, ranked
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
    cursors = cursors_of(state.database, ["search", search.echo])
    after = cursors.values(query["after"]) if query["after"] is not None else None
    rows = search.rows(search.found(query), after, query["limit"] + 1)
    limit = query["limit"]
    following = cursors.cursor([*rows[limit - 1][:3]]) if len(rows) > limit else None
    data = [search.result(row) for row in rows[:limit]]
    near = [] if data or after else near_names(state, search.text)
    return Found(data, search.echo, limit, following, near=near, **search.beside())


_RANK = "x.tier, x.score, x.record"
# Every write moves all scores a little: the page goes on behind the record that was the last one, where it
# stands now; where it has gone, behind where it stood.
_BEYOND = f"""
WHERE ({_RANK}) > (COALESCE((SELECT tier FROM x WHERE record = {{record}}), {{tier}}),
COALESCE((SELECT score FROM x WHERE record = {{record}}), {{score}}), {{record}})
"""


def _beyond(after: list[Any] | None) -> Sql:
    if after is None:
        return EMPTY
    tier, score, record = after
    return sql(_BEYOND, tier=tier, score=score, record=record)


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
        parts = matches(self.state.database, self.text, self._scopes)
        beside = [self.index.shown([name]) for name in TYPES] if "group" in self.query.given else []
        sets = self.index.sets([*(part.query for part in parts), *beside])[: len(parts)]
        return left_of(sets[0], parts, sets)

    def found(self, query: Query) -> BitMap:
        """What the filters of a query leave of the matches.

        Raises QueryError for filters that no type has together.
        """
        wanted = [TYPES[name] for name in query["type"]] if "type" in query.given else EVERY_TYPE
        types = types_for(wanted, query, FILTERS)
        if {name.partition(".")[0] for name in query.given} & _NARROWING:
            return self._matches & chosen(self.index, types, query.without("q"), self.survivors)
        if "type" in query.given:
            return self._matches & self._of_types([t.name for t in types])
        return self._matches

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

    def rows(self, found: BitMap, after: list[Any] | None, limit: int) -> list[Any]:
        """(tier, score, id, type, body, name, status) of what was found, in order, beyond a cursor."""
        return self.state.rows(
            sql(
                # The page is cut before its records are read: there are thousands behind it.
                "WITH x AS MATERIALIZED ({ranked}), "
                f"page AS MATERIALIZED (SELECT * FROM x {{beyond}} ORDER BY {_RANK} LIMIT {{limit}}) "
                "SELECT x.tier, x.score, x.record, r.type, r.body, r.name, r.status FROM page x "
                f"JOIN record r ON r.id = x.record ORDER BY {_RANK}",
                ranked=ranked(self.state.database, self.text, self._scopes, found, len(self._matches)),
                beyond=_beyond(after),
                limit=limit,
            )
        )

    def groups(self) -> list[Json]:
        """The best of each type, ranked among themselves, and how many there are."""
        found, groups = self.found(self.query), []
        of_types = self.index.sets([self.index.shown([name]) for name in TYPES])
        for name, those in zip(TYPES, of_types, strict=True):
            if of_type := found & those:
                rows = self.rows(of_type, None, self.query["limit"])
                data = [self.result(row) for row in rows]
                groups.append({"type": name, "total": len(of_type), "data": data})
        return groups

    def result(self, row: Any) -> Json:
        """A record that was found, with where its words stand."""
        tier, _, record_id, type_name, body, name, status = row
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
