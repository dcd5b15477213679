"""What files hold, ready to be put into the record, on disk; in memory is where each record stands."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from api.records.write.operations import Put, Withdraw, Withdrawal

from .dossier_files import places_in
from .file_records import LARGEST_FILE, FileRecord
from .parts import Span
from .preparing import Located, Prepared, prepared, prepared_put, put_of


class Harvest:
    """The records of faultless files, numbered from 0 in the order of the files.

    A record takes about 250 bytes of memory; its document lies in a file that has no name and is gone with
    the process.
    """

    def __init__(self) -> None:
        self._documents = TemporaryFile()  # noqa: SIM115  # it is closed with the harvest
        self.clear()

    def clear(self) -> None:
        """Be empty."""
        self._documents.seek(0)
        self._files: list[tuple[Path, str]] = []
        #: For each record: its file, its index in it, its span.
        self._places = {name: array("I") for name in ("file", "index", *Span._fields)}
        self._offsets = array("Q", [0])
        self._public = array("B")
        #: Why records are withdrawn, which are few, by their numbers.
        self._withdrawals: dict[int, Withdrawal] = {}
        #: Every id that is named, with its number; for each number the record that has it, or that asks the
        #: question of that id, or none (-1).
        self._names: dict[str, int] = {}
        self._records, self._asking = array("l"), array("l")
        self._ids: list[str] = []
        self._needs = array("I")
        self._needs_end = array("I", [0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._documents.close()

    def __len__(self) -> int:
        return len(self._public)

    def take(self, parts: Iterable[Located], jobs: int) -> Iterator[bool]:
        """Take the records of the parts in; yields after each whether all is well: an id that stands twice is
        a fault, and so is what is no record."""
        for located, records in prepared(parts, jobs):
            yield records is not None and all(self._add_all(located, records))

    def _add_all(self, located: Located, records: list[Prepared]) -> Iterator[bool]:
        spans = located.part.spans(len(records))
        for index, (record, span) in enumerate(zip(records, spans, strict=True), located.part.index):
            yield self.add(located.file, located.type, index, span, record)

    def add_entry(self, entry: FileRecord, put: Put) -> None:
        """Take a record in by itself."""
        whole = Span(0, LARGEST_FILE, 1, entry.index)
        self.add(entry.file, entry.type, entry.index, whole, prepared_put(put))

    def add(self, file: Path, type_: str, index: int, span: Span, record: Prepared) -> bool:
        """Take a record in; whether no other has its id."""
        if not self._files or self._files[-1] != (file, type_):
            self._files.append((file, type_))
        for name, value in zip(self._places, (len(self._files) - 1, index, *span), strict=True):
            self._places[name].append(value)
        self._documents.write(record.document)
        return self._add(record)

    def _add(self, record: Prepared) -> bool:
        number = len(self)
        self._offsets.append(self._offsets[-1] + len(record.document))
        self._public.append(record.publish)
        if record.withdrawal:
            self._withdrawals[number] = record.withdrawal
        self._needs.extend(map(self._number_of, record.needs))
        self._needs_end.append(len(self._needs))
        self._ids.append(record.id)
        for question in record.asks:
            self._asking[self._number_of(question)] = number
        own = self._number_of(record.id)
        is_first = self._records[own] < 0
        self._records[own] = number
        return is_first

    def _number_of(self, name: str) -> int:
        if name not in self._names:
            self._names[name] = len(self._names)
            self._records.append(-1)
            self._asking.append(-1)
        return self._names[name]

    def needs(self, number: int) -> list[int]:
        """The other records of the harvest that one names, or whose questions it answers."""
        named = self._needs[self._needs_end[number] : self._needs_end[number + 1]]
        found = (other for name in named for other in (self._records[name], self._asking[name]))
        return [other for other in found if other not in (-1, number)]

    def id_of(self, number: int) -> str:
        """The id of a record."""
        return self._ids[number]

    def operation(self, number: int) -> Put:
        """What puts a record in."""
        start, end = self._offsets[number], self._offsets[number + 1]
        self._documents.flush()
        document = os.pread(self._documents.fileno(), end - start, start)
        _, type_ = self._files[self._places["file"][number]]
        withdrawal = self._withdrawals.get(number)
        return put_of(type_, self.id_of(number), document, bool(self._public[number]), withdrawal)

    def withdrawals(self) -> dict[int, Withdraw]:
        """What is to be done when all records are there, by the number of the record: mergers, then
        retractions, since what others were merged into may have been retracted later."""
        by_kind = sorted(self._withdrawals, key=lambda number: self._withdrawals[number].into is None)
        found = ((number, self.operation(number).withdraws) for number in by_kind)
        return {number: withdraw for number, withdraw in found if withdraw}

    def entry(self, number: int) -> FileRecord:
        """Where a record stands; without what it holds."""
        file, index, *span = (self._places[name][number] for name in self._places)
        path, type_ = self._files[file]
        return FileRecord(path, index, type_, {}, partial(places_in, path, type_, Span(*span)))
