"""Writing a commit into the tables: each row once, and only what is not there as it should be."""

from collections.abc import Iterable, Sequence
from typing import Any

from peewee import Database

from ..core.registry import DOSSIER
from ..core.sql import run, sql
from ..core.state import FOREVER
from ..store.api_keys import Actor
from ..store.tables import (
    CHANGES,
    CHECKS,
    DEPENDENCIES,
    PENDING,
    QUESTIONS,
    RECORDS,
    REFERENCES,
    RENDERINGS,
    REVISIONS,
    Table,
    batches,
    read_together,
)
from ..text.fulltext import SCOPE_OF
from ..text.index import Searched, forget, index
from .keys import PERIODIC, Found, Rows, changes, in_order, timeless
from .postings import POSTED, follow
from .render import Rendered
from .session import Entry, Session, canonical
from .transaction import Announcement, PublicChange


def store_records(database: Database, entries: Iterable[Entry]) -> None:
    """Write the records' rows."""
    RECORDS.put(database, (_row_of(RECORDS, entry) for entry in entries))


def _row_of(table: Table, entry: Entry, **more: Any) -> Any:
    """An entry as a row of a table whose columns are members of entries, and some more."""
    members = (name for name in table.columns if name not in more)
    return table.row(**{name: entry.column(name) for name in members}, **more)


def store_renderings(database: Database, entries: Sequence[Entry], commit: int) -> None:
    """Keep what is served from this commit on; what was served before it ends there."""
    for some in batches(entry.id for entry in entries):
        run(
            database,
            sql(
                "UPDATE rendering SET until = {commit} "
                "WHERE id IN ({some}) AND until = {forever} AND since < {commit}",
                commit=commit,
                some=some,
                forever=FOREVER,
            ),
        )
    RENDERINGS.put(database, (_row_of(RENDERINGS, e, since=commit, until=FOREVER) for e in entries))


def store_revisions(
    database: Database, changed: Iterable[tuple[Entry, PublicChange]], actor: Actor, commit: int
) -> None:
    """Keep the documents of public states and why they changed."""
    REVISIONS.add(database, (_revision(entry, change, actor, commit) for entry, change in changed))


def _revision(entry: Entry, change: PublicChange, actor: Actor, commit: int) -> Any:
    correction = change.correction
    return REVISIONS.row(
        record=entry.id,
        number=entry.revision,
        seq=commit,
        time=entry.updated,
        actor=actor.label,
        change=change.kind,
        kind=correction and correction.kind,
        note=correction and correction.note,
        document=canonical(entry.document),
    )


def store_changes(database: Database, announced: Sequence[Announcement], commit: int, time: str) -> None:
    """Append to the public feed, up to the commit's number."""
    first = commit - len(announced) + 1
    CHANGES.add(
        database,
        (
            CHANGES.row(
                seq=seq,
                commit=commit,
                time=time,
                kind=announcement.kind,
                type=announcement.entry.type.name,
                record=announcement.entry.id,
                revision=announcement.entry.revision,
                details=canonical(announcement.details),
            )
            for seq, announcement in enumerate(announced, first)
        ),
    )


# What is derived from records


def store_surroundings(database: Database, rendered: Sequence[Rendered], session: Session) -> None:
    """Write what records were computed from, and the questions that they ask."""
    for some in batches(rendered):
        _store_dependencies(database, some, session)
        _store_questions(database, some)


def store_keys(database: Database, rendered: Sequence[Rendered], session: Session, commit: int) -> None:
    """Write what records are found and searched by."""
    for some in batches(rendered):
        # A record has its number from the index.
        indexed = index(database, (searched(record) for record in some))
        before, after = _store_keys(database, some, session, commit)
        follow(database, before, after, indexed)


def _store_keys(
    database: Database, rendered: Sequence[Rendered], session: Session, commit: int
) -> tuple[set[Any], set[Any]]:
    """Write the rows of keys; returns those that have postings as they were, and as they are now."""
    wanted = {record.entry.id: rows_of(record, session) for record in rendered}
    entries = {record.entry.id: record.entry for record in rendered}
    named = [entry.id for entry in entries.values() if _names_others(entry, session)]
    held = _by_record(read_together(database, POSTED, "record", session.stored(entries), _HELD))
    naming = _by_record(REFERENCES.read_of(database, "record", session.stored(named), _HELD))
    for table in PERIODIC:
        some, standing = (named, naming) if table is REFERENCES else (entries, held)
        due = [
            changes(
                [row for row in standing.get(i, ()) if isinstance(row, table.row)],
                wanted[i][table],
                entries[i].public,
                commit,
            )
            for i in some
        ]
        table.delete(database, (row for change in due for row in change.gone))
        table.put(database, in_order(row for change in due for row in change.written))
    before = {timeless(row) for rows in held.values() for row in rows}
    return before, {row for rows in wanted.values() for table in POSTED for row in rows[table]}


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


def rows_of(rendered: Rendered, session: Session) -> Rows:
    """What a record is found by, without periods."""
    entry = rendered.entry
    return Found(entry.type, entry.id, entry.document, rendered.computed, session.resolve).rows()


def _store_dependencies(database: Database, rendered: Sequence[Rendered], session: Session) -> None:
    def rows(record_id: str, targets: Iterable[str]) -> Iterable[Any]:
        return (DEPENDENCIES.row(record=record_id, target=target) for target in targets)

    kept = {row for r in rendered for row in rows(r.entry.id, session.computed_from[r.entry.id])}
    wanted = {row for r in rendered for row in dependencies_of(r)}
    DEPENDENCIES.delete(database, sorted(kept - wanted))
    DEPENDENCIES.add(database, sorted(wanted - kept))


def dependencies_of(rendered: Rendered) -> set[Any]:
    """What a record was computed from, as rows; what was withdrawn is never computed again."""
    if rendered.entry.status not in SCOPE_OF:
        return set()
    return {DEPENDENCIES.row(record=rendered.entry.id, target=target) for target in rendered.depends_on}


def _store_questions(database: Database, rendered: Sequence[Rendered]) -> None:
    dossiers = [record.entry for record in rendered if record.entry.type is DOSSIER]
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


def postpone(database: Database, stale: dict[str, str]) -> None:
    """Leave records to be rendered again later, with what caused it first."""
    waiting = {row.record for row in PENDING.read_of(database, "record", stale)}
    rows = [PENDING.row(record=i, cause=cause) for i, cause in stale.items() if i not in waiting]
    PENDING.add(database, rows)


def erase(database: Database, ids: Sequence[str]) -> None:
    """Take drafts out of every table."""
    if not ids:
        return
    keys = {timeless(row) for row in read_together(database, POSTED, "record", ids)}
    follow(database, keys, set(), forget(database, ids))
    for table in (*PERIODIC, DEPENDENCIES, CHECKS):
        table.delete_of(database, "record", ids)
    QUESTIONS.delete_of(database, "dossier", ids)
    RECORDS.delete_of(database, "id", ids)
