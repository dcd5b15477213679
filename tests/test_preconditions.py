"""Conditional requests: every precondition of RFC 9110 §13, alone and in the order in which they count."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from .conftest import Desk

CLAIM = "/v1/claims/abe-seeks-treaty-progress-in-term"
NOTE = {"kind": "error", "note": "In a test."}
LATER = "Fri, 31 Dec 2999 00:00:00 GMT"
EARLIER = "Mon, 01 Jan 2018 00:00:00 GMT"


def _forms(moment: datetime) -> dict[str, str]:
    """A time in the three forms of an HTTP date (RFC 9110 §5.6.7)."""
    return {
        "DATE": format_datetime(moment, usegmt=True),
        "DATE850": f"{moment:%A, %d-%b-%y %H:%M:%S} GMT",
        "ASCTIME": f"{moment:%a %b} {moment.day:2} {moment:%H:%M:%S %Y}",
    }


def _filled(text: str, tag: str, changed: datetime) -> str:
    """A header in which TAG stands for the tag's characters, DATE and BEFORE… for times."""
    words = _forms(changed) | {
        f"BEFORE-{name}": form for name, form in _forms(changed - timedelta(1)).items()
    }
    for name in sorted(words, key=len, reverse=True):
        text = text.replace(name, words[name])
    return text.replace("TAG", tag)


# Reads

NONE_MATCH, MATCH = "If-None-Match", "If-Match"
SINCE, UNTIL = "If-Modified-Since", "If-Unmodified-Since"
READS: list[tuple[dict[str, str], int]] = [
    ({}, 200),
    # If-None-Match: weak comparison, lists, encodings
    ({NONE_MATCH: '"TAG"'}, 304),
    ({NONE_MATCH: 'W/"TAG"'}, 304),
    ({NONE_MATCH: '"TAG-gzip"'}, 304),
    ({NONE_MATCH: '"TAG-br"'}, 304),
    ({NONE_MATCH: '"TAG-zstd"'}, 304),
    ({NONE_MATCH: 'W/"TAG-gzip"'}, 304),
    ({NONE_MATCH: '"other", "TAG-gzip"'}, 304),
    ({NONE_MATCH: '"a,b" , W/"TAG","c"'}, 304),
    ({NONE_MATCH: ',, "TAG" ,'}, 304),
    ({NONE_MATCH: " * "}, 304),
    ({NONE_MATCH: '"other"'}, 200),
    ({NONE_MATCH: '"TAG-other"'}, 200),
    ({NONE_MATCH: '"xTAG"'}, 200),
    ({NONE_MATCH: '"TAG-gzip-gzip"'}, 200),
    ({NONE_MATCH: "TAG"}, 200),
    ({NONE_MATCH: ""}, 200),
    ({NONE_MATCH: '"unclosed, "TAG'}, 200),
    ({NONE_MATCH: '"a" "TAG"'}, 200),
    # If-Modified-Since: three forms, nonsense ignored
    ({SINCE: "DATE"}, 304),
    ({SINCE: "DATE850"}, 304),
    ({SINCE: "ASCTIME"}, 304),
    ({SINCE: LATER}, 304),
    ({SINCE: "BEFORE-DATE"}, 200),
    ({SINCE: "BEFORE-DATE850"}, 200),
    ({SINCE: "BEFORE-ASCTIME"}, 200),
    ({SINCE: "yesterday"}, 200),
    ({SINCE: ""}, 200),
    ({SINCE: "Mon, 99 Jan 2018 00:00:00 GMT"}, 200),
    ({SINCE: "Fri, 31 Dec 99999999999999999999 00:00:00 GMT"}, 200),
    ({SINCE: "Fri, 31 Dec 9999 23:59:59 -2359"}, 200),
    # If-Match: strong comparison
    ({MATCH: '"TAG"'}, 200),
    ({MATCH: '"TAG-gzip"'}, 200),
    ({MATCH: '"other", "TAG"'}, 200),
    ({MATCH: ',"TAG"'}, 200),
    ({MATCH: "*"}, 200),
    ({MATCH: 'W/"TAG"'}, 412),
    ({MATCH: '"other"'}, 412),
    ({MATCH: ","}, 412),
    ({MATCH: ""}, 412),
    ({MATCH: "TAG"}, 400),
    ({MATCH: '*, "TAG"'}, 400),
    # If-Unmodified-Since
    ({UNTIL: "DATE"}, 200),
    ({UNTIL: LATER}, 200),
    ({UNTIL: "BEFORE-DATE"}, 412),
    ({UNTIL: "BEFORE-DATE850"}, 412),
    ({UNTIL: "BEFORE-ASCTIME"}, 412),
    ({UNTIL: "yesterday"}, 200),
    # Precedence: If-Match before If-Unmodified-Since, then If-None-Match before If-Modified-Since
    ({MATCH: '"TAG"', UNTIL: EARLIER}, 200),
    ({MATCH: '"other"', UNTIL: LATER}, 412),
    ({MATCH: '"TAG"', NONE_MATCH: '"TAG"'}, 304),
    ({MATCH: '"other"', NONE_MATCH: '"TAG"'}, 412),
    ({MATCH: '"TAG"', SINCE: LATER}, 304),
    ({MATCH: '"other"', SINCE: LATER}, 412),
    ({UNTIL: LATER, NONE_MATCH: '"TAG"'}, 304),
    ({UNTIL: EARLIER, NONE_MATCH: '"TAG"'}, 412),
    ({UNTIL: EARLIER, SINCE: LATER}, 412),
    ({UNTIL: LATER, SINCE: LATER}, 304),
    ({NONE_MATCH: '"other"', SINCE: LATER}, 200),
    ({NONE_MATCH: '"TAG"', SINCE: EARLIER}, 304),
    ({NONE_MATCH: "nonsense", SINCE: LATER}, 200),
    ({MATCH: '"TAG"', UNTIL: EARLIER, NONE_MATCH: '"other"', SINCE: LATER}, 200),
    ({MATCH: '"other"', UNTIL: LATER, NONE_MATCH: '"other"', SINCE: EARLIER}, 412),
]


def settled(client: FlaskClient) -> tuple[TestResponse, datetime]:
    """A record and the time of its change, which is long enough ago for dates to tell states apart."""
    plain = client.get(CLAIM)
    changed = datetime.fromisoformat(plain.get_json()["meta"]["updated"]).astimezone(UTC)
    age = (datetime.now(UTC) - changed).total_seconds()
    time.sleep(max(0.0, 2.1 - age))
    return plain, changed


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("row", range(len(READS)))
def test_a_read_heeds_its_preconditions_in_their_order(client: FlaskClient, row: int, method: str) -> None:
    conditions, status = READS[row]
    plain, changed = settled(client)
    tag = plain.headers["ETag"].strip('"')
    headers = {name: _filled(text, tag, changed) for name, text in conditions.items()}
    response = client.open(CLAIM, method=method, headers=headers)

    assert response.status_code == status, (headers, response.text)
    if status == 304:
        assert response.data == b""
        for name in ("ETag", "Cache-Control", "Vary"):
            assert response.headers[name] == plain.headers[name]
    if status == 412 and method == "GET":
        assert response.get_json()["current"] == {"etag": plain.headers["ETag"]}


#: Answers without a time of their own: conditions on times say nothing of them.
TIMELESS = ["/v1/claims", "/v1", f"{CLAIM}?fields=kind", f"{CLAIM}/references", "/openapi.json"]


@pytest.mark.parametrize("path", TIMELESS)
@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        ({SINCE: LATER}, 200),
        ({UNTIL: EARLIER}, 200),
        ({NONE_MATCH: 'W/"TAG-br", "x"'}, 304),
        ({MATCH: 'W/"TAG"'}, 412),
        ({MATCH: '"TAG-zstd"', UNTIL: EARLIER, SINCE: LATER}, 200),
    ],
)
def test_an_answer_without_a_time_is_known_by_its_tag_alone(
    client: FlaskClient, path: str, conditions: dict[str, str], status: int
) -> None:
    tag = client.get(path).headers["ETag"].strip('"')
    headers = {name: text.replace("TAG", tag) for name, text in conditions.items()}

    assert client.get(path, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/claims/nobody", 404), ("/v1/claims?limit=0", 400), ("/nothing", 404)]
)
def test_preconditions_are_not_looked_at_where_the_answer_is_an_error(
    client: FlaskClient, path: str, status: int
) -> None:
    for conditions in ({NONE_MATCH: "*"}, {MATCH: '"other"'}, {UNTIL: EARLIER}):
        assert client.get(path, headers=conditions).status_code == status


def test_a_question_that_is_posted_has_no_state_to_be_current(client: FlaskClient) -> None:
    for conditions in ({NONE_MATCH: "*"}, {MATCH: '"other"'}):
        asked = client.post("/v1/check", json=[{"id": "nhk", "revision": 1}], headers=conditions)
        assert asked.status_code == 200


# Writes

#: (conditions, status, words of the detail)
WRITES: list[tuple[dict[str, str], int, str]] = [
    ({MATCH: '"TAG"'}, 200, ""),
    ({MATCH: '"TAG-gzip"'}, 200, ""),
    ({MATCH: ',"TAG"'}, 200, ""),
    ({MATCH: ' "other" ,, "TAG-br" , '}, 200, ""),
    ({MATCH: 'W/"x", "TAG"'}, 200, ""),
    ({MATCH: '"TAG"', UNTIL: EARLIER}, 200, ""),
    ({MATCH: '"TAG"', NONE_MATCH: '"other"'}, 200, ""),
    ({MATCH: '"TAG"', SINCE: LATER}, 200, ""),
    ({MATCH: 'W/"TAG"'}, 412, 'send "TAG", without W/'),
    ({MATCH: 'W/"TAG-gzip"'}, 412, 'send "TAG", without W/'),
    ({MATCH: '"other", W/"TAG"'}, 412, 'send "TAG", without W/'),
    ({MATCH: '"other"'}, 412, "has changed since it was read"),
    ({MATCH: 'W/"other"'}, 412, "has changed since it was read"),
    ({MATCH: '"other"', UNTIL: LATER}, 412, "has changed since it was read"),
    ({MATCH: '"TAG"', NONE_MATCH: 'W/"TAG-br"'}, 412, "what If-None-Match rules out"),
    ({MATCH: '"TAG"', NONE_MATCH: "*"}, 412, "what If-None-Match rules out"),
    ({MATCH: ""}, 412, "names no entity tag"),
    ({MATCH: ","}, 412, "names no entity tag"),
    ({}, 428, "If-Match is needed"),
    ({UNTIL: LATER}, 428, "If-Match is needed"),
    ({NONE_MATCH: '"other"'}, 428, "If-Match is needed"),
    ({MATCH: "*"}, 400, "would overwrite unseen changes"),
    ({MATCH: "TAG"}, 400, "not a list of entity tags"),
    ({MATCH: '"TAG" "other"'}, 400, "not a list of entity tags"),
]
#: (method, address below the draft, body)
CHANGES = [
    ("PATCH", "", {"name": "Robert"}),
    ("PUT", "", {"name": "Robert", "kind": "person"}),
    ("DELETE", "", None),
    ("POST", "/publish", None),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change[0])
def test_a_change_heeds_its_preconditions(desk: Desk, change: tuple[str, str, dict[str, str] | None]) -> None:
    method, below, body = change
    desk.send("POST", "parties", {"id": "bob", "name": "Bob", "kind": "person"})
    tag = desk.tag("parties/bob").strip('"')

    for conditions, status, words in reversed(WRITES):
        headers = {name.replace("-", "_"): text.replace("TAG", tag) for name, text in conditions.items()}
        query = "?dry_run=true" if status == 200 else ""
        response = desk.send(method, f"parties/bob{below}{query}", body, **headers)

        if status == 200:
            assert response.status_code in (200, 204), (conditions, response.text)
            continue
        assert response.status_code == status, (conditions, response.text)
        problem = response.get_json()
        assert words.replace("TAG", tag) in problem["detail"]
        if status in (412, 428):
            assert problem["current"] == {"revision": None, "etag": f'"{tag}"'}


@pytest.mark.parametrize(
    ("tag", "status", "words"),
    [
        ('"TAG"', 200, ""),
        ('"TAG-gzip"', 200, ""),
        ('W/"TAG"', 422, "without W/"),
        ('"other"', 422, "has changed since it was read"),
        ("TAG", 422, "/0/if_match"),
        ("*", 422, "/0/if_match"),
        ('"TAG" "other"', 422, "/0/if_match"),
    ],
)
def test_the_tag_of_an_operation_in_a_batch_is_read_like_if_match(
    desk: Desk, tag: str, status: int, words: str
) -> None:
    shown = tag.replace("TAG", desk.tag("parties/nhk").strip('"'))
    item = {"op": "retract", "type": "party", "id": "nhk", "if_match": shown, "body": NOTE}

    response = desk.send("POST", "batch?dry_run=true", [item])

    assert response.status_code == status, response.text
    assert words in response.text
