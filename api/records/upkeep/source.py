"""A record that is copied, as a process of its own reads it: while one reads and cuts texts into words, the
other writes and compares."""

import marshal
import pickle
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import blake2b
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import Queue
from signal import SIG_IGN, SIGINT, signal
from threading import Thread
from typing import Any, Self

import orjson
from peewee import Database

from ..core.registry import TYPES
from ..store.database import require_usable, snapshot
from ..store.tables import TABLES
from ..text.fulltext import SCOPE_OF, FullText
from ..text.texts import texts_of

#: Rows that are read at once, and how many such pages may be read ahead of who writes.
AT_ONCE, _AHEAD = 1_000, 24
#: What the reader says: a page of a table, its end with a digest, a page of texts, the end, an error.
_ROWS, _TABLE, _TEXTS, _END, _ERROR = b"R", b"T", b"X", b"E", b"F"
#: What is heard where it says no more.
_GONE = b"G"
_SEARCHED = """
SELECT r.id, r.type, r.status, r.body, s.id FROM record r JOIN search_row s ON s.record = r.id
WHERE r.id > ? ORDER BY r.id LIMIT ?"""


class SourceFailed(Exception):
    """The record cannot be read to its end; `why` is what it was stopped by."""

    def __init__(self, why: Exception) -> None:
        super().__init__(str(why))
        self.why = why


class Source:
    """A record, read in one state by another process from beginning to end: all tables in their order, then
    the texts of its records, as a full-text index keeps them."""

    def __init__(self, opened: Callable[[], Database], full_text: FullText) -> None:
        # Nothing of this process is taken along: it has connections and threads.
        context = get_context("spawn")
        self._receiving, self._sending = context.Pipe(duplex=False)
        reading = (opened, full_text, self._sending)
        self._process = context.Process(target=_read, args=reading, daemon=True)
        self._ahead: Queue[bytes] = Queue(_AHEAD)
        #: Of the table whose pages came last.
        self.digest = b""

    def __enter__(self) -> Self:
        with suppress(BrokenPipeError):
            # Where it has ended before it began, nothing will be received.
            self._process.start()
        # Whoever reads hears of it when this process is gone.
        self._sending.close()
        Thread(target=self._receive, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.pid:
            self._process.kill()
            self._process.join()

    def _receive(self) -> None:
        try:
            while True:
                self._ahead.put(self._receiving.recv_bytes())
        except (EOFError, OSError):
            self._ahead.put(_GONE)

    def pages(self) -> Iterator[list[tuple[Any, ...]]]:
        """The pages of the next table, as `Table.pages` has them."""
        while (page := self._next(_ROWS, _TABLE)) is not None:
            yield page

    def texts(self) -> Iterator[tuple[str, list[Any]]]:
        """Scopes, and rows of the full-text index in them."""
        while (found := self._next(_TEXTS, _END)) is not None:
            yield found

    def _next(self, going_on: bytes, end: bytes) -> Any:
        """What is said next; None at the end. Raises SourceFailed where the record cannot be read on,
        ValueError where the reader was killed."""
        message = self._ahead.get()
        kind, said = message[:1], message[1:]
        if kind == _GONE:
            raise ValueError("the process that read it has ended")
        if kind == _ERROR:
            # It was written by this process's own child.
            raise SourceFailed(pickle.loads(said))
        assert kind in (going_on, end)
        if kind == end:
            self.digest = said
            return None
        return marshal.loads(said)


def in_bytes(rows: Any) -> bytes:
    """Rows as bytes, which are the same where all their values and the kinds of these are. Later versions of
    the format depend on which values are one object."""
    return marshal.dumps(rows, 2)


def _read(opened: Callable[[], Database], full_text: FullText, sending: Connection) -> None:
    """What the other process does."""
    # Ctrl-C is for the one that writes, whose end ends this one.
    signal(SIGINT, SIG_IGN)
    try:
        database = opened()
        with snapshot(database):
            require_usable(database)
            _send_tables(database, sending)
            _send_texts(database, full_text, sending)
        sending.send_bytes(_END)
    except BrokenPipeError:
        return
    except Exception as error:
        # Whatever it was: the process that writes raises it, and undoes what it wrote.
        sending.send_bytes(_ERROR + pickle.dumps(error))


def _send_tables(database: Database, sending: Connection) -> None:
    for table in TABLES.values():
        digest = blake2b()
        for rows in table.stored.pages(database, AT_ONCE):
            said = in_bytes(rows)
            digest.update(said)
            sending.send_bytes(_ROWS + said)
        sending.send_bytes(_TABLE + digest.digest())


def _send_texts(database: Database, full_text: FullText, sending: Connection) -> None:
    last = ""
    while rows := database.execute_sql(_SEARCHED, (last, AT_ONCE)).fetchall():
        last = rows[-1][0]
        for status, scope in SCOPE_OF.items():
            texts = [
                full_text.row(number, texts_of(TYPES[type_name], orjson.loads(body)))
                for _, type_name, held, body, number in rows
                if held == status
            ]
            if texts:
                sending.send_bytes(_TEXTS + in_bytes((scope, texts)))
