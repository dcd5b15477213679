"""The history of a record, with what each revision changed in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from api.records.core.state import State
from api.records.read.revisions import Revision, read_revisions
from schemas.base import Json

from .words import change, member, term

#: Revisions that a page shows; the newest count.
MOST = 30
#: Lines of a member that a difference shows, and words up to which a text is compared word by word.
_MOST_LINES, _MOST_WORDS = 24, 400


@dataclass(frozen=True)
class Difference:
    """What became of one member: (`same`, `del` or `ins`; text) in reading order.

    `in_text`: the parts run on as one text; else each is a line of its own.
    """

    member: str
    parts: list[tuple[str, str]]
    in_text: bool = False


@dataclass(frozen=True)
class Entry:
    """A revision as a page shows it; `as_of` is the moment at which the record stood so."""

    number: int
    time: str
    change: str
    kind: str | None
    note: str | None
    as_of: str
    differences: list[Difference]


def revisions_of(state: State, record: Json) -> list[Revision]:
    """The newest revisions of a record, oldest first, and one before them to compare with."""
    return read_revisions(state, record["id"], max(0, record["meta"]["revision"] - MOST - 1), MOST)


def history(revisions: list[Revision]) -> list[Entry]:
    """Revisions as entries, the newest first."""
    earlier: list[Revision | None] = [None, *revisions[:-1]]
    entries = [_entry(before, after) for before, after in zip(earlier, revisions, strict=True)]
    return entries[::-1][:MOST]


def _entry(before: Revision | None, after: Revision) -> Entry:
    old, new = before.document if before else None, after.document
    return Entry(
        after.number,
        after.time,
        change(after.change),
        term(after.kind) if after.kind else None,
        after.note,
        f"seq:{after.seq}",
        differences(old, new) if old is not None and new is not None else [],
    )


def differences(before: Json, after: Json) -> list[Difference]:
    """What changed between two documents, member by member."""
    members = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [_difference(name, before.get(name), after.get(name)) for name in members]


def _difference(name: str, before: Any, after: Any) -> Difference:
    if isinstance(before, str) and isinstance(after, str):
        return Difference(member(name), _word_by_word(before, after), True)
    old, new = list(_lines(before)), list(_lines(after))
    removed = [("del", line) for line in old if line not in new]
    added = [("ins", line) for line in new if line not in old]
    parts = removed + added
    if len(parts) > _MOST_LINES:
        parts = [*parts[:_MOST_LINES], ("same", "…")]
    # Only the order of its lines is another.
    return Difference(member(name), parts or [("same", "⇅")])


def _word_by_word(before: str, after: str) -> list[tuple[str, str]]:
    old, new = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    if len(old) + len(new) > 2 * _MOST_WORDS:
        return [("del", before), ("ins", after)]
    parts: list[tuple[str, str]] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("same", "".join(old[i:j])))
        else:
            parts += [(tag, "".join(words)) for tag, words in (("del", old[i:j]), ("ins", new[k:m])) if words]
    return parts


def _lines(value: Any, path: str = "") -> Iterator[str]:
    """A value as lines, each with the way to it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _lines(inner, f"{path} › {member(name)}" if path else member(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _lines(inner, path)
    elif value is not None:
        yield f"{path}: {value}" if path else str(value)
