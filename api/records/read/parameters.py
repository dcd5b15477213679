"""What a collection can be asked for, by the API and by pages, derived from its record type's declaration."""

from collections.abc import Iterable
from functools import cache

from schemas import query
from schemas.query import Parameter, Query, QueryError, QueryFault
from schemas.vocabularies import DATE_MATCHES

from ..core import filters as of_filters
from ..core.filters import Filter
from ..core.registry import RecordType

Parameters = dict[str, Parameter]
LARGEST_PAGE = 200
PAGE = 50
SEARCH_TEXT = (
    '`"…"` is a phrase, `-word` excludes, `word*` begins a word; all else is text, found without regard to '
    "case and diacritics, also inside words."
)


def by_name(parameters: Iterable[Parameter]) -> Parameters:
    """Parameters as an endpoint or a page declares them."""
    return {parameter.name: parameter for parameter in parameters}


def match_parameter() -> Parameter:
    """How surely a date must touch a range."""
    text = "Whether a fuzzy date must possibly or certainly touch the range of a date filter."
    return query.choice("match", text, DATE_MATCHES.names, "possible", DATE_MATCHES.synonyms)


@cache
def filter_parameters(filters: tuple[Filter, ...]) -> Parameters:
    """What records can be narrowed by, apart from `id` and `q`."""
    found = of_filters.filter_parameters(filters)
    if any(f.dated for f in filters):
        found.append(match_parameter())
    found.append(query.moment("updated_since", "Records whose `meta.updated` is at or after this time."))
    return by_name(found)


def sort_parameter(record_type: RecordType, default: str = "id") -> Parameter:
    """In which order records stand."""
    sorts = [name for key in record_type.sorts for name in (key, f"-{key}")]
    return query.choice("sort", "Order; `-` descends, the id breaks ties.", sorts, default)


def text_parameter() -> Parameter:
    """Words that records hold."""
    return query.search_text("q", f"Text that the records hold. {SEARCH_TEXT}")


@cache
def page_parameters() -> Parameters:
    """Where a page begins and how long it is."""
    found = [
        query.number("limit", "Most records on the page.", 1, LARGEST_PAGE, PAGE),
        query.opaque("after", "Where the page begins: `page.next` of the page before."),
    ]
    return by_name(found)


def require_past(asked: Query) -> None:
    """Refuse beside `as_of` what only the present can answer."""
    for beside in ("id", "status", "q"):
        if "as_of" in asked.given and beside in asked.given:
            fault = f"as_of cannot stand beside {beside}, which shows the present"
            raise QueryError([QueryFault("as_of", fault)])
