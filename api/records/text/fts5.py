"""The full-text index as SQLite's FTS5 keeps it.

Two tables a scope, each with the columns title, names, text: `words` holds words, pairs and characters,
`parts` the folded text in trigrams, for parts of words.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from peewee import Database, DatabaseError
from pyroaring import BitMap

from ..core.sql import ALWAYS, Sql, joined, sql
from ..store.postings import listed
from ..store.tables import Table
from ..store.troubles import trouble_of
from .fulltext import SCOPES, Texts
from .normalise import pieces
from .query import SearchTerm, TextQuery

COLUMNS = ("title", "names", "text")
#: The tables of each scope.
WORDS = {scope: Table(f"{scope}_words", ("rowid", *COLUMNS), ("rowid",)) for scope in SCOPES}
PARTS = {scope: Table(f"{scope}_parts", ("rowid", *COLUMNS), ("rowid",)) for scope in SCOPES}
#: How much more a word counts in the title and in a name than in the text, for bm25.
_WEIGHTS = "10.0, 6.0, 1.0"
#: What a match of whole words counts, and one of parts of words beside it.
_WHOLE = f"bm25({{table}}, {_WEIGHTS})"
_PART = f"0.001 * {_WHOLE}"
#: So few are looked for one by one, where they lie further apart than that.
_FEW, _NEAR = 50, 5_000
# The plus sign: those with names are few, so all matches are passed by instead of one search for each.
_SHARING = """
SELECT rowid AS id FROM public_{table} WHERE public_{table} MATCH {{expression}}
AND +rowid IN (SELECT id FROM search_row WHERE scope = 'public' AND type IN ({{types}})) LIMIT {{most}}
"""


class Fts5:
    """The full-text index in SQLite."""

    # Writing

    def add(self, database: Database, scope: str, records: Sequence[tuple[int, Texts]]) -> None:
        """One row in each table."""
        WORDS[scope].add(database, ((number, *texts.words) for number, texts in records))
        PARTS[scope].add(database, ((number, *texts.parts) for number, texts in records))

    def row(self, number: int, texts: Texts) -> tuple[Any, ...]:
        """Of both tables."""
        return (number, *texts.words, *texts.parts)

    def pour(self, database: Database, scope: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Into both tables."""
        words = len(COLUMNS) + 1
        WORDS[scope].pour(database, (row[:words] for row in rows))
        PARTS[scope].pour(database, ((row[0], *row[words:]) for row in rows))

    def remove(self, database: Database, scope: str, numbers: Sequence[int]) -> None:
        """From both tables."""
        for table in _tables(scope):
            table.delete_of(database, "rowid", numbers)

    def compact(self, database: Database) -> None:
        """FTS5 marks what was taken out and keeps it until segments are merged."""
        for table in _all_tables():
            database.execute_sql(f"INSERT INTO {table}({table}) VALUES ('optimize')")

    # Comparing

    def faults(self, database: Database) -> Iterator[str]:
        """What FTS5's own check says."""
        for table in _all_tables():
            try:
                database.execute_sql(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")
            except DatabaseError as error:
                # The check is a write to SQLite: what cannot be written cannot be checked so.
                trouble = trouble_of(error)
                if trouble == "read-only":
                    return
                if trouble and trouble != "damaged":
                    raise
                yield f"{table}: {error}"

    def held(self, scope: str) -> dict[str, Sql]:
        """Of both tables."""
        return {table.name: Sql(f"SELECT rowid AS id FROM {table.name}") for table in _tables(scope)}

    def misplaced(self, database: Database, scope: str, number: int | None, texts: Texts) -> list[str]:
        """Compared column by column."""
        wanted = {WORDS[scope]: texts.words, PARTS[scope]: texts.parts}
        return [
            table.name
            for table, columns in wanted.items()
            if table.read_of(database, "rowid", [number]) != [(number, *columns)]
        ]

    # Finding

    def wanted(self, scopes: Sequence[str], terms: Sequence[SearchTerm]) -> list[Sql]:
        """One for each table that is asked."""
        return [_in_scopes(scopes, *found) for found in _matches(terms).items()]

    def having(self, scopes: Sequence[str], terms: Sequence[SearchTerm]) -> Sql:
        """What one table finds, of which the other finds as well."""
        first, *others = self.wanted(scopes, terms)
        also = [sql("AND id IN ({other})", other=other) for other in others]
        query = "SELECT id FROM ({first}) f {also}"
        return sql(query, first=first, also=joined(" ", [Sql("WHERE TRUE"), *also]))

    def scores(self, text: TextQuery, scopes: Sequence[str], among: BitMap) -> list[Sql]:
        """By bm25, whole words and parts of words together.

        Where words are there as a whole, their parts and beginnings say nothing more: these are dear to
        weigh.
        """
        loose = [term for term in text.wanted if term.kind in ("part", "prefix")]
        strict = [term for term in text.wanted if term not in loose]
        whole = " OR ".join(_literal(term.words) for term in loose)
        found: list[Sql] = []
        for scope in scopes:
            found += [
                _points(f"{scope}_{kind}", matched, among, _WHOLE)
                for kind, matched in _matches(strict).items()
            ]
            if whole:
                words = f"{scope}_words"
                there = f"SELECT rowid FROM {words} WHERE {words} MATCH {{whole}}"
                lacking = sql(f"rowid NOT IN ({there})", whole=whole)
                ways = _matches(loose).items()
                found += [
                    _points(f"{scope}_{kind}", matched, among, _PART, lacking) for kind, matched in ways
                ]
                found.append(_points(words, whole, among, _WHOLE))
        return found

    def places(self, text: TextQuery, scopes: Sequence[str], among: BitMap) -> list[Sql]:
        """bm25 counts all records with a word before it weighs one; this looks at the columns alone."""
        return [
            _points(f"{scope}_{kind}", f"{{{column}}} : ({expression})", among, weight)
            for scope in scopes
            for kind, expression in _matches(text.as_whole_words).items()
            for column, weight in (("title", "-10.0"), ("names", "-6.0"))
        ]

    def newest_named(self, terms: Sequence[SearchTerm], most: int) -> Sql:
        """Words lie in the order of the numbers."""
        words = " AND ".join(_expression(term)[1] for term in terms)
        return sql(
            "SELECT rowid AS id FROM public_words WHERE public_words MATCH {words} "
            "ORDER BY rowid DESC LIMIT {most}",
            words=f"{{title names}} : ({words})",
            most=most,
        )

    def sharing(self, term: SearchTerm, types: Iterable[str], most: int) -> Sql:
        """By trigrams, or by the characters of runs."""
        if any(piece.running for piece in pieces(term.text)):
            table, shared = "words", list(term.text.replace(" ", ""))
        else:
            words = term.text.split()
            table, shared = "parts", [word[at : at + 3] for word in words for at in range(len(word) - 2)]
        any_of = " OR ".join(_literal([part]) for part in dict.fromkeys(shared))
        expression = f"{{title names}} : ({any_of})"
        return sql(_SHARING.format(table=table), expression=expression, types=list(types), most=most)


def _tables(scope: str) -> tuple[Table, Table]:
    return WORDS[scope], PARTS[scope]


def _all_tables() -> list[str]:
    return [table.name for scope in SCOPES for table in _tables(scope)]


# Expressions


def _literal(words: Sequence[str]) -> str:
    """Words that follow each other, as an FTS5 string: nothing in it is syntax."""
    return '"' + " ".join(words).replace('"', '""') + '"'


def _expression(term: SearchTerm) -> tuple[str, str]:
    """(table kind, FTS5 expression) of a term."""
    if term.kind == "part":
        return "parts", _literal([term.text])
    return "words", _literal(term.words) + (" *" if term.kind == "prefix" else "")


def _matches(terms: Sequence[SearchTerm]) -> dict[str, str]:
    """One expression a table, for all of the terms."""
    by_table: dict[str, list[str]] = {}
    for table, expression in map(_expression, terms):
        by_table.setdefault(table, []).append(expression)
    return {table: " AND ".join(dict.fromkeys(some)) for table, some in by_table.items()}


def _in_scopes(scopes: Sequence[str], table: str, expression: str) -> Sql:
    """A query for the records in some scopes in which all terms of an expression are found."""
    ways = [
        sql(
            f"SELECT rowid AS id FROM {scope}_{table} WHERE {scope}_{table} MATCH {{expression}}",
            expression=expression,
        )
        for scope in scopes
    ]
    return joined(" UNION ALL ", ways)


def _points(table: str, expression: str, among: BitMap, points: str, where: Sql = ALWAYS) -> Sql:
    # The plus sign: all matches in the range are passed by and the chosen ones weighed, instead of one search
    # for each; of few that lie far apart each is looked for.
    few = "rowid IN (SELECT value FROM json_each({among}))"
    many = "rowid BETWEEN {least} AND {most} AND +rowid IN (SELECT id FROM chosen)"
    apart = len(among) <= _FEW and among.max() - among.min() > _NEAR
    return sql(
        f"SELECT rowid AS id, {points.format(table=table)} AS points FROM {table} "
        f"WHERE {table} MATCH {{expression}} AND {few if apart else many} AND {{where}}",
        expression=expression,
        among=listed(among) if apart else "",
        least=among.min(),
        most=among.max(),
        where=where,
    )
