"""The past stays as it was: a state machine against a plain model, and the reads of any moment."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from api.records.core.registry import PARTY
from api.records.store.api_keys import create_key
from api.records.store.database import migrate, open_database
from api.records.upkeep.redaction import redact

from .conftest import Desk, client_of
from .places import clear, url_of

NOTE = {"kind": "clarification", "note": "In a test"}
IDS = st.sampled_from([f"p{n}" for n in range(4)])
NAMES = st.sampled_from(["Ann", "Bob", "北方領土", "O'Neill", "x" * 300])


class Record(RuleBasedStateMachine):
    """Random operations; a plain model of states, revisions and snapshots beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        path = self.folder / "facts.db"
        self.database = open_database(url_of(path))
        migrate(self.database)
        self.key = {"Authorization": f"Bearer {create_key(self.database, 'K', 'publisher')}"}
        self.client: FlaskClient = client_of(path)
        #: id -> {state, name, part_of, revision}
        self.model: dict[str, dict[str, Any]] = {}
        self.mirror: dict[str, Any] = {}
        self.since = 0
        #: (last seq, what the collection served then)
        self.snapshots: list[tuple[int, list[Any]]] = []

    @initialize()
    def start(self) -> None:
        self.snapshots.append((0, []))

    def send(self, method: str, path: str, body: Any = None, target: str | None = None) -> int:
        headers = dict(self.key)
        if target is not None:
            probe = self.client.patch(f"/v1/parties/{target}", json={}, headers=self.key).get_json()
            headers["If-Match"] = probe.get("current", {}).get("etag", '"none"')
        return self.client.open(f"/v1/{path}", method=method, json=body, headers=headers).status_code

    def now(self, record_id: str) -> str:
        """What an id stands for in the model."""
        while self.model.get(record_id, {}).get("state") == "merged":
            record_id = self.model[record_id]["into"]
        return record_id

    @rule(record_id=IDS, name=NAMES, publish=st.booleans())
    def create(self, record_id: str, name: str, publish: bool) -> None:
        body = {"id": record_id, "name": name, "kind": "person"}
        status = self.send("POST", f"parties?publish={str(publish).lower()}", body)
        assert status == (409 if record_id in self.model else 201)
        if status == 201:
            state = "published" if publish else "draft"
            self.model[record_id] = {"state": state, "name": name, "revision": int(publish), "part_of": None}

    @rule(record_id=IDS, name=NAMES)
    def rename(self, record_id: str, name: str) -> None:
        if record_id not in self.model:
            return
        known = self.model[record_id]
        note = {"correction": NOTE} if known["state"] == "published" else {}
        status = self.send("PATCH", f"parties/{record_id}", {"name": name, **note}, record_id)
        allowed = known["state"] in ("draft", "published")
        assert status == (200 if allowed else 409)
        if allowed and name != known["name"]:
            known["name"] = name
            known["revision"] += known["state"] == "published"

    @rule(record_id=IDS)
    def publish(self, record_id: str) -> None:
        if record_id not in self.model:
            return
        known = self.model[record_id]
        body = NOTE if known["state"] == "retracted" else None
        status = self.send("POST", f"parties/{record_id}/publish", body, record_id)
        allowed = known["state"] in ("draft", "retracted") and not known.get("redacted")
        # What is published already stays as it is.
        assert status == (200 if allowed or known["state"] == "published" else 409), status
        if allowed:
            known["state"] = "published"
            known["revision"] += 1

    @rule(record_id=IDS)
    def retract(self, record_id: str) -> None:
        if record_id not in self.model:
            return
        known = self.model[record_id]
        status = self.send("POST", f"parties/{record_id}/retract", NOTE, record_id)
        assert status == (200 if known["state"] == "published" else 409)
        if status == 200:
            known["state"] = "retracted"
            known["revision"] += 1

    @rule(record_id=IDS, into=IDS)
    def merge(self, record_id: str, into: str) -> None:
        if record_id not in self.model or self.model[record_id]["state"] != "published":
            return
        status = self.send("POST", f"parties/{record_id}/merge", {**NOTE, "into": into}, record_id)
        survivor = self.now(into)
        allowed = self.model.get(survivor, {}).get("state") == "published" and survivor != record_id
        assert (status == 200) == allowed, status
        if allowed:
            self.model[record_id] |= {"state": "merged", "into": survivor}
            self.model[record_id]["revision"] += 1

    @precondition(lambda self: any(r["state"] == "published" for r in self.model.values()))
    @rule(data=st.data())
    def redact_all(self, data: st.DataObject) -> None:
        public = sorted(i for i, r in self.model.items() if r["state"] == "published")
        record_id = data.draw(st.sampled_from(public))
        if data.draw(st.integers(0, 3)):
            return  # rarely: what is redacted is gone from the game
        redact(self.database, PARTY, record_id, 1, None, "Order")
        known = self.model[record_id]
        known |= {"state": "retracted", "redacted": True, "revision": known["revision"] + 1}
        # Its bytes are gone from the past as well.
        self.snapshots = [
            (seq, [r for r in records if r["id"] != record_id]) for seq, records in self.snapshots
        ]

    @invariant()
    def the_collection_is_the_model(self) -> None:
        served = self.client.get("/v1/parties?limit=200").get_json()["data"]
        shown = [(r["id"], r["name"], r["meta"]["revision"]) for r in served]
        expected = sorted(
            (i, r["name"], r["revision"]) for i, r in self.model.items() if r["state"] == "published"
        )
        assert shown == expected

    @invariant()
    def the_feed_folds_to_the_collection(self) -> None:
        feed = self.client.get(f"/v1/changes?since={self.since}&limit=200").get_json()
        assert [e["seq"] for e in feed["data"]] == list(range(self.since + 1, feed["last"] + 1))
        for entry in feed["data"]:
            self.mirror.pop(entry["id"], None)
            if entry["record"] is not None:
                self.mirror[entry["id"]] = entry["record"]
        self.since = feed["last"]
        served = self.client.get("/v1/parties?limit=200").get_json()["data"]
        assert sorted(self.mirror.values(), key=lambda r: r["id"]) == served
        self.snapshots.append((self.since, served))

    @invariant()
    def every_moment_is_served_as_it_was(self) -> None:
        for seq, records in self.snapshots[-4:]:
            then = self.client.get(f"/v1/parties?as_of=seq:{seq}&limit=200").get_json()["data"]
            assert then == records

    def teardown(self) -> None:
        self.database.close()
        clear(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)


TestRecord = pytest.mark.machine(Record.TestCase)
TestRecord.settings = settings(
    max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


# Reads of any moment


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sort=-said",
        "via=nhk",
        "via=nhk&role=quoted",
        "question=who-holds-sovereignty&stance=denies",
        "about.not=four-islands&kind=position,demand",
        "said=2019-07&match=certain",
        "origins_min=2",
        "standing=contested",
        "relation=contradicted-by",
        "dossier=japan-russia-peace-treaty",
        "updated_since=2020-01-01T00:00:00Z",
    ],
)
def test_the_present_asked_as_the_past_is_the_same(client: FlaskClient, query: str) -> None:
    plain = client.get(f"/v1/claims?{query}&limit=30&count=true".replace("?&", "?")).get_json()
    past = client.get(f"/v1/claims?{query}&limit=30&count=true&as_of=seq:280".replace("?&", "?")).get_json()

    assert past["data"] == plain["data"]
    assert past["page"]["total"] == plain["page"]["total"]
    assert past["query"].pop("as_of") == "seq:280"
    assert past["query"] == plain["query"]


@pytest.mark.parametrize("plural", ["parties", "places", "sources", "dates"])
@pytest.mark.parametrize("negated", ["dossier", "dossier.not"])
def test_members_of_a_dossier_are_the_same_asked_as_the_past(
    client: FlaskClient, plural: str, negated: str
) -> None:
    asked = f"/v1/{plural}?{negated}=japan-russia-peace-treaty&limit=200&sort=-updated"

    assert client.get(f"{asked}&as_of=seq:280").get_json()["data"] == client.get(asked).get_json()["data"]


def test_pages_of_the_past_lead_on(client: FlaskClient) -> None:
    seen, after = [], ""
    while True:
        page = client.get(f"/v1/claims?as_of=seq:280&sort=-said&limit=9{after}").get_json()
        seen += [record["id"] for record in page["data"]]
        if page["page"]["next"] is None:
            break
        after = f"&after={page['page']['next']}"

    whole = client.get("/v1/claims?sort=-said&limit=200").get_json()["data"]
    assert seen == [record["id"] for record in whole]


def test_references_of_the_past_are_the_same(client: FlaskClient) -> None:
    for path in ("places/four-islands", "sources/sputnik-wire-2019-07-21", "parties/nhk"):
        asked = f"/v1/{path}/references?limit=200"
        now, then = client.get(asked).get_json(), client.get(f"{asked}&as_of=seq:280").get_json()
        assert (then["data"], then["roles"]) == (now["data"], now["roles"])


def test_a_memento_is_found_by_its_datetime(client: FlaskClient) -> None:
    plain = client.get("/v1/parties/nhk")
    past = client.get("/v1/parties/nhk", headers={"Accept-Datetime": "Fri, 31 Dec 2999 00:00:00 GMT"})

    assert past.data == plain.data
    assert past.headers["Memento-Datetime"] == plain.headers["Last-Modified"]
    assert "Accept-Datetime" in past.headers["Vary"]
    assert 'rel="timemap"' in past.headers["Link"]
    timemap = client.get("/v1/parties/nhk/timemap", headers={"Accept": "application/link-format"})
    assert timemap.text.count('rel="memento"') == 1
    # Who reads the record as it is learns where its past is.
    assert plain.headers["Link"] == past.headers["Link"]
    assert 'rel="original timegate"' in plain.headers["Link"]
    assert "Memento-Datetime" not in plain.headers
    from_a_page = client.get("/v1/parties/nhk", headers={"Origin": "https://a.example"})
    assert "Memento-Datetime" in from_a_page.headers["Access-Control-Expose-Headers"]


@pytest.fixture
def renamed(desk: Desk) -> Iterator[Desk]:
    """A party that was renamed two seconds after it was published, on a machine in Tokyo."""
    desk.party()
    time.sleep(2.1)
    desk.change("PATCH", "parties/bob", {"name": "Robert", "correction": NOTE})
    os.environ["TZ"] = "Asia/Tokyo"
    time.tzset()
    yield desk
    del os.environ["TZ"]
    time.tzset()


def test_a_datetime_means_the_same_state_however_it_is_written_and_wherever_it_is_read(renamed: Desk) -> None:
    """RFC 7089: the last state of the named second; before the first one, the first."""
    address = "/v1/parties/bob"
    number, name = (
        renamed.client.get(f"{address}/revisions").get_json()["data"][0][n] for n in ("seq", "time")
    )
    first = datetime.fromisoformat(name).replace(microsecond=0)
    rows = [
        (f"{at:%a, %d %b %Y %H:%M:%S} GMT", shown)
        for at, shown in [
            (first - timedelta(days=9000), "Bob"),
            (first - timedelta(hours=9), "Bob"),
            (first, "Bob"),
            (first + timedelta(seconds=1), "Bob"),
            (first + timedelta(hours=9), "Robert"),
            (first + timedelta(days=9000), "Robert"),
        ]
    ]
    later = first + timedelta(hours=1)
    rows += [
        (f"{first:%A, %d-%b-%y %H:%M:%S} GMT", "Bob"),
        (f"{first:%a %b} {first.day:2} {first:%H:%M:%S %Y}", "Bob"),
        (f"{first:%a, %d %b %Y %H:%M:%S}", "Bob"),
        (f"{later:%A, %d-%b-%y %H:%M:%S} GMT", "Robert"),
        (f"{later:%a %b} {later.day:2} {later:%H:%M:%S %Y}", "Robert"),
        (f"{later:%a, %d %b %Y %H:%M:%S}", "Robert"),
    ]

    for written, shown in rows:
        memento = renamed.client.get(address, headers={"Accept-Datetime": written})
        assert memento.status_code == 200, (written, memento.text)
        assert memento.get_json()["name"] == shown, written
        if shown == "Bob":
            assert memento.headers["Content-Location"] == f"{address}?as_of=seq:{number}"
    for nonsense in ("soon", "", "2019-07-21", "Fri, 31 Dec 99999999999999999999 00:00:00 GMT"):
        refused = renamed.client.get(address, headers={"Accept-Datetime": nonsense})
        assert refused.status_code == 400, nonsense


def test_a_draft_has_no_past_to_be_asked_for(desk: Desk) -> None:
    desk.send("POST", "parties", {"id": "bob", "name": "Bob", "kind": "person"})

    assert "Link" not in desk.client.get("/v1/parties/bob", headers=desk.editor).headers
    then = {"Accept-Datetime": "Sat, 01 Jan 2000 00:00:00 GMT"}
    assert desk.client.get("/v1/parties/bob", headers=then).status_code == 404


@pytest.mark.parametrize(
    "as_of", ["seq:-1", "seq:", "seq:x", "seq:999999", "yesterday", "2026-11", "2026-02-30", ""]
)
def test_a_moment_that_is_none_is_refused_with_what_is_one(client: FlaskClient, as_of: str) -> None:
    response = client.get("/v1/parties/nhk", query_string={"as_of": as_of})

    assert response.status_code == 400
    [error] = response.get_json()["errors"]
    assert error["parameter"] == "as_of"
    assert error["detail"]


def test_nothing_was_there_before_the_beginning(client: FlaskClient) -> None:
    assert client.get("/v1/parties/nhk?as_of=seq:0").status_code == 404
    assert client.get("/v1/parties?as_of=2001-01-01T00:00:00Z").get_json()["data"] == []


#: Addresses that tell of the past.
TOLD = [
    "claims",
    "claims?facets=kind&count=true",
    "claims/abe-seeks-treaty-progress-in-term",
    "claims/abe-seeks-treaty-progress-in-term?include=citations.source",
    "claims/abe-seeks-treaty-progress-in-term/references",
    "claims/abe-seeks-treaty-progress-in-term/provenance",
    "claims/turnout-48-80/quantities",
    "dossiers/japan-russia-peace-treaty/positions",
    "dossiers/japan-russia-peace-treaty/timeline",
    "timeline",
]


@pytest.mark.parametrize("address", TOLD)
@pytest.mark.parametrize("day", ["2999-01-01", "2001-01-01"])
def test_a_day_is_its_last_moment_in_utc(client: FlaskClient, address: str, day: str) -> None:
    def told(moment: str) -> tuple[int, str | None]:
        answer = client.get(f"/v1/{address}{'&' if '?' in address else '?'}as_of={moment}")
        # Addresses of the answer name the moment as it was asked for.
        same = answer.text.replace("T23:59:59.999999Z", "").replace("T23%3A59%3A59.999999Z", "")
        return answer.status_code, same if answer.status_code == 200 else None

    assert told(day) == told(f"{day}T23:59:59.999999Z")
    assert told(day)[0] in (200, 404)


def test_a_day_has_what_was_done_on_it_and_the_day_before_has_not(client: FlaskClient) -> None:
    published = client.get("/v1/parties/nhk").get_json()["meta"]["published"]
    day = date.fromisoformat(published[:10])

    assert client.get(f"/v1/parties/nhk?as_of={day}").status_code == 200
    assert client.get(f"/v1/parties/nhk?as_of={day - timedelta(days=1)}").status_code == 404


KEPT = {
    "claims/abe-seeks-treaty-progress-in-term": "no-cache",
    "claims/abe-seeks-treaty-progress-in-term/revisions": "no-cache",
    "claims/abe-seeks-treaty-progress-in-term/revisions/1": "public, max-age=86400",
    "claims/abe-seeks-treaty-progress-in-term?as_of=seq:280": "public, max-age=86400",
    "claims?as_of=seq:280&facets=kind": "public, max-age=86400",
    "timeline?as_of=seq:280": "public, max-age=86400",
    # A time may not be over yet.
    "claims?as_of=2999-01-01": "no-cache",
    "changes?since=0": "no-cache",
}


@pytest.mark.parametrize("path", KEPT)
def test_what_never_changes_may_be_kept_for_a_day_by_whoever_has_no_key(desk: Desk, path: str) -> None:
    anybody, curator = desk.client.get(f"/v1/{path}"), desk.client.get(f"/v1/{path}", headers=desk.editor)

    assert anybody.headers["Cache-Control"] == KEPT[path]
    again = desk.client.get(f"/v1/{path}", headers={"If-None-Match": anybody.headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, KEPT[path])
    assert curator.headers["Cache-Control"] == "private, no-store"
