"""What others call the same thing: identifiers with their check digits, addresses, pictures."""

import json
from typing import Any

import pytest

from .conftest import Desk, facts
from .places import url_of
from .test_pages import page, words

BODIES: dict[str, Any] = {
    "parties": {"id": "x", "name": "X", "kind": "company"},
    "places": {"id": "x", "name": "X", "kind": "city"},
}
IMAGE = {"url": "https://pictures.example/x.jpg", "credit": "Ann", "licence": "CC BY 4.0", "alt": "A tower."}
TAKEN = [
    ("parties", "wikidata", "Q17"),
    ("parties", "viaf", "97006051"),
    ("parties", "isni", "0000000121032683"),
    ("parties", "lei", "549300MLUDYVRQOOXS22"),
    ("parties", "gnd", "118540238"),
    ("parties", "gnd", "36164-1"),
    ("places", "gnd", "4011882-4"),
    ("places", "geonames", "2127515"),
    ("places", "wikidata", "Q17"),
]
#: What is refused, and what is said.
REFUSED = [
    ("parties", "lei", "549300MLUDYVRQOOXS23", "has a wrong character: its check digit does not fit"),
    ("parties", "lei", "549300MLUDYVRQOOXS2", "write it like 549300MLUDYVRQOOXS22"),
    ("parties", "gnd", "118540239", "has a wrong character: its check digit does not fit"),
    ("parties", "gnd", "1185402389999", "write it like 118540238"),
    ("places", "gnd", "4011882-5", "has a wrong character: its check digit does not fit"),
    ("parties", "isni", "0000000121032684", "has a wrong character: its check digit does not fit"),
    ("parties", "viaf", "0", "write it like 97006051"),
    ("parties", "wikidata", "P17", "write it like Q132345"),
    ("places", "geonames", "x1", "write it like 2127515"),
    ("parties", "geonames", "2127515", '"geonames" is not a member here'),
    ("places", "lei", "549300MLUDYVRQOOXS22", '"lei" is not a member here'),
]


@pytest.mark.parametrize(("plural", "scheme", "identifier"), TAKEN)
def test_an_identifier_comes_back_and_leads_elsewhere(
    desk: Desk, plural: str, scheme: str, identifier: str
) -> None:
    body = {**BODIES[plural], "identifiers": {scheme: identifier}}

    created = desk.send("POST", f"{plural}?publish=true", body)

    assert created.status_code == 201, created.text
    assert desk.read(f"{plural}/x")["identifiers"][scheme] == identifier
    [same] = _json_ld(desk, f"/{plural}/x")["sameAs"]
    assert identifier in same


def _json_ld(desk: Desk, path: str) -> Any:
    [script] = page(desk.client, path).findall(".//script[@type='application/ld+json']")
    return json.loads(script.text)


@pytest.mark.parametrize(("plural", "scheme", "identifier", "said"), REFUSED)
def test_what_is_no_identifier_is_refused(
    desk: Desk, plural: str, scheme: str, identifier: str, said: str
) -> None:
    answer = desk.send("POST", plural, {**BODIES[plural], "identifiers": {scheme: identifier}})

    assert answer.status_code == 422
    [fault] = answer.get_json()["errors"]
    assert fault["pointer"] == f"/identifiers/{scheme}"
    assert said in fault["detail"]


@pytest.mark.parametrize("plural", BODIES)
def test_addresses_and_a_picture_are_linked_and_never_loaded(desk: Desk, plural: str) -> None:
    elsewhere = {
        "website": "https://x.example/",
        "same_as": ["https://one.example/x", "https://two.example/x"],
        "image": IMAGE,
    }
    created = desk.send("POST", f"{plural}?publish=true", {**BODIES[plural], **elsewhere})
    assert created.status_code == 201, created.text
    read = desk.read(f"{plural}/x")

    tree = page(desk.client, f"/{plural}/x")

    assert {name: read[name] for name in elsewhere} == elsewhere
    links = {link.get("href") for link in tree.iter("a")}
    assert {"https://x.example/", *elsewhere["same_as"], IMAGE["url"]} <= links
    assert "A tower. · Ann · CC BY 4.0" in words(tree.find(".//main"))
    loaded = [e for e in tree.iter() if IMAGE["url"] in (e.get("src"), e.get("srcset"), e.get("data"))]
    assert loaded == []
    described = _json_ld(desk, f"/{plural}/x")
    assert described["url"] == elsewhere["website"]
    assert described["sameAs"] == elsewhere["same_as"]
    assert described["image"]["contentUrl"] == IMAGE["url"]


FAULTY = {
    "an address twice": ({"same_as": ["https://a.example/"] * 2}, "/same_as/1"),
    "no address": ({"same_as": ["a.example"]}, "/same_as/0"),
    "a script": ({"website": "javascript:alert(1)"}, "/website"),
    "a picture without an address": ({"image": {"credit": "Ann"}}, "/image/url"),
    "a picture in the document": ({"image": {"url": "data:image/png;base64,AA"}}, "/image/url"),
    "a picture with more": ({"image": {**IMAGE, "size": 3}}, "/image/size"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_what_leads_nowhere_is_refused_where_it_stands(desk: Desk, case: str) -> None:
    members, pointer = FAULTY[case]

    answer = desk.send("POST", "parties", {**BODIES["parties"], **members})

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == [pointer]


def test_a_redacted_picture_stands_nowhere(desk: Desk) -> None:
    body = {**BODIES["parties"], "image": IMAGE, "same_as": ["https://secret.example/x"]}
    assert desk.send("POST", "parties?publish=true", body).status_code == 201

    done = facts("redact", "party", "x", "--note", "Court order 12", "--db", url_of(desk.path))

    assert done.returncode == 0, done.stderr
    files = b"".join(file.read_bytes() for file in desk.path.parent.glob("facts.db*")) + desk.renderings()
    assert b"pictures.example" not in files
    assert b"secret.example" not in files
    assert desk.client.get("/v1/parties/x").status_code == 451
