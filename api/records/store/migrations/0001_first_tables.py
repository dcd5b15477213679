"""The first tables. A frozen copy: later migrations change the tables, never this file."""

from typing import Any

from peewee import SQL, BlobField, CompositeKey, Database, IntegerField, Model, TextField


class Record(Model):
    id = TextField(primary_key=True)
    type = TextField()
    status = TextField()
    name = TextField()
    document = TextField()
    computed = TextField(constraints=[SQL("DEFAULT ''")])
    body = BlobField()
    etag = TextField()
    revision = IntegerField(null=True)
    published = TextField(null=True)
    updated = TextField()
    merged_into = TextField(null=True)
    withdrawal = TextField(null=True)

    class Meta:
        table_name = "record"
        indexes = (
            (("type", "status", "id"), False),
            (("type", "status", "name", "id"), False),
            (("type", "status", "updated", "id"), False),
            (("merged_into",), False),
        )


class Question(Model):
    id = TextField(primary_key=True)
    dossier = TextField(index=True)

    class Meta:
        table_name = "question"


class Reference(Model):
    record = TextField()
    role = TextField()
    target = TextField()

    class Meta:
        table_name = "reference"
        without_rowid = True
        primary_key = CompositeKey("record", "role", "target")
        indexes = ((("target", "role", "record"), False),)


class Dependency(Model):
    record = TextField()
    target = TextField()

    class Meta:
        table_name = "dependency"
        without_rowid = True
        primary_key = CompositeKey("record", "target")
        indexes = ((("target", "record"), False),)


class FilterKey(Model):
    type = TextField()
    found_by = TextField(column_name="filter")
    value = TextField()
    qualifier = TextField()
    record = TextField()

    class Meta:
        table_name = "filter_key"
        without_rowid = True
        primary_key = CompositeKey("type", "found_by", "value", "qualifier", "record")
        indexes = ((("record", "found_by", "value", "qualifier"), False),)


class DateKey(Model):
    record = TextField()
    field = TextField()
    type = TextField()
    missing = IntegerField()
    earliest = TextField()
    latest = TextField()
    low = TextField(null=True)
    high = TextField(null=True)

    class Meta:
        table_name = "date_key"
        without_rowid = True
        primary_key = CompositeKey("record", "field")
        indexes = (
            (("type", "field", "missing", "earliest", "latest", "record"), False),
            (("type", "field", "missing", "latest", "earliest", "record"), False),
        )


class Check(Model):
    record = TextField()
    source = TextField()
    locator = TextField()
    status = TextField()
    checked = TextField()

    class Meta:
        table_name = "citation_check"
        primary_key = CompositeKey("record", "source", "locator")


class Counter(Model):
    name = TextField(primary_key=True)
    value = IntegerField()

    class Meta:
        table_name = "counter"


class Secret(Model):
    name = TextField(primary_key=True)
    value = TextField()

    class Meta:
        table_name = "secret"


class Revision(Model):
    record = TextField()
    number = IntegerField()
    seq = IntegerField()
    time = TextField()
    actor = TextField()
    change = TextField()
    kind = TextField(null=True)
    note = TextField(null=True)
    document = TextField(null=True)

    class Meta:
        table_name = "revision"
        primary_key = CompositeKey("record", "number")
        indexes = ((("seq",), False),)


class RenderingRow(Model):
    record = TextField()
    seq = IntegerField()
    type = TextField()
    status = TextField()
    revision = IntegerField()
    updated = TextField()
    name = TextField()
    computed = TextField()
    body = BlobField(null=True)
    etag = TextField()

    class Meta:
        table_name = "rendering"
        primary_key = CompositeKey("record", "seq")
        indexes = ((("type", "seq"), False),)


class Change(Model):
    seq = IntegerField(primary_key=True)
    commit = IntegerField()
    time = TextField()
    kind = TextField()
    type = TextField()
    record = TextField()
    revision = IntegerField()
    details = TextField()

    class Meta:
        table_name = "change"
        indexes = ((("record", "seq"), False), (("time",), False))


TABLES = (
    Record,
    Question,
    Reference,
    Dependency,
    FilterKey,
    DateKey,
    Check,
    Counter,
    Secret,
    Revision,
    RenderingRow,
    Change,
)


def up(migrator: Any, database: Database) -> None:
    """Create every table and start the counters."""
    with database.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        database.create_tables(TABLES)
        Counter.insert_many([{"name": name, "value": 0} for name in ("version", "seq", "clock")]).execute()
