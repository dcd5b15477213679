"""A connection: requests are read until they are whole, and answered in their order; a close is announced.

One class, though it is long: everything here changes the same few states.
"""

import asyncio
import math
from functools import partial
from typing import TYPE_CHECKING, Any

from gunicorn_h1c import H1CProtocol

from . import log
from .answer import Message, fault, refusal
from .cache import Asked, Entry, asked_of, written
from .lanes import Busy, Job, shape_of
from .streaming import Sending

if TYPE_CHECKING:
    from .worker import EventWorker

#: Seconds that the head of a request may take from its first byte, its body from the head's end, and the
#: client may take to read anything of an answer.
HEAD_SECONDS, BODY_SECONDS, READ_SECONDS = 10.0, 30.0, 30.0
#: Seconds after which a head is looked at although its body has not come: it may be refused by itself.
LATE_SECONDS = 0.05
#: Seconds that a request waits for a thread.
WAIT_SECONDS, WRITE_WAIT_SECONDS = 2.0, 20.0
#: What is still read, and for how many seconds, after the last answer on a connection: closing a socket
#: with unread bytes resets it, and the answer is lost (RFC 9112 §9.6).
DRAINED_BYTES, DRAINED_SECONDS = 32_000_000, 2.0
#: A chunked body is longer on the wire than what it says; this many times is more than any needs.
_MOST_FRAMING = 8
_SAFE_METHODS = (b"GET", b"HEAD", b"OPTIONS")


class Connection(asyncio.Protocol):
    """The server's side of a connection; `deadline` is when the loop's clock says that its time is over."""

    _transport: asyncio.Transport

    def __init__(self, worker: "EventWorker") -> None:
        self._worker = worker
        self.deadline = math.inf
        self._busy = self._ending = False
        #: Whether the client has closed its direction.
        self._sent_all = False
        self._writable = True
        self._unread = self._drained = 0
        self._job: Job | None = None
        self._sending: Sending | None = None
        #: What others wait for this connection to learn, and the database's version when it was asked.
        self._leading: tuple[Asked, Any] | None = None
        limits = worker.cfg
        self._parser = H1CProtocol(
            on_headers_complete=self._on_head,
            on_body=self._on_body,
            on_message_complete=self._on_whole,
            limit_request_line=limits.limit_request_line,
            limit_request_fields=limits.limit_request_fields,
            limit_request_field_size=limits.limit_request_field_size,
            limit_remaining=0,  # What comes after a request is the next one: it drops nothing of it.
        )
        self._forget()

    def _forget(self) -> None:
        self._raw: list[bytes] = []
        self._size = self._body_size = 0
        self._head = self._whole = self._cut = False
        self._tail = b""

    @property
    def is_idle(self) -> bool:
        """Whether nothing was received that is not answered."""
        return not (self._busy or self._raw or self._ending)

    # What the loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a new connection; called by the loop."""
        self._transport = transport  # type: ignore[assignment]  # the loop's transports have both directions
        self._client, self._server = map(transport.get_extra_info, ("peername", "sockname"))
        self._worker.connections.add(self)
        self._is_due_in(self._worker.cfg.keepalive)
        if self._client is None:  # It has gone already.
            self._transport.abort()
        elif not self._worker.make_room():
            self._refuse("unavailable", "too many connections are open", "Retry-After: 1")

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of a connection; called by the loop."""
        self._worker.connections.discard(self)
        self._worker.held -= self._size
        self._size, self._ending = 0, True
        if self._sending:
            self._sending.is_lost()
        if self._job and self._job.take_back():
            self._land()

    def data_received(self, data: bytes) -> None:
        """Take what has come; called by the loop."""
        if self._ending:
            self._drain(len(data))
        else:
            self._read(data)

    def eof_received(self) -> bool:
        """Whether to keep the other direction; called by the loop when the client has sent its last byte."""
        self._sent_all = True
        if self._raw and not (self._busy or self._ending):
            self._refuse_a_part()
        return self._busy

    def pause_writing(self) -> None:
        """Wait for a client that reads slowly; called by the loop."""
        self._writable = False
        self._unread = self._transport.get_write_buffer_size()
        self._is_due_in(READ_SECONDS)

    def resume_writing(self) -> None:
        """Go on; called by the loop."""
        self._writable = True
        if self._sending:
            self._sending.has_room()
        if not (self._busy or self._ending):
            self._next()

    # What the parser tells.

    def _on_head(self) -> bool:
        self._head = True
        self._cut = (self._parser.content_length or 0) > self._worker.most_body_bytes
        if self._parser.content_length or self._parser.is_chunked:
            self._is_due_in(BODY_SECONDS)
            expected = self._parser.get_header(b"expect")
            if expected and expected.lower() == b"100-continue" and not self._cut:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            else:
                self._worker.loop.call_later(LATE_SECONDS, self._look_at_the_head, self._raw)
        return False

    def _on_body(self, chunk: bytes) -> None:
        self._body_size += len(chunk)

    def _on_whole(self) -> None:
        self._whole = True

    # Reading.

    def _read(self, data: bytes) -> None:
        """Answer from the cache, one after the other, up to a request that needs a thread or more bytes."""
        while data and self._is_answered_by(data):
            data = self._tail
            self._begin()

    def _is_answered_by(self, data: bytes) -> bool:
        """Whether the request at hand was answered with these bytes of it, so that the next may be read."""
        if not self._raw:
            data = data.lstrip(b"\r\n")  # RFC 9112 §2.2
            if not data:
                return False
            self._is_due_in(HEAD_SECONDS)
        self._raw.append(data)
        self._size += len(data)
        self._worker.held += len(data)
        try:
            self._parser.feed(data)
        except ValueError as error:  # the base of the parser's two kinds of ParseError
            self._refuse(*fault(error, self._worker.cfg))
            return False
        if self._busy and self._whole:
            # A thread looks at the head alone; what comes after the body has time.
            self._transport.pause_reading()
        return not self._busy and self._look()

    def _look(self) -> bool:
        """Whether the request could be answered at once; if it is complete, a thread has it otherwise."""
        most = self._worker.most_body_bytes
        if self._whole:
            self._tail = self._parser.remaining()
            return self._is_answered_from_cache()
        if self._cut or self._body_size > most or self._size > most * _MOST_FRAMING + 65_536:
            self._hand_over("cut")
        elif self._worker.is_full:
            self._is_unavailable("too many requests are under way")
        return False

    def _look_at_the_head(self, raw: list[bytes]) -> None:
        """Let the application refuse a request whose body has not come."""
        if raw is self._raw and not (self._busy or self._ending):
            self._hand_over("late")

    def _begin(self) -> None:
        """Be ready for another request."""
        self._worker.held -= self._size
        self._forget()
        self._parser.reset()
        self._is_due_in(self._worker.cfg.keepalive)

    def _next(self) -> None:
        tail = self._tail
        self._begin()
        self._transport.resume_reading()
        self._read(tail)
        if self._sent_all and not (self._busy or self._ending):
            # What is not whole by now never will be.
            if self._raw:
                self._refuse_a_part()
            else:
                self._transport.close()

    # Answering.

    def _is_answered_from_cache(self) -> bool:
        cache = self._worker.cache
        asked = asked_of(self._parser, self._worker.same_answer) if cache and not self._body_size else None
        if cache is None or asked is None:
            self._hand_over("whole")
            return False
        if entry := cache.find(asked):
            return self._is_served(entry, asked)
        if cache.leads(asked, partial(self._follow, asked)):
            self._leading = asked, cache.version
            self._hand_over("whole")
        else:
            # As long as the one that leads: it is answered, or refused, in any case.
            self._wait(math.inf)
        return False

    def _is_served(self, entry: Entry, asked: Asked) -> bool:
        """Send what the cache has; whether the client reads on."""
        answer, request_id = written(entry, asked)
        self._transport.write(answer)
        if self._worker.logs_access:
            log.served(self._parser.method, self._parser.path, request_id, answer, self._client[0])
        if not self._writable:
            self._transport.pause_reading()
        return self._writable

    def _follow(self, asked: Asked) -> None:
        """Go on after another connection was answered the same."""
        if self._ending or not self._busy:
            return
        self._busy = False
        entry = self._worker.cache.find(asked) if self._worker.cache else None
        if entry is None:
            self._hand_over("whole")
        elif self._is_served(entry, asked):
            self._next()

    def _wait(self, seconds: float) -> None:
        self._busy = True
        self._transport.pause_reading()
        self._is_due_in(seconds)

    def _hand_over(self, body: str) -> None:
        raw = b"".join(self._raw)
        method, target = self._parser.method or b"", self._parser.path or b""
        keyed = self._head and self._parser.get_header(b"authorization") is not None
        writes = keyed and method not in _SAFE_METHODS
        self._wait(WRITE_WAIT_SECONDS if writes else WAIT_SECONDS)
        if body == "late":
            self._transport.resume_reading()
        if body == "late" or self._cut:
            # It is answered by its head alone: what has come of its body makes it no large one.
            raw = b"".join(raw.partition(b"\r\n\r\n")[:2])
        message = Message(raw[: len(raw) - len(self._tail)], body, self._client, self._server)
        try:
            self._sending = Sending(self._worker.loop, self._send)
            self._job = self._worker.hand_over(
                shape_of(method, target, body), writes, message, self._sending, self._answer
            )
        except Busy:
            self._is_too_busy()

    def _send(self, part: bytes) -> None:
        """Send a part of what a thread is still making."""
        # Others who ask the same need not wait for the end, and the cache does not get it.
        self._land()
        if self._sending and not self._transport.is_closing():
            self._transport.write(part)
            if self._writable:
                self._sending.has_room()

    def _answer(self, answer: bytes | None, last: bool) -> None:
        """Send what a thread found, and go on."""
        self._busy, self._job, self._sending = False, None, None
        if answer is not None and self._leading and self._worker.cache:
            self._worker.cache.keep(self._leading[0], answer, self._leading[1])
        self._land()
        if self._ending or self._transport.is_closing():
            return
        if answer is None and last:
            # A client that has no length, and no end of chunks, is not to take this for all.
            self._transport.abort()
            return
        if answer is None:
            self._is_due_in(BODY_SECONDS)
            if self._look():
                self._next()
            elif self._sent_all and not (self._busy or self._ending):
                self._refuse_a_part()
            return
        self._transport.write(answer)
        if last:
            self._end()
        elif self._writable:
            self._next()

    def _land(self) -> None:
        leading, self._leading = self._leading, None
        if leading and self._worker.cache:
            self._worker.cache.landed(leading[0])

    # Ending.

    def _end(self) -> None:
        """Say that no more comes, and read what is still sent, for a while."""
        self._ending = True
        self._unread = self._transport.get_write_buffer_size()
        self._is_due_in(READ_SECONDS if self._unread else DRAINED_SECONDS)
        self._transport.write_eof()
        self._transport.resume_reading()

    def _drain(self, received: int) -> None:
        self._drained += received
        if self._drained > DRAINED_BYTES:
            self._transport.abort()

    def _refuse(self, name: str, detail: str, *fields: str, page: Any = None) -> None:
        self._busy = False
        self._land()
        is_head = b"".join(self._raw[:5]).startswith(b"HEAD ")
        self._transport.write(refusal(name, detail, *fields, is_head=is_head, page=page))
        self._end()

    def _refuse_a_part(self) -> None:
        """Of a request whose client sends no more (RFC 9112 §8)."""
        missing = "its body" if self._head else "its head"
        self._refuse("invalid-request", f"the connection was closed for sending before {missing} was whole")

    def _is_too_busy(self) -> None:
        self._is_unavailable("the service is busy with other requests that take long; this one was not begun")

    def _is_unavailable(self, detail: str) -> None:
        page = None
        if self._head:
            target, liked = self._parser.path or b"", self._parser.get_header(b"accept-language") or b""
            # Only the head is known of it, and no thread is free to make a page: these are kept ready.
            page = self._worker.refused_page("unavailable", detail, target, liked)
        self._refuse("unavailable", detail, "Retry-After: 1", page=page)

    def _is_due_in(self, seconds: float) -> None:
        self.deadline = self._worker.loop.time() + seconds

    def close_if_idle(self) -> None:
        """Close a connection on which nothing is under way."""
        if self.is_idle:
            self._transport.close()

    def expire(self) -> None:
        """End what has taken too long: a client that does not read or does not send, or a full queue."""
        if self._ending or not self._writable:
            self._expect_progress()
        elif self._busy:
            self.deadline = math.inf
            if self._job is None or self._job.take_back():
                self._is_too_busy()
        elif self._raw:
            seconds, part = (BODY_SECONDS, "body") if self._head else (HEAD_SECONDS, "head")
            self._refuse("request-timeout", f"the {part} of the request took longer than {seconds:g} seconds")
        else:
            self._transport.close()

    def _expect_progress(self) -> None:
        left = self._transport.get_write_buffer_size()
        if not left or left >= self._unread:
            self._transport.abort()
        self._unread = left
        self._is_due_in(READ_SECONDS)
