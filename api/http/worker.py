"""gunicorn's threaded worker for kept connections: every request is answered, and every close announced.

What the parser refuses is answered with problem documents too.
"""

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from secrets import token_hex
from selectors import EVENT_READ
from socket import SHUT_WR
from typing import Any

from gunicorn.http.errors import (
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import ThreadWorker

from . import log
from .problems import MEDIA_TYPE, TYPES, problem_body

#: What is read of a body that the application left, and for how many seconds, to keep the connection.
#: A body comes with its head; a client that sends it later does not hold a thread meanwhile.
SPARED_BYTES = 64 * 1024
SPARED_SECONDS = 0.5
#: What is still read, and for how many seconds, after the last answer on a connection: closing a socket
#: with unread bytes resets it, and the answer is lost (RFC 9112 §9.6).
DRAINED_BYTES = 32_000_000
DRAINED_SECONDS = 2.0


class ProblemWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Answers malformed requests as the application would, and keeps connections that can be kept."""

    wsgi: Any

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._serving = threading.local()
        #: Connections that were answered for the last time, oldest first, and the bytes still read from each.
        self._ending: dict[Any, int] = {}

    def load_wsgi(self) -> None:
        """Load the application; called by gunicorn."""
        super().load_wsgi()
        self._application, self.wsgi = self.wsgi, self._answer

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request; called by gunicorn in a thread."""
        self._serving.connection = conn
        return super().handle_request(req, conn)

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        parser = self._serving.connection.parser

        def start(*arguments: Any) -> Any:
            if not (_is_read(parser) and self.alive):
                parser.mesg.force_close()
            return start_response(*arguments)

        return self._application(environ, start)  # type: ignore[no-any-return]

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """Go on with a connection after a request; called by gunicorn in its main thread."""
        outcome = not fs.cancelled() and not fs.exception() and fs.result()
        if not (outcome and self.alive):
            self._end(conn)
        elif _holds_a_request(conn):
            # The poller sees what is in the socket, not what the reader took from it.
            self.enqueue_req(conn)
        else:
            super().finish_request(conn, fs)

    def _end(self, conn: Any) -> None:
        """Close a connection once its client has the answer, without waiting for that."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError):
            self._close(conn)
            return
        conn.timeout = time.monotonic() + DRAINED_SECONDS
        self._ending[conn] = DRAINED_BYTES

    def _drain(self, conn: Any, _: Any) -> None:
        try:
            received = len(conn.sock.recv(65_536))
        except OSError:
            received = 0
        self._ending[conn] -= received
        if not received or self._ending[conn] <= 0:
            self._close_ended(conn)

    def _close_ended(self, conn: Any) -> None:
        del self._ending[conn]
        self.poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Close connections whose time is over; called by gunicorn after each wait for events."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn in self._ending if conn.timeout <= now]:
            self._close_ended(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for events, a second at most: a stop too must see whose time is over."""
        super().wait_for_and_dispatch_events(min(timeout, 1.0))

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer a request that could not be parsed; anything else is gunicorn's own business."""
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        name, detail = _refusal(exc, self.cfg)
        request_id = token_hex(8)
        log.warn("a request was refused", None, request=request_id, detail=detail)
        body = problem_body(name, detail, request_id=request_id)
        try:
            client.sendall(_head(name, len(body), request_id) + body)
        except OSError:
            self.log.debug("the client was gone before its refusal reached it")


def _is_read(parser: Any) -> bool:
    """Whether the body of the request at hand is read, with what little may be left of it."""
    try:
        return bool(parser.finish_body(time.monotonic() + SPARED_SECONDS, SPARED_BYTES))
    except (OSError, ParseException):
        return False


def _holds_a_request(conn: Any) -> bool:
    """Whether the reader took bytes of a next request; empty lines before it are none (RFC 9112 §2.2)."""
    return bool(conn.parser and conn.parser.unreader.buf.getvalue().strip(b"\r\n"))


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
