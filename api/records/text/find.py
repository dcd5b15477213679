"""Finding records by their texts: what is typed, as questions to the full-text index (FTS5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..core.registry import TYPES
from ..core.sql import Sql, joined, sql
from .normalise import pieces
from .query import SearchTerm, TextQuery

#: How much more a word counts in the title and in a name than in the text, for bm25.
_WEIGHTS = "10.0, 6.0, 1.0"
#: More matches than these are not ranked against each other; the records added last are.
MOST_RANKED = 20_000
_AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True)
class Among:
    """What a search looks among: what is public or drafts, records of these types (none: all), whose ids a
    query finds (None: all)."""

    scopes: Sequence[str] = ("public",)
    types: Sequence[str] = ()
    ids: Sql | None = None


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


def _has_all(scope: str, terms: Sequence[SearchTerm]) -> Sql:
    """The condition on `s`, the number of an indexed record, that all these terms are found in it."""
    return joined(
        " AND ",
        [
            sql(
                f"s.id IN (SELECT rowid FROM {scope}_{table} WHERE {scope}_{table} MATCH {{expression}})",
                expression=expression,
            )
            for table, expression in _matches(terms).items()
        ],
    )


def _conditions(text: TextQuery, scope: str, among: Among) -> Iterator[Sql]:
    """Conditions on `s` for all records of a scope that a search finds."""
    yield sql("s.scope = {scope}", scope=scope)
    if not text.chunks:
        yield Sql("1 = 0")
    if among.types:
        yield sql("s.type IN ({types})", types=list(among.types))
    if text.wanted:
        yield _has_all(scope, text.wanted)
    for excluded in text.excluded:
        yield sql("NOT ({all})", all=_has_all(scope, excluded))
    if among.ids is not None:
        yield sql("s.record IN ({ids})", ids=among.ids)


def _found(text: TextQuery, among: Among, columns: str) -> Sql:
    """A query for columns of `s`, the index's rows of all records that a search finds."""
    return joined(
        " UNION ALL ",
        [
            sql(
                f"SELECT {columns} FROM search_row s WHERE {{conditions}}",
                conditions=joined(" AND ", _conditions(text, scope, among)),
            )
            for scope in among.scopes
        ],
    )


def matching(text: TextQuery, among: Among) -> Sql:
    """A query for the ids of all records that a search finds."""
    return _found(text, among, "s.record")


def totals(text: TextQuery, among: Among) -> Sql:
    """A query for (type, number) of all records that a search finds."""
    query = "SELECT type, COUNT(*) FROM ({found}) AS found GROUP BY type"
    return sql(query, found=_found(text, among, "s.type"))


# Points are added up by grouping: joined, SQLite would read all of them again for every match.
_RANKED = """
WITH found(id) AS ({found}),
chosen(id) AS MATERIALIZED (SELECT id FROM (SELECT id FROM found ORDER BY id DESC LIMIT {most}){named}),
points(id, points) AS (SELECT id, 0.0 FROM chosen{scores})
SELECT c.record AS record, {tier} AS tier, p.score AS score
FROM (SELECT id, SUM(points) AS score FROM points GROUP BY id) p JOIN search_row c ON c.id = p.id
"""


def ranked(text: TextQuery, among: Among) -> Sql:
    """A query for the records that a search finds, with their ranks.

    Its columns: `record`, `tier` (0: its name or title is the text, 1: a name, or a word of it, begins with
    it, 2: the rest) and `score` (bm25: the less the better).
    """
    return sql(
        _RANKED,
        found=_found(text, among, "s.id"),
        most=MOST_RANKED,
        named=_named(text.name),
        scores=_scores(text, among.scopes),
        tier=_tier(text.name),
    )


def _scores(text: TextQuery, scopes: Sequence[str]) -> Sql:
    """What each table says about the chosen matches, and about words that are there as a whole."""
    kinds = list(_matches(text.wanted).items())
    if whole := [_literal(t.words) for t in text.wanted if t.kind in ("part", "prefix")]:
        kinds.append(("words", " OR ".join(whole)))
    return joined("", [_points(f"{scope}_{kind}", matched) for scope in scopes for kind, matched in kinds])


def _points(table: str, expression: str) -> Sql:
    # The plus sign: all matches are passed by and the chosen ones weighed, instead of one search for each.
    return sql(
        f" UNION ALL SELECT rowid, bm25({table}, {_WEIGHTS}) FROM {table} "
        f"WHERE {table} MATCH {{expression}} AND +rowid IN (SELECT id FROM chosen)",
        expression=expression,
    )


#: Types whose titles are names, and how many names that begin with a text are sure to be ranked.
_NAMED = tuple(t.name for t in TYPES.values() if t.names)
_MOST_NAMES = 200
# CROSS: the few that are called so are looked for among the matches, not the other way round.
_CALLED = """
 UNION SELECT s.id FROM (
SELECT record FROM name_key WHERE type IN ({types}) AND folded = {name}
UNION ALL SELECT record FROM (
SELECT record FROM name_key WHERE type IN ({named}) AND folded > {name} AND folded < {end} LIMIT {most})
) n CROSS JOIN search_row s ON s.record = n.record WHERE s.id IN (SELECT id FROM found)
"""


def _named(name: str) -> Sql:
    """Records that are called so, however old, where there are more matches than are ranked."""
    if not name:
        return Sql("")
    end = name + _AFTER_ALL
    return sql(_CALLED, types=list(TYPES), name=name, named=_NAMED, end=end, most=_MOST_NAMES)


_TIER = """
CASE WHEN EXISTS (SELECT 1 FROM name_key n WHERE n.record = c.record AND n.folded = {name}
AND n.kind <> 'word') THEN 0
WHEN EXISTS (SELECT 1 FROM name_key n WHERE n.record = c.record AND n.folded >= {name} AND n.folded < {end}
AND n.kind <> 'title') THEN 1 ELSE 2 END
"""


def _tier(name: str) -> Sql:
    return sql(_TIER, name=name, end=name + _AFTER_ALL) if name else Sql("2")


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
FROM public_words f CROSS JOIN search_row s ON s.id = f.rowid
WHERE public_words MATCH {words} AND s.type IN ({types})) AS placed WHERE place <= {limit}
"""


def beginning(text: TextQuery, types: Sequence[str], limit: int) -> Sql:
    """A query for public records of these types that have names or titles with words that begin so.

    Its columns: `record` and `tier` (0: a name is the text, 1: one begins with it, 2: a word of one does).
    """
    end = text.name + _AFTER_ALL
    ways = [sql(_BEGINNING, name=text.name, type=name, end=end, limit=limit) for name in types]
    words = " AND ".join(_expression(term)[1] for term in text.beginnings)
    ways.append(sql(_WITH_WORDS, words=f"{{title names}} : ({words})", types=list(types), limit=limit))
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
