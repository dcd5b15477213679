"""The freshness audit: after a write is acknowledged, no request that begins then shows an older state.

`python -m tests.audits.fresh --writes 2000 --reads 100000`: prints what was read, and what of it was stale.
Every second write comes from another process than the servers', through the file.
"""

import argparse
import gzip
import re
import shutil
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..conftest import DOSSIER, Server, client_of, facts, key_for
from .clients import Client

RECORD = "/v1/parties/nhk"
#: A record by itself, with some of its members, in a list, and as it is told elsewhere.
VIEWS = (RECORD, f"{RECORD}?fields=description", "/v1/parties?id=nhk", "/v1/parties?id=nhk&perspective=japan")
READERS = 6
_NUMBER = re.compile(rb"written (\d+) times")


@dataclass
class Findings:
    """What the audit found."""

    writes: int = 0
    reads: Counter[str] = field(default_factory=Counter)
    stale: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = ", ".join(f"{number} {what}" for what, number in sorted(self.reads.items()))
        return f"{self.writes} writes, {self.reads.total()} reads ({told}), {len(self.stale)} stale"


class _Reader:
    """Reads every view again and again, on a connection of its own, with the tags that it has."""

    def __init__(self, port: int, findings: Findings, coding: str = "identity") -> None:
        self.client, self.findings, self.coding = Client(port), findings, coding
        self.known: dict[str, tuple[str, int]] = {}

    def look(self) -> None:
        for view in VIEWS:
            least = self.findings.writes
            tag, number = self.known.get(view, ("", -1))
            headers = {"If_None_Match": tag} if tag else {}
            reply = self.client.send("GET", view, Accept_Encoding=self.coding, **headers)
            self.findings.reads[str(reply.status)] += 1
            if reply.status == 200:
                body = reply.body
                if reply.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                number = int((_NUMBER.search(body) or [b"", b"0"])[1])
                self.known[view] = reply.headers["etag"], number
            if number < least:
                self.findings.stale.append(f"{view} {reply.status}: {number} after {least}")


class _Writer:
    """Changes the record, now through a server and now behind its back."""

    def __init__(self, port: int, path: Path, findings: Findings) -> None:
        key = key_for(path)
        self.inside, self.outside = Client(port, key), client_of(path)
        self.bearer = {"Authorization": f"Bearer {key}"}
        self.tag = self.inside.send("GET", RECORD).headers["etag"]
        self.findings = findings

    def write(self) -> None:
        number = self.findings.writes + 1
        note = {"kind": "new-information", "note": "In a test"}
        body: dict[str, Any] = {"description": f"It was written {number} times.", "correction": note}
        if number % 2:
            reply = self.inside.send("PATCH", RECORD, body, If_Match=self.tag)
            status, headers = reply.status, dict(reply.headers)
        else:
            answer = self.outside.patch(RECORD, json=body, headers=self.bearer | {"If-Match": self.tag})
            status, headers = answer.status_code, {k.lower(): v for k, v in answer.headers.items()}
        assert status == 200, status
        self.tag = headers["etag"]
        self.findings.writes = number


def audit(path: Path, writes: int, reads: int) -> Findings:
    """Write and read beside each other: at least so many of both."""
    findings = Findings()
    server = Server(path, workers=2)
    stop = threading.Event()

    def read_on(coding: str) -> None:
        reader = _Reader(server.port, findings, coding)
        while not stop.is_set():
            reader.look()
        reader.client.close()

    codings = ("identity", "gzip") * (READERS // 2)
    threads = [threading.Thread(target=read_on, args=(coding,)) for coding in codings]
    try:
        writer = _Writer(server.port, path, findings)
        for thread in threads:
            thread.start()
        mine = _Reader(server.port, findings)
        while findings.writes < writes or findings.reads.total() < reads:
            writer.write()
            mine.look()
            mine.look()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        server.stop()
    return findings


def main() -> int:
    """Run the audit on a new database with the dossier."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--writes", type=int, default=2_000)
    parser.add_argument("--reads", type=int, default=100_000)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="facts-fresh-"))
    facts("load", DOSSIER, "--db", f"sqlite:///{folder / 'facts.db'}")
    findings = audit(folder / "facts.db", chosen.writes, chosen.reads)
    shutil.rmtree(folder)
    print(findings, *findings.stale[:10], sep="\n")
    return 1 if findings.stale else 0


if __name__ == "__main__":
    sys.exit(main())
