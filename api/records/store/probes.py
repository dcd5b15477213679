"""Short questions to a PostgreSQL server, each with a bounded wait: what it shows, whether it follows
another; and being told of commits.

They are asked in places that must not wait for a server that is gone: the loop of a worker, the watch over
replicas. psycopg itself waits for an answer without a bound.
"""

from collections.abc import Callable
from contextlib import suppress
from select import POLLIN, poll
from threading import Thread
from time import monotonic, sleep
from typing import Any, NamedTuple

import psycopg
from psycopg.pq import ExecStatus

#: Seconds that a question may take, and a connection may take to be made (libpq: at least 2); seconds after
#: which a server that could not be reached is asked again.
_PATIENCE, _PATIENCE_TO_CONNECT, _PAUSE = 1.0, 2, 0.25
#: Whoever commits tells it to those who listen here.
CHANNEL = "facts_commit"

#: Which commits the database shows. A replica's snapshot leaves out which transactions were still open, and
#: can so be the same before and after a commit; how far it has replayed the log never is.
_SHOWN = """
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text ELSE pg_current_snapshot()::text END
"""
_NUMBER = "SELECT value FROM counter WHERE name = 'version'"
_RECORD = "SELECT md5(value) FROM secret WHERE name = 'cursor'"
_STANDING = f"SELECT ({_RECORD}), ({_NUMBER}), pg_is_in_recovery()"


class Standing(NamedTuple):
    """What a server shows: of which record, how many commits; and whether it follows another server."""

    record: bytes
    version: int
    follows: bool


class Probe:
    """A connection for questions, made when one is asked and again after it was lost. For one thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None
        self._prepared: dict[str, bytes] = {}
        self._again_at = 0.0

    def ask(self, question: str) -> list[bytes] | None:
        """The values of the one row that answers; None where none came in time."""
        if monotonic() < self._again_at:
            return None
        kept = self._connection is not None
        try:
            return self._asked(question)
        except psycopg.Error as error:
            self._let_go()
            if kept and not isinstance(error, _NoAnswer):
                # The server may have been restarted since.
                return self.ask(question)
            self._again_at = monotonic() + _PAUSE
            return None

    def standing(self) -> Standing | None:
        """What the server shows; None where it does not answer."""
        found = self.ask(_STANDING)
        # Before the tables were replayed there is nothing to show.
        return Standing(found[0], int(found[1]), found[2] == b"t") if found and all(found) else None

    def _asked(self, question: str) -> list[bytes]:
        server = self._connected().pgconn
        if question not in self._prepared:
            name = b"q%d" % len(self._prepared)
            server.send_prepare(name, question.encode())
            _result(server)
            self._prepared[question] = name
        server.send_query_prepared(self._prepared[question], None)
        result = _result(server)
        if result.ntuples != 1:
            raise psycopg.OperationalError("no row answers")
        return [result.get_value(0, column) or b"" for column in range(result.nfields)]

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = _connected_to(self._url)
            self._prepared = {}
        return self._connection

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()


class _NoAnswer(psycopg.OperationalError):
    """None came in time."""


def _result(server: Any) -> Any:
    """The result of what was sent. Raises psycopg.Error where there is none in time, or an error."""
    server.flush()
    ready, end = poll(), monotonic() + _PATIENCE
    ready.register(server.socket, POLLIN)
    while server.is_busy():
        if not ready.poll(max(0.0, end - monotonic()) * 1000):
            raise _NoAnswer
        server.consume_input()
    result = server.get_result()
    # The end of the answer, which has come with it.
    while result is not None and server.get_result() is not None:
        pass
    if result is None or result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise psycopg.OperationalError("the question was refused")
    return result


class ServerVersion:
    """Tells which commits a server shows, to the thread that calls it."""

    def __init__(self, url: str) -> None:
        self._probe = Probe(url)

    def __call__(self) -> Any:
        """A value that is another after each commit; None while it cannot be read."""
        found = self._probe.ask(_SHOWN)
        return found[0] if found else None

    def number(self) -> int:
        """How many commits are shown; 0 while it cannot be read."""
        found = self._probe.ask(_NUMBER)
        return int(found[0]) if found else 0


def listen(url: str, told: Callable[[], None]) -> None:
    """Have `told` called, in a thread, soon after a commit: as a rule, and no more than that. Whoever needs
    to know asks."""
    Thread(target=_listen, args=(url, told), daemon=True).start()


def _listen(url: str, told: Callable[[], None]) -> None:
    while True:
        with suppress(psycopg.Error), _connected_to(url) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            # Something may have been told before anybody listened.
            told()
            for _ in connection.notifies():
                told()
        sleep(_PAUSE)


def _connected_to(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True, connect_timeout=_PATIENCE_TO_CONNECT)
