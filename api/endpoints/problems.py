"""Pages about problem types: what each `type` of a problem document leads to."""

from flask import current_app

from api.http.endpoint import Answer, Endpoints, PathParameter
from api.http.languages import CHOSEN_LANGUAGE, LANG, liked_language
from api.http.problems import TYPES, Problem
from api.http.query_strings import require_acceptable
from api.http.responses import JSON
from api.records.core.state import State
from schemas.base import Json, nearest, quoted
from schemas.query import Query

from .examples import sample
from .reply import Reply
from .response_schemas import ADDRESS, TEXT, object_of

HTML = "text/html"
_SHAPE = object_of({"type": ADDRESS, "title": TEXT, "status": {"type": "integer"}, "definition": TEXT})
_NAME = PathParameter(
    "name", "Name of a problem type.", {"type": "string", "enum": list(TYPES)}, "invalid-query"
)


def declare(endpoints: Endpoints) -> None:
    """Declare the problem types' pages."""

    @endpoints.get(
        "/problems/{name}",
        "getProblemType",
        "problems",
        path_parameters=(_NAME,),
        parameters={LANG: CHOSEN_LANGUAGE},
        headers=("Accept-Language",),
        media_types=(JSON, HTML),
        answers={200: Answer("About this kind of problem.", _SHAPE, example=lambda: sample("problem-type"))},
        problems=("not-found",),
    )
    def get_problem_type(_: State, query: Query, name: str) -> Reply:
        """Read about a kind of problem.

        A page for people, in the language of `lang`, else in the one that `Accept-Language` likes best; or
        JSON, in English, as `Accept` asks.
        """
        if name not in TYPES:
            near = nearest(name, TYPES)
            hint = f'; did you mean "{near}"?' if near else ""
            raise Problem("not-found", f"there is no problem type {quoted(name)}{hint}", did_you_mean=near)
        if require_acceptable((JSON, HTML)) == JSON:
            return Reply(document=_about(name))
        body, headers = current_app.extensions["facts.problem_type_page"](
            name, query[LANG] or liked_language()
        )
        return Reply(body=body, media_type=f"{HTML}; charset=utf-8", headers=headers)


def _about(name: str) -> Json:
    kind = TYPES[name]
    return {
        "type": f"/problems/{name}",
        "title": kind.title,
        "status": kind.status,
        "definition": kind.definition,
    }
