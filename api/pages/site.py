"""Every page, put into the application."""

from flask import Flask
from peewee import Database

from api.records.core.registry import TYPES
from api.settings import Settings

from . import (
    assets,
    card,
    changes,
    claim,
    corrections,
    dossier,
    event,
    home,
    oembed,
    page,
    party,
    place,
    search,
    sitemap,
    source,
)
from .list_page import list_page
from .page import Pages
from .problem_pages import problem_page, problem_type_page, refusing
from .same import same_answer

_OF_RECORDS = [module.PAGE for module in (claim, dossier, party, place, event, source)]
_LISTS = [list_page(record_type) for record_type in TYPES.values()]
_OTHERS = [module.PAGE for module in (home, search, corrections, changes, card)]
PAGES = [*_OF_RECORDS, *_LISTS, *_OTHERS]


def install(app: Flask, database: Database, settings: Settings) -> None:
    """Serve the pages for people."""
    assets.install(app)
    page.install(app, Pages(database, settings), PAGES)
    oembed.install(app, database, settings)
    sitemap.install(app, database, settings)
    app.extensions["facts.problem_page"] = problem_page
    app.extensions["facts.problem_type_page"] = problem_type_page
    app.extensions["facts.same_answer"] = same_answer(PAGES)
    framed = {page.path.split("/")[1].encode(): page.framed for page in PAGES}
    app.extensions["facts.refused_page"] = refusing(app, framed)
