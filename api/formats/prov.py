"""The provenance of a claim as W3C PROV-O in JSON-LD, with cited spans as Web Annotation selectors.

PROV-O: https://www.w3.org/TR/prov-o/; selectors: https://www.w3.org/TR/annotation-model/#selectors
What neither has a word for is said with terms of our own, defined at `/v1/vocabularies/provenance-terms`.
"""

from schemas.base import Json
from schemas.vocabularies import (
    ATTRIBUTION_ROLES,
    CHECK_STATUSES,
    DERIVATIONS,
    PREFIXES,
    PROVENANCE_TERMS,
    RECORD_STATUSES,
    Vocabulary,
)

_CLASSES = {
    "claim": ["prov:Entity", "schema:Claim"],
    "source": ["prov:Entity", "schema:CreativeWork"],
    "party": ["prov:Agent"],
}
#: Roles whose bearers made the statement. The hands that it passed through did not: they influenced it.
_MAKERS = ("said", "wrote", "published")
#: Members of a locator that no selector of Web Annotation has a place for.
_BESIDE = ("paragraph", "page", "timecode", "digest", "folded_digest")


def as_prov(graph: Json, base_url: str) -> Json:
    """A provenance graph (api/records/provenance.py) as JSON-LD; nodes are named by their addresses.

    `base_url` is what the nodes' addresses begin with, and the names of our own terms.
    """
    return {
        "@context": {
            "@base": f"{base_url}/",
            **{name: PREFIXES[name] for name in ("oa", "prov", "schema")},
            "facts": f"{base_url}/v1/vocabularies/{PROVENANCE_TERMS.name}#",
        },
        "@graph": _Translation(graph, base_url).nodes(),
    }


class _Translation:
    """Nodes in the words of PROV, by id."""

    def __init__(self, graph: Json, base_url: str) -> None:
        self.base_url = base_url
        self._nodes = {node["id"]: self._node(node) for node in graph["nodes"]}
        self._addresses = {node["id"]: node["href"] for node in graph["nodes"]}
        self._spans: list[Json] = []
        for edge in graph["edges"]:
            self._relate(edge)
        claim = self._nodes[graph["claim"]["id"]]
        claim["facts:origin_count"] = graph["origins"]["count"]
        for source in graph["origins"]["sources"]:
            self._point(claim, "prov:hadPrimarySource", source["id"])

    def nodes(self) -> list[Json]:
        """Everything that the graph speaks of."""
        return [*self._nodes.values(), *self._spans]

    def _node(self, node: Json) -> Json:
        own = {f"facts:{name}": node[name] for name in ("held", "origin") if name in node}
        if "status" in node:
            own["facts:status"] = self._term(RECORD_STATUSES, node["status"])
        return {"@id": node["href"], "@type": _CLASSES[node["type"]], "schema:name": node["name"], **own}

    def _relate(self, edge: Json) -> None:
        start = self._nodes[edge["from"]]
        if edge["type"] == "cites":
            self._cite(start, edge)
        elif edge["type"] == "published-by":
            self._point(start, "prov:wasAttributedTo", edge["to"])
        elif edge["type"] in DERIVATIONS:
            self._derive(start, edge)
        else:
            self._attribute(start, edge)

    def _attribute(self, claim: Json, edge: Json) -> None:
        """A link of the chain: who, as what, in which place, in which document."""
        made = edge["type"] in _MAKERS
        self._point(claim, "prov:wasAttributedTo" if made else "prov:wasInfluencedBy", edge["to"])
        link = {
            "@type": "prov:Attribution" if made else "prov:AgentInfluence",
            "prov:agent": {"@id": self._addresses[edge["to"]]},
            "facts:role": self._term(ATTRIBUTION_ROLES, edge["type"]),
            "facts:order": edge["order"],
        }
        if edge["source"]:
            link["facts:document"] = {"@id": self._addresses[edge["source"]]}
        claim.setdefault("prov:qualifiedAttribution" if made else "prov:qualifiedInfluence", []).append(link)

    def _derive(self, source: Json, edge: Json) -> None:
        equivalent = next(term.equivalent for term in DERIVATIONS.terms if term.name == edge["type"])
        in_prov = equivalent if equivalent and equivalent.startswith("prov:") else "prov:wasDerivedFrom"
        self._point(source, in_prov, edge["to"])
        how = self._term(DERIVATIONS, edge["type"])
        parent = {"@id": self._addresses[edge["to"]]}
        derivation = {"@type": "prov:Derivation", "prov:entity": parent, "facts:how": how}
        source.setdefault("prov:qualifiedDerivation", []).append(derivation)

    def _cite(self, claim: Json, edge: Json) -> None:
        """A cited span: a part of the source, with what finds it again."""
        source = {"@id": self._addresses[edge["to"]]}
        span: Json = {
            "@id": f"{claim['@id']}#citation-{len(self._spans)}",
            "@type": ["prov:Entity", "oa:SpecificResource"],
            "prov:specializationOf": source,
            "oa:hasSource": source,
            "facts:check": self._term(CHECK_STATUSES, edge["check"]["status"]),
        }
        if selectors := _selectors(edge["locator"] or {}):
            span["oa:hasSelector"] = selectors
        span |= _named({"schema:url": _link(edge["deep_link"]), "facts:checked": edge["check"]["checked"]})
        span |= _named({f"facts:{name}": (edge["locator"] or {}).get(name) for name in _BESIDE})
        self._spans.append(span)
        self._point(claim, "prov:wasDerivedFrom", edge["to"])
        derivation = {"@type": "prov:Derivation", "prov:entity": {"@id": span["@id"]}}
        claim.setdefault("prov:qualifiedDerivation", []).append(derivation)

    def _point(self, node: Json, name: str, target: str) -> None:
        targets: list[Json] = node.setdefault(name, [])
        if (one := {"@id": self._addresses[target]}) not in targets:
            targets.append(one)

    def _term(self, vocabulary: Vocabulary, name: str) -> Json:
        return {"@id": f"{self.base_url}/v1/vocabularies/{vocabulary.name}#{name}"}


def _link(address: str | None) -> Json | None:
    return {"@id": address} if address else None


def _named(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def _selectors(locator: Json) -> list[Json]:
    """A locator as Web Annotation selectors."""
    found: list[Json] = []
    if position := locator.get("position"):
        ends = {"oa:start": position["start"], "oa:end": position["end"]}
        found.append({"@type": "oa:TextPositionSelector", **ends})
    if text := locator.get("text"):
        start = {"@type": "oa:TextQuoteSelector", "oa:exact": text["start"], "oa:prefix": text["prefix"]}
        if text["end"] is None:
            return [*found, _named({**start, "oa:suffix": text["suffix"]})]
        end = {"@type": "oa:TextQuoteSelector", "oa:exact": text["end"], "oa:suffix": text["suffix"]}
        ends = {"oa:hasStartSelector": _named(start), "oa:hasEndSelector": _named(end)}
        found.append({"@type": "oa:RangeSelector", **ends})
    return found
