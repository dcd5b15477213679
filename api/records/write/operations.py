"""The operations that change a record. Each says what it needs of the record's state and of the actor."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TypeVar

import json_merge_patch

from schemas.base import Json, quoted

from ..core.errors import (
    Conflict,
    DocumentFault,
    InvalidDocument,
    PreconditionFailed,
)
from ..core.registry import RecordType
from .documents import AROUND, UnreadableDocument, read_document
from .enrichment import enrichment_faults
from .render import Renderer
from .requirements import (
    ANY,
    Tags,
    current_record,
    published_record,
    refuse_enrichment,
    require_free,
    require_note,
    require_role,
    taken,
)
from .session import Entry
from .step import Correction
from .transaction import Operation, Outcome, Transaction


@dataclass(frozen=True)
class Put:
    """Make the record be this document, whatever it was; how dossier files are loaded."""

    type: RecordType
    id: str
    document: Json
    publish: bool = False
    correction: Correction | None = None
    #: Why it is withdrawn once all records are there, and into which it is merged.
    withdrawal: "Withdrawal | None" = None

    def apply(self, transaction: Transaction) -> Outcome:
        """Created, updated, unchanged, or skipped where the record was withdrawn."""
        old = transaction.session.get(self.id)
        if old is None:
            require_free(transaction, self.id, Conflict)
            return _create(transaction, Entry(self.id, self.type, "draft", self.document), self.publish)
        if old.type is not self.type:
            raise Conflict(taken(self.id, old.type.name))
        if old.status in ("retracted", "merged"):
            result = "unchanged" if self._states(transaction, old) else "skipped"
            return Outcome(self.id, self.type, result, old)
        publishes = self.publish and old.status == "draft"
        if not publishes and _says_the_same(transaction, old, self.document):
            return Outcome(self.id, self.type, "unchanged", old)
        entry = replace(old, document=self.document)
        if old.status == "published":
            return _revise(transaction, old, entry, self.correction)
        if self.publish:
            return Outcome(self.id, self.type, "updated", transaction.publish(entry, None))
        transaction.place(entry)
        return Outcome(self.id, self.type, "updated", entry)

    def _states(self, transaction: Transaction, old: Entry) -> bool:
        """Whether it says of a withdrawn record what is so."""
        if self.withdrawal is None or self.document != old.document:
            return False
        into = self.withdrawal.into
        return old.merged_into == (into and transaction.session.resolve(into))

    @property
    def withdraws(self) -> "Withdraw | None":
        """What is to be done when all records are there."""
        return Withdraw(self.type, self.id, self.withdrawal) if self.withdrawal else None


@dataclass(frozen=True)
class Unreadable:
    """A document that could not be read: it is refused in its turn, with what else is against it."""

    refusal: UnreadableDocument

    @property
    def id(self) -> str:
        """Which record."""
        return self.refusal.id

    def apply(self, transaction: Transaction) -> Outcome:
        """Raises UnreadableDocument."""
        raise self.refusal


Planned = TypeVar("Planned", bound=Operation)


def readable(plan: Callable[[], Planned], publishes: bool = False) -> Planned | Unreadable:
    """The operation that is planned, or the refusal of its document in its place."""
    try:
        return plan()
    except UnreadableDocument as refusal:
        refusal.publishes = publishes
        return Unreadable(refusal)


@dataclass(frozen=True)
class Create:
    """A new record: a draft, or public at once; `only_new` is how a client says that there is none yet."""

    type: RecordType
    id: str
    document: Json
    publish: bool = False
    only_new: bool = False

    def apply(self, transaction: Transaction) -> Outcome:
        """Raises Conflict (`only_new`: PreconditionFailed) where the id is taken, Forbidden where an editor
        would publish."""
        if self.publish:
            require_role(transaction, "publisher", "publish")
        entry = Entry(self.id, self.type, "draft", self.document)
        # What it names is looked at later: in one statement with it.
        transaction.session.load([self.id, *(mention.target for mention in entry.mentions)])
        require_free(transaction, self.id, PreconditionFailed if self.only_new else Conflict)
        return _create(transaction, entry, self.publish)


@dataclass(frozen=True)
class Replace:
    """Put a document in the place of the record's."""

    type: RecordType
    id: str
    document: Json
    if_match: Tags
    correction: Correction | None = None

    def apply(self, transaction: Transaction) -> Outcome:
        """Raises Refusal where the record has changed, or may not be changed by this actor."""
        entry = current_record(transaction, self.type, self.id, self.if_match)
        return _edit(transaction, entry, self.document, self.correction)


@dataclass(frozen=True)
class Patch:
    """Merge a patch into the record's document (RFC 7396, on its input form)."""

    type: RecordType
    id: str
    patch: Json
    if_match: Tags
    correction: Correction | None = None
    #: Faults of what stands beside the patch.
    beside: tuple[DocumentFault, ...] = ()

    def apply(self, transaction: Transaction) -> Outcome:
        """Raises UnreadableDocument where the result breaks the schema."""
        entry = current_record(transaction, self.type, self.id, self.if_match)
        faults = [
            *self.beside,
            *(
                DocumentFault(f"/{n}", f"{n} is the service's own: leave it out of a patch")
                for n in self.patch
                if n in AROUND or n in self.type.shape.computed
            ),
        ]
        # A merge changes its target, at every depth; the document is still to be compared with the result.
        merged = json_merge_patch.merge({"id": self.id, **deepcopy(entry.document)}, self.patch)
        document = read_document(self.type, merged, self.id, faults)
        return _edit(transaction, entry, document, self.correction)


@dataclass(frozen=True)
class Publish:
    """Make a draft public, or a retracted record public again."""

    type: RecordType
    id: str
    if_match: Tags
    correction: Correction | None = None

    def apply(self, transaction: Transaction) -> Outcome:
        """Raises Conflict for a merged record, and for a note on one that is published already."""
        require_role(transaction, "publisher", "publish")
        entry = current_record(transaction, self.type, self.id, self.if_match)
        if entry.status == "published" and self.correction is None:
            return Outcome(self.id, self.type, "unchanged", entry)
        if entry.status not in ("draft", "retracted"):
            raise Conflict(
                f"{quoted(self.id)} is {entry.status}: only a draft or a retracted record is published"
            )
        if transaction.session.is_redacted(entry):
            raise Conflict(f"{quoted(self.id)} was taken out because the law required it")
        if entry.status == "retracted":
            require_note(self.correction, "is published again")
            refuse_enrichment(self.correction)
        elif self.correction is not None:
            raise InvalidDocument("a first publication needs no correction", (_NO_NOTE,))
        return Outcome(self.id, self.type, "published", transaction.publish(entry, self.correction))


@dataclass(frozen=True)
class Retract:
    """Withdraw a public record; its tombstone says why."""

    type: RecordType
    id: str
    if_match: Tags
    correction: Correction

    def apply(self, transaction: Transaction) -> Outcome:
        """Raises Conflict unless the record is published."""
        refuse_enrichment(self.correction)
        entry = published_record(transaction, self.type, self.id, self.if_match, "retracted")
        return Outcome(self.id, self.type, "retracted", transaction.retract(entry, self.correction))


@dataclass(frozen=True)
class Merge:
    """Let a public record lead to another from now on."""

    type: RecordType
    id: str
    into: str
    if_match: Tags
    correction: Correction

    def apply(self, transaction: Transaction) -> Outcome:
        """Raises Conflict unless both are published; InvalidDocument where `into` cannot be merged into."""
        refuse_enrichment(self.correction)
        entry = published_record(transaction, self.type, self.id, self.if_match, "merged")
        survivor = transaction.session.survivor(self.into)
        if survivor is None or survivor.type is not self.type:
            raise _into_fault(f"no {self.type.name} has the id {quoted(self.into)}")
        if survivor.id == self.id:
            raise _into_fault("a record cannot be merged into itself")
        if survivor.status != "published":
            raise Conflict(
                f"{quoted(survivor.id)} is {survivor.status}: a record is merged into a published one"
            )
        entry = transaction.merge(entry, survivor, self.correction)
        return Outcome(self.id, self.type, "merged", entry)


@dataclass(frozen=True)
class Withdrawal:
    """Why a record is withdrawn; `into` is the one that it leads to from then on."""

    kind: str
    note: str
    into: str | None = None


@dataclass(frozen=True)
class Withdraw:
    """Retract or merge a record, as dossier files state it."""

    type: RecordType
    id: str
    why: Withdrawal

    def apply(self, transaction: Transaction) -> Outcome:
        """Raises Refusal where it cannot be; unchanged where it was withdrawn before."""
        entry = transaction.session.get(self.id)
        if entry is not None and entry.status in ("retracted", "merged"):
            return Outcome(self.id, self.type, "unchanged", entry)
        correction = Correction(self.why.kind, self.why.note)
        if self.why.into is None:
            return Retract(self.type, self.id, ANY, correction).apply(transaction)
        return Merge(self.type, self.id, self.why.into, ANY, correction).apply(transaction)


@dataclass(frozen=True)
class Delete:
    """Take a draft away."""

    type: RecordType
    id: str
    if_match: Tags

    def apply(self, transaction: Transaction) -> Outcome:
        """Raises Conflict where the record is or was public; the transaction, where others refer to it."""
        entry = current_record(transaction, self.type, self.id, self.if_match)
        if entry.public:
            raise Conflict(
                f"{quoted(self.id)} is {entry.status}: what was public is not deleted; "
                f"POST {self.type.href(self.id)}/retract instead"
            )
        transaction.remove(entry)
        return Outcome(self.id, self.type, "deleted", entry)


_NO_NOTE = DocumentFault("", "kind and note belong to a record that is published again: leave them out")


def _create(transaction: Transaction, entry: Entry, publish: bool) -> Outcome:
    if publish:
        entry = transaction.publish(entry, None)
    else:
        transaction.place(entry)
    return Outcome(entry.id, entry.type, "created", entry)


def _edit(transaction: Transaction, old: Entry, document: Json, correction: Correction | None) -> Outcome:
    """Change a draft or a published record."""
    if old.status in ("retracted", "merged"):
        raise Conflict(f"{quoted(old.id)} is {old.status}: it cannot be changed")
    if old.status == "published":
        require_role(transaction, "publisher", "change a published record")
    if _says_the_same(transaction, old, document):
        return Outcome(old.id, old.type, "unchanged", old)
    entry = replace(old, document=document)
    if old.status == "published":
        return _revise(transaction, old, entry, correction)
    if correction is not None:
        fault = DocumentFault("/correction", "a draft keeps no history: leave it out")
        raise InvalidDocument("a draft takes no correction", (fault,))
    transaction.place(entry)
    return Outcome(old.id, old.type, "updated", entry)


def _says_the_same(transaction: Transaction, old: Entry, document: Json) -> bool:
    """Whether a document is the record's, or what a read shows of it since records that it names merged."""
    session = transaction.session
    session.load_around([old])
    named = (mention.target for mention in old.mentions)
    if document == old.document or all(session.resolve(target) == target for target in named):
        return document == old.document
    stands, becomes = Renderer(session).render([old, replace(old, document=document)])
    return stands.own == becomes.own


def _revise(transaction: Transaction, old: Entry, entry: Entry, correction: Correction | None) -> Outcome:
    require_note(correction, "changes")
    if correction and (faults := enrichment_faults(correction, old.document, entry.document)):
        raise InvalidDocument("the change is no enrichment", tuple(faults))
    return Outcome(entry.id, entry.type, "updated", transaction.revise(entry, correction))


def _into_fault(detail: str) -> InvalidDocument:
    return InvalidDocument(detail, (DocumentFault("/into", detail),))
