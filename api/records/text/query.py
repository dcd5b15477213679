"""What somebody types into a search box, understood. Nothing that is typed can be wrong."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.base import Json

from .normalise import Piece, indexed, normalise, pieces

#: Words of this length and more are found inside others; shorter ones at the beginning of a word.
LEAST_PART = 3
#: Quotes of all kinds, and the operators as a Japanese keyboard writes them.
_OPERATORS = str.maketrans({**dict.fromkeys("“”„‟«»＂", '"'), "－": "-", "＊": "*"})
_CHUNK = re.compile(r'(?P<no>-)?(?:"(?P<phrase>[^"]*)"|(?P<text>\S+))')


@dataclass(frozen=True)
class SearchTerm:
    """One thing to be found: `part` of a text, `prefix` of a word, `phrase` of whole words, `run` of East
    Asian characters."""

    kind: str
    text: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chunk:
    """What was typed in one go: all its terms must be found, or, excluded, must not be found together."""

    terms: tuple[SearchTerm, ...]
    excluded: bool


@dataclass(frozen=True)
class TextQuery:
    """A search as understood."""

    typed: str
    chunks: tuple[Chunk, ...]

    @property
    def wanted(self) -> list[SearchTerm]:
        """What must be found, each once."""
        found = (term for chunk in self.chunks if not chunk.excluded for term in chunk.terms)
        return list(dict.fromkeys(found))

    @property
    def excluded(self) -> list[tuple[SearchTerm, ...]]:
        """What must not be found, each together."""
        return [chunk.terms for chunk in self.chunks if chunk.excluded]

    @property
    def beginnings(self) -> list[SearchTerm]:
        """What must be found in a name, each word of it at its beginning."""
        return [SearchTerm("prefix", t.text, t.words) if t.kind == "part" else t for t in self.wanted]

    @property
    def as_whole_words(self) -> list[SearchTerm]:
        """What must be found, parts and beginnings of words as if they were all of a word."""
        loose = ("part", "prefix")
        return [SearchTerm("phrase", t.text, t.words) if t.kind in loose else t for t in self.wanted]

    @property
    def name(self) -> str:
        """The words that a name may be equal to or begin with."""
        found = (term.text for chunk in self.chunks if not chunk.excluded for term in chunk.terms)
        return " ".join(found)

    def as_json(self) -> list[Json]:
        """The terms, for the echo of the query."""
        return [
            {"text": term.text, "as": term.kind, "excluded": chunk.excluded}
            for chunk in self.chunks
            for term in chunk.terms
        ]


def parse_text_query(typed: str) -> TextQuery:
    """What `q` asks: `"…"` is a phrase, `-…` excludes, `…*` is the beginning of a word, all else is text."""
    chunks = []
    for found in _CHUNK.finditer(typed.translate(_OPERATORS)):
        phrase, text = found["phrase"], found["text"]
        terms = tuple(dict.fromkeys(_phrase(phrase) if phrase is not None else _plain(text)))
        if terms:
            chunks.append(Chunk(terms, found["no"] is not None))
    # What is typed twice is asked once.
    return TextQuery(typed, tuple(dict.fromkeys(chunks)))


def _plain(text: str) -> Iterator[SearchTerm]:
    found = list(pieces(normalise(text)))
    for piece in found:
        if piece.running:
            yield SearchTerm("run", piece.text, tuple(piece.pairs))
        elif len(piece.text) < LEAST_PART or (piece is found[-1] and text.endswith("*")):
            yield SearchTerm("prefix", piece.text, (piece.text,))
        else:
            yield SearchTerm("part", piece.text, (piece.text,))


def _phrase(text: str) -> Iterator[SearchTerm]:
    """Whole words that follow each other; a run of one character stands by itself."""
    following: list[Piece] = []
    for piece in pieces(normalise(text)):
        if piece.running and len(piece.text) == 1:
            yield from _whole(following)
            following = []
            yield SearchTerm("run", piece.text, (piece.text,))
        else:
            following.append(piece)
    yield from _whole(following)


def _whole(following: list[Piece]) -> Iterator[SearchTerm]:
    if following:
        words = tuple(word for word, _, _ in indexed(following))
        yield SearchTerm("phrase", " ".join(piece.text for piece in following), words)
