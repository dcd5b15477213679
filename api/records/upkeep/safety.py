"""Keeping the record safe: copies, and checks of everything that must agree."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from peewee import Database

from ..core.registry import CLAIM
from ..read.revisions import last_seq
from ..text.index import SCOPE_OF, Texts, index_faults, kept_texts
from ..write.render import Renderer, etag_of, wire_bytes
from ..write.rerender import pending_refreshes
from ..write.rules import chain_faults
from ..write.session import Entry, Session

# Copies


def back_up(database: Database, target: Path) -> None:
    """A consistent copy of the database while it is written to; complete on disk, checked, or not there.

    Raises FileExistsError where the target is there already, ValueError where the copy is not sound.
    """
    if target.exists():
        raise FileExistsError(target)
    half = target.with_name(f".{target.name}.part")
    half.unlink(missing_ok=True)
    copy = sqlite3.connect(half)
    try:
        database.connection().backup(copy)
        # The copy is one file, without a write-ahead log of its own.
        copy.execute("PRAGMA journal_mode = DELETE")
        faults = [row[0] for row in copy.execute("PRAGMA integrity_check")]
    finally:
        copy.close()
    if faults != ["ok"]:
        half.unlink()
        raise ValueError(f"the copy is not sound: {faults[0]}")
    _sync(half)
    os.rename(half, target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Checks


def faults_of_database(database: Database) -> Iterator[str]:
    """Everything that does not agree, one sentence each."""
    for (found,) in database.execute_sql("PRAGMA integrity_check").fetchall():
        if found != "ok":
            yield f"integrity_check: {found}"
    for row in database.execute_sql("PRAGMA foreign_key_check").fetchall():
        yield f"foreign_key_check: {row}"
    if left := pending_refreshes(database):
        yield f"{left} records are still to be rendered again; they will be with the next write"
        return
    yield from _rendering_faults(database)
    yield from index_faults(database)
    yield from _feed_faults(database)
    yield from _history_faults(database)


def _entries(database: Database) -> list[Entry]:
    session = Session(database)
    ids = [row[0] for row in database.execute_sql("SELECT id FROM record ORDER BY id").fetchall()]
    session.load(ids)
    return [entry for i in ids if (entry := session.get(i))]


def _rendering_faults(database: Database) -> Iterator[str]:
    """Stored bytes that rendering again does not give; keys and digests that differ."""
    renderer = Renderer(Session(database))
    for entry in _entries(database):
        if entry.status not in ("draft", "published"):
            continue
        rendered = renderer.render(entry)
        if wire_bytes(entry, rendered.own) != entry.body:
            yield f"{entry.type.name} {entry.id}: its bytes are not what rendering it gives"
        if rendered.computed != entry.computed:
            yield f"{entry.type.name} {entry.id}: the keys it is found by are not what rendering it gives"
        if _kept_keys(database, entry) != _keys_of(entry):
            yield f"{entry.type.name} {entry.id}: the rows it is found by are not its keys"
        if kept_texts(database, entry.id) != _texts_of(entry, rendered.texts):
            yield f"{entry.type.name} {entry.id}: what it is searched by is not what rendering it gives"
        if etag_of(entry.body) != entry.etag:
            yield f"{entry.type.name} {entry.id}: its entity tag is not the digest of its bytes"
        if entry.status == "published":
            yield from _serving_faults(database, entry)


def _texts_of(entry: Entry, texts: Texts) -> tuple[Any, ...]:
    """The search index's rows as they follow from the record."""
    return (SCOPE_OF[entry.status], texts.words, texts.parts, texts.called)


def _keys_of(entry: Entry) -> set[tuple[Any, ...]]:
    """Rows of the key tables as they follow from the record."""
    filters = {
        (name, value, qualifier)
        for name, keys in entry.computed["filters"].items()
        for value, qualifier in keys
    }
    return filters | {(name, *key) for name, key in entry.computed["dates"].items()}


def _kept_keys(database: Database, entry: Entry) -> set[tuple[Any, ...]]:
    filters = database.execute_sql(
        "SELECT filter, value, qualifier FROM filter_key WHERE record = ?", (entry.id,)
    ).fetchall()
    dates = database.execute_sql(
        "SELECT field, missing, earliest, latest, low, high FROM date_key WHERE record = ?", (entry.id,)
    ).fetchall()
    return {*map(tuple, filters), *map(tuple, dates)}


def _serving_faults(database: Database, entry: Entry) -> Iterator[str]:
    row = database.execute_sql(
        "SELECT body FROM rendering WHERE record = ? ORDER BY seq DESC LIMIT 1", (entry.id,)
    ).fetchone()
    if row is None or row[0] is None or bytes(row[0]) != entry.body:
        yield f"{entry.type.name} {entry.id}: its last kept rendering is not what is served"


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
        'ON r.record = c.record AND r.seq = c."commit" ORDER BY c.seq'
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


def broken_chains(database: Database) -> Iterator[str]:
    """Claims whose chain an edit of a source has broken: no fault of the database, but work for curators."""
    session = Session(database)
    for entry in _entries(database):
        if entry.type is CLAIM and entry.status == "published":
            for fault in chain_faults(session, entry):
                yield f"claim {entry.id}: {fault.pointer}: {fault.detail}"
