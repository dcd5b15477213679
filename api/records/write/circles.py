"""What may not lead in a circle: parts and wholes, before and after, descent, what replaces what."""

from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from schemas.base import Json
from schemas.date import BOUNDS

from ..core.errors import DocumentFault
from .render import SUPERSEDING
from .session import Entry, Session

Follow = Callable[[Json], list[str]]
#: What may not lead back to where it starts: what it is called, where it stands, the ids that it names.
ORDERS: dict[str, tuple[str, Follow]] = {
    "part_of": ("/part_of", lambda document: [document["part_of"]] if "part_of" in document else []),
    "the order of after and before": (
        "/after",
        lambda document: [document[name] for name in BOUNDS if name in document],
    ),
    "predecessors": ("/predecessors", lambda document: document.get("predecessors", [])),
    "derived_from": (
        "/derived_from",
        lambda document: [d["source"] for d in document.get("derived_from", [])],
    ),
    "the order of supersedes and corrects": (
        "/relations",
        lambda document: [r["claim"] for r in document.get("relations", []) if r["type"] in SUPERSEDING],
    ),
}


def circle_faults(session: Session, entry: Entry, names: Iterable[str]) -> Iterator[DocumentFault]:
    """The ways on which a document leads back to itself, in the orders of these names."""
    for name in names:
        pointer, _ = ORDERS[name]
        way = _way_back(session, entry, name)
        # Referring to oneself is a fault of the reference already.
        if way and way != [entry.id]:
            detail = f"{name} leads in a circle: {' → '.join((entry.id, *way))}"
            yield DocumentFault(pointer, detail)


def has_circle(session: Session, entries: Iterable[Entry], name: str) -> bool:
    """Whether any of the entries leads to a circle; each record on the way is looked at once."""
    graph: dict[str, list[str]] = {}
    _, follow = ORDERS[name]
    queue = [entry.id for entry in entries if follow(entry.document)]
    if not queue:
        return False
    for record_id in queue:
        if record_id not in graph:
            graph[record_id] = _following(session, record_id, name)
            queue += graph[record_id]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False


def _following(session: Session, record_id: str, name: str) -> list[str]:
    """The records that one names in an order, as they stand now."""
    entry = session.get(record_id)
    _, follow = ORDERS[name]
    return [session.resolve(target) for target in follow(entry.document)] if entry else []


def _way_back(session: Session, entry: Entry, name: str) -> list[str] | None:
    """The ids of a way from an entry to itself, or None."""
    came_from: dict[str, str] = {}
    queue = [entry.id]
    for current in queue:
        for target in _following(session, current, name):
            if target == entry.id:
                return [*_way_to(came_from, current), target]
            if target not in came_from:
                came_from[target] = current
                queue.append(target)
    return None


def _way_to(came_from: dict[str, str], record_id: str) -> list[str]:
    """The ids that led to one, without the first."""
    way: list[str] = []
    while record_id in came_from:
        way.append(record_id)
        record_id = came_from[record_id]
    return way[::-1]


def merged_circle_faults(session: Session, entries: Iterable[Entry], name: str) -> Iterator[DocumentFault]:
    """The same where a merger makes the circle."""
    pointer, _ = ORDERS[name]
    for entry in entries:
        way = _way_back(session, entry, name)
        # A relation of the two to one another is left out when rendered.
        if way and not (pointer == "/relations" and way == [entry.id]):
            detail = f"{name} would lead in a circle: {' → '.join((entry.id, *way))}"
            yield DocumentFault("/into", detail)
