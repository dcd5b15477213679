"""What the record refuses, as answers."""

from collections.abc import Callable

from flask import Flask, Response

from api.http.problems import Problem, document_errors, problem_response
from api.records.errors import Merged, Refusal


def install(app: Flask, address_of: Callable[[str], str]) -> None:
    """Answer refusals with problem documents; `address_of` finds a record's address."""

    def on_refusal(refusal: Refusal) -> Response:
        if isinstance(refusal, Merged):
            # 308: the method and body go to the survivor, for good (RFC 9110 §15.4.9).
            return Response(status=308, headers={"Location": address_of(refusal.survivor)})
        problem = Problem(refusal.problem, refusal.detail, document_errors(refusal.faults), **refusal.more)
        return problem_response(problem)

    app.register_error_handler(Refusal, on_refusal)
