"""`make bench-answers`: hot queries in a record of 100,000 claims, in milliseconds and as ratios to a page.

In process, without a server; each figure is the median of rounds that alternate between the queries.
"""

import argparse
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from api import create_app
from api.settings import Settings

from .large import HOT, multiply

ROOT = Path(__file__).parent.parent
PLAIN = "/v1/claims"


def main() -> None:
    """Load the dossier, multiply it, ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.db"
        load = [sys.executable, "-m", "api.cli", "load", str(ROOT / "fixtures"), "--db", f"sqlite:///{path}"]
        subprocess.run(load, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        with sqlite3.connect(path) as connection:
            multiply(connection)
        report(measure(path, rounds))


def measure(path: Path, rounds: int) -> dict[str, float]:
    """Median milliseconds of each query."""
    client = create_app(Settings(database_url=f"sqlite:///{path}")).test_client()
    times: dict[str, list[float]] = {address: [] for address in HOT}
    for _ in range(rounds + 1):
        for address, found in times.items():
            began = time.perf_counter()
            response = client.get(address)
            found.append(1000 * (time.perf_counter() - began))
            if response.status_code != 200:
                raise SystemExit(f"{address}: {response.text}")
    # The first round fills the caches.
    return {address: statistics.median(found[1:]) for address, found in times.items()}


def report(medians: dict[str, float]) -> None:
    """Print them, the slowest last."""
    print(f"{'ms':>8}  {'x page':>7}")
    for address, median in sorted(medians.items(), key=lambda pair: pair[1]):
        print(f"{median:8.1f}  {median / medians[PLAIN]:7.1f}  {address}")


if __name__ == "__main__":
    main()
