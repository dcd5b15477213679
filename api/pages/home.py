"""The front page: what this record is, its dossiers, what changed last, and how programs read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from api.http.responses import public_base
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
class Command:
    """A line for a shell, and what it asks for."""

    what: str
    line: str


@dataclass(frozen=True)
class Home:
    """The front page."""

    stories: list[Story]
    newest: list[Listed]
    counts: list[tuple[Link, int]]
    commands: list[Command]


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
    home = Home(stories, newest, number, list(_commands(document)))
    return Shown(site_name(), _(_DESCRIPTION), "/v1", home, _about(publisher))


def _commands(document: Json) -> Iterator[Command]:
    """What a program may ask first, of records that are there."""
    for dossier in document["dossiers"][:1]:
        claims = f"/v1/claims?dossier={dossier['id']}&sort=-said&limit=5"
        yield Command(_("The claims of a dossier, those said last first"), _curl(claims))
    for claim in document["newest"][:1]:
        origins = _("Where a claim comes from: its sources and theirs, back to the origins")
        yield Command(origins, _curl(f"{claim['links']['self']}/provenance"))
    yield Command(_("The whole record, as lines of JSON"), _curl("/v1/export"))


def _curl(address: str) -> str:
    return f"curl -s {quote(public_base() + address)}"


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
