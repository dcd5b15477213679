"""How many published dates and claims of a dossier name a record: what its members are found by."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from peewee import Database

from ..core.mentions import mentions
from ..core.sql import Sql, sql
from ..core.state import FOREVER
from ..store.database import run
from ..store.tables import DOSSIER_MENTIONS
from .session import Entry, Session

#: A dossier and a record that something in it names.
Pair = tuple[str, str]


def store_mentions(database: Database, session: Session) -> None:
    """Count what the transaction changed."""
    changed: Counter[Pair] = Counter()
    for entry in session.changed:
        changed.update(_pairs(entry))
        changed.subtract(_pairs(session.before[entry.id]))
    differing = {pair: number for pair, number in changed.items() if number}
    held = DOSSIER_MENTIONS.read_by_key(database, sorted(differing))
    before = {(row.dossier, row.target): row.records for row in held}
    counted = [_row(*pair, before.get(pair, 0) + number) for pair, number in sorted(differing.items())]
    DOSSIER_MENTIONS.put(database, (row for row in counted if row.records))
    DOSSIER_MENTIONS.delete(database, (row for row in counted if not row.records))


def _pairs(entry: Entry | None) -> Iterable[Pair]:
    """What a published date or claim names for its dossiers."""
    if entry is None or entry.status != "published":
        return set()
    named = {mention.target for mention in mentions(entry.type.schema, entry.document)}
    return {(dossier, target) for dossier in entry.document.get("dossiers", ()) for target in named}


# All of them

_RIGHT = """
SELECT d.target AS dossier, f.target AS target, COUNT(DISTINCT d.record) AS records FROM reference d
JOIN record o ON o.id = d.record AND o.status = 'published'
JOIN reference f ON f.record = d.record AND f.until = {forever}
WHERE d.role = 'dossiers' AND d.until = {forever} GROUP BY 1, 2
"""


def rebuild_mentions(database: Database) -> None:
    """Count everything anew, as it follows from the references that hold now."""
    database.execute_sql("DELETE FROM dossier_mention")
    DOSSIER_MENTIONS.add(database, sorted(right_mentions(database)))


def right_mentions(database: Database) -> set[Any]:
    """The rows that should be there."""
    return {_row(*row) for row in run(database, _right())}


def _row(dossier: str, target: str, records: int) -> Any:
    return DOSSIER_MENTIONS.row(dossier=dossier, target=target, records=records)


def _right() -> Sql:
    return sql(_RIGHT, forever=FOREVER)
