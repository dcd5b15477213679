"""Begins `facts` commands in processes that have imported the service: nine tenths of a start are imports.

`python -m tests.warm SOCKET` imports it, and forks for each command that it is told over a socket. Tests of
the start itself, and those that narrow what a process may do, begin it as a user does.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import IO, Any, Protocol

ROOT = Path(__file__).parent.parent
#: What a server imports.
_NEEDED = ("api.app", "api.commands.serve", "psycopg")
#: Bytes of a command, an environment for the most part, and of a number that is told.
_COMMAND, _NUMBER = 200_000, 16


class Process(Protocol):
    """What tests do with a process that they began, as subprocess.Popen has it."""

    pid: int

    def poll(self) -> int | None:
        """Its status; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Its status when it has ended; raises subprocess.TimeoutExpired."""

    def terminate(self) -> None:
        """Ask it to end."""


class Forked:
    """A process that the template forked; its end is told over a pipe."""

    def __init__(self, pid: int, ended: int) -> None:
        self.pid, self._ended = pid, ended
        self._status: int | None = None

    def poll(self) -> int | None:
        """Its status; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Its status when it has ended; raises subprocess.TimeoutExpired."""
        if self._status is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            self._status = os.waitstatus_to_exitcode(int(os.read(self._ended, _NUMBER)))
            os.close(self._ended)
        return self._status

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


#: This end of the socket of a process that forks, which ends where nobody holds it.
_template: list[socket.socket] = []
_one_at_a_time = Lock()


def begin(arguments: list[str], environment: Mapping[str, str], log: IO[bytes]) -> Forked:
    """Begin a command in a session of its own; what it prints goes to `log`."""
    ended, tells = os.pipe()
    command = json.dumps({"arguments": arguments, "environment": dict(environment)}).encode()
    with _one_at_a_time:
        if not _template:
            _template.append(_begun_template())
        socket.send_fds(_template[0], [command], [log.fileno(), tells])
        pid = int(_template[0].recv(_NUMBER))
    os.close(tells)
    return Forked(pid, ended)


def _begun_template() -> socket.socket:
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.warm", str(its.fileno())]
    # Who presses Ctrl-C is heard by the tests, which end what they began.
    subprocess.Popen(command, cwd=ROOT, pass_fds=[its.fileno()], start_new_session=True)
    its.close()
    return mine


def main(told: socket.socket) -> None:
    """Be the template."""
    gc.disable()
    for name in _NEEDED:
        import_module(name)
    gc.freeze()
    gc.enable()
    # Nobody waits for those that wait for commands.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        command, files, _, _ = socket.recv_fds(told, _COMMAND, 2)
        if not command:
            return
        if os.fork() == 0:
            _watch(told, json.loads(command), *files)
            return
        for file in files:
            os.close(file)


def _watch(told: socket.socket, command: dict[str, Any], log: int, tells: int) -> None:
    """Fork once more: for the command, and to say its number and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        told.close()
        os.close(tells)
        _run(command, log)
        return
    told.send(str(pid).encode())
    told.close()
    os.close(log)
    os.write(tells, str(os.waitpid(pid, 0)[1]).encode())
    os._exit(0)


def _run(command: dict[str, Any], log: int) -> None:
    """Be the command; it exits from here."""
    os.setsid()
    for output in (1, 2):
        os.dup2(log, output)
    os.close(log)
    os.environ.clear()
    os.environ.update(command["environment"])
    import_module("api.cli").main(command["arguments"], prog_name="facts")


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
