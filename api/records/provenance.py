"""Where a claim comes from, as one graph: speaker, hands, documents, descent, origins.

Read off records as they are served, so that the graph of a moment is that of its bytes.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from peewee import Database

from schemas.vocabularies import ATTRIBUTION_ROLES, DERIVATIONS, PREFIXES

from .history import Moment, published_then, read_past
from .reading import read_record
from .types import CLAIM, PARTY, PUBLIC, SOURCE, Json

#: What a claim's rendering was computed from holds every document and publisher behind it.
_BEHIND = (
    "SELECT r.body FROM dependency d JOIN record r ON r.id = d.target "
    "WHERE d.record = ? AND r.type IN ('source', 'party') AND r.status = 'published'"
)


def read_provenance(database: Database, claim_id: str, moment: Moment | None = None) -> Json:
    """The graph of a claim: {`claim`, `origins`, `nodes`, `edges`}.

    Raises NotFound, Gone or Merged as a read of the claim does.
    """
    if moment is not None:
        claim = orjson.loads(read_past(database, CLAIM, claim_id, moment).stored.body)
        past = published_then(database, (SOURCE.name, PARTY.name), moment)
        behind = [orjson.loads(p.stored.body) for p in past]
    else:
        claim = orjson.loads(read_record(database, CLAIM, claim_id, PUBLIC).body)
        rows = database.execute_sql(_BEHIND, (claim_id,)).fetchall()
        behind = [orjson.loads(bytes(row[0])) for row in rows]
    return graph_of(claim, {record["id"]: record for record in behind})


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
        """The node of a reference; a source brings its publisher and what it derives from."""
        record_id = str(reference["id"])
        if record_id in self.nodes:
            return record_id
        self.nodes[record_id] = {k: reference[k] for k in ("type", "id", "name", "href")}
        if "status" in reference:
            self.nodes[record_id]["status"] = reference["status"]
        source = self.behind.get(record_id)
        if source and source["type"] == "source":
            self.nodes[record_id] |= {"held": source["held"], "origin": record_id in self.origins}
            self._edge(record_id, self._node(source["publisher"]), "published-by")
            for derivation in source["derived_from"]:
                self._edge(record_id, self._node(derivation["source"]), derivation["how"])
        return record_id

    def _link(self, claim_id: str, link: Json, order: int) -> None:
        document = self._node(link["source"]) if link["source"] else None
        self._edge(claim_id, self._node(link["party"]), link["role"], order=order, source=document)

    def _cite(self, claim_id: str, citation: Json) -> None:
        target = self._node(citation["source"])
        shown = {name: citation[name] for name in ("locator", "deep_link", "check")}
        self._edge(claim_id, target, "cites", **shown)

    def _edge(self, start: str, end: str, kind: str, **more: Any) -> None:
        self.edges.append({"from": start, "to": end, "type": kind, **more})


# PROV-O (https://www.w3.org/TR/prov-o/)

_PROV = {term.name: term.equivalent for term in (*DERIVATIONS.terms, *ATTRIBUTION_ROLES.terms)}


def as_prov(graph: Json, base_url: str) -> Json:
    """The same graph as PROV-O in JSON-LD; nodes are named by their addresses."""
    nodes = {node["id"]: _prov_node(node, base_url) for node in graph["nodes"]}
    addresses = {node["id"]: base_url + node["href"] for node in graph["nodes"]}
    for edge in graph["edges"]:
        _relate(nodes[edge["from"]], _prov_property(edge["type"]), addresses[edge["to"]])
    context = {"prov": PREFIXES["prov"], "schema": PREFIXES["schema"]}
    return {"@context": context, "@graph": list(nodes.values())}


def _prov_node(node: Json, base_url: str) -> Json:
    kind = "prov:Agent" if node["type"] == "party" else "prov:Entity"
    return {"@id": base_url + node["href"], "@type": kind, "schema:name": node["name"]}


def _prov_property(kind: str) -> str:
    if kind == "cites":
        return "prov:wasDerivedFrom"
    if kind == "published-by":
        return "prov:wasAttributedTo"
    if kind in ATTRIBUTION_ROLES and kind not in ("said", "wrote", "published"):
        # Hands that it passed through did not make it: PROV's weakest tie to an agent.
        return "prov:wasInfluencedBy"
    known = _PROV.get(kind) or ""
    return known if known.startswith("prov:") and kind in DERIVATIONS else _attributed(kind)


def _attributed(kind: str) -> str:
    return "prov:wasDerivedFrom" if kind in DERIVATIONS else "prov:wasAttributedTo"


def _relate(node: Json, name: str, target: str) -> None:
    targets: list[Json] = node.setdefault(name, [])
    if {"@id": target} not in targets:
        targets.append({"@id": target})
