"""Claims that share subjects, questions or origins with another."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from pyroaring import BitMap

from schemas.base import Json
from schemas.query import Query

from ..core.registry import CLAIM
from ..core.sql import joined, sql
from ..core.state import State
from ..read.ids import FEW, FirstById
from ..read.index import among
from ..read.records import Stored, read_many, read_record
from ..store.cursors import cursors_of
from ..store.postings import SCOPE, union, united
from ..text.fulltext import SCOPE_OF

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


#: The keys that a claim has and others may share, and what may be seen.
_SHARED_KEYS = """
SELECT k.filter, k.value, k.numbers FROM posting k WHERE k.type = 'claim' AND (k.filter, k.value) IN (
SELECT h.filter, t.value FROM search_row n JOIN filter_key h ON h.record = n.id AND h.filter IN ({filters})
AND {holds} JOIN term t ON t.id = h.term WHERE n.record = {claim}
UNION ALL {scopes}) ORDER BY k.filter, k.value
"""
#: A key with the numbers of the claims that have it.
Shared = tuple[tuple[str, str], BitMap]


def read_similar(state: State, claim_id: str, query: Query) -> Similar:
    """The published claims that share something with one, each with what it shares.

    Raises NotFound, Gone or Merged as a read of the claim does.
    """
    read_record(state, CLAIM, claim_id)
    echoed = ("share", "perspective", "translation")
    echo: Json = {name: query[name] for name in echoed if name in query.given}
    cursors = cursors_of(state.database, ["similar", claim_id, echo])
    after = None if query["after"] is None else cursors.values(query["after"])
    shared = _shared(state, claim_id, query)
    limit = query["limit"]
    places = _first(state, claim_id, shared, after, limit + 1)
    following = cursors.cursor(places[limit - 1][:2]) if len(places) > limit else None
    records = {stored.id: stored for stored in read_many(state, [place[1] for place in places[:limit]])}
    data = [_member(records[record], shared, number) for _, record, number in places[:limit]]
    return Similar(data, echo, limit, following)


def _shared(state: State, claim_id: str, query: Query) -> list[Shared]:
    """What others may share with a claim, each with the numbers of the claims that have it."""
    wanted = query["share"] if "share" in query.given else list(SHARED.values())
    scopes = [SCOPE_OF[status] for status in state.statuses]
    rows = state.rows(
        sql(
            _SHARED_KEYS,
            claim=claim_id,
            filters=[name for name, shared in SHARED.items() if shared in wanted],
            holds=state.holds("h"),
            scopes=joined(" UNION ALL ", [sql("SELECT {s}, {v}", s=SCOPE, v=scope) for scope in scopes]),
        )
    )
    keys = {key: united(row[2] for row in some) for key, some in groupby(rows, lambda row: row[:2])}
    shown = union(keys.pop((SCOPE, scope), BitMap()) for scope in scopes)
    return [(key, numbers & shown) for key, numbers in keys.items()]


def _first(
    state: State, claim_id: str, shared: Sequence[Shared], after: Sequence[Any] | None, limit: int
) -> list[tuple[int, str, int]]:
    """(minus how much is shared, id, number) of the claims that share most, beyond a place."""
    numbers, found = BitMap(), 0
    least, last = after or (None, None)
    levels = _levels([numbers for _, numbers in shared])
    for much in range(len(levels), 0, -1):
        if least is not None and -much < least:
            continue
        level, beyond = levels[much - 1], last if -much == least else None
        # One more, since the claim itself is among them.
        numbers |= FirstById(state, level, limit + 1, beyond).found() if len(level) > FEW else level
        found += len(level) if beyond is None else 0
        if found > limit:
            break
    rows = state.rows(
        sql("SELECT n.record, n.id FROM search_row n WHERE {these}", these=among("n.id", numbers))
    )
    much_of = {number: much for much, level in enumerate(levels, 1) for number in level & numbers}
    places = ((-much_of[number], record, number) for record, number in rows if record != claim_id)
    return sorted(place for place in places if after is None or place[:2] > tuple(after))[:limit]


def _levels(sets: Sequence[BitMap]) -> list[BitMap]:
    """The numbers that are in just one of the sets, in just two, and so on."""
    at_least: list[BitMap] = []
    for numbers in sets:
        below = numbers
        for level, some in enumerate(at_least):
            at_least[level], below = some | below, some & below
        at_least.append(below)
    return [some - further for some, further in pairwise([*at_least, BitMap()])]


def _member(record: Stored, shared: Sequence[Shared], number: int) -> Json:
    pairs = [key for key, numbers in shared if number in numbers]
    named = {name: sorted(v for f, v in pairs if SHARED[f] == name) for name in SHARED.values()}
    return {"shared": named, "record": record}
