"""The page of a dated happening: when it was, as precisely as is known, and who took part."""

from api.formats import schema_org
from api.records.answers.translation import as_written
from api.records.core.registry import CLAIM, DATE
from schemas.base import Json

from .citations import citations
from .dates_in_words import precision, when
from .history import history, revisions_of
from .links import Link, link_to, links_to
from .numbers import in_words
from .page import CHOOSING, Asked, Page, Shown
from .reading import one, users_of_names
from .record_texts import optional_text, text_of
from .record_view import Fact, RecordView, description_of, facts, listings, one_link, selected
from .translating import _
from .words import term


def _read(asked: Asked) -> Json:
    state, date = asked.state, [asked.id]
    record = one(state, DATE, asked.id)
    named = [*record["places"], *(p["party"] for p in record["participants"])]
    return {
        "date": record,
        "revisions": revisions_of(state, record),
        "parts": selected(state, DATE, "when", part_of=date),
        "claims": selected(state, CLAIM, "-said", within=date),
        "users": users_of_names(state, (r["id"] for r in named)),
    }


def _show(document: Json, asked: Asked) -> Shown:
    date = document["date"]
    view = RecordView(
        term(date["kind"]),
        text_of(date, "title"),
        facts(
            Fact(_("When"), when=when(date["when"])),
            Fact(_("How precisely it is known"), text=_precision(date)),
            one_link(_("After"), date["after"]),
            one_link(_("Before"), date["before"]),
            Fact(_("In numbers"), text=_in_numbers(date["quantities"])),
            Fact(_("Who took part"), [_participant(p) for p in date["participants"]]),
            Fact(_("Where"), links_to(date["places"])),
            one_link(_("Part of"), date["part_of"]),
        ),
        optional_text(date, "description"),
        citations=citations(date["citations"]),
        listings=listings((_("Its parts"), document["parts"]), (_("What is said of it"), document["claims"])),
        history=history(document["revisions"]),
    )
    perspectives = links_to(document["users"])
    self = date["links"]["self"]
    described = schema_org.event(as_written(date))
    return Shown(view.title.text, description_of(view), self, view, described, perspectives)


def _precision(date: Json) -> str:
    """How precisely its time is known; one that follows from others is nobody's statement."""
    if date["when"].get("computed"):
        return _("not stated anywhere: computed from what it came after and before")
    return precision(date["when"])


def _in_numbers(quantities: list[Json]) -> str | None:
    return "; ".join(f"{quantity['of']}: {in_words(quantity)}" for quantity in quantities) or None


def _participant(participant: Json) -> Link:
    link, role = link_to(participant["party"]), participant["role"]
    return link._replace(note=term(role).lower()) if role and role != "participant" else link


PAGE = Page("/dates/<id>", "record.html", _read, _show, CHOOSING)
