"""What a stored database needs after an upgrade: whatever another version of the code made, is made anew."""

from peewee import Database

from ..store.database import write_transaction
from ..store.tables import FINGERPRINTS, batches
from .fingerprint import KEYS, RENDERING, Made
from .rebuild import rebuild_index, rebuild_keys
from .rerender import catch_up


def renew(database: Database) -> None:
    """Render every record, and rebuild what all of them are and were found by, where other code did that."""
    if not _made_by_this(database, RENDERING):
        _render_all(database)
    if not _made_by_this(database, KEYS):
        _rebuild_all(database)


def _made_by_this(database: Database, made: Made) -> bool:
    """Whether code that does the same made what is stored; the same text does, and that is seen sooner."""
    kept = FINGERPRINTS.read_of(database, "name", [made.name])
    return bool(kept) and (kept[0].text == made.text or kept[0].digest == made.digest)


def _render_all(database: Database) -> None:
    with write_transaction(database):
        database.execute_sql("DELETE FROM pending_refresh")
        database.execute_sql(
            "INSERT INTO pending_refresh (record, cause) SELECT id, 'upgrade' FROM record "
            "WHERE status IN ('published', 'draft')"
        )
        _keep(database, RENDERING)
    catch_up(database)


def _rebuild_all(database: Database) -> None:
    """In transactions of a few hundred records; an interrupted one begins again at the next start."""
    ids = [row[0] for row in database.execute_sql("SELECT id FROM record ORDER BY id").fetchall()]
    for some in batches(ids):
        with write_transaction(database):
            rebuild_keys(database, some)
            rebuild_index(database, some)
    with write_transaction(database):
        _keep(database, KEYS)


def _keep(database: Database, made: Made) -> None:
    FINGERPRINTS.put(database, [FINGERPRINTS.row(name=made.name, text=made.text, digest=made.digest)])
