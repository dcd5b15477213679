"""A record that is copied, as a process of its own reads it: while one reads and cuts texts into words, the
other writes and compares."""

import marshal
import pickle
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection
from operator import attrgetter, itemgetter
from queue import Queue
from signal import SIG_IGN, SIGINT, signal
from threading import Thread
from typing import Any, NamedTuple, Self

import orjson
from peewee import Database

from ..core.registry import TYPES
from ..store.database import require_usable, snapshot
from ..store.rows import Form
from ..store.tables import TABLES
from ..text.fulltext import SCOPE_OF, FullText
from ..text.texts import texts_of

#: Rows that are read at once; records whose texts are.
AT_ONCE, _TEXTS_AT_ONCE = 1_000, 200
#: Bytes that may be read ahead of who writes.
_AHEAD = 64_000_000
#: What the reader says: a page of a table, its end, a page of texts, the end, an error.
ROWS, _TABLE, _TEXTS, _END, _ERROR = b"R", b"T", b"X", b"E", b"F"
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


class PageRead(NamedTuple):
    """What is known of a page of a table: its digest, the key that it ends with, how many rows it has."""

    digest: bytes
    end: tuple[Any, ...]
    rows: int


class _Ahead(Queue[bytes]):
    """Messages that wait, of so many bytes and one more at most."""

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self._bytes = 0

    def _qsize(self) -> int:
        return self._bytes

    def _put(self, item: bytes) -> None:
        super()._put(item)
        self._bytes += len(item)

    def _get(self) -> bytes:
        item: bytes = super()._get()
        self._bytes -= len(item)
        return item


class Source:
    """A record, read in one state by another process from beginning to end: all tables in their order, and
    between their pages the texts of its records, as a full-text index keeps them. Texts keep pace with rows:
    to cut them into words takes longer than all else, and who writes has always something to do."""

    def __init__(self, opened: Callable[[], Database], form: Form, full_text: FullText, rows: int) -> None:
        """`form`: how rows are written down; `rows`: how many there are, as far as is known."""
        # Nothing of this process is taken along: it has connections and threads.
        context = get_context("spawn")
        self._receiving, self._sending = context.Pipe(duplex=False)
        reading = (opened, form, full_text, rows, self._sending)
        self._process = context.Process(target=_read, args=reading, daemon=True)
        self._ahead = _Ahead(_AHEAD)

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

    def runs(self) -> Iterator[tuple[bytes, Iterator[Any]]]:
        """What is said up to the end of a table, and at last to that of all: in runs of ROWS, which are what
        a `PageRead` has and the rows in their form, and of texts, which are scopes and rows of the full-text
        index in them.

        Raises SourceFailed where the record cannot be read on, ValueError where the reader was killed.
        """
        for kind, run in groupby(iter(self._next, None), itemgetter(0)):
            yield kind, (said for _, said in run)

    def _next(self) -> tuple[bytes, Any] | None:
        message = self._ahead.get()
        kind, said = message[:1], memoryview(message)[1:]
        if kind == _GONE:
            raise ValueError("the process that read it has ended")
        if kind == _ERROR:
            # It was written by this process's own child.
            raise SourceFailed(pickle.loads(said))
        return None if kind in (_TABLE, _END) else (kind, marshal.loads(said))


def _read(
    opened: Callable[[], Database], form: Form, full_text: FullText, rows: int, sending: Connection
) -> None:
    """What the other process does."""
    # Ctrl-C is for the one that writes, whose end ends this one.
    signal(SIGINT, SIG_IGN)
    try:
        database = opened()
        with snapshot(database):
            require_usable(database)
            for kind, said in _said(database, form, full_text, rows):
                sending.send_bytes(kind + said)
    except BrokenPipeError:
        return
    except Exception as error:
        # Whatever it was: the process that writes raises it, and undoes what it wrote.
        sending.send_bytes(_ERROR + pickle.dumps(error))


def _said(database: Database, form: Form, full_text: FullText, rows: int) -> Iterator[tuple[bytes, bytes]]:
    """All that is said, in its order."""
    [(records,)] = database.execute_sql("SELECT COUNT(*) FROM search_row").fetchall()
    texts = _texts(database, full_text)
    read = told = 0
    for table in map(attrgetter("stored"), TABLES.values()):
        for page in table.pages(database, AT_ONCE):
            written, digest = form.written(table.name, page)
            yield ROWS, marshal.dumps((digest, table.key_in(page[-1]), len(page), written))
            read += len(page)
            while told * rows < read * records and (some := next(texts, None)):
                told += _TEXTS_AT_ONCE
                yield from some
        yield _TABLE, b""
    yield from chain.from_iterable(texts)
    yield _END, b""


def _texts(database: Database, full_text: FullText) -> Iterator[list[tuple[bytes, bytes]]]:
    """The texts of so many records at once."""
    last = ""
    while rows := database.execute_sql(_SEARCHED, (last, _TEXTS_AT_ONCE)).fetchall():
        last = rows[-1][0]
        found = [
            (
                scope,
                [
                    full_text.row(number, texts_of(TYPES[type_name], orjson.loads(body)))
                    for _, type_name, held, body, number in rows
                    if held == status
                ],
            )
            for status, scope in SCOPE_OF.items()
        ]
        yield [(_TEXTS, marshal.dumps(some)) for some in found if some[1]]
