"""The correction kind `enrichment`: a change that only adds; every value that was stated still stands."""

from collections.abc import Iterator
from typing import Any

from schemas.base import Json, quoted

from ..core.errors import DocumentFault
from .render import SUPERSEDING
from .step import Correction

KIND = "enrichment"
#: Members that say who holds what and when: a value more is another statement.
_FIXED = ("attribution", "position_of", "said", "valid", "answers", "assessment")
#: Relations that change how the other claim stands.
_TELLING = ("contradicts", *SUPERSEDING)


def enrichment_faults(correction: Correction, old: Json, new: Json) -> list[DocumentFault]:
    """What of a change is more than an addition, where it is called one."""
    if correction.kind != KIND:
        return []
    return [*_lost(old, new, ""), *_fixed_members(old, new), *_telling_relations(old, new)]


def _lost(old: Any, new: Any, pointer: str) -> Iterator[DocumentFault]:
    """Values that were stated and do not stand as they did."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name, value in old.items():
            yield from _lost(value, new.get(name), f"{pointer}/{name}")
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lost_members(old, new, pointer)
    elif old != new:
        yield _fault(pointer, "changes or goes")


def _lost_members(old: list[Any], new: list[Any], pointer: str) -> Iterator[DocumentFault]:
    """Members that no later member of the new list, in order, has with all that they state."""
    start = 0
    for index, member in enumerate(old):
        found = next((i for i in range(start, len(new)) if not any(_lost(member, new[i], ""))), None)
        if found is None:
            yield _fault(f"{pointer}/{index}", "changes or goes")
        else:
            start = found + 1


def _fixed_members(old: Json, new: Json) -> Iterator[DocumentFault]:
    for name in _FIXED:
        # What changes or goes is named already.
        lost = name in old and any(_lost(old[name], new.get(name), ""))
        if old.get(name) != new.get(name) and not lost:
            yield _fault(f"/{name}", "gets a value")


def _telling_relations(old: Json, new: Json) -> Iterator[DocumentFault]:
    stood = {(r["type"], r["claim"]) for r in old.get("relations", ())}
    for index, relation in enumerate(new.get("relations", ())):
        if relation["type"] in _TELLING and (relation["type"], relation["claim"]) not in stood:
            yield _fault(f"/relations/{index}", f"{relation['type']} {quoted(relation['claim'])}")


def _fault(pointer: str, happening: str) -> DocumentFault:
    return DocumentFault(
        pointer, f"{happening}, which an {KIND} does not: it only adds; name the correction by another kind"
    )
