"""What the service says of itself: one line of JSON an event, on standard error, never a secret."""

import logging
import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from urllib.parse import unquote

import orjson

_LOG = logging.getLogger("facts")
#: Where the request's id stands in the WSGI environment.
REQUEST_ID = "facts.request_id"
#: An API key, of which only the id is told, wherever it was written by mistake.
_KEY = re.compile(r"facts_([0-9a-f]*)_[\w-]*", re.ASCII)


def configure() -> None:
    """Let events be written, those that are no warnings too."""
    logging.basicConfig(format="%(message)s")
    _LOG.setLevel(logging.INFO)


def say(event: str, environ: Mapping[str, Any] | None, *, level: int = logging.INFO, **members: Any) -> None:
    """Write an event: `time`, `event`, what request it belongs to, and `members`."""
    time = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
    line = {"time": time, "event": event, **(_asked(environ) if environ else {}), **members}
    _LOG.log(level, "%s", _KEY.sub(r"facts_\1_…", orjson.dumps(line, default=str).decode()))


def warn(event: str, environ: Mapping[str, Any] | None, **members: Any) -> None:
    """Write an event that an operator should see."""
    say(event, environ, level=logging.WARNING, **members)


def failed(environ: Mapping[str, Any] | None) -> None:
    """Write what the exception at hand says of a request that was to be answered."""
    say("failed", environ, level=logging.ERROR, traceback=traceback.format_exc())


def _asked(environ: Mapping[str, Any]) -> dict[str, Any]:
    """{`request`, `method`, `address`, `key`?}: what is told of a request."""
    query = environ.get("QUERY_STRING", "")
    written = environ.get("PATH_INFO", "") + (f"?{query}" if query else "")
    key = _KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
    return {
        "request": environ.get(REQUEST_ID),
        "method": environ.get("REQUEST_METHOD"),
        # Decoded: an encoded key is to be known as one.
        "address": unquote(written.encode("latin-1").decode(errors="replace")),
        **({"key": key[1]} if key else {}),
    }


def served(method: bytes, target: bytes, request_id: str, answer: bytes, client: str) -> None:
    """Write a line for a request that the application did not see."""
    path, _, query = target.decode("latin-1").partition("?")
    environ = {REQUEST_ID: request_id, "REQUEST_METHOD": method.decode(), "PATH_INFO": path}
    size = len(answer) - answer.index(b"\r\n\r\n") - 4
    environ["QUERY_STRING"] = query
    say("answered", environ, status=int(answer[9:12]), bytes=size, ms=0.0, client=client, cached=True)


def with_access_log(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The WSGI application, with a line for each request that it answered."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        began = perf_counter()
        answered: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            lengths = [int(text) for name, text in headers if name == "Content-Length"]
            answered.update(status=int(status[:3]), bytes=lengths[0] if lengths else None)
            return start_response(status, headers, *more)

        body = app(environ, start)
        milliseconds = round((perf_counter() - began) * 1000, 1)
        say("answered", environ, **answered, ms=milliseconds, client=environ.get("REMOTE_ADDR"))
        return body

    return call
