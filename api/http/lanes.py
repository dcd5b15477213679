"""Which thread answers: cheap reads always find one, costly ones and writes wait for each other.

What a request costs is not known before it was answered. So it is measured, as processor time of the thread,
and remembered for requests of its shape: the same method and parameters on the same kind of address.
"""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from time import thread_time
from typing import NamedTuple

#: Milliseconds of processor time from which a request is costly.
COSTLY_MS = 50.0
#: Bytes from which a request is costly unseen: parsing it holds up all other threads for a while.
LARGE_BYTES = 100_000
#: How many costly requests may wait in a worker.
MOST_WAITING = 16
#: How many shapes are remembered; parameters that do not exist make shapes as well.
_MOST_SHAPES = 4096
#: How much one more request changes what is remembered of its shape.
_WEIGHT = 0.3

Shape = tuple[bytes, ...]


class Busy(Exception):
    """Too many costly requests wait already."""


class Job(NamedTuple):
    """What a thread is to do, once; whoever gets `claim` does it or takes it back."""

    shape: Shape
    work: Callable[[], None]
    claim: Lock

    def take_back(self) -> bool:
        """Whether no thread has begun it, and none will."""
        return self.claim.acquire(blocking=False)


def shape_of(method: bytes, target: bytes, body: str) -> Shape:
    """What requests of about the same cost have in common: no id and no value.

    A head without its `body` (see `Message`) costs something else than the whole.
    """
    path, _, query = target.partition(b"?")
    # Pages have the addresses of the API without its prefix, and cost something else.
    is_api = path.startswith(b"/v1/")
    kind, _, part = path[4 if is_api else 1 :].partition(b"/")
    names = sorted({given.partition(b"=")[0] for given in query.split(b"&")[:50]})
    about = part.rpartition(b"/")[2] if b"/" in part else b""
    return body.encode(), method, b"v1" if is_api else b"", kind, about, *names


def sizes(threads: int) -> tuple[int, int, int]:
    """How many threads there are for reads, for costly ones and for writes: the more of these wait together,
    the more share a commit."""
    return threads, max(1, threads // 2), 2 * threads


class Lanes:
    """Threads for reads, fewer for costly ones, and some for writes, which share commits."""

    def __init__(self, threads: int) -> None:
        self._costs: dict[Shape, float] = {}
        self._reads, self._costly, self._writes = SimpleQueue[Job](), SimpleQueue[Job](), SimpleQueue[Job]()
        lanes = (self._reads, self._costly, self._writes)
        for jobs, number in zip(lanes, sizes(threads), strict=True):
            for _ in range(number):
                Thread(target=self._work, args=(jobs,), daemon=True).start()

    def submit(self, shape: Shape, size: int, writes: bool, work: Callable[[], None]) -> Job:
        """Have `work` on a request of so many bytes done by a thread that fits. Raises Busy."""
        job = Job(shape, work, Lock())
        if writes:
            self._writes.put(job)
        elif size >= LARGE_BYTES or self._is_costly(shape):
            if self._costly.qsize() >= MOST_WAITING:
                raise Busy
            self._costly.put(job)
        else:
            self._reads.put(job)
        return job

    def _is_costly(self, shape: Shape) -> bool:
        return self._costs.get(shape, 0.0) >= COSTLY_MS

    def _work(self, jobs: "SimpleQueue[Job]") -> None:
        while True:
            job = jobs.get()
            if jobs is self._reads and self._is_costly(job.shape):
                # Learned while it waited.
                self._costly.put(job)
            elif job.claim.acquire(blocking=False):
                began = thread_time()
                job.work()
                self._remember(job.shape, (thread_time() - began) * 1000)

    def _remember(self, shape: Shape, milliseconds: float) -> None:
        if shape not in self._costs and len(self._costs) >= _MOST_SHAPES:
            self._costs.clear()
        before = self._costs.get(shape, milliseconds)
        self._costs[shape] = before + _WEIGHT * (milliseconds - before)
