"""`make bench-profiles`: where hot reads spend their time, by function, as py-spy samples it.

The thread that has the interpreter is sampled: whoever waits, or writes to a socket, is not.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from .measure import Connection, Server, served
from .reads import DOSSIER, FIFTY, FILTERED, ONE, ROOT, SEARCH

SPY = str(ROOT / ".venv-peers" / "bin" / "py-spy")
#: What is asked, and whether its answer is kept in front of the application.
ASKED = [
    ("a hit", ONE, True),
    ("a miss of one record", ONE, False),
    ("fifty", FIFTY, False),
    ("a filtered page", FILTERED, False),
    ("a search", SEARCH, False),
]
SECONDS, MOST = 5, 16


def main() -> None:
    """Sample each for a few seconds; print the functions that most samples were in themselves, and below."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        database = f"sqlite:///{folder}/facts.db"
        load = [sys.executable, "-m", "api.cli", "load", DOSSIER, "--db", database]
        subprocess.run(load, stdout=subprocess.DEVNULL, cwd=ROOT, check=True)
        serve = [sys.executable, "-m", "api.cli", "serve", "--workers", "1", "--db", database, "--port"]
        kept = stack.enter_context(served([*serve, "8494"], 8494, 1, PYTHONPATH=str(ROOT)))
        more = {"FACTS_CACHE_BYTES": "0", "PYTHONPATH": str(ROOT)}
        made = stack.enter_context(served([*serve, "8495"], 8495, 1, **more))
        os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
        for name, path, is_kept in ASKED:
            print(f"\n{name}: {path}")
            _report(_sampled(kept if is_kept else made, path, Path(folder) / "stacks.txt"))


def _sampled(server: Server, path: str, stacks: Path) -> Path:
    """Samples of a server that is asked one thing, as stacks with their numbers."""
    done = threading.Event()
    asking = threading.Thread(target=_ask, args=(server, path, done))
    asking.start()
    time.sleep(0.3)
    command = [SPY, "record", "--pid", str(server.workers[0]), "--format", "raw", "--output", str(stacks)]
    options = ["--duration", str(SECONDS), "--rate", "500", "--nonblocking", "--gil", "--function"]
    subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done.set()
    asking.join()
    return stacks


def _ask(server: Server, path: str, done: threading.Event) -> None:
    connection = Connection(server, path, {})
    while not done.is_set():
        connection.ask()
    connection.close()


def _report(stacks: Path) -> None:
    own: Counter[str] = Counter()
    below: Counter[str] = Counter()
    for line in stacks.read_text("utf-8").splitlines():
        stack, _, number = line.rpartition(" ")
        if not (stack and number.isdigit()):
            continue  # A stack that changed while it was read: the process is not stopped for it.
        frames = stack.split(";")
        own[frames[-1]] += int(number)
        below.update(dict.fromkeys(frames, int(number)))
    total = sum(own.values()) or 1
    for name, number in own.most_common(MOST):
        print(f"{number / total:6.0%} {below[name] / total:6.0%}  {name}")


if __name__ == "__main__":
    main()
