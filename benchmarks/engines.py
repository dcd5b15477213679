"""`make bench-engines`: what a read costs with the record on a PostgreSQL server, beside a file.

The server is the benchmark's own, on the first core like the services, as a machine of its own would be fast
or slow by itself. `us` is the processor time of the service, `behind` that of the database server: SQLite
works inside the service.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster import Cluster, new_database, own_server

from .measure import ROOT, Server, Target, run, served
from .reads import DOSSIER, FIFTY, FILTERED, ONE

#: What an answer from memory may be older than the record, and the connections that two processes share.
WITHIN, CONNECTIONS = {"FACTS_CACHE_STALENESS_MS": "100"}, 8
#: The application makes each answer.
MADE = {"FACTS_CACHE_BYTES": "0"}


class ClusterServer(Server):
    """A database server: its processes come and go with connections."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster.port, [])
        self._cluster = cluster

    def seconds(self) -> float:
        """Processor time of those that are there."""
        self.workers = self._cluster.processes()
        return super().seconds()


@dataclass
class Services:
    """Services with the record in a file and on a server: with a cache, with one that asks now and then, and
    without; and second processes."""

    file: Server
    file_within: Server
    file_made: Server
    file_second: Server
    there: Server
    there_within: Server
    there_made: Server
    second: Server
    second_made: Server
    database: Server


def _started(stack: ExitStack, folder: Path) -> Services:
    file = f"sqlite:///{folder}/facts.db"
    _run("load", DOSSIER, "--db", file)
    cluster = stack.enter_context(own_server())
    there = new_database(cluster.address)
    _run("copy", file, there)
    ports = iter(range(8501, 8520))

    def service(database: str, **environment: str) -> Server:
        port = next(ports)
        options = ("--workers", "1", "--threads", "4", "--port", str(port), "--db", database)
        command = [sys.executable, "-m", "api.cli", "serve", *options]
        return stack.enter_context(served(command, port, 1, PYTHONPATH=str(ROOT), **environment))

    return Services(
        file=service(file),
        file_within=service(file, **WITHIN),
        file_made=service(file, **MADE),
        file_second=service(file),
        there=service(there),
        there_within=service(there, **WITHIN),
        there_made=service(there, **MADE),
        second=service(there),
        second_made=service(there, **MADE),
        database=ClusterServer(cluster),
    )


def _run(*command: str) -> None:
    command = (sys.executable, "-m", "api.cli", *command)
    subprocess.run(command, stdout=subprocess.DEVNULL, cwd=ROOT, check=True)


def _targets(s: Services) -> Iterator[Target]:
    """Every request to be measured; what another stands beside comes right before it."""
    yield (file := Target("a file, kept", s.file, ONE))
    yield Target("PostgreSQL, kept", s.there, ONE, {}, file, 0.45, behind=s.database)
    yield (file := Target("a file, kept, 100 ms", s.file_within, ONE))
    yield Target("PostgreSQL, kept, 100 ms", s.there_within, ONE, {}, file, 0.9, behind=s.database)
    for name, path in (("one record", ONE), ("fifty", FIFTY), ("a filtered page", FILTERED)):
        yield (file := Target(f"a file, made: {name}", s.file_made, path))
        yield Target(f"PostgreSQL, made: {name}", s.there_made, path, {}, file, 0.5, behind=s.database)
    yield from _two(s)


def _two(s: Services) -> Iterator[Target]:
    """Two processes on one record, beside one of them; with a file too, which shows what two processes on one
    core cost by themselves."""
    for name, one, second, behind in (
        ("a file, kept", s.file, s.file_second, None),
        ("PostgreSQL, kept", s.there, s.second, s.database),
        ("PostgreSQL, made", s.there_made, s.second_made, s.database),
    ):
        shared: dict[str, Any] = {"connections": CONNECTIONS, "behind": behind}
        yield (alone := Target(f"{name}, eight connections", one, ONE, **shared))
        yield Target(f"{name}, two processes", one, ONE, {}, alone, 0.91, second=second, **shared)


if __name__ == "__main__":
    run("engines", __doc__, lambda stack, folder: _targets(_started(stack, folder)))
