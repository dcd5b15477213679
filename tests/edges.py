"""Which edges of the description are tried where, so that none is tried at every operation that shares it.

schemathesis makes a case of each edge of all that an operation takes. A member of a claim has the same edges
for POST, PUT and PATCH, and for PATCH in two media types; a filter has them in a list, in timelines and in a
search. What only one operation takes is tried there, all of it. An edge that several have is tried at the
first of them and at a third of the others, so that each has its part of all kinds. `make contract-audit`
tries each everywhere.
"""

import json
from collections import Counter
from typing import Any
from zlib import crc32

from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoveragePhaseData

Json = dict[str, Any]
#: Of the operations that share an edge with one where it is tried, one of so many tries it too.
EVERY = 3


class Edges:
    """What was tried in this process; which operations share something is read off `described`."""

    def __init__(self, described: dict[str, dict[str, Json]]) -> None:
        self._described = described
        self._operations: Counter[tuple[Any, ...]] = Counter()

    def at(self, method: str, path: str) -> "EdgesOfOperation":
        """Those of an operation that is about to be tried."""
        parameters = self._described[path][method]["parameters"]
        asked = [p for p in parameters if p["in"] == "query"]
        schemas = {p["name"]: json.dumps(p["schema"], sort_keys=True) for p in asked}
        # A document of the same records, or a body of the same action on any of them.
        body = [part for part in path.split("/") if not part.startswith("{")][-1]
        return EdgesOfOperation(self, body, schemas)

    def is_due(self, edge: tuple[Any, ...]) -> bool:
        """Whether the next operation that has this edge is to try it."""
        earlier = self._operations[edge]
        self._operations[edge] += 1
        return not earlier or (crc32(repr(edge).encode()) + earlier) % EVERY == 0


class EdgesOfOperation:
    """The edges of one operation, in the order in which they are made."""

    def __init__(self, all_edges: Edges, body: str, query: dict[str, str]) -> None:
        self._all, self._body, self._query = all_edges, body, query
        self._alike: Counter[tuple[Any, ...]] = Counter()

    def is_due(self, case: Any) -> bool:
        """Whether a case is to be sent; what is no edge of something shared always is."""
        shared = self._shared(case.meta.phase.data, case.media_type)
        if shared is None:
            return True
        edge = (*shared, str(case.meta.generation.mode.value), case.meta.phase.data.description)
        # Several wrong values of one member are described alike.
        alike = (edge, case.media_type)
        self._alike[alike] += 1
        return self._all.is_due((*edge, self._alike[alike]))

    def _shared(self, made: Any, media_type: str | None) -> tuple[str, ...] | None:
        """What an edge is one of, in whichever operation: a body, or a parameter."""
        if not isinstance(made, CoveragePhaseData):
            return None
        if made.parameter_location == ParameterLocation.BODY and media_type:
            return ("body", self._body)
        if made.parameter_location == ParameterLocation.QUERY and made.parameter in self._query:
            return ("query", made.parameter, self._query[made.parameter])
        return None
