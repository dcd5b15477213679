"""Which records have a key, as compressed sets of their numbers; what was withdrawn keeps its number.

The sets are made when what records are found by is made anew, as it is after every change of that code.
"""

from typing import Any

from peewee import Database


def up(migrator: Any, database: Database) -> None:
    """Add the table, and numbers for what has none."""
    database.execute_sql(
        'CREATE TABLE "posting" ("type" TEXT NOT NULL, "filter" TEXT NOT NULL, "value" TEXT NOT NULL, '
        '"qualifier" TEXT NOT NULL, "piece" INTEGER NOT NULL, "numbers" BLOB NOT NULL, '
        'PRIMARY KEY ("type", "filter", "value", "qualifier", "piece"))'
    )
    database.execute_sql(
        "INSERT INTO search_row (record, type, scope, digest) SELECT id, type, 'none', '' FROM record "
        "WHERE id NOT IN (SELECT record FROM search_row) ORDER BY id"
    )
