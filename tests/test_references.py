"""How records name one another: once each, in no circle, themselves only in `used_by`, mergers followed."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from .conftest import Desk, Json, copied, empty_desk

NOTE = {"kind": "error", "note": "It was wrong."}
CITED = {"source": "paper", "locator": {"paragraph": 1}}
REQUIRED: dict[str, Json] = {
    "parties": {"name": "N", "kind": "state"},
    "places": {"name": "N", "kind": "island"},
    "dates": {"title": "T", "kind": "meeting", "when": "2019", "citations": [CITED]},
    "sources": {"title": "T", "kind": "book", "publisher": "press", "held": True},
    "claims": {"proposition": "P.", "kind": "reported-fact", "citations": [CITED]},
    "dossiers": {"title": "T"},
}


def _two_of_each(path: Path) -> Desk:
    desk = empty_desk(path)
    for party in ("press", "other"):
        desk.party(party)
    for plural, names in (
        ("sources", ("paper", "reprint")),
        ("places", ("isle", "bay")),
        ("dates", ("talks", "summit")),
        ("claims", ("one", "two")),
        ("dossiers", ("story", "sequel")),
    ):
        for name in names:
            _create(desk, plural, name)
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with two records of each type."""
    return copied(_two_of_each, tmp_path / "facts.db")


def _create(desk: Desk, plural: str, record_id: str, **more: Any) -> None:
    done = desk.send("POST", f"{plural}?publish=true", {"id": record_id, **REQUIRED[plural], **more})
    assert done.status_code == 201, done.text


def _write(desk: Desk, plural: str, members: Json) -> tuple[int, list[str]]:
    body = {"id": "new", **REQUIRED[plural], **members}
    answer = desk.send("POST", f"{plural}?publish=true", body)
    return answer.status_code, [error["pointer"] for error in answer.get_json().get("errors", [])]


#: A member of a list, of each list of a type that names records; twice, each is a double.
LISTS: list[tuple[str, str, Any]] = [
    ("parties", "names", {"text": "N", "language": "en", "used_by": "press"}),
    ("parties", "offices", {"title": "Head", "of": "press"}),
    ("parties", "memberships", {"party": "press", "held": "2019"}),
    ("parties", "predecessors", "press"),
    ("places", "names", {"text": "N", "language": "en", "used_by": "press"}),
    ("places", "claimed_by", "press"),
    ("places", "administered_by", "press"),
    ("dates", "citations", CITED),
    ("dates", "places", "isle"),
    ("dates", "participants", {"party": "press", "role": "host"}),
    ("dates", "dossiers", "story"),
    ("sources", "derived_from", {"source": "paper", "how": "quotes"}),
    ("sources", "co_publishers", "other"),
    ("sources", "signatories", "press"),
    ("claims", "citations", CITED),
    ("claims", "attribution", {"party": "press", "role": "said"}),
    ("claims", "about/parties", "press"),
    ("claims", "about/places", "isle"),
    ("claims", "about/dates", "talks"),
    ("claims", "relations", {"type": "supports", "claim": "one"}),
    ("claims", "dossiers", "story"),
    ("claims", "assessment/citations", CITED),
]


def _listing(path: str, members: list[Any]) -> Json:
    outer, _, inner = path.partition("/")
    if not inner:
        return {outer: members}
    judged = {"status": "disputed", "note": "N.", "assessed": "2026-11-24"} if outer == "assessment" else {}
    return {outer: {**judged, inner: members}}


@pytest.mark.parametrize(("plural", "path", "member"), LISTS, ids=[f"{p} {path}" for p, path, _ in LISTS])
def test_a_member_stands_once_in_a_list(desk: Desk, plural: str, path: str, member: Any) -> None:
    single = _write(desk, plural, _listing(path, [member]))
    desk.change("POST", f"{plural}/new/retract", NOTE)
    body = {**REQUIRED[plural], "id": "newer", **_listing(path, [member, member])}
    double = desk.send("POST", f"{plural}?publish=true", body)

    assert single == (201, [])
    assert double.status_code == 422
    assert [error["pointer"] for error in double.get_json()["errors"]] == [f"/{path}/1"]
    assert "listed twice" in double.get_json()["errors"][0]["detail"]


RELATIONS = {
    "the same with another note": (
        [{"type": "supports", "claim": "one", "note": "A."}, {"type": "supports", "claim": "one"}],
        ["/relations/1"],
    ),
    "supports beside contradicts": (
        [{"type": "supports", "claim": "one"}, {"type": "contradicts", "claim": "one"}],
        ["/relations/1/type"],
    ),
    "contradicts beside supports": (
        [
            {"type": "contradicts", "claim": "one"},
            {"type": "elaborates", "claim": "one"},
            {"type": "supports", "claim": "one"},
        ],
        ["/relations/2/type"],
    ),
    "of two claims": ([{"type": "supports", "claim": "one"}, {"type": "contradicts", "claim": "two"}], []),
    "two that go together": (
        [{"type": "supports", "claim": "one"}, {"type": "elaborates", "claim": "one"}],
        [],
    ),
}


@pytest.mark.parametrize(("relations", "pointers"), RELATIONS.values(), ids=RELATIONS)
def test_relations_to_one_claim_agree(desk: Desk, relations: list[Json], pointers: list[str]) -> None:
    found = _write(desk, "claims", {"relations": relations})

    assert found == (422 if pointers else 201, pointers)


SUPERSEDING = ("supersedes", "corrects")
PAIRS = [(first, second) for first in SUPERSEDING for second in SUPERSEDING]


def _related(relation: str, claim: str) -> Json:
    return {"relations": [{"type": relation, "claim": claim}]}


def _relate(desk: Desk, claim: str, relation: str, other: str) -> TestResponse:
    return desk.change("PATCH", f"claims/{claim}", {**_related(relation, other), "correction": NOTE})


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_supersedes_and_corrects_are_one_order(desk: Desk, first: str, second: str) -> None:
    _create(desk, "claims", "third", **_related(first, "two"))
    assert _relate(desk, "two", first, "one").status_code == 200

    refused = _relate(desk, "one", second, "third")

    assert refused.status_code == 422
    [fault] = refused.get_json()["errors"]
    assert fault["pointer"] == "/relations"
    assert fault["detail"].endswith("leads in a circle: one → third → two → one")


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_batch_cannot_close_a_circle_of_the_joined_kinds(desk: Desk, first: str, second: str) -> None:
    items = [
        {"op": "create", "type": "claim", "id": name, "body": {**REQUIRED["claims"], **_related(kind, other)}}
        for name, kind, other in (("a", first, "b"), ("b", second, "a"))
    ]

    refused = desk.send("POST", "batch", items)

    assert refused.status_code == 422
    circular = [error["pointer"] for error in refused.get_json()["errors"]]
    assert circular == ["/0/body/relations", "/1/body/relations"]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_merger_cannot_close_a_circle_of_the_joined_kinds(desk: Desk, first: str, second: str) -> None:
    _create(desk, "claims", "third", **_related(first, "one"))
    assert _relate(desk, "two", second, "third").status_code == 200

    refused = desk.change("POST", "claims/one/merge", {**NOTE, "into": "two"})

    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.get_json()["errors"]} == {"/into"}


def test_a_merger_cannot_leave_supports_beside_contradicts(desk: Desk) -> None:
    relations = [{"type": "supports", "claim": "one"}, {"type": "contradicts", "claim": "two"}]
    _create(desk, "claims", "third", relations=relations)

    refused = desk.change("POST", "claims/two/merge", {**NOTE, "into": "one"})

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/into"]


# Itself


@pytest.mark.parametrize("publish", ["", "?publish=true"])
def test_a_party_records_the_name_that_it_uses_itself(desk: Desk, publish: str) -> None:
    names = [{"text": "日本", "language": "ja", "used_by": "japan"}]
    body = {"id": "japan", "name": "Japan", "kind": "state", "names": names}

    created = desk.send("POST", f"parties{publish}", body)

    assert created.status_code == 201, created.text
    assert created.get_json()["names"][0]["used_by"]["name"] == "Japan"
    if publish:
        seen = desk.read("parties/japan", perspective="japan")
        assert (seen["name"], seen["neutral_name"]) == ("日本", "Japan")


ITSELF = [
    ("parties", {"part_of": "new"}, "/part_of"),
    ("parties", {"predecessors": ["new"]}, "/predecessors/0"),
    ("parties", {"memberships": [{"party": "new"}]}, "/memberships/0/party"),
    ("parties", {"offices": [{"title": "Head", "of": "new"}]}, "/offices/0/of"),
    ("places", {"part_of": "new"}, "/part_of"),
    ("dates", {"part_of": "new"}, "/part_of"),
    ("sources", {"derived_from": [{"source": "new", "how": "quotes"}]}, "/derived_from/0/source"),
    ("claims", {"relations": [{"type": "supports", "claim": "new"}]}, "/relations/0/claim"),
]


@pytest.mark.parametrize(("plural", "members", "pointer"), ITSELF)
def test_a_record_names_itself_nowhere_else(desk: Desk, plural: str, members: Json, pointer: str) -> None:
    assert _write(desk, plural, members) == (422, [pointer])


# Mergers


REFERRING = [(p, path, member) for p, path, member in LISTS if "press" in str(member)]


@pytest.mark.parametrize(("plural", "path", "member"), REFERRING, ids=[f"{p} {t}" for p, t, _ in REFERRING])
@pytest.mark.parametrize("twice", [False, True], ids=["one", "both"])
def test_what_was_read_of_a_record_that_names_a_merged_one_is_no_change(
    desk: Desk, plural: str, path: str, member: Any, twice: bool
) -> None:
    desk.party("old")
    old = _renamed(member)
    members = _listing(path, [old, member] if twice else [old])
    _create(desk, plural, "new", **members)
    assert desk.change("POST", "parties/old/merge", {**NOTE, "into": "press"}).status_code == 200
    served = desk.client.get(f"/v1/{plural}/new")

    put = desk.change("PUT", f"{plural}/new", served.get_json())
    patched = desk.change("PATCH", f"{plural}/new", _listing(path, [member]))

    assert put.status_code == 200, put.text
    assert put.get_json()["meta"]["revision"] == 1
    assert desk.client.get(f"/v1/{plural}/new").data == served.data
    assert (patched.status_code, patched.get_json()["meta"]["revision"]) == (200, 1), patched.text


def _renamed(member: Any) -> Any:
    if isinstance(member, str):
        return "old" if member == "press" else member
    return {name: _renamed(value) for name, value in member.items()}


# Nulls that the schema allows


def test_type_may_be_null_in_a_body_and_body_null_in_a_batch(desk: Desk) -> None:
    created = desk.send("POST", "parties", {"type": None, "id": "new", **REQUIRED["parties"]})
    put = desk.change(
        "PUT", "parties/new", {"type": None, **REQUIRED["parties"], "meta": None, "links": None}
    )
    item = {"type": "party", "id": "new", "body": None}
    batch = desk.send("POST", "batch", [{**item, "op": "publish", "if_match": desk.tag("parties/new")}])
    refused = desk.send("POST", "batch", [{**item, "op": "create"}])

    assert (created.status_code, put.status_code, batch.status_code) == (201, 200, 200), batch.text
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/0/body"]


# Questions


WHY = {"questions": [{"id": "why", "text": "Why?"}]}
ANSWER = {"answers": [{"question": "why", "stance": "affirms"}]}


def _ask(desk: Desk, publish: bool) -> None:
    body = {"id": "asking", "title": "T", **WHY}
    assert desk.send("POST", f"dossiers{'?publish=true' if publish else ''}", body).status_code == 201


def _answer(desk: Desk, publish: bool) -> TestResponse:
    body = {"id": "new", **REQUIRED["claims"], **ANSWER}
    return desk.send("POST", f"claims{'?publish=true' if publish else ''}", body)


def _faults(answer: TestResponse) -> tuple[int, list[str]]:
    return answer.status_code, [error["pointer"] for error in answer.get_json().get("errors", [])]


def test_a_published_claim_answers_no_question_of_a_draft(desk: Desk) -> None:
    _ask(desk, publish=False)

    at_once = _answer(desk, publish=True)
    draft = _answer(desk, publish=False)
    published = desk.change("POST", "claims/new/publish")
    edited = desk.change("PATCH", "claims/one", {**ANSWER, "correction": NOTE})

    refused = (422, ["/answers/0/question"])
    assert (_faults(at_once), _faults(published), _faults(edited)) == (refused, refused, refused)
    assert draft.status_code == 201
    assert '"asking", which is a draft' in at_once.text.replace("\\", "")


def test_a_draft_and_its_answer_are_published_together(desk: Desk) -> None:
    _ask(desk, publish=False)
    _answer(desk, publish=False)
    items = [
        {"op": "publish", "type": kind, "id": name, "if_match": desk.tag(path)}
        for kind, name, path in (("claim", "new", "claims/new"), ("dossier", "asking", "dossiers/asking"))
    ]

    assert desk.send("POST", "batch", items).status_code == 200


def test_an_answer_outlives_the_retraction_of_its_dossier_and_no_new_one_is_given(desk: Desk) -> None:
    _ask(desk, publish=True)
    _answer(desk, publish=True)
    assert desk.change("POST", "dossiers/asking/retract", NOTE).status_code == 200

    edited = desk.change("PATCH", "claims/new", {"proposition": "Q.", "correction": NOTE})
    answered = desk.change("PATCH", "claims/one", {**ANSWER, "correction": NOTE})

    assert edited.status_code == 200, edited.text
    assert _faults(answered) == (422, ["/answers/0/question"])


def test_a_draft_whose_question_is_answered_is_not_deleted(desk: Desk) -> None:
    _ask(desk, publish=False)
    _answer(desk, publish=False)

    refused = desk.change("DELETE", "dossiers/asking")
    items = [
        {"op": "delete", "type": kind, "id": name, "if_match": desk.tag(path)}
        for kind, name, path in (("dossier", "asking", "dossiers/asking"), ("claim", "new", "claims/new"))
    ]
    together = desk.send("POST", "batch", items)

    assert (refused.status_code, refused.get_json()["referrers"]) == (409, ["new"])
    assert together.status_code == 200, together.text


def test_a_batch_cannot_answer_a_question_that_it_drops(desk: Desk) -> None:
    _ask(desk, publish=True)
    tag = desk.tag("dossiers/asking")
    dropped = {"questions": None, "correction": NOTE}

    refused = desk.send("POST", "batch", [
        {"op": "patch", "type": "dossier", "id": "asking", "if_match": tag, "body": dropped},
        {"op": "create", "type": "claim", "id": "new", "body": {**REQUIRED["claims"], **ANSWER}},
    ])  # fmt: skip

    assert _faults(refused) == (422, ["/1/body/answers/0/question"])


def test_two_dossiers_of_one_batch_do_not_ask_one_question(desk: Desk) -> None:
    items = [
        {"op": "create", "type": "dossier", "id": name, "body": {"title": "T", **WHY}} for name in ("a", "b")
    ]

    refused = desk.send("POST", "batch", items)

    assert _faults(refused) == (422, ["/0/body/questions/0/id", "/1/body/questions/0/id"])
