"""The front page: what this record is, its dossiers, and the claims that changed last."""

from dataclasses import dataclass

from api.records.core.registry import CLAIM, DOSSIER, TYPES
from api.records.read.records import counts
from schemas.base import Json

from .links import Link, link_to, link_to_record
from .page import Asked, Page, Shown
from .reading import list_of
from .record_texts import Text, optional_text
from .record_view import Listed, listed
from .translating import N_, _, spoken
from .words import site_name, types_name

#: Dossiers on the front page, and claims that changed last.
_MOST, _NEWEST = 100, 8


@dataclass(frozen=True)
class Story:
    """A dossier on the front page."""

    link: Link
    summary: Text | None
    questions: list[Link]


@dataclass(frozen=True)
class Home:
    """The front page."""

    stories: list[Story]
    newest: list[Listed]
    counts: list[tuple[Link, int]]


def _read(asked: Asked) -> Json:
    return {
        "dossiers": list_of(asked.state, DOSSIER, _MOST)[0],
        "newest": list_of(asked.state, CLAIM, _NEWEST, "-updated")[0],
        "counts": counts(asked.state),
    }


def _show(document: Json, asked: Asked) -> Shown:
    stories = [_story(dossier) for dossier in document["dossiers"]]
    number = [
        (Link(types_name(t.name), f"/{t.plural}", language=spoken()), document["counts"][t.plural])
        for t in TYPES.values()
    ]
    newest = [listed(claim) for claim in document["newest"]]
    publisher = asked.settings.publisher_name
    return Shown(site_name(), _(_DESCRIPTION), "/v1", Home(stories, newest, number), _about(publisher))


def _story(dossier: Json) -> Story:
    return Story(link_to_record(dossier, "title"), optional_text(dossier, "summary"), _questions(dossier))


def _questions(dossier: Json) -> list[Link]:
    """Its questions, each with the place where the dossier's page answers it."""
    page = link_to_record(dossier, "title").href
    return [link_to({**q, "name": q["text"], "href": f"{page}#q-{q['id']}"}) for q in dossier["questions"]]


_DESCRIPTION = N_(
    "Who said what, through whose hands it came, where exactly it stands, and what speaks for and against it."
)


def _about(publisher: str) -> Json:
    return {
        "@type": "WebSite",
        "name": site_name(),
        "publisher": {"@type": "Organization", "name": publisher},
    }


PAGE = Page("/", "home.html", _read, _show)
