"""What records are found by says since when and until when it held; the past is then asked as the present is.

The keys of the past stood in JSON beside each rendering; the references of the past, in the documents of the
revisions. Both become rows with a period. `computed` keeps what keys are derived from instead of the keys,
which are left out here: the first start derives them all, because no program is named for them.

Some hundred records are moved at a time, in a transaction of their own, so that the log beside the database
stays small. Where it was cut short, the next start goes on.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import orjson
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


#: Its transactions are its own.
atomic = False
AT_ONCE = 500


def up(migrator: Any, database: Database) -> None:
    """Rebuild the four tables with the periods that the history tells."""
    database.connection().create_function("inputs_of", 2, _inputs_of, deterministic=True)
    if "since" not in {column.name for column in database.get_columns("rendering")}:
        _drop(database)
        with database.atomic():
            _begin(database)
    if not database.table_exists("moved"):
        return
    while _move_some(database):
        pass
    with database.atomic():
        _lead_merged(database)
        for name in ("old_reference", "old_rendering", "moved"):
            database.execute_sql(f"DROP TABLE {name}")
        # A digest of the code says now whether records are to be rendered again.
        database.execute_sql("DELETE FROM counter WHERE name = 'rendering'")


def _drop(database: Database) -> None:
    """Each in a transaction of its own: what is dropped is overwritten, and that is in the log."""
    indexes = database.execute_sql(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name IN ('reference', 'filter_key', 'date_key', 'rendering')"
    ).fetchall()
    for (index,) in indexes:
        database.execute_sql(f'DROP INDEX "{index}"')
    for name in ("filter_key", "date_key"):
        database.execute_sql(f"DROP TABLE IF EXISTS {name}")


def _begin(database: Database) -> None:
    for name in ("reference", "rendering"):
        database.execute_sql(f"ALTER TABLE {name} RENAME TO old_{name}")
    with database.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        database.create_tables(TABLES)
    database.execute_sql("CREATE TABLE moved AS SELECT '' AS last")


def _move_some(database: Database) -> bool:
    """Move what belongs to the next records, in the order of their ids; whether there were any."""
    with database.atomic():
        first, last = database.execute_sql(
            "SELECT m.last, (SELECT MAX(id) FROM "
            "(SELECT id FROM record WHERE id > m.last ORDER BY id LIMIT ?)) FROM moved m",
            (AT_ONCE,),
        ).fetchone()
        if last is None:
            return False
        _move_renderings(database, first, last)
        _move_references(database, first, last)
        for name in ("old_reference", "old_rendering"):
            database.execute_sql(f"DELETE FROM {name} WHERE record > ? AND record <= ?", (first, last))
        database.execute_sql("UPDATE moved SET last = ?", (last,))
        return True


# Renderings


def _move_renderings(database: Database, first: str, last: str) -> None:
    """Each holds until the next one of its record; a withdrawn one says why."""
    database.execute_sql(
        "INSERT INTO rendering (id, since, until, type, status, name, computed, body, etag, revision,"
        " updated, withdrawal) SELECT r.record, r.seq,"
        " COALESCE(LEAD(r.seq) OVER (PARTITION BY r.record ORDER BY r.seq), ?), r.type, r.status, r.name,"
        " inputs_of(r.type, r.computed), r.body, r.etag, r.revision, r.updated,"
        " CASE WHEN r.status IN ('retracted', 'merged')"
        " THEN (SELECT json_object('kind', v.kind, 'note', v.note, 'when', v.time) FROM revision v"
        " WHERE v.record = r.record AND v.seq <= r.seq ORDER BY v.number DESC LIMIT 1) END"
        " FROM old_rendering r WHERE r.record > ? AND r.record <= ?",
        (FOREVER, first, last),
    )
    database.execute_sql(
        "UPDATE record SET computed = inputs_of(type, computed) WHERE id > ? AND id <= ?", (first, last)
    )


def _lead_merged(database: Database) -> None:
    """Let every merged record name its survivor from each commit on that gave it another."""
    into: dict[str, str] = {}
    ends: dict[str, str] = {}
    mergers = database.execute_sql(
        "SELECT record, \"commit\", details FROM change WHERE kind = 'merged' ORDER BY seq"
    ).fetchall()
    for merged, commit, details in mergers:
        into[merged] = orjson.loads(details)["into"]
        for record in [merged, *(record for record, end in ends.items() if end == merged)]:
            ends[record] = _end_of(into, record)
            _lead_on(database, record, ends[record], commit)


def _lead_on(database: Database, record: str, survivor: str, commit: int) -> None:
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


def _inputs_of(type_name: str, computed: str) -> str:
    """What a claim's keys are derived from, read back from its keys; other types need nothing."""
    if type_name != "claim" or computed == "{}":
        return "{}"
    inputs = _inputs(orjson.loads(computed)["filters"]) if computed else {}
    return orjson.dumps(inputs, option=orjson.OPT_SORT_KEYS).decode()


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


# References


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


def _move_references(database: Database, first: str, last: str) -> None:
    """Those of each revision's document, until the next revision; those of drafts as they stand."""
    revisions = database.execute_sql(
        "SELECT record, seq, document FROM revision WHERE record > ? AND record <= ? ORDER BY record, number",
        (first, last),
    ).fetchall()
    rows = [
        (record, role, target, since, until)
        for record, some in groupby(revisions, key=lambda row: row[0])
        for (role, target), since, until in _periods([(seq, set(_named(doc))) for _, seq, doc in some])
    ]
    database.execute_sql(
        "INSERT INTO reference (record, role, target, since, until) SELECT value ->> 0, value ->> 1,"
        " value ->> 2, value ->> 3, value ->> 4 FROM json_each(?)",
        (orjson.dumps(rows).decode(),),
    )
    database.execute_sql(
        "INSERT INTO reference (record, role, target, since, until) SELECT record, role, target, 0, ?"
        " FROM old_reference WHERE record > ? AND record <= ? AND record NOT IN (SELECT id FROM rendering"
        " WHERE id > ? AND id <= ?)",
        (FOREVER, first, last, first, last),
    )


def _named(document: str | None) -> Iterable[tuple[str, str]]:
    return _mentions(orjson.loads(document), "") if document else ()


def _mentions(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for member in value:
            yield from _mentions(member, path)
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _mentions(member, f"{path}.{name}" if path else name)
    elif path in ROLES and isinstance(value, str):
        yield path, value
