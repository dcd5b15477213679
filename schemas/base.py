"""What every schema here shares: faults with advice, strict objects, and the surroundings of a rendering."""

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import islice
from types import MappingProxyType
from typing import Any, Protocol

from marshmallow import RAISE, Schema, ValidationError, pre_load
from marshmallow.experimental.context import Context

Json = dict[str, Any]
NO_SYNONYMS: Mapping[str, str] = MappingProxyType({})
#: Unknown members of one object that are named: ten thousand faults help nobody.
MOST_UNKNOWN = 50


class Fault(str):
    """One thing wrong with an input, as a sentence, with what is allowed beside it.

    It is a string, so that marshmallow carries it like any message of its own.
    """

    allowed: tuple[str, ...]
    did_you_mean: str | None

    def __new__(cls, detail: str, allowed: Iterable[str] = (), did_you_mean: str | None = None) -> "Fault":
        fault = super().__new__(cls, detail)
        fault.allowed = tuple(allowed)
        fault.did_you_mean = did_you_mean
        return fault

    @classmethod
    def of_choice(
        cls, what: str, given: object, allowed: Iterable[str], synonyms: Mapping[str, str] = NO_SYNONYMS
    ) -> "Fault":
        """The fault of a value outside a closed list; suggests the nearest one, also by its `synonyms`."""
        choices = tuple(allowed)
        shown = quoted(given)
        near = nearest(given, choices, synonyms)
        hint = f'; did you mean "{near}"?' if near else ""
        return cls(f"{shown} is not {what}{hint}", choices, near)


def quoted(value: object) -> str:
    """A value as shown in a message, printable, 80 characters at most: a text in double quotes, else JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    shown = text if len(text) <= 80 else text[:77] + "…"
    if not shown.isprintable():
        shown = shown.encode("unicode_escape").decode("ascii")
    return f'"{shown}"' if isinstance(value, str) else shown


def counted(number: int, noun: str) -> str:
    """`1 fault`, `2 faults`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def nearest(given: object, choices: Iterable[str], synonyms: Mapping[str, str] = NO_SYNONYMS) -> str | None:
    """The choice that is most like what was given, or that has the `synonyms` (word: choice) most like it.

    Case does not matter, nor what parts words. None where nothing is near.
    """
    named = {_plain(choice): choice for choice in choices}
    meant = {word: choice for word, choice in synonyms.items() if choice in named.values()} | named
    # difflib is quadratic in the length of its input; no term of ours is longer than 64.
    matches = get_close_matches(_plain(str(given)[:64]), meant, n=1, cutoff=0.6)
    return meant[matches[0]] if matches else None


def _plain(text: str) -> str:
    return text.casefold().replace("_", "-").replace(" ", "-")


def faults_of(errors: Any, pointer: str = "") -> list[tuple[str, str]]:
    """Marshmallow's tree of messages as (JSON pointer, message) pairs in document order."""
    if isinstance(errors, Mapping):
        pairs: list[tuple[str, str]] = []
        for key, below in errors.items():
            step = "" if key == "_schema" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            pairs += faults_of(below, pointer + step)
        return pairs
    if isinstance(errors, str):
        return [(pointer, errors)]
    return [pair for message in errors for pair in faults_of(message, pointer)]


class Surroundings(Protocol):
    """What a rendering asks of the rest of the record."""

    def reference(self, record_id: str) -> Json:
        """The wire form of a reference to `record_id`."""

    def source_address(self, record_id: str) -> str | None:
        """The URL of a source, for deep links into it."""

    def check_of(self, citation: Json) -> Json:
        """The last check {`status`, `checked`} of a citation of `source` at `locator`."""


Rendering = Context[Surroundings]


class ValueSchema(Schema):
    """An object of a record: unknown members are faults, computed ones are ignored on input."""

    class Meta:
        unknown = RAISE

    @pre_load
    def _members_to_read(self, value: Any, **_: Any) -> Any:
        # A write accepts what a read returns: computed members inside a value are no fault.
        if not isinstance(value, Mapping):
            return value
        known = {k: v for k, v in value.items() if k in self.load_fields}
        unknown = ((k, v) for k, v in value.items() if k not in self.fields)
        return known | dict(islice(unknown, MOST_UNKNOWN))

    def handle_error(self, error: ValidationError, data: Any, **_: Any) -> None:
        """Say of an unknown member which ones there are; replaces marshmallow's bare message."""
        if not isinstance(error.messages, dict):
            return
        for name, messages in error.messages.items():
            if messages == [UNKNOWN]:
                messages[0] = Fault.of_choice("a member here", name, self.load_fields)

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """A member of a document; marshmallow would look for attributes of objects too."""
        return obj.get(attr, default)

    error_messages = {
        "unknown": "unknown member",
        "type": "must be an object",
    }


UNKNOWN = ValueSchema.error_messages["unknown"]
