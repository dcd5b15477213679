"""What the tests stand on: the real dossier in a real SQLite file, served in process and by gunicorn."""

import atexit
import ctypes
import fcntl
import gc
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import settings
from peewee import Database
from werkzeug.routing import Rule
from werkzeug.test import TestResponse
from xdist.scheduler import LoadScopeScheduling

from api import create_app
from api.cli import main
from api.http.application import Application
from api.records.core.packed import plain
from api.records.core.registry import CLAIM, SOURCE, RecordType
from api.records.store.api_keys import Actor, create_key
from api.records.store.database import migrate, open_database
from api.records.write.operations import Put
from api.records.write.perform import perform
from api.records.write.step import Correction
from api.settings import Settings

from . import cluster
from .guard import guard
from .places import SERVER, clear, on_server, settle, url_of
from .serving import PATIENCE_MS, Server
from .warm import ROOT

Json = dict[str, Any]
FIXTURES = ROOT / "fixtures"
#: The first dossier.
DOSSIER = FIXTURES / "japan-russia-peace-treaty"
# Tests start the service and its commands in some hundred processes: these keep what they compile.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the engine, and what audits ask for: other requests from the contract, and more of them."""
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="what tests keep records in"
    )
    parser.addoption("--contract-seed", type=int, help="what chance starts from, instead of the same always")
    parser.addoption("--contract-examples", type=int, help="how many cases are made up for each operation")
    parser.addoption(
        "--every-operation", action="store_true", help="try all of the documentation, not a part"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have all that tests begin end with them; start the server that is to keep the records of all processes
    in which they run."""
    guard()
    if config.getoption("database") == "postgresql" and not on_server():
        held = ExitStack()
        # Each test has a service of its own, whose threads keep connections.
        os.environ[SERVER] = held.enter_context(cluster.server("max_connections=500"))
        config.add_cleanup(held.close)


settings.register_profile("facts", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("facts")


def facts(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the `facts` command in this process, which has imported it already."""
    words = [str(argument) for argument in arguments]
    before = dict(os.environ)
    try:
        done = CliRunner().invoke(main, words, env=environment, catch_exceptions=False)
    finally:
        # `serve` sets variables for the workers that it was to start.
        os.environ.clear()
        os.environ.update(before)
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def facts_alone(
    *arguments: object,
    cwd: Path = ROOT,
    umask: int = -1,
    before: Callable[[], None] | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run the `facts` command as a user does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        timeout=120,
        umask=umask,
        preexec_fn=before,
    )


def obey_file_modes() -> None:
    """Drop root's leave to read and write where a file's mode says no, for good; called in a new process."""
    if os.geteuid() == 0:
        for capability in CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH:
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


def key_for(database: Path, role: str = "publisher") -> str:
    """A new key, as `facts key create` prints it."""
    done = facts("key", "create", "In a test", "--role", role, "--db", url_of(database))
    return done.stdout.strip()


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that holds the first dossier; tests that write copy it."""
    return _loaded_once(tmp_path_factory, DOSSIER)


@pytest.fixture(scope="session")
def all_loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that holds all dossiers, as `make serve` loads them; tests that write copy it."""
    return _loaded_once(tmp_path_factory, FIXTURES)


def _loaded_once(tmp_path_factory: pytest.TempPathFactory, files: Path) -> Path:
    """The database of these files, loaded once, however many processes the tests run in: the first makes it,
    the others wait for it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    path = folder / f"{files.name}.db"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            half = path.with_suffix(".part")
            done = facts("load", files, "--db", url_of(half))
            assert done.returncode == 0, done.stdout + done.stderr
            settle(half)
            half.rename(path)
    return path


@pytest.fixture
def database_file(loaded: Path, tmp_path: Path) -> Path:
    """A copy of the dossier's database for one test."""
    copy = tmp_path / "facts.db"
    shutil.copy(loaded, copy)
    return copy


class CompiledOnce(Rule):
    """The rule of an address, compiled once a process.

    Hundreds of tests have an application of their own with the same addresses. To compile them is nine tenths
    of what it takes to make one.
    """

    compiled: ClassVar[dict[tuple[str, str], Rule]] = {}

    def compile(self) -> None:
        """Compile it, or take what compiling the same rule gave."""
        known = self.compiled.get(key := (self.rule, self.endpoint))
        if known is None:
            super().compile()
            self.compiled[key] = self
        else:
            vars(self).update(vars(known) | {"map": self.map})


Application.url_rule_class = CompiledOnce


def client_of(path: Path, **more: Any) -> FlaskClient:
    """A client of the service on a database file, patient with a busy machine unless told otherwise."""
    chosen = {"query_timeout_ms": PATIENCE_MS, **more}
    return create_app(Settings(database_url=url_of(path), **chosen)).test_client()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """A PostgreSQL server."""
    with cluster.server() as found:
        yield found


def copied_to(address: str, loaded: Path) -> str:
    """The URL of a new database of a server that holds what a file does."""
    url = cluster.new_database(address)
    done = facts("copy", f"sqlite:///{loaded}", url)
    assert done.returncode == 0, done.stderr
    return url


@pytest.fixture(scope="session")
def client(loaded: Path) -> FlaskClient:
    """A client that only reads the dossier."""
    return client_of(loaded)


def put(database: Database, record_type: RecordType, records: dict[str, Json], publish: bool = True) -> None:
    """Write records as dossier files do, in one commit."""
    noted = Correction("new-information", "In a test")
    operations = [Put(record_type, record_id, body, publish, noted) for record_id, body in records.items()]
    perform(database, operations, Actor("test", "publisher"))


class Desk:
    """A desk with an editor's and a publisher's key, at a record that may be empty."""

    def __init__(self, path: Path, keys: tuple[str, str] | None = None) -> None:
        self.path = path
        self.database: Database = open_database(url_of(path))
        self.keys = keys or self._begin()
        self.editor, self.publisher = ({"Authorization": f"Bearer {key}"} for key in self.keys)
        self.client: FlaskClient = client_of(path)

    def _begin(self) -> tuple[str, str]:
        migrate(self.database)
        return create_key(self.database, "Ed", "editor"), create_key(self.database, "Pub", "publisher")

    # Writing as dossier files do

    def put(self, record_type: RecordType, record_id: str, **document: Any) -> None:
        """One record, published."""
        put(self.database, record_type, {record_id: document})

    def source(self, record_id: str, publisher: str, *parents: tuple[str, str], **more: Any) -> None:
        """A report that derives from (source, how)."""
        derived = [{"source": parent, "how": how} for parent, how in parents]
        document = {"title": record_id, "kind": "news-report", "publisher": publisher, "held": True, **more}
        self.put(SOURCE, record_id, **document, **({"derived_from": derived} if derived else {}))

    def claim(self, record_id: str, *cited: str, **more: Any) -> None:
        """A fact that cites sources."""
        citations = [{"source": source} for source in cited]
        self.put(
            CLAIM, record_id, proposition=f"{record_id}.", kind="reported-fact", citations=citations, **more
        )

    # Over HTTP

    def read(self, path: str, **query: Any) -> Any:
        """What anybody is answered."""
        return read(self.client, path, **query)

    def renderings(self) -> bytes:
        """All that was ever served, and all documents: compressed, nobody finds them in the files."""
        columns = (
            ("rendering", "body"), ("rendering", "computed"), ("record", "document"), ("record", "computed"),
            ("revision", "document"),
        )  # fmt: skip
        query = " UNION ALL ".join(f"SELECT {column} FROM {table}" for table, column in columns)
        rows = self.database.execute_sql(query).fetchall()
        self.database.close()
        return b"".join(plain(row[0]) for row in rows if row[0] is not None)

    def last(self) -> int:
        """The feed's last number."""
        return int(self.read("changes", since=0, limit=1)["last"])

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


#: What `copied` made already, by who made it.
MADE: dict[Callable[[Path], Desk], Desk] = {}


def copied(make: Callable[[Path], Desk], path: Path) -> Desk:
    """A desk at a copy of the record that `make` writes, which it does once a process.

    A new database takes ten times as long as a copy of one, and what tests write first is the same for each.
    """
    if make not in MADE:
        folder = Path(tempfile.mkdtemp())
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        MADE[make] = made = make(folder / "facts.db")
        settle(made.path)
    shutil.copy(MADE[make].path, path)
    return Desk(path, MADE[make].keys)


def empty_desk(path: Path) -> Desk:
    """A desk at a record that is empty."""
    return copied(Desk, path)


def read(client: FlaskClient, path: str, **query: Any) -> Any:
    """What anybody is answered at a path of the API."""
    response = client.get(f"/v1/{path}", query_string=query or None)
    assert response.status_code == 200, (path, query, response.text)
    return response.get_json()


@pytest.fixture
def desk(database_file: Path) -> Desk:
    """A desk at a copy of the dossier."""
    return Desk(database_file)


@contextmanager
def served_dossiers() -> Iterator[str]:
    """The address of a server with all dossiers, for programs that are no tests."""
    with tempfile.TemporaryDirectory() as place:
        database = Path(place) / "facts.db"
        done = facts("load", FIXTURES, "--db", url_of(database))
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        server = Server(database)
        try:
            yield f"http://127.0.0.1:{server.port}"
        finally:
            server.stop()


@pytest.fixture(scope="session")
def server(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """gunicorn, serving the dossier."""
    copy = tmp_path_factory.mktemp("served") / "facts.db"
    shutil.copy(loaded, copy)
    running = Server(copy)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def own_copy(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dossier's database for the tests of one file."""
    path = tmp_path_factory.mktemp("own") / "facts.db"
    shutil.copy(loaded, path)
    return path


@pytest.fixture(scope="module")
def one_worker(own_copy: Path) -> Iterator[Server]:
    """One worker on `own_copy`: what is said of a process is said of this one."""
    running = Server(own_copy, workers=1)
    yield running
    running.stop()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Take away the databases that stood for the files of a test."""
    if folder := getattr(item, "funcargs", {}).get("tmp_path"):
        clear(folder)


#: What takes longest, in this order, or waits longest: begun first, so that all processes end together.
LONGEST = (
    "test_every_try_it_out_of_the_documentation_works",
    "test_both_engines_answer_with_the_same_bytes",
    "keeps_the_contract",
    "TestAnswers",
    "test_a_request_that_does_not_come_in_time",
    "test_plans.py",
    "test_audits.py",
    "test_pages_in_a_browser.py",
    "test_no_member_that_was_taken_out",
)
#: Files whose tests share something dear to make: each runs in one process.
TOGETHER = (
    "test_plans.py",
    "test_questions.py",
    "test_hostile.py",
    "test_http.py",
    "test_connections.py",
    "test_replicas.py",
)
#: Tests whose cases know which of the others was tried: each in one process.
SHARING = "keeps_the_contract"


class Together(LoadScopeScheduling):
    """Gives tests to whichever process is free, those of a file of TOGETHER to one, the longest first.

    pytest-xdist's own groups rename tests, which pytest 9.2 does not let them: they group nothing.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if test.partition("[")[0].endswith(SHARING):
            return nodeid.partition("[")[0]
        return file if file.endswith(TOGETHER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """A process more than there are cores: some tests wait for clocks and for other processes."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of what is looked through for garbage: it stays."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """How tests are spread over processes."""
    config.option.loadscopereorder = False
    return Together(config, log)


#: Tests of what the contract says, whatever keeps the records: `--database postgresql` runs these, but for
#: those that look into a file.
CONTRACT = re.compile(
    "test_(answers|attributes|batches|between|claims|collections|contract|curating|dates|descent|enrichment|export|facets|filters"
    "|history|load|many|mergers|merge_patches|nested_patches|nested_writes|periods|perspective|positions"
    "|preconditions|provenance|quantities|redaction|references|reviews|search|timeline|translations"
    "|withdrawn_in_files).py"
)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Import no file whose tests would all be left out."""
    left_out = collection_path.name.startswith("test_") and not CONTRACT.fullmatch(collection_path.name)
    return True if on_server() and left_out else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest first; the others keep their order."""
    if on_server():
        kept = [item for item in items if not item.get_closest_marker("file")]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept
    items.sort(
        key=lambda item: next((i for i, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST))
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test has shown nothing: it fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
