"""The parameters of a collection, derived from its record type's one declaration."""

from collections.abc import Iterable, Sequence
from functools import cache

from api.records.answers.positions import COLUMNS
from api.records.answers.search import EVERY_TYPE
from api.records.answers.search import FILTERS as SEARCH_FILTERS
from api.records.answers.similar import SHARED
from api.records.answers.timeline import KINDS
from api.records.core.registry import CLAIM, TYPES, RecordType
from api.records.read.parameters import (
    SEARCH_TEXT,
    Parameters,
    by_name,
    filter_parameters,
    match_parameter,
    page_parameters,
    sort_parameter,
    text_parameter,
)
from api.records.read.several_types import filters_of
from schemas import query
from schemas.query import Parameter
from schemas.vocabularies import CORRECTION_KINDS, RECORD_STATUSES, RECORD_TYPES

#: What `format` takes where records have another form than JSON.
FORMS = ("json", "geojson")
#: What narrows a query that takes too long.
NARROWING = tuple(
    dict.fromkeys(["type", *(f.name for t in TYPES.values() for f in t.filters), "updated_since"])
)


@cache
def shape_parameters(record_type: RecordType) -> Parameters:
    """What a record is trimmed to and what is embedded beside it."""
    found = [
        query.choices(
            "fields", "Top-level members to keep, beside `type` and `id`.", record_type.fields, "a member"
        )
    ]
    if record_type.includes:
        text = "Fields whose records are embedded once in `included`, by id; published records only."
        found.append(query.choices("include", text, record_type.includes, "a field that names records"))
    return by_name(found)


def facet_names(types: Sequence[RecordType]) -> tuple[str, ...]:
    """What `facets=` takes: filters by id or term, and dates by year, decade and month."""
    declared = [f for t in types for f in t.filters]
    uncounted = {f.name for f in declared if not f.facets}
    return tuple(dict.fromkeys(name for f in declared if f.name not in uncounted for name in f.facets))


def facets_parameter(names: Sequence[str]) -> Parameter:
    """Which counts stand beside the page."""
    text = "Counts by value beside the page, each without its own filter."
    return query.choices("facets", text, names, "something that can be counted by")


def naming_parameters() -> tuple[Parameter, Parameter]:
    """Whose names are shown, and in which language names, titles and propositions stand."""
    return _perspective_parameter(), _translation_parameter()


def _translation_parameter() -> Parameter:
    text = (
        "A language (`ja` also finds ja-JP) in whose best translation names, titles, propositions and "
        "questions stand; `translation` beside has the original."
    )
    return query.language_range("translation", text)


def _perspective_parameter() -> Parameter:
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
        RECORD_STATUSES.synonyms,
    )


def types_parameter(
    description: str, types: Iterable[RecordType] = TYPES.values(), what: str = "a record type"
) -> query.Parameter:
    """Types of records, any of."""
    names = [record_type.name for record_type in types]
    return query.choices("type", description, names, what, synonyms=RECORD_TYPES.synonyms)


def count_parameter() -> Parameter:
    """Whether all that a query selects is counted."""
    return query.flag("count", "Whether `page.total` is counted.", False)


def form_parameters(record_type: RecordType) -> Parameters:
    """How a form is asked for by an address alone, of records that have another than JSON."""
    about = "The form of the answer, whatever `Accept` says: for links."
    return by_name([query.choice("format", about, FORMS, None)] if record_type.located else [])


@cache
def record_parameters(record_type: RecordType) -> Parameters:
    """Everything that `GET /v1/{type}/{id}` takes."""
    beside = [query.as_of(), *naming_parameters(), *form_parameters(record_type).values()]
    return {**shape_parameters(record_type), **by_name(beside)}


@cache
def collection_parameters(record_type: RecordType) -> Parameters:
    """Everything that `GET /v1/{type}` takes."""
    found = [
        query.ids(
            "id", "Batch get: up to 100 ids, answered in this order, alone or with `fields` and `include`."
        ),
        sort_parameter(record_type),
        status_parameter(),
        text_parameter(),
        query.as_of(),
        *naming_parameters(),
        count_parameter(),
    ]
    if names := facet_names((record_type,)):
        found.append(facets_parameter(names))
    return (
        by_name(found)
        | filter_parameters(record_type.filters)
        | shape_parameters(record_type)
        | form_parameters(record_type)
        | page_parameters()
    )


@cache
def reference_parameters(record_type: RecordType) -> Parameters:
    """What the references of a record can be narrowed by."""
    roles = sorted({r.path for t in TYPES.values() for r in t.roles if record_type.name in r.to})
    found = [
        types_parameter("Types of the records that refer."),
        query.as_of(),
        *naming_parameters(),
    ]
    if roles:
        text = "Fields that refer, as dotted paths."
        found.insert(0, query.choices("role", text, roles, "a field that refers here"))
    return by_name(found) | page_parameters()


@cache
def search_parameters() -> Parameters:
    """Everything that `GET /v1/search` takes."""
    found = [
        query.search_text("q", f"What is looked for. {SEARCH_TEXT}", required=True),
        types_parameter("Types of the records."),
        query.choice("group", "`type`: the best of each type apart, `limit` of each.", ("type",), None),
        status_parameter(),
        *naming_parameters(),
        count_parameter(),
        facets_parameter(("type", *facet_names(EVERY_TYPE))),
    ]
    return by_name(found) | page_parameters() | filter_parameters(SEARCH_FILTERS)


@cache
def suggest_parameters() -> Parameters:
    """Everything that `GET /v1/suggest` takes."""
    return by_name(
        [
            query.search_text("q", "How a name or title begins, or a word of it.", required=True),
            types_parameter("Types of the records."),
            query.number("limit", "Most suggestions.", 1, 20, 10),
            *naming_parameters(),
        ]
    )


@cache
def timeline_parameters() -> Parameters:
    """Everything that `GET /v1/timeline` takes."""
    places = "Where claims stand: when they were said, or the time that they speak of."
    found = [
        types_parameter("Whether dates or claims.", KINDS, "a type with a time"),
        query.choice("by", places, CLAIM.dates, "said"),
        query.flag("nested", "Whether dates that are part of a listed one stand within it.", False),
        query.flag("undated", "Whether only the claims without that date are listed, by id.", False),
        query.as_of(),
        *naming_parameters(),
    ]
    return by_name(found) | page_parameters() | filter_parameters(filters_of(KINDS))


@cache
def similar_parameters() -> Parameters:
    """Everything that the list of similar claims takes."""
    shared = tuple(SHARED.values())
    found = [
        query.choices("share", "What must be shared.", shared, "something that claims share"),
        *naming_parameters(),
    ]
    return by_name(found) | page_parameters()


@cache
def positions_parameters() -> Parameters:
    """Everything that the positions of a dossier take."""
    sides = "Whose column: that of the position, or that of the speaker."
    return by_name(
        [
            query.ids("question", "Questions of the dossier.", "who-holds-sovereignty"),
            query.ids("party", "Parties whose columns are shown.", "japan"),
            query.choice("by", sides, tuple(COLUMNS), "position"),
            CLAIM.filter("said").plain(),
            match_parameter(),
            query.as_of(),
            *naming_parameters(),
        ]
    )


@cache
def correction_parameters() -> Parameters:
    """What the public notes on corrections can be narrowed by."""
    return by_name(
        [
            query.terms("kind", "Why the record was changed.", CORRECTION_KINDS),
            types_parameter("Types of the records."),
            query.ids("id", "Ids of the records.", "abe-shinzo"),
            query.moment("noted_since", "Notes made at or after this time."),
            query.moment("noted_until", "Notes made before this time."),
            query.number("limit", "Most notes on the page.", 1, 200, 50),
            query.opaque("after", "Where the page begins: `page.next` of the page before."),
        ]
    )
