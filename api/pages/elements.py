"""The elements that stand hundreds of times on a page: made here, where each costs a fifth of a macro."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from api.http.languages import OWN

from .dates_in_words import When
from .links import Link, with_choices
from .translating import _, spoken

if TYPE_CHECKING:
    from .dossier import Moment
    from .record_view import Name
    from .time_scale import Bar

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
    return Markup(_words(to.text, to.language))


def link(to: Link) -> Markup:
    """What a record is called, as a link where it has a page, and what must be said beside it."""
    shown = _words(to.text, to.language)
    if to.href:
        shown = f'<a href="{escape(with_choices(to.href))}">{shown}</a>'
    if to.neutral:
        shown += f' <span class="aside">({_words(to.neutral, to.neutral_language)})</span>'
    if to.note:
        shown += f' <span class="aside">({escape(to.note)})</span>'
    return Markup(shown)


def links(all: Iterable[Link]) -> Markup:
    """Links in a row."""
    return escape(_(", ")).join(map(link, all))


def time(when: When) -> Markup:
    """A date in words; for machines too, where they have a word for it."""
    if when.machine:
        return Markup(f'<time datetime="{escape(when.machine)}">{escape(when.display)}</time>')
    return Markup(f'<span title="{escape(when.edtf)}">{escape(when.display)}</span>')


def aside(all: Sequence[Link], when: When | None) -> Markup:
    """What something is called and when it was, in a row; without links, which stand before it."""
    said = [_words(to.text, to.language) for to in all]
    return Markup(escape(_(", ")).join([*map(Markup, said), *([when.display] if when else ())]))


def names(all: Iterable["Name"]) -> Markup:
    """What a record is called, and by whom."""
    return escape(_(", ")).join(Markup(_name(name)) for name in all)


def _name(name: "Name") -> str:
    shown, user = _words(name.text, name.language), name.used_by
    return f"{shown} ({_words(user.text, user.language)})" if user else shown


def moment(of: "Moment") -> Markup:
    """When something was, and what."""
    at = time(of.at) if of.at else ""
    who = f' <span class="aside"{written(of.who.language)}>{escape(of.who.text)}</span>' if of.who else ""
    # Words are not found for translators within such strings.
    word = _("contested")
    contested = f' <span class="aside">⇄ {escape(word)}</span>' if of.contested else ""
    kind = "what happening" if of.happening else "what"
    what = f'<span class="{kind}">{link(of.link)}{who}{contested}</span>'
    return Markup(f'<span class="when">{at}</span>\n{what}\n')


def bar(of: "Bar", scale: int) -> Markup:
    """Where something lies in time, before the lines of the scale with this number."""
    y, height = (0, 12) if of.kind == "day" else (3, 6)
    kind = f"{of.kind} doubted" if of.doubted else of.kind
    after = '<text x="100%" y="10" text-anchor="end">→</text>' if of.after else ""
    before = '<text x="0" y="10">←</text>' if of.before else ""
    lies = f'<rect x="{of.x}%" width="{of.width}" y="{y}" height="{height}" class="{kind}"/>{after}{before}'
    lines = f'<use href="#scale-{scale}"/>'
    return Markup(f'<svg class="bar" width="100%" height="12" aria-hidden="true">{lines}{lies}</svg>')


def _words(text: str, language: str | None) -> str:
    return f"<bdi{written(language)}>{escape(text)}</bdi>"
