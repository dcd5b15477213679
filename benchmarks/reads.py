"""`make bench-reads`: the processor time of a read, beside that of constant answers by the server below.

Each server is one gunicorn worker pinned to the first core; the load comes from the second, over one kept
connection. Time is that of the worker on a processor, from /proc, divided by its requests: other processes on
the machine disturb it far less than they disturb a rate. Rounds alternate between the targets. Each figure is
a median of rounds, with its spread (highest minus lowest, over the median).
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
RESULTS = HERE / "results.json"
ONE, FIFTY = "/v1/claims/abe-seeks-treaty-progress-in-term", "/v1/claims?limit=50"
FILTERED, SEARCH = "/v1/claims?about=four-islands&limit=50", "/v1/search?q=islands"


@dataclass
class Server:
    """A server that is running: its port, and the process whose time is counted."""

    port: int
    worker: int

    def seconds(self) -> float:
        """Processor time of all its threads so far."""
        tasks = Path(f"/proc/{self.worker}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


class Connection:
    """A kept connection that sends one request again and again, and reads what comes."""

    def __init__(self, server: Server, path: str, headers: dict[str, str]) -> None:
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n{fields}\r\n".encode()
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> tuple[bytes, int]:
        """(head, bytes of the body) of one answer."""
        self._socket.sendall(self._request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._socket.recv(65_536)
        head, _, body = received.partition(b"\r\n\r\n")
        length = _length(head)
        left = length - len(body)
        while left > 0:
            left -= len(self._socket.recv(262_144))
        return head, length


def _length(head: bytes) -> int:
    if head[9:12] == b"304":
        return 0
    lengths = [
        line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    ]
    return int(lengths[0])


@dataclass
class Target:
    """One request to one server, what it is compared with, and the microseconds measured."""

    name: str
    server: Server
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    beside: "Target | None" = None
    times: list[float] = field(default_factory=list)

    def measure(self, seconds: float) -> None:
        connection = Connection(self.server, self.path, self.headers)
        connection.ask()
        before, end, requests = self.server.seconds(), time.monotonic() + seconds, 0
        while time.monotonic() < end:
            connection.ask()
            requests += 1
        self.times.append((self.server.seconds() - before) / requests * 1e6)

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    def result(self) -> dict[str, object]:
        """What is kept of it; `ratio`: how many are done in the time of one that it stands beside."""
        spread = (max(self.times) - min(self.times)) / self.median
        found: dict[str, object] = {"name": self.name, "us": round(self.median), "spread": round(spread, 2)}
        if self.beside:
            found |= {"ratio": round(self.beside.median / self.median, 2), "beside": self.beside.name}
        return found


def _pinned(command: list[str], core: int) -> list[str]:
    return (
        ["taskset", "-c", str(core), *command] if shutil.which("taskset") and os.cpu_count() != 1 else command
    )


@contextmanager
def _served(command: list[str], port: int, **environment: str) -> Iterator[Server]:
    process = subprocess.Popen(
        _pinned(command, 0),
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Server(port, int(children[0]))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"nothing answers on port {port}")


def _gunicorn(application: str, port: int) -> list[str]:
    options = (
        "--workers=1",
        "--threads=4",
        "--worker-class=gthread",
        "--http-parser=fast",
        "--log-level=error",
    )
    bind = ("--no-control-socket", "--chdir", str(HERE), "--bind", f"127.0.0.1:{port}")
    return [sys.executable, "-m", "gunicorn", *options, *bind, application]


def _facts(port: int, database: str) -> list[str]:
    more = ("--workers", "1", "--threads", "4", "--port", str(port), "--db", database)
    return [sys.executable, "-m", "api.cli", "serve", *more]


def _targets(raw: Server, flask: Server, plain: Server, kept: Server, made: Server) -> list[Target]:
    gzip = {"Accept-Encoding": "gzip"}
    head, one = Connection(made, ONE, {}).ask()
    tag = head.partition(b"ETag: ")[2].partition(b"\r\n")[0].decode()
    fifty, coded = Connection(made, FIFTY, {}).ask()[1], Connection(made, FIFTY, gzip).ask()[1]
    raw_one, raw_coded = (
        Target(f"bare WSGI, {one:,} bytes", raw, f"/{one}"),
        Target(f"bare WSGI, {coded:,} bytes", raw, f"/{coded}"),
    )
    flask_one = Target(f"Flask, {one:,} bytes", flask, f"/{one}")
    flask_fifty = Target(f"Flask, {fifty:,} bytes", flask, f"/{fifty}")
    naive_one = Target("one record, peewee and marshmallow", plain, ONE.removeprefix("/v1"))
    naive_fifty = Target("fifty records, peewee and marshmallow", plain, FIFTY.removeprefix("/v1"))
    return [
        raw_one,
        raw_coded,
        flask_one,
        flask_fifty,
        naive_one,
        naive_fifty,
        Target("one record, kept", kept, ONE, {}, raw_one),
        Target("one record, kept, 304", kept, ONE, {"If-None-Match": tag}, raw_one),
        Target("fifty records, kept, gzip", kept, FIFTY, gzip, raw_coded),
        Target("fifty records, kept", kept, FIFTY, {}, flask_fifty),
        Target("one record, made", made, ONE, {}, flask_one),
        Target("one record, made, 304", made, ONE, {"If-None-Match": tag}, flask_one),
        Target("fifty records, made", made, FIFTY, {}, naive_fifty),
        Target("a filtered page, made", made, FILTERED, {}, flask_one),
        Target("a search, made", made, SEARCH, {}, flask_one),
    ]


def main() -> None:
    """Measure, print and keep."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=1.5, help="for each target in each round")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        database, plain_db = f"sqlite:///{folder}/facts.db", f"{folder}/plain.db"
        dossier = str(ROOT / "fixtures" / "japan-russia-peace-treaty")
        load = [sys.executable, "-m", "api.cli", "load", dossier, "--db", database]
        subprocess.run(load, stdout=subprocess.DEVNULL, cwd=ROOT, check=True)
        naive = {"BENCH_PLAIN_DB": plain_db, "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [sys.executable, str(HERE / "plain_app.py"), dossier], env=os.environ | naive, check=True
        )
        targets = _targets(
            stack.enter_context(_served(_gunicorn("constant_app:raw", 8491), 8491)),
            stack.enter_context(_served(_gunicorn("constant_app:app", 8492), 8492)),
            stack.enter_context(_served(_gunicorn("plain_app:app", 8493), 8493, **naive)),
            stack.enter_context(_served(_facts(8494, database), 8494)),
            stack.enter_context(_served(_facts(8495, database), 8495, FACTS_CACHE_BYTES="0")),
        )
        os.sched_setaffinity(0, {min(1, (os.cpu_count() or 1) - 1)})
        for target in targets:
            target.measure(0.2)
            target.times.clear()
        for _ in range(given.rounds):
            for target in targets:
                target.measure(given.seconds)
    results = [target.result() for target in targets]
    for result in results:
        beside = f"{result['ratio']:6.2f} x {result['beside']}" if "ratio" in result else ""
        print(f"{result['name']:40}{result['us']:7,} us  spread {result['spread']:4.0%} {beside}")
    RESULTS.write_text(json.dumps({"reads": results}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
