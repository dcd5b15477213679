"""`make bench-quick`: one record and fifty, as ratios.

Each server is one gunicorn process pinned to the first core; the load comes from the second. Rounds
alternate between the servers, so that a noisy minute hurts all alike; each figure is a median of rounds,
with its spread (highest minus lowest, over the median).
"""

import argparse
import http.client
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
CLAIM = "abe-seeks-treaty-progress-in-term"
CONNECTIONS = 16


@dataclass
class Target:
    """One server at one address, and the requests a second measured there."""

    name: str
    port: int
    path: str
    rates: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.rates)

    @property
    def spread(self) -> float:
        return (max(self.rates) - min(self.rates)) / self.median


def _pinned(command: list[str], core: int) -> list[str]:
    return (
        ["taskset", "-c", str(core), *command] if shutil.which("taskset") and os.cpu_count() != 1 else command
    )


@contextmanager
def served(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    """A server process, ended at the end."""
    process = subprocess.Popen(
        _pinned(command, 0),
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=2).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"nothing answers on port {port}")


def rate(target: Target, seconds: float) -> float:
    """Requests a second, by wrk where it is installed, else by threads of this program."""
    url = f"http://127.0.0.1:{target.port}{target.path}"
    if not shutil.which("wrk"):
        return _rate_by_threads(target, seconds)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", url]
    out = subprocess.run(_pinned(command, 1), capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"{url} does not answer 200:\n{out}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found, out
    return float(found[1])


def _rate_by_threads(target: Target, seconds: float) -> float:
    done = [0] * CONNECTIONS
    end = time.monotonic() + seconds

    def ask(index: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", target.port)
        while time.monotonic() < end:
            connection.request("GET", target.path)
            if connection.getresponse().read() is not None:
                done[index] += 1

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def _gunicorn(module: str, port: int) -> list[str]:
    options = [
        "--workers=1",
        "--threads=4",
        "--worker-class=gthread",
        "--http-parser=fast",
        "--log-level=error",
    ]
    return [
        sys.executable, "-m", "gunicorn", *options, "--no-control-socket", "--chdir", str(HERE),
        "--bind", f"127.0.0.1:{port}", f"{module}:app",
    ]  # fmt: skip


def _size(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    return len(connection.getresponse().read())


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=2.0)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), given.rounds, given.seconds)


def _measure(folder: Path, rounds: int, seconds: float) -> None:
    fixtures = str(ROOT / "fixtures" / "japan-russia-peace-treaty")
    facts_db, plain_db = f"sqlite:///{folder}/facts.db", str(folder / "plain.db")
    facts = [sys.executable, "-m", "api.cli"]
    load = [*facts, "load", fixtures, "--db", facts_db]
    subprocess.run(load, stdout=subprocess.DEVNULL, cwd=ROOT, check=True)
    environment = {"BENCH_PLAIN_DB": plain_db, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, str(HERE / "plain_app.py"), fixtures], env=os.environ | environment, check=True
    )
    serve = [*facts, "serve", "--workers", "1", "--threads", "4", "--port", "8491", "--db", facts_db]
    with served(serve, 8491, environment), served(_gunicorn("plain_app", 8492), 8492, environment):
        sizes = [_size(8491, f"/v1/claims/{CLAIM}"), _size(8491, "/v1/claims?limit=50")]
        small, large = ({"BENCH_SIZE": str(size)} for size in sizes)
        with (
            served(_gunicorn("constant_app", 8493), 8493, environment | small),
            served(_gunicorn("constant_app", 8494), 8494, environment | large),
        ):
            _compare(
                "one record", sizes[0], rounds, seconds, _targets(8493, f"claims/{CLAIM}", f"claims/{CLAIM}")
            )
            _compare(
                "fifty records",
                sizes[1],
                rounds,
                seconds,
                _targets(8494, "claims?limit=50", "claims?limit=50"),
            )


def _targets(constant: int, ours: str, plain: str) -> list[Target]:
    return [
        Target("stored bytes (this service)", 8491, f"/v1/{ours}"),
        Target("Flask constant, same size", constant, "/"),
        Target("marshmallow + peewee", 8492, f"/{plain}"),
    ]


def _compare(title: str, size: int, rounds: int, seconds: float, targets: list[Target]) -> None:
    for target in targets:
        rate(target, 1)  # warm up
    for _ in range(rounds):
        for target in targets:
            target.rates.append(rate(target, seconds))
    ours, *others = targets
    print(f"\n{title} ({size:,} bytes)")
    for target in targets:
        print(f"  {target.name:30} {target.median:8,.0f} requests/s   spread {target.spread:4.0%}")
    for other in others:
        print(f"  {ours.median / other.median:6.2f} x {other.name}")


if __name__ == "__main__":
    main()
