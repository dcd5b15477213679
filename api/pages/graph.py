"""Rows of a graph, each below what it comes from, and the lines between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """From a row in its column down to another row in its own."""

    from_row: int
    from_column: int
    to_row: int
    to_column: int


@dataclass(frozen=True)
class Layout:
    """The column of each row, how many columns there are, and the lines."""

    columns: list[int]
    width: int
    lines: list[Line]


def in_order(parents: Mapping[str, Sequence[str]]) -> list[str]:
    """The keys, each after all of its parents, else in the order given; what goes in circles comes last."""
    left, placed = dict(parents), dict[str, None]()
    while ready := next((k for k, above in left.items() if not any(p in left for p in above)), None):
        del left[ready]
        placed[ready] = None
    return [*placed, *left]


def laid_out(parents: Mapping[str, Sequence[str]]) -> Layout:
    """A place for each key of a graph in the order of its keys, so that no line runs through a row.

    A line goes down in its own row's column until just above the row that it leads to; that column is free
    again from there on.
    """
    row = {key: number for number, key in enumerate(parents)}
    ends = {
        key: max((row[c] for c, above in parents.items() if key in above), default=row[key]) for key in row
    }
    busy_until: list[int] = []
    column: dict[str, int] = {}
    for key in row:
        free = [c for c, until in enumerate(busy_until) if until <= row[key]]
        preferred = [column[p] for p in parents[key] if p in column and column[p] in free]
        chosen = (preferred or free or [len(busy_until)])[0]
        busy_until[chosen : chosen + 1] = [ends[key]]
        column[key] = chosen
    lines = [
        Line(row[p], column[p], row[key], column[key])
        for key, above in parents.items()
        for p in dict.fromkeys(above)
        if p in row and row[p] < row[key]
    ]
    return Layout([column[key] for key in row], max(len(busy_until), 1), lines)
