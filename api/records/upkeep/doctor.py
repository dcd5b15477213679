"""Checks of everything in the database that must agree.

What is kept for its own sake is compared with its checksum; what is derived is derived again. Records are
taken batch by batch and rows one by one, so that a large database needs no more memory than a small one.
"""

from collections.abc import Iterator

from peewee import Database, DatabaseError

from schemas.base import counted

from ..core.registry import CLAIM
from ..store.database import MIGRATIONS, snapshot
from ..store.engine import engine_of
from ..store.tables import batches_of_ids
from ..store.troubles import trouble_of
from ..text.engines import full_text_of
from ..text.index import strange_numbers
from ..write.claims import chain_faults, showing_faults
from ..write.render import Renderer
from ..write.rerender import pending_refreshes
from ..write.session import Session
from .feed_checks import disagreements, feed_faults
from .key_checks import mention_faults, posting_faults
from .record_checks import record_faults
from .row_checks import kept_faults, strange_rows


def faults_of_database(database: Database) -> Iterator[str]:
    """Everything that does not agree, one sentence each."""
    found = False
    try:
        with engine_of(database).reading_damaged():
            for fault in _faults(database):
                found = True
                yield fault
    except DatabaseError as error:
        if trouble_of(error) not in (None, "damaged"):
            raise
        yield f"the database is damaged, and no more can be read: {str(error).splitlines()[0]}"
    except Exception as error:
        # What was named may be anything, also nothing that can be rendered.
        if not found:
            raise
        yield f"no more can be compared, because of what does not agree: {error}"


def _faults(database: Database) -> Iterator[str]:
    engine = engine_of(database)
    yield from engine.damage()
    yield from engine.shape_faults(str(MIGRATIONS))
    yield from full_text_of(database).faults(database)
    with snapshot(database):
        yield from kept_faults(database)
        if left := pending_refreshes(database):
            yield f"still to be rendered again, with the next write: {counted(left, 'record')}"
            return
        for check in (
            strange_rows,
            strange_numbers,
            record_faults,
            posting_faults,
            mention_faults,
            feed_faults,
            disagreements,
        ):
            yield from check(database)


def claims_to_curate(database: Database) -> Iterator[str]:
    """Claims that lack what a claim must show, as an edit of a source or a new rule leaves them: no fault of
    the database, but work for curators."""
    for ids in batches_of_ids(database):
        documents = Renderer(Session(database))
        for entry in documents.session.all(ids):
            if entry.type is CLAIM and entry.status == "published":
                for fault in (*chain_faults(documents, entry), *showing_faults(documents, entry)):
                    yield f"claim {entry.id}: {fault.pointer}: {fault.detail}"
