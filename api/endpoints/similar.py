"""Claims that share something with another."""

from flask import Response
from peewee import Database

from api.http.endpoint import Answer, Endpoints, PathParameter
from api.records.answers.similar import SHARED, read_similar, similar_parameters
from api.records.core.registry import CLAIM
from schemas.json_schema import reference_to
from schemas.query import Query

from .examples import EXAMPLES, sample
from .perspective import in_one_state, shown_json
from .records import next_link, page_member
from .response_schemas import ID, PAGE, QUERY, list_of, object_of

_MEMBER = object_of(
    {
        "shared": object_of({name: list_of(ID) for name in SHARED.values()}),
        "record": reference_to(CLAIM.schema),
    },
    (),
    "A claim, and the ids of what it shares.",
)
_SIMILAR = object_of({"data": list_of(_MEMBER), "page": PAGE, "query": QUERY})


def declare(endpoints: Endpoints, database: Database) -> None:
    """Declare the similar claims."""

    @endpoints.get(
        "/v1/claims/{id}/similar",
        "listSimilarClaims",
        "claims",
        parameters=similar_parameters(),
        demanding=True,
        path_parameters=(PathParameter("id", "Id of a claim.", ID, EXAMPLES["claim"]),),
        answers={200: Answer("A page of claims.", _SIMILAR, headers=("ETag", "Link"),
                             example=lambda: sample("similar"))},
        problems=("not-found", "gone", "unavailable-for-legal-reasons"),
    )  # fmt: skip
    @in_one_state(database)
    def list_similar_claims(query: Query, id: str) -> Response:
        """List claims that share something with a claim.

        What both are about, questions that both answer, documents that both go back to; those that share
        most come first.
        """
        found = read_similar(database, id, query)
        body = {"data": found.data, "page": page_member(found), "query": found.query}
        return shown_json(database, query, body, headers=next_link(found.next, f"/v1/claims/{id}/similar"))
