"""How many published dates and claims of a dossier name a party, place or source: what its members are found
by."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from peewee import Database

from ..core.filters import Members
from ..core.registry import TYPES
from ..core.sql import Sql, joined, run, sql
from ..core.state import FOREVER
from ..store.tables import DOSSIER_MENTIONS
from .session import Entry, Session

#: A dossier and a record that something in it names.
Pair = tuple[str, str]
#: Types whose records are members because they are named. Claims name claims by the hundred thousand, and a
#: count of those would be read for nothing.
_NAMED = {name for name, t in TYPES.items() if any(isinstance(f, Members) for f in t.filters)}
#: Where they are named: (type, role).
_ROLES = [(t.name, role.path) for t in TYPES.values() for role in t.roles if _NAMED.intersection(role.to)]


def store_mentions(database: Database, sessions: Iterable[Session]) -> None:
    """Count what transactions changed."""
    changed: Counter[Pair] = Counter()
    for session in sessions:
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
    named = {mention.target for mention in entry.mentions if _NAMED.intersection(mention.to)}
    return {(dossier, target) for dossier in entry.document.get("dossiers", ()) for target in named}


# All of them

_RIGHT = """
SELECT a.record AS dossier, e.record AS target, COUNT(DISTINCT d.record) AS records FROM reference d
JOIN search_row o ON o.id = d.record AND o.scope = 'public'
JOIN reference f ON f.record = d.record AND f.until = {forever} AND (o.type, f.role) IN (VALUES {roles})
JOIN search_row a ON a.id = d.target JOIN search_row e ON e.id = f.target
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
    roles = joined(", ", [sql("({type}, {role})", type=name, role=role) for name, role in _ROLES])
    return sql(_RIGHT, forever=FOREVER, roles=roles)
