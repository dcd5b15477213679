"""The page of a place: what each side calls it, who claims it, who has it."""

from api.records.answers.translation import as_written
from api.records.core.registry import CLAIM, DATE, PLACE
from api.records.core.state import State
from schemas.base import Json

from . import about
from .citations import citations
from .history import history, revisions_of
from .links import links_to
from .map import map_of
from .page import CHOOSING, Asked, Page, Shown
from .reading import one, users_of_names
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
from .words import number, term


def _read(asked: Asked) -> Json:
    state, place = asked.state, [asked.id]
    record = one(state, PLACE, asked.id)
    return {
        "place": record,
        "revisions": revisions_of(state, record),
        "parts": selected(state, PLACE, "name", part_of=place),
        "claims": selected(state, CLAIM, "-said", within=place),
        "dates": selected(state, DATE, "-when", place=place),
        "users": users_of_names(state, place),
        "beside": _beside(state, record),
    }


def _beside(state: State, place: Json) -> list[Json]:
    """The other parts of what it is a part of."""
    whole = place["part_of"]
    return selected(state, PLACE, "name", part_of=[whole["id"]])["data"] if whole else []


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
        citations([citation for attribute in place["attributes"] for citation in attribute["citations"]]),
        listings=listings(
            (_("Its parts"), document["parts"]),
            (_("What is said of it"), document["claims"]),
            (_("What happened there"), document["dates"]),
        ),
        history=history(document["revisions"]),
        map=map_of(place, [*document["parts"]["data"], *document["beside"]]),
    )
    perspectives = links_to(document["users"])
    self = place["links"]["self"]
    described = about.place(as_written(place))
    return Shown(view.title.text, description_of(view), self, view, described, perspectives)


def _position(point: Json | None) -> str | None:
    """Degrees as maps write them."""
    if point is None:
        return None
    latitude, longitude = point["latitude"], point["longitude"]
    north = _("N") if latitude >= 0 else _("S")
    east = _("E") if longitude >= 0 else _("W")
    return f"{number(abs(latitude))}° {north}, {number(abs(longitude))}° {east}"


PAGE = Page("/places/<id>", "record.html", _read, _show, CHOOSING)
