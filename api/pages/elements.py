"""The elements that stand hundreds of times on a page: made here, where each costs a fifth of a macro."""

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

from api.http.languages import OWN

from .dates_in_words import When
from .links import Link, with_choices
from .translating import _, spoken

_NOTHING = Markup("")


def written(language: str | None = None) -> Markup:
    """The `lang` attribute of words of the record: in their own language where it is known, else in its own.

    Empty where that is the page's language.
    """
    language = language or OWN
    return _NOTHING if language == spoken() else _attribute(language)


@lru_cache(maxsize=1024)
def _attribute(language: str) -> Markup:
    return Markup(' lang="{}"').format(language)


def named(to: Link) -> Markup:
    """What a record is called."""
    return _words(to.text, to.language)


def link(to: Link) -> Markup:
    """What a record is called, as a link where it has a page, and what must be said beside it."""
    shown = _words(to.text, to.language)
    if to.href:
        shown = Markup(f'<a href="{escape(with_choices(to.href))}">{shown}</a>')
    for beside in (_words(to.neutral, to.neutral_language) if to.neutral else None, to.note):
        if beside:
            shown += Markup(f' <span class="aside">({escape(beside)})</span>')
    return shown


def links(all: Iterable[Link]) -> Markup:
    """Links in a row."""
    return escape(_(", ")).join(map(link, all))


def time(when: When) -> Markup:
    """A date in words; for machines too, where they have a word for it."""
    if when.machine:
        return Markup(f'<time datetime="{escape(when.machine)}">{escape(when.display)}</time>')
    return Markup(f'<span title="{escape(when.edtf)}">{escape(when.display)}</span>')


def _words(text: str, language: str | None) -> Markup:
    return Markup(f"<bdi{written(language)}>{escape(text)}</bdi>")
