"""What the record refuses, as answers."""

from collections.abc import Callable

from flask import Flask, Response, current_app, request, url_for
from peewee import DatabaseError

from api.http import log
from api.http.conditions import challenge
from api.http.endpoint import Endpoint
from api.http.problems import Problem, document_errors, on_failure, problem_response
from api.http.query_strings import query_string
from api.http.responses import PRIVATE, REVALIDATE, VARY, empty_response
from api.records.core.errors import Forbidden, Merged, Refusal
from api.records.store.database import require_usable
from api.records.store.engine import DatabaseUnusable
from api.records.store.troubles import trouble_of

from .parameters import NARROWING


def install(app: Flask, address_of: Callable[[str], str]) -> None:
    """Answer refusals with problem documents; `address_of` finds a record's address."""

    def on_refusal(refusal: Refusal) -> Response:
        if isinstance(refusal, Merged):
            return _moved(refusal.survivor, address_of)
        faults, headers = document_errors(refusal.faults), None
        if isinstance(refusal, Forbidden):
            headers = challenge(error="insufficient_scope", scope=refusal.more["needed"])
        return problem_response(Problem(refusal.problem, refusal.detail, faults, headers, **refusal.more))

    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(DatabaseError, _on_database_error)
    app.register_error_handler(DatabaseUnusable, _on_unusable)


def _moved(survivor: str, address_of: Callable[[str], str]) -> Response:
    """308: the method, the body and the query go to the survivor, for good (RFC 9110 §15.4.9)."""
    endpoint = _endpoint()
    return empty_response(
        308,
        Location=_address_at(survivor, address_of),
        Cache_Control=PRIVATE if "HTTP_AUTHORIZATION" in request.environ else REVALIDATE,
        Vary=endpoint.vary if endpoint else VARY,
    )


def _address_at(survivor: str, address_of: Callable[[str], str]) -> str:
    """This request's address with the survivor in the place of the merged record."""
    if set(request.view_args or ()) != {"id"}:
        # A revision's number means another one there.
        return address_of(survivor)
    address, query = url_for(str(request.endpoint), id=survivor), query_string()
    return f"{address}?{query}" if query else address


_TROUBLES = {
    "busy": ("unavailable", "other writers hold the database; nothing was changed", {"Retry-After": "1"}),
    "full": ("insufficient-storage", "the disk is full; nothing was changed", {}),
    "read-only": ("unavailable", "the database can only be read just now", {"Retry-After": "60"}),
    "unreachable": ("unavailable", "the database cannot be opened", {"Retry-After": "5"}),
    **dict.fromkeys(
        ("damaged", "foreign"),
        ("unavailable", "the database is damaged; it has to be restored", {"Retry-After": "60"}),
    ),
}


def _on_unusable(error: DatabaseUnusable) -> Response:
    log.warn("the database cannot be used", request.environ, error=str(error))
    return problem_response(Problem("unavailable", str(error), headers={"Retry-After": "60"}))


def _on_database_error(error: DatabaseError) -> Response:
    trouble = trouble_of(error)
    if trouble is None:
        return _on_other_error(error)
    name, detail, headers = _TROUBLES[trouble] if trouble != "too-slow" else _too_slow()
    log.warn(f"the database is {trouble}", request.environ, error=str(error))
    return problem_response(Problem(name, detail, headers=headers))


def _on_other_error(error: DatabaseError) -> Response:
    """What is said of statements that the tables do not take: another version may have changed these."""
    try:
        require_usable(current_app.extensions["facts.database"])
    except DatabaseUnusable as unusable:
        return _on_unusable(unusable)
    return on_failure(error)


def _too_slow() -> tuple[str, str, dict[str, str]]:
    """A query that was given up: what it asked for, and what would narrow it."""
    endpoint = _endpoint()
    limit = "EXPORT_TIMEOUT_MS" if endpoint and endpoint.streams else "QUERY_TIMEOUT_MS"
    milliseconds = current_app.config[limit]
    detail = f"the query took longer than {milliseconds} ms{_narrower(endpoint) if endpoint else ''}"
    return "query-timeout", detail, {"Retry-After": "5"}


def _narrower(endpoint: Endpoint) -> str:
    """How to ask for less."""
    if endpoint.body:
        return "; send less at once"
    asked = {name.removesuffix(".not") for name in request.args}
    free = [name for name in endpoint.parameters if name in NARROWING and name not in asked]
    return f"; narrow it with {', '.join(free)}" if free else ""


def _endpoint() -> Endpoint | None:
    """What the request asks for; None where it is no endpoint of the service."""
    found: Endpoint | None = current_app.extensions["facts.endpoints"].get(request.endpoint)
    return found
