"""Who has seen a state is shown no older one: Facts-Version on an answer, Facts-Min-Version on a request."""

from json import loads
from pathlib import Path

import pytest

from .audits.contract import followed
from .conftest import ROOT, Desk, Server, empty_desk

DOCUMENT = loads((ROOT / "api" / "openapi.json").read_text())
PARTY = {"id": "bob", "name": "Bob", "kind": "person"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk at an empty record."""
    return empty_desk(tmp_path / "facts.db")


def version(desk: Desk, path: str = "parties", **headers: str) -> int:
    return int(desk.send("GET", path, **headers).headers["Facts-Version"])


def test_every_answer_to_a_key_says_which_version_it_shows(desk: Desk) -> None:
    before = version(desk)

    made = desk.send("POST", "parties", PARTY)
    refused = desk.send("POST", "parties", PARTY)
    dry = desk.send("POST", "parties?dry_run=true", PARTY | {"id": "eve"})

    assert (made.status_code, refused.status_code, dry.status_code) == (201, 409, 200)
    for answer in (made, refused, dry):
        assert int(answer.headers["Facts-Version"]) == before + 1
    for path in ("parties/bob", "parties/nobody", "changes?wait=0", "vocabularies"):
        assert version(desk, path) == before + 1


def test_nobody_without_a_key_is_told_a_version(desk: Desk) -> None:
    unknown = {"Authorization": "Bearer facts_12345678_unknown"}

    asked = [desk.client.get("/v1/parties"), desk.client.get("/"), desk.send("GET", "parties", key=unknown)]

    assert [answer.status_code for answer in asked] == [200, 200, 401]
    assert not any("Facts-Version" in answer.headers for answer in asked)


@pytest.mark.parametrize("path", ["/v1/parties", "/v1/parties?limit=3", "/v1/vocabularies", "/", "/parties"])
def test_an_answer_shows_the_version_that_it_is_asked_for(desk: Desk, path: str) -> None:
    desk.party()
    reached = version(desk)

    asked = [desk.client.get(path, headers={"Facts-Min-Version": str(reached + n)}) for n in (-1, 0, 1)]

    assert [answer.status_code for answer in asked] == [200, 200, 412]
    problem = desk.client.get("/v1/parties", headers={"Facts-Min-Version": str(reached + 1)}).get_json()
    assert problem["type"] == "/problems/version-not-reached"
    assert problem["detail"].startswith("Facts-Min-Version: there is no commit of that number")


def test_what_is_to_be_written_onto_a_version_that_is_not_there_is_not_written(desk: Desk) -> None:
    answer = desk.send("POST", "parties", PARTY, Facts_Min_Version="1000")

    assert (answer.status_code, answer.get_json()["type"]) == (412, "/problems/version-not-reached")
    assert desk.send("GET", "parties/bob").status_code == 404


def test_a_generated_client_can_send_and_read_versions_wherever_they_count() -> None:
    least = {"$ref": "#/components/parameters/Facts-Min-Version"}
    described = {
        (method, path): operation
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }

    for (_, path), operation in described.items():
        counts = path == "/v1" or path.startswith("/v1/")
        assert (least in operation["parameters"]) == counts, path
        if counts:
            answers = [followed(DOCUMENT, answer) for answer in operation["responses"].values()]
            assert all("Facts-Version" in answer["headers"] for answer in answers), path
            assert "412" in operation["responses"], path


@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "+1", "1, 2", "٣", "9" * 19])
@pytest.mark.parametrize(("method", "path"), [("GET", "parties"), ("POST", "parties"), ("POST", "check")])
def test_a_version_that_is_no_number_is_named(desk: Desk, method: str, path: str, value: str) -> None:
    body = [{"id": "bob", "revision": 1}] if path == "check" else PARTY
    answer = desk.client.open(
        f"/v1/{path}",
        method=method,
        json=None if method == "GET" else body,
        headers={"Facts-Min-Version": value.encode().decode("latin-1"), **desk.publisher},
    )

    assert answer.status_code == 400
    assert answer.get_json()["type"] == "/problems/invalid-request"
    assert "Facts-Min-Version takes the number of a Facts-Version" in answer.get_json()["detail"]


def test_scripts_of_other_sites_may_use_both(desk: Desk) -> None:
    preflight = desk.client.options(
        "/v1/parties", headers={"Origin": "https://news.example", "Access-Control-Request-Method": "GET"}
    )

    assert "Facts-Min-Version" in preflight.headers["Access-Control-Allow-Headers"]
    assert "Facts-Version" in preflight.headers["Access-Control-Expose-Headers"]


@pytest.mark.process
def test_what_is_kept_is_held_to_the_same(one_worker: Server) -> None:
    path = "/v1/parties/nhk?fields=kind"
    one_worker.get(path)
    kept = one_worker.get(path)

    assert one_worker.get(path, Facts_Min_Version="1")[0] == kept[0] == 200
    assert one_worker.get(path, Facts_Min_Version="1")[1]["etag"] == kept[1]["etag"]
    assert one_worker.get(path, Facts_Min_Version="1000")[0] == 412
    assert one_worker.get(path, Facts_Min_Version="many")[0] == 400
    assert one_worker.get(path, Facts_Min_Version="1", If_None_Match=kept[1]["etag"])[0] == 304
