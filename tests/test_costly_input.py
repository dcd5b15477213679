"""Input made to be costly: as large as it may be, it is answered at the cost of reading it."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.http.bodies import parse
from api.http.problems import Problem
from api.http.query_strings import LONGEST_PREFERENCES
from api.records.read.select import MOST_SUGGESTED
from api.records.write.session import MOST_SUGGESTED as MOST_SUGGESTED_IN_A_WRITE
from schemas.base import MOST_UNKNOWN
from schemas.problem import MOST_ERRORS
from schemas.strict_json import DEEPEST

from .conftest import Desk

TOO_DEEP = f"it nests more than {DEEPEST} levels deep"


def _members(count: int) -> str:
    return ",".join(f'"m{number}":1' for number in range(count))


def _check(client: FlaskClient, body: str) -> dict[str, Any]:
    """What an anonymous reader is answered."""
    response = client.post("/v1/check", data=body.encode(), content_type="application/json")
    assert response.status_code in (400, 422), response.text
    return dict(response.get_json())


# Bodies


def test_the_member_that_stands_twice_is_found_among_two_hundred_thousand() -> None:
    # Counting each name among all of them took minutes.
    with pytest.raises(Problem) as refused:
        parse(f'{{{_members(200_000)},"m199999":1}}'.encode())

    assert refused.value.detail.endswith('the member "m199999" stands twice in one object')


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (f'[{{{_members(80_000)},"m79999":1}}]', 'the member "m79999" stands twice in one object'),
        ('{"b":1,"a":1,"a":2,"b":2}', 'the member "b" stands twice in one object'),
        ("[" * 33 + "]" * 33, TOO_DEEP),
        ('{"a":' * 33 + "1" + "}" * 33, TOO_DEEP),
        ("[" + ",".join(["[]"] * 100_000) + "," + "[" * 32 + "]" * 32 + "]", TOO_DEEP),
        ('{"a":' + "[" * 40 + "]" * 40 + ',"a":1}', 'the member "a" stands twice in one object'),
        ('{"a":' + "[" * 1000 + "]" * 1000 + ',"a":1}', TOO_DEEP),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_body_that_cannot_be_kept_is_refused(client: FlaskClient, body: str, fault: str) -> None:
    problem = _check(client, body)

    assert problem["status"] == 400
    assert problem["detail"] == f"the body is not JSON that can be kept: {fault}"


@pytest.mark.parametrize(
    "body",
    [
        "[" * 32 + "]" * 32,
        '{"a":' * 32 + "1" + "}" * 32,
        json.dumps(["[" * 900_000]),
        json.dumps(['\\"' + "{" * 1000]),
        "[" + ",".join(["[]"] * 300_000) + "]",
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_body_as_deep_as_it_may_be_is_read(client: FlaskClient, body: str) -> None:
    assert _check(client, body)["status"] == 422


@pytest.mark.parametrize(("items", "members"), [(1, 80_000), (200, 400)])
def test_of_too_many_unknown_members_some_are_named(client: FlaskClient, items: int, members: int) -> None:
    item = f'{{"id":"nhk","revision":1,{_members(members)}}}'

    errors = _check(client, f"[{','.join([item] * items)}]")["errors"]

    assert len(errors) == min(items * MOST_UNKNOWN, MOST_ERRORS)
    assert {error["detail"] for error in errors} == {"unknown member"}


def test_known_members_are_read_among_many_unknown_ones(client: FlaskClient) -> None:
    errors = _check(client, f'[{{{_members(1000)},"id":"NHK","revision":0}}]')["errors"]

    assert {"/0/id", "/0/revision"} < {error["pointer"] for error in errors}


# Suggestions


def test_the_first_unknown_ids_of_a_query_get_a_suggestion(client: FlaskClient) -> None:
    ids = [f"abe-shinz{number}" for number in range(100)]

    errors = client.get(f"/v1/claims?claimant={','.join(ids)}").get_json()["errors"]

    assert [error["did_you_mean"] for error in errors[:MOST_SUGGESTED]] == ["abe-shinzo"] * MOST_SUGGESTED
    assert len(errors) == 100
    assert not any("did_you_mean" in error for error in errors[MOST_SUGGESTED:])


def test_the_first_unknown_references_of_a_write_get_a_suggestion(desk: Desk) -> None:
    batch = [
        {
            "op": "create",
            "type": "party",
            "id": f"child-{number}",
            "body": {"name": "Child", "kind": "person", "part_of": f"abe-shinz{number}"},
        }
        for number in range(MOST_SUGGESTED_IN_A_WRITE + 20)
    ]

    errors = desk.send("POST", "batch", batch).get_json()["errors"]

    assert len(errors) == len(batch)
    assert [e.get("did_you_mean") for e in errors].count("abe-shinzo") == MOST_SUGGESTED_IN_A_WRITE


# Headers


@pytest.mark.parametrize("header", ["Accept", "Accept-Language"])
def test_a_list_of_preferences_is_as_long_as_one_field(client: FlaskClient, header: str) -> None:
    address = "/v1/parties?perspective=russia&limit=200"
    longest = ",".join(["*/*;q=0.1", *["a/b"] * 3000])[:LONGEST_PREFERENCES]

    assert client.get(address, headers={header: longest}).status_code == 200
    refused = client.get(address, headers={header: longest + ","})
    assert refused.status_code == 431
    assert refused.get_json()["detail"] == f"{header} has 8191 characters; at most 8190 are read"
