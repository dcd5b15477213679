"""Kept connections: each request is answered in its turn, or the answer says that the connection closes."""

import http.client
import json
import os
import random
import select
import shutil
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import requests

from .conftest import Server, facts
from .places import url_of

pytestmark = pytest.mark.process

#: Seconds without an answer that count as a hang, however busy the machine is.
PATIENCE = 15.0
BOB = json.dumps({"id": "bob", "name": "Bob", "kind": "person"}).encode()
LARGE = b"[" + b" " * 3_000_000 + b"]"
JSON = "Content-Type: application/json"
MERGE = "Content-Type: application/merge-patch+json"

Refusal = tuple[int, str, list[str], bytes]


class Wire:
    """A client's side of one kept connection, byte for byte."""

    def __init__(self, server: Server) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def send(self, sent: bytes) -> None:
        self.socket.sendall(sent)

    def send_split(self, sent: bytes, random: random.Random) -> None:
        """Send it in up to four pieces, some with a pause between them."""
        cuts = sorted(random.randrange(len(sent) + 1) for _ in range(random.randrange(4)))
        for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
            self.send(sent[start:end])
            time.sleep(random.choice((0, 0, 0.001, 0.003)))

    def answer(self) -> tuple[int, bool, bytes]:
        """The next answer: its status, whether it announces the end of the connection, its body."""
        status = int(self.file.readline().split()[1])
        headers = http.client.parse_headers(self.file)
        body = self.file.read(int(headers.get("Content-Length", "0")))
        return status, headers["Connection"] == "close", body

    def ends(self) -> bool:
        """Whether nothing more comes."""
        return self.file.read() == b""


def head(method: str, path: str, *fields: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: facts.example", *fields, "", ""]).encode()


def whole(method: str, path: str, fields: list[str], body: bytes, *, chunked: bool = False) -> bytes:
    """A request with a body, in one piece or in chunks."""
    if not chunked:
        return head(method, path, *fields, f"Content-Length: {len(body)}") + body
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:]) if part)
    return head(method, path, *fields, "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n"


GET = head("GET", "/v1/parties/nhk")


@pytest.fixture(scope="module")
def desk(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    copy = tmp_path_factory.mktemp("connections") / "facts.db"
    shutil.copy(loaded, copy)
    made = facts("key", "create", "Wire", "--role", "publisher", "--db", url_of(copy))
    running = Server(copy, workers=1)
    yield running, f"Authorization: Bearer {made.stdout.strip()}"
    running.stop()


def refusals(key: str) -> dict[str, Refusal]:
    """Requests with a body that are refused, by a name: status, request line, fields, body."""
    return {
        "no key": (401, "POST /v1/parties", [JSON], BOB),
        "unknown key": (401, "POST /v1/batch", [JSON, "Authorization: Bearer x"], BOB),
        "no such place": (404, "POST /v1/nowhere", [JSON], BOB),
        "no such method": (405, "PUT /v1/search", [JSON], BOB),
        "not acceptable": (406, "POST /v1/parties", [JSON, key, "Accept: text/csv"], BOB),
        "not JSON": (400, "POST /v1/check", [JSON], b"{"),
        "unknown parameter": (400, "POST /v1/check?nothing=1", [JSON], BOB),
        "other media type": (415, "POST /v1/check", ["Content-Type: text/plain"], BOB),
        "no tag": (428, "PATCH /v1/parties/nhk", [MERGE, key], b'{"name": "N"}'),
        "a body with GET": (200, "GET /v1/parties/nhk", [JSON], BOB),
    }


@pytest.mark.parametrize("name", refusals(""))
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_refusal_with_a_body_leaves_a_connection_that_works(
    desk: tuple[Server, str], name: str, chunked: bool
) -> None:
    server, key = desk
    status, line, fields, body = refusals(key)[name]
    refused = whole(*line.split(), fields, body, chunked=chunked)
    chance = random.Random(f"{name} {chunked}")

    kept = 0
    for number in range(50):
        with Wire(server) as wire:
            together = chance.random() < 0.5
            wire.send_split(refused + GET if together else refused, chance)
            answered, closes, _ = wire.answer()
            assert answered == status, number
            if closes:
                assert wire.ends(), number
                continue
            if not together:
                wire.send_split(GET, chance)
            assert wire.answer()[:2] == (200, False), number
            kept += 1
    # A machine that is slow enough may send a body too late to be waited for.
    assert kept > 25


@pytest.mark.parametrize("count", [2, 5])
def test_requests_in_one_segment_are_answered_in_their_order(desk: tuple[Server, str], count: int) -> None:
    names = ["nhk", "japan", "russia", "abe-shinzo", "putin-vladimir"][:count]
    asked = b"".join(head("GET", f"/v1/parties/{name}?fields=name") for name in names)

    for _ in range(10):
        with Wire(desk[0]) as wire:
            wire.send(asked)
            answers = [wire.answer() for _ in names]
            assert [json.loads(body)["id"] for _, _, body in answers] == names
            wire.send(GET)
            assert wire.answer()[:2] == (200, False)


def test_a_body_that_comes_after_its_refusal_is_not_taken_for_a_request(desk: tuple[Server, str]) -> None:
    for _ in range(3):
        with Wire(desk[0]) as wire:
            wire.send(head("POST", "/v1/parties", JSON, f"Content-Length: {len(BOB)}"))
            assert wire.answer()[:2] == (401, True)
            wire.send(BOB + GET)
            assert wire.ends()


#: What a client sends before it closes its direction, in pieces between which it waits -> the answers.
CHECK = whole("POST", "/v1/check", [JSON], BOB)
UNFINISHED: dict[str, tuple[list[bytes], list[int]]] = {
    "half a head": ([GET[:40]], [400]),
    "a head without its body": ([CHECK[: -len(BOB)]], [400]),
    "half a body": ([CHECK[:-9]], [400]),
    "half a body, a while after its head": ([CHECK[: -len(BOB)], BOB[:9]], [400]),
    "half a body that is refused in any case": ([whole("POST", "/v1/parties", [JSON], BOB)[:-9], b""], [401]),
    "a chunked body without its end": (
        [whole("POST", "/v1/check", [JSON], BOB, chunked=True)[:-5], b""],
        [400],
    ),
    "half a request behind a whole one": ([GET + GET[:40]], [200, 400]),
    "a whole request": ([GET], [200]),
    "two": ([GET + head("GET", "/v1/timeline?limit=7")], [200, 200]),
    "a whole body, a while after its head": ([CHECK[: -len(BOB)], BOB], [422]),
    "nothing": ([b""], []),
}


@pytest.mark.parametrize("name", UNFINISHED)
def test_a_client_that_closes_its_direction_is_answered_and_let_go(
    desk: tuple[Server, str], name: str
) -> None:
    server, _ = desk
    pieces, statuses = UNFINISHED[name]

    with Wire(server) as wire:
        for number, piece in enumerate(pieces):
            time.sleep(0.2 if number else 0)
            wire.send(piece)
        wire.socket.shutdown(socket.SHUT_WR)
        answers = [wire.answer() for _ in statuses]

        assert [status for status, _, _ in answers] == statuses
        for status, closes, body in answers:
            assert status != 400 or (closes and b"was closed for sending before its " in body)
        assert wire.ends()


@pytest.mark.parametrize(
    ("status", "path"), [(401, "/v1/parties"), (413, "/v1/check"), (404, "/v1/nowhere"), (405, "/v1/search")]
)
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_large_body_is_refused_in_words_and_the_close_is_announced(
    desk: tuple[Server, str], status: int, path: str, chunked: bool
) -> None:
    with Wire(desk[0]) as wire:
        wire.send(whole("PUT" if status == 405 else "POST", path, [JSON], LARGE, chunked=chunked) + GET)
        assert wire.answer()[:2] == (status, True)
        assert wire.ends()


@pytest.mark.parametrize(
    ("status", "line"), [(200, "POST /v1/check"), (401, "POST /v1/parties"), (404, "POST /v1/nowhere")]
)
def test_a_client_that_waits_for_100_gets_it_and_then_its_answer(
    desk: tuple[Server, str], status: int, line: str
) -> None:
    body = b'[{"id": "nhk", "revision": 1}]' if status == 200 else BOB
    for _ in range(5):
        with Wire(desk[0]) as wire:
            wire.send(head(*line.split(), JSON, f"Content-Length: {len(body)}", "Expect: 100-continue"))
            assert wire.answer()[0] == 100
            wire.send(body)
            wire.send(GET)
            assert wire.answer()[:2] == (status, False)
            assert wire.answer()[:2] == (200, False)


def test_an_empty_line_after_a_body_is_passed_over_and_holds_no_thread(desk: tuple[Server, str]) -> None:
    wires = [Wire(desk[0]) for _ in range(4)]
    for wire in wires:
        wire.send(whole("POST", "/v1/parties", [JSON], BOB) + b"\r\n")
        assert wire.answer()[:2] == (401, False)

    with Wire(desk[0]) as another:
        another.send(GET)
        assert another.answer()[0] == 200

    for wire in wires:
        wire.send(GET)
        assert wire.answer()[:2] == (200, False)
        wire.close()


def test_what_is_no_request_after_a_request_is_refused_in_its_turn(desk: tuple[Server, str]) -> None:
    with Wire(desk[0]) as wire:
        wire.send(GET + b"{}\r\n\r\n")
        assert wire.answer()[:2] == (200, False)
        assert wire.answer()[:2] == (400, True)
        assert wire.ends()


CHECKED = b"[" + b" " * 70_000 + b"]"
#: Requests that come together, longer than the parser keeps by itself, and the statuses of their answers.
LONG = {
    "a body by length": ([GET, whole("POST", "/v1/check", [JSON], CHECKED), GET], [200, 422, 200]),
    "a body in chunks": (
        [GET, whole("POST", "/v1/check", [JSON], CHECKED, chunked=True), GET],
        [200, 422, 200],
    ),
    "after a body": ([*[whole("POST", "/v1/check", [JSON], CHECKED)] * 3, GET], [422, 422, 422, 200]),
    "many": ([GET] * 2000, [200] * 2000),
    "many that need a thread": (
        [head("GET", "/v1/nowhere", "X: " + "x" * 1000)] * 100 + [GET],
        [404] * 100 + [200],
    ),
}


@pytest.mark.parametrize("name", LONG)
def test_nothing_is_lost_of_what_comes_together(desk: tuple[Server, str], name: str) -> None:
    sent, statuses = LONG[name]
    with Wire(desk[0]) as wire:
        sender = Thread(target=wire.send, args=(b"".join(sent),))
        sender.start()

        assert [wire.answer()[:2] for _ in sent] == [(status, False) for status in statuses]
        sender.join()


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (414, head("GET", "/" + "a" * 9000)),
        (431, head("GET", "/v1", "X: " + "x" * 9000)),
        (431, head("GET", "/v1", *(f"X{number}: 1" for number in range(150)))),
        (400, head("GET", "/v1", "X Y: 1")),
        (400, head("POST", "/v1/check", JSON, "Content-Length: ten")),
        (400, head("POST", "/v1/check", JSON, "Transfer-Encoding: chunked") + b"3\r\n[  ]\r\n0\r\n\r\n"),
    ],
)
def test_a_malformed_request_is_refused_alike_however_it_is_split(
    desk: tuple[Server, str], status: int, request_: bytes
) -> None:
    for end in range(len(request_) - 20, len(request_)):
        with Wire(desk[0]) as wire:
            wire.send(GET + request_[:end])
            assert wire.answer()[:2] == (200, False)
            wire.send(request_[end:])
            assert wire.answer()[:2] == (status, True), end


@pytest.mark.parametrize("fields", [["Expect: nonsense"], ["X Y: 1"]], ids=" ".join)
def test_a_refusal_to_head_has_no_body(desk: tuple[Server, str], fields: list[str]) -> None:
    with Wire(desk[0]) as wire:
        wire.send(head("HEAD", "/v1/parties/nhk", *fields))

        assert wire.file.readline().split()[1] == b"400"
        assert http.client.parse_headers(wire.file)["Connection"] == "close"
        assert wire.ends()


def test_a_client_that_has_gone_before_it_is_seen_is_no_failure(loaded: Path, tmp_path: Path) -> None:
    copy = tmp_path / "facts.db"
    shutil.copy(loaded, copy)
    server = Server(copy, workers=1)
    [worker] = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()

    os.kill(int(worker), signal.SIGSTOP)
    for asked in (b"", GET, head("GET", "/v1/nowhere"), whole("POST", "/v1/parties", [JSON], BOB)) * 3:
        with Wire(server) as wire:
            wire.send(asked)
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.kill(int(worker), signal.SIGCONT)

    assert server.get("/v1/parties/nhk")[0] == 200
    server.stop()
    assert "failed" not in copy.with_suffix(".log").read_text("utf-8")


Client = Callable[[str, str, bytes | None], int]


@contextmanager
def by_requests(base: str) -> Iterator[Client]:
    with requests.Session() as session:
        yield (
            lambda method, path, body: (
                session.request(method, base + path, data=body, timeout=PATIENCE).status_code
            )
        )


@contextmanager
def by_httpx(base: str) -> Iterator[Client]:
    with httpx.Client(base_url=base, timeout=PATIENCE) as client:
        yield lambda method, path, body: client.request(method, path, content=body).status_code


@contextmanager
def by_http_client(base: str) -> Iterator[Client]:
    with closing(http.client.HTTPConnection(base.removeprefix("http://"), timeout=PATIENCE)) as connection:

        def ask(method: str, path: str, body: bytes | None) -> int:
            connection.request(method, path, body)
            answer = connection.getresponse()
            answer.read()
            return answer.status

        yield ask


@pytest.mark.parametrize("client", [by_requests, by_httpx, by_http_client])
def test_the_usual_clients_go_on_after_a_refusal(desk: tuple[Server, str], client: Any) -> None:
    refused = [
        (401, "POST", "/v1/parties", BOB),
        (404, "POST", "/v1/nowhere", BOB),
        (405, "PUT", "/v1/search", BOB),
        (415, "POST", "/v1/check", BOB),
    ]
    with client(f"http://127.0.0.1:{desk[0].port}") as ask:
        for number in range(335):
            status, *request = refused[number % len(refused)]
            assert ask(*request) == status
            assert ask("GET", "/v1/parties/nhk", None) == 200


def test_clients_that_do_not_close_keep_nobody_waiting(desk: tuple[Server, str]) -> None:
    server, _ = desk
    wires = [Wire(server) for _ in range(3)]
    for wire in wires:
        wire.send(head("GET", "/v1/parties/nhk", "Connection: close"))
        assert wire.answer()[:2] == (200, True)

    started = time.monotonic()
    assert server.get("/v1/parties/nhk")[0] == 200
    assert time.monotonic() - started < 1

    for wire in wires:
        wire.close()


def test_a_stop_finishes_what_is_in_flight_and_announces_the_end(loaded: Path, tmp_path: Path) -> None:
    copy = tmp_path / "facts.db"
    shutil.copy(loaded, copy)
    server = Server(copy, workers=1)
    with Wire(server) as one, Wire(server) as other:
        last = json.loads(server.get("/v1/changes?limit=1")[2])["last"]
        for wire in (one, other):
            wire.send(head("GET", f"/v1/changes?since={last}&wait=4"))
        # One of four threads may wait: who is answered at once came second, and the first is in flight.
        answered = select.select([one.socket, other.socket], [], [], PATIENCE)[0]
        waiting = other if answered == [one.socket] else one

        server.process.terminate()

        assert waiting.answer()[:2] == (200, True)
        assert waiting.ends()
    assert server.process.wait(PATIENCE) == 0
    server.log.close()
