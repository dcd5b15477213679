"""Running operations: all of them or none, in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from peewee import Database, OperationalError

from ..core.errors import DocumentFault, Refusal, Refused
from ..store.api_keys import Actor
from ..store.database import write_transaction
from .rerender import catch_up
from .transaction import Operation, Outcome, Progress, Transaction


class _Rehearsed(Exception):
    """Ends the transaction of a dry run without keeping anything."""


def _end_rehearsal(_: list[Outcome]) -> None:
    raise _Rehearsed


Finished = Callable[[list[Outcome]], None]


def perform(
    database: Database,
    operations: Sequence[Operation],
    actor: Actor,
    *,
    dry_run: bool = False,
    progress: Progress = lambda done: None,
    before: Callable[[], None] = lambda: None,
    finished: Finished = lambda outcomes: None,
) -> list[Outcome]:
    """Apply every operation or none.

    `before` and `finished` run inside the transaction, at its beginning and before its commit. A dry
    run does everything and keeps nothing.

    Raises Refused, whose faults point at `/index/member` of the operations.
    """
    outcomes: list[Outcome] = []
    try:
        with write_transaction(database):
            before()
            outcomes = _run(Transaction(database, actor), operations, progress)
            (_end_rehearsal if dry_run else finished)(outcomes)
    except _Rehearsed:
        return outcomes
    # The change stands; what could not be rendered now is rendered by the next writer.
    with suppress(OperationalError):
        catch_up(database)
    return outcomes


def _run(transaction: Transaction, operations: Sequence[Operation], progress: Progress) -> list[Outcome]:
    outcomes, refusals = _apply(transaction, operations)
    transaction.refuse_orphans()
    faults = _all_faults(transaction, refusals)
    if faults:
        raise Refused(tuple(f.under(f"/{i}") for i, f in faults), tuple(refusals))
    if transaction.session.before:
        transaction.finish(progress)
    for outcome in outcomes:
        outcome.entry = transaction.session.get(outcome.id) or outcome.entry
    return outcomes


def _apply(
    transaction: Transaction, operations: Sequence[Operation]
) -> tuple[list[Outcome], list[tuple[int, Refusal]]]:
    transaction.session.load(op.id for op in operations)
    outcomes: list[Outcome] = []
    refusals: list[tuple[int, Refusal]] = []
    for index, op in enumerate(operations):
        try:
            outcomes.append(op.apply(transaction, index))
        except Refusal as refusal:
            refusals.append((index, refusal))
    return outcomes, refusals


def _all_faults(
    transaction: Transaction, refusals: list[tuple[int, Refusal]]
) -> list[tuple[int, DocumentFault]]:
    """Those of operations by themselves, and those of the rest of the record against them."""
    return [(i, f) for i, refusal in refusals for f in _faults_of(refusal)] + transaction.faults()


def _faults_of(refusal: Refusal) -> Iterable[DocumentFault]:
    return refusal.faults or (DocumentFault("", refusal.detail),)


def perform_one(database: Database, operation: Operation, actor: Actor, **more: Any) -> Outcome:
    """Apply a single operation, as `perform` does; raises its Refusal with pointers into its own body."""
    try:
        return perform(database, [operation], actor, **more)[0]
    except Refused as refused:
        raise refused.alone() from None


def faults_of_all(database: Database, operations: Sequence[Operation]) -> list[tuple[int, DocumentFault]]:
    """What `perform` would refuse, by index of the operation; nothing is written."""
    with write_transaction(database):
        transaction = Transaction(database, Actor("check", "publisher"))
        _, refusals = _apply(transaction, operations)
        return _all_faults(transaction, refusals)
