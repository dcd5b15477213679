"""Which full-text index a database has."""

from peewee import Database

from ..store.engine import engine_of
from .fts5 import Fts5
from .fulltext import FullText
from .tsearch import TextSearch

_BY_SCHEME: dict[str, FullText] = {"sqlite": Fts5(), "postgresql": TextSearch()}


def full_text_of(database: Database) -> FullText:
    """The full-text index of a database."""
    return _BY_SCHEME[engine_of(database).scheme]
