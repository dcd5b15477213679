"""Where reads go: to a replica that keeps up, where the database has some, else to the database itself.

A process reads from one replica at a time, so that what it keeps in memory is of one state; processes spread
over the replicas. Each process watches all of them.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from threading import BoundedSemaphore, Lock
from time import monotonic, sleep
from typing import Any, Literal, NamedTuple, TypeVar, cast

from peewee import Database, PeeweeException

from .counters import reached
from .database import version_of
from .engine import ShownVersion
from .troubles import trouble_of

#: Seconds between two looks at a replica that a read waits for.
_PAUSE = 0.01

T = TypeVar("T")
Standing = Literal["following", "lagging", "unreachable", "promoted", "foreign"]
#: Tells an operator of an event.
Tell = Callable[..., None]


class NotReached(Exception):
    """The database has no commit of the number that a read needs."""


class Needs(NamedTuple):
    """What a read must be shown at least: the state after so many commits, a number of the feed."""

    version: int = 0
    seq: int = 0

    def met_by(self, database: Database) -> bool:
        """Whether a database shows it."""
        version, seq = reached(database)
        return version >= self.version and seq >= self.seq


NOTHING = Needs()


@dataclass
class Replica:
    """A replica, and what was last seen of it: where it stands (None before the first look), the commits that
    it showed, and for how many seconds the primary has had more.

    `break_off` ends what is asked of it.
    """

    number: int
    url: str
    database: Database
    break_off: Callable[[], None]
    standing: Standing | None = None
    version: int = 0
    lag: float = inf


class Reads:
    """Where the reads of a process go; `database` is what they read from.

    `patience`: seconds that a read waits for a replica to show what it needs; `most_waiting`: how many do.
    """

    def __init__(
        self,
        url: str,
        primary: Database,
        replicas: Sequence[Replica] = (),
        patience: float = 1.0,
        most_waiting: int = 1,
        tell: Tell = lambda *_, **__: None,
    ) -> None:
        self.url, self.primary, self.replicas = url, primary, replicas
        self.database: Database = cast(Database, _Chosen(primary)) if replicas else primary
        #: From which replica this process reads, and how often that changed.
        self.chosen: tuple[int, Replica | None] = (0, None)
        self._patience, self._tell = patience, tell
        self._waiting, self._lock = BoundedSemaphore(most_waiting), Lock()

    # Reading

    def answered(self, read: Callable[[], T], needs: Needs = NOTHING) -> T:
        """What a function returns that reads from `database`.

        Where the replica at hand fails another answers, in the end the primary; so it may be called again.
        Raises NotReached where the primary itself does not show what is needed.
        """
        # Twice each: a connection may have ended when its server was restarted.
        for _ in (*self.replicas, *self.replicas):
            replica = self.chosen[1]
            if replica is None:
                break
            kept = not replica.database.is_closed()
            try:
                if not self._shows(replica, needs):
                    break
                return _reading(replica.database, read)
            except PeeweeException as error:
                if not self._lost(replica, error, kept):
                    break
        self.require(needs.version)
        return read()

    def require(self, version: int) -> None:
        """Raise NotReached where the primary does not show the state after so many commits."""
        if version and not Needs(version).met_by(self.primary):
            raise NotReached

    def _lost(self, replica: Replica, error: PeeweeException, kept: bool) -> bool:
        """Whether a replica, or the connection to it that was `kept`, is gone: it is not used again.

        Any other failure is one of this read, which the primary may answer: it conflicted with what was
        replayed, or needs what was not replayed yet. What takes too long would do so there, too.
        """
        trouble = trouble_of(error)
        if trouble == "too-slow":
            raise error
        if trouble != "unreachable":
            return False
        if kept:
            replica.database.close()
        else:
            self.settle(replica, "unreachable")
        return True

    def _shows(self, replica: Replica, needs: Needs) -> bool:
        """Whether a replica shows what is needed, now or soon."""
        # A server that was restarted can show less than before, until it has replayed its log again.
        floor = Needs(replica.version) if replica.database.is_closed() else NOTHING
        if floor != NOTHING and not floor.met_by(replica.database):
            self.settle(replica, "lagging")
            return False
        if needs == NOTHING or needs.met_by(replica.database):
            return True
        # A number of the feed may be one that nobody has: that is not waited for.
        return needs.version > 0 and self._comes_to_show(replica, needs)

    def _comes_to_show(self, replica: Replica, needs: Needs) -> bool:
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            # The primary may be away. What it never had is not waited for.
            with suppress(PeeweeException):
                self.require(needs.version)
            end = monotonic() + self._patience
            while monotonic() < end and replica is self.chosen[1]:
                sleep(_PAUSE)
                if needs.met_by(replica.database):
                    return True
            return False
        finally:
            self._waiting.release()

    # Choosing

    def settle(self, replica: Replica, standing: Standing, lag: float = inf) -> None:
        """Note where a replica stands, and read from it, or no longer."""
        with self._lock:
            before, replica.standing, replica.lag = replica.standing, standing, lag
            self._choose()
        if before not in (None, standing) and "following" in (before, standing):
            event = "a replica is taken back" if standing == "following" else "a replica is left out"
            self._tell(event, None, replica=replica.number, standing=standing)

    def _choose(self) -> None:
        """The process's own replica, which depends on its number, or the next one that keeps up."""
        own = os.getpid() % len(self.replicas)
        order = (*self.replicas[own:], *self.replicas[:own])
        best = next((replica for replica in order if replica.standing == "following"), None)
        changes, chosen = self.chosen
        if best is not chosen:
            self.chosen = changes + 1, best

    # Remembering

    def version(self) -> ShownVersion | None:
        """What tells which commits reads are shown, to one thread."""
        return _ChosenVersion(self) if self.replicas else version_of(self.url)


class _ChosenVersion:
    """Which commits are shown where a process reads. Another value, too, after it began to read elsewhere."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._at: tuple[int, ShownVersion] | None = None

    def __call__(self) -> Any:
        changes, replica = self._reads.chosen
        shown = self._of(changes, replica)()
        if shown is None and replica is not None:
            self._reads.settle(replica, "unreachable")
        return None if shown is None else (changes, shown)

    def number(self) -> int:
        return self._of(*self._reads.chosen).number()

    def _of(self, changes: int, replica: Replica | None) -> ShownVersion:
        if self._at is None or self._at[0] != changes:
            # Anew, even where it was read from before: it may have been away.
            url = replica.url if replica else self._reads.url
            self._at = changes, cast(ShownVersion, version_of(url))
        return self._at[1]


# The database that a read sees

_CHOSEN: ContextVar[Database | None] = ContextVar("chosen", default=None)


class _Chosen:
    """A database whose every attribute is that of the one which the read at hand was given."""

    def __init__(self, primary: Database) -> None:
        self._primary = primary

    def __getattr__(self, name: str) -> Any:
        return getattr(_CHOSEN.get() or self._primary, name)


def _reading(database: Database, read: Callable[[], T]) -> T:
    token = _CHOSEN.set(database)
    try:
        return read()
    finally:
        _CHOSEN.reset(token)
