"""The templates of the pages, with what they may use."""

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from . import words
from .assets import asset_address
from .links import host_of, with_choices


def filled(sentence: str, **parts: str) -> Markup:
    """A sentence with parts put in where it says; what is no markup in it is text."""
    return Markup(escape(sentence)) % parts


_FILTERS: dict[str, Callable[..., Any]] = {
    "at": with_choices,
    "filled": filled,
    "host": host_of,
    "day": words.day,
    "time": words.time,
    "term": words.term,
}


@cache
def _templates() -> Environment:
    """The environment of the pages' templates, apart from Flask's, in which those of libraries are drawn.

    A name that is misspelt is found by the first test that draws it.
    """
    found: Any = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    found.install_null_translations(newstyle=True)
    found.filters |= _FILTERS
    found.globals |= {
        "asset": asset_address,
        "LANGUAGE": words.LANGUAGE,
        "SITE": words.SITE,
    }
    environment: Environment = found
    return environment


def drawn(template: str, **context: Any) -> bytes:
    """A template with its context, as the bytes of a page."""
    return _templates().get_template(template).render(**context).encode()
