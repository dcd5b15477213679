"""The parameters of a collection, derived from its record type's one declaration."""

from collections.abc import Sequence
from functools import cache

from schemas import query
from schemas.query import Parameter
from schemas.vocabularies import DATE_MATCHES

from ..core.registry import TYPES, Filter, RecordType

LARGEST_PAGE = 200
PAGE = 50
#: Lengths of time that a date facet counts by.
DATE_STEPS = ("year", "decade", "month")
SEARCH_TEXT = (
    '`"…"` is a phrase, `-word` excludes, `word*` begins a word; all else is text, found without regard to '
    "case and diacritics, also inside words."
)


#: What narrows a query that takes too long.
NARROWING = tuple(
    dict.fromkeys(["type", *(f.name for t in TYPES.values() for f in t.filters), "updated_since"])
)


def _of_filter(declared: Filter) -> Parameter:
    name, description = declared.name, declared.description
    if declared.vocabulary:
        return query.terms(name, description, declared.vocabulary)
    match declared.kind:
        case "date":
            return query.date_range(name, description)
        case "flag":
            return query.flag(name, description)
        case "at-least":
            return query.number(name, description, 0, 1000)
        case "language":
            return query.languages(name, description)
        case "country":
            return query.countries(name, description)
        case _:
            return query.ids(name, description)


def _negated(declared: Filter) -> Parameter:
    plain = _of_filter(declared)
    description = (
        f"All that `{declared.name}` with the same value leaves out, records without a value included."
    )
    return Parameter(f"{plain.name}.not", description, plain.schema, plain.read, listed=True)


@cache
def filter_parameters(filters: tuple[Filter, ...]) -> dict[str, Parameter]:
    """What records can be narrowed by, apart from `id` and `q`."""
    found = [_of_filter(f) for f in filters]
    found += [_negated(f) for f in filters if f.negatable]
    if any(f.kind == "date" for f in filters):
        description = "Whether a fuzzy date must possibly or certainly touch the range of a date filter."
        found.append(query.choice("match", description, DATE_MATCHES.names, "possible"))
    found.append(query.moment("updated_since", "Records whose `meta.updated` is at or after this time."))
    return {parameter.name: parameter for parameter in found}


@cache
def shape_parameters(record_type: RecordType) -> dict[str, Parameter]:
    """What a record is trimmed to and what is embedded beside it."""
    found = [
        query.choices(
            "fields", "Top-level members to keep, beside `type` and `id`.", record_type.fields, "a member"
        )
    ]
    if record_type.includes:
        text = "Fields whose records are embedded once in `included`, by id; published records only."
        found.append(query.choices("include", text, record_type.includes, "a field that names records"))
    return {parameter.name: parameter for parameter in found}


def facet_names(types: Sequence[RecordType]) -> tuple[str, ...]:
    """What `facets=` takes: filters by id or term, and dates by year, decade and month."""
    # What some find by following references has no counts by value, and half of them would be wrong.
    followed = {f.name for t in types for f in t.filters if t.finds_members(f)}
    found = [
        name
        for record_type in types
        for declared in record_type.filters
        if declared.name not in followed
        for name in _facets_of(declared)
    ]
    return tuple(dict.fromkeys(found))


def _facets_of(declared: Filter) -> Sequence[str]:
    if declared.kind == "date":
        return [f"{declared.name}.{step}" for step in DATE_STEPS]
    return () if declared.kind == "at-least" else (declared.name,)


def facets_parameter(names: Sequence[str]) -> Parameter:
    """Which counts stand beside the page."""
    text = "Counts by value beside the page, each without its own filter."
    return query.choices("facets", text, names, "something that can be counted by")


def perspective_parameter() -> Parameter:
    """Whose names are shown."""
    text = (
        "A party whose own names for parties and places stand in `name`, in the best language for "
        "`Accept-Language`; `neutral_name` stands beside."
    )
    return query.one_id("perspective", text, "russia")


def status_parameter() -> Parameter:
    """Whether drafts are shown."""
    return query.choices(
        "status",
        "States of records; `draft` with an API key only.",
        ("published", "draft"),
        "a state that collections show",
        ("published",),
    )


def count_parameter() -> Parameter:
    """Whether all that a query selects is counted."""
    return query.flag("count", "Whether `page.total` is counted.", False)


@cache
def page_parameters() -> dict[str, Parameter]:
    """Where a page begins and how long it is."""
    found = [
        query.number("limit", "Most records on the page.", 1, LARGEST_PAGE, PAGE),
        query.opaque("after", "Where the page begins: `page.next` of the page before."),
    ]
    return {parameter.name: parameter for parameter in found}


@cache
def record_parameters(record_type: RecordType) -> dict[str, Parameter]:
    """Everything that `GET /v1/{type}/{id}` takes."""
    beside = [query.as_of(), perspective_parameter()]
    return {**shape_parameters(record_type), **{parameter.name: parameter for parameter in beside}}


@cache
def collection_parameters(record_type: RecordType) -> dict[str, Parameter]:
    """Everything that `GET /v1/{type}` takes."""
    sorts = [name for key in record_type.sorts for name in (key, f"-{key}")]
    found = [
        query.ids(
            "id", "Batch get: up to 100 ids, answered in this order, alone or with `fields` and `include`."
        ),
        query.choice("sort", "Order; `-` descends, the id breaks ties.", sorts, "id"),
        status_parameter(),
        query.search_text("q", f"Text that the records hold. {SEARCH_TEXT}"),
        query.as_of(),
        perspective_parameter(),
        count_parameter(),
    ]
    if names := facet_names((record_type,)):
        found.append(facets_parameter(names))
    return (
        {parameter.name: parameter for parameter in found}
        | filter_parameters(record_type.filters)
        | shape_parameters(record_type)
        | page_parameters()
    )
