"""Citations as pages show them: where exactly something stands, and whether it still does."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from api.formats.addresses import web_address
from schemas.base import Json

from .dates_in_words import in_words
from .links import Link, host_of, link_to
from .record_texts import Text, optional_text
from .translating import _
from .words import checked, in_a_row


@dataclass(frozen=True)
class Citation:
    """A passage of a source. `at`: the host of `deep_link`, which marks the passage where it stands."""

    source: Link
    place: str
    quote: Text | None
    words: str | None
    states: str | None
    deep_link: str | None
    at: str
    check: str
    compared: bool
    #: Of the words, where it is known.
    language: str


def citations(found: Iterable[Json]) -> list[Citation]:
    """Citations of a record as served."""
    return [_citation(citation) for citation in found]


def _citation(citation: Json) -> Citation:
    locator, check = citation["locator"] or {}, citation["check"]
    language = citation["language"] or citation["source"].get("language") or "und"
    link = web_address(citation["deep_link"])
    states = citation["states"]
    return Citation(
        link_to(citation["source"]),
        _place(locator),
        _quote(citation, language),
        None if citation["quote"] else _words(locator.get("text")),
        in_words(states) if states else None,
        link,
        host_of(link) if link else "",
        checked(check["status"], check["checked"]),
        check["status"] != "not-checked",
        language,
    )


def _quote(citation: Json, language: str) -> Text | None:
    """The quotation in its own words, or a translation of these with them beside."""
    quote = optional_text(citation, "quote")
    if quote is None or quote.original is None:
        return quote and replace(quote, language=language)
    return replace(quote, original_language=language)


def _place(locator: Json) -> str:
    """Where in the source, for somebody with a copy of it."""
    said = {
        "paragraph": _("paragraph %s"),
        "page": _("page %s"),
        "timecode": _("at %s"),
    }
    return in_a_row([text % locator[name] for name, text in said.items() if locator.get(name) is not None])


def _words(text: Json | None) -> str | None:
    """The words at the edges of the passage: the passage itself is its publisher's."""
    if not text:
        return None
    return f"{text['start']} … {text['end']}" if text["end"] else str(text["start"])
