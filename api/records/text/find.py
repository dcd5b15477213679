"""Finding records by their texts: what is typed, as questions to the full-text index and to names."""

from collections.abc import Sequence
from itertools import islice

from peewee import Database
from pyroaring import BitMap

from ..core.filters import Part
from ..core.registry import TYPES
from ..core.sql import Sql, joined, run, sql
from ..store.postings import in_list, listed, union, unlisted
from .engines import full_text_of
from .query import SearchTerm, TextQuery

#: Of more matches than these the records added last are ranked, by where their words stand and then the
#: newest first: weighing one by how rare its words are takes a look at all records with a word.
MOST_RANKED = 5_000
_AFTER_ALL = "\U0010ffff"


def matches(database: Database, text: TextQuery, scopes: Sequence[str], least: int = 0) -> list[Part]:
    """Queries for lists of all records in these scopes that a search finds, from `least` on; the first
    is for some that are wanted."""
    if not text.chunks:
        return [Part(in_list(Sql("SELECT id FROM search_row WHERE FALSE")))]
    full_text = full_text_of(database)
    wanted = full_text.wanted(scopes, text.wanted, least) if text.wanted else []
    if not wanted:
        every = "SELECT id FROM search_row WHERE scope IN ({scopes}) AND id >= {least}"
        wanted = [in_list(sql(every, scopes=list(scopes), least=least))]
    excluded = [full_text.having(scopes, terms, least) for terms in text.excluded]
    return [
        *(Part(query) for query in wanted),
        *(Part(in_list(query), without=True) for query in excluded),
    ]


def _numbers(database: Database, query: Sql) -> BitMap:
    return BitMap([row[0] for row in run(database, query).fetchall()])


# Points are added up by grouping: joined, SQLite would read all of them again for every match.
_CHOSEN = "WITH chosen(id) AS MATERIALIZED (SELECT value FROM json_each({chosen}))"
_WEIGHED = f"""
{_CHOSEN},
points(id, points) AS (SELECT id, CAST(0.0 AS double precision) FROM chosen{{scores}})
SELECT p.id FROM (SELECT id, SUM(points) AS score FROM points GROUP BY id) p JOIN search_row c ON c.id = p.id
ORDER BY {{tier}}, p.score, c.record
"""


def are_many(matches: int) -> bool:
    """Whether so many are found that the newest are ranked, by where words stand."""
    return matches > MOST_RANKED


def best(
    database: Database,
    text: TextQuery,
    scopes: Sequence[str],
    sets: Sequence[BitMap],
    matches: BitMap,
    without: BitMap,
    most: int,
) -> list[list[int]]:
    """The best of each of some sets of records that were found, some left out: what is called so (`tier`),
    then by how well words fit, or by where they stand if there are many `matches`, whether found or not."""
    if not are_many(len(matches)):
        ordered = _weighed(database, text, scopes, union(sets) - without)
        return [list(islice(filter(found.__contains__, ordered), most)) for found in sets]
    newest = [BitMap(found[-MOST_RANKED:]) - without for found in sets]
    named = (_named(database, text) & union(sets)) - without
    # Those that are named lie anywhere: apart, so that no range is long.
    classes = _placed(database, text, scopes, [*newest, named.difference(*newest)], matches)
    chosen = [some | named & found for some, found in zip(newest, sets, strict=True)]
    return [_newest_of([some & those for those in classes], most) for some in chosen]


def _newest_of(classes: Sequence[BitMap], most: int) -> list[int]:
    """The first of some classes, the newest first in each."""
    return list(islice((number for some in classes for number in reversed(some.to_array())), most))


def _weighed(database: Database, text: TextQuery, scopes: Sequence[str], chosen: BitMap) -> list[int]:
    scores = full_text_of(database).scores(text, scopes, chosen) if chosen else []
    query = sql(
        _WEIGHED,
        chosen=listed(chosen),
        scores=joined("", [sql(" UNION ALL {score}", score=score) for score in scores]),
        tier=tier("p.id", text),
    )
    return [row[0] for row in run(database, query).fetchall()]


def _placed(
    database: Database, text: TextQuery, scopes: Sequence[str], sets: Sequence[BitMap], matches: BitMap
) -> list[BitMap]:
    """Records in classes, by how they are called and where words stand, the best first."""
    left, classes = union(sets), []
    titled, named = BitMap(), BitMap()
    if places := full_text_of(database).places(text, scopes, [some for some in sets if some], matches):
        for title, names in run(database, joined(" UNION ALL ", places)).fetchall():
            titled |= unlisted(title)
            named |= unlisted(names)
    by_place = [titled & named, titled, named, left]
    for called in (_numbers(database, _called(text)), _numbers(database, _beginning_so(text)), left):
        for placed in by_place:
            classes.append(placed & called & left)
            left = left - classes[-1]
    return classes


def tier(column: str, text: TextQuery) -> Sql:
    """How the record of a number is called: 0 if its name or title is the text, 1 if a name, or a word of it,
    begins with it, 2 if neither."""
    return sql(
        f"CASE WHEN {column} IN ({{called}}) THEN 0 WHEN {column} IN ({{beginning}}) THEN 1 ELSE 2 END",
        called=_called(text),
        beginning=_beginning_so(text),
    )


def _called(text: TextQuery) -> Sql:
    return sql(_CALLED, types=list(TYPES), name=text.name)


def _beginning_so(text: TextQuery) -> Sql:
    return sql(_BEGINNING_SO, types=_NAMED, name=text.name, end=text.name + _AFTER_ALL)


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
SELECT record FROM name_key WHERE type IN ({named}) AND folded > {name} AND folded < {end} LIMIT {most}) b
) n CROSS JOIN search_row s ON s.record = n.record
"""


def _named(database: Database, text: TextQuery) -> BitMap:
    """Records that are called so, which are ranked however old they are."""
    if not text.name:
        return BitMap()
    end = text.name + _AFTER_ALL
    query = sql(_SURELY, types=list(TYPES), named=_NAMED, name=text.name, end=end, most=_MOST_NAMES)
    return _numbers(database, query)


def named_matches(database: Database, text: TextQuery, scopes: Sequence[str]) -> BitMap:
    """Those of them that a search finds."""
    named = sql("SELECT value FROM json_each({named})", named=listed(_named(database, text)))
    return _numbers(database, full_text_of(database).among(scopes, text, named))


# CROSS: names in their order until there are enough, instead of all records with their names.
_BEGINNING = """
SELECT b.record, b.tier FROM (SELECT n.record, CASE WHEN n.kind = 'word' THEN 2
WHEN n.folded = {name} THEN 0 ELSE 1 END AS tier FROM name_key n
CROSS JOIN search_row s ON s.record = n.record AND s.scope = 'public'
WHERE n.type = {type} AND n.folded >= {name} AND n.folded < {end} ORDER BY n.folded LIMIT {limit}) b
"""
_WITH_WORDS = """
SELECT record, 2 FROM (SELECT s.record,
ROW_NUMBER() OVER (PARTITION BY s.type ORDER BY s.id DESC) AS place
FROM ({newest}) f CROSS JOIN search_row s ON s.id = f.id AND s.type IN ({types})) AS placed
WHERE place <= {limit}
"""
#: Records that are looked at for words of their titles; the records added last.
_MOST_SUGGESTED = 2_000


def beginning(database: Database, text: TextQuery, types: Sequence[str], limit: int) -> Sql:
    """A query for public records of these types that have names or titles with words that begin so.

    Its columns: `record` and `tier` (0: a name is the text, 1: one begins with it, 2: a word of one does).
    """
    end = text.name + _AFTER_ALL
    ways = [sql(_BEGINNING, name=text.name, type=name, end=end, limit=limit) for name in types]
    newest = full_text_of(database).newest_named(text.beginnings, _MOST_SUGGESTED)
    ways.append(sql(_WITH_WORDS, newest=newest, types=list(types), limit=limit))
    query = "SELECT w.record AS record, MIN(w.tier) AS tier FROM ({ways}) w GROUP BY w.record"
    return sql(query, ways=joined(" UNION ALL ", ways))


def unknown(database: Database, terms: Sequence[SearchTerm]) -> Sql:
    """A query for the places of those terms that no public record has."""
    return joined(" UNION ALL ", [_unknown(database, place, term) for place, term in enumerate(terms)])


def _unknown(database: Database, place: int, term: SearchTerm) -> Sql:
    having = full_text_of(database).having(("public",), [term], 0)
    return sql("SELECT {place} WHERE NOT EXISTS ({having})", place=place, having=having)


#: Records that are looked at for each way in which a name may be like a term.
_MOST_LIKE = 300
_BEGINNING_LIKE = """
SELECT s.id FROM name_key n
CROSS JOIN search_row s ON s.record = n.record AND s.scope = 'public'
WHERE n.type IN ({named}) AND n.folded >= {beginning} AND n.folded < {end} LIMIT {most}
"""
_NAMES = """
SELECT n.record, n.folded FROM search_row s CROSS JOIN name_key n ON n.record = s.record AND n.kind = 'name'
WHERE s.id IN ({ids})
"""


def named_like(database: Database, terms: Sequence[SearchTerm]) -> Sql:
    """A query for (record, folded name) of public records with names that may be like one of the terms: that
    share three letters with it, or an East Asian character, or the first two letters of a word."""
    full_text = full_text_of(database)
    ways = [_first(full_text.sharing(term, _NAMED, _MOST_LIKE)) for term in terms]
    ways += [_beginning_like(word[:2]) for term in terms for word in term.text.split()]
    return sql(_NAMES, ids=joined(" UNION ", ways))


def _first(limited: Sql) -> Sql:
    """A query with a limit, as one among others."""
    return sql("SELECT f.id FROM ({limited}) f", limited=limited)


def _beginning_like(beginning: str) -> Sql:
    end = beginning + _AFTER_ALL
    return _first(sql(_BEGINNING_LIKE, named=_NAMED, beginning=beginning, end=end, most=_MOST_LIKE))
