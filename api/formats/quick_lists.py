"""YAML lists of records, read quickly by libyaml: the values that yaml_lists.py reads, without their places.

Only what both readers surely read alike is read here; with anything else the slower one is asked, which knows
where things stand and says what is wrong in plain words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeGuard

from yaml import CBaseLoader, YAMLError
from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from schemas.strict_json import DEEPEST

from .yaml_lists import NULLS, converted

#: Where YAML 1.1, which libyaml reads, and 1.2 differ, or the two readers do: tabs, control characters, line
#: breaks of Unicode; documents and directives; a colon at a bracket, comma or quotation mark; a question mark
#: or hyphen behind a bracket or comma; block texts that begin with an empty line or a comment.
_DOUBTFUL: Final = re.compile(
    r"\r(?!\n)|[^\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    r"|^(?:---|\.\.\.|%)|[{\[,]\s*[?:-]|:[,}\]{\[\"']|[\"'}\]]:\S|[|>][-+0-9]*(?:#|[ ]*\r?\n[ ]*\r?\n)",
    re.MULTILINE,
)


class _Doubt(Exception):
    """What is better read by the slower reader."""


def quick_items(text: str, kinds: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """The records of a YAML list, or None where the slower reader is to be asked.

    `kinds`: dotted paths of the members that are numbers or truths (schemas/plain_values.py).
    """
    if _DOUBTFUL.search(text):
        return None
    loader = CBaseLoader(text)
    try:
        return _Items(loader.get_event, kinds).read()
    except (_Doubt, YAMLError, UnicodeError):
        return None
    finally:
        loader.dispose()


class _Items:
    def __init__(self, following: Callable[[], Any], kinds: Mapping[str, str]) -> None:
        self._next = following
        self._kinds = kinds

    def read(self) -> list[dict[str, Any]]:
        """All records of a list that holds nothing else."""
        self._next()  # The stream begins.
        self._next()  # The document begins.
        if type(start := self._next()) is not SequenceStartEvent:
            raise _Doubt
        records = self._list(start, "", 0)
        self._next()  # The document ends.
        # Anything but a mapping is a fault, and so is a second document.
        if not _are_mappings(records) or type(self._next()).__name__ != "StreamEndEvent":
            raise _Doubt
        return records

    def _value(self, event: Any, path: str, depth: int) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            if event.anchor or event.tag:
                raise _Doubt
            return event.value if event.style else self._plain(event.value, path)
        if kind is MappingStartEvent:
            return self._mapping(event, path, depth + 1)
        if kind is SequenceStartEvent:
            return self._list(event, path, depth + 1)
        raise _Doubt

    def _plain(self, value: str, path: str) -> Any:
        if value in NULLS:
            return None
        kind = self._kinds.get(path)
        return converted(kind, value) if kind else value

    def _list(self, start: Any, path: str, depth: int) -> list[Any]:
        _require_plain(start, depth)
        members = []
        while type(event := self._next()) is not SequenceEndEvent:
            members.append(self._value(event, path, depth))
        return members

    def _mapping(self, start: Any, path: str, depth: int) -> dict[str, Any]:
        _require_plain(start, depth)
        members: dict[str, Any] = {}
        while type(event := self._next()) is not MappingEndEvent:
            if type(event) is not ScalarEvent or event.anchor or event.tag or event.value in members:
                raise _Doubt
            name = event.value
            members[name] = self._value(self._next(), f"{path}.{name}" if path else name, depth)
        return members


def _require_plain(start: Any, depth: int) -> None:
    if start.anchor or start.tag or depth >= DEEPEST:
        raise _Doubt


def _are_mappings(records: list[Any]) -> TypeGuard[list[dict[str, Any]]]:
    return all(type(record) is dict for record in records)
