"""What a batch consists of, as the description tells it: an item for each operation, told apart by `op`."""

from collections.abc import Iterable

from api.records.core.registry import TYPES
from schemas.base import Json
from schemas.curating import BatchItemSchema, CorrectionSchema, MergerSchema
from schemas.json_schema import as_written, written_reference_to

from .components import named
from .response_schemas import ID, TYPE, object_of

_WRITTEN: Json = as_written(BatchItemSchema())["properties"]
_NOTE, _MERGER = written_reference_to(CorrectionSchema), written_reference_to(MergerSchema)
_NOTHING: Json = {"type": "null"}
#: What each operation takes beside `op`, `type` and `id`.
_MEMBERS: dict[str, Json] = {
    # The id of the item is that of its record, and need not stand in it.
    "create": {"publish": _WRITTEN["publish"], "body": "Replacement"},
    "replace": {"if_match": _WRITTEN["if_match"], "body": "Replacement"},
    "patch": {"if_match": _WRITTEN["if_match"], "body": "Patch"},
    "publish": {"if_match": _WRITTEN["if_match"], "body": {"anyOf": [_NOTE, _NOTHING]}},
    "retract": {"if_match": _WRITTEN["if_match"], "body": _NOTE},
    "merge": {"if_match": _WRITTEN["if_match"], "body": _MERGER},
    "delete": {"if_match": _WRITTEN["if_match"]},
}
#: What may be left out.
_OPTIONAL = ("publish", "if_match")


def batch_item() -> Json:
    """An item of a batch."""
    items = {op: _item(op, members) for op, members in _MEMBERS.items()}
    mapping = {op: f"#/components/schemas/{_name(op)}" for op in items}
    union = {
        "description": BatchItemSchema.__doc__,
        "oneOf": list(items.values()),
        "discriminator": {"propertyName": "op", "mapping": mapping},
    }
    return named("BatchItem", union)


def _name(op: str) -> str:
    return f"Batch{op.title()}"


def _item(op: str, members: Json) -> Json:
    own = {name: _of_any_type(value) if isinstance(value, str) else value for name, value in members.items()}
    optional = {*_OPTIONAL, *(["body"] if op == "publish" else [])} & own.keys()
    head = {"op": {"type": "string", "const": op}, "type": TYPE, "id": ID}
    return named(_name(op), object_of(head | own, _in_order(optional)))


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def _of_any_type(form: str) -> Json:
    """A record of the item's type as it is written, in a form."""
    return {"anyOf": [written_reference_to(record_type.schema, form) for record_type in TYPES.values()]}
