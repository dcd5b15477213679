"""What sources say of members of parties and places: which ones, of what, since when, cited where."""

from typing import Any

import pytest

from .conftest import Desk, Json, facts
from .places import url_of
from .test_pages import page, words

WIRE = {"source": "urdupoint-2019-07-21", "locator": {"text": {"start": "The dispute", "end": "talks"}}}
CLAIMED: Json = {"member": "claimed_by", "value": "japan", "held": "1945/..", "citations": [WIRE]}
RUN: Json = {"member": "administered_by", "value": "russia", "citations": [{"source": "tass-1069673"}]}
MEMBER: Json = {"member": "memberships", "value": "japan", "held": "2012/2020", "citations": [WIRE]}
BODIES: dict[str, Json] = {
    "places": {"id": "x", "name": "X", "kind": "island"},
    "parties": {"id": "x", "name": "X", "kind": "person"},
}
NOTE = {"kind": "error", "note": "Corrected."}


def _publish(desk: Desk, plural: str, *attributes: Json, **more: Any) -> None:
    body = {**BODIES[plural], "attributes": list(attributes), **more}
    created = desk.send("POST", f"{plural}?publish=true", body)
    assert created.status_code == 201, created.text


@pytest.mark.parametrize(("plural", "attribute"), [("places", CLAIMED), ("places", RUN), ("parties", MEMBER)])
def test_an_attribute_is_read_as_it_was_written_and_put_back_without_a_change(
    desk: Desk, plural: str, attribute: Json
) -> None:
    _publish(desk, plural, attribute)
    record = desk.read(f"{plural}/x")

    [shown] = record["attributes"]
    assert (shown["member"], shown["value"]["id"]) == (attribute["member"], attribute["value"])
    assert (shown["held"] or {}).get("edtf") == attribute.get("held")
    [citation] = shown["citations"]
    assert citation["source"]["id"] == attribute["citations"][0]["source"]
    assert citation["check"]["status"] == "not-checked"
    assert record[attribute["member"]] == []
    again = desk.change("PUT", f"{plural}/x", record)
    assert again.get_json()["meta"] == record["meta"]


def test_what_is_named_is_referred_to(desk: Desk) -> None:
    _publish(desk, "places", CLAIMED)

    def roles(record: str) -> list[str]:
        found = desk.read(f"{record}/references", type="place", limit=200)["data"]
        return [each["role"] for each in found if each["record"]["id"] == "x"]

    assert roles("parties/japan") == ["attributes.value"]
    assert roles("sources/urdupoint-2019-07-21") == ["attributes.citations.source"]
    included = desk.read("places/x", include="attributes.value,attributes.citations.source")["included"]
    assert {"japan", "urdupoint-2019-07-21"} <= set(included)


def test_attributes_pair_with_their_values_in_filters(desk: Desk) -> None:
    _publish(desk, "places", CLAIMED, RUN)

    def found(**query: str) -> bool:
        return "x" in [record["id"] for record in desk.read("places", limit="200", **query)["data"]]

    assert found(attribute="administered_by")
    assert found(attribute_value="japan")
    assert found(attribute_value="japan", attribute="claimed_by")
    assert not found(attribute_value="japan", attribute="administered_by")
    assert found(source="tass-1069673")
    assert not found(source="tass-1069673", attribute_value="soviet-union")
    facets = desk.read("places", facets="attribute,attribute_value,source", id=None)["facets"]
    counted = {value["value"]: value["count"] for value in facets["attribute"]["values"]}
    assert counted["administered_by"] == 1


def _at(attribute: Json, **more: Any) -> Json:
    return {"attributes": [{**attribute, **more}]}


REFUSED: dict[str, tuple[str, Json, str, str]] = {
    "without a citation": ("places", _at(CLAIMED, citations=[]), "/citations", "at least one"),
    "without a value": ("places", _at(CLAIMED, value=None), "/value", "may not be null"),
    "a member of another type": (
        "places",
        _at(MEMBER),
        "/member",
        '"memberships" is not an attribute here',
    ),
    "a member of places": ("parties", _at(CLAIMED), "/member", '"claimed_by" is not an attribute here'),
    "a member that names nobody": ("parties", _at(MEMBER, member="country"), "/member", "is not one of"),
    "a place where a party belongs": (
        "places",
        _at(CLAIMED, value="hokkaido"),
        "/value",
        '"hokkaido" is a place; a party belongs here',
    ),
    "a party where a place belongs": (
        "places",
        _at(CLAIMED, member="part_of"),
        "/value",
        '"japan" is a party; a place belongs here',
    ),
    "nobody": ("parties", _at(MEMBER, value="japann"), "/value", 'did you mean "japan"?'),
    "itself": ("parties", _at(MEMBER, value="x"), "/value", "cannot refer to itself"),
    "a source that is none": ("places", _at(CLAIMED, citations=[{"source": "japan"}]), "/citations/0/source",
                              "is a party"),
    "a locator that ends before it starts": (
        "places",
        _at(CLAIMED, citations=[{**WIRE, "locator": {"position": {"start": 9, "end": 3}}}]),
        "/citations/0/locator/position/end",
        "greater than start",
    ),
    "no date": ("places", _at(CLAIMED, held="long ago"), "/held", "long ago"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_an_attribute_that_cannot_be_is_refused_and_named(desk: Desk, case: str) -> None:
    plural, members, pointer, said = REFUSED[case]

    answer = desk.send("POST", f"{plural}?publish=true", {**BODIES[plural], **members})

    assert answer.status_code == 422, answer.text
    found = {fault["pointer"]: fault["detail"] for fault in answer.get_json()["errors"]}
    assert said in found.get(f"/attributes/0{pointer}", ""), found


def test_the_same_attribute_is_listed_once(desk: Desk) -> None:
    answer = desk.send("POST", "places", {**BODIES["places"], "attributes": [CLAIMED, RUN, CLAIMED]})

    [fault] = answer.get_json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "/attributes/2")


def test_attributes_follow_mergers_and_keep_their_past(desk: Desk) -> None:
    desk.send("POST", "parties?publish=true", {"id": "nippon", "name": "Nippon", "kind": "state"})
    _publish(desk, "places", {**CLAIMED, "value": "nippon"}, CLAIMED)
    before = desk.last()

    merged = desk.change("POST", "parties/nippon/merge", {"into": "japan", **NOTE})

    assert merged.status_code == 200, merged.text
    assert [a["value"]["id"] for a in desk.read("places/x")["attributes"]] == ["japan"]
    then = desk.read("places/x", as_of=f"seq:{before}")["attributes"]
    assert [a["value"]["id"] for a in then] == ["nippon", "japan"]
    found = desk.read("places", attribute_value="nippon", attribute="claimed_by", limit="200")["data"]
    assert "x" in [place["id"] for place in found]


def test_what_an_attribute_names_cannot_be_deleted(desk: Desk) -> None:
    desk.send("POST", "sources", {"id": "paper", "title": "P.", "kind": "book", "held": True})
    attribute = {**CLAIMED, "citations": [{"source": "paper"}]}
    assert desk.send("POST", "places", {**BODIES["places"], "attributes": [attribute]}).status_code == 201

    refused = desk.change("DELETE", "sources/paper")

    assert (refused.status_code, refused.get_json()["referrers"]) == (409, ["x"])


def test_a_citation_of_an_attribute_is_compared_with_its_source(desk: Desk) -> None:
    _publish(
        desk, "places", {**CLAIMED, "citations": [{"source": "tass-1069673", "quote": "ours since then"}]}
    )

    answer = desk.client.post("/v1/locate", json={"source": "tass-1069673", "text": "It is ours since then."})

    checked = {(c["id"], c["pointer"]): c["status"] for c in answer.get_json()["data"]}
    assert checked["x", "/attributes/0/citations/0"] == "found"


def test_a_redacted_attribute_stands_nowhere(desk: Desk) -> None:
    quoted = {**WIRE, "quote": "the secret membership"}
    _publish(desk, "parties", {**MEMBER, "citations": [quoted]})

    done = facts("redact", "party", "x", "--note", "Court order 12", "--db", url_of(desk.path))

    assert done.returncode == 0, done.stderr
    files = b"".join(file.read_bytes() for file in desk.path.parent.glob("facts.db*")) + desk.renderings()
    assert b"secret membership" not in files
    assert desk.client.get("/v1/parties/x").status_code == 451
    left = desk.read("parties/japan/references", role="attributes.value")["data"]
    assert [each["record"]["id"] for each in left] == ["four-islands"]


def test_pages_show_where_attributes_stand_and_what_rests_on_a_source(desk: Desk) -> None:
    cited = {"source": "tass-1069673", "quote": "ours since then"}
    _publish(desk, "places", {**CLAIMED, "citations": [cited]})

    assert "ours since then" in words(page(desk.client, "/places/x").find(".//main"))
    links = {link.get("href") for link in page(desk.client, "/sources/tass-1069673").iter("a")}
    assert "/places/x" in links


def test_a_page_says_each_cited_fact_beside_its_passages(desk: Desk) -> None:
    _publish(desk, "places", CLAIMED, RUN)

    tree = page(desk.client, "/places/x")

    [section] = [s for s in tree.iter("section") if words(s).startswith("Where it stands written")]
    said = [words(heading) for heading in section.iter("h3")]
    assert said == ["Claimed by: Japan from 1945 on", "Administered by: Russia"]
    lists = section.findall("ol")
    assert [len(cited.findall("li")) for cited in lists] == [1, 1]
