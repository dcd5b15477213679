"""What engines' errors mean to who asked, in the same few words for each engine."""

from typing import Literal

from peewee import DatabaseError, OperationalError

from .engine import DatabaseUnusable

Trouble = Literal["busy", "full", "read-only", "unreachable", "too-slow", "foreign", "damaged"]

#: What SQLite says. `disk I/O error` is what a file-size limit gives.
_SAID: dict[str, Trouble] = {
    "locked": "busy",
    "busy": "busy",
    "disk is full": "full",
    "disk I/O error": "full",
    "readonly": "read-only",
    "unable to open": "unreachable",
    "interrupted": "too-slow",
    "not a database": "foreign",
    "malformed": "damaged",
    "unsupported file format": "damaged",
    "decode to UTF-8": "damaged",
}
#: The states of SQL that PostgreSQL gives its errors, or how they begin
#: (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_STATES: dict[str, Trouble] = {
    "57014": "too-slow",
    "55P03": "busy",
    "40": "busy",
    "53100": "full",
    "25006": "read-only",
    "XX00": "damaged",
    "08": "unreachable",
    "28": "unreachable",
    "3D": "unreachable",
    # Too many connections; a server that starts or stops.
    "53": "unreachable",
    "57P": "unreachable",
}


def trouble_of(error: Exception) -> Trouble | None:
    """What keeps the database from doing its work, or None where the error is the program's own."""
    found: BaseException | None = error
    # After a full disk SQLite has rolled back already, and rolling back again fails: the first error tells.
    while found is not None:
        of_engine = isinstance(found, DatabaseError) and not isinstance(found, DatabaseUnusable)
        if of_engine and (trouble := _said(str(found)) or _state(found)):
            return trouble
        found = found.__context__
    return None


def _said(message: str) -> Trouble | None:
    return next((trouble for words, trouble in _SAID.items() if words in message), None)


def _state(error: BaseException) -> Trouble | None:
    """By the state of SQL of what it came from. A driver that could not ask the server has none."""
    cause = error.__cause__ or error.__context__
    state = getattr(cause, "sqlstate", "")
    if state is None:
        return "unreachable" if isinstance(error, OperationalError) else None
    return next((trouble for begins, trouble in _STATES.items() if state.startswith(begins)), None)


def is_busy(error: Exception) -> bool:
    """Whether another writer held the lock for longer than the patience of this one."""
    return trouble_of(error) == "busy"
