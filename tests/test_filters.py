"""Filters as SQL: what each kind asks of its keys, now and at a moment of the past; what may be declared."""

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from peewee import SqliteDatabase

from api.endpoints.parameters import collection_parameters
from api.records.core import filters as kinds
from api.records.core.filters import Filter, Keys, RegistryError, each, one, where
from api.records.core.registry import BY_PLURAL, CLAIM, TYPES
from api.records.core.state import FOREVER, Moment, State
from schemas.query import QueryError, read_query
from schemas.vocabularies import CLAIM_KINDS

NOW = State(SqliteDatabase(":memory:"))
THEN = State(NOW.database, moment=Moment("seq:7", 7))
KEYS = "SELECT k.record FROM filter_key k WHERE k.type = ? AND k.filter = ? AND {holds}"
DATES = "SELECT d.record FROM date_key d WHERE d.type = ? AND d.field = ? AND d.missing = 0 AND"
HOLDS_NOW, HELD_THEN = f"until = {FOREVER}", "since <= ? AND {row}.until > ?"

#: What is asked -> the condition (`{keys}`: the keys of the filter), and the values behind type and filter.
CONDITIONS = {
    ("claims", "kind=demand"): ("r.id IN ({keys} AND k.value IN (?))", ["demand"]),
    ("claims", "kind=demand,denial"): ("r.id IN ({keys} AND k.value IN (?, ?))", ["demand", "denial"]),
    ("claims", "kind.not=demand"): ("r.id NOT IN ({keys} AND k.value IN (?))", ["demand"]),
    ("claims", "about=merged,tass"): ("r.id IN ({keys} AND k.value IN (?, ?))", ["survivor", "tass"]),
    ("claims", "about=merged,survivor"): ("r.id IN ({keys} AND k.value IN (?))", ["survivor"]),
    ("claims", "question=q"): ("r.id IN ({keys} AND k.value IN (?))", ["q"]),
    ("claims", "origins_min=2"): ("r.id IN ({keys} AND k.value >= ?)", ["000002"]),
    ("sources", "held=true"): ("r.id IN ({keys} AND k.value IN (?))", ["true"]),
    ("sources", "held=false"): ("r.id IN ({keys} AND k.value IN (?))", ["false"]),
    ("claims", "held=true"): ("r.id IN ({keys} AND k.value IN (?))", ["true"]),
    ("claims", "check.not=exact"): ("r.id NOT IN ({keys} AND k.value IN (?))", ["exact"]),
    ("claims", "assessment=refuted"): ("r.id IN ({keys} AND k.value IN (?))", ["refuted"]),
    ("sources", "language=ja"): ("r.id IN ({keys} AND k.value IN (?))", ["ja"]),
    ("parties", "country=JP"): ("r.id IN ({keys} AND k.value IN (?))", ["JP"]),
}


@pytest.mark.parametrize("state", [NOW, THEN], ids=["now", "then"])
@pytest.mark.parametrize("case", CONDITIONS, ids=lambda case: "?".join(case))
def test_a_filter_is_a_condition_on_its_keys(case: tuple[str, str], state: State) -> None:
    plural, asked = case
    condition, values = CONDITIONS[case]
    record_type = BY_PLURAL[plural]
    query = read_query(parse_qsl(asked), collection_parameters(record_type))

    (found,) = where(record_type.filters, state, record_type.name, query, {"merged": "survivor"})

    holds, bound = _holds(state, "k")
    name = asked.partition("=")[0].removesuffix(".not")
    assert found.text == condition.format(keys=KEYS.format(holds=holds))
    assert list(found.values) == [record_type.name, name, *bound, *values]


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
    "name", ["limit", "after", "sort", "count", "q", "said", "match", "as_of", "origins_min"]
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


def test_the_half_of_a_pair_narrows_the_other_and_stands_alone_by_itself() -> None:
    both = _conditions("via=tass&role=quoted")
    alone = _conditions("role=quoted")

    assert [c.text.count("filter_key") for c in both] == [1]
    assert both[0].text.endswith("AND k.value IN (?) AND k.qualifier IN (?))")
    assert both[0].values[-2:] == ("tass", "quoted")
    assert alone[0].values == ("claim", "role", "quoted")


def test_all_asks_for_each_value_and_is_never_half_of_a_pair() -> None:
    conditions = _conditions("via.all=tass,nhk&via=ap&role=quoted")

    assert [c.values[-1] for c in conditions] == ["quoted", "tass", "nhk"]
    assert not any("qualifier" in c.text for c in conditions[1:])


@pytest.mark.parametrize(
    ("match", "bounds"), [("possible", ("earliest", "latest")), ("certain", ("low", "high"))]
)
def test_a_date_touches_a_range_by_its_bounds(match: str, bounds: tuple[str, str]) -> None:
    (condition,) = _conditions(f"said=2019-07&match={match}")

    low, high = bounds
    assert f"{DATES} d.{low} <= ? AND d.{high} >= ?" in condition.text
    assert condition.values[-2:] == ("2019-07-31", "2019-07-01")


def _conditions(asked: str) -> list[kinds.Sql]:
    query = read_query(parse_qsl(asked), collection_parameters(CLAIM))
    return where(CLAIM.filters, NOW, "claim", query, {})


def _holds(state: State, row: str) -> tuple[str, list[int]]:
    if state.moment is None:
        return f"{row}.{HOLDS_NOW}", []
    return f"{row}.{HELD_THEN.format(row=row)}", [7, 7]


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
        "about.all", "administered_by.all", "check.all", "claimed_by.all", "derived_from.all", "dossier.all",
        "member_of.all", "origin.all", "participant.all", "participant_role.all", "place.all", "question.all",
        "relation.all", "role.all", "source.all", "stance.all", "standing.all", "via.all",
        "within.all",
    }  # fmt: skip


def test_keys_of_a_pair_carry_the_other_half() -> None:
    answers = {"answers": [{"question": "q", "stance": "denies"}, {"question": "p", "stance": "affirms"}]}
    document = {**answers, "position_of": "japan"}

    assert list(each("answers", "question", "stance").of(document, {})) == [("q", "denies"), ("p", "affirms")]
    assert list(one("position_of").of(document, {})) == [("japan", "")]
    assert list(one("nothing").of(document, {})) == []
    assert Keys(lambda d, c: [("a", "")]).several
