"""What must survive: kill -9, writers at once, followers, full disks, read-only files, clocks set back."""

import itertools
import json
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .audits.clients import Client, writing_pairs
from .audits.crash import audit
from .audits.feed import Follower, served_by
from .cluster import DURABLE, new_database, own_server
from .conftest import ROOT, Server, facts, key_for, obey_file_modes

pytestmark = pytest.mark.audit
NOTE = {"kind": "typo", "note": "Audit"}


def together(work: Callable[[int], None], number: int) -> None:
    """Run `work` in as many threads; their failures are ours."""
    failures: list[BaseException] = []

    def run(index: int) -> None:
        try:
            work(index)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]


def require_sound(database: Path) -> None:
    done = facts("doctor", "--db", f"sqlite:///{database}")
    assert done.returncode == 0, done.stdout


def test_nothing_acknowledged_is_lost_or_torn_by_kill_9(tmp_path: Path) -> None:
    findings = audit(tmp_path, f"sqlite:///{tmp_path}/facts.db", rounds=20)

    print(findings)
    assert findings.acknowledged > 200
    assert (findings.lost, findings.torn, findings.twice, findings.doctor) == ([], [], [], [])


def test_nothing_acknowledged_is_lost_or_torn_where_the_server_of_the_database_is_killed_too(
    tmp_path: Path,
) -> None:
    with own_server(*DURABLE) as cluster:
        findings = audit(tmp_path, new_database(cluster.address), 3, cluster, database_kills=1)

    print(findings)
    assert findings.acknowledged > 10
    assert (findings.lost, findings.torn, findings.twice, findings.doctor) == ([], [], [], [])


def test_no_update_is_lost_between_sixteen_clients(database_file: Path) -> None:
    key = key_for(database_file)
    server = Server(database_file, workers=2, threads=8)
    path, increments, clients = "/v1/parties/counter", 500, 16
    first = server.client(key)
    body = {"id": "counter", "name": "0", "kind": "group"}
    assert first.send("POST", "/v1/parties", body).status == 201
    refused = [0] * clients

    def count_up(index: int) -> None:
        client, chance = Client(server.port, key), random.Random(index)
        seen = client.send("GET", path)
        done = 0
        while done < increments:
            patch = {"name": str(int(seen.json()["name"]) + 1)}
            reply = client.send("PATCH", path, patch, If_Match=seen.headers["etag"])
            assert reply.status in (200, 412), reply
            if reply.status == 200:
                done += 1
                seen = reply
                continue
            # Sixteen clients that retry at once only get in one another's way.
            refused[index] += 1
            time.sleep(chance.uniform(0, 0.4))
            seen = client.send("GET", path)
        client.close()

    together(count_up, clients)

    # The first connection has been idle for longer than the server keeps one.
    assert server.client(key).send("GET", path).json()["name"] == str(clients * increments)
    print(f"{clients} clients x {increments} increments, {sum(refused)} retried, 0 lost")
    assert min(refused) > 0, "they did not get in one another's way"
    server.stop()


def test_sixteen_writers_meet_no_error(database_file: Path) -> None:
    key = key_for(database_file)
    server = Server(database_file, workers=4, threads=4)

    def write(index: int) -> None:
        client = server.client(key)
        for number in range(25):
            body = {"id": f"c{index}-{number}", "name": "C", "kind": "person"}
            assert client.send("POST", "/v1/parties?publish=true", body).status == 201
        client.close()

    together(write, 16)

    server.stop()
    require_sound(database_file)


def test_a_lock_that_is_never_released_is_503_with_retry_after(database_file: Path) -> None:
    key = key_for(database_file)
    server = Server(database_file, workers=1, FACTS_BUSY_TIMEOUT_MS="300")
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); time.sleep(60)",
            str(database_file),
        ],
        stdout=subprocess.PIPE,
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    client = server.client(key)

    refused = client.send("POST", "/v1/parties", {"id": "late", "name": "L", "kind": "person"})
    read = client.send("GET", "/v1/parties/nhk")

    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert refused.status == 503
    assert refused.headers["retry-after"] == "1"
    assert read.status == 200
    assert client.send("POST", "/v1/parties", {"id": "late", "name": "L", "kind": "person"}).status == 201
    server.stop()


def test_a_full_disk_is_507_and_loses_nothing(database_file: Path) -> None:
    key = key_for(database_file)
    room = database_file.stat().st_size + 600_000

    def limit() -> None:
        # Writing beyond the limit fails with EFBIG instead of ending the process.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    server = Server(database_file, workers=1, before=limit)
    client = server.client(key)
    acknowledged, statuses = [], set()
    for number in range(400):
        body = {"id": f"full-{number}", "name": "F", "kind": "person", "description": "x" * 4000}
        status = client.send("POST", "/v1/parties?publish=true", body).status
        statuses.add(status)
        if status == 201:
            acknowledged.append(body["id"])
        elif 507 in statuses and number > 350:
            break

    assert 507 in statuses
    assert statuses <= {201, 507}
    assert client.send("GET", "/v1/parties/nhk").status == 200
    server.stop()
    with sqlite3.connect(database_file) as connection:
        found = {row[0] for row in connection.execute("SELECT id FROM record WHERE id LIKE 'full-%'")}
    assert found == set(acknowledged)
    require_sound(database_file)


def test_a_read_only_file_serves_reads_and_answers_writes_with_503(database_file: Path) -> None:
    key = key_for(database_file)
    database_file.chmod(0o444)

    server = Server(database_file, workers=1, before=obey_file_modes)
    client = server.client(key)
    read = client.send("GET", "/v1/claims?limit=2")
    written = client.send("POST", "/v1/parties", {"id": "x", "name": "X", "kind": "person"})
    server.stop()

    assert read.status == 200
    assert written.status == 503
    assert "retry-after" in written.headers
    assert "only be read" in written.json()["detail"]


def test_a_clock_set_back_does_not_reorder_history(database_file: Path) -> None:
    key = key_for(database_file)
    with sqlite3.connect(database_file) as connection:
        # As if the last commit had been made tomorrow, by a clock that has been set right since.
        connection.execute("UPDATE counter SET value = value + 86400000000 WHERE name = 'clock'")
    server = Server(database_file, workers=2)
    client = server.client(key)
    for number in range(3):
        body = {"id": f"late-{number}", "name": "L", "kind": "person"}
        assert client.send("POST", "/v1/parties?publish=true", body).status == 201

    entries = client.send("GET", "/v1/changes?since=262").json()["data"]
    latest = client.send("GET", "/v1/parties/late-2").json()
    server.stop()

    times = [entry["time"] for entry in entries]
    assert times == sorted(times)
    assert len(set(times[-3:])) == 3
    assert latest["meta"]["updated"] == times[-1]
    require_sound(database_file)


# Followers of the feed


def _random_change(client: Client, chance: random.Random, name: str) -> None:
    """One of the operations on a small set of records; refusals are fine."""
    target = f"f-{chance.randrange(12)}"
    path = f"/v1/parties/{target}"
    kind = chance.choice(["create", "rename", "rename", "retract", "publish", "merge"])
    if kind == "create":
        client.send("POST", "/v1/parties?publish=true", {"id": target, "name": name, "kind": "person"})
        return
    tag = client.send("PATCH", path, {"name": name}).json().get("current", {}).get("etag")
    if tag is None:
        return
    if kind == "rename":
        client.send("PATCH", path, {"name": name, "correction": NOTE}, If_Match=tag)
    elif kind == "merge":
        client.send("POST", f"{path}/merge", {**NOTE, "into": f"f-{chance.randrange(12)}"}, If_Match=tag)
    else:
        client.send("POST", f"{path}/{kind}", NOTE, If_Match=tag)


def _hammer(port: int, key: str, seed: int, stop: threading.Event) -> None:
    """Random changes until told to stop, or until the server is killed."""
    chance, client = random.Random(seed), Client(port, key)
    for number in itertools.count():
        if stop.is_set():
            return
        try:
            _random_change(client, chance, f"N{seed}-{number}")
        except json.JSONDecodeError:
            return  # killed in the middle of an answer


def test_followers_end_with_what_is_served_through_kill_9(database_file: Path) -> None:
    key = key_for(database_file)
    state = {"server": Server(database_file, workers=2, threads=12)}
    followers = [Follower(lambda: state["server"].port) for _ in range(3)]
    for follower in followers:
        follower.start()

    for kill in range(4):
        stop = threading.Event()
        port = state["server"].port
        writers = [threading.Thread(target=_hammer, args=(port, key, kill * 100 + i, stop)) for i in range(8)]
        for writer in writers:
            writer.start()
        time.sleep(1.2)
        state["server"].kill()
        stop.set()
        for writer in writers:
            writer.join()
        state["server"] = Server(database_file, workers=2, threads=12)

    client = state["server"].client()
    last = client.send("GET", "/v1/changes?since=0&limit=1").json()["last"]
    for follower in followers:
        follower.last_wanted = last
    for follower in followers:
        follower.join(60)
    served = served_by(client)
    state["server"].stop()

    print(f"8 writers, 3 followers, 4 kills: {last} entries")
    assert last > 330
    for follower in followers:
        assert follower.numbers == list(range(1, last + 1))
        assert follower.mirror == served
    require_sound(database_file)


def test_a_rename_that_a_thousand_records_show_is_resumed_after_a_kill(tmp_path: Path) -> None:
    database = tmp_path / "facts.db"
    folder = tmp_path / "big"
    folder.mkdir()
    (folder / "parties.yaml").write_text(
        "- {id: whole, name: Whole, kind: group}\n"
        + "".join(f"- {{id: part-{n}, name: Part {n}, kind: person, part_of: whole}}\n" for n in range(1500)),
        "utf-8",
    )
    url = f"sqlite:///{database}"
    assert facts("load", folder, "--db", url).returncode == 0
    key = key_for(database)
    server = Server(database, workers=1)
    client = server.client(key)
    tag = client.send("GET", "/v1/parties/whole").headers["etag"]
    patch = {"name": "Renamed", "correction": NOTE}

    renaming = threading.Thread(
        target=client.send, args=("PATCH", "/v1/parties/whole", patch), kwargs={"If_Match": tag}
    )
    renaming.start()
    watcher = server.client()
    while watcher.send("GET", "/health/ready").json()["refreshing"] not in range(1, 1500):
        assert renaming.is_alive(), "the rename was done before it could be killed"
    server.kill()
    renaming.join()
    with sqlite3.connect(database) as connection:
        left = connection.execute("SELECT COUNT(*) FROM pending_refresh").fetchone()[0]
    assert left > 0

    again = Server(database, workers=1)
    reader = again.client()
    assert reader.send("GET", "/health/ready").json()["refreshing"] == 0
    shown = reader.send("GET", "/v1/parties/part-1499").json()
    again.stop()

    assert shown["part_of"]["name"] == "Renamed"
    assert shown["meta"]["revision"] == 1
    require_sound(database)


# Taking bytes out, and copies


def test_what_was_redacted_is_nowhere_in_the_database(database_file: Path, tmp_path: Path) -> None:
    key, url = key_for(database_file), f"sqlite:///{database_file}"
    server = Server(database_file, workers=1)
    client = server.client(key)
    secret = "Zebulon Quartermaine"
    body = {"id": "secret-person", "name": secret, "kind": "person", "description": f"About {secret}."}
    assert client.send("POST", "/v1/parties?publish=true", body, Idempotency_Key="k").status == 201
    claim = {"id": "secret-claim", "proposition": "P.", "kind": "reported-fact", "publish": True,
             "attribution": [{"party": "secret-person", "role": "said"}],
             "citations": [{"source": "urdupoint-2019-07-21"}]}  # fmt: skip
    batch = [{"op": "create", "type": "claim", "id": "secret-claim", "body": claim}]
    assert client.send("POST", "/v1/batch", batch).status == 200
    before = client.send("GET", "/v1/changes?since=0&limit=1").json()["last"]
    server.stop()

    done = facts("redact", "party", "secret-person", "--note", "Court order 12", "--db", url)

    assert done.returncode == 0, done.stderr
    files = [str(p) for p in database_file.parent.glob("facts.db*")]
    assert subprocess.run(["grep", "-ci", secret.split()[1], *files], capture_output=True).returncode == 1
    require_sound(database_file)
    again = Server(database_file, workers=1)
    client = again.client()
    read = client.send("GET", "/v1/parties/secret-person")
    then = client.send("GET", f"/v1/parties/secret-person?as_of=seq:{before}")
    revision = client.send("GET", "/v1/parties/secret-person/revisions/1")
    feed = client.send("GET", f"/v1/changes?since={before}").json()["data"]
    history = client.send("GET", "/v1/parties/secret-person/revisions").json()["data"]
    again.stop()
    assert (read.status, then.status, revision.status) == (451, 451, 451)
    assert "Court order 12" in read.json()["detail"]
    assert [(e["change"], e["record"]) for e in feed if e["id"] == "secret-person"] == [("redacted", None)]
    assert [r["change"] for r in history] == ["published", "redacted"]


def test_a_backup_under_writers_is_whole(database_file: Path, tmp_path: Path) -> None:
    key, url = key_for(database_file), f"sqlite:///{database_file}"
    server = Server(database_file, workers=2)
    backups = [tmp_path / f"copy-{n}.db" for n in range(3)]

    with writing_pairs(lambda: server.client(key), writers=4):
        done = [facts("backup", backup, "--db", url) for backup in backups]
    server.stop()

    for backup, result in zip(backups, done, strict=True):
        assert result.returncode == 0, result.stderr
        require_sound(backup)
    assert facts("backup", backups[0], "--db", url).returncode == 2
    restored = tmp_path / "restored.db"
    assert facts("restore", backups[1], "--db", f"sqlite:///{restored}").returncode == 0
    assert facts("restore", backups[1], "--db", f"sqlite:///{restored}").returncode == 2
    require_sound(restored)
    assert facts("restore", ROOT / "README.md", "--db", f"sqlite:///{tmp_path}/x.db").returncode == 2
