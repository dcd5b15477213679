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
    assert len(list(drawn.iter("circle"))) == len(tree.findall(".//figure[@class='where']//li")) == 7
    assert words(drawn.find("title")) == "Map of 7 places"
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


def test_a_dossier_has_a_map_of_its_places_and_one_of_those_that_lie_near_together(desk: Desk) -> None:
    tree = page(desk.client, "/dossiers/japan-russia-peace-treaty")
    placed = [p["id"] for p in desk.read("places", limit=200)["data"] if p["coordinates"] or p["geometry"]]

    whole, closer = tree.findall(".//svg[@class='map']")
    texts = {words(text) for text in closer.iter("text")}
    assert len(list(whole.iter("circle"))) == len(placed)
    assert 4 <= len(list(closer.iter("circle"))) < len(placed)
    assert "12 San Francisco" in {words(text) for text in whole.iter("text")} - texts
    # The number of each is the one in the list below.
    assert "5 Iturup (Russia)" in texts
    [listed] = tree.xpath("//section[@id='who']//li[a/@href='/places/iturup']")
    assert words(listed).startswith("5 Iturup / Etorofu")


def test_a_place_is_drawn_beside_the_nearest_of_its_story(desk: Desk) -> None:
    tree = page(desk.client, "/places/tokyo")

    drawn = [words(link) for link in tree.findall(".//figure[@class='where']//li/a")]
    assert drawn[:3] == ["Tokyo", "Shimoda", "Osaka"]
    assert len(drawn) == 7
    assert "Singapore" not in drawn
    assert "35.6895° N" in words(tree)
    assert "北緯35.6895°" in words(page(desk.client, "/places/tokyo?lang=ja"))
