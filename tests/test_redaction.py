"""Redaction: what the law takes out is gone from the files, from the past, and from what others show."""

from pathlib import Path

import pytest

from api.records.citations.compare import Judgement
from api.records.citations.verify import Checked, keep_checks
from api.records.core.registry import BY_PLURAL, PARTY
from api.records.read import index

from .conftest import Desk, Json, copied, facts
from .places import contents, url_of

NOTE = {"kind": "error", "note": "It was wrong."}
HOST = "zebulon-gazette.example"
BOB = {"id": "bob", "name": "Bob", "kind": "person"}


def _redact(desk: Desk, *more: str) -> None:
    done = facts("redact", *more, "--note", "Court order 12", "--db", url_of(desk.path))
    assert done.returncode == 0, done.stderr
    checked = facts("doctor", "--db", url_of(desk.path))
    assert checked.returncode == 0, checked.stdout


def _stands(desk: Desk, words: str) -> bool:
    """Whether the words stand anywhere in the database, or in what is kept there compressed."""
    sought = words.casefold().encode()
    return sought in contents(desk.path).lower() or sought in desk.renderings().lower()


def _cite_gazette(desk: Desk) -> None:
    """A source, and what cites it: a date, a name, a claim that is public and one that was retracted."""
    address = f"https://{HOST}/1.html#top"
    source = {"id": "gazette", "title": "Gazette", "kind": "news-report", "publisher": "nhk", "held": True}
    cited = [{"source": "gazette", "locator": {"text": {"start": "First words", "end": "last ones"}}}]
    claim = {"proposition": "P.", "kind": "reported-fact", "citations": cited}
    date = {"id": "day", "title": "D", "kind": "meeting", "when": "2019-07-21", "citations": cited}
    name = {"text": "B.", "language": "en", "kind": "common", "citations": cited}
    for plural, body in (
        ("sources", {**source, "url": address}),
        ("dates", date),
        ("claims", {**claim, "id": "public-claim"}),
        ("claims", {**claim, "id": "gone-claim"}),
        ("parties", {**BOB, "names": [name]}),
    ):
        created = desk.send("POST", f"{plural}?publish=true", body)
        assert created.status_code == 201, created.text
    assert HOST in desk.client.get("/v1/claims/public-claim").text
    assert desk.change("POST", "claims/gone-claim/retract", NOTE).status_code == 200


def test_the_address_of_a_redacted_source_stands_nowhere(desk: Desk) -> None:
    _cite_gazette(desk)
    desk.change("PATCH", "claims/public-claim", {"proposition": "Q.", "correction": NOTE})
    then = desk.last()

    _redact(desk, "source", "gazette")

    assert not _stands(desk, HOST)
    claim = desk.client.get(f"/v1/claims/public-claim?as_of=seq:{then}").get_json()
    assert claim["proposition"] == "Q."
    [citation] = claim["citations"]
    assert citation["deep_link"] is None
    assert citation["locator"]["text"]["start"] == "First words"
    provenance = desk.client.get(f"/v1/claims/public-claim/provenance?as_of=seq:{then}")
    assert provenance.status_code == 200
    assert HOST not in provenance.text + desk.client.get("/v1/changes?since=280").text


def test_an_address_that_only_redacted_revisions_had_goes_and_the_new_one_stays(desk: Desk) -> None:
    _cite_gazette(desk)
    before = desk.last()
    new = "https://gazette.example/2.html"
    assert desk.change("PATCH", "sources/gazette", {"url": new, "correction": NOTE}).status_code == 200
    after = desk.last()

    _redact(desk, "source", "gazette", "--revisions", "1")

    assert not _stands(desk, HOST)
    claims = [f"/v1/claims/public-claim?as_of=seq:{seq}" for seq in (before, after)]
    links = [desk.client.get(claim).get_json()["citations"][0]["deep_link"] for claim in claims]
    assert links == [None, f"{new}#:~:text=First%20words,last%20ones"]


def _digests(desk: Desk, record_id: str) -> set[bytes]:
    """Every digest of what is kept of a record, and of its citations."""
    rows = desk.database.execute_sql(
        "SELECT checksum, NULL FROM revision WHERE record = ? UNION ALL "
        "SELECT checksum, etag FROM rendering WHERE id = ? UNION ALL "
        "SELECT checksum, locator FROM citation_check WHERE record = ? UNION ALL "
        "SELECT checksum, etag FROM record WHERE id = ? UNION ALL "
        "SELECT NULL, digest FROM search_row WHERE record = ?",
        [record_id] * 5,
    ).fetchall()
    desk.database.close()
    values = {value for row in rows for value in row if value}
    return {value.encode() if isinstance(value, str) else value for value in values}


def _packed(desk: Desk, record_id: str) -> set[bytes]:
    """A piece from the middle of each rendering that is kept, as it stands in the files."""
    middle = "SELECT substr(body, length(body) / 2, 40) FROM rendering WHERE id = ?"
    rows = desk.database.execute_sql(middle, [record_id]).fetchall()
    desk.database.close()
    return {bytes(row[0]) for row in rows}


def test_no_digest_of_what_was_taken_out_stands_in_the_files(desk: Desk) -> None:
    _cite_gazette(desk)
    quoted = [{"source": "gazette", "quote": "Zebulon."}]
    body = {"id": "quoter", "proposition": "P.", "kind": "reported-fact", "citations": quoted}
    assert desk.send("POST", "claims?publish=true", body).status_code == 201
    checked = Checked("quoter", "claim", "/citations/0", "gazette", quoted[0], Judgement("found", "There."))
    keep_checks(desk.database, [checked])
    before = _digests(desk, "quoter")
    # Compressed, it could not be looked for by its words.
    before |= _packed(desk, "quoter")

    _redact(desk, "claim", "quoter")

    assert len(before) > 7
    held = contents(desk.path)
    assert [digest for digest in before if digest in held] == []


def test_a_name_that_another_revision_has_stays_where_it_was_shown(desk: Desk) -> None:
    desk.change("PATCH", "parties/nhk", {"description": "A broadcaster.", "correction": NOTE})

    _redact(desk, "party", "nhk", "--revisions", "1")

    chain = desk.client.get("/v1/claims/abe-seeks-treaty-progress-in-term?as_of=seq:280").get_json()
    assert chain["attribution"][1]["party"]["name"] == "NHK"
    assert desk.client.get("/v1/parties/nhk/revisions/1").status_code == 451


def test_what_is_redacted_twice_is_still_served_as_it_was(desk: Desk) -> None:
    _redact(desk, "party", "nhk")

    _redact(desk, "party", "nhk")

    assert desk.client.get("/v1/parties/nhk").status_code == 451


@pytest.mark.audit
def test_a_redacted_name_goes_from_more_records_than_one_transaction_renders(
    desk: Desk, tmp_path: Path
) -> None:
    secret = "Zebulon Quartermaine"
    folder = tmp_path / "many"
    folder.mkdir()
    parts = [f"- {{id: part-{n}, name: P, kind: person, part_of: whole}}\n" for n in range(1001)]
    (folder / "parties.yaml").write_text(
        f"- {{id: whole, name: {secret}, kind: group}}\n" + "".join(parts), "utf-8"
    )
    assert facts("load", folder, "--db", url_of(desk.path)).returncode == 0
    assert _stands(desk, secret)

    _redact(desk, "party", "whole")

    assert not _stands(desk, secret)


def test_what_was_taken_out_is_unavailable_in_the_past_as_well(desk: Desk) -> None:
    desk.party()
    desk.change("POST", "parties/bob/retract", NOTE)
    desk.client.get("/v1/parties/bob")
    done = facts("redact", "party", "bob", "--note", "By order", "--db", url_of(desk.path))
    assert done.returncode == 0, done.stderr
    last = desk.last()

    assert desk.client.get("/v1/parties/bob").status_code == 451
    assert desk.client.get(f"/v1/parties/bob?as_of=seq:{last}").status_code == 451


@pytest.mark.parametrize("most", [index.MOST_CHANGED, 0], ids=["few changed", "all changed"])
def test_lists_of_the_past_lack_what_was_taken_out_and_nothing_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    desk.party()
    then = desk.last()
    desk.change("PATCH", "parties/bob", {"name": "Robert", "correction": NOTE})
    asked = f"/v1/parties?count=true&limit=200&as_of=seq:{then}"
    before = desk.client.get(asked).get_json()
    monkeypatch.setattr(index, "MOST_CHANGED", most)
    _redact(desk, "party", "bob", "--revisions", "1")

    after = desk.client.get(asked).get_json()

    assert after["page"]["total"] == before["page"]["total"] - 1
    assert after["data"] == [party for party in before["data"] if party["id"] != "bob"]


@pytest.mark.parametrize("revisions", [(), ("--revisions", "1")])
def test_positions_of_the_past_keep_the_column_of_a_party_whose_name_was_taken_out(
    desk: Desk, revisions: tuple[str, ...]
) -> None:
    path = "dossiers/japan-russia-peace-treaty/positions"
    before = desk.read(path, as_of="seq:280")["questions"]
    desk.change("PATCH", "parties/russia", {"description": "A state.", "correction": NOTE})
    done = facts("redact", "party", "russia", *revisions, "--note", "By order", "--db", url_of(desk.path))
    assert done.returncode == 0, done.stderr

    after = desk.read(path, as_of="seq:280")["questions"]

    for then, now in zip(before, after, strict=True):
        assert [(c["party"]["id"], c["total"]) for c in now["positions"]] == [
            (c["party"]["id"], c["total"]) for c in then["positions"]
        ]
        assert [s["id"] for s in now["silent"]] == [s["id"] for s in then["silent"]]
    named = {c["party"]["id"]: c["party"]["name"] for q in after for c in q["positions"]}
    assert (named["russia"], named["japan"]) == (None, "Japan")


# Every member that says something of a person

SECRET = "zebulonix"
#: The same as a number and as an identifier, where no words may stand.
FAR, ITEM = "12.3456789", "Q987654321"
_CITED = {"source": "urdupoint-2019-07-21"}
_QUOTED = {**_CITED, "quote": f"So {SECRET} said."}
_TRANSLATED = {"language": "ja", "text": f"{SECRET} san", "kind": "own"}
_SAID = {"id": "x", "proposition": "P.", "kind": "reported-fact", "citations": [_CITED]}
_HOUSE = {"id": "x", "name": "House", "kind": "building"}
_PERSON = {"id": "x", "name": "X", "kind": "person"}
_MEMBER = {"member": "memberships", "value": "japan"}
MEMBERS: dict[str, tuple[str, Json, Json, str]] = {
    "a name": ("parties", _PERSON, {"names": [{"text": SECRET, "language": "en"}]}, SECRET),
    "an office": ("parties", _PERSON, {"offices": [{"title": SECRET}]}, SECRET),
    "a translated name": ("parties", _PERSON, {"translations": [{"member": "name", **_TRANSLATED}]}, SECRET),
    "a translated office": (
        "parties",
        _PERSON,
        {"offices": [{"title": "Head", "translations": [{"member": "title", **_TRANSLATED}]}]},
        SECRET,
    ),
    "a translated quotation": (
        "claims",
        _SAID,
        {
            "citations": [
                {**_CITED, "quote": "So.", "translations": [{"member": "quote", **_TRANSLATED}]},
            ]
        },
        SECRET,
    ),
    "a picture": (
        "parties",
        _PERSON,
        {"image": {"url": f"https://{SECRET}.example/", "credit": SECRET, "alt": SECRET}},
        SECRET,
    ),
    "a website": ("parties", _PERSON, {"website": f"https://{SECRET}.example/"}, SECRET),
    "pages of others": ("parties", _PERSON, {"same_as": [f"https://{SECRET}.example/"]}, SECRET),
    "an identifier": ("parties", _PERSON, {"identifiers": {"wikidata": ITEM}}, ITEM),
    "an attribute": ("parties", _PERSON, {"attributes": [{**_MEMBER, "citations": [_QUOTED]}]}, SECRET),
    "an attribute of a place": (
        "places",
        _HOUSE,
        {"attributes": [{"member": "claimed_by", "value": "japan", "citations": [_QUOTED]}]},
        SECRET,
    ),
    "a point": ("places", _HOUSE, {"geometry": {"type": "Point", "coordinates": [5, float(FAR)]}}, FAR),
    "coordinates": ("places", _HOUSE, {"coordinates": {"latitude": 5, "longitude": float(FAR)}}, FAR),
    "a review": (
        "claims",
        _SAID,
        {"reviews": [{"by": "nhk", "rating": {"label": SECRET}, "status": "refuted"}]},
        SECRET,
    ),
    "a quantity": ("claims", _SAID, {"quantities": [{"of": SECRET, "value": "3", "unit": "%"}]}, SECRET),
}


def _referred_to(path: Path) -> Desk:
    """What those records refer to."""
    desk = Desk(path)
    for record_id in ("nhk", "japan"):
        desk.put(PARTY, record_id, name=record_id.title(), kind="group")
    desk.source(_CITED["source"], "nhk")
    return desk


@pytest.mark.parametrize("case", MEMBERS)
@pytest.mark.parametrize("revisions", [(), ("--revisions", "1")], ids=["all", "an earlier one"])
def test_no_member_that_was_taken_out_stands_anywhere(
    tmp_path: Path, case: str, revisions: tuple[str, ...]
) -> None:
    desk = copied(_referred_to, tmp_path / "facts.db")
    plural, body, members, secret = MEMBERS[case]
    created = desk.send("POST", f"{plural}?publish=true", {**body, **members})
    assert created.status_code == 201, created.text
    assert _stands(desk, secret)
    then = desk.last()
    if revisions:
        assert desk.change("PUT", f"{plural}/x", {**body, "correction": NOTE}).status_code == 200

    _redact(desk, BY_PLURAL[plural].name, "x", *revisions)

    assert not _stands(desk, secret)
    reads = {"": 200 if revisions else 451, f"?as_of=seq:{then}": 451, "/revisions/1": 451}
    for read, status in reads.items():
        answer = desk.client.get(f"/v1/{plural}/x{read}")
        assert (answer.status_code, secret in answer.text) == (status, False), read
    assert desk.read("search", q=secret)["data"] == []
    assert secret not in desk.client.get(f"/v1/{plural}?translation=ja&limit=200").text
