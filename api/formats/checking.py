"""Checking dossier files: schema, references, cycles, chains, and what is merely unlikely.

The files are put into an empty record in memory by the one write path, so that a file that passes here
loads, and no rule stands in two places.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from peewee import Database

from api.records.core.errors import DocumentFault
from api.records.core.registry import TYPES
from api.records.store.database import migrate, open_database
from api.records.write.documents import read_document
from api.records.write.operations import Put, Unreadable, readable
from api.records.write.perform import judge
from api.records.write.transaction import Operation

from .dossier_files import read_files
from .file_records import FileRecord
from .stating import STATED, withdrawal_of


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
    #: What cannot be read as a document.
    unreadable: list[tuple[FileRecord, Unreadable]] = field(default_factory=list)
    #: Where each id stands first.
    first: dict[str, FileRecord] = field(default_factory=dict)

    @property
    def planned(self) -> list[tuple[FileRecord, Operation]]:
        """Everything that is judged, with the entries that it comes from."""
        return [*self.operations, *self.unreadable]

    @property
    def errors(self) -> int:
        """How many findings stand in the way of loading."""
        return sum(not finding.warning for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are only unlikely."""
        return len(self.findings) - self.errors


def judge_alone(report: Report, context: Report | None = None) -> None:
    """Judge what was read as if it, and what stands beside it, were the whole record."""
    database = open_database("sqlite:///:memory:")
    migrate(database)
    judge_report(database, report, context)
    database.close()


def judge_report(database: Database, report: Report, context: Report | None = None) -> None:
    """Add what a record has against what was read, and warns of.

    `context`: further records, which are there with those of the report; their own faults are added to it.
    """
    context = context or Report()
    beside = context.planned
    planned = [*beside, *report.planned]
    operations = [operation for _, operation in planned]
    withdrawals = {
        index: put.withdraws
        for index, put in enumerate(operations)
        if isinstance(put, Put) and put.withdraws is not None
    }
    faults, warnings = judge(database, operations, withdrawals)
    for found, warning in [*((fault, False) for fault in faults), *((each, True) for each in warnings)]:
        (index, fault), whose = found, context if found[0] < len(beside) else report
        whose.findings.append(finding(planned[index][0], fault, warning))
    for each in (report, context):
        each.findings = sorted(dict.fromkeys(each.findings), key=lambda f: (str(f.file), f.line, f.pointer))


def read_operations(paths: Iterable[Path], context: Report | None = None, but: Iterable[Path] = ()) -> Report:
    """The records in `paths`, without those in `but`, as operations, with the faults of each by itself.

    An id of the `context` is taken.
    """
    read = read_files(paths, but)
    report = Report(len(read.entries), first=dict(context.first) if context else {})
    report.findings += [Finding(f.file, f.line, f.pointer, f.message) for f in read.faults]
    for entry in read.entries:
        if earlier := _earlier(report.first, entry):
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
    operation = operation_of(entry)
    if isinstance(operation, Unreadable):
        report.findings += [finding(entry, fault) for fault in operation.refusal.faults]
        report.unreadable.append((entry, operation))
    else:
        report.operations.append((entry, operation))


def operation_of(entry: FileRecord) -> Put | Unreadable:
    """What loading a record does, or the refusal of what breaks its schema."""
    record_type = TYPES[entry.type]
    body = {name: value for name, value in entry.record.items() if name not in STATED}
    status = entry.record.get("status", "published")
    withdrawal, faults = withdrawal_of(entry.record)
    public = status != "draft"

    def plan() -> Put:
        document = read_document(record_type, body, beside=faults)
        return Put(record_type, str(body["id"]), document, publish=public, withdrawal=withdrawal)

    return readable(plan, public)


def finding(entry: FileRecord, fault: DocumentFault, warning: bool = False) -> Finding:
    """A fault of a record, or a warning, at its place in the file."""
    allowed = f"; allowed: {', '.join(fault.allowed)}" if fault.allowed else ""
    line = entry.line_of(fault.pointer)
    return Finding(entry.file, line, fault.pointer, fault.detail + allowed, warning)
