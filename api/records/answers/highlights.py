"""Where in a record the words of a search stand: character offsets, no markup."""

import re
from collections.abc import Iterable, Iterator, Sequence

from schemas.base import Json

from ..core.registry import RecordType
from ..text.normalise import BETWEEN, Piece, indexed, normalise_with_spans, pieces
from ..text.query import SearchTerm
from ..text.texts import searched_texts, values_at

#: Texts of a record that are shown with highlights, and ranges in each.
MOST_TEXTS = 10
MOST_RANGES = 20
#: Kinds of terms that stand where words do.
_OF_WORDS = ("phrase", "prefix")


def highlights(record_type: RecordType, record: Json, terms: Sequence[SearchTerm]) -> list[Json]:
    """[{`pointer`, `text`, `ranges`: [{`start`, `end`}]}]: code points of the text, end exclusive."""
    found = []
    names, further = searched_texts(record_type, record)
    for pointer, text in (*values_at(record, record_type.title), *names, *further):
        if ranges := _ranges(text, terms):
            shown = [{"start": start, "end": end} for start, end in ranges[:MOST_RANGES]]
            found.append({"pointer": pointer, "text": text, "ranges": shown})
            if len(found) == MOST_TEXTS:
                return found
    return found


def _ranges(text: str, terms: Sequence[SearchTerm]) -> list[tuple[int, int]]:
    folded = normalise_with_spans(text)
    # Most texts have none of the words: these are not cut.
    terms = [term for term in terms if _may_stand_in(folded.text, term)]
    if not terms:
        return []
    # Words are needed for whole words and their beginnings; parts are looked for in the text.
    cut = list(pieces(folded.text)) if any(term.kind in _OF_WORDS for term in terms) else []
    spans = {folded.origin(*span) for term in terms for span in _occurrences(folded.text, cut, term)}
    return list(_joined(sorted(spans)))


def _may_stand_in(folded: str, term: SearchTerm) -> bool:
    words = term.words if term.kind == "phrase" else (term.text,)
    return all(word in folded for word in words if word != BETWEEN)


def _occurrences(folded: str, cut: Sequence[Piece], term: SearchTerm) -> Iterator[tuple[int, int]]:
    if term.kind == "phrase":
        yield from _phrases(cut, term.words)
    elif term.kind == "prefix":
        for piece in cut:
            if not piece.running and piece.text.startswith(term.text):
                yield piece.start, piece.start + len(term.text)
    else:
        for found in re.finditer(re.escape(term.text), folded):
            yield found.span()


def _phrases(cut: Sequence[Piece], words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where these words of the index follow each other."""
    found = list(indexed(cut))
    indexed_words = [word for word, _, _ in found]
    first, length = -1, len(words)
    for _ in range(indexed_words.count(words[0])):
        first = indexed_words.index(words[0], first + 1)
        if tuple(indexed_words[first : first + length]) == words:
            yield found[first][1], found[first + length - 1][2]


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Overlapping spans as one."""
    last: tuple[int, int] | None = None
    for start, end in spans:
        if last and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last
