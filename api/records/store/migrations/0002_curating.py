"""API keys, answers kept for idempotency keys, and refreshes that are still to be done."""

from typing import Any

from peewee import CompositeKey, Database, IntegerField, Model, TextField


class ApiKey(Model):
    id = TextField(primary_key=True)
    label = TextField()
    role = TextField()
    digest = TextField()
    created = TextField()
    expires = TextField(null=True)
    revoked = TextField(null=True)

    class Meta:
        table_name = "api_key"


class KeptAnswer(Model):
    api_key = TextField()
    key = TextField()
    request = TextField()
    status = IntegerField()
    headers = TextField()
    body = TextField()
    created = TextField()

    class Meta:
        table_name = "kept_answer"
        primary_key = CompositeKey("api_key", "key")
        indexes = ((("created",), False),)


class PendingRefresh(Model):
    record = TextField(primary_key=True)
    cause = TextField()

    class Meta:
        table_name = "pending_refresh"


class Redaction(Model):
    record = TextField()
    first = IntegerField()
    last = IntegerField()
    time = TextField()
    note = TextField()

    class Meta:
        table_name = "redaction"
        primary_key = CompositeKey("record", "first", "last", "time")


TABLES = (ApiKey, KeptAnswer, PendingRefresh, Redaction)


def up(migrator: Any, database: Database) -> None:
    """Create the tables; the feed is kept from its beginning."""
    with database.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        database.create_tables(TABLES)
    database.execute_sql("INSERT INTO counter (name, value) VALUES ('feed_floor', 0), ('rendering', 0)")
