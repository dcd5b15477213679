"""Where a claim comes from, as one graph: speaker, hands, documents, descent, origins.

Read off records as they are served, so that the graph of a moment is that of its bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.base import Json
from schemas.source import published_by

from ..core.registry import CLAIM, SOURCE, TYPES
from ..core.sql import sql
from ..core.state import State
from ..read.records import read_record, referenced
from ..store.deadline import parsed

#: The documents of a claim and all that they descend from, with their publishers. Descent goes on through
#: what was retracted: a withdrawn wire does not turn its reprints into origins.
_BEHIND = """
WITH RECURSIVE document(id) AS (
    SELECT c.id FROM {records} c WHERE c.id IN ({documents}) AND {c_stands}
    UNION
    SELECT COALESCE(t.merged_into, t.id)
    FROM document JOIN search_row n ON n.record = document.id
    JOIN reference u ON u.record = n.id AND u.role = 'derived_from.source' AND {holds}
    JOIN search_row o ON o.id = u.target JOIN {records} t ON t.id = o.record AND {t_stands}
)
SELECT r.body FROM document JOIN {records} r ON r.id = document.id WHERE {shows}
"""
_FOLLOWED = ("published", "retracted")
#: What ids stand for, with the bytes of that.
_NAMED = """
SELECT r.id, t.id, t.body FROM {records} r JOIN {records} t ON t.id = COALESCE(r.merged_into, r.id)
WHERE r.id IN ({ids}) AND {r_stands} AND {shows}
"""


@dataclass(frozen=True)
class _Behind:
    """The sources and parties that may stand behind a claim, by id, and what other ids stand for.

    The bytes of what was withdrawn are those of its last day: what they name is looked up here.
    """

    records: Mapping[str, Json]
    survivors: Mapping[str, str]

    def resolve(self, record_id: str) -> str:
        """The record that an id stands for."""
        return self.survivors.get(record_id, record_id)


def read_provenance(state: State, claim_id: str) -> Json:
    """The graph of a claim: {`claim`, `origins`, `nodes`, `edges`}.

    Raises NotFound, Gone or Merged as a read of the claim does.
    """
    claim = parsed(read_record(state, CLAIM, claim_id).body)
    return _Graph(claim, _behind(state.of(_FOLLOWED), claim)).answer()


def _behind(state: State, claim: Json) -> _Behind:
    # Origins by themselves too: the way to them may have been taken out.
    named = referenced([claim], ("citations.source", "attribution.source", "origins.sources"))
    documents = _documents(state, named)
    rows = state.rows(
        sql(
            _NAMED,
            records=state.records,
            ids=referenced(documents, ("publisher", "co_publishers", "derived_from.source")),
            r_stands=state.stands("r"),
            shows=state.shows("t"),
        )
    )
    records = {document["id"]: document for document in documents}
    records |= {row[1]: parsed(row[2]) for row in rows}
    return _Behind(records, {row[0]: row[1] for row in rows})


def _documents(state: State, cited: Sequence[str]) -> list[Json]:
    """The documents of these ids and all that they descend from, as served."""
    rows = state.rows(
        sql(
            _BEHIND,
            records=state.records,
            documents=cited,
            c_stands=state.stands("c"),
            t_stands=state.stands("t"),
            holds=state.holds("u"),
            shows=state.shows("r"),
        )
    )
    return [parsed(row[0]) for row in rows]


def _named(record: Json) -> Json:
    """A record as a node."""
    record_type = TYPES[record["type"]]
    return record_type.reference(record["id"], record[record_type.title], record["meta"]["status"])


class _Graph:
    """Collects nodes, each once, and edges in the order in which a reader would follow them."""

    def __init__(self, claim: Json, behind: _Behind) -> None:
        self.claim, self.behind = claim, behind
        self.origins = {source["id"] for source in claim["origins"]["sources"]}
        self.nodes: dict[str, Json] = {claim["id"]: _named(claim)}
        self.edges: list[Json] = []
        for order, link in enumerate(claim["attribution"]):
            self._link(claim["id"], link, order)
        for citation in claim["citations"]:
            self._cite(claim["id"], citation)
        # Where the way to an origin is not to be shown any more, the origin is.
        for source in claim["origins"]["sources"]:
            self._node(source)

    def answer(self) -> Json:
        """The graph as served."""
        return {
            "claim": _named(self.claim),
            "origins": self.claim["origins"],
            "nodes": list(self.nodes.values()),
            "edges": self.edges,
        }

    def _node(self, reference: Json) -> str:
        """The node of a reference; a source brings its publisher and all that it derives from."""
        queue = [reference]
        for found in queue:
            if self.behind.resolve(found["id"]) not in self.nodes:
                queue += self._add(found)
        return self.behind.resolve(reference["id"])

    def _add(self, reference: Json) -> list[Json]:
        """Add a node with its edges; what these lead to."""
        record_id = self.behind.resolve(reference["id"])
        record = self.behind.records.get(record_id)
        shown = ("type", "id", "name", "href", "status")
        node: Json = _named(record) if record else {k: reference[k] for k in shown if k in reference}
        self.nodes[record_id] = node
        if record is None or record["type"] != SOURCE.name:
            return []
        node |= {"held": record["held"], "origin": record_id in self.origins}
        for publisher in dict.fromkeys(self.behind.resolve(p["id"]) for p in published_by(record)):
            self._edge(record_id, publisher, "published-by")
        for parent, how in self._parents(record):
            self._edge(record_id, parent, how)
        return [*published_by(record), *(derivation["source"] for derivation in record["derived_from"])]

    def _parents(self, source: Json) -> list[tuple[str, str]]:
        """(id, how) of what a source derives from, each once, without itself after a merger."""
        ways = [(self.behind.resolve(d["source"]["id"]), d["how"]) for d in source["derived_from"]]
        return [way for way in dict.fromkeys(ways) if way[0] != source["id"]]

    def _link(self, claim_id: str, link: Json, order: int) -> None:
        document = self._node(link["source"]) if link["source"] else None
        self._edge(claim_id, self._node(link["party"]), link["role"], order=order, source=document)

    def _cite(self, claim_id: str, citation: Json) -> None:
        target = self._node(citation["source"])
        shown = {name: citation[name] for name in ("locator", "deep_link", "check")}
        self._edge(claim_id, target, "cites", **shown)

    def _edge(self, start: str, end: str, kind: str, **more: Any) -> None:
        self.edges.append({"from": start, "to": end, "type": kind, **more})
