"""The counters of the record: version, seq, and a time that never goes back."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from peewee import Database

from .tables import COUNTERS

#: In one statement: every write begins with it.
_STANDING = """
SELECT (SELECT value FROM counter WHERE name = 'version'),
    (SELECT value FROM counter WHERE name = 'seq'),
    (SELECT value FROM counter WHERE name = 'clock'),
    (SELECT GROUP_CONCAT(m.name, ' ') FROM (SELECT name FROM schema_migration ORDER BY name) m),
    (SELECT text FROM fingerprint WHERE name = 'writing'),
    EXISTS (SELECT 1 FROM pending_refresh)
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Counters:
    """Where the record stands: how many commits there were, the feed's last number, the last commit's time in
    microseconds since 1970; for which program: its migrations, and its fingerprint where one was kept; and
    whether records wait to be rendered again."""

    version: int
    seq: int
    clock: int
    migrations: str
    writer: str | None
    postponed: bool

    def next_moment(self) -> str:
        """The time of a commit, RFC 3339 with microseconds: now, or just after the last commit where the
        machine's clock stands behind it."""
        now = (datetime.now(UTC) - _EPOCH) // MICROSECOND
        return instant(max(now, self.clock + 1))

    def after(self, seq: int, moment: str) -> "Counters":
        """The counters after a commit that ends the feed with `seq` at this moment."""
        clock = (datetime.fromisoformat(moment) - _EPOCH) // MICROSECOND
        return replace(self, version=self.version + 1, seq=seq, clock=clock)


def read_counters(database: Database) -> Counters:
    """The counters as they stand; inside the writing transaction no other writer moves them."""
    version, seq, clock, migrations, writer, postponed = database.execute_sql(_STANDING).fetchone()
    return Counters(version, seq, clock, migrations, writer, bool(postponed))


def reached(database: Database) -> tuple[int, int]:
    """(how many commits a database shows, the feed's last number)."""
    values = dict(database.execute_sql("SELECT name, value FROM counter").fetchall())
    return values["version"], values["seq"]


def keep_counters(database: Database, counters: Counters) -> None:
    """Write where the record stands."""
    standing = {"version": counters.version, "seq": counters.seq, "clock": counters.clock}
    COUNTERS.put(database, (COUNTERS.row(name=name, value=value) for name, value in standing.items()))


def instant(microseconds: int) -> str:
    """Microseconds since 1970 as RFC 3339 in UTC with six decimals."""
    moment = _EPOCH + microseconds * MICROSECOND
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0") + "Z"
