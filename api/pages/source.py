"""The page of a source: what document it is, where it comes from, what rests on it."""

from api.formats import schema_org
from api.formats.addresses import web_address
from api.records.answers.translation import as_written
from api.records.core.registry import CLAIM, PARTY, PLACE, SOURCE
from schemas.base import Json
from schemas.source import published_by

from .comparing import comparing
from .dates_in_words import day, when
from .history import history, revisions_of
from .links import Link, link_to, links_to
from .names import language_name
from .page import CHOOSING, Asked, Page, Shown
from .reading import one
from .record_texts import optional_text, text_of
from .record_view import Fact, RecordView, description_of, facts, listings, selected
from .translating import _, pgettext
from .words import derivation, in_a_row, term


def _read(asked: Asked) -> Json:
    state, source = asked.state, [asked.id]
    record = one(state, SOURCE, asked.id)
    return {
        "source": record,
        "revisions": revisions_of(state, record),
        "claims": selected(state, CLAIM, "-said", source=source),
        "from_it": selected(state, CLAIM, "-said", origin=source, **{"source.not": source}),
        "parties": selected(state, PARTY, "name", source=source),
        "places": selected(state, PLACE, "name", source=source),
        "derived": selected(state, SOURCE, "published", derived_from=source),
    }


def _show(document: Json, asked: Asked) -> Shown:
    source = document["source"]
    view = RecordView(
        term(source["kind"]),
        text_of(source, "title"),
        _facts(source),
        listings=listings(
            (_("Claims that cite it"), document["claims"]),
            (_("Claims that go back to it through others"), document["from_it"]),
            (_("Parties that are described by it"), document["parties"]),
            (_("Places that are described by it"), document["places"]),
            (_("Documents that draw on it"), document["derived"]),
        ),
        history=history(document["revisions"]),
        comparing=comparing([_itself(source)], _("No published record cites this source.")),
    )
    self = source["links"]["self"]
    described = schema_org.source(as_written(source))
    return Shown(view.title.text, description_of(view), self, view, described)


def _itself(source: Json) -> Json:
    return {"id": source["id"], "name": source["title"], "href": source["links"]["self"]}


def _facts(source: Json) -> list[Fact]:
    itself = [origin["id"] for origin in source["origins"]] == [source["id"]]
    return facts(
        Fact(_("Published by"), links_to(published_by(source))),
        Fact(_("Signed by"), links_to(source.get("signatories", ()))),
        Fact(pgettext("day of a document", "Published"), when=when(source["published"])),
        Fact(_("By"), text=in_a_row(source["authors"]), is_quoted=True),
        Fact(_("Read it"), web=web_address(source["url"])),
        Fact(_("Archived"), web=web_address(source["archived_url"])),
        Fact(_("Draws on"), [_parent(parent) for parent in source["derived_from"]]),
        Fact(_("Goes back to"), [] if itself else links_to(source["origins"])),
        Fact(_("Where it comes from"), text=_("It is its own origin.") if itself else None),
        Fact(_("Seen by the editors"), text=_held(source)),
        Fact(_("Language"), text=language_name(source["language"]) if source["language"] else None),
        Fact(_("Rights"), text=source["rights"], is_quoted=True),
        Fact(_("Note of the editors"), quoted=optional_text(source, "note")),
    )


def _parent(parent: Json) -> Link:
    link, sentence = link_to(parent["source"]), derivation(parent["how"])
    said = [sentence % {"one": _("this"), "other": _("that")}, link.note]
    return link._replace(note="; ".join(filter(None, said)))


def _held(source: Json) -> str:
    if not source["held"]:
        return _("No: it is known only through others.")
    return _("Yes, on %s.") % day(source["retrieved"]) if source["retrieved"] else _("Yes.")


PAGE = Page("/sources/<id>", "record.html", _read, _show, CHOOSING)
