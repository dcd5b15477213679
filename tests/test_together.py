"""Writes that wait at the same time share a commit, and none of them can tell."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from .audits.clients import Reply
from .conftest import Server, facts, key_for

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


NOTE = {"kind": "clarification", "note": "In a test"}
#: A write: method, path below /v1, body, and the record whose tag it starts from.
Write = tuple[str, str, Any, str | None]


class Story:
    """Writes whose records have ids that begin with a name of this story's own."""

    def __init__(self, name: str, server: Server, key: str) -> None:
        self.name, self.server, self.key = name, server, key
        for plural, body in (
            ("parties", party(self.id("dan"))),
            ("sources", {"title": "W", "kind": "news-report", "publisher": self.id("dan"), "held": True}),
            ("dossiers", {"title": "A", "questions": [{"id": self.id("who"), "text": "Who?"}]}),
            ("claims", self.claim("first")),
            ("claims", self.claim("second")),
        ):
            self.send(("POST", f"{plural}?publish=true", {"id": self.id(plural), **body}, None))
        self.send(("POST", "claims", self.claim("draft"), None))
        listed = ("parties/dan", "dossiers/dossiers", "claims/first", "claims/second", "claims/draft")
        client = server.client(key)
        self.tags = {path: client.send("GET", self.path(path)).headers["etag"] for path in listed}

    def id(self, record_id: str) -> str:
        return f"{self.name}-{record_id}"

    def path(self, path: str) -> str:
        plural, _, record_id = path.partition("/")
        return f"/v1/{plural}/{self.id(record_id)}"

    def claim(self, record_id: str, how: str = "", other: str = "", **more: Any) -> dict[str, Any]:
        relations = {"relations": [{"type": how, "claim": self.id(other)}]} if how else {}
        cites = {"kind": "reported-fact", "citations": [{"source": self.id("sources")}]}
        return {"id": self.id(record_id), "proposition": f"It is {record_id}.", **cites, **relations, **more}

    def writes(self) -> list[Write]:
        """Of which most bear on those before them: what they name, show, change or take away."""
        answers = [{"question": self.id("who"), "stance": "affirms"}]
        said = [{"party": self.id("dan"), "role": "reported", "source": self.id("sources")}]

        def adds(path: str, body: Any) -> Write:
            return "POST", path, body, None

        return [
            adds("parties?publish=true", party(self.id("ann"))),
            adds("claims?publish=true", self.claim("third", "contradicts", "first", answers=answers)),
            adds("claims?publish=true", self.claim("nowhere", "supports", "nothing")),
            adds("claims?publish=true&dry_run=true", self.claim("tried", "contradicts", "first")),
            adds("claims?publish=true", self.claim("after", "supports", "tried")),
            adds("claims?publish=true", self.claim("fourth")),
            adds("claims?publish=true", self.claim("fifth", "contradicts", "fourth")),
            adds("claims?publish=true", self.claim("by-dan", attribution=said)),
            ("PATCH", "parties/dan", {"name": "Dan the other", "correction": NOTE}, "parties/dan"),
            adds("parties?publish=true", party(self.id("ann"))),
            adds("claims", self.claim("sixth", "supports", "fifth")),
            ("PATCH", "dossiers/dossiers", {"questions": None, "correction": NOTE}, "dossiers/dossiers"),
            ("DELETE", "claims/draft", None, "claims/draft"),
            ("PATCH", "claims/first", {"said": "2019", "correction": NOTE}, "claims/first"),
            ("POST", "claims/second/merge", {"into": self.id("third"), **NOTE}, "claims/second"),
        ]

    def send(self, write: Write) -> Reply:
        method, path, body, state = write
        tag = {"If_Match": self.tags[state]} if state else {}
        plural, _, rest = path.partition("/")
        path = f"/v1/{plural}/{self.name}-{rest}" if rest else f"/v1/{path}"
        return self.server.client(self.key).send(method, path, body, **tag)

    def told(self, replies: list[Reply]) -> list[str]:
        """What it was answered, and its records and their past, but for what tells it from another story."""
        client = self.server.client()
        records = [
            *(
                f"claims/{number}"
                for number in ("first", "second", "third", "fourth", "fifth", "sixth", "by-dan")
            ),
            *("parties/ann", "parties/dan", "sources/sources", "dossiers/dossiers", "claims/draft"),
        ]
        paths = [
            f"/v1/claims?source={self.id('sources')}&count=true&facets=standing,question",
            f"/v1/parties?dossier={self.id('dossiers')}",
            *(self.path(record) + part for record in records for part in ("", "/revisions", "/references")),
        ]
        found = [*replies, *(client.send("GET", path) for path in paths)]
        differing = r'"(seq|time|updated|published|when|etag|request_id)":("(\\.|[^"\\])*"|\d+)'
        told = (
            f"{reply.status} {re.sub(self.name, 'it', reply.body.decode(), flags=re.I)}" for reply in found
        )
        return [re.sub(differing, r"\1", text) for text in told]


def test_writes_that_bear_on_each_other_are_done_together_as_one_after_another(
    one_worker: Server, own_copy: Path
) -> None:
    key = key_for(own_copy)
    many, lone = Story("many", one_worker, key), Story("lone", one_worker, key)

    with ThreadPoolExecutor(16) as pool, held(own_copy):
        asked = []
        for write in many.writes():
            asked.append(pool.submit(many.send, write))
            # Long enough to be the next that waits.
            time.sleep(0.1)
    together = many.told([one.result() for one in asked])

    apart = lone.told([lone.send(write) for write in lone.writes()])

    statuses = [201, 201, 422, 200, 422, 201, 201, 201, 200, 409, 201, 422, 204, 412, 200]
    assert [int(answer[:3]) for answer in apart[: len(statuses)]] == statuses
    assert together == apart
    assert facts("doctor", "--db", f"sqlite:///{own_copy}").returncode == 0


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
