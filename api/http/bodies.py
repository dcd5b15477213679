"""Bodies, read strictly (see schemas/strict_json.py), and no larger than they may be."""

from collections.abc import Sequence
from typing import Any

from flask import request
from werkzeug.exceptions import HTTPException

from schemas.base import quoted
from schemas.strict_json import read_json

from .compression import READ_CODINGS, TooManyBytes, UnreadableCoding, decoded
from .problems import Problem

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
_CODINGS = ", ".join(READ_CODINGS)


def read_body(media_types: Sequence[str] = (JSON,), *, optional: bool = False) -> Any:
    """The request's JSON body; None where it is optional and empty.

    Raises problems: 415 for another media type, charset or an encoding, 413 for too many bytes, 400 for
    what is not JSON.
    """
    raw = raw_body()
    if not raw and optional:
        return None
    _require_media_type(media_types)
    body = parse(raw)
    if body is None and optional:
        raise Problem("invalid-document", "a body of null says nothing: leave it out")
    return body


_BODY = "facts.body"


def raw_body() -> bytes:
    """The request's bytes, read once and without their Content-Encoding.

    Raises problems: 413 for too many, 400 for an interrupted body or one that is not in that coding, 415 for
    another coding.
    """
    environ = request.environ
    if _BODY not in environ:
        environ[_BODY] = _without_coding(_read())
    return bytes(environ[_BODY])


def _read() -> bytes:
    most = request.max_content_length or 0
    too_large = Problem("payload-too-large", f"the body has more than {most} bytes")
    if (request.content_length or 0) > most:
        raise too_large
    try:
        if request.content_length is not None:
            return request.get_data(cache=False)
        # Of a chunked body Werkzeug gives the first `most` bytes as if they were all.
        found: bytes = request.environ["wsgi.input"].read(most + 1)
    except (HTTPException, OSError, EOFError):
        raise Problem("invalid-request", "the body ended before its announced length") from None
    if len(found) > most:
        raise too_large
    return found


def _without_coding(raw: bytes) -> bytes:
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding == "identity" or not raw:
        return raw
    if coding not in READ_CODINGS:
        detail = f"a body encoded as {quoted(coding)} is not taken; send it as it is or in {_CODINGS}"
        raise Problem("unsupported-media-type", detail, headers={"Accept-Encoding": _CODINGS})
    most = request.max_content_length or 0
    try:
        return decoded(raw, coding, most)
    except TooManyBytes:
        raise Problem("payload-too-large", f"the body has more than {most} bytes once decoded") from None
    except UnreadableCoding as error:
        raise Problem("invalid-request", str(error)) from None


def _require_media_type(media_types: Sequence[str]) -> None:
    takes = " or ".join(media_types)
    if request.mimetype not in media_types:
        shown = quoted(request.content_type) if request.content_type else "no Content-Type"
        raise Problem(
            "unsupported-media-type",
            f"{shown} is not taken here; send {takes}",
            headers={"Accept-Patch" if request.method == "PATCH" else "Accept": ", ".join(media_types)},
        )
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise Problem("unsupported-media-type", f"JSON is UTF-8, not {quoted(charset)} (RFC 8259)")


def parse(raw: bytes) -> Any:
    """JSON text as a value. Raises a 400 problem for what is not JSON that can be kept."""
    try:
        return read_json(raw)
    except ValueError as error:
        raise Problem("invalid-json", f"the body is not JSON that can be kept: {error}") from None
