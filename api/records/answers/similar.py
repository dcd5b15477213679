"""Claims that share subjects, questions or origins with another."""

from dataclasses import dataclass
from functools import cache

import orjson
from peewee import Database

from schemas import query as q
from schemas.query import Parameter, Query

from ..core.registry import CLAIM, Json
from ..read.parameters import page_parameters, perspective_parameter
from ..read.records import read_many, read_record
from ..store.cursors import Cursors
from ..store.database import placeholders, secret, snapshot

#: Filters whose keys two claims may share, and what sharing one is called.
SHARED = {"about": "subject", "question": "question", "origin": "origin"}


@dataclass(frozen=True)
class Similar:
    """A page of claims, those that share most first."""

    data: list[Json]
    query: Json
    limit: int
    next: str | None
    total: None = None


@cache
def similar_parameters() -> dict[str, Parameter]:
    """Everything that the list of similar claims takes."""
    found = [
        q.choices("share", "What must be shared.", tuple(SHARED.values()), "something that claims share"),
        perspective_parameter(),
        *page_parameters().values(),
    ]
    return {parameter.name: parameter for parameter in found}


def read_similar(database: Database, claim_id: str, query: Query) -> Similar:
    """The published claims that share something with one, each with what it shares.

    Raises NotFound, Gone or Merged as a read of the claim does.
    """
    with snapshot(database):
        read_record(database, CLAIM, claim_id)
        wanted = query["share"] if "share" in query.given else list(SHARED.values())
        filters = [name for name, shared in SHARED.items() if shared in wanted]
        echo: Json = {name: query[name] for name in ("share", "perspective") if name in query.given}
        cursors = Cursors(secret(database, "cursor"), ["similar", claim_id, echo])
        beyond, bound = "", []
        if query["after"] is not None:
            beyond, bound = "HAVING (-COUNT(*), o.record) > (?, ?) ", cursors.values(query["after"])
        rows = database.execute_sql(
            "SELECT -COUNT(*), o.record, json_group_array(json_array(o.found_by, o.value)) FROM ("
            "SELECT DISTINCT k.filter AS found_by, k.value AS value, s.record AS record FROM filter_key k "
            "JOIN filter_key s ON s.type = 'claim' AND s.filter = k.filter AND s.value = k.value "
            f"WHERE k.record = ? AND k.filter IN ({placeholders(filters)}) AND s.record <> k.record) o "
            "JOIN record r ON r.id = o.record AND r.status = 'published' "
            f"GROUP BY o.record {beyond}ORDER BY 1, 2 LIMIT ?",
            [claim_id, *filters, *bound, query["limit"] + 1],
        ).fetchall()
        bodies = {s.id: s.body for s in read_many(database, [row[1] for row in rows])}
    limit = query["limit"]
    following = cursors.cursor(rows[limit - 1][:2]) if len(rows) > limit else None
    data = [_member(bodies[row[1]], orjson.loads(row[2])) for row in rows[:limit]]
    return Similar(data, echo, limit, following)


def _member(body: bytes, pairs: list[list[str]]) -> Json:
    shared = {name: sorted(v for f, v in pairs if SHARED[f] == name) for name in SHARED.values()}
    return {"shared": shared, "record": orjson.Fragment(body)}
