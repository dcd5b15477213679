"""Answers in the words of one party, where a request asks for that."""

from collections.abc import Sequence
from typing import Any

import orjson
from flask import Response, request
from peewee import Database
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from api.http.answers import VARY, answer, tag_of
from api.records.history import moment_of
from api.records.perspective import in_words_of
from schemas.query import Query


def shown(
    database: Database, query: Query, body: bytes, etag: str, *, vary: str = VARY, **more: Any
) -> Response:
    """An answer with these bytes, or, with `perspective`, with that party's names in them."""
    if "perspective" not in query.given:
        return answer(body, etag, vary=vary, **more)
    moment = moment_of(database, query["as_of"]) if "as_of" in query.given else None
    document = in_words_of(database, query["perspective"], _best_language, orjson.loads(body), moment)
    renamed = orjson.dumps(document)
    # A name may change without the record: its time of change says nothing of this answer.
    more.pop("updated", None)
    return answer(renamed, tag_of([renamed]), vary=f"{vary}, Accept-Language", **more)


def shown_json(database: Database, query: Query, document: Any, **more: Any) -> Response:
    """The same for a document."""
    body = orjson.dumps(document)
    return shown(database, query, body, tag_of([body]), **more)


def _best_language(languages: Sequence[str]) -> int | None:
    """The first of the languages that Accept-Language likes best (RFC 4647, basic filtering)."""
    accepted = parse_accept_header(request.environ.get("HTTP_ACCEPT_LANGUAGE", ""), LanguageAccept)
    qualities = [
        max((q for range_, q in accepted if _matches(range_, tag)), default=0.0) for tag in languages
    ]
    return qualities.index(max(qualities)) if any(qualities) else None


def _matches(language_range: str, tag: str) -> bool:
    wanted, given = language_range.lower(), tag.lower()
    return wanted in ("*", given) or given.startswith(f"{wanted}-")
