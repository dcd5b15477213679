"""A world without chance: the clock stands where it was set, and random bytes follow from a seed.

It is frozen from outside, in the standard library, because any revision of the service must stand in it; and
before the service is imported, which takes these names over.
"""

import datetime
import random
import secrets
import time
from collections import Counter
from typing import Any

_REAL = datetime.datetime
_seconds = 0
_drawn: Counter[int] = Counter()


class _AnyDatetime(type):
    """What the standard library makes of itself is a datetime too."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _REAL)


class Frozen(_REAL, metaclass=_AnyDatetime):
    """A datetime whose now is where the clock was set."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        """The time that was set, however often it is asked for."""
        return cls.fromtimestamp(_seconds, tz)


def set_clock(seconds: int) -> None:
    """Set the clock to whole seconds since 1970."""
    global _seconds
    _seconds = seconds


def freeze() -> None:
    """Put the frozen clock and the seeded bytes in place of the real ones."""
    datetime.datetime = Frozen  # type: ignore[misc]
    time.time = lambda: float(_seconds)
    secrets.token_bytes = _bytes
    random.seed(0)


def _bytes(nbytes: int | None = None) -> bytes:
    """Bytes for one size alone, so that one draw more of another size moves nothing."""
    size = nbytes or secrets.DEFAULT_ENTROPY
    _drawn[size] += 1
    return random.Random(f"{size}/{_drawn[size]}").randbytes(size)
