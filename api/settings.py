"""Every knob of the service: FACTS_* in the environment, read once, validated."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from environs import Env, EnvError
from marshmallow import ValidationError
from marshmallow.validate import URL, Range


class SettingsFault(Exception):
    """A setting has a value that cannot be used; the message names it and what is allowed."""


@dataclass(frozen=True)
class Settings:
    """The service's settings, with their defaults."""

    #: Where the record is kept: sqlite:///relative/path or sqlite:////absolute/path.
    database_url: str = "sqlite:///facts.db"
    #: Streaming replicas of it that reads go to, separated by commas: postgresql://reader@replica/facts
    read_database_urls: tuple[str, ...] = ()
    #: By how many milliseconds a replica may be behind and still be read from.
    replica_lag_ms: int = 1_000
    #: Who publishes this record; shown at /v1.
    publisher_name: str = "An unnamed newsroom"
    #: Under which licence its records may be used, as a URL or an SPDX name; shown at /v1.
    licence: str = "CC-BY-4.0"
    #: The public address, such as https://facts.example.org, without a path: makes problem types, the links
    #: of `Link`, the Atom feed and the API catalog absolute.
    base_url: str = ""
    #: How long a writer waits for another writer, in milliseconds, before a request is answered with 503.
    busy_timeout_ms: int = 10_000
    #: How long the queries of one read may take, in milliseconds, before it is answered with 503.
    query_timeout_ms: int = 5_000
    #: How long an export may take, in seconds, however fast its client reads, before it is broken off.
    export_timeout_s: int = 300
    #: Largest body that a request may have, in bytes.
    max_body_bytes: int = 1_000_000
    #: Origins whose scripts may write with an API key, separated by commas: https://desk.example.org
    cors_write_origins: frozenset[str] = frozenset()
    #: Whether each request is a line of JSON on standard error.
    access_log: bool = False
    #: Megabytes that caches may take in each process: answers, and SQLite's pages for each thread.
    memory_mb: int = 80
    #: Bytes of them for answers; 0 keeps none.
    cache_bytes: int = 32_000_000
    #: For how many milliseconds a kept answer is sent without asking the database whether it still holds; 0
    #: asks each time.
    cache_staleness_ms: int = 0
    #: gunicorn processes. Each reads on its own; SQLite lets one write at a time.
    workers: int = 2
    #: Threads in each process. Few are enough: a read holds one for a fraction of a millisecond.
    threads: int = 4


def read_settings(environment: Env | None = None) -> Settings:
    """The settings from FACTS_* variables.

    Raises SettingsFault naming the variable and the fault.
    """
    env = environment or Env()
    default = Settings()
    try:
        with env.prefixed("FACTS_"):
            # A table: a line a variable, so it may be long.
            return Settings(
                database_url=env.str("DATABASE_URL", default.database_url),
                read_database_urls=_replicas(env.list("READ_DATABASE_URLS", []), env.str("DATABASE_URL", "")),
                replica_lag_ms=env.int(
                    "REPLICA_LAG_MS", default.replica_lag_ms, validate=Range(min=100, max=3_600_000)
                ),
                publisher_name=env.str("PUBLISHER_NAME", default.publisher_name),
                licence=env.str("LICENCE", default.licence),
                base_url=_address(env.str("BASE_URL", default.base_url)),
                busy_timeout_ms=env.int(
                    "BUSY_TIMEOUT_MS", default.busy_timeout_ms, validate=Range(min=1, max=600_000)
                ),
                query_timeout_ms=env.int(
                    "QUERY_TIMEOUT_MS", default.query_timeout_ms, validate=Range(min=1, max=600_000)
                ),
                export_timeout_s=env.int(
                    "EXPORT_TIMEOUT_S", default.export_timeout_s, validate=Range(min=1, max=86_400)
                ),
                max_body_bytes=env.int(
                    "MAX_BODY_BYTES", default.max_body_bytes, validate=Range(min=1_000, max=100_000_000)
                ),
                cors_write_origins=frozenset(env.list("CORS_WRITE_ORIGINS", [])),
                access_log=env.bool("ACCESS_LOG", default.access_log),
                memory_mb=env.int("MEMORY_MB", default.memory_mb, validate=Range(min=8, max=10**6)),
                cache_bytes=env.int("CACHE_BYTES", default.cache_bytes, validate=Range(min=0, max=10**12)),
                cache_staleness_ms=env.int(
                    "CACHE_STALENESS_MS", default.cache_staleness_ms, validate=Range(min=0, max=60_000)
                ),
                workers=env.int("WORKERS", default.workers, validate=Range(min=1, max=256)),
                threads=env.int("THREADS", default.threads, validate=Range(min=1, max=256)),
            )
    except (EnvError, ValidationError) as error:
        raise SettingsFault(str(error)) from None


def _replicas(urls: list[str], database_url: str) -> tuple[str, ...]:
    """The addresses of replicas; what is wrong with them is said without repeating one: it may hold a
    password."""
    named = tuple(url.strip() for url in urls if url.strip())
    if any(not url.startswith(_ON_A_SERVER) for url in (*named, database_url) if named):
        raise SettingsFault(
            f"FACTS_READ_DATABASE_URLS takes {_ON_A_SERVER[0]}… addresses of replicas, separated by commas, "
            "and FACTS_DATABASE_URL must then be that of the server which they follow"
        )
    return named


_ON_A_SERVER = ("postgresql://", "postgres://")


def _address(url: str) -> str:
    if not url:
        return ""
    try:
        URL(schemes={"http", "https"}, require_tld=False)(url)
    except ValidationError:
        raise SettingsFault(f"FACTS_BASE_URL must be an http or https URL, such as {_SUCH_AS}") from None
    parts = urlsplit(url)
    if parts.username is not None or (parts.path.rstrip("/"), parts.query, parts.fragment) != ("", "", ""):
        raise SettingsFault(
            "FACTS_BASE_URL takes a scheme, a host and a port, and nothing behind: stored addresses such as "
            f"/v1/claims begin at the root of the host. Serve the record at a host of its own: {_SUCH_AS}"
        )
    return f"{parts.scheme}://{parts.netloc}"


_SUCH_AS = "https://facts.example.org"
