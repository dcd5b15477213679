"""Whole records one after another: all of a state, or dossiers with all that they name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from schemas.query import Query

from ..core.registry import DOSSIER, TYPES, RecordType
from ..core.sql import sql
from ..core.state import State
from ..store.postings import union
from .index import StateIndex, among
from .select import resolve, selection

#: Records that are in memory at once, and numbers of which something is asked at once.
_AT_ONCE, _ASKED_AT_ONCE = 100, 500
_BODIES = """
SELECT r.body FROM search_row n CROSS JOIN {records} r ON r.id = n.record AND {shows}
WHERE {those} ORDER BY n.id
"""
#: What records name; of what was merged, the survivor too, which is shown in its place.
_NAMED = """
SELECT u.target FROM reference u WHERE {those} AND {holds}
UNION SELECT n.id FROM reference u CROSS JOIN search_row t ON t.id = u.target
CROSS JOIN record m ON m.id = t.record CROSS JOIN search_row n ON n.record = m.merged_into
WHERE {those} AND {holds}
"""
#: The dossiers that ask what claims answer.
_ASKING = """
SELECT n.id FROM filter_key k CROSS JOIN term t ON t.id = k.term AND t.filter = 'question'
CROSS JOIN question q ON q.id = t.value CROSS JOIN search_row n ON n.record = q.dossier
WHERE {those} AND {holds}
"""


@dataclass(frozen=True)
class WholeRecords:
    """The records of some types in a state: all of them, or those of `dossiers` and what these name, so that
    no reference leads out of them."""

    state: State
    types: Sequence[RecordType]
    dossiers: Sequence[str] = ()

    @classmethod
    def of(cls, state: State, types: Sequence[RecordType], dossiers: Iterable[str]) -> "WholeRecords":
        """Those that a query asks for. Raises QueryError for ids that name no dossier."""
        known = resolve(state, "dossier", (DOSSIER.name,), [*dossiers])
        return cls(state, types, tuple(dict.fromkeys(known.values())))

    def bodies(self) -> Iterator[bytes]:
        """As they are served: by type, and in the order in which they came into the record."""
        index = StateIndex(self.state)
        closed = self._closed(index) if self.dossiers else None
        for record_type in self.types:
            [shown] = index.sets([index.shown([record_type.name])])
            yield from self._bodies(shown if closed is None else shown & closed)

    def _bodies(self, numbers: BitMap) -> Iterator[bytes]:
        state = self.state
        for some in _in_pieces(numbers, _AT_ONCE):
            query = sql(_BODIES, records=state.records, shows=state.shows("r"), those=among("n.id", some))
            yield from (bytes(row[0]) for row in state.rows(query))

    # What belongs to dossiers

    def _closed(self, index: StateIndex) -> BitMap:
        """The numbers of dossiers, of their members, and of all that these name, and so on."""
        query = sql("SELECT n.id FROM search_row n WHERE n.record IN ({ids})", ids=self.dossiers)
        found, new = BitMap(), BitMap(row[0] for row in self.state.rows(query))
        asked = Query({"dossier": list(self.dossiers)}, frozenset({"dossier"}))
        survivors = {dossier: dossier for dossier in self.dossiers}
        for record_type in _with_dossiers():
            new |= selection(index, record_type, asked, survivors).numbers
        while new:
            found |= new
            new = union(map(self._named_by, _in_pieces(new, _ASKED_AT_ONCE))) - found
        return found

    def _named_by(self, numbers: BitMap) -> BitMap:
        named = sql(_NAMED, those=among("u.record", numbers), holds=self.state.holds("u"))
        asking = sql(_ASKING, those=among("k.record", numbers), holds=self.state.holds("k"))
        return BitMap(row[0] for query in (named, asking) for row in self.state.rows(query))


def _with_dossiers() -> list[RecordType]:
    """The types whose records can be members of a dossier."""
    return [t for t in TYPES.values() if any(declared.name == "dossier" for declared in t.filters)]


def _in_pieces(numbers: BitMap, size: int) -> Iterator[BitMap]:
    for first in range(0, len(numbers), size):
        yield numbers[first : first + size]
