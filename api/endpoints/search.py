"""Searching everything, and suggesting names while somebody types."""

from api.http.endpoint import Answer, Endpoints
from api.records.answers.near_names import MOST_NEAR
from api.records.answers.search import read_search, read_suggestions
from api.records.core.state import State
from schemas.base import Json
from schemas.query import Query

from .components import named
from .examples import sample
from .parameters import search_parameters, suggest_parameters
from .reply import Reply, page_member
from .response_schemas import (
    ADDRESS,
    COUNT,
    FACETS,
    ID,
    NULLABLE_TEXT,
    PAGE,
    QUERY,
    SEEN_BY,
    STATUS,
    TEXT,
    TYPE,
    list_of,
    object_of,
)

_RANGE = object_of({"start": COUNT, "end": COUNT}, (), "Code points of `text`, `end` exclusive.")
_HIGHLIGHT = object_of(
    {"pointer": TEXT, "text": TEXT, "ranges": list_of(named("TextRange", _RANGE))},
    (),
    "A text of the record, at a JSON pointer into it, and where in it the words stand.",
)
_RESULT = object_of(
    {
        "type": TYPE,
        "id": ID,
        "name": NULLABLE_TEXT,
        "href": ADDRESS,
        "status": STATUS,
        "found_by": {
            "type": "string",
            "enum": ["name", "beginning", "text"],
            "description": "Its name or title is the text, a word of its names begins with it, or other.",
        },
        "highlights": list_of(named("Highlight", _HIGHLIGHT)),
        **SEEN_BY,
    },
    ("status", *SEEN_BY),
)
_RESULT = named("SearchResult", _RESULT)
_GROUP = object_of({"type": TYPE, "total": COUNT, "data": list_of(_RESULT)})
_SUGGESTION = object_of(
    {"type": TYPE, "id": ID, "name": NULLABLE_TEXT, "href": ADDRESS, "matched": TEXT, **SEEN_BY},
    tuple(SEEN_BY),
    "`matched`: that one of its names which fits what was typed best.",
)
_NEAR = list_of(named("Suggestion", _SUGGESTION)) | {
    "description": "Where nothing is found and a term is in no public record: names near it.",
    "maxItems": MOST_NEAR,
}
_SEARCH = object_of(
    {
        "data": list_of(_RESULT),
        "page": PAGE,
        "query": QUERY,
        "facets": FACETS,
        "groups": list_of(named("SearchGroup", _GROUP)),
        "did_you_mean": _NEAR,
    },
    ("facets", "groups", "did_you_mean"),
)
_SUGGESTIONS = object_of(
    {"data": list_of(named("Suggestion", _SUGGESTION)), "did_you_mean": _NEAR}, ("did_you_mean",)
)


def declare(endpoints: Endpoints) -> None:
    """Declare search and suggestions."""

    @endpoints.get(
        "/v1/search",
        "searchRecords",
        "search",
        parameters=search_parameters(),
        answers={200: Answer("A page of results, or groups of them.", named("SearchPage", _SEARCH),
                             headers=("ETag", "Link"), example=lambda: sample("search"))},
    )  # fmt: skip
    def search(state: State, query: Query) -> Reply:
        """Search all records.

        Names and titles that are the text come first, then names of parties and places that have a word which
        begins with it, then the rest by bm25, where a title or name counts more than text.

        A type that lacks a filter of the query is left out.
        Of more than 5,000 matches those added last are ranked; counts are exact all the same. After the best
        500, those added last come first. A walk shows what is found all along exactly once, whatever is
        published meanwhile.

        Where nothing is found, `did_you_mean` has up to five names of parties and places near what was typed.
        """
        found = read_search(state, query)
        body = {"data": found.data, "page": page_member(found), "query": found.query}
        if found.facets is not None:
            body["facets"] = found.facets
        if found.groups is not None:
            body["groups"] = found.groups
        return Reply(document=body | _near(found.near), next=found.next)

    @endpoints.get(
        "/v1/suggest",
        "suggestNames",
        "search",
        parameters=suggest_parameters(),
        answers={200: Answer("Suggestions.", _SUGGESTIONS, headers=("ETag",),
                             example=lambda: sample("suggest"))},
    )  # fmt: skip
    def suggest(state: State, query: Query) -> Reply:
        """Suggest names and titles.

        For a search box: what begins with the text or has a word that does, by any name that somebody uses;
        parties, places and dossiers first. Where there is nothing, `did_you_mean` has names near the text.
        """
        found, near = read_suggestions(state, query)
        return Reply(document={"data": found} | _near(near))


def _near(names: list[Json]) -> Json:
    """The member `did_you_mean`, where there are names for it."""
    return {"did_you_mean": names} if names else {}
