"""The OpenAPI 3.1 description: assembled from the endpoints, kept as a file, served as it is kept."""

import json
from collections.abc import Iterator
from importlib.resources import files

from apispec import APISpec

from api.http.conditions import IDEMPOTENCY_KEY, MOST_VERSIONS
from api.http.endpoint import Answer, Body, Endpoint, Endpoints, PathParameter
from api.http.problems import MEDIA_TYPE, TYPES
from api.records.core.registry import TYPES as RECORD_TYPES
from api.records.core.state import State
from schemas.base import Json
from schemas.curating import CheckItemSchema, CorrectionSchema, LocateSchema, MergerSchema
from schemas.fields import ID
from schemas.json_schema import components, written_components
from schemas.problem import ProblemSchema
from schemas.query import Parameter, Query, list_of_values
from schemas.vocabularies import ProblemType

from .components import share
from .memento import LINK_FORMAT
from .reply import Reply

OPENAPI_JSON = "application/vnd.oai.openapi+json"
OPENAPI_YAML = "application/vnd.oai.openapi"

_DESCRIPTION = """\
Structured fact records: claims with their whole provenance, and the parties, dates, sources and places that
they are about.

Reads are open. Every answer carries a strong `ETag`; send it back in `If-None-Match` for a 304. An unknown
parameter or value is an error that suggests the right one; commas separate the values of a list, and a list
parameter that is given again adds to it. Errors are problem documents (RFC 9457).

Answers to a key have a `Facts-Version`. Send the number as `Facts-Min-Version`, with or without a key, and
the answer shows no older state, whichever server reads (412 where there is no such version).
"""
_KEY = "An API key, made by `facts key create`. One that is unknown, expired or revoked is always refused."
#: What each means, and more of its schema.
_REQUEST_HEADERS: dict[str, tuple[str, Json]] = {
    "If-Match": (
        "Entity tag of the plain record as you read it. A dry run takes `*` for any, and may leave it out.",
        {},
    ),
    "If-None-Match": ("`*` creates, where nothing has this id.", {}),
    "Accept-Datetime": ("The record as it was at this time, an HTTP date (RFC 7089).", {}),
    "Accept-Language": (
        "Languages that the reader likes: of a party's names, with `perspective`; of a page.",
        {},
    ),
    "Idempotency-Key": (
        "Makes a repeat of this request harmless for 24 hours: it gets the first answer.",
        {"pattern": IDEMPOTENCY_KEY},
    ),
    "Facts-Min-Version": (
        "A `Facts-Version`: the answer shows that state or a later one.",
        {"type": "integer", "minimum": 0, "maximum": MOST_VERSIONS},
    ),
}
_TAGS = {
    "search": "Everything, by words and names.",
    "vocabularies": "Every controlled term, defined.",
    "problems": "What can be wrong with a request.",
    "history": "What changed, when and why.",
    "curating": "Many changes at once.",
    "service": "The service about itself.",
}
_HEADERS: dict[str, Json] = {
    "ETag": {
        "description": "Strong entity tag of this answer.",
        "schema": {"type": "string"},
        "example": '"5d41402abc4b2a76b9719d911017c592"',
    },
    "Last-Modified": {
        "description": "When what the record shows last changed.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "`no-cache`: store, but revalidate; a revision or `as_of=seq:N` lasts a day; "
        "to an API key `private, no-store`.",
        "schema": {"type": "string"},
    },
    "Vary": {"description": "Which request headers can change this answer.", "schema": {"type": "string"}},
    "Link": {
        "description": 'RFC 8288: `rel="next"` where another page follows.',
        "schema": {"type": "string"},
    },
    "X-Request-Id": {"description": "Leads to this request in the log.", "schema": {"type": "string"}},
    "Facts-Version": {
        "description": "How many commits this answer to a key shows; for `Facts-Min-Version`.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Allow": {"description": "The methods of this address.", "schema": {"type": "string"}},
    "Location": {"description": "Where the record lives on.", "schema": {"type": "string"}},
}
#: What any request, or any with a body, can be answered with, whatever it asks for: described once.
ANYWHERE = (
    "not-acceptable", "payload-too-large", "uri-too-long", "unsupported-media-type", "headers-too-large",
    "internal-error", "unavailable", "insufficient-storage",
)  # fmt: skip
#: What every answer but those to writes carries, for caches.
_VALIDATORS = ("ETag", "Cache-Control", "Vary")


def description(endpoints: Endpoints, version: str) -> Json:
    """The whole OpenAPI document."""
    spec = APISpec(
        title="A record of facts",
        version=version,
        openapi_version="3.1.0",
        info={"description": _DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
        tags=[{"name": name, "description": text} for name, text in _tags().items()],
        servers=[{"url": "/", "description": "This service."}],
    )
    records = [t.schema for t in RECORD_TYPES.values()]
    curating = (CorrectionSchema, MergerSchema, CheckItemSchema, LocateSchema)
    for name, schema in (
        components(*records, ProblemSchema) | written_components(*records, *curating)
    ).items():
        spec.components.schema(name, schema)
    spec.components.schema("Ids", list_of_values(ID))
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer", "description": _KEY})
    for name, header in _HEADERS.items():
        spec.components.header(name, header)
    for status, problems in _by_status().items():
        spec.components.response(str(status), _refusal(problems))
    spec.components.response("default", _refusal([TYPES[name] for name in ANYWHERE]))
    for endpoint in endpoints.all:
        spec.path(path=endpoint.path, operations={endpoint.method.lower(): _operation(endpoint)})
    document: Json = share(spec.to_dict())
    return {"openapi": document.pop("openapi"), **document}


def _tags() -> dict[str, str]:
    """Families of endpoints: of each record type first."""
    return {t.plural: t.what for t in RECORD_TYPES.values()} | _TAGS


def _operation(endpoint: Endpoint) -> Json:
    summary, text = endpoint.text
    path = [_path_parameter(p) for p in endpoint.path_parameters]
    query = [_parameter(p) for p in endpoint.parameters.values()]
    headers = [_header_parameter(name, endpoint) for name in _request_headers(endpoint)]
    described: Json = {
        "operationId": endpoint.id,
        "tags": [endpoint.tag],
        "summary": summary,
        "description": text,
        "parameters": path + query + headers,
        "responses": _answers(endpoint),
        "security": _security(endpoint),
    }
    if endpoint.body:
        described["requestBody"] = _body(endpoint.body)
    return described


def _body(body: Body) -> Json:
    example = body.example() if body.example else None
    shown = {} if example is None else {"example": example}
    content = {media_type: {"schema": schema, **shown} for media_type, schema in body.schemas.items()}
    return {"required": body.required, "content": content}


def _security(endpoint: Endpoint) -> list[Json]:
    """Whether a key is needed, taken, or of no use."""
    if endpoint.secured:
        return [{"key": []}]
    return [{}, {"key": []}] if endpoint.keyed else []


def _request_headers(endpoint: Endpoint) -> tuple[str, ...]:
    """Headers of a request that change what is answered."""
    spoken = ("Accept-Language",) if "perspective" in endpoint.parameters else ()
    return (*endpoint.headers, *spoken, *(("Facts-Min-Version",) if endpoint.keyed else ()))


def _answers(endpoint: Endpoint) -> Json:
    """The answers of an endpoint by status."""
    versions = ("Facts-Version",) if endpoint.keyed else ()
    common = (("Cache-Control",) if endpoint.secured else _VALIDATORS) + versions
    answers = {str(status): _answer(a, common) for status, a in endpoint.answers.items()}
    if endpoint.method == "GET":
        headers = _headers((*_VALIDATORS, "Facts-Version"))
        answers["304"] = {"description": "The client has it already.", "headers": headers}
    if _leads_on(endpoint):
        answers["308"] = {
            "description": "Merged: the same address of the record that it lives on in.",
            "headers": _headers(("Location", "Cache-Control", "Vary", "Facts-Version")),
        }
    for name in _problems(endpoint):
        status = str(TYPES[name].status)
        answers[status] = {"$ref": f"#/components/responses/{status}"}
    return {**answers, "default": {"$ref": "#/components/responses/default"}}


def _leads_on(endpoint: Endpoint) -> bool:
    """Whether a merged record's address leads to its survivor: all that are read, but its own time map."""
    return endpoint.method == "GET" and "{id}" in endpoint.path and LINK_FORMAT not in endpoint.media_types


def _problems(endpoint: Endpoint) -> Iterator[str]:
    """The names of the problems that an endpoint can answer with."""
    yield "invalid-query"
    yield from endpoint.problems
    if endpoint.method == "GET":
        yield "precondition-failed"
    if endpoint.keyed:
        yield from ("unauthorized", "version-not-reached")
    if endpoint.limited:
        yield "query-timeout"


#: What need not be sent does not say so.
_REQUIRED: dict[bool, Json] = {True: {"required": True}, False: {}}


def _header_parameter(name: str, endpoint: Endpoint) -> Json:
    description, more = _REQUEST_HEADERS[name]
    required = name in endpoint.required_headers
    return {
        "name": name,
        "in": "header",
        "description": description,
        **_REQUIRED[required],
        "schema": {"type": "string", **more},
        # Pages for trying requests out make dry runs.
        **({"example": "*"} if required else {}),
    }


def _parameter(parameter: Parameter) -> Json:
    shown: Json = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        **_REQUIRED[parameter.required],
        "schema": parameter.schema,
    }
    if parameter.listed or parameter.schema.get("type") == "array":
        # A comma separates values; `a=1&a=2` means the same.
        shown["explode"] = False
    if parameter.example is None:
        return shown
    # Pages for trying requests out send every `example` at once: what need not be sent only shows its form.
    if parameter.required or parameter.tried:
        return shown | {"example": parameter.example}
    return shown | {"schema": _with_example(parameter)}


def _with_example(parameter: Parameter) -> Json:
    schema, examples = parameter.schema, {"examples": [parameter.example]}
    if "$ref" in schema:
        return schema
    return {**schema, "items": schema["items"] | examples} if parameter.listed else schema | examples


def _path_parameter(parameter: PathParameter) -> Json:
    return {
        "name": parameter.name,
        "in": "path",
        "description": parameter.description,
        "required": True,
        "schema": parameter.schema,
        **({"example": parameter.example} if parameter.example is not None else {}),
    }


def _answer(found: Answer, common: tuple[str, ...]) -> Json:
    described: Json = {"description": found.description, "headers": _headers((*common, *found.headers))}
    if found.schema is None:
        return described
    content: Json = {"schema": found.schema}
    if found.example:
        content["example"] = found.example()
    others = {media_type: {"schema": schema} for media_type, schema in found.others.items()}
    return described | {"content": {found.media_type: content, **others}}


def _headers(names: tuple[str, ...]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, "X-Request-Id")}


def _by_status() -> dict[int, list[ProblemType]]:
    """The problem types of each status."""
    found: dict[int, list[ProblemType]] = {}
    for kind in TYPES.values():
        found.setdefault(kind.status, []).append(kind)
    return found


def _refusal(kinds: list[ProblemType]) -> Json:
    """The answer of a status: one schema, and an example of each kind of problem."""
    allow = ("Allow",) if any(kind.name == "method-not-allowed" for kind in kinds) else ()
    examples = {kind.name: {"value": _problem(kind)} for kind in kinds}
    return {
        "description": "; ".join(f"{kind.title} (`{kind.name}`)" for kind in kinds) + ".",
        "headers": _headers((*allow, "Facts-Version")),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }


def _problem(kind: ProblemType) -> Json:
    return {
        "type": f"/problems/{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.definition,
        "request_id": "0f4b1c2d3e5a6978",
    }


# Serving it


def kept(name: str) -> bytes:
    """A generated file of this package, `openapi.json` or `openapi.yaml`."""
    return files("api").joinpath(name).read_bytes()


def declare(endpoints: Endpoints) -> None:
    """Declare the description's own addresses."""
    for name, media_type in (("openapi.json", OPENAPI_JSON), ("openapi.yaml", OPENAPI_YAML)):
        _declare(endpoints, name, media_type)


def _declare(endpoints: Endpoints, name: str, media_type: str) -> None:
    plain = "application/json" if name.endswith("json") else "application/yaml"

    @endpoints.get(
        f"/{name}",
        "getOpenapiJson" if name.endswith("json") else "getOpenapiYaml",
        "service",
        media_types=(media_type, plain),
        answers={200: Answer("The description.", {"type": "object"}, media_type)},
    )
    def get_description(_: State, __: Query) -> Reply:
        """Read this description.

        OpenAPI 3.1.
        """
        body = kept(name)
        return Reply(body=body, media_type=media_type)


def as_json(document: Json) -> str:
    """The document as it is served: no byte too many."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
