"""The full-text index: what SQLite's FTS5 does for us, in one place.

Two tables for what is public, two for drafts, so that a draft moves no rank and no count. `words` holds
words, and for runs of East Asian script their overlapping pairs and single characters; `parts` holds the
folded text in trigrams, for parts of words. Both have the columns title, names, text.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import chain
from typing import Any

from peewee import Database, DatabaseError

from ..store.database import trouble_of
from ..store.postings import SCOPE, Posted, Term, numbers_of
from ..store.tables import NAME_KEYS, SEARCH_ROWS, Table, batches
from .normalise import BETWEEN, indexed, normalise, pieces, words_of

#: Where records of a status are found; those of others are nowhere, and keep their number.
SCOPE_OF = {"published": "public", "draft": "draft"}
SCOPES = tuple(SCOPE_OF.values())
NOWHERE = "none"
COLUMNS = ("title", "names", "text")
#: The full-text tables of each scope.
WORDS = {scope: Table(f"{scope}_words", ("rowid", *COLUMNS), ("rowid",)) for scope in SCOPES}
PARTS = {scope: Table(f"{scope}_parts", ("rowid", *COLUMNS), ("rowid",)) for scope in SCOPES}


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
        if not self.named:
            return [("title", words_of(title)) for title in chain(*self._folded[:2])]
        names = [words_of(name) for name in chain(*self._folded[:2])]
        words = [("word", name[piece.start :]) for name in names for piece in pieces(name) if piece.start]
        return list(dict.fromkeys([*(("name", name) for name in names), *words]))

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The columns of the table of parts."""
        return tuple(map(f"\n{BETWEEN}\n".join, self._folded))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The columns of the table of words."""
        return tuple(f" {BETWEEN} ".join(map(_as_indexed, values)) for values in self._folded)

    @cached_property
    def _folded(self) -> list[list[str]]:
        return [[*map(normalise, values)] for values in self.columns]

    @cached_property
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


# Writing


@dataclass(frozen=True)
class Searched:
    """A record of some status, and by what texts it is found."""

    record: str
    type: str
    status: str
    texts: Texts

    @property
    def scope(self) -> str:
        """Among what it is found."""
        return SCOPE_OF.get(self.status, NOWHERE)

    @property
    def digest(self) -> str:
        """A short name for all that it is found by."""
        return self.texts.digest if self.scope != NOWHERE else ""


@dataclass
class Indexed:
    """The numbers of records that were indexed, by id; where they are found now, and are no more."""

    numbers: dict[str, int] = field(default_factory=dict)
    added: list[Posted] = field(default_factory=list)
    removed: list[Posted] = field(default_factory=list)


def index(database: Database, records: Iterable[Searched]) -> Indexed:
    """Make records findable among what is public or among drafts, or nowhere; the postings of these scopes
    are left to the caller."""
    done = Indexed()
    for some in batches(records):
        kept = {row.record: row for row in SEARCH_ROWS.read_of(database, "record", (r.record for r in some))}
        other = [r for r in some if not _stands(r, kept.get(r.record))]
        _take_out(database, [kept[r.record] for r in other if r.record in kept])
        _add_search_rows(database, other, kept)
        known = {record: row.id for record, row in kept.items()}
        done.numbers |= known | numbers_of(database, (r.record for r in some if r.record not in known))
        _add_texts(database, other, done.numbers)
        for record in other:
            _move(record, kept.get(record.record), done)
    return done


def _stands(record: Searched, kept: Any) -> bool:
    """Whether the index holds a record as it is."""
    return kept is not None and (kept.scope, kept.digest) == (record.scope, record.digest)


def _move(record: Searched, kept: Any, done: Indexed) -> None:
    """Note where a record is found now, and is no more."""
    number = done.numbers[record.record]
    if kept and kept.scope == record.scope:
        return
    if kept:
        done.removed.append((Term(record.type, SCOPE, kept.scope), number))
    done.added.append((Term(record.type, SCOPE, record.scope), number))


def _add_search_rows(database: Database, records: Sequence[Searched], kept: Mapping[str, Any]) -> None:
    """Write the numbered rows of records, under the numbers that they had, or new ones."""
    SEARCH_ROWS.put(database, (_search_row(r, kept[r.record].id) for r in records if r.record in kept))
    SEARCH_ROWS.add(database, (_search_row(r, None) for r in records if r.record not in kept))


def _add_texts(database: Database, records: Sequence[Searched], numbers: Mapping[str, int]) -> None:
    for scope in SCOPES:
        within = [r for r in records if r.scope == scope]
        WORDS[scope].add(database, ((numbers[r.record], *r.texts.words) for r in within))
        PARTS[scope].add(database, ((numbers[r.record], *r.texts.parts) for r in within))
    NAME_KEYS.add(database, (row for r in records for row in _name_keys(r)))


def _search_row(record: Searched, number: int | None) -> Any:
    return SEARCH_ROWS.row(
        id=number, record=record.record, type=record.type, scope=record.scope, digest=record.digest
    )


def _name_keys(record: Searched) -> list[Any]:
    if record.scope == NOWHERE:
        return []
    return [
        NAME_KEYS.row(record=record.record, position=position, type=record.type, kind=kind, folded=folded)
        for position, (kind, folded) in enumerate(record.texts.called)
    ]


def forget(database: Database, ids: Iterable[str]) -> Indexed:
    """Take records out of the index, and their numbers from them."""
    rows = SEARCH_ROWS.read_of(database, "record", ids)
    _take_out(database, rows)
    SEARCH_ROWS.delete(database, rows)
    removed = [(Term(row.type, SCOPE, row.scope), row.id) for row in rows]
    return Indexed({row.record: row.id for row in rows}, [], removed)


def _take_out(database: Database, rows: Sequence[Any]) -> None:
    for scope in SCOPES:
        numbers = [row.id for row in rows if row.scope == scope]
        WORDS[scope].delete_of(database, "rowid", numbers)
        PARTS[scope].delete_of(database, "rowid", numbers)
    NAME_KEYS.delete_of(database, "record", (row.record for row in rows))


def compact(database: Database) -> None:
    """Write the index anew without what was taken out of it, which else stays in its pages."""
    for table in _tables():
        database.execute_sql(f"INSERT INTO {table}({table}) VALUES ('optimize')")


# Comparing


def index_faults(database: Database) -> Iterator[str]:
    """Tables of the index that do not agree with themselves."""
    for table in _tables():
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


def strange_numbers(database: Database) -> Iterator[str]:
    """Rows of the index that belong to no record that is shown, and records without a number."""
    numbers = "SELECT id FROM search_row WHERE scope = '{scope}'"
    strange = {
        "search_row": "SELECT r.id FROM record r LEFT JOIN search_row s "
        "ON s.record = r.id AND s.type = r.type AND s.scope = "
        "CASE r.status WHEN 'published' THEN 'public' WHEN 'draft' THEN 'draft' ELSE 'none' END "
        "AND (s.scope <> 'none' OR s.digest = '') WHERE s.id IS NULL "
        "UNION ALL SELECT record FROM search_row WHERE record NOT IN (SELECT id FROM record)",
        "name_key": "SELECT record FROM name_key WHERE record NOT IN "
        "(SELECT record FROM search_row WHERE scope <> 'none')",
    }
    for scope in SCOPES:
        for table in (WORDS[scope].name, PARTS[scope].name):
            strange[table] = f"SELECT rowid FROM {table} WHERE rowid NOT IN ({numbers.format(scope=scope)})"
    for table, query in strange.items():
        for (row,) in database.execute_sql(query):
            yield f"{table}, row {row!r}: it is not as the record of this id or number is shown"


def _tables() -> list[str]:
    return [table.name for scope in SCOPES for table in (WORDS[scope], PARTS[scope])]


def misplaced(database: Database, record: Searched) -> list[str]:
    """The tables of the index in which a record that is shown does not stand as it should."""
    kept = SEARCH_ROWS.read_of(database, "record", [record.record])
    number = kept[0].id if kept else None
    scope = record.scope
    wanted: list[tuple[Table, str, Any, list[Any]]] = [
        (SEARCH_ROWS, "record", record.record, [_search_row(record, number)]),
        (NAME_KEYS, "record", record.record, _name_keys(record)),
        (WORDS[scope], "rowid", number, [(number, *record.texts.words)]),
        (PARTS[scope], "rowid", number, [(number, *record.texts.parts)]),
    ]
    wrong = [table for table, column, key, rows in wanted if table.read_of(database, column, [key]) != rows]
    return [f"{table.name} (search_row {number})" for table in wrong]
