"""Answers that are made while they are sent: their bytes never stand in memory together."""

from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from itertools import chain
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from flask import Response, current_app, request

from .responses import VARY, answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Where the WSGI environment says that the parts of an answer are to be sent as they are made.
STREAMED = "facts.streamed"


class ClientGone(Exception):
    """Nobody reads any more of an answer."""


class Stream(NamedTuple):
    """What is to be sent: the tag of its bytes, and these in parts."""

    etag: str
    parts: Iterator[bytes]


class Streamed(Response):
    """A 200 whose bytes are made while it is sent, or a 304.

    `opened`: begins to read, in the state that is then sent, until the answer is at its end. `turn`: held
    while it is sent. What these raise is answered as what a view raises. `fields`: headers
    beside the usual ones.
    """

    def __init__(
        self,
        opened: Callable[[], AbstractContextManager[Stream]],
        turn: Callable[[], AbstractContextManager[None]],
        media_type: str,
        fields: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._opened, self._turn = opened, turn
        self._media_type, self._fields, self._vary = media_type, fields, VARY

    def varying(self, vary: str) -> Self:
        """The same, with the request headers that can change it."""
        self._vary = vary
        return self

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Begin; called by Flask when the view and what is around it are done."""
        with ExitStack() as held:
            try:
                begun, parts = self._begun(held)
            except Exception as error:
                # Flask has done with the view, and would answer 500 to whatever is raised from here on.
                begun, parts = current_app.make_response(current_app.handle_user_exception(error)), None
            if parts is None:
                return begun(environ, start_response)
            start_response("200 OK", begun.headers.to_wsgi_list())
            environ[STREAMED] = True
            return _Parts(parts, held.pop_all())

    def _begun(self, held: ExitStack) -> tuple[Response, Iterator[bytes] | None]:
        """The answer, and the parts of its body, where it is sent."""
        stream = held.enter_context(self._opened())
        begun = answer(b"", stream.etag, media_type=self._media_type, headers=self._fields, vary=self._vary)
        if begun.status_code == 304:
            return begun, None
        # Nobody knows how long it will be.
        del begun.headers["Content-Length"]
        if request.method == "HEAD":
            return begun, None
        held.enter_context(self._turn())
        # What goes wrong before there is anything to send can still be told.
        first = next(stream.parts, b"")
        return begun, chain((first,), stream.parts)


class _Parts:
    """The parts of a stream; what is held for it is let go of at its end, or when nobody wants more."""

    def __init__(self, parts: Iterator[bytes], held: ExitStack) -> None:
        self._parts, self._held = parts, held

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts
        self.close()

    def close(self) -> None:
        """Let go; called by the server."""
        self._held.close()


class Sending:
    """What a thread sends of an answer that it is still making: no faster than its client reads.

    The thread calls `send`, the loop everything else; `write` is called in the loop.
    """

    def __init__(self, loop: AbstractEventLoop, write: Callable[[bytes], Any]) -> None:
        self._loop, self._write = loop, write
        self._room = Event()
        self._room.set()
        self._gone = False
        self.begun = False

    def send(self, part: bytes) -> None:
        """Send a part, when there is room for it. Raises ClientGone."""
        # Whoever reads nothing for a while is sent away: it never waits for ever.
        self._room.wait()
        if self._gone:
            raise ClientGone
        self._room.clear()
        self.begun = True
        self._loop.call_soon_threadsafe(self._write, part)

    def has_room(self) -> None:
        """Let the next part come."""
        self._room.set()

    def is_lost(self) -> None:
        """Let the thread know that it is in vain."""
        self._gone = True
        self._room.set()
