"""The page of a place: what each side calls it, who claims it, who has it."""

from collections.abc import Sequence

from api.formats import schema_org
from api.records.answers.translation import as_written
from api.records.core.registry import CLAIM, DATE, PLACE
from api.records.core.state import State
from schemas.base import Json

from .cited_facts import cited_attributes
from .history import history, revisions_of
from .links import links_to
from .map import map_of, meridian, nearest, parallel
from .page import CHOOSING, Asked, Page, Shown
from .reading import list_of, one, users_of_names
from .record_texts import optional_text
from .record_view import (
    Fact,
    RecordView,
    description_of,
    elsewhere,
    facts,
    listings,
    name_of,
    names,
    one_link,
    selected,
)
from .translating import _
from .words import in_a_row, term

#: Places among which the nearest are looked for, and dossiers whose places these are.
MOST_COMPARED, MOST_DOSSIERS = 200, 5


def _read(asked: Asked) -> Json:
    state, place = asked.state, [asked.id]
    record = one(state, PLACE, asked.id)
    parts = selected(state, PLACE, "name", part_of=place)
    claims = selected(state, CLAIM, "-said", within=place)
    dates = selected(state, DATE, "-when", place=place)
    beside = [*parts["data"], *_beside(state, record)]
    return {
        "place": record,
        "revisions": revisions_of(state, record),
        "parts": parts,
        "claims": claims,
        "dates": dates,
        "users": users_of_names(state, place),
        "beside": beside,
        "near": _near(state, record, beside, [*claims["data"], *dates["data"]]),
    }


def _beside(state: State, place: Json) -> list[Json]:
    """The other parts of what it is a part of."""
    whole = place["part_of"]
    return selected(state, PLACE, "name", part_of=[whole["id"]])["data"] if whole else []


def _near(state: State, place: Json, beside: Sequence[Json], told: Sequence[Json]) -> list[Json]:
    """The nearest places of the dossiers in which something is told of it."""
    dossiers = list(dict.fromkeys(reference["id"] for record in told for reference in record["dossiers"]))
    if not dossiers:
        return []
    places, _total = list_of(state, PLACE, MOST_COMPARED, dossier=dossiers[:MOST_DOSSIERS])
    return nearest(place, places, beside)


def _show(document: Json, asked: Asked) -> Shown:
    place = document["place"]
    view = RecordView(
        term(place["kind"]),
        name_of(place),
        facts(
            Fact(_("Claimed by"), links_to(place["claimed_by"])),
            Fact(_("Administered by"), links_to(place["administered_by"])),
            one_link(_("Part of"), place["part_of"]),
            Fact(_("Where it is"), text=_position(place["coordinates"])),
            *elsewhere(place),
        ),
        optional_text(place, "description"),
        names(place),
        cited=cited_attributes(place),
        listings=listings(
            (_("Its parts"), document["parts"]),
            (_("What is said of it"), document["claims"]),
            (_("What happened there"), document["dates"]),
        ),
        history=history(document["revisions"]),
        map=map_of(place, [*document["beside"], *document["near"]]),
    )
    perspectives = links_to(document["users"])
    self = place["links"]["self"]
    described = schema_org.place(as_written(place))
    return Shown(view.title.text, description_of(view), self, view, described, perspectives, located=True)


def _position(point: Json | None) -> str | None:
    """Degrees as maps write them."""
    if point is None:
        return None
    return in_a_row([parallel(point["latitude"]), meridian(point["longitude"])])


PAGE = Page("/places/<id>", "record.html", _read, _show, CHOOSING)
