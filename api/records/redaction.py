"""Taking bytes out because the law requires it: everywhere they stand, for good."""

from typing import Any

import orjson
from peewee import Database

from .database import write_transaction
from .errors import Conflict, NotFound
from .fulltext import compact
from .keys import Actor
from .rendering import etag_of
from .types import Json, RecordType
from .workspace import Entry
from .writing import Correction, Transaction

#: Members that hold no words of people, and that other records compute with.
_STRUCTURE = ("kind", "publisher", "held", "derived_from", "part_of")


def redact(
    database: Database, record_type: RecordType, record_id: str, first: int, last: int | None, note: str
) -> int:
    """Overwrite the bytes of revisions `first` to `last` (None: the current one); how many places it was.

    Where the current revision is among them, the record is withdrawn: reads answer 451. Its name goes from
    what was kept of other records too. Number, time and note stay; the feed says `redacted`.

    Raises NotFound, or Conflict for a draft (delete it) and for revisions that there are not.
    """
    database.execute_sql("PRAGMA secure_delete = ON")
    with write_transaction(database):
        transaction = Transaction(database, Actor("facts redact", "publisher"))
        entry = _redactable(transaction, record_type, record_id)
        current = entry.revision or 0
        last = current if last is None else last
        if not 1 <= first <= last <= current:
            raise Conflict(f"{record_id} has the revisions 1 to {current}")
        names = _names(database, record_id, first, last)
        places = _overwrite(database, record_id, first, last)
        places += _forget_names(database, record_id, names)
        _note(database, record_id, first, last, note, transaction.time)
        withdrawn = last == current or entry.status != "published"
        stub = _stub(record_type, entry.document, record_id) if withdrawn else None
        transaction.redact(entry, Correction("legal", note), stub)
        transaction.finish()
        compact(database)
    # Old pages stand in the write-ahead log until it is written back and cut.
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return places


def _redactable(transaction: Transaction, record_type: RecordType, record_id: str) -> Entry:
    entry = transaction.workspace.get(record_id)
    if entry is None or entry.type is not record_type:
        raise NotFound(f"no {record_type.name} has the id {record_id}")
    if not entry.public:
        raise Conflict(f"{record_id} is a draft: delete it")
    return entry


def _stub(record_type: RecordType, document: Json, record_id: str) -> Json:
    """What stays of a document: its structure, and its id for a name."""
    kept = {name: document[name] for name in _STRUCTURE if name in document}
    empty: Json = {"citations": []} if "citations" in record_type.shape.load_fields else {}
    return {**kept, **empty, record_type.title: record_id}


def _names(database: Database, record_id: str, first: int, last: int) -> set[str]:
    rows = database.execute_sql(
        "SELECT name FROM rendering WHERE record = ? AND revision BETWEEN ? AND ?", (record_id, first, last)
    ).fetchall()
    return {row[0] for row in rows}


def _overwrite(database: Database, record_id: str, first: int, last: int) -> int:
    span = (record_id, first, last)
    revisions = database.execute_sql(
        "UPDATE revision SET document = NULL WHERE record = ? AND number BETWEEN ? AND ?", span
    )
    renderings = database.execute_sql(
        "UPDATE rendering SET body = NULL, name = '', computed = '{}' "
        "WHERE record = ? AND revision BETWEEN ? AND ?",
        span,
    )
    # Answers kept for idempotency keys may repeat the document.
    answers = database.execute_sql("DELETE FROM kept_answer WHERE body LIKE ?", (f'%"id":"{record_id}"%',))
    return int(revisions.rowcount + renderings.rowcount + answers.rowcount)


def _note(database: Database, record_id: str, first: int, last: int, note: str, time: str) -> None:
    database.execute_sql(
        "INSERT INTO redaction (record, first, last, time, note) VALUES (?, ?, ?, ?, ?)",
        (record_id, first, last, time, note),
    )


def _forget_names(database: Database, record_id: str, names: set[str]) -> int:
    """Take the record's redacted names out of what was kept of others."""
    mark = f'"id":"{record_id}"'.encode()
    others = database.execute_sql("SELECT DISTINCT record FROM rendering WHERE record <> ?", (record_id,))
    changed = 0
    for (other,) in others.fetchall():
        rows = database.execute_sql(
            "SELECT seq, body FROM rendering WHERE record = ? AND body IS NOT NULL", (other,)
        ).fetchall()
        for seq, body in rows:
            if mark in bytes(body) and (blanked := _blanked(bytes(body), record_id, names)):
                database.execute_sql(
                    "UPDATE rendering SET body = ?, etag = ? WHERE record = ? AND seq = ?",
                    (blanked, etag_of(blanked), other, seq),
                )
                changed += 1
    return changed


def _blanked(body: bytes, record_id: str, names: set[str]) -> bytes | None:
    """The rendering without the names; None where they do not stand in it."""
    record = orjson.loads(body)
    return orjson.dumps(record) if _blank(record, record_id, names) else None


def _blank(value: Any, record_id: str, names: set[str]) -> bool:
    """Whether a name stood somewhere in the value; all of them are gone then."""
    if isinstance(value, list):
        members = value
    elif isinstance(value, dict):
        members = list(value.values())
    else:
        return False
    found = 0
    for member in members:
        found += _blank(member, record_id, names)
    if isinstance(value, dict) and value.get("id") == record_id and value.get("name") in names:
        value["name"] = None
        found += 1
    return found > 0
