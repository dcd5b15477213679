"""The full-text index as PostgreSQL keeps it.

One table a scope: `words` are the words, pairs and characters at their places, weighted A in the title, B in
names, D in the text; `parts` is all the folded text and `called` its title and names, both indexed by
trigrams (pg_trgm), for parts of words. Our own words go in, no dictionary of PostgreSQL's changes them.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from peewee import Database
from pyroaring import BitMap

from ..core.sql import Sql, joined, run, sql
from ..store.engine import engine_of
from ..store.postings import in_list, listed
from ..store.tables import batches
from .fulltext import Texts, condition_of
from .normalise import BETWEEN, pieces
from .query import SearchTerm, TextQuery

_COLUMNS = ("words", "parts", "called")
#: The weights of the columns, and what PostgreSQL counts for D, C, B and A: as much as FTS5 does.
_LABELS = ("A", "B", "D")
_WEIGHTS = "{0.1, 0.1, 0.6, 1.0}"
#: Rows of texts that are written in one statement.
_WRITTEN_AT_ONCE = 100
#: PostgreSQL keeps places up to this one, and words up to so many bytes.
_LAST_PLACE, _LONGEST = 16_383, 2_000
#: Characters that never take more bytes than that.
_SURELY_SHORT = _LONGEST // 4
#: Longer texts weigh less: 1 + the logarithm of their length.
_BY_LENGTH = 1
#: What a match of words counts; a part of a word counts far less than the same word as a whole.
_FITS = f"""CASE WHEN t.words @@ {{query}}
THEN -10 * ts_rank(CAST({{weights}} AS real[]), t.words, {{query}}, {_BY_LENGTH}) ELSE 0 END"""
_PLACED = """
SELECT json_group_array(t.id) FILTER (WHERE t.words @@ {{title}}),
json_group_array(t.id) FILTER (WHERE t.words @@ {{names}})
FROM {scope}_text t WHERE {{those}} AND t.words @@ {{called}}
"""
#: So few are looked for by their keys; of more of them, all that lie between the first and the last are
#: looked at where these are so many times as many at most.
_FEW, _PASSED_BY = 500, 2
_OF_PARTS = "(length(replace(t.parts, {part}, '')) - length(t.parts)) / (1000.0 * (length(t.parts) + 1))"
#: By the key, one record after another. Joined, all texts with a word would be looked at again, of which many
#: more are found than are chosen: the index does not know where in a text a word stands.
_OF_CHOSEN = """
SELECT c.id, CAST((SELECT {{points}} FROM {scope}_text t WHERE t.id = c.id) AS double precision) AS points
FROM chosen c
"""


class TextSearch:
    """The full-text index in PostgreSQL."""

    # Writing

    def add(self, database: Database, scope: str, records: Sequence[tuple[int, Texts]]) -> None:
        """One row each, many in one statement."""
        for some in batches(records, _WRITTEN_AT_ONCE):
            rows = [sql("({id}, {texts})", id=number, texts=_columns(texts)) for number, texts in some]
            query = f"INSERT INTO {scope}_text (id, words, parts, called) VALUES {{rows}}"
            run(database, sql(query, rows=joined(", ", rows)))

    def row(self, number: int, texts: Texts) -> tuple[Any, ...]:
        """Of the one table."""
        return (number, *_values(texts))

    def pour(self, database: Database, scope: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """As rows of any table."""
        engine_of(database).pour(f"{scope}_text", ("id", *_COLUMNS), rows)

    def remove(self, database: Database, scope: str, numbers: Sequence[int]) -> None:
        """Their rows."""
        if numbers:
            run(database, sql(f"DELETE FROM {scope}_text WHERE id IN ({{numbers}})", numbers=list(numbers)))

    def compact(self, database: Database) -> None:
        """Nothing: the engine writes its tables anew."""

    # Comparing

    def faults(self, database: Database) -> Iterator[str]:
        """PostgreSQL keeps an index in the transaction of its table."""
        yield from ()

    def held(self, scope: str) -> dict[str, Sql]:
        """Of the one table."""
        return {f"{scope}_text": Sql(f"SELECT id FROM {scope}_text")}

    def misplaced(self, database: Database, scope: str, number: int | None, texts: Texts) -> list[str]:
        """Compared by the database, which has a form of its own for words."""
        query = f"SELECT 1 FROM {scope}_text WHERE id = {{id}} AND (words, parts, called) = ({{texts}})"
        right = sql(query, id=number, texts=_columns(texts))
        return [] if run(database, right).fetchone() else [f"{scope}_text"]

    # Finding

    def wanted(self, scopes: Sequence[str], terms: Sequence[SearchTerm], least: int) -> list[Sql]:
        """One for all terms."""
        return [in_list(self.having(scopes, terms, least))]

    def having(self, scopes: Sequence[str], terms: Sequence[SearchTerm], least: int) -> Sql:
        """Words by their index, parts by theirs."""
        conditions = joined(" AND ", [_has(term) for term in terms])
        query = "SELECT t.id FROM {scope}_text t WHERE {{all}} AND t.id >= {{least}}"
        ways = [sql(query.format(scope=scope), all=conditions, least=least) for scope in scopes]
        return joined(" UNION ALL ", ways)

    def among(self, scopes: Sequence[str], text: TextQuery, numbers: Sql) -> Sql:
        """By the conditions on their rows."""
        query = "SELECT t.id FROM {scope}_text t WHERE t.id IN ({{numbers}}) AND {{has}}"
        has = condition_of(text, _has)
        ways = [sql(query.format(scope=scope), numbers=numbers, has=has) for scope in scopes]
        return joined(" UNION ALL ", ways)

    def scores(self, text: TextQuery, scopes: Sequence[str], among: BitMap) -> list[Sql]:
        """By how often and where words stand as a whole (`ts_rank`), all of them before some; then by how
        much of the texts parts of words are. How rare a word is in the record counts for nothing here."""
        whole = " & ".join(_phrase(term) for term in text.as_whole_words)
        any_of = " | ".join(_phrase(term) for term in text.as_whole_words)
        if not whole:
            return []
        fits = [sql(_FITS, query=_asked(query), weights=_WEIGHTS) for query in dict.fromkeys((whole, any_of))]
        parts = [sql(_OF_PARTS, part=term.text) for term in text.wanted if term.kind == "part"]
        return _of_chosen(scopes, [*fits, *parts])

    def places(
        self, text: TextQuery, scopes: Sequence[str], sets: Sequence[BitMap], matches: BitMap
    ) -> list[Sql]:
        """Whether all stands in one column, as whole words."""
        if not text.wanted:
            return []
        title, names, called = (
            _asked(" & ".join(_phrase(term, labels) for term in text.as_whole_words))
            for labels in ("A", "B", "AB")
        )
        return [
            sql(
                _PLACED.format(scope=scope),
                title=title,
                names=names,
                called=called,
                those=_lie(some, matches),
            )
            for scope in scopes
            for some in sets
        ]

    def newest_named(self, terms: Sequence[SearchTerm], most: int) -> Sql:
        """Sorted by number."""
        query = _asked(" & ".join(_phrase(term, "AB") for term in terms))
        return sql(
            "SELECT t.id FROM public_text t WHERE t.words @@ {query} ORDER BY t.id DESC LIMIT {most}",
            query=query,
            most=most,
        )

    def sharing(self, term: SearchTerm, types: Iterable[str], most: int) -> Sql:
        """By trigrams, or by the characters of runs."""
        if any(piece.running for piece in pieces(term.text)):
            shared = " | ".join(_word(character, "AB") for character in term.text.replace(" ", ""))
            condition = sql("t.words @@ {query}", query=_asked(shared))
        else:
            words = term.text.split()
            shares = dict.fromkeys(word[at : at + 3] for word in words for at in range(len(word) - 2))
            condition = joined(" OR ", [_contains("called", part) for part in shares])
        return sql(
            "SELECT t.id FROM public_text t JOIN search_row s ON s.id = t.id "
            "WHERE s.type IN ({types}) AND ({condition}) LIMIT {most}",
            types=list(types),
            condition=condition,
            most=most,
        )


# Texts


def _columns(texts: Texts) -> Sql:
    """The values of `words`, `parts` and `called`."""
    values = dict(zip(_COLUMNS, _values(texts), strict=True))
    return sql("CAST({words} AS tsvector), {parts}, {called}", **values)


def _values(texts: Texts) -> tuple[str, str, str]:
    return _vector(texts), "\n".join(texts.parts), "\n".join(texts.parts[:2])


def _vector(texts: Texts) -> str:
    """The words of all columns at their places, as a tsvector is written. Something that nobody can search
    stands between columns, so that no phrase reaches across."""
    found: list[str] = []
    place = 0
    for column, label in zip(texts.words, _LABELS, strict=True):
        words = (*column.split(), BETWEEN)
        places = chain(range(place + 1, _LAST_PLACE), repeat(_LAST_PLACE))
        found += [f"{_quoted(word)}:{at}{label}" for word, at in zip(words, places, strict=False)]
        place += len(words)
    return " ".join(found)


@lru_cache(maxsize=65_536)
def _quoted(word: str) -> str:
    if word.isalnum() and len(word) <= _SURELY_SHORT:
        return f"'{word}'"
    short = word.encode()[:_LONGEST].decode(errors="ignore")
    return "'" + short.replace("\\", "\\\\").replace("'", "''") + "'"


# Questions


def _has(term: SearchTerm) -> Sql:
    """The condition on `t` that it has a term."""
    if term.kind == "part":
        return _contains("parts", term.text)
    return sql("t.words @@ {query}", query=_asked(_phrase(term)))


def _contains(column: str, part: str) -> Sql:
    escaped = part.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return sql(f"t.{column} LIKE {{part}} ESCAPE '!'", part=f"%{escaped}%")


def _lie(some: BitMap, matches: BitMap) -> Sql:
    """The condition on `t` that it lies between the first and the last of some of all matches; where they are
    few, or few of those that lie there, that it is one of them."""
    least, most = some.min(), some.max()
    if len(some) <= _FEW or matches.range_cardinality(least, most + 1) > _PASSED_BY * len(some):
        return sql("t.id IN (SELECT value FROM json_each({some}))", some=listed(some))
    return sql("t.id BETWEEN {least} AND {most}", least=least, most=most)


def _of_chosen(scopes: Sequence[str], points: Sequence[Sql]) -> list[Sql]:
    """The sum of some points of each chosen record, by scope."""
    total = joined(" + ", points)
    return [sql(_OF_CHOSEN.format(scope=scope), points=total) for scope in scopes]


def _asked(query: str) -> Sql:
    return sql("CAST({query} AS tsquery)", query=query)


def _phrase(term: SearchTerm, labels: str = "") -> str:
    """Words that follow each other, the last of them perhaps cut off, in the columns of some labels or in
    any."""
    *before, last = term.words
    last_labels = ("*" if term.kind == "prefix" else "") + labels
    return "(" + " <-> ".join([*(_word(w, labels) for w in before), _word(last, last_labels)]) + ")"


def _word(word: str, marks: str) -> str:
    return _quoted(word) + (f":{marks}" if marks else "")
