"""Records: their bytes, columns and rows derived again, and what is kept of those that are public."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from peewee import Database, DatabaseError

from ..core.packed import plain
from ..core.state import FOREVER
from ..store.tables import DEPENDENCIES, QUESTIONS, RECORDS, RENDERINGS, Table, batches_of_ids
from ..text.fulltext import SCOPE_OF
from ..text.index import misplaced
from ..write.render import Rendered, Renderer, etag_of
from ..write.rows import dependencies_of, questions_of, rows_of, searched
from ..write.session import Entry, Session
from .key_checks import key_faults
from .row_checks import DERIVED, difference, named, place


def record_faults(database: Database) -> Iterator[str]:
    """Everything of every record that is not what its document gives."""
    for ids in batches_of_ids(database):
        session = Session(database)
        yield from _faults_of_records(session, session.all(ids))


def _faults_of_records(session: Session, entries: list[Entry]) -> Iterator[str]:
    database = session.database
    shown = [entry for entry in entries if entry.status in SCOPE_OF]
    right: dict[str, set[Any]] = {entry.id: questions_of(entry) for entry in entries}
    keys: dict[str, set[Any]] = {}
    for rendered in Renderer(session).render(shown):
        yield from _rendering_faults(database, rendered)
        right[rendered.entry.id] |= dependencies_of(rendered)
        keys[rendered.entry.id] = {row for rows in rows_of(rendered, session).values() for row in rows}
    yield from _row_faults(database, entries)
    yield from _following_faults(database, entries, right)
    yield from key_faults(database, entries, keys)
    yield from _keeping_faults(database, [entry for entry in entries if entry.public])


def _rendering_faults(database: Database, rendered: Rendered) -> Iterator[str]:
    """Stored bytes that rendering again does not give; what is derived from them and differs."""
    entry = rendered.entry
    if rendered.shows_new:
        yield f"{named(entry)}: its bytes are not what rendering it gives"
    if rendered.computed != entry.computed:
        yield f"{named(entry)}: what its keys are derived from is not what rendering it gives"
    if tables := misplaced(database, searched(rendered)):
        yield f"{named(entry)}: what it is searched by is not what rendering it gives: {', '.join(tables)}"
    if etag_of(entry.body) != entry.etag:
        yield f"{named(entry)}: its entity tag is not the digest of its bytes"


def _row_faults(database: Database, entries: list[Entry]) -> Iterator[str]:
    """Columns that follow from others of the row and do not hold what follows."""
    rows = {row.id: row for row in RECORDS.read_of(database, "id", (entry.id for entry in entries))}
    for entry in entries:
        if columns := _differing(RECORDS, rows[entry.id], entry):
            yield f"{named(entry)}: columns of its row are not what its document gives: {columns}"


def _differing(table: Table, row: Any, entry: Entry) -> str:
    """The names of the columns of a row, its period apart, that do not hold what an entry has."""
    names = (name for name in table.columns if name not in ("since", "until"))
    return ", ".join(name for name in names if getattr(row, name) != entry.column(name))


def _following_faults(database: Database, entries: list[Entry], right: dict[str, set[Any]]) -> Iterator[str]:
    """Rows of questions and dependencies that are not the `right` ones."""
    held: dict[str, set[Any]] = {entry.id: set() for entry in entries}
    for table in (QUESTIONS, DEPENDENCIES):
        for row in table.read_of(database, DERIVED[table], held):
            held[getattr(row, DERIVED[table])].add(row)
    for entry in entries:
        if wrong := difference(held[entry.id], right[entry.id]):
            yield f"{named(entry)}: rows are not what follows from its document: {wrong}"


def _keeping_faults(database: Database, entries: list[Entry]) -> Iterator[str]:
    kept: dict[str, list[Any]] = {}
    for row in RENDERINGS.read_of(database, "id", (entry.id for entry in entries)):
        kept.setdefault(row.id, []).append(row)
    for entry in entries:
        renderings = sorted(kept.get(entry.id, ()), key=lambda row: row.since)
        for row in (row for row in renderings if not _has_its_tag(row)):
            yield f"{place(RENDERINGS, row)}: its entity tag is not the digest of its bytes"
        for row in (row for row, then in pairwise(renderings) if row.until != then.since):
            end = f"{place(RENDERINGS, row)}, until"
            yield f"{named(entry)}: its kept renderings do not join one another: {end}"
        if wrong := _not_served(renderings, entry):
            yield f"{named(entry)}: its last kept rendering is not what is served: {wrong}"


def _has_its_tag(rendering: Any) -> bool:
    """Whether the entity tag is that of the bytes, where these are left."""
    try:
        return rendering.body is None or rendering.etag == etag_of(plain(rendering.body))
    except DatabaseError:
        return False


def _not_served(renderings: list[Any], entry: Entry) -> str:
    """What of the last rendering is not how the record stands now, and goes on."""
    if not renderings:
        return "there is none"
    # Its bytes have the tag that it has.
    differing = _differing(RENDERINGS, renderings[-1]._replace(body=entry.body), entry)
    ended = "until" if renderings[-1].until != FOREVER else ""
    return ", ".join(filter(None, (differing, ended)))
