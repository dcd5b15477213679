"""The same thing elsewhere: identifiers that others gave it, its own pages, a picture."""

from collections.abc import Callable
from typing import Any

from stdnum import isni, lei

from .base import Fault, ValueSchema, quoted
from .fields import Matching, Text, WebAddress
from .record import doc


def is_gnd(identifier: str) -> bool:
    """Whether the last character of a GND number is the one that the others lead to.

    Bodies and subjects have it behind a hyphen and count it otherwise than persons and records since 2012.
    https://www.dnb.de/EN/gnd
    """
    digits, last = identifier[:-1].removesuffix("-"), identifier[-1]
    weighed = sum(weight * int(digit) for weight, digit in enumerate(reversed(digits), 2)) % 11
    check = weighed if "-" in identifier else -weighed % 11
    return last == "0123456789X"[check]


class Identifier(Matching):
    """An identifier with a check digit, that a slip of a character shows itself."""

    def __init__(self, pattern: str, example: str, fits: Callable[[str], bool], **kwargs: Any) -> None:
        super().__init__(pattern, example, **kwargs)
        self.fits = fits

    def fault(self, value: Any) -> str | None:
        wrong = super().fault(value)
        if wrong or self.fits(value):
            return wrong
        return Fault(f"{quoted(value)} has a wrong character: its check digit does not fit")


class _SharedSchema(ValueSchema):
    wikidata = Matching(r"^Q[1-9]\d{0,11}$", "Q132345")
    isni = Identifier(r"^\d{15}[\dX]$", "0000000121032683", isni.is_valid)
    viaf = Matching(r"^[1-9]\d{0,21}$", "97006051")
    gnd = Identifier(
        r"^(1[012]?\d{7}[\dX]|[47]\d{6}-\d|[1-9]\d{0,7}-[\dX]|3\d{7}[\dX])$", "118540238", is_gnd
    )


class IdentifiersSchema(_SharedSchema):
    """The same thing elsewhere."""

    lei = Identifier(r"^[A-Z\d]{18}\d\d$", "549300MLUDYVRQOOXS22", lei.is_valid)


class PlaceIdentifiersSchema(_SharedSchema):
    """The same place elsewhere."""

    geonames = Matching(r"^[1-9]\d{0,8}$", "2127515")


class ImageSchema(ValueSchema):
    """A picture that stands elsewhere: pages lead to it and never load it."""

    url = WebAddress(required=True)
    credit = Text(300, metadata=doc("Whose picture it is."))
    licence = Text(300, metadata=doc("Under which terms it may be shown: a name or an address."))
    alt = Text(1000, metadata=doc("What is to be seen, for who does not see it."))


#: Addresses of one thing, at most.
MOST_ADDRESSES = 20
#: Addresses of what other records are known by, by identifier.
ADDRESSES = {
    "wikidata": "http://www.wikidata.org/entity/{}",
    "isni": "https://isni.org/isni/{}",
    "viaf": "https://viaf.org/viaf/{}",
    "gnd": "https://d-nb.info/gnd/{}",
    "lei": "https://search.gleif.org/#/record/{}",
    "geonames": "https://sws.geonames.org/{}/",
}
