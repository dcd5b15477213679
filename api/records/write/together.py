"""Writers of one process share commits: those that come while one waits for the disk make up the next.

The disk is waited for once for all of them. Each has a number and a time of its own, sees those before it,
and is answered when the commit is on disk. What each comes to is worked out in memory and stored with what
the others come to (shared.py), so one that is refused has written nothing. Where anything else goes wrong,
nothing of the shared commit is kept, and each is written alone.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock
from time import monotonic
from typing import Any, TypeVar

from peewee import Database

from ..core.errors import Refusal
from ..store.api_keys import Actor
from ..store.database import write_transaction
from ..store.troubles import is_busy
from ..store.turns import Turns
from .perform import catch_up_quietly, writing
from .shared import Shared
from .transaction import Transaction

#: Seconds in which a shared commit takes on one more: writers of other processes wait for all of it.
TAKING_ON = 0.03

T = TypeVar("T")


@dataclass(eq=False)
class _Write:
    """What somebody wants written, and what became of it."""

    actor: Actor
    work: Callable[[Transaction], Any]
    dry_run: bool
    #: Set when it is done, is to be done alone, or is the first of the next commit.
    called: Event = field(default_factory=Event)
    leads: bool = False
    done: bool = False
    result: Any = None
    refusal: Exception | None = None
    postponed: bool = False

    def attempt(self, shared: Shared) -> None:
        """Do it as a step of a shared commit; a refusal is kept for who asked."""
        if self.dry_run:
            # What it only tries, nobody may see.
            shared.store()
        others = None if self.dry_run else shared
        transaction = Transaction(shared.database, self.actor, others, dry_run=self.dry_run)
        try:
            self.result = self.work(transaction)
        except Refusal as refusal:
            if transaction.kept:
                raise
            self.refusal = refusal
        else:
            self.postponed = transaction.postponed and not self.dry_run

    def alone(self, database: Database) -> Any:
        """Do it in a transaction of its own."""
        with writing(database, self.actor, dry_run=self.dry_run) as transaction:
            return self.work(transaction)


class Writers:
    """All who write to a database in this process, in turns with the processes that share `turns`."""

    def __init__(self, database: Database, turns: Turns) -> None:
        self.database, self._turns = database, turns
        self._waiting = deque[_Write]()
        #: Whether somebody writes, who then calls the next.
        self._led = False
        self._lock = Lock()

    def write(self, actor: Actor, work: Callable[[Transaction], T], *, dry_run: bool = False) -> T:
        """What the work returns, when it is on disk; a dry run keeps nothing.

        It may be done twice, and by the thread of another writer. Raises what it raises.
        """
        write = _Write(actor, work, dry_run)
        with self._lock:
            write.leads, self._led = not self._led, True
            self._waiting.append(write)
        if not write.leads:
            write.called.wait()
        if write.leads:
            self._lead(write)
        if write.refusal:
            raise write.refusal
        result: T = write.result if write.done else write.alone(self.database)
        return result

    def _lead(self, first: _Write) -> None:
        """Write the first of those who wait, and others with it; then let the next lead."""
        some = [first]
        try:
            with self._turns.turn():
                # Others may have come while it waited.
                self._waiting.popleft()
                if self._waiting:
                    self._commit(some)
                else:
                    first.result, first.done = first.alone(self.database), True
        finally:
            self._call(some)

    def _call(self, some: list[_Write]) -> None:
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._led = following is not None
        if following:
            following.leads = True
            following.called.set()
        for write in some:
            write.called.set()

    def _commit(self, some: list[_Write]) -> None:
        end = monotonic() + TAKING_ON
        try:
            with write_transaction(self.database, judged=True):
                shared = Shared(self.database)
                some[0].attempt(shared)
                while self._waiting and monotonic() < end:
                    some.append(self._waiting.popleft())
                    some[-1].attempt(shared)
                shared.store()
        except Exception as error:
            # Whatever it was, nothing of the commit stands. Each writes alone and is told its own trouble.
            busy = error if is_busy(error) else None
            if busy:
                # Each would wait as long again.
                some += [self._waiting.popleft() for _ in range(len(self._waiting))]
            for write in some:
                write.refusal = busy
            return
        for write in some:
            write.done = True
        if any(write.postponed for write in some):
            catch_up_quietly(self.database)
