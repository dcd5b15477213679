"""Passages and citations looked for in a text that somebody sends."""

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError

from api.http.bodies import JSON, read_body
from api.http.endpoint import Answer, Body, Endpoint, Endpoints
from api.records.citations.locate import MOST_PLACES, locate
from api.records.citations.spans import Span, digest, place_of, read_text
from api.records.citations.verify import Checked, judged
from api.records.core.errors import DocumentFault, InvalidDocument
from api.records.core.registry import SOURCE, TYPES
from api.records.core.state import State
from api.records.store.deadline import look
from api.records.write.session import Session
from schemas.base import Json, faults_of, quoted
from schemas.curating import MOST_LOCATORS, LocateSchema
from schemas.json_schema import written_reference_to
from schemas.query import Query
from schemas.vocabularies import CHECK_STATUSES

from .reply import Reply
from .response_schemas import ADDRESS, COUNT, ID, TEXT, list_of, object_of

_PLACE = object_of(
    {
        "position": object_of({"start": COUNT, "end": COUNT}),
        "paragraph": COUNT,
        "digest": TEXT,
        "folded_digest": TEXT,
    },
    (),
    "A place, with the members that a locator takes.",
)
_PLACES = {**list_of(_PLACE), "maxItems": MOST_PLACES}
_LOCATED = object_of(
    {"match": {"enum": ["exact", "folded", None]}, "count": COUNT, "places": _PLACES},
    (),
    "Where a passage stands: as written, else folded. `places` are the first of `count`.",
)
_CHECKED = object_of(
    {
        "type": TEXT,
        "id": ID,
        "href": ADDRESS,
        "pointer": TEXT,
        "status": {"type": "string", "enum": list(CHECK_STATUSES.names)},
        "detail": TEXT,
        "places": _PLACES,
    },
    (),
    "What a citation came to, and where: `pointer` leads to it in the record.",
)
_ANSWER = object_of({"text_digest": TEXT, "data": list_of({"anyOf": [_LOCATED, _CHECKED]})})
_EXAMPLE = {
    "text": "Abe spoke.\n\nPutin said: “Yes.”",
    "locators": [{"start": "Putin", "end": "Yes"}, {"quote": 'said: "yes."'}],
}


def declare(endpoints: Endpoints) -> None:
    """Declare the search for passages."""

    def view(state: State, _: Query) -> Reply:
        """Find passages, or the citations of a source, in a text that you send.

        With `locators`, at most {locators}: for each, in order, how many places it has and the first {places}
        of them, each with position, paragraph and digests, as a locator takes them. With `source`: every
        published citation of it, compared with the text. The text is read as `facts verify` reads a file, and
        not kept.
        """
        body = asked(read_body())
        text = read_text(body["text"].encode())
        found = _checked(state, body, text) if body.get("source") else located(body, text)
        return Reply(document={"text_digest": digest(text), "data": list(found)})

    endpoints.add(
        Endpoint(
            "POST",
            "/v1/locate",
            "locatePassages",
            "curating",
            view,
            answers={200: Answer("An answer for each passage or citation.", _ANSWER)},
            problems=("invalid-json", "payload-too-large", "unsupported-media-type", "invalid-document"),
            body=Body({JSON: written_reference_to(LocateSchema)}, example=lambda: _EXAMPLE),
            demanding=True,
            words={"locators": str(MOST_LOCATORS), "places": str(MOST_PLACES)},
        )
    )


def asked(body: Any) -> Json:
    """What to locate, as its schema reads it. Raises InvalidDocument."""
    try:
        return dict(LocateSchema().load(body))
    except ValidationError as error:
        faults = tuple(
            DocumentFault(at, str(m), getattr(m, "allowed", ()), getattr(m, "did_you_mean", None))
            for at, m in faults_of(error.messages)
        )
        raise InvalidDocument("what to locate has faults", faults) from None


def located(body: Json, text: str) -> Iterator[Json]:
    """{`match`, `count`, `places`} of each passage that is asked for."""
    for passage in body["locators"]:
        look()
        found = locate(passage, text)
        yield {
            "match": found.match,
            "count": found.count,
            "places": [*_places(text, found.spans)],
        }


def _checked(state: State, body: Json, text: str) -> Iterator[Json]:
    source = _source(state, body["source"])
    for check in judged(state.database, {source: text}, ("published",)):
        look()
        yield _check_document(check, text)


def _source(state: State, asked: str) -> str:
    """The id that a source is known by now; a retracted one is compared too, as its citations stay."""
    entry = Session(state.database).survivor(asked)
    if entry is None or entry.type is not SOURCE or entry.status == "draft":
        fault = DocumentFault("/source", f"{quoted(asked)} is no published source")
        raise InvalidDocument("there is nothing to compare", (fault,))
    return entry.id


def _check_document(check: Checked, text: str) -> Json:
    return {
        "type": check.type,
        "id": check.record,
        "href": TYPES[check.type].href(check.record),
        "pointer": check.pointer,
        "status": check.judgement.status,
        "detail": check.judgement.detail,
        "places": [*_places(text, check.judgement.spans[:MOST_PLACES])],
    }


def _places(text: str, spans: tuple[Span, ...]) -> Iterator[Json]:
    for span in spans:
        look()
        yield place_of(text, span)
