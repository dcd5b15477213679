"""Query parameters: what each is called, what it takes, how it is read. Nothing is ever guessed."""

from .boxes import Box, box
from .lists import choices, countries, ids, languages, list_of_values, terms
from .reading import Parameter, Query, QueryError, QueryFault, read_query
from .times import DateRange, as_of, date_range, moment
from .values import (
    choice,
    decimal,
    flag,
    label,
    language_range,
    number,
    one_id,
    opaque,
    search_text,
    unit,
)

__all__ = [
    "Box",
    "DateRange",
    "Parameter",
    "Query",
    "QueryError",
    "QueryFault",
    "as_of",
    "box",
    "choice",
    "choices",
    "countries",
    "date_range",
    "decimal",
    "flag",
    "ids",
    "label",
    "language_range",
    "languages",
    "list_of_values",
    "moment",
    "number",
    "one_id",
    "opaque",
    "read_query",
    "search_text",
    "terms",
    "unit",
]
