"""Dates and claims in the order of time."""

from flask import Response
from peewee import Database

from api.http.endpoint import Answer, Endpoints, PathParameter
from api.records.answers.timeline import read_timeline, timeline_parameters
from api.records.core.registry import CLAIM, DATE, DOSSIER
from api.records.read.records import read_record
from api.records.read.revisions import Moment, moment_of, read_past
from schemas.json_schema import reference_to
from schemas.query import Query

from .examples import EXAMPLES, sample
from .perspective import in_one_state, shown_json
from .records import next_link, page_member, this_request
from .response_schemas import ADDRESS, COUNT, ID, PAGE, QUERY, list_of, object_of

_WHEN = {"oneOf": [{"$ref": "#/components/schemas/FuzzyDate"}, {"type": "null"}]}
_ENTRY = object_of(
    {
        "at": _WHEN,
        "record": {"oneOf": [reference_to(DATE.schema), reference_to(CLAIM.schema)]},
        "parts": list_of({"type": "object"}),
    },
    ("parts",),
    "A record at its place in time; with `nested`, the dates that are part of it, in the same form.",
)
_UNDATED = object_of({"total": COUNT, "data": list_of(_ENTRY), "href": ADDRESS})
_TIMELINE = object_of(
    {"data": list_of(_ENTRY), "undated": _UNDATED, "page": PAGE, "query": QUERY}, ("undated",)
)
_DOCUMENTATION = """

Dates and claims by the earliest day that each may have, then the latest. A claim stands where it was said;
`by=valid`: at the time that it speaks of. `when` narrows to a range of time, `match=certain` to what surely
touches it. Claims without that date stand apart in `undated`: all are counted, the first page shows some, and
`href` lists them. A filter that only one of the types has leaves out the other.
"""


def declare(endpoints: Endpoints, database: Database) -> None:
    """Declare the timelines."""
    parameters = timeline_parameters()
    of_dossier = {name: p for name, p in parameters.items() if name not in ("dossier", "dossier.not")}
    page = Answer(
        "A page of the timeline.", _TIMELINE, headers=("ETag", "Link"), example=lambda: sample("timeline")
    )

    def get_timeline(query: Query) -> Response:
        return _answer(database, query, "/v1/timeline", _moment(database, query))

    def get_dossier_timeline(query: Query, id: str) -> Response:
        moment = _moment(database, query)
        _require_dossier(database, id, moment)
        narrowed = Query({**query.values, "dossier": [id]}, query.given | {"dossier"})
        return _answer(database, narrowed, f"/v1/dossiers/{id}/timeline", moment)

    get_timeline.__doc__ = f"Read the timeline of all records.{_DOCUMENTATION}"
    get_dossier_timeline.__doc__ = f"Read the timeline of a dossier.{_DOCUMENTATION}"
    endpoints.get(
        "/v1/timeline", "getTimeline", "dates", parameters=parameters, demanding=True, answers={200: page}
    )(in_one_state(database)(get_timeline))
    endpoints.get(
        "/v1/dossiers/{id}/timeline",
        "getDossierTimeline",
        "dossiers",
        parameters=of_dossier,
        demanding=True,
        path_parameters=(PathParameter("id", "Id of a dossier.", ID, EXAMPLES["dossier"]),),
        answers={200: page},
        problems=("not-found", "gone", "unavailable-for-legal-reasons"),
    )(in_one_state(database)(get_dossier_timeline))


def _moment(database: Database, query: Query) -> Moment | None:
    return moment_of(database, query["as_of"]) if "as_of" in query.given else None


def _require_dossier(database: Database, dossier_id: str, moment: Moment | None) -> None:
    """Raise what a read of the dossier itself would."""
    if moment:
        read_past(database, DOSSIER, dossier_id, moment)
    else:
        read_record(database, DOSSIER, dossier_id)


def _answer(database: Database, query: Query, path: str, moment: Moment | None) -> Response:
    found = read_timeline(database, query, moment)
    body = {"data": found.data, "page": page_member(found), "query": found.query}
    if not query["undated"]:
        href = this_request(path, undated="true")
        body["undated"] = {"total": found.undated_total, "data": found.undated, "href": href}
    return shown_json(database, query, body, headers=next_link(found.next, path))
