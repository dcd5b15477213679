"""Records in a file's text made to say something else: what stays the same keeps words, comments, place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from api.records.core.registry import TYPES
from api.records.write.operations import Put
from schemas.base import Json
from schemas.plain_values import plain_values

from .checking import Finding, finding, operation_of
from .dossier_files import read_part, read_text_of
from .file_records import FileRecord
from .parts import Part, Span, parts_of
from .stating import stated
from .yaml_lists import ListReader, Place
from .yaml_text import member_lines, record_lines

_NEWLINE = re.compile(r"\r\n|\r|\n")


class FaultyFileError(ValueError):
    """What a file has against being read."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(str(findings[0]))
        self.findings = findings


class Held(NamedTuple):
    """A record that stands in a file: what it says, in the input form, and where."""

    type: str
    id: str
    members: Json
    span: Span


class Change(NamedTuple):
    """What a record in a file is to say: all its members, in the order in which new ones are written."""

    held: Held
    members: Json


def held_in(file: Path, text: str, type_: str) -> list[Held]:
    """The records of a file. Raises FaultyFileError where one cannot be read."""
    found = []
    findings: list[Finding] = []
    for entry, span in _located(file, text, type_):
        put = operation_of(entry)
        if isinstance(put, Put):
            found.append(Held(type_, put.id, _members(put), span))
        else:
            findings += [finding(entry, fault) for fault in put.refusal.faults]
    if findings:
        raise FaultyFileError(findings)
    return found


def _members(put: Put) -> Json:
    status = "published" if put.publish else "draft"
    if put.withdrawal:
        status = "merged" if put.withdrawal.into else "retracted"
    return {"id": put.id, **put.document, **stated(status, put.withdrawal)}


def _located(file: Path, text: str, type_: str) -> list[tuple[FileRecord, Span]]:
    found: list[tuple[FileRecord, Span]] = []
    for part in parts_of(text):
        read = read_part(file, part, type_)
        if read is None:
            # It was cut at what is no record.
            whole = Part(text, 0, 1, (0, len(text)), whole=True)
            return _with_spans(whole, *read_text_of(file, text, type_))
        found += _with_spans(part, *read)
    return found


def _with_spans(part: Part, entries: list[FileRecord], faults: list[Any]) -> list[tuple[FileRecord, Span]]:
    if faults:
        raise FaultyFileError([Finding(f.file, f.line, f.pointer, f.message) for f in faults])
    return list(zip(entries, part.spans(len(entries)), strict=True))


def updated(text: str, changes: Iterable[Change]) -> str:
    """A file's text in which records say something else.

    Raises ValueError where the file's layout does not allow it.
    """
    pieces, at = [], 0
    by_span: dict[tuple[int, int], list[Change]] = {}
    for change in sorted(changes, key=lambda change: change.held.span):
        by_span.setdefault(change.held.span[:2], []).append(change)
    for (start, end), some in by_span.items():
        chunk = text[start:end]
        for change in some:
            chunk = _changed(chunk, change)
        pieces += [text[at:start], chunk]
        at = end
    return "".join([*pieces, text[at:]])


def _changed(chunk: str, change: Change) -> str:
    """The text of a record, or of all records where they could not be cut, with a change."""
    before = _read(chunk, change.held.type)
    record = _Record(chunk, before[change.held.span.item][1])
    for after in (record.member_by_member(change), record.as_a_whole(change)):
        if after is not None and _differs_only_there(before, _read(after, change.held.type), change):
            return after
    raise ValueError(f"the layout of the record {change.held.id} does not allow a safe change")


_Read = list[tuple[Any, Mapping[str, Place]]]


def _read(text: str, type_: str) -> _Read:
    reader = ListReader(text, plain_values(TYPES[type_].schema), 1)
    try:
        records: _Read = list(reader.items())
    except ValueError:
        return []
    return [] if reader.faults else records


def _differs_only_there(before: _Read, after: _Read, change: Change) -> bool:
    item = change.held.span.item
    if len(before) != len(after):
        return False
    pairs = zip(before, after, strict=True)
    others = all(old == new for index, ((old, _), (new, _)) in enumerate(pairs) if index != item)
    put = operation_of(FileRecord(Path(), 0, change.held.type, after[item][0], dict))
    return others and isinstance(put, Put) and _members(put) == change.members


class _Record:
    """A record in its text."""

    def __init__(self, text: str, places: Mapping[str, Place]) -> None:
        self._text, self._places, self._own = text, places, places[""]
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._begins = [0, *(found.end() for found in _NEWLINE.finditer(text))]
        # Where blocks end, as it is reported, lies behind the comments that follow.
        outer = {pointer.rpartition("/")[0] for pointer in places if pointer}
        self._ends = [(p, place) for p, place in places.items() if place.flow or p not in outer]

    def as_a_whole(self, change: Change) -> str:
        """Its text with the record written anew."""
        lines = [line[2:] for line in record_lines(change.members)]
        return self._text[: self._own.start] + self._at_column(lines) + self._text[self._end("") :]

    def member_by_member(self, change: Change) -> str | None:
        """Its text with only those members written anew that say something else; None where they do not stand
        in lines of their own."""
        have, want = change.held.members, change.members
        starts = {name: self._start_of(name) for name in have if f"/{name}" in self._places}
        if self._own.flow or None in starts.values():
            return None
        edits = []
        for name, start in starts.items():
            end = self._end(f"/{name}")
            if name not in want:
                edits.append((self._line_of(start or 0), self._behind_line(end), ""))
            elif have[name] != want[name]:
                edits.append((start or 0, end, self._at_column(member_lines(name, want[name]))))
        if added := [line for name in want if name not in have for line in member_lines(name, want[name])]:
            at = self._end_of_line(max(self._end(f"/{name}") for name in starts if name in want))
            edits.append((at, at, self._newline + " " * self._own.column + self._at_column(added)))
        text = self._text
        for begin, end, words in sorted(edits, reverse=True):
            text = text[:begin] + words + text[end:]
        return text

    def _start_of(self, name: str) -> int | None:
        """Where a member's name stands, if it is the first thing of its line or of the record."""
        line = self._places[f"/{name}"].line
        start = self._begins[line - 1] + self._own.column
        if line == self._own.line:
            start = self._own.start
        return start if self._text.startswith(name, start) else None

    def _end(self, pointer: str) -> int:
        """Where the text of a value ends."""
        inside = f"{pointer}/"
        return max(
            max(place.start, len(self._text[: place.end].rstrip())) if place.start < place.end else place.end
            for p, place in self._ends
            if p == pointer or p.startswith(inside)
        )

    def _line_of(self, at: int) -> int:
        """Where the line around a place begins."""
        return max(begin for begin in self._begins if begin <= at)

    def _end_of_line(self, at: int) -> int:
        """Where the text of a line ends, with its comment."""
        found = _NEWLINE.search(self._text, at)
        return found.start() if found else len(self._text)

    def _behind_line(self, at: int) -> int:
        """Where the next line begins."""
        found = _NEWLINE.search(self._text, at)
        return found.end() if found else len(self._text)

    def _at_column(self, lines: list[str]) -> str:
        indent = " " * self._own.column
        return self._newline.join([lines[0], *(indent + line if line else "" for line in lines[1:])])
