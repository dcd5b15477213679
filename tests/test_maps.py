"""Maps of places on their pages: drawn by us, with the names of the sides, and told in words as well."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from .conftest import Desk, Json
from .test_pages import page, words


def _place(desk: Desk, name: str, **more: Any) -> None:
    body = {"id": name, "name": name.title(), "kind": "island", **more}
    created = desk.send("POST", "places?publish=true", body)
    assert created.status_code == 201, created.text


def _point(longitude: float, latitude: float) -> Json:
    return {"geometry": {"type": "Point", "coordinates": [longitude, latitude]}}


def _map(desk: Desk, name: str) -> Element | None:
    found: Element | None = page(desk.client, f"/places/{name}").find(".//svg[@class='map']")
    return found


def test_a_map_has_the_names_of_both_sides_and_no_style_of_its_own(desk: Desk) -> None:
    tree = page(desk.client, "/places/four-islands")

    drawn = tree.find(".//svg[@class='map']")
    texts = [words(text) for text in drawn.iter("text")]
    assert {"1 Southern Kurils (Russia)", "Northern Territories (Japan)"} <= set(texts)
    assert len(list(drawn.iter("circle"))) == len(tree.findall(".//figure[@class='where']//li")) == 5
    assert words(drawn.find("title")) == "Map of 5 places"
    assert {drawn.get("role"), drawn.get("aria-labelledby")} == {"img", "map-title map-text"}
    assert [e for e in drawn.iter() if e.get("style") or e.get("href") or e.get("src")] == []
    assert "Etorofu (Japan)" in words(tree.find(".//figure[@class='where']//ol"))


def test_parts_are_drawn_with_their_whole_and_beside_one_another(desk: Desk) -> None:
    _place(desk, "chain")
    _place(desk, "one", part_of="chain", **_point(150, 46))
    _place(desk, "two", part_of="chain", **_point(151, 47))

    for name in ("chain", "one", "two"):
        drawn = _map(desk, name)
        assert drawn is not None
        assert len(list(drawn.iter("circle"))) == 2


def test_a_place_without_another_has_no_map(desk: Desk) -> None:
    _place(desk, "alone", **_point(150, 46))
    _place(desk, "nowhere")

    assert _map(desk, "alone") is None
    assert _map(desk, "nowhere") is None


FAR: dict[str, list[list[float]]] = {
    "on both sides of 180 degrees": [[179, 10], [-179, 11]],
    "at a pole": [[0, 90], [120, 89.9]],
    "all around the world": [[-180, -90], [180, 90], [0, 0], [90, 1]],
    "a metre apart": [[10, 10], [10.00001, 10]],
    "by the thousandth of a degree": [[-0.001, 0], [0.001, 0.002]],
    "in a row from north to south": [[20, -60], [20, 60]],
}


@pytest.mark.parametrize("case", FAR)
def test_everything_is_drawn_within_the_picture(desk: Desk, case: str) -> None:
    _place(desk, "line", geometry={"type": "LineString", "coordinates": FAR[case]})

    drawn = _map(desk, "line")

    assert drawn is not None
    # The reader of HTML writes names of attributes small.
    _, _, width, height = map(float, drawn.get("viewbox", "").split())
    [path] = drawn.iter("path")
    dots = [tuple(map(float, at.split())) for at in path.get("d", "").removeprefix("M").split("L")]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in dots)
    assert height <= 420
    if case == "on both sides of 180 degrees":
        # Two degrees, and not 358: the bar is of a hundred kilometres or less.
        assert "50 km" in [words(text) for text in drawn.iter("text")]
