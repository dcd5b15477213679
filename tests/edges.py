"""Which edges of the description are tried where, so that none is tried at every operation that shares it.

schemathesis makes a case of each edge of all that an operation takes. A member of a claim has the same edges
for POST, PUT and PATCH, and for PATCH in two media types; a filter has them in a list, in timelines and in a
search; a header has them everywhere. What only one operation takes is tried there, all of it. What several
have is tried at the first of them and at a sixth of the others, so that each has its part of all kinds: a
parameter with all its edges, a body edge by edge. `make contract-audit` tries each everywhere.
"""

import json
from collections import Counter
from dataclasses import replace
from typing import Any
from zlib import crc32

from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoveragePhaseData

Json = dict[str, Any]
#: Of the operations that share something with one where it is tried, one of so many tries it too.
EVERY = 6
#: What may be left out of a request, as an operation of schemathesis names it -> as OpenAPI does.
_LEFT_OUT = {"query": "query", "headers": "header"}


class Edges:
    """What was tried in this process; which operations share something is read off `described`."""

    def __init__(self, described: dict[str, dict[str, Json]]) -> None:
        self._described = described
        self._operations: Counter[tuple[Any, ...]] = Counter()

    def at(self, method: str, path: str) -> "EdgesOfOperation":
        """Those of an operation that is about to be tried."""
        parameters = self._described[path][method]["parameters"]
        due = {(p["in"], p["name"]) for p in parameters if self.is_due(_shared(p))}
        required = {(p["in"], p["name"]) for p in parameters if p.get("required")}
        # A document of the same records, or a body of the same action on any of them.
        body = [part for part in path.split("/") if not part.startswith("{")][-1]
        return EdgesOfOperation(self, body, due, required)

    def is_due(self, shared: tuple[Any, ...]) -> bool:
        """Whether the next operation that has this is to try it."""
        earlier = self._operations[shared]
        self._operations[shared] += 1
        return not earlier or (crc32(repr(shared).encode()) + earlier) % EVERY == 0


def _shared(parameter: Json) -> tuple[str, ...]:
    """What makes a parameter the same in several operations."""
    return (parameter["in"], parameter["name"], json.dumps(parameter["schema"], sort_keys=True))


class EdgesOfOperation:
    """The edges of one operation, in the order in which they are made."""

    def __init__(
        self, all_edges: Edges, body: str, due: set[tuple[str, str]], required: set[tuple[str, str]]
    ) -> None:
        """`due` are the parameters, by place and name, whose edges are to be tried."""
        self._all, self._body, self._due, self._required = all_edges, body, due, required
        self._alike: Counter[tuple[Any, ...]] = Counter()

    def narrowed(self, operation: Any) -> Any:
        """schemathesis' operation without the parameters that are not to be tried: none of them is made."""
        kept = {}
        for attribute, place in _LEFT_OUT.items():
            whole = getattr(operation, attribute)
            named = [item for item in whole.items if (place, item.name) in self._due | self._required]
            kept[attribute] = type(whole)(whole.location, named, adapter=whole.adapter)
        return replace(operation, **kept)

    def is_due(self, case: Any) -> bool:
        """Whether a case is to be sent; what is no edge of something shared always is."""
        made = case.meta.phase.data
        if not isinstance(made, CoveragePhaseData):
            return True
        place = made.parameter_location
        if place == ParameterLocation.BODY and case.media_type:
            # Several wrong values of one member are described alike.
            edge = ("body", self._body, str(case.meta.generation.mode.value), made.description)
            alike = (edge, case.media_type)
            self._alike[alike] += 1
            return self._all.is_due((*edge, self._alike[alike]))
        named = (place.value, made.parameter) if place and made.parameter else None
        return named is None or named in self._due or named not in self._required
