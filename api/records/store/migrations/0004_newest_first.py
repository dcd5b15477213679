"""Indexes in the order in which the newest come first: of records by change and by date, of notes."""

from typing import Any

from peewee import Database


def up(migrator: Any, database: Database) -> None:
    """Create the indexes. A bulk load gives thousands of records one time: the id must stand in its order."""
    database.execute_sql("CREATE INDEX record_newest ON record (type, status, updated DESC, id)")
    database.execute_sql("CREATE INDEX revision_noted ON revision (seq DESC, record) WHERE kind IS NOT NULL")
    # In the place of one whose order nothing asks for: read backwards, it has missing dates first.
    database.execute_sql("DROP INDEX datekey_type_field_missing_latest_earliest_record")
    database.execute_sql(
        "CREATE INDEX date_key_newest ON date_key (type, field, missing, latest DESC, earliest DESC, record)"
    )
