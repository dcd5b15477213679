"""What languages and countries are called, by their codes.

In English by the registries of the codes; in other languages by CLDR, where it has a name.
"""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache

import pycountry
from langcodes.registry_parser import parse_registry

from api.http.languages import OWN
from schemas.base import Json

from .translating import locale_of, pgettext, spoken

#: Countries that are no more, of which CLDR knows nothing: the catalogues have them.
HISTORIC = ("CSHH", "DDDE", "SUHH", "YUCS")
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


def language_name(tag: str) -> str:
    """What a language is called, with its script where the tag has one."""
    return _language_name(spoken(), tag)


@lru_cache(maxsize=1024)
def _language_name(speaking: str, tag: str) -> str:
    language, *rest = tag.split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    name = _called(speaking, "language", language) or tag
    return f"{name} ({_called(speaking, 'script', script) or script})" if script else name


def _called(speaking: str, kind: str, code: str) -> str | None:
    """What a language or a script is called in a language."""
    if speaking != OWN:
        locale = locale_of(speaking)
        known = locale.languages if kind == "language" else locale.scripts
        if code in known:
            return str(known[code])
    return _registered().get((kind, code.lower()))


def country_name(code: str | None) -> str | None:
    """What a country is called, by its ISO 3166 code."""
    if code is None:
        return None
    if spoken() != OWN and (name := locale_of(spoken()).territories.get(code)):
        return str(name)
    found = pycountry.countries.get(alpha_2=code) or pycountry.historic_countries.get(alpha_4=code)
    name = str(getattr(found, "common_name", None) or found.name) if found else code
    return pgettext("country", name)
