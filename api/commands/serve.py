"""`facts serve`: the service on gunicorn."""

import os
from contextlib import suppress
from functools import partial
from threading import Thread
from time import sleep

import click
from flask import Flask
from peewee import OperationalError

from api.app import create_app
from api.http import log
from api.http.heap import return_memory
from api.http.log import configure
from api.http.server import Server, options
from api.records.store.turns import Turns
from api.records.write.renew import render_what_is_left
from api.settings import Settings
from schemas.fuzzy_date import FuzzyDate

from .common import away, database_option, opened, settings_or_end
from .renewal import Renewal

#: Seconds between two looks for a server that was away when this one started.
_BETWEEN_LOOKS = 1
#: And between two tries to prepare it.
_BETWEEN_TRIES = 30


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535), help="Port.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; FACTS_WORKERS otherwise.")
@click.option("--threads", type=click.IntRange(1, 256), help="Threads in each; FACTS_THREADS otherwise.")
@database_option
def serve(host: str, port: int, workers: int | None, threads: int | None, url: str | None) -> None:
    """Serve the record over HTTP.

    An older database is migrated first; one of a newer version is refused.
    """
    if url:
        os.environ["FACTS_DATABASE_URL"] = url
    if threads:
        os.environ["FACTS_THREADS"] = str(threads)
    return_memory()
    settings = settings_or_end()
    if missing := away(settings.database_url):
        log.warn("the database is unreachable; it is asked again and again", None, error=missing)
    else:
        _prepare()
    # The first date that needs the grammar has it made: no reader waits for that.
    FuzzyDate.parse("2019?")
    _greet(host, port)
    configure()
    made = partial(_made, settings, Turns(), bool(missing))
    Server(made, options(host, port, workers or settings.workers, settings.threads)).run()


def _prepare() -> None:
    """Bring the database to this version. Before the workers start, so that none of them finds half-made
    tables."""
    with opened(None, new=True) as database, suppress(OperationalError):
        render_what_is_left(database, Renewal().told)


def _made(settings: Settings, turns: Turns, missing: bool) -> Flask:
    """The application of one worker; a database that was `missing` is prepared when it is there."""
    if missing:
        Thread(target=_prepare_when_there, args=(settings.database_url,), daemon=True).start()
    return create_app(settings, turns)


def _prepare_when_there(url: str) -> None:
    while True:
        sleep(_BETWEEN_LOOKS)
        if away(url):
            continue
        # Where it cannot be prepared, it has been said why.
        with suppress(SystemExit):
            _prepare()
            log.say("the database is there", None)
            return
        sleep(_BETWEEN_TRIES)


def _greet(host: str, port: int) -> None:
    at = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    click.echo(
        f"""
Serving the record of facts at {at}/v1
Documentation: {at}/docs

Three things to try:
  curl '{at}/v1/claims/abe-seeks-treaty-progress-in-term'
  curl '{at}/v1/claims?about=four-islands&stance=denies&fields=proposition,claimant'
  curl '{at}/v1/claims?claimnt=abe-shinzo'

Stop with Ctrl-C.
"""
    )
