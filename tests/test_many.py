"""Of many records the first are looked for in other ways than of few: pages are the same in every way."""

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.records.answers import positions, quantities, similar
from api.records.read import ids, index, order
from api.records.store import id_ranges, postings
from api.records.store.database import open_database, write_transaction
from api.records.upkeep.doctor import faults_of_database

from .conftest import client_of, empty_desk
from .places import url_of

#: Addresses whose records are chosen, in every order that there is.
ADDRESSES = [
    "/v1/claims?dossier=japan-russia-peace-treaty",
    "/v1/claims?about=four-islands",
    "/v1/claims?about=four-islands&kind.not=position&sort=-id",
    "/v1/claims?side=japan&sort=said",
    "/v1/claims?side=japan,russia&sort=-said",
    "/v1/claims?role=quoted&kind.not=demand&sort=-updated",
    "/v1/claims?kind.not=position&sort=updated",
    "/v1/claims?said=2019&match=certain&sort=-valid",
    "/v1/claims?within=kuril-islands&sort=valid",
    "/v1/claims?q=islands",
    "/v1/sources?language=en&sort=-published",
    "/v1/sources?held=true&sort=title",
    "/v1/parties?country=JP&sort=-name",
    "/v1/parties?dossier=japan-russia-peace-treaty",
    "/v1/dates?participant=japan&sort=-when",
    "/v1/timeline?about=four-islands",
    "/v1/dossiers/japan-russia-peace-treaty/timeline?undated=true",
    "/v1/claims/abe-seeks-treaty-progress-in-term/similar?share=subject",
]
#: What decides how many are looked for: how many are many, how many rows are read in search of them, and at
#: once; how many ranges of ids are read at once.
DECIDES = (
    (order, "FEW"),
    (ids, "FEW"),
    (similar, "FEW"),
    (order, "MOST_READ"),
    (order, "BLOCK"),
    (ids, "AT_ONCE"),
)
WAYS = {
    "in blocks": (0, 0, 0, 20_000, 2, 1),
    "too far apart": (0, 0, 0, 1, 2, 2),
    "half and half": (12, 12, 12, 20_000, 1000, 100),
}


@pytest.fixture(scope="module")
def narrow(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A record whose ranges have few ids each."""
    path = tmp_path_factory.mktemp("narrow") / "facts.db"
    shutil.copy(loaded, path)
    database = open_database(url_of(path))
    with pytest.MonkeyPatch.context() as few, write_transaction(database):
        few.setattr(id_ranges, "HALF", 3)
        id_ranges.rebuild_ranges(database)
    database.close()
    return client_of(path)


def _walked(client: FlaskClient, address: str) -> list[str]:
    """The records of all pages of three, one after another."""
    found, following = [], f"{address}&limit=3"
    while following:
        page = client.get(following).get_json()
        found += [entry.get("record", entry)["id"] for entry in page["data"]]
        following = page["page"]["next_href"]
    return found


#: Every address now, and then where the past is told.
ASKED = [(address, "") for address in ADDRESSES] + [
    (address, "&as_of=seq:{last}")
    for address in ADDRESSES
    if "similar" not in address and "q=" not in address
]


@pytest.mark.machine
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("address", "moment"), ASKED)
def test_pages_of_many_are_those_of_few(
    narrow: FlaskClient, monkeypatch: pytest.MonkeyPatch, address: str, moment: str, way: str
) -> None:
    last = narrow.get("/v1/changes?limit=1").get_json()["last"]
    asked = address + moment.format(last=last)
    whole = narrow.get(f"{asked}&limit=200").get_json()["data"]
    for (module, name), number in zip(DECIDES, WAYS[way], strict=True):
        monkeypatch.setattr(module, name, number)

    walked = _walked(narrow, asked)

    assert walked == [entry.get("record", entry)["id"] for entry in whole]
    assert len(walked) > 3


@pytest.mark.parametrize("way", WAYS)
def test_a_quantity_stands_beside_those_of_the_first_by_id_of_many(
    narrow: FlaskClient, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(quantities, "MOST_CLAIMS", 1)
    few = narrow.get("/v1/claims/turnout-48-80/quantities").get_json()
    for (module, name), number in zip(DECIDES, WAYS[way], strict=True):
        monkeypatch.setattr(module, name, number)

    many = narrow.get("/v1/claims/turnout-48-80/quantities").get_json()

    assert many == few
    assert any(quantity["compared"] for quantity in many["quantities"])


def test_ranges_of_ids_are_divided_and_emptied_as_records_come_and_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(id_ranges, "MOST", 4)
    monkeypatch.setattr(id_ranges, "HALF", 2)
    desk = empty_desk(tmp_path / "facts.db")
    names = [f"party-{(7 * number) % 31:02}" for number in range(31)]

    for name in names:
        assert desk.send("POST", "parties", {"id": name, "name": name, "kind": "person"}).status_code == 201
    divided = desk.database.execute_sql("SELECT COUNT(*) FROM id_range").fetchone()[0]
    faults = list(faults_of_database(desk.database))
    for name in names[::2]:
        assert desk.send("DELETE", f"parties/{name}", If_Match=desk.tag(f"parties/{name}")).status_code == 204

    assert divided > 8
    assert [*faults, *faults_of_database(desk.database)] == []
    monkeypatch.setattr(order, "FEW", 0)
    left = desk.send("GET", "parties?kind=person&sort=-id&status=draft&limit=200").get_json()
    assert [party["id"] for party in left["data"]] == sorted(names[1::2], reverse=True)


@pytest.mark.parametrize("moment", ["", "&as_of=seq:{last}"], ids=["now", "then"])
@pytest.mark.parametrize(
    "asked",
    [
        "claims?facets=kind,claimant,about,question,stance,said.year,valid.decade&limit=1&count=true",
        "claims?about=four-islands&facets=kind,claimant,via,role,said.month&limit=1&count=true",
        "sources?facets=kind,publisher,language,published.year&limit=1&count=true",
        "dossiers/japan-russia-peace-treaty/positions?by=position",
        "dossiers/japan-russia-peace-treaty/positions?by=claimant&said=2019&match=certain",
        "dossiers/japan-russia-peace-treaty/positions?question=who-holds-sovereignty&party=japan,russia",
        "parties?dossier=japan-russia-peace-treaty&count=true",
    ],
)
@pytest.mark.parametrize("changed", [0, 20_000], ids=["all changed", "few changed"])
def test_what_is_counted_of_many_is_what_is_counted_of_few(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, asked: str, moment: str, changed: int
) -> None:
    address = f"/v1/{asked}" + moment.format(last=client.get("/v1/changes?limit=1").get_json()["last"])
    few = client.get(address).get_json()
    monkeypatch.setattr(index, "FEW", 0)
    monkeypatch.setattr(positions, "FEW", 0)
    monkeypatch.setattr(index, "MOST_CHANGED", changed)
    monkeypatch.setattr(postings, "_PIECE_OF_LIST", 5)

    assert client.get(address).get_json() == few
