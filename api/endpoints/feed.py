"""What spans all records: the public feed, correction notes, and checks for embedders."""

import time
from threading import BoundedSemaphore
from typing import Any

from feedgen.feed import FeedGenerator
from marshmallow import ValidationError
from peewee import Database

from api.http.bodies import JSON, read_body
from api.http.endpoint import Answer, Body, Endpoint, Endpoints
from api.http.responses import envelope, public_base
from api.records.core.errors import DocumentFault, InvalidDocument
from api.records.core.registry import CLAIM, TYPES
from api.records.core.state import State
from api.records.read.feed import CorrectionNote, Feed, check_embedded, correction_page, read_changes
from api.records.read.parameters import by_name
from api.records.store.deadline import wait
from api.settings import Settings
from schemas import query as q
from schemas.base import faults_of
from schemas.curating import CheckItemSchema
from schemas.json_schema import written_reference_to
from schemas.query import Query
from schemas.vocabularies import CHECK_ANSWERS, CORRECTION_KINDS

from .components import named
from .parameters import correction_parameters, naming_parameters
from .reply import Reply, page_of, this_request
from .response_schemas import (
    ADDRESS,
    ANY_RECORD,
    CHANGE,
    COUNT,
    ID,
    MOMENT,
    NULLABLE_TEXT,
    PAGE,
    QUERY,
    REASON,
    SEEN_BY,
    TEXT,
    TYPE,
    list_of,
    object_of,
    or_null,
)

ATOM = "application/atom+xml"
#: How long a request for the feed may wait for something new, and how often it looks.
LONGEST_WAIT = 20
LOOKS_EVERY = 0.1


def declare(endpoints: Endpoints, settings: Settings) -> None:
    """Declare the feed, the correction notes and the checks."""
    _declare_changes(endpoints, settings)
    _declare_corrections(endpoints)
    _declare_atom(endpoints, settings)
    _declare_check(endpoints)


# The feed

_FEED_PARAMETERS = by_name(
    (
        q.number("since", "The last number that you have; 0 for all.", 0, 10**15, 0),
        q.number("limit", "Most entries.", 1, 200, 50),
        q.number("wait", f"Seconds to wait for something new, at most {LONGEST_WAIT}.", 0, LONGEST_WAIT, 0),
    )
)
_ENTRY = object_of(
    {
        "seq": COUNT,
        "commit": COUNT,
        "time": MOMENT,
        "change": CHANGE,
        "type": TYPE,
        "id": ID,
        "revision": COUNT,
        "correction": or_null(REASON),
        "cause": NULLABLE_TEXT,
        "into": NULLABLE_TEXT,
        "href": ADDRESS,
        "record": or_null(ANY_RECORD),
    }
)
_ENTRIES = list_of(named("Change", _ENTRY))
_CHANGES = named("ChangePage", object_of({"data": _ENTRIES, "next": COUNT, "last": COUNT}))


def _declare_changes(endpoints: Endpoints, settings: Settings) -> None:
    # A waiting request holds a thread: a quarter of them at most, so that reads always find one.
    waiting = BoundedSemaphore(max(1, settings.threads // 4))

    def view(state: State, query: Query) -> Reply:
        """Follow every public change, in commit order, without a gap.

        Fold it from 0 and you hold what the collections serve: put each entry's `record` in the place of what
        you had of that id, or drop it where `record` is null. The feed is kept whole unless its operator cuts
        it; a `since` before the cut is 410 with where to go on.
        """
        found = read_changes(state.database, query["since"], query["limit"])
        if found.entries or not query["wait"]:
            return _feed_reply(found)
        if not waiting.acquire(blocking=False):
            return _feed_reply(found, {"Retry-After": "1"})
        try:
            return _feed_reply(_awaited(state.database, query))
        finally:
            waiting.release()

    endpoints.add(
        Endpoint(
            "GET",
            "/v1/changes",
            "listChanges",
            "history",
            view,
            _FEED_PARAMETERS,
            answers={200: Answer("Entries beyond `since`.", _CHANGES, headers=("ETag",))},
            problems=("feed-expired",),
            waits=True,
        )
    )


def _awaited(database: Database, query: Query) -> Feed:
    end = time.monotonic() + query["wait"]
    while True:
        found = read_changes(database, query["since"], query["limit"])
        if found.entries or time.monotonic() > end:
            return found
        wait(LOOKS_EVERY)


def _feed_reply(found: Feed, headers: dict[str, str] | None = None) -> Reply:
    body = envelope(found.entries, {"next": found.next, "last": found.last})
    return Reply(body=body, headers=headers or {})


# Corrections

_NOTE = object_of(
    {
        "time": MOMENT,
        "type": TYPE,
        "id": ID,
        "name": TEXT,
        "revision": COUNT,
        "change": CHANGE,
        "kind": CORRECTION_KINDS.schema,
        "note": TEXT,
        "href": ADDRESS,
        **SEEN_BY,
    },
    tuple(SEEN_BY),
)
_NOTES = list_of(named("CorrectionNote", _NOTE))
_CORRECTIONS = named("CorrectionPage", object_of({"data": _NOTES, "page": PAGE, "query": QUERY}))


def _declare_corrections(endpoints: Endpoints) -> None:
    def listed(state: State, query: Query) -> Reply:
        """List the public notes on corrections, the newest first.

        Every change of a published record says why it was made. Enrichments, which only add something, are
        listed where `kind` asks for them.
        """
        notes, following, echo = correction_page(state.database, query)
        page = page_of(query["limit"], following)
        document = {"data": [_note_document(note) for note in notes], "page": page, "query": echo}
        return Reply(document=document, next=following)

    endpoints.add(
        Endpoint(
            "GET",
            "/v1/corrections",
            "listCorrections",
            "history",
            listed,
            {**correction_parameters(), **by_name(naming_parameters())},
            answers={200: Answer("The notes.", _CORRECTIONS, headers=("ETag", "Link"))},
        )
    )


def _declare_atom(endpoints: Endpoints, settings: Settings) -> None:
    def atom(state: State, query: Query) -> Reply:
        """Follow the public notes on corrections in a feed reader.

        Atom (RFC 4287); the same notes, filters and pages (`rel="next"`) as `/v1/corrections`.
        """
        notes, following, _ = correction_page(state.database, query)
        body = _atom(notes, following, settings)
        return Reply(body=body, media_type=f"{ATOM}; charset=utf-8", next=following)

    endpoints.add(
        Endpoint(
            "GET",
            "/v1/corrections.atom",
            "followCorrections",
            "history",
            atom,
            correction_parameters(),
            media_types=(ATOM,),
            answers={200: Answer("The feed.", TEXT, ATOM, headers=("ETag",))},
        )
    )


def _address(note: CorrectionNote) -> str:
    return f"{TYPES[note.type].href(note.record)}/revisions/{note.revision}"


def _note_document(note: CorrectionNote) -> dict[str, Any]:
    return {
        "time": note.time,
        "type": note.type,
        "id": note.record,
        "name": note.name,
        "revision": note.revision,
        "change": note.change,
        "kind": note.kind,
        "note": note.note,
        "href": _address(note),
    }


#: Begins the ids of notes where the service has no public address: they stay, however it is reached.
_NAMELESS = "http://localhost"


def _atom(notes: list[CorrectionNote], following: str | None, settings: Settings) -> bytes:
    ids, base = settings.base_url or _NAMELESS, public_base()
    feed = FeedGenerator()
    feed.id(f"{ids}/v1/corrections")
    feed.title("Corrections")
    feed.author(name=settings.publisher_name)
    feed.link(href=base + this_request(), rel="self")
    if following is not None:
        feed.link(href=base + this_request(after=following), rel="next")
    # Fixed, so that the same notes are the same bytes.
    feed.updated(notes[0].time if notes else "1970-01-01T00:00:00Z")
    for note in notes:
        entry = feed.add_entry(order="append")
        entry.id(f"{ids}{_address(note)}")
        entry.title(f"{note.kind}: {note.name}")
        entry.summary(note.note)
        entry.updated(note.time)
        entry.link(href=f"{base}{_address(note)}")
    return bytes(feed.atom_str(pretty=True))


# Checks


def _declare_check(endpoints: Endpoints) -> None:
    def view(state: State, _: Query) -> Reply:
        """Ask what became of records that you embedded.

        Send [{{`id`, `revision`}}], get an answer for each, in order.
        """
        return Reply(document={"data": check_embedded(state.database, _asked(read_body()))})

    result = object_of(
        {
            "id": ID,
            "revision": COUNT,
            "answer": CHECK_ANSWERS.schema,
            "current": {"type": ["integer", "null"]},
            "href": {"type": ["string", "null"]},
            "into": NULLABLE_TEXT,
        }
    )
    asked = {"type": "array", "items": written_reference_to(CheckItemSchema), "minItems": 1, "maxItems": 200}
    endpoints.add(
        Endpoint(
            "POST",
            "/v1/check",
            "checkRecords",
            "history",
            view,
            answers={
                200: Answer("An answer for each.", object_of({"data": list_of(named("CheckResult", result))}))
            },
            problems=("invalid-json", "invalid-document"),
            demanding=True,
            body=Body({JSON: asked}, example=lambda: [{"id": CLAIM.example, "revision": 1}]),
        )
    )


def _asked(body: Any) -> list[tuple[str, int]]:
    if not isinstance(body, list) or not 1 <= len(body) <= 200:
        fault = DocumentFault("", "must be a list of 1 to 200 objects {id, revision}")
        raise InvalidDocument("the check cannot be read", (fault,))
    try:
        items = CheckItemSchema(many=True).load(body)
    except ValidationError as error:
        faults = tuple(DocumentFault(pointer, str(message)) for pointer, message in faults_of(error.messages))
        raise InvalidDocument("the check has faults", faults) from None
    return [(item["id"], item["revision"]) for item in items]
