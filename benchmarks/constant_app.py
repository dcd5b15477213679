"""What a server costs by itself: constant bodies of `/SIZE` bytes, by bare WSGI (`raw`) and Flask (`app`)."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from flask import Flask, Response

app = Flask(__name__)


@cache
def body(size: int) -> bytes:
    return b'"' + b"x" * (size - 2) + b'"'


@app.get("/<int:size>")
def constant(size: int) -> Response:
    return Response(body(size), content_type="application/json")


def raw(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    found = body(int(environ["PATH_INFO"][1:]))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(found)))])
    return [found]
