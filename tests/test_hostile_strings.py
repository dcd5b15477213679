"""Nothing that stands in a record is markup on a page: hostile strings in every text that schemas declare."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from marshmallow import Schema, fields

from api.http.languages import LANGUAGES
from api.pages.site import PAGES
from api.records.core.registry import CLAIM, TYPES, RecordType
from schemas.base import Json
from schemas.date import BOUNDS
from schemas.fields import Checked, Id, Reference, TermOf, Text
from schemas.quantity import QuantitySchema
from schemas.record import RecordSchema
from schemas.translation import TRANSLATIONS

from .conftest import Desk, empty_desk
from .test_pages import BROWSER

#: What ends a text, an attribute, an element or a script, and begins something else.
FRAGMENTS = [
    "<script>zqx()</script>", "</script><zqx>", "<img src=x onerror=zqx()>", "<svg/onload=zqx()>",
    "</title><zqx>", "</textarea><zqx>", "</template><zqx>", "</style><zqx>", '" onmouseover="zqx()',
    "' onmouseover='zqx()", "'-zqx()-'", '"><zqx a="', "'><zqx a='", "javascript:zqx()",
    "<a href=javascript:zqx()>", "<!--", "-->", "]]>", "<![CDATA[", "{{ 7*7 }}", "{% zqx %}", "%(zqx)s",
    "${zqx}", "&lt;zqx&gt;", "&#60;zqx>", "\\u003czqx>", "<zqx/", "`", "\\", "'", '"', "<iframe srcdoc=zqx>",
    "<base href=//zqx>", "<zqx", "<meta http-equiv=refresh content=0>", "<form action=//zqx>",
]  # fmt: skip
HOSTILE = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.text("<>&\"'`=/;:{}%\\ abz", max_size=9)), min_size=1, max_size=3
).map(lambda parts: f"<zqx>{''.join(parts)}".strip())
PLAIN = "plain"
#: What schemas ask for by their own rules, beside what they require.
_ASKED: dict[type[Schema], Json] = {QuantitySchema: {"value": "2", "unit": "{x}"}}
#: In the order in which records refer to one another.
_IN_ORDER = ("party", "source", "place", "dossier", "date", "claim")


# Documents, derived from the schemas


def _filled(schema: Schema, text: str, whole: bool = True) -> Json:
    """An object with a text in every string that takes it; else with what is required alone."""
    found: Json = {**_ASKED.get(type(schema), {})}
    for name, field in schema.load_fields.items():
        if name in BOUNDS or (name in ("type", "id") and isinstance(schema, RecordSchema)):
            continue
        value = _translations(schema, text) if name == TRANSLATIONS else _value(field, text, whole)
        if value is not None and (whole or field.required):
            found[name] = value
    return found


def _translations(schema: Any, text: str) -> list[Json]:
    return [
        {"member": member, "language": language, "text": text, "kind": "official", "by": "other-party"}
        for member in schema.translates
        for language in LANGUAGES
        if language != "en"
    ]


def _value(field: Any, text: str, whole: bool) -> Any:
    """What stands in a field; None where it can be left out and takes no such text."""
    if isinstance(field, fields.List):
        inner = _value(field.inner, text, whole)
        return None if inner is None else [inner]
    if isinstance(field, fields.Nested):
        inside = _filled(field.schema, text, whole)
        return inside if any(not isinstance(value, int) for value in inside.values()) else None
    if isinstance(field, Reference):
        return f"other-{field.to[0]}"
    if isinstance(field, TermOf):
        return field.vocabulary.names[0] if field.required else None
    if isinstance(field, Id):
        return "asked"
    return _string(field, text) or (_plain(field) if field.required else None)


def _string(field: Checked, text: str) -> str | None:
    """The text as the field takes it: cut, as an address, as a noun that is counted."""
    if not isinstance(field, Text) and field.read.get("type") != "string":
        return None
    address = "https://zqx.example/"
    ways = (text, "<zqx>", f"{address}{text}", f"{address}'-zqx()-'", f"{{{text}}}", PLAIN)
    cut = (way[: getattr(field, "longest", None)].strip() for way in ways)
    return next((way for way in cut if field.fault(way) is None), None)


def _plain(field: Checked) -> Any:
    return next(value for value in ("en", True, 1, "2", "2019") if field.fault(value) is None)


def _texts(schema: Schema, path: str = "") -> Iterator[str]:
    """Where texts stand, of any length."""
    for name, field in schema.load_fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from _texts(inner.schema, f"{path}{name}.")
        elif isinstance(inner, Text):
            yield f"{path}{name}"


def _written(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _written(inner, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _written(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, str) and "zqx" in value:
        yield path


@pytest.mark.parametrize("record_type", TYPES.values(), ids=lambda t: t.name)
def test_every_text_of_a_record_is_tried(record_type: RecordType) -> None:
    document = _filled(record_type.shape, "<zqx>")

    assert set(_texts(record_type.shape)) <= set(_written(document))


# Records, and the pages that show them


def _write(desk: Desk, text: str, gone: str) -> None:
    """Two records of each type, which refer to each other; one that is withdrawn."""
    for name in _IN_ORDER:
        desk.put(
            TYPES[name], f"other-{name}", **_filled(TYPES[name].shape, text, whole=False), **_dated(name)
        )
    for name in _IN_ORDER:
        desk.put(TYPES[name], f"main-{name}", **(_filled(TYPES[name].shape, text) | _dated(name)))
    note = {"kind": "error", "note": text}
    changed = desk.change("PATCH", "claims/main-claim", {"proposition": f"{text}.", "correction": note})
    assert changed.status_code == 200, changed.text
    desk.party(gone, name=text)
    assert desk.change("POST", f"parties/{gone}/retract", note).status_code == 200


def _dated(name: str) -> Json:
    return {"when": "2019"} if name == "date" else {}


def _addresses(gone: str) -> Iterator[str]:
    """Every page and card that shows them, in each language, and by the names of one side."""
    kinds = {f"/{t.plural}/<id>": f"/{t.plural}/main-{t.name}" for t in TYPES.values()}
    kinds |= {f"/embed/{CLAIM.plural}/<id>": f"/embed/{CLAIM.plural}/main-claim"}
    shown = [kinds.get(page.path, page.path) for page in PAGES]
    more = ["/search?q=zqx", "/search?q=plain", "/embed/claims/main-claim?revision=1", f"/parties/{gone}"]
    lists = [f"/claims?about=other-party&q={word}" for word in ("zqx", "plain")]
    for address in [*shown, *more, *lists]:
        joint = "&" if "?" in address else "?"
        yield from (f"{address}{joint}lang={language}" for language in LANGUAGES)
        yield f"{address}{joint}perspective=other-party"


Shape = set[tuple[str, str]]


def _shapes(desk: Desk, gone: str) -> Iterator[tuple[str, Any, Shape]]:
    """(address, tree, the elements and attributes in it) of each page."""
    for address in _addresses(gone):
        response = desk.client.get(address, headers=BROWSER)
        assert response.status_code in (200, 410), (address, response.text[:500])
        tree = html.document_fromstring(response.text)
        yield address, tree, {(str(e.tag), name) for e in tree.iter() for name in ("", *e.attrib)}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Shape:
    """Every element and attribute of the pages of such records in plain words."""
    desk = empty_desk(tmp_path_factory.mktemp("plain") / "facts.db")
    _write(desk, PLAIN, "gone")
    return {pair for _, _, shape in _shapes(desk, "gone") for pair in shape}


#: Attributes by which something is run, or asked for.
_ADDRESSES = "//@href|//@src|//@action|//@formaction|//@data|//@xlink:href|//@poster|//@srcset"
_XLINK = {"xlink": "http://www.w3.org/1999/xlink"}


@settings(max_examples=12)
@given(text=HOSTILE)
def test_no_string_of_a_record_is_markup(known: Shape, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = empty_desk(Path(folder) / "facts.db")
        _write(desk, text, "gone")

        for address, tree, shape in _shapes(desk, "gone"):
            assert shape <= known, (address, shape - known)
            for found in tree.xpath(_ADDRESSES, namespaces=_XLINK):
                scheme = found.strip().partition(":")[0].lower()
                assert scheme in ("http", "https") or found[0] in "/?#" or found == "data:,", (address, found)
            for script in tree.xpath("//script"):
                assert script.get("src") or isinstance(json.loads(script.text), dict)
            _speaks(tree, text, address)
        _frames(desk.client.get("/oembed?url=/claims/main-claim").get_json()["html"])
        desk.database.close()


def _speaks(tree: Any, text: str, address: str) -> None:
    """What is a title on a page is there as it was written, and so is no part of it lost."""
    if "/claims/main-claim" in address and "lang=" in address:
        assert "<zqx>" in tree.text_content(), (address, text)


def _frames(code: str) -> None:
    """What oEmbed gives to other sites is one frame, and nothing beside or in it."""
    (frame,) = html.fragments_fromstring(code)
    assert (frame.tag, list(frame), frame.tail) == ("iframe", [], None)
    assert set(frame.attrib) == {"src", "title", "width", "height", "loading", "sandbox", "style"}
