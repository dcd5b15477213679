"""Words of the interface in the language in which a page is shown.

A word is written in English where it is used, within `_(…)`; a catalogue has its translation. `N_(…)` marks
what stands in a table that is made once: it is translated where it is shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from api.http.languages import OWN

#: Of dates and numbers: in English a day stands before its month.
_LOCALES = {OWN: "en_GB"}
CATALOGUES = Path(__file__).parent / "translations"
_spoken: ContextVar[str] = ContextVar("language of the page", default=OWN)


def spoken() -> str:
    """The language in which the page at hand is shown."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Show what is made within in a language."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


@cache
def locale_of(language: str) -> Locale:
    """What CLDR knows of a language: its dates, numbers and names."""
    return Locale.parse(_LOCALES.get(language, language))


@cache
def _catalogue(language: str) -> NullTranslations:
    """The translations of a language, compiled when first asked for: no compiled file can go stale."""
    if language == OWN:
        return NullTranslations()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _(text: str) -> str:
    """A text in the language of the page; in English where it has no translation."""
    return _catalogue(spoken()).gettext(text)


def ngettext(one: str, several: str, number: int) -> str:
    """The same of a text that counts something."""
    return _catalogue(spoken()).ngettext(one, several, number)


def pgettext(context: str, text: str) -> str:
    """The same of a text that means one thing here and another elsewhere."""
    return _catalogue(spoken()).pgettext(context, text)


def npgettext(context: str, one: str, several: str, number: int) -> str:
    """The same of one that counts something."""
    return _catalogue(spoken()).npgettext(context, one, several, number)


def N_(text: str) -> str:
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text
