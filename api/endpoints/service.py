"""The service about itself: the root, the API catalog, health."""

from math import inf

from peewee import PeeweeException

from api.http.endpoint import Answer, Endpoints
from api.http.problems import Problem
from api.http.responses import PASSING
from api.records.core.registry import BY_PLURAL
from api.records.core.state import State
from api.records.read.records import counts
from api.records.store.database import require_usable
from api.records.store.engine import DatabaseUnusable
from api.records.store.replicas import Reads, Replica
from api.records.store.troubles import trouble_of
from api.records.write.fingerprint import require_this_program
from api.records.write.rerender import pending_refreshes
from api.settings import Settings
from schemas.base import Json
from schemas.query import Query

from .components import named
from .examples import sample
from .reply import Reply
from .response_schemas import ADDRESS, COUNT, TEXT, list_of, object_of

_LINKS = {
    "self": "/v1",
    **{plural: f"/v1/{plural}" for plural in BY_PLURAL},
    "changes": "/v1/changes",
    "corrections": "/v1/corrections",
    "vocabularies": "/v1/vocabularies",
    "openapi": "/openapi.json",
    "docs": "/docs",
    "api-catalog": "/.well-known/api-catalog",
}
_ROOT = object_of(
    {
        "name": TEXT,
        "version": TEXT,
        "publisher": TEXT,
        "licence": TEXT,
        "base_url": {"type": ["string", "null"], "format": "uri"},
        "counts": object_of(dict.fromkeys(BY_PLURAL, COUNT)),
        "links": object_of(dict.fromkeys(_LINKS, ADDRESS)),
    }
)
LINKSET = "application/linkset+json"


def declare(endpoints: Endpoints, settings: Settings, version: str, reads: Reads) -> None:
    """Declare the root, the catalog and the health checks."""
    _declare_root(endpoints, settings, version)
    _declare_catalog(endpoints, settings.base_url)
    _declare_health(endpoints, reads)


def _declare_root(endpoints: Endpoints, settings: Settings, version: str) -> None:
    @endpoints.get(
        "/v1",
        "getRoot",
        "service",
        answers={200: Answer("The root.", named("Root", _ROOT), example=lambda: sample("root"))},
    )
    def get_root(state: State, _: Query) -> Reply:
        """Read who publishes this record, under which licence, and where everything is.

        `counts` are the published records of each type.
        """
        return Reply(
            document={
                "name": "A record of facts",
                "version": version,
                "publisher": settings.publisher_name,
                "licence": settings.licence,
                "base_url": settings.base_url or None,
                "counts": counts(state),
                "links": _LINKS,
            }
        )


def _declare_catalog(endpoints: Endpoints, base: str) -> None:
    @endpoints.get(
        "/.well-known/api-catalog",
        "getApiCatalog",
        "service",
        media_types=(LINKSET, "application/json"),
        answers={
            200: Answer("The catalog.", {"type": "object"}, LINKSET, example=lambda: sample("api-catalog"))
        },
    )
    def get_api_catalog(_: State, __: Query) -> Reply:
        """Read the API catalog.

        A linkset (RFC 9264) at the place where machines look for one (RFC 9727).
        """
        links = {
            "anchor": f"{base}/v1",
            "service-desc": [
                {"href": f"{base}/openapi.json", "type": "application/vnd.oai.openapi+json"},
                {"href": f"{base}/openapi.yaml", "type": "application/vnd.oai.openapi"},
            ],
            "service-doc": [{"href": f"{base}/docs", "type": "text/html"}],
            "status": [{"href": f"{base}/health/ready", "type": "application/json"}],
        }
        catalog = {"linkset": [links]}
        return Reply(
            document=catalog, media_type=f'{LINKSET}; profile="https://www.rfc-editor.org/info/rfc9727"'
        )


_ALIVE = object_of({"status": {"type": "string", "enum": ["alive"]}})
_REPLICA = object_of(
    {
        "number": COUNT,
        "standing": {
            "type": "string",
            "enum": ["following", "lagging", "unreachable", "promoted", "foreign", "unknown"],
        },
        "lag_ms": {"type": ["integer", "null"]},
    }
)
_READY = object_of(
    {
        "status": {"type": "string", "enum": ["ready", "read-only"]},
        "refreshing": COUNT,
        "replicas": list_of(_REPLICA),
    },
    ("replicas",),
)


def _shown(replica: Replica) -> Json:
    """A replica by its place among the settings: where it stands is nobody's business."""
    standing, lag = replica.standing or "unknown", replica.lag
    return {
        "number": replica.number,
        "standing": standing,
        "lag_ms": round(lag * 1000) if lag != inf else None,
    }


def _declare_health(endpoints: Endpoints, reads: Reads) -> None:
    @endpoints.get(
        "/health/live",
        "getLiveness",
        "service",
        answers={200: Answer("The process runs.", _ALIVE, example=lambda: sample("live"))},
    )
    def get_liveness(_: State, __: Query) -> Reply:
        """Ask whether the process answers.

        Touches no database: a restart helps only where this fails.
        """
        return Reply(body=b'{"status":"alive"}')

    @endpoints.get(
        "/health/ready",
        "getReadiness",
        "service",
        answers={200: Answer("It can serve.", _READY, example=lambda: sample("ready"))},
        problems=("unavailable",),
    )
    def get_readiness(_: State, __: Query) -> Reply:
        """Ask whether the service can answer requests.

        The database answers, is the one that was opened, and has the migrations of this version and no
        others. `refreshing` counts the records that a change of another has left to be rendered again.
        Where the database is away and a replica answers reads, the service is `read-only`.
        """
        try:
            require_usable(reads.primary)
            require_this_program(reads.primary)
            status, refreshing = "ready", pending_refreshes(reads.primary)
        except PeeweeException as error:
            if trouble_of(error) != "unreachable" or reads.chosen[1] is None:
                detail = str(error) if isinstance(error, DatabaseUnusable) else "the database does not answer"
                raise Problem("unavailable", detail, headers={"Retry-After": "5"}) from None
            status, refreshing = "read-only", reads.answered(lambda: pending_refreshes(reads.database))
        replicas = {"replicas": [_shown(replica) for replica in reads.replicas]} if reads.replicas else {}
        document = {"status": status, "refreshing": refreshing, **replicas}
        return Reply(document=document, storing=PASSING)
