"""A record as it was, for those who ask with `Accept-Datetime` (RFC 7089, Memento)."""

from flask import request
from peewee import Database

from api.formats.geojson import MEDIA_TYPE as GEO_JSON
from api.http.conditions import read_http_date
from api.http.problems import Problem
from api.http.responses import http_date, link
from api.records.core.errors import NotFound
from api.records.core.registry import RecordType
from api.records.core.state import State
from api.records.read.records import Stored
from api.records.read.revisions import moments_of

ACCEPT_DATETIME = "Accept-Datetime"
LINK_FORMAT = "application/link-format"


def accepted_datetime() -> str:
    """The last moment of the second that Accept-Datetime names."""
    second = read_http_date(request.environ["HTTP_ACCEPT_DATETIME"])
    if second is None:
        detail = "Accept-Datetime is no HTTP date such as Tue, 24 Nov 2026 09:00:00 GMT"
        raise Problem("invalid-request", detail)
    return f"{second:%Y-%m-%dT%H:%M:%S}.999999Z".rjust(27, "0")


def memento_headers(record_type: RecordType, record: Stored, state: State) -> dict[str, str]:
    """Where the states of a record are found, and its page; what a state of the past says of itself."""
    address = record_type.href(record.id)
    gate, page = link(address, rel="original timegate"), address.removeprefix("/v1")
    times = link(f"{address}/timemap", rel="timemap", type=LINK_FORMAT)
    links = [gate, times, link(page, rel="alternate", type="text/html")]
    if record_type.located:
        links.append(link(f"{address}?format=geojson", rel="alternate", type=GEO_JSON))
    shown = {"Link": ", ".join(links)}
    if state.moment is None:
        return shown
    then = {"Memento-Datetime": http_date(record.updated)}
    return shown | then | {"Content-Location": f"{address}?as_of=seq:{record.since}"}


def timemap(database: Database, record_type: RecordType, record_id: str) -> bytes:
    """Every state of a record that was served (RFC 7089 §5)."""
    moments = moments_of(database, record_id)
    if not moments:
        raise NotFound(f'no {record_type.name} with the id "{record_id}" was ever public')
    address = record_type.href(record_id)
    span = {"from": http_date(moments[0][1]), "until": http_date(moments[-1][1])}
    links = [
        link(address, rel="original timegate"),
        link(f"{address}/timemap", rel="self", type=LINK_FORMAT, **span),
    ]
    links += [
        link(f"{address}?as_of=seq:{seq}", rel="memento", datetime=http_date(time)) for seq, time in moments
    ]
    return ",\n".join(links).encode() + b"\n"
