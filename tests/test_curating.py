"""Curating over HTTP: who may write what, in which state, and what others see of it."""

import json
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from api.records.core.registry import PARTY

from .conftest import ROOT, Desk, Server, client_of, facts
from .places import contents, url_of

NOTE = {"kind": "error", "note": "It was wrong."}

BOB = {"id": "bob", "name": "Bob", "kind": "person"}


# Who may write


def test_writing_needs_a_key(desk: Desk) -> None:
    response = desk.client.post("/v1/parties", json=BOB)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("value", ["Bearer nonsense", "Basic abc", "Bearer", "Bearer facts_00000000_x"])
def test_a_bad_key_is_refused_everywhere(desk: Desk, value: str) -> None:
    for response in (
        desk.client.post("/v1/parties", json=BOB, headers={"Authorization": value}),
        desk.client.get("/v1/parties/nhk", headers={"Authorization": value}),
        desk.client.get("/v1/parties", headers={"Authorization": value}),
    ):
        assert response.status_code == 401
        assert value.split(" ")[-1] not in response.text or value == "Bearer"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "parties?publish=true", BOB),
        ("PATCH", "parties/nhk", {"name": "N", "correction": NOTE}),
        ("POST", "parties/nhk/retract", NOTE),
        ("POST", "parties/nhk/merge", {**NOTE, "into": "tass"}),
    ],
)
def test_an_editor_writes_drafts_only(desk: Desk, method: str, path: str, body: Any) -> None:
    response = desk.send(method, path, body, key=desk.editor, If_Match=desk.tag("parties/nhk"))

    assert response.status_code == 403
    assert response.get_json()["needed"] == "publisher"


def test_keys_are_made_listed_rotated_and_revoked(desk: Desk) -> None:
    url = url_of(desk.path)
    made = facts("key", "create", "Night desk", "--role", "editor", "--expires", "2999-01-01", "--db", url)
    key = made.stdout.strip()
    assert made.stdout == f"{key}\n"
    listed = facts("key", "list", "--db", url).stdout
    assert "Night desk" in listed
    assert key.split("_", 2)[2] not in listed
    assert key.split("_", 2)[2].encode() not in contents(desk.path)

    def status(key: str) -> int:
        return desk.client.get("/v1/parties", headers={"Authorization": f"Bearer {key}"}).status_code

    assert status(key) == 200
    rotated = facts("key", "rotate", key.split("_")[1], "--db", url).stdout.strip()
    assert (status(key), status(rotated)) == (401, 200)
    assert facts("key", "revoke", key.split("_")[1], "--db", url).returncode == 0
    assert status(rotated) == 401
    gone = facts("key", "revoke", rotated.replace("facts_", "facts_0"), "--db", url)
    assert gone.returncode == 2
    assert rotated.split("_", 2)[2] not in gone.stderr


def test_an_expired_key_is_refused(desk: Desk) -> None:
    url = url_of(desk.path)
    key = facts(
        "key", "create", "Old", "--role", "editor", "--expires", "2020-01-01", "--db", url
    ).stdout.strip()

    assert desk.client.get("/v1/parties", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_what_is_answered_to_a_key_is_kept_out_of_caches(desk: Desk) -> None:
    assert desk.send("GET", "parties/nhk").headers["Cache-Control"] == "private, no-store"


# Drafts


def test_a_draft_is_seen_with_a_key_only(desk: Desk) -> None:
    created = desk.send("POST", "parties", BOB, key=desk.editor)

    assert created.status_code == 201
    assert created.headers["Location"] == "/v1/parties/bob"
    assert created.get_json()["meta"]["revision"] is None
    assert desk.send("GET", "parties/bob", key=desk.editor).status_code == 200
    drafts = desk.send("GET", "parties?status=draft", key=desk.editor).get_json()["data"]
    assert [r["id"] for r in drafts] == ["bob"]
    never, draft = desk.client.get("/v1/parties/ned"), desk.client.get("/v1/parties/bob")
    assert draft.status_code == never.status_code == 404
    assert draft.get_json()["detail"].replace("bob", "ned") == never.get_json()["detail"]
    assert desk.client.get("/v1/parties?status=draft").status_code == 401


def test_a_draft_is_edited_published_and_then_history(desk: Desk) -> None:
    desk.send("POST", "parties", BOB, key=desk.editor)
    assert desk.change("PATCH", "parties/bob", {"description": "A man."}, key=desk.editor).status_code == 200
    assert desk.client.get("/v1/parties/bob/revisions").status_code == 404

    published = desk.change("POST", "parties/bob/publish")

    assert published.status_code == 200
    assert published.get_json()["meta"]["revision"] == 1
    assert desk.client.get("/v1/parties/bob").data == published.data
    [revision] = desk.client.get("/v1/parties/bob/revisions").get_json()["data"]
    assert (revision["change"], revision["by"], revision["correction"]) == ("published", "Pub", None)


@pytest.mark.parametrize("body", [None, {}])
def test_a_draft_is_published_without_a_note(desk: Desk, body: Any) -> None:
    desk.send("POST", "parties", BOB)

    published = desk.change("POST", "parties/bob/publish", body)

    assert published.status_code == 200, published.text
    assert desk.client.get("/v1/parties/bob").status_code == 200


@pytest.mark.parametrize("body", [[], False, 0, {"kind": "error"}, NOTE])
def test_a_draft_is_not_published_with_a_body_that_does_not_fit(desk: Desk, body: Any) -> None:
    desk.send("POST", "parties", BOB)

    assert desk.change("POST", "parties/bob/publish", body).status_code == 422
    assert desk.client.get("/v1/parties/bob").status_code == 404


def test_a_deleted_draft_leaves_nothing(desk: Desk) -> None:
    desk.send("POST", "parties", BOB)

    assert desk.change("DELETE", "parties/bob").status_code == 204
    assert desk.send("GET", "parties/bob").status_code == 404
    assert desk.send("POST", "parties", BOB).status_code == 201


def test_what_was_public_is_not_deleted(desk: Desk) -> None:
    response = desk.change("DELETE", "parties/nhk")

    assert response.status_code == 409
    assert "/v1/parties/nhk/retract" in response.get_json()["detail"]


def test_a_draft_that_others_refer_to_is_not_deleted(desk: Desk) -> None:
    desk.send("POST", "parties", BOB)
    desk.send("POST", "parties", {"id": "ann", "name": "Ann", "kind": "person", "part_of": "bob"})

    response = desk.change("DELETE", "parties/bob")

    assert response.status_code == 409
    assert response.get_json()["referrers"] == ["ann"]


def test_a_published_record_refers_to_published_ones(desk: Desk) -> None:
    desk.send("POST", "parties", BOB)
    desk.send("POST", "parties", {"id": "ann", "name": "Ann", "kind": "person", "part_of": "bob"})

    refused = desk.change("POST", "parties/ann/publish")

    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"] == "/part_of"
    assert desk.change("POST", "parties/bob/publish").status_code == 200
    assert desk.change("POST", "parties/ann/publish").status_code == 200


# Writing what was read


@pytest.mark.parametrize(
    "path",
    [
        "claims/abe-seeks-treaty-progress-in-term",
        "places/four-islands",
        "sources/urdupoint-2019-07-21",
        "dates/upper-house-election-2019",
        "parties/abe-shinzo",
        "dossiers/japan-russia-peace-treaty",
    ],
)
def test_what_was_read_can_be_put_back_as_it_is(desk: Desk, path: str) -> None:
    before = desk.client.get(f"/v1/{path}")

    response = desk.change("PUT", path, before.get_json())

    assert response.status_code == 200, response.text
    assert response.data == before.data


def test_a_change_of_a_published_record_needs_a_note_and_shows_it(desk: Desk) -> None:
    claim = "claims/abe-seeks-treaty-progress-in-term"
    edited = desk.client.get(f"/v1/{claim}").get_json() | {"proposition": "Abe wants a treaty."}
    refused = desk.change("PUT", claim, edited)
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"] == "/correction"

    changed = desk.change(
        "PUT", claim, edited | {"correction": {"kind": "clarification", "note": "Shorter."}}
    )

    assert changed.status_code == 200
    assert changed.get_json()["meta"]["revision"] == 2
    [note] = desk.client.get("/v1/corrections").get_json()["data"]
    assert (note["kind"], note["note"], note["id"]) == ("clarification", "Shorter.", claim.split("/")[1])
    shown = desk.client.get(f"/v1/{claim}/revisions/2?compare=1").get_json()
    assert shown["patch"] == [{"op": "replace", "path": "/proposition", "value": "Abe wants a treaty."}]
    atom = desk.client.get("/v1/corrections.atom", headers={"Accept": "application/atom+xml"})
    assert "Shorter." in atom.text
    assert desk.client.get("/v1/corrections?kind=typo").get_json()["data"] == []


def test_a_patch_removes_with_null_and_refuses_computed_members(desk: Desk) -> None:
    desk.party(description="A man.", country="JP")

    patched = desk.change("PATCH", "parties/bob", {"description": None, "correction": NOTE})
    assert patched.get_json()["description"] is None
    assert patched.get_json()["country"] == "JP"
    for member in ("type", "meta", "links"):
        refused = desk.change("PATCH", "parties/bob", {member: None})
        assert refused.status_code == 422
        assert refused.get_json()["errors"][0]["pointer"] == f"/{member}"
    claim = desk.change("PATCH", "claims/abe-seeks-treaty-progress-in-term", {"standing": []})
    assert claim.get_json()["errors"][0]["pointer"] == "/standing"


def test_every_fault_of_a_document_is_named_at_once(desk: Desk) -> None:
    body = {
        "id": "new",
        "kind": "statment",
        "said": "2019-13",
        "about": {"partys": []},
        "citations": [{"source": "Nope!"}],
        "extra": 1,
    }

    response = desk.send("POST", "claims", body)

    assert response.status_code == 422
    assert {e["pointer"] for e in response.get_json()["errors"]} == {
        "/kind",
        "/said",
        "/about/partys",
        "/citations/0/source",
        "/extra",
        "/proposition",
    }


def test_ids_are_taken_once_over_all_types(desk: Desk) -> None:
    response = desk.send("POST", "places", {"id": "nhk", "name": "X", "kind": "city"})

    assert response.status_code == 409
    assert (
        desk.send("POST", "places", {"id": "who-holds-sovereignty", "name": "X", "kind": "city"}).status_code
        == 409
    )


# Preconditions


def test_a_change_needs_the_tag_of_what_was_read(desk: Desk) -> None:
    desk.party()
    body = {"name": "Robert", "correction": NOTE}
    current = {"revision": 1, "etag": desk.tag("parties/bob")}

    missing = desk.send("PATCH", "parties/bob", body)
    assert (missing.status_code, missing.get_json()["current"]) == (428, current)
    stale = desk.send("PATCH", "parties/bob", body, If_Match='"stale"')
    assert (stale.status_code, stale.get_json()["current"]) == (412, current)
    assert desk.send("PATCH", "parties/bob", body, If_Match=f"W/{current['etag']}").status_code == 412
    assert desk.send("PATCH", "parties/bob", body, If_Match="*").status_code == 400
    assert desk.send("PATCH", "parties/bob", body, If_Match="bare").status_code == 400
    encoded = current["etag"][:-1] + '-gzip"'
    assert desk.send("PATCH", "parties/bob", body, If_Match=f'"x", {encoded}').status_code == 200


def test_put_creates_where_nothing_is(desk: Desk) -> None:
    body = {"name": "Bob", "kind": "person"}

    created = desk.send("PUT", "parties/bob", body, If_None_Match="*")
    assert created.status_code == 201
    assert created.get_json()["meta"]["status"] == "draft"
    assert desk.send("PUT", "parties/bob", body, If_None_Match="*").status_code == 412
    assert desk.send("PUT", "parties/ned", body, If_Match='"x"').status_code == 404


def test_the_id_of_a_body_is_that_of_the_address(desk: Desk) -> None:
    response = desk.change("PUT", "parties/nhk", {"id": "tass", "name": "N", "kind": "media-outlet"})

    assert response.status_code == 422
    assert response.get_json()["errors"][0]["pointer"] == "/id"


# Retraction and merging


def test_a_retracted_record_answers_410_with_its_reason(desk: Desk) -> None:
    before = desk.client.get("/v1/parties/nhk")
    assert desk.change("POST", "parties/nhk/retract", NOTE).status_code == 200

    gone = desk.client.get("/v1/parties/nhk")

    assert gone.status_code == 410
    assert gone.get_json()["tombstone"]["reason"] == NOTE
    assert gone.get_json()["tombstone"]["revision"] == 1
    assert desk.client.get("/v1/parties/nhk/revisions").status_code == 200
    assert desk.client.get("/v1/parties/nhk/references").get_json()["data"]
    assert desk.client.get("/v1/parties/nhk?as_of=seq:280").data == before.data
    assert "nhk" not in [r["id"] for r in desk.client.get("/v1/parties?limit=200").get_json()["data"]]
    batch = desk.client.get("/v1/parties?id=nhk,tass").get_json()
    assert [r["id"] for r in batch["retracted"]] == ["nhk"]
    assert desk.client.get("/v1/claims?via=nhk").status_code == 200
    chain = desk.client.get("/v1/claims/abe-seeks-treaty-progress-in-term").get_json()["attribution"]
    assert chain[1]["party"]["status"] == "retracted"


def test_a_retracted_source_is_no_origin(desk: Desk) -> None:
    claim = "/v1/claims/border-between-iturup-and-urup"
    sources = [s["id"] for s in desk.client.get(claim).get_json()["origins"]["sources"]]
    assert len(sources) > 1

    for source in sources:
        assert desk.change("POST", f"sources/{source}/retract", NOTE).status_code == 200

    after = desk.client.get(claim).get_json()
    assert after["origins"] == {"count": 0, "sources": []}
    assert "unsupported" in after["standing"]
    assert after["meta"]["revision"] == 1


@pytest.mark.parametrize(
    ("cited", "chain", "withdrawn", "count"),
    [
        (["wire"], [], ["wire"], 0),
        (["reprint"], [], ["reprint"], 0),
        (["reprint"], [], ["wire"], 0),
        (["reprint", "wire"], [], ["reprint"], 1),
        (["reprint", "own"], [], ["reprint"], 1),
        (["reprint", "own"], [], ["wire"], 1),
        (["reprint", "own"], [], ["reprint", "own"], 0),
        (["again"], [], ["reprint"], 1),
        (["again"], ["reprint"], ["reprint"], 1),
        (["again"], ["wire"], ["again"], 0),
        (["again"], ["wire"], ["wire"], 0),
        (["digest"], [], ["own"], 1),
        (["digest"], [], ["wire", "own"], 0),
        (["digest", "own"], [], ["digest"], 1),
    ],
)
def test_what_is_withdrawn_counts_for_nothing(
    desk: Desk, cited: list[str], chain: list[str], withdrawn: list[str], count: int
) -> None:
    for outlet in ("ann", "bob", "cid", "dan"):
        desk.put(PARTY, outlet, name=outlet, kind="media-outlet")
    desk.source("wire", "ann")
    desk.source("own", "bob")
    desk.source("reprint", "cid", ("wire", "republishes"))
    desk.source("again", "dan", ("reprint", "republishes"))
    desk.source("digest", "dan", ("wire", "summarises"), ("own", "summarises"))
    links = [{"party": "ann", "role": "quoted", "source": source} for source in chain]
    desk.claim("witnessed", *cited, **({"attribution": links} if links else {}))

    for source in withdrawn:
        assert desk.change("POST", f"sources/{source}/retract", NOTE).status_code == 200

    claim = desk.read("claims/witnessed")
    assert claim["origins"]["count"] == count
    assert not {source["id"] for source in claim["origins"]["sources"]} & set(withdrawn)
    assert claim["standing"] == [["unsupported", "single-origin"][count]]


def test_a_retracted_record_can_be_published_again_with_a_note(desk: Desk) -> None:
    retracted = desk.change("POST", "parties/nhk/retract", NOTE)
    assert desk.send("PATCH", "parties/nhk", {"name": "N"}, If_Match='"x"').status_code == 412
    current = retracted.get_json()["current"]
    assert desk.client.get("/v1/parties/nhk").get_json()["current"] == current
    assert desk.client.get("/v1/parties/nhk/revisions").get_json()["current"] == current
    assert desk.send("PATCH", "parties/nhk", {"name": "N"}).get_json()["current"] == current
    tag = current["etag"]
    assert desk.send("PATCH", "parties/nhk", {"name": "N"}, If_Match=tag).status_code == 409
    for missing in (None, {}, [], {"kind": "error"}):
        assert desk.send("POST", "parties/nhk/publish", missing, If_Match=tag).status_code == 422

    again = desk.send("POST", "parties/nhk/publish", NOTE, If_Match=tag)

    assert again.status_code == 200
    assert again.get_json()["meta"]["revision"] == 3
    assert desk.client.get("/v1/parties/nhk").status_code == 200


def test_a_merged_record_leads_to_its_survivor(desk: Desk) -> None:
    before = desk.client.get("/v1/claims?via=tass&limit=200").get_json()["data"]
    done = desk.change("POST", "parties/tass/merge", {"into": "nhk", "kind": "duplicate", "note": "Same."})
    assert done.status_code == 200, done.text

    moved = desk.client.get("/v1/parties/tass")

    assert (moved.status_code, moved.headers["Location"]) == (308, "/v1/parties/nhk")
    through = desk.client.get("/v1/claims?via=tass&limit=200").get_json()
    assert through["query"]["via"] == ["nhk"]
    assert {c["id"] for c in before} <= {c["id"] for c in through["data"]}
    assert '"id":"tass"' not in desk.client.get("/v1/claims?limit=200").text
    batch = desk.client.get("/v1/parties?id=sputnik,tass").get_json()
    assert [r["id"] for r in batch["data"]] == ["sputnik", "nhk"]
    assert batch["redirected"] == [{"from": "tass", "to": "nhk"}]


def test_a_merger_that_closes_a_circle_is_refused(desk: Desk) -> None:
    for name, whole in (("top", None), ("middle", "top"), ("low", "middle")):
        desk.party(name, **({"part_of": whole} if whole else {}))

    response = desk.change("POST", "parties/top/merge", {**NOTE, "into": "low"})

    assert response.status_code == 422
    assert "circle" in response.get_json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("operation", "body", "status"),
    [
        ("publish", NOTE, 409),
        ("merge", {**NOTE, "into": "nhk"}, 422),
        ("merge", {**NOTE, "into": "tokyo"}, 422),
        ("merge", NOTE, 422),
        ("retract", {"kind": "error"}, 422),
        ("retract", {"kind": "whim", "note": "x"}, 422),
        ("retract", [], 422),
    ],
)
def test_an_operation_that_does_not_fit_is_refused(
    desk: Desk, operation: str, body: Any, status: int
) -> None:
    before = desk.client.get("/v1/parties/nhk").data

    assert desk.change("POST", f"parties/nhk/{operation}", body).status_code == status
    assert desk.client.get("/v1/parties/nhk").data == before


# Embedders


def test_an_embedder_learns_what_became_of_a_record(desk: Desk) -> None:
    desk.change("PATCH", "parties/nhk", {"name": "N.H.K.", "correction": NOTE})
    desk.change("POST", "parties/tass/retract", NOTE)
    desk.change("POST", "parties/kyodo/merge", {**NOTE, "into": "nhk"})
    desk.send("POST", "parties", BOB)
    asked = [{"id": i, "revision": 1} for i in ("sputnik", "nhk", "tass", "kyodo", "bob", "nobody")]

    answers = desk.client.post("/v1/check", json=asked).get_json()["data"]

    assert [a["answer"] for a in answers] == [
        "unchanged", "corrected", "retracted", "merged", "unknown", "unknown",
    ]  # fmt: skip
    assert answers[3]["into"] == "nhk"


# Privacy of drafts


KNOWN = {
    "parties": "nhk",
    "dates": "osaka-g20-2019",
    "places": "tokyo",
    "sources": "urdupoint-2019-07-21",
    "claims": "abe-seeks-treaty-progress-in-term",
    "dossiers": "japan-russia-peace-treaty",
}
DRAFTS = {"parties": "draft-party", "claims": "draft-claim", "dossiers": "draft-dossier"}


def _public_addresses() -> list[str]:
    """Every GET of the contract, on records that are public, that are drafts, and that are not."""
    document = json.loads((ROOT / "api" / "openapi.json").read_text("utf-8"))
    found = [
        "/v1/claims?claimant=draft-party",
        "/v1/claims?claimant=draft-part",
        "/v1/claims?question=draft-question",
        "/v1/parties/nhk/references?limit=200",
        "/v1/changes?since=200",
    ]
    for path, operations in document["paths"].items():
        if "get" not in operations or path.startswith("/health"):
            continue
        plural = path.split("/")[2] if path.count("/") > 1 else ""
        for record_id in (KNOWN.get(plural, "x"), DRAFTS.get(plural, "draft-none")):
            named = path.replace("{id}", record_id).replace("{number}", "1")
            found.append(named.replace("{name}", "stances"))
        if plural in KNOWN and path == f"/v1/{plural}":
            queries = ("count=true&limit=200", "sort=-updated", "status=draft", "as_of=seq:280")
            found += [f"{path}?{query}" for query in (*queries, f"id={DRAFTS.get(plural, 'x')}")]
    return sorted(set(found))


def test_an_anonymous_reader_cannot_learn_that_a_draft_exists(desk: Desk, tmp_path: Path) -> None:
    addresses = _public_addresses()
    quiet = {"X-Request-Id": "same-request", "Accept": "*/*"}

    def all_answers() -> dict[str, tuple[int, bytes, str]]:
        found = {}
        for address in addresses:
            response = desk.client.get(address, headers=quiet)
            found[address] = (response.status_code, response.data, response.headers.get("ETag", ""))
        return found

    before = all_answers()
    drafts = [
        ("parties", {"id": "draft-party", "name": "D", "kind": "person", "part_of": "nhk"}),
        ("dossiers", {"id": "draft-dossier", "title": "D",
                      "questions": [{"id": "draft-question", "text": "?"}]}),
        ("claims", {"id": "draft-claim", "proposition": "D.", "kind": "reported-fact",
                    "attribution": [{"party": "draft-party", "role": "said"}],
                    "relations": [{"type": "contradicts", "claim": "abe-seeks-treaty-progress-in-term"}],
                    "about": {"parties": ["nhk"]}, "dossiers": ["japan-russia-peace-treaty"],
                    "citations": [{"source": "urdupoint-2019-07-21"}]}),
    ]  # fmt: skip
    for plural, body in drafts:
        created = desk.send("POST", plural, body)
        assert created.status_code == 201, created.text

    assert len(addresses) > 100
    assert all_answers() == before


# Followers, and scripts of other sites


def test_a_follower_may_wait_for_what_comes_next(database_file: Path) -> None:
    desk = Desk(database_file)
    server = Server(database_file, workers=1, threads=4)
    ask = partial(server.get, "/v1/changes?since=280&wait=20")

    with ThreadPoolExecutor(2) as pool:
        asked = {pool.submit(ask) for _ in range(2)}
        # One waiting request is a quarter of four threads: the other is not held.
        refused, held = wait(asked, return_when=FIRST_COMPLETED)
        desk.party()
    server.stop()

    [second], [first] = ([one.result() for one in ones] for ones in (refused, held))
    assert second[1]["retry-after"] == "1"
    assert json.loads(second[2])["data"] == []
    assert first[0] == 200
    assert [entry["id"] for entry in json.loads(first[2])["data"]] == ["bob"]


def test_a_feed_that_was_cut_says_where_to_go_on(desk: Desk) -> None:
    assert facts("forget", "100", "--db", url_of(desk.path)).returncode == 0

    gone = desk.client.get("/v1/changes?since=99")

    assert (gone.status_code, gone.get_json()["resume"]) == (410, 280)
    assert desk.client.get("/v1/changes?since=100&limit=1").get_json()["data"][0]["seq"] == 101
    assert desk.client.get("/v1/parties?as_of=seq:50").status_code == 200


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://desk.example", True), ("https://other.example", False)]
)
def test_only_named_origins_may_write_from_a_browser(loaded: Path, origin: str, allowed: bool) -> None:
    client = client_of(loaded, cors_write_origins=frozenset({"https://desk.example"}))

    asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
    answered = client.options("/v1/parties/nhk", headers=asked).headers

    assert ("Authorization" in answered["Access-Control-Allow-Headers"]) == allowed
    assert ("PUT" in answered["Access-Control-Allow-Methods"]) == allowed
    check = client.options("/v1/check", headers=asked | {"Access-Control-Request-Method": "POST"}).headers
    assert "POST" in check["Access-Control-Allow-Methods"]
    assert "Content-Type" in check["Access-Control-Allow-Headers"]


def test_what_drafts_refer_to_can_be_chosen_by_curators(desk: Desk) -> None:
    desk.send("POST", "parties", {"id": "quokka", "name": "Quokka Times", "kind": "media-outlet"})
    source = {"id": "issue-1", "title": "Issue 1", "kind": "news-report", "publisher": "quokka", "held": True}
    desk.send("POST", "sources", source)

    chosen = desk.send("GET", "sources?status=draft&publisher=quokka").get_json()

    assert [s["id"] for s in chosen["data"]] == ["issue-1"]
    assert desk.send("GET", "sources?publisher=quokka").status_code == 400
    assert desk.client.get("/v1/sources?publisher=quokka").status_code == 400


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
    assert desk.read("parties/bob")["meta"]["revision"] == 1
    assert facts("doctor", "--db", url_of(desk.path)).stdout == "everything agrees\n"
