"""Curated dossiers as YAML files: one folder a dossier, one file a record type, one list a file.

Made for people who write by hand: every fault of every file in one run, with its line, and every
scalar a string, because YAML would make a day of `2019-07-21` and a truth of `no`. Only the members
that are numbers or truths in a record (`_TYPED`), and null, are read as such.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

RECORD_TYPES: Final = {
    "dossiers": "dossier",
    "parties": "party",
    "places": "place",
    "sources": "source",
    "dates": "date",
    "claims": "claim",
}
SUFFIXES: Final = (".yaml", ".yml")
LARGEST_FILE: Final = 20_000_000

# The edge words of an assessment's citation are six deep. What is far deeper is no record, and the
# time that ruamel.yaml takes for open brackets grows with the square of their number.
DEEPEST: Final = 32


@dataclass(frozen=True)
class Fault:
    """Something wrong in a file: at a line (from 1), in the member that a JSON pointer names."""

    file: Path
    line: int
    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.pointer or '/'}: {self.message}"


class Place(NamedTuple):
    """Where a value stands in its file.

    `line` is that of the member's name, from 1; `start`, `end` and `column` are those of the value,
    from 0, in characters; `flow` says that it is a mapping or list in brackets.
    """

    line: int
    start: int
    end: int
    column: int
    flow: bool


@dataclass(frozen=True)
class Entry:
    """One record as it stands in a file: its type, and its index in the file's list, from 0."""

    file: Path
    index: int
    type: str
    record: dict[str, Any]
    places: dict[str, Place] = field(repr=False, compare=False)

    def line_of(self, pointer: str) -> int:
        """The line, from 1, of what a JSON pointer (RFC 6901) into the record names.

        What is not there has the line of the nearest member around it.
        """
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places[pointer].line


@dataclass(frozen=True)
class ReadResult:
    """The records and the faults of some files, in the order of the files."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_files(paths: Iterable[Path]) -> ReadResult:
    """Every record in `paths`: files, or folders with files `*.yaml` and `*.yml` at any depth.

    A file's name says what type its records are. No content raises an exception: what cannot be
    read is a fault, and everything beside it is read all the same. A file named twice is read once.
    """
    result = ReadResult()
    for file in _files(paths, result.faults):
        _read_file(file, result)
    return result


def write_locators(file: Path, changes: Sequence[tuple[int, str, dict[str, Any]]]) -> None:
    """Complete the locators of citations in a file, which keeps its comments, order and layout.

    A change is the index of a record in the file's list, the JSON pointer of a locator in that
    record, and the complete locator, as `spans.anchor` makes it. Members that the file lacks are
    added, null ones get their value. The file is replaced as a whole or stays as it was.

    Raises ValueError where a change would alter or drop what stands in the file, where a pointer
    names no locator, or where the file has faults; OSError where it cannot be written.
    """
    # The text is edited at the places that ruamel.yaml reports rather than dumped by it: a dump
    # rewraps plain text and indents anew what the curator did not touch.
    target = file.resolve()
    raw = target.read_bytes()
    text = _decoded(raw)
    entries = _faultless(target, text)
    edits = [edit for change in changes for edit in _edits(text, _entry(entries, change), change)]
    completed = _edited(text, edits)
    _require_only(changes, entries, _faultless(target, completed))
    mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
    _replace(target, mark + completed.encode())


# Files


def _files(paths: Iterable[Path], faults: list[Fault]) -> Iterator[Path]:
    seen: set[str] = set()
    for path in paths:
        for file in _files_of(path, faults):
            # Path.resolve would raise on links in a circle.
            if (real := os.path.realpath(file)) not in seen:
                seen.add(real)
                yield file


def _files_of(path: Path, faults: list[Fault]) -> list[Path]:
    if not os.path.lexists(path):
        faults.append(Fault(path, 1, "", "there is no such file or folder"))
        return []
    if not os.path.isdir(path):
        return [path]
    files = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in SUFFIXES
        and not os.path.isdir(file)
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not files:
        faults.append(Fault(path, 1, "", "the folder holds no YAML file (*.yaml or *.yml)"))
    return files


def _read_file(file: Path, result: ReadResult) -> None:
    try:
        entries, faults = _read_text(file, _decoded(_bytes_of(file)), _type_of(file))
    except _UnreadableError as error:
        result.faults.append(Fault(file, error.line, "", error.message))
        return
    result.entries.extend(entries)
    result.faults.extend(faults)


def _type_of(file: Path) -> str:
    if file.stem in RECORD_TYPES and file.suffix.lower() in SUFFIXES:
        return RECORD_TYPES[file.stem]
    allowed = ", ".join(f"{name}.yaml" for name in RECORD_TYPES)
    raise _UnreadableError(1, f"the file's name says no record type; the names are {allowed}")


def _bytes_of(file: Path) -> bytes:
    if not os.path.isfile(file):
        # A pipe or a device would keep the reader waiting.
        raise _UnreadableError(1, "cannot be read: not a file")
    try:
        if file.stat().st_size > LARGEST_FILE:
            megabytes = LARGEST_FILE // 1_000_000
            raise _UnreadableError(1, f"the file is larger than {megabytes} MB: divide it")
        return file.read_bytes()
    except OSError as error:
        raise _UnreadableError(1, f"cannot be read: {error.strerror}") from error


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_at(raw[: error.start].decode("utf-8", "replace"), error.start)
        raise _UnreadableError(line, "not UTF-8: save the file in that encoding") from error


def _line_at(text: str, position: int) -> int:
    return len(re.findall(r"\r\n|\r|\n", text[:position])) + 1


# Records


class _UnreadableError(ValueError):
    """What ends the reading of a file, or of one record of it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


def _read_text(file: Path, text: str, type_: str) -> tuple[list[Entry], list[Fault]]:
    try:
        return _read_part(file, text, type_)
    except _UnreadableError as error:
        # One slip of the hand should not hide the faults of all other records, nor leave every
        # reference to them dangling.
        return _read_record_by_record(file, text, type_, error)


# A record in a list at the left edge, or the end of a YAML document.
_CUT = re.compile(r"^(?:-(?=[ \t\r\n])|---|\.\.\.)", re.MULTILINE)


def _read_record_by_record(
    file: Path, text: str, type_: str, error: _UnreadableError
) -> tuple[list[Entry], list[Fault]]:
    cuts = [cut.start() for cut in _CUT.finditer(text)]
    entries: list[Entry] = []
    faults: list[Fault] = []
    unreadable = 0
    index = 0
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        if not text.startswith(("- ", "-\t", "-\r", "-\n"), start):
            continue
        try:
            part = _read_part(file, text[start:end], type_, index, _line_at(text, start))
            entries.extend(part[0])
            faults.extend(part[1])
        except _UnreadableError as fault:
            faults.append(Fault(file, fault.line, "", fault.message))
            unreadable += 1
        index += 1
    if not unreadable:
        # It lies between the records.
        faults.append(Fault(file, error.line, "", error.message))
    return entries, faults


def _read_part(
    file: Path, text: str, type_: str, first_index: int = 0, first_line: int = 1
) -> tuple[list[Entry], list[Fault]]:
    """The records of a YAML list, which begins at a line and with an index of the whole file."""
    reader = _ListReader(text, type_, first_line)
    entries = []
    for index, (value, places) in enumerate(reader.items(), first_index):
        if isinstance(value, dict):
            entries.append(Entry(file, index, type_, value, places))
        else:
            reader.fault(places[""].line, "", "a record is a mapping of its fields: `id: …`")
    return entries, [Fault(file, *fault) for fault in reader.faults]


def _truth(value: str) -> bool | None:
    return {"true": True, "false": False}.get(value)


def _integer(value: str) -> int | None:
    return int(value) if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value, re.ASCII) else None


def _number(value: str) -> float | None:
    plain = re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", value, re.ASCII)
    return float(value) if plain else None


# The members that are not strings, by record type (None: any) and pointer. A value that is not of
# the kind stays a string, so that the schema says what is allowed. `page` and `timecode` are
# strings: there are pages xii and 4-5.
_TYPED: Final[tuple[tuple[str | None, re.Pattern[str], Callable[[str], Any]], ...]] = (
    ("source", re.compile(r"/held"), _truth),
    (None, re.compile(r"/.*/locator/paragraph"), _integer),
    (None, re.compile(r"/.*/locator/position/(start|end)"), _integer),
    ("place", re.compile(r"/coordinates/(latitude|longitude)"), _number),
)


# What is left out says where documents begin and end.
_EVENTS: Final = (NodeEvent, SequenceEndEvent, MappingEndEvent, StreamEndEvent)


class _ListReader:
    """The items of a YAML list, from ruamel.yaml's events: values with their places, and faults.

    Built from events because nodes and round-trip objects have lost by then what we must refuse
    (aliases, doubled names) or know (how a scalar was written).
    """

    def __init__(self, text: str, type_: str, first_line: int) -> None:
        self._text = text
        self._type = type_
        self._first_line = first_line
        self._events = self._parsed()
        self._places: dict[str, Place] = {}
        self.faults: list[tuple[int, str, str]] = []

    def items(self) -> Iterator[tuple[Any, dict[str, Place]]]:
        """Each item and the places of all values in it, by JSON pointer from the item on."""
        start = next(self._events)
        if isinstance(start, StreamEndEvent) or _is_null(start):
            return
        if not isinstance(start, SequenceStartEvent):
            raise _UnreadableError(self._line(start), "the file is a list of records: `- id: …`")
        for event in self._until(SequenceEndEvent):
            self._places = {}
            yield self._value(event, "", self._line(event), 1), self._places
        beyond = next(self._events)
        if not isinstance(beyond, StreamEndEvent):
            raise _UnreadableError(self._line(beyond), "a second YAML document: one list a file")

    def fault(self, line: int, pointer: str, message: str) -> None:
        self.faults.append((line, pointer, message))

    def _parsed(self) -> Iterator[Event]:
        try:
            for event in YAML(typ="safe", pure=True).parse(self._text):
                if isinstance(event, _EVENTS):
                    yield event
        except MarkedYAMLError as error:
            raise self._syntax_error(error) from error
        except ReaderError as error:
            line = self._first_line + _line_at(self._text, error.position) - 1
            raise _UnreadableError(line, f"a control character (U+{error.character:04X})") from error

    def _syntax_error(self, error: MarkedYAMLError) -> _UnreadableError:
        problem = error.problem or error.context or "not YAML"
        mark = error.problem_mark or error.context_mark
        for words, explained in _EXPLAINED.items():
            if words in problem:
                problem = explained
        # The line where a quotation mark or bracket was opened says more than where the file ends.
        if error.context_mark and ("not closed" in problem):
            mark = error.context_mark
        return _UnreadableError(self._first_line + (mark.line if mark else 0), problem)

    def _line(self, event: Event) -> int:
        return self._first_line + int(event.start_mark.line)

    def _until(self, end: type[Event]) -> Iterator[Event]:
        for event in self._events:
            if isinstance(event, end):
                self._end = event
                return
            yield event

    def _value(self, event: Event, pointer: str, line: int, depth: int) -> Any:
        if depth > DEEPEST:
            raise _UnreadableError(self._line(event), f"nested more than {DEEPEST} levels deep")
        self._refuse_machinery(event, pointer)
        value: Any = None
        end = event
        if isinstance(event, ScalarEvent):
            value = self._scalar(event, pointer)
        elif isinstance(event, SequenceStartEvent):
            value = self._list(pointer, depth)
            end = self._end
        elif isinstance(event, MappingStartEvent):
            value = self._mapping(pointer, depth)
            end = self._end
        start_mark, end_mark = event.start_mark, end.end_mark
        flow = bool(getattr(event, "flow_style", False))
        self._places[pointer] = Place(line, start_mark.index, end_mark.index, start_mark.column, flow)
        return value

    def _refuse_machinery(self, event: Event, pointer: str) -> None:
        line = self._line(event)
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, AliasEvent):
            self.fault(line, pointer, f"an alias (*{anchor}): write the value out")
        elif anchor:
            self.fault(line, pointer, f"an anchor (&{anchor}): remove it, aliases are not read")
        if tag:
            self.fault(line, pointer, f"a tag ({tag}): remove it")

    def _list(self, pointer: str, depth: int) -> list[Any]:
        return [
            self._value(event, f"{pointer}/{index}", self._line(event), depth + 1)
            for index, event in enumerate(self._until(SequenceEndEvent))
        ]

    def _mapping(self, pointer: str, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for event in self._until(MappingEndEvent):
            name = self._name(event, pointer, depth)
            line = self._line(event)
            member = f"{pointer}/{_escaped(name)}"
            places = self._places
            if name in members:
                self.fault(line, member, f"`{name}` stands here twice")
                self._places = {}
            value = self._value(next(self._events), member, line, depth + 1)
            # The first of a doubled name counts, with the places inside it.
            self._places = places
            members.setdefault(name, value)
        return members

    def _name(self, event: Event, pointer: str, depth: int) -> str:
        if isinstance(event, ScalarEvent):
            self._refuse_machinery(event, pointer)
            return self._characters(event, pointer)
        raise _UnreadableError(self._line(event), "the name of a field is one word")

    def _scalar(self, event: ScalarEvent, pointer: str) -> Any:
        if _is_null(event):
            return None
        value = self._characters(event, pointer)
        if event.style:
            return value
        for type_, pattern, converted in _TYPED:
            if type_ in (None, self._type) and pattern.fullmatch(pointer):
                typed = converted(value)
                return value if typed is None else typed
        return value

    def _characters(self, event: ScalarEvent, pointer: str) -> str:
        value = str(event.value)
        try:
            value.encode()
        except UnicodeEncodeError:
            self.fault(self._line(event), pointer, "half of a surrogate pair (\\ud800 to \\udfff)")
            return value.encode("utf-8", "replace").decode()
        return value


_EXPLAINED: Final = {
    "found character '\\t'": "a tab: indent with spaces",
    "mapping values are not allowed here": (
        "`: ` inside a value, or a wrong indentation: put the value in quotes"
    ),
    "found unexpected end of stream": "a quotation mark that is not closed",
    "expected ',' or '}'": "a bracket { that is not closed, or a comma that is missing in it",
    "expected ',' or ']'": "a bracket [ that is not closed, or a comma that is missing in it",
    "could not find expected ':'": "a name without `: ` behind it, or a wrong indentation",
    "expected <block end>": "a wrong indentation, or text behind a closing quotation mark",
}


def _is_null(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and not event.style and event.value in ("", "~", "null")


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


# Writing locators

_Change = tuple[int, str, dict[str, Any]]
_Edit = tuple[int, int, str]


def _faultless(file: Path, text: str) -> list[Entry]:
    entries, faults = _read_text(file, text, _type_of(file))
    if faults:
        raise ValueError(f"{faults[0]}; correct the file first")
    return entries


def _entry(entries: list[Entry], change: _Change) -> Entry:
    for entry in entries:
        if entry.index == change[0]:
            return entry
    raise ValueError(f"the file has no record number {change[0]}")


def _locator(record: dict[str, Any], pointer: str) -> dict[str, Any]:
    value: Any = record
    for token in pointer.split("/")[1:]:
        try:
            value = value[int(token) if isinstance(value, list) else token]
        except (LookupError, TypeError, ValueError):
            value = None
    if not pointer.endswith("/locator") or not isinstance(value, dict):
        raise ValueError(f"{pointer} names no locator")
    return value


def _edits(text: str, entry: Entry, change: _Change) -> Iterator[_Edit]:
    _, pointer, completed = change
    present = _locator(entry.record, pointer)
    for name, value in present.items():
        if value is not None and completed.get(name) != value:
            raise ValueError(f"{pointer}/{name} stands in {entry.file}:{entry.line_of(pointer)}")
        if value is None and name in completed:
            place = entry.places[f"{pointer}/{name}"]
            space = "" if place.start < place.end else " "
            yield place.start, place.end, space + _inline(completed[name])
    added = [f"{name}: {_inline(completed[name])}" for name in completed if name not in present]
    if added:
        last = entry.places[f"{pointer}/{[*present][-1]}"] if present else None
        yield _insertion(text, entry.places[pointer], last, added)


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


def _require_only(changes: Sequence[_Change], before: list[Entry], after: list[Entry]) -> None:
    """Refuse a text in which anything but the changes has changed."""
    for index, pointer, completed in changes:
        locator = _locator(_entry(before, (index, pointer, completed)).record, pointer)
        locator.update(completed)
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
