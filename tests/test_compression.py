"""Content codings: answers in what a client prefers, request bodies in gzip and zstd."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
import zstandard

from .conftest import Server, key_for

pytestmark = pytest.mark.process

CLAIMS = "/v1/claims?limit=20"
READERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


@pytest.fixture(scope="module")
def desk(one_worker: Server, own_copy: Path) -> tuple[Server, dict[str, str]]:
    return one_worker, {"Authorization": f"Bearer {key_for(own_copy)}"}


@pytest.fixture(scope="module")
def server(desk: tuple[Server, dict[str, str]]) -> Server:
    return desk[0]


ACCEPTED = {
    "": None,
    "identity": None,
    "gzip": "gzip",
    "GZIP": "gzip",
    "gzip, deflate": "gzip",
    "gzip, deflate, br, zstd": "zstd",
    "gzip, br": "br",
    "br;q=0.5, gzip;q=0.9": "gzip",
    "gzip;q=0.5, identity": None,
    "gzip;q=0": None,
    "*": "zstd",
    "*;q=0": None,
    "zstd;q=0, *": "br",
    "identity;q=0, gzip": "gzip",
    "deflate": None,
    "x-unknown, gzip;q=0.001": "gzip",
    ";;,q=1, gzip;q=x": None,
}


@pytest.mark.parametrize("accepted", ACCEPTED)
def test_the_coding_is_the_one_that_the_client_prefers(server: Server, accepted: str) -> None:
    plain = server.get(CLAIMS)
    for _ in range(2):
        status, headers, body = server.get(CLAIMS, Accept_Encoding=accepted)

        coding = ACCEPTED[accepted]
        assert status == 200
        assert headers.get("content-encoding") == coding
        assert "Accept-Encoding" in headers["vary"]
        assert int(headers["content-length"]) == len(body)
        assert (READERS[coding](body) if coding else body) == plain[2]
        suffix = f"-{coding}" if coding else ""
        assert headers["etag"] == f'{plain[1]["etag"][:-1]}{suffix}"'


@pytest.mark.parametrize("coding", READERS)
@pytest.mark.parametrize("known", ["keyed", "anonymous"])
def test_a_tag_with_a_coding_is_the_same_state(
    desk: tuple[Server, dict[str, str]], coding: str, known: str
) -> None:
    server, bearer = desk
    asked = {"Accept_Encoding": coding} | (bearer if known == "keyed" else {})
    tag = server.get(CLAIMS, **asked)[1]["etag"]
    assert tag.endswith(f'-{coding}"')

    for sent in (tag, f"W/{tag}", f'"x", {tag}', tag.replace(f"-{coding}", "")):
        for wanted in (asked, {**asked, "Accept_Encoding": "identity"}):
            status, headers, body = server.get(CLAIMS, If_None_Match=sent, **wanted)
            assert (status, body) == (304, b"")
            assert "content-encoding" not in headers
    head = server.get(CLAIMS, "HEAD", **asked)
    assert head[1]["content-encoding"] == coding
    assert head[1]["etag"] == tag


def test_what_is_small_is_sent_as_it_is(server: Server) -> None:
    status, headers, body = server.get("/v1/parties?limit=1&fields=name", Accept_Encoding="gzip")

    assert (status, headers.get("content-encoding")) == (200, None)
    assert len(body) < 1_000


def test_a_problem_is_encoded_too(server: Server) -> None:
    names = "&".join(f"unknown{number}=x" for number in range(40))

    status, headers, body = server.get(f"/v1/claims?{names}", Accept_Encoding="gzip")

    assert (status, headers["content-encoding"]) == (400, "gzip")
    assert "Accept-Encoding" in headers["vary"]
    assert len(json.loads(gzip.decompress(body))["errors"]) == 40


CHECK = json.dumps([{"id": "nhk", "revision": 1}]).encode()
BOMB = b"[" + b" " * 30_000_000 + b"]"


def zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(body)


SENT: dict[str, tuple[str, bytes, int, str]] = {
    "gzip": ("gzip", gzip.compress(CHECK), 200, ""),
    "gzip by another name's case": ("GZip", gzip.compress(CHECK), 200, ""),
    "zstd": ("zstd", zstd(CHECK), 200, ""),
    "as it is": ("identity", CHECK, 200, ""),
    "not gzip": ("gzip", CHECK, 400, "the body is not gzip"),
    "not zstd": ("zstd", CHECK, 400, "the body is not zstd"),
    "part of gzip": ("gzip", gzip.compress(CHECK)[:-4], 400, "the body ends before"),
    "part of zstd": ("zstd", zstd(CHECK)[:-2], 400, "the body ends before"),
    "gzip and more": ("gzip", gzip.compress(CHECK) + b"x", 400, "or goes on after it"),
    "zstd and more": ("zstd", zstd(CHECK) + b"x", 400, "or goes on after it"),
    "a bomb of gzip": ("gzip", gzip.compress(BOMB), 413, "1000000 bytes once decoded"),
    "a bomb of zstd": ("zstd", zstd(BOMB), 413, "1000000 bytes once decoded"),
    "br": ("br", brotli.compress(CHECK), 415, '"br" is not taken; send it as it is or in gzip, zstd'),
    "two codings": ("gzip, gzip", gzip.compress(gzip.compress(CHECK)), 415, "is not taken"),
    "no JSON in gzip": ("gzip", gzip.compress(b"{"), 400, "not JSON"),
}


@pytest.mark.parametrize("case", SENT)
def test_a_body_is_read_in_its_coding_within_the_limit(server: Server, case: str) -> None:
    coding, body, status, words = SENT[case]

    answer = server.send(
        "POST", "/v1/check", body, {"Content-Type": "application/json", "Content-Encoding": coding}
    )

    assert answer[0] == status, answer[2]
    assert words in json.loads(answer[2]).get("detail", "")
    if status == 415:
        assert answer[1]["accept-encoding"] == "gzip, zstd"


def test_a_change_may_be_sent_in_gzip(desk: tuple[Server, dict[str, str]]) -> None:
    server, bearer = desk
    body = gzip.compress(json.dumps({"id": "zipped", "name": "Zipped", "kind": "person"}).encode())
    headers = bearer | {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    assert server.send("POST", "/v1/parties", body, headers)[0] == 201
    assert json.loads(server.get("/v1/parties/zipped", **bearer)[2])["name"] == "Zipped"
