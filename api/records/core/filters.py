"""Kinds of filters, one class each: its parameter, its keys, its condition, its echo, its facets.

A filter is declared in the registry on one line. It derives the values that a record is found by (its keys),
which stand in `term` and `filter_key`, `date_key` and `posting`, and finds the records again that have them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from schemas import query as q
from schemas.base import Json
from schemas.query import DateRange, Parameter, Query
from schemas.vocabularies import Vocabulary

from .sql import Sql, joined, sql
from .state import State

#: A value that a record is found by, and the other half of a pair, or ''.
Key = tuple[str, str]
#: What each id of a query stands for in the state asked: itself, or the record that it was merged into.
Survivors = Mapping[str, str]
#: Lengths of time that a date facet counts by.
DATE_STEPS = ("year", "decade", "month")


class RegistryError(TypeError):
    """A declaration of the registry is incomplete or contradicts another; the message names it."""


@dataclass(frozen=True)
class Keys:
    """How keys are derived from a document and its computed members; `several`: a record can have more
    than one."""

    of: Callable[[Json, Json], Iterable[Key]]
    several: bool = True


class Index(Protocol):
    """Queries for the numbers of records in a state, by their keys. Conditions are on `k`, a term, or the
    row of a date."""

    @property
    def state(self) -> State:
        """The state that is asked."""

    def having(self, record_type: str, name: str, condition: Sql) -> Sql:
        """The records of a type that have a key of a filter that meets a condition."""

    def dated(self, record_type: str, name: str, value: DateRange, match: str) -> Sql:
        """The records of a type of which a date touches a range."""

    def with_ids(self, ids: Sql) -> Sql:
        """The records of these ids."""


@dataclass(frozen=True)
class Part:
    """The query for the numbers of the records that one parameter asks for; `without`: that it leaves out."""

    query: Sql
    without: bool = False


NO_KEYS = Keys(lambda document, computed: ())


def one(path: str) -> Keys:
    """The key of a single value in the document."""
    return Keys(lambda document, _: [(document[path], "")] if document.get(path) else [], several=False)


def each(path: str, member: str | None = None, qualifier: str | None = None) -> Keys:
    """Keys of each member of a list in the document; of `member` of each, paired with `qualifier`."""
    if member is None:
        return Keys(lambda document, _: [(value, "") for value in document.get(path, ())])
    return Keys(
        lambda document, _: [
            (value[member], value.get(qualifier, "") if qualifier else "")
            for value in document.get(path, ())
            if value.get(member)
        ]
    )


def derived(name: str) -> Keys:
    """Keys of each member of a computed list."""
    return Keys(lambda _, computed: [(value, "") for value in computed.get(name, ())])


@dataclass(frozen=True)
class Filter:
    """A query parameter of a collection, and what records are found by with it. Each kind is a subclass.

    `pairs_with` names the filter whose qualifier this one narrows, where both are given.
    """

    name: str
    description: str
    source: Keys = NO_KEYS
    pairs_with: str | None = None

    #: Whether keys are ids of records, which follow mergers.
    names_records: ClassVar[bool] = False
    #: Whether `name.not` is a parameter too.
    negatable: ClassVar[bool] = True
    #: Whether it is derived from a date of the record instead of keys.
    dated: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if type(self) is Filter:
            raise RegistryError(f'filter "{self.name}": declare it with the class of its kind')
        if missing := self.missing():
            raise RegistryError(f'filter "{self.name}": a {type(self).__name__} filter needs {missing}')

    def missing(self) -> str | None:
        """What the declaration lacks, or None."""
        return "keys" if self.source is NO_KEYS else None

    def keys(self, document: Json, computed: Json) -> Iterable[Key]:
        """The values that a record is found by, from its document and its computed members."""
        return self.source.of(document, computed)

    # Parameters

    def plain(self) -> Parameter:
        """The parameter that has the filter's own name."""
        raise NotImplementedError

    @property
    def several(self) -> bool:
        """Whether `name.all` is a parameter too: a record can have several of its values."""
        return self.negatable and self.source.several

    def parameters(self) -> list[Parameter]:
        """Every parameter that belongs to the filter."""
        plain, found = self.plain(), [self.plain()]
        if self.negatable:
            text = f"All that `{self.name}` with the same value leaves out, records without a value included."
            found.append(replace(plain, name=f"{self.name}.not", description=text, default=None))
        if self.several:
            text = f"Records that have every one of these values of `{self.name}`."
            found.append(replace(plain, name=f"{self.name}.all", description=text, default=None))
        return found

    @property
    def facets(self) -> tuple[str, ...]:
        """What `facets=` takes for it."""
        return (self.name,)

    # Asking

    def echo(self, value: Any, survivors: Survivors) -> Any:
        """A value as understood."""
        return value

    def values(self, value: Any, survivors: Survivors) -> list[str]:
        """The keys that a value asks for."""
        return list(value)

    def parts(self, index: Index, record_type: str, query: Query, survivors: Survivors,
              narrower: "Filter | None") -> list[Part]:  # fmt: skip
        """What everything that the query gives for this filter asks for.

        `narrower`: the filter that pairs with this one, whose values then count for the same pair.
        """
        found: list[Part] = []
        if self.name in query.given and not (self.pairs_with and self.pairs_with in query.given):
            qualifiers = query[narrower.name] if narrower and narrower.name in query.given else None
            chosen = self.chosen(index, record_type, query[self.name], query, survivors, qualifiers)
            found.append(Part(chosen))
        if f"{self.name}.not" in query.given:
            chosen = self.chosen(index, record_type, query[f"{self.name}.not"], query, survivors, None)
            found.append(Part(chosen, without=True))
        if f"{self.name}.all" in query.given:
            for value in query[f"{self.name}.all"]:
                chosen = self.chosen(index, record_type, [value], query, survivors, None)
                found.append(Part(chosen))
        return found

    def chosen(self, index: Index, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """The query for the numbers of the records of a type that have one of the values asked for."""
        found = sql("k.value IN ({values})", values=self.values(value, survivors))
        if qualifiers is not None:
            found = sql("{found} AND k.qualifier IN ({qualifiers})", found=found, qualifiers=qualifiers)
        return index.having(record_type, self.name, found)


@dataclass(frozen=True)
class Ids(Filter):
    """Found by the ids of records of the types `to`, or of what these were merged into."""

    to: tuple[str, ...] = ()
    names_records: ClassVar[bool] = True

    def missing(self) -> str | None:
        """Keys, and the types that are named."""
        return super().missing() or (None if self.to else "the types that it names (`to`)")

    def plain(self) -> Parameter:
        """Ids, any of."""
        return q.ids(self.name, self.description)

    def echo(self, value: list[str], survivors: Survivors) -> list[str]:
        """The survivors, each once."""
        return self.values(value, survivors)

    def values(self, value: Any, survivors: Survivors) -> list[str]:
        """The survivors of the ids asked for, each once."""
        return list(dict.fromkeys(survivors.get(i, i) for i in value))


@dataclass(frozen=True)
class Questions(Ids):
    """Found by the ids of questions of dossiers."""

    to: tuple[str, ...] = ("question",)
    names_records: ClassVar[bool] = False


@dataclass(frozen=True)
class Terms(Filter):
    """Found by terms of a vocabulary."""

    vocabulary: Vocabulary | None = None

    def missing(self) -> str | None:
        """Keys, and the vocabulary."""
        return super().missing() or (None if self.vocabulary else "its `vocabulary`")

    def plain(self) -> Parameter:
        """Terms, any of."""
        assert self.vocabulary is not None
        return q.terms(self.name, self.description, self.vocabulary)


@dataclass(frozen=True)
class Languages(Filter):
    """Found by BCP 47 tags, exactly as recorded."""

    def plain(self) -> Parameter:
        """Tags, any of."""
        return q.languages(self.name, self.description)


@dataclass(frozen=True)
class Countries(Filter):
    """Found by ISO 3166 codes."""

    def plain(self) -> Parameter:
        """Codes, any of."""
        return q.countries(self.name, self.description)


@dataclass(frozen=True)
class Flag(Filter):
    """Found by whether something is so."""

    negatable: ClassVar[bool] = False

    def plain(self) -> Parameter:
        """`true` or `false`."""
        return q.flag(self.name, self.description)

    def values(self, value: Any, survivors: Survivors) -> list[str]:
        """The key of a truth."""
        return ["true" if value else "false"]


@dataclass(frozen=True)
class AtLeast(Filter):
    """Found by a whole number, up to `most`, that is at least what was asked for."""

    most: int = 1000
    negatable: ClassVar[bool] = False

    def plain(self) -> Parameter:
        """A whole number."""
        return q.number(self.name, self.description, 0, self.most)

    @property
    def facets(self) -> tuple[str, ...]:
        """Numbers are not counted by."""
        return ()

    def chosen(self, index: Index, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Records whose key is that number or a greater one."""
        return index.having(record_type, self.name, sql("k.value >= {least}", least=padded(value)))


def padded(number: int) -> str:
    """A whole number as a key: six digits, so that text compares like the number."""
    return f"{number:06d}"


@dataclass(frozen=True)
class Dated(Filter):
    """Found by a fuzzy date of the record that touches a range, possibly or certainly."""

    negatable: ClassVar[bool] = False
    dated: ClassVar[bool] = True

    def missing(self) -> str | None:
        """Nothing: a date is found by its bounds, which every date of the record has."""
        return None

    def plain(self) -> Parameter:
        """An EDTF date or interval."""
        return q.date_range(self.name, self.description)

    def echo(self, value: DateRange, survivors: Survivors) -> str:
        """The range as EDTF."""
        return value.edtf

    @property
    def facets(self) -> tuple[str, ...]:
        """Counts by year, decade and month."""
        return tuple(f"{self.name}.{step}" for step in DATE_STEPS)

    def chosen(self, index: Index, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Records whose date touches the range."""
        return index.dated(record_type, self.name, value, query["match"])


def touching(row: str, value: DateRange, match: str) -> Sql:
    """The condition that a row of dates possibly or certainly touches a range."""
    low, high = ("low", "high") if match == "certain" else ("earliest", "latest")
    condition = f"{row}.missing = 0 AND {row}.{low} <= {{last}} AND {row}.{high} >= {{first}}"
    return sql(condition, last=value.last, first=value.first)


#: The value of the term of what has no date; days come before it.
UNDATED = "undated"


#: Characters of a day in the qualifier of a term, in which each begins at its own place.
_DAY = len("2019-07-21")


def dated_term(missing: int, earliest: str, latest: str, low: str | None, high: str | None) -> Key:
    """The bounds of a date as value and qualifier of a term."""
    if missing:
        return UNDATED, ""
    bounds = [latest, low, high] if low and high else [latest]
    return earliest, "".join(f"{day:{_DAY}}" for day in bounds)


def bounds_of_term(value: str, qualifier: str) -> tuple[str, str, str | None, str | None]:
    """(earliest, latest, low, high) of the term of a date; `low` and `high` are None where it is in doubt."""
    latest, low, high = (qualifier[at : at + _DAY].strip() for at in (0, _DAY, 2 * _DAY))
    return value, latest, low or None, high or None


def term_touching(value: DateRange, match: str) -> Sql:
    """The condition that the term `k` of a date possibly or certainly touches a range: see `dated_term`."""
    if match == "certain":
        # Where it is in doubt there is nothing behind the first day.
        condition = "length(k.qualifier) > {day} AND substr(k.qualifier, {day} + 1, {day}) <= {last} "
        condition += "AND substr(k.qualifier, 2 * {day} + 1) >= {first}"
        return sql(condition, last=value.last, first=value.first, day=_DAY)
    condition = "k.value <= {last} AND k.qualifier >= {first}"
    return sql(condition, last=value.last, first=value.first)


@dataclass(frozen=True)
class Members(Ids):
    """Found by membership of a dossier that is followed through the record: what its dates and claims refer
    to, what that comes from or is part of, and, where `publishers`, who published these sources."""

    to: tuple[str, ...] = ("dossier",)
    publishers: bool = False

    def missing(self) -> str | None:
        """Nothing: membership changes with every reference, so there are no keys of it."""
        return None

    @property
    def facets(self) -> tuple[str, ...]:
        """What is found by following references has no counts by value, and half of them would be wrong."""
        return ()

    def chosen(self, index: Index, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Members of any of the dossiers, of every type."""
        members = _members(index.state, self.values(value, survivors))
        if not self.publishers:
            return index.with_ids(sql("{members} SELECT id FROM member", members=members))
        return index.with_ids(
            sql(
                "{members} SELECT id FROM member UNION SELECT COALESCE(p.merged_into, p.id) FROM member "
                "JOIN search_row n ON n.record = member.id "
                "JOIN reference u ON u.record = n.id AND u.role IN ('publisher', 'co_publishers') "
                "AND {holds} JOIN search_row o ON o.id = u.target "
                "JOIN {records} p ON p.id = o.record AND {stands}",
                members=members,
                holds=index.state.holds("u"),
                records=index.state.records,
                stands=index.state.stands("p"),
            )
        )


@dataclass(frozen=True)
class Within(Ids):
    """Found by an id that `of` finds records by, or by the id of a part of that, however deep.

    Parts are followed when they are asked for: where one changes its whole, nothing that names it is written,
    and the past keeps the parts of its time.
    """

    of: str = ""

    def missing(self) -> str | None:
        """The types, and the filter; there are no keys of its own."""
        return None if self.to and self.of else "the types that it names (`to`) and the filter `of`"

    @property
    def facets(self) -> tuple[str, ...]:
        """What is found by following references has no counts by value."""
        return ()

    def chosen(self, index: Index, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Records of which one of these ids, or of their parts, is named."""
        named = sql(
            _WITHIN,
            asked=joined(" UNION ", (sql("SELECT {i}", i=i) for i in self.values(value, survivors))),
            types=self.to,
            records=index.state.records,
            stands=index.state.stands("p"),
            holds=index.state.holds("u"),
        )
        return index.having(record_type, self.of, named)


#: Down from wholes to parts, retracted ones too; a merged one is a part no more, its survivor is asked.
_WITHIN = """
k.value IN (WITH RECURSIVE part(id) AS (
    {asked}
    UNION
    SELECT n.record FROM part
    CROSS JOIN term t ON t.type IN ({types}) AND t.filter = 'part_of' AND t.value = part.id
    CROSS JOIN filter_key u ON u.term = t.id AND {holds} CROSS JOIN search_row n ON n.id = u.record
    CROSS JOIN {records} p ON p.id = n.record AND p.merged_into IS NULL AND {stands}
) SELECT id FROM part)"""


#: Who refers from a published date or claim of the dossier; then up, by what comes from what.
_MEMBERS = """
WITH RECURSIVE asked(id) AS (
    SELECT a.id FROM {records} a WHERE (a.id IN ({dossiers}) OR a.merged_into IN ({dossiers})) AND {a_stands}
), named(id) AS (
    {named}
), member(id) AS (
    SELECT COALESCE(m.merged_into, m.id) FROM named JOIN {records} m ON m.id = named.id AND {m_stands}
    UNION
    SELECT COALESCE(t.merged_into, t.id)
    FROM member JOIN search_row n ON n.record = member.id
    JOIN reference u ON u.record = n.id AND u.role IN ('derived_from.source', 'part_of') AND {u_holds}
    JOIN search_row o ON o.id = u.target JOIN {records} t ON t.id = o.record AND {t_stands}
)"""


#: As it is counted now; of the past, without what records that have changed since name now, and with what
#: they named then.
_NAMED_NOW = Sql("SELECT c.target FROM asked JOIN dossier_mention c ON c.dossier = asked.id")
_NAMED_THEN = """
    SELECT e.record FROM (SELECT n.target FROM (
        SELECT s.id AS target, c.records AS records
        FROM asked JOIN dossier_mention c ON c.dossier = asked.id JOIN search_row s ON s.record = c.target
        UNION ALL SELECT b.target, -1 FROM ({named_now}) b
        UNION ALL SELECT a.target, 1 FROM ({named_then}) a
    ) n GROUP BY n.target HAVING SUM(n.records) > 0) m JOIN search_row e ON e.id = m.target
"""
_NAMED_BY_CHANGED = """
    SELECT DISTINCT d.record, d.target AS dossier, f.target AS target
    FROM (SELECT DISTINCT x.id FROM rendering x WHERE x.since > {commit}) changed
    CROSS JOIN search_row n ON n.record = changed.id
    CROSS JOIN reference d ON d.record = n.id AND d.role = 'dossiers' AND {d_holds}
    CROSS JOIN {records} o ON o.id = changed.id AND o.status = 'published' AND {o_stands}
    CROSS JOIN reference f ON f.record = d.record AND {f_holds}
    WHERE d.target IN (SELECT s.id FROM asked JOIN search_row s ON s.record = asked.id)
"""


def _named(state: State) -> Sql:
    """A query for what published dates and claims of the dossiers in `asked` name."""
    if state.moment is None:
        return _NAMED_NOW
    now = replace(state, moment=None)
    by_changed = {
        name: sql(
            _NAMED_BY_CHANGED,
            commit=state.moment.commit,
            records=of.records,
            o_stands=of.stands("o"),
            d_holds=of.holds("d"),
            f_holds=of.holds("f"),
        )
        for name, of in (("named_now", now), ("named_then", state))
    }
    return sql(_NAMED_THEN, **by_changed)


def _members(state: State, dossiers: list[str]) -> Sql:
    """The members of dossiers as the table `member` (docs/model.md)."""
    return sql(
        _MEMBERS,
        records=state.records,
        dossiers=dossiers,
        named=_named(state),
        u_holds=state.holds("u"),
        **{f"{row}_stands": state.stands(row) for row in "amt"},
    )


def filter_parameters(filters: Sequence[Filter]) -> list[Parameter]:
    """The parameters of some filters; the filters' own first, then what is made of them."""
    found = [parameter for declared in filters for parameter in declared.parameters()]
    return sorted(found, key=lambda parameter: parameter.name.count("."))


def named(filters: Iterable[Filter], parameter: str) -> Filter | None:
    """The filter that a parameter belongs to, such as `kind.not`."""
    name = parameter.partition(".")[0]
    return next((f for f in filters if f.name == name), None)


def narrower_of(filters: Iterable[Filter], name: str) -> Filter | None:
    """The filter that pairs with the one of this name."""
    return next((f for f in filters if f.pairs_with == name), None)


def parts_of(
    filters: Sequence[Filter], index: Index, record_type: str, query: Query, survivors: Survivors
) -> list[Part]:
    """What everything that a query gives for some filters of a type asks for."""
    # Most queries give few of the filters that there are.
    wanted = {name.partition(".")[0] for name in query.given}
    return [
        part
        for declared in filters
        if declared.name in wanted
        for part in declared.parts(index, record_type, query, survivors, narrower_of(filters, declared.name))
    ]
