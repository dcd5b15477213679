"""Doing operations: one, or many of which all are done or none."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from peewee import Database, OperationalError

from ..core.errors import DocumentFault, Forbidden, InvalidDocument, Refusal, Refused, refused_for
from ..store.api_keys import Actor
from ..store.database import write_transaction
from .commit import Progress, finish
from .rerender import catch_up
from .rules import faults_of_changes, refuse_orphans
from .transaction import Operation, Outcome, Transaction
from .warnings import warnings_of


def perform(
    database: Database,
    operations: Sequence[Operation],
    actor: Actor,
    progress: Progress = lambda done: None,
) -> list[Outcome]:
    """Do every operation or none, in a transaction of its own. Raises Refused."""
    with writing(database):
        return apply_all(Transaction(database, actor), operations, progress)


@contextmanager
def writing(database: Database, *, dry_run: bool = False) -> Iterator[None]:
    """A transaction of the record; what it left to be rendered again follows. A dry run keeps nothing."""
    with write_transaction(database) as transaction:
        yield
        if dry_run:
            transaction.rollback()
    if not dry_run:
        # The change stands; what could not be rendered now is rendered by the next writer.
        with suppress(OperationalError):
            catch_up(database)


def apply_one(transaction: Transaction, operation: Operation) -> Outcome:
    """Do a single operation. Raises its Refusal; faults point into its own document."""
    outcome = operation.apply(transaction)
    refuse_orphans(transaction.session)
    if faults := tuple(fault for _, fault in faults_of_changes(transaction.session)):
        raise InvalidDocument(refused_for(faults), faults)
    return _finished(transaction, [outcome])[0]


def apply_all(
    transaction: Transaction, operations: Sequence[Operation], progress: Progress = lambda done: None
) -> list[Outcome]:
    """Do many operations. Raises Refused with the faults of all of them."""
    outcomes, faults = _attempt(transaction, operations)
    refuse_orphans(transaction.session)
    if faults := faults + _faults_between(transaction, outcomes):
        raise Refused(faults)
    return _finished(transaction, list(outcomes.values()), progress)


def judge(
    database: Database, operations: Sequence[Operation]
) -> tuple[list[tuple[int, DocumentFault]], list[tuple[int, DocumentFault]]]:
    """What `perform` would refuse, and warn of, by index of the operation; nothing is written."""
    with write_transaction(database):
        transaction = Transaction(database, Actor("check", "publisher"))
        outcomes, faults = _attempt(transaction, operations)
        session = transaction.session
        warnings = [(i, w) for i, outcome in outcomes.items() for w in warnings_of(session, outcome.entry)]
        return faults + _faults_between(transaction, outcomes), warnings


def _attempt(
    transaction: Transaction, operations: Sequence[Operation]
) -> tuple[dict[int, Outcome], list[tuple[int, DocumentFault]]]:
    """What became of the operations, and what those that were refused have against themselves, by index."""
    transaction.session.load(operation.id for operation in operations)
    outcomes: dict[int, Outcome] = {}
    faults: list[tuple[int, DocumentFault]] = []
    for index, operation in enumerate(operations):
        try:
            outcomes[index] = operation.apply(transaction)
        except Forbidden:
            # Not a fault of the operations: no other list of them would be taken from this actor.
            raise
        except Refusal as refusal:
            faults += [(index, fault) for fault in refusal.faults or (DocumentFault("", refusal.detail),)]
    return outcomes, faults


def _faults_between(
    transaction: Transaction, outcomes: dict[int, Outcome]
) -> list[tuple[int, DocumentFault]]:
    """What the rest of the record has against the changes, by the operation that changed a record last."""
    changed_by = {outcome.id: index for index, outcome in outcomes.items() if outcome.changed}
    return [(changed_by[record_id], fault) for record_id, fault in faults_of_changes(transaction.session)]


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
