"""Writing a commit into the tables: each row once, and only what is not there as it should be."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from peewee import Database

from ..core.packed import packed
from ..core.registry import DOSSIER
from ..core.sql import run, sql
from ..core.state import FOREVER
from ..store.counters import keep_counters
from ..store.table import Numbers
from ..store.tables import (
    CHANGES,
    CHECKS,
    DEPENDENCIES,
    FILTER_KEYS,
    PENDING,
    QUESTIONS,
    RECORDS,
    REFERENCES,
    RENDERINGS,
    REVISIONS,
    batches,
    rows_of_records,
)
from ..text.fulltext import SCOPE_OF
from ..text.index import Indexed, Searched, forget, index
from .keys import ALWAYS_HELD, PERIODIC, Changes, Found, Rows, changes, in_order, timeless
from .members import store_mentions
from .postings import POSTED, follow
from .render import Rendered
from .session import Entry, Session, canonical
from .step import Step


def store(database: Database, steps: Sequence[Step]) -> None:
    """Write everything that steps came to, once: many that only add records, or one of any kind."""
    if not steps:
        return
    for step in steps:
        _erase(database, step.session.removed)
        _postpone(database, step.postponed)
    # Made once: what they hold stands in renderings and revisions too.
    records = [[_record(entry) for entry in step.entries] for step in steps]
    RECORDS.put(database, chain.from_iterable(records))
    _store_renderings(database, steps, records)
    found = [(record, step) for step in steps if step.keyed for record in step.rendered]
    # Records have their numbers from the index, and stand in the tables by them.
    indexed = index(database, (searched(record) for record, _ in found))
    _store_surroundings(database, steps, indexed.numbers)
    store_mentions(database, [step.session for step in steps])
    _store_found(database, found, indexed)
    REVISIONS.add(database, chain.from_iterable(map(_revisions, steps, records)))
    CHANGES.add(database, (row for step in steps for row in _changes(step)))
    keep_counters(database, steps[-1].counters)


def _record(entry: Entry) -> Any:
    """An entry as a row of records."""
    return RECORDS.row._make(map(entry.column, RECORDS.columns))


def _store_renderings(database: Database, steps: Sequence[Step], records: Sequence[Sequence[Any]]) -> None:
    """Keep what is served from each commit on; what was served before it ends there."""
    for step in steps:
        public = (entry.id for entry in step.entries if entry.public)
        for some in batches(step.session.stored(public)):
            run(
                database,
                sql(
                    "UPDATE rendering SET until = {commit} "
                    "WHERE id IN ({some}) AND until = {forever} AND since < {commit}",
                    commit=step.seq,
                    some=some,
                    forever=FOREVER,
                ),
            )
    RENDERINGS.put(database, chain.from_iterable(map(_renderings, steps, records)))


def _renderings(step: Step, records: Iterable[Any]) -> Iterator[Any]:
    """What is served from a step's commit on."""
    for row in records:
        if row.revision is not None:
            held = {name: getattr(row, name) for name in _SERVED}
            yield RENDERINGS.row(**held, body=packed(row.body), since=step.seq, until=FOREVER)


#: What a rendering has as the record has it.
_SERVED = [name for name in RENDERINGS.columns if name not in ("body", "since", "until")]


def _revisions(step: Step, records: Iterable[Any]) -> Iterator[Any]:
    """The documents of public states and why they changed."""
    changes = {entry.id: change for entry, change in step.revised}
    for row in records:
        if row.id not in changes:
            continue
        change = changes[row.id]
        correction = change.correction
        yield REVISIONS.row(
            record=row.id,
            number=row.revision,
            seq=step.seq,
            time=row.updated,
            actor=step.actor.label,
            change=change.kind,
            kind=correction and correction.kind,
            note=correction and correction.note,
            document=row.document,
        )


def _changes(step: Step) -> Iterator[Any]:
    """The entries of the public feed, up to the commit's number."""
    for seq, announcement in enumerate(step.announced, step.seq - len(step.announced) + 1):
        yield CHANGES.row(
            seq=seq,
            commit=step.seq,
            time=step.time,
            kind=announcement.kind,
            type=announcement.entry.type.name,
            record=announcement.entry.id,
            revision=announcement.entry.revision,
            details=canonical(announcement.details),
        )


# What is derived from records


def _store_surroundings(database: Database, steps: Sequence[Step], numbers: Numbers) -> None:
    """Write what records were computed from, and the questions that they ask."""
    every = ((record, step.session.computed_from) for step in steps for record in step.rendered)
    for some in batches(every):
        _store_dependencies(database, some, numbers)
        _store_questions(database, [record.entry for record, _ in some if record.entry.type is DOSSIER])


def _store_found(database: Database, rendered: Iterable[tuple[Rendered, Step]], indexed: Indexed) -> None:
    """Write what records are found by."""
    for some in batches(rendered):
        before, after = _store_keys(database, some, indexed.numbers)
        follow(database, before, after, indexed)
        # Where they are found was told with the first of them.
        indexed = Indexed(indexed.numbers)


def _store_keys(
    database: Database, rendered: Sequence[tuple[Rendered, Step]], numbers: Numbers
) -> tuple[set[Any], set[Any]]:
    """Write the rows of keys; returns those that have postings as they were, and as they are now."""
    stored = {record.entry.id for record, step in rendered if step.session.stored([record.entry.id])}
    naming = [(record, step) for record, step in rendered if _names_others(record.entry, step.session)]
    held = _by_record(rows_of_records(database, POSTED, stored, _HELD))
    named = {record.entry.id for record, _ in naming}.intersection(stored)
    held_names = _by_record(REFERENCES.read_of(database, "record", sorted(named), _HELD))
    wanted = {
        record.entry.id: rows_of(record, step.session, _begins(record, step, stored))
        for record, step in rendered
    }
    for table in PERIODIC:
        some, standing = (naming, held_names) if table is REFERENCES else (rendered, held)
        due = [
            changes(
                [row for row in standing.get(record.entry.id, ()) if isinstance(row, table.row)],
                wanted[record.entry.id][table],
                record.entry.public,
                step.seq,
            )
            if record.entry.id in stored
            else Changes([], list(wanted[record.entry.id][table]))
            for record, step in some
        ]
        table.delete(database, (row for change in due for row in change.gone))
        written = (row for change in due for row in change.written)
        # Terms have an order of their own in the table.
        table.put(database, written if table is FILTER_KEYS else in_order(table, written), numbers)
    before = {timeless(row) for rows in held.values() for row in rows}
    return before, {row for rows in wanted.values() for table in POSTED for row in rows[table]}


def _begins(record: Rendered, step: Step, stored: set[str]) -> int:
    """Since when rows hold that are not compared with others: those of a new record with its first commit."""
    is_new_and_public = record.entry.id not in stored and record.entry.public
    return step.seq if is_new_and_public else ALWAYS_HELD["since"]


_HELD = sql("until = {forever}", forever=FOREVER)


def _names_others(entry: Entry, session: Session) -> bool:
    """Whether the transaction changed which records an entry names, or made it public."""
    if entry.id not in session.before:
        return False
    old = session.before[entry.id]
    return old is None or old.public != entry.public or _named_by(old) != _named_by(entry)


def _named_by(entry: Entry) -> set[tuple[str, str]]:
    return {(m.role, m.target) for m in entry.mentions}


def _by_record(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.record, []).append(row)
    return found


def rows_of(rendered: Rendered, session: Session, since: int = 0) -> Rows:
    """What a record is found by from a commit on; without periods where none is named."""
    entry = rendered.entry
    resolve, named = session.resolve, entry.mentions
    return Found(entry.type, entry.id, entry.document, rendered.computed, resolve, named, since).rows()


def _store_dependencies(
    database: Database, rendered: Sequence[tuple[Rendered, dict[str, set[str]]]], numbers: Numbers
) -> None:
    def rows(record_id: str, targets: Iterable[str]) -> Iterable[Any]:
        return (DEPENDENCIES.row(record=record_id, target=target) for target in targets)

    kept = {row for r, computed_from in rendered for row in rows(r.entry.id, computed_from[r.entry.id])}
    wanted = {row for r, _ in rendered for row in dependencies_of(r)}
    DEPENDENCIES.delete(database, sorted(kept - wanted))
    DEPENDENCIES.add(database, sorted(wanted - kept), numbers)


def dependencies_of(rendered: Rendered) -> set[Any]:
    """What a record was computed from, as rows; what was withdrawn is never computed again."""
    if rendered.entry.status not in SCOPE_OF:
        return set()
    return {DEPENDENCIES.row(record=rendered.entry.id, target=target) for target in rendered.depends_on}


def _store_questions(database: Database, dossiers: Sequence[Entry]) -> None:
    held = set(QUESTIONS.read_of(database, "dossier", (entry.id for entry in dossiers)))
    wanted = {row for entry in dossiers for row in questions_of(entry)}
    QUESTIONS.delete(database, held - wanted)
    QUESTIONS.add(database, sorted(wanted - held))


def questions_of(entry: Entry) -> set[Any]:
    """The questions that a dossier asks, as rows."""
    if entry.type is not DOSSIER:
        return set()
    asked = entry.document.get("questions", ())
    return {QUESTIONS.row(id=question["id"], dossier=entry.id) for question in asked}


def searched(record: Rendered) -> Searched:
    """Among what a record is found by a search, and by what texts."""
    entry = record.entry
    return Searched(entry.id, entry.type.name, entry.status, record.texts)


# What is still to be done, and what goes


def _postpone(database: Database, stale: dict[str, str]) -> None:
    """Leave records to be rendered again later, with what caused it first."""
    waiting = {row.record for row in PENDING.read_of(database, "record", stale)}
    rows = [PENDING.row(record=i, cause=cause) for i, cause in stale.items() if i not in waiting]
    PENDING.add(database, rows)


def _erase(database: Database, ids: Sequence[str]) -> None:
    """Take drafts out of every table."""
    if not ids:
        return
    keys = {timeless(row) for row in rows_of_records(database, POSTED, ids)}
    for table in (*PERIODIC, DEPENDENCIES, CHECKS):
        table.delete_of(database, "record", ids)
    # Their numbers go last: by them they stand in the tables.
    follow(database, keys, set(), forget(database, ids))
    QUESTIONS.delete_of(database, "dossier", ids)
    RECORDS.delete_of(database, "id", ids)
