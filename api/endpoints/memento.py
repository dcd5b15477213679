"""A record as it was, for those who ask with `Accept-Datetime` (RFC 7089, Memento)."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from flask import request
from peewee import Database

from api.http.problems import Problem
from api.http.responses import http_date
from api.records.core.errors import NotFound
from api.records.core.registry import RecordType
from api.records.read.records import Stored
from api.records.read.revisions import moments_of

ACCEPT_DATETIME = "Accept-Datetime"
LINK_FORMAT = "application/link-format"


def accepted_datetime() -> str:
    """The last moment of the second that Accept-Datetime names."""
    header = request.environ["HTTP_ACCEPT_DATETIME"]
    try:
        second = parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise Problem(
            "invalid-request", "Accept-Datetime is no HTTP date such as Tue, 24 Nov 2026 09:00:00 GMT"
        ) from None
    return f"{second:%Y-%m-%dT%H:%M:%S}.999999Z".rjust(27, "0")


def memento_headers(record_type: RecordType, record: Stored) -> dict[str, str]:
    """What a state of the past says of itself."""
    address = record_type.href(record.id)
    timemap = f'<{address}/timemap>; rel="timemap"; type="{LINK_FORMAT}"'
    return {
        "Memento-Datetime": http_date(record.updated),
        "Content-Location": f"{address}?as_of=seq:{record.since}",
        "Link": f'<{address}>; rel="original timegate", {timemap}',
    }


def timemap(database: Database, record_type: RecordType, record_id: str) -> bytes:
    """Every state of a record that was served (RFC 7089 §5)."""
    moments = moments_of(database, record_id)
    if not moments:
        raise NotFound(f'no {record_type.name} with the id "{record_id}" was ever public')
    address = record_type.href(record_id)
    links = [
        f'<{address}>; rel="original timegate"',
        f'<{address}/timemap>; rel="self"; type="{LINK_FORMAT}"; '
        f'from="{http_date(moments[0][1])}"; until="{http_date(moments[-1][1])}"',
    ]
    links += [
        f'<{address}?as_of=seq:{seq}>; rel="memento"; datetime="{http_date(time)}"' for seq, time in moments
    ]
    return ",\n".join(links).encode() + b"\n"
