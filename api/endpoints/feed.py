"""What spans all records: the public feed, correction notes, and checks for embedders."""

import time
from threading import BoundedSemaphore
from typing import Any

import orjson
from feedgen.feed import FeedGenerator
from flask import Response
from marshmallow import ValidationError
from peewee import Database

from api.http.bodies import JSON, read_body
from api.http.endpoint import Answer, Body, Endpoint, Endpoints
from api.http.responses import answer, envelope, json_answer, tag_of
from api.records.core.errors import DocumentFault, InvalidDocument
from api.records.core.registry import TYPES
from api.records.read.feed import CorrectionNote, Feed, check_embedded, read_changes, read_corrections
from api.records.read.parameters import perspective_parameter
from api.records.store.cursors import Cursors
from api.records.store.database import secret
from api.settings import Settings
from schemas import query as q
from schemas.base import faults_of
from schemas.curating import CheckItemSchema
from schemas.json_schema import written_reference_to
from schemas.query import Query
from schemas.vocabularies import CHECK_ANSWERS, CORRECTION_KINDS

from .perspective import in_one_state, shown
from .records import next_link
from .response_schemas import (
    ADDRESS,
    COUNT,
    ID,
    NULLABLE_TEXT,
    PAGE,
    QUERY,
    REASON,
    SEEN_BY,
    TEXT,
    list_of,
    object_of,
)

ATOM = "application/atom+xml"
#: How long a request for the feed may wait for something new, and how often it looks.
LONGEST_WAIT = 20
LOOKS_EVERY = 0.1


def declare(endpoints: Endpoints, database: Database, settings: Settings) -> None:
    """Declare the feed, the correction notes and the checks."""
    _declare_changes(endpoints, database, settings)
    _declare_corrections(endpoints, database, settings)
    _declare_check(endpoints, database)


# The feed


def _declare_changes(endpoints: Endpoints, database: Database, settings: Settings) -> None:
    parameters = {
        p.name: p
        for p in (
            q.number("since", "The last number that you have; 0 for all.", 0, 10**15, 0),
            q.number("limit", "Most entries.", 1, 200, 50),
            q.number(
                "wait", f"Seconds to wait for something new, at most {LONGEST_WAIT}.", 0, LONGEST_WAIT, 0
            ),
        )
    }
    # A waiting request holds a thread: a quarter of them at most, so that reads always find one.
    waiting = BoundedSemaphore(max(1, settings.threads // 4))

    def view(query: Query) -> Response:
        """Follow every public change, in commit order, without a gap.

        Fold it from 0 and you hold what the collections serve: put each entry's `record` in the place of what
        you had of that id, or drop it where `record` is null. The feed is kept whole unless its operator cuts
        it; a `since` before the cut is 410 with where to go on.
        """
        found = read_changes(database, query["since"], query["limit"])
        if found.entries or not query["wait"]:
            return _feed_answer(found)
        if not waiting.acquire(blocking=False):
            return _feed_answer(found, {"Retry-After": "1"})
        try:
            return _feed_answer(_awaited(database, query))
        finally:
            waiting.release()

    entry = {
        "seq": COUNT,
        "commit": COUNT,
        "time": TEXT,
        "change": TEXT,
        "type": TEXT,
        "id": ID,
        "revision": COUNT,
        "correction": REASON,
        "cause": NULLABLE_TEXT,
        "into": NULLABLE_TEXT,
        "href": ADDRESS,
        "record": {"type": ["object", "null"]},
    }
    shape = object_of({"data": list_of(object_of(entry)), "next": COUNT, "last": COUNT})
    endpoints.add(
        Endpoint(
            "GET",
            "/v1/changes",
            "listChanges",
            "history",
            view,
            parameters,
            answers={200: Answer("Entries beyond `since`.", shape, headers=("ETag",))},
            problems=("feed-expired",),
        )
    )


def _awaited(database: Database, query: Query) -> Feed:
    end = time.monotonic() + query["wait"]
    while True:
        found = read_changes(database, query["since"], query["limit"])
        if found.entries or time.monotonic() > end:
            return found
        time.sleep(LOOKS_EVERY)


def _feed_answer(found: Feed, headers: dict[str, str] | None = None) -> Response:
    body = envelope(found.entries, {"next": found.next, "last": found.last})
    return answer(body, tag_of([body]), headers=headers)


# Corrections


def _declare_corrections(endpoints: Endpoints, database: Database, settings: Settings) -> None:
    parameters = {
        p.name: p
        for p in (
            q.terms("kind", "Why the record was changed.", CORRECTION_KINDS),
            q.choices("type", "Types of the records.", tuple(TYPES), "a record type"),
            q.ids("id", "Ids of the records.", "abe-shinzo"),
            q.number("limit", "Most notes on the page.", 1, 200, 50),
            q.opaque("after", "Where the page begins: `page.next` of the page before."),
        )
    }

    def page(query: Query) -> tuple[list[CorrectionNote], str | None, dict[str, Any]]:
        echo: dict[str, Any] = {n: query[n] for n in ("kind", "type", "id") if n in query.given}
        cursors = Cursors(secret(database, "cursor"), ["corrections", echo])
        before = cursors.values(query["after"]) if query["after"] is not None else None
        limit = query["limit"]
        found = read_corrections(
            database, kinds=query["kind"], types=query["type"], ids=query["id"], before=before, limit=limit
        )
        last = found[limit - 1] if len(found) > limit else None
        return found[:limit], cursors.cursor((last.seq, last.record)) if last else None, echo

    def listed(query: Query) -> Response:
        """List the public notes on corrections, the newest first.

        Every change of a published record says why it was made.
        """
        notes, following, echo = page(query)
        members = [orjson.dumps(_note_document(note)) for note in notes]
        body = envelope(members, {"page": {"limit": query["limit"], "next": following}, "query": echo})
        return shown(database, query, body, tag_of([body]), headers=next_link(following, "/v1/corrections"))

    def atom(query: Query) -> Response:
        """Follow the public notes on corrections in a feed reader.

        Atom (RFC 4287); the same notes and filters as `/v1/corrections`.
        """
        body = _atom(page(query)[0], settings)
        return answer(body, tag_of([body]), media_type=f"{ATOM}; charset=utf-8")

    note = {
        "time": TEXT,
        "type": TEXT,
        "id": ID,
        "name": TEXT,
        "revision": COUNT,
        "change": TEXT,
        "kind": TEXT,
        "note": TEXT,
        "href": ADDRESS,
        **SEEN_BY,
    }
    members = list_of(object_of(note, tuple(SEEN_BY)))
    shape = object_of({"data": members, "page": PAGE, "query": QUERY})
    endpoints.add(
        Endpoint(
            "GET",
            "/v1/corrections",
            "listCorrections",
            "history",
            in_one_state(database)(listed),
            {**parameters, "perspective": perspective_parameter()},
            answers={200: Answer("The notes.", shape, headers=("ETag", "Link"))},
        )
    )
    endpoints.add(
        Endpoint(
            "GET",
            "/v1/corrections.atom",
            "followCorrections",
            "history",
            atom,
            parameters,
            media_types=(ATOM,),
            answers={200: Answer("The feed.", TEXT, ATOM, headers=("ETag",))},
        )
    )


def _address(note: CorrectionNote) -> str:
    return f"/v1/{TYPES[note.type].plural}/{note.record}/revisions/{note.revision}"


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


def _atom(notes: list[CorrectionNote], settings: Settings) -> bytes:
    base = settings.base_url or "http://localhost"
    feed = FeedGenerator()
    feed.id(f"{base}/v1/corrections")
    feed.title("Corrections")
    feed.author(name=settings.publisher_name)
    feed.link(href=f"{base}/v1/corrections.atom", rel="self")
    # Fixed, so that the same notes are the same bytes.
    feed.updated(notes[0].time if notes else "1970-01-01T00:00:00Z")
    for note in notes:
        entry = feed.add_entry(order="append")
        entry.id(f"{base}{_address(note)}")
        entry.title(f"{note.kind}: {note.name}")
        entry.summary(note.note)
        entry.updated(note.time)
        entry.link(href=f"{base}{_address(note)}")
    return bytes(feed.atom_str(pretty=True))


# Checks


def _declare_check(endpoints: Endpoints, database: Database) -> None:
    def view(_: Query) -> Response:
        """Ask what became of records that you embedded.

        Send [{{`id`, `revision`}}], get an answer for each, in order.
        """
        return json_answer({"data": check_embedded(database, _asked(read_body()))})

    result = object_of(
        {
            "id": ID,
            "revision": COUNT,
            "answer": {"type": "string", "enum": list(CHECK_ANSWERS.names)},
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
            answers={200: Answer("An answer for each.", object_of({"data": list_of(result)}))},
            problems=("invalid-json", "payload-too-large", "unsupported-media-type", "invalid-document"),
            body=Body({JSON: asked}),
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
