"""Why the record refuses; the HTTP layer and the command line say it to people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import counted


@dataclass(frozen=True)
class DocumentFault:
    """One fault of one document: `pointer` is a JSON pointer into the body (RFC 6901)."""

    pointer: str
    detail: str
    allowed: tuple[str, ...] = ()
    did_you_mean: str | None = None

    def under(self, prefix: str) -> "DocumentFault":
        """The same fault seen from further out."""
        return DocumentFault(prefix + self.pointer, self.detail, self.allowed, self.did_you_mean)


class Refusal(Exception):
    """A request that the record refuses; nothing was changed.

    `problem` names a term of the problem types; `more` are further members of the problem document.
    """

    problem = "conflict"
    #: What it is about, as a pointer into an operation of a list; the whole of it where that is empty.
    member = ""

    def __init__(self, detail: str, faults: tuple[DocumentFault, ...] = (), **more: Any) -> None:
        super().__init__(detail)
        self.detail, self.faults, self.more = detail, faults, more


class InvalidDocument(Refusal):
    """The document breaks the schema, its references or a rule of the record."""

    problem = "invalid-document"


class Refused(InvalidDocument):
    """Operations that cannot be done, all of them.

    `indexed` are the faults with the index of each one's operation, pointing into its own document; `faults`
    are the same, pointing at `/index/member` of the list of operations.
    """

    def __init__(self, indexed: Sequence[tuple[int, DocumentFault]]) -> None:
        super().__init__(refused_for(indexed), tuple(fault.under(f"/{index}") for index, fault in indexed))
        self.indexed = tuple(indexed)


def refused_for(faults: Sequence[object]) -> str:
    """How many faults stand in the way, as a sentence."""
    return f"{counted(len(faults), 'fault')}; nothing was changed"


class NotFound(Refusal):
    """No record of this id that the asker may see."""

    problem = "not-found"
    member = "/id"


class Gone(Refusal):
    """The record was retracted; `more["tombstone"]` says why."""

    problem = "gone"


class Redacted(Refusal):
    """The bytes were taken out because the law required it."""

    problem = "unavailable-for-legal-reasons"


class Merged(Refusal):
    """The record lives on in another; `survivor` is its id."""

    problem = "conflict"

    def __init__(self, detail: str, survivor: str) -> None:
        super().__init__(detail)
        self.survivor = survivor


class Conflict(Refusal):
    """The record's state does not allow the operation."""


class PreconditionFailed(Refusal):
    """The record is no longer as the client saw it."""

    problem = "precondition-failed"
    member = "/if_match"


class PreconditionRequired(Refusal):
    """An `If-Match` is missing."""

    problem = "precondition-required"
    member = "/if_match"


class Forbidden(Refusal):
    """The key's role does not allow the operation."""

    problem = "forbidden"
