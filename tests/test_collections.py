"""Collections: filters against plain recomputation, cursors that see each record once, shapes."""

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.records.core.registry import BY_PLURAL, PARTY
from api.records.store.database import open_database

from .conftest import client_of, put
from .places import url_of

Record = dict[str, Any]
PLURALS = list(BY_PLURAL)


def page(client: FlaskClient, path: str, **query: Any) -> Any:
    response = client.get(path, query_string={k.replace("__", "."): v for k, v in query.items()})
    assert response.status_code == 200, response.text
    return response.get_json()


def every(client: FlaskClient, plural: str, **query: Any) -> list[Record]:
    return list(page(client, f"/v1/{plural}", limit=200, **query)["data"])


def walk(client: FlaskClient, plural: str, limit: int, **query: Any) -> Iterable[Record]:
    """Every record of every page, by the cursors."""
    after: dict[str, str] = {}
    while True:
        found = page(client, f"/v1/{plural}", limit=limit, **query, **after)
        yield from found["data"]
        if found["page"]["next"] is None:
            return
        after = {"after": found["page"]["next"]}


# Filters: what each means, written out once more over the records as served


def _ids(value: Any) -> set[str]:
    if isinstance(value, list):
        return {i for member in value for i in _ids(member)}
    return {value["id"]} if isinstance(value, dict) else set()


def _cited_in(*members: list[Any]) -> set[str]:
    return _ids([citation["source"] for member in members for one in member for citation in one["citations"]])


def _handed(claim: Record, sources: dict[str, Record]) -> set[str]:
    """Everybody in the chain, and the publishers of cited sources and all that these descend from."""
    through = _ids([link["party"] for link in claim["attribution"]])
    queue = [citation["source"]["id"] for citation in claim["citations"]]
    for source in queue:
        queue += [
            d["source"]["id"] for d in sources[source]["derived_from"] if d["source"]["id"] not in queue
        ]
    return through | {sources[source]["publisher"]["id"] for source in queue}


Meaning = Callable[[Record, dict[str, Record]], set[str]]
MEANINGS: dict[str, dict[str, Meaning]] = {
    "claims": {
        "kind": lambda r, _: {r["kind"]},
        "claimant": lambda r, _: _ids(r["claimant"]),
        "position_of": lambda r, _: _ids(r["position_of"]),
        "side": lambda r, _: _ids(r["position_of"] or r["claimant"]),
        "via": _handed,
        "role": lambda r, _: {link["role"] for link in r["attribution"]},
        "about": lambda r, _: {i for some in (r["about"] or {}).values() for i in _ids(some)},
        "source": lambda r, _: _ids([c["source"] for c in r["citations"]]),
        "origin": lambda r, _: _ids(r["origins"]["sources"]),
        "question": lambda r, _: {a["question"] for a in r["answers"]},
        "stance": lambda r, _: {a["stance"] for a in r["answers"]},
        "standing": lambda r, _: set(r["standing"]),
        "relation": lambda r, _: {x["type"] for x in r["relations"] + r["inverse_relations"]},
        "assessment": lambda r, _: {(r["assessment"] or {"status": "not-assessed"})["status"]},
        "check": lambda r, _: {c["check"]["status"] for c in r["citations"]},
        "dossier": lambda r, _: _ids(r["dossiers"]),
    },
    "dates": {
        "kind": lambda r, _: {r["kind"]},
        "participant": lambda r, _: _ids([p["party"] for p in r["participants"]]),
        "participant_role": lambda r, _: {p["role"] for p in r["participants"] if p["role"]},
        "place": lambda r, _: _ids(r["places"]),
        "part_of": lambda r, _: _ids(r["part_of"]),
        "dossier": lambda r, _: _ids(r["dossiers"]),
    },
    "sources": {
        "kind": lambda r, _: {r["kind"]},
        "publisher": lambda r, _: _ids(r["publisher"]) | _ids(r["co_publishers"]),
        "signatory": lambda r, _: _ids(r["signatories"]),
        "language": lambda r, _: {r["language"]} - {None},
        "derived_from": lambda r, _: _ids([d["source"] for d in r["derived_from"]]),
    },
    "parties": {
        "kind": lambda r, _: {r["kind"]},
        "country": lambda r, _: {r["country"]} - {None},
        "part_of": lambda r, _: _ids(r["part_of"]),
        "member_of": lambda r, _: _ids([m["party"] for m in r["memberships"]]),
        "office_of": lambda r, _: _ids([o["of"] for o in r["offices"]]),
        "attribute": lambda r, _: {a["member"] for a in r["attributes"]},
        "attribute_value": lambda r, _: _ids([a["value"] for a in r["attributes"]]),
        "source": lambda r, _: _cited_in(r["names"], r["offices"], r["attributes"]),
    },
    "places": {
        "kind": lambda r, _: {r["kind"]},
        "part_of": lambda r, _: _ids(r["part_of"]),
        "claimed_by": lambda r, _: _ids(r["claimed_by"]),
        "administered_by": lambda r, _: _ids(r["administered_by"]),
        "attribute": lambda r, _: {a["member"] for a in r["attributes"]},
        "attribute_value": lambda r, _: _ids([a["value"] for a in r["attributes"]]),
        "source": lambda r, _: _cited_in(r["names"], r["attributes"]),
    },
}
MEANINGS["claims"]["language"] = lambda r, _: {r["language"]} - {None}
CASES = [(plural, name) for plural, meanings in MEANINGS.items() for name in meanings]


def test_every_filter_is_tried() -> None:
    apart = {"said", "valid", "when", "published", "held", "origins_min", "within", "unit", "bbox"}
    # No record of the dossier has these: test_translations.py, test_reviews.py.
    apart |= {"translated", "reviewed_by", "review"}
    declared = {(p, f.name) for p, t in BY_PLURAL.items() for f in t.filters if f.name not in apart}

    by_membership = {(plural, "dossier") for plural in ("parties", "places", "sources")}
    assert declared == set(CASES) | by_membership


@pytest.mark.parametrize(("plural", "name"), CASES)
def test_a_filter_finds_exactly_what_it_means(client: FlaskClient, plural: str, name: str) -> None:
    sources = {source["id"]: source for source in every(client, "sources")}
    records = every(client, plural)
    values = {r["id"]: MEANINGS[plural][name](r, sources) for r in records}
    asked = sorted(set(itertools.chain.from_iterable(values.values())))
    assert asked

    for value in asked:
        expected = [i for i, own in values.items() if value in own]
        assert [r["id"] for r in every(client, plural, **{name: value})] == expected
        others = [i for i in values if i not in expected]
        assert [r["id"] for r in every(client, plural, **{f"{name}__not": value})] == others
    both = ",".join(asked[:2])
    assert {r["id"] for r in every(client, plural, **{name: both})} == {
        i for i, own in values.items() if own & set(asked[:2])
    }


@pytest.mark.parametrize(
    ("plural", "first", "second", "pairs"),
    [
        ("claims", "via", "role", lambda r: {(x["party"]["id"], x["role"]) for x in r["attribution"]}),
        ("claims", "question", "stance", lambda r: {(a["question"], a["stance"]) for a in r["answers"]}),
        (
            "dates",
            "participant",
            "participant_role",
            lambda r: {(p["party"]["id"], p["role"]) for p in r["participants"] if p["role"]},
        ),
    ],
)
def test_a_pair_of_filters_means_one_and_the_same_member(
    client: FlaskClient, plural: str, first: str, second: str, pairs: Callable[[Record], set[tuple[str, str]]]
) -> None:
    records = every(client, plural)
    known = {pair for record in records for pair in pairs(record)}
    halves = sorted({a for a, _ in known}), sorted({b for _, b in known})

    for pair in itertools.islice(itertools.product(*halves), 60):
        expected = [r["id"] for r in records if pair in pairs(r)]
        assert [r["id"] for r in every(client, plural, **{first: pair[0], second: pair[1]})] == expected


def test_a_negation_beside_a_filter_is_no_half_of_a_pair(client: FlaskClient) -> None:
    claims = every(client, "claims")
    expected = [
        c["id"]
        for c in claims
        if "nhk" in _ids([link["party"] for link in c["attribution"]])
        and "republished" not in {link["role"] for link in c["attribution"]}
    ]

    chained = {c["id"] for c in claims if "nhk" in _ids([link["party"] for link in c["attribution"]])}
    found = every(client, "claims", via="nhk", role__not="republished")
    assert [c["id"] for c in found if c["id"] in chained] == expected


def test_held_and_origins_min(client: FlaskClient) -> None:
    sources, claims = every(client, "sources"), every(client, "claims")

    for held in (True, False):
        found = every(client, "sources", held=str(held).lower())
        assert [s["id"] for s in found] == [s["id"] for s in sources if s["held"] is held]
    having = {s["id"] for s in sources if s["held"]}
    cited = {c["id"]: {x["source"]["id"] for x in c["citations"]} for c in claims}
    for held in (True, False):
        found = every(client, "claims", held=str(held).lower())
        assert [c["id"] for c in found] == [i for i, own in cited.items() if bool(own & having) is held]
    for least in range(4):
        found = every(client, "claims", origins_min=least)
        assert [c["id"] for c in found] == [c["id"] for c in claims if c["origins"]["count"] >= least]


def test_within_is_about_it_or_a_part_of_it(client: FlaskClient) -> None:
    records = [r for plural in ("parties", "places", "dates") for r in every(client, plural)]
    wholes = {r["id"]: _ids(r["part_of"]) for r in records}
    named = {c["id"]: MEANINGS["claims"]["about"](c, {}) for c in every(client, "claims")}

    def around(record_id: str) -> set[str]:
        return {record_id}.union(*(around(whole) for whole in wholes[record_id]))

    spoken_of = {i: set().union(*map(around, about)) if about else set() for i, about in named.items()}
    for record_id in wholes:
        expected = [i for i, own in spoken_of.items() if record_id in own]
        assert [c["id"] for c in every(client, "claims", within=record_id)] == expected
        others = [i for i in spoken_of if i not in expected]
        assert [c["id"] for c in every(client, "claims", within__not=record_id)] == others
    assert spoken_of != named
    both = every(client, "claims", within__all="four-islands,japan")
    assert [c["id"] for c in both] == [i for i, own in spoken_of.items() if {"four-islands", "japan"} <= own]


def test_updated_since_takes_any_offset(client: FlaskClient) -> None:
    updated = every(client, "claims")[0]["meta"]["updated"]

    assert len(every(client, "claims", updated_since=updated)) == len(every(client, "claims"))
    assert every(client, "claims", updated_since="2999-01-01T00:00:00+09:00") == []


# Cursors


def _sorts() -> list[tuple[str, str]]:
    return [(p, f"{sign}{key}") for p, t in BY_PLURAL.items() for key in t.sorts for sign in ("", "-")]


@pytest.mark.parametrize(("plural", "sort"), _sorts())
def test_cursors_show_every_record_once_and_in_order(client: FlaskClient, plural: str, sort: str) -> None:
    whole = [r["id"] for r in every(client, plural, sort=sort)]

    assert len(set(whole)) == len(whole)
    for limit in (1, 7):
        assert [r["id"] for r in walk(client, plural, limit, sort=sort)] == whole


@pytest.mark.parametrize(("plural", "name"), CASES)
@pytest.mark.parametrize("sort", ["id", "-updated"])
def test_cursors_keep_their_filter(client: FlaskClient, plural: str, name: str, sort: str) -> None:
    sources = {source["id"]: source for source in every(client, "sources")}
    value = next(v for r in every(client, plural) for v in sorted(MEANINGS[plural][name](r, sources)))
    whole = [r["id"] for r in every(client, plural, **{name: value, "sort": sort})]

    assert [r["id"] for r in walk(client, plural, 2, **{name: value, "sort": sort})] == whole


@pytest.mark.parametrize("sort", ["id", "-id", "name", "-name", "updated", "-updated"])
def test_a_walk_loses_nothing_while_records_are_added(database_file: Path, sort: str) -> None:
    client = client_of(database_file)
    database = open_database(url_of(database_file))
    before = [r["id"] for r in every(client, "parties", sort=sort)]

    seen = []
    for number, record in enumerate(walk(client, "parties", 3, sort=sort)):
        seen.append(record["id"])
        if number % 3 == 0 and number < 30:
            new = {"name": f"{'Zeta' if number % 2 else 'Alpha'} {number}", "kind": "person"}
            put(database, PARTY, {f"added-{number}": new})

    assert [i for i in seen if not i.startswith("added-")] == before
    assert len(seen) == len(set(seen))


def test_sorting_by_title_is_by_code_point(client: FlaskClient) -> None:
    names = [r["name"] for r in every(client, "parties", sort="name")]

    assert names == sorted(names)


@pytest.mark.parametrize("sort", ["said", "-said", "valid", "-valid"])
def test_records_without_the_date_come_last_both_ways(client: FlaskClient, sort: str) -> None:
    dated = [r[sort.removeprefix("-")] is not None for r in every(client, "claims", sort=sort)]

    assert dated == sorted(dated, reverse=True)
    assert len(set(dated)) == 2


@pytest.mark.parametrize(
    ("after", "query"),
    [
        ("not-a-cursor", {}),
        ("WyJhIl0.AAAA", {}),
        ("", {}),
        (None, {"sort": "-id"}),
        (None, {"kind": "position"}),
        (None, {"fields": "kind"}),
    ],
)
def test_a_cursor_of_another_query_is_refused(
    client: FlaskClient, after: str | None, query: dict[str, str]
) -> None:
    cursor = page(client, "/v1/claims", limit=1)["page"]["next"] if after is None else after

    response = client.get("/v1/claims", query_string={"after": cursor, **query})

    assert response.status_code == 400
    assert response.get_json()["errors"][0]["parameter"] == "after"


def test_the_next_link_leads_on_with_the_same_query(client: FlaskClient) -> None:
    response = client.get("/v1/claims?kind=position&limit=2&fields=id")
    link = response.headers["Link"]

    assert link.endswith('; rel="next"')
    following = client.get(link[1 : link.index(">")])
    assert following.status_code == 200
    assert following.get_json()["query"] == response.get_json()["query"]
    assert following.get_json()["data"][0]["id"] > response.get_json()["data"][-1]["id"]


def test_a_total_counts_all_pages(client: FlaskClient) -> None:
    found = page(client, "/v1/claims", kind="position", count="true", limit=1)

    assert found["page"]["total"] == len(every(client, "claims", kind="position"))
    assert "total" not in page(client, "/v1/claims", limit=1)["page"]


# Batch get, fields, include


def test_a_batch_answers_in_the_order_asked(client: FlaskClient) -> None:
    found = page(client, "/v1/parties", id="nhk,abe-shinzo,nobody-here,nhk,sputnik")

    assert [r["id"] for r in found["data"]] == ["nhk", "abe-shinzo", "sputnik"]
    assert found["missing"] == ["nobody-here"]
    assert found["page"]["next"] is None


@pytest.mark.parametrize("beside", ["kind=person", "limit=5", "sort=name", "after=x"])
def test_a_batch_takes_no_other_filter(client: FlaskClient, beside: str) -> None:
    response = client.get(f"/v1/parties?id=nhk&{beside}")

    assert response.status_code == 400
    assert response.get_json()["errors"][0]["parameter"] == beside.split("=")[0]


def test_a_batch_of_another_type_is_missing(client: FlaskClient) -> None:
    assert page(client, "/v1/claims", id="nhk")["missing"] == ["nhk"]


def test_fields_trim_and_keep_the_wire_order(client: FlaskClient) -> None:
    record = page(client, "/v1/claims/abe-seeks-treaty-progress-in-term", fields="standing,kind")

    assert list(record) == ["type", "id", "kind", "standing"]


def test_include_embeds_each_named_record_once(client: FlaskClient) -> None:
    found = page(client, "/v1/claims", limit=20, include="attribution.party,citations.source")

    named = {link["party"]["id"] for c in found["data"] for link in c["attribution"]}
    named |= {c["source"]["id"] for claim in found["data"] for c in claim["citations"]}
    assert set(found["included"]) == named
    assert found["included"]["nhk"] == page(client, "/v1/parties/nhk")


def test_included_records_are_the_bytes_of_the_records(client: FlaskClient) -> None:
    found = client.get("/v1/claims/abe-seeks-treaty-progress-in-term?include=attribution.party")

    assert client.get("/v1/parties/abe-shinzo").data in found.data


# Refusals


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=abc", "limit"),
        ("limit=-1", "limit"),
        ("limit=٣", "limit"),
        ("limit=1e2", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=1", "limit"),
        ("kind=positon", "kind"),
        ("kind=", "kind"),
        ("kind=position,", "kind"),
        ("KIND=position", "KIND"),
        ("sort=name", "sort"),
        ("sort=id,-id", "sort"),
        ("count=yes", "count"),
        ("match=perhaps", "match"),
        ("fields=propositions", "fields"),
        ("include=citations", "include"),
        ("claimant=four-islands", "claimant"),
        ("claimant=Abe Shinzo", "claimant"),
        ("about=tokyo,nowhere-at-all", "about"),
        ("question=who-holds", "question"),
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=2026-11-24", "updated_since"),
        ("updated_since=2026-11-24T09:00:00", "updated_since"),
        ("said=2019-07?", "said"),
        ("said=2019-07,2019-08", "said"),
        ("said.not=2019", "said.not"),
        ("id.not=nhk", "id.not"),
        ("held=yes", "held"),
        ("check=exactly", "check"),
        ("assessment=none", "assessment"),
        ("within=tass-1069673", "within"),
        ("facets=within", "facets"),
        ("=x", ""),
        ("x", "x"),
        ("kind[]=position", "kind[]"),
        ("origins_min=1.5", "origins_min"),
        ("via=" + ",".join(f"p{n}" for n in range(101)), "via"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(
    client: FlaskClient, query: str, parameter: str
) -> None:
    response = client.get(f"/v1/claims?{query}")

    assert response.status_code == 400, response.text
    error = response.get_json()["errors"][0]
    assert error["parameter"] == parameter
    assert error["detail"]


@pytest.mark.parametrize("parameter", ["standing", "standing.not", "standing.all"])
def test_a_term_that_was_renamed_is_refused_with_its_new_name(client: FlaskClient, parameter: str) -> None:
    response = client.get(f"/v1/claims?{parameter}=corroborated")

    assert response.status_code == 400
    [error] = response.get_json()["errors"]
    assert (error["did_you_mean"], "several-origins" in error["detail"]) == ("several-origins", True)


def test_all_faults_of_a_query_are_named_at_once(client: FlaskClient) -> None:
    response = client.get("/v1/claims?limit=0&kind=nonsense&said=2019-13&foo=1")

    assert [e["parameter"] for e in response.get_json()["errors"]] == ["limit", "kind", "said", "foo"]


def test_a_closed_list_is_shown_where_it_was_missed(client: FlaskClient) -> None:
    [error] = client.get("/v1/claims?kind=positon").get_json()["errors"]

    assert error["did_you_mean"] == "position"
    assert "treaty-provision" in error["allowed"]


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        ("claims", "kind=statement,position", "kind=position,statement"),
        ("claims", "kind=statement,position", "kind=position&kind=statement"),
        ("claims", "about.all=japan,russia", "about.all=russia&about.all=japan"),
        ("claims", "about=japan,russia&kind.not=demand,denial", "about=russia,japan&kind.not=denial,demand"),
        ("claims", "fields=kind,said", "fields=said,kind"),
        ("search", "q=treaty&type=claim,date", "q=treaty&type=date,claim"),
        ("timeline", "type=claim,date&about=japan,russia", "type=date,claim&about=russia,japan"),
        ("corrections", "kind=typo,error", "kind=error,typo"),
    ],
)
def test_a_cursor_goes_on_in_whatever_order_a_list_is_written(
    client: FlaskClient, path: str, one: str, other: str
) -> None:
    cursor = client.get(f"/v1/{path}?{one}&limit=1").get_json()["page"]["next"]
    if path == "corrections":
        assert cursor is None
        return

    went_on = client.get(f"/v1/{path}?{one}&limit=1&after={cursor}")
    otherwise = client.get(f"/v1/{path}?{other}&limit=1&after={cursor}")

    assert went_on.status_code == otherwise.status_code == 200, otherwise.text
    assert went_on.get_json()["data"] == otherwise.get_json()["data"]


@pytest.mark.parametrize(
    ("time", "understood"),
    [
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
        ("2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.500000Z"),
        ("2017-01-01T08:59:60+09:00", "2017-01-01T00:00:00.000000Z"),
        ("2016-12-31t15:59:60-08:00", "2017-01-01T00:00:00.000000Z"),
        ("2016-12-31T23:59:59Z", "2016-12-31T23:59:59.000000Z"),
        ("2016-12-31T23:58:60Z", None),
        ("2016-12-31T22:59:60Z", None),
        ("2016-12-31T23:59:60+09:00", None),
        ("2016-12-31T23:59:61Z", None),
        ("9999-12-31T23:59:60Z", None),
    ],
)
def test_a_leap_second_is_a_time_where_a_day_ends(
    client: FlaskClient, time: str, understood: str | None
) -> None:
    response = client.get("/v1/parties", query_string={"updated_since": time, "limit": 1})

    assert response.status_code == (200 if understood else 400)
    if understood:
        assert response.get_json()["query"]["updated_since"] == understood
