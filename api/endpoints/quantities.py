"""The quantities of a claim beside those of others."""

from api.http.endpoint import Answer, Endpoints, PathParameter
from api.records.answers.quantities import MOST_CLAIMS, read_quantities
from api.records.core.registry import CLAIM
from api.records.core.state import State
from api.records.read.parameters import by_name
from schemas import query as q
from schemas.json_schema import reference_to
from schemas.quantity import QuantitySchema
from schemas.query import Query
from schemas.record import ReferenceSchema
from schemas.vocabularies import QUANTITY_COMPARISONS

from .components import named
from .examples import sample
from .reply import Reply
from .response_schemas import ID, NULLABLE_TEXT, QUERY, list_of, object_of, or_null

_COMPARED = object_of(
    {
        "claim": reference_to(ReferenceSchema),
        "shared": list_of(ID),
        "quantity": reference_to(QuantitySchema),
        "valid": or_null({"$ref": "#/components/schemas/FuzzyDate"}),
        "year": NULLABLE_TEXT,
        "result": QUANTITY_COMPARISONS.schema,
        "unit": NULLABLE_TEXT,
        "value": NULLABLE_TEXT,
        "other": NULLABLE_TEXT,
        "difference": NULLABLE_TEXT,
        "why": NULLABLE_TEXT,
    },
    (),
    "Another quantity with the same label. In `unit`: `value` of the claim asked for, `other`, and by how "
    "much that is more. `shared`: subjects of both claims. `why` it was not compared.",
)
_QUANTITY = object_of(
    {
        "quantity": reference_to(QuantitySchema),
        "compared": list_of(named("ComparedQuantity", _COMPARED)),
    }
)
_QUANTITIES = object_of(
    {
        "claim": reference_to(ReferenceSchema),
        "quantities": list_of(named("QuantityBesideOthers", _QUANTITY)),
        "truncated": {"type": "boolean", "description": f"More than {MOST_CLAIMS} claims share them."},
        "query": QUERY,
    }
)


def declare(endpoints: Endpoints) -> None:
    """Declare the quantities of claims."""

    @endpoints.get(
        "/v1/claims/{id}/quantities",
        "getClaimQuantities",
        "claims",
        parameters=by_name((q.as_of(),)),
        demanding=True,
        path_parameters=(PathParameter("id", "Id of a claim.", ID, CLAIM.example),),
        answers={
            200: Answer(
                "Each quantity beside others.",
                named("Quantities", _QUANTITIES),
                example=lambda: sample("claim-quantities"),
            )
        },
        problems=("not-found", "gone", "unavailable-for-legal-reasons"),
    )
    def get_claim_quantities(state: State, query: Query, id: str) -> Reply:
        """Compare the quantities of a claim with others that have the same label.

        Those of the claim itself, and of claims that are about something that it is about. They agree where
        their digits leave room for one number, by arithmetic where a part is divided by its whole; money is
        compared within one year, and nothing where the times that both claims speak of (`valid`) differ.
        """
        found = read_quantities(state, id)
        found["query"] = {name: query[name] for name in sorted(query.given)}
        return Reply(document=found)
