"""Filters: which records each kind finds, now and at a moment of the past; what may be declared."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient

from api.endpoints.parameters import collection_parameters
from api.records.core import filters as kinds
from api.records.core.filters import Filter, Keys, Measured, RegistryError, each, one
from api.records.core.registry import CLAIM, TYPES
from schemas.query import QueryError, read_query
from schemas.vocabularies import CLAIM_KINDS

from .conftest import Json


def _names(*path: str) -> Callable[[Json], set[str]]:
    """The ids at a path of a record as served."""

    def found(record: Json) -> set[str]:
        values: list[Any] = [record]
        for step in path:
            values = [v for value in values if value for v in _members(value.get(step))]
        return {value["id"] if isinstance(value, dict) else value for value in values if value}

    return found


def _members(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_about = _names("about", "places")


def _answers(claim: Json) -> set[tuple[str, str]]:
    return {(answer["question"], answer["stance"]) for answer in claim["answers"]}


#: Places of which a point or the outline lies there.
AROUND_KUNASHIR = {"cape-nosappu", "four-islands", "habomai", "kunashir", "shikotan"}
#: What is asked -> whether a record as served is meant.
MEANT: dict[tuple[str, str], Callable[[Json], bool]] = {
    ("claims", "kind=demand"): lambda claim: claim["kind"] == "demand",
    ("claims", "kind=demand,denial,position"): lambda claim: (
        claim["kind"] in ("demand", "denial", "position")
    ),
    ("claims", "kind.not=position"): lambda claim: claim["kind"] != "position",
    ("claims", "about=four-islands"): lambda claim: "four-islands" in _about(claim),
    ("claims", "about.all=habomai,shikotan"): lambda claim: _about(claim) >= {"habomai", "shikotan"},
    ("claims", "about.not=four-islands"): lambda claim: "four-islands" not in _about(claim),
    ("claims", "question=who-holds-sovereignty"): lambda claim: any(
        question == "who-holds-sovereignty" for question, _ in _answers(claim)
    ),
    ("claims", "question=who-holds-sovereignty&stance=affirms"): lambda claim: (
        ("who-holds-sovereignty", "affirms") in _answers(claim)
    ),
    ("claims", "stance=affirms"): lambda claim: any(stance == "affirms" for _, stance in _answers(claim)),
    ("claims", "origins_min=2"): lambda claim: claim["origins"]["count"] >= 2,
    ("claims", "position_of=japan"): lambda claim: (claim["position_of"] or {}).get("id") == "japan",
    ("claims", "assessment.not=disputed"): lambda claim: (
        (claim["assessment"] or {}).get("status") != "disputed"
    ),
    ("claims", "assessment=not-assessed&kind=position"): lambda claim: (
        claim["assessment"] is None and claim["kind"] == "position"
    ),
    ("claims", "unit=%25"): lambda claim: any(q["unit"] == "%" for q in claim["quantities"]),
    ("claims", "unit=[ppth]&quantity_min=487.95"): lambda claim: claim["id"] == "turnout-48-80",
    ("claims", "unit=%25&quantity_of=Turnout"): lambda claim: (
        "turnout" in {q["of"] for q in claim["quantities"] if q["unit"] == "%"}
    ),
    ("claims", "unit=%25&quantity_max=48.79"): lambda claim: claim["id"] == "turnout-48-79",
    ("claims", "said=2019-07"): lambda claim: _touches(claim["said"], "2019-07-01", "2019-07-31"),
    ("claims", "said=2019-07-21/2019-07-22"): lambda claim: _touches(
        claim["said"], "2019-07-21", "2019-07-22"
    ),
    ("claims", "said=2019-07&match=certain"): lambda claim: _lies_in(
        claim["said"], "2019-07-01", "2019-07-31"
    ),
    ("sources", "held=true"): lambda source: source["held"] is True,
    ("sources", "held=false&language=en"): lambda source: (
        source["held"] is False and source["language"] == "en"
    ),
    ("sources", "language.not=ja"): lambda source: source["language"] != "ja",
    ("sources", "derived_from=nhk-interview-2019-07-21"): lambda source: (
        "nhk-interview-2019-07-21" in _names("derived_from", "source")(source)
    ),
    ("places", "bbox=145,43,147,45.5"): lambda place: place["id"] in AROUND_KUNASHIR,
    ("parties", "country=JP"): lambda party: party["country"] == "JP",
    ("parties", "country=JP&kind.not=person"): lambda party: (
        party["country"] == "JP" and party["kind"] != "person"
    ),
}


def _touches(date: Json | None, first: str, last: str) -> bool:
    """Whether a date as served may lie in a range; an open end is null."""
    if date is None:
        return False
    return (date["earliest"] or "0") <= last and (date["latest"] or "9") >= first


def _lies_in(date: Json | None, first: str, last: str) -> bool:
    """Whether a single date as served surely lies in a range."""
    if date is None or date["certainty"] != "certain" or "start" in date:
        return False
    return (date["earliest"] or "0") >= first and (date["latest"] or "9") <= last


@pytest.mark.parametrize("moment", ["", "&as_of=seq:{last}"], ids=["now", "then"])
@pytest.mark.parametrize("case", MEANT, ids=lambda case: "?".join(case))
def test_a_filter_finds_just_the_records_that_are_meant(
    client: FlaskClient, case: tuple[str, str], moment: str
) -> None:
    (plural, asked), meant = case, MEANT[case]
    then = moment.format(last=client.get("/v1/changes?limit=1").get_json()["last"])
    everything = client.get(f"/v1/{plural}?limit=200").get_json()["data"]

    answer = client.get(f"/v1/{plural}?{asked}&limit=200&count=true{then}").get_json()

    right = [record["id"] for record in everything if meant(record)]
    assert 0 < len(right) < len(everything)
    assert [record["id"] for record in answer["data"]] == right
    assert answer["page"]["total"] == len(right)


#: Queries that mean the same, the first as it is understood.
SAME = [
    ["kind=demand,denial&limit=3", "kind=demand&kind=denial&limit=3", "kind=demand&limit=3&kind=denial"],
    ["kind=demand", "kind=demand&kind=demand", "kind=demand,demand&kind=demand"],
    ["kind.not=demand,denial", "kind.not=demand&kind.not=denial"],
    ["about.all=japan,russia", "about.all=japan&about.all=russia"],
    ["fields=kind,said", "fields=kind&fields=said"],
    ["include=about.parties,citations.source", "include=about.parties&include=citations.source"],
    ["facets=kind,claimant", "facets=kind&facets=claimant"],
    ["id=a,b,c", "id=a&id=b&id=c", "id=a,b&id=c"],
]


@pytest.mark.parametrize("queries", SAME, ids=lambda queries: queries[0])
def test_a_list_given_more_than_once_is_one_list(queries: list[str]) -> None:
    parameters = collection_parameters(CLAIM)
    first, *others = [read_query(parse_qsl(query), parameters) for query in queries]

    assert others == [first] * len(others)


@pytest.mark.parametrize(
    "name", ["limit", "after", "sort", "count", "q", "said", "match", "as_of", "origins_min", "unit"]
)
def test_a_parameter_of_one_value_is_given_once(name: str) -> None:
    with pytest.raises(QueryError) as refused:
        read_query([(name, "1"), (name, "1")], collection_parameters(CLAIM))

    [fault] = refused.value.faults
    assert (fault.parameter, fault.detail) == (name, f"{name} is given more than once; it takes one value")


@pytest.mark.parametrize("name", ["kind[]", "kind[0]", "kind.not[]", "about.all[]", "fields[]", "id[1]"])
def test_a_list_in_brackets_is_told_to_be_written_with_commas(name: str) -> None:
    with pytest.raises(QueryError) as refused:
        read_query([(name, "a"), (name, "b")], collection_parameters(CLAIM))

    [fault] = refused.value.faults
    meant = name.partition("[")[0]
    assert fault.did_you_mean == meant
    assert fault.allowed == (meant,)
    assert fault.detail == f'unknown parameter "{name}"; write {meant}=…,…: commas separate values'


def test_a_list_has_a_hundred_values_however_it_is_given() -> None:
    parameters = collection_parameters(CLAIM)
    hundred = [("id", f"r-{number}") for number in range(100)]

    assert len(read_query([*hundred, ("fields", "kind"), ("count", "true")], parameters)["id"]) == 100
    with pytest.raises(QueryError, match="101 values; at most 100"):
        read_query([*hundred, ("id", "r-100")], parameters)


def test_a_query_of_many_parameters_is_refused_as_a_whole() -> None:
    with pytest.raises(QueryError) as refused:
        read_query([(f"x{number}", "") for number in range(4000)], collection_parameters(CLAIM))

    assert [fault.detail for fault in refused.value.faults] == ["the query has more than 100 parameters"]


def test_all_asks_for_each_value_and_is_never_half_of_a_pair(client: FlaskClient) -> None:
    claims = client.get("/v1/claims?limit=200").get_json()["data"]
    both = client.get("/v1/claims?via.all=tass,putin-vladimir&role=quoted&limit=200").get_json()["data"]

    right = {claim["id"] for claim in claims if _quotes_somebody(claim)}
    tass, putin = (_ids(client, f"via={party}") for party in ("tass", "putin-vladimir"))
    assert {claim["id"] for claim in both} == right & tass & putin


def _quotes_somebody(claim: Json) -> bool:
    return any(link["role"] == "quoted" for link in claim["attribution"])


def _ids(client: FlaskClient, asked: str) -> set[str]:
    return {claim["id"] for claim in client.get(f"/v1/claims?{asked}&limit=200").get_json()["data"]}


# Declaring

HALF_DECLARED = {
    "no kind": (lambda: Filter("x", "X.", one("x")), "declare it with the class of its kind"),
    "ids of nothing": (lambda: kinds.Ids("x", "X.", one("x")), "needs the types that it names"),
    "ids without keys": (lambda: kinds.Ids("x", "X.", to=("party",)), "needs keys"),
    "terms without vocabulary": (lambda: kinds.Terms("x", "X.", one("x")), "needs its `vocabulary`"),
    "terms without keys": (lambda: kinds.Terms("x", "X.", vocabulary=CLAIM_KINDS), "needs keys"),
    "a flag without keys": (lambda: kinds.Flag("x", "X."), "needs keys"),
    "a number without keys": (lambda: kinds.AtLeast("x", "X."), "needs keys"),
    "parts of nothing": (lambda: kinds.Within("x", "X.", to=("place",)), "needs the types that it names"),
    "a pair with nothing": (
        lambda: _claim_with(kinds.Languages("x", "X.", one("x"), pairs_with="nothing")),
        'pairs with "nothing"',
    ),
    "a quantity without bounds": (
        lambda: Measured("x", "X.", one("x"), least="y"),
        "needs `least`, `most` and `label`",
    ),
    "a date that there is not": (lambda: _claim_with(kinds.Dated("x", "X.")), "have no such date"),
    "a name given twice": (lambda: _claim_with(kinds.Dated("said", "X.")), "declared twice"),
}


def _claim_with(declared: Filter) -> object:
    return replace(CLAIM, filters=(*CLAIM.filters, declared))


@pytest.mark.parametrize("case", HALF_DECLARED)
def test_a_filter_that_is_half_declared_stops_the_start_and_is_named(case: str) -> None:
    declare, message = HALF_DECLARED[case]

    with pytest.raises(RegistryError, match=message.replace("(", r"\(").replace(")", r"\)")) as error:
        declare()

    assert "filter" in str(error.value)


def test_what_can_have_several_values_can_be_asked_for_all_of_them() -> None:
    names = {name for t in TYPES.values() for name in collection_parameters(t) if name.endswith(".all")}

    assert names == {
        "about.all", "administered_by.all", "attribute.all", "attribute_value.all", "check.all",
        "claimed_by.all", "derived_from.all", "dossier.all",
        "member_of.all", "office_of.all", "origin.all", "participant.all", "participant_role.all",
        "place.all",
        "publisher.all", "question.all", "relation.all", "review.all", "reviewed_by.all", "role.all",
        "signatory.all", "source.all", "stance.all", "standing.all", "translated.all", "via.all",
        "within.all",
    }  # fmt: skip


def test_keys_of_a_pair_carry_the_other_half() -> None:
    answers = {"answers": [{"question": "q", "stance": "denies"}, {"question": "p", "stance": "affirms"}]}
    document = {**answers, "position_of": "japan"}

    assert list(each("answers", "question", "stance").of(document, {})) == [("q", "denies"), ("p", "affirms")]
    assert list(one("position_of").of(document, {})) == [("japan", "")]
    assert list(one("nothing").of(document, {})) == []
    assert Keys(lambda d, c: [("a", "")]).several
