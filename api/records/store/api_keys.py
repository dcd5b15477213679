"""API keys: made once, shown once, kept as digests, compared in constant time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import token_hex, token_urlsafe

from peewee import Database

from schemas.vocabularies import KEY_ROLES

from ..core.errors import NotFound
from ..core.sql import ALWAYS, sql
from .database import write_transaction
from .tables import API_KEYS

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
        row = API_KEYS.row(
            id=key_id,
            label=label,
            role=role,
            digest=_digest(secret),
            created=_now(),
            expires=expires,
            revoked=None,
        )
        API_KEYS.add(database, [row])
    return f"{PREFIX}_{key_id}_{secret}"


def rotate_key(database: Database, key_id: str) -> str:
    """A new secret for a key; the old one is refused from now on. Raises NotFound."""
    secret = token_urlsafe(32)
    with write_transaction(database):
        _require(database, key_id)
        API_KEYS.change(database, sql("id = {key_id}", key_id=key_id), digest=_digest(secret))
    return f"{PREFIX}_{key_id}_{secret}"


def revoke_key(database: Database, key_id: str) -> None:
    """Refuse a key from now on. Raises NotFound."""
    with write_transaction(database):
        _require(database, key_id)
        unrevoked = sql("id = {key_id} AND revoked IS NULL", key_id=key_id)
        API_KEYS.change(database, unrevoked, revoked=_now())


def _require(database: Database, key_id: str) -> None:
    if not API_KEYS.read_of(database, "id", [key_id]):
        raise NotFound(f'no key has the id "{key_id}"')


def list_keys(database: Database) -> list[KeyRow]:
    """All keys, the oldest first."""
    rows = sorted(API_KEYS.read(database, ALWAYS), key=lambda row: (row.created, row.id))
    return [KeyRow(row.id, row.label, row.role, row.created, row.expires, row.revoked) for row in rows]


def actor_of(database: Database, key: str) -> Actor | None:
    """Who holds this key; None where it is unknown, wrong, expired or revoked."""
    prefix, _, rest = key.partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != PREFIX or not secret or not key.isascii():
        return None
    row = next(iter(API_KEYS.read_of(database, "id", [key_id])), None)
    # Compared even where there is no such key, so that the time taken says nothing.
    matches = compare_digest(_digest(secret), row.digest if row else _digest(""))
    if row is None or not matches or row.revoked or (row.expires and row.expires <= _today()):
        return None
    return Actor(row.label, row.role, key_id)
