"""Writing entries, their keys, renderings, revisions and feed rows into the tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from peewee import Database

from ..core.mentions import mentions
from ..core.registry import DOSSIER, Json
from ..store.models import Record
from ..text.index import SCOPE_OF, forget, index
from .render import Rendered
from .session import Entry, canonical

_COLUMNS = [field.column_name for field in Record._meta.sorted_fields]
_UPSERT = (
    f"INSERT INTO record ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    "ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name != "id")
)
_BY_RECORD = {
    "reference": ("record", "role", "target"),
    "dependency": ("record", "target"),
    "filter_key": ("type", "filter", "value", "qualifier", "record"),
    "date_key": ("type", "field", "missing", "earliest", "latest", "low", "high", "record"),
}


def store_record(database: Database, entry: Entry) -> None:
    """Write the record's row."""
    database.execute_sql(_UPSERT, entry.row())


def settle_mergers(database: Database, merged: Iterable[str]) -> None:
    """Let what had been merged into these records name their survivors: one step always leads there."""
    for record_id in merged:
        survivor = _survivor(database, record_id)
        database.execute_sql("UPDATE record SET merged_into = ? WHERE id = ?", (survivor, record_id))
        database.execute_sql("UPDATE record SET merged_into = ? WHERE merged_into = ?", (survivor, record_id))


def _survivor(database: Database, record_id: str) -> str:
    into = database.execute_sql("SELECT merged_into FROM record WHERE id = ?", (record_id,)).fetchone()[0]
    return _survivor(database, into) if into else record_id


def store_references(database: Database, entry: Entry) -> None:
    """Write which records the document names, and a dossier's questions."""
    named = {(entry.id, m.role, m.target) for m in mentions(entry.type.schema, entry.document)}
    _replace(database, "reference", entry.id, sorted(named))
    if entry.type is DOSSIER:
        database.execute_sql("DELETE FROM question WHERE dossier = ?", (entry.id,))
        questions = [(q["id"], entry.id) for q in entry.document.get("questions", ())]
        _insert(database, "question", ("id", "dossier"), questions)


def store_keys(database: Database, entry: Entry, rendered: Rendered) -> None:
    """Write what the record is found by and what it was computed from."""
    filters = [
        (entry.type.name, name, value, qualifier, entry.id)
        for name, keys in rendered.computed["filters"].items()
        for value, qualifier in keys
    ]
    dates = [(entry.type.name, name, *key, entry.id) for name, key in rendered.computed["dates"].items()]
    _replace(database, "filter_key", entry.id, filters)
    _replace(database, "date_key", entry.id, dates)
    store_dependencies(database, entry, rendered)


def store_search(database: Database, entry: Entry, rendered: Rendered) -> None:
    """Make the record findable, where it is public or a draft."""
    index(database, entry.id, entry.type.name, SCOPE_OF.get(entry.status), rendered.texts)


def store_dependencies(database: Database, entry: Entry, rendered: Rendered) -> None:
    """Write what the record was computed from."""
    depends_on = sorted(rendered.depends_on - {entry.id})
    _replace(database, "dependency", entry.id, [(entry.id, target) for target in depends_on])


def store_rendering(database: Database, entry: Entry, seq: int) -> None:
    """Keep the bytes that are served from this commit on."""
    _insert(
        database,
        "rendering",
        ("record", "seq", "type", "status", "revision", "updated", "name", "computed", "body", "etag"),
        [
            (
                entry.id,
                seq,
                entry.type.name,
                entry.status,
                entry.revision,
                entry.updated,
                entry.name,
                canonical(entry.computed),
                entry.body,
                entry.etag,
            )
        ],
    )


def store_revision(database: Database, entry: Entry, seq: int, reason: Json) -> None:
    """Keep the document of a public state and why it changed."""
    _insert(
        database,
        "revision",
        ("record", "number", "seq", "time", "actor", "change", "kind", "note", "document"),
        [
            (
                entry.id,
                entry.revision,
                seq,
                entry.updated,
                reason["actor"],
                reason["change"],
                reason.get("kind"),
                reason.get("note"),
                canonical(entry.document),
            )
        ],
    )


def store_change(database: Database, row: Sequence[Any]) -> None:
    """Append an entry to the public feed."""
    _insert(
        database,
        "change",
        ("seq", "commit", "time", "kind", "type", "record", "revision", "details"),
        [row],
    )


def store_pending(database: Database, stale: dict[str, str]) -> None:
    """Leave records to be rendered again later, with what caused it."""
    for record_id, cause in stale.items():
        database.execute_sql(
            "INSERT INTO pending_refresh (record, cause) VALUES (?, ?) ON CONFLICT (record) DO NOTHING",
            (record_id, cause),
        )


def erase(database: Database, record_id: str) -> None:
    """Take a draft out of every table."""
    forget(database, record_id)
    for table in (*_BY_RECORD, "citation_check"):
        database.execute_sql(f"DELETE FROM {table} WHERE record = ?", (record_id,))
    database.execute_sql("DELETE FROM question WHERE dossier = ?", (record_id,))
    database.execute_sql("DELETE FROM record WHERE id = ?", (record_id,))


def _replace(database: Database, table: str, record_id: str, rows: Iterable[Sequence[Any]]) -> None:
    database.execute_sql(f"DELETE FROM {table} WHERE record = ?", (record_id,))
    _insert(database, table, _BY_RECORD[table], list(rows))


def _insert(database: Database, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    one = f"({', '.join('?' * len(columns))})"
    # SQLite takes 32,766 parameters a statement.
    for start in range(0, len(rows), 1000):
        some = rows[start : start + 1000]
        database.execute_sql(
            f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * len(some))}",
            [value for row in some for value in row],
        )
