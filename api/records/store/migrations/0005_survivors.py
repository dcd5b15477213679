"""A merged record names the survivor itself, not another merged record on the way to it."""

from typing import Any

from peewee import Database


def up(migrator: Any, database: Database) -> None:
    """Shorten what is chained, one step a round."""
    further = "(SELECT t.merged_into FROM record t WHERE t.id = record.merged_into)"
    while database.execute_sql(
        f"UPDATE record SET merged_into = {further} "
        "WHERE merged_into IN (SELECT id FROM record WHERE merged_into IS NOT NULL)"
    ).rowcount:
        pass
