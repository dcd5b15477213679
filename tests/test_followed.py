"""`within`, `check` and `held` follow what changes around a claim, and the past keeps what was so then."""

from collections.abc import Callable
from pathlib import Path

import pytest

from api.records.citations.verify import judged, keep_checks
from api.records.core.registry import CLAIM, PARTY, PLACE

from .conftest import Desk, copied, empty_desk

NOTE = {"kind": "new-information", "note": "In a test"}


def _islands(path: Path) -> Desk:
    islands = empty_desk(path)
    islands.put(PARTY, "ann", name="Ann", kind="media-outlet")
    islands.source("paper", "ann")
    for place, whole in {
        "chain": None,
        "other": None,
        "double": None,
        "island": "chain",
        "rock": "island",
    }.items():
        islands.put(PLACE, place, name=place, kind="island", **({"part_of": whole} if whole else {}))
    islands.claim("told", "paper", about={"places": ["rock"]})
    return islands


@pytest.fixture
def islands(tmp_path: Path) -> Desk:
    """A claim about a rock, which is part of an island, which is part of a chain."""
    return copied(_islands, tmp_path / "islands.db")


def _within(desk: Desk, **query: str) -> list[str]:
    """Which of the places the claim is within."""
    places = ("chain", "other", "double", "island", "rock")
    return [p for p in places if desk.read("claims", within=p, **query)["data"]]


def _move(desk: Desk) -> None:
    desk.change("PATCH", "places/island", {"part_of": "other", "correction": NOTE})


def _retract(desk: Desk) -> None:
    desk.change("POST", "places/island/retract", NOTE)


def _retract_whole(desk: Desk) -> None:
    desk.change("POST", "places/chain/retract", NOTE)


def _merge_part(desk: Desk) -> None:
    desk.change("POST", "places/island/merge", {**NOTE, "into": "double"})


def _merge_whole(desk: Desk) -> None:
    desk.change("POST", "places/chain/merge", {**NOTE, "into": "other"})


def _part(desk: Desk) -> None:
    desk.change("PATCH", "places/rock", {"part_of": None, "correction": NOTE})


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (_move, ["other", "island", "rock"]),
        (_retract, ["chain", "island", "rock"]),
        (_retract_whole, ["chain", "island", "rock"]),
        # A merged id means the survivor, which is part of nothing.
        (_merge_part, ["double", "island", "rock"]),
        (_merge_whole, ["chain", "other", "island", "rock"]),
        (_part, ["rock"]),
    ],
)
def test_within_follows_the_parts_of_the_time_that_is_asked(
    islands: Desk, change: Callable[[Desk], None], after: list[str]
) -> None:
    before = islands.last()
    assert _within(islands) == ["chain", "island", "rock"]

    change(islands)

    assert islands.last() > before
    assert _within(islands) == after
    assert _within(islands, as_of=f"seq:{before}") == ["chain", "island", "rock"]
    assert _within(islands, as_of=f"seq:{islands.last()}") == after
    assert [c["id"] for c in islands.read("claims", about="rock")["data"]] == ["told"]


def test_held_follows_the_source(islands: Desk) -> None:
    before = islands.last()
    assert (
        islands.read("claims", held="true", facets="held")["facets"]["held"]["values"][0]["value"] == "true"
    )

    islands.change("PATCH", "sources/paper", {"held": False, "correction": NOTE})

    assert [islands.read("claims", held=h)["data"] == [] for h in ("true", "false")] == [True, False]
    then = {"as_of": f"seq:{before}"}
    assert [islands.read("claims", held=h, **then)["data"] == [] for h in ("true", "false")] == [False, True]


def test_check_is_that_of_any_citation_and_follows_what_is_stored(islands: Desk) -> None:
    islands.put(
        CLAIM,
        "checked",
        proposition="So.",
        kind="reported-fact",
        citations=[{"source": "paper"}, {"source": "paper", "locator": {"text": {"start": "It was late"}}}],
    )
    before = islands.last()

    keep_checks(islands.database, list(judged(islands.database, {"paper": "It was late.\n"})))

    def found(status: str, **query: str) -> list[str]:
        return [c["id"] for c in islands.read("claims", check=status, **query)["data"]]

    assert found("found") == ["checked"]
    assert "checked" in found("not-checked")
    assert found("found", as_of=f"seq:{before}") == []
    assert [c["id"] for c in islands.read("claims", **{"check.not": "found"})["data"]] == ["told"]
    counts = islands.read("claims", facets="check,assessment")["facets"]
    assert {v["value"]: v["count"] for v in counts["check"]["values"]} == {"not-checked": 2, "found": 1}
    assert {v["value"]: v["count"] for v in counts["assessment"]["values"]} == {"not-assessed": 2}
