"""The templates of the pages, with what they may use."""

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from . import dates_in_words, elements, translating, words
from .assets import asset_address
from .links import host_of, in_language, with_choices


def filled(sentence: str, **parts: str) -> Markup:
    """A sentence with parts put in where it says; what is no markup in it is text."""
    return Markup(escape(sentence)) % parts


#: What stands many times on a page is a filter: a function costs twice as much there, a macro more.
_FILTERS: dict[str, Callable[..., Any]] = {
    "link": elements.link,
    "links": elements.links,
    "named": elements.named,
    "when": elements.time,
    "written": elements.written,
    "at": with_choices,
    "filled": filled,
    "host": host_of,
    "day": dates_in_words.day,
    "time": dates_in_words.time,
    "term": words.term,
    "number": words.number,
    "sentence": words.sentence,
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
    found.install_gettext_callables(
        translating._,
        translating.ngettext,
        newstyle=True,
        pgettext=translating.pgettext,
        npgettext=translating.npgettext,
    )
    found.filters |= _FILTERS
    found.globals |= {
        "asset": asset_address,
        "spoken": translating.spoken,
        "site_name": words.site_name,
        "in_language": in_language,
        "written": elements.written,
    }
    environment: Environment = found
    return environment


def drawn(template: str, **context: Any) -> bytes:
    """A template with its context, as the bytes of a page."""
    return _templates().get_template(template).render(**context).encode()
