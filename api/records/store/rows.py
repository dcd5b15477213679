"""Many rows in bytes: from the process that reads them to the one that writes them, with digests."""

import marshal
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import chain
from typing import Any, Protocol

#: Some rows of a table: a value for each column.
Rows = Sequence[tuple[Any, ...]]


class Form(Protocol):
    """How rows are written down for an engine, in whichever process."""

    def written(self, table: str, rows: Rows) -> tuple[bytes, bytes]:
        """Rows of a table as its `fill` takes them, and their digest, as its `digest` finds it.

        Raises DataError where the engine cannot keep one of them.
        """


class PlainRows:
    """As Python writes values down."""

    def written(self, table: str, rows: Any) -> tuple[bytes, bytes]:
        """The same bytes where all values and the kinds of these are. Later versions of the format depend on
        which values are one object."""
        said = marshal.dumps(rows, 2)
        return said, blake2b(said).digest()


def plain_rows(pages: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
    """The rows of some pages."""
    return chain.from_iterable(map(marshal.loads, pages))
