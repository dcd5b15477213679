"""The words of the index of words are listed, so that those that begin in one way are known before any record
that has one is.

In a file, that is: a server has other tables.
"""

from typing import Any

from peewee import Database, SqliteDatabase


def up(migrator: Any, database: Database) -> None:
    """Declare the list; FTS5 makes it of the index when it is asked."""
    if isinstance(database, SqliteDatabase):
        database.execute_sql("CREATE VIRTUAL TABLE public_vocabulary USING fts5vocab(public_words, instance)")
