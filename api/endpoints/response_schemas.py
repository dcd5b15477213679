"""The JSON Schemas of answers that wrap records: pages, references, batches."""

from api.records.core.registry import TYPES, RecordType
from schemas.base import Json
from schemas.json_schema import reference_to

COUNT: Json = {"type": "integer", "minimum": 0}
TEXT: Json = {"type": "string"}
ADDRESS: Json = {"type": "string", "format": "uri-reference"}
NULLABLE_TEXT: Json = {"type": ["string", "null"]}
ID: Json = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 64}


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


#: What a change of a record starts from.
CURRENT: Json = object_of({"revision": {"type": ["integer", "null"]}, "etag": TEXT})
#: Beside a name that was asked for with `perspective`.
SEEN_BY: Json = {"neutral_name": NULLABLE_TEXT, "name_language": TEXT}
REASON: Json = {"oneOf": [object_of({"kind": TEXT, "note": TEXT}), {"type": "null"}]}
PAGE: Json = object_of(
    {
        "limit": {"type": "integer", "minimum": 1, "maximum": 200},
        "next": NULLABLE_TEXT,
        "next_href": {"type": ["string", "null"], "format": "uri-reference"},
        "total": COUNT,
    },
    ("total",),
    "`next` is the value for `after` that leads on, `next_href` the address of that page; null at the end.",
)
FACETS: Json = {
    "type": "object",
    "description": "Counts by value, each without its own filter, by the name of the facet.",
    "additionalProperties": object_of(
        {
            "values": list_of(
                object_of(
                    {"value": TEXT, "name": NULLABLE_TEXT, "count": COUNT, "type": TEXT, **SEEN_BY},
                    ("type", *SEEN_BY),
                )
            ),
            "truncated": {"type": "boolean"},
        },
        (),
        "`name`: of a record, the text of a question, a span of time; null for terms. `type`: of a record.",
    ),
}
QUERY: Json = {
    "type": "object",
    "description": "The query as it was understood.",
    "additionalProperties": True,
}
ANY_RECORD: Json = {"oneOf": [reference_to(t.schema) for t in TYPES.values()]}
INCLUDED: Json = {
    "type": "object",
    "description": "Records named by the fields in `include`, by id.",
    "additionalProperties": ANY_RECORD,
}


def trimmed(record_type: RecordType) -> Json:
    """A record, whole or trimmed by `fields`."""
    name = reference_to(record_type.schema)
    some = {
        "type": "object",
        "description": "With `fields`: these members, `type` and `id`.",
        "required": ["type", "id"],
    }
    return {"anyOf": [name, some]}


def collection(record_type: RecordType) -> Json:
    """A page of a collection, or the answer to a batch get."""
    return object_of(
        {
            "data": list_of(trimmed(record_type)),
            "page": PAGE,
            "query": QUERY,
            "included": INCLUDED,
            "facets": FACETS,
            "missing": list_of(ID),
            "redirected": list_of(object_of({"from": ID, "to": ID})),
            "retracted": list_of(object_of({"id": ID, "reason": TEXT, "when": TEXT})),
        },
        ("included", "facets", "missing", "redirected", "retracted"),
    )


def single(record_type: RecordType) -> Json:
    """One record; with `include`, the records that it names beside it."""
    with_included = {
        "type": "object",
        "required": ["type", "id", "included"],
        "properties": {"included": INCLUDED},
        "description": "With `include`: the record with one more member.",
    }
    return {"anyOf": [*trimmed(record_type)["anyOf"], with_included]}


REFERENCES: Json = object_of(
    {
        "data": list_of(object_of({"role": TEXT, "record": {"$ref": "#/components/schemas/Reference"}})),
        "page": PAGE,
        "query": QUERY,
        "roles": list_of(object_of({"type": TEXT, "role": TEXT, "count": COUNT})),
    }
)
