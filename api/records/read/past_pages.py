"""Collections and references of the past: the same questions, tested on the documents of that time."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from peewee import Database

from schemas.query import DateRange, Query

from ..core.registry import SOURCE, TYPES, Filter, Json, RecordType
from ..store.cursors import Cursors
from ..store.database import secret, snapshot
from .records import Page, referenced, understood
from .references import References
from .revisions import Moment, Past, published_then, survivors_at
from .select import resolve_ids

Test = Callable[[Past], bool]


def read_page_then(database: Database, record_type: RecordType, query: Query, moment: Moment) -> Page:
    """The page of a collection as it would have been at a moment."""
    with snapshot(database):
        resolve_ids(database, record_type.filters, query)
        survivors = survivors_at(database, moment.commit)
        found = published_then(database, [record_type.name], moment)
        members = _members_then(database, record_type, query, moment, survivors)
        cursor_secret = secret(database, "cursor")
    echo = understood(record_type.filters, query, survivors)
    tests = list(tests_of(record_type, query, survivors, members))
    matching = [past for past in found if all(test(past) for test in tests)]
    keys = _sort_keys(record_type, query["sort"])
    matching.sort(key=lambda past: _comparable(keys, past))
    cursors = Cursors(cursor_secret, [record_type.plural, echo])
    total = len(matching) if query["count"] else None
    if query["after"] is not None:
        bound = _Ordered(keys, tuple(cursors.values(query["after"])))
        matching = [past for past in matching if bound < _comparable(keys, past)]
    limit = query["limit"]
    page = matching[:limit]
    following = cursors.cursor(keys.of(page[-1])) if len(matching) > limit else None
    return Page([past.stored for past in page], echo, limit, following, total)


# Filters


def tests_of(
    record_type: RecordType, query: Query, survivors: dict[str, str], members: dict[str, set[str]]
) -> Iterable[Test]:
    """What a record of the past must pass to be selected by a query."""
    for declared in record_type.filters:
        if declared.name in query.given and declared.pairs_with not in query.given:
            yield _test(record_type, declared, query, survivors, members)
        if f"{declared.name}.not" in query.given:
            name = f"{declared.name}.not"
            yield _negated(_matching(declared, _then(query[name], survivors), None, members.get(name)))
    if "updated_since" in query.given:
        since = query["updated_since"]
        yield lambda past: past.stored.updated >= since


def _test(
    record_type: RecordType,
    declared: Filter,
    query: Query,
    survivors: dict[str, str],
    members: dict[str, set[str]],
) -> Test:
    value = query[declared.name]
    if declared.kind == "date":
        return dated_test(declared.name, value, query["match"])
    if declared.kind == "at-least":
        return lambda past: any(int(v) >= value for v, _ in past.computed["filters"].get(declared.name, ()))
    if declared.kind == "flag":
        value = ["true" if value else "false"]
    partner = next((f for f in record_type.filters if f.pairs_with == declared.name), None)
    qualifiers = query[partner.name] if partner and partner.name in query.given else None
    return _matching(declared, _then(value, survivors), qualifiers, members.get(declared.name))


def _then(values: Sequence[str], survivors: dict[str, str]) -> set[str]:
    return {survivors.get(value, value) for value in values}


def _matching(
    declared: Filter, values: set[str], qualifiers: Sequence[str] | None, members: set[str] | None
) -> Test:
    if members is not None:
        return lambda past: past.stored.id in members
    return lambda past: any(
        value in values and (qualifiers is None or qualifier in qualifiers)
        for value, qualifier in past.computed["filters"].get(declared.name, ())
    )


def _negated(test: Test) -> Test:
    return lambda past: not test(past)


def dated_test(name: str, asked: DateRange, match: str) -> Test:
    """Whether a date touches a range, possibly or certainly."""

    def test(past: Past) -> bool:
        missing, earliest, latest, low, high = past.computed["dates"][name]
        if missing:
            return False
        first, last = (low, high) if match == "certain" else (earliest, latest)
        return first is not None and first <= asked.last and last >= asked.first

    return test


def _members_then(
    database: Database, record_type: RecordType, query: Query, moment: Moment, survivors: dict[str, str]
) -> dict[str, set[str]]:
    """Members of the dossiers asked for, by parameter, among parties, places and sources (docs/model.md)."""
    asked = [name for name in ("dossier", "dossier.not") if name in query.given]
    if not asked or not any(map(record_type.finds_members, record_type.filters)):
        return {}
    records = {
        past.stored.id: (past.type, orjson.loads(past.stored.body))
        for past in published_then(database, tuple(TYPES), moment)
    }
    return {name: _members(records, _then(query[name], survivors)) for name in asked}


def _members(records: dict[str, tuple[RecordType, Json]], dossiers: set[str]) -> set[str]:
    queue: list[str] = []
    for record_type, record in records.values():
        if dossiers & {d["id"] for d in record.get("dossiers", ())}:
            queue += referenced([record], [role.path for role in record_type.roles])
    members: set[str] = set()
    for record_id in queue:
        if record_id in members or record_id not in records:
            continue
        members.add(record_id)
        queue += referenced([records[record_id][1]], ["derived_from.source", "part_of"])
    published_by = [records[i][1]["publisher"]["id"] for i in members if records[i][0] is SOURCE]
    return members | set(published_by)


# Order


class _Keys:
    """What a collection is sorted by: values of a record, and which of them descend."""

    def __init__(self, of: Callable[[Past], tuple[Any, ...]], descends: tuple[bool, ...]) -> None:
        self.of, self.descends = of, descends


class _Ordered:
    """Values that compare as the order says."""

    def __init__(self, keys: _Keys, values: tuple[Any, ...]) -> None:
        self.keys, self.values = keys, values

    def __lt__(self, other: "_Ordered") -> bool:
        for mine, theirs, descends in zip(self.values, other.values, self.keys.descends, strict=True):
            if mine != theirs:
                return bool(mine > theirs if descends else mine < theirs)
        return False


def _comparable(keys: _Keys, past: Past) -> _Ordered:
    return _Ordered(keys, keys.of(past))


def _sort_keys(record_type: RecordType, sort: str) -> _Keys:
    name, descends = sort.removeprefix("-"), sort.startswith("-")
    if name == "id":
        return _Keys(lambda past: (past.stored.id,), (descends,))
    if name in record_type.dates:

        def dated(past: Past) -> tuple[Any, ...]:
            missing, earliest, latest, *_ = past.computed["dates"][name]
            bounds = (latest, earliest) if descends else (earliest, latest)
            return (missing, *bounds, past.stored.id)

        return _Keys(dated, (False, descends, descends, False))
    if name == "updated":
        return _Keys(lambda past: (past.stored.updated, past.stored.id), (descends, False))
    return _Keys(lambda past: (past.name, past.stored.id), (descends, False))


# References


def read_references_then(database: Database, record_id: str, query: Query, moment: Moment) -> References:
    """What referred to a record at a moment, by type, role and id."""
    with snapshot(database):
        found = published_then(database, tuple(TYPES), moment)
        cursor_secret = secret(database, "cursor")
    triples = sorted(
        (past.type.name, role.path, past.stored.id, past.name)
        for past in found
        if past.stored.id != record_id
        for record in [orjson.loads(past.stored.body)]
        for role in past.type.roles
        if record_id in referenced([record], [role.path])
    )
    echo: Json = {
        name: query[name] for name in ("role", "type", "as_of", "perspective") if name in query.given
    }
    counts: dict[tuple[str, str], int] = {}
    for type_name, role_path, _, _ in triples:
        counts[type_name, role_path] = counts.get((type_name, role_path), 0) + 1
    roles = [{"type": t, "role": r, "count": count} for (t, r), count in sorted(counts.items())]
    cursors = Cursors(cursor_secret, ["references", record_id, echo])
    wanted = [t for t in triples if _asked_for(t, query)]
    if query["after"] is not None:
        bound = tuple(cursors.values(query["after"]))
        wanted = [t for t in wanted if t[:3] > bound]
    limit = query["limit"]
    following = cursors.cursor(wanted[limit - 1][:3]) if len(wanted) > limit else None
    return References([_reference(*t) for t in wanted[:limit]], roles, echo, limit, following)


def _asked_for(triple: tuple[str, str, str, str], query: Query) -> bool:
    type_name, role, *_ = triple
    return ("type" not in query.given or type_name in query["type"]) and (
        "role" not in query.given or role in query["role"]
    )


def _reference(type_name: str, role: str, record_id: str, name: str) -> Json:
    return {"role": role, "record": TYPES[type_name].reference(record_id, name)}
