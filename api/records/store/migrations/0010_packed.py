"""Documents, and what keys are derived from, are bytes: from now on they are kept compressed. What was kept
before stays as it is, and is read as it is.
"""

from typing import Any

from peewee import Database, SqliteDatabase

#: The columns by their tables.
COLUMNS = {"record": ("document", "computed"), "revision": ("document",), "rendering": ("computed",)}


def up(migrator: Any, database: Database) -> None:
    """Declare the columns anew."""
    declare = _declare_in_file if isinstance(database, SqliteDatabase) else _declare_on_server
    for table, columns in COLUMNS.items():
        for column in columns:
            declare(database, table, column)


def _declare_in_file(database: Database, table: str, column: str) -> None:
    """In the text of the declaration alone, since nothing in the file is another
    (https://sqlite.org/lang_altertable.html#otheralter)."""
    [version] = database.execute_sql("PRAGMA schema_version").fetchone()
    database.execute_sql("PRAGMA writable_schema = ON")
    database.execute_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
        (f'"{column}" TEXT', f'"{column}" BLOB', table),
    )
    database.execute_sql(f"PRAGMA schema_version = {version + 1}")
    database.execute_sql("PRAGMA writable_schema = OFF")


def _declare_on_server(database: Database, table: str, column: str) -> None:
    """A default of text is none for bytes."""
    standard = column == "computed" and table == "record"
    alter = f"ALTER TABLE {table} ALTER COLUMN {column}"
    if standard:
        database.execute_sql(f"{alter} DROP DEFAULT")
    database.execute_sql(f"{alter} TYPE bytea USING convert_to({column}, 'UTF8')")
    if standard:
        database.execute_sql(f"{alter} SET DEFAULT ''")
