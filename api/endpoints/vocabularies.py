"""The controlled vocabularies, served."""

from typing import Any

from api.http.endpoint import Answer, Endpoints, PathParameter
from api.http.problems import Problem
from api.records.core.state import State
from schemas.base import nearest, quoted
from schemas.query import Query
from schemas.vocabularies import PREFIXES, VOCABULARIES, ClaimKind, Term, Vocabulary

from .components import named
from .examples import sample
from .reply import Reply
from .response_schemas import ADDRESS, TEXT, list_of, object_of

_TERM = object_of(
    {
        "name": TEXT,
        "definition": TEXT,
        "equivalent": {"type": ["string", "null"], "format": "uri"},
        "synonyms": list_of(TEXT),
        "needs_holder": {
            "type": "boolean",
            "description": "Of claim kinds: such a claim says in its attribution whose it is.",
        },
    },
    ("needs_holder",),
    "`synonyms`: what people write instead. They are refused, and `did_you_mean` has the name.",
)
_VOCABULARY = named(
    "Vocabulary",
    object_of(
        {
            "name": TEXT,
            "title": TEXT,
            "definition": TEXT,
            "terms": list_of(named("Term", _TERM)),
            "links": object_of({"self": ADDRESS}),
        }
    ),
)
NAME = PathParameter(
    "name", "Name of a vocabulary.", {"type": "string", "enum": list(VOCABULARIES)}, "stances"
)


def declare(endpoints: Endpoints) -> None:
    """Declare the vocabularies."""

    @endpoints.get(
        "/v1/vocabularies",
        "listVocabularies",
        "vocabularies",
        answers={
            200: Answer("All.", object_of({"data": list_of(_VOCABULARY)}), example=lambda: _shortened())
        },
    )
    def list_vocabularies(_: State, __: Query) -> Reply:
        """List the controlled vocabularies.

        Every term that documents and queries may use, with its definition and its equivalent elsewhere.
        """
        return Reply(document={"data": [vocabulary_document(v) for v in VOCABULARIES.values()]})

    @endpoints.get(
        "/v1/vocabularies/{name}",
        "getVocabulary",
        "vocabularies",
        path_parameters=(NAME,),
        answers={200: Answer("The vocabulary.", _VOCABULARY, example=lambda: sample("vocabulary"))},
        problems=("not-found",),
    )
    def get_vocabulary(_: State, __: Query, name: str) -> Reply:
        """Read one controlled vocabulary.

        Its terms in the order in which they are shown.
        """
        if name not in VOCABULARIES:
            near = nearest(name, VOCABULARIES)
            hint = f'; did you mean "{near}"?' if near else ""
            raise Problem("not-found", f"there is no vocabulary {quoted(name)}{hint}", did_you_mean=near)
        return Reply(document=vocabulary_document(VOCABULARIES[name]))


def _shortened() -> Any:
    return {"data": sample("vocabularies")["data"][:1]}


def vocabulary_document(vocabulary: Vocabulary) -> dict[str, Any]:
    """The vocabulary as served: `name`, `title`, `definition`, `terms`, `links`."""
    return {
        "name": vocabulary.name,
        "title": vocabulary.title,
        "definition": vocabulary.definition,
        "terms": [_term(term) for term in vocabulary.terms],
        "links": {"self": f"/v1/vocabularies/{vocabulary.name}"},
    }


def _term(term: Term) -> dict[str, Any]:
    held = {"needs_holder": term.needs_holder} if isinstance(term, ClaimKind) else {}
    return {
        "name": term.name,
        "definition": term.definition,
        "equivalent": _expanded(term.equivalent),
        "synonyms": list(term.synonyms),
        **held,
    }


def _expanded(compact: str | None) -> str | None:
    """A compact IRI in full."""
    if compact is None:
        return None
    prefix, _, name = compact.partition(":")
    return PREFIXES[prefix] + name
