"""What filters find records by stands once, as a term with a number; ranges of ids have sets of numbers.

Keys, terms and ranges are derived from the renderings at the first start, as after every change of that code:
no program is named here for what there is.
"""

from typing import Any

from peewee import (
    SQL,
    AutoField,
    BigIntegerField,
    BlobField,
    CompositeKey,
    Database,
    IntegerField,
    Model,
    TextField,
)


class Term(Model):
    id = AutoField()
    type = TextField()
    found_by = TextField(column_name="filter")
    value = TextField()
    qualifier = TextField()
    checksum = BlobField(constraints=[SQL("DEFAULT x''")])

    class Meta:
        table_name = "term"
        indexes = ((("type", "found_by", "value", "qualifier"), True),)


class FilterKey(Model):
    term = IntegerField()
    record = IntegerField()
    found_by = TextField(column_name="filter")
    since = IntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "filter_key"
        without_rowid = True
        primary_key = CompositeKey("term", "record", "since")
        indexes = ((("record", "found_by", "term", "since", "until"), False),)


class IdRange(Model):
    first = TextField(primary_key=True)
    numbers = BlobField()

    class Meta:
        table_name = "id_range"


TABLES = (Term, FilterKey, IdRange)


def up(migrator: Any, database: Database) -> None:
    """Begin with empty tables."""
    database.execute_sql("DROP TABLE filter_key")
    with database.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        database.create_tables(TABLES, safe=False)
    database.execute_sql("DELETE FROM fingerprint WHERE name = 'keys'")
