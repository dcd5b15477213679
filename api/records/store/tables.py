"""The tables as their models declare them."""

from collections.abc import Iterable
from typing import Any

from peewee import AutoField, BigIntegerField, Database, IntegerField

from ..core.sql import Sql, joined, run, sql
from . import models
from .numbered import FilterKeys, Numbered, record_numbers
from .table import CHECKSUM, Table, batches, batches_of_ids

__all__ = ["Table", "batches", "batches_of_ids", "record_numbers"]


def _table_of(model: Any) -> Table:
    """The table of a model."""
    meta = model._meta
    names = {field.column_name: field for field in meta.sorted_fields}
    table = Table(
        meta.table_name,
        [name for name in names if name != CHECKSUM],
        [field.column_name for field in meta.get_primary_keys()],
        kept=CHECKSUM in names,
        packed=[name for name, field in names.items() if isinstance(field, models.PackedText)],
        given=[name for name, field in names.items() if isinstance(field, AutoField)],
        numbers=[name for name, field in names.items() if type(field) in (IntegerField, BigIntegerField)],
    )
    if model is models.FilterKey:
        words = [name for name in models.Term._meta.columns if name not in ("id", CHECKSUM)]
        return FilterKeys(table, words)
    numbered = [name for name, field in names.items() if isinstance(field, models.RecordNumber)]
    return Numbered(table, numbered) if numbered else table


def rows_of_records(
    database: Database, tables: Iterable[Table], ids: Iterable[str], also: Sql | None = None
) -> list[Any]:
    """The rows of several tables without bytes that belong to some records, and meet a further condition: in
    one statement."""
    found, places = [], list(tables)
    width = max(len(table.columns) for table in places)
    for some in batches(ids):
        ways = []
        for place, table in enumerate(places):
            condition = joined(" AND ", [table.having("record", some), *([also] if also else [])])
            ways.append(sql(f"SELECT {place}, {{texts}}", texts=table.as_texts(width, condition)))
        for place, *texts in run(database, joined(" UNION ALL ", ways)).fetchall():
            found.append(places[place].of_texts(texts))
    return found


#: Every table by its model.
TABLES: dict[Any, Table] = {model: _table_of(model) for model in models.MODELS}
RECORDS = TABLES[models.Record]
QUESTIONS = TABLES[models.Question]
REFERENCES = TABLES[models.Reference]
DEPENDENCIES = TABLES[models.Dependency]
TERMS = TABLES[models.Term]
FILTER_KEYS = TABLES[models.FilterKey]
DATE_KEYS = TABLES[models.DateKey]
POSTINGS = TABLES[models.Posting]
DOSSIER_MENTIONS = TABLES[models.DossierMention]
ID_RANGES = TABLES[models.IdRange]
SEARCH_ROWS = TABLES[models.SearchRow]
#: The same for rows that are to get a number.
NEW_SEARCH_ROWS = Table(SEARCH_ROWS.name, [c for c in SEARCH_ROWS.columns if c != "id"], ("record",))
NAME_KEYS = TABLES[models.NameKey]
CHECKS = TABLES[models.Check]
COUNTERS = TABLES[models.Counter]
FINGERPRINTS = TABLES[models.Fingerprint]
SECRETS = TABLES[models.Secret]
REVISIONS = TABLES[models.Revision]
RENDERINGS = TABLES[models.RenderingRow]
CHANGES = TABLES[models.Change]
API_KEYS = TABLES[models.ApiKey]
KEPT_ANSWERS = TABLES[models.KeptAnswer]
PENDING = TABLES[models.PendingRefresh]
REDACTIONS = TABLES[models.Redaction]
