"""Taking bytes out because the law requires it: everywhere they stand, for good."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from peewee import Database

from schemas.base import Json
from schemas.date import BOUNDS

from ..core.errors import Conflict, NotFound
from ..core.packed import packed, plain, plain_text
from ..core.registry import RecordType
from ..core.sql import sql
from ..core.state import FOREVER
from ..store.api_keys import Actor
from ..store.database import write_transaction
from ..store.engine import engine_of
from ..store.tables import CHECKS, RECORDS, REDACTIONS, RENDERINGS, REVISIONS, rows_of_records
from ..text.engines import full_text_of
from ..write.commit import finish
from ..write.keys import timeless
from ..write.postings import POSTED, follow
from ..write.rebuild import rebuild_keys
from ..write.render import citation_digest, etag_of
from ..write.rerender import catch_up
from ..write.session import Entry
from ..write.step import Correction
from ..write.transaction import Transaction

#: Members that hold no words of people, and that other records compute with.
_STRUCTURE = ("kind", "publisher", "co_publishers", "held", "derived_from", "part_of", "when", *BOUNDS)
#: Renderings that are looked into at once.
_RENDERINGS_AT_ONCE = 500


def redact(
    database: Database, record_type: RecordType, record_id: str, first: int, last: int | None, note: str
) -> int:
    """Overwrite the bytes of revisions `first` to `last` (None: the current one); how many places it was.

    Where the current revision is among them, the record is withdrawn: reads answer 451. A name or an
    address that no other revision has goes from what was kept of other records too. Number, time and note
    stay; the feed says `redacted`.

    Raises NotFound, or Conflict for a draft (delete it) and for revisions that there are not.
    """
    engine_of(database).overwriting()
    with write_transaction(database):
        transaction = Transaction(database, Actor("facts redact", "publisher"))
        entry = _redactable(transaction, record_type, record_id)
        last = _last_of(entry, first, last)
        places = _overwrite(database, record_id, first, last)
        places += _forget(database, _left_of(database, record_type, record_id))
        _note(database, record_id, first, last, note, transaction.time)
        withdrawn = last == entry.revision or entry.status != "published"
        stub = _stub(record_type, entry.document, record_id) if withdrawn else None
        transaction.redact(entry, Correction("legal", note), stub)
        _forget_checks(database, record_id, stub or entry.document)
        finish(transaction)
        _rebuild_keys(database, record_id)
    _scrub(database)
    return places


def _rebuild_keys(database: Database, record_id: str) -> None:
    before = _holding(database, record_id)
    rebuild_keys(database, [record_id])
    follow(database, before, _holding(database, record_id))


def _holding(database: Database, record_id: str) -> set[Any]:
    """What a record is found by now."""
    rows = rows_of_records(database, POSTED, [record_id])
    return {timeless(row) for row in rows if row.until == FOREVER}


def _scrub(database: Database) -> None:
    """Let go of bytes that were replaced, wherever they still stand in the files."""
    # Where more records show a name than one transaction renders, the rest still have it.
    catch_up(database)
    with write_transaction(database):
        full_text_of(database).compact(database)
    engine_of(database).scrub()


def _redactable(transaction: Transaction, record_type: RecordType, record_id: str) -> Entry:
    entry = transaction.session.get(record_id)
    if entry is None or entry.type is not record_type:
        raise NotFound(f"no {record_type.name} has the id {record_id}")
    if not entry.public:
        raise Conflict(f"{record_id} is a draft: delete it")
    return entry


def _last_of(entry: Entry, first: int, last: int | None) -> int:
    current = entry.revision or 0
    last = current if last is None else last
    if not 1 <= first <= last <= current:
        raise Conflict(f"{entry.id} has the revisions 1 to {current}")
    return last


def _stub(record_type: RecordType, document: Json, record_id: str) -> Json:
    """What stays of a document: its structure, and its id for a name."""
    kept = {name: document[name] for name in _STRUCTURE if name in document}
    empty: Json = {"citations": []} if "citations" in record_type.shape.load_fields else {}
    return {**kept, **empty, record_type.title: record_id}


def _overwrite(database: Database, record_id: str, first: int, last: int) -> int:
    span = {"record": record_id, "first": first, "last": last}
    of_record = sql("record = {record} AND number BETWEEN {first} AND {last}", **span)
    revisions = REVISIONS.change(database, of_record, document=None)
    of_record = sql("id = {record} AND revision BETWEEN {first} AND {last}", **span)
    # The tag goes too: who knows the rest of the bytes can try names until their digest fits.
    renderings = RENDERINGS.change(database, of_record, body=None, etag="", name="", computed="{}")
    # Answers kept for idempotency keys may repeat the document.
    answers = database.execute_sql("DELETE FROM kept_answer WHERE body LIKE ?", (f'%"id":"{record_id}"%',))
    return int(revisions + renderings + answers.rowcount)


def _forget_checks(database: Database, record_id: str, document: Json) -> None:
    """Take away checks of citations that the record no longer has: each names its words by a digest."""
    left = {citation_digest(citation) for citation in _citations(document)}
    kept = CHECKS.read_of(database, "record", [record_id])
    CHECKS.delete(database, (row for row in kept if row.locator not in left))


def _citations(value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for member in value:
            yield from _citations(member)
    elif isinstance(value, dict):
        yield from value.get("citations", ())
        yield from _citations(list(value.values()))


def _note(database: Database, record_id: str, first: int, last: int, note: str, time: str) -> None:
    REDACTIONS.add(database, [REDACTIONS.row(record=record_id, first=first, last=last, time=time, note=note)])


# What other records show of it


@dataclass(frozen=True)
class _Left:
    """What the revisions that stay say of a record: whatever else others show of it has to go."""

    id: str
    names: frozenset[str]
    addresses: frozenset[str]

    @property
    def mark(self) -> bytes:
        """What stands in the bytes of every record that shows this one."""
        return f'"id":"{self.id}"'.encode()


def _left_of(database: Database, record_type: RecordType, record_id: str) -> _Left:
    rows = database.execute_sql(
        "SELECT document FROM revision WHERE record = ? AND document IS NOT NULL", (record_id,)
    ).fetchall()
    documents = [orjson.loads(plain_text(row[0])) for row in rows]
    # What was withdrawn is called by its id.
    names = {record_id, *(document.get(record_type.title, record_id) for document in documents)}
    addresses = {_address(document["url"]) for document in documents if document.get("url")}
    return _Left(record_id, frozenset(names), frozenset(addresses))


def _address(link: str) -> str:
    """A URL, or that of a deep link into it."""
    return link.partition(":~:")[0].removesuffix("#")


def _forget(database: Database, left: _Left) -> int:
    """Take out of what was kept of other records what is not left of this one; how many places it was."""
    return _forget_withdrawn(database, left) + _forget_past(database, left)


def _forget_past(database: Database, left: _Left) -> int:
    blanked = [
        (row, new)
        for row in _renderings(database)
        if row.id != left.id and row.body is not None
        # Kept compressed, none can be looked into without reading it.
        if left.mark in (body := plain(row.body)) and (new := _blanked(body, left))
    ]
    for row, body in blanked:
        RENDERINGS.put(database, [row._replace(body=packed(body), etag=etag_of(body))])
    return len(blanked)


def _renderings(database: Database) -> Iterator[Any]:
    """All that was ever served, as many at once as memory is to hold."""
    after = None
    while some := RENDERINGS.first(database, after, _RENDERINGS_AT_ONCE):
        yield from some
        after = some[-1]


def _forget_withdrawn(database: Database, left: _Left) -> int:
    """The same in the last bytes of withdrawn records, which are never rendered again."""
    rows = database.execute_sql(
        "SELECT id, body FROM record WHERE status IN ('retracted', 'merged') AND id <> ? "
        "AND instr(body, ?) > 0",
        (left.id, left.mark),
    ).fetchall()
    blanked = [(other, new) for other, body in rows if (new := _blanked(body, left))]
    for other, body in blanked:
        RECORDS.change(database, sql("id = {id}", id=other), body=body, etag=etag_of(body))
    return len(blanked)


def _blanked(body: bytes, left: _Left) -> bytes | None:
    """A rendering without what has to go; None where nothing of it stands there."""
    record = orjson.loads(body)
    return orjson.dumps(record) if _blank(record, left) else None


def _blank(value: Any, left: _Left) -> bool:
    """Whether something that has to go stood somewhere in the value; all of it is null then."""
    if not isinstance(value, dict | list):
        return False
    members = value if isinstance(value, list) else list(value.values())
    found = [_blank(member, left) for member in members]
    if isinstance(value, dict):
        gone = _gone(value, left)
        value |= dict.fromkeys(gone)
        found.append(bool(gone))
    return any(found)


def _gone(value: Json, left: _Left) -> list[str]:
    """Members that say what is not left of the record: its name in a reference, its address in a citation."""
    gone = []
    if value.get("id") == left.id and value.get("name") not in (None, *left.names):
        gone.append("name")
    source, link = value.get("source"), value.get("deep_link")
    if link and isinstance(source, dict) and source.get("id") == left.id:
        gone += ["deep_link"] if _address(link) not in left.addresses else []
    return gone
