"""Text as it is searched: without case, width and diacritics, cut into words and East Asian runs."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from schemas.text import is_invisible

#: Letters of these scripts lose their marks: `ō` is found as `o`, `й` as `и`. In others a mark matters.
_UNMARKED = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW")
#: Scripts written without blanks: a word of theirs can begin anywhere.
_RUNNING = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC")
_VOICED = "\uff9e\uff9f"
#: Letters whose stroke or missing dot is no mark of its own.
_PLAIN = str.maketrans("łđøħŧı", "ldohti")
#: Modifier letters of transliterations, such as the ʹ of Kurilʹskie and the ʿ of al-Qāʿida, and what makes
#: Arabic letters longer.
_SIGNS = frozenset(map(chr, (*range(0x2B0, 0x300), 0x640)))
#: What is typed for an apostrophe, the letters ʼ of Ukrainian and ʻ of Uzbek among it.
_APOSTROPHES = str.maketrans(dict.fromkeys("`´‘’‛′‵ʻʼˈˊˋ՚׳\ua78b\ua78c", "'"))
#: Characters of ASCII that no mark follows: what is written on them.
_ASCII_RUN = re.compile(r"[\x00-\x7f]+(?![^\x00-\x7f])")
_BLANKS = "\u200b\u2800"
#: Words of ASCII, which have nothing but these; of other texts, these and each other character by itself.
_PLAIN_WORD = re.compile(r"[0-9A-Za-z]+")
_PLAIN_WORD_OR_ONE = re.compile(r"[0-9A-Za-z]+|.", re.DOTALL)


@dataclass(frozen=True)
class Normalised:
    """Normalised text, and for each of its characters the span of the text that it came from."""

    text: str
    #: None where each character came from the one at its place.
    spans: tuple[tuple[int, int], ...] | None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` to `end` (exclusive) stand in the text itself."""
        if self.spans is None:
            return start, end
        return self.spans[start][0], self.spans[end - 1][1]


#: Stands between two runs that something parts, and between two texts, so that no phrase reaches across:
#: a character that nobody can search.
BETWEEN = "\ue000"


class Piece(NamedTuple):
    """A word of folded text, or a run of Han, kana and hangul."""

    text: str
    start: int
    running: bool

    @property
    def end(self) -> int:
        """Where it ends, exclusive."""
        return self.start + len(self.text)

    @property
    def pairs(self) -> list[str]:
        """The overlapping pairs of a run; of a single character, that character."""
        return [a + b for a, b in pairwise(self.text)] or [self.text]


def indexed(found: Sequence[Piece]) -> Iterator[tuple[str, int, int]]:
    """(word, start, end) of what the index has for pieces, in order: words, and pairs of runs."""
    last: Piece | None = None
    for piece in found:
        if last and last.running and piece.running:
            yield BETWEEN, last.end, piece.start
        for offset, word in enumerate(piece.pairs if piece.running else [piece.text]):
            yield word, piece.start + offset, piece.start + offset + len(word)
        last = piece


def normalise(text: str) -> str:
    """Text without the differences that a search overlooks."""
    if text.isascii():
        return text.translate(_ASCII)
    return "".join(_folded(text[start:end]) for start, end in _stretches(text))


def normalise_with_spans(text: str) -> Normalised:
    """The same, remembering where each character came from."""
    if text.isascii() and len(plain := text.translate(_ASCII)) == len(text):
        return Normalised(plain, None)
    found: list[str] = []
    spans: list[tuple[int, int]] = []
    for start, end in _stretches(text):
        stretch = text[start:end]
        found.append(folded := _folded(stretch))
        spans += (
            pairwise(range(start, end + 1)) if stretch.isascii() and folded else [(start, end)] * len(folded)
        )
    return Normalised("".join(found), tuple(spans))


def _folded(stretch: str) -> str:
    return stretch.translate(_ASCII) if stretch.isascii() else _normalise(stretch)


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Spans of clusters; of ASCII at one go where none of it is left out, which is most of most texts."""
    end = 0
    for run in _ASCII_RUN.finditer(text):
        yield from ((end + a, end + b) for a, b in _clusters(text[end : run.start()]))
        if len(run[0].translate(_ASCII)) == len(run[0]):
            yield run.span()
        else:
            yield from pairwise(range(run.start(), run.end() + 1))
        end = run.end()
    yield from ((end + a, end + b) for a, b in _clusters(text[end:]))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Spans of a character with the marks on it: folding one never looks at another."""
    start = 0
    for position, character in enumerate(text):
        if position and not _joins(character):
            yield start, position
            start = position
    if text:
        yield start, len(text)


def _joins(character: str) -> bool:
    if character.isascii():
        return False
    is_jamo = "\u1160" <= character <= "\u11ff"
    return is_jamo or character in _VOICED or unicodedata.category(character)[0] == "M"


@lru_cache(maxsize=65_536)
def _normalise(cluster: str) -> str:
    """NFKC, case folding, one apostrophe, no marks on letters of some scripts, nothing that is not seen."""
    # NFKC makes a blank and a mark of some apostrophes.
    plain = unicodedata.normalize("NFKC", cluster.translate(_APOSTROPHES))
    plain = unicodedata.normalize("NFKC", plain.casefold())
    kept, unmarked = [], False
    for character in unicodedata.normalize("NFD", plain.translate(_PLAIN)):
        is_mark = unicodedata.category(character) == "Mn"
        if not is_mark:
            unmarked = unicodedata.name(character, "").startswith(_UNMARKED)
        if not ((is_mark and unmarked) or _is_overlooked(character)):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def _is_overlooked(character: str) -> bool:
    """Soft hyphens and joiners, variants of one Han character, signs of transliterations."""
    if character in _BLANKS:  # They part words all the same.
        return False
    return character in _SIGNS or is_invisible(character) or unicodedata.category(character) == "Cf"


#: What becomes of each character of ASCII, one at most: none of them joins another.
_ASCII = {code: _normalise(chr(code)) for code in range(128)}


def as_words(text: str) -> str:
    """Text as its words and runs alone, for comparing names: without punctuation, one blank between."""
    return words_of(normalise(text))


def words_of(folded: str) -> str:
    """The same of text that is folded already."""
    return " ".join(piece.text for piece in pieces(folded))


def pieces(folded: str) -> Iterator[Piece]:
    """The words and runs of folded text, in order."""
    if folded.isascii():
        yield from (Piece(word[0], word.start(), False) for word in _PLAIN_WORD.finditer(folded))
        return
    start, kind = 0, ""
    for found in _PLAIN_WORD_OR_ONE.finditer(folded):
        here = _kind(found[0][0])
        if here == "mark":
            here = kind
        if here != kind:
            if kind:
                yield Piece(folded[start : found.start()], start, kind == "running")
            start, kind = found.start(), here
    if kind:
        yield Piece(folded[start:], start, kind == "running")


@lru_cache(maxsize=65_536)
def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "M":
        return "mark"
    if category[0] not in "LN":
        return ""
    return "running" if unicodedata.name(character, "").startswith(_RUNNING) else "word"


@lru_cache(maxsize=65_536)
def is_old_letter(character: str) -> bool:
    """Whether a character has been part of words since Unicode 3.2, so that every engine knows it."""
    return unicodedata.ucd_3_2_0.category(character)[0] in "LNM"
