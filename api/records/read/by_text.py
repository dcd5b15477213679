"""The first records with a text, found by looking into the texts of those that come first in an order.

Asking the index takes as long as there are records with the text; a page needs fifty.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pyroaring import BitMap

from ..core.sql import sql
from ..text.engines import full_text_of
from ..text.fulltext import SCOPE_OF
from ..text.query import TextQuery, parse_text_query
from .order import First

#: Records whose texts are looked into at first, and at most.
_FEW, _MOST = 200, 2_000


def first_with_text(typed: str, every: First) -> BitMap | None:
    """Those of the first records that have a text, enough for a page or all that there are; None where these
    lie too far apart. `every`: what looks for the first records, with the text or without."""
    text = parse_text_query(typed)
    if not text.chunks:
        return None
    looked_at = _FEW
    while looked_at <= _MOST:
        rows = replace(every, limit=looked_at).rows("r.id")
        found = _having(text, every, [row[0] for row in rows])
        if len(found) >= every.limit or len(rows) < looked_at:
            return found
        # As many as are needed where they lie as close as until here, and some more.
        looked_at = max(2 * looked_at, 3 * looked_at * every.limit // (2 * len(found) or 1))
    return None


def _having(text: TextQuery, every: First, ids: Sequence[Any]) -> BitMap:
    """The numbers of those that have the text."""
    state = every.order.state
    scopes = [SCOPE_OF[status] for status in state.statuses]
    numbers = sql("SELECT n.id FROM search_row n WHERE n.record IN ({ids})", ids=ids)
    query = full_text_of(state.database).among(scopes, text, numbers)
    return BitMap([row[0] for row in state.rows(query)])
