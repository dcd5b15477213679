"""Which records have a key, as compressed sets of their numbers; how many records of a dossier name another.
What was withdrawn keeps its number.

With an index of what changed since a commit.

Sets and counts are made when what records are found by is made anew, as after every change of that code.
"""

from typing import Any

from peewee import Database


def up(migrator: Any, database: Database) -> None:
    """Add the tables, and numbers for what has none."""
    database.execute_sql(
        'CREATE TABLE "posting" ("type" TEXT NOT NULL, "filter" TEXT NOT NULL, "value" TEXT NOT NULL, '
        '"qualifier" TEXT NOT NULL, "piece" INTEGER NOT NULL, "numbers" BLOB NOT NULL, '
        'PRIMARY KEY ("type", "filter", "value", "qualifier", "piece"))'
    )
    database.execute_sql(
        'CREATE TABLE "dossier_mention" ("dossier" TEXT NOT NULL, "target" TEXT NOT NULL, '
        '"records" INTEGER NOT NULL, PRIMARY KEY ("dossier", "target")) WITHOUT ROWID'
    )
    database.execute_sql('CREATE INDEX "renderingrow_since_id" ON "rendering" ("since", "id")')
    database.execute_sql(
        "INSERT INTO search_row (record, type, scope, digest) SELECT id, type, 'none', '' FROM record "
        "WHERE id NOT IN (SELECT record FROM search_row) ORDER BY id"
    )
