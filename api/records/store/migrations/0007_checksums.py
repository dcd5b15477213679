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


def up(migrator: Any, database: Database) -> None:
    """Add the checksums, the database's secret, and take away what withdrawn records were computed from."""
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
        rows = database.execute_sql(f"PRAGMA table_info({table})").fetchall()
        held = ", ".join(sorted(f'"{row[1]}"' for row in rows if row[1] != "until"))
        database.execute_sql(f"""ALTER TABLE {table} ADD COLUMN "checksum" BLOB NOT NULL DEFAULT x''""")
        database.execute_sql(f"UPDATE {table} SET checksum = checksum_of({held})")


def _checksum(*values: Any) -> bytes:
    return blake2b(ascii(list(values)).encode(), digest_size=8).digest()
