"""The public feed: every change in commit order, without a gap; and what became of an embedded record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from peewee import Database

from schemas.base import Json
from schemas.query import Query

from ..core.errors import Refusal
from ..core.packed import plain
from ..core.registry import TYPES
from ..core.sql import Sql, joined, sql
from ..core.state import State
from ..store.cursors import cursors_of
from ..store.database import snapshot
from ..store.deadline import parsed
from ..store.tables import COUNTERS


class FeedExpired(Refusal):
    """That part of the feed is no longer kept."""

    problem = "feed-expired"


@dataclass(frozen=True)
class Feed:
    """Entries of the feed as JSON, the number to go on from, and the feed's last number."""

    entries: list[bytes]
    next: int
    last: int


_ENTRIES = (
    'SELECT c.seq, c."commit", c.time, c.kind, c.type, c.record, c.revision, c.details, r.body, r.status '
    'FROM change c LEFT JOIN rendering r ON r.id = c.record AND r.since = c."commit" '
    "WHERE c.seq > ? ORDER BY c.seq LIMIT ?"
)


def read_changes(database: Database, since: int, limit: int) -> Feed:
    """Entries beyond a number.

    Raises FeedExpired where entries after `since` are no longer kept, and for a number that the feed has
    not reached (a mirror that is ahead followed another database).
    """
    with snapshot(database):
        floor, last = feed_bounds(database)
        if since < floor:
            raise FeedExpired(
                f"the feed is kept from {floor} on; read the collections again, then follow from {last}",
                resume=last,
            )
        if since > last:
            raise FeedExpired(
                f"the feed ends with {last}: {since} is of another database; read the collections again",
                resume=last,
            )
        rows = database.execute_sql(_ENTRIES, (since, limit)).fetchall()
    entries = [_entry(row) for row in rows]
    return Feed(entries, rows[-1][0] if rows else since, last)


def feed_bounds(database: Database) -> tuple[int, int]:
    """(the number after which the feed is kept, its last number)."""
    counters = dict(database.execute_sql("SELECT name, value FROM counter").fetchall())
    return counters["feed_floor"], counters["seq"]


def _entry(row: Any) -> bytes:
    seq, commit, time, kind, type_name, record_id, revision, details, body, status = row
    head = {
        "seq": seq,
        "commit": commit,
        "time": time,
        "change": kind,
        "type": type_name,
        "id": record_id,
        "revision": revision,
        **_named(parsed(details)),
        "href": TYPES[type_name].href(record_id),
    }
    # Null where the record is no longer served, and where its bytes were taken out since.
    shown = bytes(plain(body)) if status == "published" and body is not None else b"null"
    return orjson.dumps(head)[:-1] + b',"record":' + shown + b"}"


def _named(details: Json) -> Json:
    correction = {name: details[name] for name in ("kind", "note") if name in details}
    return {
        "correction": correction or None,
        "cause": details.get("cause"),
        "into": details.get("into"),
    }


def check_embedded(database: Database, embedded: Sequence[tuple[str, int]]) -> list[Json]:
    """What became of records that somebody embedded, as (id, revision).

    Each: {`id`, `revision`, `answer`, `current`, `href`, `into`}.
    """
    query = sql(
        "SELECT id, type, status, revision, merged_into FROM record WHERE id IN ({ids}) "
        "AND status <> 'draft'",
        ids=[record_id for record_id, _ in embedded],
    )
    known = {row[0]: row for row in State(database).rows(query)}
    corrected = _last_corrected(database, known)
    return [
        _checked(record_id, revision, known.get(record_id), corrected.get(record_id, 0))
        for record_id, revision in embedded
    ]


def _last_corrected(database: Database, ids: Iterable[str]) -> dict[str, int]:
    """The last revision of each record that did more than add something."""
    query = sql(
        "SELECT record, MAX(number) FROM revision "
        "WHERE record IN ({ids}) AND COALESCE(kind, '') <> 'enrichment' GROUP BY record",
        ids=list(ids),
    )
    return dict(State(database).rows(query))


def _checked(record_id: str, revision: int, row: Any, last_corrected: int) -> Json:
    found = {
        "id": record_id,
        "revision": revision,
        "answer": "unknown",
        "current": None,
        "href": None,
        "into": None,
    }
    if row is None or revision > row[3]:
        return found
    _, type_name, status, current, into = row
    answer = {"retracted": "retracted", "merged": "merged"}.get(status)
    enriched = "enriched" if last_corrected <= revision else "corrected"
    unchanged = "unchanged" if revision == current else enriched
    href = TYPES[type_name].href(record_id)
    return found | {"answer": answer or unchanged, "current": current, "href": href, "into": into}


def forget_feed(database: Database, before: int) -> None:
    """Serve the feed from a number on only. `as_of` still reaches further back: it needs the renderings."""
    COUNTERS.put(database, [COUNTERS.row(name="feed_floor", value=before)])


@dataclass(frozen=True)
class CorrectionNote:
    """A public note on a change of a published record."""

    seq: int
    time: str
    type: str
    record: str
    name: str
    revision: int
    change: str
    kind: str
    note: str


def read_corrections(
    database: Database, query: Query, before: Sequence[Any] | None, limit: int
) -> list[CorrectionNote]:
    """Public notes, the newest first, one more than `limit`; `before`: (seq, record) of the last one seen.

    Enrichments put nothing right: they are listed where their kind is asked for.
    """
    terms = [Sql("v.kind IS NOT NULL")]
    if "kind" not in query.given:
        terms.append(Sql("v.kind <> 'enrichment'"))
    for name, condition in _NARROWING.items():
        if name in query.given:
            terms.append(sql(condition, value=query[name]))
    if before is not None:
        seq, record = before
        beyond = "(v.seq < {seq} OR (v.seq = {seq} AND v.record > {record}))"
        terms.append(sql(beyond, seq=seq, record=record))
    rows = State(database).rows(
        sql(
            "SELECT v.seq, v.time, r.type, v.record, r.name, v.number, v.change, v.kind, v.note "
            "FROM revision v JOIN record r ON r.id = v.record "
            "WHERE {terms} ORDER BY v.seq DESC, v.record LIMIT {limit}",
            terms=joined(" AND ", terms),
            limit=limit + 1,
        )
    )
    return [CorrectionNote(*row) for row in rows]


_ECHOED = ("kind", "type", "id", "noted_since", "noted_until")


def correction_page(database: Database, query: Query) -> tuple[list[CorrectionNote], str | None, Json]:
    """(a page of notes, the cursor of the next one, the query as understood).

    Raises QueryError for a cursor of another query.
    """
    echo: Json = {name: query[name] for name in _ECHOED if name in query.given}
    cursors = cursors_of(database, ["corrections", echo])
    before = cursors.values(query["after"]) if query["after"] is not None else None
    limit = query["limit"]
    found = read_corrections(database, query, before, limit)
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], cursors.cursor((last.seq, last.record)) if last else None, echo


#: What notes can be narrowed by, as conditions; a time belongs to `noted_since` and not to `noted_until`.
_NARROWING = {
    "kind": "v.kind IN ({value})",
    "type": "r.type IN ({value})",
    "id": "v.record IN ({value})",
    "noted_since": "v.time >= {value}",
    "noted_until": "v.time < {value}",
}
