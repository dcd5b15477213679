"""Making records findable: their numbers, their names, and their texts in the full-text index."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import Database

from ..store import id_ranges
from ..store.postings import SCOPE, Posted, Term
from ..store.tables import NAME_KEYS, NEW_SEARCH_ROWS, SEARCH_ROWS, batches, record_numbers
from .engines import full_text_of
from .fulltext import NOWHERE, SCOPE_OF, SCOPES, Texts

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
        new = record_numbers(database, (r.record for r in some if r.record not in known))
        id_ranges.add(database, new)
        done.numbers |= known | new
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
    new = (_search_row(r, None) for r in records if r.record not in kept)
    names = NEW_SEARCH_ROWS.columns
    NEW_SEARCH_ROWS.add(database, ([getattr(row, name) for name in names] for row in new))


def _add_texts(database: Database, records: Sequence[Searched], numbers: Mapping[str, int]) -> None:
    for scope in SCOPES:
        within = [r for r in records if r.scope == scope]
        full_text_of(database).add(database, scope, [(numbers[r.record], r.texts) for r in within])
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
    id_ranges.remove(database, {row.record: row.id for row in rows})
    SEARCH_ROWS.delete(database, rows)
    removed: list[Posted] = [(Term(row.type, SCOPE, row.scope), row.id) for row in rows]
    return Indexed({row.record: row.id for row in rows}, [], removed)


def _take_out(database: Database, rows: Sequence[Any]) -> None:
    for scope in SCOPES:
        full_text_of(database).remove(database, scope, [row.id for row in rows if row.scope == scope])
    NAME_KEYS.delete_of(database, "record", (row.record for row in rows))


# Comparing


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
        for table, held in full_text_of(database).held(scope).items():
            right = numbers.format(scope=scope)
            strange[table] = f"SELECT h.id FROM ({held.text}) h WHERE h.id NOT IN ({right})"
    for table, query in strange.items():
        for (row,) in database.execute_sql(query):
            yield f"{table}, row {row!r}: it is not as the record of this id or number is shown"


def misplaced(database: Database, record: Searched) -> list[str]:
    """The tables of the index in which a record that is shown does not stand as it should."""
    kept = SEARCH_ROWS.read_of(database, "record", [record.record])
    number = kept[0].id if kept else None
    scope = record.scope
    wrong = full_text_of(database).misplaced(database, scope, number, record.texts)
    if kept != [_search_row(record, number)]:
        wrong.append(SEARCH_ROWS.name)
    if sorted(NAME_KEYS.read_of(database, "record", [record.record])) != sorted(_name_keys(record)):
        wrong.append(NAME_KEYS.name)
    return [f"{table} (search_row {number})" for table in wrong]
