"""Checking dossier files: schema, references, cycles, chains, and what is merely unlikely.

The files are put into an empty record in memory by the one write path, so that a file that passes here
loads, and no rule stands in two places.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.records.core.errors import DocumentFault, InvalidDocument
from api.records.core.registry import TYPES
from api.records.store.database import migrate, open_database
from api.records.write.documents import read_document
from api.records.write.operations import Put
from api.records.write.perform import judge

from .dossier_files import FileRecord, read_files


@dataclass(frozen=True)
class Finding:
    """One fault or warning at a place in a file."""

    file: Path
    line: int
    pointer: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}: {self.pointer or '/'}: {kind}{self.message}"


@dataclass
class Report:
    """What checking found, in the order of files and lines."""

    records: int = 0
    findings: list[Finding] = field(default_factory=list)
    #: What can be loaded: the operations with the entries that they come from.
    operations: list[tuple[FileRecord, Put]] = field(default_factory=list)
    #: Ids of records and questions that stand in the files but cannot be read as documents.
    broken: set[str] = field(default_factory=set)

    @property
    def errors(self) -> int:
        """How many findings stand in the way of loading."""
        return sum(not finding.warning for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are only unlikely."""
        return len(self.findings) - self.errors


def check_files(paths: Iterable[Path]) -> Report:
    """Every fault of the records in `paths`, as if they were the whole record."""
    report = read_operations(paths)
    database = open_database("sqlite:///:memory:")
    migrate(database)
    faults, warnings = judge(database, [op for _, op in report.operations])
    database.close()
    for index, fault in faults:
        entry = report.operations[index][0]
        if not _follows_from_another(report, entry, fault):
            report.findings.append(finding(entry, fault))
    report.findings += [finding(report.operations[i][0], warning, True) for i, warning in warnings]
    report.findings = sorted(dict.fromkeys(report.findings), key=lambda f: (str(f.file), f.line, f.pointer))
    return report


def read_operations(paths: Iterable[Path]) -> Report:
    """The records in `paths` as operations, with the faults of each by itself."""
    read = read_files(paths)
    report = Report(len(read.entries))
    report.findings += [Finding(f.file, f.line, f.pointer, f.message) for f in read.faults]
    first: dict[str, FileRecord] = {}
    for entry in read.entries:
        if earlier := _earlier(first, entry):
            message = (
                f'the id "{entry.record["id"]}" stands already in {earlier.file}:{earlier.line_of("/id")}'
            )
            report.findings.append(Finding(entry.file, entry.line_of("/id"), "/id", message))
        else:
            _add_operation(report, entry)
    return report


def _earlier(first: dict[str, FileRecord], entry: FileRecord) -> FileRecord | None:
    record_id = entry.record.get("id")
    if not isinstance(record_id, str):
        return None
    return None if first.setdefault(record_id, entry) is entry else first[record_id]


def _add_operation(report: Report, entry: FileRecord) -> None:
    record_type = TYPES[entry.type]
    body = {name: value for name, value in entry.record.items() if name != "status"}
    status = entry.record.get("status", "published")
    faults: list[DocumentFault] = []
    if status not in ("draft", "published"):
        faults.append(DocumentFault("/status", "must be draft or published, or left out"))
    try:
        document = read_document(record_type, body)
    except InvalidDocument as refusal:
        faults += refusal.faults
    report.findings += [finding(entry, fault) for fault in faults]
    if not faults:
        put = Put(record_type, str(entry.record["id"]), document, publish=status == "published")
        report.operations.append((entry, put))
    else:
        report.broken |= _ids_of(entry.record)


def _ids_of(record: dict[str, Any]) -> set[str]:
    """The record's id and those of its questions, as far as they can be made out."""
    questions = record.get("questions") or []
    members = (
        [record, *(q for q in questions if isinstance(q, dict))] if isinstance(questions, list) else [record]
    )
    return {str(member["id"]) for member in members if "id" in member}


def _follows_from_another(report: Report, entry: FileRecord, fault: DocumentFault) -> bool:
    """Whether a fault only says that another record, which has faults of its own, could not be read."""
    value: Any = entry.record
    for step in fault.pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value.get(step)
    return isinstance(value, str) and value in report.broken


def finding(entry: FileRecord, fault: DocumentFault, warning: bool = False) -> Finding:
    """A fault of a record, or a warning, at its place in the file."""
    allowed = f"; allowed: {', '.join(fault.allowed)}" if fault.allowed else ""
    line = entry.line_of(fault.pointer)
    return Finding(entry.file, line, fault.pointer, fault.detail + allowed, warning)
