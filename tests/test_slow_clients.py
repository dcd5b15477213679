"""Clients that are slow, silent or many: they wait, and nobody waits for them."""

import json
import socket
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from lxml import html

from .conftest import Server
from .test_connections import GET, JSON, PATIENCE, Wire, head

pytestmark = pytest.mark.process

#: Seconds that the head and the body of a request may take, and how often the server looks.
HEAD_SECONDS, BODY_SECONDS, LOOKS_EVERY = 10, 30, 1.5


def test_nobody_waits_for_clients_that_send_a_byte_now_and_then(one_worker: Server) -> None:
    beginnings = {
        "nothing": b"",
        "part of a line": b"GET /v1/par",
        "part of a head": b"GET /v1/parties/nhk HTTP/1.1\r\nHost: facts.exam",
        "part of a body": head("POST", "/v1/check", JSON, "Content-Length: 900") + b"[",
        "part of a chunk": head("POST", "/v1/check", JSON, "Transfer-Encoding: chunked") + b"ff\r\n[",
    }
    with ExitStack() as slow:
        wires = [slow.enter_context(Wire(one_worker)) for _ in range(200)]
        for number, wire in enumerate(wires):
            wire.send(list(beginnings.values())[number % len(beginnings)])
        for _ in range(20):
            for wire in wires[:: len(beginnings)][:5]:
                wire.send(b"G")
            with Wire(one_worker) as normal:
                normal.send(GET)
                assert normal.answer()[:2] == (200, False)


@pytest.mark.machine
@pytest.mark.parametrize(
    ("sent", "seconds", "part"),
    [
        (b"GET /v1/par", HEAD_SECONDS, "head"),
        (head("POST", "/v1/check", JSON, "Content-Length: 9") + b"[", BODY_SECONDS, "body"),
    ],
    ids=["head", "body"],
)
def test_a_request_that_does_not_come_in_time_is_told_so(
    one_worker: Server, sent: bytes, seconds: int, part: str
) -> None:
    with Wire(one_worker) as wire:
        wire.socket.settimeout(seconds + LOOKS_EVERY + PATIENCE)
        wire.send(sent)
        status, closes, body = wire.answer()
        problem = json.loads(body)
        assert (status, closes, problem["type"]) == (408, True, "/problems/request-timeout")
        assert f"the {part} of the request took longer than {seconds} seconds" in problem["detail"]
        assert wire.ends()


def test_a_client_that_reads_nothing_is_sent_all_once_it_does(one_worker: Server) -> None:
    asked = b"".join(head("GET", "/v1/claims?limit=100") for _ in range(60))
    with Wire(one_worker) as wire:
        wire.send(asked)
        assert one_worker.get("/v1/parties/nhk")[0] == 200
        for _ in range(60):
            status, closes, body = wire.answer()
            assert (status, closes) == (200, False)
            assert len(json.loads(body)["data"]) == 100


def test_more_connections_than_there_is_room_for_close_those_that_are_idle(one_worker: Server) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(Wire(one_worker)) for _ in range(900)]
        for _ in range(3):
            with Wire(one_worker) as normal:
                normal.send(GET)
                assert normal.answer()[:2] == (200, False)
        # The oldest had to go.
        assert idle[0].ends()
        idle[-1].send(GET)
        assert idle[-1].answer()[:2] == (200, False)


def test_a_stop_waits_for_no_idle_connection(own_copy: Path) -> None:
    server = Server(own_copy, workers=2)
    with ExitStack() as stack:
        for number in range(10):
            wire = stack.enter_context(Wire(server))
            if number % 2:
                wire.send(GET)
                assert wire.answer()[:2] == (200, False)
        server.process.terminate()
        assert server.process.wait(PATIENCE) == 0
        with pytest.raises(ConnectionError):
            socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    server.stop()


def _costly() -> bytes:
    """A request that takes its time."""
    text = "Ein langer Satz über vier Inseln im Norden. " * 20_000
    body = json.dumps({"text": text, "locators": [{"quote": "im Süden"}]}).encode()
    return head("POST", "/v1/locate", JSON, f"Content-Length: {len(body)}") + body


@pytest.mark.parametrize(
    ("path", "field", "language", "said"),
    [
        ("/claims/x", "Accept: text/html", "en", "This cannot be shown just now"),
        ("/claims/x?lang=ja", "Accept: text/html", "ja", "現在、表示できません"),
        ("/?as_of=2020", "Accept-Language: ru", "ru", "Сейчас это показать невозможно"),
        ("/embed/claims/x", "Accept: */*", "en", "This cannot be shown just now"),
    ],
)
def test_a_page_that_is_not_begun_is_refused_with_a_page(
    one_worker: Server, path: str, field: str, language: str, said: str
) -> None:
    # Large requests are costly unseen. A large body would not do: where it is late, the head alone counts.
    request = head("GET", path, field, *(f"X-Large-{number}: {'x' * 8000}" for number in range(13)))

    # Where this process stands still for two seconds, the costly ones before them are over.
    refused = next(filter(None, (_refused_among_costly(one_worker, request) for _ in range(5))))

    for told in refused:
        tree = html.document_fromstring(told)
        assert tree.get("lang") == language
        assert said in tree.find(".//main").text_content()
        assert "was not begun" in tree.find(".//main").text_content().lower()


def _refused_among_costly(server: Server, request: bytes) -> list[bytes]:
    """What those of 20 requests are told that find no room beside 30 costly ones."""
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(server)) for _ in range(50)]
        whole = [_costly()] * 30 + [request] * 20
        for wire, sent in zip(wires, whole, strict=True):
            wire.socket.settimeout(60)
            wire.send(sent[:-1])
        # All of them are whole at once, whatever else the machine does: the last ones find no room.
        for wire, sent in zip(wires, whole, strict=True):
            wire.send(sent[-1:])
        answers = [page.answer() for page in wires[30:]]
    return [told for status, _, told in answers if status == 503]


#: What is answered by the head of a request, while its body comes.
REFUSED_HEADS = {
    "a write without a key": ("/v1/claims", 200_000, 401),
    "a body that is too long": ("/v1/check", 200_000_000, 413),
}


@pytest.mark.parametrize(("path", "length", "status"), REFUSED_HEADS.values(), ids=REFUSED_HEADS)
def test_a_head_that_is_refused_waits_for_no_costly_request(
    one_worker: Server, path: str, length: int, status: int
) -> None:
    sent = head("POST", path, JSON, f"Content-Length: {length}") + b" " * 150_000
    with ExitStack() as stack:
        for _ in range(18):
            stack.enter_context(Wire(one_worker)).send(_costly())
        writers = [stack.enter_context(Wire(one_worker)) for _ in range(20)]
        for writer in writers:
            writer.send(sent)
        assert {writer.answer()[0] for writer in writers} == {status}


def test_where_bodies_fill_the_memory_a_page_is_refused_with_a_page(one_worker: Server) -> None:
    with ExitStack() as stack:
        for _ in range(63):
            _fill(one_worker, stack)
        page = head("GET", "/claims/x?lang=ja", "Accept: text/html", "Content-Length: 9") + b"["
        programs = head("POST", "/v1/check", JSON, "Content-Length: 9") + b"["
        shown, told = (_refused(one_worker, stack, request) for request in (page, programs))

    problem = json.loads(told)
    assert (problem["type"], problem["detail"]) == (
        "/problems/unavailable",
        "too many requests are under way",
    )
    tree = html.document_fromstring(shown)
    assert tree.get("lang") == "ja"
    assert "現在、表示できません" in tree.find(".//main").text_content()


def _fill(server: Server, stack: ExitStack) -> None:
    """Have the server hold one more megabyte: a body that lacks its last byte."""
    body = b" " * 999_999
    wire = stack.enter_context(Wire(server))
    wire.socket.settimeout(60)
    wire.send(head("POST", "/v1/check", JSON, f"Content-Length: {len(body) + 1}") + body)


def _refused(server: Server, stack: ExitStack, request: bytes) -> bytes:
    """The body of the refusal of a request that is begun.

    A megabyte that there was no room for is kept for two seconds.
    Where the machine takes longer, one more comes.
    """
    for _ in range(20):
        _fill(server, stack)
        wire = stack.enter_context(Wire(server))
        wire.socket.settimeout(1)
        wire.send(request)
        with suppress(TimeoutError):
            status, closes, told = wire.answer()
            if status == 503:
                assert closes
                return told
    raise AssertionError("no request was refused")


def test_costly_requests_wait_for_each_other_and_cheap_ones_for_none(one_worker: Server) -> None:
    costly = _costly()
    answers: list[tuple[int, bytes]] = []

    def ask() -> None:
        with Wire(one_worker) as wire:
            wire.socket.settimeout(60)
            wire.send(costly[:-1])
            ready.wait(60)
            wire.send(costly[-1:])
            status, _, told = wire.answer()
            answers.append((status, told))

    # All of them are whole at once, whatever else the machine does.
    ready = threading.Barrier(40)
    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    with Wire(one_worker) as normal:
        for _ in range(20):
            normal.send(GET)
            assert normal.answer()[:2] == (200, False)
    for thread in threads:
        thread.join()

    statuses = [status for status, _ in answers]
    assert len(statuses) == 40
    assert set(statuses) == {200, 503}
    refused = json.loads(next(told for status, told in answers if status == 503))
    assert refused["type"] == "/problems/unavailable"
    assert "was not begun" in refused["detail"]
