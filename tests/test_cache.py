"""Answers kept in front of the application are what it would answer, for as long as they are."""

import json
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from api import create_app
from api.http.cache import ASIDE, KEYED, PASSED_BY
from api.settings import Settings

from .audits.fresh import audit
from .conftest import Server, client_of, facts, key_for
from .places import url_of
from .test_connections import Wire, head

pytestmark = pytest.mark.process

CLAIM = "/v1/claims/abe-seeks-treaty-progress-in-term"
OWN = ("date", "x-request-id")


def shared(answer: Any) -> tuple[int, dict[str, str], bytes]:
    """An answer without what belongs to one request."""
    status, headers, body = answer
    return status, {name: text for name, text in headers.items() if name not in OWN}, body


READ = [
    CLAIM,
    f"{CLAIM}?perspective=japan",
    f"{CLAIM}/provenance",
    "/v1/claims/turnout-48-80/quantities",
    "/v1/claims?limit=3&facets=kind",
    "/v1/search?q=%E5%8C%97%E6%96%B9",
    "/v1/corrections.atom",
    "/v1/changes?since=0&limit=3",
    "/openapi.json",
    "/docs",
    "/",
    "/claims/abe-seeks-treaty-progress-in-term",
    "/claims/abe-seeks-treaty-progress-in-term?perspective=japan",
]
ASKED: dict[str, dict[str, str]] = {
    "by nobody in particular": {},
    "by a script of another site": {"Origin": "https://news.example"},
    "in Japanese": {"Accept_Language": "ja"},
    "rather as JSON": {"Accept": "application/json, */*;q=0.5"},
    "as a page, if there is one": {"Accept": "text/html, */*;q=0.5"},
    "by another name": {"Host": "record.example"},
    "behind a proxy": {"X_Forwarded_Proto": "https"},
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("path", READ)
def test_what_is_kept_is_what_is_answered(one_worker: Server, path: str, asked: str) -> None:
    with_key = {**ASKED[asked], "X_Request_Id": "told-to-the-log"}

    first, second = one_worker.get(path, **ASKED[asked]), one_worker.get(path, **with_key)

    assert shared(first) == shared(second)
    assert first[1]["x-request-id"] != second[1]["x-request-id"] == "told-to-the-log"
    head = one_worker.get(path, "HEAD", **ASKED[asked])
    assert shared(head)[:2] == shared(first)[:2]
    assert head[2] == b""
    if tag := first[1].get("etag"):
        unchanged = [one_worker.get(path, If_None_Match=tag, **ASKED[asked]) for _ in range(2)]
        assert [answer[0] for answer in unchanged] == [304, 304]
        assert shared(unchanged[0]) == shared(unchanged[1])
        assert one_worker.get(path, If_None_Match='"another"', **ASKED[asked])[0] == 200


class Watched(dict[str, Any]):
    """A WSGI environment that notes which request headers are looked at."""

    looked_at: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.looked_at.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.looked_at.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.looked_at.add(str(name))
        return super().__contains__(name)


def test_every_header_that_an_answer_depends_on_is_known_to_the_cache(loaded: Path) -> None:
    app = create_app(Settings(database_url=url_of(loaded)))
    inner = app.wsgi_app
    app.wsgi_app = lambda environ, start: inner(Watched(environ), start)  # type: ignore[method-assign]  # as Flask documents it
    client = app.test_client()
    for path in (
        *READ,
        f"{CLAIM}/revisions/1",
        "/v1/dossiers/japan-russia-peace-treaty/positions",
        "/health/ready",
    ):
        for headers in ASKED.values():
            named = {name.replace("_", "-"): text for name, text in headers.items()}
            assert client.get(path, headers=named | {"If-None-Match": '"x"'}).status_code < 400

    read = {
        n.removeprefix("HTTP_").replace("_", "-").lower() for n in Watched.looked_at if n.startswith("HTTP_")
    }
    known = {name.decode().replace("_", "-") for name in KEYED | PASSED_BY | ASIDE}
    assert len(read) > 5
    # Connection is looked at for an upgrade alone.
    assert read <= known | {"connection"}


def test_a_key_is_never_answered_from_the_cache_and_never_fills_it(
    one_worker: Server, own_copy: Path
) -> None:
    bearer = {"Authorization": f"Bearer {key_for(own_copy)}"}
    path = "/v1/parties/nhk?fields=name,kind"

    curator = one_worker.get(path, **bearer)
    assert "no-store" in curator[1]["cache-control"]
    anybody = one_worker.get(path)
    assert anybody[1]["cache-control"] == "no-cache"
    assert "no-store" in one_worker.get(path, **bearer)[1]["cache-control"]
    assert one_worker.get(path, Authorization="Bearer facts_x_y")[0] == 401


def test_no_read_is_stale_beside_writers_inside_and_outside(own_copy: Path, tmp_path: Path) -> None:
    shutil.copy(own_copy, tmp_path / "facts.db")

    findings = audit(tmp_path / "facts.db", writes=60, reads=1_500)

    assert findings.stale == []
    assert {"200", "304"} == set(findings.reads)


def test_what_is_redacted_is_not_served_on(own_copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    shutil.copy(own_copy, path)
    server = Server(path, workers=2)
    before = [server.get("/v1/parties/nhk/revisions/1")[0] for _ in range(6)]

    done = facts("redact", "party", "nhk", "--note", "Court order 12", "--db", url_of(path))

    after = [server.get("/v1/parties/nhk/revisions/1")[0] for _ in range(6)]
    server.stop()
    assert done.returncode == 0
    assert (set(before), set(after)) == ({200}, {451})


def changed_outside(path: Path) -> str:
    """The version after a record was changed by another process than the server's."""
    bearer, client = {"Authorization": f"Bearer {key_for(path)}"}, client_of(path)
    tag = client.get("/v1/parties/nhk").headers["ETag"]
    change = {
        "description": "It was changed.",
        "correction": {"kind": "new-information", "note": "In a test"},
    }
    answer = client.patch("/v1/parties/nhk", json=change, headers=bearer | {"If-Match": tag})
    assert answer.status_code == 200
    return answer.headers["Facts-Version"]


def test_within_a_bound_that_is_accepted_the_database_is_not_asked(own_copy: Path, tmp_path: Path) -> None:
    shutil.copy(own_copy, tmp_path / "facts.db")
    server = Server(tmp_path / "facts.db", workers=1, FACTS_CACHE_STALENESS_MS="60000")
    before = server.get("/v1/parties/nhk")[2]

    version = changed_outside(tmp_path / "facts.db")

    assert server.get("/v1/parties/nhk")[2] == before
    # Who asks for that version gets it, and then everybody does.
    assert b"It was changed." in server.get("/v1/parties/nhk", Facts_Min_Version=version)[2]
    assert b"It was changed." in server.get("/v1/parties/nhk")[2]
    server.stop()


def test_nothing_is_shown_that_is_older_than_the_bound(own_copy: Path, tmp_path: Path) -> None:
    shutil.copy(own_copy, tmp_path / "facts.db")
    server = Server(tmp_path / "facts.db", workers=1, FACTS_CACHE_STALENESS_MS="300")
    assert server.get("/v1/parties/nhk")[0] == 200

    changed_outside(tmp_path / "facts.db")
    time.sleep(0.3)

    assert b"It was changed." in server.get("/v1/parties/nhk")[2]
    server.stop()


class Log:
    """A server that writes a line for each request, and what it wrote."""

    def __init__(self, path: Path, **environment: str) -> None:
        self.server = Server(
            path, workers=1, log=path.with_suffix(".lines"), FACTS_ACCESS_LOG="1", **environment
        )

    def stopped(self) -> list[dict[str, Any]]:
        self.server.stop()
        lines = Path(self.server.log.name).read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


def test_many_who_ask_for_the_same_at_once_are_answered_by_one_reading(
    own_copy: Path, tmp_path: Path
) -> None:
    path = "/v1/search?q=islands&facets=type,kind"
    shutil.copy(own_copy, tmp_path / "facts.db")
    log = Log(tmp_path / "facts.db")
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(log.server)) for _ in range(40)]
        for wire in wires:
            wire.send(head("GET", path))
        bodies = {wire.answer()[2] for wire in wires}

    asked = [line for line in log.stopped() if line.get("address") == path]
    assert len(bodies) == 1
    assert len(asked) == 40
    assert len([line for line in asked if not line.get("cached")]) == 1


@pytest.mark.parametrize("waiting", ["wait=3", "w%61it=3"])
def test_those_who_wait_for_something_new_wait_each_by_themselves(
    own_copy: Path, tmp_path: Path, waiting: str
) -> None:
    shutil.copy(own_copy, tmp_path / "facts.db")
    server = Server(tmp_path / "facts.db", workers=1, threads=8)
    last = json.loads(server.get("/v1/changes?limit=1")[2])["last"]
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(server)) for _ in range(2)]
        for wire in wires:
            wire.socket.settimeout(60)
            wire.send(head("GET", f"/v1/changes?since={last}&{waiting}"))
        assert [wire.answer()[0] for wire in wires] == [200, 200]
        # Nor is it kept that there was nothing: who asks again waits again.
        began = time.monotonic()
        wires[0].send(head("GET", f"/v1/changes?since={last}&{waiting}"))
        assert wires[0].answer()[0] == 200
        assert time.monotonic() - began > 2
    server.stop()


@pytest.mark.parametrize(
    ("most", "cached"),
    [("0", [False, False, False]), ("64000", [True, True, False]), ("1000000", [True, True, True])],
    ids=["none", "little", "enough"],
)
def test_what_was_asked_for_longest_ago_goes_first(
    own_copy: Path, tmp_path: Path, most: str, cached: list[bool]
) -> None:
    shutil.copy(own_copy, tmp_path / "facts.db")
    log = Log(tmp_path / "facts.db", FACTS_CACHE_BYTES=most)
    listed = json.loads(log.server.get("/v1/claims?limit=30&fields=id")[2])["data"]
    others = [f"/v1/claims/{claim['id']}" for claim in listed if not CLAIM.endswith(claim["id"])]
    for path in (CLAIM, CLAIM, *others):
        log.server.get(path)
        log.server.get("/v1/parties/nhk")
    log.server.get(CLAIM)

    lines = log.stopped()

    asked = [bool(line.get("cached")) for line in lines if line.get("address") == CLAIM]
    often = [bool(line.get("cached")) for line in lines if line.get("address") == "/v1/parties/nhk"]
    assert [asked[1], often[-1], asked[2]] == cached
    counts = [line for line in lines if line["event"] == "stopped"]
    assert [0 < line["cache_bytes"] <= int(most) for line in counts] == [True] * (most != "0")
    assert sum(line["cache_hits"] for line in counts) == sum(bool(line.get("cached")) for line in lines)


def test_the_pages_that_threads_keep_and_the_answers_stay_within_the_share(loaded: Path) -> None:
    def pages(**chosen: int) -> int:
        app = create_app(Settings(database_url=url_of(loaded), **chosen))
        database = app.extensions["facts.database"]
        kept = database.execute_sql("PRAGMA cache_size").fetchone()[0]
        database.close()
        # Four threads for reads, two for costly ones, eight for writes.
        return -kept * 14 * 1_000

    assert pages(memory_mb=96, cache_bytes=32_000_000) == pytest.approx(64_000_000, rel=0.01)
    assert pages(memory_mb=500, cache_bytes=0) == pytest.approx(500_000_000, rel=0.01)
    # Less than a megabyte each would be slower than it saves.
    assert pages(memory_mb=8, cache_bytes=32_000_000) == 14_000_000
