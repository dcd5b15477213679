"""Hostile input: whatever is sent, a 4xx problem comes back, nothing is written, and the server stays up."""

import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Server, key_for

BOB = {"id": "bob", "name": "Bob", "kind": "person"}
JSON = "application/json"
Case = tuple[str, str, bytes, dict[str, str]]


def _post(case: str, body: bytes, path: str = "/v1/parties", /, **headers: str) -> tuple[str, Case]:
    named = {"Content-Type": JSON} | {k.replace("_", "-"): v for k, v in headers.items()}
    return case, ("POST", path, body, named)


def _party(case: str, /, **members: object) -> tuple[str, Case]:
    return _post(f"party: {case}", json.dumps({**BOB, **members}, ensure_ascii=True).encode())


def _claim(case: str, /, **members: object) -> tuple[str, Case]:
    claim = {
        "id": "c",
        "proposition": "P.",
        "kind": "reported-fact",
        "citations": [{"source": "urdupoint-2019-07-21"}],
    }
    return _post(f"claim: {case}", json.dumps({**claim, **members}).encode(), "/v1/claims")


def _broken_json() -> Iterator[tuple[str, Case]]:
    texts = [
        b"", b"{", b"}", b"[", b"nul", b"{'id': 1}", b'{"id": "bob",}', b'{"a": NaN}', b'{"a": Infinity}',
        b'{"a": -Infinity}', b'{"a": 01}', b'{"a": +1}', b'{"a": .5}', b'{"a": "\\x"}', b'{"a": "\\ud800"}',
        b'{"a": "\\udfff\\ud800"}', b'{"a": "\n"}', b'{"a": "\x00"}', b"\xff\xfe{}", b"\xef\xbb\xbf{}",
        b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}', b'{"a": 1} {"b": 2}', b"/* c */ {}", b'{"a" 1}',
        b'{"id": "a", "id": "b"}', b'{"names": [{"text": "a", "text": "b"}]}', b'{"a": 1e999}',
        b'{"a": 9223372036854775808}', b'{"a": -9223372036854775809}', b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 10_000, b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", b"\x00", b"\x1f\x8b\x08", "{\u201cid\u201d: 1}".encode(),
    ]  # fmt: skip
    for number, text in enumerate(texts):
        for path in ("/v1/parties", "/v1/batch", "/v1/check"):
            yield _post(f"broken JSON {number} at {path}", text, path)


def _wrong_shapes() -> Iterator[tuple[str, Case]]:
    for number, value in enumerate((None, True, 0, 1.5, "x", [], [[]], {}, [None], {"id": None}, {"": ""})):
        text = json.dumps(value).encode()
        for path in ("/v1/parties", "/v1/claims", "/v1/sources", "/v1/dates", "/v1/places", "/v1/dossiers"):
            yield _post(f"wrong shape {number} at {path}", text, path)
    for number, value in enumerate((0, 1.5, True, "", " x", "x" * 301, [], {}, "a\nb", "a\x00b", "a\x7fb")):
        yield _party(f"name {number}", name=value)
    for number, value in enumerate(
        ("", "A", "a--b", "-a", "a-", "ä", "a b", "a" * 65, "a_b", "ａ", "a\n", 1, None)
    ):
        yield _party(f"id {number}", id=value)


def _deceptive_text() -> Iterator[tuple[str, Case]]:
    invisible = (0x00AD, 0x034F, 0x061C, 0x115F, 0x180E, 0x200B, 0x200F, 0x2060, 0x2065, 0x2800, 0x3164,
                 0xFEFF, 0xFFA0, 0xFFFB, 0x1D173, 0xE0041, 0xE01F0)  # fmt: skip
    turning = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
    for code in (*invisible, *turning, 0x2028, 0x2029, 0x0085, 0x0000, 0x001B, 0x007F, 0x0009):
        yield _party(f"U+{code:04X} in a name", name=f"Bo{chr(code)}b")
        yield _claim(f"U+{code:04X} in a proposition", proposition=f"P{chr(code)}.")


def _wrong_members() -> Iterator[tuple[str, Case]]:
    yield _claim("10,000 citations", citations=[{"source": "urdupoint-2019-07-21"}] * 10_000)
    yield _claim("no citations", citations=[])
    dates = ("2019-13", "2019-02-30", "2019-21", "2019-07-21T10:00", "[2019]", "x", "", "9" * 100)
    more = ("2019/2018", "../..", "0000", "-0044", "Y12345", 2019, {}, [])
    for number, date in enumerate((*dates, *more)):
        yield _claim(f"date {number}", said=date)
    for number, source in enumerate(("nobody", "", 1, [], {"id": 1}, {"id": "tokyo"}, "tokyo", "c", "../x")):
        yield _claim(f"source {number}", citations=[{"source": source}])
    positions = [
        {"start": -1, "end": 2},
        {"start": 5, "end": 5},
        {"start": 2**40, "end": 2**41},
        {"start": "1"},
    ]
    for number, position in enumerate(positions):
        locator = {"position": position}
        yield _claim(f"position {number}", citations=[{"source": "urdupoint-2019-07-21", "locator": locator}])
    for number, digest in enumerate(("sha-256:x", "md5:" + "0" * 32, "sha-256:" + "A" * 64, 7)):
        locator = {"digest": digest}
        yield _claim(f"digest {number}", citations=[{"source": "urdupoint-2019-07-21", "locator": locator}])
    urls = ("javascript:alert(1)", "ftp://a.example", "http://", "https://u:p@a.example", "http://a b", "//a",
            "https://a.example/" + "x" * 2000, "http://[::1", 'https://a.example/"<>')  # fmt: skip
    for number, url in enumerate(urls):
        body = {"id": "s", "title": "S", "kind": "book", "publisher": "nhk", "held": True, "url": url}
        yield _post(f"url {number}", json.dumps(body).encode(), "/v1/sources")
    for number, code in enumerate(("XX", "jp", "JPN", "", 1, "SU")):
        yield _party(f"country {number}", country=code)
    for number, tag in enumerate(("english", "EN", "e", "en_US", "", "x" * 40, "ja-jpan-", 5)):
        yield _party(f"language {number}", names=[{"text": "x", "language": tag}])
    for member in ("type", "extra", "__proto__", "status", "correction"):
        yield _party(f"member {member}", **{member: "x"})


def _wrong_headers() -> Iterator[tuple[str, Case]]:
    good = json.dumps(BOB).encode()
    types = ("", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data",
             "application/json; charset=utf-16", "application/json; charset=latin-1", "application/ld+json",
             "json", "application/jsonp", ";", "application/json,text/plain")  # fmt: skip
    for number, media_type in enumerate(types):
        yield _post(f"content type {number}", good, Content_Type=media_type)
    bomb = gzip.compress(b"[" + b"0," * 5_000_000 + b"0]")
    for coding in ("gzip", "deflate", "br", "zstd", "gzip, gzip", "x"):
        yield _post(f"content encoding {coding}", bomb[:20_000], Content_Encoding=coding)
    for key in ("", "x" * 256, "a b", "\x7f", '"' + "x" * 300 + '"'):
        yield _post(f"idempotency key {key[:5]!r}", good, Idempotency_Key=key)
    for tag in ("*", "x", '"', "W/", ",", '"a" "b"'):
        case = ("PATCH", "/v1/parties/nhk", b'{"name": "N"}', {"Content-Type": JSON, "If-Match": tag})
        yield f"if-match {tag!r}", case
    for accept in ("text/csv", "application/json;q=0", "x/y"):
        yield _post(f"accept {accept}", good, Accept=accept)
    yield _post("2 MB", b'{"id": "' + b"a" * 2_000_000 + b'"}')
    yield _post("2 MB of spaces", b" " * 2_000_000)


CASES: dict[str, Case] = {
    name: case
    for make in (_broken_json, _wrong_shapes, _deceptive_text, _wrong_members, _wrong_headers)
    for name, case in make()
}


@pytest.fixture(scope="module")
def desk(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    copy = tmp_path_factory.mktemp("hostile") / "facts.db"
    shutil.copy(loaded, copy)
    key = key_for(copy)
    running = Server(copy, workers=1)
    yield running, key
    running.stop()


def test_there_are_more_than_three_hundred_cases() -> None:
    print(f"{len(CASES)} hostile cases")
    assert len(CASES) >= 300


@pytest.mark.parametrize("name", CASES)
def test_hostile_input_gets_a_problem_and_changes_nothing(desk: tuple[Server, str], name: str) -> None:
    server, key = desk
    method, path, body, headers = CASES[name]
    before = server.get("/v1/changes?since=0&limit=1")[2]

    status, found, problem = server.send(method, path, body, headers | {"Authorization": f"Bearer {key}"})

    assert 400 <= status < 500, (status, problem[:500])
    assert found["content-type"] == "application/problem+json"
    told = json.loads(problem)
    assert told["status"] == status
    assert len(told["detail"]) > 10
    assert key.encode() not in problem
    assert server.get("/v1/changes?since=0&limit=1")[2] == before
    assert server.get("/v1/parties/bob", Authorization=f"Bearer {key}")[0] == 404


def test_a_chunked_body_is_read_and_bounded(desk: tuple[Server, str]) -> None:
    server, key = desk
    head = (
        "POST /v1/parties?dry_run=true HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {key}\r\n\r\n"
    ).encode()
    good = json.dumps(BOB).encode()

    answered = server.raw(head + f"{len(good):x}\r\n".encode() + good + b"\r\n0\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 200")
    large = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    assert server.raw(head + large * 20 + b"0\r\n\r\n").startswith(b"HTTP/1.1 413")


def test_memory_stays_bounded_and_no_secret_reaches_the_log(desk: tuple[Server, str]) -> None:
    server, key = desk
    workers = [
        int(pid.name)
        for pid in Path("/proc").iterdir()
        if pid.name.isdigit() and _parent(pid) == server.process.pid
    ]
    assert workers

    for pid in workers:
        peak = next(
            line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")
        )
        assert int(peak.split()[1]) < 400_000
    server.log.flush()
    assert key.split("_", 2)[2] not in Path(server.log.name).read_text("utf-8", "replace")


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return 0
