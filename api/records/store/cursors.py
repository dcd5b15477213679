"""Cursors: where a page ended, signed, and good for one query only."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from itsdangerous import BadData, URLSafeSerializer
from peewee import Database

from schemas.base import Fault
from schemas.query import QueryError, QueryFault

from .database import secret


class _Json:
    """orjson in the shape that itsdangerous takes."""

    @staticmethod
    def dumps(value: Any, **_: Any) -> str:
        return orjson.dumps(value).decode()

    loads = staticmethod(orjson.loads)


_SECRETS: WeakKeyDictionary[Database, str] = WeakKeyDictionary()


def cursors_of(database: Database, query: object) -> "Cursors":
    """The cursors of one query; the key that signs them is a constant of its database, read once."""
    if database not in _SECRETS:
        _SECRETS[database] = secret(database, "cursor")
    return Cursors(_SECRETS[database], query)


def _unordered(query: object) -> object:
    """A query without the order of its lists' values, which makes no other query."""
    if isinstance(query, dict):
        members = query.items()
        return {n: sorted(v, key=str) if isinstance(v, list) else v for n, v in members}
    return [_unordered(part) for part in query] if isinstance(query, list) else query


class Cursors:
    """Makes and reads the cursors of one query."""

    def __init__(self, secret: str, query: object) -> None:
        salt = sha256(orjson.dumps(_unordered(query), option=orjson.OPT_SORT_KEYS)).digest()
        self._serializer = URLSafeSerializer(secret, salt, serializer=_Json)

    def cursor(self, values: Sequence[Any]) -> str:
        """A token for the row with these sort values."""
        return str(self._serializer.dumps(list(values)))

    def values(self, cursor: str) -> list[Any]:
        """The sort values in a token.

        Raises QueryError where it was tampered with or belongs to another query.
        """
        try:
            return list(self._serializer.loads(cursor))
        except BadData:
            wrong = Fault(
                "is not a cursor of this query: take it from page.next and keep the other parameters"
            )
            raise QueryError([QueryFault("after", f"after: {wrong}")]) from None
