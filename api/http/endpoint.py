"""Endpoints: an endpoint is one declaration, from which its route, its checks and its OpenAPI follow."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import Flask, Response, request

from schemas.base import Json
from schemas.query import Parameter, Query, read_query

from .query_strings import query_of_request, require_acceptable
from .responses import JSON, VARY

#: Raises a problem where the request's API key is unknown.
Admission = Callable[[], object]
#: What an endpoint does; what it returns is for the handler.
View = Callable[..., Any]
#: Request headers of single endpoints that change what is answered.
_VARYING = ("Accept-Datetime", "Accept-Language")


@dataclass(frozen=True)
class Answer:
    """One possible answer: what it means, its JSON Schema, its headers, a real example.

    `others`: further media types that `Accept` can ask for, each with its JSON Schema. Headers that every
    answer of its kind carries need not be listed.
    """

    description: str
    schema: Json | None = None
    media_type: str = JSON
    headers: tuple[str, ...] = ()
    example: Callable[[], Any] | None = None
    others: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Body:
    """What a request carries: its JSON Schema by media type, and a real example."""

    schemas: Mapping[str, Json]
    required: bool = True
    example: Callable[[], Any] | None = None


@dataclass(frozen=True)
class PathParameter:
    """A variable part of an address."""

    name: str
    description: str
    schema: Json
    example: Any = None


@dataclass(frozen=True)
class Endpoint:
    """What one method of one address does. The view's docstring is its documentation."""

    method: str
    path: str
    id: str
    tag: str
    view: View
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    path_parameters: Sequence[PathParameter] = ()
    answers: Mapping[int, Answer] = field(default_factory=dict)
    media_types: Sequence[str] = (JSON,)
    #: Problem types that this endpoint can answer with, beside those of every endpoint.
    problems: Sequence[str] = ()
    body: Body | None = None
    #: Request headers that it reads, by name.
    headers: Sequence[str] = ()
    #: Those of them without which it refuses, unless in a dry run.
    required_headers: Sequence[str] = ()
    #: Whether it writes, for which an API key is needed; its view takes no state.
    secured: bool = False
    #: Whether holders of a key see drafts at it without asking for them.
    drafts: bool = False
    #: Whether it reads several times, or may take long, even without a query.
    demanding: bool = False
    #: Whether what it answers never changes.
    lasting: bool = False
    #: Whether its answer is made while it is sent, within a time of its own.
    streams: bool = False
    #: Whether it waits for something new.
    waits: bool = False
    #: What the docstring's `{…}` stand for.
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The address as Flask writes it."""
        return re.sub(r"\{(\w+)\}", r"<\1>", self.path)

    @cached_property
    def vary(self) -> str:
        """Request headers that can change any of its answers."""
        form = ("Accept",) if len(self.media_types) > 1 else ()
        return ", ".join((*form, VARY, *(name for name in self.headers if name in _VARYING)))

    @property
    def text(self) -> tuple[str, str]:
        """Summary and description: the docstring's first sentence and the rest."""
        text = (inspect.getdoc(self.view) or "").format(**self.words)
        summary, _, rest = text.partition("\n")
        return summary.rstrip("."), rest.strip()

    @cached_property
    def limited(self) -> bool:
        """Whether it can run into the time limit.

        A read without a query is as cheap as it gets, unless it is `demanding`: it needs no limit.
        """
        return not (self.secured or self.streams) and (self.demanding or bool(self.parameters))

    @property
    def keyed(self) -> bool:
        """Whether a request may carry an API key: under /v1, not at the service's own addresses."""
        return self.path == "/v1" or self.path.startswith("/v1/")

    def route(self, handle: "Handle", admit: Admission) -> Callable[..., Response]:
        """The handler behind its checks: known key, acceptable media type, understood query."""
        parameters, offered, keyed = self.parameters, self.media_types, self.keyed
        # An address that names its form is a link, which is followed with whatever `Accept`.
        form = "format=" if "format" in parameters else None
        # Most reads ask for nothing special: their query is understood once, here.
        needs = any(parameter.required for parameter in parameters.values())
        plain = None if needs else read_query((), parameters)

        def routed(**path: str) -> Response:
            environ = request.environ
            if keyed and "HTTP_AUTHORIZATION" in environ:
                admit()
            named = form and form in environ.get("QUERY_STRING", "")
            if environ.get("HTTP_ACCEPT", "*/*") != "*/*" and not named:
                require_acceptable(offered)
            query = query_of_request(parameters) if plain is None or environ.get("QUERY_STRING") else plain
            return handle(self, query, path)

        return routed


#: Answers an understood request: endpoint, query, variable parts of the address.
Handle = Callable[[Endpoint, Query, Mapping[str, str]], Response]


class Endpoints:
    """The endpoints of the service, in the order of its documentation."""

    def __init__(self) -> None:
        self.all: list[Endpoint] = []

    def add(self, endpoint: Endpoint) -> None:
        """Declare one."""
        self.all.append(endpoint)

    def get(self, path: str, operation_id: str, tag: str, **more: Any) -> Callable[[View], View]:
        """Declare the decorated view as the GET of an address."""

        def declare(view: View) -> View:
            self.add(Endpoint("GET", path, operation_id, tag, view, **more))
            return view

        return declare

    def install(self, app: Flask, handle: Handle, admit: Admission = lambda: None) -> None:
        """Route every endpoint to what answers it; `admit` refuses unknown keys."""
        for endpoint in self.all:
            app.add_url_rule(
                endpoint.rule,
                endpoint.id,
                endpoint.route(handle, admit),
                methods=[endpoint.method],
                strict_slashes=True,
            )
