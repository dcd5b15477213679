"""What a filter is: its parameters, its keys, its condition, its echo, its facets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from schemas.base import Json
from schemas.query import DateRange, Parameter, Query

from ..sql import Sql, sql
from ..state import State
from .keys import NO_KEYS, Key, Keys

#: What each id of a query stands for in the state asked: itself, or the record that it was merged into.
Survivors = Mapping[str, str]


class RegistryError(TypeError):
    """A declaration of the registry is incomplete or contradicts another; the message names it."""


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
