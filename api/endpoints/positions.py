"""The positions of a dossier, question by question."""

from api.http.endpoint import Answer, Endpoints, PathParameter
from api.records.answers.cells import MOST_CLAIMS
from api.records.answers.positions import read_positions
from api.records.core.registry import DOSSIER
from api.records.core.state import State
from schemas.query import Query
from schemas.vocabularies import STANCES

from .components import named
from .examples import sample
from .parameters import positions_parameters
from .reply import Reply
from .response_schemas import ADDRESS, COUNT, ID, QUERY, SHOWN_TRANSLATION, TEXT, list_of, object_of, or_null

_REFERENCE = {"$ref": "#/components/schemas/Reference"}
_SAID = or_null({"$ref": "#/components/schemas/FuzzyDate"})
_TERM = STANCES.schema
_ENTRY = named(
    "PositionClaim",
    object_of(
        {
            "stance": _TERM,
            "claim": _REFERENCE,
            "claimant": or_null(_REFERENCE),
            "said": _SAID,
            "origins": {"$ref": "#/components/schemas/Origins"},
            "citations": list_of({"$ref": "#/components/schemas/Citation"}),
        }
    ),
)
_STANCE = named(
    "Stance",
    object_of(
        {"stance": _TERM, "claims": COUNT, "first": _SAID, "last": _SAID},
        (),
        "How many claims take it, and when the first and the last that have a date were made.",
    ),
)
_COLUMN = object_of(
    {
        "party": _REFERENCE,
        "stances": list_of(_STANCE),
        "changed": {
            "type": "boolean",
            "description": "Whether one stance surely follows another: their dates are known without doubt, "
            "and the last possible day of one comes before the first possible day of the other.",
        },
        "several": {
            "type": "boolean",
            "description": "Whether there is more than one stance, of which none surely follows another.",
        },
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
        "translation": SHOWN_TRANSLATION,
        "positions": list_of(named("Position", _COLUMN)),
        "stated_as_fact": object_of({"total": COUNT, "claims": list_of(_ENTRY)}),
        "silent": list_of(_REFERENCE),
        "contradictions": list_of(
            list_of(named("ContradictingClaim", object_of({"claim": ID, "party": or_null(ID)})))
        ),
    },
    ("translation",),
)
_POSITIONS = object_of(
    {
        "dossier": {"$ref": "#/components/schemas/Reference"},
        "questions": list_of(named("QuestionPositions", _QUESTION)),
        "query": QUERY,
    }
)


def declare(endpoints: Endpoints) -> None:
    """Declare the positions of dossiers."""

    @endpoints.get(
        "/v1/dossiers/{id}/positions",
        "getDossierPositions",
        "dossiers",
        parameters=positions_parameters(),
        demanding=True,
        path_parameters=(PathParameter("id", "Id of a dossier.", ID, DOSSIER.example),),
        answers={
            200: Answer(
                "Question by question.",
                named("Positions", _POSITIONS),
                headers=("ETag",),
                example=lambda: sample("positions"),
            )
        },
        problems=("not-found", "gone", "unavailable-for-legal-reasons"),
    )
    def get_dossier_positions(state: State, query: Query, id: str) -> Reply:
        """Read who holds what.

        For each question one column a side: its stances, each with its first and last date, and its claims in
        time order. `changed`: one stance surely follows another; `several`: there are more, and none surely
        does. `said` narrows all of it to a time in the story. `silent` names the sides of the dossier that do
        not answer: whoever is named in `position_of`, or claims a position, a demand, a condition, a promise,
        a denial or an offer; with `party`, those asked for. `stated_as_fact` are claims without a speaker;
        `contradictions` are pairs of the claims shown.
        """
        return Reply(document=read_positions(state, id, query))
