"""Texts of a record in other languages, beside the originals, which they never replace."""

from collections.abc import Iterator
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validates_schema

from .base import Fault, Json, ValueSchema
from .fields import LanguageTag, Listed, One, Reference, TermOf, Text
from .vocabularies import TRANSLATABLE, TRANSLATION_KINDS

#: Translations that stand beside the texts of one object.
MOST_TRANSLATIONS = 100
#: The member in which they stand.
TRANSLATIONS = "translations"
_LONGEST = 5000
#: Texts in whose place a read shows a translation that is asked for.
SHOWN_TRANSLATED = ("name", "title", "proposition", "text")


class TranslationSchema(ValueSchema):
    """A text of the object that it stands in, in another language."""

    member = TermOf(TRANSLATABLE, required=True)
    language = LanguageTag(required=True)
    text = Text(_LONGEST, lines=True, required=True)
    by = Reference("party", itself=True, metadata={"description": "Whose translation it is."})
    kind = TermOf(TRANSLATION_KINDS, required=True)


class Translations(Listed):
    """The translations of an object's texts: one for each text, language and kind."""

    def __init__(self) -> None:
        super().__init__(One(TranslationSchema), MOST_TRANSLATIONS, once=("member", "language", "kind"))


class TranslatedSchema(ValueSchema):
    """An object of which texts may stand in other languages too, in its member `translations`."""

    #: Members that may be translated.
    translates: ClassVar[tuple[str, ...]] = ()
    #: The one of them whose language the member `language` states.
    written_in: ClassVar[str | None] = None

    @validates_schema
    def _translations_fit(self, value: Json, **_: Any) -> None:
        listed = value.get(TRANSLATIONS) or ()
        faults = {index: dict(self._misfits(value, one)) for index, one in enumerate(listed)}
        if found := {index: some for index, some in faults.items() if some}:
            raise ValidationError({TRANSLATIONS: found})

    def _misfits(self, value: Json, translation: Json) -> Iterator[tuple[str, list[str]]]:
        """What is wrong with a translation of a text of this object, by its members."""
        member = translation["member"]
        if member not in self.translates:
            yield "member", [Fault.of_choice("a text here that is translated", member, self.translates)]
            return
        if not value.get(member):
            yield "member", [Fault(f"there is no {member} here to be translated")]
        if member == self.written_in and translation["language"] == value.get("language"):
            yield "language", [Fault(f"is the language of the {member} itself")]
        field: fields.Field[Any] = self.fields[member]
        if isinstance(field, Text) and (wrong := field.fault(translation["text"])):
            yield "text", [wrong]
