"""SQLite's words in PostgreSQL's: placeholders, joins, kinds of columns."""

from functools import lru_cache

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
