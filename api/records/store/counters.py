"""The counters of the record: version, seq, and a time that never goes back."""

from datetime import UTC, datetime, timedelta

from peewee import Database

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def advance(database: Database, name: str, by: int = 1) -> int:
    """Move a counter inside the writing transaction; its row lock orders the writers."""
    database.execute_sql("UPDATE counter SET value = value + ? WHERE name = ?", (by, name))
    return current(database, name)


def current(database: Database, name: str) -> int:
    """Where a counter stands."""
    row = database.execute_sql("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()
    return int(row[0])


def next_moment(database: Database) -> str:
    """The time of a commit, RFC 3339 with microseconds: now, or just after the last commit where the
    machine's clock stands behind it. Inside the writing transaction; `keep_moment` makes it the last one."""
    now = (datetime.now(UTC) - _EPOCH) // MICROSECOND
    return instant(max(now, current(database, "clock") + 1))


def keep_moment(database: Database, moment: str) -> None:
    """Remember the time of this commit."""
    microseconds = (datetime.fromisoformat(moment) - _EPOCH) // MICROSECOND
    database.execute_sql("UPDATE counter SET value = ? WHERE name = 'clock'", (microseconds,))


def instant(microseconds: int) -> str:
    """Microseconds since 1970 as RFC 3339 in UTC with six decimals."""
    moment = _EPOCH + microseconds * MICROSECOND
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0") + "Z"
