"""Names near what was typed, where nothing has what was typed: Kuril for `Koril`."""

from collections.abc import Iterable
from itertools import islice
from operator import le
from typing import Any

from rapidfuzz.distance import OSA

from schemas.base import Json

from ..core.registry import TYPES
from ..core.sql import sql
from ..core.state import State
from ..store.deadline import parsed
from ..text.find import named_like, unknown
from ..text.normalise import as_words, pieces
from ..text.query import SearchTerm, TextQuery
from ..text.texts import texts_of

#: Terms of a query that are looked into, how long they are, and names that are told.
_MOST_TERMS = 4
_LONGEST = 64
MOST_NEAR = 5
#: A shorter text is near the beginnings of too many words.
_LEAST_BEGINNING = 4


def near_names(state: State, text: TextQuery) -> list[Json]:
    """Public parties and places that have a name near a term which no public record has, best first.

    Each is a reference with the name that `matched`.
    """
    terms = list(islice(filter(_can_have_slips, text.wanted), _MOST_TERMS))
    if not terms:
        return []
    missed = [terms[place] for (place,) in state.rows(unknown(state.database, terms))]
    if not missed:
        return []
    best: dict[str, tuple[int, int, int]] = {}
    for record, folded in state.rows(named_like(state.database, missed)):
        if fit := fit_of(folded, missed):
            best[record] = min(fit, best.get(record, fit))
    nearest = sorted(best, key=lambda record: (best[record], record))[:MOST_NEAR]
    rows = state.rows(sql("SELECT id, type, name, body FROM record WHERE id IN ({ids})", ids=nearest))
    return [_near(row, missed) for row in sorted(rows, key=lambda row: nearest.index(row[0]))]


def _near(row: Any, terms: list[SearchTerm]) -> Json:
    record_id, type_name, name, body = row
    record_type = TYPES[type_name]
    texts = texts_of(record_type, parsed(body))
    fits = {text: fit for text in (texts.title, *texts.names) if (fit := fit_of(as_words(text), terms))}
    return {**record_type.reference(record_id, name), "matched": min(fits, key=lambda text: fits[text])}


def fit_of(folded: str, terms: Iterable[SearchTerm]) -> tuple[int, int, int] | None:
    """How a folded name fits terms, the less the better; None where none of them is near.

    Its members: how many are near, negated; slips in these; the length of the name.
    """
    slips = [found for term in terms if (found := _slips(folded.split(), term)) is not None]
    return (-len(slips), sum(slips), len(folded)) if slips else None


def _slips(words: list[str], term: SearchTerm) -> int | None:
    """Slips in a term, whose every word must be near a word of a name; None where one is not."""
    found = [
        min((_distance(typed, word) for word in words), default=len(typed)) for typed in term.text.split()
    ]
    allowed = map(_allowed, term.text.split())
    return sum(found) if all(map(le, found, allowed)) else None


def _distance(typed: str, word: str) -> int:
    """Letters left out, added, exchanged or swapped, at the beginning of a word or in all of it."""
    most = _allowed(typed)
    whole = OSA.distance(typed, word, score_cutoff=most)
    if whole <= most or len(typed) < _LEAST_BEGINNING:
        return whole
    return OSA.distance(typed, word[: len(typed)], score_cutoff=most)


def _allowed(typed: str) -> int:
    """One letter in four, and always one."""
    return max(1, len(typed) // 4)


def _can_have_slips(term: SearchTerm) -> bool:
    """Whether one slip leaves something of it: two East Asian characters, three letters. And not a text."""
    return len(term.text) <= _LONGEST and all(
        len(piece.text) >= (2 if piece.running else 3) for piece in pieces(term.text)
    )
