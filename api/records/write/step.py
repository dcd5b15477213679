"""Why records change in public, and what one transaction comes to before it is stored."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.base import Json

from ..core.registry import DOSSIER
from ..store.api_keys import Actor
from ..store.counters import Counters
from .render import Rendered
from .session import Entry, Session


@dataclass(frozen=True)
class Correction:
    """Why a published record changes: shown to the public."""

    kind: str
    note: str


@dataclass(frozen=True)
class PublicChange:
    """What the feed says of a record, and its revision: `revises` is whether it has one."""

    kind: str
    correction: Correction | None
    into: str | None = None
    #: Taking out old revisions is a public change without one.
    revises: bool = True

    @property
    def details(self) -> Json:
        """What the feed says beside the kind."""
        noted = {"kind": self.correction.kind, "note": self.correction.note} if self.correction else {}
        return noted | ({"into": self.into} if self.into else {})


@dataclass(frozen=True)
class Announcement:
    """An entry of the feed before it has its number."""

    entry: Entry
    kind: str
    details: Json


@dataclass(frozen=True)
class Step:
    """What one transaction comes to."""

    session: Session
    actor: Actor
    #: Where the record stands after it. The number of the commit is the feed's last number.
    counters: Counters
    time: str
    #: The records' rows, as they are now.
    entries: list[Entry]
    #: The records that keys and texts follow from, whether or not they show anything new.
    rendered: list[Rendered]
    announced: list[Announcement]
    #: The public changes that are revisions.
    revised: list[tuple[Entry, PublicChange]]
    #: Whether what the records are found by is stored too.
    keyed: bool = True
    #: Records that are left to be rendered again later, with what caused it.
    postponed: dict[str, str] = field(default_factory=dict)

    @property
    def seq(self) -> int:
        """The number of the commit."""
        return self.counters.seq

    @property
    def only_adds(self) -> bool:
        """Whether there is nothing but new records that nothing shows yet, and no new question."""
        before, entries = self.session.before, [record.entry for record in self.rendered]
        return (
            not any(before.values())
            and {entry.id for entry in entries} == before.keys()
            and not any(entry.type is DOSSIER for entry in entries)
            and not self.postponed
        )

    def named(self) -> Iterator[str]:
        """The ids of its records, and of what these name and were computed from."""
        for record in self.rendered:
            yield record.entry.id
            yield from (mention.target for mention in record.entry.mentions)
            yield from record.depends_on
