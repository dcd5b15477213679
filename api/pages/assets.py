"""The files that pages load, from this host alone: each under a name that has its digest, kept for a year."""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from flask import Flask, Response

from api.http.problems import Problem
from api.http.responses import answer, tag_of

_FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
#: Files that other sites load: each stays what it is under its number, and pages there name its digest.
_PUBLISHED = re.compile(r"\.v\d+\.js$")
#: Another content has another name.
_FOREVER = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """A file as it is served."""

    body: bytes
    media_type: str
    etag: str


@cache
def assets() -> dict[str, Asset]:
    """Every file by the name under which it is served."""
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        body = path.read_bytes()
        name = path.name
        if not _PUBLISHED.search(path.name):
            name = f"{path.stem}.{sha256(body).hexdigest()[:12]}{path.suffix}"
        found[name] = Asset(body, _MEDIA_TYPES[path.suffix], tag_of([body]))
    return found


@cache
def asset_address(name: str) -> str:
    """Where a file is served, by its name in the folder; KeyError where there is none."""
    stem, _, suffix = name.rpartition(".")
    for served in assets():
        if served == name or (served.startswith(f"{stem}.") and served.endswith(f".{suffix}")):
            return f"/static/{served}"
    raise KeyError(name)


def install(app: Flask) -> None:
    """Serve the files."""
    app.add_url_rule("/static/<name>", "asset", _asset)


def _asset(name: str) -> Response:
    asset = assets().get(name)
    if asset is None:
        raise Problem("not-found", "no file of the pages has this name: load the page again")
    safe = {"X-Content-Type-Options": "nosniff"}
    return answer(asset.body, asset.etag, media_type=asset.media_type, headers=safe, storing=_FOREVER)
