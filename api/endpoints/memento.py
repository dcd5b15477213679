"""A record as it was: `as_of`, and RFC 7089 (Memento) for those who ask with `Accept-Datetime`."""

from datetime import UTC
from email.utils import parsedate_to_datetime

import orjson
from flask import Response, request
from peewee import Database

from api.http.problems import Problem
from api.http.responses import VARY, answer, http_date, tag_of
from api.records.core.errors import NotFound
from api.records.core.registry import RecordType
from api.records.read.revisions import Past, moment_of, moments_of, read_past
from schemas.query import Query, QueryError, QueryFault

from .perspective import shown

RECORD_VARY = f"{VARY}, Accept-Datetime"
LINK_FORMAT = "application/link-format"


def past_answer(database: Database, record_type: RecordType, record_id: str, query: Query) -> Response:
    """The bytes that were served of a record at the moment asked for."""
    if "include" in query.given:
        fault = "as_of cannot stand beside include, which shows the present"
        raise QueryError([QueryFault("as_of", fault)])
    asked = query["as_of"] if "as_of" in query.given else _accepted_datetime()
    moment = moment_of(database, asked)
    past = read_past(database, record_type, record_id, moment)
    headers = _memento_headers(record_type, past)
    body, etag = past.stored.body, past.stored.etag
    if "fields" in query.given:
        kept = ("type", "id", *query["fields"])
        body = orjson.dumps({k: v for k, v in orjson.loads(body).items() if k in kept})
        etag = tag_of([body])
    return shown(database, query, body, etag, headers=headers, vary=RECORD_VARY, moment=moment)


def _accepted_datetime() -> str:
    """The last moment of the second that Accept-Datetime names."""
    header = request.environ["HTTP_ACCEPT_DATETIME"]
    try:
        second = parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise Problem(
            "invalid-request", "Accept-Datetime is no HTTP date such as Tue, 24 Nov 2026 09:00:00 GMT"
        ) from None
    return f"{second:%Y-%m-%dT%H:%M:%S}.999999Z".rjust(27, "0")


def _memento_headers(record_type: RecordType, past: Past) -> dict[str, str]:
    address = f"/v1/{record_type.plural}/{past.stored.id}"
    timemap = f'<{address}/timemap>; rel="timemap"; type="{LINK_FORMAT}"'
    return {
        "Memento-Datetime": http_date(past.stored.updated),
        "Content-Location": f"{address}?as_of=seq:{past.seq}",
        "Link": f'<{address}>; rel="original timegate", {timemap}',
    }


def timemap_answer(database: Database, record_type: RecordType, record_id: str) -> Response:
    """Every state of a record that was served (RFC 7089 §5)."""
    moments = moments_of(database, record_id)
    if not moments:
        raise NotFound(f'no {record_type.name} with the id "{record_id}" was ever public')
    address = f"/v1/{record_type.plural}/{record_id}"
    links = [
        f'<{address}>; rel="original timegate"',
        f'<{address}/timemap>; rel="self"; type="{LINK_FORMAT}"; '
        f'from="{http_date(moments[0][1])}"; until="{http_date(moments[-1][1])}"',
    ]
    links += [
        f'<{address}?as_of=seq:{seq}>; rel="memento"; datetime="{http_date(time)}"' for seq, time in moments
    ]
    body = ",\n".join(links).encode() + b"\n"
    return answer(body, tag_of([body]), media_type=LINK_FORMAT)
