"""Rows that are kept for their own sake say by a checksum what they hold, so that damage is seen.

What stands there now is taken for what was written. A frozen copy of how a checksum is made.
"""

import secrets
from hashlib import blake2b
from typing import Any

from peewee import Database

KEPT = (
    "record", "citation_check", "counter", "fingerprint", "secret", "revision", "rendering", "change",
    "api_key", "kept_answer", "pending_refresh", "redaction",
)  # fmt: skip


#: Its transactions are its own: some thousand rows each, so that the log beside the database stays small.
atomic = False
AT_ONCE = 2_000


def up(migrator: Any, database: Database) -> None:
    """Add the checksums, the database's secret, and take away what withdrawn records were computed from.

    Where it was cut short, the next start does all of it again, which comes to the same.
    """
    with database.atomic():
        database.execute_sql(
            "INSERT INTO secret (name, value) VALUES ('cursor', ?) ON CONFLICT DO NOTHING",
            (secrets.token_hex(32),),
        )
        database.execute_sql(
            "DELETE FROM dependency WHERE record NOT IN "
            "(SELECT id FROM record WHERE status IN ('published', 'draft'))"
        )
    database.connection().create_function("checksum_of", -1, _checksum, deterministic=True)
    for table in KEPT:
        _add_checksums(database, table)


def _add_checksums(database: Database, table: str) -> None:
    columns = {column.name for column in database.get_columns(table)}
    if "checksum" not in columns:
        database.execute_sql(f"""ALTER TABLE {table} ADD COLUMN "checksum" BLOB NOT NULL DEFAULT x''""")
    held = ", ".join(sorted(f'"{name}"' for name in columns - {"until", "checksum"}))
    after = 0
    while (last := _last_of_next(database, table, after)) is not None:
        database.execute_sql(
            f"UPDATE {table} SET checksum = checksum_of({held}) WHERE rowid > ? AND rowid <= ?", (after, last)
        )
        after = last


def _last_of_next(database: Database, table: str, after: int) -> int | None:
    some = f"SELECT rowid FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT ?"
    row = database.execute_sql(f"SELECT MAX(rowid) FROM ({some})", (after, AT_ONCE)).fetchone()
    return None if row[0] is None else int(row[0])


def _checksum(*values: Any) -> bytes:
    return blake2b(ascii(list(values)).encode(), digest_size=8).digest()
