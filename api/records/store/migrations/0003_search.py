"""The search index. Every record is indexed when it is rendered again, which the new RENDERING asks for."""

from typing import Any

from peewee import AutoField, CompositeKey, Database, IntegerField, Model, TextField


class SearchRow(Model):
    id = AutoField()
    record = TextField(unique=True)
    type = TextField()
    scope = TextField()
    digest = TextField()

    class Meta:
        table_name = "search_row"
        indexes = ((("scope", "type", "id"), False),)


class NameKey(Model):
    record = TextField()
    position = IntegerField()
    type = TextField()
    kind = TextField()
    folded = TextField()

    class Meta:
        table_name = "name_key"
        primary_key = CompositeKey("record", "position")
        indexes = ((("type", "folded", "record"), False),)


TABLES = (SearchRow, NameKey)
# Marks are parts of words: a vowel sign does not end one. In SQL, quotes within quotes stand twice.
WORDS = "unicode61 remove_diacritics 0 categories ''L* N* Co M*''"


def up(migrator: Any, database: Database) -> None:
    """Create the tables of names and the full-text tables."""
    with database.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        database.create_tables(TABLES)
    for scope in ("public", "draft"):
        for kind, tokenizer in (("words", WORDS), ("parts", "trigram")):
            database.execute_sql(
                f"CREATE VIRTUAL TABLE {scope}_{kind} "
                f"USING fts5(title, names, text, tokenize = '{tokenizer}')"
            )
