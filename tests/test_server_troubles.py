"""What is answered while a PostgreSQL server does not do its work, and afterwards without a restart."""

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest

from .audits.clients import Client, Reply
from .cluster import Cluster, new_database, own_server, small_disk
from .conftest import PATIENCE_MS, Server, facts

pytestmark = pytest.mark.process

#: One for each write.
NUMBERS = count()


@dataclass
class Site:
    """A database, the server that it is on, and a service."""

    cluster: Cluster
    url: str
    small: Path
    small_for_log: Path

    def execute(self, *statements: str) -> None:
        """By the server's administrator, in the database."""
        self._execute(self.url, *statements)

    def at_server(self, *statements: str) -> None:
        """The same in another database, for what ends every session of this one."""
        self._execute(f"{self.cluster.address}/postgres", *statements)

    def set_up(self, read_only: str) -> None:
        """Set for all sessions whether they only read. The server has told them when it tells a new one."""
        self.at_server(f"ALTER SYSTEM SET {READ_ONLY} = {read_only}", "SELECT pg_reload_conf()")
        shown = ""
        while shown != read_only:
            with psycopg.connect(self.url) as connection:
                [shown] = connection.execute(f"SHOW {READ_ONLY}").fetchone() or [""]

    def _execute(self, url: str, *statements: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


END_SESSIONS = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'facts'"
READ_ONLY = "default_transaction_read_only"


def fill(disk: Path) -> None:
    """Let somebody else take what room there is."""
    with suppress(OSError), (disk / "other").open("wb") as other:
        while True:
            other.write(bytes(4096))
            other.flush()


def log_is_full(site: Site) -> None:
    """Where the write-ahead log cannot go on, PostgreSQL gives up, and cannot begin again before there is
    room."""
    if not site.small_for_log.is_mount():
        site.cluster.stop("immediate")
        return
    site.cluster.keep_log_in(site.small_for_log)
    fill(site.small_for_log)
    while not site.cluster.is_gone():
        with suppress(psycopg.Error):
            site.at_server("SELECT pg_create_restore_point('one'), pg_switch_wal()")


def log_has_room(site: Site) -> None:
    if site.small_for_log.is_mount():
        (site.small_for_log / "other").unlink()
    site.cluster.start()


def disk_is_full(site: Site) -> None:
    """A table cannot grow on a small file system that somebody else filled; where this process may make none,
    a table says so."""
    if site.small.is_mount():
        site.execute(
            f"CREATE TABLESPACE small LOCATION '{site.small}'", "ALTER TABLE revision SET TABLESPACE small"
        )
        fill(site.small)
        return
    site.execute(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON revision EXECUTE FUNCTION full_disk()",
    )


def disk_has_room(site: Site) -> None:
    if site.small.is_mount():
        (site.small / "other").unlink()
        return
    site.execute("DROP TRIGGER full_disk ON revision", "DROP FUNCTION full_disk")


@dataclass
class Trouble:
    """How a server comes not to do its work, and to do it again; how a read and a write are answered then."""

    begin: Callable[[Site], None]
    end: Callable[[Site], None]
    read: int
    written: int
    retry_after: str | None
    words: str
    event: str


CLOSED = "the database cannot be opened"
FULL = "the disk is full; nothing was changed"
READABLE = "the database can only be read just now"
TROUBLES = {
    "dies": Trouble(
        lambda site: site.cluster.stop("immediate"),
        lambda site: site.cluster.start(),
        503, 503, "5", CLOSED, "the database is unreachable",
    ),
    "takes no logins": Trouble(
        lambda site: site.at_server("ALTER DATABASE facts ALLOW_CONNECTIONS false", END_SESSIONS),
        lambda site: site.at_server("ALTER DATABASE facts ALLOW_CONNECTIONS true"),
        503, 503, "5", CLOSED, "the database is unreachable",
    ),
    "is made read-only": Trouble(
        lambda site: site.set_up("on"),
        lambda site: site.set_up("off"),
        200, 503, "60", READABLE, "the database is read-only",
    ),
    "begins sessions read-only": Trouble(
        lambda site: site.at_server(f"ALTER DATABASE facts SET {READ_ONLY} = on", END_SESSIONS),
        lambda site: site.at_server(f"ALTER DATABASE facts RESET {READ_ONLY}"),
        200, 503, "60", READABLE, "the database is read-only",
    ),
    "is full": Trouble(
        disk_is_full, disk_has_room, 200, 507, None, FULL, "the database is full"
    ),
    "has no room for its log": Trouble(
        log_is_full, log_has_room, 503, 503, "5", CLOSED, "the database is unreachable"
    ),
    "ends every session": Trouble(
        lambda site: site.at_server(END_SESSIONS), lambda _: None, 200, 201, None, "", ""
    ),
}  # fmt: skip


def test_each_trouble_of_a_server_has_its_answer_and_ends_without_a_restart(
    loaded: Path, tmp_path: Path
) -> None:
    with small_disk() as small, small_disk(48) as for_log, own_server("max_wal_size=32MB") as cluster:
        site = Site(cluster, new_database(cluster.address, "facts"), small, for_log)
        assert facts("copy", f"sqlite:///{loaded}", site.url).returncode == 0
        key = facts("key", "create", "In a test", "--role", "publisher", "--db", site.url).stdout.strip()
        cluster.stop()
        service = Server(site.url, workers=1, log=tmp_path / "log", ready=503)
        try:
            client = service.client(key)
            require(client, TROUBLES["dies"])
            cluster.start()
            require_well(client)
            for name, trouble in TROUBLES.items():
                print(name)
                trouble.begin(site)
                while trouble.written == 507 and write(client).status == 201:
                    """Pages that are there already take some more."""
                require(client, trouble)
                trouble.end(site)
                require_well(client)
        finally:
            service.stop()
        events = [
            json.loads(line)["event"]
            for line in (tmp_path / "log").read_text().splitlines()
            if line[:1] == "{"
        ]
        assert {trouble.event for trouble in TROUBLES.values()} - {""} <= set(events)
        assert "failed" not in events
        assert facts("doctor", "--db", site.url).stdout == "everything agrees\n"


#: The sessions of a service that tell it of commits: by which statement each is known.
TELLING = {"who listens": "LISTEN %", "who is asked for the version": "%pg_current_snapshot%"}
#: What befalls such a session.
BEFALLS: dict[str, Callable[[Site, int], None]] = {
    "nothing": lambda _, __: None,
    "it is ended": lambda site, pid: site.at_server(f"SELECT pg_terminate_backend({pid}, 10000)"),
    "it hangs": lambda _, pid: os.kill(pid, signal.SIGSTOP),
}
#: Milliseconds that an answer may be older than the record.
BOUND = 1_500


def test_no_answer_is_older_than_its_bound_whatever_becomes_of_who_tells(
    loaded: Path, tmp_path: Path
) -> None:
    with small_disk() as small, own_server() as cluster:
        site = Site(cluster, new_database(cluster.address, "facts"), small, small)
        assert facts("copy", f"sqlite:///{loaded}", site.url).returncode == 0
        key = facts("key", "create", "In a test", "--role", "publisher", "--db", site.url).stdout.strip()
        bounded = {"FACTS_CACHE_STALENESS_MS": str(BOUND)}
        asked = Server(f"{site.url}?application_name=asked", workers=1, log=tmp_path / "log", **bounded)
        written = Server(site.url, workers=1, log=tmp_path / "other-log")
        try:
            reader, writer = asked.client(), written.client(key)
            for who, statement in TELLING.items():
                for what, befall in BEFALLS.items():
                    count_of_parties(reader)
                    befall(site, session_of(site, statement))
                    before = count_of_parties(reader)
                    assert write(writer).status == 201
                    time.sleep(BOUND / 1000)

                    assert count_of_parties(reader) == before + 1, (who, what)
        finally:
            for pid in cluster.processes():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            asked.stop()
            written.stop()


def count_of_parties(client: Client) -> int:
    """As it is kept in front of the application from then on."""
    for _ in range(2):
        answer = client.send("GET", "/v1/parties?count=true&limit=1")
    return int(answer.json()["page"]["total"])


def session_of(site: Site, statement: str) -> int:
    """The process of the database server that answers the service, known by a statement."""
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'asked' AND query LIKE %s"
    until = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < until:
        with psycopg.connect(f"{site.cluster.address}/postgres", autocommit=True) as connection:
            if found := connection.execute(query, [statement]).fetchone():
                return int(found[0])
        time.sleep(0.05)
    raise AssertionError(f"no session has said {statement}")


def require(client: Client, trouble: Trouble) -> None:
    """Every thread of the service finds it out."""
    for _ in range(6):
        read, written = client.send("GET", "/v1/parties/nhk"), write(client)
        assert (read.status, written.status) == (trouble.read, trouble.written), (read, written)
        for answer in (read, written):
            if answer.status >= 500:
                assert answer.json()["detail"] == trouble.words
                assert answer.headers.get("retry-after") == trouble.retry_after


def require_well(client: Client) -> None:
    """And that it has ended."""
    for _ in range(6):
        read, written = client.send("GET", "/v1/parties/nhk"), write(client)
        assert (read.status, written.status) == (200, 201), (read, written)


def write(client: Client) -> Reply:
    # Nothing that could be kept in less space.
    body = {"id": f"new-{next(NUMBERS)}", "name": "New", "kind": "person", "description": token_hex(2_400)}
    return client.send("POST", "/v1/parties?publish=true", body)
