"""Refreshes that did not fit into the transaction of their cause."""

from collections.abc import Callable

from peewee import Database

from ..store.api_keys import Actor
from ..store.database import write_transaction
from ..store.tables import PENDING
from .commit import refresh
from .transaction import Transaction


def pending_refreshes(database: Database) -> int:
    """How many records are still to be rendered again."""
    return int(database.execute_sql("SELECT COUNT(*) FROM pending_refresh").fetchone()[0])


def catch_up(
    database: Database,
    at_once: int = 500,
    *,
    keyed: bool = True,
    told: Callable[[int], None] = lambda many: None,
) -> None:
    """Render what was postponed, in transactions of `at_once`; also what a crash left undone.

    What records are found and searched by is left as it is where it is not `keyed`, but to be rebuilt. How
    many each transaction rendered is `told`.
    """
    while database.execute_sql("SELECT 1 FROM pending_refresh LIMIT 1").fetchone():
        with write_transaction(database):
            some = "SELECT record, cause FROM pending_refresh ORDER BY record LIMIT ?"
            causes = dict(database.execute_sql(some, (at_once,)).fetchall())
            if not causes:
                return
            PENDING.delete_of(database, "record", causes)
            refresh(Transaction(database, Actor("refresh", "publisher")), causes, keyed=keyed)
        told(len(causes))
