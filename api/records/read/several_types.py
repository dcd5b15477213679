"""One query over records of several types. A type that lacks one of the filters given is left out."""

from collections.abc import Sequence
from dataclasses import replace

from pyroaring import BitMap

from schemas.query import Query, QueryError, QueryFault
from schemas.vocabularies import Vocabulary

from ..core.filters import Filter, Ids, Survivors, Terms
from ..core.registry import RecordType
from ..store.postings import union
from .index import StateIndex
from .select import selection


def filters_of(types: Sequence[RecordType]) -> tuple[Filter, ...]:
    """Every filter that any of these types has, each name once."""
    filters: dict[str, Filter] = {}
    for declared in (f for t in types for f in t.filters):
        known = filters.get(declared.name)
        filters[declared.name] = _both(known, declared) if known else declared
    return tuple(filters.values())


def _both(one: Filter, other: Filter) -> Filter:
    """A filter of two types: ids of either's, terms of both."""
    if isinstance(one, Ids) and isinstance(other, Ids):
        return replace(one, to=tuple(dict.fromkeys((*one.to, *other.to))))
    if isinstance(one, Terms) and isinstance(other, Terms):
        return replace(one, vocabulary=_terms_of_both(one.vocabulary, other.vocabulary))
    return one


def _terms_of_both(one: Vocabulary | None, other: Vocabulary | None) -> Vocabulary | None:
    if not one or not other:
        return one or other
    terms = {term.name: term for term in (*one.terms, *other.terms)}
    return Vocabulary(f"{one.name} or {other.name}", one.title, one.definition, tuple(terms.values()))


def types_for(types: Sequence[RecordType], query: Query, filters: Sequence[Filter]) -> list[RecordType]:
    """The types that have every one of these filters that the query gives.

    A negation leaves out nobody: what has no such value is exactly what it asks for.

    Raises QueryError where none has.
    """
    known = {f.name for f in filters}
    wanted = {name.removesuffix(".all") for name in query.given} & known
    fitting = [t for t in types if wanted <= {f.name for f in t.filters}]
    if not fitting:
        raise QueryError([_unfit(types, name) for name in sorted(wanted)])
    return fitting


def _unfit(types: Sequence[RecordType], name: str) -> QueryFault:
    having = " and ".join(t.plural for t in types if name in {f.name for f in t.filters})
    detail = f"{name} narrows {having or 'none of the types asked for'}; no type has all the filters given"
    return QueryFault(name, detail)


def chosen(index: StateIndex, types: Sequence[RecordType], query: Query, survivors: Survivors) -> BitMap:
    """The numbers of the records of these types that a query selects."""
    selections = [selection(index, t, query, survivors) for t in types]
    index.sets([asked for some in selections for asked in some.queries])
    return union(some.numbers for some in selections)
