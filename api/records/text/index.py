"""The full-text index: what SQLite's FTS5 does for us, in one place.

Two tables for what is public, two for drafts, so that a draft moves no rank and no count. `words` holds
words, and for runs of East Asian script their overlapping pairs and single characters; `parts` holds the
folded text in trigrams, for parts of words. Both have the columns title, names, text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from peewee import Database, DatabaseError

from ..core.registry import TYPES
from ..store.database import placeholders, trouble_of
from .normalise import BETWEEN, as_words, indexed, normalise, pieces
from .query import SearchTerm, TextQuery

#: Where records of a status are found; those of others are not.
SCOPE_OF = {"published": "public", "draft": "draft"}
SCOPES = tuple(SCOPE_OF.values())
COLUMNS = ("title", "names", "text")
#: How much more a word counts in the title and in a name than in the text, for bm25.
_WEIGHTS = "10.0, 6.0, 1.0"
#: More matches than these are not ranked against each other; the records added last are.
MOST_RANKED = 20_000
_AFTER_ALL = "\U0010ffff"


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

    @property
    def called(self) -> list[tuple[str, str]]:
        """(kind, folded text) of what a name may be looked up by: a `title`; or a `name`, and of each
        further word of a name the rest from there on, a `word`."""
        if not self.named:
            return [("title", as_words(self.title))]
        names = [as_words(name) for name in (self.title, *self.names)]
        words = [("word", name[piece.start :]) for name in names for piece in pieces(name) if piece.start]
        return list(dict.fromkeys([*(("name", name) for name in names), *words]))

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns of the table of parts."""
        return tuple(f"\n{BETWEEN}\n".join(map(normalise, values)) for values in self.columns)

    @property
    def words(self) -> tuple[str, ...]:
        """The columns of the table of words."""
        return tuple(
            f" {BETWEEN} ".join(_as_indexed(normalise(v)) for v in values) for values in self.columns
        )

    @property
    def digest(self) -> str:
        """A short name for what is indexed of these texts: another where they are folded otherwise."""
        indexed_texts = repr((self.words, self.parts, self.called))
        return sha256(indexed_texts.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _as_indexed(folded: str) -> str:
    """Words and pairs in the order of the text, then the single characters of its runs."""
    found = list(pieces(folded))
    inline = [word for word, _, _ in indexed(found)]
    single = dict.fromkeys(c for piece in found if piece.running for c in piece.text)
    return " ".join([*inline, BETWEEN, *single] if single else inline)


@dataclass(frozen=True)
class Among:
    """What a search looks among: what is public or drafts, records of these types (none: all), whose ids a
    query finds (none: all)."""

    scopes: Sequence[str] = ("public",)
    types: Sequence[str] = ()
    ids: str = ""
    values: Sequence[Any] = ()


# Writing


def index(database: Database, record_id: str, type_name: str, scope: str | None, texts: Texts) -> None:
    """Make a record findable among what is public or among drafts, or, without a scope, nowhere."""
    sql = "SELECT id, scope, digest FROM search_row WHERE record = ?"
    kept = database.execute_sql(sql, (record_id,)).fetchone()
    if kept and kept[1:] == (scope, texts.digest):
        return
    if kept:
        forget(database, record_id)
    if scope is not None:
        _add(database, kept[0] if kept else None, record_id, type_name, scope, texts)


def _add(
    database: Database, number: int | None, record_id: str, type_name: str, scope: str, texts: Texts
) -> None:
    """Write the index's rows of a record under a number, or a new one."""
    added = database.execute_sql(
        "INSERT INTO search_row (id, record, type, scope, digest) VALUES (?, ?, ?, ?, ?)",
        (number, record_id, type_name, scope, texts.digest),
    )
    columns = ", ".join(COLUMNS)
    for table, values in ((f"{scope}_words", texts.words), (f"{scope}_parts", texts.parts)):
        sql = f"INSERT INTO {table} (rowid, {columns}) VALUES (?, ?, ?, ?)"
        database.execute_sql(sql, (added.lastrowid, *values))
    for position, (kind, folded) in enumerate(texts.called):
        database.execute_sql(
            "INSERT INTO name_key (record, position, type, kind, folded) VALUES (?, ?, ?, ?, ?)",
            (record_id, position, type_name, kind, folded),
        )


def forget(database: Database, record_id: str) -> None:
    """Take a record out of the index."""
    row = database.execute_sql("SELECT id, scope FROM search_row WHERE record = ?", (record_id,)).fetchone()
    if row is None:
        return
    for table in (f"{row[1]}_words", f"{row[1]}_parts"):
        database.execute_sql(f"DELETE FROM {table} WHERE rowid = ?", (row[0],))
    database.execute_sql("DELETE FROM name_key WHERE record = ?", (record_id,))
    database.execute_sql("DELETE FROM search_row WHERE record = ?", (record_id,))


def compact(database: Database) -> None:
    """Write the index anew without what was taken out of it, which else stays in its pages."""
    for table in _tables():
        database.execute_sql(f"INSERT INTO {table}({table}) VALUES ('optimize')")


def index_faults(database: Database) -> Iterator[str]:
    """Records that are indexed but not to be found, and tables that do not agree with themselves."""
    strangers = database.execute_sql(
        "SELECT s.record FROM search_row s LEFT JOIN record r ON r.id = s.record "
        "WHERE r.id IS NULL OR r.status NOT IN ('published', 'draft') ORDER BY 1"
    ).fetchall()
    for (record_id,) in strangers:
        yield f"{record_id}: it is searched, but there is no such record to be shown"
    for table in _tables():
        try:
            database.execute_sql(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")
        except DatabaseError as error:
            # The check is a write to SQLite: what cannot be written cannot be checked so.
            trouble = trouble_of(error)
            if trouble == "read-only":
                return
            if trouble:
                raise
            yield f"{table}: {error}"


def _tables() -> list[str]:
    return [f"{scope}_{kind}" for scope in SCOPES for kind in ("words", "parts")]


def kept_texts(database: Database, record_id: str) -> tuple[Any, ...] | None:
    """(scope, words columns, parts columns, names) as indexed; None where the record is not."""
    row = database.execute_sql("SELECT id, scope FROM search_row WHERE record = ?", (record_id,)).fetchone()
    if row is None:
        return None
    found = [
        tuple(database.execute_sql(
            f"SELECT {', '.join(COLUMNS)} FROM {row[1]}_{kind} WHERE rowid = ?", (row[0],)
        ).fetchone() or ())
        for kind in ("words", "parts")
    ]  # fmt: skip
    names = database.execute_sql(
        "SELECT kind, folded FROM name_key WHERE record = ? ORDER BY position", (record_id,)
    ).fetchall()
    return (row[1], *found, [tuple(name) for name in names])


# Finding


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
    found: dict[str, list[str]] = {}
    for table, expression in map(_expression, terms):
        found.setdefault(table, []).append(expression)
    return {table: " AND ".join(dict.fromkeys(some)) for table, some in found.items()}


def _rows_of(scope: str, terms: Sequence[SearchTerm]) -> tuple[str, list[Any]]:
    """A condition on `s.id`, the number of an indexed record: all these terms are found in it."""
    sql, values = [], []
    for table, expression in _matches(terms).items():
        name = f"{scope}_{table}"
        sql.append(f"s.id IN (SELECT rowid FROM {name} WHERE {name} MATCH ?)")
        values.append(expression)
    return " AND ".join(sql), values


def _where(asked: TextQuery, scope: str, among: Among) -> tuple[str, list[Any]]:
    """The condition on `s` for all records of a scope that a search finds."""
    terms, values = ["s.scope = ?"], [scope]
    if not asked.chunks:
        terms.append("1 = 0")
    if among.types:
        terms.append(f"s.type IN ({placeholders(among.types)})")
        values += among.types
    if asked.wanted:
        sql, bound = _rows_of(scope, asked.wanted)
        terms, values = [*terms, sql], [*values, *bound]
    for excluded in asked.excluded:
        sql, bound = _rows_of(scope, excluded)
        terms, values = [*terms, f"NOT ({sql})"], [*values, *bound]
    if among.ids:
        terms, values = [*terms, f"s.record IN ({among.ids})"], [*values, *among.values]
    return " AND ".join(terms), values


def _found(asked: TextQuery, among: Among, columns: str) -> tuple[str, list[Any]]:
    """A query for columns of `s`, the index's rows of all records that a search finds."""
    found = [_where(asked, scope, among) for scope in among.scopes]
    sql = " UNION ALL ".join(f"SELECT {columns} FROM search_row s WHERE {where}" for where, _ in found)
    return sql, [value for _, values in found for value in values]


def matching(asked: TextQuery, among: Among) -> tuple[str, list[Any]]:
    """A query for the ids of all records that a search finds."""
    return _found(asked, among, "s.record")


def totals(asked: TextQuery, among: Among) -> tuple[str, list[Any]]:
    """A query for (type, number) of all records that a search finds."""
    sql, values = _found(asked, among, "s.type")
    return f"SELECT type, COUNT(*) FROM ({sql}) AS found GROUP BY type", values


def ranked(asked: TextQuery, among: Among) -> tuple[str, list[Any]]:
    """A query for the records that a search finds, with their ranks.

    Its columns: `record`, `tier` (0: its name or title is the text, 1: a name, or a word of it, begins with
    it, 2: the rest) and `score` (bm25: the less the better).
    """
    found, values = _found(asked, among, "s.id")
    named, named_values = _named(asked.name)
    scores, score_values = _scores(asked, among.scopes)
    tier, tier_values = _tier(asked.name)
    # Points are added up by grouping: joined, SQLite would read all of them again for every match.
    sql = (
        f"WITH found(id) AS ({found}), "
        "chosen(id) AS MATERIALIZED ("
        f"SELECT id FROM (SELECT id FROM found ORDER BY id DESC LIMIT {MOST_RANKED}){named}), "
        f"points(id, points) AS (SELECT id, 0.0 FROM chosen{scores}) "
        f"SELECT c.record AS record, {tier} AS tier, p.score AS score "
        "FROM (SELECT id, SUM(points) AS score FROM points GROUP BY id) p JOIN search_row c ON c.id = p.id"
    )
    return sql, [*values, *named_values, *score_values, *tier_values]


def _scores(asked: TextQuery, scopes: Sequence[str]) -> tuple[str, list[Any]]:
    """What each table says about the chosen matches, and about words that are there as a whole."""
    kinds = list(_matches(asked.wanted).items())
    if whole := [_literal(t.words) for t in asked.wanted if t.kind in ("part", "prefix")]:
        kinds.append(("words", " OR ".join(whole)))
    queries = [(f"{scope}_{kind}", expression) for scope in scopes for kind, expression in kinds]
    # The plus sign: all matches are passed by and the chosen ones weighed, instead of one search for each.
    sql = "".join(
        f" UNION ALL SELECT rowid, bm25({table}, {_WEIGHTS}) FROM {table} "
        f"WHERE {table} MATCH ? AND +rowid IN (SELECT id FROM chosen)"
        for table, _ in queries
    )
    return sql, [expression for _, expression in queries]


#: Types whose titles are names, and how many names that begin with a text are sure to be ranked.
_NAMED = tuple(t.name for t in TYPES.values() if t.names)
_MOST_NAMES = 200


def _named(name: str) -> tuple[str, list[Any]]:
    """Records that are called so, however old, where there are more matches than are ranked."""
    if not name:
        return "", []
    # CROSS: the few that are called so are looked for among the matches, not the other way round.
    sql = (
        " UNION SELECT s.id FROM ("
        f"SELECT record FROM name_key WHERE type IN ({placeholders(TYPES)}) AND folded = ? "
        f"UNION ALL SELECT record FROM (SELECT record FROM name_key WHERE type IN ({placeholders(_NAMED)}) "
        f"AND folded > ? AND folded < ? LIMIT {_MOST_NAMES})"
        ") n CROSS JOIN search_row s ON s.record = n.record WHERE s.id IN (SELECT id FROM found)"
    )
    return sql, [*TYPES, name, *_NAMED, name, name + _AFTER_ALL]


def _tier(name: str) -> tuple[str, list[Any]]:
    if not name:
        return "2", []
    called = "EXISTS (SELECT 1 FROM name_key n WHERE n.record = c.record AND"
    return (
        f"CASE WHEN {called} n.folded = ? AND n.kind <> 'word') THEN 0 "
        f"WHEN {called} n.folded >= ? AND n.folded < ? AND n.kind <> 'title') THEN 1 ELSE 2 END",
        [name, name, name + _AFTER_ALL],
    )


def beginning(asked: TextQuery, types: Sequence[str], limit: int) -> tuple[str, list[Any]]:
    """A query for public records of these types that have names or titles with words that begin so.

    Its columns: `record` and `tier` (0: a name is the text, 1: one begins with it, 2: a word of one does).
    """
    sql, values = [], []
    for type_name in types:
        # CROSS: names in their order until there are enough, instead of all records with their names.
        sql.append(
            "SELECT record, tier FROM (SELECT n.record, CASE WHEN n.kind = 'word' THEN 2 "
            "WHEN n.folded = ? THEN 0 ELSE 1 END AS tier FROM name_key n "
            "CROSS JOIN search_row s ON s.record = n.record AND s.scope = 'public' "
            "WHERE n.type = ? AND n.folded >= ? AND n.folded < ? ORDER BY n.folded LIMIT ?)"
        )
        values += [asked.name, type_name, asked.name, asked.name + _AFTER_ALL, limit]
    words = " AND ".join(_expression(term)[1] for term in asked.beginnings)
    sql.append(
        "SELECT record, 2 FROM (SELECT s.record, "
        "ROW_NUMBER() OVER (PARTITION BY s.type ORDER BY s.id DESC) AS place "
        "FROM public_words f CROSS JOIN search_row s ON s.id = f.rowid "
        f"WHERE public_words MATCH ? AND s.type IN ({placeholders(types)})) AS placed WHERE place <= ?"
    )
    values += [f"{{title names}} : ({words})", *types, limit]
    return f"SELECT record, MIN(tier) AS tier FROM ({' UNION ALL '.join(sql)}) GROUP BY record", values
