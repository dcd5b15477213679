"""Claims that share something with another."""

from api.http.endpoint import Answer, Endpoints, PathParameter
from api.records.answers.similar import SHARED, read_similar
from api.records.core.registry import CLAIM
from api.records.core.state import State
from schemas.json_schema import reference_to
from schemas.query import Query

from .components import named
from .parameters import similar_parameters
from .reply import Reply, page_member
from .response_schemas import ID, PAGE, QUERY, list_of, object_of

_MEMBER = object_of(
    {
        "shared": object_of({name: list_of(ID) for name in SHARED.values()}),
        "record": reference_to(CLAIM.schema),
    },
    (),
    "A claim, and the ids of what it shares.",
)
_SIMILAR = object_of({"data": list_of(named("SimilarClaim", _MEMBER)), "page": PAGE, "query": QUERY})


def declare(endpoints: Endpoints) -> None:
    """Declare the similar claims."""

    @endpoints.get(
        "/v1/claims/{id}/similar",
        "listSimilarClaims",
        "claims",
        parameters=similar_parameters(),
        demanding=True,
        path_parameters=(PathParameter("id", "Id of a claim.", ID, CLAIM.example),),
        answers={200: Answer("A page of claims.", named("SimilarPage", _SIMILAR), headers=("ETag", "Link"))},
        problems=("not-found", "gone", "unavailable-for-legal-reasons"),
    )
    def list_similar_claims(state: State, query: Query, id: str) -> Reply:
        """List claims that share something with a claim.

        What both are about, questions that both answer, documents that both go back to; those that share
        most come first.
        """
        found = read_similar(state, id, query)
        body = {"data": found.data, "page": page_member(found), "query": found.query}
        return Reply(document=body, next=found.next)
