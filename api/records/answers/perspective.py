"""Names as one party uses them, put into what is served to everybody."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
from peewee import Database

from ..core.registry import PUBLIC, TYPES, Json
from ..read.records import read_many
from ..read.revisions import Moment, published_then, stand_for

#: Types whose records have names that somebody uses.
_NAMED = tuple(t.name for t in TYPES.values() if "names" in t.fields)
#: The best of some languages for the reader, as an index, or None where none will do.
BestLanguage = Callable[[Sequence[str]], int | None]


def in_words_of(
    database: Database,
    party: str,
    best: BestLanguage,
    document: Any,
    moment: Moment | None = None,
    statuses: Sequence[str] = PUBLIC,
) -> Any:
    """The document with that party's names for parties and places in `name`, the neutral ones beside them.

    The first name listed with `used_by` exactly that party in the best language, else its first one in any
    language, else the neutral one. `statuses`: the states of records whose names may be seen. Changes the
    document in place.

    Raises QueryError for an id that is no party.
    """
    user = stand_for(database, "perspective", ("party",), [party], moment)[party]
    places = list(_named_objects(document))
    ids = list(dict.fromkeys(record_id for record_id, _ in places))
    names = {r["id"]: _name(r, user, best) for r in _records(database, ids, moment, statuses)}
    for record_id, found in places:
        _rename(found, names.get(record_id))
    return document


def _named_objects(value: Any) -> Iterator[tuple[str, Json]]:
    """Every record, reference or facet value in a document that can have a name of somebody's, by its id."""
    if isinstance(value, list):
        for member in value:
            yield from _named_objects(member)
    elif isinstance(value, dict):
        # A value of a facet has its id in `value`.
        record_id = value.get("id", value.get("value"))
        if value.get("type") in _NAMED and record_id is not None and "name" in value:
            yield str(record_id), value
        for member in value.values():
            yield from _named_objects(member)


def _records(
    database: Database, ids: Sequence[str], moment: Moment | None, statuses: Sequence[str]
) -> list[Json]:
    """Those of the ids' records that have names of somebody's."""
    if moment is None:
        found = [orjson.loads(stored.body) for stored in read_many(database, ids, statuses)]
        return [record for record in found if record["type"] in _NAMED]
    wanted = set(ids)
    then = published_then(database, _NAMED, moment)
    return [orjson.loads(past.stored.body) for past in then if past.stored.id in wanted]


def _name(record: Json, user: str, best: BestLanguage) -> tuple[str, str] | None:
    """(text, language) of the party's name for a record."""
    used = [name for name in record["names"] if (name["used_by"] or {}).get("id") == user]
    if not used:
        return None
    name = used[best([name["language"] for name in used]) or 0]
    return name["text"], name["language"]


def _rename(found: Json, name: tuple[str, str] | None) -> None:
    """Put a name in; members keep their order, with the new ones right behind `name`."""
    members = dict(found)
    found.clear()
    for key, value in members.items():
        found[key] = value
        if key == "name":
            found["name"] = name[0] if name else value
            found["neutral_name"] = value
            if name:
                found["name_language"] = name[1]
