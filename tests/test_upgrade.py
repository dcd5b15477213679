"""An older database is brought to this version, and what other code made of its records is made anew."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from inspect import getsource
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from peewee import Database, IntegrityError
from playhouse.migrations import Runner

from api import create_app
from api.commands import renewal, serve
from api.commands.common import opened
from api.records.core import registry
from api.records.core.packed import plain
from api.records.read.revisions import last_seq
from api.records.store.database import MIGRATIONS, migrate, open_database
from api.records.store.tables import FINGERPRINTS
from api.records.upkeep.doctor import faults_of_database
from api.records.write import render
from api.records.write.fingerprint import KEYS, RENDERING, digest_of
from api.records.write.renew import renew
from api.settings import Settings

from .cluster import new_database
from .conftest import ROOT, client_of, copied_to, facts

#: A record written before periods were kept: edits, mergers one after another, a retraction, a redaction.
OLDER = ROOT / "tests" / "databases" / "0005.json"
#: The same, brought to migration 0008 and copied to a server, as pg_dump writes it.
ON_SERVER = ROOT / "tests" / "databases" / "0008.sql"


@pytest.fixture(scope="module")
def older_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as it was before migration 0006; tests that write copy it."""
    path = tmp_path_factory.mktemp("older") / "older.db"
    path.touch()
    database = open_database(f"sqlite:///{path}")
    Runner(database, str(MIGRATIONS)).up("0005_survivors")
    database.execute_sql("INSERT INTO secret (name, value) VALUES ('cursor', 'secret')")
    database.execute_sql("DELETE FROM counter")
    for table, rows in json.loads(OLDER.read_text("utf-8")).items():
        for row in rows:
            values = [v.encode() if column == "body" and v else v for column, v in row.items()]
            names, places = ", ".join(f'"{column}"' for column in row), ", ".join("?" * len(row))
            database.execute_sql(f"INSERT INTO {table} ({names}) VALUES ({places})", values)
    database.close()
    return path


@pytest.fixture
def older(older_once: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(older_once, tmp_path))


@pytest.fixture(scope="module")
def upgraded(older_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it that was brought to this version; tests only read it."""
    path = Path(shutil.copy(older_once, tmp_path_factory.mktemp("upgraded")))
    _upgraded(path)
    return path


def _ids(client: FlaskClient, path: str) -> list[str]:
    return [record["id"] for record in client.get(f"/v1/{path}").get_json()["data"]]


def _upgraded(path: Path) -> FlaskClient:
    assert facts("load", "fixtures", "--if-empty", "--db", f"sqlite:///{path}").returncode == 0
    return client_of(path)


def _without_empty(now: Any, beside: Any) -> Any:
    """A value as served now without the empty members that it did not have before."""
    if isinstance(now, dict):
        kept = {k: v for k, v in now.items() if k in beside or v not in (None, [])}
        return {name: _without_empty(value, beside.get(name)) for name, value in kept.items()}
    if isinstance(now, list):
        return [_without_empty(value, then) for value, then in zip(now, beside, strict=True)]
    return now


def test_an_older_database_serves_what_it_served(older_once: Path, upgraded: Path) -> None:
    with sqlite3.connect(older_once) as connection:
        served = connection.execute("SELECT id, body FROM record WHERE status = 'published'").fetchall()

    client = client_of(upgraded)

    for record_id, body in served:
        before = json.loads(body)
        plural = registry.TYPES[before["type"]].plural
        now = client.get(f"/v1/{plural}/{record_id}").get_json()
        before["meta"]["updated"] = now["meta"]["updated"]
        assert json.dumps(_without_empty(now, beside=before)) == json.dumps(before)
    # New members are seen by whoever follows the feed.
    assert {entry["change"] for entry in client.get("/v1/changes?since=21").get_json()["data"]} <= {
        "refreshed"
    }
    assert facts("doctor", "--db", f"sqlite:///{upgraded}").stdout == "everything agrees\n"


def test_the_past_of_an_older_database_is_found_as_it_was(upgraded: Path) -> None:
    client = client_of(upgraded)

    assert _ids(client, "claims?claimant=ann&as_of=seq:9") == ["first"]
    assert _ids(client, "claims?said=2019-07&match=certain&as_of=seq:9") == []
    assert _ids(client, "claims?said=2019-07&match=certain&as_of=seq:10") == ["first"]
    assert [_ids(client, f"claims?stance=denies&as_of=seq:{commit}") for commit in (13, 14)] == [
        [],
        ["first"],
    ]
    assert [_ids(client, f"claims?standing=contested&as_of=seq:{c}") for c in (18, 20)] == [
        ["first", "second"],
        [],
    ]
    assert _ids(client, "claims?via=dan&as_of=seq:18") == ["second"]


def test_the_past_of_an_older_database_is_shown_although_it_lacks_members_of_today(upgraded: Path) -> None:
    client = client_of(upgraded)
    moments = [f"as_of=seq:{commit}" for commit in (9, 14, 20)]
    answers = []

    for moment in moments:
        for plural in registry.BY_PLURAL:
            for record_id in _ids(client, f"{plural}?{moment}"):
                answers += [(a, client.get(a)) for a in _read_of(plural, record_id, moment)]

    assert len(answers) > 40
    assert {a: r.status_code for a, r in answers if r.status_code != 200} == {}
    with closing(sqlite3.connect(upgraded)) as connection:
        kept = connection.execute("SELECT DISTINCT substr(body, 1, 1) FROM rendering WHERE body IS NOT NULL")
        # As JSON by the older version, compressed by this one.
        assert {row[0] for row in kept} == {b"{", b"("}


#: What is asked of the past on either engine.
_PAST = (
    "claims?as_of=seq:9",
    "claims?claimant=ann&as_of=seq:9",
    "claims?via=dan&as_of=seq:18",
    "parties?as_of=seq:13",
    "parties/dan/references?as_of=seq:18",
    "claims/first/revisions",
)


@pytest.mark.process
def test_an_older_record_on_a_server_is_found_as_it_was(upgraded: Path, address: str) -> None:
    url = new_database(address)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(ON_SERVER.read_bytes())

    loaded = facts("load", "fixtures", "--if-empty", "--db", url)

    assert loaded.returncode == 0, loaded.stderr
    assert facts("doctor", "--db", url).stdout == "everything agrees\n"
    here, there = client_of(upgraded), create_app(Settings(database_url=url)).test_client()
    for asked in _PAST:
        found = [client.get(f"/v1/{asked}").get_json() for client in (here, there)]
        assert found[0]["data"] == found[1]["data"] != [], asked


@pytest.mark.process
def test_an_upgraded_file_is_copied_to_a_server(upgraded: Path, address: str) -> None:
    url = copied_to(address, upgraded)

    assert facts("doctor", "--db", url).stdout == "everything agrees\n"


def test_what_this_version_packed_is_read_by_every_later_one() -> None:
    kept = bytes.fromhex("28b52ffd233b6dea3924850000207858227d03fc70ca6091b872edce06")

    assert plain(kept) == b'{"type":"party","id":"x","name":"X"}'


def _read_of(plural: str, record_id: str, moment: str) -> list[str]:
    of_claims = ("provenance", "quantities", "references") if plural == "claims" else ()
    of_claims = ("timeline", "positions") if plural == "dossiers" else of_claims
    return [
        f"/{plural}/{record_id}?{moment}",
        f"/v1/{plural}/{record_id}?{moment}",
        f"/v1/{plural}/{record_id}?{moment}&translation=ja",
        *(f"/v1/{plural}/{record_id}/{part}?{moment}" for part in of_claims),
    ]


def test_what_a_program_of_before_rendered_is_shown_although_it_lacks_members(database_file: Path) -> None:
    new = {"quantities", "translations", "reviews", "language", "co_publishers", "signatories", "website"}
    new |= {"attributes", "geometry", "precision"}
    with sqlite3.connect(database_file) as connection:
        for record_id, body in connection.execute("SELECT id, body FROM record").fetchall():
            old = json.dumps({k: v for k, v in json.loads(body).items() if k not in new}).encode()
            connection.execute("UPDATE record SET body = ? WHERE id = ?", (old, record_id))
    connection.close()
    client = client_of(database_file)

    claim = "/claims/abe-seeks-treaty-progress-in-term"
    for address in (claim, f"/v1{claim}/quantities", f"/v1{claim}/provenance", f"/embed{claim}",
                    "/parties/nhk", "/sources/urdupoint-2019-07-21", "/dates/upper-house-election-2019",
                    "/dossiers/japan-russia-peace-treaty", f"/v1{claim}?translation=ja", "/"):  # fmt: skip
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(("commit", "survivor"), [(9, "ann"), (13, "bob"), (20, "cid")])
def test_a_merged_record_leads_to_the_survivor_of_the_time(
    upgraded: Path, commit: int, survivor: str
) -> None:
    client = client_of(upgraded)

    response = client.get(f"/v1/claims?claimant=ann&as_of=seq:{commit}").get_json()

    assert [record["claimant"]["id"] for record in response["data"]] == [survivor]


def _copies(path: Path, many: int) -> None:
    """Give the claim `first` copies with a past of their own, so that it takes several transactions."""
    with sqlite3.connect(path) as connection:
        for table, key in (("record", "id"), ("rendering", "record"), ("revision", "record")):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            copied = ", ".join(f"{c} || '-' || n.i" if c == key else f'"{c}"' for c in columns)
            connection.execute(
                f"WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {many}) "
                f"INSERT INTO {table} SELECT {copied} FROM {table}, n WHERE {key} = 'first'"
            )


#: A process that upgrades a database and is killed before a statement that ends something.
_KILLED = """
import os, signal, sys
from api.records.store.database import migrate, open_database
from api.records.write.renew import renew
from api.settings import Settings
left = int(sys.argv[2])
database = open_database(sys.argv[1])

def count(statement):
    global left
    if statement.startswith(("COMMIT", "DROP", "INSERT INTO \\"schema_migration")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

connect = database._connect

def watched():
    connection = connect()
    connection.set_trace_callback(count)
    return connection

database._connect = watched
migrate(database)
renew(database)
"""


@pytest.mark.audit
def test_an_upgrade_that_is_killed_at_any_moment_is_finished_by_the_next_start(
    older: Path, tmp_path: Path
) -> None:
    _copies(older, 600)
    whole = tmp_path / "whole.db"
    shutil.copy(older, whole)
    run = [sys.executable, "-c", _KILLED]
    assert subprocess.run([*run, f"sqlite:///{whole}", "0"], cwd=ROOT).returncode == 0
    kept = ("SELECT id, since, until, status, computed, revision, merged_into FROM rendering ORDER BY 1, 2",)
    with closing(open_database(f"sqlite:///{whole}")) as database:
        expected = _rows(database, KEYED + kept)
        # The feed does not speak of the copies.
        faults = list(faults_of_database(database))

    # Each start is killed a little later than the one before, as far as it comes.
    ended = [subprocess.run([*run, f"sqlite:///{older}", str(n)], cwd=ROOT).returncode for n in range(1, 12)]

    assert ended[:3] == [-signal.SIGKILL] * 3
    assert subprocess.run([*run, f"sqlite:///{older}", "0"], cwd=ROOT).returncode == 0
    with closing(open_database(f"sqlite:///{older}")) as database:
        assert _rows(database, KEYED + kept) == expected
        assert list(faults_of_database(database)) == faults


# What other code made


def test_records_rendered_by_other_code_are_rendered_again(database_file: Path) -> None:
    before = client_of(database_file).get("/v1/parties/nhk").get_json()
    with sqlite3.connect(database_file) as connection:
        connection.execute("UPDATE fingerprint SET text = '', digest = '' WHERE name = 'rendering'")
        connection.execute("""UPDATE record SET body = CAST('{"old": 1}' AS BLOB) WHERE id = 'nhk'""")

    after = _upgraded(database_file).get("/v1/parties/nhk").get_json()

    assert after["meta"]["revision"] == before["meta"]["revision"]
    assert {**after, "meta": None} == {**before, "meta": None}
    assert facts("doctor", "--db", f"sqlite:///{database_file}").stdout == "everything agrees\n"


def test_it_is_said_how_far_an_upgrade_is(
    database_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(database_file) as connection:
        connection.execute("UPDATE fingerprint SET text = '', digest = ''")
    monkeypatch.setattr(renewal, "_BETWEEN_LINES", 0)

    with opened(f"sqlite:///{database_file}"):
        pass

    said = "facts: ([1-9][0-9]*) of \\1 records are {}, [0-9,]+ a second: 0 minutes left"
    lines = capsys.readouterr().err.splitlines()
    for line, step in zip(lines, ("rendered again", "found by new keys"), strict=True):
        assert re.fullmatch(said.format(step), line)


def test_a_start_that_finishes_an_upgrade_says_how_far_it_is(
    database_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(database_file) as connection:
        connection.execute("UPDATE fingerprint SET text = '', digest = '' WHERE name = 'rendering'")
    monkeypatch.setenv("FACTS_DATABASE_URL", f"sqlite:///{database_file}")
    with closing(open_database(f"sqlite:///{database_file}")) as database:
        # Cut off when all was listed and nothing was rendered.
        monkeypatch.setattr("api.records.write.renew.catch_up", lambda *_, **__: None)
        renew(database)
    monkeypatch.undo()
    monkeypatch.setenv("FACTS_DATABASE_URL", f"sqlite:///{database_file}")
    monkeypatch.setattr(renewal, "_BETWEEN_LINES", 0)

    serve._prepare()

    assert " records are rendered again, " in capsys.readouterr().err


KEYED = ("SELECT t.type, t.filter, t.value, t.qualifier, k.record, k.filter, k.since, k.until "
         "FROM filter_key k JOIN term t ON t.id = k.term ORDER BY 1, 2, 3, 4, 5, 7",
         "SELECT * FROM id_range ORDER BY 1",
         "SELECT * FROM date_key ORDER BY 1, 2, 9",
         "SELECT * FROM reference ORDER BY 1, 2, 3, 4", "SELECT * FROM name_key ORDER BY 1, 2")  # fmt: skip


def _rows(database: Database, queries: tuple[str, ...]) -> list[Any]:
    return [database.execute_sql(query).fetchall() for query in queries]


def test_keys_made_by_other_code_are_rebuilt_with_their_past_and_nothing_is_announced(older: Path) -> None:
    database = open_database(f"sqlite:///{older}")
    migrate(database)
    renew(database)
    rows, last = _rows(database, KEYED), last_seq(database)
    database.execute_sql("UPDATE fingerprint SET text = '', digest = '' WHERE name = 'keys'")
    database.execute_sql("UPDATE term SET value = 'x-' || value WHERE filter = 'via'")
    database.execute_sql("DELETE FROM date_key WHERE until < 100")
    database.execute_sql("DELETE FROM reference")
    database.execute_sql("DELETE FROM name_key")
    database.execute_sql("UPDATE search_row SET digest = ''")

    renew(database)

    assert _rows(database, KEYED) == rows
    assert last_seq(database) == last
    assert list(faults_of_database(database)) == []
    database.close()


def test_a_database_that_this_code_made_is_left_alone(database_file: Path) -> None:
    database = open_database(f"sqlite:///{database_file}")
    before = database.execute_sql("PRAGMA data_version").fetchone(), _rows(database, KEYED)

    renew(database)

    assert (database.execute_sql("PRAGMA data_version").fetchone(), _rows(database, KEYED)) == before
    database.close()


def _with(sources: list[str], module: Any, old: str, new: str) -> list[str]:
    """Sources with a change in one of them."""
    text = getsource(module)
    assert old in text
    return [text.replace(old, new, 1) if source == text else source for source in sources]


def test_a_filters_declaration_changes_what_keys_are_made_by() -> None:
    declared = 'Countries("country", "ISO 3166 code of its country.", one("country")),'
    sources = _with(KEYS.sources, registry, declared, "")

    assert digest_of(sources) != KEYS.digest
    assert registry not in RENDERING.code


def test_code_that_renders_changes_what_records_are_rendered_by() -> None:
    sources = _with(RENDERING.sources, render, "MOST_INVERSE = 100", "MOST_INVERSE = 50")

    assert digest_of(sources) != RENDERING.digest


@pytest.mark.parametrize("made", [RENDERING, KEYS], ids=lambda made: made.name)
def test_words_about_the_code_change_nothing(made: Any) -> None:
    module = render if made is RENDERING else registry
    head = getsource(module).partition("\n")[0]
    sources = _with(made.sources, module, head, '"""Otherwise explained."""\n\n# And commented.')

    assert sources != made.sources
    assert digest_of(sources) == made.digest


def test_keys_that_were_being_rebuilt_are_named_by_no_program(older: Path) -> None:
    """Whoever goes on after a rebuilding was cut short finds keys that nobody vouches for."""
    database = open_database(f"sqlite:///{older}")
    migrate(database)
    renew(database)
    database.execute_sql("UPDATE fingerprint SET text = '', digest = '' WHERE name = 'keys'")
    database.execute_sql(
        "CREATE TRIGGER cut BEFORE DELETE ON filter_key BEGIN SELECT RAISE(ABORT, 'cut'); END"
    )
    database.execute_sql("UPDATE term SET value = 'x-' || value WHERE filter = 'via'")

    with pytest.raises(IntegrityError, match="cut"):
        renew(database)

    assert FINGERPRINTS.read_of(database, "name", [KEYS.name]) == []
    database.execute_sql("DROP TRIGGER cut")
    renew(database)
    assert list(faults_of_database(database)) == []
    database.close()
