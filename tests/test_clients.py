"""What clients make of the description: types that hold, examples that work, few bytes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.records.core.registry import BY_PLURAL, TYPES

from .audits.contract import Json, followed, operations, require_shape, trimmed
from .conftest import ROOT, Desk

DOCUMENT = json.loads((ROOT / "api" / "openapi.json").read_text("utf-8"))
DESCRIBED = operations(DOCUMENT)
SCHEMAS: Json = DOCUMENT["components"]["schemas"]
RECORDS = {name: t.schema.__name__.removesuffix("Schema") for name, t in TYPES.items()}
ALL = [(method, path) for path, methods in DESCRIBED.items() for method in methods]
READS = [path for method, path in ALL if method == "get"]
WRITES = [(method, path) for method, path in ALL if method != "get"]


def _schema(path: str, method: str = "get", status: str = "200") -> Json:
    content = DESCRIBED[path][method]["responses"][status]["content"]
    shape: Json = content["application/json"]["schema"]
    return shape


def _parts(value: Any) -> Iterator[Json]:
    """Every object within a value."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield value
    for member in members:
        yield from _parts(member)


# Bytes


def test_the_description_is_small(client: FlaskClient) -> None:
    served = client.get("/openapi.json").data

    assert len(served) < 425_000
    assert served == json.dumps(DOCUMENT, ensure_ascii=False, separators=(",", ":")).encode()


def test_everything_shared_is_used() -> None:
    used = {part["$ref"] for part in _parts(DOCUMENT) if isinstance(part.get("$ref"), str)}

    for kind, parts in DOCUMENT["components"].items():
        if kind != "securitySchemes":
            assert {f"#/components/{kind}/{name}" for name in parts} <= used


def test_every_operation_says_whether_it_takes_a_key() -> None:
    assert all("security" in DESCRIBED[path][method] for method, path in ALL)


# Types


@pytest.mark.parametrize("plural", BY_PLURAL)
def test_a_record_is_its_type_wherever_it_stands(plural: str) -> None:
    name = RECORDS[BY_PLURAL[plural].name]
    one, path = {"$ref": f"#/components/schemas/{name}"}, f"/v1/{plural}"

    page = followed(DOCUMENT, _schema(path))["properties"]
    revision = followed(DOCUMENT, _schema(f"{path}/{{id}}/revisions/{{number}}"))["properties"]

    assert _schema(f"{path}/{{id}}") == page["data"]["items"] == one
    assert _schema(path, "post", "201") == _schema(f"{path}/{{id}}", "patch") == one
    assert revision["document"] == {"$ref": f"#/components/schemas/{name}Input"}
    assert SCHEMAS[name]["properties"]["type"] == {"type": "string", "const": BY_PLURAL[plural].name}
    assert "included" not in SCHEMAS[name]["required"]


#: What may be any object: a query as understood; no note.
OPEN = ("Query", "Nothing")


def test_nothing_else_is_just_any_object() -> None:
    vague = [
        name
        for name, schema in SCHEMAS.items()
        for part in _parts(schema)
        if part.get("type") in ("object", ["object", "null"]) and not _says_what_it_holds(part)
    ]

    assert set(vague) == set(OPEN)


def _says_what_it_holds(schema: Json) -> bool:
    return bool(schema.get("properties")) or isinstance(schema.get("additionalProperties"), dict)


def test_a_union_of_objects_says_which_one_it_is() -> None:
    unions = [part for schema in SCHEMAS.values() for part in _parts(schema) if "oneOf" in part]
    records = {f"#/components/schemas/{name}" for name in RECORDS.values()}

    for union in unions:
        if len({option.get("$ref") for option in union["oneOf"]} & records) > 1:
            mapping = union["discriminator"]["mapping"]
            assert union["discriminator"]["propertyName"] == "type"
            assert {mapping[name] for name in mapping} == {option["$ref"] for option in union["oneOf"]}


NEVER_NULL = [
    *((name, member) for name in RECORDS.values() for member in ("type", "id", "meta", "links")),
    ("Claim", "origins"),
    ("Claim", "standing"),
    ("Meta", "status"),
    ("Meta", "updated"),
    ("Check", "status"),
    ("Citation", "check"),
    ("InverseRelation", "type"),
    ("InverseRelation", "claim"),
]


@pytest.mark.parametrize(("name", "member"), NEVER_NULL)
def test_what_is_never_null_is_not_nullable(name: str, member: str) -> None:
    assert "null" not in json.dumps(SCHEMAS[name]["properties"][member])


@pytest.mark.parametrize("plural", BY_PLURAL)
def test_records_are_as_described_whether_drafts_whole_or_trimmed(desk: Desk, plural: str) -> None:
    record_type = BY_PLURAL[plural]
    shape = {"$ref": f"#/components/schemas/{RECORDS[record_type.name]}"}
    draft = desk.send("POST", plural, _example("post", f"/v1/{plural}")).get_json()
    require_shape(DOCUMENT, shape, draft)
    looser = trimmed(DOCUMENT, RECORDS.values())

    for field in record_type.fields:
        kept = desk.read(f"{plural}/{record_type.example}", fields=field)
        assert set(kept) == {"type", "id", field}
        require_shape(looser, shape, kept)
    if record_type.includes:
        whole = desk.read(f"{plural}/{record_type.example}", include=",".join(record_type.includes))
        require_shape(DOCUMENT, shape, whole)


def test_addresses_in_any_script_are_as_described(desk: Desk) -> None:
    desk.source("paper", "nhk", url="https://例え.jp/北方領土?q=й", archived_url="https://example.org/é")
    served = desk.read("sources/paper")

    for member in ("url", "archived_url"):
        assert SCHEMAS["Source"]["properties"][member]["format"] == "iri"
        assert served[member].startswith("https://")
    assert SCHEMAS["Citation"]["properties"]["deep_link"]["format"] == "iri"


REFUSALS = [
    ("PATCH", "parties/nhk", {}, {}, 428),
    ("PATCH", "parties/nhk", {}, {"If_Match": '"else"'}, 412),
    ("GET", "parties/kyodo-gone", None, {}, 410),
    ("GET", "changes?since=99999999", None, {}, 410),
    ("GET", "claims?claimnt=x", None, {}, 400),
    ("GET", "parties/nhkk", None, {}, 404),
    ("POST", "parties", {"id": 1, "names": [{}]}, {}, 422),
]


@pytest.mark.parametrize(("method", "path", "body", "headers", "status"), REFUSALS)
def test_a_problem_is_as_described(
    desk: Desk, method: str, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    desk.party("kyodo-gone")
    desk.change("POST", "parties/kyodo-gone/retract", {"kind": "error", "note": "Gone."})

    problem = desk.send(method, path, body, **headers).get_json()

    assert problem["status"] == status
    assert set(problem) <= set(SCHEMAS["Problem"]["properties"])
    require_shape(DOCUMENT, {"$ref": "#/components/schemas/Problem"}, problem)


# Examples


def _filled_in(path: str, method: str) -> tuple[str, Json, dict[str, str]]:
    """Address, query and headers as a page for trying requests out sends them: all examples, all defaults."""
    filled: dict[str, Json] = {"path": {}, "query": {}, "header": {}}
    for parameter in DESCRIBED[path][method]["parameters"]:
        value = parameter.get("example", parameter["schema"].get("default"))
        if value is not None:
            filled[parameter["in"]][parameter["name"]] = _as_text(value)
    return path.format(**filled["path"]), filled["query"], filled["header"]


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _example(method: str, path: str) -> Any:
    """The body that the description shows."""
    content = DESCRIBED[path][method].get("requestBody", {}).get("content", {})
    shown = [form["example"] for form in content.values()]
    assert all(example == shown[0] for example in shown)
    return shown[0] if shown else None


@pytest.mark.parametrize("path", READS)
def test_the_examples_of_a_read_work_together(client: FlaskClient, path: str) -> None:
    address, query, headers = _filled_in(path, "get")

    answer = client.get(address, query_string=query, headers={"Accept": "*/*", **headers})

    assert answer.status_code == 200, answer.text
    content = DESCRIBED[path]["get"]["responses"]["200"]["content"]
    if answer.is_json and "schema" in content.get("application/json", {}):
        require_shape(DOCUMENT, content["application/json"]["schema"], answer.get_json())


#: What the contract refuses of the examples, which are records of a dossier that is published and alone.
REFUSED = {"/v1/dossiers/{id}/merge": 422} | {f"/v1/{plural}/{{id}}": 409 for plural in BY_PLURAL}


@pytest.mark.parametrize(("method", "path"), WRITES, ids=" ".join)
def test_the_examples_of_a_write_work_as_a_dry_run(
    client: FlaskClient, desk: Desk, method: str, path: str
) -> None:
    address, query, headers = _filled_in(path, method)
    # A page for trying out asks for the first form that the description has, also one of problems alone.
    forms = [
        form for answer in DESCRIBED[path][method]["responses"].values() for form in answer.get("content", ())
    ]
    headers["Accept"] = forms[0]
    body = _example(method, path)
    before = desk.last()
    expected = REFUSED.get(path, 200) if method == "delete" or path.endswith("/merge") else 200

    answer = desk.client.open(
        address, method=method.upper(), query_string=query, json=body, headers={**desk.publisher, **headers}
    )

    assert answer.status_code == expected, answer.text
    writes = DESCRIBED[path][method]["security"] == [{"key": []}]
    assert ("dry_run" in query) == writes
    assert desk.last() == before
    assert (body is not None) == ("requestBody" in DESCRIBED[path][method])
