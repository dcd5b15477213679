"""Kinds of filters, one class each: its parameter, its keys, its condition, its echo, its facets.

A filter is declared in the registry on one line. It derives the values that a record is found by (its keys),
which stand in `term` and `filter_key`, `date_key` and `posting`, and finds the records again that have them.
"""

from .base import (
    Filter,
    Part,
    RegistryError,
    Survivors,
    filter_parameters,
    named,
    narrower_of,
    parts_of,
)
from .dates import UNDATED, Dated, bounds_of_term, dated_term, term_touching, touching
from .followed import Members, Within
from .keys import Key, Keys, derived, each, one
from .located import Located, box_keys
from .measured import Measured, quantity_keys
from .values import AtLeast, Countries, Flag, Ids, Languages, Questions, Terms

__all__ = [
    "UNDATED",
    "AtLeast",
    "Countries",
    "Dated",
    "Filter",
    "Flag",
    "Ids",
    "Key",
    "Keys",
    "Languages",
    "Located",
    "Measured",
    "Members",
    "Part",
    "Questions",
    "RegistryError",
    "Survivors",
    "Terms",
    "Within",
    "bounds_of_term",
    "box_keys",
    "dated_term",
    "derived",
    "each",
    "filter_parameters",
    "named",
    "narrower_of",
    "one",
    "parts_of",
    "quantity_keys",
    "term_touching",
    "touching",
]
