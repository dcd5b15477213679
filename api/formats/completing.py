"""Completing mappings in dossier files (locators, records), whose comments, order and layout stay."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .dossier_files import decoded, read_text_of, type_of
from .file_records import FileRecord
from .yaml_lists import Place


class Change(NamedTuple):
    """Members that a mapping in a file shall have: in which record of the file's list (`record`, from 0),
    and where in it (JSON pointer). Members that stand there already are given as they are, or left out."""

    record: int
    pointer: str
    members: dict[str, Any]


def complete_members(file: Path, changes: Sequence[Change]) -> None:
    """Complete mappings in a file, which keeps its comments, order and layout.

    Members that the file lacks are added, null ones get their value. The file is replaced as a whole
    or stays as it was.

    Raises ValueError where a change would alter what stands in the file, where a pointer
    names no mapping, or where the file has faults; OSError where it cannot be written.
    """
    # The text is edited at the places that ruamel.yaml reports rather than dumped by it: a dump
    # rewraps plain text and indents anew what the curator did not touch.
    target = file.resolve()
    raw = target.read_bytes()
    text = decoded(raw)
    entries = _faultless(target, text)
    edits = [edit for change in changes for edit in _edits(text, _entry(entries, change), change)]
    completed = _edited(text, edits)
    _require_only(changes, entries, _faultless(target, completed))
    mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
    _replace(target, mark + completed.encode())


_Edit = tuple[int, int, str]


def _faultless(file: Path, text: str) -> list[FileRecord]:
    entries, faults = read_text_of(file, text, type_of(file))
    if faults:
        raise ValueError(f"{faults[0]}; correct the file first")
    return entries


def _entry(entries: list[FileRecord], change: Change) -> FileRecord:
    for entry in entries:
        if entry.index == change.record:
            return entry
    raise ValueError(f"the file has no record number {change.record}")


def _mapping(record: dict[str, Any], pointer: str) -> dict[str, Any]:
    value: Any = record
    for token in pointer.split("/")[1:]:
        try:
            value = value[int(token) if isinstance(value, list) else token]
        except (LookupError, TypeError, ValueError):
            value = None
    if isinstance(value, dict):
        return value
    raise ValueError(f"{pointer} names no mapping")


def _edits(text: str, entry: FileRecord, change: Change) -> Iterator[_Edit]:
    _, pointer, completed = change
    present = _mapping(entry.record, pointer)
    for name, value in present.items():
        if value is not None and completed.get(name, value) != value:
            raise ValueError(f"{pointer}/{name} stands in {entry.file}:{entry.line_of(pointer)}")
        if value is None and name in completed:
            place = entry.places[f"{pointer}/{name}"]
            space = "" if place.start < place.end else " "
            yield place.start, place.end, space + _inline(completed[name])
    added = [f"{name}: {_inline(completed[name])}" for name in completed if name not in present]
    if added:
        last = entry.places[f"{pointer}/{_last(present, pointer)}"] if present else None
        yield _insertion(text, entry.places[pointer], last, added)


def _last(present: dict[str, Any], pointer: str) -> str:
    """The member behind which others are added: in a record one that is no list, because comments on the
    next record would end the list."""
    plain = [name for name, value in present.items() if pointer or not isinstance(value, dict | list)]
    return plain[-1]


def _insertion(text: str, locator: Place, last: Place | None, members: list[str]) -> _Edit:
    newline = "\r\n" if "\r\n" in text else "\n"
    if last is None:
        return locator.start + 1, locator.start + 1, ", ".join(members)
    if locator.flow:
        indent = "," + newline + " " * (locator.column + 1)
        return last.end, last.end, indent + indent.join(members)
    indent = newline + " " * locator.column
    # A block scalar ends on the line after it; a comment may follow on the line of any other.
    line_end = re.compile(r"$|\r", re.MULTILINE).search(text, len(text[: last.end].rstrip()))
    at = line_end.start() if line_end else len(text)
    return at, at, indent + indent.join(members)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_inline(value[name])}" for name in value) + "}"
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9:-]*[A-Za-z0-9]", value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _edited(text: str, edits: Iterable[_Edit]) -> str:
    # From the last to the first, so that the places of the others stay true.
    for start, end, words in sorted(edits, reverse=True):
        text = text[:start] + words + text[end:]
    return text


def _require_only(changes: Sequence[Change], before: list[FileRecord], after: list[FileRecord]) -> None:
    """Refuse a text in which anything but the changes has changed."""
    for change in changes:
        _mapping(_entry(before, change).record, change.pointer).update(change.members)
    if [entry.record for entry in before] != [entry.record for entry in after]:
        raise ValueError("the file's layout does not allow a safe change; write by hand")


def _replace(file: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as copy:
            copy.write(content)
            copy.flush()
            os.fsync(copy.fileno())
        os.chmod(name, file.stat().st_mode)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
