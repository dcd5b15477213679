"""What search engines may look at: robots.txt (RFC 9309), and sitemaps (https://www.sitemaps.org/protocol.html)."""

from collections.abc import Callable, Iterable, Iterator
from xml.sax.saxutils import escape

from flask import Flask, Response
from peewee import Database

from api.http.problems import Problem
from api.http.responses import answer, public_base, tag_of
from api.records.core.registry import TYPES
from api.records.core.state import State
from api.records.read.addresses import Address, addresses_between, last_number
from api.settings import Settings

from .reading import state_of

#: Records of one sitemap, at most: the front page and the lists are among its 50,000 addresses.
_MOST = 49_900
_XML = "application/xml; charset=utf-8"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
#: Searches have no end, and cards are parts of pages of others.
_ROBOTS = """User-agent: *
Disallow: /search
Disallow: /embed/
Disallow: /oembed
Disallow: /v1/
Sitemap: {base}/sitemap.xml
"""


def install(app: Flask, database: Database, settings: Settings) -> None:
    """Serve both."""

    def robots() -> Response:
        body = _ROBOTS.format(base=public_base()).encode()
        return answer(body, tag_of([body]), media_type="text/plain; charset=utf-8")

    def whole() -> Response:
        with state_of(database, settings) as state:
            parts = _parts(state)
            return _answer(_listed(state, 1) if parts < 2 else _index(parts))

    def part(number: int) -> Response:
        with state_of(database, settings) as state:
            if not 0 < number <= _parts(state):
                raise Problem("not-found", f"there is no sitemap {number}; /sitemap.xml names all")
            return _answer(_listed(state, number))

    rules: dict[str, Callable[..., Response]] = {
        "/robots.txt": robots,
        "/sitemap.xml": whole,
        "/sitemap-<int:number>.xml": part,
    }
    for path, view in rules.items():
        app.add_url_rule(path, path, view)


def _parts(state: State) -> int:
    """How many sitemaps there are."""
    return -(-last_number(state) // _MOST)


def _answer(lines: Iterable[str]) -> Response:
    body = "".join(lines).encode()
    return answer(body, tag_of([body]), media_type=_XML)


def _index(parts: int) -> Iterator[str]:
    yield f"{_HEAD}<sitemapindex {_SPACE}>\n"
    for number in range(1, parts + 1):
        yield f"<sitemap><loc>{escape(public_base())}/sitemap-{number}.xml</loc></sitemap>\n"
    yield "</sitemapindex>\n"


def _listed(state: State, number: int) -> Iterator[str]:
    base = escape(public_base())
    yield f"{_HEAD}<urlset {_SPACE}>\n"
    if number == 1:
        for path in ("", *(t.plural for t in TYPES.values())):
            yield f"<url><loc>{base}/{path}</loc></url>\n"
    for address in addresses_between(state, (number - 1) * _MOST + 1, number * _MOST):
        yield _entry(base, address)
    yield "</urlset>\n"


def _entry(base: str, address: Address) -> str:
    where = f"{base}/{TYPES[address.type].plural}/{address.id}"
    return f"<url><loc>{where}</loc><lastmod>{address.updated}</lastmod></url>\n"
