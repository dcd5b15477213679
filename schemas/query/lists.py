"""Parameters that take any of several values, separated by commas or given one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..base import NO_SYNONYMS, Fault, Json
from ..fields import ID, CountryCode, LanguageTag, id_fault
from ..vocabularies import Vocabulary
from .reading import Parameter

#: Values that one parameter takes.
MOST_VALUES = 100


def _parts(text: str) -> list[str]:
    """The values of a list, each once."""
    parts = text.split(",")
    if len(parts) > MOST_VALUES:
        raise ValueError(Fault(f"has {len(parts)} values; at most {MOST_VALUES} are allowed"))
    return list(dict.fromkeys(parts))


def _each(text: str, fault: Callable[[str], str | None]) -> list[str]:
    parts = _parts(text)
    for part in parts:
        if wrong := fault(part):
            raise ValueError(wrong)
    return parts


def list_of_values(item: Json) -> Json:
    """JSON Schema of what one parameter takes, each value of which is an `item`."""
    return {"type": "array", "items": item, "minItems": 1, "maxItems": MOST_VALUES}


def listed(
    name: str, description: str, item: Json, fault: Callable[[str], str | None], example: str | None = None
) -> Parameter:
    """Values separated by commas, each free of what `fault` finds."""
    schema = list_of_values(item)
    return Parameter(name, description, schema, lambda text: _each(text, fault), listed=True, example=example)


def ids(name: str, description: str, example: str | None = None) -> Parameter:
    """Ids of records, any of."""
    found = listed(name, description, ID, id_fault, example)
    return replace(found, schema={"$ref": "#/components/schemas/Ids"})


def choices(
    name: str,
    description: str,
    names: Sequence[str],
    what: str,
    default: Sequence[str] | None = None,
    synonyms: Mapping[str, str] = NO_SYNONYMS,
    item: Json | None = None,
) -> Parameter:
    """Terms of a closed list, any of.

    `synonyms` are refused with the term that each stands for. `item`: the JSON Schema of one, where it is
    not to be listed here.
    """

    def fault(part: str) -> str | None:
        return None if part in names else Fault.of_choice(what, part, names, synonyms)

    item = item or {"type": "string", "enum": list(names)}
    found = listed(name, description, item, fault, names[0])
    return replace(found, default=default) if default else found


def terms(name: str, description: str, vocabulary: Vocabulary) -> Parameter:
    """Terms of a vocabulary, any of."""
    what = f"one of {vocabulary.name}"
    return choices(
        name, description, vocabulary.names, what, synonyms=vocabulary.synonyms, item=vocabulary.schema
    )


def languages(name: str, description: str) -> Parameter:
    """BCP 47 tags, any of."""
    return listed(name, description, {"type": "string", "maxLength": 35}, LanguageTag().fault, "en")


def countries(name: str, description: str) -> Parameter:
    """ISO 3166 codes, any of."""
    item = {"type": "string", "pattern": "^[A-Z]{2}([A-Z]{2})?$"}
    return listed(name, description, item, CountryCode().fault, "JP")
