"""Searching the whole record: what is called so first, then what speaks of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import orjson
from peewee import Database

from schemas import query as q
from schemas.query import Parameter, Query, QueryError, QueryFault

from ..core.registry import PUBLIC, TYPES, Json, RecordType
from ..read.facets import read_facets
from ..read.parameters import (
    SEARCH_TEXT,
    count_parameter,
    facet_names,
    facets_parameter,
    filter_parameters,
    page_parameters,
    perspective_parameter,
    status_parameter,
)
from ..read.records import understood
from ..read.select import resolve_ids
from ..read.several_types import chosen, filters_of, types_for
from ..store.cursors import Cursors
from ..store.database import secret, snapshot
from ..text.index import SCOPE_OF, Among, beginning, matching, ranked, totals
from ..text.normalise import as_words
from ..text.query import TextQuery, parse_text_query
from ..text.texts import texts_of
from .highlights import highlights

EVERY_TYPE = tuple(TYPES.values())
_FILTERS = filters_of(EVERY_TYPE)
#: Parameters that leave records out by more than their type.
_NARROWING = {f.name for f in _FILTERS} | {"updated_since"}
_TIERS = ("name", "beginning", "text")


@dataclass(frozen=True)
class Found:
    """A page of a search; `groups` instead of `data` where they were asked for."""

    data: list[Json] = field(default_factory=list)
    query: Json = field(default_factory=dict)
    limit: int = 0
    next: str | None = None
    total: int | None = None
    facets: Json | None = None
    groups: list[Json] | None = None


@cache
def search_parameters() -> dict[str, Parameter]:
    """Everything that `GET /v1/search` takes."""
    found = [
        q.search_text("q", f"What is looked for. {SEARCH_TEXT}", required=True),
        q.choices("type", "Types of the records.", tuple(TYPES), "a record type"),
        q.choice("group", "`type`: the best of each type apart, `limit` of each.", ("type",), None),
        status_parameter(),
        perspective_parameter(),
        count_parameter(),
        facets_parameter(("type", *facet_names(EVERY_TYPE))),
    ]
    found += page_parameters().values()
    return {parameter.name: parameter for parameter in found} | filter_parameters(_FILTERS)


@cache
def suggest_parameters() -> dict[str, Parameter]:
    """Everything that `GET /v1/suggest` takes."""
    found = [
        q.search_text("q", "How a name or title begins, or a word of it.", required=True),
        q.choices("type", "Types of the records.", tuple(TYPES), "a record type"),
        q.number("limit", "Most suggestions.", 1, 20, 10),
        perspective_parameter(),
    ]
    return {parameter.name: parameter for parameter in found}


def read_search(database: Database, query: Query, statuses: Sequence[str] = PUBLIC) -> Found:
    """The page of a search.

    Raises QueryError for ids that name nothing, filters that no type has together, and foreign cursors.
    """
    if {"group", "after"} <= query.given:
        fault = "after cannot stand beside group, which shows the first of each type"
        raise QueryError([QueryFault("after", fault)])
    with snapshot(database):
        search = _Search(database, query, resolve_ids(database, _FILTERS, query, statuses), statuses)
        if "group" in query.given:
            return Found(query=search.echo, limit=query["limit"], groups=search.groups(), **search.beside())
        cursors = Cursors(secret(database, "cursor"), ["search", search.echo])
        after = cursors.values(query["after"]) if query["after"] is not None else None
        rows = search.rows(query, after, query["limit"] + 1)
        limit = query["limit"]
        following = cursors.cursor([*rows[limit - 1][:3]]) if len(rows) > limit else None
        data = [search.result(row) for row in rows[:limit]]
        return Found(data, search.echo, limit, following, **search.beside())


_RANK = "x.tier, x.score, x.record"


@dataclass(frozen=True)
class _Search:
    """What is asked, and the ways of asking the database for it."""

    database: Database
    query: Query
    survivors: dict[str, str]
    statuses: Sequence[str]

    @cached_property
    def asked(self) -> TextQuery:
        """The text as understood."""
        return parse_text_query(self.query["q"])

    @property
    def echo(self) -> Json:
        """The query as understood."""
        return understood(_FILTERS, self.query, self.survivors) | {"terms": self.asked.as_json()}

    def among(self, query: Query) -> Among:
        """What the filters leave; `q` is what the ranks are made from.

        Raises QueryError for filters that no type has together.
        """
        scopes = [SCOPE_OF[status] for status in self.statuses]
        wanted = [TYPES[name] for name in query["type"]] if "type" in query.given else EVERY_TYPE
        types = types_for(wanted, query, _FILTERS)
        if not {name.removesuffix(".not") for name in query.given} & _NARROWING:
            return Among(scopes, [t.name for t in types] if "type" in query.given else ())
        return Among(scopes, (), *chosen(types, query.without("q"), self.survivors, self.statuses))

    def beside(self) -> Json:
        """What stands beside the page: {`total`, `facets`} where they are asked for."""
        total = sum(self.totals().values()) if self.query["count"] else None
        return {"total": total, "facets": self.facets() if "facets" in self.query.given else None}

    def totals(self) -> dict[str, int]:
        """How many are found, by type."""
        rows = self.database.execute_sql(*totals(self.asked, self.among(self.query))).fetchall()
        return dict(rows)

    def facets(self) -> Json:
        """Counts by value."""

        def ids(without: str) -> tuple[str, list[Any]]:
            return matching(self.asked, self.among(self.query.without(without)))

        names = self.query["facets"]
        return read_facets(self.database, names, EVERY_TYPE, self.query, self.survivors, ids)

    def rows(self, query: Query, after: list[Any] | None, limit: int) -> list[Any]:
        """(tier, score, id, type, body, name, status) in order, beyond a cursor."""
        sql, values = ranked(self.asked, self.among(query))
        beyond, bound = "", []
        if after is not None:
            # Every write moves all scores a little: the page goes on behind the record that was the last
            # one, where it stands now; where it has gone, behind where it stood.
            place = [f"COALESCE((SELECT {key} FROM x WHERE record = ?), ?)" for key in ("tier", "score")]
            beyond = f"WHERE ({_RANK}) > ({', '.join(place)}, ?) "
            tier, score, record = after
            bound = [record, tier, record, score, record]
        return list(
            self.database.execute_sql(
                f"WITH x AS MATERIALIZED ({sql}) "
                "SELECT x.tier, x.score, x.record, r.type, r.body, r.name, r.status FROM x "
                f"JOIN record r ON r.id = x.record {beyond}ORDER BY {_RANK} LIMIT ?",
                [*values, *bound, limit],
            ).fetchall()
        )

    def groups(self) -> list[Json]:
        """The best of each type, ranked among themselves, and how many there are."""
        found, groups = self.totals(), []
        for name in (name for name in TYPES if name in found):
            only = Query({**self.query.values, "type": [name]}, self.query.given | {"type"})
            rows = self.rows(only, None, self.query["limit"])
            groups.append({"type": name, "total": found[name], "data": [self.result(row) for row in rows]})
        return groups

    def result(self, row: Any) -> Json:
        """A record that was found, with where its words stand."""
        tier, _, record_id, type_name, body, name, status = row
        record_type = TYPES[type_name]
        return {
            **record_type.reference(record_id, name, status),
            "found_by": _TIERS[tier],
            "highlights": highlights(record_type, orjson.loads(body), self.asked.wanted),
        }


# Suggestions

#: What has a name comes before what has a title, and that before propositions.
_WEIGHT = {"party": 0, "place": 0, "dossier": 0, "date": 1, "source": 2, "claim": 3}
#: Names of each type that are looked at before the best are chosen.
_CANDIDATES = 100


def read_suggestions(database: Database, query: Query) -> list[Json]:
    """Names and titles that are the text, begin with it, or have words that do; each with what it matched."""
    asked = parse_text_query(query["q"])
    if not asked.wanted:
        return []
    types = query["type"] if "type" in query.given else list(TYPES)
    sql, values = beginning(asked, types, _CANDIDATES)
    rows = database.execute_sql(
        f"SELECT x.record, x.tier, r.type, r.name, r.body FROM ({sql}) x JOIN record r ON r.id = x.record",
        values,
    ).fetchall()
    best = sorted(rows, key=lambda row: (row[1] > 0, _WEIGHT[row[2]], row[1], row[3], row[0]))
    return [
        _suggestion(TYPES[row[2]], row[0], row[3], orjson.loads(row[4]), asked)
        for row in best[: query["limit"]]
    ]


def _suggestion(record_type: RecordType, record_id: str, name: str, record: Json, asked: TextQuery) -> Json:
    texts = texts_of(record_type, record)
    names = sorted((texts.title, *texts.names), key=lambda text: _fit(as_words(text), asked))
    return {**record_type.reference(record_id, name), "matched": names[0]}


def _fit(name: str, asked: TextQuery) -> int:
    """How well a name, as words, fits what was typed: 0, the best, to 4."""
    typed, words = asked.name, f" {name}"
    if name == typed:
        return 0
    if name.startswith(typed):
        return 1
    if f" {typed}" in words:
        return 2
    return 3 if all(f" {term.text}" in words or term.kind == "run" for term in asked.beginnings) else 4
