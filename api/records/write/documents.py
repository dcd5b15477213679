"""A body as a document: validated by its schema, in the one form in which it is stored."""

from collections.abc import Iterable, Sequence
from typing import Any

from marshmallow import ValidationError

from schemas.base import Fault, Json, counted, faults_of, quoted
from schemas.record import without_nothing

from ..core.errors import DocumentFault, InvalidDocument
from ..core.registry import RecordType

#: What a read adds around a record; a `PUT` of what was read carries it along.
AROUND = ("type", "meta", "links")


class UnreadableDocument(InvalidDocument):
    """A body that breaks the schema of its type.

    It keeps what it is about, so that what else is against it can be said with it: `id` is empty where
    the body has none, `publishes` is whether it was to be public.
    """

    def __init__(self, record_type: RecordType, body: Json, faults: Iterable[DocumentFault]) -> None:
        found = tuple(dict.fromkeys(faults))
        super().__init__(_summary(found), found)
        self.type, self.body, self.publishes = record_type, body, False

    @property
    def id(self) -> str:
        """The id that the body has or was given."""
        found = self.body.get("id")
        return found if isinstance(found, str) else ""


def read_document(
    record_type: RecordType, body: Any, record_id: str | None = None, beside: Iterable[DocumentFault] = ()
) -> Json:
    """The document in its input form, without its id and without anything unknown.

    Raises UnreadableDocument with every fault of the body at once, and those found `beside` it.
    """
    faults = list(beside)
    if not isinstance(body, dict):
        named = {} if record_id is None else {"id": record_id}
        raise UnreadableDocument(record_type, named, [*faults, DocumentFault("", "must be an object")])
    faults += _identity_faults(record_type, body, record_id)
    if record_id is not None:
        body = {"id": record_id, **body}
    try:
        loaded = record_type.shape.load(body)
    except ValidationError as error:
        faults += [document_fault(pointer, message) for pointer, message in faults_of(error.messages)]
    if faults:
        raise UnreadableDocument(record_type, body, faults)
    # A held source says so with false, which is something: only null, [] and {} are nothing.
    return dict(without_nothing({k: v for k, v in loaded.items() if k != "id"}))


def document_fault(pointer: str, message: str) -> DocumentFault:
    """A schema's message as a fault of the document."""
    if isinstance(message, Fault):
        return DocumentFault(pointer, str(message), message.allowed, message.did_you_mean)
    return DocumentFault(pointer, str(message).rstrip(".").lower())


def _identity_faults(record_type: RecordType, body: Json, record_id: str | None) -> list[DocumentFault]:
    faults = []
    if body.get("type") not in (None, record_type.name):
        faults.append(DocumentFault("/type", f"must be {quoted(record_type.name)} here, or left out"))
    if record_id is not None and body.get("id", record_id) != record_id:
        faults.append(DocumentFault("/id", f"must be {quoted(record_id)}, the id in the URL, or left out"))
    return faults


def _summary(faults: Sequence[DocumentFault]) -> str:
    return f"the document has {counted(len(faults), 'fault')}"
