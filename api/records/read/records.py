"""Reading: a key leads to bytes; a query leads to a page of bytes. Nothing is parsed on the plain way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import orjson
from pyroaring import BitMap

from schemas.base import Json, nearest, quoted
from schemas.query import Query, QueryError, QueryFault
from schemas.record import with_members_of_today

from ..core.errors import Gone, Merged, NotFound, Redacted
from ..core.packed import plain_text
from ..core.registry import BY_PLURAL, TYPES, RecordType
from ..core.sql import Sql, sql
from ..core.state import State
from ..store.cursors import Cursors, cursors_of
from ..store.deadline import parsed
from .by_text import first_with_text
from .facets import read_facets
from .index import StateIndex
from .order import First, order_of
from .select import resolve_ids, selection, similar_ids, understood


class Stored(NamedTuple):
    """A record as it is served: JSON bytes, strong entity tag, time of its last change; of the past, the
    commit from which on it was served."""

    id: str
    body: bytes
    etag: str
    updated: str
    since: int | None = None


@dataclass(frozen=True)
class Page:
    """A page of a collection; `next` is the cursor of the one after it, None at the end."""

    records: Sequence[Stored]
    query: Json
    limit: int
    next: str | None = None
    total: int | None = None
    #: Of a batch get: ids that name nothing, that lead elsewhere, that were retracted.
    lists: Json = field(default_factory=dict)
    facets: Json | None = None


_ONE_NOW = (
    "SELECT body, etag, updated, type, status, merged_into, withdrawal, revision, NULL "
    "FROM record WHERE id = ?"
)
_ONE_THEN = (
    "SELECT r.body, r.etag, r.updated, r.type, r.status, r.merged_into, r.withdrawal, r.revision, "
    "(SELECT MIN(same.since) FROM {records} same WHERE same.id = r.id AND same.updated = r.updated) "
    "FROM {records} r WHERE r.id = {id} AND {stands}"
)


def read_record(state: State, record_type: RecordType, record_id: str) -> Stored:
    """The record as served in a state.

    Raises NotFound, Gone (retracted), Redacted or Merged (read its `survivor` instead).
    """
    if state.moment is None:
        row = state.row(Sql(_ONE_NOW, (record_id,)))
    else:
        row = state.row(sql(_ONE_THEN, records=state.records, id=record_id, stands=state.stands("r")))
    if row and row[3] == record_type.name and row[4] in state.statuses and row[0] is not None:
        return Stored(record_id, row[0], row[1], row[2], row[8])
    raise (_absence if state.moment is None else _absence_then)(state, record_type, record_id, row)


# Why a record cannot be read


def _absence(state: State, record_type: RecordType, record_id: str, row: Any) -> Exception:
    """The same for a draft as for what never was."""
    actual, status = (row[3], row[4]) if row else ("", "draft")
    if status == "draft":
        near = nearest(record_id, similar_ids(state, (record_type.name,), record_id))
        hint = f'; did you mean "{near}"?' if near else ""
        return NotFound(f"no {record_type.name} has the id {quoted(record_id)}{hint}", did_you_mean=near)
    if actual != record_type.name:
        address = TYPES[actual].href(record_id)
        return NotFound(f"{quoted(record_id)} is a {actual}: it stands at {address}", did_you_mean=address)
    if note := _redaction(state, record_id, row[7] - 1):
        return Redacted(note)
    if status == "merged":
        return Merged(f"{quoted(record_id)} was merged into {quoted(row[5])}", row[5])
    # The tag is the one for publishing it again.
    current = {"revision": row[7], "etag": row[1]}
    stone = tombstone(row[6], row[7] - 1)
    return Gone(f"the {actual} {quoted(record_id)} was retracted", tombstone=stone, current=current)


def _absence_then(state: State, record_type: RecordType, record_id: str, row: Any) -> Exception:
    asked = state.moment.asked if state.moment else ""
    if row is None or row[3] != record_type.name:
        return NotFound(f"no {record_type.name} had the id {quoted(record_id)} as of {asked}")
    if row[4] == "published":
        return Redacted(redaction_note(state, record_id, row[7]))
    if note := _redaction(state, record_id, row[7] - 1):
        return Redacted(note)
    if row[4] == "merged":
        return Merged(f"{quoted(record_id)} had been merged into {quoted(row[5])}", row[5])
    detail = f"the {record_type.name} {quoted(record_id)} was retracted as of {asked}"
    return Gone(detail, tombstone=tombstone(row[6], row[7] - 1))


def _redaction(state: State, record_id: str, revision: int) -> str | None:
    """What is said of a record whose revision from this one on was taken out."""
    query = (
        "SELECT note, time FROM redaction WHERE record = {id} AND last >= {revision} "
        "ORDER BY time DESC LIMIT 1"
    )
    row = state.row(sql(query, id=record_id, revision=revision))
    return _taken_out(*row) if row else None


def redaction_note(state: State, record_id: str, number: int) -> str:
    """Why a revision's bytes are gone."""
    query = (
        "SELECT note, time FROM redaction WHERE record = {id} AND first <= {number} AND last >= {number} "
        "ORDER BY time DESC LIMIT 1"
    )
    row = state.row(sql(query, id=record_id, number=number))
    return _taken_out(*row) if row else "taken out because the law required it"


def _taken_out(note: str, time: str) -> str:
    return f"taken out on {time[:10]}: {note}"


def tombstone(withdrawal: str, revision: int) -> Json:
    """What is left of a retracted record: `reason` {`kind`, `note`}, `when`, its last public `revision`."""
    noted = orjson.loads(withdrawal)
    reason = {"kind": noted["kind"], "note": noted["note"]}
    return {"reason": reason, "when": noted["when"], "revision": revision}


# Collections


def read_page(state: State, record_type: RecordType, query: Query) -> Page:
    """The page of a collection that a query selects.

    Raises QueryError for ids that name nothing, and for a cursor of another query.
    """
    survivors = resolve_ids(state, record_type.filters, query)
    echo = understood(record_type.filters, query, survivors)
    index = StateIndex(state)
    chosen = selection(index, record_type, query, survivors)
    order = order_of(state, record_type, query["sort"])
    cursors = cursors_of(state.database, [record_type.plural, echo])
    after = None if query["after"] is None else cursors.values(query["after"])
    # One more than the page tells whether another page follows.
    first = First(chosen, order, query["limit"] + 1, after)
    if "q" in query.given and not query.given & {"count", "facets"}:
        others = selection(index, record_type, query.without("q"), survivors)
        first = replace(first, among=first_with_text(query["q"], replace(first, chosen=others)))
    records, following = _rows(first, query["limit"], cursors)
    total = chosen.total() if query["count"] else None
    facets = _facets(index, record_type, query, survivors)
    return Page(records, echo, query["limit"], following, total, facets=facets)


def _facets(
    index: StateIndex, record_type: RecordType, query: Query, survivors: Mapping[str, str]
) -> Json | None:
    if "facets" not in query.given:
        return None

    def chosen(without: str) -> BitMap:
        return selection(index, record_type, query.without(without), survivors).numbers

    return read_facets(index, query["facets"], (record_type,), query, survivors, chosen)


def _rows(first: First, limit: int, cursors: Cursors) -> tuple[list[Stored], str | None]:
    rows = first.rows("r.id, r.body, r.etag, r.updated")
    following = cursors.cursor(rows[limit - 1][4:]) if len(rows) > limit else None
    return [Stored(*row[:4]) for row in rows[:limit]], following


# Batch get

_ALONE = frozenset({"id", "fields", "include", "count", "status", "perspective", "translation", "format"})


class _Row(NamedTuple):
    """What a batch get must know of a record."""

    stored: Stored
    status: str
    withdrawal: str | None
    merged_into: str | None


def read_batch(state: State, record_type: RecordType, query: Query) -> Page:
    """The records of the ids asked for, in that order, and lists of those that are not there.

    Raises QueryError where anything but `fields`, `include` and `count` stands beside `id`.
    """
    _require_alone(query)
    ids = query["id"]
    rows = _batch_rows(state, record_type, ids)
    survivors = [row.merged_into for row in rows.values() if row.merged_into]
    rows = _batch_rows(state, record_type, survivors) | rows if survivors else rows
    lists: Json = {"missing": [], "redirected": [], "retracted": []}
    records: dict[str, Stored] = {}
    for wanted in ids:
        row = rows.get(wanted)
        if row and row.merged_into:
            row = rows.get(row.merged_into)
        if row and row.status == "retracted":
            noted = orjson.loads(row.withdrawal or "{}")
            lists["retracted"].append({"id": wanted, "reason": noted["note"], "when": noted["when"]})
        elif row is None or row.status not in state.statuses:
            lists["missing"].append(wanted)
        else:
            records.setdefault(row.stored.id, row.stored)
            if row.stored.id != wanted:
                lists["redirected"].append({"from": wanted, "to": row.stored.id})
    total = len(records) if query["count"] else None
    echo = {name: query[name] for name in sorted(query.given & (_ALONE - {"count", "status", "format"}))}
    return Page(list(records.values()), echo, len(ids), None, total, lists)


def _require_alone(query: Query) -> None:
    if beside := sorted(query.given - _ALONE):
        allowed = tuple(sorted(_ALONE - {"id"}))
        detail = "cannot stand beside id, which names its records itself"
        raise QueryError([QueryFault(name, f"{name} {detail}", allowed) for name in beside])


def _batch_rows(state: State, record_type: RecordType, ids: Sequence[str]) -> dict[str, _Row]:
    query = (
        "SELECT id, body, etag, updated, status, withdrawal, merged_into FROM record "
        "WHERE type = {type} AND id IN ({ids})"
    )
    rows = state.rows(sql(query, type=record_type.name, ids=ids))
    return {row[0]: _Row(Stored(*row[:4]), *row[4:]) for row in rows}


# What is embedded


_MEMBERS = {name: frozenset(record_type.fields) for name, record_type in TYPES.items()}


def shown_in(state: State, body: bytes) -> Json:
    """A record as served, parsed. What the past served, or a program of before, may lack members that records
    have today: it gets them, empty."""
    record: Json = parsed(body)
    if state.moment is None and record.keys() >= _MEMBERS[record["type"]]:
        return record
    return with_members_of_today(TYPES[record["type"]].shape, record)


def referenced(records: Iterable[Json], paths: Iterable[str]) -> list[str]:
    """Ids of the records that parsed records name in these fields, in the order of the text."""
    wanted = [path.split(".") for path in paths]
    ids = (i for record in records for steps in wanted for i in _ids_at(record, steps))
    return list(dict.fromkeys(ids))


def _ids_at(value: Any, steps: Sequence[str]) -> Iterable[str]:
    if isinstance(value, list):
        for member in value:
            yield from _ids_at(member, steps)
    elif isinstance(value, dict) and steps:
        yield from _ids_at(value.get(steps[0]), steps[1:])
    elif isinstance(value, dict):
        yield value["id"]


def read_many(state: State, ids: Sequence[str]) -> list[Stored]:
    """The records of these ids that may be seen in a state, of any type, in this order."""
    known: dict[str, Stored] = {}
    for start in range(0, len(ids), 500):
        query = sql(
            "SELECT r.id, r.body, r.etag, r.updated FROM {records} r WHERE r.id IN ({ids}) AND {shows}",
            records=state.records,
            ids=ids[start : start + 500],
            shows=state.shows("r"),
        )
        known |= {row[0]: Stored(*row) for row in state.rows(query)}
    return [known[i] for i in ids if i in known]


# About the record as a whole


def counts(state: State) -> dict[str, int]:
    """How many records are published, by plural type name."""
    index = StateIndex(State(state.database))
    sets = index.sets([index.shown([record_type.name]) for record_type in BY_PLURAL.values()])
    return {plural: len(numbers) for plural, numbers in zip(BY_PLURAL, sets, strict=True)}


def type_of(state: State, record_id: str) -> str:
    """The type of a record that is known to be there."""
    row = state.row(sql("SELECT type FROM record WHERE id = {id}", id=record_id))
    return str(row[0]) if row else ""


def is_empty(state: State) -> bool:
    """Whether the database holds no record yet."""
    return state.row(Sql("SELECT 1 FROM record LIMIT 1")) is None


def text_digests(state: State, sources: Sequence[str]) -> dict[str, str | None]:
    """The `text_digest` of each of these sources that is known, None where it has none."""
    query = "SELECT id, document FROM record WHERE type = 'source' AND id IN ({sources})"
    rows = state.rows(sql(query, sources=list(sources)))
    return {row[0]: parsed(plain_text(row[1])).get("text_digest") for row in rows}
