"""A PostgreSQL server of one's own, for a while: on loopback, in a folder that goes with it.

`python -m tests.cluster COMMAND…` runs a command with FACTS_DATABASE_URL set to a new database of such a
server, which ends with the command.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg

from .guard import MEMORY, RUN, guard

#: Where Debian's packages put each version.
_DEBIAN = Path("/usr/lib/postgresql")
#: Bytes that have to be free in memory, and those that a log may take there.
_ROOM, _MOST_OF_LOG = 2_000_000_000, "256MB"
_OWNER = "facts"
#: With the settings that let it follow, and without waiting for a disk.
_AS_REPLICA = ("--write-recovery-conf", "--checkpoint=fast", "--no-sync")
#: Settings of a server that keeps what it acknowledged; they are PostgreSQL's own.
DURABLE = ("fsync=on", "synchronous_commit=on")
#: PostgreSQL never runs as root.
_SERVERS_USER = "postgres" if os.geteuid() == 0 else None
#: As records need it: text in the order of code points.
_AS_NEEDED = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"


def program(name: str) -> str:
    """The path of a program of PostgreSQL, of the newest version that is installed."""
    installed = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parent.parent.name))
    found = str(installed[-1]) if installed else shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is not there: install Debian's package postgresql")
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as place:
        return int(place.getsockname()[1])


class Cluster:
    """A server with its data in a folder; a new one where there are none."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder, self._settings = folder.absolute(), settings
        self.port = _free_port()
        if not (self.folder / "PG_VERSION").exists():
            self._make()
        self.start()

    def _make(self) -> None:
        self._make_folder(self.folder)
        # Whoever reaches loopback may come in, as to the service itself.
        options = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._run("initdb", f"--pgdata={self.folder}", f"--username={_OWNER}", *options)

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _SERVERS_USER:
            shutil.chown(folder, _SERVERS_USER, _SERVERS_USER)

    def followed(self, folder: Path) -> "Cluster":
        """A streaming replica of it, with its data in a folder that is made."""
        folder = folder.absolute()
        self._make_folder(folder)
        self._run("pg_basebackup", f"--dbname={self.address}", f"--pgdata={folder}", *_AS_REPLICA)
        return Cluster(folder, *self._settings)

    def end(self) -> None:
        """Stop it as a crash does, if it runs."""
        if (self.folder / "postmaster.pid").exists():
            self.stop("immediate")

    def processes(self) -> list[int]:
        """The server's processes: the first one, and those that it made."""
        first = int((self.folder / "postmaster.pid").read_text().split()[0])
        made = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, made)]

    def keep_log_in(self, place: Path) -> None:
        """Move the write-ahead log to a folder, with a restart."""
        self.stop()
        log = self.folder / "pg_wal"
        shutil.move(log, place / "log")
        log.symlink_to(place / "log")
        if _SERVERS_USER:
            self._own(place / "log")
        self.start()

    @staticmethod
    def _own(folder: Path) -> None:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, _SERVERS_USER, _SERVERS_USER)

    def is_gone(self) -> bool:
        """Whether it has ended by itself."""
        file = self.folder / "postmaster.pid"
        return not (file.exists() and Path("/proc", file.read_text().split()[0]).exists())

    def promote(self) -> None:
        """Let a replica be a server of its own."""
        self._run("pg_ctl", "--wait", f"--pgdata={self.folder}", "promote")

    def follow(self, other: "Cluster") -> None:
        """Let a replica follow another server from now on."""
        with psycopg.connect(f"{self.address}/postgres", autocommit=True) as connection:
            to = f"host=127.0.0.1 port={other.port} user={_OWNER}"
            connection.execute(f"ALTER SYSTEM SET primary_conninfo = '{to}'")
            connection.execute("SELECT pg_reload_conf()")

    def start(self) -> None:
        """Start it; it answers when this returns."""
        settings = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            *self._settings,
        ]
        options = " ".join(f"-c {setting}" for setting in settings)
        self._run(
            "pg_ctl", "--wait", f"--pgdata={self.folder}", f"--log={self.folder}/log", "-o", options, "start"
        )

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` is as a crash."""
        self._run("pg_ctl", "--wait", f"--pgdata={self.folder}", f"--mode={mode}", "stop")

    def kill(self) -> None:
        """SIGKILL to all its processes."""
        file = self.folder / "postmaster.pid"
        server = file.read_text().split()[0]
        # The server first: it would end the others, and begin again.
        numbers = [server, *_told(["ps", "-o", "pid=", "--ppid", server])]
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(int(number), signal.SIGKILL)
        while any(state[0] != "Z" for state in _told(["ps", "-o", "stat=", "-p", ",".join(numbers)])):
            time.sleep(0.01)
        # Where nobody takes notice of its end, its number is still there, and a new one would not start.
        file.unlink()

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [program(name), *arguments],
            user=_SERVERS_USER,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stdout}{done.stderr}")

    @property
    def address(self) -> str:
        """The server's address, without a database."""
        return f"postgresql://{_OWNER}@127.0.0.1:{self.port}"


def _told(command: list[str]) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True).stdout.split()


def new_database(address: str, name: str | None = None, as_needed: str = _AS_NEEDED) -> str:
    """The URL of a database on a server, which is made where it is not there."""
    name = name or f"facts_{uuid4().hex[:12]}"
    server = psycopg.connect(f"{address}/postgres", autocommit=True)
    with server as connection, suppress(psycopg.errors.DuplicateDatabase):
        connection.execute(f'CREATE DATABASE "{name}" {as_needed}'.encode())
    return f"{address}/{name}"


@contextmanager
def server(*settings: str) -> Iterator[str]:
    """The address of a server for tests: the one that FACTS_TEST_POSTGRES_URL names, or one with these
    settings that ends with them and never waits for a disk.

    Its data are kept in memory where there is room: a new database is some nine hundred files, and a test
    takes two or three.
    """
    if given := os.environ.get("FACTS_TEST_POSTGRES_URL"):
        yield given.rstrip("/")
        return
    place = str(MEMORY) if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > _ROOM else None
    with own_server("fsync=off", f"max_wal_size={_MOST_OF_LOG}", *settings, place=place) as cluster:
        yield cluster.address


@contextmanager
def own_server(*settings: str, place: str | None = None) -> Iterator[Cluster]:
    """A server whose data goes with it; `place`: the folder to keep them in, else that of temporary files."""
    guard()
    with tempfile.TemporaryDirectory(prefix=f"facts-postgresql-{os.environ[RUN]}-", dir=place) as folder:
        # Its owner goes through there.
        os.chmod(folder, 0o755)
        cluster = Cluster(Path(folder) / "data", *settings)
        try:
            yield cluster
        finally:
            cluster.stop("immediate")


@contextmanager
def small_disk(megabytes: int = 2) -> Iterator[Path]:
    """A file system for a server's tables that is soon full; where this process may make none, any folder."""
    with tempfile.TemporaryDirectory(prefix="facts-small-") as folder:
        os.chmod(folder, 0o755)
        place = Path(folder) / "disk"
        place.mkdir()
        size = f"size={megabytes}m"
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], capture_output=True)
        if _SERVERS_USER:
            shutil.chown(place, _SERVERS_USER, _SERVERS_USER)
        try:
            yield place
        finally:
            if made.returncode == 0:
                subprocess.run(["umount", str(place)], check=True)


def main(*command: str) -> int:
    """Run from the command line."""
    with own_server() as cluster:
        served = subprocess.Popen(
            command, env=os.environ | {"FACTS_DATABASE_URL": new_database(cluster.address, "facts")}
        )
        # Who presses Ctrl-C is heard by the command too, which ends in its own time.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda number, _: served.send_signal(number))
        return served.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
