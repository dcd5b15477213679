"""SQL with its values attached: whatever is put together, each value stands at its own placeholder."""

import pytest

from api.records.core.sql import ALWAYS, EMPTY, Sql, joined, sql

INNER = sql("x = {a} AND y IN ({b})", a=1, b=[2, 3])


@pytest.mark.parametrize(
    ("composed", "text", "values"),
    [
        (sql("a = {v}", v="x"), "a = ?", ("x",)),
        (sql("a = {v}", v=None), "a = ?", (None,)),
        (sql("a IN ({v})", v=["x", "y"]), "a IN (?, ?)", ("x", "y")),
        (sql("a IN ({v})", v=("x",)), "a IN (?)", ("x",)),
        (sql("a IN ({v})", v=[]), "a IN (SELECT NULL WHERE FALSE)", ()),
        (INNER, "x = ? AND y IN (?, ?)", (1, 2, 3)),
        (sql("z = {z} OR ({inner})", z=0, inner=INNER), "z = ? OR (x = ? AND y IN (?, ?))", (0, 1, 2, 3)),
        (sql("({inner}) OR z = {z}", z=0, inner=INNER), "(x = ? AND y IN (?, ?)) OR z = ?", (1, 2, 3, 0)),
        (sql("a = {v} OR b = {v}", v=7), "a = ? OR b = ?", (7, 7)),
        (sql("{a}{a}", a=Sql("p = ?", (1,))), "p = ?p = ?", (1, 1)),
        (sql("a LIKE '{{}}' AND b = {v}", v="?"), "a LIKE '{}' AND b = ?", ("?",)),
        (joined(" AND ", [INNER, sql("q = {q}", q=4)]), "x = ? AND y IN (?, ?) AND q = ?", (1, 2, 3, 4)),
        (joined(", ", []), "", ()),
        (sql("WHERE {a} {b}", a=ALWAYS, b=EMPTY), "WHERE TRUE ", ()),
    ],
)
def test_values_follow_their_places(composed: Sql, text: str, values: tuple[object, ...]) -> None:
    assert (composed.text, composed.values) == (text, values)


def test_a_part_that_is_not_given_is_an_error() -> None:
    with pytest.raises(KeyError):
        sql("a = {missing}")
