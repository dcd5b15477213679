"""A record of facts over HTTP. `create_app` is where the parts meet."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

from flask import Flask
from flask_swagger_ui import get_swaggerui_blueprint
from peewee import Database

from .endpoints import (
    errors,
    feed,
    openapi,
    positions,
    provenance,
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
from .endpoints.auth import asking
from .http import problems
from .http.endpoint import Operations
from .http.middleware import signed
from .records.store.database import open_database, time_limit
from .settings import Settings, read_settings

try:
    VERSION = installed_version("facts")
except PackageNotFoundError:  # a checkout that is not installed
    VERSION = "0"


def declared(database: Database, settings: Settings) -> Operations:
    """Every operation of the service, in the order of its documentation."""
    operations = Operations()
    records.declare(operations, database)
    provenance.declare(operations, database, settings)
    similar.declare(operations, database)
    positions.declare(operations, database)
    timeline.declare(operations, database)
    search.declare(operations, database)
    write.declare(operations, database)
    revisions.declare(operations, database)
    feed.declare(operations, database, settings)
    vocabularies.declare(operations)
    problem_types.declare(operations)
    service.declare(operations, database, settings, VERSION)
    openapi.declare(operations)
    return operations


def create_app(settings: Settings | None = None) -> Flask:
    """The service as a WSGI application."""
    settings = settings or read_settings()
    database = open_database(settings.database_url, settings.busy_timeout_ms)

    app = Flask(__name__, template_folder="pages/templates", static_folder=None)
    app.config["BASE_URL"] = settings.base_url
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.extensions["facts.database"] = database

    app.wsgi_app = signed(app.wsgi_app, settings.cors_write_origins)  # type: ignore[assignment,method-assign]  # as Flask documents it
    problems.install(app)
    errors.install(app, lambda record_id: records.address_of(database, record_id))
    app.config["QUERY_TIMEOUT_MS"] = settings.query_timeout_ms
    operations = declared(database, settings)
    app.extensions["facts.operations"] = {operation.id: operation for operation in operations.all}
    operations.install(app, lambda: time_limit(database, settings.query_timeout_ms), lambda: asking(database))
    app.register_blueprint(
        get_swaggerui_blueprint(
            "/docs", "/openapi.json", config={"app_name": "A record of facts", "validatorUrl": None}
        )
    )
    return app
