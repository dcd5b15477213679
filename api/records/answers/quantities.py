"""What other claims state about the same: their quantities beside those of a claim, in one unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemas.base import Json

from ..core.agreement import Comparison, compared
from ..core.filters.measured import labelled, plain_label
from ..core.registry import CLAIM
from ..core.sql import joined, sql
from ..core.state import State
from ..read.ids import first_by_id
from ..read.index import StateIndex
from ..read.records import read_many, read_record, shown_in
from ..store.postings import union

#: Claims whose quantities are compared, at most: the first by id.
MOST_CLAIMS = 200


def read_quantities(state: State, claim_id: str) -> Json:
    """{`claim`, `quantities`: [{`quantity`, `compared`}], `truncated`}: each quantity of a claim beside those
    that have its label, of the claim itself and of claims that are about something that it is about.

    Raises NotFound, Gone or Merged as a read of the claim does.
    """
    return quantities_of(state, shown_in(state, read_record(state, CLAIM, claim_id).body))


def quantities_of(state: State, claim: Json) -> Json:
    """The same of a claim as it is served."""
    ids = _beside(state, claim)
    records = read_many(state, [i for i in ids if i != claim["id"]][:MOST_CLAIMS])
    others = [_Stating(claim), *(_Stating(shown_in(state, record.body)) for record in records)]
    return {
        "claim": others[0].reference,
        "quantities": [_beside_others(others, at) for at in range(len(claim["quantities"]))],
        "truncated": len(ids) > MOST_CLAIMS + 1,
    }


def _beside(state: State, claim: Json) -> list[str]:
    """Ids of claims that share a subject and a label with one, that among them."""
    about = [reference["id"] for reference in _subjects(claim)]
    if not about or not claim["quantities"]:
        return []
    index = StateIndex(state)
    subject = index.having(CLAIM.name, "about", sql("k.value IN ({about})", about=about))
    shown, sharing = index.sets([index.shown([CLAIM.name]), subject])
    labels = sorted({plain_label(quantity["of"]) for quantity in claim["quantities"]})
    condition = joined(" OR ", map(labelled, labels))
    terms = index.terms_of(shown & sharing, [CLAIM.name], "unit", sql("({any})", any=condition))
    found = union(numbers for *_, numbers in terms)
    return [i for i, _ in first_by_id(state, found, MOST_CLAIMS + 2)]


def _subjects(claim: Json) -> Iterator[Json]:
    for references in (claim["about"] or {}).values():
        yield from references


@dataclass(frozen=True)
class _Stating:
    """A claim that states quantities."""

    claim: Json

    @cached_property
    def reference(self) -> Json:
        """It as others show it."""
        return CLAIM.reference(self.claim["id"], self.claim[CLAIM.title], self.claim["meta"]["status"])

    @cached_property
    def subjects(self) -> list[str]:
        """The ids of what it is about."""
        return [reference["id"] for reference in _subjects(self.claim)]

    @cached_property
    def labelled(self) -> list[tuple[str, Json]]:
        """Its quantities with their labels, as these are compared."""
        return [(plain_label(quantity["of"]), quantity) for quantity in self.claim["quantities"]]

    @cached_property
    def year(self) -> str | None:
        """The year that it speaks of, else that in which it was said; None where that is more than one."""
        date = self.claim["valid"] or self.claim["said"] or {}
        first, last = ((date.get(end) or "")[:4] for end in ("earliest", "latest"))
        return first if first and first == last else None


def _beside_others(claims: Sequence[_Stating], at: int) -> Json:
    """A quantity of the first claim beside all others that have its label."""
    label, own = claims[0].labelled[at]
    return {"quantity": own, "compared": list(_compared(claims, label, own))}


def _compared(claims: Sequence[_Stating], label: str, own: Json) -> Iterator[Json]:
    first = claims[0]
    subjects = set(first.subjects)
    for other in claims:
        alike = [quantity for also, quantity in other.labelled if also == label and quantity is not own]
        if not alike:
            continue
        shown = {"claim": other.reference, "shared": [i for i in other.subjects if i in subjects]}
        valid = other.claim["valid"]
        otherwise = _of_other_times(first.claim["valid"], valid)
        for quantity in alike:
            found = compared(own, first.year, quantity, other.year)
            if found.why is None and otherwise:
                found = Comparison("not-compared", why=otherwise)
            yield {
                **shown,
                "quantity": quantity,
                "valid": valid,
                "year": other.year,
                **found._asdict(),
            }


def _of_other_times(one: Json | None, other: Json | None) -> str | None:
    """Why figures of these times cannot be compared; None where a time is not stated, or both may be one."""
    if one is None or other is None or _may_be_one(one, other):
        return None
    return f"it is of {one['edtf']}, the other of {other['edtf']}: another time may have another number"


def _may_be_one(one: Json, other: Json) -> bool:
    """Whether two dates may be the same time: both ends of two intervals; the day of two other dates. Of an
    interval and another date, the whole time in which that lies."""
    intervals = ["start" in date for date in (one, other)]
    if all(intervals):
        return all(_ends_meet(one[end], other[end]) for end in ("start", "end"))
    if any(intervals):
        return bool((one["earliest"], one["latest"]) == (other["earliest"], other["latest"]))
    return _meet(one, other)


def _ends_meet(one: Any, other: Any) -> bool:
    if "unknown" in (one, other):
        return True
    return one == other if isinstance(one, str) or isinstance(other, str) else _meet(one, other)


def _meet(one: Json, other: Json) -> bool:
    return bool(one["earliest"] <= other["latest"] and other["earliest"] <= one["latest"])
