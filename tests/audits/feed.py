"""Mirrors of the feed, and what they must end with."""

import threading
import time
from collections.abc import Callable
from typing import Any

from .clients import Client

_COLLECTIONS = ("parties", "dates", "claims", "sources", "places", "dossiers")


class Follower(threading.Thread):
    """A mirror: folds the feed from 0, through restarts."""

    def __init__(self, port_of: Callable[[], int]) -> None:
        super().__init__()
        self.port_of = port_of
        self.mirror: dict[str, Any] = {}
        self.numbers: list[int] = []
        self.since = 0
        self.last_wanted: int | None = None

    def run(self) -> None:
        while self.last_wanted is None or self.since < self.last_wanted:
            client = Client(self.port_of())
            while True:
                reply = client.send("GET", f"/v1/changes?since={self.since}&limit=37&wait=1")
                if reply.status != 200:
                    break
                for entry in reply.json()["data"]:
                    self._fold(entry)
                if self.last_wanted is not None and self.since >= self.last_wanted:
                    break
            client.close()
            time.sleep(0.05)

    def _fold(self, entry: dict[str, Any]) -> None:
        self.numbers.append(entry["seq"])
        self.since = entry["seq"]
        self.mirror.pop(entry["id"], None)
        if entry["record"] is not None:
            self.mirror[entry["id"]] = entry["record"]


def served_by(client: Client) -> dict[str, Any]:
    """Every record that the collections serve."""
    served: dict[str, Any] = {}
    for plural in _COLLECTIONS:
        path: str | None = f"/v1/{plural}?limit=200"
        while path:
            page = client.send("GET", path).json()
            served |= {record["id"]: record for record in page["data"]}
            path = page["page"]["next_href"]
    return served
