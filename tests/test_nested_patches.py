"""Merge patches of nested members (RFC 7396): what changes is a change everywhere, or nothing is."""

from dataclasses import dataclass
from typing import Any

import pytest

from .conftest import Desk, facts
from .places import url_of

CITED = {"source": "urdupoint-2019-07-21", "locator": {"paragraph": 1}}
NOTE = {"kind": "error", "note": "It was wrong."}
CLAIM: dict[str, Any] = {
    "proposition": "Bob said so.",
    "kind": "statement",
    "attribution": [{"party": "abe-shinzo", "role": "said"}],
    "about": {"parties": ["japan", "russia"], "places": ["four-islands"]},
    "assessment": {"status": "supported", "note": "By two.", "assessed": "2026-11-24", "citations": [CITED]},
    "citations": [CITED],
}
PARTY = {"name": "Bob", "kind": "person", "identifiers": {"wikidata": "Q1", "viaf": "97006051"}}
PLACE = {
    "name": "Bay",
    "kind": "city",
    "coordinates": {"latitude": 45.5, "longitude": 150.0},
    "identifiers": {"wikidata": "Q2"},
}


@dataclass(frozen=True)
class Case:
    """A record, a patch of it, and the member of its document that comes of it."""

    plural: str
    document: dict[str, Any]
    patch: dict[str, Any]
    becomes: dict[str, Any]

    @property
    def path(self) -> str:
        """The record's address."""
        return f"{self.plural}/patched"


CASES = {
    "a nested member is replaced": Case(
        "claims",
        CLAIM,
        {"assessment": {"status": "refuted"}},
        {"assessment": {**CLAIM["assessment"], "status": "refuted"}},
    ),
    "a nested null deletes": Case(
        "claims",
        CLAIM,
        {"assessment": {"citations": None}},
        {"assessment": {"status": "supported", "note": "By two.", "assessed": "2026-11-24"}},
    ),
    "a nested list is replaced": Case(
        "claims",
        CLAIM,
        {"about": {"parties": ["japan"]}},
        {"about": {"parties": ["japan"], "places": ["four-islands"]}},
    ),
    "all nested members are deleted": Case(
        "claims", CLAIM, {"about": {"parties": None, "places": None}}, {"about": None}
    ),
    "a nested member is added": Case(
        "parties",
        PARTY,
        {"identifiers": {"isni": "0000000121032683"}},
        {"identifiers": {"wikidata": "Q1", "viaf": "97006051", "isni": "0000000121032683"}},
    ),
    "a party's identifier is deleted": Case(
        "parties", PARTY, {"identifiers": {"viaf": None}}, {"identifiers": {"wikidata": "Q1"}}
    ),
    "a place moves": Case(
        "places",
        PLACE,
        {"coordinates": {"latitude": 46.25}},
        {"coordinates": {"latitude": 46.25, "longitude": 150.0}},
    ),
    "two nested members at once": Case(
        "places",
        PLACE,
        {"coordinates": {"longitude": 151.0}, "identifiers": {"wikidata": "Q3", "viaf": "7"}},
        {
            "coordinates": {"latitude": 45.5, "longitude": 151.0},
            "identifiers": {"wikidata": "Q3", "viaf": "7"},
        },
    ),
}
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def _create(desk: Desk, case: Case, publish: bool) -> None:
    suffix = "?publish=true" if publish else ""
    created = desk.send("POST", f"{case.plural}{suffix}", {"id": "patched", **case.document})
    assert created.status_code == 201, created.text


def in_input_form(served: Any) -> Any:
    """A served member as a client writes it: ids for references, nothing where nothing is known."""
    if isinstance(served, list):
        return [in_input_form(member) for member in served]
    if not isinstance(served, dict):
        return served
    if "href" in served or "edtf" in served:
        return served.get("id") or served["edtf"]
    members = {name: in_input_form(value) for name, value in served.items() if name != "check"}
    return {name: value for name, value in members.items() if value not in (None, [])} or None


def _shown(record: dict[str, Any], case: Case) -> dict[str, Any]:
    return {name: in_input_form(record[name]) for name in case.becomes}


def _require_agreement(desk: Desk, case: Case, record: dict[str, Any], revision: int) -> None:
    """The record, its last revision, the feed, `/v1/check` and doctor say the same."""
    assert _shown(record, case) == case.becomes
    assert record["meta"]["revision"] == revision
    assert desk.client.get(f"/v1/{case.path}").get_json() == record
    kept = desk.client.get(f"/v1/{case.path}/revisions/{revision}").get_json()
    assert {name: kept["document"].get(name) for name in case.becomes} == case.becomes
    assert (kept["change"], kept["correction"]) == ("updated", NOTE)
    feed = desk.client.get("/v1/changes?since=280").get_json()["data"]
    last = [entry for entry in feed if entry["id"] == "patched"][-1]
    assert (last["change"], last["revision"], last["record"]) == ("updated", revision, record)
    embedded = [{"id": "patched", "revision": revision - 1}, {"id": "patched", "revision": revision}]
    answers = desk.client.post("/v1/check", json=embedded).get_json()["data"]
    assert [answer["answer"] for answer in answers] == ["corrected", "unchanged"]
    assert facts("doctor", "--db", url_of(desk.path)).stdout == "everything agrees\n"


@pytest.mark.machine
@EVERY
def test_a_nested_patch_of_a_published_record_is_a_revision(desk: Desk, case: Case) -> None:
    _create(desk, case, publish=True)

    patched = desk.change("PATCH", case.path, {**case.patch, "correction": NOTE})

    assert patched.status_code == 200, patched.text
    _require_agreement(desk, case, patched.get_json(), revision=2)
    [note] = desk.client.get("/v1/corrections?id=patched").get_json()["data"]
    assert (note["revision"], note["note"]) == (2, NOTE["note"])


@EVERY
def test_a_nested_patch_without_a_note_is_refused_and_changes_nothing(desk: Desk, case: Case) -> None:
    _create(desk, case, publish=True)
    before = desk.client.get(f"/v1/{case.path}").data

    refused = desk.change("PATCH", case.path, case.patch)

    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"] == "/correction"
    assert desk.client.get(f"/v1/{case.path}").data == before


@EVERY
def test_a_nested_patch_of_a_draft_is_kept(desk: Desk, case: Case) -> None:
    _create(desk, case, publish=False)
    tag = desk.tag(case.path)

    patched = desk.change("PATCH", case.path, case.patch, key=desk.editor)

    assert patched.status_code == 200, patched.text
    assert patched.headers["ETag"] != tag
    assert _shown(patched.get_json(), case) == case.becomes
    assert desk.send("GET", case.path, key=desk.editor).get_json() == patched.get_json()


def _beside_a_rename(desk: Desk, case: Case, patch: dict[str, Any]) -> list[dict[str, Any]]:
    """A batch that patches the record and renames a speaker, whom claims show."""
    rename = {"name": "Abe Shinzō", "correction": NOTE}
    changes = ((case.path, patch), ("parties/abe-shinzo", rename))
    return [
        {
            "op": "patch",
            "type": {"claims": "claim", "parties": "party", "places": "place"}[path.split("/")[0]],
            "id": path.split("/")[1],
            "if_match": desk.tag(path),
            "body": body,
        }
        for path, body in changes
    ]


@pytest.mark.machine
@EVERY
def test_a_nested_patch_beside_a_rename_is_a_revision_of_its_own(desk: Desk, case: Case) -> None:
    _create(desk, case, publish=True)

    done = desk.send("POST", "batch", _beside_a_rename(desk, case, {**case.patch, "correction": NOTE}))

    assert [outcome["result"] for outcome in done.get_json()["data"]] == ["updated", "updated"]
    _require_agreement(desk, case, desk.client.get(f"/v1/{case.path}").get_json(), revision=2)


@EVERY
def test_a_nested_patch_without_a_note_refuses_the_batch(desk: Desk, case: Case) -> None:
    _create(desk, case, publish=True)
    before = desk.client.get(f"/v1/{case.path}").data

    refused = desk.send("POST", "batch", _beside_a_rename(desk, case, case.patch))

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/0/body/correction"]
    assert desk.client.get(f"/v1/{case.path}").data == before
    assert desk.client.get("/v1/parties/abe-shinzo").get_json()["name"] == "Shinzo Abe"


@EVERY
def test_a_nested_patch_that_changes_nothing_needs_no_note(desk: Desk, case: Case) -> None:
    _create(desk, case, publish=True)
    same = {name: case.document[name] for name in case.patch}

    patched = desk.change("PATCH", case.path, same)

    assert patched.status_code == 200
    assert patched.get_json()["meta"]["revision"] == 1
