"""Reading: a key leads to bytes; a query leads to a page of bytes. Nothing is parsed on the plain way."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from peewee import Database

from schemas.base import nearest, quoted
from schemas.query import DateRange, Query, QueryError, QueryFault

from ..core.errors import Gone, Merged, NotFound, Redacted
from ..core.registry import BY_PLURAL, PUBLIC, TYPES, Filter, Json, RecordType
from ..store.cursors import Cursors
from ..store.database import placeholders, secret, snapshot
from .facets import read_facets
from .select import Order, Where, order_of, resolve_ids, selection, similar_ids


class Stored(NamedTuple):
    """A record as it is served: JSON bytes, strong entity tag, time of its last change."""

    id: str
    body: bytes
    etag: str
    updated: str


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


_ONE = "SELECT body, etag, updated, type, status, merged_into, withdrawal, revision FROM record WHERE id = ?"


def read_record(
    database: Database, record_type: RecordType, record_id: str, statuses: Sequence[str] = PUBLIC
) -> Stored:
    """The record as served.

    Raises NotFound, Gone (retracted) or Merged (read its `survivor` instead).
    """
    row = database.execute_sql(_ONE, (record_id,)).fetchone()
    if row and row[3] == record_type.name and row[4] in statuses:
        return Stored(record_id, row[0], row[1], row[2])
    raise _absence(database, record_type, record_id, row)


REDACTED = "SELECT note, time FROM redaction WHERE record = ? AND last >= ? ORDER BY time DESC LIMIT 1"


def taken_out(note: str, time: str) -> str:
    """What is said of redacted bytes."""
    return f"taken out on {time[:10]}: {note}"


def _absence(database: Database, record_type: RecordType, record_id: str, row: Any) -> Exception:
    """Why a record cannot be read; the same for a draft as for what never was."""
    found, status = (row[3], row[4]) if row else ("", "draft")
    if status == "draft":
        near = nearest(record_id, similar_ids(database, (record_type.name,), record_id))
        hint = f'; did you mean "{near}"?' if near else ""
        return NotFound(f"no {record_type.name} has the id {quoted(record_id)}{hint}", did_you_mean=near)
    if found != record_type.name:
        address = f"/v1/{TYPES[found].plural}/{record_id}"
        return NotFound(f"{quoted(record_id)} is a {found}: it stands at {address}", did_you_mean=address)
    if redaction := database.execute_sql(REDACTED, (record_id, row[7] - 1)).fetchone():
        return Redacted(taken_out(*redaction))
    if status == "merged":
        return Merged(f"{quoted(record_id)} was merged into {quoted(row[5])}", row[5])
    return Gone(f"the {found} {quoted(record_id)} was retracted", tombstone=tombstone(row[6], row[7] - 1))


def tombstone(withdrawal: str, revision: int) -> Json:
    """What is left of a retracted record: `reason` {`kind`, `note`}, `when`, its last public `revision`."""
    noted = orjson.loads(withdrawal)
    reason = {"kind": noted["kind"], "note": noted["note"]}
    return {"reason": reason, "when": noted["when"], "revision": revision}


# Collections


def read_page(
    database: Database, record_type: RecordType, query: Query, statuses: Sequence[str] = PUBLIC
) -> Page:
    """The page of a collection that a query selects.

    Raises QueryError for ids that name nothing, and for a cursor of another query.
    """
    # Several statements must see one state; a single one does anyway.
    with snapshot(database) if query["count"] or "facets" in query.given else nullcontext():
        survivors = resolve_ids(database, record_type.filters, query, statuses)
        echo = understood(record_type.filters, query, survivors)
        where = selection(record_type, query, survivors, statuses)
        order = order_of(record_type, query["sort"])
        total = _total(database, where) if query["count"] else None
        cursors = Cursors(secret(database, "cursor"), [record_type.plural, echo])
        records, following = _rows(database, where, order, query, cursors)
        facets = _facets(database, record_type, query, survivors, statuses)
    return Page(records, echo, query["limit"], following, total, facets=facets)


def _facets(
    database: Database,
    record_type: RecordType,
    query: Query,
    survivors: dict[str, str],
    statuses: Sequence[str],
) -> Json | None:
    if "facets" not in query.given:
        return None

    def chosen(without: str) -> tuple[str, list[Any]]:
        where = selection(record_type, query.without(without), survivors, statuses)
        return f"SELECT r.id FROM record r WHERE {where.sql}", where.values

    return read_facets(database, query["facets"], (record_type,), query, survivors, chosen)


def _total(database: Database, where: Where) -> int:
    sql = f"SELECT COUNT(*) FROM record r WHERE {where.sql}"
    return int(database.execute_sql(sql, where.values).fetchone()[0])


def _rows(
    database: Database, where: Where, order: Order, query: Query, cursors: Cursors
) -> tuple[list[Stored], str | None]:
    limit = query["limit"]
    terms, values = where.sql, [*order.dated_values, *where.values]
    if query["after"] is not None:
        beyond, bound = order.beyond(cursors.values(query["after"]))
        terms, values = f"{terms} AND {beyond}", [*values, *bound]
    # One more than the page tells whether another page follows.
    rows = database.execute_sql(
        f"SELECT r.id, r.body, r.etag, r.updated, {order.columns} FROM {order.source(where.narrowed)} "
        f"WHERE {terms} ORDER BY {order.by} LIMIT ?",
        [*values, limit + 1],
    ).fetchall()
    following = cursors.cursor(rows[limit - 1][4:]) if len(rows) > limit else None
    return [Stored(*row[:4]) for row in rows[:limit]], following


def understood(filters: Sequence[Filter], query: Query, survivors: dict[str, str]) -> Json:
    """The query as it was understood, without where the page begins and how long it is."""
    echo: Json = {}
    by_id = {f.name for f in filters if f.kind in ("id", "question")}
    for name in sorted(query.given - {"limit", "after", "count"}):
        value = query[name]
        if name.removesuffix(".not") in by_id:
            value = list(dict.fromkeys(survivors.get(i, i) for i in value))
        echo[name] = value.edtf if isinstance(value, DateRange) else value
    if any(f.name in query.given for f in filters if f.kind == "date"):
        echo["match"] = query["match"]
    if "sort" in query.values:
        echo["sort"] = query["sort"]
    return dict(sorted(echo.items()))


# Batch get

_ALONE = frozenset({"id", "fields", "include", "count", "status", "perspective"})


def read_batch(
    database: Database, record_type: RecordType, query: Query, statuses: Sequence[str] = PUBLIC
) -> Page:
    """The records of the ids asked for, in that order, and lists of those that are not there.

    Raises QueryError where anything but `fields`, `include` and `count` stands beside `id`.
    """
    if beside := sorted(query.given - _ALONE):
        allowed = tuple(sorted(_ALONE - {"id"}))
        raise QueryError(
            [
                QueryFault(n, f"{n} cannot stand beside id, which names its records itself", allowed)
                for n in beside
            ]
        )
    ids = query["id"]
    rows = _states(database, record_type, ids)
    survivors = [row["merged_into"] for row in rows.values() if row["merged_into"]]
    rows = _states(database, record_type, survivors) | rows if survivors else rows
    lists: Json = {"missing": [], "redirected": [], "retracted": []}
    found: dict[str, Stored] = {}
    for asked in ids:
        record_id = rows[asked]["merged_into"] or asked if asked in rows else asked
        row = rows.get(record_id)
        if row and row["status"] == "retracted":
            noted = orjson.loads(row["withdrawal"])
            lists["retracted"].append({"id": asked, "reason": noted["note"], "when": noted["when"]})
        elif row is None or row["status"] not in statuses:
            lists["missing"].append(asked)
        else:
            found.setdefault(record_id, row["stored"])
            if record_id != asked:
                lists["redirected"].append({"from": asked, "to": record_id})
    total = len(found) if query["count"] else None
    echo = {name: query[name] for name in sorted(query.given & {"id", "fields", "include", "perspective"})}
    return Page(list(found.values()), echo, len(ids), None, total, lists)


def _states(database: Database, record_type: RecordType, ids: Sequence[str]) -> dict[str, Json]:
    rows = database.execute_sql(
        "SELECT id, body, etag, updated, status, withdrawal, merged_into FROM record "
        f"WHERE type = ? AND id IN ({placeholders(ids)})",
        [record_type.name, *ids],
    ).fetchall()
    return {
        row[0]: {"stored": Stored(*row[:4]), "status": row[4], "withdrawal": row[5], "merged_into": row[6]}
        for row in rows
    }


# What is embedded, and what a record is trimmed to


def referenced(records: Iterable[Json], paths: Iterable[str]) -> list[str]:
    """Ids of the records that parsed records name in these fields, in the order of the text."""
    wanted = [path.split(".") for path in paths]
    found = (i for record in records for steps in wanted for i in _ids_at(record, steps))
    return list(dict.fromkeys(found))


def _ids_at(value: Any, steps: Sequence[str]) -> Iterable[str]:
    if isinstance(value, list):
        for member in value:
            yield from _ids_at(member, steps)
    elif isinstance(value, dict) and steps:
        yield from _ids_at(value.get(steps[0]), steps[1:])
    elif isinstance(value, dict):
        yield value["id"]


def read_many(database: Database, ids: Sequence[str], statuses: Sequence[str] = PUBLIC) -> list[Stored]:
    """The records of these ids that may be seen, of any type, in this order."""
    found: dict[str, Stored] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        rows = database.execute_sql(
            f"SELECT id, body, etag, updated FROM record WHERE id IN ({placeholders(some)}) "
            f"AND status IN ({placeholders(statuses)})",
            [*some, *statuses],
        )
        found |= {row[0]: Stored(*row) for row in rows.fetchall()}
    return [found[i] for i in ids if i in found]


def counts(database: Database) -> dict[str, int]:
    """How many records are published, by plural type name."""
    rows = database.execute_sql(
        "SELECT type, COUNT(*) FROM record WHERE status = 'published' GROUP BY type"
    ).fetchall()
    known = dict(rows)
    return {plural: known.get(record_type.name, 0) for plural, record_type in BY_PLURAL.items()}


def type_of(database: Database, record_id: str) -> str:
    """The type of a record that is known to be there."""
    row = database.execute_sql("SELECT type FROM record WHERE id = ?", (record_id,)).fetchone()
    return str(row[0])


def is_empty(database: Database) -> bool:
    """Whether the database holds no record yet."""
    return database.execute_sql("SELECT 1 FROM record LIMIT 1").fetchone() is None


def text_digests(database: Database, sources: Sequence[str]) -> dict[str, str | None]:
    """The `text_digest` of each of these sources that is known, None where it has none."""
    rows = database.execute_sql(
        f"SELECT id, document FROM record WHERE type = 'source' AND id IN ({placeholders(sources)})", sources
    ).fetchall()
    return {row[0]: orjson.loads(row[1]).get("text_digest") for row in rows}
