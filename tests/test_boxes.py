"""Places within a box: on both sides of 180°, in areas that lie apart, at the edges, now and then."""

from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from api.records.core.registry import PLACE
from api.records.store.database import migrate, open_database

from .conftest import Json, client_of, put, read

#: What a box is compared with: west, south, east, north.
Sides = tuple[float, float, float, float]


def _point(longitude: float, latitude: float) -> Json:
    return {"coordinates": {"latitude": latitude, "longitude": longitude}}


def _area(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def _geometry(kind: str, coordinates: Any) -> Json:
    return {"geometry": {"type": kind, "coordinates": coordinates}}


#: Where places are, and the sides of each of their parts.
PLACED: dict[str, tuple[Json, list[Sides]]] = {
    "nowhere": ({}, []),
    "origin": (_point(0, 0), [(0, 0, 0, 0)]),
    "east-edge": (_point(180, 10), [(180, 10, 180, 10), (-180, 10, -180, 10)]),
    "west-edge": (_point(-180, -10), [(180, -10, 180, -10), (-180, -10, -180, -10)]),
    "pole": (_point(12.5, 90), [(12.5, 90, 12.5, 90)]),
    "a-point": (_geometry("Point", [145.85, 44.117]), [(145.85, 44.117, 145.85, 44.117)]),
    "a-line": (_geometry("LineString", [[-10, 5], [20, 6]]), [(-10, 5, 20, 6)]),
    "an-area": (_geometry("Polygon", _area(100, -20, 140.5, 30)), [(100, -20, 140.5, 30)]),
    "fiji": (
        _geometry("MultiPolygon", [_area(177, -19, 180, -16), _area(-180, -18, -179, -17)]),
        [(177, -19, 180, -16), (-180, -18, -179, -17)],
    ),
    **{f"grid-{x}-{y}": (_point(x, y), [(x, y, x, y)]) for x in range(-160, 161, 40) for y in (-45, 0, 45)},
}
BOXES: list[Sides] = [
    (-180, -90, 180, 90),
    (0, 0, 0, 0),
    (0, 0, 40, 45),
    (145.85, 44.117, 145.85, 44.117),
    (145.8500001, 44, 146, 45),
    (140.5, 30, 141, 31),
    (140.51, 30, 141, 31),
    (-179.5, -18, -179.4, -17.5),
    (179, -20, -179, 20),
    (-180, -20, -170, 20),
    (170, -90, 180, 90),
    (-5, 5.9, 0, 90),
    (12.5, 90, 12.5, 90),
    (170, 40, -150, 50),
    (-170, -50, 170, -40),
    *((x, y, x + 90, y + 60) for x, y in product(range(-180, 91, 45), range(-90, 31, 30))),
]


def _meet(one: Sides, other: Sides) -> bool:
    """Whether two boxes touch; the first may cross 180°."""
    west, south, east, north = one
    beside = other[0] <= east and other[2] >= west
    if west > east:
        beside = other[2] >= west or other[0] <= east
    return beside and other[1] <= north and other[3] >= south


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A record of such places, in which all of them moved to the pole in a second commit."""
    path = tmp_path_factory.mktemp("placed") / "facts.db"
    plain = {"kind": "island"}
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    put(database, PLACE, {i: {"name": i, **plain, **where} for i, (where, _) in PLACED.items()})
    put(database, PLACE, {i: {"name": i, **plain, **_point(0, 90)} for i in PLACED})
    put(database, PLACE, {i: {"name": i, **plain, **where} for i, (where, _) in PLACED.items()})
    return client_of(path)


def _found(client: FlaskClient, box: Sides, **more: Any) -> list[str]:
    asked = {"bbox": ",".join(map(str, box)), "limit": 200, **more}
    return [place["id"] for place in read(client, "places", **asked)["data"]]


@pytest.mark.parametrize("box", BOXES, ids=str)
def test_a_box_finds_just_the_places_that_touch_it(placed: FlaskClient, box: Sides) -> None:
    right = sorted(i for i, (_, parts) in PLACED.items() if any(_meet(box, part) for part in parts))

    assert _found(placed, box) == right
    assert _found(placed, box, as_of=f"seq:{len(PLACED)}") == right
    moved = sorted(PLACED) if _meet(box, (0, 90, 0, 90)) else []
    assert _found(placed, box, as_of=f"seq:{2 * len(PLACED)}") == moved


def test_a_box_is_understood_as_four_numbers_and_leads_on(client: FlaskClient) -> None:
    asked = "bbox=145.30,43,%2D122,60.0&kind.not=sea"

    first = client.get(f"/v1/places?{asked}&limit=2&count=true").get_json()
    rest = client.get(first["page"]["next_href"].replace("limit=2", "limit=200")).get_json()

    assert first["query"]["bbox"] == [145.3, 43, -122, 60]
    assert first["page"]["total"] == 2 + len(rest["data"])
    assert not {p["id"] for p in first["data"]} & {p["id"] for p in rest["data"]}


ALLOWED = "it takes west,south,east,north in degrees, such as 145.3,43.3,149,45.6; across 180° west is"
REFUSED = {
    "1,2,3": "has 3 values",
    "": "has 1 values",
    "1,2,3,4,5,6": "has 6 values",
    "a,2,3,4": 'its west "a" is no number of degrees from -180 to 180',
    "1,2,181,4": 'its east "181" is no number of degrees from -180 to 180',
    "1,-90.5,3,4": 'its south "-90.5" is no number of degrees from -90 to 90',
    "1,2,3,": 'its north "" is no number',
    "1,2,3,nan": 'its north "nan" is no number',
    "1,2,3,1e1": 'its north "1e1" is no number',
    "1,2,3,٤": 'its north "٤" is no number',
    "1, 2,3,4": 'its south " 2" is no number',
    "1,5,3,4": "its south 5 is north of its north 4",
}


@pytest.mark.parametrize("box", REFUSED)
def test_what_is_no_box_is_refused_with_what_is(client: FlaskClient, box: str) -> None:
    answer = client.get(f"/v1/places?bbox={quote(box)}")

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    [fault] = answer.get_json()["errors"]
    assert fault["parameter"] == "bbox"
    assert fault["detail"].startswith(f"bbox: {REFUSED[box]}"), fault
    assert ALLOWED in fault["detail"]
