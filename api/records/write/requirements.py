"""What an operation needs before it changes a record: a free id, the state that was seen, a role, a note."""

from schemas.base import Json, quoted
from schemas.vocabularies import CORRECTION_KINDS

from ..core.errors import (
    Conflict,
    DocumentFault,
    Forbidden,
    InvalidDocument,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Refusal,
)
from ..core.registry import RecordType
from .enrichment import KIND as ENRICHMENT
from .rules import owner_of_question
from .session import Entry
from .step import Correction
from .transaction import Transaction

#: Entity tags that an operation starts from; None where none was named.
Tags = tuple[str, ...] | None
#: Whatever the record is: for dry runs.
ANY: Tags = ("any",)


def require_free(transaction: Transaction, record_id: str, refusal: type[Refusal]) -> None:
    """Refuse an id that a record or a question has."""
    if old := transaction.session.get(record_id):
        raise refusal(taken(record_id, old.type.name))
    if owner_of_question(transaction.session, record_id):
        raise refusal(taken(record_id, "question"))


def taken(record_id: str, holder: str) -> str:
    """Why an id is not free."""
    return f"the id {quoted(record_id)} is taken by a {holder}"


def require_note(correction: Correction | None, happening: str) -> None:
    """Refuse a change of what is published without its reason; `happening`: what the record does."""
    if correction is None:
        fault = DocumentFault(
            "/correction",
            f"is required: a published record {happening} with a correction note {{kind, note}}",
        )
        raise InvalidDocument("a correction note is missing", (fault,))


def refuse_enrichment(correction: Correction | None) -> None:
    """Refuse the kind of note that is for changes which only add."""
    if correction and correction.kind == ENRICHMENT:
        others = tuple(name for name in CORRECTION_KINDS.names if name != ENRICHMENT)
        detail = f"{ENRICHMENT} is for a change that only adds: say why by another kind"
        raise InvalidDocument("this is no enrichment", (DocumentFault("/kind", detail, others),))


def require_role(transaction: Transaction, role: str, what: str) -> None:
    """Refuse what this key may not do."""
    if not transaction.actor.may(role):
        raise Forbidden(f"only a {role} may {what}; this key's role is {transaction.actor.role}", needed=role)


def published_record(
    transaction: Transaction, record_type: RecordType, record_id: str, tags: Tags, becoming: str
) -> Entry:
    """The record as the client has seen it, to be retracted or merged by a publisher."""
    entry = current_record(transaction, record_type, record_id, tags)
    if entry.status == "draft":
        raise Conflict(f"{quoted(record_id)} is a draft: only a published record is {becoming}")
    if entry.status != "published":
        raise Conflict(f"{quoted(record_id)} is {entry.status} already")
    require_role(transaction, "publisher", f"have a record {becoming}")
    return entry


def current_record(transaction: Transaction, record_type: RecordType, record_id: str, tags: Tags) -> Entry:
    """The record as the client has seen it."""
    entry = transaction.session.get(record_id)
    if entry is None or entry.type is not record_type:
        raise NotFound(f"no {record_type.name} has the id {quoted(record_id)}")
    before = transaction.session.before.get(record_id)
    seen = before or entry
    if tags is None:
        raise PreconditionRequired(
            f"If-Match is needed: the entity tag of {quoted(record_id)} as you read it", current=_state(seen)
        )
    if tags is not ANY and seen.etag not in tags:
        raise PreconditionFailed(_mismatch(seen, tags), current=_state(seen))
    return entry


def _mismatch(entry: Entry, tags: tuple[str, ...]) -> str:
    """Why none of the tags is the record's."""
    if not tags:
        return f"If-Match, without what If-None-Match rules out, names no entity tag; it is {entry.etag}"
    if f"W/{entry.etag}" in tags:
        # A proxy that compresses makes tags weak.
        return f"a weak tag never matches in If-Match (RFC 9110 §13.1.1): send {entry.etag}, without W/"
    return f"{quoted(entry.id)} has changed since it was read"


def _state(entry: Entry) -> Json:
    return {"revision": entry.revision, "etag": entry.etag}
