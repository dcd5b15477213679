"""What the C library does with memory that is given back."""

import ctypes
import sys
from contextlib import suppress

#: mallopt(3): the parameters, as <malloc.h> of glibc numbers them.
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
#: Larger blocks come from the system and go back to it at once. A fixed number: glibc would raise its own, up
#: to 32 MB, when the first such block is freed.
_LARGE_BYTES = 512 * 1024
#: Heaps, of which each keeps what its busiest moment took. Threads that read hold the interpreter most of the
#: time that they are not within SQLite.
_HEAPS = 2


def return_memory() -> None:
    """Let what a read has freed go back to the system instead of staying with its thread; with glibc."""
    if sys.platform != "linux":
        return
    # Another C library has no such function, or knows other numbers and says so by returning 0.
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        library.mallopt(_ARENA_MAX, _HEAPS)
