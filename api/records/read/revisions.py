"""The past: revisions of a record, and the bytes that were served at any moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jsonpatch
import orjson
from peewee import Database

from schemas.base import quoted
from schemas.query import QueryError, QueryFault

from ..core.errors import Gone, Merged, NotFound, Redacted
from ..core.registry import PUBLIC, TYPES, Json, RecordType
from ..store.database import placeholders
from .records import REDACTED, Stored, taken_out
from .select import resolve


@dataclass(frozen=True)
class Moment:
    """A state of the record: `commit` is the last number of the commit that it is the state after."""

    asked: str
    commit: int


@dataclass(frozen=True)
class Past:
    """A record as it was served: its bytes, from the commit `seq` on."""

    stored: Stored
    type: RecordType
    name: str
    computed: Json
    seq: int


def moment_of(database: Database, asked: str) -> Moment:
    """The state that `as_of` names: `seq:N` or a time.

    Raises QueryError for a number that the feed has not reached.
    """
    if not asked.startswith("seq:"):
        row = database.execute_sql("SELECT MAX(seq) FROM change WHERE time <= ?", (asked,)).fetchone()
        return Moment(asked, row[0] or 0)
    number = int(asked.removeprefix("seq:"))
    if number == 0:
        return Moment(asked, 0)
    row = database.execute_sql('SELECT "commit" FROM change WHERE seq = ?', (number,)).fetchone()
    if row is None:
        fault = f"as_of: the feed has no number {number}; it ends with {last_seq(database)}"
        raise QueryError([QueryFault("as_of", fault)])
    return Moment(asked, row[0])


def last_seq(database: Database) -> int:
    """The feed's last number."""
    row = database.execute_sql("SELECT value FROM counter WHERE name = 'seq'").fetchone()
    return int(row[0])


_PAST = (
    "SELECT record, body, etag, updated, type, status, revision, name, computed, seq FROM rendering "
    "WHERE record = ? AND seq <= ? ORDER BY seq DESC LIMIT 1"
)


def read_past(database: Database, record_type: RecordType, record_id: str, moment: Moment) -> Past:
    """The record as it was served at a moment.

    Raises NotFound, Gone, Merged or Redacted as a read of that moment would have.
    """
    row = database.execute_sql(_PAST, (record_id, moment.commit)).fetchone()
    if row is None or row[4] != record_type.name:
        raise NotFound(f"no {record_type.name} had the id {quoted(record_id)} as of {moment.asked}")
    if row[5] != "published":
        if redaction := database.execute_sql(REDACTED, (record_id, row[6] - 1)).fetchone():
            raise Redacted(taken_out(*redaction))
        raise _withdrawn_then(database, record_type, record_id, moment, row[5])
    return _past(database, row)


def _past(database: Database, row: Any) -> Past:
    record_id, body, etag, updated, type_name, _, revision, name, computed, seq = row
    if body is None:
        raise Redacted(redaction_note(database, record_id, revision))
    stored = Stored(record_id, bytes(body), etag, updated)
    return Past(stored, TYPES[type_name], name, _keys_then(orjson.loads(computed)), seq)


def _keys_then(computed: Json) -> Json:
    """The keys that a rendering was found by, with those that were added since."""
    filters = computed["filters"]
    if side := filters.get("position_of") or filters.get("claimant"):
        filters.setdefault("side", side)
    return computed


def _withdrawn_then(
    database: Database, record_type: RecordType, record_id: str, moment: Moment, status: str
) -> Exception:
    row = database.execute_sql(
        "SELECT number, time, kind, note FROM revision WHERE record = ? AND seq <= ? "
        "ORDER BY number DESC LIMIT 1",
        (record_id, moment.commit),
    ).fetchone()
    if status == "merged":
        into = survivors_at(database, moment.commit)[record_id]
        return Merged(f"{quoted(record_id)} had been merged into {quoted(into)}", into)
    tombstone = {"reason": {"kind": row[2], "note": row[3]}, "when": row[1], "revision": row[0] - 1}
    detail = f"the {record_type.name} {quoted(record_id)} was retracted as of {moment.asked}"
    return Gone(detail, tombstone=tombstone)


def survivors_at(database: Database, commit: int) -> dict[str, str]:
    """What each id that had been merged by then stood for."""
    rows = database.execute_sql(
        "SELECT record, details FROM change WHERE kind = 'merged' AND seq <= ? ORDER BY seq", (commit,)
    ).fetchall()
    into = {row[0]: orjson.loads(row[1])["into"] for row in rows}
    return {merged: _end_of(into, merged) for merged in into}


def stand_for(
    database: Database, name: str, types: tuple[str, ...], ids: Sequence[str], moment: Moment | None
) -> dict[str, str]:
    """What each id of one parameter stands for, now or at a moment.

    Raises QueryError for ids that name nothing now, or something of another type.
    """
    now = resolve(database, name, types, ids)
    if moment is None:
        return now
    then = survivors_at(database, moment.commit)
    return {i: then.get(i, i) for i in ids}


def _end_of(into: dict[str, str], record_id: str) -> str:
    while record_id in into:
        record_id = into[record_id]
    return record_id


def published_then(
    database: Database, types: Sequence[str], moment: Moment, statuses: Sequence[str] = PUBLIC
) -> list[Past]:
    """Every record of these types that was in such a state at a moment, by id; without redacted ones."""
    rows = database.execute_sql(
        "SELECT r.record, r.body, r.etag, r.updated, r.type, r.status, r.revision, r.name, r.computed, r.seq "
        "FROM rendering r JOIN (SELECT record, MAX(seq) AS seq FROM rendering "
        f"WHERE type IN ({placeholders(types)}) AND seq <= ? GROUP BY record) latest "
        "ON latest.record = r.record AND latest.seq = r.seq "
        f"WHERE r.status IN ({placeholders(statuses)}) AND r.body IS NOT NULL ORDER BY r.record",
        [*types, moment.commit, *statuses],
    ).fetchall()
    return [_past(database, row) for row in rows]


# Revisions


@dataclass(frozen=True)
class Revision:
    """A public change of a record: when, by whom (the key's label), what, why."""

    number: int
    seq: int
    time: str
    by: str
    change: str
    kind: str | None
    note: str | None
    document: Json | None

    def summary(self, address: str) -> Json:
        """As listed, without the document."""
        reason = {"kind": self.kind, "note": self.note} if self.kind else None
        return {
            "number": self.number,
            "seq": self.seq,
            "time": self.time,
            "by": self.by,
            "change": self.change,
            "correction": reason,
            "href": f"{address}/revisions/{self.number}",
        }


_REVISIONS = "SELECT number, seq, time, actor, change, kind, note, document FROM revision WHERE record = ?"


def read_revisions(
    database: Database, record_id: str, after: int, limit: int, moment: Moment | None
) -> list[Revision]:
    """Revisions beyond the number `after`, one more than `limit`."""
    then = " AND seq <= ?" if moment else ""
    values: list[Any] = [record_id, after, *([moment.commit] if moment else []), limit + 1]
    sql = f"{_REVISIONS} AND number > ?{then} ORDER BY number LIMIT ?"
    return [_revision(row) for row in database.execute_sql(sql, values).fetchall()]


def _revision(row: Any) -> Revision:
    number, seq, time, by, change, kind, note, document = row
    return Revision(number, seq, time, by, change, kind, note, orjson.loads(document) if document else None)


def read_revision(database: Database, record_id: str, number: int) -> Revision:
    """One revision with its document.

    Raises NotFound, or Redacted where its bytes were taken out.
    """
    row = database.execute_sql(f"{_REVISIONS} AND number = ?", (record_id, number)).fetchone()
    if row is None:
        raise NotFound(f"{quoted(record_id)} has no revision {number}")
    revision = _revision(row)
    if revision.document is None:
        raise Redacted(redaction_note(database, record_id, number))
    return revision


def patch_between(earlier: Json, later: Json) -> list[Json]:
    """The RFC 6902 patch that makes one document of another."""
    return list(jsonpatch.make_patch(earlier, later).patch)


def redaction_note(database: Database, record_id: str, number: int) -> str:
    """Why a revision's bytes are gone."""
    row = database.execute_sql(
        "SELECT note, time FROM redaction WHERE record = ? AND first <= ? AND last >= ? "
        "ORDER BY time DESC LIMIT 1",
        (record_id, number, number),
    ).fetchone()
    return taken_out(*row) if row else "taken out because the law required it"


def moments_of(database: Database, record_id: str) -> list[tuple[int, str]]:
    """(seq, time) of every state of a record that was served, oldest first."""
    rows = database.execute_sql(
        "SELECT seq, updated FROM rendering WHERE record = ? AND status = 'published' AND body IS NOT NULL "
        "ORDER BY seq",
        (record_id,),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]
