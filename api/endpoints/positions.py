"""The positions of a dossier, question by question."""

from flask import Response
from peewee import Database

from api.http.endpoint import Answer, Endpoints, PathParameter
from api.records.answers.positions import COLUMNS, MOST_CLAIMS, read_positions
from api.records.read.parameters import perspective_parameter
from api.records.read.revisions import moment_of
from schemas import query as q
from schemas.query import Query
from schemas.vocabularies import STANCES

from .examples import EXAMPLES, sample
from .perspective import in_one_state, shown_json
from .response_schemas import ADDRESS, COUNT, ID, QUERY, TEXT, list_of, object_of

_REFERENCE = {"$ref": "#/components/schemas/Reference"}
_SAID = {"oneOf": [{"$ref": "#/components/schemas/FuzzyDate"}, {"type": "null"}]}
_TERM = {"type": "string", "enum": list(STANCES.names)}
_ENTRY = object_of(
    {
        "stance": _TERM,
        "claim": _REFERENCE,
        "claimant": {"oneOf": [_REFERENCE, {"type": "null"}]},
        "said": _SAID,
        "origins": {"$ref": "#/components/schemas/Origins"},
        "citations": list_of({"type": "object"}),
    }
)
_STANCE = object_of(
    {"stance": _TERM, "claims": COUNT, "first": _SAID, "last": _SAID},
    (),
    "How many claims take it, and when the first and the last that have a date were made.",
)
_COLUMN = object_of(
    {
        "party": _REFERENCE,
        "stances": list_of(_STANCE),
        "changed": {"type": "boolean"},
        "total": COUNT,
        "claims": list_of(_ENTRY),
        "href": ADDRESS,
    },
    (),
    f"A side: its stances and its claims in time order, {MOST_CLAIMS} at most; `href` leads to all of them.",
)
_QUESTION = object_of(
    {
        "id": ID,
        "text": TEXT,
        "positions": list_of(_COLUMN),
        "stated_as_fact": object_of({"total": COUNT, "claims": list_of(_ENTRY)}),
        "silent": list_of(_REFERENCE),
        "contradictions": list_of(
            list_of(object_of({"claim": ID, "party": {"oneOf": [ID, {"type": "null"}]}}))
        ),
    }
)
_POSITIONS = object_of(
    {
        "dossier": object_of({"type": TEXT, "id": ID, "href": ADDRESS}),
        "questions": list_of(_QUESTION),
        "query": QUERY,
    }
)


def declare(endpoints: Endpoints, database: Database) -> None:
    """Declare the positions of dossiers."""
    parameters = {
        p.name: p
        for p in (
            q.ids("question", "Questions of the dossier.", "who-holds-sovereignty"),
            q.ids("party", "Parties whose columns are shown.", "japan"),
            q.choice("by", "Whose column: that of the position, or that of the speaker.",
                     tuple(COLUMNS), "position"),
            q.as_of(),
            perspective_parameter(),
        )
    }  # fmt: skip

    @endpoints.get(
        "/v1/dossiers/{id}/positions",
        "getDossierPositions",
        "dossiers",
        parameters=parameters,
        demanding=True,
        path_parameters=(PathParameter("id", "Id of a dossier.", ID, EXAMPLES["dossier"]),),
        answers={
            200: Answer(
                "Question by question.", _POSITIONS, headers=("ETag",), example=lambda: sample("positions")
            )
        },
        problems=("not-found", "gone", "unavailable-for-legal-reasons"),
    )
    @in_one_state(database)
    def get_dossier_positions(query: Query, id: str) -> Response:
        """Read who holds what.

        For each question one column a side: its stances, each with its first and last date, and its claims in
        time order. `silent` names the sides that answer other questions of the dossier, or are asked for with
        `party`, and do not answer this one; `stated_as_fact` are claims without a speaker; `contradictions`
        are pairs of the claims shown.
        """
        moment = moment_of(database, query["as_of"]) if "as_of" in query.given else None
        return shown_json(database, query, read_positions(database, id, query, moment))
