"""Claims that share subjects, questions or origins with another."""

from dataclasses import dataclass

from schemas.base import Json
from schemas.query import Query

from ..core.registry import CLAIM
from ..core.sql import EMPTY, sql
from ..core.state import State
from ..read.records import Stored, read_many, read_record
from ..store.cursors import Cursors, cursors_of
from ..store.deadline import parsed

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


_SHARING = """
SELECT -COUNT(*), o.record, json_group_array(json_array(o.found_by, o.value)) FROM (
SELECT DISTINCT k.filter AS found_by, k.value AS value, s.record AS record FROM filter_key k
JOIN filter_key s ON s.type = 'claim' AND s.filter = k.filter AND s.value = k.value AND {s_holds}
WHERE k.record = {claim} AND k.filter IN ({filters}) AND {k_holds} AND s.record <> k.record) o
JOIN {records} r ON r.id = o.record AND {shows}
GROUP BY o.record {beyond} ORDER BY 1, 2 LIMIT {limit}
"""


def read_similar(state: State, claim_id: str, query: Query) -> Similar:
    """The published claims that share something with one, each with what it shares.

    Raises NotFound, Gone or Merged as a read of the claim does.
    """
    read_record(state, CLAIM, claim_id)
    echo: Json = {name: query[name] for name in ("share", "perspective") if name in query.given}
    cursors = cursors_of(state.database, ["similar", claim_id, echo])
    rows = _rows(state, claim_id, query, cursors)
    records = {stored.id: stored for stored in read_many(state, [row[1] for row in rows])}
    limit = query["limit"]
    following = cursors.cursor(rows[limit - 1][:2]) if len(rows) > limit else None
    data = [_member(records[row[1]], parsed(row[2])) for row in rows[:limit]]
    return Similar(data, echo, limit, following)


def _rows(state: State, claim_id: str, query: Query, cursors: Cursors) -> list[tuple[int, str, str]]:
    """(minus the number of what is shared, id, JSON pairs of what is shared) in order."""
    wanted = query["share"] if "share" in query.given else list(SHARED.values())
    beyond = EMPTY
    if query["after"] is not None:
        beyond = sql("HAVING (-COUNT(*), o.record) > ({place})", place=cursors.values(query["after"]))
    rows = state.rows(
        sql(
            _SHARING,
            claim=claim_id,
            filters=[name for name, shared in SHARED.items() if shared in wanted],
            s_holds=state.holds("s"),
            k_holds=state.holds("k"),
            records=state.records,
            shows=state.shows("r"),
            beyond=beyond,
            limit=query["limit"] + 1,
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _member(record: Stored, pairs: list[list[str]]) -> Json:
    shared = {name: sorted(v for f, v in pairs if SHARED[f] == name) for name in SHARED.values()}
    return {"shared": shared, "record": record}
