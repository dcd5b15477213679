"""Revisions of records, and every state of them that was served."""

from api.http.endpoint import Answer, Endpoint, Endpoints, PathParameter
from api.http.problems import Problem
from api.records.core.registry import TYPES, RecordType
from api.records.core.state import State
from api.records.read.parameters import by_name
from api.records.read.references import read_current, require_known
from api.records.read.revisions import patch_between, read_revision, read_revisions
from schemas import query as q
from schemas.base import Json
from schemas.json_schema import component_name, written_reference_to
from schemas.query import Query

from .components import named
from .memento import LINK_FORMAT, timemap
from .records import id_of
from .reply import Reply, page_of
from .response_schemas import (
    ADDRESS,
    CHANGE,
    COUNT,
    CURRENT,
    MOMENT,
    PAGE,
    QUERY,
    REASON,
    TEXT,
    list_of,
    object_of,
    or_null,
)

_REVISION = {
    "number": COUNT,
    "seq": COUNT,
    "time": MOMENT,
    "by": TEXT,
    "change": CHANGE,
    "correction": or_null(REASON),
    "href": ADDRESS,
}
_PARAMETERS = by_name(
    (
        q.number("limit", "Most revisions on the page.", 1, 200, 50),
        q.number("after", "Number of the last revision seen.", 0, 10**9, 0),
        q.as_of(),
    )
)
_SUMMARIES = list_of(named("RevisionSummary", object_of(_REVISION)))
_PAGE = {"data": _SUMMARIES, "page": PAGE, "query": QUERY, "current": CURRENT}
_PAGE = named("RevisionPage", object_of(_PAGE, ("current",)))
_PATCH = list_of(
    named(
        "JsonPatchOperation",
        object_of(
            {
                "op": {"type": "string", "enum": ["add", "remove", "replace", "move", "copy", "test"]},
                "path": TEXT,
                "from": TEXT,
                "value": {"description": "Any JSON value."},
            },
            ("from", "value"),
            "RFC 6902.",
        ),
    )
)


def declare(endpoints: Endpoints) -> None:
    """Declare history for every record type."""
    for record_type in TYPES.values():
        _declare_revisions(endpoints, record_type)
        _declare_revision(endpoints, record_type)
        _declare_timemap(endpoints, record_type)


def _declare_revisions(endpoints: Endpoints, record_type: RecordType) -> None:
    def view(state: State, query: Query, id: str) -> Reply:
        """List the revisions of a {one}.

        Every public change: when, by whom, what, and the note that says why. Retracted records keep theirs.
        `current` has the entity tag for `If-Match`, that of a retracted record too.
        """
        current = _current(state, record_type, id)
        limit, address = query["limit"], record_type.href(id)
        found = read_revisions(state, id, query["after"], limit)
        following = str(found[limit - 1].number) if len(found) > limit else None
        document = {
            "data": [revision.summary(address) for revision in found[:limit]],
            "page": page_of(limit, following),
            "query": {"as_of": query["as_of"]} if state.moment else {},
            **current,
        }
        return Reply(document=document, next=following)

    endpoints.add(
        Endpoint(
            "GET",
            f"/v1/{record_type.plural}/{{id}}/revisions",
            f"list{record_type.name.title()}Revisions",
            record_type.plural,
            view,
            _PARAMETERS,
            (id_of(record_type),),
            answers={200: Answer("Its revisions.", _PAGE, headers=("ETag", "Link"))},
            problems=("not-found",),
            demanding=True,
            words={"one": record_type.name},
        )
    )


def _current(state: State, record_type: RecordType, id: str) -> Json:
    """The member `current`, which the past has not; whether there is such a record is asked of today."""
    now = State(state.database)
    if state.moment:
        require_known(now, record_type, id)
        return {}
    return {"current": read_current(now, record_type, id)}


_N = PathParameter("number", "Number of a revision.", {"type": "integer", "minimum": 1}, 1)
_COMPARE = q.number("compare", "Adds the JSON Patch (RFC 6902) from that revision to this one.", 1, 10**9)


def _declare_revision(endpoints: Endpoints, record_type: RecordType) -> None:
    def view(state: State, query: Query, id: str, number: str) -> Reply:
        """Read one revision of a {one}.

        The document in its input form, as the curators wrote it.
        """
        require_known(state, record_type, id)
        wanted = _revision_number(number)
        revision = read_revision(state, id, wanted)
        document = {"id": id, **(revision.document or {})}
        shown = revision.summary(record_type.href(id)) | {"document": document}
        if "compare" in query.given:
            earlier = read_revision(state, id, query["compare"])
            patch = patch_between({"id": id, **(earlier.document or {})}, document)
            shown |= {"compare": query["compare"], "patch": patch}
        return Reply(document=shown)

    endpoints.add(
        Endpoint(
            "GET",
            f"/v1/{record_type.plural}/{{id}}/revisions/{{number}}",
            f"get{record_type.name.title()}Revision",
            record_type.plural,
            view,
            {"compare": _COMPARE},
            (id_of(record_type), _N),
            answers={200: Answer("The revision.", _revision(record_type), headers=("ETag",))},
            problems=("not-found", "unavailable-for-legal-reasons"),
            demanding=True,
            lasting=True,
            words={"one": record_type.name},
        )
    )


def _revision(record_type: RecordType) -> Json:
    document = written_reference_to(record_type.schema)
    shape = object_of(
        {**_REVISION, "document": document, "compare": COUNT, "patch": _PATCH}, ("compare", "patch")
    )
    return named(f"{component_name(record_type.schema)}Revision", shape)


def _revision_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise Problem("not-found", "revisions have whole numbers from 1 on")
    return int(text)


def _declare_timemap(endpoints: Endpoints, record_type: RecordType) -> None:
    def view(state: State, _: Query, id: str) -> Reply:
        """List every state of a {one} that was served.

        A time map (RFC 7089) in link format; `as_of` on the record reads one of them.
        """
        return Reply(body=timemap(state.database, record_type, id), media_type=LINK_FORMAT)

    endpoints.add(
        Endpoint(
            "GET",
            f"/v1/{record_type.plural}/{{id}}/timemap",
            f"get{record_type.name.title()}Timemap",
            record_type.plural,
            view,
            path_parameters=(id_of(record_type),),
            answers={200: Answer("The time map.", TEXT, LINK_FORMAT, headers=("ETag",))},
            media_types=(LINK_FORMAT,),
            problems=("not-found",),
            words={"one": record_type.name},
        )
    )
