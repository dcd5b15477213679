"""Checks of everything in the database that must agree.

What is kept for its own sake is compared with its checksum; what is derived is derived again. Records are
taken batch by batch and rows one by one, so that a large database needs no more memory than a small one.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice, pairwise
from typing import Any

from peewee import Database, DatabaseError

from schemas.base import counted

from ..core.packed import plain
from ..core.registry import CLAIM
from ..core.sql import ALWAYS, Sql
from ..core.state import FOREVER
from ..read.revisions import last_seq
from ..store.database import MIGRATIONS, snapshot
from ..store.engine import engine_of
from ..store.postings import SCOPE, is_same, rows_for, united
from ..store.tables import (
    COUNTERS,
    DATE_KEYS,
    DEPENDENCIES,
    DOSSIER_MENTIONS,
    FILTER_KEYS,
    NAME_KEYS,
    POSTINGS,
    QUESTIONS,
    RECORDS,
    REFERENCES,
    RENDERINGS,
    SEARCH_ROWS,
    SECRETS,
    TABLES,
    Table,
    batches_of_ids,
    read_together,
)
from ..store.troubles import trouble_of
from ..text.engines import full_text_of
from ..text.fulltext import SCOPE_OF
from ..text.index import misplaced, strange_numbers
from ..write.claims import chain_faults, showing_faults
from ..write.keys import PERIODIC, timeless
from ..write.members import right_mentions
from ..write.postings import right_postings
from ..write.rebuild import Periods, joined_periods, periods_of_renderings
from ..write.render import Rendered, Renderer, etag_of
from ..write.rerender import pending_refreshes
from ..write.rows import dependencies_of, questions_of, rows_of, searched
from ..write.session import Entry, Session

#: What is derived from the other tables, and the column that says from which record.
DERIVED = {
    QUESTIONS: "dossier",
    REFERENCES: "record",
    DEPENDENCIES: "record",
    FILTER_KEYS: "record",
    DATE_KEYS: "record",
    POSTINGS: "",  # of many records
    DOSSIER_MENTIONS: "dossier",
    SEARCH_ROWS: "record",
    NAME_KEYS: "record",
}
#: Rows without which nothing works, by their keys.
_INDISPENSABLE = {COUNTERS: ("version", "seq", "clock", "feed_floor"), SECRETS: ("cursor",)}
#: Rows that are named in one sentence.
_MOST_NAMED = 3


def faults_of_database(database: Database) -> Iterator[str]:
    """Everything that does not agree, one sentence each."""
    found = False
    try:
        with engine_of(database).reading_damaged():
            for fault in _faults(database):
                found = True
                yield fault
    except DatabaseError as error:
        if trouble_of(error) not in (None, "damaged"):
            raise
        yield f"the database is damaged, and no more can be read: {str(error).splitlines()[0]}"
    except Exception as error:
        # What was named may be anything, also nothing that can be rendered.
        if not found:
            raise
        yield f"no more can be compared, because of what does not agree: {error}"


def _faults(database: Database) -> Iterator[str]:
    engine = engine_of(database)
    yield from engine.damage()
    yield from engine.shape_faults(str(MIGRATIONS))
    yield from full_text_of(database).faults(database)
    with snapshot(database):
        yield from _kept_faults(database)
        if left := pending_refreshes(database):
            yield f"still to be rendered again, with the next write: {counted(left, 'record')}"
            return
        for check in (
            _strange_rows,
            strange_numbers,
            _record_faults,
            _posting_faults,
            _mention_faults,
            _feed_faults,
            _disagreements,
        ):
            yield from check(database)


# Rows


def _kept_faults(database: Database) -> Iterator[str]:
    for table in TABLES.values():
        for row in table.damaged(database):
            yield f"{_place(table, row)}: it does not hold what was written"
    for table, names in _INDISPENSABLE.items():
        there = {row.name for row in table.read(database, ALWAYS)}
        yield from (f"{table.name}: the row {name!r} is missing" for name in names if name not in there)


def _place(table: Table, row: Any) -> str:
    """A row by its key, and by nothing else: it may hold what is secret."""
    return f"{table.name}, row {', '.join(f'{name} {getattr(row, name)!r}' for name in table.key)}"


def _strange_rows(database: Database) -> Iterator[str]:
    """Rows of a record that there is not."""
    for table in TABLES.values():
        column = DERIVED.get(table, "record")
        if column in table.columns:
            strange = Sql(f"{column} NOT IN (SELECT id FROM record)")
            for row in table.read(database, strange):
                yield f"{_place(table, row)}: there is no such record"


def _difference(held: Iterable[Any], right: Iterable[Any]) -> str:
    """Some of the rows of which there are too many or too few, each with its table and columns."""
    held, right = set(held), set(right)
    rows = [*((row, "too many") for row in held - right), *((row, "missing") for row in right - held)]
    return "; ".join(sorted(f"{how}: {row!r}" for row, how in rows)[:_MOST_NAMED])


# Records


def _record_faults(database: Database) -> Iterator[str]:
    for ids in batches_of_ids(database):
        session = Session(database)
        yield from _faults_of_records(session, session.all(ids))


def _named(entry: Entry) -> str:
    return f"{entry.type.name} {entry.id}"


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
    yield from _key_faults(database, entries, keys)
    yield from _keeping_faults(database, [entry for entry in entries if entry.public])


def _rendering_faults(database: Database, rendered: Rendered) -> Iterator[str]:
    """Stored bytes that rendering again does not give; what is derived from them and differs."""
    entry = rendered.entry
    if rendered.shows_new:
        yield f"{_named(entry)}: its bytes are not what rendering it gives"
    if rendered.computed != entry.computed:
        yield f"{_named(entry)}: what its keys are derived from is not what rendering it gives"
    if tables := misplaced(database, searched(rendered)):
        yield f"{_named(entry)}: what it is searched by is not what rendering it gives: {', '.join(tables)}"
    if etag_of(entry.body) != entry.etag:
        yield f"{_named(entry)}: its entity tag is not the digest of its bytes"


def _row_faults(database: Database, entries: list[Entry]) -> Iterator[str]:
    """Columns that follow from others of the row and do not hold what follows."""
    rows = {row.id: row for row in RECORDS.read_of(database, "id", (entry.id for entry in entries))}
    for entry in entries:
        if columns := _differing(RECORDS, rows[entry.id], entry):
            yield f"{_named(entry)}: columns of its row are not what its document gives: {columns}"


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
        if wrong := _difference(held[entry.id], right[entry.id]):
            yield f"{_named(entry)}: rows are not what follows from its document: {wrong}"


# What records are and were found by


def _key_faults(database: Database, entries: list[Entry], keys: dict[str, set[Any]]) -> Iterator[str]:
    """Key rows that are not the `keys` of a record that is shown, or not what its renderings give."""
    ids = [entry.id for entry in entries]
    held, right = _held_periods(database, ids), periods_of_renderings(database, ids)
    for entry in entries:
        rows = held.get(entry.id, {})
        for row in (row for row, periods in rows.items() if _overlap(periods)):
            yield f"{_named(entry)}: it is found twice at one time by one key: {row!r}"
        now = {row for row, periods in rows.items() if any(until == FOREVER for _, until in periods)}
        if wrong := _difference(now, keys.get(entry.id, now)):
            yield f"{_named(entry)}: the rows it is found by are not its keys: {wrong}"
        elif wrong := _difference(_with_periods(rows), _with_periods(right.get(entry.id, {}))):
            past = "the rows it was found by in the past are not what its renderings give"
            yield f"{_named(entry)}: {past}: {wrong}"


def _posting_faults(database: Database) -> Iterator[str]:
    """Sets of records that are not those that have the key."""
    right = {POSTINGS.key_of(row): row for row in rows_for(right_postings(database))}
    for row in POSTINGS.read(database, ALWAYS):
        if not is_same(row, due := right.pop(POSTINGS.key_of(row), None)):
            yield f"{_place(POSTINGS, row)}: it does not hold just the records that have this key"
            yield from _strange_scopes(row, due)
    yield from (f"{_place(POSTINGS, row)}: it is missing" for row in right.values())


def _mention_faults(database: Database) -> Iterator[str]:
    """Counts of what names a record for a dossier that are not right."""
    held, right = set(DOSSIER_MENTIONS.read(database, ALWAYS)), right_mentions(database)
    for row in sorted(held ^ right):
        found = "too many" if row in held else "missing"
        yield f"{_place(DOSSIER_MENTIONS, row)}: it is not what the references give: {found}"


def _strange_scopes(row: Any, right: Any) -> Iterator[str]:
    """Numbers of records that are none."""
    with suppress(DatabaseError):
        if row.filter == SCOPE:
            strange = united([row.numbers]) - united([right.numbers] if right else [])
            for number in islice(strange, _MOST_NAMED):
                yield f"search_row, row id {number}: it is missing"


def _with_periods(rows: Periods) -> Iterator[Any]:
    for row, periods in rows.items():
        for since, until in joined_periods(periods):
            yield row._replace(since=since, until=until)


def _overlap(periods: list[tuple[int, int]]) -> bool:
    return any(until > since for (_, until), (since, _) in pairwise(sorted(periods)))


def _held_periods(database: Database, ids: list[str]) -> dict[str, Periods]:
    """The periods of the key tables' rows by record, as they stand."""
    found: dict[str, Periods] = {}
    for row in read_together(database, PERIODIC, "record", ids):
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
        for row in (row for row in renderings if not _has_its_tag(row)):
            yield f"{_place(RENDERINGS, row)}: its entity tag is not the digest of its bytes"
        for row in (row for row, then in pairwise(renderings) if row.until != then.since):
            place = f"{_place(RENDERINGS, row)}, until"
            yield f"{_named(entry)}: its kept renderings do not join one another: {place}"
        if wrong := _not_served(renderings, entry):
            yield f"{_named(entry)}: its last kept rendering is not what is served: {wrong}"


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


# The feed and the history

#: Records beside what a mirror holds that has followed the feed from 0: the record of their last entry.
_FOLD = """SELECT f.type, f.id FROM (
    SELECT r.type, r.id, r.status = 'published' AS served, COALESCE(f.etag = r.etag, FALSE) AS same,
        COALESCE(f.status = 'published' AND f.body IS NOT NULL, FALSE) AS mirrored
    FROM record r LEFT JOIN change c ON c.seq = (SELECT MAX(seq) FROM change WHERE record = r.id)
    LEFT JOIN rendering f ON f.id = c.record AND f.since = c."commit") f"""
_REDACTED = (
    "EXISTS (SELECT 1 FROM redaction d WHERE d.record = v.record AND v.number BETWEEN d.first AND d.last)"
)
#: A fault, and the query for the rows that show it.
_DISAGREEMENTS = {
    "{} {}: in the feed's fold, but not served": f"{_FOLD} WHERE mirrored AND NOT served",
    "{} {}: served, but not in the feed's fold": f"{_FOLD} WHERE served AND NOT mirrored",
    "{} {}: the feed's fold has other bytes than are served": f"{_FOLD} WHERE served AND mirrored > same",
    "change, row seq {}: {} has no rendering from {} on": (
        'SELECT seq, record, "commit" FROM change c WHERE NOT EXISTS '
        '(SELECT 1 FROM rendering r WHERE r.id = c.record AND r.since = c."commit")'
    ),
    "change, row seq {}: its time is before that of the entry before": (
        "SELECT c.seq FROM change c JOIN change b ON b.seq = c.seq - 1 WHERE c.time < b.time"
    ),
    "revision, row record {!r}, number {}: no entry of the feed says the same": (
        "SELECT record, number FROM revision v WHERE NOT EXISTS (SELECT 1 FROM change c "
        'WHERE c.record = v.record AND c.revision = v.number AND c."commit" = v.seq AND c.kind = v.change)'
    ),
    "revision, row record {!r}, number {}: it has a document, though a redaction took it out": (
        f"SELECT record, number FROM revision v WHERE document IS NOT NULL AND {_REDACTED}"
    ),
    "revision, row record {!r}, number {}: it has no document, and no redaction says so": (
        f"SELECT record, number FROM revision v WHERE document IS NULL AND NOT {_REDACTED}"
    ),
    "{} {}: revision {} is current, but {} are kept up to {}": (
        "SELECT r.type, r.id, r.revision, COUNT(v.number), MAX(v.number) FROM record r "
        "LEFT JOIN revision v ON v.record = r.id WHERE r.revision IS NOT NULL GROUP BY r.id "
        "HAVING r.revision <> COUNT(v.number) OR r.revision <> COALESCE(MAX(v.number), 0)"
    ),
    "{} {}: its document is not that of its last revision, {}": (
        "SELECT r.type, r.id, v.number FROM record r JOIN revision v "
        "ON v.record = r.id AND v.number = r.revision WHERE COALESCE(r.document <> v.document, TRUE)"
    ),
}


def _feed_faults(database: Database) -> Iterator[str]:
    """A feed with gaps."""
    last = last_seq(database)
    row = database.execute_sql("SELECT COUNT(*), MIN(seq), MAX(seq) FROM change").fetchone()
    if last and (row[0], row[1], row[2]) != (last, 1, last):
        yield f"change: the feed has {row[0]} entries from {row[1]} to {row[2]}; its counter says {last}"


def _disagreements(database: Database) -> Iterator[str]:
    for fault, query in _DISAGREEMENTS.items():
        for row in database.execute_sql(query):
            yield fault.format(*row)


def claims_to_curate(database: Database) -> Iterator[str]:
    """Claims that lack what a claim must show, as an edit of a source or a new rule leaves them: no fault of
    the database, but work for curators."""
    for ids in batches_of_ids(database):
        session = Session(database)
        for entry in session.all(ids):
            if entry.type is CLAIM and entry.status == "published":
                for fault in (*chain_faults(session, entry), *showing_faults(session, entry)):
                    yield f"claim {entry.id}: {fault.pointer}: {fault.detail}"
