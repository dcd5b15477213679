"""Processes that write to one database take turns, so that none waits for long.

SQLite lets in whoever asks at the right moment. A process that writes again and again is there more often
than one that sleeps between its attempts: some writers waited for seconds. Turns are a courtesy and protect
nothing, SQLite's lock does: whoever has waited long enough for its turn goes to that lock without it.
"""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

#: Seconds for which a process waits for its turn: longer than a shared commit takes, far less than a writer
#: waits for SQLite's lock.
PATIENCE = 1.0
#: Seconds between two looks.
_PAUSE = 0.001
#: Who writes holds one byte. Who is next holds the other: the last one who wrote waits behind it.
_WRITES, _NEXT = 0, 1


class Turns:
    """Turns of the processes that are forked from the one that makes this, one thread in each at a time.

    The system ends the turn of a process that ends in any way.
    """

    def __init__(self) -> None:
        # Without a name, and open as long as this is there: closing it would end a turn.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A while in which no other process has its turn, unless it took too long to come."""
        end = monotonic() + PATIENCE
        has_turn = self._wait(_NEXT, end) and self._wait(_WRITES, end)
        self._let_go(_NEXT)
        try:
            yield
        finally:
            if has_turn:
                self._let_go(_WRITES)

    def _wait(self, byte: int, end: float) -> bool:
        while not self._take(byte):
            if monotonic() > end:
                return False
            sleep(_PAUSE)
        return True

    def _take(self, byte: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except OSError:
            return False
        return True

    def _let_go(self, byte: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, byte)
