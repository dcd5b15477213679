"""RFC 7396 for every object and list inside every record type: one table, made from the schemas."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from marshmallow import fields

from api.records.core.registry import TYPES
from schemas import fields as f
from schemas.geometry import GeometryField
from schemas.identifiers import Identifier
from schemas.quantity import DecimalText, UnitCode
from schemas.record import without_nothing

from .conftest import Desk, Json
from .test_nested_patches import in_input_form
from .test_nested_writes import WORLD

#: The names on the way to a member, and 0 for the first member of a list.
Way = tuple[str | int, ...]

#: Records that references lead to.
NAMED = {
    "party": "ann",
    "source": "wire",
    "place": "bay",
    "date": "day",
    "dossier": "asked",
    "claim": "other",
}
#: A value of each kind of field, and another one where its place allows one.
VALUES: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    f.Reference: lambda field: (NAMED[(field.to or ("party",))[0]],),
    f.TermOf: lambda field: (field.vocabulary.names[0], field.vocabulary.names[-1]),
    f.Text: lambda field: ("Some words", "More words"),
    f.LanguageTag: lambda field: ("en", "ja-Latn"),
    f.FuzzyDateField: lambda field: ("2018", "2019-07"),
    f.Day: lambda field: ("2026-11-24", "2026-11-25"),
    f.Digest: lambda field: (f"sha-256:{'0' * 64}", f"sha-256:{'f' * 64}"),
    f.Yes: lambda field: (True, False),
    f.Count: lambda field: (3, 2) if field.name == "start" else (4, 5),
    f.Number: lambda field: {"value": (3, 4), "best": (5, 6), "worst": (1, 0)}[field.name],
    f.Degrees: lambda field: (45.5, -12.25),
    GeometryField: lambda field: ({"type": "LineString", "coordinates": [[-50, -50], [50.5, 50]]},),
    f.Matching: lambda field: (field.example,),
    Identifier: lambda field: (field.example,),
    DecimalText: lambda field: ("48.80", "48.8"),
    UnitCode: lambda field: ("%", "{votes}"),
    f.WebAddress: lambda field: ("https://example.org/page", "https://example.org/other"),
    f.CountryCode: lambda field: ("JP", "SUHH"),
    f.Id: lambda field: ("who" if field.name == "question" else "asked-here",),
}


#: What stands in place of another member, or fits to others: test_between.py, test_translations.py and the
#: machine of test_nested_writes.py try these.
APART = {"after", "before", "translations", "attributes"}


def _value(field: fields.Field[Any], other: bool = False) -> Any:
    if isinstance(field, f.Listed):
        return [_value(field.inner, other)]
    if isinstance(field, f.One):
        return _document(field.schema, other)
    known = next(kind for kind in type(field).__mro__ if kind in VALUES)
    return VALUES[known](field)[-1 if other else 0]


def _document(schema: Any, other: bool = False) -> Json:
    fields_of = schema.load_fields.items()
    return {name: _value(field, other) for name, field in fields_of if name not in APART}


DOCUMENTS = {name: {**_document(kind.shape), "id": f"full-{name}"} for name, kind in TYPES.items()}


def _nested(field: fields.Field[Any], way: Way) -> Iterator[tuple[Way, fields.Field[Any]]]:
    """A field that holds objects or a list, and all those in it."""
    if isinstance(field, f.Listed):
        yield way, field
        yield from _nested(field.inner, (*way, 0))
    elif isinstance(field, f.One):
        yield way, field
        for name, inner in field.schema.load_fields.items():
            if name not in APART:
                yield from _nested(inner, (*way, name))


MEMBERS = [
    (name, way, field)
    for name, kind in TYPES.items()
    for member, top in kind.shape.load_fields.items()
    if member not in APART
    for way, field in _nested(top, (member,))
]


def _put(value: Any, way: Way, new: Any) -> Any:
    """A value with another at the end of a way."""
    if not way:
        return new
    copy = deepcopy(value)
    copy[way[0]] = _put(copy[way[0]], way[1:], new)
    return copy


def _patch(document: Any, way: Way, new: Any) -> Any:
    """A merge patch that changes what stands at the end of a way: lists on it are sent whole."""
    if not way:
        return new
    if isinstance(document, list):
        return _put(document, way, new)
    return {way[0]: _patch(document[way[0]], way[1:], new)}


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396 §2, as it is written there."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _changes(way: Way, field: fields.Field[Any]) -> Iterator[tuple[Any, str | None]]:
    """What may be sent for a member, and what of it is refused: None, or the way on to the fault."""
    may_go = None if field.allow_none and way[-1] != 0 else ""
    if isinstance(field, f.Listed):
        one = _value(field.inner, other=True)
        yield None, may_go
        yield [], "" if field.least else None
        yield [one], None
        yield {"0": one}, ""
        yield "words", ""
        yield [one, None], "/1"
        return
    yield None, may_go
    yield "words", ""
    yield 7, ""
    yield [], ""
    yield {"nonsense": 1}, "/nonsense"
    yield {"nonsense": {"deep": None}}, "/nonsense"
    assert isinstance(field, f.One)
    for name, member in field.schema.load_fields.items():
        if name in APART:
            continue
        yield {name: _value(member, other=True)}, None
        yield {name: None}, None if member.allow_none else f"/{name}"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a draft of every type that has every member."""
    desk = Desk(tmp_path_factory.mktemp("full") / "facts.db")
    for plural, body in WORLD:
        assert desk.send("POST", f"{plural}?publish=true", body).status_code == 201
    for name, document in DOCUMENTS.items():
        created = desk.send("POST", TYPES[name].plural, document)
        assert created.status_code == 201, (name, created.text)
    return desk


@pytest.mark.parametrize(
    ("name", "way", "field"), MEMBERS, ids=[f"{name}-{'.'.join(map(str, way))}" for name, way, _ in MEMBERS]
)
def test_a_patch_of_a_member_is_merged_or_refused_at_its_place(
    full: Desk, name: str, way: Way, field: fields.Field[Any]
) -> None:
    record, document = f"{TYPES[name].plural}/full-{name}", DOCUMENTS[name]
    pointer, top = "".join(f"/{step}" for step in way), way[0]

    for change, refused in _changes(way, field):
        patch = _patch(document, way, _whole(document, way, change))
        answer = full.change("PATCH", f"{record}?dry_run=true", patch)

        assert answer.status_code == (200 if refused is None else 422), (change, answer.text)
        if refused is None:
            expected = without_nothing(merged(document, patch)).get(top)
            assert (in_input_form(answer.get_json()[top]) or None) == expected, change
        else:
            pointers = [error["pointer"] for error in answer.get_json()["errors"]]
            assert f"{pointer}{refused}" in pointers, (change, pointers)
    assert in_input_form(full.send("GET", record).get_json()[top]) == document[top]


def _whole(document: Json, way: Way, change: Any) -> Any:
    """A change as it is sent: within a list an object is not merged, but stands there whole."""
    if 0 not in way or not isinstance(change, dict):
        return change
    stands: Any = document
    for step in way:
        stands = stands[step]
    return {**stands, **change} if isinstance(stands, dict) else change
