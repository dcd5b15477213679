"""What a record is found by says since and until when it held; a commit changes what has to change, once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from peewee import Database

from api.records.core.registry import CLAIM, DATE, PARTY, PLACE, SOURCE, RecordType
from api.records.core.state import FOREVER
from api.records.read.revisions import last_seq
from api.records.store import tables
from api.records.store.api_keys import Actor
from api.records.store.database import migrate, open_database
from api.records.store.numbered import FilterKeys, Numbered
from api.records.store.tables import DATE_KEYS, FILTER_KEYS, RECORDS, REFERENCES, RENDERINGS, Table
from api.records.upkeep.doctor import faults_of_database
from api.records.upkeep.redaction import redact
from api.records.write import commit
from api.records.write.operations import Delete, Merge, Publish, Put, Retract
from api.records.write.perform import perform
from api.records.write.session import Session
from api.records.write.step import Correction
from api.records.write.transaction import Operation

from .places import url_of

NOTED = Correction("clarification", "In a test")


class Shelf:
    """A record that is written to directly, and whose rows are looked at."""

    def __init__(self, path: Path) -> None:
        self.database: Database = open_database(url_of(path))
        migrate(self.database)

    def do(self, *operations: Operation) -> int:
        """Do them in one commit; the feed's last number then."""
        perform(self.database, operations, Actor("desk", "publisher"))
        return last_seq(self.database)

    def put(self, record_type: RecordType, record_id: str, publish: bool = True, **document: Any) -> int:
        return self.do(Put(record_type, record_id, document, publish, NOTED))

    def merge(self, record_id: str, into: str) -> int:
        return self.do(Merge(PARTY, record_id, into, self.tags(record_id), NOTED))

    def tags(self, record_id: str) -> tuple[str, ...]:
        return tuple(row.etag for row in RECORDS.read_of(self.database, "id", [record_id]))

    def periods(self, table: Table, record_id: str, column: str, **only: str) -> set[tuple[Any, ...]]:
        """(value of a column, since, until) of a record's rows."""
        rows = table.read_of(self.database, "id" if table is RENDERINGS else "record", [record_id])
        return {
            (getattr(row, column), row.since, row.until)
            for row in rows
            if all(getattr(row, name) == value for name, value in only.items())
        }


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """Three agencies and a wire; whatever a test does, the doctor finds nothing in the end."""
    shelf = Shelf(tmp_path / "facts.db")
    for name in ("ann", "bob", "cid"):
        shelf.put(PARTY, name, name=name, kind="media-outlet")
    shelf.put(SOURCE, "wire", **_report("ann"))
    yield shelf
    assert list(faults_of_database(shelf.database)) == []
    shelf.database.close()


def _report(publisher: str, **more: Any) -> dict[str, Any]:
    return {"title": "Report", "kind": "news-report", "publisher": publisher, "held": True, **more}


def _claim(*cited: str, **more: Any) -> dict[str, Any]:
    return {"proposition": "P.", "kind": "reported-fact", "citations": [{"source": s} for s in cited], **more}


def test_a_key_that_goes_is_closed_and_one_that_stays_is_left(shelf: Shelf) -> None:
    first = shelf.put(PLACE, "isle", name="Isle", kind="island", claimed_by=["ann", "bob"])

    second = shelf.put(PLACE, "isle", name="Isle", kind="island", claimed_by=["bob", "cid"])

    assert shelf.periods(FILTER_KEYS, "isle", "value", filter="claimed_by") == {
        ("ann", first, second),
        ("bob", first, FOREVER),
        ("cid", second, FOREVER),
    }
    assert shelf.periods(FILTER_KEYS, "isle", "value", filter="kind") == {("island", first, FOREVER)}
    assert shelf.periods(REFERENCES, "isle", "target") == {
        ("ann", first, second),
        ("bob", first, FOREVER),
        ("cid", second, FOREVER),
    }


def test_a_date_that_changes_has_both_bounds_in_their_times(shelf: Shelf) -> None:
    citations = [{"source": "wire"}]
    first = shelf.put(DATE, "talks", title="Talks", kind="meeting", when="2018", citations=citations)

    second = shelf.put(DATE, "talks", title="Talks", kind="meeting", when="2019", citations=citations)

    assert shelf.periods(DATE_KEYS, "talks", "earliest") == {
        ("2018-01-01", first, second),
        ("2019-01-01", second, FOREVER),
    }


def test_a_draft_has_no_history_and_begins_with_its_publication(shelf: Shelf) -> None:
    shelf.put(PLACE, "isle", publish=False, name="Isle", kind="island", claimed_by=["ann"])
    shelf.put(PLACE, "isle", publish=False, name="Isle", kind="island", claimed_by=["bob"])
    drafted = shelf.periods(FILTER_KEYS, "isle", "value", filter="claimed_by")

    commit_number = shelf.do(Publish(PLACE, "isle", shelf.tags("isle")))

    assert drafted == {("bob", 0, FOREVER)}
    assert shelf.periods(FILTER_KEYS, "isle", "value") == {
        ("bob", commit_number, FOREVER),
        ("island", commit_number, FOREVER),
    }
    assert shelf.periods(REFERENCES, "isle", "target") == {("bob", commit_number, FOREVER)}


def test_a_draft_that_is_deleted_leaves_nothing(shelf: Shelf) -> None:
    shelf.put(PLACE, "isle", publish=False, name="Isle", kind="island", claimed_by=["ann"])

    shelf.do(Delete(PLACE, "isle", shelf.tags("isle")))

    assert [shelf.periods(table, "isle", "record") for table in (FILTER_KEYS, REFERENCES)] == [set(), set()]


def test_a_merged_record_names_the_survivor_of_each_time(shelf: Shelf) -> None:
    published = shelf.periods(RENDERINGS, "ann", "since").pop()[1]

    first = shelf.merge("ann", "bob")
    second = shelf.merge("bob", "cid")

    assert shelf.periods(RENDERINGS, "ann", "merged_into") == {
        (None, published, first),
        ("bob", first, second),
        ("cid", second, FOREVER),
    }
    assert (
        len({row.body for row in RENDERINGS.read_of(shelf.database, "id", ["ann"]) if row.merged_into}) == 1
    )


def test_a_claim_is_found_by_the_last_survivor_of_a_publisher_behind_it(shelf: Shelf) -> None:
    quoting = [{"source": "wire", "how": "quotes"}]
    shelf.put(
        SOURCE, "own", title="Own", kind="news-report", publisher="cid", held=True, derived_from=quoting
    )
    shelf.put(PARTY, "dan", name="Dan", kind="media-outlet")
    begun = shelf.put(CLAIM, "claim", **_claim("own"))

    first = shelf.merge("ann", "bob")
    second = shelf.merge("bob", "dan")

    assert shelf.periods(FILTER_KEYS, "claim", "value", filter="via") == {
        ("ann", begun, first),
        ("bob", first, second),
        ("dan", second, FOREVER),
        ("cid", begun, FOREVER),
    }


def test_keys_that_change_without_a_public_change_hold_from_the_feeds_last_number_on(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    quoting = [{"source": "wire", "how": "quotes"}]
    shelf.put(
        SOURCE, "own", title="Own", kind="news-report", publisher="cid", held=True, derived_from=quoting
    )
    begun = shelf.put(CLAIM, "claim", **_claim("own"))
    monkeypatch.setattr(commit, "MOST_AT_ONCE", 0)

    # What shows the wire follows in a transaction of its own.
    last = shelf.put(SOURCE, "wire", **_report("bob"))

    assert last == begun + 1
    assert shelf.periods(FILTER_KEYS, "claim", "value", filter="via") == {
        ("ann", begun, last),
        ("bob", last, FOREVER),
        ("cid", begun, FOREVER),
    }


def test_what_was_taken_out_is_found_by_nothing(shelf: Shelf) -> None:
    shelf.put(PLACE, "isle", name="Isle", kind="island", claimed_by=["ann"])
    changed = shelf.put(PLACE, "isle", name="Isle", kind="island", claimed_by=["bob"])

    redact(shelf.database, PLACE, "isle", 1, 1, "By order")

    assert shelf.periods(FILTER_KEYS, "isle", "value", filter="claimed_by") == {("bob", changed, FOREVER)}
    assert shelf.periods(REFERENCES, "isle", "target") == {("bob", changed, FOREVER)}


def test_a_withdrawn_record_says_why_in_its_rendering(shelf: Shelf) -> None:
    shelf.do(Retract(SOURCE, "wire", shelf.tags("wire"), NOTED))

    last = next(row for row in RENDERINGS.read_of(shelf.database, "id", ["wire"]) if row.until == FOREVER)
    [record] = RECORDS.read_of(shelf.database, "id", ["wire"])
    assert last.withdrawal == record.withdrawal
    assert '"note":"In a test"' in last.withdrawal


# Columns stand once


def _turned(table: Table) -> Table:
    """A table whose model has its lines the other way round."""
    columns = tuple(reversed(table.stored.columns))
    kinds = (table.packed, table.given, table.numbers)
    turned = Table(table.name, columns, table.stored.key, table.kept, *kinds)
    if isinstance(table, FilterKeys):
        return FilterKeys(turned, tuple(reversed(table.words)))
    return Numbered(turned, table.numbered) if isinstance(table, Numbered) else turned


def test_nothing_depends_on_the_order_of_a_models_lines(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in vars(tables).values():
        if isinstance(table, Table):
            for name, value in vars(_turned(table)).items():
                monkeypatch.setattr(table, name, value)

    commit_number = shelf.put(CLAIM, "claim", **_claim("wire", said="2019"))

    [row] = shelf.database.execute_sql(
        "SELECT id, type, status, name, revision, merged_into FROM record WHERE id = 'claim'"
    ).fetchall()
    assert row == ("claim", "claim", "published", "P.", 1, None)
    [kept] = shelf.database.execute_sql(
        "SELECT since, until, status, name, etag FROM rendering WHERE id = 'claim'"
    ).fetchall()
    assert kept == (commit_number, FOREVER, "published", "P.", shelf.tags("claim")[0])
    entry = Session(shelf.database).get("claim")
    assert entry is not None
    assert (entry.type, entry.status, entry.document["said"]) == (CLAIM, "published", "2019")
