"""Names as one party uses them, put into what is served to everybody."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from schemas.base import Json

from ..core.registry import TYPES
from ..core.state import State
from ..read.records import read_many
from ..read.select import resolve
from ..store.deadline import parsed

#: Types whose records have names that somebody uses.
_NAMED = tuple(t.name for t in TYPES.values() if "names" in t.fields)
#: The best of some languages for the reader, as an index, or None where none will do.
BestLanguage = Callable[[Sequence[str]], int | None]


def in_words_of(state: State, party: str, best: BestLanguage, document: Any) -> Any:
    """The document with that party's names for parties and places in `name`, the neutral ones beside them.

    The first name listed with `used_by` exactly that party in the best language, else its first one in any
    language, else the neutral one. Only records that the state shows have names. Changes the document in
    place.

    Raises QueryError for an id that is no party.
    """
    user = resolve(state, "perspective", ("party",), [party])[party]
    places = list(_named_objects(document))
    ids = list(dict.fromkeys(record_id for record_id, _ in places))
    names = {record["id"]: _name(record, user, best) for record in _records(state, ids)}
    for record_id, named in places:
        _rename(named, names.get(record_id))
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


def _records(state: State, ids: Sequence[str]) -> list[Json]:
    """Those of the ids' records that have names of somebody's."""
    records = [parsed(stored.body) for stored in read_many(state, ids)]
    return [record for record in records if record["type"] in _NAMED]


def _name(record: Json, user: str, best: BestLanguage) -> tuple[str, str] | None:
    """(text, language) of the party's name for a record."""
    used = [name for name in record["names"] if (name["used_by"] or {}).get("id") == user]
    if not used:
        return None
    name = used[best([name["language"] for name in used]) or 0]
    return name["text"], name["language"]


def _rename(named: Json, name: tuple[str, str] | None) -> None:
    """Put a name in; members keep their order, with the new ones right behind `name`."""
    members = dict(named)
    named.clear()
    for key, value in members.items():
        named[key] = value
        if key == "name":
            named["name"] = name[0] if name else value
            named["neutral_name"] = value
            if name:
                named["name_language"] = name[1]
