"""`reference` and `dependency` name records by the numbers of `search_row`: nothing reads them in the order
of ids.

Each table is copied, dropped and made anew, so that its key and its indexes have their names on any engine.
"""

from typing import Any

from peewee import BigIntegerField, CompositeKey, Database, IntegerField, Model, TextField


class Reference(Model):
    record = IntegerField()
    role = TextField()
    target = IntegerField()
    since = IntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "reference"
        without_rowid = True
        primary_key = CompositeKey("record", "role", "target", "since")
        indexes = ((("target", "role", "record", "since", "until"), False),)


class Dependency(Model):
    record = IntegerField()
    target = IntegerField()

    class Meta:
        table_name = "dependency"
        without_rowid = True
        primary_key = CompositeKey("record", "target")
        indexes = ((("target", "record"), False),)


#: The columns of each model from its table `k` of before and the numbers `r` and `t`.
MOVED = {
    Reference: "r.id, k.role, t.id, k.since, k.until",
    Dependency: "r.id, t.id",
}


def up(migrator: Any, database: Database) -> None:
    """Write both tables with numbers."""
    for model, columns in MOVED.items():
        name = model._meta.table_name
        database.execute_sql(f"CREATE TABLE moved AS SELECT * FROM {name}")
        database.execute_sql(f"DROP TABLE {name}")
        with database.bind_ctx([model], bind_refs=False, bind_backrefs=False):
            database.create_tables([model], safe=False)
        database.execute_sql(
            f"INSERT INTO {name} SELECT {columns} FROM moved k "
            "JOIN search_row r ON r.record = k.record JOIN search_row t ON t.record = k.target ORDER BY 1, 2"
        )
        database.execute_sql("DROP TABLE moved")
