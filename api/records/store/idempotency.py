"""Finished answers to requests with an Idempotency-Key, replayed for 24 hours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import orjson
from peewee import Database

from ..core.errors import Refusal

KEPT_FOR = timedelta(hours=24)


class KeyReused(Refusal):
    """The idempotency key belongs to another request."""

    problem = "idempotency-key-reused"


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it was given."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class IdempotentRequest:
    """A request that may be repeated: whose it is, its key, and a digest of what it asks."""

    api_key: str
    key: str
    digest: str

    @classmethod
    def of(cls, api_key: str, key: str, method: str, path: str, body: bytes) -> "IdempotentRequest":
        """The request with this method, path (with its query) and body."""
        asked = b"\0".join((method.encode(), path.encode(), body))
        return cls(api_key, key, sha256(asked).hexdigest())


def kept_answer(database: Database, request: IdempotentRequest) -> KeptAnswer | None:
    """The finished answer to this request, or None; inside the writing transaction, so that a repeat
    waits for the first.

    Raises KeyReused where the key was used for another request.
    """
    database.execute_sql("DELETE FROM kept_answer WHERE created < ?", (_moment(-KEPT_FOR),))
    row = database.execute_sql(
        "SELECT request, status, headers, body FROM kept_answer WHERE api_key = ? AND key = ?",
        (request.api_key, request.key),
    ).fetchone()
    if row is None:
        return None
    if row[0] != request.digest:
        raise KeyReused("this Idempotency-Key was used within 24 hours for another method, path or body")
    return KeptAnswer(row[1], orjson.loads(row[2]), row[3].encode())


def keep_answer(database: Database, request: IdempotentRequest, answer: KeptAnswer) -> None:
    """Keep an answer in the transaction of the change itself."""
    database.execute_sql(
        "INSERT INTO kept_answer (api_key, key, request, status, headers, body, created) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            request.api_key,
            request.key,
            request.digest,
            answer.status,
            orjson.dumps(answer.headers).decode(),
            answer.body.decode(),
            _moment(timedelta()),
        ),
    )


def _moment(offset: timedelta) -> str:
    return (datetime.now(UTC) + offset).isoformat(timespec="seconds")
