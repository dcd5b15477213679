"""Answers in the words of one party, where a request asks for that."""

from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any

import orjson
from flask import Response
from peewee import Database
from werkzeug.datastructures import LanguageAccept

from api.http.endpoint import View
from api.http.query_strings import preferences
from api.http.responses import VARY, answer, tag_of
from api.records.answers.perspective import BestLanguage, in_words_of
from api.records.read.revisions import Moment, moment_of
from api.records.store.database import snapshot
from schemas.query import Query

from .auth import visible_statuses


def in_one_state(database: Database) -> Callable[[View], View]:
    """A view reads records and the names that somebody has for them in one state."""

    def wrapped(view: View) -> View:
        @wraps(view)
        def read(query: Query, **path: str) -> Response:
            if "perspective" not in query.given:
                return view(query, **path)
            with snapshot(database):
                return view(query, **path)

        return read

    return wrapped


def shown(
    database: Database,
    query: Query,
    body: bytes,
    etag: str,
    *,
    vary: str = VARY,
    moment: Moment | None = None,
    **more: Any,
) -> Response:
    """An answer with these bytes, or, with `perspective`, with that party's names in them.

    `moment`: the state that the names are of, where `as_of` does not say it.
    """
    if "perspective" not in query.given:
        return answer(body, etag, vary=vary, **more)
    renamed = orjson.dumps(_renamed(database, query, body, moment))
    # A name may change without the record: its time of change says nothing of this answer.
    more.pop("updated", None)
    return answer(renamed, tag_of([renamed]), vary=_by_language(vary), **more)


def shown_json(
    database: Database,
    query: Query,
    document: Any,
    form: Callable[[Any], Any] = lambda document: document,
    **more: Any,
) -> Response:
    """The same for a document, which `form` brings into its last form when it has its names."""
    if "perspective" in query.given:
        document = _renamed(database, query, orjson.dumps(document), None)
        more["vary"] = _by_language(VARY)
    body = orjson.dumps(form(document))
    return answer(body, tag_of([body]), **more)


def _renamed(database: Database, query: Query, body: bytes, moment: Moment | None) -> Any:
    if "as_of" in query.given:
        moment = moment_of(database, query["as_of"])
    statuses = visible_statuses(database)
    best = _best_language(preferences("Accept-Language", LanguageAccept))
    return in_words_of(database, query["perspective"], best, orjson.loads(body), moment, statuses)


def _by_language(vary: str) -> str:
    return f"{vary}, Accept-Language"


def _best_language(accepted: LanguageAccept) -> BestLanguage:
    """The choice of the first of some languages that Accept-Language likes best."""

    # Names are many, their languages few.
    @cache
    def liking_of(tag: str) -> tuple[float, int]:
        return _liking(tag, accepted)

    def choose(languages: Sequence[str]) -> int | None:
        liking = [liking_of(tag) for tag in languages]
        best = max(liking, default=(0.0, 0))
        return liking.index(best) if best[0] else None

    return choose


def _liking(tag: str, accepted: LanguageAccept) -> tuple[float, int]:
    """How much a language is liked, and how well it is what was asked for; 0 where it is not.

    RFC 9110 §12.5.4: of the ranges that match, the one that says most counts, and `*` only where no other
    does. A range also matches what it is a part of (RFC 4647 §3.4): somebody who reads `ja-JP` reads `ja`.
    """
    matching = [(shared, q) for range_, q in accepted if (shared := _shared(range_, tag)) is not None]
    shared, q = max(matching, default=(0, 0.0))
    return q, shared


def _shared(language_range: str, tag: str) -> int | None:
    """How many subtags a range has in common with a tag; None where they do not match."""
    if language_range == "*":
        return 0
    wanted, given = language_range.lower().split("-"), tag.lower().split("-")
    length = min(len(wanted), len(given))
    return length if wanted[:length] == given[:length] else None
