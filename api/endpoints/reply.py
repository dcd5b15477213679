"""What a view found, and the one handler that makes an answer of it.

The handler opens the state that a request asks of, calls the view in it, trims `fields`, embeds `include`,
puts in the names of a `perspective` and the texts of a `translation`, and adds tag, links and `Vary`. So no
endpoint can forget one of these.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request
from peewee import Database

from api.http.bodies import raw_body
from api.http.endpoint import Endpoint
from api.http.languages import best_language
from api.http.query_strings import query_string
from api.http.responses import JSON, LASTING, REVALIDATE, answer, envelope, link, tag_of
from api.http.streaming import Streamed
from api.records.answers.perspective import in_words_of
from api.records.answers.translation import in_language
from api.records.core.state import CURATORS, PUBLIC, State
from api.records.read.records import Page, Stored, read_many, referenced
from api.records.read.revisions import memento_of, moment_of
from api.records.store.database import snapshot
from api.records.store.deadline import parsed, time_limit
from schemas.base import Json
from schemas.query import Query

from .auth import request_actor, requested_statuses, visible_statuses
from .memento import ACCEPT_DATETIME, accepted_datetime

#: Parameters that put other names and texts into a document.
_NAMING = frozenset({"perspective", "translation"})
#: Parameters that make another document of a record.
_SHAPING = frozenset({"fields", "include"}) | _NAMING


@dataclass(slots=True)
class Reply:
    """What a view found: a `record`, a `page` of records, a `document` in which whole records may stand as
    `Stored`, ready bytes (`body`), or what is made while it is sent (`streamed`).

    `next`: the cursor of the page after this one. `storing`: Cache-Control, where it is none of the usual.
    `form` brings a document into its last form when it has its names; for it, the members `kept` of records
    stay, whatever `fields` says.
    """

    record: Stored | None = None
    page: Page | None = None
    document: Any = None
    body: bytes | None = None
    streamed: Streamed | None = None
    media_type: str = JSON
    next: str | None = None
    headers: Mapping[str, str] | None = None
    storing: str | None = None
    form: Callable[[Any], Any] | None = None
    kept: Sequence[str] = ()


class Handler:
    """Answers the requests of every endpoint that reads."""

    def __init__(self, database: Database, query_timeout_ms: int) -> None:
        self.database, self.query_timeout_ms = database, query_timeout_ms
        self._public = State(database)

    def __call__(self, endpoint: Endpoint, query: Query, path: Mapping[str, str]) -> Response:
        """The answer to a request that was admitted and understood."""
        if endpoint.secured:
            written: Response = endpoint.view(query, **path)
            return written
        if not (endpoint.limited and (endpoint.demanding or query.given)):
            return self._read(endpoint, query, path)
        if endpoint.body:
            raw_body()  # However slowly it comes, it is not the database's time.
        # What waits for something new must not go on seeing the old.
        one_state = nullcontext() if endpoint.waits else snapshot(self.database)
        with one_state, time_limit(self.database, self.query_timeout_ms):
            return self._read(endpoint, query, path)

    def _read(self, endpoint: Endpoint, query: Query, path: Mapping[str, str]) -> Response:
        state = self._state(endpoint, query, path)
        reply: Reply = endpoint.view(state, query, **path)
        return _Shaping(endpoint, query, state).response(reply)

    def _state(self, endpoint: Endpoint, query: Query, path: Mapping[str, str]) -> State:
        """The state that the request asks of: now or then, with or without drafts."""
        environ = request.environ
        statuses: tuple[str, ...] = PUBLIC
        if query.given or "HTTP_AUTHORIZATION" in environ:
            statuses = _statuses(self.database, endpoint, query)
        if "as_of" in query.given:
            return State(self.database, PUBLIC, moment_of(self.database, query["as_of"]))
        if "HTTP_ACCEPT_DATETIME" in environ and ACCEPT_DATETIME in endpoint.headers:
            return State(self.database, PUBLIC, memento_of(self.database, path["id"], accepted_datetime()))
        return self._public if statuses == PUBLIC else State(self.database, statuses)


def _statuses(database: Database, endpoint: Endpoint, query: Query) -> tuple[str, ...]:
    """The states of records that are asked for; a batch get by a curator finds drafts without being asked for
    them."""
    if "status" in endpoint.parameters and ("status" in query.given or "id" not in query.given):
        return requested_statuses(database, query)
    if endpoint.drafts or "id" in query.given:
        return visible_statuses(database)
    return PUBLIC


class _Shaping:
    """One reply on its way to an answer."""

    def __init__(self, endpoint: Endpoint, query: Query, state: State) -> None:
        self.endpoint, self.query, self.state = endpoint, query, state

    def response(self, reply: Reply) -> Response:
        """The answer."""
        if reply.streamed is not None:
            return reply.streamed.varying(self.endpoint.vary)
        if reply.record is not None:
            return self._record(reply, reply.record)
        if reply.page is not None:
            return self._page(reply, reply.page)
        body = reply.body if reply.body is not None else self._formed(reply, reply.document)
        return self._answer(reply, body, tag_of([body]))

    def _answer(self, reply: Reply, body: bytes, etag: str, updated: str | None = None) -> Response:
        headers = {**(reply.headers or {}), **next_link(reply.next)} if reply.next else reply.headers
        vary = self.endpoint.vary
        if "perspective" in self.query.given:
            vary += ", Accept-Language"
        return answer(
            body,
            etag,
            updated=updated,
            media_type=reply.media_type,
            headers=headers,
            vary=vary,
            storing=reply.storing or (LASTING if self._lasts() else REVALIDATE),
        )

    def _lasts(self) -> bool:
        """Whether the same request will always be answered the same."""
        moment = self.state.moment
        return self.endpoint.lasting or (moment is not None and moment.asked.startswith("seq:"))

    # Records

    def _record(self, reply: Reply, record: Stored) -> Response:
        if not (self.query.given & _SHAPING or reply.form):
            updated = record.updated if self.state.moment is None else None
            return self._answer(reply, record.body, record.etag, updated)
        document = parsed(record.body)
        (shaped,) = self._trimmed([document], reply.kept)
        if "include" in self.query.given:
            shaped = {**shaped, "included": self._by_id(self._included([document]))}
        body = self._formed(reply, shaped)
        return self._answer(reply, body, tag_of([body]))

    def _page(self, reply: Reply, page: Page) -> Response:
        head: Json = {"page": page_member(page), "query": page.query, **page.lists}
        if page.facets is not None:
            head["facets"] = page.facets
        if self.query.given & _SHAPING or reply.form:
            return self._shaped_page(reply, page, head)
        body = envelope([stored.body for stored in page.records], head)
        return self._answer(reply, body, _page_tag(page, page.records))

    def _shaped_page(self, reply: Reply, page: Page, head: Json) -> Response:
        documents = [parsed(stored.body) for stored in page.records]
        included: list[Stored] = []
        if "include" in self.query.given:
            included = self._included(documents)
            head["included"] = self._by_id(included)
        body = self._formed(reply, {"data": self._trimmed(documents, reply.kept), **head})
        seen = self.query.given & _NAMING or reply.form
        return self._answer(
            reply, body, tag_of([body]) if seen else _page_tag(page, [*page.records, *included])
        )

    def _trimmed(self, records: list[Json], more: Sequence[str]) -> list[Json]:
        """The records with the members that `fields` keeps, and some more."""
        if "fields" not in self.query.given:
            return records
        kept = {"type", "id", *self.query["fields"], *more}
        return [{name: value for name, value in record.items() if name in kept} for record in records]

    def _included(self, records: list[Json]) -> list[Stored]:
        return read_many(self.state.of(PUBLIC), referenced(records, self.query["include"]))

    def _by_id(self, records: list[Stored]) -> Json:
        return {stored.id: stored for stored in records}

    # Documents

    def _formed(self, reply: Reply, document: Any) -> bytes:
        """The bytes of a document with its names, in its last form."""
        document = self._named(document)
        return orjson.dumps(reply.form(document) if reply.form else document, default=_as_json)

    def _named(self, document: Any) -> Any:
        """The document in the language and with the names of the perspective asked for."""
        given = self.query.given
        if not given & _NAMING:
            return document
        drafts = self.state.moment is None and request_actor(self.state.database)
        state = self.state.of(CURATORS if drafts else PUBLIC)
        document = _expanded(document)
        if "translation" in given:
            document = in_language(state, self.query["translation"], document)
        if "perspective" in given:
            document = in_words_of(state, self.query["perspective"], best_language(), document)
        return document


def _as_json(value: Any) -> orjson.Fragment:
    """A record inside a document: its bytes as they are."""
    if isinstance(value, Stored):
        return orjson.Fragment(value.body)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _expanded(value: Any) -> Any:
    """A document whose records are parsed, so that names can be put into them."""
    if isinstance(value, Stored):
        return parsed(value.body)
    if isinstance(value, dict):
        return {name: _expanded(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_expanded(member) for member in value]
    return value


def _page_tag(page: Page, records: list[Stored] | Any) -> str:
    """A tag over what determines a page: its members' tags and what stands beside them."""
    beside = orjson.dumps([page.query, page.lists, page.facets])
    return tag_of([orjson.dumps(page_member(page)), beside, *[stored.etag.encode() for stored in records]])


# Pages


def page_member(page: Any) -> Json:
    """The envelope's `page` of what has a `limit`, a cursor `next` and perhaps a `total`."""
    return page_of(page.limit, page.next, page.total)


def page_of(limit: int, following: str | None, total: int | None = None) -> Json:
    """{`limit`, `next`, `next_href`, `total`?}: the next page by its cursor and by its address."""
    href = None if following is None else this_request(after=following)
    page: Json = {"limit": limit, "next": following, "next_href": href}
    return page if total is None else {**page, "total": total}


def next_link(cursor: str) -> dict[str, str]:
    """RFC 8288 `Link: rel="next"`: this request with the cursor in place of its own."""
    return {"Link": link(this_request(after=cursor), rel="next")}


def this_request(**instead: str) -> str:
    """The address of this request with other values of some parameters, which begins at its first page."""
    return f"{request.path}?{query_string(**{'after': None, **instead})}"
