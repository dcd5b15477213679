"""Language tags: BCP 47 (RFC 5646), in the one canonical spelling of each."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from langcodes import standardize_tag
from langcodes.registry_parser import parse_registry
from langcodes.tag_parser import LanguageTagError, parse_tag

from .base import Fault, Json, quoted

#: The language of the API, and of what the record itself says.
OWN = "en"
_FORM = "write one such as en, ja or ja-Latn"
_FREE = ("extension", "private")
# langcodes does not type these two.
_entries: Callable[[], Iterator[Json]] = parse_registry
_parts: Callable[[str], list[tuple[str, str]]] = parse_tag


@lru_cache(maxsize=1)
def _registry() -> dict[tuple[str, str], Json]:
    """IANA's registry, by the type and the lower case of each tag, subtag or range of subtags.

    langcodes itself follows CLDR, which reads countries that are no more as today's: sr-CS as sr-RS.
    """
    return {(e["Type"], str(e.get("Subtag") or e["Tag"]).lower()): e for e in _entries()}


@lru_cache(maxsize=1)
def _ranges() -> list[tuple[str, str, str]]:
    """(type, first, last) of the subtags for private use, such as qaa..qtz."""
    spans = ((kind, name.partition("..")) for kind, name in _registry() if ".." in name)
    return [(kind, first, last) for kind, (first, _, last) in spans]


@lru_cache(maxsize=1024)
def language_tag_fault(tag: str) -> str | None:
    """What is wrong with a tag, as a sentence that names the right one where there is one, or None."""
    canonical = _canonical(tag)
    if canonical == tag:
        return None
    if canonical:
        return Fault(f'{quoted(tag)} is written "{canonical}"', did_you_mean=canonical)
    near = _meant(tag)
    advice = f'did you mean "{near}"?' if near else _FORM
    return Fault(f"{quoted(tag)} is no BCP 47 language tag: {advice}", did_you_mean=near)


def _meant(tag: str) -> str | None:
    """The tag of what other systems write as eng, en_GB or en-UK."""
    try:
        near = standardize_tag(tag)
    except LanguageTagError:
        return None
    return near if _canonical(near) == near else None


def _canonical(tag: str) -> str | None:
    """A registered tag in its canonical form (RFC 5646 §4.5); None for any other."""
    for kind in ("grandfathered", "redundant"):
        if known := _registry().get((kind, tag.lower())):
            return str(known.get("Preferred-Value") or known["Tag"])
    try:
        parts = [] if "_" in tag else _parts(tag)
    except LanguageTagError:
        return None
    if tag.lower().startswith("x-"):
        return tag.lower()
    if not parts or _repeats(parts):
        return None
    subtags = [_preferred(kind, subtag, tag.lower()) for kind, subtag in parts]
    if None in subtags:
        return None
    # An extended language stands for itself: zh-yue is yue.
    first = 1 if len(parts) > 1 and parts[1][0] == "extlang" else 0
    return "-".join(filter(None, subtags[first:]))


def _repeats(parts: list[tuple[str, str]]) -> bool:
    """Whether a variant or a kind of extension stands twice, or two extended languages do."""
    once = [subtag[0] if kind == "extension" else subtag for kind, subtag in parts if kind != "territory"]
    kinds = [kind for kind, _ in parts]
    return len(once) != len(set(once)) or kinds.count("extlang") > 1


def _preferred(kind: str, subtag: str, tag: str) -> str | None:
    """A subtag as the registry prefers it; None where it has no such one."""
    if kind in _FREE:
        return subtag
    kind, name = kind.replace("territory", "region"), subtag.lower()
    known = _registry().get((kind, name))
    if known is None:
        return subtag if any(kind == k and a <= name <= b for k, a, b in _ranges()) else None
    if kind == "extlang" and tag.partition("-")[0] not in known["Prefix"]:
        return None
    return str(known.get("Preferred-Value") or subtag)
