"""Records and faults as they stand in files, whatever form these have."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from .yaml_lists import Place, UnreadableError

#: Bytes that are read at once, at most: a file of YAML, or a line of JSON.
LARGEST_FILE: Final = 20_000_000


@dataclass(frozen=True)
class FileFault:
    """Something wrong in a file: at a line (from 1), in the member that a JSON pointer names."""

    file: Path
    line: int
    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.pointer or '/'}: {self.message}"


@dataclass(frozen=True)
class FileRecord:
    """One record as it stands in a file: its type, and its index in the file's list, from 0."""

    file: Path
    index: int
    type: str
    record: dict[str, Any]
    #: Finds the places of all values in it, by JSON pointer.
    find: Callable[[], dict[str, Place]] = field(repr=False, compare=False)

    @cached_property
    def places(self) -> dict[str, Place]:
        """The places of all values in the record, by JSON pointer."""
        return self.find()

    def line_of(self, pointer: str) -> int:
        """The line, from 1, of what a JSON pointer (RFC 6901) into the record names.

        What is not there has the line of the nearest member around it.
        """
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places[pointer].line


#: The records and the faults of a file, or of a part of one.
Read = tuple[list[FileRecord], list[FileFault]]


def require_file(file: Path) -> None:
    """Raise UnreadableError for a pipe or a device, which would keep the reader waiting."""
    if not os.path.isfile(file):
        raise UnreadableError(1, "cannot be read: not a file")
