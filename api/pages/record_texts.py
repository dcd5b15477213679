"""Texts of the record as pages show them: in the page's language, with the original beside."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.http.languages import OWN
from api.records.answers.translation import best_text, in_language_of_readers, written_in
from api.records.core.state import State
from schemas.base import Json

from .links import Link, optional_link
from .translating import N_, _, spoken


@dataclass(frozen=True)
class Text:
    """A text of the record. `language`: in which it stands, None where that is the record's own.

    Of a translation: `mark`, what kind it is; `by`, whose; `original`, what the record itself says.
    """

    text: str
    language: str | None = None
    mark: str | None = None
    by: Link | None = None
    original: str | None = None
    original_language: str | None = None


_MARKS: Mapping[str, str] = {
    "official": N_("Official wording"),
    "own": N_("Translated by the editors"),
    "published": N_("Translated by others"),
    "common": N_("A name in use"),
    "machine": N_("Translated by a machine"),
}


def translated(state: State, document: Json) -> Json:
    """What a page read, with the names, titles, propositions and questions in the page's language."""
    # What is in English, the record's own language, is shown to its readers as it is.
    return document if spoken() == OWN else dict(in_language_of_readers(state, spoken(), document))


def text_of(value: Json, member: str) -> Text:
    """A text of a record, or of an object in it, as it was read."""
    if member in value and value.get("translation"):
        return _text(value[member], value["translation"])
    return translated_text(value, member)


def translated_text(value: Json, member: str) -> Text:
    """One that stays as it is when names and titles are translated: a note, a quotation."""
    own = written_in(value, member)
    # Readers of English have the original, unless it says that it is in another language.
    best = best_text(value, member, spoken()) if own or spoken() != OWN else None
    return _text(best["text"], best["shown"]) if best else Text(value[member], own)


def optional_text(value: Json, member: str) -> Text | None:
    """The same of a text that may be missing."""
    return translated_text(value, member) if value[member] else None


def _text(text: str, shown: Json) -> Text:
    return Text(
        text,
        shown["language"],
        _(_MARKS[shown["kind"]]),
        optional_link(shown["by"]),
        shown["original"],
        shown["original_language"],
    )
