"""Random writes of nested members: all that tells of a record says what a plain model holds."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from api.records.upkeep.doctor import faults_of_database

from .conftest import Desk, Json, copied, empty_desk
from .test_nested_patches import NOTE, in_input_form

WIRE = {"source": "wire"}
PAGED = {"source": "wire", "locator": {"page": "7", "text": {"start": "First", "end": "last"}}}
PLACED = {"source": "wire", "locator": {"paragraph": 2, "position": {"start": 1, "end": 9}}, "quote": "So."}
NAMES = [
    [{"text": "Ane", "language": "en", "kind": "common"}],
    [{"text": "Ane", "language": "en", "kind": "common", "citations": [PAGED]}],
    [
        {"text": "アン", "language": "ja", "kind": "common"},
        {"text": "Ane", "language": "en", "kind": "common"},
    ],
]
QUANTITIES = [
    [{"of": "turnout", "value": "48.80", "unit": "%"}],
    [
        {"of": "turnout", "low": "48", "high": "5E1", "unit": "%", "approximate": True},
        {"of": "turnout", "value": "51666697", "out_of": "105886064", "unit": "{voters}"},
    ],
]
ELSEWHERE: dict[str, list[Any]] = {
    "same_as": [["https://example.org/1"], ["https://example.org/2", "https://example.org/1"]],
    "image": [
        {"url": "https://example.org/1.jpg"},
        {"url": "https://example.org/1.jpg", "credit": "Ann", "licence": "CC BY 4.0", "alt": "A bay."},
        {"url": "https://example.org/2.jpg", "alt": "Another bay."},
    ],
}


def _translations(member: str) -> list[list[Json]]:
    own = {"member": member, "language": "ja", "text": "体", "kind": "own"}
    return [[own], [{**own, "kind": "official", "by": "ann"}, own]]


IDENTIFIERS = [{"wikidata": "Q1"}, {"wikidata": "Q2", "viaf": "7"}, {"viaf": "7", "isni": "0000000121032683"}]

#: What the records stand on, and the records that are written, in an order in which each can be made.
WORLD: list[tuple[str, Json]] = [
    ("parties", {"id": "ann", "name": "Ann", "kind": "person"}),
    ("parties", {"id": "dan", "name": "Dan", "kind": "media-outlet"}),
    ("sources", {"id": "wire", "title": "Wire", "kind": "news-report", "publisher": "dan", "held": True}),
    ("sources", {"id": "reprint", "title": "R.", "kind": "news-report", "publisher": "ann", "held": True}),
    ("places", {"id": "bay", "name": "Bay", "kind": "city"}),
    ("places", {"id": "coast", "name": "Coast", "kind": "region"}),
    ("parties", {"id": "body", "name": "Body", "kind": "group"}),
    ("dates", {"id": "day", "title": "Day", "kind": "meeting", "when": "2019", "citations": [WIRE]}),
    ("dossiers", {"id": "asked", "title": "A.", "questions": [{"id": "who", "text": "Who?"}]}),
    ("dossiers", {"id": "race", "title": "Race"}),
    ("claims", {"id": "other", "proposition": "O.", "kind": "reported-fact", "citations": [WIRE]}),
    ("claims", {"id": "first", "proposition": "F.", "kind": "reported-fact", "citations": [WIRE]}),
]
#: The records that are written, and values of their members that are objects or lists.
MEMBERS: dict[str, dict[str, list[Any]]] = {
    "parties/body": {
        "names": NAMES,
        "offices": [
            [{"title": "Chair", "of": "dan", "held": "2018"}],
            [{"title": "Chair", "held": "2018/2019", "citations": [PLACED]}],
        ],
        "memberships": [[{"party": "dan"}], [{"party": "dan", "held": "2019-07"}]],
        "predecessors": [["ann"], ["ann", "dan"]],
        "attributes": [
            [{"member": "memberships", "value": "dan", "citations": [WIRE]}],
            [
                {"member": "part_of", "value": "dan", "held": "2018/..", "citations": [PAGED]},
                {"member": "memberships", "value": "dan", "held": "2019-07", "citations": [WIRE, PLACED]},
            ],
        ],
        "identifiers": [*IDENTIFIERS, {"gnd": "118540238", "lei": "549300MLUDYVRQOOXS22"}],
        **ELSEWHERE,
        "translations": _translations("name"),
    },
    "dates/day": {
        "translations": _translations("title"),
        "citations": [[WIRE], [PAGED], [PLACED, WIRE]],
        "participants": [[{"party": "ann"}], [{"party": "dan"}, {"party": "ann", "role": "host"}]],
        "places": [["bay"]],
        "quantities": QUANTITIES,
    },
    "claims/first": {
        "translations": _translations("proposition"),
        "reviews": [
            [{"by": "dan", "rating": {"label": "True", "value": 4.5, "best": 5}, "status": "supported"}],
            [{"by": "ann", "source": "wire", "when": "2019-07"}, {"by": "dan", "status": "refuted"}],
        ],
        "attribution": [
            [{"party": "ann", "role": "said"}, {"party": "dan", "role": "reported", "source": "wire"}],
            [{"party": "dan", "role": "reported", "source": "wire"}],
        ],
        "about": [{"parties": ["ann"]}, {"parties": ["ann", "dan"], "places": ["bay"]}, {"dates": ["day"]}],
        "citations": [[WIRE], [PAGED], [PLACED, WIRE]],
        "quantities": QUANTITIES,
        "answers": [[{"question": "who", "stance": "affirms"}], [{"question": "who", "stance": "denies"}]],
        "relations": [
            [{"type": "supports", "claim": "other"}],
            [{"type": "contradicts", "claim": "other", "note": "By a day."}],
        ],
        "assessment": [
            {"status": "supported", "note": "By two.", "assessed": "2026-11-24"},
            {"status": "refuted", "note": "By two.", "assessed": "2026-11-25", "citations": [PAGED]},
        ],
    },
    "sources/reprint": {
        "derived_from": [[{"source": "wire", "how": "republishes"}]],
        "authors": [["A. B."], ["A. B.", "C. D."]],
        "co_publishers": [["dan"], ["dan", "body"]],
        "signatories": [["ann"], ["dan", "ann"]],
        "translations": _translations("title"),
    },
    "places/bay": {
        "names": NAMES,
        "coordinates": [{"latitude": 45.5, "longitude": 150.0}, {"latitude": 46.25, "longitude": 150.0}],
        # Both hold both points: see test_geometry.py.
        "geometry": [
            {"type": "LineString", "coordinates": [[149.5, 45], [150.5, 47.25]]},
            {"type": "Polygon", "coordinates": [[[149, 45], [151, 45], [151, 47], [149, 45]]]},
        ],
        "precision": [{"kind": "near"}, {"metres": 900}, {"kind": "sketched", "metres": 90_000}],
        "identifiers": [*IDENTIFIERS, {"gnd": "4011882-4", "geonames": "2127515"}],
        **ELSEWHERE,
        "translations": _translations("name"),
        "claimed_by": [["ann"], ["dan", "ann"]],
        "attributes": [
            [{"member": "claimed_by", "value": "ann", "citations": [WIRE]}],
            [
                {"member": "claimed_by", "value": "dan", "held": "1956/", "citations": [WIRE, PLACED]},
                {"member": "part_of", "value": "coast", "citations": [PAGED]},
            ],
        ],
    },
    "dossiers/race": {
        "questions": [
            [{"id": "wins", "text": "Who wins?"}],
            [{"id": "wins", "text": "Who wins?", "translations": _translations("text")[1]}],
            [{"id": "when", "text": "When?"}, {"id": "wins", "text": "Who wins?"}],
        ],
    },
}
#: A record without its citations is none.
NEEDED = {"citations"}
TYPES = {"parties": "party", "dates": "date", "claims": "claim", "sources": "source", "places": "place",
         "dossiers": "dossier"}  # fmt: skip

#: A record, one of its members, and what this is to be; None: it goes.
CHANGES = st.sampled_from(
    [
        (record, member, value)
        for record, members in MEMBERS.items()
        for member, values in members.items()
        for value in [*values, *([] if member in NEEDED else [None])]
    ]
)


def merge_patch(old: Any, new: Any) -> Any:
    """What RFC 7396 makes `new` of `old` with, as little as can be."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    gone = dict.fromkeys(old.keys() - new.keys())
    return gone | {name: merge_patch(old.get(name), v) for name, v in new.items() if old.get(name) != v}


def _world(path: Path) -> Desk:
    desk = empty_desk(path)
    for plural, body in WORLD:
        created = desk.send("POST", f"{plural}?publish=true", body)
        assert created.status_code == 201, created.text
    return desk


class Nested(RuleBasedStateMachine):
    """Random writes, and a plain model of documents and revisions beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.desk = copied(_world, self.folder / "facts.db")
        documents = {f"{plural}/{body['id']}": body for plural, body in WORLD}
        self.documents = {record: documents[record] for record in MEMBERS}
        self.revisions = dict.fromkeys(MEMBERS, 1)

    def _become(self, record: str, member: str, value: Any) -> Json:
        """The document that a change makes of a record's."""
        document = {name: v for name, v in self.documents[record].items() if name != member}
        if value is not None:
            document[member] = value
        if "geometry" not in document:
            # There is nothing that it would be the precision of.
            document.pop("precision", None)
        return document

    def _patch(self, record: str, new: Json, note: bool = True) -> Json:
        return merge_patch(self.documents[record], new) | ({"correction": NOTE} if note else {})

    def _require(self, record: str, new: Json, answer: Json) -> None:
        """Move the model; what was answered is what is served, kept, announced and checked."""
        changed = new != self.documents[record]
        self.documents[record] = new
        self.revisions[record] += changed
        revision, record_id = self.revisions[record], record.partition("/")[2]
        served = self.desk.read(record)
        kept = self.desk.read(f"{record}/revisions/{revision}")["document"]
        shown = {name: in_input_form(served[name]) or None for name in MEMBERS[record]}

        assert {**answer, "warnings": None} == {**served, "warnings": None}
        assert served["meta"]["revision"] == revision
        assert shown == {name: new.get(name) for name in shown}
        assert {**kept, "id": record_id} == new
        if changed:
            told = [e for e in self.desk.read("changes", limit=200)["data"] if e["id"] == record_id]
            assert (told[-1]["change"], told[-1]["revision"]) == ("updated", revision)
            assert told[-1]["record"] == served
        if record == "places/bay":
            placed = {"geometry", "coordinates"} & new.keys()
            found = self.desk.read("places", bbox="149,45,151,47.5")["data"]
            assert found == ([served] if placed else [])
        embedded = [{"id": record_id, "revision": number} for number in (1, revision)]
        checked = self.desk.client.post("/v1/check", json=embedded).get_json()["data"]
        first = "unchanged" if revision == 1 else "corrected"
        assert [answer["answer"] for answer in checked] == [first, "unchanged"]

    @rule(change=CHANGES)
    def patch(self, change: tuple[str, str, Any]) -> None:
        new = self._become(*change)
        answer = self.desk.change("PATCH", change[0], self._patch(change[0], new))
        assert answer.status_code == 200, answer.text
        self._require(change[0], new, answer.get_json())

    @rule(change=CHANGES)
    def put(self, change: tuple[str, str, Any]) -> None:
        new = self._become(*change)
        answer = self.desk.change("PUT", change[0], {**new, "correction": NOTE})
        assert answer.status_code == 200, answer.text
        self._require(change[0], new, answer.get_json())

    @rule(change=CHANGES, method=st.sampled_from(["PATCH", "PUT"]))
    def write_without_a_note(self, change: tuple[str, str, Any], method: str) -> None:
        record, old = change[0], self.documents[change[0]]
        new = self._become(*change)
        answer = self.desk.change(
            method, record, self._patch(record, new, note=False) if method == "PATCH" else new
        )
        assert answer.status_code == (200 if new == old else 422), answer.text
        self._require(record, old, self.desk.read(record))

    @rule(changes=st.lists(CHANGES, min_size=2, max_size=4, unique_by=lambda change: change[0]))
    def batch(self, changes: list[tuple[str, str, Any]]) -> None:
        new = {change[0]: self._become(*change) for change in changes}
        items = []
        for place, (record, document) in enumerate(new.items()):
            plural, record_id = record.split("/")
            by_patch = place % 2 == 0
            body = self._patch(record, document) if by_patch else {**document, "correction": NOTE}
            items.append(
                {
                    "op": "patch" if by_patch else "replace",
                    "type": TYPES[plural],
                    "id": record_id,
                    "if_match": self.desk.tag(record),
                    "body": body,
                }
            )
        answer = self.desk.send("POST", "batch", items)
        assert answer.status_code == 200, answer.text
        for record, document in new.items():
            self._require(record, document, self.desk.read(record))

    @invariant()
    def the_doctor_finds_nothing(self) -> None:
        assert list(faults_of_database(self.desk.database)) == []

    def teardown(self) -> None:
        self.desk.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)


TestNested = pytest.mark.machine(Nested.TestCase)
TestNested.settings = settings(
    max_examples=4, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
