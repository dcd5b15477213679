"""Search, timelines, provenance and perspectives after the edits of a working newsroom."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.records.core.registry import CLAIM, DATE, PARTY, PLACE, SOURCE, RecordType
from api.records.store.api_keys import Actor
from api.records.store.database import open_database
from api.records.write.operations import Put
from api.records.write.perform import perform

from .conftest import Desk, facts

Json = dict[str, Any]
NOTE = {"kind": "duplicate", "note": "In a test"}


def put(path: Path, record_type: RecordType, records: dict[str, Json]) -> None:
    """Publish records as dossier files do, in one commit."""
    operations = [Put(record_type, record_id, body, publish=True) for record_id, body in records.items()]
    perform(open_database(f"sqlite:///{path}"), operations, Actor("test", "publisher"))


def get(client: FlaskClient, path: str, **query: Any) -> Any:
    response = client.get(f"/v1/{path}", query_string=query)
    assert response.status_code == 200, (path, query, response.text)
    return response.get_json()


def found(client: FlaskClient, q: str, **query: Any) -> list[str]:
    return [result["id"] for result in get(client, "search", q=q, **{"limit": 200, **query})["data"]]


def place(name: str, **more: Any) -> Json:
    return {"name": name, "kind": "island", **more}


# Searching


def _walk(client: FlaskClient, q: str, limit: int, between: Iterator[None]) -> list[str]:
    seen, after = [], {}
    while True:
        page = get(client, "search", q=q, limit=limit, **after)
        seen += [result["id"] for result in page["data"]]
        if page["page"]["next"] is None:
            return seen
        after = {"after": page["page"]["next"]}
        next(between)


@pytest.mark.parametrize("q", ["russia", "japan", "kuril", "treaty"])
@pytest.mark.parametrize("limit", [1, 7])
def test_a_walk_through_a_search_goes_on_while_others_publish(desk: Desk, q: str, limit: int) -> None:
    """Every publication moves all ranks a little; a page goes on behind the record that was the last one."""

    def publishing() -> Iterator[None]:
        for number in range(1000):
            if number < 12:
                desk.party(f"zzz-{number}")
            yield

    before = found(desk.client, q)

    walked = _walk(desk.client, q, limit, publishing())

    assert len(before) > 10
    assert sorted(walked) == sorted(before)


def test_a_walk_goes_on_where_its_last_record_was_withdrawn(desk: Desk) -> None:
    before = found(desk.client, "treaty")

    def withdrawing() -> Iterator[None]:
        path = desk.client.get("/v1/search?q=treaty&limit=1&type=claim").get_json()["data"][0]["href"]
        desk.change("POST", f"{path.removeprefix('/v1/')}/retract", NOTE)
        while True:
            yield

    walked = _walk(desk.client, "treaty", 7, withdrawing())
    assert set(walked) <= set(before)
    assert len(walked) == len(set(walked))


@pytest.mark.parametrize(
    ("text", "typed", "is_found"),
    [
        ("東京、京都の島", "東京都", False),
        ("東京、京都の島", '"東京、京都"', True),
        ("東京都の島", "東京都", True),
        ("हिन्दी", "हिन्दी", True),
        ("हिन्दी", "दी", False),
        ("Trea\u00adty Rock", "treaty", True),
        ("Treaty Rock", "trea\u00adty", True),
        ("葛\U000e0100城", "葛城", True),
        ("Kurilʹskie Rocks", "kurilskie", True),
        ("al-Qāʿida", "al-qaida", True),
        ("Łódź", "lodz", True),
        ("安倍岩", "－安倍", False),
        ("安倍岩", "＂安倍岩＂", True),
    ],
)
def test_what_a_name_is_found_by(desk: Desk, text: str, typed: str, is_found: bool) -> None:
    put(desk.path, PARTY, {"somebody": {"name": text, "kind": "other"}})

    assert ("somebody" in found(desk.client, typed)) is is_found


@pytest.mark.parametrize("typed", ['"G20"', '"G20サミット"', '"2019"', '"foo"', '"foo bar"', '"開かれた"'])
def test_a_phrase_is_shown_wherever_it_was_found(desk: Desk, typed: str) -> None:
    text = "2019年に開かれた。 foo_bar"
    put(desk.path, PARTY, {"summit": {"name": "G20サミット", "kind": "other", "description": text}})

    [result] = [r for r in get(desk.client, "search", q=typed, limit=200)["data"] if r["id"] == "summit"]

    shown = [h["text"][r["start"] : r["end"]] for h in result["highlights"] for r in h["ranges"]]
    assert typed.strip('"').replace(" ", "_") in shown


def test_a_negation_leaves_out_no_other_type(client: FlaskClient) -> None:
    for name, value in (("kind", "statement"), ("claimant", "abe-shinzo"), ("publisher", "tass")):
        every = set(found(client, "peace"))
        assert set(found(client, "peace", **{f"{name}.not": value})) == every - set(
            found(client, "peace", **{name: value})
        )


def test_curators_search_drafts_too(desk: Desk) -> None:
    desk.send("POST", "parties", {"id": "quokka", "name": "Quokka Times", "kind": "media-outlet"})
    desk.party("quokka-public", name="Quokka Post")

    def ids(status: str) -> list[str]:
        response = desk.send("GET", f"search?q=quokka&count=true&facets=type&status={status}")
        page = response.get_json()
        assert page["page"]["total"] == page["facets"]["type"]["values"][0]["count"] == len(page["data"])
        return sorted(result["id"] for result in page["data"])

    assert found(desk.client, "quokka") == ["quokka-public"]
    assert ids("published") == ["quokka-public"]
    assert ids("draft") == ["quokka"]
    assert ids("published,draft") == ["quokka", "quokka-public"]
    assert desk.client.get("/v1/search?q=quokka&status=draft").status_code == 401


def test_what_drafts_refer_to_can_be_chosen_by_curators(desk: Desk) -> None:
    desk.send("POST", "parties", {"id": "quokka", "name": "Quokka Times", "kind": "media-outlet"})
    source = {"id": "issue-1", "title": "Issue 1", "kind": "news-report", "publisher": "quokka", "held": True}
    desk.send("POST", "sources", source)

    chosen = desk.send("GET", "sources?status=draft&publisher=quokka").get_json()

    assert [s["id"] for s in chosen["data"]] == ["issue-1"]
    assert desk.send("GET", "sources?publisher=quokka").status_code == 400
    assert desk.client.get("/v1/sources?publisher=quokka").status_code == 400


def test_suggestions_of_one_type_are_not_crowded_out_by_another(desk: Desk) -> None:
    claim = {"kind": "statement", "citations": [{"source": "tass-1069673"}]}
    put(
        desk.path,
        CLAIM,
        {f"thing-{n}": {**claim, "proposition": f"Russia said thing {n}."} for n in range(600)},
    )

    for query, first in (({}, "russia"), ({"type": "dossier"}, "japan-russia-peace-treaty"),
                         ({"type": "date"}, "russia-suspends-talks-2022")):  # fmt: skip
        assert get(desk.client, "suggest", q="russ", **query)["data"][0]["id"] == first


def test_the_first_years_are_counted(desk: Desk) -> None:
    date = {"kind": "meeting", "citations": [{"source": "mofa-faq"}]}
    when = {"battle": "0009-09", "reign": "0001/..", "all": "0001-01/9999-12", "end": "9999"}
    put(desk.path, DATE, {i: {**date, "title": i.title(), "when": w} for i, w in when.items()})

    for step in ("decade", "year", "month"):
        for match in ("possible", "certain"):
            query = {"facets": f"when.{step}", "match": match}
            for member in get(desk.client, "dates", **query)["facets"][f"when.{step}"]["values"][:3]:
                chosen = get(desk.client, "dates", when=member["value"], match=match, count="true")
                assert chosen["page"]["total"] == member["count"], member


# Mergers


@pytest.fixture
def chained(desk: Desk) -> Desk:
    """Party a, merged into b, merged into c."""
    for name in "abc":
        desk.party(f"party-{name}")
    date = {"title": "Talks", "kind": "meeting", "when": "2019", "citations": [{"source": "mofa-faq"}]}
    put(desk.path, DATE, {"talks": {**date, "participants": [{"party": "party-a"}]}})
    names = [{"text": "Aname", "language": "en", "used_by": "party-a"}]
    desk.send("POST", "places?publish=true", {"id": "rock", **place("Rock", names=names)})
    for one, other in ("ab", "bc"):
        done = desk.change("POST", f"parties/party-{one}/merge", {"into": f"party-{other}", **NOTE})
        assert done.status_code == 200, done.text
    return desk


def test_every_id_of_a_chain_of_mergers_means_the_survivor(chained: Desk) -> None:
    client = chained.client
    for record_id in ("party-a", "party-b", "party-c"):
        assert [d["id"] for d in get(client, "dates", participant=record_id)["data"]] == ["talks"]
        assert "talks" not in [
            d["id"] for d in get(client, "dates", **{"participant.not": record_id})["data"]
        ]
        assert get(client, "timeline", participant=record_id)["query"]["participant"] == ["party-c"]
        assert get(client, "places/rock", perspective=record_id)["name"] == "Aname"
        batch = get(client, "parties", id=record_id)
        assert [p["id"] for p in batch["data"]] == ["party-c"]
    assert client.get("/v1/parties/party-a").headers["Location"] == "/v1/parties/party-c"
    assert facts("doctor", "--db", f"sqlite:///{chained.path}").stdout == "everything agrees\n"


def test_mergers_in_one_batch_lead_to_the_last(desk: Desk) -> None:
    for name in "abc":
        desk.party(f"party-{name}")
    done = desk.send("POST", "batch", [
        {"op": "merge", "type": "party", "id": f"party-{one}", "if_match": desk.tag(f"parties/party-{one}"),
         "body": {"into": f"party-{other}", **NOTE}} for one, other in ("ab", "bc")
    ])  # fmt: skip
    assert done.status_code == 200, done.text

    assert [p["id"] for p in get(desk.client, "parties", id="party-a")["data"]] == ["party-c"]


def test_a_batch_changes_a_record_in_public_once(desk: Desk) -> None:
    """Of two revisions in one commit the first would never have been served."""
    desk.party()
    operation = {"op": "patch", "type": "party", "id": "bob", "if_match": desk.tag("parties/bob")}

    refused = desk.send("POST", "batch", [
        {**operation, "body": {"name": "Rob", "correction": NOTE}},
        {**operation, "body": {"description": "Tall.", "correction": NOTE}},
    ])  # fmt: skip

    assert refused.status_code in (409, 422), refused.text
    assert refused.get_json()["errors"][0]["pointer"].startswith("/1")
    assert get(desk.client, "parties/bob")["meta"]["revision"] == 1
    assert facts("doctor", "--db", f"sqlite:///{desk.path}").stdout == "everything agrees\n"


def test_the_past_is_asked_in_its_own_ids(chained: Desk) -> None:
    """When b was not merged yet, a stood for b."""
    merged = [c for c in get(chained.client, "changes", since=265)["data"] if c["change"] == "merged"]
    then = f"seq:{merged[0]['seq']}"

    page = get(chained.client, "timeline", participant="party-a", as_of=then)

    assert page["query"]["participant"] == ["party-b"]
    assert [e["record"]["id"] for e in page["data"]] == ["talks"]


def test_a_merged_dossier_keeps_its_members(desk: Desk) -> None:
    desk.send("POST", "dossiers?publish=true", {"id": "second", "title": "Second"})
    claim = {"id": "second-claim", "proposition": "A claim.", "kind": "statement", "dossiers": ["second"],
             "citations": [{"source": "tass-1069673"}]}  # fmt: skip
    assert desk.send("POST", "claims?publish=true", claim).status_code == 201
    desk.send("POST", "dossiers?publish=true", {"id": "third", "title": "Third"})
    done = desk.change("POST", "dossiers/second/merge", {"into": "third", **NOTE})
    assert done.status_code == 200, done.text

    for dossier in ("second", "third"):
        assert [s["id"] for s in get(desk.client, "sources", dossier=dossier)["data"]] == [
            "nhk-interview-2019-07-21",
            "tass-1069673",
        ]
        assert [p["id"] for p in get(desk.client, "parties", dossier=dossier)["data"]] == ["nhk", "tass"]


def test_a_dossier_whose_questions_are_answered_is_not_merged_away(desk: Desk) -> None:
    desk.send("POST", "dossiers?publish=true", {"id": "second", "title": "Second"})

    refused = desk.change("POST", "dossiers/japan-russia-peace-treaty/merge", {"into": "second", **NOTE})

    assert refused.status_code == 422
    error = refused.get_json()["errors"][0]
    assert error["pointer"] == "/into"
    assert "who-holds-sovereignty" in error["detail"]


def test_claims_that_contradicted_each_other_can_be_merged(desk: Desk) -> None:
    claim = {"proposition": "A claim.", "kind": "statement", "citations": [{"source": "tass-1069673"}]}
    put(
        desk.path,
        CLAIM,
        {"one": claim, "other": {**claim, "relations": [{"type": "contradicts", "claim": "one"}]}},
    )
    assert desk.change("POST", "claims/one/merge", {"into": "other", **NOTE}).status_code == 200

    assert get(desk.client, "claims/other")["standing"] == ["single-origin"]
    assert facts("doctor", "--db", f"sqlite:///{desk.path}").stdout == "everything agrees\n"


# Withdrawn and redacted


def test_what_was_taken_out_is_unavailable_in_the_past_as_well(desk: Desk) -> None:
    desk.party()
    desk.change("POST", "parties/bob/retract", NOTE)
    desk.client.get("/v1/parties/bob")
    done = facts("redact", "party", "bob", "--note", "By order", "--db", f"sqlite:///{desk.path}")
    assert done.returncode == 0, done.stderr
    last = get(desk.client, "changes", since=265, limit=200)["data"][-1]["seq"]

    assert desk.client.get("/v1/parties/bob").status_code == 451
    assert desk.client.get(f"/v1/parties/bob?as_of=seq:{last}").status_code == 451


@pytest.fixture
def descent(desk: Desk) -> Desk:
    """A claim cites a reprint of a report, which reprints a wire; each has a publisher of its own."""
    parents: dict[str, str | None] = {"wire": None, "report": "wire", "reprint": "report"}
    for name, parent in parents.items():
        desk.party(f"p-{name}")
        body = {
            "id": name,
            "title": name.title(),
            "kind": "news-report",
            "publisher": f"p-{name}",
            "held": True,
        }
        body |= {"derived_from": [{"source": parent, "how": "republishes"}]} if parent else {}
        assert desk.send("POST", "sources?publish=true", body).status_code == 201
    claim = {
        "id": "told",
        "proposition": "A claim.",
        "kind": "statement",
        "citations": [{"source": "reprint"}],
    }
    assert desk.send("POST", "claims?publish=true", claim).status_code == 201
    assert desk.change("POST", "sources/report/retract", NOTE).status_code == 200
    return desk


def _told(desk: Desk, **query: Any) -> tuple[dict[str, Json], Json]:
    """The nodes of the graph by id, and the graph; JSON-LD and the past of now say the same."""
    graph = get(desk.client, "claims/told/provenance", **query)
    prov = desk.client.get(
        "/v1/claims/told/provenance", query_string=query, headers={"Accept": "application/ld+json"}
    )
    assert prov.status_code == 200, prov.text
    if not query:
        last = get(desk.client, "changes", since=265, limit=200)["data"][-1]["seq"]
        then = get(desk.client, "claims/told/provenance", as_of=f"seq:{last}")
        assert (then["nodes"], then["edges"]) == (graph["nodes"], graph["edges"])
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert {s["id"] for s in graph["origins"]["sources"]} <= nodes.keys()
    assert all(e["from"] in nodes and e["to"] in nodes for e in graph["edges"])
    return nodes, graph


def test_a_withdrawn_document_leads_to_what_its_origin_is_called_now(descent: Desk) -> None:
    descent.change("PATCH", "sources/wire", {"title": "The wire", "correction": NOTE})
    descent.change("PATCH", "parties/p-wire", {"name": "The agency", "correction": NOTE})
    assert descent.change("POST", "parties/p-report/merge", {"into": "p-wire", **NOTE}).status_code == 200

    nodes, graph = _told(descent)

    assert (nodes["wire"]["name"], nodes["wire"]["origin"]) == ("The wire", True)
    assert (nodes["report"]["status"], nodes["p-wire"]["name"]) == ("retracted", "The agency")
    assert ("report", "p-wire", "published-by") in {(e["from"], e["to"], e["type"]) for e in graph["edges"]}
    assert "p-report" not in nodes


def test_a_withdrawn_document_leads_to_what_its_origin_was_merged_into(descent: Desk) -> None:
    body = {"id": "real", "title": "Real", "kind": "news-report", "publisher": "p-wire", "held": True}
    assert descent.send("POST", "sources?publish=true", body).status_code == 201
    assert descent.change("POST", "sources/wire/merge", {"into": "real", **NOTE}).status_code == 200

    nodes, graph = _told(descent)

    assert nodes["real"]["origin"] is True
    assert "wire" not in nodes
    assert ("report", "real", "republishes") in {(e["from"], e["to"], e["type"]) for e in graph["edges"]}


def test_the_graph_of_the_past_names_an_origin_whose_way_was_taken_out(descent: Desk) -> None:
    before = get(descent.client, "changes", since=265, limit=200)["data"][-2]["seq"]
    done = facts("redact", "source", "report", "--note", "By order", "--db", f"sqlite:///{descent.path}")
    assert done.returncode == 0, done.stderr

    nodes, graph = _told(descent, as_of=f"seq:{before}")

    assert [s["id"] for s in graph["origins"]["sources"]] == ["wire"]
    assert nodes["wire"]["origin"] is True


@pytest.mark.parametrize("revisions", [(), ("--revisions", "1")])
def test_positions_of_the_past_keep_the_column_of_a_party_whose_name_was_taken_out(
    desk: Desk, revisions: tuple[str, ...]
) -> None:
    path = "dossiers/japan-russia-peace-treaty/positions"
    before = get(desk.client, path, as_of="seq:265")["questions"]
    desk.change("PATCH", "parties/russia", {"description": "A state.", "correction": NOTE})
    done = facts(
        "redact", "party", "russia", *revisions, "--note", "By order", "--db", f"sqlite:///{desk.path}"
    )
    assert done.returncode == 0, done.stderr

    after = get(desk.client, path, as_of="seq:265")["questions"]

    for then, now in zip(before, after, strict=True):
        assert [(c["party"]["id"], c["total"]) for c in now["positions"]] == [
            (c["party"]["id"], c["total"]) for c in then["positions"]
        ]
        assert [s["id"] for s in now["silent"]] == [s["id"] for s in then["silent"]]
    named = {c["party"]["id"]: c["party"]["name"] for q in after for c in q["positions"]}
    assert (named["russia"], named["japan"]) == (None, "Japan")


# The index and its doctor


def test_the_doctor_waits_for_a_writer_and_does_not_call_the_index_faulty(database_file: Path) -> None:
    with sqlite3.connect(database_file, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        done = facts("doctor", "--db", f"sqlite:///{database_file}", FACTS_BUSY_TIMEOUT_MS="200")
        writer.execute("ROLLBACK")

    assert done.returncode == 2
    assert done.stderr == "facts: the database cannot be used: another process is writing; try again\n"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE name_key SET folded = 'nobody' WHERE record = 'nhk'",
        "DELETE FROM public_words WHERE rowid = (SELECT id FROM search_row WHERE record = 'nhk')",
        "UPDATE public_parts SET title = 'x' WHERE rowid = (SELECT id FROM search_row WHERE record = 'nhk')",
        "DELETE FROM search_row WHERE record = 'nhk'",
        "UPDATE search_row SET scope = 'draft' WHERE record = 'nhk'",
    ],
)
def test_the_doctor_finds_what_is_wrong_with_the_index(database_file: Path, damage: str) -> None:
    with sqlite3.connect(database_file) as connection:
        connection.execute(damage)

    done = facts("doctor", "--db", f"sqlite:///{database_file}")

    assert done.returncode == 1
    assert "nhk" in done.stdout


def test_many_words_are_looked_for_once_each(client: FlaskClient) -> None:
    once, often = (get(client, "search", q=q, limit=200) for q in ("a b", "a b " * 100 + "a a"))

    assert [r["id"] for r in often["data"]] == [r["id"] for r in once["data"]]
    assert often["query"]["terms"] == once["query"]["terms"]


def test_a_retracted_answer_keeps_no_dossier_from_being_merged(desk: Desk) -> None:
    questions = [{"id": "why", "text": "Why?"}]
    desk.send("POST", "dossiers?publish=true", {"id": "second", "title": "Second", "questions": questions})
    desk.send("POST", "dossiers?publish=true", {"id": "third", "title": "Third"})
    claim = {"id": "told", "proposition": "A claim.", "kind": "statement",
             "citations": [{"source": "tass-1069673"}],
             "answers": [{"question": "why", "stance": "affirms"}]}  # fmt: skip
    assert desk.send("POST", "claims?publish=true", claim).status_code == 201
    merger = {"into": "third", **NOTE}
    assert desk.change("POST", "dossiers/second/merge", merger).status_code == 422

    desk.change("POST", "claims/told/retract", NOTE)

    assert desk.change("POST", "dossiers/second/merge", merger).status_code == 200


@pytest.mark.parametrize("typed", ["ryodo hoppo", "hop ryo", "hoppo-ryodo"])
def test_a_suggestion_says_which_name_matched(client: FlaskClient, typed: str) -> None:
    [suggestion] = get(client, "suggest", q=typed)["data"]

    assert (suggestion["id"], suggestion["matched"]) == ("four-islands", "Hoppō Ryōdo")


def test_a_year_is_no_place(desk: Desk) -> None:
    names = [{"text": "XX", "language": "en", "used_by": "russia"}]
    desk.send("POST", "places?publish=true", {"id": "2019", **place("Rock", names=names)})

    facets = get(desk.client, "claims", facets="said.year", perspective="russia")["facets"]

    assert ("2019", "2019") in {(m["value"], m["name"]) for m in facets["said.year"]["values"]}


# Depth


def test_parts_within_parts_are_shown_however_deep(desk: Desk) -> None:
    date = {"kind": "meeting", "citations": [{"source": "mofa-faq"}], "when": "1903"}
    deep = {f"part-{n:03d}": {**date, "title": f"Part {n}"} | ({"part_of": f"part-{n - 1:03d}"} if n else {})
            for n in range(150)}  # fmt: skip
    put(desk.path, DATE, deep)

    def flat(entries: list[Json]) -> list[str]:
        return [i for e in entries for i in (e["record"]["id"], *flat(e["parts"]))]

    for more in ({}, {"perspective": "russia"}, {"as_of": "seq:415"}):
        page = get(desk.client, "timeline", when="1903", match="certain", nested="true", **more)
        assert sorted(flat(page["data"])) == sorted(deep)


def test_descent_is_followed_however_far(desk: Desk) -> None:
    source = {"title": "A reprint", "kind": "news-report", "publisher": "tass", "held": True}
    far = {"print-0000": source}
    for n in range(1, 1100):
        from_before = [{"source": f"print-{n - 1:04d}", "how": "republishes"}]
        far[f"print-{n:04d}"] = {**source, "derived_from": from_before}
    put(desk.path, SOURCE, far)
    claim = {"proposition": "A claim.", "kind": "statement", "citations": [{"source": "print-1099"}]}
    put(desk.path, CLAIM, {"far": claim})

    graph = get(desk.client, "claims/far/provenance")

    assert [s["id"] for s in graph["origins"]["sources"]] == ["print-0000"]
    assert len([node for node in graph["nodes"] if node["type"] == "source"]) == 1100


# Perspective


def test_facets_are_named_as_the_party_names_them(client: FlaskClient) -> None:
    for path in ("claims?facets=about,kind", "search?q=islands&facets=about,kind"):
        facets = client.get(f"/v1/{path}&perspective=japan", headers={"Accept-Language": "en"}).get_json()[
            "facets"
        ]
        named = {m["value"]: (m["name"], m.get("neutral_name")) for m in facets["about"]["values"]}
        assert named["four-islands"] == ("Northern Territories", "The four disputed islands")
        assert all("neutral_name" not in m for m in facets["kind"]["values"])


def test_curators_see_drafts_as_a_party_names_them(desk: Desk) -> None:
    names = [{"text": "Skala", "language": "ru", "used_by": "russia"}]
    desk.send("POST", "places", {"id": "rock", **place("Rock", names=names)})

    seen = desk.send("GET", "places/rock?perspective=russia").get_json()

    assert (seen["name"], seen["neutral_name"]) == ("Skala", "Rock")


def test_corrections_are_told_in_somebodys_words(desk: Desk) -> None:
    desk.change("PATCH", "places/four-islands", {"description": "Four.", "correction": NOTE})

    [note] = desk.client.get(
        "/v1/corrections?perspective=russia", headers={"Accept-Language": "en"}
    ).get_json()["data"]

    assert (note["name"], note["neutral_name"]) == ("Southern Kurils", "The four disputed islands")


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en;q=0, *", "Южные Курилы"),
        ("en;q=0.2, *;q=0.8", "Южные Курилы"),
        ("ru-RU", "Южные Курилы"),
        ("ru-RU, en;q=0.9", "Южные Курилы"),
        ("en-GB;q=0.5, ru;q=0.1", "Southern Kurils"),
        (",;q=x, en", "Southern Kurils"),
    ],
)
def test_the_range_that_says_most_of_a_language_counts(client: FlaskClient, language: str, name: str) -> None:
    seen = client.get("/v1/places/four-islands?perspective=russia", headers={"Accept-Language": language})

    assert seen.get_json()["name"] == name


def test_a_record_and_its_names_are_of_one_moment(desk: Desk) -> None:
    """A writer changes the neutral name and Russia's together; nobody sees one of each."""
    states = [
        place(f"N{n}", names=[{"text": f"R{n}", "language": "ru", "used_by": "russia"}]) for n in (1, 2)
    ]
    put(desk.path, PLACE, {"rock": states[0]})
    done = threading.Event()

    def write() -> None:
        other = Desk(desk.path)
        try:
            for number in range(60):
                other.change("PUT", "places/rock", {**states[number % 2], "id": "rock", "correction": NOTE})
        finally:
            done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not done.is_set():
        answer = get(desk.client, "places/rock", perspective="russia")
        seen.add((answer["neutral_name"], answer["name"]))
    writer.join()

    assert seen
    assert seen <= {("N1", "R1"), ("N2", "R2")}


def test_a_memento_has_the_names_of_its_time(desk: Desk) -> None:
    then = desk.client.get("/v1/places/four-islands").headers["Last-Modified"]
    time.sleep(1.1)  # A memento is found by the second.
    names = [{"text": "Now", "language": "en", "used_by": "russia"}]
    assert (
        desk.change("PATCH", "places/four-islands", {"names": names, "correction": NOTE}).status_code == 200
    )

    seen = desk.client.get(
        "/v1/places/four-islands?perspective=russia",
        headers={"Accept-Datetime": then, "Accept-Language": "en"},
    )

    assert seen.get_json()["name"] == "Southern Kurils"
    for query, name in (({}, "Now"), ({"as_of": "seq:265"}, "Southern Kurils")):
        assert get(desk.client, "places/four-islands", perspective="russia", **query)["name"] == name
        [about] = [p for p in get(desk.client, "claims/four-islands-part-of-kuriles", perspective="russia",
                                  **query)["about"]["places"] if p["id"] == "four-islands"]  # fmt: skip
        assert about["name"] == name
