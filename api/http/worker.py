"""gunicorn's threaded worker, answering what its parser refuses with problem documents too."""

import socket
from secrets import token_hex
from typing import Any

from gunicorn.http.errors import (
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import ThreadWorker

from .problems import MEDIA_TYPE, TYPES, problem_body

#: What is still read from a client that is refused, so that the refusal reaches it.
DRAINED_BYTES = 1_000_000


class ProblemWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Answers malformed requests as the application would."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer a request that could not be parsed; anything else is gunicorn's own business."""
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        name, detail = _refusal(exc, self.cfg)
        request_id = token_hex(8)
        self.log.warning("request %s refused: %s", request_id, detail)
        body = problem_body(name, detail, request_id=request_id)
        try:
            client.sendall(_head(name, len(body), request_id) + body)
            _drain(client)
        except OSError:
            self.log.debug("the client was gone before its refusal reached it")


def _refusal(exc: ParseException, cfg: Any) -> tuple[str, str]:
    if isinstance(exc, LimitRequestLine):
        return "uri-too-long", f"the request line is longer than {cfg.limit_request_line} characters"
    if isinstance(exc, LimitRequestHeaders):
        return "headers-too-large", (
            f"the headers are too large: at most {cfg.limit_request_fields} fields of "
            f"{cfg.limit_request_field_size} bytes each"
        )
    fault = str(exc).encode("ascii", "backslashreplace").decode()[:200]
    return "invalid-request", f"the request is not HTTP/1.1 as RFC 9112 has it: {fault}"


def _head(name: str, length: int, request_id: str) -> bytes:
    kind = TYPES[name]
    return (
        f"HTTP/1.1 {kind.status} {kind.title}\r\nConnection: close\r\nContent-Type: {MEDIA_TYPE}\r\n"
        f"Content-Length: {length}\r\nCache-Control: no-cache\r\nContent-Language: en\r\n"
        f"Access-Control-Allow-Origin: *\r\nX-Request-Id: {request_id}\r\n\r\n"
    ).encode("ascii", "replace")


def _drain(client: Any) -> None:
    """Read on for a moment: closing a socket with unread bytes resets it, and the answer is lost."""
    client.shutdown(socket.SHUT_WR)
    client.settimeout(1)
    left = DRAINED_BYTES
    while left > 0 and (received := client.recv(65_536)):
        left -= len(received)
