"""What a stored database needs after an upgrade: whatever another version of the code made, is made anew."""

from collections.abc import Callable

from peewee import Database

from ..store.database import write_transaction
from ..store.id_ranges import rebuild_ranges
from ..store.tables import FINGERPRINTS, PENDING, batches_of_ids
from .fingerprint import KEYS, RENDERING, WRITING
from .members import rebuild_mentions
from .rebuild import rebuild_index, rebuild_keys, rebuild_postings
from .rerender import catch_up, pending_refreshes

#: Told what is done with how many more records, and of how many.
Told = Callable[[str, int, int], None]


def renew(database: Database, told: Told = lambda done, many, total: None) -> None:
    """Render every record, and rebuild what all of them are and were found by, where other code did that; of
    large ones that takes long, so each few hundred records are `told`."""
    if not WRITING.is_in(database):
        # First of all: what programs of another version write meanwhile would never be made anew.
        with write_transaction(database):
            WRITING.keep_in(database)
    rendered, keyed = RENDERING.is_in(database), KEYS.is_in(database)
    if not rendered:
        _postpone_all(database)
    if not keyed:
        _forget_keys(database)
    if not (rendered and keyed):
        render_what_is_left(database, told, keyed=keyed)
    if not keyed:
        _rebuild_all(database, told)


def render_what_is_left(database: Database, told: Told, *, keyed: bool = True) -> None:
    """Render what is left to be rendered again, after a start that was cut off as well, and tell how far that
    is."""
    pending = pending_refreshes(database)
    catch_up(database, keyed=keyed, told=lambda many: told("rendered again", many, pending))


def _postpone_all(database: Database) -> None:
    with write_transaction(database):
        shown = "SELECT id FROM record WHERE status IN ('published', 'draft')"
        ids = database.execute_sql(shown).fetchall()
        PENDING.put(database, (PENDING.row(record=row[0], cause="upgrade") for row in ids))
        RENDERING.keep_in(database)


def _forget_keys(database: Database) -> None:
    """From now on no program finds its keys whole, the one that made them neither."""
    with write_transaction(database):
        FINGERPRINTS.delete_of(database, "name", [KEYS.name])


def _rebuild_all(database: Database, told: Told) -> None:
    """In transactions of a few hundred records; an interrupted one begins again at the next start."""
    total = database.execute_sql("SELECT COUNT(*) FROM record").fetchone()[0]
    for some in batches_of_ids(database):
        with write_transaction(database):
            rebuild_keys(database, some)
            rebuild_index(database, some)
        told("found by new keys", len(some), total)
    with write_transaction(database):
        rebuild_postings(database)
        rebuild_mentions(database)
        rebuild_ranges(database)
        KEYS.keep_in(database)
