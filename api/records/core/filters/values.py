"""Filters by values that stand in a record: ids, terms, tags, codes, truths, numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from schemas import query as q
from schemas.query import Parameter, Query
from schemas.vocabularies import Vocabulary

from ..sql import Sql, sql
from .base import Filter, Index, Survivors
from .keys import padded


@dataclass(frozen=True)
class Ids(Filter):
    """Found by the ids of records of the types `to`, or of what these were merged into."""

    to: tuple[str, ...] = ()
    names_records: ClassVar[bool] = True

    def missing(self) -> str | None:
        """Keys, and the types that are named."""
        return super().missing() or (None if self.to else "the types that it names (`to`)")

    def plain(self) -> Parameter:
        """Ids, any of."""
        return q.ids(self.name, self.description)

    def echo(self, value: list[str], survivors: Survivors) -> list[str]:
        """The survivors, each once."""
        return self.values(value, survivors)

    def values(self, value: Any, survivors: Survivors) -> list[str]:
        """The survivors of the ids asked for, each once."""
        return list(dict.fromkeys(survivors.get(i, i) for i in value))


@dataclass(frozen=True)
class Questions(Ids):
    """Found by the ids of questions of dossiers."""

    to: tuple[str, ...] = ("question",)
    names_records: ClassVar[bool] = False


@dataclass(frozen=True)
class Terms(Filter):
    """Found by terms of a vocabulary."""

    vocabulary: Vocabulary | None = None

    def missing(self) -> str | None:
        """Keys, and the vocabulary."""
        return super().missing() or (None if self.vocabulary else "its `vocabulary`")

    def plain(self) -> Parameter:
        """Terms, any of."""
        assert self.vocabulary is not None
        return q.terms(self.name, self.description, self.vocabulary)


@dataclass(frozen=True)
class Languages(Filter):
    """Found by BCP 47 tags, exactly as recorded."""

    def plain(self) -> Parameter:
        """Tags, any of."""
        return q.languages(self.name, self.description)


@dataclass(frozen=True)
class Countries(Filter):
    """Found by ISO 3166 codes."""

    def plain(self) -> Parameter:
        """Codes, any of."""
        return q.countries(self.name, self.description)


@dataclass(frozen=True)
class Flag(Filter):
    """Found by whether something is so."""

    negatable: ClassVar[bool] = False

    def plain(self) -> Parameter:
        """`true` or `false`."""
        return q.flag(self.name, self.description)

    def values(self, value: Any, survivors: Survivors) -> list[str]:
        """The key of a truth."""
        return ["true" if value else "false"]


@dataclass(frozen=True)
class AtLeast(Filter):
    """Found by a whole number, up to `most`, that is at least what was asked for."""

    most: int = 1000
    negatable: ClassVar[bool] = False

    def plain(self) -> Parameter:
        """A whole number."""
        return q.number(self.name, self.description, 0, self.most)

    @property
    def facets(self) -> tuple[str, ...]:
        """Numbers are not counted by."""
        return ()

    def chosen(self, index: Index, record_type: str, value: Any, query: Query, survivors: Survivors,
               qualifiers: Sequence[str] | None) -> Sql:  # fmt: skip
        """Records whose key is that number or a greater one."""
        return index.having(record_type, self.name, sql("k.value >= {least}", least=padded(value)))
