"""Where a claim comes from, as one graph: speaker, hands, documents, descent, origins.

Read off records as they are served, so that the graph of a moment is that of its bytes.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from peewee import Database

from .database import placeholders, snapshot
from .history import Moment, published_then, read_past
from .reading import read_record, referenced
from .types import CLAIM, PUBLIC, SOURCE, Json

#: The documents of a claim and all that they descend from, with their publishers. Descent goes on through
#: what was retracted: a withdrawn wire does not turn its reprints into origins.
_BEHIND = """
WITH RECURSIVE document(id) AS (
    SELECT id FROM record WHERE id IN ({documents})
    UNION
    SELECT COALESCE(t.merged_into, t.id)
    FROM document JOIN reference u ON u.record = document.id AND u.role = 'derived_from.source'
    JOIN record t ON t.id = u.target
)
SELECT r.body FROM document JOIN record r ON r.id = document.id WHERE r.status IN ({statuses})
"""
_FOLLOWED = ("published", "retracted")


def read_provenance(database: Database, claim_id: str, moment: Moment | None = None) -> Json:
    """The graph of a claim: {`claim`, `origins`, `nodes`, `edges`}.

    Raises NotFound, Gone or Merged as a read of the claim does.
    """
    with snapshot(database):
        if moment is not None:
            claim = orjson.loads(read_past(database, CLAIM, claim_id, moment).stored.body)
            past = published_then(database, (SOURCE.name,), moment, _FOLLOWED)
            behind = [orjson.loads(p.stored.body) for p in past]
        else:
            claim = orjson.loads(read_record(database, CLAIM, claim_id, PUBLIC).body)
            behind = _behind(database, claim)
    return graph_of(claim, {record["id"]: record for record in behind})


def _behind(database: Database, claim: Json) -> list[Json]:
    documents = referenced([claim], ("citations.source", "attribution.source"))
    sql = _BEHIND.format(documents=placeholders(documents), statuses=placeholders(_FOLLOWED))
    rows = database.execute_sql(sql, [*documents, *_FOLLOWED]).fetchall()
    return [orjson.loads(row[0]) for row in rows]


def graph_of(claim: Json, behind: Mapping[str, Json]) -> Json:
    """The graph of a claim, given the sources and parties that may stand behind it, by id."""
    graph = _Graph(claim, behind)
    return {
        "claim": _named(claim),
        "origins": claim["origins"],
        "nodes": list(graph.nodes.values()),
        "edges": graph.edges,
    }


def _named(record: Json) -> Json:
    title = {"claim": "proposition", "source": "title"}.get(record["type"], "name")
    named = {"type": record["type"], "id": record["id"], "name": record[title]}
    return named | {"href": record["links"]["self"]}


class _Graph:
    """Collects nodes, each once, and edges in the order in which a reader would follow them."""

    def __init__(self, claim: Json, behind: Mapping[str, Json]) -> None:
        self.behind = behind
        self.origins = {source["id"] for source in claim["origins"]["sources"]}
        self.nodes: dict[str, Json] = {claim["id"]: _named(claim)}
        self.edges: list[Json] = []
        for order, link in enumerate(claim["attribution"]):
            self._link(claim["id"], link, order)
        for citation in claim["citations"]:
            self._cite(claim["id"], citation)

    def _node(self, reference: Json) -> str:
        """The node of a reference; a source brings its publisher and all that it derives from."""
        queue = [reference]
        for found in queue:
            if found["id"] not in self.nodes:
                queue += self._add(found)
        return str(reference["id"])

    def _add(self, reference: Json) -> list[Json]:
        """Add a node with its edges; what these lead to."""
        record_id = reference["id"]
        node: Json = {
            name: reference[name] for name in ("type", "id", "name", "href", "status") if name in reference
        }
        self.nodes[record_id] = node
        source = self.behind.get(record_id)
        if source is None:
            return []
        node |= {"held": source["held"], "origin": record_id in self.origins}
        self._edge(record_id, source["publisher"]["id"], "published-by")
        for derivation in source["derived_from"]:
            self._edge(record_id, derivation["source"]["id"], derivation["how"])
        return [source["publisher"], *(derivation["source"] for derivation in source["derived_from"])]

    def _link(self, claim_id: str, link: Json, order: int) -> None:
        document = self._node(link["source"]) if link["source"] else None
        self._edge(claim_id, self._node(link["party"]), link["role"], order=order, source=document)

    def _cite(self, claim_id: str, citation: Json) -> None:
        target = self._node(citation["source"])
        shown = {name: citation[name] for name in ("locator", "deep_link", "check")}
        self._edge(claim_id, target, "cites", **shown)

    def _edge(self, start: str, end: str, kind: str, **more: Any) -> None:
        self.edges.append({"from": start, "to": end, "type": kind, **more})
