"""The same service on PostgreSQL: the same answers, and what only a server can do wrong."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from api.records.store.database import migrate, open_database
from api.records.store.engine import DatabaseUnusable
from api.settings import Settings
from benchmarks.large import HOT

from .audits import writers
from .audits.compare import ask_both, compare
from .cluster import new_database, own_server
from .conftest import PATIENCE_MS, ROOT, copied_to, facts
from .guard import RUN
from .test_search import RELEVANCE
from .test_statements import counted

Json = dict[str, Any]
#: Edits of the day that both engines are asked about afterwards.
EDITS = 9
#: Of so many records of a type one is read, in every way, and of so many values of a parameter beside another
#: one is tried: `make engines-audit` reads all, after a longer day.
EVERY = 7
#: Which matches stand first, and what that hangs on, each engine decides with what it has.
RANKED = r"^(GET|HEAD) /v1/(search|suggest)\b"

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def copied(loaded: Path, address: str) -> str:
    """The dossier in a database of the server, copied from a file."""
    return copied_to(address, loaded)


@pytest.fixture(scope="module")
def there(copied: str) -> FlaskClient:
    """A client that reads it there."""
    return client_at(copied)


def client_at(url: str, **more: Any) -> FlaskClient:
    return create_app(Settings(database_url=url, **{"query_timeout_ms": PATIENCE_MS, **more})).test_client()


def publisher_at(url: str) -> dict[str, str]:
    key = facts("key", "create", "In a test", "--role", "publisher", "--db", url).stdout.strip()
    return {"Authorization": f"Bearer {key}"}


def party(record_id: str, name: str = "Novoye") -> Json:
    return {"id": record_id, "name": name, "kind": "media-outlet"}


def post(client: FlaskClient, record_id: str, key: dict[str, str]) -> TestResponse:
    return client.post("/v1/parties?publish=true", json=party(record_id), headers=key)


# The same answers


@pytest.mark.audit
def test_both_engines_answer_with_the_same_bytes(tmp_path: Path, address: str) -> None:
    answers = ask_both(ROOT, tmp_path, EDITS, EVERY, new_database(address))
    findings = compare(*answers, RANKED, strict=True)

    assert findings.answers > 10_000
    assert findings.same, str(findings)
    ranked = [found for found in findings.allowed if found.old["status"] != found.new["status"]]
    assert not ranked, str(ranked[0])


def found(client: FlaskClient, text: str) -> set[str]:
    page = client.get("/v1/search", query_string={"q": text, "limit": 200})
    return {record["id"] for record in page.get_json()["data"]}


@pytest.mark.parametrize(
    "text",
    [
        "abe",
        "isla",
        "lands",
        "islands -kunashir",
        '"peace treaty"',
        '"treaty peace"',
        "平和条約",
        "島",
        "курил",
        "o'clock",
        "50%",
        "a_b",
        "\\",
        "tre*",
        "-abe",
        "zzzz",
    ],
)
def test_a_search_finds_the_same_on_both(client: FlaskClient, there: FlaskClient, text: str) -> None:
    assert found(there, text) == found(client, text)


@pytest.mark.parametrize("box", ["145,43,147,45.5", "170,-90,-120,90", "-180,-90,180,90", "0,0,0,0"])
@pytest.mark.parametrize("moment", ["", "&as_of=seq:200"], ids=["now", "then"])
def test_a_box_finds_the_same_on_both(client: FlaskClient, copied: str, box: str, moment: str) -> None:
    asked = f"/v1/places?bbox={box}&count=true{moment}"

    assert client_at(copied).get(asked).get_json()["data"] == client.get(asked).get_json()["data"]


def test_a_slip_is_met_with_the_same_names_on_both(client: FlaskClient, copied: str) -> None:
    asked = "/v1/search?q=Kunashri"

    assert client_at(copied).get(asked).get_json()["did_you_mean"]
    assert client_at(copied).get(asked).get_json() == client.get(asked).get_json()


@pytest.mark.parametrize(("typed", "record", "first"), RELEVANCE)
def test_what_is_typed_finds_what_is_meant_there_too(
    there: FlaskClient, typed: str, record: str, first: int
) -> None:
    page = there.get("/v1/search", query_string={"q": typed, "limit": first})

    assert record in [result["id"] for result in page.get_json()["data"]]


def whole_tables(plan: Json) -> Iterator[str]:
    """The tables that a plan reads from end to end; but one that has four rows."""
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] != "counter":
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from whole_tables(part)


@pytest.fixture(scope="module")
def planned(copied: str) -> Iterator[Callable[..., list[str]]]:
    """Which tables a statement would read from end to end for want of an index, however large they were."""
    with psycopg.connect(copied, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        # In a small record they are cheaper to read than an index.
        connection.execute("SET enable_seqscan = off")

        def plan(statement: str, values: Any = None) -> list[str]:
            explained = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}", values or None).fetchone()
            return list(whole_tables(explained[0][0]["Plan"])) if explained else []

        assert plan("SELECT id FROM record WHERE body = ''") == ["record"]
        yield plan


@pytest.mark.parametrize("path", HOT)
def test_no_query_lacks_an_index(there: FlaskClient, planned: Callable[..., list[str]], path: str) -> None:
    with counted() as statements:
        assert there.get(path).status_code == 200

    selects = [(sql, values) for sql, values in statements if sql.lstrip().startswith(("SELECT", "WITH"))]
    assert selects
    assert [sql for sql, values in selects if planned(sql, values)] == []


def test_no_query_is_compiled_before_it_runs(address: str) -> None:
    url = new_database(address)
    with psycopg.connect(url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET jit_above_cost = 0".encode())
    query = "EXPLAIN (ANALYZE) SELECT COUNT(*) FROM pg_class"
    with psycopg.connect(url) as connection:
        otherwise = [row[0] for row in connection.execute(query)]

    with closing(open_database(url)) as database:
        plan = [row[0] for row in database.execute_sql(query).fetchall()]

    assert "JIT:" in otherwise
    assert "JIT:" not in plan


# Copies


def test_a_record_comes_back_as_it_went(loaded: Path, copied: str, tmp_path: Path) -> None:
    back = f"sqlite:///{tmp_path}/back.db"
    done = facts("copy", copied, back)
    assert done.returncode == 0, done.stderr
    went, came = client_at(f"sqlite:///{loaded}"), client_at(back)

    for path in (
        "/v1/claims?limit=200",
        "/v1/changes?limit=200",
        "/v1/search?q=islands&count=true",
        "/v1",
    ):
        assert went.get(path).status_code == 200, went.get(path).text
        assert came.get(path).data == went.get(path).data
    for url in (copied, back):
        assert facts("doctor", "--db", url).stdout == "everything agrees\n"


def test_a_copy_can_be_planned_for_at_once(loaded: Path, address: str) -> None:
    with psycopg.connect(copied_to(address, loaded)) as connection:
        known = connection.execute("SELECT DISTINCT tablename FROM pg_stats").fetchall()

    assert {"record", "filter_key", "public_text"} <= {name for (name,) in known}


def test_nothing_is_copied_onto_records(loaded: Path, copied: str) -> None:
    done = facts("copy", f"sqlite:///{loaded}", copied)

    assert done.returncode == 2
    assert "it holds records already; copy into a new one" in done.stderr
    assert "postgresql://facts@127.0.0.1" in done.stderr


#: What a server does to rows that are written -> the table that is told.
ALTERED = {
    "a value": ("revision", "NEW.actor = NEW.actor || '!'; RETURN NEW"),
    "a checksum": ("change", "NEW.checksum = '\\x00'; RETURN NEW"),
    "a row": ("filter_key", "RETURN CASE WHEN NEW.record <> 1 THEN NEW END"),
    "a row more": (
        "secret",
        "IF pg_trigger_depth() = 1 THEN INSERT INTO secret VALUES ('~', '', ''); END IF; RETURN NEW",
    ),
}


@pytest.mark.parametrize(("table", "done_to_it"), ALTERED.values(), ids=ALTERED)
def test_a_copy_that_is_not_held_as_it_was_read_is_none(
    loaded: Path, address: str, table: str, done_to_it: str
) -> None:
    url = new_database(address)
    migrate(open_database(url))
    with psycopg.connect(url) as connection:
        connection.execute(
            f"CREATE FUNCTION alter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {done_to_it}; END $$;"
            f"CREATE TRIGGER alter BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION alter()".encode()
        )

    done = facts("copy", f"sqlite:///{loaded}", url)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"facts: nothing was copied: {table} does not hold what was copied\n"
    empty = facts("doctor", "--db", url)
    assert empty.stdout == "everything agrees\n"


#: What stands in a record's revision -> what a copy of it says.
NOT_COPIED = {
    "bytes that are no text": ("document = CAST(x'ff' AS TEXT)", "{file} is damaged; restore a backup"),
    "bytes for a text": ("actor = x'ff'", "revision has a value that is not of its column's kind"),
}


@pytest.mark.parametrize(("held", "said"), NOT_COPIED.values(), ids=NOT_COPIED)
def test_a_copy_says_what_cannot_be_copied(
    loaded: Path, address: str, tmp_path: Path, held: str, said: str
) -> None:
    damaged, url = tmp_path / "damaged.db", new_database(address)
    shutil.copy(loaded, damaged)
    with closing(sqlite3.connect(damaged)) as connection:
        connection.execute(f"UPDATE revision SET {held} WHERE record = 'nhk'")
        connection.commit()

    done = facts("copy", f"sqlite:///{damaged}", url)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"facts: the database cannot be used: {said.format(file=damaged)}\n"
    assert client_at(url).get("/v1/parties").get_json()["data"] == []


def test_a_copy_ends_where_its_reader_does(loaded: Path, address: str) -> None:
    url = new_database(address)
    migrate(open_database(url))
    with psycopg.connect(url) as holding:
        holding.execute("LOCK TABLE record IN SHARE MODE")
        copying = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "copy", f"sqlite:///{loaded}", url],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.kill(reader_of(copying.pid), signal.SIGKILL)

    _, said = copying.communicate(timeout=PATIENCE_MS / 1000)

    assert copying.returncode == 2, said
    assert "the process that read it has ended" in said
    assert client_at(url).get("/v1/parties").get_json()["data"] == []


@pytest.mark.parametrize("killed", ["its reader", "all of it"])
def test_a_copy_into_a_new_file_is_whole_or_not_there(loaded: Path, tmp_path: Path, killed: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    command = [sys.executable, "-m", "api.cli", "copy", f"sqlite:///{loaded}", f"sqlite:///{place}/new.db"]
    copying = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    reader = reader_of(copying.pid)
    os.kill(reader, signal.SIGSTOP)
    os.kill(reader if killed == "its reader" else copying.pid, signal.SIGKILL)
    os.kill(reader, signal.SIGCONT)
    copying.communicate(timeout=PATIENCE_MS / 1000)
    left = sorted(file.name for file in place.iterdir())

    again = facts("copy", f"sqlite:///{loaded}", f"sqlite:///{place}/new.db")

    assert left == [] if killed == "its reader" else all(name.startswith(".facts-copy-") for name in left)
    assert again.returncode == 0, again.stderr
    assert [file.name for file in place.iterdir()] == ["new.db"]
    assert facts("doctor", "--db", f"sqlite:///{place}/new.db").stdout == "everything agrees\n"


def test_a_copy_says_where_no_file_can_be_made(loaded: Path, tmp_path: Path) -> None:
    done = facts("copy", f"sqlite:///{loaded}", f"sqlite:///{tmp_path}/nowhere/new.db")

    said = f"facts: {tmp_path}/nowhere/new.db: it cannot be made: No such file or directory\n"
    assert (done.returncode, done.stderr) == (2, said)


def reader_of(pid: int) -> int:
    """The process that reads for another."""
    until = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < until:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in children:
            with suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
        time.sleep(0.02)
    raise AssertionError("there is none")


def test_a_copy_does_not_hide_damage(loaded: Path, address: str, tmp_path: Path) -> None:
    damaged, url = tmp_path / "damaged.db", new_database(address)
    shutil.copy(loaded, damaged)
    with closing(sqlite3.connect(damaged)) as connection:
        connection.execute("UPDATE revision SET actor = 'somebody' WHERE record = 'nhk'")
        connection.commit()

    assert facts("copy", f"sqlite:///{damaged}", url).returncode == 0

    assert (
        "fault: revision, row record 'nhk', number 1: it does not hold" in facts("doctor", "--db", url).stdout
    )


def test_what_was_copied_goes_on_being_written(loaded: Path, address: str) -> None:
    url = copied_to(address, loaded)
    client = client_at(url)

    made = post(client, "new-here", publisher_at(url))
    assert made.status_code == 201, made.get_json()
    assert found(client, "novoye") == {"new-here"}
    assert facts("doctor", "--db", url).stdout == "everything agrees\n"


# Databases that will not do


def test_a_database_that_sorts_otherwise_is_refused(address: str) -> None:
    url = new_database(
        address, as_needed="TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
    )

    with pytest.raises(DatabaseUnusable, match="createdb --template=template0"):
        migrate(open_database(url))


def test_the_shorter_scheme_means_the_same(copied: str) -> None:
    client = client_at(copied.replace("postgresql://", "postgres://"))

    assert client.get("/v1/parties/nhk").status_code == 200


def test_a_password_is_never_shown(address: str) -> None:
    url = address.replace("facts@", "facts:secret-word@") + "/nowhere"
    done = facts("doctor", "--db", url)

    assert done.returncode == 2
    assert "secret-word" not in done.stderr + done.stdout
    assert "postgresql://facts@127.0.0.1" in done.stderr


# A server that goes and comes


def test_a_server_that_was_away_is_used_again(loaded: Path) -> None:
    with own_server() as cluster:
        url = new_database(cluster.address)
        facts("copy", f"sqlite:///{loaded}", url)
        client, key = client_at(url, cache_bytes=0), publisher_at(url)
        assert client.get("/v1/parties/nhk").status_code == 200

        cluster.stop("immediate")
        asked = [client.get("/v1/parties/nhk"), client.get("/v1/claims?q=abe"), post(client, "x", key)]
        for answer in asked:
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert answer.get_json()["detail"] == "the database cannot be opened"

        cluster.start()
        assert post(client, "x", key).status_code == 201
        assert client.get("/v1/parties/x").status_code == 200
        assert client.get("/v1/claims?q=abe").status_code == 200


# Several services on one database


def test_writers_on_two_services_lose_nothing(address: str, tmp_path: Path) -> None:
    findings = writers.audit(tmp_path, new_database(address), writes=240)

    assert findings.sound, str(findings)
    assert (findings.writes, findings.doctor) == (240, "everything agrees")


def test_a_service_never_serves_what_another_has_changed(copied: str) -> None:
    writer, reader, key = client_at(copied), client_at(copied), publisher_at(copied)
    post(writer, "seen", key)
    for name in ("First", "Second", "Third"):
        tag = reader.get("/v1/parties/seen").headers["ETag"]
        change = {"name": name, "correction": {"kind": "new-information", "note": "In a test"}}
        assert (
            writer.patch("/v1/parties/seen", json=change, headers=key | {"If-Match": tag}).status_code == 200
        )
        assert reader.get("/v1/parties/seen").get_json()["name"] == name


# The command that serves


def test_a_server_of_ones_own_ends_with_its_command() -> None:
    ask = "import os, psycopg; url = os.environ['FACTS_DATABASE_URL']; psycopg.connect(url); print(url)"
    done = subprocess.run(
        [sys.executable, "-m", "tests.cluster", sys.executable, "-c", ask],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("postgresql://facts@127.0.0.1:")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(done.stdout.strip())


def test_a_server_of_ones_own_ends_although_its_command_was_killed() -> None:
    tell = "echo $FACTS_DATABASE_URL; exec sleep 600"
    command = [sys.executable, "-m", "tests.cluster", "sh", "-c", tell]
    alone = {name: value for name, value in os.environ.items() if name != RUN}
    with subprocess.Popen(command, cwd=ROOT, env=alone, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        url = serving.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            kept = Path(connection.execute("SHOW data_directory").fetchone()[0])
        assert kept.exists()

        serving.kill()

    until = time.monotonic() + PATIENCE_MS / 1000
    while kept.parent.exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
