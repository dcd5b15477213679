"""Keeping a record on a PostgreSQL server safe: the promises that a record in a file has."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from .audits.clients import writing_pairs
from .cluster import new_database, program
from .conftest import ROOT, Server, copied_to, facts
from .test_files import LATER

pytestmark = pytest.mark.process

BOB = {"id": "bob", "name": "Bob", "kind": "person"}


@pytest.fixture(scope="module")
def kept(loaded: Path, address: str) -> str:
    """The first dossier in a database that nobody opens: others are made from it."""
    return copied_to(address, loaded)


@pytest.fixture(scope="module")
def backup(kept: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of that."""
    file = tmp_path_factory.mktemp("backup") / "facts.dump"
    done = facts("backup", file, "--db", kept)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture
def url(kept: str, address: str) -> str:
    """A copy of the dossier's database for one test."""
    return new_database(address, as_needed=f'TEMPLATE "{kept.rpartition("/")[2]}"')


def contents(url: str) -> dict[str, Any]:
    """How many rows each table has, and a digest of them."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        digest = "SELECT COUNT(*), md5(COALESCE(string_agg(t::text, '|' ORDER BY t::text), '')) FROM "
        return {name: connection.execute(f'{digest} "{name}" t'.encode()).fetchone() for (name,) in names}


def change(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def instead_of(name: str, folder: Path, script: str) -> dict[str, str]:
    """The environment in which a program of PostgreSQL is a script."""
    file = folder / "programs" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return {"PATH": f"{file.parent}:{os.environ['PATH']}"}


# There and back


def test_a_backup_holds_the_record_and_is_its_owners(kept: str, backup: Path, address: str) -> None:
    empty = new_database(address)

    done = facts("restore", backup, "--db", empty)

    assert (done.returncode, done.stdout) == (0, f"{empty}: restored, feed up to 280\n"), done.stderr
    assert contents(empty) == contents(kept)
    assert facts("doctor", "--db", empty).stdout == "everything agrees\n"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_backup_under_writers_is_whole_and_is_put_back_when_they_have_gone(
    url: str, tmp_path: Path
) -> None:
    key = facts("key", "create", "In a test", "--role", "publisher", "--db", url).stdout.strip()
    service = Server(url, workers=1, log=tmp_path / "log")

    with writing_pairs(lambda: service.client(key), writers=2):
        done = facts("backup", tmp_path / "copy", "--db", url)
    beside = facts("restore", "--force", tmp_path / "copy", "--db", url)
    answered = service.client().send("GET", "/v1/parties/b0-1-a").status
    service.stop()
    last = int(done.stdout.rpartition(" ")[2])

    refused(beside, "another process has it open")
    assert answered == 200
    refused(facts("restore", tmp_path / "copy", "--db", url), "is there already; --force replaces it")
    restored = facts("restore", "--force", tmp_path / "copy", "--db", url)
    assert restored.stdout == f"{url}: restored, feed up to {last}\n", restored.stderr
    assert last >= 280
    assert facts("doctor", "--db", url).stdout == "everything agrees\n"


def test_what_the_backup_does_not_know_goes_with_what_it_replaces(kept: str, url: str, backup: Path) -> None:
    change(url, "CREATE TABLE later AS SELECT 1 AS one; CREATE FUNCTION later() RETURNS int RETURN 1")

    done = facts("restore", "--force", backup, "--db", url)

    assert done.returncode == 0, done.stderr
    assert contents(url) == contents(kept)
    change(url, "CREATE FUNCTION later() RETURNS int RETURN 1")


# Refusals


def test_a_file_that_is_there_is_kept(kept: str, backup: Path) -> None:
    before = backup.read_bytes()

    refused(facts("backup", backup, "--db", kept), "is there already; name another file")

    assert backup.read_bytes() == before


def flipped(whole: bytes) -> bytes:
    middle = len(whole) // 2
    return whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]


#: What becomes of a backup -> what is said of it.
UNUSABLE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut": (lambda whole: whole[: len(whole) * 9 // 10], "nothing was restored: pg_restore: error: "),
    "cut to its head": (lambda whole: whole[:2_000], "nothing was restored: pg_restore: error: "),
    "flipped": (flipped, "nothing was restored: pg_restore: error: "),
    "a text": (lambda _: b"A record\n", "it is no backup from a server"),
    "a record in a file": (lambda _: b"SQLite format 3\0" * 9, "facts copy takes a record in a file there"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_backup_that_cannot_be_used_replaces_nothing(
    kept: str, url: str, backup: Path, tmp_path: Path, kind: str
) -> None:
    spoil, words = UNUSABLE[kind]
    (tmp_path / "spoiled").write_bytes(spoil(backup.read_bytes()))

    refused(facts("restore", "--force", tmp_path / "spoiled", "--db", url), words)

    assert contents(url) == contents(kept)


@pytest.mark.parametrize(
    ("statement", "words"),
    [(LATER, "9999_later"), ("DROP SCHEMA public CASCADE; CREATE SCHEMA public", "no record is in it")],
)
def test_a_backup_of_another_version_or_of_no_record_replaces_nothing(
    kept: str, url: str, address: str, tmp_path: Path, statement: str, words: str
) -> None:
    other = new_database(address, as_needed=f'TEMPLATE "{kept.rpartition("/")[2]}"')
    change(other, statement)
    subprocess.run([program("pg_dump"), "--format=custom", f"--file={tmp_path}/dump", other], check=True)

    refused(facts("restore", "--force", tmp_path / "dump", "--db", url), words)

    assert contents(url) == contents(kept)


def test_another_programs_tables_are_never_replaced(address: str, backup: Path) -> None:
    foreign = new_database(address)
    change(foreign, "CREATE TABLE bookmark (url text)")

    refused(facts("restore", "--force", backup, "--db", foreign), "its tables are another program's")

    assert set(contents(foreign)) == {"bookmark"}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'pg_dump (PostgreSQL) 9.6.24'", ("the server is PostgreSQL ", "pg_dump is of 9")),
        ("echo no space left >&2; exit 1", ("no backup was made: no space left",)),
    ],
)
def test_a_program_that_will_not_do_is_named(
    kept: str, tmp_path: Path, script: str, words: tuple[str, ...]
) -> None:
    programs = instead_of("pg_dump", tmp_path, script)
    (tmp_path / "there").mkdir()

    refused(facts("backup", tmp_path / "there" / "copy", "--db", kept, **programs), *words)

    assert list((tmp_path / "there").iterdir()) == []


def test_programs_that_are_missing_are_named(kept: str, backup: Path, tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path)}

    refused(facts("backup", tmp_path / "copy", "--db", kept, **nothing), "pg_dump is not there: install")
    refused(facts("restore", "--force", backup, "--db", kept, **nothing), "pg_restore is not there: install")

    assert list(tmp_path.iterdir()) == []


def test_a_password_is_on_no_command_line(kept: str, tmp_path: Path) -> None:
    shown = tmp_path / "shown"
    script = (
        f'echo "$0 $@" >> {shown}; echo "$PGPASSWORD" >> {tmp_path}/given; exec {program("pg_dump")} "$@"'
    )
    programs = instead_of("pg_dump", tmp_path, script)

    done = facts(
        "backup", tmp_path / "copy", "--db", kept.replace("facts@", "facts:secret-word@"), **programs
    )

    assert done.returncode == 0, done.stderr
    assert "--format=custom" in shown.read_text()
    assert "secret-word" not in shown.read_text() + done.stdout
    assert "secret-word" in (tmp_path / "given").read_text()


# Stops

#: What a program does until the command that began it has gone.
AWAIT = " while kill -0 $PPID 2>/dev/null; do sleep 0.1; done"


def begun(*arguments: object, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "api.cli", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)


def wait_for(file: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while not file.exists():
        assert process.poll() is None, "it ended too early"
        assert time.monotonic() < until, "it did not begin"
        time.sleep(0.01)


def test_a_backup_that_is_told_to_stop_leaves_nothing(kept: str, tmp_path: Path) -> None:
    script = f'[ "$1" = --version ] && exec {program("pg_dump")} "$@"; touch {tmp_path}/begun;{AWAIT}'
    (tmp_path / "there").mkdir()
    programs = instead_of("pg_dump", tmp_path, script)
    stopped = begun("backup", tmp_path / "there" / "copy", "--db", kept, **programs)
    wait_for(tmp_path / "begun", stopped)

    stopped.terminate()

    assert stopped.wait(30) == 128 + signal.SIGTERM
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_record_stays_where_putting_back_is_stopped(
    kept: str, url: str, backup: Path, tmp_path: Path, number: signal.Signals
) -> None:
    whole = program("pg_restore")
    half = f'{whole} "$@" | head -n 400; touch {tmp_path}/begun;{AWAIT}'
    script = f'[ "$1" = --data-only ] && exec {whole} "$@"; {half}'
    programs = instead_of("pg_restore", tmp_path, script)
    stopped = begun("restore", "--force", backup, "--db", url, **programs)
    wait_for(tmp_path / "begun", stopped)

    stopped.send_signal(number)

    assert stopped.wait(30) != 0
    assert contents(url) == contents(kept)


class Between:
    """Stands between psql and a server, and loses the connection when psql commits, before the server is told
    or before it answers; from then on it may lead nowhere."""

    def __init__(self, url: str, *, passing_on: bool, comes_back: bool) -> None:
        self._passing_on, self._comes_back = passing_on, comes_back
        server = urlsplit(url)
        self._to = (server.hostname, server.port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        port = self._listening.getsockname()[1]
        self.url = server._replace(netloc=f"{server.username}@127.0.0.1:{port}").geturl()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(self._to)
                threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, to_server: bool) -> None:
        is_psql = False
        with suppress(OSError):
            while some := source.recv(65_536):
                is_psql = is_psql or (to_server and b"application_name\0psql" in some)
                if is_psql and some.startswith(b"Q") and some[5:12] == b"COMMIT;":
                    self._lose(source, target, some)
                    return
                target.sendall(some)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _lose(self, client: socket.socket, server: socket.socket, commit: bytes) -> None:
        if not self._comes_back:
            self.close()
        client.shutdown(socket.SHUT_RDWR)
        if self._passing_on:
            server.sendall(commit)
        else:
            server.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Lead nowhere."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.mark.parametrize(
    ("passing_on", "comes_back", "code", "words"),
    [
        (True, True, 0, ": restored, feed up to 280"),
        (False, True, 2, "facts: nothing was restored: "),
        (True, False, 3, "whether it did is not known: "),
        (False, False, 3, "whether it did is not known: "),
    ],
    ids=["done", "undone", "done and away", "undone and away"],
)
def test_a_restore_says_what_it_knows_where_the_answer_to_its_commit_is_lost(
    address: str, backup: Path, passing_on: bool, comes_back: bool, code: int, words: str
) -> None:
    empty = new_database(address)
    between = Between(empty, passing_on=passing_on, comes_back=comes_back)

    done = facts("restore", backup, "--db", between.url)

    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert words in done.stdout + done.stderr
    assert bool(contents(empty)) == passing_on


# The doctor

#: What is done to a database -> what the doctor says of it.
DAMAGE = {
    "DROP INDEX record_newest": "index record_newest: it is not declared as this version declares it",
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'change_time'::regclass": "change_time: it",
    "ALTER TABLE record ALTER body DROP NOT NULL": "column record.body: it",
    "ALTER TABLE revision ALTER note TYPE varchar(9000)": "column revision.note: it",
    "ALTER TABLE redaction SET UNLOGGED": "table redaction: it",
    "DROP FUNCTION instr": "function instr(whole bytea, part bytea): it",
    "DELETE FROM change WHERE seq = 100": "the feed has 279 entries",
    "DELETE FROM filter_key WHERE record = (SELECT id FROM search_row WHERE record = 'nhk')": (
        "nhk: the rows it is found by"
    ),
    "UPDATE public_text SET called = 'x' WHERE called LIKE '%tass%'": "tass",
    "UPDATE record SET revision = 7 WHERE id = 'nhk'": "nhk: revision 7 is current",
}


def test_the_doctor_names_what_is_broken_and_nothing_beside(kept: str, url: str) -> None:
    for statement in DAMAGE:
        change(url, statement)

    whole, broken = facts("doctor", "--db", kept), facts("doctor", "--db", url)

    assert (whole.returncode, whole.stdout) == (0, "everything agrees\n")
    assert broken.returncode == 1
    assert [words for words in DAMAGE.values() if words not in broken.stdout] == [], broken.stdout


#: What becomes of the functions that we define, by other versions and by hand.
OTHER_FUNCTIONS = {
    "as they were at first": "CREATE OR REPLACE FUNCTION json_each(list text, OUT value bigint) "
    "RETURNS SETOF bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE "
    "AS $$ SELECT unnest(translate(list, '[]', '{}')::bigint[]) $$",
    "otherwise inside": "CREATE OR REPLACE FUNCTION instr(whole bytea, part bytea) RETURNS integer "
    "LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT 0 $$",
    "with another result, and what is made of it": "DROP FUNCTION with_separator CASCADE; "
    "CREATE FUNCTION with_separator(a text, b text, c text) RETURNS varchar LANGUAGE sql RETURN a; "
    "CREATE AGGREGATE group_concat(text, text) (SFUNC = with_separator, STYPE = varchar)",
    "an aggregate with another beginning": "CREATE OR REPLACE AGGREGATE json_group_array(bigint) "
    "(SFUNC = array_append, STYPE = bigint[], INITCOND = '{1}', FINALFUNC = list_in_json)",
    "missing": "DROP FUNCTION list_in_json CASCADE",
}


@pytest.mark.parametrize("statement", OTHER_FUNCTIONS.values(), ids=OTHER_FUNCTIONS)
def test_functions_of_another_version_are_declared_anew_by_the_next_start(url: str, statement: str) -> None:
    change(url, statement)
    before = facts("doctor", "--db", url)

    started = facts("load", "fixtures", "--if-empty", "--db", url)

    assert (before.returncode, "it is not declared as" in before.stdout) == (1, True)
    assert started.returncode == 0, started.stderr
    assert facts("doctor", "--db", url).stdout == "everything agrees\n"


def test_what_can_only_be_read_is_served_with_the_functions_that_it_has(url: str, tmp_path: Path) -> None:
    change(url, OTHER_FUNCTIONS["as they were at first"])
    change(url, f'ALTER DATABASE "{url.rpartition("/")[2]}" SET default_transaction_read_only = on')

    service = Server(url, workers=1, log=tmp_path / "log")
    answered = service.get("/v1/claims?dossier=japan-russia-peace-treaty")[0]
    service.stop()

    assert answered == 200


def test_a_table_that_is_missing_is_named_and_its_columns_are_not(url: str) -> None:
    change(url, "DROP TABLE kept_answer")

    faults = facts("doctor", "--db", url).stdout.splitlines()

    missing = "fault: table kept_answer: it is not declared as this version declares it"
    assert [fault for fault in faults if "kept_answer" in fault][:-1] == [missing]
    assert faults[-1].startswith("fault: the database is damaged, and no more can be read: ")


def test_the_doctor_says_what_it_may_not_compare(url: str) -> None:
    role = f"reader_{url.rpartition('_')[2]}"
    change(url, f"CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")

    done = facts("doctor", "--db", url.replace("facts@", f"{role}@"))

    fault = "how tables are declared cannot be compared: this role may not CREATE in the database"
    assert (done.returncode, done.stdout) == (1, f"fault: {fault}\n")
