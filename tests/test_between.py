"""Happenings that lie between two others: shown by an interval that follows theirs."""

from pathlib import Path
from typing import Any

import pytest

from .conftest import Desk, facts
from .places import url_of

CITED = {"source": "urdupoint-2019-07-21"}
NOTE = {"kind": "error", "note": "It was wrong."}


def _date(record_id: str, **more: Any) -> dict[str, Any]:
    return {"id": record_id, "title": record_id.title(), "kind": "meeting", "citations": [CITED], **more}


def _publish(desk: Desk, record_id: str, **more: Any) -> None:
    response = desk.send("POST", "dates?publish=true", _date(record_id, **more))
    assert response.status_code == 201, response.text


@pytest.fixture
def between(desk: Desk) -> Desk:
    """A desk with a happening between one in 1801 and one in 1804, and one between that and the second."""
    _publish(desk, "first", when="1801-02")
    _publish(desk, "last", when="1804-05-06")
    _publish(desk, "lost", after="first", before="last")
    _publish(desk, "later", after="lost", before="last")
    return desk


def _when(desk: Desk, record_id: str, **query: Any) -> str:
    return str(desk.read(f"dates/{record_id}", **query)["when"]["edtf"])


def _found(desk: Desk, **query: str) -> list[str]:
    return [r["id"] for r in desk.read("dates", **query)["data"]]


def _agrees(desk: Desk) -> None:
    assert facts("doctor", "--db", url_of(desk.path)).stdout == "everything agrees\n"


def test_it_is_shown_found_and_sorted_by_the_interval(between: Desk) -> None:
    lost = between.read("dates/lost")

    assert lost["when"]["computed"] is True
    assert (lost["when"]["edtf"], lost["when"]["earliest"]) == ("1801-02/1804-05-06", "1801-02-01")
    assert (lost["after"]["id"], lost["before"]["id"]) == ("first", "last")
    assert "computed" not in between.read("dates/first")["when"]
    assert _found(between, when="1803") == ["later", "lost"]
    assert _found(between, when="1801/1804", sort="when") == ["first", "later", "lost", "last"]
    assert "lost" in str(between.read("timeline", when="1803"))
    _agrees(between)


def test_what_was_read_is_put_back_without_a_change(between: Desk) -> None:
    lost = between.read("dates/lost")

    again = between.change("PUT", "dates/lost", lost)

    assert again.status_code == 200, again.text
    assert again.get_json()["meta"] == lost["meta"]


def test_it_follows_in_the_same_commit_however_far_and_the_past_stays(between: Desk) -> None:
    before = between.last()

    moved = between.change("PATCH", "dates/first", {"when": "1802-03-04", "correction": NOTE})

    assert moved.status_code == 200, moved.text
    assert _when(between, "lost") == _when(between, "later") == "1802-03-04/1804-05-06"
    assert _found(between, when="1801") == []
    assert _found(between, when="1801", as_of=f"seq:{before}") == ["first", "later", "lost"]
    assert _when(between, "later", as_of=f"seq:{before}") == "1801-02/1804-05-06"
    feed = between.read("changes", since=before)["data"]
    assert sorted((e["id"], e["change"]) for e in feed) == [
        ("first", "updated"), ("later", "refreshed"), ("lost", "refreshed")]  # fmt: skip
    assert between.read("dates/lost")["meta"]["revision"] == 1
    _agrees(between)


def test_it_follows_the_survivor_of_a_merger(between: Desk) -> None:
    _publish(between, "better", when="1803-01-02")

    merged = between.change(
        "POST", "dates/first/merge", {"into": "better", "kind": "duplicate", "note": "Same."}
    )

    assert merged.status_code == 200, merged.text
    assert _when(between, "later") == "1803-01-02/1804-05-06"
    changed = between.change("PATCH", "dates/better", {"when": "1803-02", "correction": NOTE})
    assert changed.status_code == 200, changed.text
    assert _when(between, "later") == "1803-02/1804-05-06"
    _agrees(between)


def test_a_time_becomes_known_by_one_patch(between: Desk) -> None:
    known = {"after": None, "before": None, "when": "1803", "correction": NOTE}
    assert between.change("PATCH", "dates/lost", known).status_code == 200
    assert (_when(between, "lost"), _when(between, "later")) == ("1803", "1803/1804-05-06")

    unknown = {"after": "first", "before": "last", "when": None, "correction": NOTE}
    assert between.change("PATCH", "dates/lost", unknown).status_code == 200
    assert _when(between, "later") == "1801-02/1804-05-06"
    _agrees(between)


INTERVALS = {
    "from the first's start to the second's end": ("1801-02/1801-03", "1804/1805", "1801-02/1805"),
    "doubts stay": ("1801~", "1804?", "1801~/1804?"),
    "an open end stays open": ("1801", "1804/..", "1801/.."),
    "an unknown start stays unknown": ("/1801", "1804", "/1804"),
    "two on one day": ("1801-02-03", "1801-02-03", "1801-02-03/1801-02-03"),
}


@pytest.mark.parametrize("case", INTERVALS)
def test_the_interval_is_as_precise_as_the_two_are(desk: Desk, case: str) -> None:
    first, last, becomes = INTERVALS[case]
    _publish(desk, "first", when=first)
    _publish(desk, "last", when=last)
    _publish(desk, "lost", after="first", before="last")

    assert _when(desk, "lost") == becomes


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "neither a time nor two bounds": ({}, "/when", "is required"),
    "one bound alone": ({"after": "first"}, "/before", "beside after"),
    "a time of its own beside them": (
        {"after": "first", "before": "last", "when": "1802"},
        "/when",
        "leave it out",
    ),
    "after the later": ({"after": "last", "before": "first"}, "/before", "nothing lies after"),
    "after and before the same": ({"after": "first", "before": "first"}, "/before", "one happening"),
    "after itself": ({"after": "new", "before": "last"}, "/after", "itself"),
    "after what is no date": ({"after": "nhk", "before": "last"}, "/after", "is a party"),
    "after what is not there": ({"after": "nothing-known", "before": "last"}, "/after", "no date"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_and_named(between: Desk, case: str) -> None:
    more, pointer, detail = REFUSED[case]

    response = between.send("POST", "dates?publish=true", _date("new", **more))

    assert response.status_code == 422, response.text
    (fault,) = response.get_json()["errors"]
    assert fault["pointer"] == pointer
    assert detail in fault["detail"]


def test_a_circle_is_refused(between: Desk) -> None:
    body = {"after": "later", "before": "last", "correction": NOTE}

    response = between.change("PATCH", "dates/lost", body)

    assert response.status_code == 422, response.text
    assert "circle" in response.get_json()["errors"][0]["detail"]


def test_a_bound_is_not_moved_to_where_the_happening_could_not_be(between: Desk) -> None:
    moved = between.change("PATCH", "dates/last", {"when": "1800", "correction": NOTE})

    assert moved.status_code == 422
    fault = moved.get_json()["errors"][0]
    assert fault["pointer"] == "/when"
    assert '"later" could not be any more' in fault["detail"] or '"lost"' in fault["detail"]
    assert _when(between, "last") == "1804-05-06"


def test_it_stays_where_it_was_when_a_bound_is_withdrawn(between: Desk) -> None:
    gone = between.change("POST", "dates/first/retract", {"kind": "error", "note": "No."})
    assert gone.status_code == 200, gone.text
    redacted = facts("redact", "date", "last", "--note", "A court.", "--db", url_of(between.path))
    assert redacted.returncode == 0, redacted.stderr

    assert _when(between, "later") == "1801-02/1804-05-06"
    _agrees(between)


def test_a_chain_of_a_thousand_is_followed(desk: Desk, tmp_path: Path) -> None:
    _publish(desk, "last", when="1804")
    _publish(desk, "d0", when="1801")
    written = [
        f"- {{id: d{i}, title: D, kind: meeting, after: d{i - 1}, before: last, "
        "citations: [{source: urdupoint-2019-07-21}]}\n"
        for i in range(1, 1101)
    ]
    (tmp_path / "dates.yaml").write_text("".join(written), "utf-8")
    loaded = facts("load", tmp_path, "--db", url_of(desk.path))
    assert loaded.returncode == 0, loaded.stderr

    moved = desk.change("PATCH", "dates/d0", {"when": "1802", "correction": NOTE})

    assert moved.status_code == 200, moved.text
    assert _when(desk, "d1100") == "1802/1804"
