"""Texts, terms of vocabularies, language tags, codes, addresses, digests."""

import re
from typing import Any

from ..base import Fault, Json, quoted
from ..countries import COUNTRY_CODES, FORMER_COUNTRY_CODES
from ..language_tags import language_tag_fault
from ..text import MOST_MARKS, address_fault, long_run_of_marks, text_fault
from ..vocabularies import Vocabulary
from .base import Checked

_DIGEST = re.compile(r"^sha-256:[0-9a-f]{64}$")


class Text(Checked):
    """A string of 1 to `longest` characters without controls or invisible characters."""

    def __init__(self, longest: int, *, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest, self.lines = longest, lines

    @property
    def read(self) -> Json:  # type: ignore[override]  # computed from the bounds of this field
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    def fault(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return Fault("must be a string")
        if not value:
            return Fault("must not be empty; leave the member out or write null where nothing is known")
        if len(value) > self.longest:
            return Fault(f"is {len(value)} characters long; at most {self.longest} are allowed")
        wrong = text_fault(value, lines=self.lines)
        return Fault(wrong) if wrong else None


class SavedText(Checked):
    """A whole text with any characters, as long as a body may be."""

    read = {"type": "string"}

    def fault(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return Fault("must be a string")
        at = long_run_of_marks(value)
        if at is None:
            return None
        return Fault(
            f"holds more than {MOST_MARKS} combining marks or accents in a row at position {at}; remove them"
        )


class TermOf(Checked):
    """A term of a controlled vocabulary."""

    def __init__(self, vocabulary: Vocabulary, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.vocabulary = vocabulary

    @property
    def read(self) -> Json:  # type: ignore[override]  # computed from the vocabulary
        return self.vocabulary.schema

    def fault(self, value: Any) -> str | None:
        if isinstance(value, str) and value in self.vocabulary:
            return None
        known = self.vocabulary
        return Fault.of_choice(f"one of {known.name}", value, known.names, known.synonyms)


class LanguageTag(Checked):
    """A BCP 47 language tag in its canonical letter case."""

    read = {"type": "string", "maxLength": 35, "examples": ["en", "ja-Latn"]}

    def fault(self, value: Any) -> str | None:
        if not isinstance(value, str) or len(value) > 35:
            return Fault("must be a BCP 47 language tag such as en, ja or ja-Latn")
        return language_tag_fault(value)


class CountryCode(Checked):
    """ISO 3166-1 alpha-2, or the four letters of ISO 3166-3 for a country that is no more."""

    read = {"type": "string", "pattern": "^[A-Z]{2}([A-Z]{2})?$", "examples": ["JP", "SUHH"]}

    def fault(self, value: Any) -> str | None:
        if isinstance(value, str) and (value in COUNTRY_CODES or value in FORMER_COUNTRY_CODES):
            return None
        return Fault(f"{quoted(value)} is no ISO 3166 code: write JP, or SUHH for a former country")


class WebAddress(Checked):
    """An absolute http or https URL, in whatever script it was printed (RFC 3987)."""

    read = {"type": "string", "format": "iri", "maxLength": 2000}

    def fault(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return Fault("must be a string such as https://example.org/page")
        if len(value) > 2000:
            return Fault(f"is {len(value)} characters long; at most 2000 are allowed")
        wrong = address_fault(value)
        return Fault(wrong) if wrong else None


class Digest(Checked):
    """`sha-256:` and 64 hexadecimal digits."""

    read = {"type": "string", "pattern": "^sha-256:[0-9a-f]{64}$"}

    def fault(self, value: Any) -> str | None:
        if isinstance(value, str) and _DIGEST.match(value) and len(value) == 72:
            return None
        return Fault("must be sha-256: followed by 64 hexadecimal digits in lower case")


class Matching(Checked):
    """A string of a fixed pattern, such as an identifier elsewhere."""

    def __init__(self, pattern: str, example: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pattern, self.example = pattern, example

    @property
    def read(self) -> Json:  # type: ignore[override]  # computed from the pattern of this field
        return {"type": "string", "pattern": self.pattern, "examples": [self.example]}

    def fault(self, value: Any) -> str | None:
        if isinstance(value, str) and re.fullmatch(self.pattern[1:-1], value):
            return None
        return Fault(f"{quoted(value)} does not have this form: write it like {self.example}")
