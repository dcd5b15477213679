"""What languages and countries are called, by their codes."""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache

import pycountry
from langcodes.registry_parser import parse_registry

from schemas.base import Json

# langcodes does not type it.
_entries: Callable[[], Iterator[Json]] = parse_registry


@cache
def _registered() -> dict[tuple[str, str], str]:
    """What IANA's registry calls languages and scripts, by kind and code."""
    found = {}
    for entry in _entries():
        if entry["Type"] in ("language", "script"):
            names = entry["Description"]
            name = names[0] if isinstance(names, list) else names
            found[entry["Type"], entry["Subtag"].lower()] = str(name)
    return found


@lru_cache(maxsize=1024)
def language_name(tag: str) -> str:
    """What a language is called, with its script where the tag has one."""
    language, *rest = tag.split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    name = _registered().get(("language", language)) or tag
    return f"{name} ({_registered().get(('script', script.lower()), script)})" if script else name


def country_name(code: str | None) -> str | None:
    """What a country is called, by its ISO 3166 code."""
    if code is None:
        return None
    found = pycountry.countries.get(alpha_2=code) or pycountry.historic_countries.get(alpha_4=code)
    return str(getattr(found, "common_name", None) or found.name) if found else code
