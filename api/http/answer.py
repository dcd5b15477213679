"""From the bytes of a request to the bytes of its answer, in a thread, with gunicorn's parser and writer."""

from collections.abc import Callable, Mapping
from io import BytesIO
from secrets import token_hex
from typing import Any, NamedTuple

import gunicorn_h1c
from gunicorn.http import wsgi
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, NoMoreData, ParseException
from gunicorn.http.parser import RequestParser

from . import log
from .problems import MEDIA_TYPE, TYPES, problem_body
from .streaming import STREAMED, ClientGone, Sending


class Message(NamedTuple):
    """A request as far as it was received: its bytes, and how much of its body is among them.

    `body`: `whole`; `cut`, where it is longer than any may be; `late`, where it has not come with the head.
    """

    raw: bytes
    body: str
    client: Any
    server: Any


class _BodyIsLate(BaseException):
    """The application asks for a body that has not come; its handlers of errors are not to see this."""


class _LateBody:
    def read(self, *_: Any) -> bytes:
        raise _BodyIsLate

    readline = readlines = read


class _Sink:
    """What gunicorn's writer takes for a socket."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.sendall = self.parts.append

    def send(self, _: bytes) -> None:
        """Leave out `100 Continue`: the connection has sent it already."""

    def taken(self) -> bytes:
        """What was written since it was last taken."""
        written = b"".join(self.parts)
        self.parts.clear()
        return written


def answered(worker: Any, message: Message, sending: Sending) -> tuple[bytes | None, bool]:
    """(the answer, or what is left of one that was sent while it was made; whether the connection ends with
    it).

    No answer where the application asks for a body that has not come, and where one that was begun does not
    come to its end.
    """
    try:
        request = next(RequestParser(worker.cfg, iter((message.raw,)), message.client))
        return _applied(worker, message, request, sending)
    except ClientGone:
        return None, True
    except _BodyIsLate:
        return None, False
    except (ParseException, NoMoreData, StopIteration) as error:
        name, detail = fault(error, worker.cfg)
    except Exception:
        # Whatever it is, a thread of a lane must not end with it, and its client gets an answer.
        log.failed(None)
        if sending.begun:
            return None, True
        name, detail = "internal-error", "the service failed; the log has this request's id"
    return refusal(name, detail, is_head=message.raw.startswith(b"HEAD ")), True


def _applied(worker: Any, message: Message, request: Any, sending: Sending) -> tuple[bytes, bool]:
    sink = _Sink()
    response, environ = wsgi.create(request, sink, message.client, message.server, worker.cfg)
    environ["wsgi.multithread"] = True
    if message.body == "whole":
        # Before it is asked for: the application does not know what to do with malformed chunks.
        environ["wsgi.input"] = BytesIO(_body(request))
    elif message.body == "late":
        environ["wsgi.input"] = _LateBody()
    parts = worker.wsgi(environ, response.start_response)
    if message.body != "whole" or not worker.alive:
        response.force_close()
    try:
        for part in parts:
            response.write(part)
            if STREAMED in environ:
                sending.send(sink.taken())
        response.close()
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return sink.taken(), response.should_close()


def _body(request: Any) -> bytes:
    """The whole body. Raises ParseException for malformed chunks and trailers."""
    try:
        return bytes(request.body.read())
    except OSError as error:
        raise ParseException(str(error)) from None


def fault(error: Exception, cfg: Any) -> tuple[str, str]:
    """(problem type, detail) of what the connection's parser or gunicorn's refuses."""
    if isinstance(error, (LimitRequestLine, gunicorn_h1c.LimitRequestLine)):
        return "uri-too-long", f"the request line is longer than {cfg.limit_request_line} characters"
    if isinstance(error, (LimitRequestHeaders, gunicorn_h1c.LimitRequestHeaders)):
        return "headers-too-large", (
            f"the headers are too large: at most {cfg.limit_request_fields} fields of "
            f"{cfg.limit_request_field_size} bytes each"
        )
    said = str(error).encode("ascii", "backslashreplace").decode()[:200] or "it is not complete"
    return "invalid-request", f"the request is not HTTP/1.1 as RFC 9112 has it: {said}"


#: (body, headers) of a problem as a page, from its name and its detail, for a target and an Accept-Language
#: as they were sent; None where no page is there.
RefusedPage = Callable[[str, str, bytes, bytes], tuple[bytes, Mapping[str, str]] | None]


def refusal(
    name: str,
    detail: str,
    *fields: str,
    is_head: bool = False,
    page: tuple[bytes, Mapping[str, str]] | None = None,
) -> bytes:
    """A problem document as the last answer on a connection, with header `fields` beside the usual ones.

    HEAD gets none of its body. `page`: the same as a page, where one was asked for.
    """
    kind, request_id = TYPES[name], token_hex(8)
    log.warn("a request was refused", None, request=request_id, detail=detail)
    usual = {"Content-Type": MEDIA_TYPE, "Content-Language": "en", "Access-Control-Allow-Origin": "*"}
    body, described = page or (problem_body(name, detail, request_id=request_id), usual)
    head = (
        f"HTTP/1.1 {kind.status} {kind.title}",
        "Connection: close",
        f"Content-Length: {len(body)}",
        f"Cache-Control: {'no-store' if kind.status >= 500 else 'no-cache'}",
        *(f"{field}: {value}" for field, value in described.items()),
        f"X-Request-Id: {request_id}",
        *fields,
    )
    return "\r\n".join((*head, "", "")).encode("ascii", "replace") + (b"" if is_head else body)
