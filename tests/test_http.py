"""HTTP as the specifications have it: validators, negotiation, problems, and what hostile clients send."""

import json
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from .audits.contract import operations
from .conftest import ROOT, Server, client_of, key_for

pytestmark = pytest.mark.process

CLAIM = "/v1/claims/abe-seeks-treaty-progress-in-term"
#: (method, path) -> the operation there, as the description has it.
DESCRIBED = {
    (method.upper(), path): operation
    for path, methods in operations(json.loads((ROOT / "api" / "openapi.json").read_text("utf-8"))).items()
    for method, operation in methods.items()
}
READABLE = [
    CLAIM,
    f"{CLAIM}?fields=kind",
    f"{CLAIM}?include=attribution.party",
    f"{CLAIM}/references",
    "/v1/claims",
    "/v1/claims?limit=3&include=citations.source",
    "/v1/claims?id=abe-seeks-treaty-progress-in-term",
    "/v1",
    "/v1/vocabularies",
    "/v1/vocabularies/stances",
    "/openapi.json",
    "/openapi.yaml",
    "/problems/gone",
    "/.well-known/api-catalog",
    "/health/live",
    "/health/ready",
]


# Validators


@pytest.mark.parametrize("path", READABLE)
def test_everything_readable_has_a_strong_tag_and_answers_304(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]

    assert re.fullmatch(r'"[0-9a-f]+"', tag)
    # Whether the service is ready is of one moment.
    kept = "no-store" if path == "/health/ready" else "no-cache"
    assert first.headers["Cache-Control"] == kept
    assert {"Authorization", "Origin"} <= set(first.headers["Vary"].split(", "))
    for tags in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": tags})
        assert again.status_code == 304, tags
        assert again.data == b""
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == kept
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", READABLE)
def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient, path: str) -> None:
    got, asked = client.get(path), client.head(path)

    assert asked.data == b""
    assert asked.status_code == got.status_code
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control", "Vary"):
        assert asked.headers[name] == got.headers[name]


@pytest.mark.parametrize("path", READABLE)
def test_options_lists_the_methods(client: FlaskClient, path: str) -> None:
    response = client.options(path)

    assert response.status_code == 200
    methods = response.headers["Allow"].split(", ")
    assert set(methods) >= {"GET", "HEAD", "OPTIONS"}
    assert methods == sorted(methods)
    assert (response.data, response.headers.get("Content-Type")) == (b"", None)


def test_answers_under_parameters_have_their_own_tags(client: FlaskClient) -> None:
    tags = {client.get(path).headers["ETag"] for path in READABLE}

    assert len(tags) == len(READABLE)


def test_a_record_says_when_it_changed(client: FlaskClient) -> None:
    response = client.get(CLAIM)
    changed = datetime.fromisoformat(response.get_json()["meta"]["updated"])

    assert response.headers["Last-Modified"] == format_datetime(
        changed.replace(microsecond=0, tzinfo=UTC), usegmt=True
    )


def test_if_modified_since_is_honoured_where_no_tag_is_sent(client: FlaskClient) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    earlier = "Mon, 01 Jan 2018 00:00:00 GMT"
    stale = {"If-None-Match": '"other"', "If-Modified-Since": later}

    assert client.get(CLAIM, headers={"If-Modified-Since": earlier}).status_code == 200
    assert client.get(CLAIM, headers=stale).status_code == 200
    for nonsense in ("yesterday", "", "Mon, 99 Jan 2018 00:00:00 GMT"):
        assert client.get(CLAIM, headers={"If-Modified-Since": nonsense}).status_code == 200


# Other sites


def test_scripts_of_other_sites_may_read(client: FlaskClient) -> None:
    for path in (CLAIM, "/nothing", "/v1/claims?limit=0"):
        response = client.get(path, headers={"Origin": "https://a.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        exposed = response.headers["Access-Control-Expose-Headers"]
        assert {"ETag", "Link", "Retry-After", "X-Request-Id"} <= set(exposed.split(", "))


def test_a_preflight_says_what_is_allowed(client: FlaskClient) -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    response = client.options(CLAIM, headers=asked | {"Access-Control-Request-Headers": "if-none-match"})

    assert response.status_code == 200
    assert "GET" in response.headers["Access-Control-Allow-Methods"]
    assert "If-None-Match" in response.headers["Access-Control-Allow-Headers"]


#: What browsers' scripts and their libraries send.
SENT = (
    "accept", "accept-datetime", "accept-language", "cache-control", "content-type", "if-match",
    "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "pragma", "prefer", "range",
    "traceparent", "tracestate", "x-request-id", "x-requested-with",
)  # fmt: skip


@pytest.mark.parametrize("name", SENT)
def test_scripts_of_other_sites_may_send_what_reads_take(client: FlaskClient, name: str) -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    response = client.options(CLAIM, headers=asked | {"Access-Control-Request-Headers": name})

    allowed = response.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert name in allowed
    assert "*" in allowed
    assert "authorization" not in allowed


def test_what_a_patch_is_written_in_is_told(client: FlaskClient, merged: "Merged") -> None:
    taken = {"application/merge-patch+json", "application/json"}
    assert set(client.options(CLAIM).headers["Accept-Patch"].split(", ")) == taken
    assert "Accept-Patch" not in client.options("/v1").headers
    refused = merged.client.patch(CLAIM, data="x", content_type="text/plain", headers=merged.key)
    assert refused.status_code == 415
    assert set(refused.headers["Accept-Patch"].split(", ")) == taken


@pytest.mark.parametrize(
    ("path", "varies"),
    [
        (CLAIM, False),
        ("/v1/claims", False),
        ("/v1/corrections.atom", False),
        ("/health/live", False),
        ("/problems/gone", True),
        (f"{CLAIM}/provenance", True),
    ],
)
def test_vary_names_accept_where_it_changes_the_answer(client: FlaskClient, path: str, varies: bool) -> None:
    assert ("Accept" in client.get(path).headers["Vary"].split(", ")) == varies


# Pages


@pytest.mark.parametrize("path", ["/docs/", "/problems/gone"])
def test_a_page_runs_nothing_but_its_own_and_stands_in_no_frame(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers={"Accept": "text/html"})

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2]
    # The documentation is another's, which sets styles as it goes.
    assert ("'unsafe-inline'" in policy) == (path == "/docs/")
    assert "'unsafe-eval'" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-cache"
    again = client.get(path, headers={"Accept": "text/html", "If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304


def test_the_script_of_the_documentation_is_allowed_by_its_digest(client: FlaskClient) -> None:
    page = client.get("/docs/")
    script = page.data.partition(b"<script>")[2].partition(b"</script>")[0]

    assert script
    assert (
        f"'sha256-{b64encode(sha256(script).digest()).decode()}'" in page.headers["Content-Security-Policy"]
    )
    assert client.get("/docs/swagger-ui.css").headers["X-Content-Type-Options"] == "nosniff"


# Request ids


def test_a_clients_request_id_comes_back(client: FlaskClient) -> None:
    assert client.get("/v1", headers={"X-Request-Id": "desk-7f3a"}).headers["X-Request-Id"] == "desk-7f3a"


@pytest.mark.parametrize("given", ["short", "a" * 65, "a b c d e f g", "<script>alert(1)</script>"])
def test_a_request_id_that_could_harm_a_log_is_replaced(client: FlaskClient, given: str) -> None:
    found = client.get("/v1/claims/x", headers={"X-Request-Id": given})

    assert re.fullmatch("[0-9a-f]{16}", found.headers["X-Request-Id"])
    assert found.get_json()["request_id"] == found.headers["X-Request-Id"]


# Negotiation and methods


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200),
        ("*/*", 200),
        ("application/json", 200),
        ("application/*", 200),
        ("text/html, application/json;q=0.1", 200),
        ("text/html,*/*;q=0.1", 200),
        ("text/csv", 406),
        ("application/json;charset=utf-8", 200),
        ('application/json; profile="https://a.example/b,c;d"; q=0.5', 200),
        ("text/html;level=1, */*;q=0.1", 200),
        ("application/json;q=0", 406),
        ("application/json;charset=utf-8;q=0", 406),
        ("text/html;charset=utf-8", 406),
        ("image/png, text/html", 406),
    ],
)
def test_a_record_is_served_as_json_or_refused(client: FlaskClient, accept: str | None, status: int) -> None:
    response = client.get(CLAIM, headers={"Accept": accept} if accept else {})

    assert response.status_code == status
    if status == 406:
        assert "application/json" in response.get_json()["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_a_method_that_is_not_served_is_405_with_allow(client: FlaskClient, method: str) -> None:
    response = client.open("/v1", method=method)

    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert response.content_type == "application/problem+json"


# Problems


def test_a_problems_type_leads_to_a_page(client: FlaskClient) -> None:
    for path in ("/v1/claims/nobody", "/v1/claims?limit=0", "/nothing/here"):
        problem = client.get(path).get_json()

        page = client.get(problem["type"], headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert page.content_type == "text/html; charset=utf-8"
        assert problem["title"] in page.text
        as_json = client.get(problem["type"]).get_json()
        assert (as_json["title"], as_json["status"]) == (problem["title"], problem["status"])


def test_problem_types_are_absolute_where_the_address_is_known(loaded: Path) -> None:
    problem = client_of(loaded, base_url="https://facts.example.org").get("/v1/claims/nobody").get_json()

    assert problem["type"] == "https://facts.example.org/problems/not-found"


def test_a_record_of_another_type_says_where_it_stands(client: FlaskClient) -> None:
    response = client.get("/v1/claims/abe-shinzo")

    assert response.status_code == 404
    assert "/v1/parties/abe-shinzo" in response.get_json()["detail"]


def test_a_misspelt_record_suggests_the_right_one(client: FlaskClient) -> None:
    response = client.get("/v1/parties/abe-shinso")

    assert response.status_code == 404
    assert response.get_json()["did_you_mean"] == "abe-shinzo"


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/v1/claim", "/v1/claims"),
        ("/v1/claims/x/reference", "/v1/claims/x/references"),
        ("/.git/config", None),
        ("/embed/claims/", None),
        ("/embed/parties/nhk", None),
        ("/claims/..%2f", None),
        ("/v1/party", "/v1/parties"),
        ("/v1/claim/abe-shinzo", "/v1/claims/abe-shinzo"),
        ("/v1/claims/abe-shinzo/provenence", "/v1/claims/abe-shinzo/provenance"),
        ("/v1/claims/", "/v1/claims"),
        ("/v1/serch", "/v1/search"),
        ("/openapi.jsn", "/openapi.json"),
        ("/healthz/ready", "/health/ready"),
        ("/nothing-at-all", None),
        ("/v1/claims/a/b/c/d/e/f", None),
    ],
)
def test_a_misspelt_address_suggests_the_right_one(client: FlaskClient, path: str, meant: str | None) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert response.get_json().get("did_you_mean") == meant


# Merged records

#: One record of each type, in which a copy lives on.
SURVIVORS = {
    "claims": "abe-seeks-treaty-progress-in-term",
    "parties": "nhk",
    "dates": "osaka-g20-2019",
    "sources": "urdupoint-2019-07-21",
    "places": "four-islands",
    "dossiers": "japan-russia-peace-treaty",
}


class Merged:
    """A client of a record that holds a merged copy of each survivor, `copy-of-…`."""

    def __init__(self, path: Path) -> None:
        self.key = {"Authorization": f"Bearer {key_for(path)}"}
        self.client = client_of(path)
        for plural, survivor in SURVIVORS.items():
            self._merge_a_copy(plural, survivor)
        self.last = self.client.get("/v1/changes?limit=1").get_json()["last"]

    def _merge_a_copy(self, plural: str, survivor: str) -> None:
        copy = self.client.get(f"/v1/{plural}/{survivor}").get_json() | {"id": f"copy-of-{survivor}"}
        # Questions have ids of their own.
        copy.pop("questions", None)
        made = self.client.post(f"/v1/{plural}?publish=true", json=copy, headers=self.key)
        merged = self.client.post(
            f"/v1/{plural}/{copy['id']}/merge",
            json={"into": survivor, "kind": "duplicate", "note": "The same."},
            headers=self.key | {"If-Match": made.headers["ETag"]},
        )
        assert merged.status_code == 200, merged.text


@pytest.fixture(scope="module")
def merged(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Merged:
    path = tmp_path_factory.mktemp("merged") / "facts.db"
    shutil.copy(loaded, path)
    return Merged(path)


COPY = "/v1/claims/copy-of-abe-seeks-treaty-progress-in-term"
DOSSIER = "/v1/dossiers/copy-of-japan-russia-peace-treaty"
BELOW = [
    "{claim}",
    "{claim}?fields=kind,standing",
    "{claim}?as_of=seq:{last}",
    "{claim}/provenance",
    "{claim}/provenance?as_of=seq:{last}&perspective=russia",
    "{claim}/similar?limit=2",
    "{claim}/quantities?as_of=seq:{last}",
    "{claim}/references?role=relations.claim",
    "{claim}/references?as_of=seq:{last}",
    "/v1/parties/copy-of-nhk/revisions?limit=1",
    "/v1/parties/copy-of-nhk/revisions?as_of=seq:{last}",
    "{dossier}/timeline?when=2018-11/2019-07&limit=3",
    "{dossier}/timeline?as_of=seq:{last}",
    "{dossier}/positions?question=who-holds-sovereignty",
    "{dossier}/positions?as_of=seq:{last}",
]


@pytest.mark.parametrize("path", BELOW)
def test_an_address_below_a_merged_record_leads_to_the_same_below_its_survivor(
    merged: Merged, path: str
) -> None:
    asked = path.format(claim=COPY, dossier=DOSSIER, last=merged.last)

    moved = merged.client.get(asked)

    assert (moved.status_code, moved.headers["Location"]) == (308, asked.replace("copy-of-", ""))
    there = merged.client.get(moved.headers["Location"])
    assert there.status_code == 200, there.text


def test_what_a_client_left_unencoded_does_not_break_the_way_to_a_survivor(merged: Merged) -> None:
    moved = merged.client.get(
        "/v1/parties/copy-of-nhk", environ_overrides={"QUERY_STRING": "f%69elds=kind,name"}
    )

    assert moved.headers["Location"] == "/v1/parties/nhk?fields=kind,name"


@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p in DESCRIBED if m == "GET" and "{id}" in p])
def test_the_description_tells_which_addresses_lead_on(merged: Merged, method: str, path: str) -> None:
    survivor = SURVIVORS[path.split("/")[2]]

    moved = merged.client.get(path.format(id=f"copy-of-{survivor}", number=1))

    assert (moved.status_code == 308) == ("308" in DESCRIBED[method, path]["responses"])


@pytest.mark.parametrize("path", [COPY, f"{COPY}/provenance", f"{DOSSIER}/timeline"])
def test_the_way_to_a_survivor_is_asked_for_again_each_time(merged: Merged, path: str) -> None:
    moved = merged.client.get(path)
    with_a_key = merged.client.get(path, headers=merged.key)

    assert moved.headers["Cache-Control"] == "no-cache"
    assert with_a_key.headers["Cache-Control"] == "private, no-store"
    assert moved.headers["Vary"] == merged.client.get(moved.headers["Location"]).headers["Vary"]


def test_a_memento_of_a_merged_record_is_asked_for_at_its_survivor(merged: Merged) -> None:
    then = {"Accept-Datetime": "Fri, 31 Dec 2999 00:00:00 GMT"}

    moved = merged.client.get(COPY, headers=then)

    assert (moved.status_code, moved.headers["Location"]) == (308, CLAIM)
    assert "Accept-Datetime" in moved.headers["Vary"]
    assert "Memento-Datetime" in merged.client.get(CLAIM, headers=then).headers


def test_a_revision_of_a_merged_record_has_no_number_at_its_survivor(merged: Merged) -> None:
    moved = merged.client.get("/v1/parties/copy-of-nhk/revisions/1?compare=1")

    assert (moved.status_code, moved.headers["Location"]) == (308, "/v1/parties/nhk")


# Links to the next page

WRITTEN = {
    "a quotation mark": ("/v1/search", 'q="treaty&limit=1'),
    "an angle bracket": ("/v1/claims", "q=>treaty&limit=1"),
    "a space": ("/v1/claims", "q=peace+treaty&limit=1"),
    "bare UTF-8": ("/v1/search", "q=tréaty&limit=1"),
    "encoded UTF-8": ("/v1/search", "q=tr%C3%A9aty&limit=1"),
    "an encoded name": ("/v1/claims", "%6Bind=position,demand&limit=1"),
    "an empty part": ("/v1/claims", "&limit=1&&"),
    "an interval": ("/v1/claims", "said=2018-11/2019-07&limit=1"),
    "a moment": ("/v1/claims", "as_of=seq:280&about.not=russia&limit=1"),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_the_next_link_is_a_link_however_the_query_was_written(client: FlaskClient, case: str) -> None:
    path, written = WRITTEN[case]
    page = client.get(path, environ_overrides={"QUERY_STRING": written.encode().decode("latin-1")})

    link = re.fullmatch(r'<([!#-;=?-~]+)>; rel="next"', page.headers["Link"])
    assert link, page.headers["Link"]
    following = client.get(link[1])
    assert following.status_code == 200, following.text
    assert following.get_json()["query"] == page.get_json()["query"]
    assert following.get_json()["data"] != page.get_json()["data"]


def test_an_encoded_cursor_gives_way_to_the_next_one(client: FlaskClient) -> None:
    cursor = client.get("/v1/claims?limit=1").get_json()["page"]["next"]

    second = client.get(f"/v1/claims?limit=1&%61fter={cursor}")

    third = client.get(second.headers["Link"][1:].partition(">")[0])
    assert third.status_code == 200, third.text


def test_the_undated_of_a_timeline_are_found_however_the_query_was_written(client: FlaskClient) -> None:
    undated = client.get("/v1/timeline?%75ndated=false&by=valid&about=russia&limit=1").get_json()["undated"]

    listed = client.get(undated["href"])
    assert listed.status_code == 200, listed.text
    assert listed.get_json()["data"][0] == undated["data"][0]


# Keys


@pytest.mark.parametrize("key", ["Bearer nonsense", "Bearer facts_00000000_x", "Basic abc"])
def test_a_bad_key_is_refused_at_every_address(client: FlaskClient, key: str) -> None:
    for method, path in [(m, p) for m, p in DESCRIBED if p.startswith("/v1")]:
        address = path.format(id="nhk", name="stances", number=1)
        refused = client.open(address, method=method, headers={"Authorization": key})
        assert refused.status_code == 401, (method, path)
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "path", [f"{CLAIM}?as_of=seq:280", f"{CLAIM}/references?as_of=seq:280", "/v1/claims?limit=0"]
)
def test_a_bad_key_is_refused_whatever_is_asked(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_a_good_key_reads_what_everybody_reads(merged: Merged) -> None:
    for path in ("/v1/search?q=treaty", "/v1/timeline", f"{CLAIM}/provenance", "/v1/changes", "/v1"):
        assert merged.client.get(path, headers=merged.key).status_code == 200


def test_the_service_tells_its_health_to_anybody(client: FlaskClient) -> None:
    for path in ("/health/ready", "/openapi.json", "/problems/unauthorized"):
        assert client.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 200


# Through a real server: what its parser refuses, and what a linter of HTTP says
HOST = b"Host: facts.example\r\nConnection: close\r\n"
CHECK = b"POST /v1/check HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
CHUNKED = CHECK + b"Transfer-Encoding: chunked\r\n\r\n"
REFUSED = {
    "a long address": (b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "a long query": (b"GET /v1/claims?kind=" + b"a" * 10_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "a long header": (b"GET /v1 HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 10_000 + b"\r\n\r\n", 431),
    "many headers": (b"GET /v1 HTTP/1.1\r\n" + HOST + b"X-N: 1\r\n" * 200 + b"\r\n", 431),
    "NUL in the line": (b"GET /v1\x00 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "NUL in a header": (b"GET /v1 HTTP/1.1\r\n" + HOST + b"X-Nul: a\x00b\r\n\r\n", 400),
    "no HTTP at all": (b"HELLO THERE\r\n\r\n", 400),
    "a wrong version": (b"GET /v1 HTTP/9.9\r\n" + HOST + b"\r\n", 400),
    "two lengths": (
        b"GET /v1 HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        400,
    ),
    "a broken length": (b"POST /v1 HTTP/1.1\r\n" + HOST + b"Content-Length: ten\r\n\r\n", 400),
    "length and chunks": (
        b"POST /v1 HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "another coding": (CHECK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    "chunked twice": (CHECK + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    "chunks of an old client": (
        b"POST /v1/check HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "a chunk's size in words": (CHUNKED + b"ten\r\n[]\r\n0\r\n\r\n", 400),
    "a negative chunk": (CHUNKED + b"-2\r\n[]\r\n0\r\n\r\n", 400),
    "a chunk of 2^64 bytes": (CHUNKED + b"10000000000000000\r\n[]\r\n0\r\n\r\n", 400),
    "a chunk that is longer than it says": (CHUNKED + b"2\r\n[] \r\n0\r\n\r\n", 400),
    "a trailer without a colon": (CHUNKED + b"2\r\n[]\r\n0\r\nno trailer\r\n\r\n", 400),
    "a trailer without a name": (CHUNKED + b"2\r\n[]\r\n0\r\n: x\r\n\r\n", 400),
    "a trailer with a space in its name": (CHUNKED + b"2\r\n[]\r\n0\r\na b: x\r\n\r\n", 400),
    "a trailer with a NUL": (CHUNKED + b"2\r\n[]\r\n0\r\na: \0\r\n\r\n", 400),
    "a trailer that frames": (CHUNKED + b"2\r\n[]\r\n0\r\nContent-Length: 2\r\n\r\n", 400),
    "trailers without end": (CHUNKED + b"2\r\n[]\r\n0\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
    "a NUL in the path": (b"GET /v1/claims/%00 HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    "a NUL in an address": (b"GET /nothing%00 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a NUL in the query": (b"GET /v1/claims?kind=%00 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "no UTF-8 in the path": (b"GET /v1/claims/%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    "no UTF-8 in an address": (b"GET /%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "no UTF-8 in the query": (b"GET /v1/claims?kind=%ff HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "bare bytes in the query": (b"GET /v1/claims?kind=\xff HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a broken escape": (b"GET /v1/claims?kind=%zz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "many parameters": (b"GET /v1/claims?" + b"a&" * 500 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a surrogate": (b"GET /v1/claims?said=%ed%a0%80 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "an unknown address": (b"GET /v2/claims HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    "no host": (b"GET /v1 HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    "two hosts": (b"GET /v1 HTTP/1.1\r\n" + HOST + b"Host: b.example\r\n\r\n", 400),
    "a host with a path": (b"GET /v1 HTTP/1.1\r\nHost: a.example/v1\r\nConnection: close\r\n\r\n", 400),
    "a host with a user": (b"GET /v1 HTTP/1.1\r\nHost: me@a.example\r\nConnection: close\r\n\r\n", 400),
    "a host with a space": (b"GET /v1 HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", 400),
    "a way upwards": (b"GET /v1/../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n", 404),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_request_gets_a_problem_that_names_the_fault(server: Server, case: str) -> None:
    request, status = REFUSED[case]

    head, _, body = server.raw(request).partition(b"\r\n\r\n")

    assert head.startswith(f"HTTP/1.1 {status} ".encode()), head
    assert b"application/problem+json" in head
    assert b"x-request-id" in head.lower()
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/")
    assert len(problem["detail"]) > 15
    assert server.get("/health/live")[0] == 200


SERVED = {
    "a name": (b"GET /v1 HTTP/1.1\r\n" + HOST + b"\r\n", 200),
    "a port": (b"GET /v1 HTTP/1.1\r\nHost: a.example:8000\r\nConnection: close\r\n\r\n", 200),
    "IPv4": (b"GET /v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 200),
    "IPv6": (b"GET /v1 HTTP/1.1\r\nHost: [::1]:8000\r\nConnection: close\r\n\r\n", 200),
    "an old client": (b"GET /v1 HTTP/1.0\r\n\r\n", 200),
    "the service as a whole": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 204),
}


@pytest.mark.parametrize("case", SERVED)
def test_a_request_that_names_its_host_is_served(server: Server, case: str) -> None:
    request, status = SERVED[case]

    head = server.raw(request).partition(b"\r\n\r\n")[0]

    assert head.split()[1] == str(status).encode(), head
    if status == 204:
        assert b"Allow: GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE" in head


LINTED = {
    "a record": (CLAIM, {}),
    "a collection": ("/v1/claims?limit=2", {}),
    "a problem": ("/v1/claims?limit=0", {}),
    "a missing record": ("/v1/claims/nobody", {}),
    "a description": ("/openapi.json", {}),
    "a page": ("/problems/gone", {"Accept": "text/html"}),
}


@pytest.mark.parametrize("case", [*LINTED, "a 304"])
def test_a_linter_of_http_finds_no_error(server: Server, case: str) -> None:
    path, headers = LINTED.get(case, (CLAIM, {}))
    if case == "a 304":
        headers = {"If-None-Match": server.get(CLAIM)[1]["etag"]}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    raw = server.raw(b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST + lines + b"\r\n")

    linted = subprocess.run(
        [Path(sys.executable).with_name("httplint"), "-n"], input=raw, capture_output=True, timeout=60
    )

    notes = linted.stdout.decode()
    assert linted.returncode == 0, linted.stderr.decode()
    assert "### General" in notes
    assert "[BAD]" not in notes, notes
    assert (" 304 " in raw[:20].decode()) == (case == "a 304")
