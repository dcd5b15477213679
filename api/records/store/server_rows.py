"""Many rows to PostgreSQL, by COPY, and their digests."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import chain, repeat
from struct import Struct
from struct import error as StructError
from typing import Any

from peewee import DataError

from .engine import names_of
from .rows import Rows

#: What stands before the rows of a COPY in binary, and behind them
#: (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format").
_BEGINS, _ENDS = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_SHORT, _NUMBER = Struct(">h").pack, Struct(">i").pack
_NULL = _NUMBER(-1)
#: What stands before the values of an array: dimensions, whether NULLs are among them, of which kind they
#: are, how many, the number of the first.
_ARRAY = Struct(">iiiii").pack
#: The numbers by which a server knows kinds of values (pg_type.dat).
_OIDS = {"bigint": 20, "integer": 23, "text": 25, "bytea": 17}


@dataclass(frozen=True)
class BinaryRows:
    """Rows as COPY takes them in binary. The digest is of the columns one after another, as the server has
    them in arrays: it makes the same itself (`digest_of`)."""

    #: Of the columns that are written, by table.
    kinds: Mapping[str, Sequence[str]]

    def written(self, table: str, rows: Rows) -> tuple[bytes, bytes]:
        """Column by column: to look at each value takes longer than all else."""
        kinds, digest = self.kinds[table], sha256()
        columns: list[Iterable[bytes]] = [repeat(_SHORT(len(kinds)), len(rows))]
        try:
            for kind, values in zip(kinds, zip(*rows, strict=True), strict=False):
                columns.append(fields := _fields(kind, values))
                digest.update(_ARRAY(1, None in values, _OIDS[kind], len(values), 1) + b"".join(fields))
        except (TypeError, ValueError, StructError) as error:
            raise DataError(f"{table} has a value that is not of its column's kind") from error
        return b"".join(chain.from_iterable(zip(*columns, strict=False))), digest.digest()


def digest_of(columns: Sequence[str], query: str) -> str:
    """The statement for the digest of some rows, in the order in which a query has them."""
    arrays = " || ".join(f'array_send(array_agg("{name}"))' for name in columns)
    return f"SELECT sha256(COALESCE({arrays}, '')) FROM ({query}) r"


def _number(size: int, kind: str) -> Callable[[int], bytes]:
    return partial(Struct(f">i{kind}").pack, size)


def _text(value: str) -> bytes:
    return _bytes(str.encode(value))


def _bytes(value: bytes) -> bytes:
    return _NUMBER(len(value)) + value


#: A value with its length, by kind.
_FIELDS: dict[str, Callable[[Any], bytes]] = {
    "bigint": _number(8, "q"),
    "integer": _number(4, "i"),
    "text": _text,
    "bytea": _bytes,
}


def _fields(kind: str, values: Sequence[Any]) -> list[bytes]:
    """The values of a column. Most numbers and texts stand there often: each is made once."""
    field = _FIELDS[kind]
    if kind == "bytea":
        return [_NULL if value is None else field(value) for value in values]
    found = {value: field(value) for value in set(values) if value is not None}
    found[None] = _NULL
    return list(map(found.__getitem__, values))


def pour(connection: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write very many rows as text, of whatever kinds they are."""
    with connection.cursor().copy(f"COPY {table} ({names_of(columns)}) FROM STDIN") as lines:
        for row in rows:
            lines.write_row(row)


def fill(connection: Any, table: str, columns: Sequence[str], pages: Iterable[bytes]) -> None:
    """Write very many rows that are in binary: as text, bytes are twice as many, read sign by sign."""
    command = f"COPY {table} ({names_of(columns)}) FROM STDIN (FORMAT binary)"
    with connection.cursor().copy(command) as copying:
        copying.write(_BEGINS)
        for page in pages:
            copying.write(page)
        copying.write(_ENDS)
