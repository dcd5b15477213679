"""From what the operations changed to what is to be stored: rendered, numbered, announced."""

from collections.abc import Callable, Iterable

from .between import lying_between, moved
from .render import Rendered, Renderer
from .session import Entry, Session
from .step import Announcement, PublicChange, Step
from .transaction import Transaction

Progress = Callable[[int], None]
#: Records that are rendered again in the transaction that changed what they show; the rest follow.
MOST_AT_ONCE = 1000


def finish(transaction: Transaction, progress: Progress = lambda done: None) -> None:
    """Render everything that the operations changed, and what shows it, and have it stored."""
    stale = _stale(transaction)
    postponed: dict[str, str] = {}
    if len(stale) > MOST_AT_ONCE:
        stale, postponed = {}, stale
        transaction.postponed = True
    rendered: list[Rendered] = []
    for record in Renderer(transaction.session).render(transaction.session.changed):
        rendered.append(record)
        progress(len(rendered))
    _commit(transaction, rendered, stale, postponed=postponed)


def refresh(transaction: Transaction, causes: dict[str, str], *, keyed: bool = True) -> int:
    """Render records whose surroundings changed, and store what they are found by where they are `keyed`;
    returns how many of them show anything new."""
    return _commit(transaction, [], causes, keyed=keyed)


def _commit(
    transaction: Transaction,
    rendered: list[Rendered],
    stale: dict[str, str],
    *,
    keyed: bool = True,
    postponed: dict[str, str] | None = None,
) -> int:
    """Have stored what was rendered and the records that show it (their ids with what caused it); returns how
    many of these show anything new."""
    session = transaction.session
    showing = list(Renderer(session).render(_shown(session, stale))) if stale else []
    refreshed = [record.entry for record in showing if record.shows_new]
    anew = [*rendered, *(record for record in showing if record.differs)]
    for entry in refreshed:
        entry.updated = transaction.time
    for record in anew:
        record.keep()
    announced = [*_announcements(transaction), *_refreshes(refreshed, stale)]
    transaction.keep(
        Step(
            session,
            transaction.actor,
            transaction.counters.after(transaction.counters.seq + len(announced), transaction.time),
            transaction.time,
            entries=[*(record.entry for record in anew), *_led_on(session)],
            rendered=[*rendered, *showing],
            announced=announced,
            revised=[(entry, change) for entry, change in _public_changes(transaction) if change.revises],
            keyed=keyed,
            postponed=postponed or {},
        )
    )
    return len(refreshed)


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


def _public_changes(transaction: Transaction) -> list[tuple[Entry, PublicChange]]:
    """The public changes with the entries as they are in the end."""
    entries = transaction.session.all(transaction.changes)
    return list(zip(entries, transaction.changes.values(), strict=True))
