"""Watching replicas: how many commits each shows, beside how many the primary had and since when."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from math import inf
from threading import Thread
from time import monotonic, sleep
from typing import Any
from weakref import ref

from .database import open_database, probe_of
from .engine import engine_of
from .replicas import Reads, Replica

#: Seconds between two looks at a server, at most.
_LOOKS_EVERY = 0.1
#: How many of the primary's commits are remembered.
_REMEMBERED = 4_096


class _Commits:
    """How many commits the primary had at each look, of which `record`, and the last moment at which it may
    have had fewer."""

    def __init__(self) -> None:
        self.looked = False
        self.record: bytes | None = None
        self._last_look = -inf
        self._versions: deque[int] = deque(maxlen=_REMEMBERED)
        self._moments: deque[float] = deque(maxlen=_REMEMBERED)

    def note(self, version: int, at: float) -> None:
        """Take down what a look showed."""
        if self._versions and version < self._versions[-1]:
            # Another server answers in its place, which lacks the last ones.
            self._versions.clear()
            self._moments.clear()
        if not self._versions or version > self._versions[-1]:
            self._moments.append(self._last_look if self._versions else -inf)
            self._versions.append(version)
        self._last_look = at

    def seconds_ahead(self, version: int) -> float:
        """For how long it has had, at most, what one who shows so many commits does not."""
        versions, moments = list(self._versions), list(self._moments)
        beyond = bisect_right(versions, version)
        return monotonic() - moments[beyond] if beyond < min(len(versions), len(moments)) else 0.0


def opened_replicas(urls: Sequence[str], busy_timeout_ms: int) -> list[Replica]:
    """The replicas at some addresses, which nobody has looked at yet."""
    opened = [open_database(url, busy_timeout_ms, resting=True) for url in urls]
    return [
        Replica(number, url, database, engine_of(database).break_off)
        for number, (url, database) in enumerate(zip(urls, opened, strict=True), 1)
    ]


def watch(reads: Reads, most_lag: float) -> None:
    """Look at the replicas for as long as they are used, in threads, and leave out those that are gone, or
    more than so many seconds behind, until they have caught up."""
    if not reads.replicas:
        return
    commits, every, used = _Commits(), min(_LOOKS_EVERY, most_lag / 8), ref(reads)
    Thread(target=_watch_primary, args=(used, reads.url, commits, every), daemon=True).start()
    for replica in reads.replicas:
        Thread(target=_watch, args=(used, replica, commits, most_lag, every), daemon=True).start()


def _watch_primary(used: "ref[Reads]", url: str, commits: _Commits, every: float) -> None:
    probe = probe_of(url)
    while used():
        at = monotonic()
        if found := probe.standing():
            commits.record = found.record
            commits.note(found.version, at)
        commits.looked = True
        sleep(every)


def _watch(used: "ref[Reads]", replica: Replica, commits: _Commits, most_lag: float, every: float) -> None:
    probe = probe_of(replica.url)
    while used():
        if commits.looked:
            found = probe.standing()
            if reads := used():
                _judge(reads, replica, found, commits, most_lag)
            del reads
        sleep(every)


def _judge(reads: Reads, replica: Replica, found: Any, commits: _Commits, most_lag: float) -> None:
    if found is None:
        reads.settle(replica, "unreachable")
        # Who waits for a server that hangs is answered by another.
        replica.break_off()
    elif commits.record not in (None, found.record):
        reads.settle(replica, "foreign")
    elif not found.follows:
        reads.settle(replica, "promoted")
    else:
        replica.version = found.version
        lag = commits.seconds_ahead(found.version)
        # One that was left out comes back when it has caught up, not when it is just good enough.
        bound = most_lag if replica.standing == "following" else most_lag / 2
        reads.settle(replica, "following" if lag <= bound else "lagging", lag)
