"""`facts serve`: the service on gunicorn."""

import os
from contextlib import suppress
from functools import partial

import click
from peewee import OperationalError

from api.app import create_app
from api.http.log import configure
from api.http.server import Server, options
from api.records.store.turns import Turns
from api.records.write.rerender import catch_up
from schemas.fuzzy_date import FuzzyDate

from .common import database_option, opened, settings_or_end


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
    settings = settings_or_end()
    # Once, before the workers start: none of them may find half-made tables.
    with opened(url, new=True) as database, suppress(OperationalError):
        catch_up(database)
    # The first date that is read has its grammar made: no reader waits for that.
    FuzzyDate.parse("2019")
    _greet(host, port)
    configure()
    made = partial(create_app, turns=Turns())
    Server(made, options(host, port, workers or settings.workers, settings.threads)).run()


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
