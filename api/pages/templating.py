"""The templates of the pages, with what they may use."""

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2.compiler import CodeGenerator
from markupsafe import Markup, escape

from . import dates_in_words, elements, translating, words
from .assets import asset_address
from .links import host_of, in_language, with_choices


def filled(sentence: str, **parts: str) -> Markup:
    """A sentence with parts put in where it says; what is no markup in it is text."""
    return Markup(escape(sentence)) % parts


def escaped(value: Any) -> str:
    """A value as HTML. Most in templates are so already: to find that out again takes ten times as long."""
    if type(value) is Markup:
        return value
    return str(value) if type(value) is float or type(value) is int else escape(value)


class _Code(CodeGenerator):
    """The code of a template, in which values are escaped by `escaped`."""

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        if not frame.eval_ctx.autoescape or frame.eval_ctx.volatile:
            raise NotImplementedError("templates of pages are escaped, all of them")
        self.write(f"environment.escaped({finalize.src or ''}")


#: What stands many times on a page is a filter: a function costs twice as much there, a macro more.
_FILTERS: dict[str, Callable[..., Any]] = {
    "link": elements.link,
    "links": elements.links,
    "aside": elements.aside,
    "names": elements.names,
    "moment": elements.moment,
    "bar": elements.bar,
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
    found.code_generator_class = _Code
    found.escaped = escaped
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
