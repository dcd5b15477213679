"""Trying a write without doing it, many at once, and again: dry runs, batches, idempotency keys."""

from typing import Any

import pytest

from api.records.core.sql import ALWAYS
from api.records.store.tables import KEPT_ANSWERS

from .audits.contract import require_shape
from .conftest import Desk
from .test_clients import DOCUMENT
from .test_curating import BOB, NOTE


def _everything(desk: Desk) -> list[bytes]:
    paths = ("parties?limit=200", "claims?limit=200", "changes?limit=200&since=200", "corrections")
    return [desk.send("GET", path).data for path in paths]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "parties?dry_run=true", BOB),
        ("POST", "parties?publish=true&dry_run=true", BOB),
        ("PATCH", "parties/nhk?dry_run=true", {"name": "N", "correction": NOTE}),
        ("PUT", "parties/nhk?dry_run=true", {"name": "N", "kind": "group", "correction": NOTE}),
        ("POST", "parties/nhk/retract?dry_run=true", NOTE),
        ("POST", "parties/tass/merge?dry_run=true", {**NOTE, "into": "nhk"}),
        ("POST", "batch?dry_run=true", [{"op": "create", "type": "party", "id": "bob", "body": BOB}]),
    ],
)
def test_a_dry_run_shows_the_result_and_changes_nothing(
    desk: Desk, method: str, path: str, body: Any
) -> None:
    before = _everything(desk)
    record = path.split("?")[0].removesuffix("/retract").removesuffix("/merge")
    headers = {"If_Match": desk.tag(record)} if "/" in record else {}

    response = desk.send(method, path, body, **headers)

    assert response.status_code == 200, response.text
    assert response.get_json()
    assert _everything(desk) == before
    for unseen in ({}, {"If_Match": "*"}):
        assert desk.send(method, path, body, **unseen).get_json().keys() == response.get_json().keys()
    assert _everything(desk) == before


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 428), ({"If_Match": "*"}, 400), ({"If_Match": '"else"'}, 412)]
)
def test_only_a_dry_run_may_leave_open_what_was_read(
    desk: Desk, headers: dict[str, str], status: int
) -> None:
    patch = {"name": "N", "correction": NOTE}
    item = {"op": "patch", "type": "party", "id": "nhk", "body": patch}

    assert desk.send("PATCH", "parties/nhk", patch, **headers).status_code == status
    assert desk.send("PATCH", "parties/nhk?dry_run=true", patch, If_Match='"else"').status_code == 412
    assert desk.send("POST", "batch", [item]).status_code == 422
    assert desk.send("POST", "batch?dry_run=true", [item]).status_code == 200
    for unseen in ("*", "any"):
        assert desk.send("POST", "batch?dry_run=true", [{**item, "if_match": unseen}]).status_code == 422


def test_publishing_what_is_published_changes_nothing(desk: Desk) -> None:
    before = _everything(desk)

    again = desk.change("POST", "parties/nhk/publish")

    assert (again.status_code, again.data) == (200, desk.client.get("/v1/parties/nhk").data)
    assert _everything(desk) == before


def test_a_batch_may_refer_to_itself_in_any_order(desk: Desk) -> None:
    claim = {"proposition": "P.", "kind": "reported-fact", "citations": [{"source": "paper"}]}
    source = {"title": "Paper", "kind": "book", "publisher": "press", "held": True}
    press = {"name": "Press", "kind": "group"}
    batch = [
        {"op": "create", "type": "claim", "id": "claim", "body": {**claim, "publish": True}},
        {"op": "create", "type": "source", "id": "paper", "body": {**source, "publish": True}},
        {"op": "create", "type": "party", "id": "press", "body": {**press, "publish": True}},
        {"op": "retract", "type": "party", "id": "nhk", "if_match": desk.tag("parties/nhk"), "body": NOTE},
    ]

    response = desk.send("POST", "batch", batch)

    assert response.status_code == 200, response.text
    assert [r["result"] for r in response.get_json()["data"]] == [
        "created",
        "created",
        "created",
        "retracted",
    ]
    assert desk.client.get("/v1/claims/claim").status_code == 200
    assert desk.client.get("/v1/parties/nhk").status_code == 410


@pytest.mark.parametrize(
    ("then", "status"),
    [
        ([{"op": "publish"}], 200),
        ([{"op": "publish", "body": {}}], 200),
        ([{"op": "patch", "body": {"country": "JP"}}, {"op": "publish"}], 200),
        ([{"op": "replace", "body": {"name": "Rob", "kind": "person"}}, {"op": "publish"}], 200),
        ([{"op": "patch", "body": {"country": "JP"}}], 404),
        ([{"op": "delete"}], 404),
    ],
)
def test_what_a_batch_creates_it_changes_without_a_tag(desk: Desk, then: Any, status: int) -> None:
    create = {"op": "create", "body": {"name": "Bob", "kind": "person"}}
    batch = [{"type": "party", "id": "bob", **item} for item in (create, *then)]

    response = desk.send("POST", "batch", batch)

    assert response.status_code == 200, response.text
    assert desk.client.get("/v1/parties/bob").status_code == status


ROB = {"name": "Bob", "kind": "person"}
#: Items, what they are answered with, and whether the description takes them.
ITEMS: list[tuple[Any, tuple[int, str], bool]] = [
    ({"op": "create", "publish": True, "body": ROB}, (200, "published"), True),
    ({"op": "create", "publish": False, "body": ROB}, (200, "draft"), True),
    ({"op": "create", "publish": None, "body": {"id": "bob", **ROB}}, (200, "draft"), True),
    ({"op": "create", "body": {**ROB, "publish": True}}, (200, "published"), False),
    ({"op": "create", "publish": "yes", "body": ROB}, (422, "/0/publish"), False),
    ({"op": "create", "publish": True}, (422, "/0/body"), False),
    ({"op": "create", "body": {**ROB, "colour": "red"}}, (422, "/0/body/colour"), False),
    ({"op": "patch", "publish": True, "body": {"country": "JP"}}, (422, "/0/publish"), False),
    ({"op": "retract", "body": {"kind": "tpyo", "note": "N"}}, (422, "/0/body/kind"), False),
    ({"op": "merge", "body": NOTE}, (422, "/0/body/into"), False),
    ({"op": "rename"}, (422, "/0/op"), False),
]


@pytest.mark.parametrize(("item", "answer", "described"), ITEMS)
def test_an_item_of_a_batch_is_as_described(
    desk: Desk, item: Any, answer: tuple[int, str], described: bool
) -> None:
    batch = [{"type": "party", "id": "bob", **item}]
    body = DOCUMENT["paths"]["/v1/batch"]["post"]["requestBody"]["content"]["application/json"]["schema"]

    response = desk.send("POST", "batch", batch)

    found = response.get_json()
    assert response.status_code == answer[0], response.text
    if answer[0] == 200:
        assert desk.send("GET", "parties/bob").get_json()["meta"]["status"] == answer[1]
    else:
        assert answer[1] in [error["pointer"] for error in found["errors"]]
    if described:
        require_shape(DOCUMENT, body, batch)
    else:
        with pytest.raises(AssertionError):
            require_shape(DOCUMENT, body, batch)


@pytest.mark.parametrize("named", [0, 1])
def test_a_batch_names_the_tag_of_a_record_once(desk: Desk, named: int) -> None:
    desk.send("POST", "parties", BOB)
    batch: list[dict[str, Any]] = [
        {"op": "patch", "type": "party", "id": "bob", "body": {"country": "JP"}},
        {"op": "publish", "type": "party", "id": "bob"},
    ]
    batch[named]["if_match"] = desk.tag("parties/bob")

    response = desk.send("POST", "batch", batch)

    assert response.status_code == 200, response.text
    assert desk.client.get("/v1/parties/bob").get_json()["country"] == "JP"


@pytest.mark.parametrize(
    ("tag", "detail"), [(None, "If-Match is needed"), ('"stale"', "has changed since it was read")]
)
def test_a_batch_needs_the_tag_of_what_was_there_before(desk: Desk, tag: str | None, detail: str) -> None:
    desk.send("POST", "parties", BOB)
    publish = {"op": "publish", "type": "party", "id": "bob", "if_match": tag}
    other = {"op": "create", "type": "party", "id": "ann", "body": {"name": "Ann", "kind": "person"}}

    refused = desk.send("POST", "batch", [other, publish])

    assert refused.status_code == 422
    [error] = refused.get_json()["errors"]
    assert error["pointer"] == "/1/if_match"
    assert detail in error["detail"]


def test_a_batch_holds_every_tag_that_it_names(desk: Desk) -> None:
    desk.send("POST", "parties", BOB)
    patch = {"op": "patch", "type": "party", "id": "bob", "body": {"country": "JP"}}
    publish = {"op": "publish", "type": "party", "id": "bob", "if_match": '"stale"'}

    refused = desk.send("POST", "batch", [{**patch, "if_match": desk.tag("parties/bob")}, publish])

    assert refused.status_code == 422
    assert [e["pointer"] for e in refused.get_json()["errors"]] == ["/1/if_match"]


def test_a_batch_does_not_take_a_record_that_was_there_for_its_own(desk: Desk) -> None:
    desk.send("POST", "parties", BOB)
    create = {"op": "create", "type": "party", "id": "bob", "body": {"name": "Rob", "kind": "person"}}

    refused = desk.send("POST", "batch", [create, {"op": "publish", "type": "party", "id": "bob"}])

    assert refused.status_code == 422
    assert desk.client.get("/v1/parties/bob").status_code == 404


def test_the_faults_of_a_batch_are_named_in_its_order(desk: Desk) -> None:
    batch = [
        {"op": "create", "type": "party", "id": "far", "body": {"name": "F"}},
        {"op": "explode", "type": "party", "id": "far"},
        {"op": "patch", "type": "party", "id": "nhk", "body": 1},
    ]

    response = desk.send("POST", "batch", batch)

    assert [e["pointer"] for e in response.get_json()["errors"]] == ["/0/body/kind", "/1/op", "/2/body"]


def test_one_fault_refuses_a_whole_batch_and_names_each_place(desk: Desk) -> None:
    before = _everything(desk)
    batch = [
        {"op": "create", "type": "party", "id": "good", "body": {"name": "G", "kind": "person"}},
        {"op": "create", "type": "party", "id": "nhk", "body": {"name": "G", "kind": "person"}},
        {"op": "retract", "type": "party", "id": "tass", "if_match": '"stale"', "body": NOTE},
        {
            "op": "create",
            "type": "party",
            "id": "far",
            "body": {"name": "F", "kind": "person", "part_of": "none"},
        },
    ]

    response = desk.send("POST", "batch", batch)

    assert response.status_code == 422
    pointers = [e["pointer"] for e in response.get_json()["errors"]]
    assert [p.split("/")[1] for p in pointers] == ["1", "2", "3"]
    assert _everything(desk) == before


@pytest.mark.parametrize(
    "batch", [[], {}, "x", [1], [{"op": "explode"}], [{"op": "create", "type": "party", "id": "x"}] * 501]
)
def test_a_batch_that_cannot_be_read_is_refused(desk: Desk, batch: Any) -> None:
    assert desk.send("POST", "batch", batch).status_code == 422


def test_a_batch_that_is_unclear_about_publishing_is_refused(desk: Desk) -> None:
    item = {"op": "create", "type": "party", "id": "bob", "body": {**BOB, "publish": "yes"}}

    response = desk.send("POST", "batch", [item])

    assert response.status_code == 422
    assert response.get_json()["errors"][0]["pointer"] == "/0/body/publish"


def test_a_repeated_key_replays_the_first_answer(desk: Desk) -> None:
    first = desk.send("POST", "parties", BOB, Idempotency_Key="a-1")

    again = desk.send("POST", "parties", BOB, Idempotency_Key='"a-1"')

    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    other = desk.send("POST", "parties", {**BOB, "name": "Rob"}, Idempotency_Key="a-1")
    assert other.status_code == 422
    assert other.get_json()["type"].endswith("idempotency-key-reused")
    assert desk.send("POST", "parties", BOB, key=desk.editor, Idempotency_Key="a-1").status_code == 409


def test_a_refusal_is_not_replayed(desk: Desk) -> None:
    wrong = {**BOB, "part_of": "ann"}
    assert desk.send("POST", "parties", wrong, Idempotency_Key="a-2").status_code == 422
    desk.party("ann")

    assert desk.send("POST", "parties", wrong, Idempotency_Key="a-2").status_code == 201


def test_an_answer_is_given_again_for_a_day_only(desk: Desk) -> None:
    desk.send("POST", "parties", BOB, Idempotency_Key="a-3")
    KEPT_ANSWERS.change(desk.database, ALWAYS, created="2019-07-21T00:00:00+00:00")

    response = desk.send("POST", "parties", {**BOB, "id": "rob"}, Idempotency_Key="a-3")
    again = desk.send("POST", "parties", {**BOB, "id": "rob"}, Idempotency_Key="a-3")

    assert response.status_code == 201, response.text
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("value", ["", "a b", "ä", "x" * 300])
def test_a_bad_idempotency_key_is_refused(desk: Desk, value: str) -> None:
    response = desk.send("POST", "parties", BOB, Idempotency_Key=value)

    assert response.status_code == 400
    assert desk.send("GET", "parties/bob").status_code == 404
