"""A real gunicorn that tests begin, ask and end."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import IO

from . import warm
from .audits.clients import Client
from .guard import guard
from .places import url_of
from .warm import ROOT, Process

#: How long queries may take here: as many tests run at once as there are cores.
PATIENCE_MS = 60_000
#: Status, headers (names in lower case) and body.
Answer = tuple[int, dict[str, str], bytes]


class Server:
    """A real gunicorn on a database, in a file or at a URL; it says that it is `ready`, by a status."""

    def __init__(
        self,
        path: Path | str,
        workers: int = 2,
        threads: int = 4,
        before: Callable[[], None] | None = None,
        log: Path | None = None,
        ready: int = 200,
        as_a_user: bool = False,
        **environment: str,
    ) -> None:
        """`before` is called in the new process, which is then begun `as_a_user` begins it: from nothing."""
        guard()
        self._place, self.port = reserve_port()
        self._clients: list[Client] = []
        url = path if isinstance(path, str) else url_of(path)
        arguments = ["serve", "--port", str(self.port), "--db", url]
        arguments += ["--workers", str(workers), "--threads", str(threads)]
        patient = {"PYTHONPATH": str(ROOT), "FACTS_QUERY_TIMEOUT_MS": str(PATIENCE_MS)}
        self.log = (log or Path(path).with_suffix(".log")).open("ab")
        begin = partial(_from_nothing, before) if as_a_user or before else warm.begin
        self.process: Process = begin(arguments, os.environ | patient | environment, self.log)
        self._wait(ready)

    def _wait(self, ready: int) -> None:
        until = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < until:
            try:
                if self.get("/health/ready")[0] == ready:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def client(self, key: str | None = None) -> Client:
        """A client with a connection of its own, which is kept until the server ends."""
        self._clients.append(Client(self.port, key))
        return self._clients[-1]

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """The answer to one request on its own connection."""
        return self.send(method, path, None, {k.replace("_", "-"): v for k, v in headers.items()})

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """The same for a request with a body, as it is."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            # A server that refuses a body may answer and close before all of it was sent: RFC 9112 §9.5
            # lets a client stop sending then, and read the answer.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, headers)
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return response.status, named, response.read()

    def raw(self, request: bytes) -> bytes:
        """Everything that comes back for bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def stop(self) -> None:
        """End it as an operator does, when its clients have gone: it would wait for them."""
        for client in self._clients:
            client.close()
        self.process.terminate()
        self.process.wait(30)
        self._let_go()

    def kill(self) -> None:
        """SIGKILL to gunicorn and all its workers."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        # The workers end after it, and have the file open until then.
        left = ["ps", "-o", "stat=", "-s", str(self.process.pid)]
        while any(
            state[0] != "Z" for state in subprocess.run(left, capture_output=True, text=True).stdout.split()
        ):
            time.sleep(0.01)
        self._let_go()

    def _let_go(self) -> None:
        self.log.close()
        self._place.close()


def _from_nothing(
    before: Callable[[], None] | None, arguments: list[str], environment: Mapping[str, str], log: IO[bytes]
) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "api.cli", *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=log, stderr=log, start_new_session=True, preexec_fn=before
    )


def reserve_port() -> tuple[socket.socket, int]:
    """A free port, and the socket that keeps it from everybody but the server to be started there.

    A socket that is bound and does not listen is no obstacle to another that may use its address again, as
    gunicorn's does; nobody who asks for any port is given this one.
    """
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", 0))
    return place, int(place.getsockname()[1])
