"""`create_app` is where the parts meet."""

from functools import partial
from typing import Any

from flask import Flask
from peewee import Database

from . import VERSION
from .endpoints import (
    consistency,
    errors,
    export,
    feed,
    locate,
    openapi,
    positions,
    provenance,
    quantities,
    records,
    revisions,
    search,
    service,
    similar,
    timeline,
    vocabularies,
    write,
)
from .endpoints import problems as problem_types
from .endpoints.auth import request_actor
from .endpoints.reply import Handler
from .http import lanes, log, problems
from .http.application import Application
from .http.compression import compressed
from .http.endpoint import Endpoints
from .http.log import with_access_log
from .http.middleware import with_common_headers
from .http.pages import documentation
from .pages import site
from .records.store.database import listen, open_database
from .records.store.replicas import Reads
from .records.store.turns import Turns
from .records.store.watch import opened_replicas, watch
from .settings import Settings, read_settings


def declared(
    database: Database, settings: Settings, turns: Turns | None = None, reads: Reads | None = None
) -> Endpoints:
    """Every endpoint of the service, in the order of its documentation."""
    endpoints = Endpoints()
    records.declare(endpoints)
    provenance.declare(endpoints)
    quantities.declare(endpoints)
    similar.declare(endpoints)
    positions.declare(endpoints)
    timeline.declare(endpoints)
    search.declare(endpoints)
    export.declare(endpoints, settings, VERSION)
    write.declare(endpoints, database, turns or Turns())
    revisions.declare(endpoints)
    feed.declare(endpoints, settings)
    locate.declare(endpoints)
    vocabularies.declare(endpoints)
    problem_types.declare(endpoints)
    service.declare(endpoints, settings, VERSION, reads or Reads(settings.database_url, database))
    openapi.declare(endpoints)
    return endpoints


def _page_cache_kb(settings: Settings) -> int:
    """What each thread's connection may keep of the database, so that a process stays within its share."""
    for_pages = settings.memory_mb * 1_000 - settings.cache_bytes // 1_000
    return max(1_000, for_pages // sum(lanes.sizes(settings.threads)))


def _reads(database: Database, settings: Settings) -> Reads:
    """Where reads go, from now on watched."""
    reads = Reads(
        settings.database_url,
        database,
        opened_replicas(settings.read_database_urls, settings.busy_timeout_ms),
        patience=min(_LONGEST_WAIT, settings.query_timeout_ms / 1000),
        # Of the threads for reads: others find one.
        most_waiting=max(1, settings.threads // 2),
        tell=log.warn,
    )
    watch(reads, settings.replica_lag_ms / 1000)
    return reads


#: Seconds that a read waits for a replica that has not what it asks for.
_LONGEST_WAIT = 1.0


def create_app(settings: Settings | None = None, turns: Turns | None = None) -> Flask:
    """The service as a WSGI application; its writers take turns with those of the other processes that were
    given these."""
    settings = settings or read_settings()
    database = open_database(
        settings.database_url, settings.busy_timeout_ms, page_cache_kb=_page_cache_kb(settings)
    )

    app = Application("api", static_folder=None)
    app.config.update(_config(settings))
    reads = _reads(database, settings)
    app.extensions["facts.database"] = database
    app.extensions["facts.version"] = reads.version
    app.extensions["facts.listen"] = partial(listen, settings.database_url)

    served = with_common_headers(compressed(app.wsgi_app), settings.cors_write_origins)
    served = with_access_log(served) if settings.access_log else served
    app.wsgi_app = served  # type: ignore[assignment,method-assign]  # as Flask documents it
    problems.install(app)
    errors.install(
        app, lambda record_id: reads.answered(lambda: records.address_of(reads.database, record_id))
    )
    endpoints = declared(database, settings, turns, reads)
    app.extensions["facts.endpoints"] = {endpoint.id: endpoint for endpoint in endpoints.all}
    endpoints.install(
        app, Handler(reads.database, settings.query_timeout_ms), lambda: request_actor(database)
    )
    app.register_blueprint(documentation())
    site.install(app, reads.database, settings)
    consistency.install(app, reads)
    return app


def _config(settings: Settings) -> dict[str, Any]:
    """What the application is asked for while it answers."""
    return {
        "BASE_URL": settings.base_url,
        "MAX_CONTENT_LENGTH": settings.max_body_bytes,
        "ACCESS_LOG": settings.access_log,
        "CACHE_BYTES": settings.cache_bytes,
        "CACHE_STALENESS": settings.cache_staleness_ms / 1000,
        "QUERY_TIMEOUT_MS": settings.query_timeout_ms,
        "EXPORT_TIMEOUT_MS": settings.export_timeout_s * 1_000,
    }
