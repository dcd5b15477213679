"""Doing what a request asks, once for each Idempotency-Key, and answering."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from flask import Response, request

from api.http import log
from api.http.bodies import raw_body
from api.http.conditions import idempotency_key
from api.http.middleware import VERSION
from api.http.responses import JSON, PRIVATE
from api.records.store.api_keys import Actor
from api.records.store.idempotency import IdempotentRequest, KeptAnswer, keep_answer, kept_answer
from api.records.write.perform import apply_one
from api.records.write.together import Writers
from api.records.write.transaction import Operation, Outcome, Transaction
from schemas.base import Json


@dataclass(frozen=True)
class Done:
    """An answer to a write, before it is sent."""

    status: int
    body: bytes
    headers: dict[str, str]
    #: What became of each record, to be logged: drafts have no other trace.
    outcomes: Sequence[Outcome] = ()

    def response(self) -> Response:
        """The answer to send."""
        shown = {"Content-Type": JSON} if self.body else {}
        return Response(self.body, self.status, {**self.headers, **shown, "Cache-Control": PRIVATE})


def answer_once(
    actor: Actor, writers: Writers, dry_run: bool, work: Callable[[Transaction], Done]
) -> Response:
    """Do the work in one transaction, once for each Idempotency-Key, and answer."""
    repeatable = _repeatable(actor, dry_run)

    def once(transaction: Transaction) -> tuple[Done, int]:
        if repeatable and (kept := kept_answer(transaction.database, repeatable)):
            return _replayed(kept), transaction.version
        done = work(transaction)
        if repeatable:
            answer = KeptAnswer(done.status, done.headers, done.body)
            keep_answer(transaction.database, repeatable, answer)
        return done, transaction.version

    done, request.environ[VERSION] = writers.write(actor, once, dry_run=dry_run)
    if not dry_run:
        _tell(actor, done.outcomes)
    return done.response()


def _tell(actor: Actor, outcomes: Sequence[Outcome]) -> None:
    """Leave a trace of who wrote what."""
    records = [f"{o.type.name} {o.id} {o.result} ({o.entry.status})" for o in outcomes if o.changed]
    if records:
        log.say("written", request.environ, by=actor.label, records=records)


def _repeatable(actor: Actor, dry_run: bool) -> IdempotentRequest | None:
    """The request with its Idempotency-Key; None where it has none, or keeps nothing."""
    key = idempotency_key() if request.method == "POST" else None
    if key is None or dry_run:
        return None
    address = request.full_path if request.query_string else request.path
    return IdempotentRequest.of(actor.key, key, request.method, address, raw_body())


def _replayed(kept: KeptAnswer) -> Done:
    return Done(kept.status, kept.body, {**kept.headers, "Idempotency-Replayed": "true"})


def answer_with_record(
    actor: Actor, writers: Writers, dry_run: bool, operation: Operation, status: int = 200
) -> Response:
    """Do one operation and answer with the record."""

    def work(transaction: Transaction) -> Done:
        return _answer_of(apply_one(transaction, operation), 200 if dry_run else status)

    return answer_once(actor, writers, dry_run, work)


def _answer_of(outcome: Outcome, status: int) -> Done:
    entry = outcome.entry
    address = entry.type.href(entry.id)
    if outcome.result == "deleted":
        return Done(204, b"", {}, [outcome])
    if outcome.result in ("retracted", "merged"):
        return Done(200, orjson.dumps(_withdrawn(outcome)), {}, [outcome])
    headers = {"ETag": entry.etag, "Content-Location": address}
    warnings = warnings_member(outcome)
    body = entry.body[:-1] + b"," + orjson.dumps(warnings)[1:] if warnings else entry.body
    return Done(status, body, headers | ({"Location": address} if status == 201 else {}), [outcome])


def warnings_member(outcome: Outcome) -> Json:
    """{`warnings` [{`pointer`, `detail`}]}, or nothing where there is nothing to look at."""
    shown = [{"pointer": warning.pointer, "detail": warning.detail} for warning in outcome.warnings]
    return {"warnings": shown} if shown else {}


def _withdrawn(outcome: Outcome) -> Json:
    """{`type`, `id`, `status`, `reason`, `when`, `current`, `into`?}: what is left of a withdrawn record."""
    entry = outcome.entry
    noted = entry.withdrawal or {}
    into = {"into": entry.merged_into} if entry.merged_into else {}
    reason = {"kind": noted["kind"], "note": noted["note"]}
    return {
        "type": entry.type.name,
        "id": entry.id,
        "status": entry.status,
        "reason": reason,
        "when": noted["when"],
        # What it is published again from.
        "current": {"revision": entry.revision, "etag": entry.etag},
        **into,
    }
