"""The provenance graph, and how origins are counted whatever the order and the reprints."""

from itertools import permutations
from typing import Any

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from api.records.origins import Document, fewest, provenance_of

CLAIM = "/v1/claims/abe-seeks-treaty-progress-in-term/provenance"


def _edges(graph: Any, kind: str) -> list[tuple[str, str]]:
    return [(e["from"], e["to"]) for e in graph["edges"] if e["type"] == kind]


def test_a_graph_shows_every_hand_and_document(client: FlaskClient) -> None:
    graph = client.get(CLAIM).get_json()
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
    assert client.get(f"{CLAIM}?as_of=seq:265").data == client.get(CLAIM).data


def test_the_graph_is_served_as_prov(client: FlaskClient) -> None:
    response = client.get(CLAIM, headers={"Accept": "application/ld+json"})

    assert response.mimetype == "application/ld+json"
    nodes = {node["@id"]: node for node in response.get_json()["@graph"]}
    claim = nodes["/v1/claims/abe-seeks-treaty-progress-in-term"]
    assert claim["prov:wasAttributedTo"] == [{"@id": "/v1/parties/abe-shinzo"}]
    assert {"@id": "/v1/sources/urdupoint-2019-07-21"} in claim["prov:wasDerivedFrom"]
    assert nodes["/v1/parties/nhk"]["@type"] == "prov:Agent"
    named = {t["@id"] for n in nodes.values() for v in n.values() if isinstance(v, list) for t in v}
    assert named <= set(nodes)


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
        documents[f"d{number}"] = Document(f"d{number}", f"p{draw(st.integers(0, 3))}", edges)
    return documents


@given(webs(), st.data())
def test_a_reprint_never_raises_the_number_of_origins(documents: Documents, data: st.DataObject) -> None:
    cited = data.draw(st.lists(st.sampled_from(sorted(documents)), min_size=1, max_size=4))
    before = provenance_of(documents, cited, [])

    reprinted = data.draw(st.sampled_from(cited))
    documents["reprint"] = Document("reprint", "p9", ((reprinted, "republishes"),))
    after = provenance_of(documents, [*cited, "reprint"], [])

    assert after == before


@given(webs(), st.data())
def test_an_independent_source_raises_it_by_one(documents: Documents, data: st.DataObject) -> None:
    cited = data.draw(st.lists(st.sampled_from(sorted(documents)), min_size=1, max_size=4))
    before = provenance_of(documents, cited, []).count

    documents["new"] = Document("new", "p9", ())

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
