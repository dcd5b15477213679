"""The one that decides what is asked, and tells the follower."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any, TextIO
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from .wire import FACTS, Request, Wire, next_of

Query = dict[str, Any]


class Leader:
    """Sends requests through its own wire, and writes each to the follower first."""

    def __init__(self, wire: Wire, follower: TextIO, clock: int) -> None:
        self._wire, self._follower, self.clock = wire, follower, clock
        self._numbers = count(1)
        #: The number of the last request.
        self.number = 0
        self._templates: list[tuple[re.Pattern[str], str]] = []
        self.contract: dict[str, Any] = self.get("/openapi.json").get_json()
        self._templates = [_recognised(template) for template in self.contract["paths"]]

    def later(self, seconds: int) -> None:
        """Let time pass."""
        self.clock += seconds

    def get(self, path: str, query: Query | None = None, key: str = "", **headers: str) -> TestResponse:
        """Read an address, as everybody or with a key."""
        return self.send("GET", path, query, key=key, **headers)

    def send(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Any = None,
        key: str = "",
        **headers: str,
    ) -> TestResponse:
        """A request; names of headers are written with `_` for `-`."""
        self.number = next(self._numbers)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            named["Authorization"] = f"Bearer {{key:{key}}}"
        if body is not None:
            named.setdefault("Content-Type", "application/json")
        address = path + (f"?{urlencode(query, safe=',:/{}')}" if query else "")
        request = Request(self.number, self.clock, self._template(path), method, address, named, body)
        self._follower.write(f"{request.line}\n")
        return self._wire.send(request)

    def facts(self, *arguments: str) -> None:
        """Run a `facts` command on the record while it is served."""
        self.number = next(self._numbers)
        request = Request(
            self.number, self.clock, f"facts {arguments[0]}", FACTS, " ".join(arguments), {}, arguments
        )
        self._follower.write(f"{request.line}\n")
        self._wire.run(request)

    def walk(
        self, path: str, query: Query | None = None, pages: int = 1000, **headers: str
    ) -> Iterator[TestResponse]:
        """The pages of an answer, from the first on. Nothing else may be asked before the last is taken."""
        response = self.get(path, query, **headers)
        yield response
        while pages > 1 and next_of(response) is not None:
            response = self.get(path, {**(query or {}), "after": "{next}"}, **headers)
            yield response
            pages -= 1

    def _template(self, path: str) -> str:
        return next((template for pattern, template in self._templates if pattern.fullmatch(path)), path)


def _recognised(template: str) -> tuple[re.Pattern[str], str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))), template
