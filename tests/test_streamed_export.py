"""The record in one answer: whole, of one state, read back as it was, and never in anybody's way."""

import csv
import json
import os
import zlib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import zstandard
from flask.testing import FlaskClient

from api.formats.file_records import LARGEST_FILE

from .conftest import Desk, Json, Server, client_of, facts
from .test_connections import GET, Wire, head

NOTE = {"kind": "error", "note": "It was wrong: nobody said so."}
STORY = "japan-russia-peace-treaty"


def _records(client: FlaskClient, query: str = "") -> dict[str, Json]:
    answer = client.get(f"/v1/export{query}")
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson"), answer.text
    return {record["id"]: record for record in map(json.loads, answer.data.splitlines())}


def test_each_record_is_a_line_as_a_read_answers(client: FlaskClient) -> None:
    lines = client.get("/v1/export").data.splitlines(keepends=True)

    counts = client.get("/v1").get_json()["counts"]
    assert len(lines) == len({json.loads(line)["id"] for line in lines}) == sum(counts.values())
    for line in lines[::20]:
        assert line == client.get(json.loads(line)["links"]["self"]).data + b"\n"


def _named_in(value: Any) -> Iterator[str]:
    """The ids of the records that a record names, but for what others say of it."""
    if isinstance(value, dict):
        if value.keys() >= {"type", "id", "href"}:
            yield value["id"]
        yield from (i for n, v in value.items() if n != "inverse_relations" for i in _named_in(v))
    elif isinstance(value, list):
        yield from (i for member in value for i in _named_in(member))


@pytest.mark.parametrize("dossier", ["hurricane-maria-death-toll", STORY])
def test_no_reference_leads_out_of_the_export_of_a_dossier(all_loaded: Path, dossier: str) -> None:
    client = client_of(all_loaded)

    found = _records(client, f"?dossier={dossier}")

    members = [
        record["id"]
        for plural in ("parties", "dates", "claims", "sources", "places")
        for record in client.get(f"/v1/{plural}?dossier={dossier}&limit=200&fields=id").get_json()["data"]
    ]
    assert found.keys() >= {dossier, *members}
    assert len(found) < len(_records(client))
    named = {i for record in found.values() for i in _named_in(record)}
    assert named - found.keys() == set()


def test_a_survivor_goes_with_what_names_the_merged(desk: Desk) -> None:
    desk.party("ann")
    desk.party("bob")
    desk.change("PATCH", "parties/bob", {"part_of": "ann", "correction": NOTE})
    desk.send("POST", "dossiers?publish=true", {"id": "small", "title": "Small"})
    body = {"id": "ends", "title": "It ends", "kind": "meeting", "when": "2020", "dossiers": ["small"]}
    body |= {"citations": [{"source": "urdupoint-2019-07-21"}], "participants": [{"party": "bob"}]}
    assert desk.send("POST", "dates?publish=true", body).status_code == 201
    desk.party("cat")
    merger = {"into": "cat", "kind": "error", "note": "One and the same."}
    assert desk.change("POST", "parties/ann/merge", merger).status_code == 200

    assert {"small", "ends", "bob", "cat"} <= _records(desk.client, "?dossier=small").keys()


@pytest.mark.file
def test_what_was_exported_is_loaded_again_as_it_was(all_loaded: Path, tmp_path: Path) -> None:
    exported = client_of(all_loaded).get("/v1/export").data
    records = len(exported.splitlines())
    (tmp_path / "all.ndjson").write_bytes(exported)

    done = facts("load", tmp_path / "all.ndjson", "--db", f"sqlite:///{tmp_path}/back.db")
    again = facts("load", tmp_path / "all.ndjson", "--db", f"sqlite:///{tmp_path}/back.db")

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"{records} changed"), done.stderr
    assert again.stdout.splitlines()[-1] == "0 changed"
    back = client_of(tmp_path / "back.db").get("/v1/export").data
    assert _timeless(back) == _timeless(exported)


def _timeless(lines: bytes) -> dict[str, Json]:
    """Records but for when they were published, which is when they were loaded."""
    records = {record["id"]: record for record in map(json.loads, lines.splitlines())}
    return {i: {**r, "meta": {**r["meta"], "published": "", "updated": ""}} for i, r in records.items()}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('{"type":"party","id":"x"', ":1: /: the line is not JSON that can be kept: unexpected end of data"),
        ('{"type":"party","id":"x","id":"y"}', 'the member "id" stands twice in one object'),
        (
            '{"type":"claim","limit":12345678901234567890}',
            "the number 12345678901234567890 is beyond 64 bits",
        ),
        ('{"type":"claim","tags":' + "[" * 40 + "]" * 40 + "}", "it nests more than 32 levels deep"),
        ('\n{"type":"partei"}', ':2: /: "partei" is not a record type; did you mean "party"?'),
        ("[]", ":1: /: the line is no record: each is an object of JSON"),
        ('{"type":"party","id":"x","name":"X","kind":"country"}', 'did you mean "state"?'),
    ],
)
@pytest.mark.file
def test_lines_that_are_no_records_are_named(tmp_path: Path, lines: str, said: str) -> None:
    (tmp_path / "some.ndjson").write_text(f"{lines}\n", "utf-8")

    done = facts("load", tmp_path / "some.ndjson", "--db", f"sqlite:///{tmp_path}/facts.db")

    assert done.returncode == 1
    assert said in done.stdout
    assert done.stderr == "1 fault; nothing was loaded\n"


@pytest.mark.file
def test_lines_that_would_never_end_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ndjson")
    (tmp_path / "long.ndjson").write_bytes(b'{"type":"party"}\n"' + b"x" * LARGEST_FILE)
    files = tmp_path / "pipe.ndjson", tmp_path / "long.ndjson"

    done = facts("load", *files, "--db", f"sqlite:///{tmp_path}/facts.db")

    assert f"{files[0]}:1: /: cannot be read: not a file\n" in done.stdout
    assert f"{files[1]}:2: /: the line has 20 MB or more\n" in done.stdout


def test_claims_are_a_table_and_records_a_graph(client: FlaskClient) -> None:
    table = client.get("/v1/export?format=csv")
    rows = list(csv.DictReader(StringIO(table.data.decode("utf-8-sig"))))
    graph = client.get("/v1/export?format=jsonld", headers={"Accept": "text/html"})

    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(rows) == client.get("/v1/claims?count=true&limit=1").get_json()["page"]["total"]
    assert graph.headers["Content-Type"] == "application/ld+json"
    document = graph.get_json()
    assert document["@context"] == "https://schema.org"
    nodes = {node["@id"]: node for node in document["@graph"]}
    assert len(nodes) == len(document["@graph"]) == len(_records(client))
    page = client.get("/claims/abe-seeks-treaty-progress-in-term?lang=en").text
    assert nodes["http://localhost/claims/abe-seeks-treaty-progress-in-term"]["@type"] == "Claim"
    assert '"@type": "Claim"' in page


def test_the_form_may_be_asked_for_by_accept(client: FlaskClient) -> None:
    assert client.get("/v1/export", headers={"Accept": "text/csv"}).mimetype == "text/csv"
    assert client.get("/v1/export", headers={"Accept": "text/html"}).status_code == 406


def test_an_export_shows_one_moment(desk: Desk) -> None:
    before = desk.last()
    desk.party("ann")
    desk.change("POST", "parties/nhk/retract", NOTE)

    then, now = (_records(desk.client, query) for query in (f"?as_of=seq:{before}", ""))

    assert {"nhk", "ann"} & then.keys() == {"nhk"}
    assert {"nhk", "ann"} & now.keys() == {"ann"}


def test_drafts_are_nobodys(desk: Desk) -> None:
    desk.send("POST", "parties", {"id": "ann", "name": "Ann", "kind": "person"})

    assert "ann" not in _records(desk.client)
    answer = desk.send("GET", "export")
    assert b'"ann"' not in answer.data
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("format=xml", "format", '"xml" is not one of ndjson, csv, jsonld'),
        ("format=csv&type=party", "type", "csv is a table of claims"),
        ("type=parties", "type", 'did you mean "party"?'),
        ("dossier=hurricane", "dossier", 'no dossier has the id "hurricane"'),
        ("dossier=japan", "dossier", "japan"),
        ("limit=3", "limit", 'unknown parameter "limit"'),
        ("as_of=yesterday", "as_of", "as_of"),
    ],
)
def test_what_cannot_be_exported_is_told(client: FlaskClient, query: str, parameter: str, said: str) -> None:
    answer = client.get(f"/v1/export?{query}")

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    [fault] = answer.get_json()["errors"]
    assert fault["parameter"] == parameter
    assert said in fault["detail"]


def _unzipped(coding: str, body: bytes) -> bytes:
    if coding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return zlib.decompress(body, wbits=31) if coding == "gzip" else body


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_who_has_it_already_gets_nothing(desk: Desk, coding: str) -> None:
    plain = desk.client.get("/v1/export").data
    asking = {"Accept-Encoding": coding}

    first = desk.client.get("/v1/export", headers=asking)
    assert _unzipped(coding, first.data) == plain
    tag = first.headers["ETag"]
    told = desk.client.head("/v1/export", headers=asking)
    same = desk.client.get("/v1/export", headers={**asking, "If-None-Match": tag})
    desk.party("ann")
    other = desk.client.get("/v1/export", headers={**asking, "If-None-Match": tag})

    assert (told.status_code, told.data, told.headers["ETag"]) == (200, b"", tag)
    assert told.headers.get("Content-Encoding") == first.headers.get("Content-Encoding")
    assert (same.status_code, same.data) == (304, b"")
    assert other.status_code == 200
    assert other.headers["ETag"] != tag


def test_one_is_sent_at_a_time(client: FlaskClient) -> None:
    first = client.get("/v1/export")

    refused = client.get("/v1/export?format=csv")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    assert refused.get_json()["type"] == "/problems/unavailable"
    assert len(first.data) > 100_000
    assert client.get("/v1/export?format=csv").status_code == 200


def test_what_takes_too_long_before_it_is_begun_is_a_problem(loaded: Path) -> None:
    client = client_of(loaded, export_timeout_s=0)

    answer = client.get("/v1/export")

    assert (answer.status_code, answer.get_json()["type"]) == (503, "/problems/query-timeout")
    assert "longer than 0 ms; narrow it with dossier, type" in answer.get_json()["detail"]


@pytest.mark.process
def test_an_export_is_one_answer_of_several_on_a_connection(one_worker: Server, loaded: Path) -> None:
    expected = client_of(loaded).get("/v1/export").data

    with Wire(one_worker) as wire:
        wire.send(head("GET", "/v1/export") + GET)
        assert b" 200 " in wire.file.readline()
        while (line := wire.file.readline()) != b"\r\n":
            assert line
        body = b""
        while size := int(wire.file.readline(), 16):
            body += wire.file.read(size)
            wire.file.readline()
        wire.file.readline()
        assert body == expected
        assert wire.answer()[:2] == (200, False)


@pytest.mark.process
def test_who_goes_away_leaves_room_for_others(one_worker: Server) -> None:
    for _ in range(3):
        with Wire(one_worker) as wire:
            wire.send(head("GET", "/v1/export"))
            assert b" 200 " in wire.file.readline() or True
    for _ in range(50):
        status, _, body = one_worker.get("/v1/export")
        if status == 200:
            break

    assert (status, body.count(b"\n")) == (200, 280)
