"""From how many documents a source may descend: it shows its origins, so it is rendered from all of them."""

from collections.abc import Iterator
from itertools import islice

from schemas.base import quoted

from ..core.errors import DocumentFault
from ..core.origins import MOST_ANCESTORS, ancestors
from ..core.registry import SOURCE
from .render import Renderer
from .session import Entry, Session


def descent_faults(session: Session) -> Iterator[tuple[str, DocumentFault]]:
    """The sources whose new descent goes too far, or takes that of others too far; the first of a row."""
    changed = [entry for entry in session.changed if _descends_anew(session, entry)]
    renderer = Renderer(session)
    far = {entry.id for entry in changed if goes_too_far(renderer, entry.id)}
    for entry in changed:
        if entry.id in far and far.isdisjoint(_parents(session, entry)):
            yield entry.id, _fault(entry.id, "/derived_from")
    for entry in changed:
        if entry.id not in far and (other := too_far_behind(session, renderer, entry.id)):
            yield entry.id, _fault(other, "/derived_from")


def merged_descent_faults(session: Session, survivor: Entry) -> Iterator[DocumentFault]:
    """What a merger would take too far."""
    if survivor.type is SOURCE:
        renderer = Renderer(session)
        if goes_too_far(renderer, survivor.id):
            yield _fault(survivor.id, "/into")
        elif other := too_far_behind(session, renderer, survivor.id):
            yield _fault(other, "/into")


def goes_too_far(renderer: Renderer, source: str) -> bool:
    """Whether a source descends from more documents than one may."""
    beyond = islice(ancestors(renderer, source), MOST_ANCESTORS + 1, None)
    return next(beyond, None) is not None


def too_far_behind(session: Session, renderer: Renderer, source: str) -> str | None:
    """A source that descends from this one, and from too many."""
    stored = session.stored(session.aliases([source])[source])
    showing = {record for records in session.dependents(stored).values() for record in records}
    descendants = (entry for entry in session.all(sorted(showing - {source})) if entry.type is SOURCE)
    return next((entry.id for entry in descendants if goes_too_far(renderer, entry.id)), None)


def _descends_anew(session: Session, entry: Entry) -> bool:
    if entry.type is not SOURCE or entry.status not in ("draft", "published"):
        return False
    before = session.as_before(entry.id)
    return _parents(session, entry) != (_parents(session, before) if before else set())


def _parents(session: Session, entry: Entry) -> set[str]:
    return {session.resolve(parent["source"]) for parent in entry.document.get("derived_from", ())}


def _fault(source: str, pointer: str) -> DocumentFault:
    return DocumentFault(
        pointer,
        f"{quoted(source)} would descend from more than {MOST_ANCESTORS} documents, directly and through "
        "others; leave out those that nobody needs to follow",
    )
