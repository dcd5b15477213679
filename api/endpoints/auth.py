"""Who asks: the holder of an API key, or the public."""

from flask import g, request
from peewee import Database

from api.http import log
from api.http.conditions import bearer, unauthorized
from api.records.core.state import CURATORS, PUBLIC
from api.records.store.api_keys import Actor, actor_of
from schemas.query import Query


def request_actor(database: Database) -> Actor | None:
    """The holder of the request's key; None for the public. Raises a 401 problem for a bad key."""
    key = bearer()
    if key is None:
        return None
    # Looked up once a request.
    if "actor" not in g:
        g.actor = actor_of(database, key)
    if g.actor is None:
        log.warn("an API key was refused", request.environ, client=request.remote_addr)
        raise unauthorized("this API key is unknown, expired or revoked", error="invalid_token")
    actor: Actor = g.actor
    return actor


def require_curator(database: Database) -> Actor:
    """The holder of the request's key. Raises a 401 problem without one."""
    actor = request_actor(database)
    if actor is None:
        raise unauthorized("writing needs an API key: Authorization: Bearer facts_…")
    return actor


def visible_statuses(database: Database) -> tuple[str, ...]:
    """The states of records that the asker may see by their ids."""
    return CURATORS if request_actor(database) else PUBLIC


def requested_statuses(database: Database, query: Query) -> tuple[str, ...]:
    """The states of records that a list is asked for. Raises a 401 problem for drafts without a key."""
    actor, wanted = request_actor(database), tuple(query["status"])
    if "draft" in wanted and actor is None:
        raise unauthorized("drafts are shown to holders of an API key only")
    return wanted
