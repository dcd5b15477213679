"""One query over records of several types: a filter that a type has not leaves its records out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from schemas.query import Query, QueryError, QueryFault
from schemas.vocabularies import Vocabulary

from ..core.registry import Filter, RecordType
from .select import selection


def filters_of(types: Sequence[RecordType]) -> tuple[Filter, ...]:
    """Every filter that any of these types has, each name once."""
    found: dict[str, Filter] = {}
    for declared in (f for t in types for f in t.filters):
        known = found.get(declared.name)
        found[declared.name] = _both(known, declared) if known else declared
    return tuple(found.values())


def _both(one: Filter, other: Filter) -> Filter:
    """A filter of two types: ids of either's, terms of both."""
    to = tuple(dict.fromkeys((*one.to, *other.to)))
    return replace(one, to=to, vocabulary=_terms_of_both(one.vocabulary, other.vocabulary))


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
    asked = query.given & {f.name for f in filters}
    fitting = [t for t in types if asked <= {f.name for f in t.filters}]
    if not fitting:
        of = {name: [t.plural for t in types if name in {f.name for f in t.filters}] for name in asked}
        faults = [
            QueryFault(name, f"{name} narrows {' and '.join(some) or 'none of the types asked for'}; "
                       "no type has all the filters given")
            for name, some in sorted(of.items())
        ]  # fmt: skip
        raise QueryError(faults)
    return fitting


def chosen(
    types: Sequence[RecordType], query: Query, survivors: dict[str, str], statuses: Sequence[str]
) -> tuple[str, list[Any]]:
    """A query for the ids of the records of these types that a query selects."""
    found = [selection(t, query, survivors, statuses) for t in types]
    sql = " UNION ALL ".join(f"SELECT r.id FROM record r WHERE {where.sql}" for where in found)
    return sql, [value for where in found for value in where.values]
