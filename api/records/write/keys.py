"""What a record is found by, as rows of the key tables, and how these rows change at a commit."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from schemas.base import Json
from schemas.fuzzy_date import EARLIEST, LATEST, FuzzyDate

from ..core.filters import Filter, Key
from ..core.mentions import Mention, mentions
from ..core.registry import RecordType
from ..core.state import FOREVER
from ..store.tables import DATE_KEYS, FILTER_KEYS, REFERENCES, Table

#: The tables whose rows say since and until when they hold.
PERIODIC = (FILTER_KEYS, DATE_KEYS, REFERENCES)
#: The period of a draft's rows, and of rows whose period is still to be said.
ALWAYS_HELD = {"since": 0, "until": FOREVER}
#: Rows by their tables.
Rows = dict[Table, set[Any]]


@dataclass(frozen=True)
class Found:
    """A document with what its keys are derived from beside it, and what the ids in it stand for."""

    type: RecordType
    id: str
    document: Json
    computed: Json
    survivor_of: Callable[[str], str]
    #: What the document names, where that is known already.
    mentions: list[Mention] | None = None
    #: From which commit on its rows hold.
    since: int = ALWAYS_HELD["since"]

    def rows(self) -> Rows:
        """What the record is found by."""
        return {
            FILTER_KEYS: set(self._filters()),
            DATE_KEYS: set(self._dates()),
            REFERENCES: set(self._references()),
        }

    @property
    def _period(self) -> dict[str, int]:
        return {"since": self.since, "until": FOREVER}

    def _filters(self) -> Iterator[Any]:
        row, held = FILTER_KEYS.row, {"type": self.type.name, "record": self.id, **self._period}
        for declared in self.type.filters:
            for value, qualifier in self.keys(declared):
                found = self.survivor_of(value) if declared.names_records else value
                yield row(filter=declared.name, value=found, qualifier=qualifier, **held)

    def keys(self, declared: Filter) -> Iterable[Key]:
        """The values that a filter finds the record by."""
        return declared.keys(self.document, self.computed)

    def _dates(self) -> Iterator[Any]:
        for name in self.type.dates:
            bounds = _bounds(self.computed.get(name) or self.document.get(name))
            yield DATE_KEYS.row(record=self.id, field=name, type=self.type.name, **bounds, **self._period)

    def _references(self) -> Iterator[Any]:
        named = mentions(self.type.schema, self.document) if self.mentions is None else self.mentions
        held = {"record": self.id, **self._period}
        for mention in named:
            yield REFERENCES.row(role=mention.role, target=mention.target, **held)


def _bounds(edtf: str | None) -> Json:
    """The sort key and the bounds of a fuzzy date, as columns."""
    if edtf is None:
        return {"missing": 1, "earliest": LATEST, "latest": EARLIEST, "low": None, "high": None}
    date = FuzzyDate.parse(edtf)
    earliest, latest = date.sort_key()
    low, high = date.certain_bounds() or (None, None)
    return {"missing": 0, "earliest": earliest, "latest": latest, "low": low, "high": high}


def timeless(row: Any) -> Any:
    """A row whatever its period."""
    return row._replace(**ALWAYS_HELD)


@dataclass(frozen=True)
class Changes:
    """What becomes of a table's rows: some are taken away, others are written."""

    gone: list[Any]
    written: list[Any]


def changes(held: Iterable[Any], wanted: set[Any], public: bool, commit: int) -> Changes:
    """From the rows of a record that hold to those that are to hold from a commit on.

    What has been public is closed, so that the past is found as it was; what began with this commit goes, and
    so does what a draft was found by.
    """
    begins = commit if public else 0
    standing = {timeless(row): row for row in held if row.since or not public}
    ending = [row for bare, row in standing.items() if bare not in wanted]
    drafted = [row for row in held if public and not row.since]
    closed = [row._replace(until=commit) for row in ending if row.since != begins]
    new = [row._replace(since=begins) for row in wanted - standing.keys()]
    return Changes(drafted + [row for row in ending if row.since == begins], closed + new)


def in_order(table: Table, rows: Iterable[Any]) -> list[Any]:
    """Rows of many records as a table keeps them: written so, each of its pages is looked for once."""
    return sorted(rows, key=attrgetter(*table.key))
