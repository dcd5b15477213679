"""Happenings whose day nobody knows, but which lie between two others: their time follows from theirs."""

from collections.abc import Iterable, Iterator

from schemas.base import quoted
from schemas.date import BOUNDS
from schemas.fuzzy_date import End, FuzzyDate, FuzzyDateError

from ..core.errors import DocumentFault
from ..core.registry import DATE
from .session import Entry, Session

#: When happenings were, as EDTF strings by their ids; None where it cannot be told.
Times = dict[str, str | None]


def interval_of(after: str | None, before: str | None) -> str | None:
    """From the earliest that the one happening may have begun to the latest that the other may have ended.

    EDTF in and out. None where nothing is known, and where the first is wholly after the second.
    """
    start = _end(FuzzyDate.parse(after), "start") if after else ""
    end = _end(FuzzyDate.parse(before), "end") if before else ""
    try:
        return FuzzyDate.parse(f"{start}/{end}").edtf
    except FuzzyDateError:
        return None


def _end(date: FuzzyDate, which: str) -> str:
    """An end of a date as it is written in an interval."""
    found: End | None = getattr(date, which)
    if found is None:
        return date.edtf
    return found.edtf if isinstance(found, FuzzyDate) else {"open": "..", "unknown": ""}[found]


def time_of(session: Session, record_id: str, known: Times) -> str | None:
    """When a happening was, as far as the session knows; what is found out on the way is `known` after."""
    first = session.resolve(record_id)
    way = {first: True}
    while way:
        current = next(reversed(way))
        bounds = _bounds(session, current)
        if missing := [i for i in bounds if i not in known and i not in way]:
            way[missing[0]] = True
            continue
        del way[current]
        known[current] = (
            interval_of(*(known.get(bound) for bound in bounds)) if bounds else _stated(session, current)
        )
    return known[first]


def _bounds(session: Session, record_id: str) -> list[str]:
    """The happenings that one is known to lie between."""
    entry = session.get(record_id)
    stated = [entry.document[name] for name in BOUNDS if name in entry.document] if entry else []
    session.load(stated)
    return [session.resolve(bound) for bound in stated] if len(stated) == len(BOUNDS) else []


def _stated(session: Session, record_id: str) -> str | None:
    entry = session.get(record_id)
    return entry.document.get("when") if entry else None


def moved(session: Session) -> list[str]:
    """Ids of the happenings whose time was changed."""
    return [i for i, old in session.before.items() if old and _time(old) != _time(session.get(i))]


def _time(entry: Entry | None) -> tuple[object, ...] | None:
    if entry is None or entry.type is not DATE:
        return None
    return (entry.merged_into, *(entry.document.get(name) for name in ("when", *BOUNDS)))


def lying_between(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Ids of the happenings that lie after or before any of these, however far on -> which of these."""
    found: dict[str, str] = {}
    queue = {record_id: record_id for record_id in ids}
    while queue:
        named = {alias: queue[i] for i, aliases in session.aliases(queue).items() for alias in aliases}
        queue = {}
        for role in BOUNDS:
            for target, records in session.referrers(named, role).items():
                queue |= {record: named[target] for record in records if record not in found}
        found |= queue
    return found


def between_faults(session: Session) -> Iterator[tuple[str, DocumentFault]]:
    """Happenings that cannot lie where they are said to, or no more, with the ids of the changed records."""
    times: Times = {}
    changed = moved(session)
    affected = lying_between(session, changed)
    for entry in session.changed:
        if fault := _fault(session, entry, times):
            yield entry.id, DocumentFault("/before", fault)
    for entry in session.all(sorted(affected.keys() - session.before.keys())):
        if fault := _fault(session, entry, times):
            cause = affected[entry.id]
            changed_entry = session.get(cause)
            yield (
                cause,
                DocumentFault(_moving(changed_entry), f"{quoted(entry.id)} could not be any more: {fault}"),
            )


def _moving(entry: Entry | None) -> str:
    """The member that a happening is moved by."""
    if entry and entry.merged_into:
        return "/into"
    return "/before" if entry and "before" in entry.document else "/when"


def _fault(session: Session, entry: Entry, times: Times) -> str | None:
    """Why a happening cannot lie where it is said to; None too where something else is to be mended first."""
    if entry.type is not DATE or entry.status not in ("draft", "published"):
        return None
    bounds = _bounds(session, entry.id)
    if not bounds or entry.id in bounds or any(session.get(bound) is None for bound in bounds):
        return None
    after, before = bounds
    if after == before:
        return f"it cannot lie after and before one happening, {quoted(after)}"
    if time_of(session, entry.id, times) is not None:
        return None
    stated = [f"{quoted(bound)} ({times.get(bound) or 'unknown'})" for bound in bounds]
    return f"nothing lies after {stated[0]} and before {stated[1]}"
