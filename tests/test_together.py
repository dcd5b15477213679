"""Writes that wait at the same time share a commit, and none of them can tell."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from .audits.clients import Reply
from .conftest import Server, key_for

pytestmark = pytest.mark.process

Post = Callable[..., list[Reply]]
#: A frame of a write-ahead log: its head has the size of the file behind where it ends a commit
#: (https://sqlite.org/fileformat2.html#walformat).
WAL_HEAD, FRAME_HEAD = 32, 24


def party(record_id: str, **more: Any) -> dict[str, Any]:
    return {"id": record_id, "name": record_id.title(), "kind": "person", **more}


@contextmanager
def held(path: Path) -> Iterator[sqlite3.Connection]:
    """A while in which nobody else writes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")


@pytest.fixture
def post(one_worker: Server, own_copy: Path) -> Post:
    """Sends POSTs that all wait for one who writes, and what they are answered when that is over."""
    key = key_for(own_copy)

    def send(at: tuple[str, dict[str, Any], dict[str, str]]) -> Reply:
        path, body, headers = at
        client = one_worker.client(key)
        return client.send("POST", path, body, **headers)

    def post(*bodies: dict[str, Any], query: str = "publish=true", **headers: str) -> list[Reply]:
        with ThreadPoolExecutor(len(bodies)) as pool:
            with held(own_copy):
                asked = [pool.submit(send, (f"/v1/parties?{query}", body, headers)) for body in bodies]
                time.sleep(0.5)
            return [one.result() for one in asked]

    return post


def commits(path: Path) -> int:
    """How many commits stand in the log."""
    log = Path(f"{path}-wal").read_bytes()
    page = int.from_bytes(log[8:12], "big")
    frames = range(WAL_HEAD, len(log) - page, FRAME_HEAD + page)
    return sum(log[at + 4 : at + 8] != b"\0\0\0\0" for at in frames if log[at + 8 : at + 16] == log[16:24])


def test_writes_that_wait_together_are_one_commit_with_a_number_and_a_time_each(
    post: Post, one_worker: Server, own_copy: Path
) -> None:
    last = int(one_worker.client().send("GET", "/v1/changes?since=0&limit=1").json()["last"])
    with closing(sqlite3.connect(own_copy)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    replies = post(*(party(f"one-{n}") for n in range(4)))

    assert [reply.status for reply in replies] == [201] * 4
    # The first had begun to wait before the others came.
    assert commits(own_copy) < 4
    changes = one_worker.client().send("GET", f"/v1/changes?since={last}").json()["data"]
    assert sorted(change["id"] for change in changes) == [f"one-{n}" for n in range(4)]
    assert [change["seq"] for change in changes] == list(range(last + 1, last + 5))
    assert len({change["time"] for change in changes}) == 4
    assert sorted(change["time"] for change in changes) == [change["time"] for change in changes]


def test_a_write_that_is_refused_takes_back_nothing_of_the_others(post: Post, one_worker: Server) -> None:
    # Each third is refused, so that some commit surely has one behind another.
    bodies = [party(f"new-{n}", **({"part_of": "nobody"} if n % 3 == 2 else {})) for n in range(24)]

    replies = post(*bodies)

    assert [reply.status for reply in replies] == [422 if n % 3 == 2 else 201 for n in range(24)]
    assert replies[2].json()["errors"][0]["pointer"] == "/part_of"
    client = one_worker.client()
    there = [client.send("GET", f"/v1/parties/{body['id']}").status for body in bodies]
    assert there == [404 if n % 3 == 2 else 200 for n in range(24)]


def test_a_dry_run_among_others_keeps_nothing(post: Post, one_worker: Server) -> None:
    replies = post(*(party(f"dry-{n}") for n in range(4)), query="publish=true&dry_run=true")

    assert [reply.status for reply in replies] == [200] * 4
    client = one_worker.client()
    assert [client.send("GET", f"/v1/parties/dry-{n}").status for n in range(4)] == [404] * 4


def test_a_repeat_that_waits_with_the_first_is_answered_as_it_was(post: Post) -> None:
    replies = post(*[party("same")] * 4, Idempotency_Key="together")

    assert [reply.status for reply in replies] == [201] * 4
    assert len({reply.body for reply in replies}) == 1
    assert sorted("idempotency-replayed" in reply.headers for reply in replies) == [False, True, True, True]


def test_where_the_disk_is_full_for_one_the_others_are_written(
    post: Post, one_worker: Server, own_copy: Path
) -> None:
    with closing(sqlite3.connect(own_copy)) as connection:
        # As SQLite does where there is no room: it takes back the whole transaction, not this part of it.
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON change WHEN NEW.record = 'large' "
            "BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END"
        )

    replies = post(party("small-0"), party("small-1"), party("large"), party("small-2"))

    with closing(sqlite3.connect(own_copy)) as connection:
        connection.execute("DROP TRIGGER full")
    assert [reply.status for reply in replies] == [201, 201, 507, 201]
    client = one_worker.client()
    found = [
        client.send("GET", f"/v1/parties/{i}").status for i in ("small-0", "small-1", "large", "small-2")
    ]
    assert found == [200, 200, 404, 200]
