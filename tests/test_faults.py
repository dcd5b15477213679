"""Every fault of every record is said in one answer: of its shape, of what it names, of its note."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from .conftest import Desk, Json, copied, empty_desk, facts
from .places import url_of

CITED = {"source": "paper"}
FINE: dict[str, Json] = {
    "parties": {"name": "N", "kind": "state"},
    "sources": {"title": "T", "kind": "book", "publisher": "press", "held": True},
    "claims": {"proposition": "P.", "kind": "reported-fact", "citations": [CITED]},
    "dossiers": {"title": "T"},
}
TYPES = {"parties": "party", "sources": "source", "claims": "claim", "dossiers": "dossier"}
NOTE = {"kind": "error", "note": "It was wrong."}
#: Files of what the cases name.
AROUND = {
    "parties": [{"id": "press", "name": "Press", "kind": "media-outlet"}],
    "sources": [{"id": "paper", **FINE["sources"]}],
    "claims": [{"id": "one", **FINE["claims"]}],
    "dossiers": [{"id": "story", "title": "T", "questions": [{"id": "why", "text": "Why?"}]}],
}


@dataclass
class Case:
    """A record whose members have faults at `pointers`, in their order."""

    plural: str
    members: Json
    pointers: list[str]
    #: What a file does not have as HTTP has it: there, all text is text.
    http_only: bool = field(default=False, kw_only=True)


CASES: dict[str, Case] = {
    "a wrong term and an unknown record": Case(
        "parties", {"kind": "country", "part_of": "nobody"}, ["/kind", "/part_of"]
    ),
    "a reference as a read shows it": Case(
        "parties", {"kind": "country", "part_of": {"type": "party", "id": "nobody"}}, ["/kind", "/part_of"]
    ),
    "a record of another type": Case("parties", {"name": "", "part_of": "paper"}, ["/name", "/part_of"]),
    "itself": Case("parties", {"kind": "country", "part_of": "new"}, ["/kind", "/part_of"]),
    "a reference that is faulty by itself is said once": Case(
        "parties", {"part_of": "No Body", "predecessors": ["nobody"]}, ["/part_of", "/predecessors/0"]
    ),
    "in a list, beside a member that is no object": Case(
        "parties",
        {"memberships": ["nobody", {"party": "nobody"}]},
        ["/memberships/0", "/memberships/1/party"],
        http_only=True,
    ),
    "a list that is none": Case(
        "parties",
        {"predecessors": {"x": 1}, "part_of": "nobody"},
        ["/predecessors", "/part_of"],
        http_only=True,
    ),
    "deep, beside faults of the same object": Case(
        "claims",
        {"citations": [{"source": "nothing", "locator": {"paragraph": 0}}]},
        ["/citations/0/locator/paragraph", "/citations/0/source"],
    ),
    "an unknown member": Case("sources", {"colour": "red", "publisher": "nobody"}, ["/colour", "/publisher"]),
    "a required member": Case(
        "sources", {"title": None, "derived_from": [{"source": "nothing", "how": "quotes"}]},
        ["/title", "/derived_from/0/source"],
    ),
    "an unknown question": Case(
        "claims",
        {"kind": "rumor", "answers": [{"question": "what", "stance": "denies"}]},
        ["/kind", "/answers/0/question"],
    ),
    "an answer with a wrong stance": Case(
        "claims",
        {"answers": [{"question": "what", "stance": "perhaps"}, {"question": "why", "stance": "denies"}]},
        ["/answers/0/stance", "/answers/0/question"],
    ),
    "a question that is asked elsewhere": Case(
        "dossiers", {"title": "", "questions": [{"id": "why", "text": "Why?"}]}, ["/title", "/questions/0/id"]
    ),
    "all that a claim names": Case(
        "claims",
        {
            "proposition": "",
            "attribution": [{"party": "nobody", "role": "said", "source": "nothing"}],
            "about": {"parties": ["nobody"], "places": ["nowhere"]},
            "relations": [{"type": "supports", "claim": "two"}],
            "dossiers": ["tale"],
            "assessment": {"status": "disputed", "citations": [{"source": "nothing"}]},
        },
        [
            "/proposition", "/attribution/0/party", "/attribution/0/source", "/about/parties/0",
            "/about/places/0", "/relations/0/claim", "/dossiers/0", "/assessment/citations/0/source",
        ],
    ),
}  # fmt: skip


def _around(path: Path) -> Desk:
    desk = empty_desk(path)
    for plural, records in AROUND.items():
        for record in records:
            assert desk.send("POST", f"{plural}?publish=true", record).status_code == 201
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return copied(_around, tmp_path / "facts.db")


def _pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["pointer"] for error in answer.get_json()["errors"]]


def _post(desk: Desk, case: Case, body: Json) -> list[str]:
    return _pointers(desk.send("POST", case.plural, {"id": "new", **body}))


def _put(desk: Desk, case: Case, body: Json) -> list[str]:
    desk.send("POST", case.plural, {"id": "new", **FINE[case.plural]})
    return _pointers(desk.change("PUT", f"{case.plural}/new", body))


def _put_new(desk: Desk, case: Case, body: Json) -> list[str]:
    return _pointers(desk.send("PUT", f"{case.plural}/new", body, If_None_Match="*"))


def _patch(desk: Desk, case: Case, body: Json) -> list[str]:
    desk.send("POST", case.plural, {"id": "new", **FINE[case.plural]})
    return _pointers(desk.change("PATCH", f"{case.plural}/new", case.members))


def _batch(desk: Desk, case: Case, body: Json) -> list[str]:
    item = {"op": "create", "type": TYPES[case.plural], "id": "new", "body": body}
    found = _pointers(desk.send("POST", "batch", [item]))
    assert all(pointer.startswith("/0/body/") for pointer in found)
    return [pointer.removeprefix("/0/body") for pointer in found]


WAYS: dict[str, Callable[[Desk, Case, Json], list[str]]] = {
    "POST": _post, "PUT": _put, "PUT of a new one": _put_new, "PATCH": _patch, "batch": _batch,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CASES)
def test_every_fault_of_a_record_is_said_at_once(desk: Desk, name: str, way: str) -> None:
    case = CASES[name]
    body = {**FINE[case.plural], **case.members}

    assert sorted(WAYS[way](desk, case, body)) == sorted(case.pointers)


def _files(folder: Path, case: Case) -> Path:
    folder.mkdir()
    new = {"id": "new", **FINE[case.plural], **case.members}
    for plural, records in AROUND.items():
        # JSON is YAML.
        listed = [*records, new] if plural == case.plural else records
        (folder / f"{plural}.yaml").write_text("\n".join(f"- {json.dumps(record)}" for record in listed))
    return folder


@pytest.mark.parametrize("loaded", [False, True], ids=["of nothing", "of the others"])
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.http_only])
def test_every_fault_of_a_file_is_said_at_once(desk: Desk, tmp_path: Path, name: str, loaded: bool) -> None:
    case = CASES[name]
    folder = _files(tmp_path / "files", case)
    url = url_of(desk.path if loaded else tmp_path / "other.db")

    for done in (facts("check", folder), facts("load", folder, "--db", url)):
        lines = [line for line in done.stdout.splitlines() if "warning" not in line]
        assert sorted(line.split(": ")[1] for line in lines) == sorted(case.pointers), done.stdout
        assert done.returncode == 1
    assert not (tmp_path / "other.db").exists()


BAD_NOTE = {"kind": "mistake", "note": ""}


@pytest.mark.parametrize(
    ("members", "pointers"),
    [
        ({"kind": "country"}, ["/kind"]),
        ({"part_of": "nobody"}, ["/part_of"]),
        ({"kind": "country", "part_of": "nobody"}, ["/kind", "/part_of"]),
        ({}, []),
    ],
)
def test_the_faults_of_a_note_stand_beside_those_of_the_document(
    desk: Desk, members: Json, pointers: list[str]
) -> None:
    body = {**members, "correction": BAD_NOTE}
    noted = sorted(["/correction/kind", "/correction/note", *pointers])
    item = {
        "op": "patch",
        "type": "party",
        "id": "press",
        "if_match": desk.tag("parties/press"),
        "body": body,
    }

    assert sorted(_pointers(desk.change("PUT", "parties/press", {**FINE["parties"], **body}))) == noted
    assert sorted(_pointers(desk.change("PATCH", "parties/press", body))) == noted
    assert sorted(_pointers(desk.send("POST", "batch", [item]))) == [f"/0/body{pointer}" for pointer in noted]


def test_what_a_patch_must_not_touch_stands_beside_its_other_faults(desk: Desk) -> None:
    body = {"id": "other", "meta": {}, "kind": "country", "part_of": "nobody"}

    found = _pointers(desk.change("PATCH", "parties/press", body))

    assert sorted(found) == ["/id", "/kind", "/meta", "/part_of"]


# Records that stand beside one another


def _created(plural: str, record_id: str, **members: Any) -> Json:
    body = {**FINE[plural], **members}
    return {"op": "create", "type": TYPES[plural], "id": record_id, "body": body}


BATCHES: dict[str, tuple[list[Json], list[str]]] = {
    "what names a record that cannot be read has no fault": (
        [_created("parties", "broken", kind="country"), _created("parties", "new", part_of="broken")],
        ["/0/body/kind"],
    ),
    "nor does it where both cannot be read": (
        [
            _created("parties", "broken", kind="country", part_of="new"),
            _created("parties", "new", part_of="broken", name=""),
        ],
        ["/0/body/kind", "/1/body/name"],
    ),
    "nor what answers a question of a dossier that cannot be read": (
        [
            _created("dossiers", "tale", title="", questions=[{"id": "what", "text": "What?"}]),
            _created("claims", "new", answers=[{"question": "what", "stance": "denies"}]),
        ],
        ["/0/body/title"],
    ),
    "nor what names a record that is refused for its state": (
        [
            {"op": "patch", "type": "party", "id": "press", "if_match": '"stale"', "body": {"name": "P"}},
            _created("sources", "new"),
        ],
        ["/0/if_match"],
    ),
    "other records are judged all the same": (
        [
            _created("parties", "broken", kind="country"),
            _created("parties", "new", part_of="nobody"),
            {"op": "make", "type": "party", "id": "x"},
            _created("claims", "c", citations=[{"source": "new"}]),
        ],
        ["/0/body/kind", "/1/body/part_of", "/2/op", "/3/body/citations/0/source"],
    ),
    "a public record cannot name a draft": (
        [
            _created("parties", "draft"),
            _created("parties", "new", publish=True, kind="country", part_of="draft"),
        ],
        ["/1/body/kind", "/1/body/part_of"],
    ),
    "a draft can": (
        [_created("parties", "draft"), _created("parties", "new", kind="country", part_of="draft")],
        ["/1/body/kind"],
    ),
    "one that is to be public, who knows how": (
        [_created("parties", "new", publish="yes", kind="country", part_of="nobody")],
        ["/0/body/publish", "/0/body/kind", "/0/body/part_of"],
    ),
}


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_says_every_fault_of_its_records_at_once(desk: Desk, name: str) -> None:
    items, pointers = BATCHES[name]

    refused = desk.send("POST", "batch", items)

    assert _pointers(refused) == pointers
    assert refused.get_json()["detail"].startswith(f"{len(pointers)} fault")


def test_what_a_public_record_named_before_is_no_fault_of_its_next_form(desk: Desk) -> None:
    desk.change("POST", "sources/paper/retract", NOTE)

    found = _pointers(desk.change("PATCH", "claims/one", {"kind": "rumor", "correction": NOTE}))

    assert found == ["/kind"]


#: Members of a party -> their faults, as they are told: what was sent is shown as JSON, null beside others.
SHOWN: list[tuple[Json, list[tuple[str, str]]]] = [
    ({"kind": ["state"]}, [("/kind", '["state"] is not one of party-kinds; did you mean "state"?')]),
    ({"kind": {"x": None}}, [("/kind", '{"x": null} is not one of party-kinds')]),
    ({"country": 81}, [("/country", "81 is no ISO 3166 code: write JP, or SUHH for a former country")]),
    ({"country": True}, [("/country", "true is no ISO 3166 code: write JP, or SUHH for a former country")]),
    (
        {"country": "日\n"},
        [("/country", '"\\u65e5\\n" is no ISO 3166 code: write JP, or SUHH for a former country')],
    ),
    (
        {"names": ["x", None, {"text": 1, "language": "en"}]},
        [
            ("/names/0", "must be an object"),
            ("/names/1", "must not be null"),
            ("/names/2/text", "must be a string"),
        ],
    ),
    ({"predecessors": [None, "press"]}, [("/predecessors/0", "must not be null")]),
]


@pytest.mark.parametrize(("members", "faults"), SHOWN)
def test_a_fault_shows_what_was_sent_as_it_was_sent(
    desk: Desk, members: Json, faults: list[tuple[str, str]]
) -> None:
    answer = desk.send("POST", "parties?dry_run=true", {"id": "n", **FINE["parties"], **members})

    assert answer.status_code == 422
    assert [(e["pointer"], e["detail"]) for e in answer.get_json()["errors"]] == faults


@pytest.mark.parametrize("body", [b"", b" \n"])
def test_an_empty_body_is_called_empty(desk: Desk, body: bytes) -> None:
    headers = {**desk.publisher, "Content-Type": "application/json"}

    answer = desk.client.post("/v1/parties", data=body, headers=headers)

    assert answer.status_code == 400
    assert answer.get_json()["detail"] == "the body is not JSON that can be kept: it is empty"
