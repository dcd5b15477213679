"""What the record refuses, as answers."""

import logging
from collections.abc import Callable

from flask import Flask, Response, current_app, request
from peewee import OperationalError

from api.http.problems import Problem, document_errors, problem_response
from api.records.database import trouble_of
from api.records.errors import Merged, Refusal
from api.records.parameters import NARROWING

_LOG = logging.getLogger("facts")


def install(app: Flask, address_of: Callable[[str], str]) -> None:
    """Answer refusals with problem documents; `address_of` finds a record's address."""

    def on_refusal(refusal: Refusal) -> Response:
        if isinstance(refusal, Merged):
            # 308: the method and body go to the survivor, for good (RFC 9110 §15.4.9).
            return Response(status=308, headers={"Location": address_of(refusal.survivor)})
        problem = Problem(refusal.problem, refusal.detail, document_errors(refusal.faults), **refusal.more)
        return problem_response(problem)

    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(OperationalError, _on_database_error)


_TROUBLES = {
    "busy": ("unavailable", "other writers hold the database; nothing was changed", {"Retry-After": "1"}),
    "full": ("insufficient-storage", "the disk is full; nothing was changed", {}),
    "read-only": ("unavailable", "the database can only be read just now", {"Retry-After": "60"}),
    "unreachable": ("unavailable", "the database cannot be opened", {"Retry-After": "5"}),
}


def _on_database_error(error: OperationalError) -> Response:
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    name, detail, headers = _TROUBLES[trouble] if trouble != "too-slow" else _too_slow()
    _LOG.warning("the database is %s: %s", trouble, error)
    return problem_response(Problem(name, detail, headers=headers))


def _too_slow() -> tuple[str, str, dict[str, str]]:
    """A query that was given up: what it asked for, and what would narrow it."""
    operation = current_app.extensions["facts.operations"].get(request.endpoint)
    asked = sorted({name.removesuffix(".not") for name in request.args})
    free = (
        [name for name in operation.parameters if name in NARROWING and name not in asked]
        if operation
        else []
    )
    milliseconds = current_app.config["QUERY_TIMEOUT_MS"]
    narrower = f"; narrow it with {', '.join(free)}" if free else ""
    return "query-timeout", f"the query took longer than {milliseconds} ms{narrower}", {"Retry-After": "5"}
