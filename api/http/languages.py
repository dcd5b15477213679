"""Languages that a request likes, by its Accept-Language."""

from collections.abc import Callable, Sequence
from functools import cache

from werkzeug.datastructures import LanguageAccept

from .query_strings import preferences

#: The best of some languages for the reader, as an index, or None where none will do.
BestLanguage = Callable[[Sequence[str]], int | None]


def best_language() -> BestLanguage:
    """The choice of the first of some languages that Accept-Language likes best."""
    accepted = preferences("Accept-Language", LanguageAccept)

    # Names are many, their languages few.
    @cache
    def liking_of(tag: str) -> tuple[float, int]:
        return _liking(tag, accepted)

    def choose(languages: Sequence[str]) -> int | None:
        liking = [liking_of(tag) for tag in languages]
        best = max(liking, default=(0.0, 0))
        return liking.index(best) if best[0] else None

    return choose


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
