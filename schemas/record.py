"""What every record on the wire has around its own fields."""

from typing import Any, ClassVar

from marshmallow import Schema, fields

from .base import Json, ValueSchema
from .fields import Checked, Id, Listed, One, TermOf, Text
from .translation import TranslatedSchema
from .vocabularies import CHECK_STATUSES, DATE_CERTAINTIES, DATE_PRECISIONS, RECORD_STATUSES, RECORD_TYPES


def doc(description: str) -> dict[str, str]:
    """Marshmallow metadata that becomes the field's description in OpenAPI."""
    return {"description": description}


class Moment(Checked):
    """An instant: RFC 3339, UTC, microseconds. Only ever written by the service."""

    read = {"type": "string", "format": "date-time", "examples": ["2026-11-24T09:00:00.000000Z"]}


class MetaSchema(ValueSchema):
    """The record's state, kept by the service."""

    status = TermOf(RECORD_STATUSES, allow_none=False, metadata=doc("Where the record stands in its life."))
    revision = fields.Integer(allow_none=True, metadata=doc("Number of the last revision; null for a draft."))
    published = Moment(allow_none=True, metadata=doc("First publication; null for a draft."))
    updated = Moment(allow_none=False, metadata=doc("Last change of what this record shows."))


class LinksSchema(ValueSchema):
    """Where to go on from a record."""

    self = fields.String(metadata={"format": "uri-reference"})
    revisions = fields.String(metadata={"format": "uri-reference"})
    references = fields.String(metadata={"format": "uri-reference"})


class WarningSchema(ValueSchema):
    """What a curator should look at; nothing was refused for it."""

    pointer = fields.String(metadata=doc("JSON pointer (RFC 6901) into the record's input form."))
    detail = fields.String()


class RecordSchema(TranslatedSchema):
    """A record: `type`, `id`, the type's own fields, `meta`, `links`."""

    of_type: ClassVar[str]
    #: The field that names the record to people.
    titled_by: ClassVar[str] = "name"

    type = TermOf(RECORD_TYPES, dump_only=True, allow_none=False)
    id = Id(required=True, metadata=doc("Unique over all types and questions; never reused."))
    meta = One(MetaSchema, dump_only=True, allow_none=False)
    links = One(LinksSchema, dump_only=True, allow_none=False)
    warnings = Listed(
        One(WarningSchema),
        10_000,
        dump_only=True,
        metadata=doc("Only in answers to writes, where there are any."),
    )
    #: Members that only some answers have.
    sometimes: ClassVar[tuple[str, ...]] = ("warnings",)

    def render(self, document: Json) -> Json:
        """The type's own fields as served, from a document in its input form and computed members."""
        rendered = self.dump(document)
        return {name: rendered[name] for name in self.own_fields}

    @property
    def own_fields(self) -> list[str]:
        """Names of the fields between `id` and `meta`, in wire order."""
        return [name for name in self.fields if name not in RecordSchema._declared_fields]

    @property
    def computed(self) -> list[str]:
        """Names of top-level members that the service adds and a `PUT` ignores."""
        return list(self.dump_fields.keys() - self.load_fields.keys())


def with_members_of_today(schema: Schema, shown: Json) -> Json:
    """What was served earlier with the members that a schema has today: null or empty where it has none."""
    found = dict(shown)
    for name, declared in schema.dump_fields.items():
        several = isinstance(declared, fields.List)
        inner = declared.inner if isinstance(declared, fields.List) else declared
        value = found.setdefault(name, [] if several else None)
        if not value or not isinstance(inner, fields.Nested):
            continue
        found[name] = (
            [with_members_of_today(inner.schema, each) for each in value]
            if several
            else with_members_of_today(inner.schema, value)
        )
    return found


def without_nothing(value: Any) -> Any:
    """A loaded document without nulls, empty lists and empty objects: one form for one meaning."""
    if isinstance(value, dict):
        kept = {k: without_nothing(v) if isinstance(v, dict | list) else v for k, v in value.items()}
        return {k: v for k, v in kept.items() if v or (v is not None and not isinstance(v, dict | list))}
    if isinstance(value, list):
        return [without_nothing(member) if isinstance(member, dict | list) else member for member in value]
    return value


class CheckSchema(ValueSchema):
    """The last comparison of a citation with its source's text."""

    status = TermOf(CHECK_STATUSES, allow_none=False)
    checked = Moment(allow_none=True)


class ReferenceSchema(ValueSchema):
    """Another record, named so that it can be shown without a second request."""

    type = TermOf(RECORD_TYPES, required=True)
    id = Id(required=True)
    name = Text(1000, allow_none=True, metadata=doc("Name, title or proposition; none for a dossier."))
    href = fields.String(required=True, metadata={"format": "uri-reference"})
    status = TermOf(
        RECORD_STATUSES, allow_none=False, metadata=doc("Only where the record is not published.")
    )


_END = {
    "oneOf": [{"$ref": "#/components/schemas/FuzzyDate"}, {"type": "string", "enum": ["open", "unknown"]}]
}


class FuzzyDateSchema(ValueSchema):
    """An EDTF date with its strict bounds."""

    edtf = fields.String(required=True, metadata={"examples": ["2018-11"]})
    earliest = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    latest = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    precision = fields.String(required=True, metadata={"enum": list(DATE_PRECISIONS.names)})
    certainty = fields.String(
        required=True,
        metadata={"enum": list(DATE_CERTAINTIES.names)},
    )
    display = fields.String(required=True, metadata=doc("For people, in English."))
    computed = fields.Boolean(metadata=doc("True where it follows from the dates of other records."))
    start = fields.Raw(metadata={**doc("Of an interval: where it starts."), **_END})
    end = fields.Raw(metadata={**doc("Of an interval: where it ends."), **_END})
