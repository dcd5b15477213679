"""How a claim stands, each standing with its reason in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.base import Json

from .links import Link, link_to, links_to
from .translating import N_, _, ngettext
from .words import term

#: Marks beside the words, for the eye; the words say it all.
_MARKS = {
    "single-origin": "①",
    "several-origins": "②",
    "unsupported": "∅",
    "contested": "⇄",
    "superseded": "↷",
}
_SAID = {
    "unsupported": N_("No origin is left: the documents on which it rested were withdrawn."),
    "contested": N_("Published claims say otherwise:"),
    "superseded": N_("Another claim has taken its place:"),
    "single-origin": N_("Reported by one voice:"),
}
_CONTESTING = ("contradicts", "contradicted-by")
_SUPERSEDING = ("superseded-by", "corrected-by")


@dataclass(frozen=True)
class Standing:
    """One standing: what it is called, the reason, and what the reason rests on."""

    name: str
    mark: str
    label: str
    reason: str
    because_of: list[tuple[list[Link], Link | None]]
    #: How many of these stand beside the reason.
    most: int = 8


def standings(claim: Json, voices: dict[str, list[Json]]) -> list[Standing]:
    """A claim's standing; `voices`: the publishers of each source, as references."""
    return [
        Standing(name, _MARKS.get(name, "•"), term(name), _reason(name, claim), _because(name, claim, voices))
        for name in claim["standing"]
    ]


def _reason(name: str, claim: Json) -> str:
    if name == "several-origins":
        return _several(claim["origins"]["count"])
    return _(_SAID[name]) if name in _SAID else ""


def _several(number: int) -> str:
    text = ngettext(
        "Reported by %(num)s independent voice, which does not make it so:",
        "Reported by %(num)s independent voices, which does not make it so:",
        number,
    )
    return text % {"num": number}


def _because(name: str, claim: Json, voices: dict[str, list[Json]]) -> list[tuple[list[Link], Link | None]]:
    if name in ("single-origin", "several-origins"):
        return [_voice(source, voices) for source in claim["origins"]["sources"]]
    if name == "contested":
        return [([link], None) for link in links_to(_related(claim, _CONTESTING))]
    if name == "superseded":
        return [([link], None) for link in links_to(_related(claim, _SUPERSEDING))]
    return []


def _voice(source: Json, voices: dict[str, list[Json]]) -> tuple[list[Link], Link | None]:
    """(whose voice it is, the document), where a publisher is known."""
    publishers = links_to(voices.get(source["id"], ()))
    return (publishers, link_to(source)) if publishers else ([link_to(source)], None)


def _related(claim: Json, types: Iterable[str]) -> list[Json]:
    both = [*claim["relations"], *claim["inverse_relations"]]
    return [r["claim"] for r in both if r["type"] in types and r["claim"].get("status") is None]
