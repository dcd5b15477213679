"""`make bench-writes`: durable POSTs by sixteen clients to two workers.

What is sent are claims of the dossier under new ids, with their citations and an Idempotency-Key each; a POST
is answered when its commit is on disk. One process is all clients: it keeps one request under way on each
connection and does little else: it takes little from the workers. Processor time is that of the
workers, from /proc: other processes on the machine disturb it less than they disturb rates and waits.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import uvloop
from peewee import Database

from api.records.core.packed import plain_text
from api.records.store.api_keys import create_key
from api.records.store.database import open_database
from schemas.base import Json

from .measure import ROOT, Server, keep, served

CLIENTS, WORKERS, PORT = 16, 2, 8496
DOSSIER = ROOT / "fixtures" / "japan-russia-peace-treaty"


class Client(asyncio.Protocol):
    """A connection that sends one request after another, each when the one before is answered."""

    def __init__(self, requests: Iterator[bytes], waits: list[float], errors: list[bytes]) -> None:
        self._requests, self._waits, self._errors = requests, waits, errors
        self.done = asyncio.get_running_loop().create_future()
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: Any = transport
        self._send()

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Note an answer that is complete, and go on."""
        self._received += data
        head, parted, body = self._received.partition(b"\r\n\r\n")
        length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        if not parted or len(body) < int(length):
            return
        self._waits.append((time.perf_counter() - self._sent) * 1000)
        if not head.startswith(b"HTTP/1.1 201 "):
            self._errors.append(self._received)
        self._received = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if exc:
            self._errors.append(repr(exc).encode())
        self.done.set_result(None)


def _claims(database: Database) -> list[Json]:
    """The dossier's claims as they were written, but for those that other claims show."""
    stored = database.execute_sql("SELECT document FROM record WHERE type = 'claim' ORDER BY id")
    claims = [json.loads(plain_text(row[0])) for row in stored.fetchall()]
    return [claim for claim in claims if "relations" not in claim]


def _requests(key: str, alone: list[Json], number: int, name: str) -> list[bytes]:
    return [_request(key, alone[n % len(alone)] | {"id": f"{name}-{n}"}) for n in range(number)]


def _request(key: str, claim: Json) -> bytes:
    body = json.dumps(claim).encode()
    head = (
        "POST /v1/claims?publish=true HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Idempotency-Key: {claim['id']}\r\n\r\n"
    )
    return head.encode() + body


async def _send_all(requests: list[bytes]) -> tuple[list[float], list[bytes]]:
    """(milliseconds that each waited, answers that were none to be had)."""
    rest, waits, errors = iter(requests), list[float](), list[bytes]()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Client(rest, waits, errors), "127.0.0.1", PORT)
        for _ in range(CLIENTS)
    ]
    await asyncio.gather(*(client.done for _, client in made))
    return waits, errors


def _measure(requests: list[bytes], server: Server) -> dict[str, object]:
    before, own, began = server.seconds(), time.process_time(), time.perf_counter()
    waits, errors = uvloop.run(_send_all(requests))
    took, number = time.perf_counter() - began, len(requests)
    for error in errors[:3]:
        print(error.decode(errors="replace"), file=sys.stderr)
    centiles = statistics.quantiles(waits, n=100)
    return {
        "name": f"a claim, {CLIENTS} clients, {WORKERS} workers",
        "us": round((server.seconds() - before) / number * 1e6),
        "client_us": round((time.process_time() - own) / number * 1e6),
        "a_second": round(number / took),
        "p50_ms": round(centiles[49]),
        "p99_ms": round(centiles[98]),
        "errors": len(errors) + number - len(waits),
    }


def main() -> None:
    """Measure, print and keep."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--requests", type=int, default=2000)
    number = arguments.parse_args().requests
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/facts.db"
        load = [sys.executable, "-m", "api.cli", "load", str(DOSSIER), "--db", url]
        subprocess.run(load, stdout=subprocess.DEVNULL, cwd=ROOT, check=True)
        database = open_database(url)
        key, claims = create_key(database, "Benchmark", "publisher"), _claims(database)
        database.close()
        options = ("--workers", str(WORKERS), "--port", str(PORT), "--db", url)
        command = [sys.executable, "-m", "api.cli", "serve", *options]
        with served(command, PORT, WORKERS, pinned=False, PYTHONPATH=str(ROOT)) as server:
            _measure(_requests(key, claims, 10 * CLIENTS, "first"), server)
            result = _measure(_requests(key, claims, number, "posted"), server)
    print(", ".join(f"{name} {value}" for name, value in result.items()))
    keep("writes", [result])


if __name__ == "__main__":
    main()
