"""Processes that write take turns: who wrote waits behind who waited, and nobody waits for ever."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from api.records.store.turns import PATIENCE, Turns

pytestmark = pytest.mark.process


@contextmanager
def another_process(work: Callable[[], None]) -> Iterator[int]:
    """A process that does some work beside this one, and is gone after that."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    try:
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_who_wrote_waits_behind_who_waited() -> None:
    turns, (told, tell) = Turns(), os.pipe()

    def write_twice() -> None:
        with turns.turn():
            os.write(tell, b"1")
            time.sleep(0.4)
        with turns.turn():
            os.write(tell, b"2")
            time.sleep(10)

    with another_process(write_twice):
        assert os.read(told, 1) == b"1"
        with turns.turn():
            # The other asks again as soon as its turn is over; it would be there long before this looks.
            time.sleep(0.1)
            os.set_blocking(told, False)
            with pytest.raises(BlockingIOError):
                os.read(told, 1)
        os.set_blocking(told, True)
        assert os.read(told, 1) == b"2"


def test_a_process_that_stopped_in_its_turn_holds_nobody_up_for_long_and_a_killed_one_not_at_all() -> None:
    turns, (told, tell) = Turns(), os.pipe()

    def keep_the_turn() -> None:
        with turns.turn():
            os.write(tell, b"1")
            time.sleep(60)

    with another_process(keep_the_turn) as child:
        os.read(told, 1)
        began = time.monotonic()
        with turns.turn():
            assert PATIENCE <= time.monotonic() - began < 20 * PATIENCE
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        began = time.monotonic()
        with turns.turn():
            assert time.monotonic() - began < PATIENCE
