"""Finished answers to requests with an Idempotency-Key, replayed for 24 hours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import monotonic
from weakref import WeakKeyDictionary

import orjson
from peewee import Database

from ..core.errors import Refusal
from ..core.sql import sql
from .tables import KEPT_ANSWERS

KEPT_FOR = timedelta(hours=24)
#: Seconds between two times at which this process takes away what is older; by database, when it last did.
_SWEPT_EVERY = 60.0
_SWEPT: WeakKeyDictionary[Database, float] = WeakKeyDictionary()


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
    of_key = sql(
        "api_key = {api_key} AND key = {key} AND created >= {oldest}",
        api_key=request.api_key,
        key=request.key,
        oldest=_moment(-KEPT_FOR),
    )
    for row in KEPT_ANSWERS.read(database, of_key):
        if row.request != request.digest:
            raise KeyReused("this Idempotency-Key was used within 24 hours for another method, path or body")
        return KeptAnswer(row.status, orjson.loads(row.headers), row.body.encode())
    return None


def keep_answer(database: Database, request: IdempotentRequest, answer: KeptAnswer) -> None:
    """Keep an answer in the transaction of the change itself, in the place of one that is too old; now and
    then all of these go."""
    row = KEPT_ANSWERS.row(
        api_key=request.api_key,
        key=request.key,
        request=request.digest,
        status=answer.status,
        headers=orjson.dumps(answer.headers).decode(),
        body=answer.body.decode(),
        created=_moment(timedelta()),
    )
    KEPT_ANSWERS.put(database, [row])
    if monotonic() > _SWEPT.get(database, -_SWEPT_EVERY) + _SWEPT_EVERY:
        database.execute_sql("DELETE FROM kept_answer WHERE created < ?", (_moment(-KEPT_FOR),))
        _SWEPT[database] = monotonic()


def _moment(offset: timedelta) -> str:
    return (datetime.now(UTC) + offset).isoformat(timespec="seconds")
