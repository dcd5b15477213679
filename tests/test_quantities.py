"""Quantities: which are taken, what is said of the others, and what finds them."""

from typing import Any

import pytest

from .conftest import Desk, Json, facts
from .places import url_of

TURNOUT = {"of": "turnout", "value": "48.79", "unit": "%"}
CLAIM: dict[str, Any] = {
    "proposition": "P.",
    "kind": "reported-fact",
    "citations": [{"source": "urdupoint-2019-07-21", "locator": {"paragraph": 1}}],
}


def _stated(**members: Any) -> Json:
    stated = {"of": "x", "unit": "1", **members}
    return {name: value for name, value in stated.items() if value is not None}


def _published(desk: Desk, record_id: str, *quantities: Json) -> None:
    body = {"id": record_id, **CLAIM, "quantities": list(quantities)}
    answer = desk.send("POST", "claims?publish=true", body)
    assert answer.status_code == 201, answer.text


def _ids(desk: Desk, asked: str) -> list[str]:
    answer = desk.client.get(f"/v1/claims?{asked}&limit=200")
    assert answer.status_code == 200, answer.text
    return [record["id"] for record in answer.get_json()["data"]]


# What is taken

TAKEN = {
    "a share": TURNOUT,
    "a part of a whole": _stated(value="51666697", out_of="105886064", unit="{voters}"),
    "a range": _stated(low="80", high="120", unit="{dead}"),
    "a range with a value": _stated(low="80", value="100", high="120", unit="{dead}", approximate=True),
    "at least": _stated(low="100", unit="{dead}"),
    "zeros that are digits": _stated(value="48.80", unit="%"),
    "an exponent": _stated(value="5.3E9", unit="EUR"),
    "less than nothing": _stated(value="-0.4", unit="%"),
    "a product of units": _stated(value="12", unit="kW.h/m2"),
    "a temperature": _stated(value="-3", unit="Cel"),
    "a loudness": _stated(value="95", unit="dB[SPL]"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_quantity_comes_back_as_it_was_written(desk: Desk, case: str) -> None:
    _published(desk, "x", TAKEN[case])
    read = desk.client.get("/v1/claims/x")
    body = read.get_json()

    again = desk.send("PUT", "claims/x", body, If_Match=read.headers["ETag"])

    assert {k: v for k, v in body["quantities"][0].items() if v is not None} == TAKEN[case]
    assert again.status_code == 200, again.text
    assert again.get_json()["meta"]["revision"] == 1
    found = _ids(desk, f"unit={TAKEN[case]['unit'].replace('%', '%25')}")
    assert "x" in found


#: What is refused -> where, what is said, and what was probably meant.
REFUSED: dict[str, tuple[Json, str, str, str | None]] = {
    "a number": (_stated(value=48.8), "/value", 'must be a string, since its digits are its precision', None),
    "a comma": (_stated(value="48,8"), "/value", '"48,8" is no decimal number', None),
    "a sign": (_stated(value="+5"), "/value", "is no decimal number", None),
    "too many digits": (_stated(value="1" * 21), "/value", "more than 20 digits", None),
    "too large": (_stated(value="1E40"), "/value", "out of range", None),
    "nothing stated": (_stated(), "/value", "give a value, or low and high", None),
    "below its bounds": (_stated(value="1", low="2"), "/low", "low 2 is greater than value 1", None),
    "above its bounds": (_stated(value="3", high="2.9"), "/high", "value 3 is greater than high 2.9", None),
    "bounds astray": (_stated(low="3", high="2"), "/high", "low 3 is greater than high 2", None),
    "of nothing": (_stated(value="3", out_of="0"), "/out_of", "must be greater than 0", None),
    "no unit": (_stated(value="3", unit=None), "/unit", "is required", None),
    "no label": (_stated(value="3", of=None), "/of", "is required", None),
    "a unit of blanks": (_stated(value="3", unit="!?"), "/unit", "is no unit: write a UCUM code", None),
    "a unit that is too long": (_stated(value="3", unit="m" * 65), "/unit", "65 characters long", None),
    "a monstrous unit": (_stated(value="3", unit="m99999999"), "/unit", "is no unit", None),
    **{
        word: (_stated(value="3", unit=word), "/unit", f'"{word}" is no unit; did you mean "{code}"?', code)
        for word, code in {
            "percent": "%", "per cent": "%", "square kilometres": "km2", "km²": "km2", "hectares": "har",
            "miles": "[mi_i]", "years": "a", "tonnes": "t", "°C": "Cel", "usd": "USD", "Euro": "EUR",
            "dollars": "USD", "€": "EUR", "votes": "{votes}", "registered voters": "{registered_voters}",
        }.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_quantity_is_refused_where_it_stands(desk: Desk, case: str) -> None:
    quantity, pointer, said, meant = REFUSED[case]

    answer = desk.send("POST", "claims", {"id": "x", **CLAIM, "quantities": [TURNOUT, quantity]})

    assert answer.status_code == 422
    [fault] = answer.get_json()["errors"]
    assert fault["pointer"] == f"/quantities/1{pointer}"
    assert said in fault["detail"]
    assert fault.get("did_you_mean") == meant


def test_a_quantity_stands_once(desk: Desk) -> None:
    answer = desk.send("POST", "claims", {"id": "x", **CLAIM, "quantities": [TURNOUT, TURNOUT]})

    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/quantities/1"]


def test_dates_have_quantities_too(desk: Desk) -> None:
    date = {"id": "x", "title": "Quake", "kind": "disaster", "when": "2024", "citations": CLAIM["citations"]}
    dead = _stated(of="dead", low="80", high="120", unit="{dead}")

    created = desk.send("POST", "dates?publish=true", {**date, "quantities": [dead]})

    assert created.status_code == 201, created.text
    found = desk.read("dates", unit="{dead}", quantity_min=100)["data"]
    assert [record["id"] for record in found] == ["x"]
    assert desk.read("search", q="dead", type="date", unit="{dead}")["data"][0]["id"] == "x"


# What finds them

#: Claims by their quantities, and what finds them.
STATED = {
    "hundred-hectares": _stated(value="100", unit="har"),
    "one-km2": _stated(value="1.00", unit="km2"),
    "wide": _stated(low="0.5", high="40", unit="km2"),
    "frost": _stated(value="-20", unit="Cel"),
    "mild": _stated(value="41", unit="[degF]"),
    "owed": _stated(value="-1000.5", unit="EUR"),
    "owned": _stated(value="1000.5", unit="EUR"),
    "owned-in-dollars": _stated(value="1000.5", unit="USD"),
    "thousands": _stated(value="2.5", unit="10*3{people}"),
    "tiny": _stated(value="0.000000000000000000001", unit="t"),
    "bits": _stated(value="1", unit="[pH]"),
}
FOUND = {
    "unit=m2": ["hundred-hectares", "one-km2", "wide"],
    "unit=km2&quantity_min=1&quantity_max=1": ["hundred-hectares", "one-km2", "wide"],
    "unit=km2&quantity_min=1.0000000001": ["wide"],
    "unit=har&quantity_max=99": ["wide"],
    "unit=km2&quantity_max=0.4": [],
    "unit=Cel&quantity_max=-20": ["frost"],
    "unit=Cel&quantity_min=5&quantity_max=5": ["mild"],
    "unit=K&quantity_min=253.15&quantity_max=278.15": ["frost", "mild"],
    "unit=EUR": ["owed", "owned"],
    "unit=EUR&quantity_min=-1000.5&quantity_max=0": ["owed"],
    "unit=EUR&quantity_min=-1000.4": ["owned"],
    "unit=EUR&quantity_min=1000.5": ["owned"],
    "unit=EUR&quantity_min=1000.5000000000000001": [],
    "unit=USD&quantity_min=1": ["owned-in-dollars"],
    "unit={people}&quantity_min=2500&quantity_max=2500": ["thousands"],
    "unit={People}": ["thousands"],
    "unit=1&quantity_min=2500&quantity_max=2500": [],
    "unit=fg&quantity_max=1": ["tiny"],
    "unit=[pH]": ["bits"],
}


@pytest.fixture
def stated(desk: Desk) -> Desk:
    """The dossier with these claims."""
    for record_id, quantity in STATED.items():
        _published(desk, record_id, quantity)
    return desk


def test_a_filter_by_quantity_finds_what_is_meant_now_and_then(stated: Desk) -> None:
    then = stated.last()
    now = {asked: [i for i in _ids(stated, asked) if i in STATED] for asked in FOUND}
    for record_id in STATED:
        note = {"kind": "error", "note": "No number."}
        tag = stated.client.get(f"/v1/claims/{record_id}").headers["ETag"]
        patch = {"quantities": None, "correction": note}
        assert stated.send("PATCH", f"claims/{record_id}", patch, If_Match=tag).status_code == 200

    later = {asked: [i for i in _ids(stated, asked) if i in STATED] for asked in FOUND}
    past = {asked: [i for i in _ids(stated, f"{asked}&as_of=seq:{then}") if i in STATED] for asked in FOUND}

    assert now == {asked: sorted(ids) for asked, ids in FOUND.items()}
    assert past == now
    assert not any(later.values())
    assert facts("doctor", "--db", url_of(stated.path)).stdout == "everything agrees\n"


def test_a_facet_of_units_counts_what_each_finds(stated: Desk) -> None:
    counted = stated.read("claims", facets="unit", limit=1)["facets"]["unit"]["values"]

    assert {"m2", "K", "EUR", "USD", "{people}", "g", "[pH]"} <= {value["value"] for value in counted}
    for value in counted:
        total = stated.read("claims", unit=value["value"], count="true", limit=1)["page"]["total"]
        assert total == value["count"]


def test_bounds_unit_and_label_mean_one_quantity(desk: Desk) -> None:
    depth = _stated(of="Depth  of the lake", value="9", unit="m")
    _published(desk, "two", _stated(value="1", unit="m"), depth)

    assert "two" in _ids(desk, "unit=m&quantity_of=depth of the lake&quantity_min=8")
    assert "two" not in _ids(desk, "unit=m&quantity_of=depth of the lake&quantity_max=8")
    assert "two" not in _ids(desk, "unit=m&quantity_of=depth")

    assert "two" not in _ids(desk, "unit=m&quantity_min=2&quantity_max=8")
    assert "two" in _ids(desk, "unit=cm&quantity_min=800&quantity_max=1000")


ASKED_WRONGLY = {
    "quantity_min=3": ("quantity_min", "quantity_min means nothing without unit: give both"),
    "quantity_of=x": ("quantity_of", "quantity_of means nothing without unit: give both"),
    "quantity_max=3": ("quantity_max", "quantity_max means nothing without unit: give both"),
    "unit=percent": ("unit", 'unit: "percent" is no unit; did you mean "%"?'),
    "unit=m&quantity_min=much": ("quantity_min", 'quantity_min: "much" is no decimal number'),
    "unit=m&quantity_min=3&quantity_max=2": ("quantity_max", "quantity_max is less than quantity_min"),
}


@pytest.mark.parametrize("asked", ASKED_WRONGLY)
def test_what_asks_for_no_quantity_is_told_so(desk: Desk, asked: str) -> None:
    parameter, said = ASKED_WRONGLY[asked]

    answer = desk.client.get(f"/v1/claims?{asked}")

    assert answer.status_code == 400
    [fault] = answer.get_json()["errors"]
    assert fault["parameter"] == parameter
    assert fault["detail"].startswith(said)


# Beside others

_PERCENT = _stated(of="turnout", value="48.79", unit="%")
_VOTERS = _stated(of="turnout", value="51666697", out_of="105886064", unit="{voters}")
#: One quantity, another, and what comparing them comes to: result, unit, value, other, difference.
BESIDE: dict[str, tuple[Json, Json, tuple[str | None, ...]]] = {
    "a hundredth apart": (
        _PERCENT, {**_PERCENT, "value": "48.80"}, ("differing", "%", "48.79", "48.80", "0.01"),
    ),
    "known less precisely": (
        _PERCENT, {**_PERCENT, "value": "48.8"}, ("agreeing", "%", "48.79", "48.8", "0.01"),
    ),
    "a part of a whole": (
        _PERCENT, _VOTERS, ("agreeing-by-arithmetic", "%", "48.79", "48.7946147474", "0.0046147474"),
    ),
    "a whole and its part": (
        _VOTERS, _PERCENT, ("agreeing-by-arithmetic", "%", "48.7946147474", "48.79", "-0.0046147474"),
    ),
    "another part of a whole": (
        {**_PERCENT, "value": "48.80"}, _VOTERS,
        ("differing", "%", "48.80", "48.7946147474", "-0.0053852526"),
    ),
    "parts of wholes": (
        _stated(value="1", out_of="3", unit="{seats}"), _stated(value="200", out_of="600", unit="{votes}"),
        ("agreeing-by-arithmetic", "%", "33.3333333333", "33.3333333333", "0"),
    ),
    "other units": (
        _stated(value="100", unit="har"), _stated(value="1.0", unit="km2"),
        ("agreeing", "har", "100", "100", "0"),
    ),
    "another zero": (
        _stated(value="20", unit="Cel"), _stated(value="68", unit="[degF]"),
        ("agreeing", "Cel", "20", "20", "0"),
    ),
    "a range": (
        _stated(low="80", high="120", unit="{dead}"), _stated(value="120", unit="{dead}"),
        ("agreeing", "{dead}", None, "120", None),
    ),
    "beyond a range": (
        _stated(low="80", high="120", unit="{dead}"), _stated(value="121", unit="{dead}"),
        ("differing", "{dead}", None, "121", None),
    ),
    "at least": (
        _stated(low="100", unit="{dead}"), _stated(value="5000", unit="{dead}"),
        ("agreeing", "{dead}", None, "5000", None),
    ),
    "less than at least": (
        _stated(low="100", unit="{dead}"), _stated(value="99", unit="{dead}"),
        ("differing", "{dead}", None, "99", None),
    ),
    "round": (
        _stated(value="1200000", unit="{dead}"), _stated(value="1214000", unit="{dead}"),
        ("differing", "{dead}", "1200000", "1214000", "14000"),
    ),
    "round and approximate": (
        _stated(value="1200000", unit="{dead}", approximate=True), _stated(value="1214000", unit="{dead}"),
        ("agreeing", "{dead}", "1200000", "1214000", "14000"),
    ),
    "an exponent": (
        _stated(value="1.2E6", unit="{dead}"), _stated(value="1214000", unit="{dead}"),
        ("agreeing", "{dead}", "1.2E6", "1214000", "14000"),
    ),
    "nouns": (
        _stated(value="5", unit="{dead}"), _stated(value="5", unit="{injured}"),
        ("not-compared", None, None, None, None),
    ),
    "a currency and a share": (
        _stated(value="5", unit="EUR"), _stated(value="5", unit="%"),
        ("not-compared", None, None, None, None),
    ),
}  # fmt: skip


def _compared(desk: Desk, one: Json, other: Json, dates: tuple[Json, Json] = ({}, {})) -> Json:
    """The only comparison of two claims about Japan."""
    for record_id, quantity, more in zip(("one", "other"), (one, other), dates, strict=True):
        body = {"id": record_id, **CLAIM, "about": {"parties": ["japan"]}, "quantities": [quantity], **more}
        assert desk.send("POST", "claims?publish=true", body).status_code == 201
    [quantity] = desk.read("claims/one/quantities")["quantities"]
    [found] = quantity["compared"]
    assert found["claim"]["id"] == "other"
    assert found["shared"] == ["japan"]
    return dict(found)


@pytest.mark.parametrize("case", BESIDE)
def test_quantities_agree_as_far_as_their_digits_go(desk: Desk, case: str) -> None:
    one, other, expected = BESIDE[case]

    found = _compared(desk, {**one, "of": "x"}, {**other, "of": " X"[1:].lower()})

    assert tuple(found[name] for name in ("result", "unit", "value", "other", "difference")) == expected
    assert bool(found["why"]) == (expected[0] == "not-compared")


MONEY = {
    "one year": ({"valid": "2019-03"}, {"valid": "2019"}, "differing", None),
    "the year that it was said in": ({"said": "2019"}, {"valid": "2019", "said": "2018"}, "differing", None),
    "two years": ({"valid": "2018"}, {"valid": "2019"}, "not-compared", "EUR of 2018 and of 2019"),
    "no year": ({}, {"valid": "2019"}, "not-compared", "EUR of a year that is not recorded"),
    "a span of years": ({"valid": "2018/2019"}, {"valid": "2019"}, "not-compared", "not recorded"),
}


@pytest.mark.parametrize("case", MONEY)
def test_money_is_compared_within_one_year(desk: Desk, case: str) -> None:
    one, other, result, why = MONEY[case]
    money = _stated(of="price", value="5.3E9", unit="EUR")

    found = _compared(desk, money, {**money, "value": "5.5E9"}, (one, other))

    assert found["result"] == result
    assert (why or "") in (found["why"] or "")


ANOTHER = "another time may have another number"
TIMES = {
    "one": ("2017-09/2017-12", "2017-09/2017-12", True),
    "more or less exactly": ("2017-09-20/2017-12", "2017-09/2017-12-31", True),
    "a day in a month": ("2017-09", "2017-09-20", True),
    "a year as a span": ("2017", "2017-01/2017-12", True),
    "an end that is not known": ("2017-09/", "2017-09/2018-02", True),
    "not stated": (None, "2017", True),
    "further months": ("2017-09/2017-12", "2017-09/2018-02", False),
    "a month of them": ("2017-09", "2017-09/2018-02", False),
    "two months": ("2017-09", "2017-10", False),
    "an open end": ("2017-09/..", "2017-09/2018-02", False),
}


@pytest.mark.parametrize("case", TIMES)
def test_figures_of_other_times_are_not_compared(desk: Desk, case: str) -> None:
    one, other, same = TIMES[case]
    dead = _stated(of="dead", value="64", unit="{dead}")

    found = _compared(desk, dead, {**dead, "value": "2975"}, ({"valid": one}, {"valid": other}))

    assert found["valid"]["edtf"] == other
    assert found["result"] == ("differing" if same else "not-compared")
    assert (found["why"] or "") == ("" if same else f"it is of {one}, the other of {other}: {ANOTHER}")


def test_only_claims_that_share_subject_and_label_are_beside_each_other(desk: Desk) -> None:
    beside = {"about": {"dates": ["upper-house-election-2019"]}}
    for record_id, more, label in (
        ("same", beside, "Turnout"),
        ("of-something-else", {"about": {"parties": ["russia"]}}, "turnout"),
        ("otherwise-called", beside, "valid votes"),
        ("about-nothing", {}, "turnout"),
    ):
        body = {"id": record_id, **CLAIM, **more, "quantities": [{**TURNOUT, "of": label}]}
        assert desk.send("POST", "claims?publish=true", body).status_code == 201

    found = desk.read("claims/turnout-48-79/quantities")

    assert [[c["claim"]["id"] for c in q["compared"]] for q in found["quantities"]] == [
        ["turnout-48-79", "same", "turnout-48-80"],
        ["turnout-48-79", "same", "turnout-48-80"],
    ]
    assert not found["truncated"]
    assert desk.read("claims/about-nothing/quantities")["quantities"][0]["compared"] == []


def test_what_stood_beside_a_claim_is_told_of_then(desk: Desk) -> None:
    then = desk.last()
    before = desk.read("claims/turnout-48-80/quantities")
    tag = desk.client.get("/v1/claims/turnout-48-79").headers["ETag"]
    reason = {"kind": "error", "note": "Miscounted."}
    assert desk.send("POST", "claims/turnout-48-79/retract", reason, If_Match=tag).status_code == 200

    now = desk.read("claims/turnout-48-80/quantities")
    past = desk.read("claims/turnout-48-80/quantities", as_of=f"seq:{then}")

    assert [quantity["compared"] for quantity in now["quantities"]] == [[]]
    assert past["quantities"] == before["quantities"]
    assert [c["result"] for c in past["quantities"][0]["compared"]] == ["differing", "differing"]
