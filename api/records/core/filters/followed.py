"""Filters that follow references: members of dossiers, parts of parts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from schemas.query import Query

from ..sql import EMPTY, Sql, joined, sql
from ..state import State
from .base import Index, Survivors
from .values import Ids


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
        return _members_of(index.state, self.values(value, survivors), publishers=self.publishers)


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


#: Who refers from a published date or claim of the dossier; then up, by what comes from what. Members stand
#: by their numbers, since references do: most of them refer to nothing that counts, which is seen at once.
_MEMBERS = """
SELECT json_group_array(f.id) FROM (
WITH RECURSIVE asked(id) AS (
    SELECT a.id FROM {records} a WHERE (a.id IN ({dossiers}) OR a.merged_into IN ({dossiers})) AND {a_stands}
), named(id) AS (
    {named}
), member(id) AS (
    SELECT n.id FROM named CROSS JOIN {records} m ON m.id = named.id AND {m_stands}
    CROSS JOIN search_row n ON n.record = COALESCE(m.merged_into, m.id)
    UNION
    SELECT n.id FROM member
    CROSS JOIN reference u ON u.record = member.id
        AND u.role IN ('derived_from.source', 'part_of') AND {u_holds}
    CROSS JOIN search_row o ON o.id = u.target CROSS JOIN {records} t ON t.id = o.record AND {t_stands}
    CROSS JOIN search_row n ON n.record = COALESCE(t.merged_into, t.id)
)
SELECT id FROM member{publishers}) f"""
_PUBLISHERS = """
UNION SELECT n.id FROM member
CROSS JOIN reference u ON u.record = member.id AND u.role IN ('publisher', 'co_publishers') AND {u_holds}
CROSS JOIN search_row o ON o.id = u.target CROSS JOIN {records} p ON p.id = o.record AND {p_stands}
CROSS JOIN search_row n ON n.record = COALESCE(p.merged_into, p.id)"""


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


def _members_of(state: State, dossiers: Sequence[str], *, publishers: bool) -> Sql:
    """The query for the numbers of the members of dossiers (docs/model.md); with the `publishers` of sources
    that are."""
    parts = {"records": state.records, "u_holds": state.holds("u")}
    return sql(
        _MEMBERS,
        dossiers=list(dossiers),
        named=_named(state),
        publishers=sql(_PUBLISHERS, p_stands=state.stands("p"), **parts) if publishers else EMPTY,
        **{f"{row}_stands": state.stands(row) for row in "amt"},
        **parts,
    )
