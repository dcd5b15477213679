"""Fuzzy dates: what is read, what is refused, and what matches a range, against a brute-force oracle."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from api.records.core.registry import DATE, PARTY, SOURCE
from api.records.store.database import migrate, open_database
from schemas.fuzzy_date import FuzzyDate, FuzzyDateError, filter_range

from .conftest import client_of, put
from .places import url_of

# What is read


@pytest.mark.parametrize(
    ("edtf", "earliest", "latest", "precision", "certainty", "display"),
    [
        ("2019-07-21", "2019-07-21", "2019-07-21", "day", "certain", "21 July 2019"),
        ("2018-11", "2018-11-01", "2018-11-30", "month", "certain", "November 2018"),
        ("2020-02", "2020-02-01", "2020-02-29", "month", "certain", "February 2020"),
        ("1956", "1956-01-01", "1956-12-31", "year", "certain", "1956"),
        ("201X", "2010-01-01", "2019-12-31", "decade", "certain", "2010s"),
        ("19XX", "1900-01-01", "1999-12-31", "century", "certain", "1900–1999"),
        ("2018-XX", "2018-01-01", "2018-12-31", "year", "certain", "2018"),
        ("2018-11-XX", "2018-11-01", "2018-11-30", "month", "certain", "November 2018"),
        ("2019-06?", "2019-06-01", "2019-06-30", "month", "uncertain", "June 2019 (uncertain)"),
        ("2022-03-22~", "2022-03-22", "2022-03-22", "day", "approximate", "about 22 March 2022"),
        ("1904%", "1904-01-01", "1904-12-31", "year", "uncertain-and-approximate", "about 1904 (uncertain)"),
        ("2004-03-09/..", "2004-03-09", None, "interval", "certain", "from 9 March 2004 on"),
        ("../2025-10", None, "2025-10-31", "interval", "certain", "up to October 2025"),
        ("1956/", "1956-01-01", None, "interval", "certain", "from 1956 to an unknown end"),
        ("198X/199X", "1980-01-01", "1999-12-31", "interval", "certain", "from the 1980s to the 1990s"),
        ("2004-06-11%", "2004-06-11", "2004-06-11", "day", "uncertain-and-approximate", None),
        ("1985-XX-XX", "1985-01-01", "1985-12-31", "year", "certain", "1985"),
        ("1964/2008", "1964-01-01", "2008-12-31", "interval", "certain", None),
        ("2004-02-01/2005", "2004-02-01", "2005-12-31", "interval", "certain", None),
        ("/2006", None, "2006-12-31", "interval", "certain", "from an unknown start to 2006"),
        ("1984~/2004-06", "1984-01-01", "2004-06-30", "interval", "approximate", None),
        ("2012?/2020~", "2012-01-01", "2020-12-31", "interval", "uncertain-and-approximate", None),
    ],
)
def test_a_date_shows_its_strict_bounds(
    edtf: str, earliest: str | None, latest: str | None, precision: str, certainty: str, display: str | None
) -> None:
    shown = FuzzyDate.parse(edtf).to_json()

    assert (shown["earliest"], shown["latest"]) == (earliest, latest)
    assert (shown["precision"], shown["certainty"]) == (precision, certainty)
    assert display in (None, shown["display"])


def test_an_interval_shows_its_ends() -> None:
    shown = FuzzyDate.parse("2012?/..").to_json()

    assert shown["start"] == FuzzyDate.parse("2012?").to_json()
    assert shown["end"] == "open"


# What is refused

REFUSED = {
    "2019-13": "months run from 01 to 12",
    "2019-02-30": "no such day",
    "2019-21": "hemisphere",
    "2019-07-21T10:00": "times of day",
    "[2019,2020]": "level 2",
    "{2019..2020}": "level 2",
    "2004-06?-11": "level 2",
    "0000": "0001 to 9999",
    "-0044": "0001 to 9999",
    "Y17000": "0001 to 9999",
    "2019/2018": "ends before it starts",
    "../..": "known date",
    "/": "known date",
    "2019-7": "two digits",
    "21.07.2019": "starts with its year",
    "July 2019": "EDTF",
    "": "EDTF",
    "2019-07-21/open": "two dots",
    "2010-21": "such as 2010-03/2010-05",
    "2010-22?": "such as 2010-06/2010-08",
    "2010-23": "such as 2010-09/2010-11",
    "2010-24": "such as 2010-12/2011-02",
    "9999-24": "hemisphere",
    "2010-25": "write 2010-03/2010-05",
    "2010-28": "write 2010-12/2011-02",
    "2010-29": "write 2010-09/2010-11",
    "2010-32": "write 2010-06/2010-08",
    "2010-33": "write 2010-01/2010-03",
    "2010-36~": "write 2010-10/2010-12",
    "2010-37": "write 2010-01/2010-04",
    "2010-39": "write 2010-09/2010-12",
    "2010-40": "write 2010-01/2010-06",
    "2010-41": "write 2010-07/2010-12",
    "2010-23/2011": "such as 2010-09/2010-11",
    "0000-01-13": "0001 to 9999",
    "0000-02-30": "0001 to 9999",
    "0000-13": "0001 to 9999",
    "0000-23": "0001 to 9999",
    "0000-01/2000": "0001 to 9999",
    "0000?": "0001 to 9999",
    "2XXX": "last digits",
    "1985-04-12T23:20:30Z": "write the day, 1985-04-12",
    "156X-12-25": "last digits",
    "XXXX-12": "last digits",
    "2019-02-29/2020": "no such day",
    "Y-17E7": "0001 to 9999",
    "1950S2": "level 2",
    "?2004-06": "EDTF",
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_a_refused_date_says_why_and_what_to_write(client: FlaskClient, text: str, reason: str) -> None:
    response = client.get("/v1/claims", query_string={"said": text})

    assert response.status_code == 400
    [error] = response.get_json()["errors"]
    assert error["parameter"] == "said"
    assert reason in error["detail"]
    assert "; write " in error["detail"]


@pytest.mark.parametrize("text", REFUSED)
def test_the_advice_of_a_refusal_can_be_followed(text: str) -> None:
    with pytest.raises(FuzzyDateError) as caught:
        FuzzyDate.parse(text)

    advised = re.findall(r"[0-9X]{4}[0-9X./-]*", str(caught.value).split("; write ")[1])
    assert advised
    for edtf in advised:
        FuzzyDate.parse(edtf.strip(".,") if not edtf.endswith("/..") else edtf)


@pytest.mark.machine
@given(st.one_of(st.text(max_size=30), st.from_regex(r"[0-9X/.?~%\[\]{}T:-]{0,25}")))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        read, said = FuzzyDate.parse(text).edtf, "; write "
    except FuzzyDateError as refusal:
        read, said = text, str(refusal)

    assert read == text
    assert "; write " in said


# What matches: every way in which a date can have fallen, tried one by one

DAYS = [date(2018, 12, 1) + timedelta(days=n) for n in range(150)]
EVER, NEVER = date(9000, 1, 1), date(1000, 1, 1)


def _days(part: str) -> list[date]:
    """The days on which a single date can lie: those of the small calendar, or its edges outside."""
    fuzzy = FuzzyDate.parse(part)
    assert fuzzy.earliest
    assert fuzzy.latest
    first, last = date.fromisoformat(fuzzy.earliest), date.fromisoformat(fuzzy.latest)
    inside = [day for day in DAYS if first <= day <= last]
    edges = [day for day in (first, last) if day not in DAYS]
    return inside + edges


@dataclass(frozen=True)
class Range:
    first: date
    last: date

    def touched_by(self, start: date, end: date) -> bool:
        return start <= self.last and end >= self.first


def _realisations(edtf: str) -> Iterator[tuple[date, date]]:
    """Every extent, first and last day, that a date can stand for."""
    if "/" not in edtf:
        yield from ((day, day) for day in _days(edtf))
        return
    start, end = edtf.split("/")
    unknown = [NEVER, *DAYS, EVER]
    starts = {"..": [NEVER], "": unknown}.get(start) or _days(start)
    ends = {"..": [EVER], "": unknown}.get(end) or _days(end)
    yield from ((s, e) for s in starts for e in ends if s <= e)


def _expected(edtf: str, asked: str, match: str) -> bool:
    first, last = filter_range(asked)
    wanted = Range(
        NEVER if first == "-" else date.fromisoformat(first),
        EVER if last == "~" else date.fromisoformat(last),
    )
    touches = [wanted.touched_by(start, end) for start, end in _realisations(edtf)]
    doubted = any(mark in edtf for mark in "?~%")
    return any(touches) if match == "possible" else all(touches) and not doubted


SINGLE = [
    "2019-01-15", "2019-02-01", "2019-02-28", "2018-12-31", "2019-01", "2019-02", "2019-03", "2018-12",
    "2019", "2018", "201X", "20XX", "2019-XX", "2019-02-XX",
]  # fmt: skip
QUALIFIED = [f"{part}{mark}" for part in ("2019-01-15", "2019-02", "2019") for mark in "?~%"]
ENDS = ["2019-01-15", "2019-02", "2019", "201X", "..", ""]


def _readable(edtf: str) -> bool:
    try:
        FuzzyDate.parse(edtf)
    except FuzzyDateError:
        return False
    return True


FORMS = [
    *SINGLE,
    *QUALIFIED,
    *(f"{s}/{e}" for s in [*ENDS, "2018-12-31"] for e in [*ENDS, "2019-03-01"] if _readable(f"{s}/{e}")),
    "2019-01?/2019-02~",
]
ASKED = [edtf for edtf in FORMS if not any(mark in edtf for mark in "?~%")]


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A record of one happening for each form of date."""
    path = tmp_path_factory.mktemp("calendar") / "facts.db"
    database = open_database(url_of(path))
    migrate(database)
    put(database, PARTY, {"press": {"name": "Press", "kind": "media-outlet"}})
    put(database, SOURCE, {"paper": {"title": "P", "kind": "book", "publisher": "press", "held": True}})
    date = {"citations": [{"source": "paper"}], "kind": "meeting"}
    put(database, DATE, {f"form-{n}": {**date, "title": f"Form {n}", "when": f} for n, f in enumerate(FORMS)})
    return client_of(path)


def _found(client: FlaskClient, asked: str, match: str) -> set[str]:
    response = client.get("/v1/dates", query_string={"when": asked, "match": match, "limit": 200})
    assert response.status_code == 200, response.text
    return {record["when"]["edtf"] for record in response.get_json()["data"]}


@pytest.mark.machine
@pytest.mark.parametrize("match", ["possible", "certain"])
@pytest.mark.parametrize("asked", ASKED)
def test_a_date_filter_finds_what_an_oracle_finds(calendar: FlaskClient, asked: str, match: str) -> None:
    expected = {edtf for edtf in FORMS if _expected(edtf, asked, match)}

    assert _found(calendar, asked, match) == expected


@st.composite
def ranges(draw: st.DrawFn) -> str:
    first, last = sorted((draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))))
    return f"{draw(st.sampled_from([first.isoformat(), '..', '']))}/{last.isoformat()}"


@pytest.mark.machine
@hypothesis_settings(max_examples=60)
@given(asked=ranges(), match=st.sampled_from(["possible", "certain"]))
def test_any_range_of_days_finds_what_an_oracle_finds(calendar: FlaskClient, asked: str, match: str) -> None:
    assert _found(calendar, asked, match) == {edtf for edtf in FORMS if _expected(edtf, asked, match)}


@pytest.mark.parametrize("sort", ["when", "-when"])
def test_dates_sort_by_their_bounds(calendar: FlaskClient, sort: str) -> None:
    response = calendar.get(f"/v1/dates?sort={sort}&limit=200")

    def key(when: dict[str, str | None]) -> tuple[str, str]:
        bounds = (when["earliest"] or "-", when["latest"] or "~")
        return bounds if sort == "when" else (bounds[1], bounds[0])

    keys = [key(record["when"]) for record in response.get_json()["data"]]
    assert keys == sorted(keys, reverse=sort == "-when")


def test_an_interval_with_an_unknown_end_surely_touches_its_first_year(calendar: FlaskClient) -> None:
    assert "2019-01-15/" in _found(calendar, "2019", "certain")
    assert "2019-01-15/" not in _found(calendar, "2019-02", "certain")
