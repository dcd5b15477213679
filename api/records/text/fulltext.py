"""What a full-text index must do, whatever the engine: `fts5.py`, `tsearch.py`.

Every record that is shown stands in it under its number, what is public apart from drafts, so that a draft
moves no rank and no count. It is found by whole words, the beginnings of words and parts of words, and for
runs of East Asian script by their overlapping pairs and single characters.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain
from typing import Any, Protocol

from peewee import Database
from pyroaring import BitMap

from ..core.sql import ALWAYS, Sql, joined, sql
from .normalise import BETWEEN, Piece, indexed, is_old_letter, normalise, pieces
from .query import LEAST_PART, SearchTerm, TextQuery

#: Where records of a status are found; those of others are nowhere, and keep their number.
SCOPE_OF = {"published": "public", "draft": "draft"}
SCOPES = tuple(SCOPE_OF.values())
NOWHERE = "none"


@dataclass(frozen=True)
class Texts:
    """What a record is found by: its title, its other names, and further text.

    `named`: the title is a name, as of parties and places, and no sentence.
    """

    title: str
    names: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    named: bool = False

    @property
    def columns(self) -> tuple[tuple[str, ...], ...]:
        """The values of each column."""
        return ((self.title,), self.names, self.text)

    @cached_property
    def called(self) -> list[tuple[str, str]]:
        """(kind, folded text) of what a name may be looked up by: a `title`; or a `name`, and of each
        further word of a name the rest from there on, a `word`."""
        found = [" ".join(piece.text for piece in name) for name in chain(*self._pieces[:2])]
        if not self.named:
            return [("title", title) for title in found]
        words = [("word", name[piece.start :]) for name in found for piece in pieces(name) if piece.start]
        return list(dict.fromkeys([*(("name", name) for name in found), *words]))

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The whole text of each column, folded."""
        return tuple(map(f"\n{BETWEEN}\n".join, self._folded))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of each column, and the pairs and characters of its runs, as an index takes them."""
        return tuple(f" {BETWEEN} ".join(map(_as_indexed, values)) for values in self._pieces)

    @cached_property
    def tails(self) -> tuple[str, ...]:
        """The words of each column without what is found by their beginnings: a part of a word stands at its
        beginning, or in its tail."""
        return tuple(map("\n".join, map(_tails, self._pieces)))

    @cached_property
    def _folded(self) -> list[list[str]]:
        return [[*map(normalise, values)] for values in self.columns]

    @cached_property
    def _pieces(self) -> list[list[list[Piece]]]:
        """The pieces of each text of each column."""
        return [[list(pieces(text)) for text in texts] for texts in self._folded]

    @cached_property
    def digest(self) -> str:
        """A short name for what is indexed of these texts: another where they are folded otherwise."""
        indexed_texts = repr((self.words, self.parts, self.tails, self.called))
        return sha256(indexed_texts.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _as_indexed(found: Sequence[Piece]) -> str:
    """Words and pairs in the order of a text, then the single characters of its runs."""
    if not any(piece.running for piece in found):
        return " ".join([piece.text for piece in found])
    inline = [word for word, _, _ in indexed(found)]
    single = dict.fromkeys(c for piece in found if piece.running for c in piece.text)
    return " ".join([*inline, BETWEEN, *single] if single else inline)


def _tails(texts: Iterable[Sequence[Piece]]) -> Iterable[str]:
    """Each once, where a part of a word has room in it."""
    tails = (_tail(piece.text) for piece in chain(*texts) if not piece.running)
    return dict.fromkeys(tail for tail in tails if len(tail) >= LEAST_PART)


def _tail(word: str) -> str:
    """A word without its first letter; all of it where an engine might not know each letter as one."""
    return word[1:] if word.isascii() or all(map(is_old_letter, word)) else word


def condition_of(text: TextQuery, stands: Callable[[SearchTerm], Sql]) -> Sql:
    """The condition that a row has a text, of the one that a term `stands` in it."""
    excluded = [joined(" AND ", list(map(stands, terms))) for terms in text.excluded]
    lacking = [sql("NOT ({all})", all=condition) for condition in excluded]
    return joined(" AND ", [ALWAYS, *map(stands, text.wanted), *lacking])


class FullText(Protocol):
    """A full-text index. Where it answers with SQL, that is a query for the numbers of records, as `id`."""

    # Writing

    def add(self, database: Database, scope: str, records: Sequence[tuple[int, Texts]]) -> None:
        """Let records of these numbers be found in a scope."""

    def row(self, number: int, texts: Texts) -> tuple[Any, ...]:
        """What is written of a record, as plain values."""

    def pour(self, database: Database, scope: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write very many such rows, of records none of which is there."""

    def remove(self, database: Database, scope: str, numbers: Sequence[int]) -> None:
        """Let records of these numbers be found there no more."""

    def compact(self, database: Database) -> None:
        """Write the index anew without what was taken out of it, which else stays in its pages."""

    # Comparing

    def faults(self, database: Database) -> Iterator[str]:
        """Tables of the index that do not agree with themselves, a sentence each."""

    def held(self, scope: str) -> dict[str, Sql]:
        """The tables of a scope, with the queries for the numbers that each holds."""

    def misplaced(self, database: Database, scope: str, number: int | None, texts: Texts) -> list[str]:
        """The tables in which a record does not stand as it should."""

    # Finding

    def wanted(self, scopes: Sequence[str], terms: Sequence[SearchTerm], least: int) -> list[Sql]:
        """Queries for lists of the records in some scopes, of numbers from the least on; those that all of
        them find have all these terms."""

    def having(self, scopes: Sequence[str], terms: Sequence[SearchTerm], least: int) -> Sql:
        """The query for the records in some scopes that have all these terms, of numbers from there on."""

    def among(self, scopes: Sequence[str], text: TextQuery, numbers: Sql) -> Sql:
        """The query for those of a few records in some scopes that a text finds."""

    def scores(self, text: TextQuery, scopes: Sequence[str], among: BitMap) -> list[Sql]:
        """Queries for (`id`, `points`) of some records in the table `chosen`: how well the text fits them,
        the less the better. A record may stand in several, which are added up."""

    def places(
        self, text: TextQuery, scopes: Sequence[str], sets: Sequence[BitMap], matches: BitMap
    ) -> list[Sql]:
        """Queries for two lists of numbers a row, in less time: of records with all that is wanted in the
        title, and in the names, as whole words. All such records of some sets are there; others may be, which
        of all `matches` lie between them."""

    def newest_named(self, terms: Sequence[SearchTerm], most: int) -> Sql:
        """The public records added last of which the title or a name has all these terms, the last first."""

    def sharing(self, term: SearchTerm, types: Iterable[str], most: int) -> Sql:
        """Public records of some types with a name that shares three letters with a term, or an East Asian
        character."""
