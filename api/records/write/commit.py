"""From what the operations changed to what is stored: rendered, numbered, written once, announced."""

from collections.abc import Callable, Iterable

from ..store.counters import count_commit
from . import rows
from .between import lying_between, moved
from .members import store_mentions
from .render import Rendered, Renderer
from .session import Entry, Session
from .transaction import Announcement, PublicChange, Transaction

Progress = Callable[[int], None]
#: Records that are rendered again in the transaction that changed what they show; the rest follow.
MOST_AT_ONCE = 1000


def finish(transaction: Transaction, progress: Progress = lambda done: None) -> None:
    """Store and render everything that the operations changed, and what shows it."""
    stale = _stale(transaction)
    if len(stale) > MOST_AT_ONCE:
        rows.postpone(transaction.database, stale)
        transaction.postponed = True
        stale = {}
    rendered: list[Rendered] = []
    for record in Renderer(transaction.session).render(transaction.session.changed):
        rendered.append(record)
        progress(len(rendered))
    _commit(transaction, rendered, stale)


def refresh(transaction: Transaction, causes: dict[str, str], *, keyed: bool = True) -> int:
    """Render records whose surroundings changed, and store what they are found by where they are `keyed`;
    returns how many of them show anything new."""
    return _commit(transaction, [], causes, keyed=keyed)


def _commit(
    transaction: Transaction, rendered: list[Rendered], stale: dict[str, str], *, keyed: bool = True
) -> int:
    """Store what was rendered and the records that show it (their ids with what caused it); returns how many
    of these show anything new."""
    session = transaction.session
    showing = list(Renderer(session).render(_shown(session, stale)))
    refreshed = [record.entry for record in showing if record.shows_new]
    anew = [*rendered, *(record for record in showing if record.differs)]
    for entry in refreshed:
        entry.updated = transaction.time
    for record in anew:
        record.keep()
    entries = [*(record.entry for record in anew), *_led_on(session)]
    announced = [*_announcements(transaction), *_refreshes(refreshed, stale)]
    _store(transaction, entries, [*rendered, *showing], announced, keyed)
    return len(refreshed)


def _store(
    transaction: Transaction,
    entries: list[Entry],
    rendered: list[Rendered],
    announced: list[Announcement],
    keyed: bool,
) -> None:
    """Write everything, once: `entries` as they are now, and what follows from those that were rendered.

    The number of the commit is the feed's last number after it.
    """
    database, session = transaction.database, transaction.session
    seq = transaction.counters.seq + len(announced)
    rows.erase(database, session.removed)
    rows.store_records(database, entries)
    rows.store_renderings(database, [entry for entry in entries if entry.public], seq)
    rows.store_surroundings(database, rendered, session)
    store_mentions(database, session)
    if keyed:
        rows.store_keys(database, rendered, session, seq)
    rows.store_revisions(database, _revisions(transaction), transaction.actor, seq)
    rows.store_changes(database, announced, seq, transaction.time)
    count_commit(database, transaction.counters, seq, transaction.time)


# What shows what changed


def _stale(transaction: Transaction) -> dict[str, str]:
    """Ids of the records that show what changed -> the record that caused it."""
    session = transaction.session
    faces = [i for i, old in session.before.items() if not _same_face(old, session.get(i))]
    dependents = session.dependents(i for i in faces if session.before[i])
    stale = dict(transaction.also_stale)
    for record_id in faces:
        related = _related_claims(session.before[record_id]) | _related_claims(session.get(record_id))
        for other in (*dependents.get(record_id, ()), *sorted(map(session.resolve, related))):
            stale.setdefault(other, record_id)
    for other, record_id in lying_between(session, moved(session)).items():
        stale.setdefault(other, record_id)
    return {i: cause for i, cause in stale.items() if i not in session.before}


def _same_face(old: Entry | None, new: Entry | None) -> bool:
    return old is not None and new is not None and old.face == new.face


def _related_claims(entry: Entry | None) -> set[str]:
    if entry is None:
        return set()
    return {mention.target for mention in entry.mentions if mention.role == "relations.claim"}


def _shown(session: Session, stale: Iterable[str]) -> list[Entry]:
    """The records to be rendered again; those that were withdrawn stay as they were."""
    return [entry for entry in session.all(sorted(stale)) if entry.status in ("draft", "published")]


def _led_on(session: Session) -> list[Entry]:
    """Records that were merged earlier into what is merged now: one step always leads to the survivor."""
    merged = [entry for entry in session.changed if entry.merged_into]
    aliases = session.aliases(entry.id for entry in merged) if merged else {}
    earlier = {alias for some in aliases.values() for alias in some}
    for entry in session.all(sorted(earlier)):
        entry.merged_into = session.resolve(entry.id)
    return [entry for entry in session.all(sorted(earlier)) if entry.id not in session.before]


# What is announced


def _announcements(transaction: Transaction) -> list[Announcement]:
    return [
        Announcement(entry, change.kind, change.details) for entry, change in _public_changes(transaction)
    ]


def _refreshes(refreshed: list[Entry], causes: dict[str, str]) -> list[Announcement]:
    public = [entry for entry in refreshed if entry.status == "published"]
    return [Announcement(entry, "refreshed", {"cause": causes[entry.id]}) for entry in public]


def _revisions(transaction: Transaction) -> list[tuple[Entry, PublicChange]]:
    return [(entry, change) for entry, change in _public_changes(transaction) if change.revises]


def _public_changes(transaction: Transaction) -> list[tuple[Entry, PublicChange]]:
    """The public changes with the entries as they are in the end."""
    entries = transaction.session.all(transaction.changes)
    return list(zip(entries, transaction.changes.values(), strict=True))
