"""JSON, read strictly: in UTF-8, each member once, numbers that every reader holds, no deep nests."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import orjson

from .base import quoted

#: Levels in which arrays and objects may nest.
DEEPEST = 32
_LARGEST = 2**63 - 1
_TOO_DEEP = f"it nests more than {DEEPEST} levels deep"


def read_json(raw: bytes) -> Any:
    """JSON text as a value. Raises ValueError, which says what is wrong with it.

    Two readers, each for what it is good at: orjson refuses what is not JSON in UTF-8 (NaN, lone
    surrogates, control characters) and numbers beyond all doubles, and nests at most 1024 deep, so that
    the other may recurse; json shows members that stand twice and integers as they were written.
    """
    if not raw.strip():
        raise ValueError("it is empty")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ValueError(str(error).partition(": line")[0]) from None
    if _nests_deeper(value, DEEPEST):
        raise ValueError(_TOO_DEEP)
    try:
        return json.loads(raw, object_pairs_hook=_members, parse_int=_integer)
    except RecursionError:
        # orjson keeps the last of members that stand twice: what nests in the others was not measured.
        raise ValueError(_TOO_DEEP) from None


def _nests_deeper(value: Any, levels: int) -> bool:
    """Whether arrays and objects nest in more levels than these."""
    found = _nests([value])
    for _ in range(levels):
        found = _nests(member for nest in found for member in nest)
    return bool(found)


def _nests(values: Iterable[Any]) -> list[Iterable[Any]]:
    """The arrays and objects among values, each as what stands in it."""
    return [v.values() if isinstance(v, dict) else v for v in values if isinstance(v, dict | list)]


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        times = Counter(name for name, _ in pairs)
        twice = next(name for name, count in times.items() if count > 1)
        raise ValueError(f"the member {quoted(twice)} stands twice in one object")
    return members


def _integer(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > _LARGEST:
        raise ValueError(f"the number {text[:24]} is beyond 64 bits")
    return int(text)
