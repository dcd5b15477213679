"""What is said to PostgreSQL: SQLite's words in its own (placeholders, joins, kinds of columns)."""

from functools import lru_cache
from typing import Any

import psycopg
from psycopg.pq import Format

from .deadline import watched

#: What a declaration of SQLite's becomes. A number of the feed, a time in microseconds: all may be large.
_DECLARED = (
    (" WITHOUT ROWID", ""),
    ("DEFAULT x''", "DEFAULT ''"),
    (" SERIAL ", " BIGSERIAL "),
    (" INTEGER ", " BIGINT "),
)


@lru_cache(maxsize=2_048)
def in_their_words(statement: str) -> str:
    """Placeholders as psycopg has them. SQLite's CROSS JOIN keeps an order of tables, which PostgreSQL finds
    by itself. Statements of peewee's own about what is there are in these words already."""
    statement = statement.replace("CROSS JOIN", "JOIN")
    if statement.startswith("CREATE TABLE"):
        for ours, theirs in _DECLARED:
            statement = statement.replace(ours, theirs)
    return statement.replace("%", "%%").replace("?", "%s") if "?" in statement else statement


@watched
class BinaryCursor(psycopg.Cursor[Any]):
    """As text, bytes would come as twice as many, written by the server and read here."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.format = Format.BINARY
