"""Which published records there are, in pieces that stay as they are: what a sitemap lists."""

from typing import NamedTuple

from ..core.sql import sql
from ..core.state import State


class Address(NamedTuple):
    """A published record: its type, its id, when what it shows last changed."""

    type: str
    id: str
    updated: str


def last_number(state: State) -> int:
    """The highest number of a record; 0 where there is none."""
    [(number,)] = state.rows(sql("SELECT MAX(id) FROM search_row"))
    return number or 0


def addresses_between(state: State, first: int, last: int) -> list[Address]:
    """The published records with the numbers from `first` to `last`."""
    query = sql(
        "SELECT r.type, r.id, r.updated FROM search_row n CROSS JOIN record r ON r.id = n.record "
        "WHERE n.id BETWEEN {first} AND {last} AND r.status = 'published' ORDER BY n.id",
        first=first,
        last=last,
    )
    return [Address(*row) for row in state.rows(query)]
