"""The page of corrections: what was changed in public records, and why."""

from dataclasses import dataclass
from urllib.parse import urlencode

from api.records.core.registry import TYPES
from api.records.read.feed import correction_page
from schemas import query as q
from schemas.base import Json
from schemas.query import Query
from schemas.vocabularies import CORRECTION_KINDS

from .links import Link, link_to
from .page import Asked, Page, Shown
from .translating import N_, _
from .words import change, term, type_name

_LIMIT = 50


@dataclass(frozen=True)
class Note:
    """A note on a change."""

    link: Link
    type: str
    time: str
    kind: str
    change: str
    note: str


@dataclass(frozen=True)
class CorrectionsView:
    """The page of corrections, the newest first."""

    notes: list[Note]
    kinds: list[tuple[str, str, bool]]
    following: str | None


def _read(asked: Asked) -> Json:
    query = Query({"limit": _LIMIT, **asked.query.values}, asked.query.given)
    notes, following, _echo = correction_page(asked.state.database, query)
    references = [TYPES[note.type].reference(note.record, note.name) for note in notes]
    return {"notes": notes, "references": references, "next": following}


def _show(document: Json, asked: Asked) -> Shown:
    chosen = asked.query["kind"] or []
    notes = [
        Note(
            link_to(reference),
            type_name(note.type),
            note.time,
            term(note.kind),
            change(note.change),
            note.note,
        )
        for note, reference in zip(document["notes"], document["references"], strict=True)
    ]
    kinds = [(term(name), f"/corrections?kind={name}", name in chosen) for name in CORRECTION_KINDS.names]
    following = _address(chosen, document["next"]) if document["next"] else None
    twin = f"/v1/corrections?kind={','.join(chosen)}" if chosen else "/v1/corrections"
    return Shown(_("Corrections"), _(_DESCRIPTION), twin, CorrectionsView(notes, kinds, following))


_DESCRIPTION = N_("Every change of a published record says why it was made: here, the newest first.")


def _address(chosen: list[str], after: str) -> str:
    query = {"kind": ",".join(chosen), "after": after} if chosen else {"after": after}
    return f"/corrections?{urlencode(query, safe=',')}"


_PARAMETERS = (
    q.terms("kind", "Why the record was changed.", CORRECTION_KINDS),
    q.opaque("after", "Where the page begins."),
)
PAGE = Page("/corrections", "corrections.html", _read, _show, {p.name: p for p in _PARAMETERS})
