"""The past: revisions of a record, and the moments at which it was served."""

from dataclasses import dataclass
from typing import Any

import jsonpatch
from peewee import Database

from schemas.base import Json, quoted
from schemas.query import QueryError, QueryFault

from ..core.errors import NotFound, Redacted
from ..core.packed import plain_text
from ..core.sql import ALWAYS, Sql, sql
from ..core.state import Moment, State
from ..store.deadline import parsed
from .records import redaction_note


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
        detail = f"as_of: the feed has no number {number}; it ends with {last_seq(database)}"
        raise QueryError([QueryFault("as_of", detail)])
    return Moment(asked, row[0])


def memento_of(database: Database, record_id: str, asked: str) -> Moment:
    """The state of a record that a time means: its first one where the time is earlier (RFC 7089 §4.5.3)."""
    moment, states = moment_of(database, asked), moments_of(database, record_id)
    return Moment(asked, max(moment.commit, states[0][0])) if states else moment


def last_seq(database: Database) -> int:
    """The feed's last number."""
    row = database.execute_sql("SELECT value FROM counter WHERE name = 'seq'").fetchone()
    return int(row[0])


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


_REVISIONS = (
    "SELECT number, seq, time, actor, change, kind, note, document FROM revision "
    "WHERE record = {record} AND {which} ORDER BY number LIMIT {limit}"
)


def read_revisions(state: State, record_id: str, after: int, limit: int) -> list[Revision]:
    """Revisions beyond the number `after`, one more than `limit`."""
    then = sql("seq <= {commit}", commit=state.moment.commit) if state.moment else ALWAYS
    which = sql("number > {after} AND {then}", after=after, then=then)
    return _revisions(state, record_id, which, limit + 1)


def read_revision(state: State, record_id: str, number: int) -> Revision:
    """One revision with its document.

    Raises NotFound, or Redacted where its bytes were taken out.
    """
    revisions = _revisions(state, record_id, sql("number = {number}", number=number), 1)
    if not revisions:
        raise NotFound(f"{quoted(record_id)} has no revision {number}")
    if revisions[0].document is None:
        raise Redacted(redaction_note(state, record_id, number))
    return revisions[0]


def _revisions(state: State, record_id: str, which: Sql, limit: int) -> list[Revision]:
    rows = state.rows(sql(_REVISIONS, record=record_id, which=which, limit=limit))
    return [_revision(row) for row in rows]


def _revision(row: tuple[Any, ...]) -> Revision:
    document = parsed(plain_text(row[7])) if row[7] else None
    return Revision(row[0], row[1], row[2], row[3], row[4], row[5], row[6], document)


def patch_between(earlier: Json, later: Json) -> list[Json]:
    """The RFC 6902 patch that makes one document of another."""
    return list(jsonpatch.make_patch(earlier, later).patch)


def moments_of(database: Database, record_id: str) -> list[tuple[int, str]]:
    """(since, time) of every state of a record that was served, oldest first."""
    rows = database.execute_sql(
        # What was only found by something else was served as before: its time tells.
        "SELECT MIN(since), updated FROM rendering "
        "WHERE id = ? AND status = 'published' AND body IS NOT NULL GROUP BY updated ORDER BY 1",
        (record_id,),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]
