"""From a request's body to the operations that it asks for."""

from collections.abc import Callable, Iterable
from typing import Any

from marshmallow import ValidationError

from api.http.conditions import entity_tags
from api.http.problems import Problem
from api.records.core.errors import DocumentFault, InvalidDocument
from api.records.core.registry import TYPES, RecordType
from api.records.write import operations as ops
from api.records.write.documents import read_document
from api.records.write.requirements import Tags
from api.records.write.step import Correction
from api.records.write.transaction import Operation
from schemas.base import Json, ValueSchema, faults_of, quoted
from schemas.curating import BatchItemSchema, CorrectionSchema, MergerSchema

MOST_IN_BATCH = 500
#: What a record that the batch itself creates is changed from: before, it had no tag.
_NOT_YET: Tags = ("",)
_NO_TAG = DocumentFault("/if_match", 'is no entity tag: write it with its quotes, such as "\\"5d41402a\\""')

_NOT_CREATED = DocumentFault(
    "/publish", "belongs to an item that creates; of a draft that is there, publish is an op"
)


def correction_note(body: Any, pointer: str = "", schema: type[ValueSchema] = CorrectionSchema) -> Json:
    """A correction note (or merger) as its schema reads it, with faults below `pointer`."""
    try:
        return dict(schema().load(body))
    except ValidationError as error:
        faults = tuple(
            DocumentFault(pointer + at, str(m), getattr(m, "allowed", ()), getattr(m, "did_you_mean", None))
            for at, m in faults_of(error.messages)
        )
        raise InvalidDocument("the correction note has faults", faults) from None


def correction_of(body: Any, pointer: str = "") -> Correction:
    return Correction(**correction_note(body, pointer))


def create_of(record_type: RecordType, body: Any, publish: bool) -> Operation:
    def plan() -> Operation:
        document = read_document(record_type, body)
        return ops.Create(record_type, str(body["id"]), document, publish)

    return ops.readable(plan, publish)


def replace_of(record_type: RecordType, record_id: str, body: Any, tags: Tags) -> Operation:
    def plan() -> Operation:
        plain, correction, faults = _apart(body)
        document = read_document(record_type, plain, record_id, faults)
        return ops.Replace(record_type, record_id, document, tags, correction)

    return ops.readable(plan)


def patch_of(record_type: RecordType, record_id: str, body: Any, tags: Tags) -> Operation:
    plain, correction, faults = _apart(body)
    if not isinstance(plain, dict):
        raise InvalidDocument("a patch is an object", (DocumentFault("", "must be an object (RFC 7396)"),))
    if plain.pop("id", record_id) != record_id:
        faults += (DocumentFault("/id", "the id in the URL stands"),)
    return ops.Patch(record_type, record_id, plain, tags, correction, faults)


def _apart(body: Any) -> tuple[Any, Correction | None, tuple[DocumentFault, ...]]:
    """A document, the correction note that stands beside its fields, and the faults of that."""
    if not isinstance(body, dict):
        return body, None, ()
    plain = {name: value for name, value in body.items() if name != "correction"}
    try:
        return plain, correction_of(body["correction"], "/correction") if "correction" in body else None, ()
    except InvalidDocument as refusal:
        return plain, None, refusal.faults


def state_change_of(name: str, record_type: RecordType, record_id: str, body: Any, tags: Tags) -> Operation:
    if name == "publish":
        # An empty object says as little as no body: whether that is enough is for the record's state to say.
        note = correction_of(body) if body not in (None, {}) else None
        return ops.Publish(record_type, record_id, tags, note)
    if name == "retract":
        return ops.Retract(record_type, record_id, tags, correction_of(body))
    merger = correction_note(body, "", MergerSchema)
    correction = Correction(merger["kind"], merger["note"])
    return ops.Merge(record_type, record_id, merger["into"], tags, correction)


def creation_at(record_type: RecordType, record_id: str, body: Any) -> Operation:
    """A creation by `PUT`: 412 where the record is there already (RFC 9110 §13.1.2)."""

    def plan() -> Operation:
        document = read_document(record_type, body, record_id)
        return ops.Create(record_type, record_id, document, only_new=True)

    return ops.readable(plan)


def planned_batch(
    body: Any, unnamed: Tags = None
) -> tuple[dict[int, Operation], list[tuple[int, DocumentFault]]]:
    """The operations of a batch by their indices, and the faults of items that cannot be read as any.

    `unnamed`: what a record is changed from where no item names its tag. Raises InvalidDocument for what is
    no list.
    """
    if not isinstance(body, list) or not 1 <= len(body) <= MOST_IN_BATCH:
        fault = DocumentFault("", f"must be a list of 1 to {MOST_IN_BATCH} operations")
        raise InvalidDocument("the batch cannot be read", (fault,))
    faults: list[tuple[int, DocumentFault]] = []
    items = _each(enumerate(body), _item, faults)
    planned = _each(_with_tags(items, unnamed).items(), lambda item: _planned_item(*item), faults)
    return planned, faults


def _each(
    numbered: Iterable[tuple[int, Any]],
    read: Callable[[Any], Any],
    faults: list[tuple[int, DocumentFault]],
) -> dict[int, Any]:
    """What is read of each, by its index; where it cannot be read, its faults are added to `faults`."""
    found = {}
    for index, item in numbered:
        try:
            found[index] = read(item)
        except InvalidDocument as refusal:
            faults += [(index, fault) for fault in refusal.faults]
    return found


def _item(item: Any) -> Json:
    """An item as its schema reads it, with the tags that `if_match` names."""
    read = correction_note(item, "", BatchItemSchema)
    tags = entity_tags(read.get("if_match") or "")
    if tags is None:
        raise InvalidDocument("the batch cannot be read", (_NO_TAG,))
    if read.get("publish") is not None and read["op"] != "create":
        raise InvalidDocument("the batch cannot be read", (_NOT_CREATED,))
    return {**read, "if_match": tags or None}


def _with_tags(items: dict[int, Json], unnamed: Tags) -> dict[int, tuple[Json, Tags]]:
    """Each item with the tag of its record: its own, else the one that another item names of that record."""
    own = {index: _own_tag(item) for index, item in items.items()}
    named = {items[index]["id"]: tags for index, tags in own.items() if tags}
    created: set[str] = set()
    found = {}
    for index, item in items.items():
        not_yet = _NOT_YET if item["id"] in created else unnamed
        found[index] = (item, own[index] or named.get(item["id"], not_yet))
        if item["op"] == "create":
            created.add(item["id"])
    return found


def _own_tag(item: Json) -> Tags:
    """What an item starts from; a creation starts from nothing."""
    return item["if_match"] if item["op"] != "create" else None


def _planned_item(item: Json, tags: Tags) -> Operation:
    record_type, record_id, body = TYPES[item["type"]], item["id"], item.get("body")
    try:
        if item["op"] == "create":
            return _creation(record_type, record_id, body, bool(item.get("publish")))
        return _operation_of(item["op"], record_type, record_id, body, tags)
    except InvalidDocument as refusal:
        raise InvalidDocument(refusal.detail, tuple(f.under("/body") for f in refusal.faults)) from None
    except Problem as problem:
        raise InvalidDocument(problem.detail, (DocumentFault("/body", problem.detail),)) from None


def _creation(record_type: RecordType, record_id: str, body: Any, publish: bool) -> Operation:
    """A new record; that it is public at once may be said beside its document, or in it."""
    plain, within, faults = _publish_apart(body)

    def plan() -> Operation:
        document = read_document(record_type, plain, record_id, faults)
        return ops.Create(record_type, record_id, document, publish or within)

    return ops.readable(plan, publish or within)


def _operation_of(name: str, record_type: RecordType, record_id: str, body: Any, tags: Tags) -> Operation:
    if name == "replace":
        return replace_of(record_type, record_id, body, tags)
    if name == "patch":
        return patch_of(record_type, record_id, body, tags)
    if name == "delete":
        return ops.Delete(record_type, record_id, tags)
    return state_change_of(name, record_type, record_id, body, tags)


def _publish_apart(body: Any) -> tuple[Any, bool, tuple[DocumentFault, ...]]:
    """A new record's document, whether it is published at once, and what is wrong with saying so."""
    if not isinstance(body, dict) or "publish" not in body:
        return body, False, ()
    plain = {name: value for name, value in body.items() if name != "publish"}
    publish = body["publish"]
    if isinstance(publish, bool):
        return plain, publish, ()
    fault = DocumentFault("/publish", f"{quoted(publish)} is not true or false", ("true", "false"))
    return plain, False, (fault,)
