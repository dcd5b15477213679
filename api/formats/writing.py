"""Exported records into a folder of dossier files, those that stand there by now kept as they are written.

All files are replaced at the end, or none: each is written beside its place first.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from api.records.core.registry import BY_PLURAL, RecordType

from .checking import Finding
from .dossier_files import decoded, files_in
from .exporting import Selection, Stated
from .file_records import LARGEST_FILE, FileFault
from .parts import parts_of
from .updating import Change, FaultyFileError, held_in, updated
from .yaml_text import record_lines

_SUFFIX: Final = ".part"
_MARK: Final = b"\xef\xbb\xbf"
_COMMENTS: Final = re.compile(r"^[ ]*#.*$", re.MULTILINE)


class DossierFolder:
    """A folder that records are exported into. Leaving it without `keep` leaves everything as it was."""

    def __init__(self, folder: Path, selection: Selection) -> None:
        self._folder, self._selection = folder, selection
        #: What was written beside its place.
        self._staged: dict[Path, Path] = {}
        self._made: list[Path] = []
        #: Ids that stand in files by now.
        self._there: set[str] = set()
        #: (plural type, `written` or `unchanged`) -> how many records.
        self.tally: Counter[tuple[str, str]] = Counter()
        #: Records by their status, but published ones.
        self.statuses: Counter[str] = Counter()
        #: Records that stand in files and are none of those exported; those that the law took out.
        self.left_alone: list[str] = []
        self.left_out: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in self._staged.values():
            part.unlink(missing_ok=True)
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()

    def pass_over(self, paths: Iterable[Path]) -> None:
        """Do not export what stands in these files."""
        for file, type_, text in _texts(paths):
            self._there.update(held.id for held in held_in(file, text, type_))

    def update(self) -> None:
        """Bring the files that stand in the folder up to what the record says.

        Raises FaultyFileError where one has faults, ValueError where one cannot be changed safely.
        """
        if not any(self._folder.glob("**/*.y*ml")):
            return
        for file, type_, text in _texts([self._folder]):
            changes = list(self._changes(file, text, type_))
            if changes:
                self._stage(file).write_bytes(_encoded(file, updated(text, changes)))

    def _changes(self, file: Path, text: str, type_: str) -> Iterator[Change]:
        held = held_in(file, text, type_)
        known = self._selection.those(each.id for each in held)
        for each in held:
            self._there.add(each.id)
            record = known.get(each.id)
            if record is None or record.type.name != type_ or record.redacted:
                self.left_alone.append(f"{file.relative_to(self._folder)}: {each.id}")
                continue
            differs = record.members != each.members
            self._count(record, "written" if differs else "unchanged")
            if differs:
                yield Change(each, record.members)

    def add(self) -> Iterator[int]:
        """Write the records that stand in no file yet; yields how many have been written so far."""
        for record_type in BY_PLURAL.values():
            yield from self._add(record_type)

    def _add(self, record_type: RecordType) -> Iterator[int]:
        files = self._files_for(record_type)
        file = None
        for record in self._selection.of_type(record_type):
            if record.id in self._there:
                continue
            if record.redacted:
                self.left_out.append(record.id)
                continue
            text = "\n".join([*record_lines(record.members), ""]).encode()
            while file is None or file.stat().st_size + len(text) + 1 > LARGEST_FILE:
                file = next(files)
            with file.open("ab") as opened:
                opened.write((b"\n" if opened.tell() else b"") + text)
            self._count(record, "written")
            yield self.tally.total()

    def _files_for(self, record_type: RecordType) -> Iterator[Path]:
        """The files for new records of a type, without what is put in their place in the end: further ones
        stand in folders of their own."""
        folders = chain([self._folder], (self._folder / f"part-{number}" for number in count(2)))
        for file in (folder / f"{record_type.plural}.yaml" for folder in folders):
            stands = self._staged.get(file, file)
            text = decoded(stands.read_bytes()) if stands.exists() else ""
            if _takes_more(text):
                ends = text.rstrip()
                self._stage(file).write_bytes(_encoded(file, f"{ends}\n" if ends else ""))
                yield self._staged[file]

    def _stage(self, file: Path) -> Path:
        """The file that is written to in the place of another."""
        if file not in self._staged:
            for folder in reversed([parent for parent in file.parents if not parent.exists()]):
                folder.mkdir()
                self._made.append(folder)
            self._staged[file] = file.with_name(f".{file.name}{_SUFFIX}")
        return self._staged[file]

    def _count(self, record: Stated, result: str) -> None:
        self.tally[record.type.plural, result] += 1
        if record.status != "published":
            self.statuses[record.status] += 1

    def keep(self) -> None:
        """Put what was written in its place."""
        for file, part in self._staged.items():
            with part.open("rb") as written:
                os.fsync(written.fileno())
            if file.exists():
                part.chmod(file.stat().st_mode)
        for file, part in self._staged.items():
            part.replace(file)
        self._staged.clear()
        self._made.clear()


def _texts(paths: Iterable[Path]) -> Iterator[tuple[Path, str, str]]:
    faults: list[FileFault] = []
    yield from files_in(paths, faults, set())
    if faults:
        raise FaultyFileError([Finding(f.file, f.line, f.pointer, f.message) for f in faults])


def _takes_more(text: str) -> bool:
    """Whether a record can be written behind what stands in a file: nothing but comments, or records at the
    left edge."""
    return not _COMMENTS.sub("", text).strip() or not next(parts_of(text)).whole


def _encoded(file: Path, text: str) -> bytes:
    """The bytes of a file's new text, with the byte-order mark that it has."""
    marked = file.exists() and file.read_bytes().startswith(_MARK)
    return (_MARK if marked else b"") + text.encode()
