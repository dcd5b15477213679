"""Why the record refuses; the HTTP layer and the command line say it to people."""

from dataclasses import dataclass
from typing import Any


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

    def __init__(self, detail: str, faults: tuple[DocumentFault, ...] = (), **more: Any) -> None:
        super().__init__(detail)
        self.detail, self.faults, self.more = detail, faults, more


class InvalidDocument(Refusal):
    """The document breaks the schema, its references or a rule of the record."""

    problem = "invalid-document"


class InvalidQuery(Refusal):
    """A parameter's value names nothing; `faults` have parameter names for pointers."""

    problem = "invalid-query"


class NotFound(Refusal):
    """No record of this id that the asker may see."""

    problem = "not-found"


class Gone(Refusal):
    """The record was retracted; `more["tombstone"]` says why."""

    problem = "gone"


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


class PreconditionRequired(Refusal):
    """An `If-Match` is missing."""

    problem = "precondition-required"


class Forbidden(Refusal):
    """The key's role does not allow the operation."""

    problem = "forbidden"
