"""Requests as both revisions send them, each with its own keys, entity tags and cursors.

A request names what its sender has to fill in: `{key:editor}` is a key, `{etag:12}` the entity tag of answer
12, `{next}` where the page after the last answer begins. So one difference does not make all that follows
differ.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TextIO
from urllib.parse import quote

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from .frozen import set_clock

#: The `facts` command: arguments in, exit code and output out.
Command = Callable[..., tuple[int, str]]
#: The method of a request that is such a command.
FACTS = "FACTS"

_BLANK = re.compile(r"\{(key|etag|next)(?::(\w+))?\}")


@dataclass(frozen=True)
class Request:
    """One request, with blanks."""

    number: int
    #: Seconds since 1970, when it is sent.
    clock: int
    #: The address as OpenAPI writes it.
    template: str
    method: str
    address: str
    headers: Mapping[str, str]
    #: What is sent as JSON; text is sent as it is.
    body: Any = None

    @property
    def line(self) -> str:
        """It as a line of JSON."""
        return json.dumps(asdict(self))


class Wire:
    """Sends requests to the service, runs commands beside it, and writes every answer down."""

    def __init__(
        self, client: FlaskClient, command: Command, keys: Mapping[str, str], answers: TextIO
    ) -> None:
        self._client, self._command = client, command
        self._keys, self._answers = keys, answers
        self._tags: dict[str, str] = {}
        self._last: TestResponse | None = None

    def run(self, request: Request) -> None:
        """Run the `facts` command in the body; its exit code and what it prints are the answer."""
        set_clock(request.clock)
        status, printed = self._command(*request.body)
        self._write(request, status, {}, printed.encode())

    def send(self, request: Request) -> TestResponse:
        """Send a request at its time, with its blanks filled in."""
        set_clock(request.clock)
        response = self._client.open(
            self._filled(request.address, quote),
            method=request.method,
            # An id of our own: it stands in every problem document.
            headers={"X-Request-Id": f"request-{request.number}"} | self._filled(dict(request.headers)),
            data=self._content(request.body),
        )
        self._keep(request, response)
        return response

    def _content(self, body: Any) -> bytes | None:
        if body is None:
            return None
        return (body if isinstance(body, str) else json.dumps(self._filled(body))).encode()

    def _filled(self, value: Any, written: Callable[[str], str] = str) -> Any:
        if isinstance(value, dict):
            return {name: self._filled(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._filled(member) for member in value]
        if not isinstance(value, str):
            return value
        return _BLANK.sub(lambda blank: written(self._blank(*blank.groups())), value)

    def _blank(self, kind: str, name: str | None) -> str:
        if kind == "next":
            return str(next_of(self._last) or "")
        return (self._keys if kind == "key" else self._tags).get(name or "", "")

    def _keep(self, request: Request, response: TestResponse) -> None:
        self._last = response
        if tag := tag_of(response):
            self._tags[str(request.number)] = tag
        headers = dict(sorted(response.headers.items()))
        self._write(request, response.status_code, headers, response.get_data())

    def _write(self, request: Request, status: int, headers: dict[str, str], content: bytes) -> None:
        """What a client sees of an answer, and what it had asked."""
        answer = {
            "number": request.number,
            "template": request.template,
            "method": request.method,
            "address": request.address,
            "sent": dict(request.headers),
            "status": status,
            "headers": headers,
            **_body(content),
        }
        self._answers.write(json.dumps(answer, ensure_ascii=False) + "\n")


def tag_of(response: TestResponse) -> str | None:
    """The entity tag of an answer, or the one that it asks for."""
    if response.status_code == 428:
        return str(response.get_json()["current"]["etag"])
    return response.headers.get("ETag")


def next_of(response: TestResponse | None) -> Any:
    """Where the page after this one begins; None where there is none."""
    document = response.get_json(silent=True) if response else None
    page = document.get("page") if isinstance(document, dict) else None
    return page.get("next") if isinstance(page, dict) else None


def _body(content: bytes) -> dict[str, str]:
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(content).decode()}
