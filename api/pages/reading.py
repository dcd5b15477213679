"""What pages read, with the functions that the API reads with."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from peewee import Database

from api.records.core.registry import PARTY, RecordType
from api.records.core.sql import sql
from api.records.core.state import PUBLIC, State
from api.records.read.records import read_many, read_page, read_record, shown_in
from api.records.read.revisions import moment_of
from api.records.read.select import resolve
from api.records.store.database import snapshot
from api.records.store.deadline import time_limit
from api.settings import Settings
from schemas.base import Json
from schemas.query import Query


@contextmanager
def state_of(database: Database, settings: Settings, as_of: str | None = None) -> Iterator[State]:
    """The public record at a moment, all of whose reads see the same, and in bounded time."""
    with snapshot(database), time_limit(database, settings.query_timeout_ms):
        yield State(database, PUBLIC, moment_of(database, as_of) if as_of else None)


#: Records of a page of the API.
_AT_ONCE = 200


def one(state: State, record_type: RecordType, record_id: str) -> Json:
    """A record as served, with the `language` of each source that it cites, or that judged it.

    Raises what a read of it raises.
    """
    record = shown_in(state, read_record(state, record_type, record_id).body)
    judged = [review["source"] for review in record.get("reviews", ()) if review["source"]]
    cited = [*(citation["source"] for citation in _citations_in(record)), *judged]
    sources = many(state, (source["id"] for source in cited))
    for source in cited:
        if known := sources.get(source["id"]):
            source["language"] = known["language"]
    return record


def _citations_in(value: Any) -> Iterator[Json]:
    """Every citation of a record: its own, and those of its names, its offices, its assessment."""
    if isinstance(value, list):
        for inner in value:
            yield from _citations_in(inner)
    elif isinstance(value, dict):
        yield from value.get("citations") or ()
        for name, inner in value.items():
            if name != "citations":
                yield from _citations_in(inner)


def many(state: State, ids: Iterable[str]) -> dict[str, Json]:
    """Records as served, by id; those that may be seen."""
    return {stored.id: shown_in(state, stored.body) for stored in read_many(state, list(dict.fromkeys(ids)))}


def user_of_names(state: State, party: str) -> Json:
    """A reference to the party whose names are asked for: the survivor of one that was merged; also one that
    was retracted, by its name. Raises QueryError for an id that is no party."""
    meant = resolve(state, "perspective", (PARTY.name,), [party])[party]
    query = "SELECT r.name FROM {records} r WHERE r.id = {id} AND {stands}"
    row = state.row(sql(query, records=state.records, id=meant, stands=state.stands("r")))
    return PARTY.reference(meant, row[0] if row else meant)


def list_of(
    state: State, record_type: RecordType, most: int, sort: str = "id", **filters: Any
) -> tuple[list[Json], int]:
    """(the records of a type that filters select, in an order and at most so many, how many there are)."""
    found: list[Json] = []
    total, after = 0, None
    while len(found) < most:
        limit = min(_AT_ONCE, most - len(found))
        values = {"sort": sort, "limit": limit, "after": after, "count": after is None, **filters}
        given = frozenset(filters) | ({"after"} if after else set())
        page = read_page(state, record_type, Query(values, frozenset(given)))
        found += [shown_in(state, stored.body) for stored in page.records]
        total = page.total if page.total is not None else total
        after = page.next
        if after is None:
            break
    return found, total


def users_of_names(state: State, ids: Iterable[str]) -> list[Json]:
    """Parties that have names of their own for some of these records, as references, by id."""
    return users_in(many(state, ids).values())


def users_in(records: Iterable[Json]) -> list[Json]:
    """The same for records as served."""
    users = [n["used_by"] for record in records for n in record.get("names", ()) if n["used_by"]]
    return [user for _, user in sorted({u["id"]: u for u in users}.items())]
