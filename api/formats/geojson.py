"""Records that stand somewhere as GeoJSON features (RFC 7946), which maps and geographic systems open."""

from collections.abc import Collection

from schemas.base import Json

MEDIA_TYPE = "application/geo+json"
#: Members of a record that say where it is.
WHERE = ("geometry", "coordinates")
#: Members of a record that stand beside its properties.
_BESIDE = ("geometry", "included")


def feature_of(record: Json, kept: Collection[str] = WHERE) -> Json:
    """A record as a Feature: its `geometry`, else its point, else null; its other members are the properties.

    `kept`: of the members that say where it is, those that were asked for.
    """
    hidden = {*_BESIDE, *(name for name in WHERE if name not in kept)}
    beside = {"included": record["included"]} if "included" in record else {}
    return {
        "type": "Feature",
        "id": record["id"],
        "geometry": record.get("geometry") or _point(record.get("coordinates")),
        "properties": {name: value for name, value in record.items() if name not in hidden},
        **beside,
    }


def _point(coordinates: Json | None) -> Json | None:
    if coordinates is None:
        return None
    return {"type": "Point", "coordinates": [coordinates["longitude"], coordinates["latitude"]]}


def features_of(page: Json, kept: Collection[str] = WHERE) -> Json:
    """A page of records as a FeatureCollection; what stands beside them stands beside the features (§6.1).

    `links` leads on, as OGC API Features does.
    """
    following = page["page"]["next_href"]
    return {
        "type": "FeatureCollection",
        "features": [feature_of(record, kept) for record in page["data"]],
        "links": [{"rel": "next", "href": following, "type": MEDIA_TYPE}] if following else [],
        **{name: value for name, value in page.items() if name != "data"},
    }
