"""The page of changes: everything that became public, was changed or went, the newest first."""

from dataclasses import dataclass

import orjson

from api.records.core.registry import TYPES
from api.records.read.feed import feed_bounds, read_changes
from schemas import query as q
from schemas.base import Json

from .links import Link, link_to
from .page import Asked, Page, Shown
from .translating import N_, _
from .words import change as change_name
from .words import term, type_name

_LIMIT = 50


@dataclass(frozen=True)
class Change:
    """An entry of the feed."""

    seq: int
    time: str
    change: str
    type: str
    link: Link
    kind: str | None
    note: str | None


@dataclass(frozen=True)
class ChangesView:
    """The page of changes; `earlier`: where those before them are."""

    changes: list[Change]
    earlier: str | None


def _read(asked: Asked) -> Json:
    floor, last = feed_bounds(asked.state.database)
    end = min(asked.query["before"] - 1, last) if "before" in asked.query.given else last
    since = max(end - _LIMIT, floor, 0)
    entries = read_changes(asked.state.database, since, end - since).entries if end > since else []
    found = [orjson.loads(entry) for entry in entries]
    references = [_reference(entry) for entry in found]
    return {"entries": found, "references": references, "since": since, "floor": floor}


def _show(document: Json, asked: Asked) -> Shown:
    both = zip(document["entries"], document["references"], strict=True)
    changes = [_change(entry, link_to(reference)) for entry, reference in both][::-1]
    since = document["since"]
    earlier = f"/changes?before={since + 1}" if since > max(document["floor"], 0) else None
    twin = f"/v1/changes?since={since}"
    return Shown(_("Changes"), _(_DESCRIPTION), twin, ChangesView(changes, earlier))


_DESCRIPTION = N_("Everything that became public here, was changed or was withdrawn, the newest first.")


def _reference(entry: Json) -> Json:
    """The record of an entry, by the name that it has in the feed."""
    record, record_type = entry["record"], TYPES[entry["type"]]
    return record_type.reference(entry["id"], record[record_type.title] if record else entry["id"])


def _change(entry: Json, link: Link) -> Change:
    correction = entry["correction"] or {}
    return Change(
        entry["seq"],
        entry["time"],
        change_name(entry["change"]),
        type_name(entry["type"]),
        link,
        term(correction["kind"]) if "kind" in correction else None,
        correction.get("note"),
    )


_PARAMETERS = (q.number("before", "The number before which the changes are.", 1, 10**15),)
PAGE = Page("/changes", "changes.html", _read, _show, {p.name: p for p in _PARAMETERS})
