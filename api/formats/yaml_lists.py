"""YAML lists of records, read from events: every value with its place, every scalar a string."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from schemas.strict_json import DEEPEST


class Place(NamedTuple):
    """Where a value stands in its file.

    `line` is that of the member's name, from 1; `start`, `end` and `column` are those of the value,
    from 0, in characters; `flow` says that it is a mapping or list in brackets.
    """

    line: int
    start: int
    end: int
    column: int
    flow: bool


class UnreadableError(ValueError):
    """What ends the reading of a file, or of one record of it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


def line_at(text: str, position: int) -> int:
    return len(re.findall(r"\r\n|\r|\n", text[:position])) + 1


def _truth(value: str) -> bool | None:
    return {"true": True, "false": False}.get(value)


def _integer(value: str) -> int | None:
    return int(value) if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", value, re.ASCII) else None


def _number(value: str) -> int | float | None:
    # The decimals of any double-precision number, written out.
    plain = re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,350})?", value, re.ASCII)
    if plain is None:
        return None
    return float(value) if "." in value else int(value)


#: How a value that is no text is read; what is not of its kind stays a string, so that the schema says what
#: is allowed.
_CONVERTED: Final[dict[str, Callable[[str], Any]]] = {
    "boolean": _truth,
    "integer": _integer,
    "number": _number,
}


#: What is nothing, where it stands without quotation marks.
NULLS: Final = frozenset({"", "~", "null"})


def converted(kind: str, value: str) -> Any:
    """A plain scalar as the number or truth that it is to be; itself where it is none."""
    found = _CONVERTED[kind](value)
    return value if found is None else found


# What is left out says where documents begin and end.
_EVENTS: Final = (NodeEvent, SequenceEndEvent, MappingEndEvent, StreamEndEvent)


class ListReader:
    """The items of a YAML list, from ruamel.yaml's events: values with their places, and faults.

    Built from events because nodes and round-trip objects have lost by then what we must refuse
    (aliases, doubled names) or know (how a scalar was written). `kinds`: dotted paths of the members that are
    numbers or truths (schemas/plain_values.py).
    """

    def __init__(self, text: str, kinds: Mapping[str, str], first_line: int) -> None:
        self._text = text
        self._kinds = kinds
        self._first_line = first_line
        self._events = self._parsed()
        self._places: dict[str, Place] = {}
        self.faults: list[tuple[int, str, str]] = []

    def items(self) -> Iterator[tuple[Any, dict[str, Place]]]:
        """Each item and the places of all values in it, by JSON pointer from the item on."""
        start = next(self._events)
        if isinstance(start, StreamEndEvent) or _is_null(start):
            return
        if not isinstance(start, SequenceStartEvent):
            raise UnreadableError(self._line(start), "the file is a list of records: `- id: …`")
        for event in self._until(SequenceEndEvent):
            self._places = {}
            yield self._value(event, "", self._line(event), 1), self._places
        beyond = next(self._events)
        if not isinstance(beyond, StreamEndEvent):
            raise UnreadableError(self._line(beyond), "a second YAML document: one list a file")

    def fault(self, line: int, pointer: str, message: str) -> None:
        self.faults.append((line, pointer, message))

    def _parsed(self) -> Iterator[Event]:
        try:
            for event in YAML(typ="safe", pure=True).parse(self._text):
                if isinstance(event, _EVENTS):
                    yield event
        except MarkedYAMLError as error:
            raise self._syntax_error(error) from error
        except ReaderError as error:
            line = self._first_line + line_at(self._text, error.position) - 1
            raise UnreadableError(line, f"a control character (U+{error.character:04X})") from error

    def _syntax_error(self, error: MarkedYAMLError) -> UnreadableError:
        problem = error.problem or error.context or "not YAML"
        mark = error.problem_mark or error.context_mark
        for words, explained in _EXPLAINED.items():
            if words in problem:
                problem = explained
        # The line where a quotation mark or bracket was opened says more than where the file ends.
        if error.context_mark and ("not closed" in problem):
            mark = error.context_mark
        return UnreadableError(self._first_line + (mark.line if mark else 0), problem)

    def _line(self, event: Event) -> int:
        return self._first_line + int(event.start_mark.line)

    def _until(self, end: type[Event]) -> Iterator[Event]:
        for event in self._events:
            if isinstance(event, end):
                self._end = event
                return
            yield event

    def _value(self, event: Event, pointer: str, line: int, depth: int) -> Any:
        # The time that ruamel.yaml takes for open brackets grows with the square of their number.
        if depth > DEEPEST:
            raise UnreadableError(self._line(event), f"nested more than {DEEPEST} levels deep")
        self._refuse_machinery(event, pointer)
        value: Any = None
        end = event
        if isinstance(event, ScalarEvent):
            value = self._scalar(event, pointer)
        elif isinstance(event, SequenceStartEvent):
            value = self._list(pointer, depth)
            end = self._end
        elif isinstance(event, MappingStartEvent):
            value = self._mapping(pointer, depth)
            end = self._end
        start_mark, end_mark = event.start_mark, end.end_mark
        flow = bool(getattr(event, "flow_style", False))
        self._places[pointer] = Place(line, start_mark.index, end_mark.index, start_mark.column, flow)
        return value

    def _refuse_machinery(self, event: Event, pointer: str) -> None:
        line = self._line(event)
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, AliasEvent):
            self.fault(line, pointer, f"an alias (*{anchor}): write the value out")
        elif anchor:
            self.fault(line, pointer, f"an anchor (&{anchor}): remove it, aliases are not read")
        if tag:
            self.fault(line, pointer, f"a tag ({tag}): remove it")

    def _list(self, pointer: str, depth: int) -> list[Any]:
        return [
            self._value(event, f"{pointer}/{index}", self._line(event), depth + 1)
            for index, event in enumerate(self._until(SequenceEndEvent))
        ]

    def _mapping(self, pointer: str, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for event in self._until(MappingEndEvent):
            name = self._name(event, pointer, depth)
            line = self._line(event)
            member = f"{pointer}/{_escaped(name)}"
            places = self._places
            if name in members:
                self.fault(line, member, f"`{name}` stands here twice")
                self._places = {}
            value = self._value(next(self._events), member, line, depth + 1)
            # The first of a doubled name counts, with the places inside it.
            self._places = places
            members.setdefault(name, value)
        return members

    def _name(self, event: Event, pointer: str, depth: int) -> str:
        if isinstance(event, ScalarEvent):
            self._refuse_machinery(event, pointer)
            return self._characters(event, pointer)
        raise UnreadableError(self._line(event), "the name of a field is one word")

    def _scalar(self, event: ScalarEvent, pointer: str) -> Any:
        if _is_null(event):
            return None
        value = self._characters(event, pointer)
        if event.style:
            return value
        path = ".".join(step for step in pointer.split("/")[1:] if not step.isdigit())
        kind = self._kinds.get(path)
        return converted(kind, value) if kind else value

    def _characters(self, event: ScalarEvent, pointer: str) -> str:
        value = str(event.value)
        try:
            value.encode()
        except UnicodeEncodeError:
            self.fault(self._line(event), pointer, "half of a surrogate pair (\\ud800 to \\udfff)")
            return value.encode("utf-8", "replace").decode()
        return value


_EXPLAINED: Final = {
    "found character '\\t'": "a tab: indent with spaces",
    "mapping values are not allowed here": (
        "`: ` inside a value, or a wrong indentation: put the value in quotes"
    ),
    "found unexpected end of stream": "a quotation mark that is not closed",
    "expected ',' or '}'": "a bracket { that is not closed, or a comma that is missing in it",
    "expected ',' or ']'": "a bracket [ that is not closed, or a comma that is missing in it",
    "found '?'": "a value in brackets that begins with a question mark: put it in quotes",
    "could not find expected ':'": "a name without `: ` behind it, or a wrong indentation",
    "expected <block end>": "a wrong indentation, or text behind a closing quotation mark",
}


def _is_null(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and not event.style and event.value in NULLS


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
