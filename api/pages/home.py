"""The front page: what this record is, its dossiers, and what was corrected last."""

from dataclasses import dataclass

from api.records.core.registry import DOSSIER, TYPES
from api.records.read.records import counts
from schemas.base import Json

from .links import Link, link_to_record
from .page import Asked, Page, Shown
from .reading import all_of
from .words import SITE, _, types_name

#: Dossiers on the front page.
_MOST = 100


@dataclass(frozen=True)
class Story:
    """A dossier on the front page."""

    link: Link
    summary: str | None
    questions: list[str]


@dataclass(frozen=True)
class Home:
    """The front page."""

    stories: list[Story]
    counts: list[tuple[str, int]]
    publisher: str


def _read(asked: Asked) -> Json:
    return {"dossiers": all_of(asked.state, DOSSIER, most=_MOST), "counts": counts(asked.state)}


def _show(document: Json, asked: Asked) -> Shown:
    stories = [
        Story(link_to_record(d, "title"), d["summary"], [q["text"] for q in d["questions"]])
        for d in document["dossiers"]
    ]
    number = [(types_name(t.name), document["counts"][t.plural]) for t in TYPES.values()]
    publisher = asked.settings.publisher_name
    return Shown(SITE, _DESCRIPTION, "/v1", Home(stories, number, publisher), _about(publisher))


_DESCRIPTION = _(
    "Who said what, through whose hands it came, where exactly it stands, and what speaks for and against it."
)


def _about(publisher: str) -> Json:
    return {"@type": "WebSite", "name": SITE, "publisher": {"@type": "Organization", "name": publisher}}


PAGE = Page("/", "home.html", _read, _show)
