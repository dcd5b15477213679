"""Citations: where exactly, in which source (W3C Web Annotation, URL text fragments)."""

from typing import Any
from urllib.parse import quote

from marshmallow import ValidationError, validates_schema

from .base import Fault, Json, Rendering, ValueSchema
from .fields import Checked, Count, Digest, FuzzyDateField, LanguageTag, Matching, One, Reference, Text
from .record import CheckSchema, doc
from .translation import TranslatedSchema, Translations


class TextPositionSchema(ValueSchema):
    """Code points of the source's text, from 0, end exclusive (TextPositionSelector)."""

    start = Count(required=True)
    end = Count(required=True)

    @validates_schema
    def _in_order(self, value: Json, **_: Any) -> None:
        if value["start"] >= value["end"]:
            raise ValidationError(Fault("must be greater than start"), "end")


class TextQuoteSchema(ValueSchema):
    """A few words at the edges of the span, as in URL text fragments."""

    start = Text(300, required=True, metadata=doc("First words of the span."))
    end = Text(300, metadata=doc("Last words of the span; null where `start` is all of it."))
    prefix = Text(300, metadata=doc("Words just before the span."))
    suffix = Text(300, metadata=doc("Words just after the span."))


class LocatorSchema(ValueSchema):
    """Where in the source the span stands."""

    paragraph = Count(1, 100_000, metadata=doc("Block between blank lines, from 1."))
    page = Text(20, metadata=doc("As printed, such as 12 or xiv."))
    timecode = Matching(
        r"^\d{1,2}:[0-5]\d:[0-5]\d(\.\d{1,3})?$", "00:14:05", metadata=doc("Hours:minutes:seconds.")
    )
    position = One(TextPositionSchema)
    text = One(TextQuoteSchema)
    digest = Digest(metadata=doc("SHA-256 of the span in UTF-8."))
    folded_digest = Digest(metadata=doc("SHA-256 of the folded span in UTF-8."))


class DeepLink(Checked):
    """The source's address with a text fragment that marks the span."""

    _CHECK_ATTRIBUTE = False
    read = {"type": "string", "format": "iri"}

    def _serialize(self, value: Any, attr: Any, obj: Json, **kwargs: Any) -> str | None:
        address = Rendering.get().source_address(obj["source"])
        return deep_link(address, (obj.get("locator") or {}).get("text")) if address else None


class Checks(Checked):
    """The last check of this source at this locator, with this quotation."""

    _CHECK_ATTRIBUTE = False
    read = {"$ref": "#/components/schemas/Check"}

    def _serialize(self, value: Any, attr: Any, obj: Json, **kwargs: Any) -> Json:
        return Rendering.get().check_of(obj)


class CitationSchema(TranslatedSchema):
    """A passage of a source."""

    translates = ("quote",)
    written_in = "quote"

    source = Reference("source", required=True)
    locator = One(LocatorSchema)
    states = FuzzyDateField(metadata=doc("The date that this source gives, where it differs."))
    quote = Text(2000, lines=True, metadata=doc("Verbatim; only where the curator has the right."))
    language = LanguageTag(metadata=doc("Of the quotation."))
    translations = Translations()
    deep_link = DeepLink(dump_only=True)
    check = Checks(dump_only=True, allow_none=False)


def deep_link(address: str, text: Json | None) -> str | None:
    """`address#fragment:~:text=[prefix-,]start[,end][,-suffix]`, or None without edge words.

    A fragment of the address stays, since some pages route by it; a directive in it goes.

    https://wicg.github.io/scroll-to-text-fragment/ : comma, hyphen and ampersand are syntax there,
    so they are percent-encoded in the words.
    """
    if not text:
        return None

    def words(part: str) -> str:
        return quote(part, safe="").replace("-", "%2D")

    parts = [f"{words(text['prefix'])}-"] if text.get("prefix") else []
    parts += [words(text[edge]) for edge in ("start", "end") if text.get(edge)]
    parts += [f"-{words(text['suffix'])}"] if text.get("suffix") else []
    page, _, fragment = address.partition("#")
    return f"{page}#{fragment.partition(':~:')[0]}:~:text={','.join(parts)}"


__all__ = ["CheckSchema", "CitationSchema", "deep_link"]
