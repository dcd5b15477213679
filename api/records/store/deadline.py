"""How long a request may read: the engine looks at the clock, and so does what Python does with rows, by
`look`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic, sleep
from typing import Any

import orjson
from peewee import Database, OperationalError

from .engine import engine_of, translated


class OutOfTime(OperationalError):
    """What was asked takes longer than it may; the engine says the same by an error of its own."""


class _Limit:
    """When the time of a request is over."""

    def __init__(self, milliseconds: int) -> None:
        self.end = monotonic() + milliseconds / 1000

    def passed(self) -> bool:
        return monotonic() > self.end


_LIMIT: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@contextmanager
def time_limit(database: Database, milliseconds: int) -> Iterator[None]:
    """Reading in this block is given up when this time has passed since its beginning.

    The engine gives up its statements; what fetches rows or does much with them calls `look`.
    """
    limit = _Limit(milliseconds)
    # First: where the database cannot be opened, no limit may stay behind.
    with engine_of(database).limited(limit.passed, milliseconds):
        token = _LIMIT.set(limit)
        try:
            yield
        finally:
            _LIMIT.reset(token)


def look() -> None:
    """Raise OutOfTime where the time of this request is over."""
    limit = _LIMIT.get()
    if limit and limit.passed():
        raise OutOfTime("interrupted")


def parsed(body: bytes | str) -> Any:
    """A record's bytes as a document, as long as there is time: one is cheap, many are not."""
    look()
    return orjson.loads(body)


def wait(seconds: float) -> None:
    """Sleep for something new; this is not reading, and the limit moves with it."""
    began = monotonic()
    sleep(seconds)
    if limit := _LIMIT.get():
        limit.end += monotonic() - began


def watched(cursor: Any) -> Any:
    """A class of a driver's cursors whose errors are peewee's, and which look at the clock, while rows are
    fetched too: peewee itself stands around the execution alone."""

    class Watched(cursor):  # type: ignore[misc]  # whichever class the driver has
        def fetchone(self) -> Any:
            look()
            with translated:
                return super().fetchone()

        def fetchall(self) -> list[Any]:
            look()
            with translated:
                rows: list[Any] = super().fetchall()
                return rows

        def __next__(self) -> Any:
            look()
            with translated:
                return super().__next__()

    return Watched
