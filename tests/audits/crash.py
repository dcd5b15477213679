"""The crash audit: writers hammer a real service, which is killed with SIGKILL again and again.

`python -m tests.audits.crash --rounds 200`: prints rounds, acknowledged writes, lost and torn ones. With
`--postgresql 20` the database is on a server of its own, which is killed twenty times as well.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from api.records.store.database import open_database

from ..cluster import DURABLE, Cluster, new_database, own_server
from ..conftest import DOSSIER, Server, facts
from .clients import Client

WRITERS = 6
WORKERS = 3


@dataclass
class Ledger:
    """What writers were promised: the name acknowledged last of each id, and what may have been written."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    attempted: dict[str, set[str]] = field(default_factory=dict)
    batches: list[list[str]] = field(default_factory=list)
    keys: dict[str, tuple[dict[str, str], bytes | None]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    writes: int = 0


@dataclass
class Findings:
    """What the audit found."""

    rounds: int = 0
    database_kills: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    doctor: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"rounds {self.rounds}, kills of the database {self.database_kills}, "
            f"acknowledged writes {self.acknowledged}, lost {len(self.lost)}, torn {len(self.torn)}, "
            f"written twice {len(self.twice)}, doctor's faults {len(self.doctor)}"
        )


def _write(port: int, key: str, ledger: Ledger, stop: threading.Event, number: int, seed: int) -> None:
    chance = random.Random(seed)
    client = Client(port, key)
    count = 0
    while not stop.is_set():
        count += 1
        record_id = f"w{number}-{seed}-{count}"
        if chance.random() < 0.3:
            _write_batch(client, ledger, record_id)
        else:
            _create_and_change(client, ledger, record_id, chance)
    client.close()


def _create_and_change(client: Client, ledger: Ledger, record_id: str, chance: random.Random) -> None:
    body = {"id": record_id, "name": "first", "kind": "person"}
    with ledger.lock:
        ledger.attempted[record_id] = {"first"}
        ledger.keys[record_id] = (body, None)
    reply = client.send("POST", "/v1/parties?publish=true", body, Idempotency_Key=f"key-{record_id}")
    if reply.status != 201:
        # Who asks again at once only keeps a server from its beginning.
        time.sleep(0.02)
        return
    _acknowledge(ledger, record_id, "first")
    with ledger.lock:
        ledger.keys[record_id] = (body, reply.body)
    if chance.random() < 0.5:
        patch = {"name": "second", "correction": {"kind": "typo", "note": "Audit"}}
        with ledger.lock:
            ledger.attempted[record_id].add("second")
        changed = client.send("PATCH", f"/v1/parties/{record_id}", patch, If_Match=reply.headers["etag"])
        if changed.status == 200:
            _acknowledge(ledger, record_id, "second")


def _write_batch(client: Client, ledger: Ledger, record_id: str) -> None:
    ids = [f"{record_id}-{part}" for part in "abc"]
    batch = [
        {
            "op": "create",
            "type": "party",
            "id": i,
            "body": {"name": "batch", "kind": "person", "publish": True},
        }
        for i in ids
    ]
    with ledger.lock:
        ledger.batches.append(ids)
        for i in ids:
            ledger.attempted[i] = {"batch"}
    if client.send("POST", "/v1/batch", batch).status == 200:
        for i in ids:
            _acknowledge(ledger, i, "batch")


def _acknowledge(ledger: Ledger, record_id: str, name: str) -> None:
    with ledger.lock:
        ledger.acknowledged[record_id] = name
        ledger.writes += 1


def audit(
    folder: Path,
    url: str,
    rounds: int,
    cluster: Cluster | None = None,
    database_kills: int = 0,
    seed: int = 1,
) -> Findings:
    """Run the audit in an empty database, with logs in a folder; its own server is killed as well."""
    assert facts("load", DOSSIER, "--db", url).returncode == 0
    key = facts("key", "create", "In a test", "--role", "publisher", "--db", url).stdout.strip()
    chance, findings, ledger = random.Random(seed), Findings(), Ledger()
    for number in range(rounds):
        with _written(folder, url, key, ledger, number):
            time.sleep(chance.uniform(0.1, 0.9))
            if cluster and number * database_kills // rounds < (number + 1) * database_kills // rounds:
                cluster.kill()
                findings.database_kills += 1
                cluster.start()
                time.sleep(chance.uniform(0.1, 0.5))
        findings.rounds += 1
        if number % 5 == 4 or number == rounds - 1:
            _retry(folder, url, key, ledger, findings)
    findings.acknowledged = ledger.writes
    _compare(url, ledger, findings)
    checked = facts("doctor", "--db", url)
    if checked.returncode:
        findings.doctor = checked.stdout.splitlines()
    return findings


@contextmanager
def _written(folder: Path, url: str, key: str, ledger: Ledger, number: int) -> Iterator[None]:
    """A while in which writers hammer a service; at its end it is killed."""
    server, stop = Server(url, workers=WORKERS, log=folder / "log"), threading.Event()
    writers = [
        threading.Thread(target=_write, args=(server.port, key, ledger, stop, w, number))
        for w in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        server.kill()
        stop.set()
        for writer in writers:
            writer.join()


def _retry(folder: Path, url: str, key: str, ledger: Ledger, findings: Findings) -> None:
    """Repeat every creation with its key: what was answered is replayed, what was not is written once."""
    server = Server(url, workers=1, log=folder / "log")
    client = server.client(key)
    for record_id, (body, answer) in ledger.keys.items():
        reply = client.send("POST", "/v1/parties?publish=true", body, Idempotency_Key=f"key-{record_id}")
        if reply.status != 201 or (answer is not None and reply.body != answer):
            findings.twice.append(record_id)
        ledger.acknowledged.setdefault(record_id, "first")
    ledger.keys.clear()
    server.stop()


def _compare(url: str, ledger: Ledger, findings: Findings) -> None:
    with closing(open_database(url)) as database:
        found = dict(database.execute_sql("SELECT id, name FROM record").fetchall())
        counted = "SELECT record, COUNT(*) FROM revision GROUP BY record"
        revisions = dict(database.execute_sql(counted).fetchall())
    for record_id, name in ledger.acknowledged.items():
        allowed = {name} | ({"second"} if "second" in ledger.attempted[record_id] else set())
        if found.get(record_id) not in allowed:
            findings.lost.append(record_id)
        elif revisions[record_id] != (2 if found[record_id] == "second" else 1):
            findings.twice.append(record_id)
    for ids in ledger.batches:
        if len({i in found for i in ids}) > 1:
            findings.torn.append(ids[0])


def main() -> None:
    """Run from the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=200)
    arguments.add_argument("--postgresql", type=int, metavar="KILLS", help="kills of its server")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.postgresql is None:
            findings = audit(folder, f"sqlite:///{folder}/facts.db", given.rounds)
        else:
            with own_server(*DURABLE) as cluster:
                url = new_database(cluster.address)
                findings = audit(folder, url, given.rounds, cluster, given.postgresql)
    print(findings)
    if findings.lost or findings.torn or findings.twice or findings.doctor:
        sys.exit(1)


if __name__ == "__main__":
    main()
