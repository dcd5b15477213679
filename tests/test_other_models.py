"""Rows of ACLED, ClaimReview and the Security Force Monitor become records as docs/model.md says.

The rows in tests/rows have the shape of theirs and are made up. So are all that they name.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import ROOT, Json, client_of, facts
from .places import url_of
from .test_dossier import ids, read

ROWS = ROOT / "tests" / "rows"
Records = dict[str, dict[str, Json]]
#: What ACLED calls a kind of happening, and what is called so here.
KINDS = {
    "Battles": "armed-conflict",
    "Explosions/Remote violence": "attack",
    "Violence against civilians": "attack",
    "Protests": "protest",
    "Riots": "protest",
    "Strategic developments": "incident",
    "Agreement": "agreement",
}
#: Its codes of actors.
ACTORS = {"1": "agency", "2": "armed-group", "3": "armed-group", "5": "group", "6": "group", "7": "group"}
#: What the curators make of a reviewer's words.
STATUSES = {
    "True": "supported",
    "Mostly true": "supported",
    "Half true": "disputed",
    "No evidence": "unresolvable",
    "Unproven": "unresolvable",
}
#: What the Security Force Monitor calls a kind of source.
SOURCES = {"document": "official-document", "post": "social-media-post"}


def _table(name: str) -> list[dict[str, str]]:
    with (ROWS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _id(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def from_acled(row: Mapping[str, str]) -> Iterator[tuple[str, Json]]:
    """A happening with its actors, its place and its sources, of which only the row was read."""
    participants = []
    for number in "12":
        for name, actor in ((row[f"actor{number}"], True), (row[f"assoc_actor_{number}"], False)):
            if name:
                kind = ACTORS[row[f"inter{number}"]] if actor else "group"
                yield "parties", {"id": _id(name), "name": name, "kind": kind}
                harmed = row["civilian_targeting"] and row[f"inter{number}"] == "7"
                participants.append({"party": _id(name), "role": "victim" if harmed else "participant"})
    part_of = None
    for level, kind in (
        ("country", "country"), ("admin1", "administrative-area"), ("admin2", "administrative-area"),
        ("admin3", "administrative-area"), ("location", "city"),
    ):  # fmt: skip
        if row[level]:
            place = {"id": f"place-{_id(row[level])}", "name": row[level], "kind": kind, "part_of": part_of}
            if level == "location" and row["geo_precision"] == "1":
                place["coordinates"] = {end: float(row[end]) for end in ("latitude", "longitude")}
            yield "places", place
            part_of = place["id"]
    cited = []
    for outlet in _split(row["source"]):
        yield "parties", {"id": _id(outlet), "name": outlet, "kind": "media-outlet"}
        source = {
            "id": f"{_id(row['event_id_cnty'])}-{_id(outlet)}",
            "title": f"[{outlet} on {row['event_date']}]",
        }
        yield "sources", {**source, "kind": "news-report", "publisher": _id(outlet), "held": False}
        cited.append({"source": source["id"]})
    kind = KINDS.get(row["sub_event_type"]) or KINDS[row["event_type"]]
    yield (
        "dates",
        {
            "id": _id(row["event_id_cnty"]),
            "title": f"{row['sub_event_type']} at {row['location']}",
            "kind": kind,
            "when": row["event_date"] + ("" if row["time_precision"] == "1" else "~"),
            "description": row["notes"],
            "places": [part_of],
            "participants": participants,
            "quantities": [{"of": "fatalities", "value": row["fatalities"], "unit": "{deaths}"}],
            "citations": cited,
        },
    )


def from_claim_review(number: int, review: Json) -> Iterator[tuple[str, Json]]:
    """A claim with a review: the page that reviews it was read, where the claim appeared was not."""
    claimed, rated, outlet = review["itemReviewed"], review["reviewRating"], review["author"]["name"]
    speaker = claimed["author"] or {"@type": "Unknown", "name": "Whoever said what was reviewed"}
    known = speaker["@type"] == "Person"
    yield (
        "parties",
        {
            "id": _id(speaker["name"]),
            "name": speaker["name"],
            "kind": "person" if known else "unnamed-source",
            "description": None if known else "The review names nobody.",
        },
    )
    yield (
        "parties",
        {"id": _id(outlet), "name": outlet, "kind": "media-outlet", "website": review["author"]["url"]},
    )
    page = {
        "id": f"review-{number}",
        "title": f"[Review of {number}]",
        "kind": "commentary",
        "url": review["url"],
    }
    yield "sources", {**page, "publisher": _id(outlet), "published": review["datePublished"], "held": True}
    cited = []
    for seen in [claimed["firstAppearance"], *claimed["appearance"]]:
        if seen:
            source = {"id": _id(seen["url"]), "title": f"[{seen['url']}]", "url": seen["url"], "held": False}
            yield "sources", {**source, "kind": "news-report"}
            cited.append({"source": source["id"]})
    rating = {"label": "alternateName", "value": "ratingValue", "best": "bestRating", "worst": "worstRating"}
    yield (
        "claims",
        {
            "id": f"reviewed-{number}",
            "proposition": review["claimReviewed"],
            "kind": "statement",
            "attribution": [{"party": _id(speaker["name"]), "role": "said"}],
            "said": claimed["datePublished"],
            "citations": cited,
            "reviews": [
                {
                    "by": _id(outlet),
                    "rating": {ours: rated.get(theirs) for ours, theirs in rating.items()},
                    "source": page["id"],
                    "when": review["datePublished"],
                    "status": STATUSES.get(rated["alternateName"], "refuted"),
                }
            ],
        },
    )


def from_security_force_monitor(row: Mapping[str, str]) -> Iterator[tuple[str, Json]]:
    """A unit, a person and the post that the one holds in the other, with the source of it."""
    publisher = _id(row["source:publication_name"])
    yield (
        "parties",
        {
            "id": publisher,
            "name": row["source:publication_name"],
            "kind": "media-outlet",
            "country": row["source:publication_country"].upper(),
        },
    )
    yield (
        "sources",
        {
            "id": row["source:id:admin"],
            "title": row["source:title"],
            "kind": SOURCES[row["source:type"]],
            "authors": _split(row["source:author"].replace(",", ";")),
            "publisher": publisher,
            "published": row["source:published_timestamp"][:10],
            "url": row["source:url"],
            "archived_url": row["source:archive_url"] or None,
            "retrieved": row["source:accessed_timestamp"],
            "held": True,
        },
    )
    yield (
        "parties",
        {
            "id": row["unit:id:admin"],
            "name": row["unit:name"],
            "names": [{"text": name, "language": "en"} for name in _split(row["unit:other_names"])],
            "kind": "agency",
            "country": row["unit:country"].upper(),
            "part_of": row["unit:related_unit"] or None,
            "description": row["unit:classification"],
        },
    )
    where = row["source:access_point_trigger"]
    page = {"page": where} if row["source:access_point_type"] == "page" else {"paragraph": int(where)}
    titles = [row[f"person:posting_{part}"] for part in ("role", "rank", "title")]
    yield (
        "parties",
        {
            "id": row["person:admin:id"],
            "name": row["person:name"],
            "names": [{"text": name, "language": "en"} for name in _split(row["person:other_names"])],
            "kind": "person",
            "country": row["person:country"].upper(),
            "offices": [
                {
                    "title": ", ".join(title for title in titles if title),
                    "of": row["unit:id:admin"],
                    "held": _held(row),
                    "citations": [{"source": row["source:id:admin"], "locator": page}],
                }
            ],
        },
    )


def _held(row: Mapping[str, str]) -> str:
    """From the first to the last date of a posting: about then, where it is only known that it was held."""
    ends = []
    for end, said in (("first", "start"), ("last", "end")):
        date = row[f"person:posting_{end}_cited_date"]
        ends.append(date + ("" if row[f"person:posting_{end}_cited_date_{said}"] == "Y" or not date else "~"))
    return "/".join(ends)


def _merged(rows: Iterator[tuple[str, Json]]) -> Records:
    """Each record once, with the offices of all rows that have it."""
    found: Records = {}
    for plural, record in rows:
        kept = found.setdefault(plural, {}).setdefault(record["id"], record)
        if kept is not record and record.get("offices"):
            kept["offices"] = [*kept["offices"], *record["offices"]]
    return found


def _rows() -> Iterator[tuple[str, Json]]:
    for row in _table("acled"):
        yield from from_acled(row)
    for number, review in enumerate(json.loads((ROWS / "claim_reviews.json").read_text("utf-8")), 1):
        yield from from_claim_review(number, review)
    for row in _table("security_force_monitor"):
        yield from from_security_force_monitor(row)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of a record that holds the rows, loaded as dossier files."""
    folder = tmp_path_factory.mktemp("rows")
    for plural, records in _merged(_rows()).items():
        # JSON is YAML, but for nulls in the place of strings: what is not known is left out.
        known = [{k: v for k, v in record.items() if v is not None} for record in records.values()]
        (folder / f"{plural}.yaml").write_text(json.dumps(known, ensure_ascii=False), "utf-8")
    database = folder / "facts.db"
    done = facts("load", folder, "--db", url_of(database))
    assert done.returncode == 0, done.stdout + done.stderr
    return client_of(database)


def _columns(name: str) -> set[str]:
    return set(_table(name)[0])


def _members(value: Any) -> Iterator[str]:
    """The names of properties anywhere in a document, but for JSON-LD's own."""
    if isinstance(value, dict):
        yield from (name for name in value if not name.startswith("@"))
        for member in value.values():
            yield from _members(member)
    elif isinstance(value, list):
        for member in value:
            yield from _members(member)


def test_every_column_is_in_the_document() -> None:
    text = (ROOT / "docs" / "model.md").read_text("utf-8")
    section = text.split("## Beside other models\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`([^`]+)`", section))

    reviews = json.loads((ROWS / "claim_reviews.json").read_text("utf-8"))
    assert len(reviews) == len(_table("acled")) == len(_table("security_force_monitor")) == 10
    theirs = _columns("acled") | _columns("security_force_monitor") | set(_members(reviews)) - {"name"}
    assert {column for column in theirs if column not in named} == set()


def test_happenings_are_found_by_what_their_columns_say(client: FlaskClient) -> None:
    dates = "/v1/dates?limit=200&unit=%7Bdeaths%7D&quantity_of=fatalities"

    assert len(ids(client, "/v1/dates?limit=200")) == 10
    assert ids(client, f"{dates}&quantity_min=10") == ["pga1", "pga10"]
    assert ids(client, "/v1/dates?kind=attack&participant_role=victim") == ["pga3", "pga4"]
    assert ids(client, "/v1/dates?participant=ice-front&kind=armed-conflict") == ["pga1", "pga10", "pga2"]
    assert ids(client, "/v1/dates?kind=agreement") == ["pga9"]
    assert ids(client, "/v1/dates?when=2024-03&match=certain&place=place-gentoo-bay") == []
    assert ids(client, "/v1/dates?when=2024-03&place=place-gentoo-bay") == ["pga2"]


def test_a_place_has_its_areas_above_it_and_only_certain_coordinates(client: FlaskClient) -> None:
    harbour, bay = (read(client, f"/v1/places/place-{name}") for name in ("port-fjord", "gentoo-bay"))

    assert harbour["coordinates"] == {"latitude": -66.12, "longitude": 110.51}
    assert bay["coordinates"] is None
    assert ids(client, "/v1/places?part_of=place-north-shelf") == ["place-adelie", "place-gentoo"]


def test_reviews_are_found_by_who_made_them_and_what_they_come_to(client: FlaskClient) -> None:
    assert len(ids(client, "/v1/claims?limit=200")) == 10
    assert len(ids(client, "/v1/claims?reviewed_by=floe-check")) == 6
    assert ids(client, "/v1/claims?reviewed_by=shelf-verify&review=unresolvable") == [
        "reviewed-6",
        "reviewed-8",
    ]
    assert ids(client, "/v1/claims?claimant=mayor-krill&review=refuted") == ["reviewed-1", "reviewed-7"]
    assert ids(client, "/v1/claims?said=2024-01&match=certain") == ["reviewed-1", "reviewed-2", "reviewed-3"]
    assert ids(client, "/v1/parties?kind=unnamed-source") == ["whoever-said-what-was-reviewed"]

    first = read(client, "/v1/claims/reviewed-1")["reviews"][0]
    assert first["rating"] == {"label": "False", "value": 1, "best": 5, "worst": 1}
    assert read(client, first["source"]["href"])["url"] == "https://example.org/checks/1"
    assert read(client, "/v1/claims/reviewed-5")["reviews"][0]["rating"]["value"] is None


def test_units_and_who_held_which_post_in_them_are_found(client: FlaskClient) -> None:
    assert ids(client, "/v1/parties?part_of=u0&country=AQ") == ["u1", "u3"]
    assert ids(client, "/v1/parties?office_of=u2") == ["p2", "p3", "p4"]
    assert ids(client, "/v1/parties?office_of.all=u1,u2") == ["p2", "p3"]

    kelp = read(client, "/v1/parties/p3")["offices"]
    assert [(office["title"], office["of"]["id"], office["held"]["edtf"]) for office in kelp] == [
        ("Chief of Staff, Colonel", "u1", "2016-04~/2017~"),
        ("Commander, Colonel", "u2", "2017-10-26/"),
    ]
    assert kelp[0]["citations"][0]["locator"]["paragraph"] == 2
    assert ids(client, "/v1/sources?publisher=penguinia-gazette") == ["s1"]
    assert read(client, "/v1/sources/s2")["authors"] == ["I. Floe"]
