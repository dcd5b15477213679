"""The writers' audit: sixteen writers on two services of one database, and four followers of its feed.

`python -m tests.audits.writers --writes 10000`: prints writes, lost and refused ones, and whether the feed
has gaps and is what the collections are. With `--postgresql` the database is on a server of its own, else in
a file.
"""

import argparse
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from ..cluster import DURABLE, new_database, own_server
from ..conftest import Server, facts
from .clients import Client, Reply
from .feed import Follower, served_by

WRITERS, SERVICES, FOLLOWERS = 16, 2, 4
RENAMED = {"kind": "typo", "note": "Audit"}


@dataclass
class Findings:
    """What the audit found."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    writes: int = 0
    refused: list[int] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    entries: int = 0
    gaps: int = 0
    unlike: int = 0
    doctor: str = ""
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.refused or self.lost or self.gaps or self.unlike) and self.entries == self.writes

    def __str__(self) -> str:
        return (
            f"writes {self.writes} in {self.seconds:.1f} s, refused {len(self.refused)}, "
            f"lost {len(self.lost)}, feed of {self.entries}, followers with gaps {self.gaps}, "
            f"unlike the collections {self.unlike}, doctor: {self.doctor}"
        )


def audit(folder: Path, url: str, writes: int) -> Findings:
    """Run the audit in an empty database, with logs in a folder."""
    key = facts("key", "create", "In a test", "--role", "publisher", "--db", url).stdout.strip()
    findings = Findings()
    with ExitStack() as ending:
        services = [
            Server(url, workers=1, threads=8, log=folder / f"log-{number}") for number in range(SERVICES)
        ]
        for service in services:
            ending.callback(service.stop)
        ports = [service.port for service in services]
        followers = [Follower(lambda port=ports[n % SERVICES]: port) for n in range(FOLLOWERS)]
        for follower in followers:
            follower.start()
        began = time.monotonic()
        _write_all(ports, key, writes, findings)
        findings.seconds = time.monotonic() - began
        findings.entries = Client(ports[0]).send("GET", "/v1/changes?since=0&limit=1").json()["last"]
        for follower in followers:
            follower.last_wanted = findings.entries
        for follower in followers:
            follower.join()
        served = [served_by(Client(port)) for port in ports]
    right = list(range(1, findings.entries + 1))
    findings.gaps = sum(follower.numbers != right for follower in followers)
    findings.unlike = sum(follower.mirror != one for follower in followers for one in served)
    named = {record_id: record["name"] for record_id, record in served[0].items()}
    findings.lost = [id_ for id_, name in findings.acknowledged.items() if named.get(id_) != name]
    findings.doctor = facts("doctor", "--db", url).stdout.strip()
    return findings


def _write_all(ports: list[int], key: str, writes: int, findings: Findings) -> None:
    lock = threading.Lock()

    def acknowledge(reply: Reply, record_id: str, name: str) -> None:
        with lock:
            if reply.status in (200, 201):
                findings.acknowledged[record_id] = name
                findings.writes += 1
            else:
                findings.refused.append(reply.status)

    def write(number: int) -> None:
        client = Client(ports[number % SERVICES], key)
        tag = ""
        for count in range(writes // WRITERS):
            # Every third is a change of what was just made.
            record_id, name = f"w{number}-{count - count % 3 // 2}", f"{number}-{count}"
            path = "/v1/parties"
            if count % 3 == 2:
                body = {"name": name, "correction": RENAMED}
                reply = client.send("PATCH", f"{path}/{record_id}", body, If_Match=tag)
            else:
                made = {"id": record_id, "name": name, "kind": "person"}
                reply = client.send("POST", f"{path}?publish=true", made)
            tag = reply.headers.get("etag", "")
            acknowledge(reply, record_id, name)
        client.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Run from the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--writes", type=int, default=10_000)
    arguments.add_argument("--postgresql", action="store_true")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ending:
        url = f"sqlite:///{folder}/facts.db"
        if given.postgresql:
            url = new_database(ending.enter_context(own_server(*DURABLE)).address)
        findings = audit(Path(folder), url, given.writes)
    print(findings)
    sys.exit(0 if findings.sound else 1)


if __name__ == "__main__":
    main()
