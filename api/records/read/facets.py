"""Counts by value beside a page, each as if its own filter had not been given."""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import orjson
from peewee import Database

from schemas.fuzzy_date import EARLIEST, LATEST, FuzzyDate
from schemas.query import Query

from ..core.registry import Filter, Json, RecordType
from ..store.database import placeholders

#: Values shown of a facet; `truncated` says that there are more.
MOST_VALUES = 50
#: Years, decades or months shown of a date.
MOST_SPANS = 200
#: First and last year, decade or month that a number of records touch; None without an end.
Span = tuple[int | None, int | None, int]
#: A query for the ids that are chosen when the filter of this name is left out.
Chosen = Callable[[str], tuple[str, list[Any]]]


def read_facets(
    database: Database,
    names: Sequence[str],
    types: Sequence[RecordType],
    query: Query,
    survivors: dict[str, str],
    chosen: Chosen,
) -> Json:
    """{facet: {`values`: [{`value`, `name`, `count`}], `truncated`}}.

    A count is exactly the total of the same query with that value in the place of the facet's own filter.
    """
    found = {name: _facet(database, name, types, query, survivors, chosen) for name in names}
    _name_values(database, found, types)
    return found


def _facet(
    database: Database,
    name: str,
    types: Sequence[RecordType],
    query: Query,
    survivors: dict[str, str],
    chosen: Chosen,
) -> Json:
    plain, _, step = name.partition(".")
    if name == "type":
        return _types(database, types, chosen)
    if step:
        return _spans(database, plain, step, types, query, chosen)
    return _values(database, _declared(types, plain), types, query, survivors, chosen)


def _declared(types: Sequence[RecordType], name: str) -> Filter:
    return next(f for t in types for f in t.filters if f.name == name)


def _types(database: Database, types: Sequence[RecordType], chosen: Chosen) -> Json:
    ids, values = chosen("type")
    sql = f"SELECT r.type, COUNT(*) FROM record r WHERE r.id IN ({ids}) GROUP BY r.type ORDER BY 2 DESC, 1"
    return _shown(database.execute_sql(sql, values).fetchall())


def _values(
    database: Database,
    declared: Filter,
    types: Sequence[RecordType],
    query: Query,
    survivors: dict[str, str],
    chosen: Chosen,
) -> Json:
    """Counts by the values of a filter; the half of a pair counts with the other half that was given."""
    column, found_by, extra, bound = "k.value", declared.name, "", []
    narrower = next((f for t in types for f in t.filters if f.pairs_with == declared.name), None)
    if narrower and narrower.name in query.given:
        extra, bound = f" AND k.qualifier IN ({placeholders(query[narrower.name])})", query[narrower.name]
    if declared.pairs_with and declared.pairs_with in query.given:
        asked = [survivors.get(value, value) for value in query[declared.pairs_with]]
        column, found_by = "k.qualifier", declared.pairs_with
        extra, bound = f" AND k.value IN ({placeholders(asked)}) AND k.qualifier <> ''", asked
    ids, values = chosen(declared.name)
    named = [t.name for t in types]
    sql = (
        f"SELECT {column}, COUNT(DISTINCT k.record) AS n FROM filter_key k "
        f"WHERE k.type IN ({placeholders(named)}) AND k.filter = ?{extra} AND k.record IN ({ids}) "
        f"GROUP BY {column} ORDER BY n DESC, 1 LIMIT {MOST_VALUES + 1}"
    )
    return _shown(database.execute_sql(sql, [*named, found_by, *bound, *values]).fetchall())


def _shown(rows: Sequence[Any]) -> Json:
    values = [{"value": row[0], "name": None, "count": row[1]} for row in rows[:MOST_VALUES]]
    return {"values": values, "truncated": len(rows) > MOST_VALUES}


# Spans of time


def _spans(
    database: Database, field: str, step: str, types: Sequence[RecordType], query: Query, chosen: Chosen
) -> Json:
    """Counts by year, decade or month, from the first to the last that any of the dates names."""
    low, high = ("low", "high") if query["match"] == "certain" else ("earliest", "latest")
    ids, values = chosen(field)
    named = [t.name for t in types]
    rows = database.execute_sql(
        f"SELECT k.{low}, k.{high}, COUNT(*) FROM date_key k WHERE k.type IN ({placeholders(named)}) "
        f"AND k.field = ? AND k.missing = 0 AND k.{low} IS NOT NULL AND k.record IN ({ids}) GROUP BY 1, 2",
        [*named, field, *values],
    ).fetchall()
    spans = [(_end(a, step), _end(b, step), n) for a, b, n in rows]
    counts = _counts(spans)
    most = sorted(counts, key=lambda number: (-counts[number], number))[:MOST_SPANS]
    shown = [(_edtf(number, step), counts[number]) for number in sorted(most)]
    shown = [*_before(spans, step), *shown, *_after(spans, step)]
    return {
        "values": [{"value": edtf, "name": FuzzyDate.parse(edtf).display, "count": n} for edtf, n in shown],
        "truncated": len(counts) > MOST_SPANS,
    }


def _end(day: str, step: str) -> int | None:
    """The number of the span that a bound lies in; None for an open or unknown end."""
    return None if day in (EARLIEST, LATEST) else _number(day, step)


def _number(day: str, step: str) -> int:
    year, month = int(day[:4]), int(day[5:7])
    return {"year": year, "decade": year // 10, "month": year * 12 + month - 1}[step]


def _edtf(number: int, step: str) -> str:
    if step == "month":
        return f"{number // 12:04d}-{number % 12 + 1:02d}"
    if step == "decade":
        # There is no year 0: the first decade has nine years, and EDTF no other name for it.
        return f"{number:03d}X" if number else "0001/0009"
    return f"{number:04d}"


def _counts(spans: Sequence[Span]) -> dict[int, int]:
    """How many records touch each span of time from the first to the last that any of them names."""
    known = _known(spans)
    if not known:
        return {}
    steps: dict[int, int] = {}
    for first, last, n in spans:
        start = min(known) if first is None else first
        end = max(known) if last is None else last
        if start <= end:
            steps[start] = steps.get(start, 0) + n
            steps[end + 1] = steps.get(end + 1, 0) - n
    running = accumulate(steps.get(number, 0) for number in range(min(known), max(known) + 1))
    return {number: n for number, n in enumerate(running, min(known)) if n}


def _known(spans: Sequence[Span]) -> set[int]:
    return {number for first, last, _ in spans for number in (first, last) if number is not None}


def _before(spans: Sequence[Span], step: str) -> list[tuple[str, int]]:
    """All time before the first span, where records have an open or unknown beginning."""
    count = sum(n for first, _, n in spans if first is None)
    if not count or (least := min(_known(spans), default=0)) <= _number("0001-01-01", step):
        return []
    return [(f"../{_last_of(least - 1, step)}", count)]


def _after(spans: Sequence[Span], step: str) -> list[tuple[str, int]]:
    """All time after the last span, where records have an open or unknown end."""
    count = sum(n for _, last, n in spans if last is None)
    if not count or (most := max(_known(spans), default=0)) >= _number("9999-12-31", step):
        return []
    return [(f"{_first_of(most + 1, step)}/..", count)]


def _first_of(number: int, step: str) -> str:
    """The first year or month of a span, for the beginning of an interval."""
    return f"{max(number * 10, 1):04d}" if step == "decade" else _edtf(number, step)


def _last_of(number: int, step: str) -> str:
    """The last year or month of a span, for the end of an interval."""
    return f"{number * 10 + 9:04d}" if step == "decade" else _edtf(number, step)


# Names


def _name_values(database: Database, found: dict[str, Json], types: Sequence[RecordType]) -> None:
    """Put names of records and texts of questions beside their ids."""
    kinds = {f.name: f.kind for t in types for f in t.filters}
    members = [(kinds.get(name), member) for name, facet in found.items() for member in facet["values"]]
    ids = sorted({member["value"] for kind, member in members if kind == "id"})
    records = _records(database, ids) if ids else {}
    questions = _questions(database) if any(kind == "question" for kind, _ in members) else {}
    for kind, member in members:
        if kind == "id":
            member |= records.get(member["value"], {})
        elif kind == "question":
            member["name"] = questions.get(member["value"])


def _records(database: Database, ids: Sequence[str]) -> dict[str, Json]:
    """{`name`, `type`} of records, by id; there are not more of them than facets show."""
    sql = f"SELECT id, name, type FROM record WHERE id IN ({placeholders(ids)})"
    return {row[0]: {"name": row[1], "type": row[2]} for row in database.execute_sql(sql, ids).fetchall()}


def _questions(database: Database) -> dict[str, str]:
    rows = database.execute_sql(
        "SELECT document FROM record WHERE type = 'dossier' AND status = 'published'"
    ).fetchall()
    return {q["id"]: q["text"] for row in rows for q in orjson.loads(row[0]).get("questions", ())}
