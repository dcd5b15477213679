"""Doing what a request asks, once for each Idempotency-Key, and answering."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request
from peewee import Database

from api.http.bodies import raw_body
from api.http.conditions import idempotency_key
from api.http.responses import JSON, PRIVATE
from api.records.store.api_keys import Actor
from api.records.store.idempotency import IdempotentRequest, KeptAnswer, keep_answer, kept_answer
from api.records.write.perform import perform_one
from api.records.write.transaction import Outcome
from schemas.base import Json

from .auth import require_curator


@dataclass(frozen=True)
class Done:
    """An answer to a write, before it is sent."""

    status: int
    body: bytes
    headers: dict[str, str]

    def response(self) -> Response:
        """The answer to send."""
        shown = {"Content-Type": JSON} if self.body else {}
        return Response(self.body, self.status, {**self.headers, **shown, "Cache-Control": PRIVATE})


class _Replayed(Exception):
    """The request was answered before."""

    def __init__(self, answer: KeptAnswer) -> None:
        super().__init__()
        self.answer = answer


def run(
    actor: Actor, database: Database, dry_run: bool, work: Callable[..., Any], shown: Callable[[Any], Done]
) -> Response:
    """Do the work once for each Idempotency-Key, and answer; `work` takes `before`, `finished`, `dry_run`."""
    key = idempotency_key() if request.method == "POST" else None
    repeatable = None
    if key is not None and not dry_run:
        address = request.full_path if request.query_string else request.path
        repeatable = IdempotentRequest.of(actor.key, key, request.method, address, raw_body())

    def before() -> None:
        if repeatable and (kept := kept_answer(database, repeatable)):
            raise _Replayed(kept)

    def finished(outcomes: Any) -> None:
        if repeatable:
            done = shown(outcomes)
            keep_answer(database, repeatable, KeptAnswer(done.status, done.headers, done.body))

    try:
        outcomes = work(before=before, finished=finished, dry_run=dry_run)
    except _Replayed as replayed:
        answer = replayed.answer
        replay = {**answer.headers, "Idempotency-Replayed": "true"}
        return Done(answer.status, answer.body, replay).response()
    return shown(outcomes).response()


def one(database: Database, dry_run: bool, operation: Callable[[], Any], status: int = 200) -> Response:
    """Do one operation and answer with the record."""
    actor = require_curator(database)
    planned = operation()

    def work(**more: Any) -> list[Outcome]:
        return [perform_one(database, planned, actor, **more)]

    def shown(outcomes: list[Outcome]) -> Done:
        return _answer_of(outcomes[0], 200 if dry_run else status)

    return run(actor, database, dry_run, work, shown)


def _answer_of(outcome: Outcome, status: int) -> Done:
    entry = outcome.entry
    address = f"/v1/{entry.type.plural}/{entry.id}"
    if outcome.result == "deleted":
        return Done(204, b"", {})
    if outcome.result in ("retracted", "merged"):
        return Done(200, orjson.dumps(_withdrawn(outcome)), {})
    headers = {"ETag": entry.etag, "Content-Location": address}
    return Done(status, entry.body, headers | ({"Location": address} if status == 201 else {}))


def _withdrawn(outcome: Outcome) -> Json:
    """{`type`, `id`, `status`, `reason`, `when`, `into`?}: what is left of a withdrawn record."""
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
        **into,
    }
