"""What one side answers to one question: how often each stance was taken, when first and last, and the first
claims in time. Made from rows where there are few answers, else from sets of numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from pyroaring import BitMap

from ..core.registry import CLAIM
from ..core.sql import sql
from ..read.index import StateIndex, among
from ..store.postings import union

#: Claims shown of a cell; `href` leads to all of them.
MOST_CLAIMS = 100


class Held(NamedTuple):
    """A claim's answer to a question, at its place in time; `side` is None for what is stated as fact.

    `doubted`: whether the date itself is in doubt, so that nothing surely comes before or after it.
    """

    missing: int
    earliest: str
    latest: str
    claim: str
    question: str
    stance: str
    doubted: int
    side: str | None


@dataclass(frozen=True)
class Stance:
    """A stance and how many claims take it; the first and the last of them that are dated."""

    stance: str
    claims: int
    ends: Sequence[str]


@dataclass(frozen=True)
class Cell:
    """The answers of a side to a question: how many, the stances in the order of time, the first claims as
    (stance, claim), and whether one stance surely follows another: every day that it may have been taken on
    comes later."""

    total: int
    stances: Sequence[Stance]
    first: Sequence[tuple[str, str]]
    changed: bool

    @property
    def claims(self) -> Iterator[str]:
        """Every claim that is named."""
        yield from (claim for _, claim in self.first)
        for stance in self.stances:
            yield from stance.ends


def cell_of_rows(answers: Sequence[Held]) -> Cell:
    """The cell of answers in the order of time."""
    counts: dict[str, int] = {}
    ends: dict[str, list[str]] = {}
    for held in answers:
        counts[held.stance] = counts.get(held.stance, 0) + 1
        if not held.missing:
            ends[held.stance] = [*ends.get(held.stance, [])[:1], held.claim]
    certain = [held for held in answers if not held.missing and not held.doubted]
    return Cell(
        len(answers),
        [Stance(stance, number, ends.get(stance, ())) for stance, number in counts.items()],
        [(held.stance, held.claim) for held in answers[:MOST_CLAIMS]],
        _changed((held.stance, held.earliest, held.latest) for held in certain),
    )


def _changed(certain: Iterable[tuple[str, str, str]]) -> bool:
    """Whether a stance was surely taken after another had been; of (stance, earliest, latest)."""
    begun: dict[str, str] = {}
    ended: dict[str, str] = {}
    for stance, earliest, latest in certain:
        begun[stance] = max(earliest, begun.get(stance, earliest))
        ended[stance] = min(latest, ended.get(stance, latest))
    return any(
        earliest > latest
        for later, earliest in begun.items()
        for stance, latest in ended.items()
        if stance != later
    )


# Of many answers


class _Day(NamedTuple):
    """A place in time with the numbers of its claims, and of those that are surely there."""

    missing: int
    earliest: str
    latest: str
    numbers: BitMap
    certain: BitMap


@dataclass(frozen=True)
class CellsOfSets:
    """What makes cells of the numbers of claims."""

    index: StateIndex

    @cached_property
    def _days(self) -> list[_Day]:
        """All places in time at which something was said, in order; then none."""
        calendar, days = self.index.calendar([CLAIM.name], "said", certain=True), []
        for (earliest, latest), same in groupby(calendar.days, lambda day: day[:2]):
            some = list(same)
            numbers = union(day.numbers for day in some)
            certain = union(day.numbers for day in some if day.low)
            days.append(_Day(0, earliest, latest, numbers, certain))
        return [*days, _Day(1, "", "", calendar.undated, BitMap())]

    def cell(self, stances: Mapping[str, BitMap]) -> Cell:
        """The cell of the numbers of the claims that take each stance."""
        everyone = union(stances.values())
        days = [day for day in self._days if not day.numbers.isdisjoint(everyone)]
        ids = self._ids(union(self._needed(stances, days)) & everyone)
        first = self._first(stances, days, ids)
        found = [
            (self._place(numbers, days, ids), Stance(stance, len(numbers), self._ends(numbers, days, ids)))
            for stance, numbers in stances.items()
        ]
        return Cell(
            sum(map(len, stances.values())),
            [stance for _, stance in sorted(found, key=lambda pair: (pair[0], pair[1].stance))],
            first,
            _changed(
                (stance, day.earliest, day.latest)
                for stance, numbers in stances.items()
                for day in days
                if not day.certain.isdisjoint(numbers)
            ),
        )

    def _needed(self, stances: Mapping[str, BitMap], days: Sequence[_Day]) -> Iterator[BitMap]:
        """Numbers whose ids are needed: of the first days, until there are enough, and of each stance's first
        and last."""
        enough = 0
        everyone = union(stances.values())
        for day in days:
            if enough >= MOST_CLAIMS:
                break
            yield day.numbers
            enough += len(day.numbers & everyone)
        for numbers in stances.values():
            at = [day for day in days if not day.numbers.isdisjoint(numbers)]
            dated = [day for day in at if not day.missing]
            yield from (day.numbers & numbers for day in (at[0], *dated[:1], *dated[-1:]))

    def _ids(self, numbers: BitMap) -> dict[int, str]:
        query = sql("SELECT n.id, n.record FROM search_row n WHERE {those}", those=among("n.id", numbers))
        return {row[0]: row[1] for row in self.index.state.rows(query)}

    def _first(
        self, stances: Mapping[str, BitMap], days: Sequence[_Day], ids: Mapping[int, str]
    ) -> list[tuple[str, str]]:
        """(stance, claim) of the first claims in the order of time."""
        found: list[tuple[str, str]] = []
        for day in days:
            if len(found) >= MOST_CLAIMS:
                break
            here = [(ids[n], stance) for stance, some in stances.items() for n in day.numbers & some]
            found += [(stance, claim) for claim, stance in sorted(here)]
        return found[:MOST_CLAIMS]

    def _place(self, numbers: BitMap, days: Sequence[_Day], ids: Mapping[int, str]) -> tuple[int, str]:
        """What a stance is sorted by: the place in time and the id of the first claim that takes it."""
        place, day = next((i, day) for i, day in enumerate(days) if not day.numbers.isdisjoint(numbers))
        return place, min(ids[n] for n in day.numbers & numbers)

    def _ends(self, numbers: BitMap, days: Sequence[_Day], ids: Mapping[int, str]) -> list[str]:
        """The first and the last dated claim among some; one alone is both."""
        at = [day.numbers & numbers for day in days if not day.missing]
        at = [some for some in at if some]
        if not at:
            return []
        if sum(map(len, at)) == 1:
            return [ids[at[0][0]]]
        return [min(ids[n] for n in at[0]), max(ids[n] for n in at[-1])]
