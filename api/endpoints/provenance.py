"""The provenance of a claim as one graph."""

from api.formats.prov import as_prov
from api.http.endpoint import Answer, Endpoints, PathParameter
from api.http.query_strings import require_acceptable
from api.http.responses import JSON, public_base
from api.records.answers.provenance import read_provenance
from api.records.core.registry import CLAIM
from api.records.core.state import State
from api.records.read.parameters import by_name
from schemas import query as q
from schemas.query import Query

from .components import named
from .examples import sample
from .parameters import naming_parameters
from .reply import Reply
from .response_schemas import (
    ADDRESS,
    ID,
    NULLABLE_TEXT,
    QUERY,
    SEEN_BY,
    STATUS,
    TYPE,
    list_of,
    object_of,
    or_null,
)

JSON_LD = "application/ld+json"
_NODE = object_of(
    {
        "type": TYPE,
        "id": ID,
        "name": NULLABLE_TEXT,
        "href": ADDRESS,
        "status": STATUS,
        "held": {"type": "boolean"},
        "origin": {"type": "boolean"},
        **SEEN_BY,
    },
    ("status", "held", "origin", *SEEN_BY),
    "A source says whether it is held, and whether the claim goes back to it as an origin.",
)
_EDGE = {
    "type": "object",
    "required": ["from", "to", "type"],
    "properties": {
        "from": ID,
        "to": ID,
        "type": {
            "type": "string",
            "description": "A role of the chain, a derivation, `published-by` or `cites`.",
        },
        "order": {"type": "integer", "description": "Of a link of the chain: its place, from 0 outwards."},
        "source": {"type": ["string", "null"], "description": "Of a link: the document where that happened."},
        "locator": or_null({"$ref": "#/components/schemas/Locator"}),
        "deep_link": {"type": ["string", "null"]},
        "check": {"$ref": "#/components/schemas/Check"},
    },
}
_GRAPH = object_of(
    {
        "claim": {"$ref": "#/components/schemas/Reference"},
        "origins": {"$ref": "#/components/schemas/Origins"},
        "nodes": list_of(named("ProvenanceNode", _NODE)),
        "edges": list_of(named("ProvenanceEdge", _EDGE)),
        "query": QUERY,
    }
)


def declare(endpoints: Endpoints) -> None:
    """Declare the provenance of claims."""

    @endpoints.get(
        "/v1/claims/{id}/provenance",
        "getClaimProvenance",
        "claims",
        parameters=by_name((q.as_of(), *naming_parameters())),
        demanding=True,
        path_parameters=(PathParameter("id", "Id of a claim.", ID, CLAIM.example),),
        media_types=(JSON, JSON_LD),
        answers={
            200: Answer(
                "The graph.",
                named("Provenance", _GRAPH),
                example=lambda: sample("claim-provenance"),
                others={JSON_LD: {"type": "object"}},
            )
        },
        problems=("not-found", "gone", "unavailable-for-legal-reasons"),
    )
    def get_claim_provenance(state: State, query: Query, id: str) -> Reply:
        """Read where a claim comes from.

        The speaker, whose hands it passed through, the documents cited, what they derive from, who published
        them, and which of them are origins. With `Accept: application/ld+json` the same as W3C PROV-O, with
        the cited spans as Web Annotation selectors.
        """
        graph = read_provenance(state, id)
        graph["query"] = {name: query[name] for name in sorted(query.given)}
        if require_acceptable((JSON, JSON_LD)) == JSON_LD:
            base = public_base()
            return Reply(document=graph, form=lambda named: as_prov(named, base), media_type=JSON_LD)
        return Reply(document=graph)
