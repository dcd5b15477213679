"""What the tests stand on: the real dossier in a real SQLite file, served in process and by gunicorn."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import settings
from werkzeug.test import TestResponse

from api import create_app
from api.records.store.api_keys import create_key
from api.records.store.database import open_database
from api.settings import Settings

ROOT = Path(__file__).parent.parent
DOSSIER = ROOT / "fixtures" / "japan-russia-peace-treaty"

settings.register_profile("facts", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("facts")


def facts(
    *arguments: object, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the `facts` command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd or ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        timeout=120,
    )


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that holds the dossier; tests that write copy it."""
    path = tmp_path_factory.mktemp("record") / "facts.db"
    done = facts("load", DOSSIER, "--db", f"sqlite:///{path}")
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.fixture
def database_file(loaded: Path, tmp_path: Path) -> Path:
    """A copy of the dossier's database for one test."""
    copy = tmp_path / "facts.db"
    shutil.copy(loaded, copy)
    return copy


def client_of(path: Path, **more: Any) -> FlaskClient:
    """A client of the service on a database file."""
    return create_app(Settings(database_url=f"sqlite:///{path}", **more)).test_client()


@pytest.fixture(scope="session")
def client(loaded: Path) -> FlaskClient:
    """A client that only reads the dossier."""
    return client_of(loaded)


class Desk:
    """A desk with an editor's and a publisher's key."""

    def __init__(self, path: Path) -> None:
        self.path = path
        database = open_database(f"sqlite:///{path}")
        self.editor = {"Authorization": f"Bearer {create_key(database, 'Ed', 'editor')}"}
        self.publisher = {"Authorization": f"Bearer {create_key(database, 'Pub', 'publisher')}"}
        self.client: FlaskClient = client_of(path)

    def send(
        self, method: str, path: str, body: Any = None, key: dict[str, str] | None = None, **headers: str
    ) -> TestResponse:
        """A request as the publisher, unless told otherwise."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            f"/v1/{path}", method=method, json=body, headers=(key or self.publisher) | named
        )

    def tag(self, path: str) -> str:
        """The entity tag of a record as its curators read it."""
        return str(self.client.get(f"/v1/{path}", headers=self.editor).headers["ETag"])

    def change(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """A change of the record as it stands."""
        record = "/".join(path.split("/")[:2]).partition("?")[0]
        return self.send(method, path, body, If_Match=self.tag(record), **more)

    def party(self, record_id: str = "bob", **more: Any) -> TestResponse:
        """A new party, published."""
        body = {"id": record_id, "name": record_id.title(), "kind": "person", **more}
        response = self.send("POST", "parties?publish=true", body)
        assert response.status_code == 201, response.text
        return response


@pytest.fixture
def desk(database_file: Path) -> Desk:
    """A desk at a copy of the dossier."""
    return Desk(database_file)


class Server:
    """A real gunicorn on a database file."""

    def __init__(
        self,
        path: Path,
        workers: int = 2,
        threads: int = 4,
        before: Callable[[], None] | None = None,
        log: Path | None = None,
        **environment: str,
    ) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "api.cli", "serve", "--port", str(self.port)]
        command += ["--workers", str(workers), "--threads", str(threads), "--db", f"sqlite:///{path}"]
        self.log = (log or path.with_suffix(".log")).open("ab")
        self.process = subprocess.Popen(
            command,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            preexec_fn=before,
        )
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                if self.get("/health/ready")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body of one request on its own connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        found = (response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        connection.close()
        return found

    def send(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """The same for a request with a body, as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        found = (response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        connection.close()
        return found

    def raw(self, request: bytes) -> bytes:
        """Everything that comes back for bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def stop(self) -> None:
        """End it as an operator does."""
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def server(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """gunicorn, serving the dossier."""
    copy = tmp_path_factory.mktemp("served") / "facts.db"
    shutil.copy(loaded, copy)
    running = Server(copy)
    yield running
    running.stop()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test has shown nothing: it fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
