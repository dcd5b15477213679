"""What a claim must show: holders, chains that are cited, days that can be, assessments with reasons."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.records.core.registry import CLAIM
from api.records.core.sql import Sql
from api.records.store.tables import RECORDS, REVISIONS
from api.records.write.documents import read_document
from api.records.write.renew import renew
from api.records.write.session import canonical

from .conftest import Desk, Json, copied, empty_desk, facts
from .places import url_of

CITED = {"source": "paper", "locator": {"paragraph": 1}}
NOTE = {"kind": "error", "note": "It was wrong."}
NEED_HOLDER = (
    "position", "demand", "condition", "promise", "denial", "statement", "statement-of-intent",
    "assessment", "projection", "accusation", "offer",
)  # fmt: skip
REFUTED = {"status": "refuted", "note": "The day is not in it.", "assessed": "2026-11-24"}


def _source(record_id: str, publisher: str, *parents: str, **more: Any) -> Json:
    derived = [{"source": parent, "how": "republishes"} for parent in parents]
    document = {"id": record_id, "title": record_id, "kind": "news-report", "publisher": publisher}
    return {**document, "held": True, "derived_from": derived, **more}


def _story(path: Path) -> Desk:
    desk = empty_desk(path)
    for party in ("agency", "press", "other", "speaker"):
        desk.party(party)
    for source in (
        _source("wire", "agency", published="2019-07-21"),
        _source("paper", "press", "wire", published="2019-07-22"),
        _source("elsewhere", "other", published="2019-07-20"),
        _source("undated", "other"),
        _source("doubted", "other", published="2019-07-20?"),
        _source("ongoing", "other", published="2019-07-20/.."),
        _source("signed", "other", authors=["Press"]),
    ):
        assert desk.send("POST", "sources?publish=true", source).status_code == 201
    return desk


@pytest.fixture
def story(tmp_path: Path) -> Desk:
    """A desk with an agency's wire, a paper that prints it, and a report of somebody else."""
    return copied(_story, tmp_path / "facts.db")


def _claim(**more: Any) -> Json:
    claim = {"id": "c", "proposition": "P.", "kind": "statement", "citations": [CITED]}
    return claim | {"attribution": [{"party": "speaker", "role": "said"}]} | more


def _link(party: str, role: str, source: str | None = None) -> Json:
    return {"party": party, "role": role, "source": source}


def _cited(*sources: str) -> list[Json]:
    return [{**CITED, "source": source} for source in sources]


@dataclass(frozen=True)
class Case:
    """Members of a claim, and the pointers of what a published one would lack."""

    members: Json
    pointers: list[str] = field(default_factory=list)


CASES = {
    **{
        f"{kind} of nobody": Case({"kind": kind, "attribution": []}, ["/attribution"]) for kind in NEED_HOLDER
    },
    **{
        f"{kind} of nobody": Case({"kind": kind, "attribution": None})
        for kind in ("reported-fact", "historical-fact", "statistic", "treaty-provision", "provision")
    },
    "a chain that leads to what is cited": Case({"attribution": [_link("agency", "reported", "wire")]}),
    "a chain whose last document is cited": Case(
        {"attribution": [_link("agency", "reported", "wire"), _link("press", "republished", "paper")]}
    ),
    "a chain that leads elsewhere": Case(
        {"attribution": [_link("agency", "reported", "wire")], "citations": _cited("elsewhere")},
        ["/citations"],
    ),
    "a chain that leads beyond what is cited": Case(
        {
            "attribution": [_link("agency", "reported", "wire"), _link("press", "republished", "paper")],
            "citations": _cited("wire"),
        },
        ["/citations"],
    ),
    "a chain of which one citation descends": Case(
        {"attribution": [_link("agency", "reported", "wire")], "citations": _cited("elsewhere", "paper")}
    ),
    "said on the day": Case({"said": "2019-07-22"}),
    "said a day later, elsewhere on the globe": Case({"said": "2019-07-23"}),
    "said two days later": Case({"said": "2019-07-24"}, ["/said"]),
    "said years later": Case({"said": "2025"}, ["/said"]),
    "said in years that begin in time": Case({"said": "2019/2025"}),
    "said at an unknown time": Case({"said": "/2025"}),
    "said after one of two": Case({"said": "2019-07-22", "citations": _cited("elsewhere", "paper")}),
    "said after both": Case({"said": "2019-08", "citations": _cited("elsewhere", "paper")}, ["/said"]),
    "said after a source without a date": Case({"said": "2025", "citations": _cited("paper", "undated")}),
    "said after a source of a doubted date": Case({"said": "2025", "citations": _cited("doubted")}),
    "said after a source that goes on": Case({"said": "2025", "citations": _cited("ongoing")}),
    "refuted, when and why": Case({"assessment": REFUTED}),
    "not assessed": Case({"assessment": {"status": "not-assessed"}}),
    **{
        f"{status} without a word": Case(
            {"assessment": {"status": status}}, ["/assessment/assessed", "/assessment/note"]
        )
        for status in ("supported", "disputed", "refuted", "unresolvable")
    },
    "refuted without a reason": Case({"assessment": {**REFUTED, "note": None}}, ["/assessment/note"]),
    "refuted at no time": Case({"assessment": {**REFUTED, "assessed": None}}, ["/assessment/assessed"]),
    "everything at once": Case(
        {"said": "2025", "attribution": [], "assessment": {**REFUTED, "note": None}},
        ["/assessment/note", "/attribution", "/said"],
    ),
}
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
BROKEN = pytest.mark.parametrize(
    "case",
    [case for case in CASES.values() if case.pointers],
    ids=[n for n, c in CASES.items() if c.pointers],
)


def _pointers(faults: list[Json]) -> list[str]:
    return sorted(fault["pointer"] for fault in faults)


@EVERY
def test_publication_refuses_what_a_claim_does_not_show(story: Desk, case: Case) -> None:
    answer = story.send("POST", "claims?publish=true", _claim(**case.members))

    assert answer.status_code == (422 if case.pointers else 201), answer.text
    assert _pointers(answer.get_json().get("errors", [])) == case.pointers


@EVERY
def test_a_draft_is_told_what_it_lacks_for_publication(story: Desk, case: Case) -> None:
    tried = story.send("POST", "claims?dry_run=true", _claim(**case.members))
    created = story.send("POST", "claims", _claim(**case.members))
    published = story.change("POST", "claims/c/publish")

    assert (tried.status_code, created.status_code) == (200, 201)
    assert _pointers(created.get_json().get("warnings", [])) == case.pointers
    assert tried.get_json().get("warnings") == created.get_json().get("warnings")
    assert "warnings" not in story.client.get("/v1/claims/c", headers=story.editor).get_json()
    assert published.status_code == (422 if case.pointers else 200)
    assert _pointers(published.get_json().get("errors", [])) == case.pointers


@BROKEN
def test_every_write_of_a_published_claim_is_held_to_the_rules(story: Desk, case: Case) -> None:
    fine = {"citations": _cited("paper", "wire"), "said": "2019-07-21"}
    assert story.send("POST", "claims?publish=true", _claim(**fine)).status_code == 201

    put = story.change("PUT", "claims/c", {**_claim(**case.members), "correction": NOTE})
    patched = story.change("PATCH", "claims/c", {**case.members, "correction": NOTE})
    item = {"op": "patch", "type": "claim", "id": "c", "if_match": story.tag("claims/c")}
    batch = story.send("POST", "batch", [{**item, "body": {**case.members, "correction": NOTE}}])

    assert (put.status_code, patched.status_code, batch.status_code) == (422, 422, 422)
    assert _pointers(put.get_json()["errors"]) == case.pointers
    assert _pointers(batch.get_json()["errors"]) == [f"/0/body{pointer}" for pointer in case.pointers]


@BROKEN
def test_a_record_of_before_the_rules_is_served_named_and_can_only_be_mended_or_withdrawn(
    story: Desk, case: Case
) -> None:
    _publish_unruled(story, _claim(**case.members))

    doctor = facts("doctor", "--db", url_of(story.path))
    renamed = story.change("PATCH", "claims/c", {"proposition": "Q.", "correction": NOTE})

    assert story.client.get("/v1/claims/c").status_code == 200
    assert doctor.returncode == 0, doctor.stdout
    named = [
        line.split(": ")[2] for line in doctor.stdout.splitlines() if line.startswith("to curate: claim c")
    ]
    assert sorted(named) == case.pointers
    assert renamed.status_code == 422
    assert story.change("POST", "claims/c/retract", NOTE).status_code == 200


def _to_curate(printed: str) -> list[str]:
    """The pointers of what doctor names as work at the claim."""
    start = "to curate: claim c: "
    lines = [line.removeprefix(start) for line in printed.splitlines() if line.startswith(start)]
    return sorted(line.partition(": ")[0] for line in lines)


def _publish_unruled(desk: Desk, body: Json) -> None:
    """A published claim as a database of before the rules holds it."""
    fine = {"kind": "reported-fact", "attribution": None, "citations": [CITED]}
    fine |= {"said": None, "assessment": None}
    assert desk.send("POST", "claims?publish=true", body | fine).status_code == 201
    document = read_document(CLAIM, body)
    RECORDS.change(desk.database, Sql("id = 'c'"), document=canonical(document))
    REVISIONS.change(desk.database, Sql("record = 'c'"), document=canonical(document))
    desk.database.execute_sql("DELETE FROM fingerprint")
    renew(desk.database)


def test_an_edit_of_a_source_may_break_a_claim_and_doctor_names_it(story: Desk) -> None:
    chained = {"attribution": [_link("agency", "reported", "wire")], "said": "2019-07-21"}
    assert story.send("POST", "claims?publish=true", _claim(**chained)).status_code == 201

    edit = {"derived_from": None, "published": "2018", "correction": NOTE}
    edited = story.change("PATCH", "sources/paper", edit)

    assert edited.status_code == 200
    done = facts("doctor", "--db", url_of(story.path))
    assert done.returncode == 0, done.stdout
    assert _to_curate(done.stdout) == ["/citations", "/said"]


WARNED = {
    "a publisher that is another": ({"attribution": [_link("press", "reported", "wire")]}, True),
    "republished by another": ({"attribution": [_link("other", "republished", "paper")]}, True),
    "the publisher": ({"attribution": [_link("agency", "reported", "wire")]}, False),
    "a speaker is no publisher": ({"attribution": [_link("speaker", "said", "wire")]}, False),
    "quoted by another": ({"attribution": [_link("press", "quoted", "wire")]}, False),
    "reported in no document": ({"attribution": [_link("press", "reported")]}, False),
    "reported by who wrote it": (
        {"attribution": [_link("other", "wrote", "wire"), _link("other", "reported", "wire")]},
        False,
    ),
    "an author by name": (
        {"attribution": [_link("press", "reported", "signed")], "citations": _cited("signed")},
        False,
    ),
}


@pytest.mark.parametrize(("members", "warned"), WARNED.values(), ids=WARNED)
@pytest.mark.parametrize("publish", [False, True], ids=["draft", "published"])
def test_a_link_by_who_did_not_publish_its_document_is_warned_of(
    story: Desk, members: Json, warned: bool, publish: bool
) -> None:
    done = story.send("POST", f"claims{'?publish=true' if publish else ''}", _claim(**members))

    assert done.status_code == 201, done.text
    last = len(members["attribution"]) - 1
    pointers = _pointers(done.get_json().get("warnings", []))
    assert pointers == ([f"/attribution/{last}/party"] if warned else [])


BARE = [{"source": "paper"}]
UNLOCATED = {
    "claims": (_claim(citations=[*BARE, CITED], assessment={**REFUTED, "citations": BARE}),
               ["/assessment/citations/0/locator", "/citations/0/locator"]),
    "dates": ({"id": "c", "title": "T", "kind": "meeting", "when": "2019", "citations": BARE},
              ["/citations/0/locator"]),
    "parties": ({"id": "c", "name": "N", "kind": "person",
                 "names": [{"text": "N", "language": "en", "citations": BARE}],
                 "offices": [{"title": "Head", "citations": [CITED, *BARE]}]},
                ["/names/0/citations/0/locator", "/offices/0/citations/1/locator"]),
}  # fmt: skip


@pytest.mark.parametrize(("plural", "body", "pointers"), [(p, *rest) for p, rest in UNLOCATED.items()])
def test_a_citation_without_a_locator_is_warned_of_in_every_answer_to_a_write(
    story: Desk, plural: str, body: Json, pointers: list[str]
) -> None:
    item = {"op": "create", "type": {"parties": "party"}.get(plural, plural[:-1]), "id": "c", "body": body}

    batch = story.send("POST", "batch?dry_run=true", [item]).get_json()["data"]
    created = story.send("POST", plural, body)
    put = story.change("PUT", f"{plural}/c", created.get_json())
    published = story.change("POST", f"{plural}/c/publish")

    answers = [batch[0], created.get_json(), put.get_json(), published.get_json()]
    assert [_pointers(answer["warnings"]) for answer in answers] == [pointers] * 4
    assert all(set(warning) == {"pointer", "detail"} for answer in answers for warning in answer["warnings"])


def test_files_are_warned_of_alike_when_checked_and_when_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "parties.yaml").write_text("- {id: press, name: Press, kind: media-outlet}\n")
    (folder / "sources.yaml").write_text(
        "- {id: paper, title: P, kind: news-report, publisher: press, held: true}\n"
    )
    (folder / "claims.yaml").write_text(
        "- {id: c, status: draft, proposition: P., kind: offer, citations: [{source: paper}]}\n"
    )

    checked = facts("check", folder)
    loaded = facts("load", folder, "--db", url_of(tmp_path / "facts.db"))

    warnings = [line for line in checked.stdout.splitlines() if ": warning: " in line]
    assert [line.split(": ")[1] for line in warnings] == ["/attribution", "/citations/0/locator"]
    assert [line for line in loaded.stdout.splitlines() if ": warning: " in line] == warnings
    assert (checked.returncode, loaded.returncode) == (0, 0)
