"""Where places are: GeoJSON geometries, coordinates that agree with them, and how exact both are."""

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Desk, Json, client_of, facts, read
from .places import url_of

BAY: Json = {"id": "bay", "name": "Bay", "kind": "sea"}
RING = [[145.0, 43.0], [147.0, 43.0], [147.0, 45], [145.0, 43.0]]
HOLE = [[146.2, 43.4], [146.6, 43.4], [146.6, 43.8], [146.2, 43.4]]
POINT: Json = {"type": "Point", "coordinates": [145.85, 44.117]}
AREA: Json = {"type": "Polygon", "coordinates": [RING, HOLE[::-1]]}
TAKEN: dict[str, Json] = {
    "a point": POINT,
    "a line": {"type": "LineString", "coordinates": [[-180, -90], [180, 90]]},
    "an area with a hole": AREA,
    "an area whose ring runs the other way": {"type": "Polygon", "coordinates": [RING[::-1]]},
    "areas on both sides of 180 degrees": {"type": "MultiPolygon", "coordinates": [[RING], [HOLE]]},
    "as many positions as there may be": {
        "type": "LineString",
        "coordinates": [[1, n / 100] for n in range(1000)],
    },
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_geometry_comes_back_and_may_be_put_back(desk: Desk, case: str) -> None:
    precision = {"kind": "near", "metres": 5000}
    body = {**BAY, "geometry": TAKEN[case], "precision": precision}

    assert desk.send("POST", "places?publish=true", body).status_code == 201

    read = desk.read("places/bay")
    assert (read["geometry"], read["precision"]) == (TAKEN[case], precision)
    assert desk.change("PUT", "places/bay", read).status_code == 200
    assert desk.read("places/bay") == read


def test_a_point_is_shown_as_coordinates_too(desk: Desk) -> None:
    assert desk.send("POST", "places?publish=true", {**BAY, "geometry": POINT}).status_code == 201
    point = {"latitude": 44.117, "longitude": 145.85}

    read = desk.read("places/bay")

    assert read["coordinates"] == point
    assert desk.change("PUT", "places/bay", {**read, "coordinates": None}).status_code == 200
    assert desk.read("places/bay") == read
    [revision] = desk.read("places/bay/revisions")["data"]
    assert "coordinates" not in desk.read(f"places/bay/revisions/{revision['number']}")["document"]


def test_an_area_has_no_point_unless_one_is_stated(desk: Desk) -> None:
    assert desk.send("POST", "places?publish=true", {**BAY, "geometry": AREA}).status_code == 201
    assert desk.read("places/bay")["coordinates"] is None
    inside = {"latitude": 43.2, "longitude": 146.5}
    note = {"correction": {"kind": "enrichment", "note": "Where its name stands."}}

    assert desk.change("PATCH", "places/bay", {"coordinates": inside, **note}).status_code == 200

    assert desk.read("places/bay")["coordinates"] == inside


def test_a_patch_reaches_into_a_geometry(desk: Desk) -> None:
    assert desk.send("POST", "places?publish=true", {**BAY, "geometry": POINT}).status_code == 201
    note = {"correction": {"kind": "error", "note": "A slip."}}

    def patched(geometry: Json | None) -> tuple[int, Json]:
        answer = desk.change("PATCH", "places/bay", {"geometry": geometry, **note})
        return answer.status_code, answer.get_json()

    moved = patched({"coordinates": [145.9, 44.2]})
    redrawn = patched({"coordinates": AREA["coordinates"]})
    gone = patched(None)

    assert moved[0] == 200
    assert moved[1]["geometry"] == {"type": "Point", "coordinates": [145.9, 44.2]}
    assert redrawn[0] == 422
    assert redrawn[1]["errors"][0]["pointer"] == "/geometry/coordinates/0"
    assert (gone[0], gone[1]["geometry"], gone[1]["coordinates"]) == (200, None, None)


def _line(*positions: Any) -> Json:
    return {"type": "LineString", "coordinates": list(positions)}


def _ring(*positions: Any) -> Json:
    return {"type": "Polygon", "coordinates": [list(positions)]}


#: What is sent beside the rest of a place, where its fault stands, and what is said of it.
REFUSED: dict[str, tuple[Json, str, str]] = {
    "no object": ({"geometry": [145, 44]}, "", "must be an object"),
    "no type": ({"geometry": {"coordinates": [1, 2]}}, "/type", "is required"),
    "no coordinates": ({"geometry": {"type": "Point"}}, "/coordinates", "is required"),
    "another type": (
        {"geometry": {"type": "Circle", "coordinates": [1, 2]}},
        "/type",
        "is not a type of geometry here",
    ),
    "a type that is no text": ({"geometry": {"type": [1], "coordinates": []}}, "/type", "is not a type"),
    "a member more": ({"geometry": {**POINT, "crs": "EPSG:3857"}}, "/crs", "is not a member here"),
    "a height": (
        {"geometry": {"type": "Point", "coordinates": [1, 2, 3]}},
        "/coordinates",
        "without a height",
    ),
    "latitude first": (
        {"geometry": {"type": "Point", "coordinates": [44.1, 145.8]}},
        "/coordinates/1",
        "must be a latitude in degrees from -90 to 90; the longitude comes first",
    ),
    "beyond the date line": (
        {"geometry": _line([181, 0], [1, 1])},
        "/coordinates/0/0",
        "must be a longitude in degrees from -180 to 180",
    ),
    "words": ({"geometry": _line([1, 1], ["east", 1])}, "/coordinates/1/0", "must be a longitude"),
    "truth": ({"geometry": _line([1, 1], [1, True])}, "/coordinates/1/1", "must be a latitude"),
    "too deep": ({"geometry": _line([[1, 1], [2, 2]], [1, 1])}, "/coordinates/0/0", "must be a longitude"),
    "not deep enough": (
        {"geometry": {"type": "Polygon", "coordinates": RING}},
        "/coordinates/0",
        "must be a ring: a list of positions",
    ),
    "a line of one": ({"geometry": _line([1, 1])}, "/coordinates", "has at least 2"),
    "an open ring": (
        {"geometry": _ring([0, 0], [1, 0], [1, 1], [0, 1])},
        "/coordinates/0/3",
        "must be the first position again, [0, 0]: a ring is closed",
    ),
    "a ring of three": ({"geometry": _ring([0, 0], [1, 0], [0, 0])}, "/coordinates/0", "has at least 4"),
    "no ring": ({"geometry": {"type": "Polygon", "coordinates": []}}, "/coordinates", "has at least 1"),
    "too many positions": (
        {"geometry": _line(*[[1, 1]] * 1001)},
        "/coordinates",
        "has 1001 positions; at most 1000 are allowed",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_geometry_is_refused_where_its_fault_stands(desk: Desk, case: str) -> None:
    members, pointer, said = REFUSED[case]

    answer = desk.send("POST", "places", {**BAY, **members})

    assert answer.status_code == 422, answer.text
    found = {fault["pointer"]: fault["detail"] for fault in answer.get_json()["errors"]}
    assert said in found.get(f"/geometry{pointer}", ""), found


DIFFERING: dict[str, tuple[Json, str, str]] = {
    "another point": (
        {"geometry": POINT, "coordinates": {"latitude": 44, "longitude": 145.85}},
        "/coordinates",
        "differ from the point of geometry",
    ),
    "outside": (
        {"geometry": AREA, "coordinates": {"latitude": 46, "longitude": 146}},
        "/coordinates",
        "its latitude is from 43.0 to 45",
    ),
    "precision of nothing": ({"precision": {"kind": "exact"}}, "/precision", "needs a geometry"),
    "no such precision": (
        {"geometry": POINT, "precision": {"kind": "centroid"}},
        "/precision/kind",
        'did you mean "representative"?',
    ),
    "less than a metre": ({"geometry": POINT, "precision": {"metres": 0}}, "/precision/metres", "from 1 to"),
}


@pytest.mark.parametrize("case", DIFFERING)
def test_coordinates_and_precision_are_those_of_the_geometry(desk: Desk, case: str) -> None:
    members, pointer, said = DIFFERING[case]

    answer = desk.send("POST", "places", {**BAY, **members})

    assert answer.status_code == 422, answer.text
    [fault] = answer.get_json()["errors"]
    assert fault["pointer"] == pointer
    assert said in fault["detail"]


def test_thousands_of_faults_are_told_as_twenty(desk: Desk) -> None:
    answer = desk.send("POST", "places", {**BAY, "geometry": _line(*[["east", 1]] * 1000)})

    assert len(answer.get_json()["errors"]) == 20


def test_a_geometry_comes_from_a_dossier_file(tmp_path: Path) -> None:
    folder = tmp_path / "story"
    folder.mkdir()
    place = f"id: bay, name: Bay, kind: sea, geometry: {json.dumps(AREA)}, precision: {{metres: 900}}"
    (folder / "places.yaml").write_text(f"- {{{place}}}\n")
    database = url_of(tmp_path / "facts.db")

    loaded = facts("load", str(folder), "--db", database)

    assert loaded.returncode == 0, loaded.stderr
    again = facts("load", str(folder), "--db", database)
    assert again.returncode == 0, again.stderr
    assert "0 changed" in again.stdout
    assert read(client_of(tmp_path / "facts.db"), "places/bay")["geometry"] == AREA
