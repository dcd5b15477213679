"""The parameters of a collection, derived from its record type's one declaration."""

from functools import cache

from schemas import query
from schemas.query import Parameter
from schemas.vocabularies import DATE_MATCHES

from .types import Filter, RecordType

LARGEST_PAGE = 200
PAGE = 50


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
def filter_parameters(record_type: RecordType) -> dict[str, Parameter]:
    """What a collection can be narrowed by, apart from `id`."""
    found = [_of_filter(f) for f in record_type.filters]
    found += [_negated(f) for f in record_type.filters if f.negatable]
    if record_type.dates:
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
    return {**shape_parameters(record_type), "as_of": query.as_of()}


@cache
def collection_parameters(record_type: RecordType) -> dict[str, Parameter]:
    """Everything that `GET /v1/{type}` takes."""
    sorts = [name for key in record_type.sorts for name in (key, f"-{key}")]
    found = [
        query.ids(
            "id", "Batch get: up to 100 ids, answered in this order, alone or with `fields` and `include`."
        ),
        query.choice("sort", "Order; `-` descends, the id breaks ties.", sorts, "id"),
        query.choices(
            "status",
            "States of records; `draft` with an API key only.",
            ("published", "draft"),
            "a state that collections show",
            ("published",),
        ),
        query.as_of(),
        query.flag("count", "Whether `page.total` is counted.", False),
    ]
    return (
        {parameter.name: parameter for parameter in found}
        | filter_parameters(record_type)
        | shape_parameters(record_type)
        | page_parameters()
    )
