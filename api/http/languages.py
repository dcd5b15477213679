"""Languages that a request likes, by its Accept-Language, and those in which pages are shown."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from schemas import query as q
from schemas.language_tags import OWN as OWN

from .query_strings import header_of_preferences, preferences

#: The best of some languages for the reader, as an index, or None where none will do.
BestLanguage = Callable[[Sequence[str]], int | None]
#: The languages of pages, each as its readers call it.
LANGUAGES = {OWN: "English", "ja": "日本語", "ru": "Русский"}
#: The parameter that says in which language a page is shown.
LANG = "lang"
CHOSEN_LANGUAGE = q.choice(LANG, "In which language a page is shown.", tuple(LANGUAGES), None)


def best_language() -> BestLanguage:
    """The choice of the first of some languages that Accept-Language likes best."""
    return _best_by(preferences("Accept-Language", LanguageAccept))


def best_among(*liked: str) -> BestLanguage:
    """The same for somebody who likes these languages, the first most."""
    return _best_by(LanguageAccept([(tag, 1 - place / 10) for place, tag in enumerate(liked)]))


def _best_by(accepted: LanguageAccept) -> BestLanguage:
    # Names are many, their languages few.
    @cache
    def liking_of(tag: str) -> tuple[float, int]:
        return _liking(tag, accepted)

    def choose(languages: Sequence[str]) -> int | None:
        liking = [liking_of(tag) for tag in languages]
        best = max(liking, default=(0.0, 0))
        return liking.index(best) if best[0] else None

    return choose


def liked_language() -> str:
    """The language of pages that the request likes best; English where it says nothing.

    Raises a 431 problem for a header that is too long to be read.
    """
    return preferred_language(header_of_preferences("Accept-Language"))


@lru_cache(maxsize=1024)
def preferred_language(header: str) -> str:
    """The language of pages that an Accept-Language likes best; of several, the one named first."""
    accepted = parse_accept_header(header, LanguageAccept)
    named = [tag for tag, _ in accepted]
    likings = {tag: _liking(tag, accepted)[0] for tag in LANGUAGES}
    best = max(likings.values())
    liked = [tag for tag, liking in likings.items() if liking == best] if best else [OWN]
    return min(liked, key=lambda tag: _place_of(tag, named))


def _place_of(tag: str, named: Sequence[str]) -> int:
    """Where a header names a language first, and not just by `*`; behind all where it does not."""
    return next((place for place, range_ in enumerate(named) if _shared(range_, tag)), len(named))


def _liking(tag: str, accepted: LanguageAccept) -> tuple[float, int]:
    """How much a language is liked, and how well it is what was asked for; 0 where it is not.

    RFC 9110 §12.5.4: of the ranges that match, the one that says most counts, and `*` only where no other
    does. A range also matches what it is a part of (RFC 4647 §3.4): somebody who reads `ja-JP` reads `ja`.
    """
    matching = [(shared, q) for range_, q in accepted if (shared := _shared(range_, tag)) is not None]
    shared, q = max(matching, default=(0, 0.0))
    return q, shared


def _shared(language_range: str, tag: str) -> int | None:
    """How many subtags a range has in common with a tag; None where they do not match."""
    if language_range == "*":
        return 0
    wanted, given = language_range.lower().split("-"), tag.lower().split("-")
    length = min(len(wanted), len(given))
    return length if wanted[:length] == given[:length] else None
