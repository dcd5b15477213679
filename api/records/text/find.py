"""Finding records by their texts: what is typed, as questions to the full-text index (FTS5)."""

from collections.abc import Sequence

from peewee import Database
from pyroaring import BitMap

from ..core.filters import Part
from ..core.registry import TYPES
from ..core.sql import ALWAYS, Sql, joined, sql
from ..store.database import run
from ..store.postings import listed
from .normalise import pieces
from .query import SearchTerm, TextQuery

#: How much more a word counts in the title and in a name than in the text, for bm25.
_WEIGHTS = "10.0, 6.0, 1.0"
#: Of more matches than these the records added last are ranked, by where their words stand and then the
#: newest first: bm25 counts all records with a word before it weighs one.
MOST_RANKED = 5_000
_AFTER_ALL = "\U0010ffff"


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


def matches(text: TextQuery, scopes: Sequence[str]) -> list[Part]:
    """Queries for the numbers of all records in these scopes that a search finds; the first is for some that
    are wanted."""
    if not text.chunks:
        return [Part(Sql("SELECT '[]'"))]
    wanted = [_in_scopes(scopes, *found) for found in _matches(text.wanted).items()]
    if not wanted:
        wanted = [sql("SELECT id FROM search_row WHERE scope IN ({scopes})", scopes=list(scopes))]
    excluded = [_having_all(scopes, terms) for terms in text.excluded]
    return [
        *(Part(_list(query)) for query in wanted),
        *(Part(_list(query), without=True) for query in excluded),
    ]


def _list(numbers: Sql) -> Sql:
    """A query for numbers as one list."""
    return sql("SELECT json_group_array(id) FROM ({numbers})", numbers=numbers)


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


def _having_all(scopes: Sequence[str], terms: Sequence[SearchTerm]) -> Sql:
    """A query for the records in some scopes in which all these terms are found."""
    first, *others = [_in_scopes(scopes, *found) for found in _matches(terms).items()]
    also = [sql("AND id IN ({other})", other=other) for other in others]
    return sql("SELECT id FROM ({first}) {also}", first=first, also=joined(" ", [Sql("WHERE TRUE"), *also]))


def _numbers(database: Database, query: Sql) -> BitMap:
    return BitMap([row[0] for row in run(database, query).fetchall()])


# Points are added up by grouping: joined, SQLite would read all of them again for every match.
_RANKED = """
WITH chosen(id) AS MATERIALIZED (SELECT value FROM json_each({chosen})),
points(id, points) AS (SELECT id, {ages} FROM chosen{scores})
SELECT c.record AS record, p.score AS score,
CASE WHEN p.id IN ({called}) THEN 0 WHEN p.id IN ({beginning}) THEN 1 ELSE 2 END AS tier
FROM (SELECT id, SUM(points) AS score FROM points GROUP BY id) p JOIN search_row c ON c.id = p.id
"""


def ranked(database: Database, text: TextQuery, scopes: Sequence[str], found: BitMap, matches: int) -> Sql:
    """A query for the records among those `found`, with their ranks.

    Its columns: `record`, `tier` (0: its name or title is the text, 1: a name, or a word of it, begins with
    it, 2: the rest) and `score` (the less the better: bm25, or where the words stand if there are many
    `matches`, whether found or not).
    """
    if matches <= MOST_RANKED:
        return _ranked(text, found, [_scores(text, scopes, found)] if found else [], Sql("0.0"))
    newest = BitMap(found[-MOST_RANKED:])
    named = (_named(database, text.name) & found) - newest if len(found) > MOST_RANKED else BitMap()
    scores = [_places(text, scopes, some) for some in (newest, named) if some]
    return _ranked(text, newest | named, scores, Sql("id * -1e-9"))


def _ranked(text: TextQuery, chosen: BitMap, scores: Sequence[Sql], ages: Sql) -> Sql:
    return sql(
        _RANKED,
        chosen=listed(chosen),
        scores=joined("", scores),
        ages=ages,
        called=sql(_CALLED, types=list(TYPES), name=text.name),
        beginning=sql(_BEGINNING_SO, types=_NAMED, name=text.name, end=text.name + _AFTER_ALL),
    )


def _scores(text: TextQuery, scopes: Sequence[str], among: BitMap) -> Sql:
    """What each table says about some matches.

    Where words are there as a whole, their parts and beginnings say nothing more: these are dear to weigh.
    """
    loose = [term for term in text.wanted if term.kind in ("part", "prefix")]
    strict = [term for term in text.wanted if term not in loose]
    whole = " OR ".join(_literal(term.words) for term in loose)
    found: list[Sql] = []
    for scope in scopes:
        found += [
            _points(f"{scope}_{kind}", matched, among, _WHOLE) for kind, matched in _matches(strict).items()
        ]
        if whole:
            words = f"{scope}_words"
            there = f"SELECT rowid FROM {words} WHERE {words} MATCH {{whole}}"
            lacking = sql(f"rowid NOT IN ({there})", whole=whole)
            ways = _matches(loose).items()
            found += [_points(f"{scope}_{kind}", matched, among, _PART, lacking) for kind, matched in ways]
            found.append(_points(words, whole, among, _WHOLE))
    return joined("", found)


def _places(text: TextQuery, scopes: Sequence[str], among: BitMap) -> Sql:
    """What it says about some of many matches that all words that are wanted stand in the title, or in the
    names, each as a whole."""
    ways = _matches(text.as_whole_words).items()
    return joined(
        "",
        [
            _points(f"{scope}_{kind}", f"{{{column}}} : ({expression})", among, weight)
            for scope in scopes
            for kind, expression in ways
            for column, weight in (("title", "-10.0"), ("names", "-6.0"))
        ],
    )


def _points(table: str, expression: str, among: BitMap, points: str, where: Sql = ALWAYS) -> Sql:
    # The plus sign: all matches in the range are passed by and the chosen ones weighed, instead of one search
    # for each; of few that lie far apart each is looked for.
    few = "rowid IN (SELECT value FROM json_each({among}))"
    many = "rowid BETWEEN {least} AND {most} AND +rowid IN (SELECT id FROM chosen)"
    apart = len(among) <= _FEW and among.max() - among.min() > _NEAR
    return sql(
        f" UNION ALL SELECT rowid, {points.format(table=table)} FROM {table} "
        f"WHERE {table} MATCH {{expression}} AND {few if apart else many} AND {{where}}",
        expression=expression,
        among=listed(among) if apart else "",
        least=among.min(),
        most=among.max(),
        where=where,
    )


#: What a match of whole words counts, and one of parts of words beside it.
_WHOLE = f"bm25({{table}}, {_WEIGHTS})"
_PART = f"0.001 * {_WHOLE}"
#: So few are looked for one by one, where they lie further apart than that.
_FEW, _NEAR = 50, 5_000
_CALLED = """
SELECT s.id FROM name_key n CROSS JOIN search_row s ON s.record = n.record
WHERE n.type IN ({types}) AND n.folded = {name} AND n.kind <> 'word' AND {name} <> ''
"""
_BEGINNING_SO = """
SELECT s.id FROM name_key n CROSS JOIN search_row s ON s.record = n.record
WHERE n.type IN ({types}) AND n.folded >= {name} AND n.folded < {end} AND n.kind <> 'title' AND {name} <> ''
"""
#: Types whose titles are names, and how many names that begin with a text are sure to be ranked.
_NAMED = tuple(t.name for t in TYPES.values() if t.names)
_MOST_NAMES = 200
_SURELY = """
SELECT s.id FROM (
SELECT record FROM name_key WHERE type IN ({types}) AND folded = {name}
UNION ALL SELECT record FROM (
SELECT record FROM name_key WHERE type IN ({named}) AND folded > {name} AND folded < {end} LIMIT {most})
) n CROSS JOIN search_row s ON s.record = n.record
"""


def _named(database: Database, name: str) -> BitMap:
    """Records that are called so, however old, where there are more matches than are ranked."""
    if not name:
        return BitMap()
    end = name + _AFTER_ALL
    query = sql(_SURELY, types=list(TYPES), named=_NAMED, name=name, end=end, most=_MOST_NAMES)
    return _numbers(database, query)


# CROSS: names in their order until there are enough, instead of all records with their names.
_BEGINNING = """
SELECT record, tier FROM (SELECT n.record, CASE WHEN n.kind = 'word' THEN 2
WHEN n.folded = {name} THEN 0 ELSE 1 END AS tier FROM name_key n
CROSS JOIN search_row s ON s.record = n.record AND s.scope = 'public'
WHERE n.type = {type} AND n.folded >= {name} AND n.folded < {end} ORDER BY n.folded LIMIT {limit})
"""
_WITH_WORDS = """
SELECT record, 2 FROM (SELECT s.record,
ROW_NUMBER() OVER (PARTITION BY s.type ORDER BY s.id DESC) AS place
FROM (SELECT rowid FROM public_words WHERE public_words MATCH {words} ORDER BY rowid DESC LIMIT {most}) f
CROSS JOIN search_row s ON s.id = f.rowid AND s.type IN ({types})) AS placed WHERE place <= {limit}
"""
#: Records that are looked at for words of their titles; the records added last.
_MOST_SUGGESTED = 2_000


def beginning(text: TextQuery, types: Sequence[str], limit: int) -> Sql:
    """A query for public records of these types that have names or titles with words that begin so.

    Its columns: `record` and `tier` (0: a name is the text, 1: one begins with it, 2: a word of one does).
    """
    end = text.name + _AFTER_ALL
    ways = [sql(_BEGINNING, name=text.name, type=name, end=end, limit=limit) for name in types]
    words = " AND ".join(_expression(term)[1] for term in text.beginnings)
    words = f"{{title names}} : ({words})"
    ways.append(sql(_WITH_WORDS, words=words, types=list(types), limit=limit, most=_MOST_SUGGESTED))
    query = "SELECT record, MIN(tier) AS tier FROM ({ways}) GROUP BY record"
    return sql(query, ways=joined(" UNION ALL ", ways))


def unknown(terms: Sequence[SearchTerm]) -> Sql:
    """A query for the places of those terms that no public record has."""
    return joined(" UNION ALL ", [_unknown(place, *_expression(term)) for place, term in enumerate(terms)])


def _unknown(place: int, table: str, expression: str) -> Sql:
    return sql(
        "SELECT {place} WHERE NOT EXISTS "
        f"(SELECT 1 FROM public_{table} WHERE public_{table} MATCH {{expression}})",
        place=place,
        expression=expression,
    )


#: Records that are looked at for each way in which a name may be like a term.
_MOST_LIKE = 300
# The plus sign: those with names are few, so all matches are passed by instead of one search for each.
_SHARING = """
SELECT rowid FROM (SELECT rowid FROM public_{table} WHERE public_{table} MATCH {{expression}}
AND +rowid IN (SELECT id FROM search_row WHERE scope = 'public' AND type IN ({{named}})) LIMIT {{most}})
"""
_BEGINNING_LIKE = """
SELECT id FROM (SELECT s.id FROM name_key n
CROSS JOIN search_row s ON s.record = n.record AND s.scope = 'public'
WHERE n.type IN ({named}) AND n.folded >= {beginning} AND n.folded < {end} LIMIT {most})
"""
_NAMES = """
SELECT n.record, n.folded FROM search_row s CROSS JOIN name_key n ON n.record = s.record AND n.kind = 'name'
WHERE s.id IN ({ids})
"""


def named_like(terms: Sequence[SearchTerm]) -> Sql:
    """A query for (record, folded name) of public records with names that may be like one of the terms: that
    share three letters with it, or an East Asian character, or the first two letters of a word."""
    ways = [_sharing(term) for term in terms]
    ways += [_beginning_like(word[:2]) for term in terms for word in term.text.split()]
    return sql(_NAMES, ids=joined(" UNION ", ways))


def _sharing(term: SearchTerm) -> Sql:
    if any(piece.running for piece in pieces(term.text)):
        table, shared = "words", list(term.text.replace(" ", ""))
    else:
        words = term.text.split()
        table, shared = "parts", [word[at : at + 3] for word in words for at in range(len(word) - 2)]
    any_of = " OR ".join(_literal([part]) for part in dict.fromkeys(shared))
    return sql(
        _SHARING.format(table=table),
        expression=f"{{title names}} : ({any_of})",
        named=_NAMED,
        most=_MOST_LIKE,
    )


def _beginning_like(beginning: str) -> Sql:
    end = beginning + _AFTER_ALL
    return sql(_BEGINNING_LIKE, named=_NAMED, beginning=beginning, end=end, most=_MOST_LIKE)
