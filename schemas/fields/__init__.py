"""The fields that records are made of.

Each knows its JSON Schema in both directions: `written` is what a client may send, `read` is what
it gets. Both feed the OpenAPI description.
"""

from .base import Checked
from .dates import Day, FuzzyDateField
from .nested import Listed, One
from .numbers import Count, Degrees, Number, Yes
from .references import ID, ID_PATTERN, Id, Reference, id_fault
from .texts import CountryCode, Digest, LanguageTag, Matching, SavedText, TermOf, Text, WebAddress

__all__ = [
    "ID",
    "ID_PATTERN",
    "Checked",
    "Count",
    "CountryCode",
    "Day",
    "Degrees",
    "Digest",
    "FuzzyDateField",
    "Id",
    "LanguageTag",
    "Listed",
    "Matching",
    "Number",
    "One",
    "Reference",
    "SavedText",
    "TermOf",
    "Text",
    "WebAddress",
    "Yes",
    "id_fault",
]
