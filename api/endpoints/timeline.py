"""Dates and claims in the order of time."""

from api.http.endpoint import Answer, Endpoints, PathParameter
from api.records.answers.timeline import KINDS, read_timeline
from api.records.core.registry import DOSSIER
from api.records.core.state import State
from api.records.read.records import read_record
from schemas.query import Query

from .components import named
from .examples import sample
from .parameters import timeline_parameters
from .reply import Reply, page_member, this_request
from .response_schemas import ADDRESS, COUNT, ID, PAGE, QUERY, any_record, list_of, object_of, or_null

_ENTRY = object_of(
    {
        "at": or_null({"$ref": "#/components/schemas/FuzzyDate"}),
        "record": any_record(KINDS),
        "parts": list_of({"$ref": "#/components/schemas/TimelineEntry"}),
    },
    ("parts",),
    "A record at its place in time; with `nested`, the dates that are part of it, in the same form.",
)
_ENTRY = named("TimelineEntry", _ENTRY)
_UNDATED = object_of({"total": COUNT, "data": list_of(_ENTRY), "href": ADDRESS})
_TIMELINE = object_of(
    {"data": list_of(_ENTRY), "undated": named("UndatedClaims", _UNDATED), "page": PAGE, "query": QUERY},
    ("undated",),
)
_PAGE = Answer(
    "A page of the timeline.",
    named("TimelinePage", _TIMELINE),
    headers=("ETag", "Link"),
    example=lambda: sample("timeline"),
)
_DOCUMENTATION = """

Dates and claims by the earliest day that each may have, then the latest. A claim stands where it was said;
`by=valid`: at the time that it speaks of. `when` narrows to a range of time, `match=certain` to what surely
touches it. Claims without that date stand apart in `undated`: all are counted, the first page shows some, and
`href` lists them. A type that lacks a filter of the query is left out.
"""


def declare(endpoints: Endpoints) -> None:
    """Declare the timelines."""
    parameters = timeline_parameters()
    of_dossier = {
        name: p for name, p in parameters.items() if name not in ("dossier", "dossier.not", "dossier.all")
    }

    def get_timeline(state: State, query: Query) -> Reply:
        return _timeline(state, query)

    def get_dossier_timeline(state: State, query: Query, id: str) -> Reply:
        # Raises what a read of the dossier itself would.
        read_record(state, DOSSIER, id)
        return _timeline(state, Query({**query.values, "dossier": [id]}, query.given | {"dossier"}))

    get_timeline.__doc__ = f"Read the timeline of all records.{_DOCUMENTATION}"
    get_dossier_timeline.__doc__ = f"Read the timeline of a dossier.{_DOCUMENTATION}"
    endpoints.get(
        "/v1/timeline", "getTimeline", "dates", parameters=parameters, demanding=True, answers={200: _PAGE}
    )(get_timeline)
    endpoints.get(
        "/v1/dossiers/{id}/timeline",
        "getDossierTimeline",
        "dossiers",
        parameters=of_dossier,
        demanding=True,
        path_parameters=(PathParameter("id", "Id of a dossier.", ID, DOSSIER.example),),
        answers={200: _PAGE},
        problems=("not-found", "gone", "unavailable-for-legal-reasons"),
    )(get_dossier_timeline)


def _timeline(state: State, query: Query) -> Reply:
    found = read_timeline(state, query)
    document = {"data": found.data, "page": page_member(found), "query": found.query}
    if not query["undated"]:
        href = this_request(undated="true")
        document["undated"] = {"total": found.undated_total, "data": found.undated, "href": href}
    return Reply(document=document, next=found.next)
