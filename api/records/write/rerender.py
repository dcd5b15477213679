"""Refreshes that did not fit into the transaction of their cause, and those of an upgrade."""

from peewee import Database

from ..store.api_keys import Actor
from ..store.counters import current
from ..store.database import write_transaction
from .render import RENDERING
from .transaction import Transaction


def renew(database: Database) -> None:
    """Render everything again where the database was written by a version that rendered otherwise."""
    if current(database, "rendering") == RENDERING:
        return
    with write_transaction(database):
        database.execute_sql("DELETE FROM pending_refresh")
        database.execute_sql(
            "INSERT INTO pending_refresh (record, cause) SELECT id, 'upgrade' FROM record "
            "WHERE status IN ('published', 'draft')"
        )
        database.execute_sql("UPDATE counter SET value = ? WHERE name = 'rendering'", (RENDERING,))
    catch_up(database)


def pending_refreshes(database: Database) -> int:
    """How many records are still to be rendered again."""
    return int(database.execute_sql("SELECT COUNT(*) FROM pending_refresh").fetchone()[0])


def catch_up(database: Database, at_once: int = 500) -> None:
    """Render what was postponed, in transactions of `at_once`; also what a crash left undone."""
    some = "SELECT record, cause FROM pending_refresh ORDER BY record LIMIT ?"
    while database.execute_sql(some, (1,)).fetchone():
        with write_transaction(database):
            rows = dict(database.execute_sql(some, (at_once,)).fetchall())
            if not rows:
                return
            for record_id in rows:
                database.execute_sql("DELETE FROM pending_refresh WHERE record = ?", (record_id,))
            Transaction(database, Actor("refresh", "publisher")).refresh(rows)
