"""A gunicorn worker with an event loop for its connections and threads for the application.

gunicorn's own threaded worker lends a thread to whoever is sending: eight clients of a byte a second keep
everybody else out. Its `asgi` worker forgets requests that arrive together with the one before. Here the loop
reads requests until they are whole, so a slow or silent client holds a socket and nothing else.
"""

import asyncio
import gc
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import uvloop
from gunicorn.workers.base import Worker

from . import log
from .answer import Message, RefusedPage, answered
from .cache import Cache
from .connection import Connection
from .lanes import Job, Lanes, Shape
from .streaming import Sending

#: Open connections in one worker; beyond them the one that was idle longest is closed.
MOST_CONNECTIONS = 800
#: New objects after which Python looks for circles among them: a larger page makes its own 700 many times.
_BETWEEN_COLLECTIONS = 10_000
#: Bytes of unfinished requests that a worker holds for all its connections, and then takes no further body.
MOST_HELD = 64_000_000


class EventWorker(Worker):  # type: ignore[misc]  # gunicorn ships no types
    """Serves a WSGI application; `connections` are open, `held` are the bytes of their requests."""

    wsgi: Any

    def init_process(self) -> None:
        """Make the loop, and begin; called by gunicorn in the new process."""
        self.loop = uvloop.new_event_loop()
        self.connections: set[Connection] = set()
        self.held = 0
        self._patience = self.cfg.graceful_timeout
        self._stopping = asyncio.Event()
        super().init_process()

    def run(self) -> None:
        """Serve until told to stop; called by gunicorn."""
        config = self.wsgi.config
        self.most_body_bytes = int(config["MAX_CONTENT_LENGTH"])
        self.logs_access = bool(config["ACCESS_LOG"])
        self.cache = self._made_cache(config["CACHE_BYTES"], config["CACHE_STALENESS"])
        self.same_answer = self.wsgi.extensions["facts.same_answer"]
        self.refused_page: RefusedPage = self.wsgi.extensions["facts.refused_page"]
        self.lanes = Lanes(self.cfg.threads)
        leave_the_code_alone()
        self.loop.run_until_complete(self._serve())

    def _made_cache(self, most_bytes: int, staleness: float) -> Cache | None:
        """A cache for answers, where there is room for any and the database tells what it shows."""
        version = self.wsgi.extensions["facts.version"]() if most_bytes else None
        if version is None:
            return None
        cache = Cache(most_bytes, version, staleness)
        if staleness:
            self.wsgi.extensions["facts.listen"](partial(self.loop.call_soon_threadsafe, cache.doubt))
        return cache

    async def _serve(self) -> None:
        self._listen_to_signals()
        servers = [
            await self.loop.create_server(partial(Connection, self), sock=listener.sock)
            for listener in self.sockets
        ]
        while self.alive and os.getppid() == self.ppid:
            await self._tick(self._stopping, 1.0)
        for server in servers:
            server.close()
        for connection in list(self.connections):
            connection.close_if_idle()
        began = self.loop.time()
        while self.connections and self.loop.time() < began + self._patience:
            await self._tick(asyncio.Event(), 0.05)
        if self.cache:
            hits, misses, held = self.cache.hits, self.cache.misses, self.cache.bytes
            log.say("stopped", None, cache_hits=hits, cache_misses=misses, cache_bytes=held)

    def _listen_to_signals(self) -> None:
        """Take signals in the loop, now that it turns; SIGABRT, sent when it is stuck, is not for it."""
        self.loop.add_signal_handler(signal.SIGTERM, self._stop)
        self.loop.add_signal_handler(signal.SIGINT, self._stop, 0)
        self.loop.add_signal_handler(signal.SIGQUIT, self._stop, 0)
        self.loop.add_signal_handler(signal.SIGUSR1, self.log.reopen_files)

    def _stop(self, patience: float | None = None) -> None:
        self.alive = False
        self._patience = self._patience if patience is None else patience
        self._stopping.set()

    async def _tick(self, event: asyncio.Event, seconds: float) -> None:
        """Tell gunicorn that the loop turns, close what is overdue, and wait."""
        self.notify()
        if self.cache:
            # What was taken out of the record is not to stay in memory until somebody asks.
            self.cache.look()
        now = self.loop.time()
        for connection in [c for c in self.connections if c.deadline <= now]:
            connection.expire()
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)

    def make_room(self) -> bool:
        """Close the connection that is idle longest where too many are open; whether there is room."""
        if len(self.connections) <= MOST_CONNECTIONS:
            return True
        idle = [connection for connection in self.connections if connection.is_idle]
        if not idle:
            return False
        min(idle, key=lambda connection: connection.deadline).close_if_idle()
        return True

    def hand_over(
        self,
        shape: Shape,
        writes: bool,
        message: Message,
        sending: Sending,
        done: Callable[[bytes | None, bool], None],
    ) -> Job:
        """Have a thread answer, and `done` called in the loop with what `answered` returns. Raises Busy."""

        def work() -> None:
            self.loop.call_soon_threadsafe(done, *answered(self, message, sending))

        return self.lanes.submit(shape, len(message.raw), writes, work)

    @property
    def is_full(self) -> bool:
        """Whether the bodies under way take all the memory that they may."""
        return self.held > MOST_HELD


def leave_the_code_alone() -> None:
    """Keep the collector from looking through all that the code made at its start, while requests wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_BETWEEN_COLLECTIONS)
