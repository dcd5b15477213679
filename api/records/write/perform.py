"""Doing operations: one, or many of which all are done or none."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from operator import itemgetter

from peewee import Database, OperationalError

from ..core.errors import DocumentFault, Forbidden, InvalidDocument, Refusal, Refused, refused_for
from ..store.api_keys import Actor
from ..store.database import snapshot, write_transaction
from .commit import Progress, finish
from .documents import UnreadableDocument
from .rerender import catch_up
from .rules import faults_of_changes, faults_of_unreadable, ids_in, merger_faults, refuse_orphans
from .session import Session
from .shared import Shared
from .transaction import Operation, Outcome, Transaction
from .warnings import warnings_of

#: Where a file says why a record is withdrawn.
WITHDRAWAL = "/withdrawal"
#: A fault with the index of its operation.
Indexed = tuple[int, DocumentFault]


def perform(
    database: Database,
    operations: Sequence[Operation],
    actor: Actor,
    progress: Progress = lambda done: None,
    afterwards: Sequence[Operation] = (),
) -> list[Outcome]:
    """Do every operation or none, in a transaction of its own. Raises Refused.

    `afterwards`: withdrawals, done when all records are there. They are a commit of their own in the
    feed, numbered after that of the operations, and the same one in the database: all of it, or nothing.
    """
    with write_transaction(database, judged=True):
        shared = Shared(database) if afterwards else None
        transaction = Transaction(database, actor, shared)
        outcomes = apply_all(transaction, dict(enumerate(operations)), progress)
        if shared:
            transaction = Transaction(database, actor, shared)
            numbered = dict(enumerate(afterwards, len(operations)))
            outcomes += apply_all(transaction, numbered, within=WITHDRAWAL)
            shared.store()
    if transaction.postponed:
        catch_up_quietly(database)
    return outcomes


@contextmanager
def writing(database: Database, actor: Actor, *, dry_run: bool = False) -> Iterator[Transaction]:
    """A transaction of the record; what it left to be rendered again follows. A dry run keeps nothing."""
    with write_transaction(database, judged=True):
        transaction = Transaction(database, actor, dry_run=dry_run)
        yield transaction
    if transaction.postponed and not dry_run:
        catch_up_quietly(database)


def catch_up_quietly(database: Database) -> None:
    """Render what a change left to be rendered again. The change stands: what cannot be rendered now is
    rendered by the next writer."""
    with suppress(OperationalError):
        catch_up(database)


def apply_one(transaction: Transaction, operation: Operation) -> Outcome:
    """Do a single operation. Raises its Refusal; faults point into its own document."""
    try:
        outcome = operation.apply(transaction)
    except UnreadableDocument as refusal:
        every = (*refusal.faults, *faults_of_unreadable(transaction.session, refusal))
        raise InvalidDocument(refused_for(every), every) from None
    refuse_orphans(transaction.session)
    if faults := tuple(fault for _, fault in faults_of_changes(transaction.session)):
        raise InvalidDocument(refused_for(faults), faults)
    return _finished(transaction, [outcome])[0]


def apply_all(
    transaction: Transaction,
    operations: Mapping[int, Operation],
    progress: Progress = lambda done: None,
    *,
    beside: Sequence[Indexed] = (),
    within: str = "",
) -> list[Outcome]:
    """Do many operations, each with its index. Raises Refused with the faults of all of them, and those
    found `beside` them; `within` is where the document of an operation stands."""
    outcomes, faults = _attempt(transaction, operations, within)
    refuse_orphans(transaction.session)
    if faults := [*beside, *faults, *_faults_between(transaction, outcomes, within)]:
        raise Refused(sorted(faults, key=itemgetter(0)))
    return _finished(transaction, list(outcomes.values()), progress)


def judge(
    database: Database, operations: Sequence[Operation], afterwards: Mapping[int, Operation]
) -> tuple[list[Indexed], list[Indexed]]:
    """What `perform` would refuse, and warn of, by index of the operation; nothing is written.

    `afterwards`: the withdrawals, by the indices of the operations on the same records.
    """
    with snapshot(database):
        transaction = Transaction(database, Actor("check", "publisher"))
        outcomes, faults = _attempt(transaction, dict(enumerate(operations)))
        session = transaction.session
        warnings = [(i, w) for i, outcome in outcomes.items() for w in warnings_of(session, outcome.entry)]
        faults += _faults_between(transaction, outcomes)
        possible = {index: each for index, each in afterwards.items() if index in outcomes}
        return faults + _faults_of_withdrawals(transaction, possible), warnings


def _faults_of_withdrawals(transaction: Transaction, withdrawals: Mapping[int, Operation]) -> list[Indexed]:
    """What is against withdrawing records that are there by then, by index."""
    # They are a commit of their own.
    transaction.changes.clear()
    outcomes, faults = _attempt(transaction, withdrawals, WITHDRAWAL)
    for index, outcome in outcomes.items():
        if outcome.result == "merged":
            against = merger_faults(transaction.session, outcome.entry)
            faults += [(index, fault.under(WITHDRAWAL)) for fault in against]
    return faults


def _attempt(
    transaction: Transaction, operations: Mapping[int, Operation], within: str = ""
) -> tuple[dict[int, Outcome], list[Indexed]]:
    """What became of the operations, and what is against those that were refused, by index."""
    session = transaction.session
    session.load(operation.id for operation in operations.values())
    outcomes: dict[int, Outcome] = {}
    refused: dict[int, Refusal] = {}
    for index, operation in operations.items():
        try:
            outcomes[index] = operation.apply(transaction)
        except Forbidden:
            # Not a fault of the operations: no other list of them would be taken from this actor.
            raise
        except Refusal as refusal:
            refused[index] = refusal
            session.refused |= ids_in(refusal) if isinstance(refusal, UnreadableDocument) else {operation.id}
    return outcomes, [
        (index, fault) for index, refusal in refused.items() for fault in _faults_of(session, refusal, within)
    ]


def _faults_of(session: Session, refusal: Refusal, within: str) -> Iterator[DocumentFault]:
    """Why an operation was refused; of a document that could not be read, when all others have been."""
    if not refusal.faults:
        yield DocumentFault(refusal.member, refusal.detail)
    named = faults_of_unreadable(session, refusal) if isinstance(refusal, UnreadableDocument) else ()
    for fault in (*refusal.faults, *named):
        yield fault.under(within)


def _faults_between(
    transaction: Transaction, outcomes: dict[int, Outcome], within: str = ""
) -> list[Indexed]:
    """What the rest of the record has against the changes, by the operation that changed a record last."""
    changed_by = {outcome.id: index for index, outcome in outcomes.items() if outcome.changed}
    found = faults_of_changes(transaction.session)
    return [(changed_by[record_id], fault.under(within)) for record_id, fault in found]


def _finished(
    transaction: Transaction, outcomes: list[Outcome], progress: Progress = lambda done: None
) -> list[Outcome]:
    """The outcomes with their entries as they are stored, and what to look at in them."""
    if transaction.session.before:
        finish(transaction, progress)
    for outcome in outcomes:
        outcome.entry = transaction.session.get(outcome.id) or outcome.entry
        outcome.warnings = warnings_of(transaction.session, outcome.entry)
    return outcomes
