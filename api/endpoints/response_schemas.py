"""The JSON Schemas of answers that wrap records: pages, references, batches."""

from collections.abc import Iterable

from api.records.core.registry import TYPES, RecordType
from schemas.base import Json
from schemas.json_schema import component_name, reference_to
from schemas.problem import CurrentSchema, ReasonSchema
from schemas.vocabularies import CHANGE_KINDS, RECORD_STATUSES, RECORD_TYPES, TRANSLATION_KINDS

from .components import named

COUNT: Json = {"type": "integer", "minimum": 0}
TEXT: Json = {"type": "string"}
MOMENT: Json = {"type": "string", "format": "date-time"}
ADDRESS: Json = {"type": "string", "format": "uri-reference"}
NULLABLE_TEXT: Json = {"type": ["string", "null"]}
ID: Json = {"$ref": "#/components/schemas/Id"}


def object_of(members: Json, optional: tuple[str, ...] = (), description: str = "") -> Json:
    """An object with exactly these members, required unless `optional`."""
    return {
        "type": "object",
        **({"description": description} if description else {}),
        "required": [name for name in members if name not in optional],
        "properties": members,
        "additionalProperties": False,
    }


def list_of(items: Json) -> Json:
    """An array."""
    return {"type": "array", "items": items}


def or_null(schema: Json) -> Json:
    """The same, or null."""
    return {"oneOf": [schema, {"type": "null"}]}


def any_record(types: Iterable[RecordType]) -> Json:
    """A record of one of these types; its `type` says which."""
    references = {t.name: reference_to(t.schema) for t in types}
    mapping = {name: reference["$ref"] for name, reference in references.items()}
    return {
        "oneOf": list(references.values()),
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }


TYPE: Json = RECORD_TYPES.schema
STATUS: Json = RECORD_STATUSES.schema
CHANGE: Json = CHANGE_KINDS.schema
#: What stands behind a text that was asked for with `translation`.
SHOWN_TRANSLATION: Json = named(
    "ShownTranslation",
    object_of(
        {
            "language": TEXT,
            "kind": {"type": "string", "enum": [*TRANSLATION_KINDS.names, "common"]},
            "by": or_null({"$ref": "#/components/schemas/Reference"}),
            "original": TEXT,
            "original_language": NULLABLE_TEXT,
        },
        (),
        "With `translation`: what stands in the original's place; null where there is nothing. "
        "`common` is a name in use.",
    )
    | {"type": ["object", "null"]},
)
#: Beside a name that was asked for with `perspective` or `translation`.
SEEN_BY: Json = {"neutral_name": NULLABLE_TEXT, "name_language": TEXT, "translation": SHOWN_TRANSLATION}
#: What a change of a record starts from.
CURRENT: Json = reference_to(CurrentSchema)
REASON: Json = reference_to(ReasonSchema)
PAGE: Json = named(
    "Page",
    object_of(
        {
            "limit": {"type": "integer", "minimum": 1, "maximum": 200},
            "next": NULLABLE_TEXT,
            "next_href": {"type": ["string", "null"], "format": "uri-reference"},
            "total": COUNT,
        },
        ("total",),
        "`next` is the value for `after` that leads on, `next_href` the address of that page; else null.",
    ),
)
_VALUE = object_of(
    {"value": TEXT, "name": NULLABLE_TEXT, "count": COUNT, "type": TYPE, **SEEN_BY}, ("type", *SEEN_BY)
)
_FACET = object_of(
    {"values": list_of(named("FacetValue", _VALUE)), "truncated": {"type": "boolean"}},
    (),
    "`name`: of a record, the text of a question, a span of time; null for terms. `type`: of a record.",
)
FACETS: Json = named(
    "Facets",
    {
        "type": "object",
        "description": "Counts by value, each without its own filter, by the name of the facet.",
        "additionalProperties": named("Facet", _FACET),
    },
)
QUERY: Json = named(
    "Query",
    {"type": "object", "description": "The query as it was understood.", "additionalProperties": True},
)
ANY_RECORD: Json = named("AnyRecord", any_record(TYPES.values()))
INCLUDED: Json = named(
    "Included",
    {
        "type": "object",
        "description": "With `include`: the records that its fields name, by id.",
        "additionalProperties": ANY_RECORD,
    },
)
#: What `fields` does to the records of an answer.
TRIMMED = " With `fields`, only these members, `type` and `id` of each record."


def collection(record_type: RecordType) -> Json:
    """A page of a collection, or the answer to a batch get."""
    page = object_of(
        {
            "data": list_of(reference_to(record_type.schema)),
            "page": PAGE,
            "query": QUERY,
            "included": INCLUDED,
            "facets": FACETS,
            "missing": list_of(ID),
            "redirected": list_of(named("Redirection", object_of({"from": ID, "to": ID}))),
            "retracted": list_of(named("Retraction", object_of({"id": ID, "reason": TEXT, "when": MOMENT}))),
        },
        ("included", "facets", "missing", "redirected", "retracted"),
    )
    return named(f"{component_name(record_type.schema)}Page", page)


_REFERRER = object_of({"role": TEXT, "record": {"$ref": "#/components/schemas/Reference"}})
_ROLE = object_of({"type": TYPE, "role": TEXT, "count": COUNT})
REFERENCES: Json = named(
    "ReferencePage",
    object_of(
        {
            "data": list_of(named("Referrer", _REFERRER)),
            "page": PAGE,
            "query": QUERY,
            "roles": list_of(named("RoleCount", _ROLE)),
        }
    ),
)
