"""The full-text index as SQLite's FTS5 keeps it.

Two tables a scope, each with the columns title, names, text: `words` holds words, pairs and characters,
`parts` in trigrams the tails of words. Part of a word is what one begins with, or what stands in its tail: to
find the trigrams of whole words one after another takes four times as long, and most that is typed is a word.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from peewee import Database, DatabaseError
from pyroaring import BitMap

from ..core.sql import ALWAYS, Sql, joined, sql
from ..store.postings import in_list, listed, union
from ..store.tables import Table
from ..store.troubles import trouble_of
from .fulltext import SCOPES, Texts, condition_of
from .normalise import BETWEEN, is_old_letter, pieces
from .query import SearchTerm, TextQuery

#: All words of a row, with what parts columns and nobody can search.
_WORDS_OF = f"(' ' || w.title || ' {BETWEEN} ' || w.names || ' {BETWEEN} ' || w.text || ' ')"
#: What is asked of the tables of a scope: FTS5 expressions, by kind of table.
Expressions = dict[str, str]
#: Kinds of terms that words go on behind.
_LOOSE = ("part", "prefix")
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
_CHOSEN = Sql("SELECT id FROM chosen")
#: Lists of what is found in the title, and in the names.
_LISTED = {
    "title": "SELECT json_group_array(f.id), '[]' FROM ({found}) f",
    "names": "SELECT '[]', json_group_array(f.id) FROM ({found}) f",
}
# The plus sign: those with names are few, so all matches are passed by instead of one search for each.
_SHARING = """
SELECT rowid AS id FROM public_{table} WHERE public_{table} MATCH {{expression}}
AND +rowid IN (SELECT id FROM search_row WHERE scope = 'public' AND type IN ({{types}})) LIMIT {{most}}
"""
#: Beginnings of so many characters have an index of their own.
_INDEXED = 3
#: So many words that begin in one way are asked for one by one.
_MOST_SPELT_OUT = 50
_AFTER_ALL = "\U0010ffff"
# From each word to the one behind it and a character that no word has; `""` finds nothing.
_SPELT_OUT = """
(WITH RECURSIVE w(word) AS (
    SELECT (SELECT v.term FROM public_vocabulary v WHERE v.term >= {beginning} LIMIT 1)
    UNION ALL
    SELECT (SELECT v.term FROM public_vocabulary v WHERE v.term >= w.word || char(1) LIMIT 1)
    FROM w WHERE w.word < {end} LIMIT {most}
) SELECT CASE COUNT(*) WHEN 0 THEN '""' WHEN {most} THEN {begun}
ELSE '("' || GROUP_CONCAT(w.word, '" OR "') || '")' END FROM w WHERE w.word < {end})"""


class Fts5:
    """The full-text index in SQLite."""

    # Writing

    def add(self, database: Database, scope: str, records: Sequence[tuple[int, Texts]]) -> None:
        """One row in each table."""
        WORDS[scope].add(database, ((number, *texts.words) for number, texts in records))
        PARTS[scope].add(database, ((number, *texts.tails) for number, texts in records))

    def row(self, number: int, texts: Texts) -> tuple[Any, ...]:
        """Of both tables."""
        return (number, *texts.words, *texts.tails)

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
        wanted = {WORDS[scope]: texts.words, PARTS[scope]: texts.tails}
        return [
            table.name
            for table, columns in wanted.items()
            if table.read_of(database, "rowid", [number]) != [(number, *columns)]
        ]

    # Finding

    def wanted(self, scopes: Sequence[str], terms: Sequence[SearchTerm], least: int) -> list[Sql]:
        """One for all whole words and beginnings, and one for each part of a word, wherever it stands. A list
        for each table: to put rows together takes as long as to find them."""
        asked = _asked(terms)
        return [joined(" UNION ALL ", map(in_list, _in_scopes(scopes, e, least))) for e in asked]

    def having(self, scopes: Sequence[str], terms: Sequence[SearchTerm], least: int) -> Sql:
        """What one query finds, of which the others find as well."""
        first, *others = (joined(" UNION ALL ", _in_scopes(scopes, e, least)) for e in _asked(terms))
        also = [sql("AND id IN ({other})", other=other) for other in others]
        query = "SELECT id FROM ({first}) f {also}"
        return sql(query, first=first, also=joined(" ", [Sql("WHERE TRUE"), *also]))

    def among(self, scopes: Sequence[str], text: TextQuery, numbers: Sql) -> Sql:
        """By looking into what is indexed, where one blank stands between words."""
        query = "SELECT w.rowid AS id FROM {scope}_words w WHERE w.rowid IN ({{numbers}}) AND {{has}}"
        has = condition_of(text, _stands_in)
        ways = [sql(query.format(scope=scope), numbers=numbers, has=has) for scope in scopes]
        return joined(" UNION ALL ", ways)

    def scores(self, text: TextQuery, scopes: Sequence[str], among: BitMap) -> list[Sql]:
        """By bm25, whole words and parts of words together.

        Where words are there as a whole, their parts and beginnings say nothing more: these are dear to
        weigh.
        """
        loose = [term for term in text.wanted if term.kind in _LOOSE]
        strict = [term for term in text.wanted if term.kind not in _LOOSE]
        whole = " OR ".join(_literal(term.words) for term in loose)
        found: list[Sql] = []
        for scope in scopes:
            found += _all_points(scope, _in_words(strict), among, _WHOLE)
            if whole:
                words = f"{scope}_words"
                there = f"SELECT rowid FROM {words} WHERE {words} MATCH {{whole}}"
                lacking = sql(f"rowid NOT IN ({there})", whole=whole)
                ways = _in_words(loose, " OR ") | _in_tails(loose)
                found += [
                    *_all_points(scope, ways, among, _PART, lacking),
                    *_all_points(scope, {"words": whole}, among, _WHOLE),
                ]
        return found

    def places(
        self, text: TextQuery, scopes: Sequence[str], sets: Sequence[BitMap], matches: BitMap
    ) -> list[Sql]:
        """bm25 counts all records with a word before it weighs one; this looks at the columns alone. Few have
        names, and the next that has the words in one is looked for however far it is: so in all at once."""
        ways = [(scope, words) for scope in scopes for words in _in_words(text.as_whole_words).values()]
        wanted = [("title", some) for some in sets] + ([("names", union(sets))] if sets else [])
        return [
            sql(
                _LISTED[column],
                found=_found(f"{scope}_words", "rowid AS id", f"{{{column}}} : ({words})", _lies(some)),
            )
            for scope, words in ways
            for column, some in wanted
        ]

    def newest_named(self, terms: Sequence[SearchTerm], most: int) -> Sql:
        """Words lie in the order of the numbers. Where they are many that begin so, all of their places would
        be read and merged first; so they are asked for one by one, as far as they are few."""
        named = "'{{title names}} : (' || {words} || ')'"
        return sql(
            f"SELECT rowid AS id FROM public_words WHERE public_words MATCH {named} "
            "ORDER BY rowid DESC LIMIT {most}",
            words=joined(" || ' AND ' || ", map(_spelt_out, terms)),
            most=most,
        )

    def sharing(self, term: SearchTerm, types: Iterable[str], most: int) -> Sql:
        """By the characters of runs, or by trigrams, of which the first of a word begins it."""
        words = term.text.split()
        ways = {
            "parts": [_literal([word[at : at + 3]]) for word in words for at in range(len(word) - 2)],
            "words": [f"{_literal([word[:3]])} *" for word in words if len(word) >= 3],
        }
        if any(piece.running for piece in pieces(term.text)):
            ways = {"words": [_literal([character]) for character in "".join(words)]}
        found = [
            sql(
                _SHARING.format(table=table),
                expression=f"{{title names}} : ({' OR '.join(dict.fromkeys(some))})",
                types=list(types),
                most=most,
            )
            for table, some in ways.items()
        ]
        return joined(" UNION ALL ", [sql("SELECT w.id FROM ({way}) w", way=way) for way in found])


def _tables(scope: str) -> tuple[Table, Table]:
    return WORDS[scope], PARTS[scope]


def _all_tables() -> list[str]:
    return [table.name for scope in SCOPES for table in _tables(scope)]


# Expressions


def _literal(words: Sequence[str]) -> str:
    """Words that follow each other, as an FTS5 string: nothing in it is syntax."""
    return '"' + " ".join(words).replace('"', '""') + '"'


def _begun(term: SearchTerm) -> str:
    """A term as words, of which the last may go on unless it was given as a whole."""
    return _literal(term.words) + (" *" if term.kind in _LOOSE else "")


def _spelt_out(term: SearchTerm) -> Sql:
    """An expression as SQL: a term, with the words that begin so in the place of their beginning."""
    [*_, last] = term.words
    # Of others FTS5 may make several words, or write them otherwise.
    known = all(map(is_old_letter, last)) and last == last.lower()
    if term.kind not in _LOOSE or len(last) <= _INDEXED or not known:
        return sql("{begun}", begun=_begun(term))
    return sql(
        _SPELT_OUT, beginning=last, end=f"{last}{_AFTER_ALL}", most=_MOST_SPELT_OUT, begun=_begun(term)
    )


def _stands_in(term: SearchTerm) -> Sql:
    """The condition on `w`, words of a record, that it has a term."""
    if term.kind == "part":
        return sql(f"instr({_WORDS_OF}, {{part}}) > 0", part=term.text)
    end = "" if term.kind == "prefix" else " "
    return sql(f"instr({_WORDS_OF}, {{words}}) > 0", words=f" {' '.join(term.words)}{end}")


def _in_words(terms: Sequence[SearchTerm], between: str = " AND ") -> Expressions:
    """What is asked of words for terms: that all of them stand there, or any."""
    return {"words": between.join(dict.fromkeys(map(_begun, terms)))} if terms else {}


def _in_tails(terms: Sequence[SearchTerm]) -> Expressions:
    """What is asked of tails for parts of words: any of them."""
    parts = dict.fromkeys(_literal([term.text]) for term in terms if term.kind == "part")
    return {"parts": " OR ".join(parts)} if parts else {}


def _asked(terms: Sequence[SearchTerm]) -> list[Expressions]:
    """What is asked for terms, all of which must be found."""
    strict = [term for term in terms if term.kind != "part"]
    parts = [_in_words([term]) | _in_tails([term]) for term in terms if term.kind == "part"]
    return [_in_words(strict), *parts] if strict else parts


def _in_scopes(scopes: Sequence[str], expressions: Expressions, least: int) -> list[Sql]:
    """Queries for the records in some scopes in which one of the expressions is found."""
    return [
        sql(
            f"SELECT rowid AS id FROM {scope}_{kind} "
            f"WHERE {scope}_{kind} MATCH {{expression}} AND rowid >= {{least}}",
            expression=expression,
            least=least,
        )
        for scope in scopes
        for kind, expression in expressions.items()
    ]


def _all_points(
    scope: str, expressions: Expressions, among: BitMap, points: str, where: Sql = ALWAYS
) -> list[Sql]:
    return [_points(f"{scope}_{kind}", e, among, points, where) for kind, e in expressions.items()]


def _points(table: str, expression: str, among: BitMap, points: str, where: Sql = ALWAYS) -> Sql:
    # The plus sign: all matches in the range are passed by and the chosen ones weighed, instead of one search
    # for each.
    chosen = ALWAYS if _is_apart(among) else sql("+rowid IN ({chosen})", chosen=_CHOSEN)
    condition = joined(" AND ", [_lies(among), chosen, where])
    return _found(table, f"rowid AS id, {points.format(table=table)} AS points", expression, condition)


def _found(table: str, columns: str, expression: str, condition: Sql) -> Sql:
    """The query for what an expression finds in a table, under a condition."""
    query = f"SELECT {columns} FROM {table} WHERE {table} MATCH {{expression}} AND {{condition}}"
    return sql(query, expression=expression, condition=condition)


def _is_apart(among: BitMap) -> bool:
    return len(among) <= _FEW and among.max() - among.min() > _NEAR


def _lies(among: BitMap) -> Sql:
    """The condition that a row lies in the range of some records; of few that lie far apart, that it is one
    of them, each of which is looked for."""
    if _is_apart(among):
        return sql("rowid IN ({listed})", listed=_listed(among))
    return sql("rowid BETWEEN {least} AND {most}", least=among.min(), most=among.max())


def _listed(numbers: BitMap) -> Sql:
    return sql("SELECT value FROM json_each({numbers})", numbers=listed(numbers))
