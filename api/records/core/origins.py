"""Where a claim comes from: documents, their descent, and how many independent voices there are.

Works on any graph of documents, so that it can be tested apart from the tables.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

#: All of the document rests on its parent; `quotes` means that only a part does.
WHOLLY = frozenset({"republishes", "translates", "summarises"})


@dataclass(frozen=True)
class Document:
    """A source as far as descent is concerned; `parents` are (id, how)."""

    id: str
    publishers: tuple[str, ...]
    parents: tuple[tuple[str, str], ...]
    withdrawn: bool = False
    held: bool = False

    @property
    def voices(self) -> set[str]:
        """Any of whom accounts for it: its publishers; without one it is a voice of its own."""
        return set(self.publishers) or {self.id}


class Documents(Protocol):
    """Finds documents; ids are those of survivors."""

    def document(self, source: str) -> Document:
        """The document of that id."""


#: Documents that one may descend from.
MOST_ANCESTORS = 300


def ancestors(documents: Documents, source: str) -> Iterator[str]:
    """The source itself and all that it descends from by any edge, nearest first, each once."""
    found, seen = [source], {source}
    for current in found:
        yield current
        parents = [parent for parent, _ in documents.document(current).parents if parent not in seen]
        found += dict.fromkeys(parents)
        seen.update(parents)


def ancestry(documents: Documents, source: str) -> list[str]:
    """The same as a list."""
    return list(ancestors(documents, source))


def origins_of(documents: Documents, source: str) -> list[str]:
    """The documents without a wholly-parent that a source goes back to; withdrawn ones left out."""
    seen, queue, origins = {source}, [source], []
    for current in queue:
        document = documents.document(current)
        parents = [parent for parent, how in document.parents if how in WHOLLY]
        if not parents and not document.withdrawn:
            origins.append(current)
        queue += [parent for parent in dict.fromkeys(parents) if parent not in seen]
        seen.update(parents)
    return sorted(origins)


def stands_for(documents: Documents, source: str, chain: Sequence[str]) -> str:
    """The document that a citation of `source` stands for, in a claim with this chain of documents:
    the first in the chain that the source is or descends from, else the source."""
    behind = set(ancestors(documents, source))
    return next((document for document in chain if document in behind), source)


@dataclass(frozen=True)
class Provenance:
    """What stands behind a claim."""

    count: int
    sources: list[str]


def provenance_of(documents: Documents, cited: Iterable[str], chain: Sequence[str]) -> Provenance:
    """Origins of a claim that cites `cited` and came through the documents of `chain`.

    A citation of a withdrawn document counts for nothing, whatever that came from.
    """
    standing = [source for source in cited if not documents.document(source).withdrawn]
    behind = {stands_for(documents, source, chain) for source in standing}
    origins = [origins_of(documents, document) for document in sorted(behind)]
    voices = [set().union(*(documents.document(o).voices for o in some)) for some in origins if some]
    return Provenance(fewest(voices), sorted({o for some in origins for o in some}))


def fewest(choices: Sequence[set[str]]) -> int:
    """Size of the smallest set that has a member in common with each of `choices`.

    A minimum hitting set. Choices of one decide themselves, and one that contains another adds
    nothing; what real chains leave after that is a handful.
    """
    minimal = [c for c in _distinct(choices) if not any(o < c for o in choices)]
    forced = {next(iter(c)) for c in minimal if len(c) == 1}
    rest = [c for c in minimal if not c & forced]
    return len(forced) + sum(_fewest_of_group(group) for group in _groups(rest))


def _distinct(choices: Sequence[set[str]]) -> list[set[str]]:
    return [set(c) for c in {frozenset(c) for c in choices}]


def _groups(choices: list[set[str]]) -> list[list[set[str]]]:
    """The choices in groups that share nothing with one another."""
    groups: list[list[set[str]]] = []
    for choice in choices:
        touching = [g for g in groups if any(c & choice for c in g)]
        groups = [g for g in groups if g not in touching]
        groups.append([choice, *(c for g in touching for c in g)])
    return groups


#: Combinations tried before the answer falls back to the greedy bound; no real claim comes near.
_MOST_TRIALS = 50_000


def _fewest_of_group(group: list[set[str]]) -> int:
    greedy = _greedy(group)
    # Of members that hit the same choices one is enough.
    hits = {frozenset(i for i, c in enumerate(group) if m in c) for c in group for m in c}
    useful = [h for h in hits if not any(h < other for other in hits)]
    trials = 0
    for size in range(1, greedy):
        for some in combinations(useful, size):
            trials += 1
            if trials > _MOST_TRIALS:
                return greedy
            if len(frozenset().union(*some)) == len(group):
                return size
    return greedy


def _greedy(group: list[set[str]]) -> int:
    left, size = list(group), 0
    while left:
        members = sorted({m for c in left for m in c})
        best = max(members, key=lambda m: sum(m in c for c in left))
        left, size = [c for c in left if best not in c], size + 1
    return size
