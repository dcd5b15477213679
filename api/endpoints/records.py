"""Collections, records and references of every type, made from the registry."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

import orjson
from flask import Response, request
from peewee import Database

from api.http.endpoint import Answer, Endpoint, Endpoints, PathParameter
from api.http.query_strings import query_string
from api.http.responses import answer, envelope, tag_of
from api.records.core.errors import Gone, Redacted
from api.records.core.registry import TYPES, RecordType
from api.records.read import references as backlinks
from api.records.read.parameters import collection_parameters, record_parameters
from api.records.read.past_pages import read_page_then, read_references_then
from api.records.read.records import (
    Page,
    Stored,
    read_batch,
    read_many,
    read_page,
    read_record,
    referenced,
    type_of,
)
from api.records.read.revisions import moment_of, read_past
from schemas.query import Query, QueryError, QueryFault

from . import response_schemas as shapes
from .auth import requested_statuses, visible_statuses
from .examples import EXAMPLES, sample
from .memento import RECORD_VARY, past_answer
from .perspective import in_one_state, shown


def declare(endpoints: Endpoints, database: Database) -> None:
    """Declare the reading of every record type."""
    for record_type in TYPES.values():
        _declare_collection(endpoints, database, record_type)
        _declare_record(endpoints, database, record_type)
        _declare_references(endpoints, database, record_type)


def _words(record_type: RecordType) -> dict[str, str]:
    sorts = ", ".join(record_type.sorts)
    title = record_type.plural.replace("_", " ")
    return {"one": record_type.name, "many": title, "sorts": sorts, "what": _what(record_type)}


def _what(record_type: RecordType) -> str:
    return (record_type.schema.__doc__ or "").strip()


def _declare_collection(endpoints: Endpoints, database: Database, record_type: RecordType) -> None:
    parameters = collection_parameters(record_type)

    @in_one_state(database)
    def view(query: Query) -> Response:
        """List {many}.

        {what}

        Filters mean all of one another; a comma within one means any of. Order: {sorts}.
        """
        statuses = _requested_statuses(database, query)
        if "as_of" in query.given:
            page = _past_page(database, record_type, query)
        else:
            page = (read_batch if "id" in query.given else read_page)(database, record_type, query, statuses)
        return _page_answer(database, page, query, f"/v1/{record_type.plural}")

    page = Answer(
        f"A page of {record_type.plural}.",
        shapes.collection(record_type),
        headers=("Link",),
        example=lambda: sample(f"{record_type.plural}-page"),
    )
    endpoints.add(
        Endpoint(
            "GET",
            f"/v1/{record_type.plural}",
            f"list{record_type.plural.title()}",
            record_type.plural,
            view,
            parameters,
            answers={200: page},
            words=_words(record_type),
        )
    )


def _requested_statuses(database: Database, query: Query) -> Sequence[str]:
    """The states that are asked for; a batch get by a curator finds drafts without being asked for them."""
    if "id" in query.given and "status" not in query.given:
        return visible_statuses(database)
    return requested_statuses(database, query)


def _past_page(database: Database, record_type: RecordType, query: Query) -> Page:
    for beside in ("id", "include", "status", "q", "facets"):
        if beside in query.given:
            fault = f"as_of cannot stand beside {beside}, which shows the present"
            raise QueryError([QueryFault("as_of", fault)])
    return read_page_then(database, record_type, query, moment_of(database, query["as_of"]))


def _page_answer(database: Database, page: Page, query: Query, path: str) -> Response:
    members: list[bytes] = [stored.body for stored in page.records]
    tags = [stored.etag.encode() for stored in page.records]
    head: dict[str, Any] = {"page": page_member(page), "query": page.query, **page.lists}
    if page.facets is not None:
        head["facets"] = page.facets
    if query.given & {"fields", "include"}:
        records = [orjson.loads(member) for member in members]
        if "include" in query.given:
            included = read_many(database, referenced(records, query["include"]))
            tags += [stored.etag.encode() for stored in included]
            head["included"] = {stored.id: orjson.Fragment(stored.body) for stored in included}
        members = [orjson.dumps(_trimmed(record, query)) for record in records]
    beside = orjson.dumps([page.query, page.lists, page.facets])
    etag = tag_of([orjson.dumps(head["page"]), beside, *tags])
    return shown(database, query, envelope(members, head), etag, headers=next_link(page.next, path))


class Paged(Protocol):
    """Something read page by page."""

    @property
    def limit(self) -> int: ...
    @property
    def next(self) -> str | None: ...
    @property
    def total(self) -> int | None: ...


def page_member(page: Paged) -> dict[str, Any]:
    """The envelope's `page`."""
    total = {} if page.total is None else {"total": page.total}
    return {"limit": page.limit, "next": page.next, **total}


def next_link(cursor: str | None, path: str) -> dict[str, str]:
    """RFC 8288 `Link: rel="next"`: this request with the cursor in place of its own."""
    if cursor is None:
        return {}
    return {"Link": f'<{this_request(path, after=cursor)}>; rel="next"'}


def this_request(path: str, **instead: str) -> str:
    """The address of this request with other values of some parameters, which begins at its first page."""
    return f"{path}?{query_string(**{'after': None, **instead})}"


def _trimmed(record: dict[str, Any], query: Query) -> dict[str, Any]:
    if "fields" not in query.given:
        return record
    return {name: value for name, value in record.items() if name in ("type", "id", *query["fields"])}


def _declare_record(endpoints: Endpoints, database: Database, record_type: RecordType) -> None:
    parameters = record_parameters(record_type)

    @in_one_state(database)
    def view(query: Query, id: str) -> Response:
        """Read one {one}.

        {what}

        The entity tag of the answer without parameters is the one for `If-Match`.
        """
        if "as_of" in query.given or "HTTP_ACCEPT_DATETIME" in request.environ:
            return past_answer(database, record_type, id, query)
        stored = read_record(database, record_type, id, visible_statuses(database))
        if query.given:
            return _shaped_answer(database, stored, query)
        return answer(stored.body, stored.etag, updated=stored.updated, vary=RECORD_VARY)

    found = Answer(
        f"The {record_type.name}.",
        shapes.single(record_type),
        headers=("Last-Modified",),
        example=lambda: sample(record_type.name),
    )
    endpoints.add(
        Endpoint(
            "GET",
            f"/v1/{record_type.plural}/{{id}}",
            f"get{record_type.name.title()}",
            record_type.plural,
            view,
            parameters,
            (id_of(record_type),),
            answers={200: found},
            problems=("not-found", "gone", "unavailable-for-legal-reasons"),
            headers=("Accept-Datetime",),
            words=_words(record_type),
        )
    )


def id_of(record_type: RecordType) -> PathParameter:
    """The id in the address of a record."""
    return PathParameter("id", f"Id of a {record_type.name}.", shapes.ID, EXAMPLES[record_type.name])


def _shaped_answer(database: Database, stored: Stored, query: Query) -> Response:
    record = orjson.loads(stored.body)
    shaped = _trimmed(record, query)
    if "include" in query.given:
        included = read_many(database, referenced([record], query["include"]))
        shaped["included"] = {s.id: orjson.Fragment(s.body) for s in included}
    body = orjson.dumps(shaped)
    return shown(database, query, body, tag_of([body]), vary=RECORD_VARY)


def _declare_references(endpoints: Endpoints, database: Database, record_type: RecordType) -> None:
    parameters = backlinks.reference_parameters(record_type)

    @in_one_state(database)
    def view(query: Query, id: str) -> Response:
        """List what refers to a {one}.

        Published records that name it, by the field that does; `roles` counts all of them.
        """
        if "as_of" in query.given:
            found = _past_references(database, record_type, id, query)
        else:
            statuses = visible_statuses(database)
            backlinks.require_known(database, record_type, id, statuses)
            found = backlinks.read_references(database, id, query, statuses)
        head = {
            "page": {"limit": found.limit, "next": found.next},
            "query": found.query,
            "roles": found.roles,
        }
        body = envelope([orjson.dumps(member) for member in found.data], head)
        path = f"/v1/{record_type.plural}/{id}/references"
        return shown(database, query, body, tag_of([body]), headers=next_link(found.next, path))

    found = Answer(
        "What refers to it.",
        shapes.REFERENCES,
        headers=("Link",),
        example=lambda: sample(f"{record_type.name}-references"),
    )
    endpoints.add(
        Endpoint(
            "GET",
            f"/v1/{record_type.plural}/{{id}}/references",
            f"list{record_type.name.title()}References",
            record_type.plural,
            view,
            parameters,
            (id_of(record_type),),
            answers={200: found},
            problems=("not-found",),
            words=_words(record_type),
        )
    )


def _past_references(
    database: Database, record_type: RecordType, record_id: str, query: Query
) -> backlinks.References:
    moment = moment_of(database, query["as_of"])
    with suppress(Gone, Redacted):
        read_past(database, record_type, record_id, moment)
    return read_references_then(database, record_id, query, moment)


def address_of(database: Database, record_id: str) -> str:
    """Where a record is read."""
    return f"/v1/{TYPES[type_of(database, record_id)].plural}/{record_id}"
