"""API keys: made once, shown once, kept as digests, compared in constant time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import token_hex, token_urlsafe

from peewee import Database

from schemas.vocabularies import KEY_ROLES

from ..core.errors import NotFound
from .database import write_transaction

PREFIX = "facts"
#: The lesser first.
ROLES = KEY_ROLES.names


@dataclass(frozen=True)
class Actor:
    """Who writes: the label that revisions show, and the role."""

    label: str
    role: str
    key: str = ""

    def may(self, role: str) -> bool:
        """Whether the actor has this role or a greater one."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True)
class KeyRow:
    """A key as listed: everything but the secret."""

    id: str
    label: str
    role: str
    created: str
    expires: str | None
    revoked: str | None

    @property
    def state(self) -> str:
        """active, expired or revoked."""
        if self.revoked:
            return "revoked"
        return "expired" if self.expires and self.expires <= _today() else "active"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _digest(secret: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return sha256(secret.encode()).hexdigest()


def create_key(database: Database, label: str, role: str, expires: str | None = None) -> str:
    """A new key; the only time that it can be seen. `expires`: the first day on which it is refused."""
    key_id, secret = token_hex(4), token_urlsafe(32)
    with write_transaction(database):
        database.execute_sql(
            "INSERT INTO api_key (id, label, role, digest, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
            (key_id, label, role, _digest(secret), _now(), expires),
        )
    return f"{PREFIX}_{key_id}_{secret}"


def rotate_key(database: Database, key_id: str) -> str:
    """A new secret for a key; the old one is refused from now on. Raises NotFound."""
    secret = token_urlsafe(32)
    with write_transaction(database):
        _require(database, key_id)
        database.execute_sql("UPDATE api_key SET digest = ? WHERE id = ?", (_digest(secret), key_id))
    return f"{PREFIX}_{key_id}_{secret}"


def revoke_key(database: Database, key_id: str) -> None:
    """Refuse a key from now on. Raises NotFound."""
    with write_transaction(database):
        _require(database, key_id)
        database.execute_sql(
            "UPDATE api_key SET revoked = ? WHERE id = ? AND revoked IS NULL", (_now(), key_id)
        )


def _require(database: Database, key_id: str) -> None:
    row = database.execute_sql("SELECT revoked FROM api_key WHERE id = ?", (key_id,)).fetchone()
    if row is None:
        raise NotFound(f'no key has the id "{key_id}"')


def list_keys(database: Database) -> list[KeyRow]:
    """All keys, the oldest first."""
    sql = "SELECT id, label, role, created, expires, revoked FROM api_key ORDER BY created, id"
    return [KeyRow(*row) for row in database.execute_sql(sql).fetchall()]


def actor_of(database: Database, key: str) -> Actor | None:
    """Who holds this key; None where it is unknown, wrong, expired or revoked."""
    prefix, _, rest = key.partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != PREFIX or not secret or not key.isascii():
        return None
    sql = "SELECT label, role, digest, expires, revoked FROM api_key WHERE id = ?"
    row = database.execute_sql(sql, (key_id,)).fetchone()
    # Compared even where there is no such key, so that the time taken says nothing.
    matches = compare_digest(_digest(secret), row[2] if row else _digest(""))
    if row is None or not matches or row[4] or (row[3] and row[3] <= _today()):
        return None
    return Actor(row[0], row[1], key_id)
