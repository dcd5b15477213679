"""The provenance graph, and how origins are counted whatever the order and the reprints."""

from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from rdflib import PROV, RDF, SDO, Graph, Namespace, URIRef
from rdflib.term import Node

from api.records.core.origins import MOST_ANCESTORS, Document, fewest, provenance_of
from api.records.core.registry import CLAIM, SOURCE
from schemas.vocabularies import DERIVATIONS

from .conftest import Desk, Json, facts, put
from .places import url_of

# rdflib's own parser of JSON-LD still uses what rdflib deprecates.
reads_json_ld = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
NOTE = {"kind": "duplicate", "note": "In a test"}
OA = Namespace("http://www.w3.org/ns/oa#")

GRAPH = "/v1/claims/abe-seeks-treaty-progress-in-term/provenance"


def _edges(graph: Any, kind: str) -> list[tuple[str, str]]:
    return [(e["from"], e["to"]) for e in graph["edges"] if e["type"] == kind]


def test_a_graph_shows_every_hand_and_document(client: FlaskClient) -> None:
    graph = client.get(GRAPH).get_json()
    nodes = {node["id"]: node for node in graph["nodes"]}

    chain = sorted((e["order"], e["type"], e["to"], e["source"]) for e in graph["edges"] if "order" in e)
    assert chain == [
        (0, "said", "abe-shinzo", None),
        (1, "quoted", "nhk", "nhk-interview-2019-07-21"),
        (2, "reported", "sputnik", "sputnik-wire-2019-07-21"),
        (3, "republished", "urdupoint", "urdupoint-2019-07-21"),
    ]
    assert ("urdupoint-2019-07-21", "sputnik-wire-2019-07-21") in _edges(graph, "republishes")
    assert ("sputnik-wire-2019-07-21", "sputnik") in _edges(graph, "published-by")
    assert nodes["urdupoint-2019-07-21"]["held"] is True
    assert nodes["nhk-interview-2019-07-21"]["held"] is False
    assert [i for i, node in nodes.items() if node.get("origin")] == [
        source["id"] for source in graph["origins"]["sources"]
    ]
    cited = next(e for e in graph["edges"] if e["type"] == "cites")
    assert cited["deep_link"].startswith("https://www.urdupoint.com/")
    assert all(e["from"] in nodes and e["to"] in nodes for e in graph["edges"])


def test_every_graph_agrees_with_its_claim(client: FlaskClient) -> None:
    for claim in client.get("/v1/claims?limit=200").get_json()["data"]:
        graph = client.get(f"/v1/claims/{claim['id']}/provenance").get_json()

        assert graph["origins"] == claim["origins"]
        origins = {node["id"] for node in graph["nodes"] if node.get("origin")}
        assert origins == {source["id"] for source in claim["origins"]["sources"]}
        assert {to for _, to in _edges(graph, "cites")} == {c["source"]["id"] for c in claim["citations"]}


def test_the_graph_of_the_past_is_the_same(client: FlaskClient) -> None:
    now, then = client.get(GRAPH).get_json(), client.get(f"{GRAPH}?as_of=seq:280").get_json()

    assert then.pop("query") == {"as_of": "seq:280"}
    assert now.pop("query") == {}
    assert then == now


def test_descent_is_shown_through_a_withdrawn_document(desk: Desk) -> None:
    """UrduPoint's reprint still leads to the broadcast when Sputnik's wire is retracted."""
    before = desk.client.get(GRAPH).get_json()

    done = desk.change("POST", "sources/sputnik-wire-2019-07-21/retract", NOTE)

    assert done.status_code == 200, done.text
    after = desk.client.get(GRAPH).get_json()
    assert after["edges"] == before["edges"]
    assert after["origins"] == before["origins"]
    [withdrawn] = [node for node in after["nodes"] if node["id"] == "sputnik-wire-2019-07-21"]
    assert (withdrawn["status"], withdrawn["held"], withdrawn["origin"]) == ("retracted", False, False)
    assert desk.client.get(f"{GRAPH}?as_of=seq:280").get_json()["nodes"] == before["nodes"]


def test_what_an_uncited_document_of_the_chain_comes_from_is_shown_too(client: FlaskClient) -> None:
    for claim in client.get("/v1/claims?limit=200").get_json()["data"]:
        graph = client.get(f"/v1/claims/{claim['id']}/provenance").get_json()
        then = client.get(f"/v1/claims/{claim['id']}/provenance?as_of=seq:280").get_json()
        documents = [n for n in graph["nodes"] if n["type"] == "source"]
        assert all("held" in n for n in documents)
        assert (then["nodes"], then["edges"]) == (graph["nodes"], graph["edges"])


# PROV-O


def _prov(client: FlaskClient, claim: str, query: str = "") -> Graph:
    response = client.get(f"/v1/claims/{claim}/provenance{query}", headers={"Accept": "application/ld+json"})
    assert response.mimetype == "application/ld+json"
    return Graph().parse(data=response.data, format="json-ld")


def _paths(found: Iterable[Node | None]) -> set[str]:
    return {str(node).removeprefix("http://localhost") for node in found if node is not None}


@reads_json_ld
def test_every_graph_is_served_as_prov_and_loses_nothing(client: FlaskClient) -> None:
    """Read back with a library that knows nothing of this record."""
    own = Namespace("http://localhost/v1/vocabularies/provenance-terms#")
    for claim in client.get("/v1/claims?limit=200").get_json()["data"]:
        graph = client.get(f"/v1/claims/{claim['id']}/provenance").get_json()
        prov, address = _prov(client, claim["id"]), {n["id"]: n["href"] for n in graph["nodes"]}
        subject = URIRef(f"http://localhost{claim['links']['self']}")

        links = {
            (int(prov.value(link, own.order)), str(prov.value(link, own.role)).rpartition("#")[2],
             *_paths([prov.value(link, PROV.agent)]), *_paths([prov.value(link, own.document)]))
            for kind in (PROV.qualifiedAttribution, PROV.qualifiedInfluence)
            for link in prov.objects(subject, kind)
        }  # fmt: skip
        assert links == {
            (e["order"], e["type"], address[e["to"]], *([address[e["source"]]] if e["source"] else []))
            for e in graph["edges"] if "order" in e
        }  # fmt: skip
        origins = _paths(prov.objects(subject, PROV.hadPrimarySource))
        assert origins == {source["href"] for source in graph["origins"]["sources"]}
        assert int(prov.value(subject, own.origin_count)) == graph["origins"]["count"]
        cited = _paths(prov.objects(predicate=OA.hasSource))
        assert cited == {address[e["to"]] for e in graph["edges"] if e["type"] == "cites"}
        links_in = {str(url) for span in prov.subjects(RDF.type, OA.SpecificResource)
                    for url in prov.objects(span, SDO.url)}  # fmt: skip
        assert links_in == {e["deep_link"] for e in graph["edges"] if e.get("deep_link")}
        derived = {
            (*_paths([node]), *_paths([prov.value(way, PROV.entity)]),
             str(prov.value(way, own.how)).rpartition("#")[2])
            for node, way in prov.subject_objects(PROV.qualifiedDerivation) if (way, own.how, None) in prov
        }  # fmt: skip
        assert derived == {
            (address[e["from"]], address[e["to"]], e["type"])
            for e in graph["edges"] if e["type"] in DERIVATIONS.names
        }  # fmt: skip
        held = _paths(node for node, value in prov.subject_objects(own.held) if value.toPython())
        assert held == {node["href"] for node in graph["nodes"] if node.get("held")}


@reads_json_ld
def test_every_term_of_ours_in_prov_is_defined(client: FlaskClient) -> None:
    prov = _prov(client, "abe-seeks-treaty-progress-in-term")
    terms = {str(term) for triple in prov for term in triple if "/v1/vocabularies/" in str(term)}

    assert len(terms) > 10
    for term in terms:
        vocabulary, _, name = term.removeprefix("http://localhost").partition("#")
        assert name in [t["name"] for t in client.get(vocabulary).get_json()["terms"]], term


@reads_json_ld
def test_a_cited_span_is_found_again_by_its_selectors(client: FlaskClient) -> None:
    prov = _prov(client, "abe-seeks-treaty-progress-in-term")

    span = URIRef("http://localhost/v1/claims/abe-seeks-treaty-progress-in-term#citation-0")
    selectors = {prov.value(s, RDF.type): s for s in prov.objects(span, OA.hasSelector)}
    position, edges = selectors[OA.TextPositionSelector], selectors[OA.RangeSelector]
    assert (prov.value(position, OA.start).toPython(), prov.value(position, OA.end).toPython()) == (234, 355)
    assert str(prov.value(prov.value(edges, OA.hasStartSelector), OA.exact)) == "said on Sunday that"
    assert str(prov.value(prov.value(edges, OA.hasEndSelector), OA.exact)) == "term in office"
    own = Namespace("http://localhost/v1/vocabularies/provenance-terms#")
    assert str(prov.value(span, own.digest)).startswith("sha-256:40bcab0a2cbb")
    assert str(prov.value(span, own.check)).endswith("/check-statuses#not-checked")


def test_prov_has_the_names_that_are_asked_for(client: FlaskClient) -> None:
    response = client.get(f"{GRAPH}?perspective=russia", headers={"Accept": "application/ld+json"})

    assert response.status_code == 200
    assert "Accept-Language" in response.headers["Vary"]


# How origins are counted


class Documents(dict[str, Document]):
    """Documents by id."""

    def document(self, source: str) -> Document:
        return self[source]


@st.composite
def webs(draw: st.DrawFn) -> Documents:
    """Up to eight documents; each may derive from earlier ones."""
    documents = Documents()
    for number in range(draw(st.integers(1, 8))):
        parents = draw(st.sets(st.integers(0, max(0, number - 1)), max_size=2)) if number else set()
        how = st.sampled_from(["republishes", "translates", "summarises", "quotes"])
        edges = tuple((f"d{parent}", draw(how)) for parent in sorted(parents))
        publishers = draw(st.sets(st.sampled_from(["p0", "p1", "p2", "p3"]), max_size=2))
        documents[f"d{number}"] = Document(f"d{number}", tuple(sorted(publishers)), edges)
    return documents


@given(webs(), st.data())
def test_a_reprint_never_raises_the_number_of_origins(documents: Documents, data: st.DataObject) -> None:
    cited = data.draw(st.lists(st.sampled_from(sorted(documents)), min_size=1, max_size=4))
    before = provenance_of(documents, cited, [])

    reprinted = data.draw(st.sampled_from(cited))
    documents["reprint"] = Document("reprint", ("p9",), ((reprinted, "republishes"),))
    after = provenance_of(documents, [*cited, "reprint"], [])

    assert after == before


@pytest.mark.parametrize("publishers", [(), ("p9",), ("p8", "p9")])
@given(documents=webs(), data=st.data())
def test_an_independent_source_raises_it_by_one(
    documents: Documents, data: st.DataObject, publishers: tuple[str, ...]
) -> None:
    cited = data.draw(st.lists(st.sampled_from(sorted(documents)), min_size=1, max_size=4))
    before = provenance_of(documents, cited, []).count

    documents["new"] = Document("new", publishers, ())

    assert provenance_of(documents, [*cited, "new"], []).count == before + 1


@given(webs(), st.data())
def test_the_order_of_citations_never_matters(documents: Documents, data: st.DataObject) -> None:
    cited = data.draw(st.lists(st.sampled_from(sorted(documents)), min_size=1, max_size=4))
    chain = data.draw(st.lists(st.sampled_from(sorted(documents)), max_size=2))

    assert len({repr(provenance_of(documents, some, chain)) for some in permutations(cited)}) == 1


@given(st.lists(st.sets(st.integers(0, 5), min_size=1).map(lambda s: {str(n) for n in s}), max_size=6))
def test_the_fewest_voices_are_the_fewest(choices: list[set[str]]) -> None:
    everybody = sorted(set().union(*choices)) if choices else []
    masks = range(2 ** len(everybody))
    subsets = [{voice for bit, voice in enumerate(everybody) if mask >> bit & 1} for mask in masks]

    smallest = min(len(some) for some in subsets if all(some & choice for choice in choices))
    assert fewest(choices) == smallest


# Through withdrawn documents, and far


@pytest.fixture
def descent(desk: Desk) -> Desk:
    """A claim cites a reprint of a report, which reprints a wire; each has a publisher of its own."""
    parents: dict[str, str | None] = {"wire": None, "report": "wire", "reprint": "report"}
    for name, parent in parents.items():
        desk.party(f"p-{name}")
        body = {
            "id": name,
            "title": name.title(),
            "kind": "news-report",
            "publisher": f"p-{name}",
            "held": True,
        }
        body |= {"derived_from": [{"source": parent, "how": "republishes"}]} if parent else {}
        assert desk.send("POST", "sources?publish=true", body).status_code == 201
    claim = {
        "id": "told",
        "proposition": "A claim.",
        "kind": "reported-fact",
        "citations": [{"source": "reprint"}],
    }
    assert desk.send("POST", "claims?publish=true", claim).status_code == 201
    assert desk.change("POST", "sources/report/retract", NOTE).status_code == 200
    return desk


def _told(desk: Desk, **query: Any) -> tuple[dict[str, Json], Json]:
    """The nodes of the graph by id, and the graph; JSON-LD and the past of now say the same."""
    graph = desk.read("claims/told/provenance", **query)
    prov = desk.client.get(
        "/v1/claims/told/provenance", query_string=query, headers={"Accept": "application/ld+json"}
    )
    assert prov.status_code == 200, prov.text
    if not query:
        last = desk.last()
        then = desk.read("claims/told/provenance", as_of=f"seq:{last}")
        assert (then["nodes"], then["edges"]) == (graph["nodes"], graph["edges"])
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert {s["id"] for s in graph["origins"]["sources"]} <= nodes.keys()
    assert all(e["from"] in nodes and e["to"] in nodes for e in graph["edges"])
    return nodes, graph


def test_a_withdrawn_document_leads_to_what_its_origin_is_called_now(descent: Desk) -> None:
    descent.change("PATCH", "sources/wire", {"title": "The wire", "correction": NOTE})
    descent.change("PATCH", "parties/p-wire", {"name": "The agency", "correction": NOTE})
    assert descent.change("POST", "parties/p-report/merge", {"into": "p-wire", **NOTE}).status_code == 200

    nodes, graph = _told(descent)

    assert (nodes["wire"]["name"], nodes["wire"]["origin"]) == ("The wire", True)
    assert (nodes["report"]["status"], nodes["p-wire"]["name"]) == ("retracted", "The agency")
    assert ("report", "p-wire", "published-by") in {(e["from"], e["to"], e["type"]) for e in graph["edges"]}
    assert "p-report" not in nodes


def test_a_withdrawn_document_leads_to_what_its_origin_was_merged_into(descent: Desk) -> None:
    body = {"id": "real", "title": "Real", "kind": "news-report", "publisher": "p-wire", "held": True}
    assert descent.send("POST", "sources?publish=true", body).status_code == 201
    assert descent.change("POST", "sources/wire/merge", {"into": "real", **NOTE}).status_code == 200

    nodes, graph = _told(descent)

    assert nodes["real"]["origin"] is True
    assert "wire" not in nodes
    assert ("report", "real", "republishes") in {(e["from"], e["to"], e["type"]) for e in graph["edges"]}


def test_the_graph_of_the_past_names_an_origin_whose_way_was_taken_out(descent: Desk) -> None:
    before = descent.read("changes", since=280, limit=200)["data"][-2]["seq"]
    done = facts("redact", "source", "report", "--note", "By order", "--db", url_of(descent.path))
    assert done.returncode == 0, done.stderr

    nodes, graph = _told(descent, as_of=f"seq:{before}")

    assert [s["id"] for s in graph["origins"]["sources"]] == ["wire"]
    assert nodes["wire"]["origin"] is True


@pytest.mark.audit
def test_descent_is_followed_as_far_as_it_may_go(desk: Desk) -> None:
    source = {"title": "A reprint", "kind": "news-report", "publisher": "tass", "held": True}
    far = {"print-0000": source}
    for n in range(1, MOST_ANCESTORS + 1):
        from_before = [{"source": f"print-{n - 1:04d}", "how": "republishes"}]
        far[f"print-{n:04d}"] = {**source, "derived_from": from_before}
    put(desk.database, SOURCE, far)
    claim = {
        "proposition": "A claim.",
        "kind": "reported-fact",
        "citations": [{"source": f"print-{MOST_ANCESTORS:04d}"}],
    }
    put(desk.database, CLAIM, {"far": claim})

    graph = desk.read("claims/far/provenance")

    assert [s["id"] for s in graph["origins"]["sources"]] == ["print-0000"]
    assert len([node for node in graph["nodes"] if node["type"] == "source"]) == MOST_ANCESTORS + 1
