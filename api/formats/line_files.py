"""Files of records as lines of JSON, as an export gives them: of any types, read a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from api.records.core.registry import TYPES
from schemas.base import Fault
from schemas.strict_json import read_json

from .parts import RECORDS_A_PART, Part
from .yaml_lists import Place, UnreadableError

if TYPE_CHECKING:
    from .dossier_files import FileRecord

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
    number = 0
    try:
        with file.open("rb") as opened:
            for number, line in enumerate(opened, 1):
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


def records_in(part: Part) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(index in its file, line, record) of each."""
    spans = part.spans(len(part.starts) - 1)
    for index, span in enumerate(spans, part.index):
        start = span.start - part.starts[0]
        yield index, span.line, orjson.loads(part.text[start : span.end - part.starts[0]])


def place_of(line: int) -> dict[str, Place]:
    """Where everything in a line stands: in it."""
    return {"": Place(line, 0, 0, 0, False)}


def entries_in(file: Path, part: Part, type_: str, record: type[FileRecord]) -> list[FileRecord]:
    """The records of a part as a file states them."""
    return [
        record(file, index, type_, found, partial(place_of, line)) for index, line, found in records_in(part)
    ]
