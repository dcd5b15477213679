"""`make bench-answers`: hot queries in a record of 100,000 claims; the past beside the present. `make
bench-large`: in a million.

In process, without a server and its cache. Each figure is the median processor time of rounds that alternate
between the queries. The past is asked of 10,000 claims that were all changed once.
"""

import argparse
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from api import create_app
from api.records.store.api_keys import create_key
from api.records.store.database import open_database
from api.settings import Settings

from .large import COPIES, FEWER_COPIES, HOT, MANY_COPIES, PAST
from .multiply import multiply
from .reads import DOSSIER

ROOT = Path(__file__).parent.parent
PLAIN = "/v1/claims"


def main() -> None:
    """Load the dossier, multiply it, ask; then the same with a past."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--million", action="store_true", help="ask a million claims, and nothing of the past"
    )
    given = parser.parse_args()
    rounds = given.rounds
    with tempfile.TemporaryDirectory() as folder:
        copies = MANY_COPIES if given.million else COPIES
        report(measure(_record(Path(folder) / "large.db", copies), HOT, rounds, time.process_time))
        if given.million:
            return
        path = Path(folder) / "changed.db"
        _changed(path)
        client = _record(path, FEWER_COPIES)
        moment = f"as_of=seq:{_published(path)}"
        asked = [a for address in PAST for a in (address, _then(address, moment))]
        report_past(measure(client, asked, rounds, time.process_time), moment)


def _record(path: Path, copies: int) -> FlaskClient:
    """A client of a record with so many copies of the dossier's claims."""
    if is_new := not path.exists():
        load(path)
    with sqlite3.connect(path) as connection:
        if is_new:
            # Nobody needs what is half made; what a service has open keeps its journal.
            connection.execute("PRAGMA journal_mode = OFF")
        multiply(connection, copies)
    connection.close()
    return _client(path)


def _client(path: Path) -> FlaskClient:
    # However long it takes: that is what is measured.
    chosen = Settings(database_url=f"sqlite:///{path}", query_timeout_ms=600_000)
    return create_app(chosen).test_client()


def load(path: Path) -> None:
    """Make a record of the dossier."""
    load = [sys.executable, "-m", "api.cli", "load", DOSSIER, "--db", f"sqlite:///{path}"]
    subprocess.run(load, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def _changed(path: Path) -> None:
    """The dossier with every claim changed once."""
    load(path)
    client, url = _client(path), f"sqlite:///{path}"
    key = {"Authorization": f"Bearer {create_key(open_database(url), 'Benchmark', 'publisher')}"}
    note = {"correction": {"kind": "clarification", "note": "For the benchmark."}}
    for claim in client.get(f"{PLAIN}?limit=200&fields=said").get_json()["data"]:
        address = f"{PLAIN}/{claim['id']}"
        # What has no date gets none: the timeline lists as many claims beside it, now and then.
        patch = ({"said": "1945"} if claim["said"] else {"valid": "1945"}) | note
        tag = {"If-Match": client.get(address).headers["ETag"]}
        response = client.patch(address, json=patch, headers=key | tag)
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.text}")


def _published(path: Path) -> int:
    """The commit after which all copies are there, as they were before they were changed."""
    with sqlite3.connect(path) as connection:
        query = """SELECT MAX("commit") FROM change WHERE kind = 'published'"""
        return int(connection.execute(query).fetchone()[0])


def _then(address: str, moment: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{moment}"


def measure(
    client: FlaskClient, addresses: list[str], rounds: int, clock: Callable[[], float]
) -> dict[str, float]:
    """Median milliseconds of each address."""
    times: dict[str, list[float]] = {address: [] for address in addresses}
    for _ in range(rounds + 1):
        for address, measured in times.items():
            began = clock()
            response = client.get(address)
            measured.append(1000 * (clock() - began))
            if response.status_code != 200:
                raise SystemExit(f"{address}: {response.text}")
    # The first round fills the caches.
    return {address: statistics.median(measured[1:]) for address, measured in times.items()}


def report(medians: dict[str, float]) -> None:
    """Print them, the slowest last."""
    print(f"{'ms':>8}  {'x page':>7}")
    for address, median in sorted(medians.items(), key=lambda pair: pair[1]):
        print(f"{median:8.1f}  {median / medians[PLAIN]:7.1f}  {address}")


def report_past(medians: dict[str, float], moment: str) -> None:
    """Print the past beside the present, the dearest last."""
    print(f"\n{'now':>8}  {'then':>8}  {'x now':>6}  with {moment}")
    pairs = [(medians[address], medians[_then(address, moment)], address) for address in PAST]
    for now, then, address in sorted(pairs, key=lambda pair: pair[1] / pair[0]):
        print(f"{now:8.2f}  {then:8.2f}  {then / now:6.2f}  {address}")


if __name__ == "__main__":
    main()
