"""What records are found by says since when and until when it held; the past is then asked as the present is.

The keys of the past stood in JSON beside each rendering; the references of the past, in the documents of the
revisions. Both become rows with a period. `computed` keeps what keys are derived from instead of the keys.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from peewee import SQL, BigIntegerField, BlobField, CompositeKey, Database, IntegerField, Model, TextField

FOREVER = 9_223_372_036_854_775_807
Json = dict[str, Any]
Period = tuple[tuple[Any, ...], int, int]


class Reference(Model):
    record = TextField()
    role = TextField()
    target = TextField()
    since = IntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "reference"
        without_rowid = True
        primary_key = CompositeKey("record", "role", "target", "since")
        indexes = ((("target", "role", "record", "since", "until"), False),)


class FilterKey(Model):
    type = TextField()
    found_by = TextField(column_name="filter")
    value = TextField()
    qualifier = TextField()
    record = TextField()
    since = IntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "filter_key"
        without_rowid = True
        primary_key = CompositeKey("type", "found_by", "value", "qualifier", "record", "since")
        indexes = ((("record", "found_by", "value", "qualifier", "since", "until"), False),)


class DateKey(Model):
    record = TextField()
    field = TextField()
    type = TextField()
    missing = IntegerField()
    earliest = TextField()
    latest = TextField()
    low = TextField(null=True)
    high = TextField(null=True)
    since = IntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "date_key"
        without_rowid = True
        primary_key = CompositeKey("record", "field", "since")
        indexes = ((("type", "field", "missing", "earliest", "latest", "record", "since", "until"), False),)


DateKey.add_index(
    SQL(
        "CREATE INDEX date_key_newest ON date_key "
        "(type, field, missing, latest DESC, earliest DESC, record, since, until)"
    )
)


class RenderingRow(Model):
    id = TextField()
    since = IntegerField()
    until = BigIntegerField()
    type = TextField()
    status = TextField()
    name = TextField()
    computed = TextField()
    body = BlobField(null=True)
    etag = TextField()
    revision = IntegerField()
    updated = TextField()
    merged_into = TextField(null=True)
    withdrawal = TextField(null=True)

    class Meta:
        table_name = "rendering"
        primary_key = CompositeKey("id", "since")
        indexes = (
            (("type", "status", "id", "since", "until"), False),
            (("type", "status", "updated", "id", "since", "until"), False),
            (("merged_into",), False),
        )


RenderingRow.add_index(
    SQL("CREATE INDEX rendering_newest ON rendering (type, status, updated DESC, id, since, until)")
)


class Fingerprint(Model):
    name = TextField(primary_key=True)
    text = TextField()
    digest = TextField()

    class Meta:
        table_name = "fingerprint"


TABLES = (Reference, FilterKey, DateKey, RenderingRow, Fingerprint)
#: How claims were shown from the other side when this was written.
INVERSE = frozenset(
    {
        "contradicted-by", "supported-by", "responded-to-by", "elaborated-by", "conditioned-by",
        "superseded-by", "corrected-by",
    }
)  # fmt: skip
#: Fields that named records when this was written, as dotted paths.
ROLES = frozenset(
    {
        "names.used_by", "names.citations.source", "offices.of", "offices.citations.source",
        "memberships.party", "part_of", "predecessors", "citations.source", "places", "participants.party",
        "dossiers", "attribution.party", "attribution.source", "position_of", "about.parties",
        "about.places", "about.dates", "relations.claim", "assessment.citations.source", "publisher",
        "derived_from.source", "claimed_by", "administered_by",
    }
)  # fmt: skip


def up(migrator: Any, database: Database) -> None:
    """Rebuild the four tables with the periods that the history tells."""
    for name in ("reference", "filter_key", "date_key", "rendering"):
        _set_aside(database, name)
    with database.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        database.create_tables(TABLES)
    _move_renderings(database)
    _move_keys(database)
    _move_references(database)
    for name in ("reference", "filter_key", "date_key", "rendering"):
        database.execute_sql(f"DROP TABLE old_{name}")
    # A digest of the code says now whether records are to be rendered again.
    database.execute_sql("DELETE FROM counter WHERE name = 'rendering'")


def _set_aside(database: Database, table: str) -> None:
    indexes = database.execute_sql(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,)
    ).fetchall()
    for (index,) in indexes:
        database.execute_sql(f'DROP INDEX "{index}"')
    database.execute_sql(f"ALTER TABLE {table} RENAME TO old_{table}")
    if table == "rendering":
        database.execute_sql("CREATE INDEX old_rendering_order ON old_rendering (record, seq)")


# Renderings


def _move_renderings(database: Database) -> None:
    """Each holds until the next one of its record; a withdrawn one says why, a merged one where it led."""
    database.execute_sql(
        "INSERT INTO rendering (id, since, until, type, status, name, computed, body, etag, revision,"
        " updated, withdrawal) SELECT r.record, r.seq,"
        " COALESCE(LEAD(r.seq) OVER (PARTITION BY r.record ORDER BY r.seq), ?), r.type, r.status, r.name,"
        " r.computed, r.body, r.etag, r.revision, r.updated, CASE WHEN r.status IN ('retracted', 'merged')"
        " THEN (SELECT json_object('kind', v.kind, 'note', v.note, 'when', v.time) FROM revision v"
        " WHERE v.record = r.record AND v.seq <= r.seq ORDER BY v.number DESC LIMIT 1) END"
        " FROM old_rendering r",
        (FOREVER,),
    )
    into: dict[str, str] = {}
    mergers = database.execute_sql(
        "SELECT record, \"commit\", details FROM change WHERE kind = 'merged' ORDER BY seq"
    ).fetchall()
    for record, commit, details in mergers:
        into[record] = json.loads(details)["into"]
        _lead_on(database, into, commit)
    for table, key in (("rendering", "id, since"), ("record", "id")):
        _move_computed(database, table, key)


def _lead_on(database: Database, into: dict[str, str], commit: int) -> None:
    """Let every merged record name its survivor from this commit on."""
    for record in into:
        survivor = _end_of(into, record)
        row = database.execute_sql(
            "SELECT since FROM rendering WHERE id = ? AND since < ? AND until > ? AND merged_into <> ?",
            (record, commit, commit, survivor),
        ).fetchone()
        if row:
            _divide_rendering(database, record, row[0], commit)
        database.execute_sql(
            "UPDATE rendering SET merged_into = ? WHERE id = ? AND since >= ? AND status = 'merged'",
            (survivor, record, commit),
        )


def _divide_rendering(database: Database, record: str, since: int, commit: int) -> None:
    columns = (
        "id, until, type, status, name, computed, body, etag, revision, updated, merged_into, withdrawal"
    )
    database.execute_sql(
        f"INSERT INTO rendering (since, {columns}) SELECT ?, {columns} FROM rendering "
        "WHERE id = ? AND since = ?",
        (commit, record, since),
    )
    database.execute_sql("UPDATE rendering SET until = ? WHERE id = ? AND since = ?", (commit, record, since))


def _end_of(into: dict[str, str], record: str) -> str:
    seen = {record}
    while record in into and into[record] not in seen:
        record = into[record]
        seen.add(record)
    return record


def _move_computed(database: Database, table: str, key: str) -> None:
    """What a claim's keys are derived from, read back from its keys; other types need nothing."""
    columns = key.split(", ")
    rows = database.execute_sql(
        f"SELECT {key}, computed FROM {table} WHERE type = 'claim' AND computed <> '{{}}'"
    ).fetchall()
    where = " AND ".join(f"{column} = ?" for column in columns)
    for *of, computed in rows:
        inputs = _inputs(json.loads(computed)["filters"]) if computed else {}
        text = json.dumps(inputs, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        database.execute_sql(f"UPDATE {table} SET computed = ? WHERE {where}", (text, *of))
    database.execute_sql(f"UPDATE {table} SET computed = '{{}}' WHERE type <> 'claim'")


def _inputs(keys: dict[str, list[list[str]]]) -> Json:
    def values(name: str) -> list[str]:
        return [value for value, _ in keys.get(name, ())]

    return {
        "claimant": next(iter(values("claimant")), None),
        "origins": values("origin"),
        "origin_count": int(next(iter(values("origins_min")), "0")),
        "standing": values("standing"),
        "inverse_types": [name for name in values("relation") if name in INVERSE],
        "publishers": [value for value, qualifier in keys.get("via", ()) if not qualifier],
    }


# Keys


def _move_keys(database: Database) -> None:
    """Those of public records by their renderings, those of drafts as they stand."""
    rows = database.execute_sql("SELECT record, seq, type, computed FROM old_rendering ORDER BY record, seq")
    for record, some in groupby(_batched(rows), key=lambda row: row[0]):
        states = [(seq, type_name, json.loads(computed)) for _, seq, type_name, computed in some]
        filters = [(seq, set(_filters(type_name, computed))) for seq, type_name, computed in states]
        dates = [(seq, set(_dates(type_name, computed))) for seq, type_name, computed in states]
        for (type_name, name, value, qualifier), since, until in _periods(filters):
            database.execute_sql(
                "INSERT INTO filter_key (type, filter, value, qualifier, record, since, until) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (type_name, name, value, qualifier, record, since, until),
            )
        for row, since, until in _periods(dates):
            database.execute_sql(
                "INSERT INTO date_key (type, field, missing, earliest, latest, low, high, record, since, "
                "until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, record, since, until),
            )
    _move_drafts(database, "filter_key", "type, filter, value, qualifier, record")
    _move_drafts(database, "date_key", "type, field, missing, earliest, latest, low, high, record")


def _batched(cursor: Any) -> Iterator[Any]:
    while rows := cursor.fetchmany(1000):
        yield from rows


def _filters(type_name: str, computed: Json) -> Iterator[tuple[Any, ...]]:
    keys = dict(computed.get("filters", {}))
    # Renderings older than this filter are found by it all the same.
    if type_name == "claim" and (side := keys.get("position_of") or keys.get("claimant")):
        keys.setdefault("side", side)
    for name, found in keys.items():
        for value, qualifier in found:
            yield type_name, name, value, qualifier


def _dates(type_name: str, computed: Json) -> Iterator[tuple[Any, ...]]:
    for name, key in computed.get("dates", {}).items():
        yield type_name, name, *key


def _periods(states: list[tuple[int, set[tuple[Any, ...]]]]) -> Iterator[Period]:
    """(row, since, until) of rows, from the sets that held from each number on."""
    began: dict[tuple[Any, ...], int] = {}
    for seq, rows in states:
        for gone in began.keys() - rows:
            yield gone, began.pop(gone), seq
        for row in rows - began.keys():
            began[row] = seq
    for row, since in began.items():
        yield row, since, FOREVER


def _move_drafts(database: Database, table: str, columns: str) -> None:
    database.execute_sql(
        f"INSERT INTO {table} ({columns}, since, until) SELECT {columns}, 0, ? FROM old_{table} "
        "WHERE record NOT IN (SELECT id FROM rendering)",
        (FOREVER,),
    )


# References


def _move_references(database: Database) -> None:
    """Those of each revision's document, until the next revision; those of drafts as they stand."""
    rows = database.execute_sql("SELECT record, seq, document FROM revision ORDER BY record, number")
    for record, some in groupby(_batched(rows), key=lambda row: row[0]):
        states = [(seq, set(_named(document))) for _, seq, document in some]
        for (role, target), since, until in _periods(states):
            database.execute_sql(
                "INSERT INTO reference (record, role, target, since, until) VALUES (?, ?, ?, ?, ?)",
                (record, role, target, since, until),
            )
    _move_drafts(database, "reference", "record, role, target")


def _named(document: str | None) -> Iterable[tuple[str, str]]:
    return _mentions(json.loads(document), "") if document else ()


def _mentions(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for member in value:
            yield from _mentions(member, path)
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _mentions(member, f"{path}.{name}" if path else name)
    elif path in ROLES and isinstance(value, str):
        yield path, value
