"""The index of words finds one to three letters with which words begin without reading each such word; and
the index of parts of words holds other texts.

In a file, that is: a server has other tables. Texts are indexed again when records are rendered again, which
the code that indexes them asks for.
"""

from typing import Any

from peewee import Database, SqliteDatabase

WORDS = "tokenize = 'unicode61 remove_diacritics 0 categories ''L* N* Co M*''', prefix = '1 2 3'"


def up(migrator: Any, database: Database) -> None:
    """Make the full-text tables anew, empty."""
    if not isinstance(database, SqliteDatabase):
        return
    for scope in ("public", "draft"):
        for kind, options in (("words", WORDS), ("parts", "tokenize = 'trigram'")):
            database.execute_sql(f"DROP TABLE {scope}_{kind}")
            database.execute_sql(
                f"CREATE VIRTUAL TABLE {scope}_{kind} USING fts5(title, names, text, {options})"
            )
    database.execute_sql("UPDATE search_row SET digest = ''")
