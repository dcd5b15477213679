"""Pages for people: the headers that keep them from doing what they should not."""

import re
from base64 import b64encode
from hashlib import sha256

from flask import Blueprint, Response, request
from flask_swagger_ui import get_swaggerui_blueprint

from .responses import REVALIDATE

#: A page loads what this host has, stands in no frame, and tells nobody where its reader came from.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:"
)
#: What a page of the record may load and do: what this host has as files, and its own search.
STRICT = _SAFE | {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:"
}
#: The same for what stands in frames of other sites: it loads its style, and runs and asks for nothing.
FRAMED = {name: value for name, value in _SAFE.items() if name != "X-Frame-Options"} | {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *; style-src 'self'"
}
_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def page_headers(body: bytes = b"") -> dict[str, str]:
    """Headers of a page; of the scripts in it those run that stand in this body, and files of this host."""
    digests = [b64encode(sha256(script).digest()).decode() for script in _SCRIPT.findall(body)]
    if not digests:
        return _SAFE | {"Content-Security-Policy": _POLICY}
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    running = f"script-src 'self' {allowed}; connect-src 'self'; font-src 'self'"
    return _SAFE | {"Content-Security-Policy": f"{_POLICY}; {running}"}


def documentation() -> Blueprint:
    """Swagger UI at `/docs`, from this host alone."""
    # No login of another service: its address would be made of what the client calls the host. Families of
    # operations are closed at first: the page draws all that is open again at each step.
    config = {
        "app_name": "A record of facts",
        "validatorUrl": None,
        "oauth2RedirectUrl": None,
        "docExpansion": "none",
    }
    pages: Blueprint = get_swaggerui_blueprint("/docs", "/openapi.json", config=config)
    pages.after_request(_finished)
    return pages


def _finished(response: Response) -> Response:
    """A page of the documentation with its tag; its files have theirs."""
    if response.mimetype != "text/html":
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
    response.direct_passthrough = False
    response.headers.update(page_headers(response.get_data()))
    response.headers["Cache-Control"] = REVALIDATE
    response.add_etag()
    response.make_conditional(request)
    return response
