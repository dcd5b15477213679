"""The page of a party: what it is, what it says, what is said of it."""

from api.formats import schema_org
from api.records.answers.translation import as_written
from api.records.core.registry import CLAIM, DATE, PARTY, SOURCE
from schemas.base import Json

from .cited_facts import cited_attributes, cited_offices
from .dates_in_words import when
from .history import history, revisions_of
from .links import Link, link_to, links_to
from .names import country_name
from .page import CHOOSING, Asked, Page, Shown
from .reading import one, users_of_names
from .record_texts import optional_text, text_of
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
from .translating import _, pgettext
from .words import term


def _read(asked: Asked) -> Json:
    state, party = asked.state, [asked.id]
    record = one(state, PARTY, asked.id)
    others = {"claimant.not": party}
    return {
        "party": record,
        "revisions": revisions_of(state, record),
        "says": selected(state, CLAIM, "-said", claimant=party),
        "held": selected(state, CLAIM, "-said", position_of=party, **others),
        "about": selected(state, CLAIM, "-said", about=party, **others),
        "hands": selected(state, CLAIM, "-said", via=party, **others),
        "dates": selected(state, DATE, "-when", participant=party),
        "judged": selected(state, CLAIM, "-said", reviewed_by=party),
        "signed": selected(state, SOURCE, "-published", signatory=party),
        "sources": selected(state, SOURCE, "-published", publisher=party),
        "parts": selected(state, PARTY, "name", part_of=party),
        "members": selected(state, PARTY, "name", member_of=party),
        "users": users_of_names(state, party),
    }


def _show(document: Json, asked: Asked) -> Shown:
    party = document["party"]
    view = RecordView(
        term(party["kind"]),
        name_of(party),
        _facts(party),
        optional_text(party, "description"),
        names(party),
        cited=[*cited_offices(party["offices"]), *cited_attributes(party)],
        listings=listings(
            (_("Speaking"), document["says"]),
            (_("Its position, stated by others"), document["held"]),
            (_("Spoken of"), document["about"]),
            (_("Passed on from others"), document["hands"]),
            (_("Judged by it"), document["judged"]),
            (_("Took part in"), document["dates"]),
            (pgettext("documents of a party", "Published"), document["sources"]),
            (pgettext("documents of a party", "Signed"), document["signed"]),
            (_("Parts"), document["parts"]),
            (_("Members"), document["members"]),
        ),
        history=history(document["revisions"]),
    )
    perspectives = links_to(document["users"])
    self = party["links"]["self"]
    described = schema_org.party(as_written(party))
    return Shown(view.title.text, description_of(view), self, view, described, perspectives)


def _facts(party: Json) -> list[Fact]:
    return facts(
        *(_office(office) for office in party["offices"]),
        Fact(_("Member of"), [_membership(m) for m in party["memberships"]]),
        one_link(_("Part of"), party["part_of"]),
        Fact(_("Follows"), links_to(party["predecessors"])),
        Fact(_("Country"), text=country_name(party["country"])),
        *elsewhere(party),
    )


def _office(office: Json) -> Fact:
    held, title = when(office["held"]), text_of(office, "title")
    return Fact(title.text, [link_to(office["of"])] if office["of"] else [], held, title=title)


def _membership(membership: Json) -> Link:
    held = when(membership["held"])
    link = link_to(membership["party"])
    return link._replace(note=held.display) if held else link


PAGE = Page("/parties/<id>", "record.html", _read, _show, CHOOSING)
