"""Comparing citations with the texts of their sources, and keeping what came of it."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Database

from schemas.base import Json

from ..core.mentions import mentions
from ..core.packed import plain_text
from ..core.registry import RecordType
from ..core.sql import run, sql
from ..core.state import FOREVER
from ..store.api_keys import Actor
from ..store.database import write_transaction
from ..store.tables import CHECKS
from ..write.commit import refresh
from ..write.render import citation_digest
from ..write.session import Session
from ..write.transaction import Transaction
from .compare import Judgement, judge_citation

#: What a text may come to without anybody having to act.
SOUND = frozenset({"exact", "normalised", "found"})


@dataclass(frozen=True)
class Checked:
    """What came of one citation: the record, the citation's JSON pointer, the source, the judgement."""

    record: str
    type: str
    pointer: str
    source: str
    citation: Json
    judgement: Judgement


def citations(document: Json, schema: type) -> Iterator[tuple[str, Json]]:
    """Every citation of a document with its JSON pointer, however deep it stands."""
    for mention in mentions(schema, document):
        if mention.role.endswith("citations.source"):
            pointer = mention.pointer.removesuffix("/source")
            yield pointer, _at(document, pointer)


def _at(document: Json, pointer: str) -> Json:
    value: object = document
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]  # type: ignore[index]  # walked
    assert isinstance(value, dict)
    return value


def judged(
    database: Database, texts: Mapping[str, str], statuses: Collection[str] = ("draft", "published")
) -> Iterator[Checked]:
    """Every citation of the sources whose texts are given, compared with them, by record and place.

    `statuses`: of the records that cite them.
    """
    session = Session(database)
    aliases = [alias for some in session.aliases(texts).values() for alias in some]
    records = {record for some in session.referrers(aliases).values() for record in some}
    for entry in session.all(sorted(records)):
        if entry.status in statuses:
            yield from compared(entry.id, entry.type, entry.document, texts, session.resolve)


_CITED = """
SELECT s.id, s.document, COUNT(DISTINCT f.record) FROM reference f
JOIN search_row n ON n.id = f.record AND n.scope <> 'none'
JOIN search_row o ON o.id = f.target
JOIN record t ON t.id = o.record JOIN record s ON s.id = COALESCE(t.merged_into, t.id)
WHERE f.until = {forever} AND f.role LIKE '%citations.source' GROUP BY s.id
"""


def held_and_cited(database: Database) -> dict[str, int]:
    """The sources that curators hold and records cite, with how many records do."""
    rows = run(database, sql(_CITED, forever=FOREVER)).fetchall()
    return {row[0]: row[2] for row in rows if json.loads(plain_text(row[1]))["held"]}


def compared(
    record: str,
    record_type: RecordType,
    document: Json,
    texts: Mapping[str, str],
    survivor: Callable[[str], str] = str,
) -> Iterator[Checked]:
    """The citations of one document whose sources' texts are given, compared with them.

    `survivor`: which source lives on under an id.
    """
    for pointer, citation in citations(document, record_type.schema):
        source = survivor(citation["source"])
        if source in texts:
            others = {name: text for name, text in texts.items() if name != source}
            judgement = judge_citation(citation, texts[source], others)
            yield Checked(record, record_type.name, pointer, citation["source"], citation, judgement)


def keep_checks(database: Database, checks: Sequence[Checked]) -> int:
    """Store what citations came to; returns how many records show something new.

    A derived change: the record keeps its revision and is `refreshed`, cause `verified`. The time of a
    check moves only where its result does, so that verifying twice changes nothing.
    """
    with write_transaction(database):
        known = _known(database)
        new = [
            c
            for c in checks
            if known.get((c.record, c.source, citation_digest(c.citation))) != c.judgement.status
        ]
        if not new:
            return 0
        transaction = Transaction(database, Actor("facts verify", "publisher"))
        CHECKS.put(database, (_row_of(check, transaction.time) for check in new))
        return refresh(transaction, dict.fromkeys((c.record for c in new), "verified"))


def _row_of(check: Checked, time: str) -> Any:
    return CHECKS.row(
        record=check.record,
        source=check.source,
        locator=citation_digest(check.citation),
        status=check.judgement.status,
        checked=time,
    )


def _known(database: Database) -> dict[tuple[str, str, str], str]:
    rows = database.execute_sql("SELECT record, source, locator, status FROM citation_check").fetchall()
    return {(row[0], row[1], row[2]): row[3] for row in rows}
