"""Searching the whole record: what is called so first, then what speaks of it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from peewee import Database

from schemas import query as q
from schemas.query import Parameter, Query, QueryError, QueryFault

from .across import chosen, filters_of, types_for
from .asking import Asked, understood_text
from .cursors import Cursors
from .database import placeholders, secret, snapshot
from .facets import read_facets
from .fulltext import Among, beginning, matching, ranked, totals
from .highlights import highlights
from .parameters import (
    SEARCH_TEXT,
    count_parameter,
    facet_names,
    facets_parameter,
    filter_parameters,
    page_parameters,
    perspective_parameter,
)
from .reading import understood
from .selection import resolve_ids
from .types import TYPES, Json, RecordType

EVERY_TYPE = tuple(TYPES.values())
_FILTERS = filters_of(EVERY_TYPE)
#: Parameters that leave records out by more than their type.
_NARROWING = {f.name for f in _FILTERS} | {"updated_since"}
_TIERS = ("name", "beginning", "text")


@dataclass(frozen=True)
class Found:
    """A page of a search; `groups` instead of `data` where they were asked for."""

    data: list[Json]
    query: Json
    limit: int
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


def read_search(database: Database, query: Query) -> Found:
    """The page of a search.

    Raises QueryError for ids that name nothing, filters that no type has together, and foreign cursors.
    """
    if {"group", "after"} <= query.given:
        fault = "after cannot stand beside group, which shows the first of each type"
        raise QueryError([QueryFault("after", fault)])
    asked, limit = understood_text(query["q"]), query["limit"]
    with snapshot(database):
        survivors = resolve_ids(database, _FILTERS, query)
        among = _among(query, survivors)
        echo = understood(_FILTERS, query, survivors) | {"terms": asked.as_json()}
        facets = _facets(database, asked, query, survivors) if "facets" in query.given else None
        total = sum(_totals(database, asked, among).values()) if query["count"] else None
        if "group" in query.given:
            groups = _groups(database, asked, query, survivors)
            return Found([], echo, limit, None, total, facets, groups)
        cursors = Cursors(secret(database, "cursor"), ["search", echo])
        after = cursors.values(query["after"]) if query["after"] is not None else None
        rows = _rows(database, asked, among, after, limit + 1)
    following = cursors.cursor([*rows[limit - 1][:3]]) if len(rows) > limit else None
    return Found([_result(row, asked) for row in rows[:limit]], echo, limit, following, total, facets)


def _among(query: Query, survivors: dict[str, str]) -> Among:
    """What the filters leave; `q` is what the ranks are made from.

    Raises QueryError for filters that no type has together.
    """
    wanted = [TYPES[name] for name in query["type"]] if "type" in query.given else EVERY_TYPE
    types = types_for(wanted, query, _FILTERS)
    if not {name.removesuffix(".not") for name in query.given} & _NARROWING:
        return Among([t.name for t in types] if "type" in query.given else ())
    return Among((), *chosen(types, query.without("q"), survivors))


def _totals(database: Database, asked: Asked, among: Among) -> dict[str, int]:
    return dict(database.execute_sql(*totals(asked, among)).fetchall())


def _facets(database: Database, asked: Asked, query: Query, survivors: dict[str, str]) -> Json:
    def ids(without: str) -> tuple[str, list[Any]]:
        return matching(asked, "public", _among(query.without(without), survivors))

    return read_facets(database, query["facets"], EVERY_TYPE, query, survivors, ids)


_RANK = "x.tier, x.score, x.record"


def _rows(database: Database, asked: Asked, among: Among, after: list[Any] | None, limit: int) -> list[Any]:
    """(tier, score, id, type, body, name) in order, beyond a cursor."""
    sql, values = ranked(asked, among)
    beyond, bound = ("", [])
    if after is not None:
        beyond, bound = f"WHERE ({_RANK}) > (?, ?, ?) ", after
    return list(
        database.execute_sql(
            f"SELECT x.tier, x.score, x.record, r.type, r.body, r.name FROM ({sql}) x "
            f"JOIN record r ON r.id = x.record {beyond}ORDER BY {_RANK} LIMIT ?",
            [*values, *bound, limit],
        ).fetchall()
    )


def _groups(database: Database, asked: Asked, query: Query, survivors: dict[str, str]) -> list[Json]:
    """The best of each type, ranked among themselves, and how many there are."""
    found = _totals(database, asked, _among(query, survivors))
    groups = []
    for name in (name for name in TYPES if name in found):
        only = Query({**query.values, "type": [name]}, query.given | {"type"})
        rows = _rows(database, asked, _among(only, survivors), None, query["limit"])
        groups.append({"type": name, "total": found[name], "data": [_result(row, asked) for row in rows]})
    return groups


def _result(row: Any, asked: Asked) -> Json:
    tier, _, record_id, type_name, body, name, *_ = row
    record_type = TYPES[type_name]
    return {
        **_reference(record_type, record_id, name),
        "match": _TIERS[tier],
        "highlights": highlights(record_type, orjson.loads(bytes(body)), asked.wanted),
    }


def _reference(record_type: RecordType, record_id: str, name: str) -> Json:
    href = f"/v1/{record_type.plural}/{record_id}"
    return {"type": record_type.name, "id": record_id, "name": name, "href": href}


# Suggestions

#: What has a name comes before what has a title, and that before propositions.
_WEIGHT = {"party": 0, "place": 0, "dossier": 0, "date": 1, "source": 2, "claim": 3}
#: Beginnings that are looked at before the best are chosen.
_CANDIDATES = 500


def read_suggestions(database: Database, query: Query) -> list[Json]:
    """Names and titles that begin with the text or have words that do; each with what it matched."""
    asked = understood_text(query["q"])
    sql, values = beginning(asked, _CANDIDATES)
    narrowed = f"AND r.type IN ({placeholders(query['type'])}) " if "type" in query.given else ""
    rows = database.execute_sql(
        f"SELECT x.record, x.tier, r.type, r.name, r.body FROM ({sql}) x JOIN record r ON r.id = x.record "
        f"WHERE r.status = 'published' {narrowed}",
        [*values, *(query["type"] if "type" in query.given else ())],
    ).fetchall()
    best = sorted(rows, key=lambda row: (_WEIGHT[row[2]], row[1], row[3], row[0]))[: query["limit"]]
    return [_suggestion(TYPES[row[2]], row[0], row[3], orjson.loads(bytes(row[4])), asked) for row in best]


def _suggestion(record_type: RecordType, record_id: str, name: str, record: Json, asked: Asked) -> Json:
    shown = highlights(record_type, record, asked.wanted)
    here = {f"/{record_type.title}", *(f"/{path.split('.')[0]}" for path in record_type.names)}
    matched = next((h["text"] for h in shown if h["pointer"].startswith(tuple(here))), name)
    return {**_reference(record_type, record_id, name), "matched": matched}
