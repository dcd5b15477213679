"""Writing: records and the operations on them, one at a time or in batches."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
from flask import Response
from peewee import Database

from api.http.bodies import MERGE_PATCH, read_body
from api.http.conditions import if_match, names_no_state, wants_creation
from api.http.endpoint import Answer, Body, Endpoint, Endpoints
from api.http.problems import MEDIA_TYPE
from api.http.responses import JSON
from api.records.core.registry import TYPES, RecordType
from api.records.store.turns import Turns
from api.records.write import operations as ops
from api.records.write.perform import apply_all
from api.records.write.requirements import ANY, Tags
from api.records.write.together import Writers
from api.records.write.transaction import Operation, Outcome, Transaction
from schemas import query as q
from schemas.curating import CorrectionSchema, MergerSchema
from schemas.json_schema import reference_to, written_reference_to
from schemas.query import Parameter, Query
from schemas.record import WarningSchema

from .auth import require_curator
from .batch_items import batch_item
from .components import named
from .examples import batch, creation, patch, reason_to, replacement
from .idempotent import Done, answer_once, answer_with_record, warnings_member
from .records import id_of
from .response_schemas import CURRENT, ID, MOMENT, REASON, STATUS, TEXT, TYPE, list_of, object_of
from .write_bodies import (
    MOST_IN_BATCH,
    create_of,
    creation_at,
    patch_of,
    planned_batch,
    replace_of,
    state_change_of,
)

DRY_RUN = replace(
    q.flag("dry_run", "Validate and show the result; change nothing. Needs no `If-Match`.", False),
    example=True,
    tried=True,
)
PUBLISH = q.flag("publish", "Publish at once; for publishers.", False)
_DRY = {DRY_RUN.name: DRY_RUN}
#: Problems that every write can meet.
WRITES = ("invalid-json", "unauthorized", "forbidden", "conflict", "invalid-document")
STATEFUL = (*WRITES, "not-found", "precondition-failed", "precondition-required")


def declare(endpoints: Endpoints, database: Database, turns: Turns) -> None:
    """Declare writing for every record type, and batches."""
    writers = Writers(database, turns)
    for record_type in TYPES.values():
        _declare_create(endpoints, writers, record_type)
        _declare_replace(endpoints, writers, record_type)
        _declare_patch(endpoints, writers, record_type)
        _declare_delete(endpoints, writers, record_type)
        for name in ("publish", "retract", "merge"):
            _declare_state_change(endpoints, writers, record_type, name)
    _declare_batch(endpoints, writers)


# Declarations

_WITHDRAWAL = object_of(
    {
        "type": TYPE,
        "id": ID,
        "status": STATUS,
        "reason": REASON,
        "when": MOMENT,
        "current": CURRENT,
        "into": ID,
    },
    ("into",),
)
_NOTHING = named("Nothing", {"type": "object", "maxProperties": 0, "description": "No note."})
_WITHDRAWN = Answer("What is left of it.", named("Withdrawal", _WITHDRAWAL))
_IF_MATCH = ("If-Match",)
_KEYED = ("Idempotency-Key",)
_CONDITIONAL: dict[str, Any] = {"headers": _IF_MATCH, "required_headers": _IF_MATCH}


def _seen(query: Query) -> Tags:
    """The state of the record that the client has seen; a dry run may leave it open."""
    return ANY if query["dry_run"] and names_no_state() else if_match()


def _answers(record_type: RecordType, *, creates: bool = False) -> dict[int, Answer]:
    """The record as it stands after a write."""
    shape = reference_to(record_type.schema)
    created = {201: Answer("Created.", shape, headers=("ETag", "Location"))} if creates else {}
    stands = f"The {record_type.name} as it stands now, or after a dry run would."
    return {**created, 200: Answer(stands, shape, headers=("ETag",))}


def _operation(
    record_type: RecordType, method: str, suffix: str, view: Callable[..., Response], **more: Any
) -> Endpoint:
    """An operation on one record."""
    verb = suffix.strip("/") or {"PUT": "replace", "PATCH": "patch", "DELETE": "delete"}[method]
    return Endpoint(
        method,
        f"/v1/{record_type.plural}/{{id}}{suffix}",
        f"{verb}{record_type.name.title()}",
        record_type.plural,
        view,
        _DRY,
        (id_of(record_type),),
        problems=STATEFUL,
        secured=True,
        words={"one": record_type.name},
        **more,
    )


def _declare_create(endpoints: Endpoints, writers: Writers, record_type: RecordType) -> None:
    parameters: dict[str, Parameter] = {PUBLISH.name: PUBLISH, DRY_RUN.name: DRY_RUN}

    def view(query: Query) -> Response:
        """Create a {one}.

        A draft, unless `publish=true`. The body has the record's fields in their input form.
        """
        actor = require_curator(writers.database)
        operation = create_of(record_type, read_body(), query["publish"])
        return answer_with_record(actor, writers, query["dry_run"], operation, 201)

    endpoints.add(
        Endpoint(
            "POST",
            f"/v1/{record_type.plural}",
            f"create{record_type.name.title()}",
            record_type.plural,
            view,
            parameters,
            answers=_answers(record_type, creates=True),
            problems=(*WRITES, "idempotency-key-reused"),
            body=Body(
                {JSON: written_reference_to(record_type.schema)}, example=lambda: creation(record_type)
            ),
            headers=_KEYED,
            secured=True,
            words={"one": record_type.name},
        )
    )


def _declare_replace(endpoints: Endpoints, writers: Writers, record_type: RecordType) -> None:
    def view(query: Query, id: str) -> Response:
        """Replace a {one}.

        What a read returned can be edited and sent back: computed members are ignored. A published record
        changes with a `correction` {{`kind`, `note`}} beside its fields. `If-None-Match: *` creates a draft.
        """
        actor, dry_run = require_curator(writers.database), query["dry_run"]
        if wants_creation():
            operation: Operation = creation_at(record_type, id, read_body())
            return answer_with_record(actor, writers, dry_run, operation, 201)
        operation = replace_of(record_type, id, read_body(), _seen(query))
        return answer_with_record(actor, writers, dry_run, operation)

    answers = _answers(record_type, creates=True)
    schema = written_reference_to(record_type.schema, "Replacement")
    body = Body({JSON: schema}, example=lambda: replacement(record_type))
    endpoints.add(
        _operation(
            record_type, "PUT", "", view, answers=answers, body=body, headers=(*_IF_MATCH, "If-None-Match")
        )
    )


def _declare_patch(endpoints: Endpoints, writers: Writers, record_type: RecordType) -> None:
    def view(query: Query, id: str) -> Response:
        """Patch a {one}.

        A merge patch (RFC 7396) of the record's input form; null removes a member. `correction` as in a
        replacement; the service's own members are refused.
        """
        actor = require_curator(writers.database)
        operation = patch_of(record_type, id, read_body((MERGE_PATCH, JSON)), _seen(query))
        return answer_with_record(actor, writers, query["dry_run"], operation)

    shape = written_reference_to(record_type.schema, "Patch")
    endpoints.add(
        _operation(
            record_type,
            "PATCH",
            "",
            view,
            answers=_answers(record_type),
            body=Body({MERGE_PATCH: shape, JSON: shape}, example=lambda: patch(record_type)),
            **_CONDITIONAL,
        )
    )


def _declare_delete(endpoints: Endpoints, writers: Writers, record_type: RecordType) -> None:
    def view(query: Query, id: str) -> Response:
        """Delete a draft {one}.

        What was public is retracted, not deleted. A draft that others refer to stays (409 lists them).
        """
        actor = require_curator(writers.database)
        deletion = ops.Delete(record_type, id, _seen(query))
        return answer_with_record(actor, writers, query["dry_run"], deletion)

    # Nothing is answered but problems: a client may ask for these alone.
    forms = (JSON, MEDIA_TYPE)
    answers = {204: Answer("Gone.")}
    endpoints.add(
        _operation(record_type, "DELETE", "", view, answers=answers, media_types=forms, **_CONDITIONAL)
    )


_TEXTS = {
    "publish": (
        "Publish a {one}.\n\nA draft, or a retracted record, which then needs a body {{`kind`, `note`}}. "
        "What is published stays as it is."
    ),
    "retract": (
        "Retract a {one}.\n\nIts address answers 410 from then on, with the reason. Its history stays."
    ),
    "merge": (
        "Merge a {one} into another.\n\nIts address leads there (308) from then on, as do references to it."
    ),
}


def _declare_state_change(endpoints: Endpoints, writers: Writers, record_type: RecordType, name: str) -> None:
    def view(query: Query, id: str) -> Response:
        actor = require_curator(writers.database)
        body = read_body(optional=name == "publish")
        operation = state_change_of(name, record_type, id, body, _seen(query))
        return answer_with_record(actor, writers, query["dry_run"], operation)

    view.__doc__ = _TEXTS[name]
    noted = written_reference_to(MergerSchema if name == "merge" else CorrectionSchema)
    or_nothing = {"anyOf": [noted, _NOTHING]}
    body = Body(
        {JSON: or_nothing if name == "publish" else noted},
        required=name != "publish",
        example=lambda: reason_to(name, record_type),
    )
    endpoints.add(
        _operation(
            record_type,
            "POST",
            f"/{name}",
            view,
            answers=_answers(record_type) if name == "publish" else {200: _WITHDRAWN},
            body=body,
            headers=(*_IF_MATCH, *_KEYED),
            required_headers=_IF_MATCH,
        )
    )


# Batches

_BATCH = {"type": "array", "items": batch_item(), "minItems": 1, "maxItems": MOST_IN_BATCH}
_BATCH_RESULT = object_of(
    {
        "id": ID,
        "type": TYPE,
        "result": TEXT,
        "etag": TEXT,
        "revision": {"type": ["integer", "null"]},
        "warnings": list_of(reference_to(WarningSchema)),
    },
    ("warnings",),
)


def _declare_batch(endpoints: Endpoints, writers: Writers) -> None:
    def view(query: Query) -> Response:
        """Do many operations, all or none.

        Checked against the state after the whole batch, so that records may refer to each other in any order.
        One fault refuses all; each fault's pointer begins with the index of its operation.
        """
        actor = require_curator(writers.database)
        operations, faults = planned_batch(read_body(), ANY if query["dry_run"] else None)

        def work(transaction: Transaction) -> Done:
            return _batch_answer(apply_all(transaction, operations, beside=faults, within="/body"))

        return answer_once(actor, writers, query["dry_run"], work)

    endpoints.add(
        Endpoint(
            "POST",
            "/v1/batch",
            "performBatch",
            "curating",
            view,
            _DRY,
            answers={200: Answer("Done.", object_of({"data": list_of(named("BatchResult", _BATCH_RESULT))}))},
            problems=(*STATEFUL, "idempotency-key-reused"),
            body=Body({JSON: _BATCH}, example=batch),
            headers=_KEYED,
            secured=True,
        )
    )


def _batch_answer(outcomes: list[Outcome]) -> Done:
    data = [
        {
            "id": o.id,
            "type": o.type.name,
            "result": o.result,
            "etag": "" if o.result == "deleted" else o.entry.etag,
            "revision": o.entry.revision,
            **warnings_member(o),
        }
        for o in outcomes
    ]
    return Done(200, orjson.dumps({"data": data}), {}, outcomes)
