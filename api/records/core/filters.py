"""Kinds of filters, one class each: its parameter, its keys, its condition, its echo, its facets.

A filter is declared in the registry on one line. It derives the values that a record is found by (its keys),
which stand in `filter_key` and `date_key`, and makes the condition that finds them again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

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

    def conditions(self, state: State, record_type: str, query: Query, survivors: Survivors,
                   narrower: "Filter | None") -> list[Sql]:  # fmt: skip
        """Conditions on `r`, a record's row, of everything that the query gives for this filter.

        `narrower`: the filter that pairs with this one, whose values then count for the same pair.
        """
        found: list[Sql] = []
        if self.name in query.given and not (self.pairs_with and self.pairs_with in query.given):
            qualifiers = query[narrower.name] if narrower and narrower.name in query.given else None
            chosen = self.chosen(state, record_type, query[self.name], query, survivors, qualifiers)
            found.append(sql("r.id IN ({chosen})", chosen=chosen))
        if f"{self.name}.not" in query.given:
            chosen = self.chosen(state, record_type, query[f"{self.name}.not"], query, survivors, None)
            found.append(sql("r.id NOT IN ({chosen})", chosen=chosen))
        if f"{self.name}.all" in query.given:
            for value in query[f"{self.name}.all"]:
                chosen = self.chosen(state, record_type, [value], query, survivors, None)
                found.append(sql("r.id IN ({chosen})", chosen=chosen))
        return found

    def chosen(self, state: State, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """A query for the ids of the records of a type that have one of the values asked for."""
        found = sql(
            "{keys} AND k.value IN ({values})",
            keys=self.found_by(state, record_type),
            values=self.values(value, survivors),
        )
        if qualifiers is None:
            return found
        return sql("{found} AND k.qualifier IN ({qualifiers})", found=found, qualifiers=qualifiers)

    def found_by(self, state: State, record_type: str) -> Sql:
        """A query for the ids of the records of a type that have any key of this filter in a state."""
        return sql(
            "SELECT k.record FROM filter_key k WHERE k.type = {type} AND k.filter = {name} AND {holds}",
            type=record_type,
            name=self.name,
            holds=state.holds("k"),
        )


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

    def chosen(self, state: State, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Records whose key is that number or a greater one."""
        keys = self.found_by(state, record_type)
        return sql("{keys} AND k.value >= {least}", keys=keys, least=padded(value))


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

    def chosen(self, state: State, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Records whose date touches the range."""
        return dated_within(state, record_type, self.name, value, query["match"])


def dated_within(state: State, record_type: str, name: str, value: DateRange, match: str) -> Sql:
    """A query for the ids of the records of a type whose date touches a range."""
    return sql(
        "SELECT d.record FROM date_key d "
        "WHERE d.type = {type} AND d.field = {name} AND {touches} AND {holds}",
        type=record_type,
        name=name,
        touches=touching("d", value, match),
        holds=state.holds("d"),
    )


def touching(row: str, value: DateRange, match: str) -> Sql:
    """The condition that a row of dates possibly or certainly touches a range."""
    low, high = ("low", "high") if match == "certain" else ("earliest", "latest")
    condition = f"{row}.missing = 0 AND {row}.{low} <= {{last}} AND {row}.{high} >= {{first}}"
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

    def chosen(self, state: State, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Members of any of the dossiers, of every type."""
        members = _members(state, self.values(value, survivors))
        if not self.publishers:
            return sql("{members} SELECT id FROM member", members=members)
        return sql(
            "{members} SELECT id FROM member UNION SELECT COALESCE(p.merged_into, p.id) FROM member "
            "JOIN reference u ON u.record = member.id AND u.role = 'publisher' AND {holds} "
            "JOIN {records} p ON p.id = u.target AND {stands}",
            members=members,
            holds=state.holds("u"),
            records=state.records,
            stands=state.stands("p"),
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

    def chosen(self, state: State, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Records of which one of these ids, or of their parts, is named."""
        return sql(
            _WITHIN,
            asked=joined(" UNION ", (sql("SELECT {i}", i=i) for i in self.values(value, survivors))),
            types=self.to,
            type=record_type,
            of=self.of,
            records=state.records,
            stands=state.stands("p"),
            u_holds=state.holds("u"),
            k_holds=state.holds("k"),
        )


#: Down from wholes to parts, retracted ones too; a merged one is a part no more, its survivor is asked.
_WITHIN = """
WITH RECURSIVE part(id) AS (
    {asked}
    UNION
    SELECT u.record FROM part
    JOIN filter_key u ON u.type IN ({types}) AND u.filter = 'part_of' AND u.value = part.id AND {u_holds}
    JOIN {records} p ON p.id = u.record AND p.merged_into IS NULL AND {stands}
)
SELECT k.record FROM part
JOIN filter_key k ON k.type = {type} AND k.filter = {of} AND k.value = part.id AND {k_holds}"""


#: Who refers from a published date or claim of the dossier; then up, by what comes from what.
_MEMBERS = """
WITH RECURSIVE asked(id) AS (
    SELECT a.id FROM {records} a WHERE (a.id IN ({dossiers}) OR a.merged_into IN ({dossiers})) AND {a_stands}
), named(id) AS (
    SELECT f.target FROM asked JOIN reference d ON d.target = asked.id AND {d_holds}
    JOIN {records} o ON o.id = d.record AND {o_stands}
    JOIN reference f ON f.record = o.id AND {f_holds}
    WHERE d.role = 'dossiers' AND o.status = 'published'
), member(id) AS (
    SELECT COALESCE(m.merged_into, m.id) FROM named JOIN {records} m ON m.id = named.id AND {m_stands}
    UNION
    SELECT COALESCE(t.merged_into, t.id)
    FROM member JOIN reference u ON u.record = member.id AND u.role IN ('derived_from.source', 'part_of')
    AND {u_holds} JOIN {records} t ON t.id = u.target AND {t_stands}
)"""


def _members(state: State, dossiers: list[str]) -> Sql:
    """The members of dossiers as the table `member` (docs/model.md)."""
    return sql(
        _MEMBERS,
        records=state.records,
        dossiers=dossiers,
        **{f"{row}_stands": state.stands(row) for row in "aomt"},
        **{f"{key}_holds": state.holds(key) for key in "dfu"},
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


def where(
    filters: Sequence[Filter], state: State, record_type: str, query: Query, survivors: Survivors
) -> list[Sql]:
    """Conditions on `r` of everything that a query gives for some filters of a type."""
    # Most queries give few of the filters that there are.
    wanted = {name.partition(".")[0] for name in query.given}
    return [
        condition
        for declared in filters
        if declared.name in wanted
        for condition in declared.conditions(
            state, record_type, query, survivors, narrower_of(filters, declared.name)
        )
    ]
