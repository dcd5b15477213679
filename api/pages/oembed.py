"""oEmbed (https://oembed.com): from the address of a claim's page to its card."""

import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

from flask import Flask, Response, request
from peewee import Database

from api.http.problems import Problem
from api.http.responses import answer, json_answer, public_base, tag_of
from api.records.core.errors import Merged
from api.records.core.registry import CLAIM
from api.records.core.state import State
from api.records.read.records import read_record
from api.records.store.deadline import parsed
from api.settings import Settings
from schemas.base import Json, quoted

from .embedding import HEIGHT, WIDTH, frame
from .reading import state_of
from .words import SITE

#: Seconds for which a consumer may keep an answer; the card itself says what was corrected.
_KEPT = 3600
#: Pixels below which no card can be read.
_LEAST = 120
_CLAIM = re.compile(r"(?:/v1|/embed)?/claims/([a-z0-9-]{1,64})")


def install(app: Flask, database: Database, settings: Settings) -> None:
    """Serve it. Parameters that it does not know are passed by: consumers add their own."""

    def view() -> Response:
        form = request.args.get("format", "json")
        if form not in ("json", "xml"):
            # oEmbed §2.3.4 has a status of its own for this.
            raise Problem("not-implemented", f"format: {quoted(form[:40])} is not one of json, xml")
        claim_id = _id_in(request.args.get("url", ""))
        with state_of(database, settings) as state:
            claim = _claim(state, claim_id)
        document = _document(claim, settings.publisher_name)
        if form == "json":
            return json_answer(document)
        body = _as_xml(document)
        return answer(body, tag_of([body]), media_type="text/xml; charset=utf-8")

    app.add_url_rule("/oembed", "oembed", view)


def _claim(state: State, claim_id: str) -> Json:
    """A claim as served, or the one into which it was merged."""
    try:
        return dict(parsed(read_record(state, CLAIM, claim_id).body))
    except Merged as merged:
        return _claim(state, merged.survivor)


def _id_in(url: str) -> str:
    """The id in the address of a claim; another site's and other pages have no card (oEmbed §2.3.4: 404)."""
    if not url:
        raise Problem("invalid-query", "url: name the address of a claim's page, such as /claims/{id}")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Problem("invalid-query", f"url: {quoted(url[:200])} is no address") from None
    ours = not parts.netloc or parts.netloc == urlsplit(public_base()).netloc
    found = _CLAIM.fullmatch(parts.path) if ours else None
    if found is None:
        raise Problem("not-found", f"url: {quoted(url[:200])} is no claim of this record")
    return found[1]


def _document(claim: Json, publisher: str) -> Json:
    width, height = _at_most("maxwidth", WIDTH), _at_most("maxheight", HEIGHT)
    named = {"author_name": claim["claimant"]["name"]} if claim["claimant"] else {}
    return {
        "version": "1.0",
        "type": "rich",
        "title": claim["proposition"],
        **named,
        "provider_name": publisher or SITE,
        "provider_url": f"{public_base()}/",
        "cache_age": _KEPT,
        "html": str(frame(claim, width, height)),
        "width": width,
        "height": height,
    }


def _at_most(name: str, usual: int) -> int:
    """The usual size, or what a consumer has room for."""
    given = request.args.get(name, "")
    if not given:
        return usual
    if not (given.isascii() and given.isdigit() and len(given) <= 9):
        raise Problem("invalid-query", f"{name}: {quoted(given[:40])} is not a number of pixels")
    return max(_LEAST, min(usual, int(given)))


def _as_xml(document: Json) -> bytes:
    root = ElementTree.Element("oembed")
    for name, value in document.items():
        ElementTree.SubElement(root, name).text = str(value)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
