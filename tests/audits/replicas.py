"""The audit of replicas: who has read or written a state is never shown an older one, whatever becomes of
replicas, and no read fails.

`python -m tests.audits.replicas --reads 100000 --clients 16`: a server with two replicas and a service with
two processes; replicas are killed, hung, held up and started again while clients write and read.
"""

import argparse
import os
import random
import re
import signal
import sys
import tempfile
import threading
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from ..cluster import Cluster, new_database, own_server
from ..conftest import Server, facts
from .clients import Client, Reply

#: Milliseconds that a replica may be behind; more than that much later, no read shows less, with or without a
#: number that it must show.
MOST_LAG_MS, SLACK_MS = 1_000, 1_000
_WRITTEN = re.compile(rb"written (\d+) times")
NOTE = {"kind": "new-information", "note": "In an audit"}


@dataclass
class Three:
    """A server with two replicas of it, and the database on it."""

    primary: Cluster
    replicas: tuple[Cluster, Cluster]
    key: str

    @property
    def url(self) -> str:
        """The database on the server."""
        return f"{self.primary.address}/facts"

    @property
    def read_urls(self) -> str:
        """The same on the replicas, as the setting has them."""
        return ",".join(f"{replica.address}/facts" for replica in self.replicas)

    def serve(self, log: Path, workers: int = 2, url: str = "", **environment: str) -> Server:
        """The service, which reads from the replicas, and writes to the server or to another `url`."""
        chosen = {"FACTS_READ_DATABASE_URLS": self.read_urls, "FACTS_REPLICA_LAG_MS": str(MOST_LAG_MS)}
        return Server(url or self.url, workers=workers, log=log, **chosen | environment)


@contextmanager
def three_servers() -> Iterator[Three]:
    """A server with an empty record and two replicas that follow it; none waits for a disk."""
    with own_server("fsync=off", "shared_buffers=32MB") as primary:
        url = new_database(primary.address, "facts")
        key = facts("key", "create", "In an audit", "--role", "publisher", "--db", url).stdout.strip()
        folder = primary.folder.parent
        replicas = primary.followed(folder / "first"), primary.followed(folder / "second")
        try:
            yield Three(primary, replicas, key)
        finally:
            for replica in replicas:
                replica.end()


def hold_up(replica: Cluster) -> None:
    """Let a replica receive what is written, and show none of it."""
    _say(replica, "SELECT pg_wal_replay_pause()")


def let_go_on(replica: Cluster) -> None:
    """Let it show everything again."""
    _say(replica, "SELECT pg_wal_replay_resume()")


def _say(replica: Cluster, statement: str) -> None:
    with psycopg.connect(f"{replica.address}/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def hung(replica: Cluster) -> Iterator[None]:
    """A while in which a replica takes connections and answers nothing."""
    pids = replica.processes()
    _send(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _send(pids, signal.SIGCONT)


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        # Some end by themselves.
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@dataclass
class Findings:
    """What the audit found."""

    writes: int = 0
    reads: Counter[str] = field(default_factory=Counter)
    stale: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    standings: set[tuple[int, str]] = field(default_factory=set)
    #: How often everything befell the replicas.
    rounds: int = 0

    @property
    def sound(self) -> bool:
        """Whether every promise was kept."""
        return not (self.stale or self.old or self.failed)

    def __str__(self) -> str:
        told = ", ".join(f"{number} {what}" for what, number in sorted(self.reads.items()))
        seen = ", ".join(f"{number} {standing}" for number, standing in sorted(self.standings))
        return (
            f"{self.writes} writes, {self.reads.total()} reads ({told}), {len(self.failed)} failed, "
            f"{len(self.stale)} older than what they asked for, {len(self.old)} older than the bound; "
            f"{self.rounds} rounds of trouble; seen: {seen}"
        )


class _Record:
    """A record, and what was written to it: the version and the moment of each acknowledged write, in
    order."""

    def __init__(self, number: int) -> None:
        self.path = f"/v1/parties/audited-{number}"
        self.versions: list[int] = []
        self.moments: list[float] = []

    def after(self, version: int) -> int:
        """How often it was written when there were so many commits."""
        return bisect_right(self.versions, version)

    def before(self, moment: float) -> int:
        """How often it was written by then."""
        return bisect_right(self.moments, moment)

    def acknowledged(self, version: int, moment: float) -> None:
        # Readers look at both lists, without a lock: the shorter one says less.
        self.moments.append(moment)
        self.versions.append(version)


class _Client:
    """Writes its own record, and reads all, on connections of its own."""

    def __init__(self, port: int, key: str, records: list[_Record], number: int, findings: Findings) -> None:
        self.curator, self.reader = Client(port, key), Client(port)
        self.records, self.own, self.findings = records, records[number], findings
        self.chance = random.Random(number)
        self.token = 0
        self.tag = self._create()

    def _create(self) -> str:
        body = {"id": self.own.path.rpartition("/")[2], "name": "Audited", "kind": "media-outlet"}
        return self._wrote(self.curator.send("POST", "/v1/parties?publish=true", body))

    def write(self) -> None:
        """Write once more."""
        number = len(self.own.versions)
        body = {"description": f"It was written {number} times.", "correction": NOTE}
        self.tag = self._wrote(self.curator.send("PATCH", self.own.path, body, If_Match=self.tag))

    def _wrote(self, reply: Reply) -> str:
        if reply.status not in (200, 201):
            raise AssertionError(f"not written: {reply.status} {reply.body!r}")
        self.token = int(reply.headers["facts-version"])
        self.own.acknowledged(self.token, time.monotonic())
        self.findings.writes += 1
        return reply.headers["etag"]

    def read(self) -> None:
        """Read some record in one of the ways in which it can be read."""
        record, way = self.chance.choice(self.records), self.chance.choice(("token", "token", "key", "none"))
        began, token = time.monotonic(), self.token if way != "none" else 0
        least = record.after(token) if way != "key" else len(record.versions)
        asked = {"Facts_Min_Version": str(token)} if way == "token" else {}
        reply = (self.curator if way == "key" else self.reader).send("GET", record.path, **asked)
        self.findings.reads[way] += 1
        if reply.status != 200:
            # Records of others may not have been made yet.
            if least or reply.status != 404:
                self.findings.failed.append(f"{way} {record.path}: {reply.status} {reply.body!r}")
            return
        # Made is written once, and written once is its second state.
        shown = int((_WRITTEN.search(reply.body) or [b"", b"0"])[1]) + 1
        if shown < least:
            self.findings.stale.append(f"{way} {record.path}: {shown} where {least} were asked for")
        bound = record.before(began - (MOST_LAG_MS + SLACK_MS) / 1000)
        if shown < bound:
            self.findings.old.append(f"{way} {record.path}: {shown} where {bound} stood for longer")
        if "facts-version" in reply.headers:
            self.token = max(self.token, int(reply.headers["facts-version"]))


def await_standing(server: Server, findings: Findings, *standings: str) -> None:
    """Wait until both replicas were seen to stand so."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        shown = server.client().send("GET", "/health/ready").json()["replicas"]
        now = [replica["standing"] for replica in shown]
        findings.standings |= {(replica["number"], replica["standing"]) for replica in shown}
        if now == list(standings):
            return
        time.sleep(0.05)
    raise AssertionError(f"{now} instead of {standings}")


def trouble(three: Three, server: Server, findings: Findings) -> None:
    """Everything that can befall replicas, once."""
    first, second = three.replicas
    hold_up(first)
    await_standing(server, findings, "lagging", "following")
    let_go_on(first)
    await_standing(server, findings, "following", "following")
    second.stop("immediate")
    await_standing(server, findings, "following", "unreachable")
    second.start()
    await_standing(server, findings, "following", "following")
    with hung(first):
        await_standing(server, findings, "unreachable", "following")
    await_standing(server, findings, "following", "following")


def audit(
    three: Three, server: Server, clients: int, reads: int, trouble: Callable[[Findings], None]
) -> Findings:
    """Write and read beside each other, at least so many reads and until the trouble is over."""
    findings, records = Findings(), [_Record(number) for number in range(clients)]
    stop = threading.Event()

    def work(number: int) -> None:
        try:
            client = _Client(server.port, three.key, records, number, findings)
            while not stop.is_set():
                client.write()
                for _ in range(9):
                    client.read()
        except Exception as error:
            # In a thread of its own, nobody else would hear of it.
            findings.failed.append(repr(error))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        while findings.reads.total() < reads or not findings.rounds:
            trouble(findings)
            findings.rounds += 1
            if findings.failed:
                break
    except AssertionError as error:
        findings.failed.append(str(error))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return findings


def main() -> int:
    """Run the audit on servers of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--reads", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=16)
    chosen = parser.parse_args()
    began = time.monotonic()
    with three_servers() as three, tempfile.NamedTemporaryFile(suffix=".log") as log:
        server = three.serve(Path(log.name))
        try:
            findings = audit(
                three, server, chosen.clients, chosen.reads, lambda found: trouble(three, server, found)
            )
        finally:
            server.stop()
    print(findings, f"{time.monotonic() - began:.0f} s", *findings.failed[:5], sep="\n")
    print(*findings.stale[:5], *findings.old[:5], sep="\n")
    return 0 if findings.sound else 1


if __name__ == "__main__":
    sys.exit(main())
