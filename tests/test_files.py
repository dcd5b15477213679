"""The file of a record: what commands make of one that is missing, damaged, another's, in use, replaced."""

import hashlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.records.store.models import MODELS

from .conftest import ROOT, Desk, Server, client_of, facts, facts_alone, key_for, obey_file_modes

pytestmark = pytest.mark.process

BOB = {"id": "bob", "name": "Bob", "kind": "person"}

#: Commands on a record that must be there, without `--db`. READING change nothing in it.
READING = {
    "backup": ["backup", "{folder}/copy.db"],
    "check": ["check", "fixtures"],
    "doctor": ["doctor"],
    "export": ["export", "-", "--format", "ndjson"],
    "key list": ["key", "list"],
}
CHANGING = {
    "key rotate": ["key", "rotate", "00000000"],
    "key revoke": ["key", "revoke", "00000000"],
    "redact": ["redact", "party", "nhk", "--note", "Court order 12"],
    "forget": ["forget", "1"],
    "verify": ["verify", "--text", "nobody=README.md"],
}
#: Those that make one where there is none.
MAKING = {
    "load": ["load", "fixtures"],
    "key create": ["key", "create", "In a test", "--role", "editor"],
    "serve": ["serve", "--port", "1"],
}
COMMANDS = READING | CHANGING | MAKING


def _run(command: str, database: Path) -> subprocess.CompletedProcess[str]:
    words = [word.format(folder=database.parent) for word in COMMANDS[command]]
    return facts(*words, "--db", f"sqlite:///{database}")


def _contents(folder: Path) -> dict[str, str]:
    """Every file of a folder by a digest of its bytes."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in folder.iterdir()
    }


def _refused(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", READING | CHANGING)
def test_a_record_that_is_missing_is_named_and_not_made(tmp_path: Path, command: str) -> None:
    done = _run(command, tmp_path / "mistyped.db")

    _refused(done, f"{tmp_path}/mistyped.db does not exist")
    assert _contents(tmp_path) == {}


# Files in which no record can be


def _random(path: Path, _: bytes) -> None:
    path.write_bytes(random.Random(1).randbytes(100_000))


def _another_programs(path: Path, _: bytes) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")


def _migrated_by_another(path: Path, _: bytes) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE schema_migration (name TEXT, applied TEXT)")
        connection.execute("INSERT INTO schema_migration VALUES ('0001_bookmarks', '2020-01-01')")
        connection.execute("CREATE VIEW bookmarks AS SELECT 1")


def _newer(path: Path, loaded: bytes) -> None:
    path.write_bytes(loaded)
    _alter(path, LATER)


#: What the file is -> how it is made, and what is said.
UNUSABLE: dict[str, tuple[Callable[[Path, bytes], Any], str]] = {
    "random bytes": (_random, "is no SQLite database"),
    "a text": (lambda path, _: path.write_text("A record\n" * 9), "is no SQLite database"),
    "a torn header": (
        lambda path, loaded: path.write_bytes(b"x" * 99 + loaded[99:]),
        "is no SQLite database",
    ),
    "cut to its header": (lambda path, loaded: path.write_bytes(loaded[:100]), "is damaged"),
    "cut in the middle": (lambda path, loaded: path.write_bytes(loaded[: len(loaded) // 2]), "is damaged"),
    "torn tables": (
        lambda path, loaded: path.write_bytes(loaded[:100] + b"\xff" * 3996 + loaded[4096:]),
        "is damaged",
    ),
    "a folder": (lambda path, _: path.mkdir(), "is no file"),
    "a pipe": (lambda path, _: os.mkfifo(path), "is no file"),
    "another program's": (_another_programs, "its tables are another program's"),
    "migrated by another program": (_migrated_by_another, "its tables are another program's"),
    "of a newer version": (_newer, "9999_later"),
}
#: An empty file is a record that has nothing yet: only what makes one takes it. A copy may be of any version.
TAKEN = {("of a newer version", "backup")}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_holds_no_record_ends_in_plain_words_and_stays_as_it_is(
    tmp_path: Path, loaded: Path, kind: str, command: str
) -> None:
    make, words = UNUSABLE[kind]
    make(tmp_path / "facts.db", loaded.read_bytes())
    before = _contents(tmp_path)

    done = _run(command, tmp_path / "facts.db")

    if (kind, command) in TAKEN:
        assert done.returncode == 0
        return
    _refused(done, words)
    assert _contents(tmp_path) == before


@pytest.mark.parametrize("command", READING | CHANGING)
def test_an_empty_file_holds_no_record(tmp_path: Path, command: str) -> None:
    (tmp_path / "facts.db").touch()

    _refused(_run(command, tmp_path / "facts.db"), "is empty")
    assert (tmp_path / "facts.db").stat().st_size == 0


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:", "mysql://me:secret@x/y", "facts.db"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_is_kept_in_a_file(tmp_path: Path, command: str, url: str) -> None:
    words = [word.format(folder=tmp_path) for word in COMMANDS[command]]

    done = facts(*words, "--db", url)

    _refused(done, "sqlite:///path/to/facts.db")
    assert "secret" not in done.stderr


def test_the_doctor_says_what_it_finds_in_a_damaged_file(database_file: Path) -> None:
    with closing(sqlite3.connect(database_file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'change'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with database_file.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)

    done = facts("doctor", "--db", f"sqlite:///{database_file}")

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith(
        "fault: the database is damaged, and no more can be read: "
    )


# Reading


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize("kind", ["a backup", "a record at rest"])
def test_what_only_reads_leaves_the_file_as_it_is(
    database_file: Path, tmp_path: Path, kind: str, command: str
) -> None:
    (tmp_path / "there").mkdir()
    file = tmp_path / "there" / "facts.db"
    if kind == "a backup":
        facts("backup", file, "--db", f"sqlite:///{database_file}")
    else:
        shutil.copy(database_file, file)
    before = _contents(file.parent)

    done = _run(command, file)

    (file.parent / "copy.db").unlink(missing_ok=True)
    assert done.returncode == 0, done.stderr
    assert _contents(file.parent) == before


def test_a_copy_is_read_where_nothing_can_be_written(database_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    shutil.copy(database_file, folder / "facts.db")
    before = _contents(folder)
    folder.chmod(0o500)

    done = {command: _obeying(command, folder / "facts.db") for command in ("doctor", "key list", "serve")}

    folder.chmod(0o700)
    assert (done["doctor"].returncode, done["key list"].returncode) == (0, 0), done
    _refused(done["serve"], "or its folder can only be read")
    assert _contents(folder) == before


@pytest.mark.parametrize("command", ["doctor", "key list", "load", "serve"])
def test_a_file_that_may_not_be_read_ends_in_plain_words(database_file: Path, command: str) -> None:
    database_file.chmod(0)

    _refused(_obeying(command, database_file), "or its folder cannot be read or written")


def _obeying(command: str, database: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process that file modes hold for."""
    return facts_alone(*COMMANDS[command], "--db", f"sqlite:///{database}", before=obey_file_modes)


# Copies


@pytest.mark.parametrize("command", ["backup", "copy"])
def test_a_copy_takes_over_no_log_that_a_database_of_its_name_left(
    database_file: Path, tmp_path: Path, command: str
) -> None:
    new, gone = tmp_path / "new.db", tmp_path / "gone.db"
    shutil.copy(database_file, gone)
    with closing(sqlite3.connect(gone)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("DELETE FROM record")
        connection.commit()
        shutil.copy(tmp_path / "gone.db-wal", tmp_path / "new.db-wal")

    source, target = f"sqlite:///{database_file}", f"sqlite:///{new}"
    done = facts("backup", new, "--db", source) if command == "backup" else facts("copy", source, target)

    assert done.returncode == 0, done.stderr
    assert facts("doctor", "--db", target).stdout == "everything agrees\n"
    assert (
        client_of(new).get("/v1").get_json()["counts"]
        == client_of(database_file).get("/v1").get_json()["counts"]
    )


def test_a_copy_that_cannot_be_written_leaves_nothing(database_file: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    copying = facts_alone(
        "backup", tmp_path / "there" / "copy.db", "--db", f"sqlite:///{database_file}", before=limit
    )
    restoring = facts_alone(
        "restore", database_file, "--db", f"sqlite:///{tmp_path}/there/facts.db", before=limit
    )

    _refused(copying, "no backup was made: ")
    _refused(restoring, "nothing was restored: ")
    assert _contents(tmp_path / "there") == {}


STOPS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.mark.parametrize("number", STOPS)
@pytest.mark.parametrize("handler", [signal.SIG_DFL, signal.SIG_IGN], ids=["heard", "ignored"])
def test_a_copy_that_is_told_to_stop_leaves_nothing_unless_it_was_begun_to_ignore_that(
    tmp_path: Path, number: signal.Signals, handler: signal.Handlers
) -> None:
    copying = _copying(tmp_path, handler)

    copying.send_signal(number)

    ignored = handler == signal.SIG_IGN
    assert (copying.wait(30) == 0) == ignored
    assert list(_contents(tmp_path / "there")) == (["copy.db"] if ignored else [])


def _copying(folder: Path, handler: signal.Handlers = signal.SIG_DFL) -> subprocess.Popen[bytes]:
    """A backup of `facts.db` to `there/copy.db` that has begun, and takes a while."""
    (folder / "there").mkdir()
    url = f"sqlite:///{folder}/facts.db"
    assert facts("key", "create", "A", "--role", "editor", "--db", url).returncode == 0
    with closing(sqlite3.connect(folder / "facts.db")) as connection:
        connection.execute("CREATE TABLE ballast AS SELECT zeroblob(200000000) AS weight")
        connection.commit()
    copying = _begun("backup", folder / "there" / "copy.db", "--db", url, handler=handler)
    _wait_for(lambda: any((folder / "there").rglob("half.db")), copying)
    return copying


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_what_a_killed_copy_left_goes_with_the_next(
    database_file: Path, tmp_path: Path, command: str
) -> None:
    copying = _copying(tmp_path)
    copying.kill()
    copying.wait(30)
    left = _contents(tmp_path / "there")

    if command == "backup":
        done = facts("backup", tmp_path / "there" / "next.db", "--db", f"sqlite:///{database_file}")
    else:
        done = facts("restore", database_file, "--db", f"sqlite:///{tmp_path}/there/next.db")

    assert [name.startswith(".facts-copy-") for name in left] == [True]
    assert done.returncode == 0, done.stderr
    assert list(_contents(tmp_path / "there")) == ["next.db"]


def test_a_copy_in_work_is_left_to_it(database_file: Path, tmp_path: Path) -> None:
    copying = _copying(tmp_path)
    copying.send_signal(signal.SIGSTOP)

    done = facts("backup", tmp_path / "there" / "next.db", "--db", f"sqlite:///{database_file}")
    meanwhile = set(_contents(tmp_path / "there"))
    copying.send_signal(signal.SIGCONT)

    assert done.returncode == 0, done.stderr
    assert len(meanwhile - {"next.db"}) == 1
    assert copying.wait(60) == 0
    assert set(_contents(tmp_path / "there")) == {"next.db", "copy.db"}


#: Folders that no command of this version left -> what stands in them.
OTHERS = {
    ".facts-copy-a1b2c3d4": ["half.db", "notes.txt"],
    ".facts-a1b2c3d4": ["half.db"],
    ".facts-copies": [],
}


def test_folders_that_are_not_surely_left_by_a_copy_stay(database_file: Path, tmp_path: Path) -> None:
    for name, files in OTHERS.items():
        (tmp_path / "there" / name).mkdir(parents=True)
        for file in files:
            (tmp_path / "there" / name / file).write_text("")
    (tmp_path / "there" / ".facts-copy-link").symlink_to(tmp_path / "there" / ".facts-copies")

    done = facts("backup", tmp_path / "there" / "next.db", "--db", f"sqlite:///{database_file}")

    assert done.returncode == 0, done.stderr
    assert set(_contents(tmp_path / "there")) == {*OTHERS, ".facts-copy-link", "next.db"}
    for name, files in OTHERS.items():
        assert sorted(_contents(tmp_path / "there" / name)) == files


def _begun(*arguments: object, handler: signal.Handlers = signal.SIG_DFL) -> subprocess.Popen[bytes]:
    """The command in a process that hears or ignores what stops it; by itself it would do as the tests do."""

    def choose() -> None:
        for number in STOPS:
            signal.signal(number, handler)

    command = [sys.executable, "-m", "api.cli", *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, preexec_fn=choose
    )


def _wait_for(happened: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert process.poll() is None, "it ended too early"
        assert time.monotonic() < until, "it did not begin"
        time.sleep(0.001)


# Restoring beside others


def _restore(backup: Path, database: Path) -> subprocess.CompletedProcess[str]:
    return facts("restore", "--force", backup, "--db", f"sqlite:///{database}")


def _ids(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM record")}


@pytest.mark.parametrize(("workers", "threads"), [(1, 1), (3, 4)])
@pytest.mark.parametrize("named", ["by its name", "by a link"])
def test_a_record_that_is_served_is_not_replaced(
    database_file: Path, tmp_path: Path, workers: int, threads: int, named: str
) -> None:
    backup, link, key = tmp_path / "copy.db", tmp_path / "link.db", key_for(database_file)
    assert facts("backup", backup, "--db", f"sqlite:///{database_file}").returncode == 0
    link.symlink_to(database_file)
    server = Server(database_file, workers=workers, threads=threads)
    client = server.client(key)
    before = client.send("POST", "/v1/parties?publish=true", {**BOB, "id": "before"}).status

    refused = _restore(backup, link if named == "by a link" else database_file)
    after = client.send("POST", "/v1/parties?publish=true", {**BOB, "id": "after"}).status
    server.stop()

    _refused(refused, "is open in another process")
    assert (before, after) == (201, 201)
    assert _ids(database_file) >= {"before", "after"}
    assert not list(tmp_path.glob(".facts-*"))


@pytest.mark.parametrize("named", ["by its name", "by a link"])
def test_a_record_whose_server_was_killed_is_replaced(
    database_file: Path, tmp_path: Path, named: str
) -> None:
    backup, link, key = tmp_path / "copy.db", tmp_path / "link.db", key_for(database_file)
    assert facts("backup", backup, "--db", f"sqlite:///{database_file}").returncode == 0
    link.symlink_to(database_file)
    server = Server(database_file)
    assert server.client(key).send("POST", "/v1/parties?publish=true", BOB).status == 201
    server.kill()
    assert Path(f"{database_file}-wal").exists()

    done = _restore(backup, link if named == "by a link" else database_file)

    assert done.returncode == 0, done.stderr
    assert link.is_symlink()
    assert "bob" not in _ids(database_file)
    assert facts("doctor", "--db", f"sqlite:///{database_file}").returncode == 0


def test_a_record_that_is_loaded_into_is_not_replaced(database_file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "copy.db"
    assert facts("backup", backup, "--db", f"sqlite:///{database_file}").returncode == 0
    many = "".join(f"- {{id: many-{n}, name: Many {n}, kind: person}}\n" for n in range(2000))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "parties.yaml").write_text(many)
    loading = _begun("load", tmp_path / "files", "--db", f"sqlite:///{database_file}", "--batch", "50")
    _wait_for(lambda: "many-0" in _ids(database_file), loading)

    refused = _restore(backup, database_file)

    assert loading.wait(60) == 0
    _refused(refused, "is open in another process")
    assert "many-1999" in _ids(database_file)


def test_a_backup_that_cannot_be_used_replaces_nothing(database_file: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.db"
    _newer(newer, database_file.read_bytes())
    before = _contents(tmp_path)

    done = {path.name: _restore(path, database_file) for path in (newer, database_file, ROOT / "README.md")}

    _refused(done["newer.db"], "9999_later")
    _refused(done["facts.db"], "is the database itself")
    _refused(done["README.md"], "is no SQLite database")
    assert _contents(tmp_path) == before


@pytest.mark.parametrize("by", ["facts restore", "mv", "rm"])
def test_a_server_whose_file_was_replaced_says_so_and_acknowledges_nothing(
    database_file: Path, tmp_path: Path, by: str
) -> None:
    backup, key = tmp_path / "copy.db", key_for(database_file)
    assert facts("backup", backup, "--db", f"sqlite:///{database_file}").returncode == 0
    server = Server(database_file, workers=1, threads=1)
    client = server.client(key)
    if by == "mv":
        backup.rename(database_file)
    else:
        database_file.unlink()
    if by == "facts restore":
        assert _restore(backup, database_file).returncode == 0

    written = client.send("POST", "/v1/parties?publish=true", BOB)
    ready = client.send("GET", "/health/ready")
    server.stop()

    for answer in (written, ready):
        assert (answer.status, "retry-after" in answer.headers) == (503, True)
        assert "replaced or removed" in answer.json()["detail"]
    assert by == "rm" or "bob" not in _ids(database_file)


# Versions

LATER = "INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2999-01-01')"
#: What another version did -> what writers of this one are told.
ALTERED = {
    LATER: "9999_later, which this version of facts does not know",
    "DELETE FROM schema_migration WHERE name = '0005_survivors'": "the database lacks 0005_survivors",
    "UPDATE fingerprint SET text = '', digest = '' WHERE name = 'writing'": "another version of facts made",
}
NOTE = {"kind": "error", "note": "In a test."}
#: Method, path and body of writes to a record with a draft and a published party.
WRITES = {
    "create": ("POST", "parties", {**BOB, "id": "new"}),
    "publish at once": ("POST", "parties?publish=true", {**BOB, "id": "new"}),
    "try": ("POST", "parties?dry_run=true", {**BOB, "id": "new"}),
    "change": ("PATCH", "parties/nhk", {"name": "N", "correction": NOTE}),
    "replace": ("PUT", "parties/draft", {**BOB, "id": "draft", "name": "N"}),
    "publish": ("POST", "parties/draft/publish", {}),
    "retract": ("POST", "parties/nhk/retract", NOTE),
    "merge": ("POST", "parties/nhk/merge", {"into": "tass", **NOTE}),
    "delete": ("DELETE", "parties/draft", None),
    "many": ("POST", "batch", [{"op": "create", "type": "party", "id": "bob", "body": BOB}]),
}


def _alter(database: Path, change: str) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute(change)


def _rows(database: Path) -> list[Any]:
    tables = [model._meta.table_name for model in MODELS]
    with closing(sqlite3.connect(database)) as connection:
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]


@pytest.mark.parametrize("change", ALTERED)
def test_a_server_writes_nothing_where_another_version_writes(desk: Desk, change: str) -> None:
    desk.send("POST", "parties", {**BOB, "id": "draft"})
    tags = {record: desk.tag(f"parties/{record}") for record in ("draft", "nhk")}
    _alter(desk.path, change)
    before = _rows(desk.path)

    for name, (method, path, body) in WRITES.items():
        tag = {"If_Match": tags[path.split("/")[1]]} if "/" in path else {}
        refused = desk.send(method, path, body, Idempotency_Key=f"key-{name.replace(' ', '-')}", **tag)
        assert (refused.status_code, "Retry-After" in refused.headers) == (503, True), (name, refused.text)
        assert refused.get_json()["type"] == "/problems/unavailable"
        assert ALTERED[change] in refused.get_json()["detail"]
    ready = desk.client.get("/health/ready")

    assert _rows(desk.path) == before
    assert (ready.status_code, ALTERED[change] in ready.get_json()["detail"]) == (503, True)
    assert desk.client.get("/health/live").status_code == 200


def test_a_write_begun_before_a_migration_is_done_and_one_after_it_is_not(database_file: Path) -> None:
    key = key_for(database_file)
    server = Server(database_file, workers=2)
    clients = [server.client(key) for _ in range(4)]

    done = {n: clients[n % 4].send("POST", "/v1/parties", {**BOB, "id": f"n-{n}"}).status for n in range(8)}
    _alter(database_file, LATER)
    late = {
        n: clients[n % 4].send("POST", "/v1/parties", {**BOB, "id": f"n-{n}"}).status for n in range(8, 16)
    }
    server.stop()

    assert set(done.values()) == {201}
    assert set(late.values()) == {503}
    assert {f"n-{n}" in _ids(database_file) for n in late} == {False}


def test_a_read_that_the_tables_of_another_version_do_not_take_says_so(desk: Desk) -> None:
    assert desk.client.get("/v1/parties/nhk").status_code == 200
    _alter(desk.path, LATER)
    _alter(desk.path, "ALTER TABLE record RENAME COLUMN body TO bytes")

    failed = desk.client.get("/v1/parties/nhk")

    assert failed.status_code == 503
    assert "9999_later" in failed.get_json()["detail"]


def test_a_database_damaged_under_a_server_is_unavailable(desk: Desk) -> None:
    with desk.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (desk.path.stat().st_size - 4096))
    reader = client_of(desk.path)

    failed = reader.get("/v1/parties?count=true")

    assert failed.status_code == 503
    assert "damaged" in failed.get_json()["detail"]


@pytest.mark.parametrize("command", MAKING)
def test_a_record_that_an_older_server_has_open_is_not_migrated(database_file: Path, command: str) -> None:
    _alter(database_file, "DELETE FROM schema_migration WHERE name = '0005_survivors'")
    words = [*COMMANDS[command], "--db", f"sqlite:///{database_file}"]
    with closing(sqlite3.connect(database_file)) as older:
        older.execute("SELECT 1 FROM record LIMIT 1").fetchone()
        before = _rows(database_file)
        refused = facts_alone(*words, FACTS_BUSY_TIMEOUT_MS="200")

    _refused(refused, "another process has it open: stop the service first")
    assert _rows(database_file) == before
