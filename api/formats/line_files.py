"""Files of records as lines of JSON, as an export gives them: of any types, read a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from api.records.core.registry import TYPES
from schemas.base import Fault
from schemas.strict_json import read_json

from .file_records import LARGEST_FILE, FileRecord, Read, require_file
from .parts import RECORDS_A_PART, Part, Span
from .yaml_lists import Place, UnreadableError

SUFFIX: Final = ".ndjson"


def is_of_lines(file: Path) -> bool:
    """Whether a file's name says that it holds lines of JSON."""
    return file.suffix.lower() == SUFFIX


def line_parts(file: Path) -> Iterator[tuple[str, Part]]:
    """(type, part) by part: lines that follow one another and are of one type.

    Raises UnreadableError for a line that is no record, and for a file that cannot be read.
    """
    type_, lines, first = "", list[str](), 1
    index = 0
    for number, line in enumerate(_lines(file), 1):
        own = _type_of(line, number) if line.strip() else ""
        if lines and (own != type_ or len(lines) == RECORDS_A_PART):
            yield type_, _part(lines, index, first)
            index += len(lines)
            lines = []
        if own:
            type_, first = own, first if lines else number
            lines.append(line)
    if lines:
        yield type_, _part(lines, index, first)


def _lines(file: Path) -> Iterator[str]:
    require_file(file)
    number = 0
    try:
        with file.open("rb") as opened:
            for number, line in enumerate(iter(partial(opened.readline, LARGEST_FILE), b""), 1):
                if len(line) == LARGEST_FILE:
                    raise UnreadableError(number, f"the line has {LARGEST_FILE // 1_000_000} MB or more")
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(number, "not UTF-8: save the file in that encoding") from error
    except OSError as error:
        raise UnreadableError(1, f"cannot be read: {error.strerror}") from error


def _type_of(line: str, number: int) -> str:
    """The type of the record in a line, which is read as strictly as a body: later it need not be again."""
    try:
        record = read_json(line.encode())
    except ValueError as error:
        raise UnreadableError(number, f"the line is not JSON that can be kept: {error}") from error
    if not isinstance(record, dict):
        raise UnreadableError(number, "the line is no record: each is an object of JSON")
    if record.get("type") not in TYPES:
        raise UnreadableError(number, Fault.of_choice("a record type", str(record.get("type")), TYPES))
    return str(record["type"])


def _part(lines: list[str], index: int, line: int) -> Part:
    starts = [0]
    for each in lines:
        starts.append(starts[-1] + len(each))
    return Part("".join(lines), index, line, tuple(starts))


def read_all_lines(file: Path) -> Iterator[Read]:
    """The records of every part. Raises UnreadableError as `line_parts` does, when those before are read."""
    return (read_lines(file, part, type_) for type_, part in line_parts(file))


def read_lines(file: Path, part: Part, type_: str) -> Read:
    """The records of a part; that nothing is wrong with its lines was seen when it was cut."""
    first, spans = part.starts[0], part.spans(len(part.starts) - 1)
    return [
        FileRecord(
            file,
            index,
            type_,
            orjson.loads(part.text[span.start - first : span.end - first]),
            partial(places_in_line, file, type_, span),
        )
        for index, span in enumerate(spans, part.index)
    ], []


def places_in_line(_file: Path, _type: str, span: Span) -> dict[str, Place]:
    """Where everything in a line stands: in it."""
    return {"": Place(span.line, 0, 0, 0, False)}
