"""Links of a page: to records by the page of each, to sources, and with what a reader has chosen."""

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from flask import g

from api.formats.addresses import page_address
from api.http.languages import LANG
from api.records.answers.translation import written_in
from schemas.base import Json

from .translating import _
from .words import BY_A_MACHINE, WITHDRAWN


# A page makes hundreds of these: a named tuple is made in a third of the time that a frozen dataclass takes.
class Link(NamedTuple):
    """A record as another page shows it: what it is called, and its page (None where it has none).

    `language`: of `text`, None where that is the record's own; `neutral`: its neutral name, where `text` is
    one party's; `note`: what must be said beside it.
    """

    text: str
    href: str | None = None
    neutral: str | None = None
    language: str | None = None
    note: str | None = None
    neutral_language: str | None = None


def link_to(reference: Json) -> Link:
    """A reference of the API as a link to a page."""
    language = _language(reference.get("translation"), reference.get("written_in"))
    return _link(reference, reference.get("name"), reference["href"], language)


def link_to_record(record: Json, title: str = "name") -> Link:
    """A record as it is served, as a link to its page."""
    language = _language(record.get("translation"), written_in(record, title))
    return _link(record, record[title], record["links"]["self"], language)


def _link(of: Json, name: str | None, href: str, language: str | None) -> Link:
    text, neutral = name or of["id"], of.get("neutral_name")
    return Link(
        text,
        page_address(href),
        neutral if neutral != text else None,
        of.get("name_language") or language,
        _note(of),
        language,
    )


def _language(translation: Json | None, own: str | None) -> str | None:
    """In which language a name is shown; None where that is the record's own."""
    return str(translation["language"]) if translation else own


def _note(reference: Json) -> str | None:
    """What must be said beside a record's name; whose translation it is says its own page."""
    said = [_(WITHDRAWN)] if reference.get("status") == "retracted" else []
    shown = reference.get("translation")
    said += [_(BY_A_MACHINE)] if shown and shown["kind"] == "machine" else []
    return _("; ").join(said) if said else None


def links_to(references: Iterable[Json]) -> list[Link]:
    """References as links, each record once."""
    return [link_to(r) for r in {r["id"]: r for r in references}.values()]


def optional_link(reference: Json | None) -> Link | None:
    """The same for a reference that may be missing."""
    return link_to(reference) if reference else None


def host_of(url: str) -> str:
    """The host of an address, as readers know it."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


class Choices(dict[str, str]):
    """What a reader has chosen, by the names of its parameters: each link of a page carries it on."""

    @cached_property
    def query(self) -> str:
        """All of it."""
        return _query(self)

    @cached_property
    def query_of_api(self) -> str:
        """What the API knows of it: it has no language."""
        return _query({name: value for name, value in self.items() if name != LANG})

    @cached_property
    def query_of_language(self) -> str:
        """The language alone."""
        return _query({name: value for name, value in self.items() if name == LANG})


_NONE = Choices()


def _query(chosen: dict[str, str]) -> str:
    return urlencode(chosen, quote_via=quote, safe=":,")


def with_choices(href: str) -> str:
    """An address of this service with what its reader has chosen: language, moment and perspective."""
    chosen: Choices = g.get("choices", _NONE)
    return _with(href, chosen.query_of_api if _is_of_the_api(href) else chosen.query)


def in_language(href: str) -> str:
    """The address of another page with the language that its reader has chosen, and nothing else of that."""
    chosen: Choices = g.get("choices", _NONE)
    return _with(href, chosen.query_of_language)


def _is_of_the_api(href: str) -> bool:
    return href == "/v1" or href.startswith("/v1/")


def _with(href: str, query: str) -> str:
    if not query:
        return href
    path, hash_, fragment = href.partition("#")
    return f"{path}{'&' if '?' in path else '?'}{query}{hash_}{fragment}"
