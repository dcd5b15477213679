"""Records that stand somewhere as GeoJSON, for requests that take it, and as the description tells it."""

from functools import cache, partial
from typing import Any

from api.formats.geojson import MEDIA_TYPE as GEO_JSON
from api.formats.geojson import WHERE, feature_of, features_of
from api.http.query_strings import require_acceptable
from api.http.responses import JSON
from api.records.core.registry import RecordType
from schemas.base import Json
from schemas.json_schema import as_read, component_name
from schemas.query import Query

from .components import named
from .parameters import FORMS
from .reply import Reply
from .response_schemas import ADDRESS, ID, collection, list_of, object_of, or_null


def as_geojson(reply: Reply, query: Query) -> Reply:
    """The same reply, in the form that the address asks for, or else the one that the request takes."""
    if (query["format"] or _NAMES[require_acceptable((JSON, GEO_JSON))]) == FORMS[0]:
        return reply
    kept = query["fields"] if "fields" in query.given else WHERE
    reply.form = partial(feature_of if reply.record else features_of, kept=kept)
    reply.kept, reply.media_type = WHERE, GEO_JSON
    return reply


#: What `format` calls the media types.
_NAMES = dict(zip((JSON, GEO_JSON), FORMS, strict=True))


@cache
def feature(record_type: RecordType) -> Json:
    """A record as a Feature."""
    shape = as_read(record_type.schema())
    name = component_name(record_type.schema)
    members = _told_elsewhere(
        {n: m for n, m in shape["properties"].items() if n not in ("geometry", "included")}
    )
    properties = object_of(
        members, tuple(members.keys() - shape["required"]), f"A {name} without its geometry."
    )
    described = object_of(
        {
            "type": {"type": "string", "const": "Feature"},
            "id": ID,
            "geometry": or_null({"$ref": "#/components/schemas/Geometry"}),
            "properties": named(f"{name}Properties", properties),
            "included": shape["properties"]["included"],
        },
        ("included",),
    )
    return named(f"{name}Feature", described)


@cache
def features(record_type: RecordType) -> Json:
    """A page of records as a FeatureCollection."""
    page = collection(record_type)
    link = object_of(
        {"rel": {"type": "string", "const": "next"}, "href": ADDRESS, "type": {"type": "string"}}
    )
    members = {n: m for n, m in page["properties"].items() if n != "data"}
    described = object_of(
        {
            "type": {"type": "string", "const": "FeatureCollection"},
            "features": list_of(feature(record_type)),
            "links": list_of(link),
            **members,
        },
        tuple(members.keys() - page["required"]),
    )
    return named(f"{component_name(record_type.schema)}Features", described)


def _told_elsewhere(shape: Any) -> Any:
    """A schema without what it says in words."""
    if isinstance(shape, list):
        return [_told_elsewhere(member) for member in shape]
    if not isinstance(shape, dict):
        return shape
    return {
        name: _told_elsewhere(member)
        for name, member in shape.items()
        if not (name == "description" and isinstance(member, str))
    }
