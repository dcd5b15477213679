"""What a stored database needs after an upgrade: whatever another version of the code made, is made anew."""

from peewee import Database

from ..store.database import write_transaction
from ..store.tables import PENDING, batches
from .fingerprint import KEYS, RENDERING, WRITING
from .rebuild import rebuild_index, rebuild_keys
from .rerender import catch_up


def renew(database: Database) -> None:
    """Render every record, and rebuild what all of them are and were found by, where other code did that."""
    if not WRITING.is_in(database):
        # First of all: what programs of another version write meanwhile would never be made anew.
        with write_transaction(database):
            WRITING.keep_in(database)
    if not RENDERING.is_in(database):
        _render_all(database)
    if not KEYS.is_in(database):
        _rebuild_all(database)


def _render_all(database: Database) -> None:
    with write_transaction(database):
        shown = "SELECT id FROM record WHERE status IN ('published', 'draft')"
        ids = database.execute_sql(shown).fetchall()
        PENDING.put(database, (PENDING.row(record=row[0], cause="upgrade") for row in ids))
        RENDERING.keep_in(database)
    catch_up(database)


def _rebuild_all(database: Database) -> None:
    """In transactions of a few hundred records; an interrupted one begins again at the next start."""
    ids = [row[0] for row in database.execute_sql("SELECT id FROM record ORDER BY id").fetchall()]
    for some in batches(ids):
        with write_transaction(database):
            rebuild_keys(database, some)
            rebuild_index(database, some)
    with write_transaction(database):
        KEYS.keep_in(database)
