"""Which state a request is shown: of a replica or of the primary, and never less than it asks for.

`Facts-Version` on an answer to a key is the number of commits that it shows; sent as `Facts-Min-Version` it
keeps later answers from showing fewer, whichever server reads.
"""

import re
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

from flask import Flask, Response, g, request
from peewee import Database, PeeweeException

from api.http.conditions import LEAST_VERSION, least_version
from api.http.endpoint import Endpoint
from api.http.middleware import VERSION
from api.http.problems import Problem
from api.records.store.counters import reached
from api.records.store.database import snapshot
from api.records.store.replicas import NOTHING, Needs, NotReached, Reads

#: What a Flask view is called with, by name.
FlaskView = Callable[..., Any]
#: What names a number of the feed: `as_of`, or `since` of the feed itself.
_AFTER = re.compile(r"(?:seq:)?([0-9]{1,18})")
_FEED = "listChanges"


def install(app: Flask, reads: Reads) -> None:
    """Let every view be answered from where it may be. Health is asked of the service itself."""
    endpoints: dict[str, Endpoint] = app.extensions["facts.endpoints"]
    for name, view in app.view_functions.items():
        endpoint = endpoints.get(name)
        if endpoint is None or endpoint.keyed:
            app.view_functions[name] = _View(view, endpoint, reads)


class _View:
    """A view, and where it reads from."""

    def __init__(self, view: FlaskView, endpoint: Endpoint | None, reads: Reads) -> None:
        self._view, self._reads = view, reads
        self._writes = endpoint is not None and endpoint.secured
        self._waits = endpoint is not None and endpoint.waits
        self._is_feed = endpoint is not None and endpoint.id == _FEED

    def __call__(self, **path: str) -> Response:
        """The answer. Raises a 412 problem where the record has not the commits that it is to show."""
        environ = request.environ
        keyed = "HTTP_AUTHORIZATION" in environ
        if not (keyed or LEAST_VERSION in environ or self._reads.replicas):
            return self._viewed(path)
        try:
            return self._write(path) if self._writes else self._read(path, keyed)
        except NotReached:
            detail = (
                "Facts-Min-Version: there is no commit of that number. It is another record's, or was lost "
                "when this one was restored from a backup or from a replica; ask without it"
            )
            raise Problem("version-not-reached", detail) from None

    def _viewed(self, path: dict[str, str]) -> Response:
        answer: Response = self._view(**path)
        return answer

    def _write(self, path: dict[str, str]) -> Response:
        self._reads.require(least_version() or 0)
        try:
            return self._viewed(path)
        finally:
            # A refusal has seen the record, too; what was written says itself which version it made.
            if VERSION not in request.environ:
                _tell_version(self._reads.primary)

    def _read(self, path: dict[str, str], keyed: bool) -> Response:
        least = least_version()
        if not keyed:
            return self._reads.answered(lambda: self._viewed(path), self._needs(least))
        if least is None:
            # What a curator wrote is not on a replica yet.
            return self._told(path, self._reads.primary)
        return self._reads.answered(lambda: self._told(path, self._reads.database), self._needs(least))

    def _told(self, path: dict[str, str], database: Database) -> Response:
        """The answer of one state, whose version is told."""
        # What waits for something new must see it come: this much it shows at least.
        with nullcontext() if self._waits else snapshot(database):
            version, _ = reached(database)
            try:
                return self._viewed(path)
            finally:
                _tell(version)

    def _needs(self, least: int | None) -> Needs:
        """What a replica must show for this request."""
        if not self._reads.replicas:
            return Needs(least or 0)
        named = _AFTER.fullmatch(request.args.get("since" if self._is_feed else "as_of", ""))
        if named is None and not least:
            return NOTHING
        return Needs(least or 0, int(named[1]) if named else 0)


def _tell_version(database: Database) -> None:
    """Tell how many commits there are by now."""
    # Where it cannot be asked, the answer says already that the database is away.
    with suppress(PeeweeException):
        _tell(reached(database)[0])


def _tell(version: int) -> None:
    """Tell the holder of a key, and nobody else, how many commits an answer shows."""
    if g.get("actor"):
        request.environ[VERSION] = version
