"""Small HTTP clients for hammering a server, each on its own connection, patient with restarts."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass
class Reply:
    """What came back; `status` 0 where nothing did."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Client:
    """One connection, opened anew when it breaks."""

    def __init__(self, port: int, key: str | None = None) -> None:
        self.port, self.key = port, key
        self._connection: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request; a reply of status 0 where the server is gone."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            named["Authorization"] = f"Bearer {self.key}"
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            named["Content-Type"] = "application/json"
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self._connection.request(method, path, payload, named)
            response = self._connection.getresponse()
            return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except (OSError, http.client.HTTPException):
            self.close()
            return Reply(0, {}, b"")

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def writing_pairs(client: Callable[[], Client], writers: int) -> Iterator[None]:
    """A while in which some writers, each with a client, write two parties at a time, again and again."""
    stop = threading.Event()

    def write(index: int) -> None:
        own, number = client(), 0
        while not stop.is_set():
            number += 1
            ids = [f"b{index}-{number}-{part}" for part in "ab"]
            body = {"name": "B", "kind": "person", "publish": True}
            batch = [{"op": "create", "type": "party", "id": i, "body": body} for i in ids]
            assert own.send("POST", "/v1/batch", batch).status == 200

    threads = [threading.Thread(target=write, args=(index,)) for index in range(writers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
