"""What sources say of single facts about a party or a place, each fact beside the passages that say it."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.base import Json

from .citations import Citation, citations
from .dates_in_words import When, when
from .links import Link, link_to, optional_link
from .record_texts import text_of
from .translating import N_, _
from .words import term

#: What the members that attributes speak of are called on pages.
_MEMBERS = {
    "memberships": N_("Member of"),
    "part_of": N_("Part of"),
    "predecessors": N_("Follows"),
    "claimed_by": N_("Claimed by"),
    "administered_by": N_("Administered by"),
}


@dataclass(frozen=True)
class CitedFact:
    """A fact with the passages that say it: what it is called, in which language where that is the record's
    text, the record that it names, when it held."""

    name: str
    language: str | None
    is_quoted: bool
    link: Link | None
    held: When | None
    citations: list[Citation]


def cited_attributes(record: Json) -> list[CitedFact]:
    """The attributes of a record."""
    return [
        CitedFact(
            _(_MEMBERS[one["member"]]) if one["member"] in _MEMBERS else term(one["member"]),
            None,
            False,
            link_to(one["value"]),
            when(one["held"]),
            citations(one["citations"]),
        )
        for one in record["attributes"]
    ]


def cited_offices(offices: Iterable[Json]) -> list[CitedFact]:
    """The offices for which something is cited."""
    found = []
    for office in offices:
        if office["citations"]:
            title, of = text_of(office, "title"), optional_link(office["of"])
            cited = citations(office["citations"])
            found.append(CitedFact(title.text, title.language, True, of, when(office["held"]), cited))
    return found
