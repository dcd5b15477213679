"""JSON Schema (2020-12) of the record's schemas: as read, as written, and as patched."""

from collections.abc import Iterable, Iterator
from typing import Any

from marshmallow import Schema, fields

from .base import Json
from .fields import ID, ID_PATTERN, Checked, Listed
from .geometry import GEOMETRIES
from .problem import ProblemErrorSchema, ProblemSchema
from .quantity import DECIMAL
from .record import CheckSchema, FuzzyDateSchema, RecordSchema, ReferenceSchema
from .translation import SHOWN_TRANSLATED, TranslatedSchema, Translations
from .vocabularies import VOCABULARIES

#: Built by hand while rendering: they say themselves which members are always there.
_PARTIAL = (ReferenceSchema, FuzzyDateSchema, ProblemSchema, ProblemErrorSchema)
_PLAIN: dict[type, str] = {fields.Integer: "integer", fields.String: "string", fields.Boolean: "boolean"}


def _either(plain: Json, member: str, description: str) -> Json:
    """A string, or the object that a read returns, of which one member counts."""
    read = {"type": "object", "required": [member], "properties": {member: plain}}
    return {
        "oneOf": [plain, {**read, "description": f"What a read returns: only its `{member}` counts."}],
        "description": description,
    }


_EDTF: Json = {"type": "string", "maxLength": 64, "examples": ["2018-11", "2012-12-26/2020-09-16"]}
#: Components of plain values; a reference and a date may be written as the object that a read returns.
_PLAIN_VALUES: dict[str, Json] = {
    "Id": {"type": "string", "pattern": ID_PATTERN, "maxLength": 64, "examples": ["abe-shinzo"]},
    "ReferenceInput": _either(ID, "id", "The id of another record."),
    "FuzzyDateInput": _either(_EDTF, "edtf", "EDTF level 0 or 1, without times of day, years 0001-9999."),
}


def component_name(schema: type[Schema]) -> str:
    """`ClaimSchema` -> `Claim`."""
    return schema.__name__.removesuffix("Schema")


def reference_to(schema: type[Schema]) -> Json:
    """A `$ref` to a schema's component."""
    return {"$ref": f"#/components/schemas/{component_name(schema)}"}


def written_reference_to(schema: type[Schema], form: str = "Input") -> Json:
    """A `$ref` to the component of what is written: `ClaimInput`, `ClaimReplacement`, `ClaimPatch`."""
    return {"$ref": f"#/components/schemas/{component_name(schema)}{form}"}


def written_components(*roots: type[Schema]) -> dict[str, Json]:
    """The components of schemas as they are written; records in all three forms."""
    found = _reachable(roots, written=True)
    records = [s for s in found if issubclass(s, RecordSchema)]
    patched = [s for s in found if _patched_inside(s, records)]
    return {
        **_PLAIN_VALUES,
        "TranslationsInput": _nullable(_list(Translations(), "Input")),
        "Decimal": DECIMAL,
        **GEOMETRIES,
        **{f"{component_name(s)}Input": as_written(s()) for s in found},
        **{f"{component_name(s)}Replacement": _replacement(s()) for s in records},
        **{f"{component_name(s)}Patch": _patch(s()) for s in (*records, *patched)},
    }


def _patched_inside(schema: type[Schema], records: Iterable[type[Schema]]) -> bool:
    """Whether a record holds one object of the schema, which a patch reaches into; lists are replaced."""
    held = (field for record in records for field in record().load_fields.values())
    return any(isinstance(field, fields.Nested) and type(field.schema) is schema for field in held)


def as_written(schema: Schema, form: str = "Input") -> Json:
    """The object that a client sends: computed members may stand in it and are ignored."""
    members = {name: _written_field(field, form) for name, field in schema.load_fields.items()}
    ignored = {
        name: {"description": "Computed; ignored."} for name in schema.dump_fields if name not in members
    }
    return {
        "type": "object",
        "description": (type(schema).__doc__ or "").strip(),
        "required": [name for name, field in schema.load_fields.items() if field.required],
        "properties": members | ignored,
        "additionalProperties": False,
    }


_CORRECTION: Json = {"correction": {"$ref": "#/components/schemas/CorrectionInput"}}


def _replacement(schema: Schema) -> Json:
    """The body of a `PUT`: the id may be left out, a correction note may stand beside the fields."""
    plain = as_written(schema)
    required = [name for name in plain["required"] if name != "id"]
    return {**plain, "required": required, "properties": plain["properties"] | _CORRECTION}


def _patch(schema: Schema) -> Json:
    """A merge patch (RFC 7396): every member may be left out; null removes one that may be missing."""
    plain = as_written(schema, "Patch")
    del plain["required"]
    if not isinstance(schema, RecordSchema):
        return plain
    # What the service computes is refused at the top, so that nobody believes to have changed it.
    taken = {name: member for name, member in plain["properties"].items() if name in schema.load_fields}
    return {**plain, "properties": taken | _CORRECTION}


def _written_field(field: fields.Field[Any], form: str) -> Json:
    shape = _described(field, _shape(field, form))
    return _nullable(shape) if field.allow_none and not isinstance(field, Translations) else shape


def components(*roots: type[Schema]) -> dict[str, Json]:
    """The components of schemas as they are read, with all that these contain, and of all vocabularies."""
    found = _reachable([*roots, ReferenceSchema, FuzzyDateSchema, CheckSchema])
    terms = {vocabulary.component: vocabulary.listed for vocabulary in VOCABULARIES.values()}
    lists = {"Translations": _list(Translations())}
    return {component_name(s): as_read(s()) for s in found} | terms | lists


def _reachable(roots: Iterable[type[Schema]], written: bool = False) -> list[type[Schema]]:
    """Schemas and all that they contain, by name."""
    found: set[type[Schema]] = set()
    queue = list(roots)
    while queue:
        schema = queue.pop()
        if schema not in found:
            found.add(schema)
            queue += _inside(schema(), written)
    return sorted(found, key=component_name)


def _inside(schema: Schema, written: bool) -> Iterator[type[Schema]]:
    for field in (schema.load_fields if written else schema.fields).values():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield type(inner.schema)


def as_read(schema: Schema) -> Json:
    """The object that a read returns: every member is always there, unless said otherwise."""
    partial = isinstance(schema, _PARTIAL)
    members = {name: _field(field) for name, field in _in_wire_order(schema).items()}
    if isinstance(schema, RecordSchema):
        members |= {"type": {"type": "string", "const": schema.of_type}, "included": _INCLUDED}
    sometimes = schema.sometimes if isinstance(schema, RecordSchema) else ()
    always = [n for n, f in schema.fields.items() if f.required or not (partial or n in sometimes)]
    return {
        "type": "object",
        "description": (type(schema).__doc__ or "").strip(),
        "required": [name for name in members if name in always],
        "properties": members
        | (_SEEN_BY if _is_named(schema) else {})
        | (_SHOWN_IN if _is_shown(schema) else {}),
        **({} if partial else {"additionalProperties": False}),
    }


#: What stands beside a name that was asked for with `perspective`.
_SEEN_BY: Json = {
    "neutral_name": {
        "type": ["string", "null"],
        "description": "With `perspective`: the name without it.",
    },
    "name_language": {
        "type": "string",
        "description": "With `perspective`: the BCP 47 tag of the name, where it is that party's own.",
    },
}


#: What stands beside a text that was asked for with `translation`: the service says what is in it.
_SHOWN_IN: Json = {"translation": {"$ref": "#/components/schemas/ShownTranslation"}}


#: What stands beside a record that was asked for with `include`: the service says which records there are.
_INCLUDED: Json = {"$ref": "#/components/schemas/Included"}


def _is_named(schema: Schema) -> bool:
    return "names" in schema.fields or isinstance(schema, ReferenceSchema)


def _is_shown(schema: Schema) -> bool:
    texts = schema.translates if isinstance(schema, TranslatedSchema) else ()
    return isinstance(schema, ReferenceSchema) or any(name in SHOWN_TRANSLATED for name in texts)


def _in_wire_order(schema: Schema) -> dict[str, fields.Field[Any]]:
    last = [name for name in ("meta", "links", "warnings") if name in schema.fields]
    names = [name for name in schema.fields if name not in last] + last
    return {name: schema.fields[name] for name in names}


def _field(field: fields.Field[Any]) -> Json:
    described = _described(field, _shape(field))
    always = isinstance(field, Listed) or (isinstance(field, Checked) and field.always_read)
    return _nullable(described) if field.allow_none and not always else described


def _shape(field: fields.Field[Any], form: str = "") -> Json:
    """A field as it is read, or in a `form` of what is written; a patch takes lists as a whole."""
    if isinstance(field, Checked):
        return dict(field.written if form else field.read)
    if isinstance(field, fields.Nested):
        return written_reference_to(type(field.schema), form)
    if isinstance(field, Translations):
        return {"$ref": f"#/components/schemas/Translations{'Input' if form else ''}"}
    if isinstance(field, Listed):
        return _list(field, form)
    plain = next((name for kind, name in _PLAIN.items() if isinstance(field, kind)), None)
    return {"type": plain} if plain else {}


def _list(field: Listed, form: str = "") -> Json:
    least = {"minItems": field.least} if field.least else {}
    items = _shape(field.inner, "Input" if form else "")
    return {"type": "array", "items": items, **least, "maxItems": field.most}


def _described(field: fields.Field[Any], shape: Json) -> Json:
    return {**shape, **field.metadata}


def _nullable(shape: Json) -> Json:
    """The same, or null; how it is said depends on what stands there (a `$ref` takes no `type`)."""
    if "$ref" in shape:
        around = {key: value for key, value in shape.items() if key != "$ref"}
        return {"oneOf": [{"$ref": shape["$ref"]}, {"type": "null"}], **around}
    nullable = {**shape, "type": [shape["type"], "null"]}
    if "enum" in shape:
        nullable["enum"] = [*shape["enum"], None]
    return nullable
