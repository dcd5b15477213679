"""Comparing two revisions: what their answers must share, and that a difference is found."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .audits.compare import Findings, command, compare, environment
from .conftest import ROOT

Answer = dict[str, Any]


def answer(**more: Any) -> Answer:
    return {
        "number": 7,
        "template": "/v1/parties/{id}",
        "method": "GET",
        "address": "/v1/parties/nhk?fields=name",
        "sent": {"Accept-Language": "ja"},
        "status": 200,
        "headers": {"ETag": '"1"', "Content-Length": "14"},
        "text": '{"name":"NHK"}',
        **more,
    }


def compared(folder: Path, old: list[Answer], new: list[Answer], **more: Any) -> Findings:
    files = folder / "old.gz", folder / "new.gz"
    for file, answers in zip(files, (old, new), strict=True):
        file.write_bytes(gzip.compress("".join(json.dumps(each) + "\n" for each in answers).encode()))
    return compare(*files, **more)


REFUSED = {"status": 400, "headers": {}, "text": "{}"}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"text": '{"name":"N.H.K."}'}, "body"),
        ({"text": '{"name" :"NHK"}'}, "body"),
        ({"headers": {"ETag": '"2"', "Content-Length": "14"}}, "ETag"),
        ({"headers": {"ETag": '"1"', "Content-Length": "14", "Link": "</>"}}, "Link"),
        ({"headers": {}, "text": "{}"}, "body, ETag"),
        ({"status": 404, "text": "{}"}, "status 200 → 404"),
    ],
)
def test_a_planted_difference_is_found(tmp_path: Path, changed: Answer, what: str) -> None:
    findings = compared(tmp_path, [answer(), answer()], [answer(), answer(**changed)])

    assert not findings.same
    assert [(found.what, found.request) for found in findings.differences] == [
        (what, "GET /v1/parties/nhk?fields=name")
    ]
    assert f"different: GET /v1/parties/{{id}}: {what}: 1 ×" in str(findings)


def test_a_difference_is_shown_as_lines_of_json(tmp_path: Path) -> None:
    shown = str(compared(tmp_path, [answer()] * 9, [answer(text='{"name":"N.H.K."}')] * 9))

    assert shown.count('- "name": "NHK"') == shown.count('+ "name": "N.H.K."') == 3
    assert "body: 9 ×" in shown
    assert "Accept-Language: ja" in shown
    assert "\n\n" not in shown
    assert shown.endswith(
        "9 answers compared: 9 different, 0 newly served, 0 allowed to differ, 0 without a counterpart"
    )


def test_the_same_answers_are_the_same(tmp_path: Path) -> None:
    findings = compared(tmp_path, [answer(), answer(**REFUSED)], [answer(), answer(**REFUSED)], strict=True)

    assert findings.same
    assert findings.answers == 2


def test_a_read_that_is_served_now_is_listed_apart(tmp_path: Path) -> None:
    pair = [answer(**REFUSED)], [answer()]

    assert compared(tmp_path, *pair).same
    assert len(compared(tmp_path, *pair).newly_served) == 1
    assert not compared(tmp_path, *pair, strict=True).same


def test_a_write_that_is_taken_now_is_a_difference(tmp_path: Path) -> None:
    findings = compared(tmp_path, [answer(method="POST", **REFUSED)], [answer(method="POST")])

    assert not findings.same


def test_a_named_difference_is_allowed(tmp_path: Path) -> None:
    pair = [answer()], [answer(text="{}")]

    assert compared(tmp_path, *pair, allow=r"GET /v1/parties/\w+\?fields=").same
    assert not compared(tmp_path, *pair, allow="GET /v1/claims").same


def test_the_openapi_document_may_change_but_not_go(tmp_path: Path) -> None:
    old = answer(address="/openapi.json")

    assert compared(tmp_path, [old], [old | {"text": "{}"}]).same
    assert not compared(tmp_path, [old], [old | {"text": "{}"}], strict=True).same
    assert not compared(tmp_path, [old], [old | {"status": 404}]).same


def test_an_answer_without_a_counterpart_is_a_difference(tmp_path: Path) -> None:
    assert not compared(tmp_path, [answer(), answer()], [answer()]).same


def test_a_side_can_be_asked_and_says_what_it_lacks(tmp_path: Path) -> None:
    done = subprocess.run(
        command("follow", tmp_path / "answers.gz", "no-such-folder"),
        env=environment(ROOT, f"sqlite:///{tmp_path}/facts.db"),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("facts load: "), done.stderr


def test_a_revision_that_is_not_there_is_named() -> None:
    started = [sys.executable, "-m", "tests.audits.compare", "--rev", "no-such-revision"]

    done = subprocess.run(started, capture_output=True, text=True, cwd=ROOT, timeout=60)

    assert done.returncode == 1
    assert "no-such-revision" in done.stderr
