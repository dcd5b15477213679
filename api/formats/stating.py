"""What a dossier file says of a record beside its document: where it stands in its life, and why."""

from typing import Any, Final

from marshmallow import ValidationError

from api.records.core.errors import DocumentFault
from api.records.write.documents import document_fault
from api.records.write.operations import Withdrawal
from api.records.write.perform import WITHDRAWAL
from schemas.base import Fault, Json, faults_of
from schemas.curating import CorrectionSchema, MergerSchema
from schemas.vocabularies import RECORD_STATUSES

_WHY: Final = WITHDRAWAL.removeprefix("/")
#: The members that are no part of the document.
STATED: Final = ("status", _WHY)
#: What is said of a record that is withdrawn.
_SCHEMAS: Final = {"retracted": CorrectionSchema(), "merged": MergerSchema()}


def withdrawal_of(record: Json) -> tuple[Withdrawal | None, list[DocumentFault]]:
    """Why a record in a file is withdrawn, where it is, and what is wrong with how that is said."""
    status, given = record.get("status", "published"), record.get(_WHY)
    if not isinstance(status, str) or status not in RECORD_STATUSES.names:
        fault = Fault.of_choice("what a record can be", status, RECORD_STATUSES.names)
        return None, [document_fault("/status", fault)]
    if status not in _SCHEMAS:
        unasked = f"belongs to a record that is {' or '.join(_SCHEMAS)}: leave it out"
        return None, [] if given is None else [DocumentFault(WITHDRAWAL, unasked)]
    return _read(status, {} if given is None else given)


def _read(status: str, given: Any) -> tuple[Withdrawal | None, list[DocumentFault]]:
    try:
        return Withdrawal(**_SCHEMAS[status].load(given)), []
    except ValidationError as error:
        found = faults_of(error.messages, WITHDRAWAL)
        return None, [document_fault(pointer, message) for pointer, message in found]


def stated(status: str, withdrawal: Withdrawal | None) -> Json:
    """What a file says of a record in a status; nothing of one that is published."""
    if status == "published":
        return {}
    if withdrawal is None:
        return {"status": status}
    why = {"kind": withdrawal.kind, "note": withdrawal.note}
    into = {"into": withdrawal.into} if withdrawal.into else {}
    return {"status": status, _WHY: into | why}
