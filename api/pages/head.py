"""What stands around a page: in its head, above it and below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

from flask import request

from api.http.languages import LANG, LANGUAGES, OWN
from api.http.responses import public_base
from schemas.base import Json

from .language_choice import Language
from .links import Link
from .translating import spoken

if TYPE_CHECKING:
    from .page import Asked, Shown


_OEMBED = {"json": "application/json", "xml": "text/xml"}


@dataclass(frozen=True)
class Head:
    """The head of a page.

    `address`: its path; `bare`: the same with what it understood of the query, without what its reader chose,
    which is in `choices`.
    """

    title: str
    description: str
    address: str
    bare: str
    twin: str = ""
    about: Json | None = None
    publisher: str = ""
    licence: str = ""
    perspectives: Sequence[Link] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    #: Whether it can be shown as it was.
    has_past: bool = False
    #: Whether search engines may list it.
    listed: bool = True
    #: Whether other sites can embed it.
    embeddable: bool = False
    #: Whether there is such a page.
    exists: bool = True
    #: Whether the API has the same as GeoJSON.
    located: bool = False
    #: Whether it shows what the record says, in whatever language that is.
    quotes: bool = True

    @classmethod
    def of(cls, shown: "Shown", asked: "Asked", query: str, choices: Mapping[str, str]) -> "Head":
        """The head of what is shown."""
        address = quote(request.path, safe="/")
        head = cls(
            shown.title,
            shown.description,
            address,
            f"{address}{query}",
            shown.twin,
            None,
            asked.settings.publisher_name,
            asked.settings.licence,
            shown.perspectives,
            choices,
            "as_of" in asked.query.values,
            shown.listed and "as_of" not in choices,
            shown.embeddable,
            located=shown.located,
        )
        return head if shown.about is None else head.with_about(shown.about)

    def with_about(self, about: Json) -> "Head":
        """The same with what it is about in the words of schema.org."""
        context = {"@context": "https://schema.org", "url": self.canonical}
        return replace(self, about=context | about)

    @property
    def language(self) -> str | None:
        """The language that its address names."""
        return self.choices.get(LANG)

    @property
    def as_of(self) -> str | None:
        """The moment at which it is shown."""
        return self.choices.get("as_of")

    @property
    def perspective(self) -> str | None:
        """The party whose names are shown."""
        return self.choices.get("perspective")

    @property
    def perspective_name(self) -> str | None:
        """What that party is called."""
        named = (p.text for p in self.perspectives if p.href and p.href.endswith(f"/{self.perspective}"))
        return next(named, self.perspective)

    def with_choices(self, **chosen: str | None) -> str:
        """This page as its reader has it, with other choices; None leaves one out."""
        pairs = {name: value for name, value in {**self.choices, **chosen}.items() if value}
        # A cursor is one of the record as it stood, and as it was shown.
        bare = self.bare if chosen.keys() <= {LANG} else _joined(self.address, self.narrowing)
        return _joined(bare, pairs)

    @property
    def narrowing(self) -> list[tuple[str, str]]:
        """What its address asks for beside what its reader chose, from the beginning on."""
        pairs = parse_qsl(self.bare.partition("?")[2])
        return [(name, value) for name, value in pairs if name != "after"]

    @property
    def geojson(self) -> str | None:
        """Where the API has the same as GeoJSON."""
        return _joined(self.twin, {"format": "geojson"}) if self.located else None

    # Languages

    @property
    def canonical(self) -> str:
        """Its public address in its language."""
        return self._in(spoken())

    @property
    def alternates(self) -> list[tuple[str, str]]:
        """(language, public address) of the page in every language; `x-default` is for readers of others."""
        return [*((code, self._in(code)) for code in LANGUAGES), ("x-default", self._in(OWN))]

    def _in(self, language: str) -> str:
        # English stands at the bare address, where who asks for no other language finds it.
        return f"{public_base()}{_joined(self.bare, {LANG: language} if language != OWN else {})}"

    @property
    def embeds(self) -> list[tuple[str, str]]:
        """(media type, address) of what oEmbed says of the page."""
        if not self.embeddable:
            return []
        asked = f"{public_base()}/oembed?{urlencode({'url': f'{public_base()}{self.address}'})}"
        return [(f"{kind}+oembed", f"{asked}&format={form}") for form, kind in _OEMBED.items()]

    @property
    def switch(self) -> list[Language]:
        """The page in every language, for its reader."""
        here = spoken()
        return [
            Language(code, name, self.with_choices(**{LANG: code}), code == here)
            for code, name in LANGUAGES.items()
        ]


def _joined(address: str, pairs: Mapping[str, str] | Sequence[tuple[str, str]]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(pairs, safe=':,')}" if pairs else address
