"""Servers pinned to one core, a load on the other, and what a request costs them."""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"
#: Seconds for which each is asked before anything is counted.
_WARMING = 1.0


@dataclass
class Server:
    """A server that is running: its port, and the processes whose time is counted."""

    port: int
    workers: list[int]

    def seconds(self) -> float:
        """Processor time of all its threads so far."""
        tasks = (task for pid in self.workers for task in Path(f"/proc/{pid}/task").glob("*/schedstat"))
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
        return self._answer()[::2]

    def text(self) -> bytes:
        """The body of one answer."""
        return self._answer()[1]

    def close(self) -> None:
        self._socket.close()

    def _answer(self) -> tuple[bytes, bytes, int]:
        self._socket.sendall(self._request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        if head[9:12] not in (b"200", b"304"):
            raise SystemExit(f"{self._request.decode()}{head.decode()}")
        length = _length(head)
        if length is None:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._more()
            return head, body, len(body)
        pieces, left = [body], length - len(body)
        while left > 0:
            pieces.append(self._more())
            left -= len(pieces[-1])
        return head, b"".join(pieces), length

    def _more(self) -> bytes:
        if not (some := self._socket.recv(262_144)):
            raise SystemExit(f"the connection was closed after {self._request.decode()}")
        return some


def _length(head: bytes) -> int | None:
    """Bytes of the body; None where it comes in chunks."""
    if head[9:12] == b"304":
        return 0
    lines = head.lower().split(b"\r\n")
    return next((int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")), None)


@dataclass
class Target:
    """One request to one server, what it is compared with, and what was measured."""

    name: str
    server: Server
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    beside: "Target | None" = None
    #: How many times as many of these as of `beside` there should be in the same time.
    bound: float | None = None
    connections: int = 1
    #: What it asks itself, whose time is kept apart.
    behind: Server | None = None
    #: Another process of the same service, which every second connection asks.
    second: Server | None = None
    bytes: int = 0
    times: list[float] = field(default_factory=list)
    times_behind: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def measure(self, seconds: float) -> None:
        """Ask for so long; keep microseconds of processor by request, and requests a second."""
        servers = [self.server, self.second] if self.second else [self.server]
        asked = cycle(servers)
        opened = [Connection(next(asked), self.path, self.headers) for _ in range(self.connections)]
        for connection in opened:
            self.bytes = connection.ask()[1]
        before, before_behind = _seconds(servers), _seconds([self.behind] if self.behind else [])
        began, requests = time.monotonic(), 0
        asking = cycle(opened)
        while time.monotonic() < began + seconds:
            next(asking).ask()
            requests += 1
        self.times.append((_seconds(servers) - before) / requests * 1e6)
        if self.behind:
            self.times_behind.append((_seconds([self.behind]) - before_behind) / requests * 1e6)
        self.rates.append(requests / (time.monotonic() - began))
        for connection in opened:
            connection.close()

    @property
    def median(self) -> float:
        """Microseconds of processor by request."""
        return statistics.median(self.times)

    def result(self) -> dict[str, object]:
        """What is kept of it; `ratio`: how many are done in the time of one that it stands beside, the median
        of the rounds."""
        spread = (max(self.times) - min(self.times)) / self.median
        found: dict[str, object] = {
            "name": self.name,
            "us": round(self.median),
            "spread": round(spread, 2),
            "per_second": round(statistics.median(self.rates)),
            "bytes": self.bytes,
        }
        if self.behind:
            found |= {"behind": round(statistics.median(self.times_behind))}
        if self.beside:
            ratios = [his / own for own, his in zip(self.times, self.beside.times, strict=True)]
            found |= {"ratio": round(statistics.median(ratios), 2), "beside": self.beside.name}
        if self.bound:
            found |= {"bound": self.bound}
        return found


def _seconds(servers: list[Server]) -> float:
    return sum(server.seconds() for server in servers)


def measure(targets: list[Target], rounds: int, seconds: float) -> list[dict[str, object]]:
    """Ask all in turn, round after round, from the last core."""
    os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
    for target in targets:
        # Long enough for what compiles while it runs.
        target.measure(_WARMING)
        target.times.clear()
        target.times_behind.clear()
        target.rates.clear()
    for _ in range(rounds):
        for target in targets:
            target.measure(seconds)
    return [target.result() for target in targets]


def keep(part: str, results: list[dict[str, object]]) -> None:
    """Put what was measured in the place of what was kept of this part."""
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(kept | {part: results}, indent=1) + "\n", "utf-8")


@contextmanager
def served(
    command: list[str], port: int, workers: int = 0, *, pinned: bool = True, **environment: str
) -> Iterator[Server]:
    """Run a server for as long as it is needed, on the first core if it is `pinned`; `workers`: how many
    processes it starts."""
    core = ["taskset", "-c", "0"] if pinned and shutil.which("taskset") and os.cpu_count() != 1 else []
    process = subprocess.Popen(
        [*core, *command],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, port)
        yield Server(port, _workers(process.pid, workers) if workers else [process.pid])
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _workers(pid: int, wanted: int) -> list[int]:
    """The processes that a server starts, which come after its socket."""
    for _ in range(300):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if len(children) == wanted:
            return [int(child) for child in children]
        time.sleep(0.1)
    raise SystemExit(f"{wanted} workers are wanted, there are {len(children)}")


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"nothing answers on port {port}")


def _line(result: dict[str, object]) -> str:
    """What was measured of a target, to be printed."""
    behind = f" + {result['behind']:,} us behind" if "behind" in result else ""
    beside = f"{result['ratio']:6.2f} x {result['beside']}" if "ratio" in result else ""
    bound = f" (wanted: {result['bound']})" if "bound" in result else ""
    return (
        f"{result['name']:38}{result['us']:7,} us{behind}  spread {result['spread']:4.0%}"
        f"{result['per_second']:7,}/s {result['bytes']:8,} bytes {beside}{bound}"
    )


def run(name: str, about: str, targets_of: Callable[[ExitStack, Path], Iterable[Target]]) -> None:
    """A command that measures targets whose servers live as long as the stack, in a folder; prints, and keeps
    what it found under a name."""
    arguments = argparse.ArgumentParser(description=about)
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--seconds", type=float, default=0.7, help="for each target in each round")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        targets = list(targets_of(stack, Path(folder)))
        results = measure(targets, given.rounds, given.seconds)
    for result in results:
        print(_line(result))
    keep(name, results)
