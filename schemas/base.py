"""What every schema here shares: faults with advice, strict objects, and the surroundings of a rendering."""

import json
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from types import MappingProxyType
from typing import Any, Protocol

from marshmallow import RAISE, Schema, ValidationError, fields, missing, pre_load
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES_SCHEMA
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
    """An object of a record: unknown members are faults, computed ones are ignored on input.

    marshmallow keeps a ledger of faults for each member of each object. Most objects have none, and all are
    shown again and again: these ways know the members beforehand, which takes a third of the time.
    """

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

    # Reading

    def load(self, data: Any, *, many: Any = None, partial: Any = None, unknown: Any = None) -> Any:
        """The object in its input form. Raises ValidationError with all its faults."""
        if self._read and not (many or self.many or partial or unknown):
            try:
                return self.read(data)
            except ValidationError:
                pass  # There may be more of them, and each is to say where it stands.
        return super().load(data, many=many, partial=partial, unknown=unknown)

    def read(self, data: Any) -> Json:
        """What `load` returns of an object without faults. Raises ValidationError for any other."""
        if self._read is None:
            return dict(super().load(data))
        if not isinstance(data, dict):
            raise ValidationError(self.error_messages["type"])
        found: Json = {}
        for name, may_miss, may_be_null, read in self._read:
            value = data.get(name, missing)
            if value is None and may_be_null:
                found[name] = None
            elif value is missing and may_miss:
                continue
            elif value is None or value is missing:
                raise ValidationError("is required", name)
            else:
                found[name] = read(value)
        if len(found) < len(data) and not self.fields.keys() >= data.keys():
            raise ValidationError(UNKNOWN)
        for name in self._rules:
            getattr(self, name)(found)
        return found

    @cached_property
    def _read(self) -> list[tuple[str, bool, bool, Callable[[Any], Any]]] | None:
        """(name, whether it may be left out, whether it may be null, how it is read) of what is written; None
        where objects are changed when they are read."""
        if self._hooks[POST_LOAD] or len(self._hooks[PRE_LOAD]) > 1:
            return None
        return [
            (name, not field.required, bool(field.allow_none), getattr(field, "taken", field.deserialize))
            for name, field in self.load_fields.items()
        ]

    @cached_property
    def _rules(self) -> list[str]:
        """The methods that judge an object as a whole."""
        return [name for name, *_ in self._hooks[VALIDATES_SCHEMA]]

    # Showing

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """The object in its output form."""
        if many or self.many:
            return [self.dump(each) for each in obj]
        shown: Json = {}
        for name, default, show in self._show:
            value = obj.get(name, default)
            if value is not missing:
                shown[name] = show(value, name, obj) if show else value
        return shown

    @cached_property
    def _show(self) -> list[tuple[str, Any, Callable[[Any, str, Json], Any] | None]]:
        """(name, what stands for nothing, how it is shown where it is not shown as it is) of what is read."""
        return [(name, field.dump_default, _shown_by(field)) for name, field in self.dump_fields.items()]


def _shown_by(field: fields.Field[Any]) -> Callable[[Any, str, Json], Any] | None:
    return None if type(field)._serialize is fields.Field._serialize else field._serialize


UNKNOWN = ValueSchema.error_messages["unknown"]
