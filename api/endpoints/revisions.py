"""Revisions of records, and every state of them that was served."""

import orjson
from flask import Response
from peewee import Database

from api.http.endpoint import Answer, Endpoint, Endpoints, PathParameter
from api.http.problems import Problem
from api.http.responses import answer, envelope, json_answer, tag_of
from api.records.core.registry import TYPES, RecordType
from api.records.read.references import require_known
from api.records.read.revisions import moment_of, patch_between, read_revision, read_revisions
from schemas import query as q
from schemas.query import Query

from .memento import LINK_FORMAT, timemap_answer
from .records import id_of, next_link
from .response_schemas import ADDRESS, COUNT, PAGE, QUERY, REASON, TEXT, list_of, object_of

_REVISION = {
    "number": COUNT,
    "seq": COUNT,
    "time": TEXT,
    "by": TEXT,
    "change": TEXT,
    "correction": REASON,
    "href": ADDRESS,
}
_PATCH = list_of({"type": "object", "required": ["op", "path"]})


def declare(endpoints: Endpoints, database: Database) -> None:
    """Declare history for every record type."""
    for record_type in TYPES.values():
        _declare_revisions(endpoints, database, record_type)
        _declare_revision(endpoints, database, record_type)
        _declare_timemap(endpoints, database, record_type)


def _declare_revisions(endpoints: Endpoints, database: Database, record_type: RecordType) -> None:
    parameters = {p.name: p for p in (q.number("limit", "Most revisions on the page.", 1, 200, 50),
                                      q.number("after", "Number of the last revision seen.", 0, 10**9, 0),
                                      q.as_of())}  # fmt: skip

    def view(query: Query, id: str) -> Response:
        """List the revisions of a {one}.

        Every public change: when, by whom, what, and the note that says why. Retracted records keep theirs.
        """
        require_known(database, record_type, id)
        moment = moment_of(database, query["as_of"]) if "as_of" in query.given else None
        limit = query["limit"]
        found = read_revisions(database, id, query["after"], limit, moment)
        address = f"/v1/{record_type.plural}/{id}"
        following = str(found[limit - 1].number) if len(found) > limit else None
        members = [orjson.dumps(revision.summary(address)) for revision in found[:limit]]
        echo = {"as_of": query["as_of"]} if moment else {}
        body = envelope(members, {"page": {"limit": limit, "next": following}, "query": echo})
        return answer(body, tag_of([body]), headers=next_link(following, f"{address}/revisions"))

    shape = object_of({"data": list_of(object_of(_REVISION)), "page": PAGE, "query": QUERY})
    endpoints.add(
        Endpoint(
            "GET",
            f"/v1/{record_type.plural}/{{id}}/revisions",
            f"list{record_type.name.title()}Revisions",
            record_type.plural,
            view,
            parameters,
            (id_of(record_type),),
            answers={200: Answer("Its revisions.", shape, headers=("ETag", "Link"))},
            problems=("not-found",),
            words={"one": record_type.name},
        )
    )


_N = PathParameter("number", "Number of a revision.", {"type": "integer", "minimum": 1}, "1")


def _declare_revision(endpoints: Endpoints, database: Database, record_type: RecordType) -> None:
    compare = q.number("compare", "Adds the JSON Patch (RFC 6902) from that revision to this one.", 1, 10**9)

    def view(query: Query, id: str, number: str) -> Response:
        """Read one revision of a {one}.

        The document in its input form, as the curators wrote it.
        """
        require_known(database, record_type, id)
        wanted = _revision_number(number)
        revision = read_revision(database, id, wanted)
        document = {"id": id, **(revision.document or {})}
        shown = revision.summary(f"/v1/{record_type.plural}/{id}") | {"document": document}
        if "compare" in query.given:
            earlier = read_revision(database, id, query["compare"])
            patch = patch_between({"id": id, **(earlier.document or {})}, document)
            shown |= {"compare": query["compare"], "patch": patch}
        return json_answer(shown)

    shape = object_of(
        {**_REVISION, "document": {"type": "object"}, "compare": COUNT, "patch": _PATCH},
        ("compare", "patch"),
    )
    endpoints.add(
        Endpoint(
            "GET",
            f"/v1/{record_type.plural}/{{id}}/revisions/{{number}}",
            f"get{record_type.name.title()}Revision",
            record_type.plural,
            view,
            {"compare": compare},
            (id_of(record_type), _N),
            answers={200: Answer("The revision.", shape, headers=("ETag",))},
            problems=("not-found", "unavailable-for-legal-reasons"),
            words={"one": record_type.name},
        )
    )


def _revision_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise Problem("not-found", "revisions have whole numbers from 1 on")
    return int(text)


def _declare_timemap(endpoints: Endpoints, database: Database, record_type: RecordType) -> None:
    def view(_: Query, id: str) -> Response:
        """List every state of a {one} that was served.

        A time map (RFC 7089) in link format; `as_of` on the record reads one of them.
        """
        return timemap_answer(database, record_type, id)

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
