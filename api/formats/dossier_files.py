"""Curated dossiers as YAML files: one folder a dossier, one file a record type, one list a file.

Made for people who write by hand: every fault of every file in one run, with its line, and every
scalar a string, because YAML would make a day of `2019-07-21` and a truth of `no`. Only the members
that are numbers or truths by the record's schema, and null, are read as such.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import islice, pairwise
from pathlib import Path
from typing import Final, NamedTuple

from api.records.core.registry import BY_PLURAL, TYPES
from schemas.plain_values import plain_values

from .file_records import LARGEST_FILE, FileFault, FileRecord, Read, require_file
from .line_files import SUFFIX as LINES
from .line_files import is_of_lines, line_parts, places_in_line, read_all_lines, read_lines
from .parts import Part, Span, parts_of
from .quick_lists import quick_items
from .yaml_lists import ListReader, Place, UnreadableError, line_at

SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True)
class ReadResult:
    """The records and the faults of some files, in the order of the files."""

    entries: list[FileRecord] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)


def read_files(paths: Iterable[Path], but: Iterable[Path] = ()) -> ReadResult:
    """Every record in `paths`: files, or folders with files `*.yaml` and `*.yml` at any depth.

    A file's name says what type its records are. No content raises an exception: what cannot be
    read is a fault, and everything beside it is read all the same. A file named twice is read once,
    and none that is in `but`.
    """
    result = ReadResult()
    seen = {os.path.realpath(file) for path in but for file in _files_of(path, [])}
    for file in _files(paths, result.faults, seen):
        try:
            for entries, faults in _form_of(file).read_all(file):
                result.entries.extend(entries)
                result.faults.extend(faults)
        except UnreadableError as error:
            result.faults.append(FileFault(file, error.line, "", error.message))
    return result


def parts_in(paths: Iterable[Path], faults: list[FileFault]) -> Iterator[tuple[Path, str, Part]]:
    """The parts of every file: it, their type, themselves; what cannot be read is added to the faults."""
    for file in _files(paths, faults, set()):
        try:
            yield from ((file, type_, part) for type_, part in _form_of(file).parts(file))
        except UnreadableError as error:
            faults.append(FileFault(file, error.line, "", error.message))


def files_in(
    paths: Iterable[Path], faults: list[FileFault], seen: set[str]
) -> Iterator[tuple[Path, str, str]]:
    """Every file once, and none that was `seen`: itself, its type, its text; what cannot be read is added to
    the faults."""
    for file in _files(paths, faults, seen):
        try:
            yield file, type_of(file), decoded(_bytes_of(file))
        except UnreadableError as error:
            faults.append(FileFault(file, error.line, "", error.message))


# Files


def _files(paths: Iterable[Path], faults: list[FileFault], seen: set[str]) -> Iterator[Path]:
    for path in paths:
        for file in _files_of(path, faults):
            # Path.resolve would raise on links in a circle.
            if (real := os.path.realpath(file)) not in seen:
                seen.add(real)
                yield file


def _files_of(path: Path, faults: list[FileFault]) -> list[Path]:
    if not os.path.lexists(path):
        faults.append(FileFault(path, 1, "", "there is no such file or folder"))
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
        faults.append(FileFault(path, 1, "", "the folder holds no YAML file (*.yaml or *.yml)"))
    return files


# Forms of files


def read_part(file: Path, part: Part, type_: str) -> Read | None:
    """The records and the faults of a part of a file; None where it was cut at what is no record."""
    return _form_of(file).read(file, part, type_)


def places_in(file: Path, type_: str, span: Span) -> dict[str, Place]:
    """The places of the values of a record without faults, read again from its file."""
    return _form_of(file).places(file, type_, span)


class _Form(NamedTuple):
    """How files of a form are read: cut into parts, with the type of each; part by part, one of them, and
    once more for the places of a record's values."""

    parts: Callable[[Path], Iterable[tuple[str, Part]]]
    read_all: Callable[[Path], Iterable[Read]]
    read: Callable[[Path, Part, str], Read | None]
    places: Callable[[Path, str, Span], dict[str, Place]]


def _form_of(file: Path) -> _Form:
    if is_of_lines(file):
        return _Form(line_parts, read_all_lines, read_lines, places_in_line)
    return _Form(_list_parts, _read_all_of_list, _read_part_of_list, _places_in_list)


# Lists of YAML


def _list_parts(file: Path) -> Iterator[tuple[str, Part]]:
    type_, text = type_of(file), decoded(_bytes_of(file))
    return ((type_, part) for part in parts_of(text))


def _read_all_of_list(file: Path) -> list[Read]:
    type_, text, found = type_of(file), decoded(_bytes_of(file)), []
    for part in parts_of(text):
        if (read := _read_part_of_list(file, part, type_)) is None:
            # A record does not end at a cut: the indices of those behind it are not those of the parts.
            return [read_text_of(file, text, type_)]
        found.append(read)
    return found


def _read_part_of_list(file: Path, part: Part, type_: str) -> Read | None:
    records = None if part.whole else quick_items(part.text, plain_values(TYPES[type_].schema))
    if records is None or not part.has(len(records)):
        entries, faults = read_text_of(file, part.text, type_, part.index, part.line)
        return (entries, faults) if faults or part.has(len(entries)) else None
    located = enumerate(zip(records, part.spans(len(records)), strict=True), part.index)
    return [
        FileRecord(file, index, type_, record, partial(_places_in_list, file, type_, span))
        for index, (record, span) in located
    ], []


def _places_in_list(file: Path, type_: str, span: Span) -> dict[str, Place]:
    try:
        text = _text_at(file, file.stat().st_mtime_ns)[span.start : span.end]
        items = ListReader(text, plain_values(TYPES[type_].schema), span.line).items()
        return next(islice(items, span.item, None))[1]
    except (OSError, UnreadableError, StopIteration):
        # It was changed in between.
        return {"": Place(span.line, span.start, span.end, 0, False)}


@lru_cache(maxsize=1)
def _text_at(file: Path, changed: int) -> str:
    """What a file held at a time: it is asked for once for each finding."""
    return decoded(_bytes_of(file))


def type_of(file: Path) -> str:
    """The record type that a file's name says.

    Raises UnreadableError where it says none.
    """
    if file.stem in BY_PLURAL and file.suffix.lower() in SUFFIXES:
        return BY_PLURAL[file.stem].name
    allowed = ", ".join([*(f"{name}.yaml" for name in BY_PLURAL), f"and *{LINES} for lines of JSON"])
    raise UnreadableError(1, f"the file's name says no record type; the names are {allowed}")


def _bytes_of(file: Path) -> bytes:
    require_file(file)
    try:
        if file.stat().st_size > LARGEST_FILE:
            megabytes = LARGEST_FILE // 1_000_000
            raise UnreadableError(1, f"the file is larger than {megabytes} MB: divide it")
        return file.read_bytes()
    except OSError as error:
        raise UnreadableError(1, f"cannot be read: {error.strerror}") from error


def decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = line_at(raw[: error.start].decode("utf-8", "replace"), error.start)
        raise UnreadableError(line, "not UTF-8: save the file in that encoding") from error


def read_text_of(file: Path, text: str, type_: str, first_index: int = 0, first_line: int = 1) -> Read:
    """The records and the faults of a YAML list, which begins with an index and at a line of the whole
    file."""
    try:
        return _read_list(file, text, type_, first_index, first_line)
    except UnreadableError as error:
        # One slip of the hand should not hide the faults of all other records, nor leave every
        # reference to them dangling.
        return _read_record_by_record(file, text, type_, (first_index, first_line), error)


# A record in a list at the left edge, or the end of a YAML document.
_CUT = re.compile(r"^(?:-(?=[ \t\r\n])|---|\.\.\.)", re.MULTILINE)


def _read_record_by_record(
    file: Path, text: str, type_: str, begins: tuple[int, int], error: UnreadableError
) -> Read:
    cuts = [cut.start() for cut in _CUT.finditer(text)]
    entries: list[FileRecord] = []
    faults: list[FileFault] = []
    unreadable = 0
    index, first_line = begins
    for start, end in pairwise([*cuts, len(text)]):
        if not text.startswith(("- ", "-\t", "-\r", "-\n"), start):
            continue
        try:
            part = _read_list(file, text[start:end], type_, index, first_line + line_at(text, start) - 1)
            entries.extend(part[0])
            faults.extend(part[1])
        except UnreadableError as fault:
            faults.append(FileFault(file, fault.line, "", fault.message))
            unreadable += 1
        index += 1
    if not unreadable:
        # It lies between the records.
        faults.append(FileFault(file, error.line, "", error.message))
    return entries, faults


def _read_list(file: Path, text: str, type_: str, first_index: int, first_line: int) -> Read:
    reader = ListReader(text, plain_values(TYPES[type_].schema), first_line)
    entries = []
    for index, (value, places) in enumerate(reader.items(), first_index):
        if isinstance(value, dict):
            entries.append(FileRecord(file, index, type_, value, partial(dict, places)))
        else:
            reader.fault(places[""].line, "", "a record is a mapping of its fields: `id: …`")
    return entries, [FileFault(file, *fault) for fault in reader.faults]
