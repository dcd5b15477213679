"""Parameters that take one value: an id, a term, a truth, a number, a text, a tag, a unit."""

from collections.abc import Callable, Mapping, Sequence

from ..base import NO_SYNONYMS, Fault, Json, quoted
from ..fields import ID, LanguageTag, Text, id_fault
from ..quantity import DecimalText, UnitCode, decimal_fault
from .reading import Parameter


def one_id(name: str, description: str, example: str | None = None) -> Parameter:
    """The id of one record."""

    def read(text: str) -> str:
        if wrong := id_fault(text):
            raise ValueError(wrong)
        return text

    return Parameter(name, description, ID, read, example=example)


def choice(
    name: str,
    description: str,
    names: Sequence[str],
    default: str | None,
    synonyms: Mapping[str, str] = NO_SYNONYMS,
) -> Parameter:
    """One term of a closed list."""

    def read(text: str) -> str:
        if text not in names:
            raise ValueError(Fault.of_choice(f"one of {', '.join(names)}", text, names, synonyms))
        return text

    schema = {"type": "string", "enum": list(names)} | ({"default": default} if default else {})
    return Parameter(name, description, schema, read, default)


def flag(name: str, description: str, default: bool | None = None) -> Parameter:
    """`true` or `false`."""

    def read(text: str) -> bool:
        if text not in ("true", "false"):
            raise ValueError(Fault.of_choice("true or false", text, ("true", "false")))
        return text == "true"

    schema: Json = {"type": "boolean"} | ({"default": default} if default is not None else {})
    return Parameter(name, description, schema, read, default)


def number(name: str, description: str, least: int, most: int, default: int | None = None) -> Parameter:
    """A whole number from `least` to `most`."""

    def read(text: str) -> int:
        # str.isdigit also takes digits of other scripts; int() takes blanks and underscores.
        if not (text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most):
            raise ValueError(Fault(f"{quoted(text)} is not a whole number from {least} to {most}"))
        return int(text)

    schema: Json = {"type": "integer", "minimum": least, "maximum": most}
    return Parameter(
        name, description, schema | ({"default": default} if default is not None else {}), read, default
    )


def opaque(name: str, description: str) -> Parameter:
    """A token that this service gave out."""

    def read(text: str) -> str:
        if not text or not text.isascii():
            raise ValueError(Fault("is not a cursor of this service: take it from page.next"))
        return text

    return Parameter(name, description, {"type": "string", "minLength": 1, "format": "cursor"}, read)


def search_text(name: str, description: str, required: bool = False, longest: int = 500) -> Parameter:
    """What people type into a search box: any text, never syntax that can fail."""

    def read(text: str) -> str:
        if not text.strip():
            raise ValueError(Fault("must not be empty"))
        if len(text) > longest:
            raise ValueError(Fault(f"is {len(text)} characters long; at most {longest} are allowed"))
        return text.strip()

    schema = {"type": "string", "minLength": 1, "maxLength": longest, "format": "search-text"}
    return Parameter(name, description, schema, read, example="hoppo ryodo", required=required)


def language_range(name: str, description: str) -> Parameter:
    """A BCP 47 tag that also means those which begin with it (RFC 4647 §3.3.1)."""
    schema = {"type": "string", "maxLength": 35}
    return Parameter(name, description, schema, _checked(LanguageTag().fault), example="ja")


def unit(name: str, description: str) -> Parameter:
    """A UCUM code or an ISO 4217 currency."""
    return Parameter(name, description, UnitCode.read, _checked(UnitCode().fault), example="%")


def decimal(name: str, description: str) -> Parameter:
    """A decimal number."""
    return Parameter(name, description, DecimalText.read, _checked(decimal_fault), example="48.80")


def label(name: str, description: str) -> Parameter:
    """A short text."""
    text = Text(100)
    return Parameter(name, description, text.read, _checked(text.fault), example="turnout")


def _checked(fault: Callable[[str], str | None]) -> Callable[[str], str]:
    """What reads a text that `fault` finds nothing wrong with, as it is."""

    def read(text: str) -> str:
        if wrong := fault(text):
            raise ValueError(wrong)
        return text

    return read
