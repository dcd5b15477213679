"""The record in one answer: all of it, or dossiers with all that they name."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from threading import Lock

import orjson

from api.formats.streams import json_ld, json_lines, table_of_claims
from api.http.endpoint import Answer, Endpoints
from api.http.problems import Problem
from api.http.query_strings import require_acceptable
from api.http.responses import public_base, tag_of
from api.http.streaming import Stream, Streamed
from api.records.core.registry import CLAIM, TYPES, RecordType
from api.records.core.state import State
from api.records.read.parameters import by_name
from api.records.read.whole import WholeRecords
from api.records.store.counters import reached
from api.records.store.database import snapshot
from api.records.store.deadline import time_limit
from api.settings import Settings
from schemas import query as q
from schemas.query import Query, QueryError, QueryFault

from .parameters import types_parameter
from .provenance import JSON_LD
from .reply import Reply

#: What `format` calls the forms, and their media types.
FORMS = {"ndjson": "application/x-ndjson", "csv": "text/csv", "jsonld": JSON_LD}
_NAMES = {media_type: name for name, media_type in FORMS.items()}
#: Bytes from which a part is sent.
_PART = 64_000


def declare(endpoints: Endpoints, settings: Settings, version: str) -> None:
    """Declare the export."""
    # One at a time: each holds a thread, and a state of the database, for as long as its client reads.
    turn = Lock()
    parameters = by_name(
        (
            q.choice("format", "The form, whatever `Accept` says.", tuple(FORMS), None),
            q.ids("dossier", "Dossiers: they, their members, and all that these name."),
            types_parameter("Types of the records; of `csv` claims alone."),
            q.as_of(),
        )
    )

    @endpoints.get(
        "/v1/export",
        "exportRecords",
        "service",
        parameters=parameters,
        streams=True,
        media_types=tuple(FORMS.values()),
        answers={
            200: Answer(
                "Records, one after another.",
                {"type": "string"},
                FORMS["ndjson"],
                ("ETag",),
                others={FORMS["csv"]: {"type": "string"}, JSON_LD: {"type": "object"}},
            )
        },
        problems=("unavailable",),
    )
    def export_records(state: State, query: Query) -> Reply:
        """Read the record, or dossiers, in one answer.

        `ndjson`: each record as a line of JSON, as a read by its id answers; `facts load` reads it back.
        `csv`: claims as a table for spreadsheets. `jsonld`: a graph in the words of schema.org. All of one
        state, by type, in the order in which records came in; no drafts, and nothing that was retracted or
        merged. What ends without its last chunk was broken off. A process sends one export at a time; others
        get 503.
        """
        form = query["format"] or _NAMES[require_acceptable(tuple(FORMS.values()))]
        records = WholeRecords.of(state, _types(query, form), query["dossier"] or ())
        base = public_base()
        made = _forms(settings.publisher_name, base)[form]

        @contextmanager
        def opened() -> Iterator[Stream]:
            with snapshot(state.database), _limited(state, settings):
                yield Stream(_tag(state, query, [version, form, base]), _parts(made(records.bodies())))

        charset = "; charset=utf-8" if form == "csv" else ""
        saved_as = {"Content-Disposition": f'attachment; filename="facts.{form}"'}
        return Reply(streamed=Streamed(opened, partial(_taken, turn), f"{FORMS[form]}{charset}", saved_as))


def _types(query: Query, form: str) -> list[RecordType]:
    asked = query["type"] if "type" in query.given else None
    if form == "csv":
        if asked and set(asked) != {CLAIM.name}:
            fault = "type: csv is a table of claims; leave it out, or ask for ndjson"
            raise QueryError([QueryFault("type", fault, (CLAIM.name,))])
        return [CLAIM]
    return [t for t in TYPES.values() if asked is None or t.name in asked]


def _forms(publisher: str, base: str) -> dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]]:
    return {
        "ndjson": json_lines,
        "csv": table_of_claims,
        "jsonld": lambda bodies: json_ld(bodies, publisher, base),
    }


@contextmanager
def _taken(turn: Lock) -> Iterator[None]:
    """Raises a 503 problem where another export is under way."""
    if not turn.acquire(blocking=False):
        busy = "another export is being sent, and one is sent at a time; ask again when it may be over"
        raise Problem("unavailable", busy, headers={"Retry-After": "10"})
    try:
        yield
    finally:
        turn.release()


def _limited(state: State, settings: Settings) -> AbstractContextManager[None]:
    return time_limit(state.database, settings.export_timeout_s * 1_000)


def _tag(state: State, query: Query, made: list[str]) -> str:
    """What determines an export: the state, what was asked of it, and how it is made."""
    # Drafts are no news to whoever may not read them.
    _, changes = reached(state.database)
    moment = state.moment.commit if state.moment else None
    asked = [sorted(query["dossier"] or ()), sorted(query["type"] or ())]
    return tag_of([orjson.dumps([made, changes, moment, asked])])


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts that are worth to be sent."""
    some: list[bytes] = []
    size = 0
    for piece in pieces:
        some.append(piece)
        size += len(piece)
        if size >= _PART:
            yield b"".join(some)
            some, size = [], 0
    if some:
        yield b"".join(some)
