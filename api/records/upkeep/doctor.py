"""Checks of everything in the database that must agree."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from peewee import Database

from schemas.base import counted

from ..core.registry import CLAIM
from ..core.state import FOREVER
from ..read.revisions import last_seq
from ..store.tables import RENDERINGS, batches
from ..text.index import SCOPE_OF, Texts, index_faults, kept_texts
from ..write.claims import chain_faults, showing_faults
from ..write.keys import PERIODIC, timeless
from ..write.rebuild import Periods, joined_periods, periods_of_renderings
from ..write.render import Rendered, Renderer, etag_of
from ..write.rerender import pending_refreshes
from ..write.rows import rows_of
from ..write.session import Entry, Session


def faults_of_database(database: Database) -> Iterator[str]:
    """Everything that does not agree, one sentence each."""
    for (found,) in database.execute_sql("PRAGMA integrity_check").fetchall():
        if found != "ok":
            yield f"integrity_check: {found}"
    for row in database.execute_sql("PRAGMA foreign_key_check").fetchall():
        yield f"foreign_key_check: {row}"
    if left := pending_refreshes(database):
        yield f"still to be rendered again, with the next write: {counted(left, 'record')}"
        return
    session = Session(database)
    for some in batches(_ids(database)):
        yield from _faults_of_records(session, session.all(some))
    yield from index_faults(database)
    yield from _feed_faults(database)
    yield from _history_faults(database)


def _ids(database: Database) -> list[str]:
    return [row[0] for row in database.execute_sql("SELECT id FROM record ORDER BY id").fetchall()]


def _named(entry: Entry) -> str:
    return f"{entry.type.name} {entry.id}"


def _faults_of_records(session: Session, entries: list[Entry]) -> Iterator[str]:
    shown = [entry for entry in entries if entry.status in ("draft", "published")]
    keys: dict[str, set[Any]] = {}
    for rendered in Renderer(session).render(shown):
        yield from _rendering_faults(session.database, rendered)
        keys[rendered.entry.id] = {row for rows in rows_of(rendered, session).values() for row in rows}
    yield from _key_faults(session.database, entries, keys)
    yield from _keeping_faults(session.database, [entry for entry in entries if entry.public])


def _rendering_faults(database: Database, rendered: Rendered) -> Iterator[str]:
    """Stored bytes that rendering again does not give; what is derived from them and differs."""
    entry = rendered.entry
    if rendered.shows_new:
        yield f"{_named(entry)}: its bytes are not what rendering it gives"
    if rendered.computed != entry.computed:
        yield f"{_named(entry)}: what its keys are derived from is not what rendering it gives"
    if kept_texts(database, entry.id) != _texts_of(entry, rendered.texts):
        yield f"{_named(entry)}: what it is searched by is not what rendering it gives"
    if etag_of(entry.body) != entry.etag:
        yield f"{_named(entry)}: its entity tag is not the digest of its bytes"


def _texts_of(entry: Entry, texts: Texts) -> tuple[Any, ...]:
    """The search index's rows as they follow from the record."""
    return (SCOPE_OF[entry.status], texts.words, texts.parts, texts.called)


# What records are and were found by


def _key_faults(database: Database, entries: list[Entry], keys: dict[str, set[Any]]) -> Iterator[str]:
    """Key rows that are not the `keys` of a record that is shown, or not what its renderings give."""
    ids = [entry.id for entry in entries]
    held, right = _held_periods(database, ids), periods_of_renderings(database, ids)
    for entry in entries:
        rows = held.get(entry.id, {})
        if any(_overlap(periods) for periods in rows.values()):
            yield f"{_named(entry)}: it is found twice at one time by one key"
        now = {row for row, periods in rows.items() if any(until == FOREVER for _, until in periods)}
        if now != keys.get(entry.id, now):
            yield f"{_named(entry)}: the rows it is found by are not its keys"
        elif {row: joined_periods(some) for row, some in rows.items()} != right.get(entry.id, {}):
            yield f"{_named(entry)}: the rows it was found by in the past are not what its renderings give"


def _overlap(periods: list[tuple[int, int]]) -> bool:
    return any(until > since for (_, until), (since, _) in pairwise(sorted(periods)))


def _held_periods(database: Database, ids: list[str]) -> dict[str, Periods]:
    """The periods of the key tables' rows by record, as they stand."""
    found: dict[str, Periods] = {}
    for table in PERIODIC:
        for row in table.read_of(database, "record", ids):
            periods = found.setdefault(row.record, {}).setdefault(timeless(row), [])
            periods.append((row.since, row.until))
    return found


# What is kept of public records


def _keeping_faults(database: Database, entries: list[Entry]) -> Iterator[str]:
    kept: dict[str, list[Any]] = {}
    for row in RENDERINGS.read_of(database, "id", (entry.id for entry in entries)):
        kept.setdefault(row.id, []).append(row)
    for entry in entries:
        renderings = sorted(kept.get(entry.id, ()), key=lambda row: row.since)
        if any(row.until != then.since for row, then in pairwise(renderings)):
            yield f"{_named(entry)}: its kept renderings do not join one another"
        if not renderings or not _is_served(renderings[-1], entry):
            yield f"{_named(entry)}: its last kept rendering is not what is served"


def _is_served(rendering: Any, entry: Entry) -> bool:
    """Whether a rendering is how the record stands now, and goes on."""
    here = (name for name in RENDERINGS.columns if name not in ("since", "until"))
    return rendering.until == FOREVER and all(getattr(rendering, n) == entry.column(n) for n in here)


# The feed and the history


def _feed_faults(database: Database) -> Iterator[str]:
    """A feed with gaps, or one whose fold is not what the collections serve."""
    last = last_seq(database)
    row = database.execute_sql("SELECT COUNT(*), MIN(seq), MAX(seq) FROM change").fetchone()
    if last and (row[0], row[1], row[2]) != (last, 1, last):
        yield f"the feed has {row[0]} entries from {row[1]} to {row[2]}; its counter says {last}"
    mirror = mirror_of_feed(database)
    served = {
        row[0]: bytes(row[1])
        for row in database.execute_sql("SELECT id, body FROM record WHERE status = 'published'").fetchall()
    }
    for record_id in sorted(mirror.keys() ^ served.keys()):
        where = (
            "in the feed's fold, but not served"
            if record_id in mirror
            else "served, but not in the feed's fold"
        )
        yield f"{record_id}: {where}"
    for record_id in sorted(mirror.keys() & served.keys()):
        if mirror[record_id] != served[record_id]:
            yield f"{record_id}: the feed's fold has other bytes than are served"


def mirror_of_feed(database: Database) -> dict[str, bytes]:
    """What a mirror holds that has followed the feed from 0: an entry's record, or nothing."""
    rows = database.execute_sql(
        "SELECT c.record, r.status, r.body FROM change c LEFT JOIN rendering r "
        'ON r.id = c.record AND r.since = c."commit" ORDER BY c.seq'
    ).fetchall()
    mirror: dict[str, bytes] = {}
    for record_id, status, body in rows:
        mirror.pop(record_id, None)
        if status == "published" and body is not None:
            mirror[record_id] = bytes(body)
    return mirror


def _history_faults(database: Database) -> Iterator[str]:
    rows = database.execute_sql(
        "SELECT r.id, r.revision, COUNT(v.number), MAX(v.number) FROM record r "
        "LEFT JOIN revision v ON v.record = r.id WHERE r.revision IS NOT NULL GROUP BY r.id"
    ).fetchall()
    for record_id, revision, number, last in rows:
        if not revision == number == last:
            yield f"{record_id}: revision {revision} is current, but {number} are kept up to {last}"
    yield from _document_faults(database)
    times = [row[0] for row in database.execute_sql("SELECT time FROM change ORDER BY seq").fetchall()]
    if times != sorted(times):
        yield "the feed's times go back"


def _document_faults(database: Database) -> Iterator[str]:
    """Records that are or were public whose document is not the one that their last revision kept."""
    rows = database.execute_sql(
        "SELECT r.type, r.id, v.number FROM record r "
        "JOIN revision v ON v.record = r.id AND v.number = r.revision "
        "WHERE r.document IS NOT v.document ORDER BY r.id"
    ).fetchall()
    for type_name, record_id, number in rows:
        yield f"{type_name} {record_id}: its document is not that of its last revision, {number}"


def claims_to_curate(database: Database) -> Iterator[str]:
    """Claims that lack what a claim must show, as an edit of a source or a new rule leaves them: no fault of
    the database, but work for curators."""
    session = Session(database)
    for entry in session.all(_ids(database)):
        if entry.type is CLAIM and entry.status == "published":
            for fault in (*chain_faults(session, entry), *showing_faults(session, entry)):
                yield f"claim {entry.id}: {fault.pointer}: {fault.detail}"
