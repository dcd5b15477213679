"""Judgements of a claim: the editors' own, and those that others published, in their own words."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.base import Json

from .citations import Citation, citations
from .dates_in_words import When, when
from .links import Link, link_to, optional_link
from .record_texts import Text
from .translating import _
from .words import assessment, number, term


@dataclass(frozen=True)
class Assessment:
    """The editors' view; `by`: who of them assessed, where that is not all."""

    label: str
    said: str
    note: str | None
    by: Link | None
    assessed: str | None
    citations: list[Citation]


@dataclass(frozen=True)
class Review:
    """Somebody else's judgement. `label`: the rating as printed; `number`: its number on its own scale;
    `status`: what it comes to in our words."""

    by: Link
    label: Text | None
    number: str | None
    source: Link | None
    when: When | None
    status: str | None


def assessed(found: Json | None) -> Assessment | None:
    """The editors' view of a claim as served."""
    if found is None:
        return None
    status = found["status"]
    return Assessment(
        term(status),
        assessment(status),
        found["note"],
        optional_link(found["by"]),
        found["assessed"],
        citations(found["citations"]),
    )


def reviews(found: Iterable[Json]) -> list[Review]:
    """Judgements of others, as served."""
    return [_review(review) for review in found]


def _review(review: Json) -> Review:
    rating, status, source = review["rating"] or {}, review["status"], review["source"]
    language = (source or {}).get("language") or "und"
    return Review(
        link_to(review["by"]),
        Text(rating["label"], language) if rating.get("label") else None,
        _number(rating),
        optional_link(source),
        when(review["when"]),
        assessment(status) if status else None,
    )


_NUMBERS = ("value", "best", "worst")


def _number(rating: Json) -> str | None:
    """A rating as a number, with the ends of its scale where they are known."""
    known = {name: number(rating[name]) for name in _NUMBERS if rating.get(name) is not None}
    if "value" not in known:
        return None
    ends = {
        frozenset(("best", "worst")): _("%(value)s (the best is %(best)s, the worst %(worst)s)"),
        frozenset(("best",)): _("%(value)s (the best is %(best)s)"),
        frozenset(("worst",)): _("%(value)s (the worst is %(worst)s)"),
    }
    return ends.get(frozenset(known.keys() - {"value"}), "%(value)s") % known
