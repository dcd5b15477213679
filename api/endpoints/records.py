"""Collections, records and references of every type, made from the registry."""

from typing import Any

from peewee import Database

from api.formats.geojson import MEDIA_TYPE as GEO_JSON
from api.http.endpoint import Answer, Endpoint, Endpoints, PathParameter
from api.http.responses import JSON
from api.records.core.registry import TYPES, RecordType
from api.records.core.state import PUBLIC, State
from api.records.read.parameters import require_past
from api.records.read.records import read_batch, read_page, read_record, type_of
from api.records.read.references import References, read_references
from schemas.json_schema import reference_to
from schemas.query import Query

from . import response_schemas
from .examples import sample
from .geojson import as_geojson, feature, features
from .memento import ACCEPT_DATETIME, memento_headers
from .parameters import collection_parameters, record_parameters, reference_parameters
from .reply import Reply, page_member


def declare(endpoints: Endpoints) -> None:
    """Declare the reading of every record type."""
    for record_type in TYPES.values():
        _declare_collection(endpoints, record_type)
        _declare_record(endpoints, record_type)
        _declare_references(endpoints, record_type)


def _words(record_type: RecordType) -> dict[str, str]:
    sorts = ", ".join(record_type.sorts)
    title = record_type.plural.replace("_", " ")
    forms = f" With `Accept: {GEO_JSON}` or `format=geojson` as GeoJSON." if record_type.located else ""
    return {
        "one": record_type.name,
        "many": title,
        "sorts": sorts,
        "what": _what(record_type),
        "forms": forms,
    }


def _what(record_type: RecordType) -> str:
    return (record_type.schema.__doc__ or "").strip()


def _declare_collection(endpoints: Endpoints, record_type: RecordType) -> None:
    parameters = collection_parameters(record_type)

    def view(state: State, query: Query) -> Reply:
        """List {many}.

        {what}

        Filters mean all of one another; a comma within one means any of. Order: {sorts}.{forms}
        """
        require_past(query)
        batch = "id" in query.given
        page = (read_batch if batch else read_page)(state, record_type, query)
        reply = Reply(page=page, next=page.next)
        return as_geojson(reply, query) if located else reply

    located = record_type.located
    page = Answer(
        f"A page of {record_type.plural}.{response_schemas.TRIMMED}",
        response_schemas.collection(record_type),
        headers=("Link",),
        others={GEO_JSON: features(record_type)} if located else {},
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
            media_types=(JSON, GEO_JSON) if located else (JSON,),
            words=_words(record_type),
        )
    )


def _declare_record(endpoints: Endpoints, record_type: RecordType) -> None:
    parameters = record_parameters(record_type)

    def view(state: State, query: Query, id: str) -> Reply:
        """Read one {one}.

        {what}

        The entity tag of the answer without parameters is the one for `If-Match`.{forms}
        """
        record = read_record(state, record_type, id)
        # A draft has no past, and only holders of a key see drafts.
        told = state.moment or state.statuses == PUBLIC
        reply = Reply(record=record, headers=memento_headers(record_type, record, state) if told else None)
        return as_geojson(reply, query) if located else reply

    located = record_type.located
    endpoints.add(
        Endpoint(
            "GET",
            f"/v1/{record_type.plural}/{{id}}",
            f"get{record_type.name.title()}",
            record_type.plural,
            view,
            parameters,
            (id_of(record_type),),
            answers={200: _record(record_type)},
            media_types=(JSON, GEO_JSON) if located else (JSON,),
            problems=("not-found", "gone", "unavailable-for-legal-reasons"),
            headers=(ACCEPT_DATETIME,),
            drafts=True,
            words=_words(record_type),
        )
    )


def _record(record_type: RecordType) -> Answer:
    return Answer(
        f"The {record_type.name}.{response_schemas.TRIMMED}",
        reference_to(record_type.schema),
        headers=("Last-Modified",),
        example=lambda: sample(record_type.name),
        others={GEO_JSON: feature(record_type)} if record_type.located else {},
    )


def id_of(record_type: RecordType) -> PathParameter:
    """The id in the address of a record."""
    return PathParameter("id", f"Id of a {record_type.name}.", response_schemas.ID, record_type.example)


def _declare_references(endpoints: Endpoints, record_type: RecordType) -> None:
    parameters = reference_parameters(record_type)

    def view(state: State, query: Query, id: str) -> Reply:
        """List what refers to a {one}.

        Published records that name it, by the field that does; `roles` counts all of them.
        """
        found = read_references(state, record_type, id, query)
        return Reply(document=_references_document(found), next=found.next)

    found = Answer(
        "What refers to it.",
        response_schemas.REFERENCES,
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
            drafts=True,
            demanding=True,
            words=_words(record_type),
        )
    )


def _references_document(found: References) -> dict[str, Any]:
    return {"data": found.data, "page": page_member(found), "query": found.query, "roles": found.roles}


def address_of(database: Database, record_id: str) -> str:
    """Where a record is read."""
    return TYPES[type_of(State(database), record_id)].href(record_id)
