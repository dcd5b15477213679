"""The OpenAPI description: valid, current, kept by every answer; and every address served leads somewhere."""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Set
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from requests import Session
from ruamel.yaml import YAML
from schemathesis.checks import load_all_checks
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
)

from api.endpoints.openapi import ANYWHERE
from api.http.problems import TYPES
from api.records.answers.search import EVERY_TYPE
from api.records.answers.timeline import KINDS
from api.records.core.filters import Countries, Dated, Filter, Ids, Languages, Located, Questions
from api.records.core.registry import BY_PLURAL

from .audits.contract import operations, require_shape, trimmed
from .conftest import ROOT, Server, facts, key_for, read
from .edges import Edges
from .places import url_of

DOCUMENT = json.loads((ROOT / "api" / "openapi.json").read_text("utf-8"))
DESCRIBED = operations(DOCUMENT)
#: The description as it is of answers to `fields`.
_RECORDS = [t.schema.__name__.removesuffix("Schema") for t in BY_PLURAL.values()]
_FEATURES = [
    f"{name}Properties" for name in _RECORDS if f"{name}Properties" in DOCUMENT["components"]["schemas"]
]
TRIMMED = trimmed(DOCUMENT, [*_RECORDS, *_FEATURES])


def test_the_description_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_the_committed_description_is_current() -> None:
    checked = facts("openapi", "--check")

    assert checked.returncode == 0, checked.stderr


def test_the_yaml_and_json_descriptions_are_the_same(client: FlaskClient) -> None:
    from_yaml = YAML(typ="safe").load(client.get("/openapi.yaml").data)

    assert from_yaml == json.loads(client.get("/openapi.json").data) == DOCUMENT


def test_operation_ids_make_method_names() -> None:
    ids = [o["operationId"] for path in DOCUMENT["paths"].values() for o in path.values()]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z]+([A-Z][a-z]+)+", i) for i in ids), ids
    assert {"listClaims", "getClaim", "listClaimReferences", "getVocabulary"} <= set(ids)


def test_everything_is_described() -> None:
    for path, methods in DESCRIBED.items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["description"], path
            assert all(p["description"] for p in operation["parameters"]), path
            done = next(answer for status, answer in operation["responses"].items() if status < "3")
            assert "content" in done or operation["operationId"].startswith("delete"), path


def test_the_examples_are_answers_of_the_first_dossier(client: FlaskClient) -> None:
    moment = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")
    shown = DESCRIBED["/v1/claims/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    example = shown["example"]

    served = client.get(f"/v1/claims/{example['id']}").text
    assert json.loads(moment.sub("", served)) == json.loads(moment.sub("", json.dumps(example)))


# What every operation has, derived from its declaration

READS = {path: methods["get"] for path, methods in DESCRIBED.items() if "get" in methods}


def _asked(path: str) -> str:
    """An address with the examples of the description, and a perspective where there can be one."""
    parameters = READS[path]["parameters"]
    ids = {p["name"]: p["example"] for p in parameters if p["in"] == "path"}
    query = {p["name"]: p["example"] for p in parameters if p["in"] == "query" and p.get("required")}
    if any(p["name"] == "perspective" for p in parameters):
        query["perspective"] = "russia"
    return f"{path.format(**ids)}?{urlencode(query)}"


@pytest.mark.parametrize("path", READS)
def test_the_headers_of_a_read_are_described(client: FlaskClient, path: str) -> None:
    always = {"ETag", "Cache-Control", "Vary", "X-Request-Id"}
    described = READS[path]["responses"]

    served = client.get(_asked(path))

    assert served.status_code == 200, served.text
    assert always <= set(described["200"]["headers"]) & set(served.headers.keys())
    assert set(described["304"]["headers"]) == always | {"Facts-Version"}


@pytest.mark.parametrize("path", READS)
def test_the_request_headers_that_change_an_answer_are_described(client: FlaskClient, path: str) -> None:
    # OpenAPI has other places for what is served as, for keys and for other sites; HTTP libraries ask for
    # codings by themselves, and scripts in browsers may not.
    elsewhere = {"Accept", "Authorization", "Origin", "Accept-Encoding"}
    # What has reached a version may be shown to everybody else.
    described = {p["name"] for p in READS[path]["parameters"] if p["in"] == "header"} - {"Facts-Min-Version"}

    varying = set(client.get(_asked(path)).headers["Vary"].split(", "))

    assert varying - elsewhere == described


@pytest.mark.parametrize("path", READS)
def test_a_read_that_can_take_too_long_says_so(path: str) -> None:
    narrowed = any(p["in"] == "query" for p in READS[path]["parameters"])

    given_up = "503" in READS[path]["responses"]

    assert given_up == (narrowed or path == "/health/ready")


def test_a_bad_key_can_be_refused_at_every_address() -> None:
    for path, methods in DESCRIBED.items():
        for operation in methods.values():
            keyed = path.startswith("/v1")
            assert ("401" in operation["responses"]) == keyed, path
            assert ({"key": []} in operation["security"]) == keyed, path


def test_provenance_is_described_in_both_of_its_forms(client: FlaskClient) -> None:
    path = "/v1/claims/{id}/provenance"
    content = READS[path]["responses"]["200"]["content"]

    assert set(content) == {"application/json", "application/ld+json"}
    for media_type in content:
        assert client.get(_asked(path), headers={"Accept": media_type}).mimetype == media_type


# Property tests over the whole contract

# What a schema cannot say: an id must name a record, a cursor must be one of this query, a date must be
# EDTF. Generated queries get real ones in these places; what schemathesis makes up for them is invalid
# data in the description's own sense only where it breaks the stated pattern.
REAL_DATES = ["2019", "2019-07", "2019-07-21", "2018-11/2019-07", "2004/..", "201X"]
#: Addresses that ask for several types at once.
ACROSS = {"search": EVERY_TYPE, "timeline": KINDS}
#: What may stand beside a list of ids.
BESIDE_IDS = {"id", "fields", "include", "count", "perspective", "translation"}
#: What asks for the present only.
OF_THE_PRESENT = {"include", "status", "id", "q", "facets"}
#: What is asked of a quantity in a unit.
OF_QUANTITIES = {"quantity_of": "turnout", "quantity_min": "-1", "quantity_max": "48.80"}
Query = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What there is in the dossier: ids by the name of their type, and ids of questions."""

    ids: dict[str, list[str]]
    questions: list[str]


@pytest.fixture(scope="session")
def known(client: FlaskClient) -> Known:
    served = {t.name: read(client, p, limit=200)["data"] for p, t in BY_PLURAL.items()}
    return Known(
        ids={name: [record["id"] for record in records] for name, records in served.items()},
        questions=[question["id"] for question in served["dossier"][0]["questions"]],
    )


def _make_real(case: Any, known: Known) -> None:
    """Put values that exist where the description can only say which form they have.

    Which ones is a matter of chance, and the same for the same case.
    """
    chance = Random(f"{case.path_parameters} {case.query} {case.body}")
    if case.path_parameters and "{id}" in case.path:
        of_type = BY_PLURAL[case.path.split("/")[2]].name
        case.path_parameters["id"] = chance.choice(known.ids[of_type])
    if isinstance(case.query, dict) and case.path.startswith("/v1/"):
        _make_query_real(case.path, case.query, known, chance)
    if case.path == "/v1/locate" and isinstance(case.body, dict):
        _make_passages_real(case.body, known, chance)
    if "Facts-Min-Version" in (case.headers or {}):
        # A number that the record has reached.
        case.headers["Facts-Min-Version"] = "1"
    if "Accept-Datetime" in (case.headers or {}):
        # A moment that records have reached; what is embedded beside them is of the present.
        case.headers["Accept-Datetime"] = "Fri, 31 Dec 2999 00:00:00 GMT"
        case.query.pop("include", None)


def _make_passages_real(body: dict[str, Any], known: Known, chance: Random) -> None:
    """Either a source or locators, each of words around a passage or of a quotation, and none twice."""
    if body.pop("source", None) is not None:
        body.pop("locators", None)
        body["source"] = chance.choice(known.ids["source"])
        return
    around = {"start": "Abe", "end": "treaty", "prefix": None, "suffix": "."}
    body["locators"] = [around, {"quote": "advance the treaty"}]


def _make_query_real(path: str, query: Query, known: Known, chance: Random) -> None:
    _reach_its_moment(query)
    filters = _filters_at(path, query, chance)
    for name in query:
        if declared := filters.get(name.partition(".")[0]):
            query[name] = _real_value(declared, known, chance) or query[name]
    if "unit" in query or query.keys() & OF_QUANTITIES.keys():
        _measure(query, chance, within=filters)
    if "perspective" in query:
        query["perspective"] = chance.choice(["russia", "japan", "nhk"])
    if "translation" in query:
        query["translation"] = chance.choice(["ja", "ru", "ja-JP"])
    if query and "/positions" in path:
        query |= {"question": ["who-holds-sovereignty"], "party": ["japan"]}
        query |= {"said": chance.choice(REAL_DATES)} if "said" in query else {}
    if "id" in query:
        _leave_only(query, BESIDE_IDS)
    if path == "/v1/export":
        query |= {"dossier": [chance.choice(known.ids["dossier"])]} if "dossier" in query else {}
        # A table is of claims alone.
        query |= {"type": ["claim"]} if "type" in query and query.get("format") == "csv" else {}


def _measure(query: Query, chance: Random, within: dict[str, Filter]) -> None:
    """A real unit with bounds and a label, which mean nothing without one."""
    if "unit" not in within:
        return _leave_only(query, query.keys() - OF_QUANTITIES.keys())
    query |= {name: real for name, real in OF_QUANTITIES.items() if name in query}
    query["unit"] = chance.choice(["%", "{voters}", "km2", "EUR"])
    return None


def _reach_its_moment(query: Query) -> None:
    """Moments and numbers that the feed has reached, and no waiting for new ones, from the first page on."""
    if "as_of" in query:
        query["as_of"] = "seq:280"
        _leave_only(query, query.keys() - OF_THE_PRESENT)
    if "since" in query:
        query["since"] = 258
    query.pop("wait", None)
    query.pop("after", None)


def _leave_only(query: Query, names: Set[str]) -> None:
    for name in query.keys() - names:
        del query[name]


def _filters_at(path: str, query: Query, chance: Random) -> dict[str, Filter]:
    """The filters of an address; where several types are asked, those of one of them, without the rest."""
    last, plural = path.rsplit("/", 1)[-1], path.split("/")[2]
    if last not in ACROSS:
        return {f.name: f for f in BY_PLURAL[plural].filters} if plural in BY_PLURAL else {}
    chosen = chance.choice(ACROSS[last])
    kept = {f.name: f for f in chosen.filters}
    others = {f.name for record_type in ACROSS[last] for f in record_type.filters} - kept.keys()
    _leave_only(query, {name for name in query if name.partition(".")[0] not in others})
    if "type" in query:
        query["type"] = [chosen.name]
    return kept


def _real_value(declared: Filter, known: Known, chance: Random) -> Any:
    """A value that a filter can have; None where any that fits will do."""
    match declared:
        case Questions():
            return [chance.choice(known.questions)]
        case Ids(to=of):
            return [chance.choice(known.ids[chance.choice(of)])]
        case Dated():
            return chance.choice(REAL_DATES)
        case Languages():
            return ["en"]
        case Countries():
            return ["JP"]
        case Located():
            return chance.choice(["145,43,149.5,46", "170,-90,-170,90"])
        case _:
            return None


CONTRACT: Any = schemathesis.openapi.from_dict(deepcopy(DOCUMENT))
# An address that is too long is refused before anybody looks at what is wrong with it.
CONTRACT.config.checks.negative_data_rejection.expected_statuses.append("414")
# So is a body that is too large, such as one with more positions than a geometry may have.
CONTRACT.config.checks.negative_data_rejection.expected_statuses.append("413")
# Preconditions are judged before the body (RFC 9110 section 13.2.1).
CONTRACT.config.checks.negative_data_rejection.expected_statuses.append("412")
OPERATIONS = [(method, path) for path, operations in DOCUMENT["paths"].items() for method in operations]
load_all_checks()


#: How cases come about: from examples and by chance; and from the edges of all that is described.
SOME, EDGES = (HypothesisTestMode.EXAMPLES, HypothesisTestMode.FUZZING), (HypothesisTestMode.COVERAGE,)
#: Which edges were tried, without a key and by a curator.
ANYBODYS, CURATORS = Edges(DESCRIBED), Edges(DESCRIBED)


def _try(
    config: pytest.Config,
    operation: tuple[str, str],
    check: Callable[[Any], None],
    edges: Edges | None,
    most: int,
) -> None:
    """Check an operation with its examples, `most` cases made up, and the edges that it is to try, if any.

    They are made here: schemathesis would make those of all operations wherever tests are collected.
    """
    method, path = operation
    most = config.getoption("contract_examples") or most
    seed = config.getoption("contract_seed")
    whole = CONTRACT[path][method]

    def run(operation: Any, check: Callable[[Any], None], modes: Iterable[HypothesisTestMode]) -> None:
        explicit = settings(
            max_examples=most, derandomize=seed is None, suppress_health_check=list(HealthCheck)
        )
        config = HypothesisTestConfig(
            project=CONTRACT.config, modes=list(modes), seed=seed, explicit_settings=explicit
        )
        create_test(operation=operation, test_func=check, config=config)()

    run(whole, check, SOME)
    if edges is None:
        return
    if seed is not None:
        run(whole, check, EDGES)
        return
    mine = edges.at(method, path)

    def checked(case: Any) -> None:
        if mine.is_due(case):
            check(case)

    run(mine.narrowed(whole), checked, EDGES)


#: What is sent where other names are allowed no more.
_UNKNOWN_HEADER = "x-schemathesis-unknown-property"


def _of_dry_runs(case: Any) -> tuple[Any, ...]:
    """What a dry run without If-Match need not be refused for."""
    return (negative_data_rejection,) if "dry_run" in (case.query or {}) else ()


def _require_described(case: Any, answer: Any, *excluded: Any) -> None:
    """Hold an answer to the description: its status is named or any request's, its body of the form named."""
    trimmed = isinstance(case.query, dict) and "fields" in case.query and answer.status_code == 200
    left_out = [*excluded, *((response_schema_conformance,) if trimmed else ())]
    if _UNKNOWN_HEADER in (case.headers or {}):
        # It is to be ignored (RFC 9110 §5.1).
        left_out.append(negative_data_rejection)
    case.validate_response(answer, excluded_checks=left_out)
    operation = DESCRIBED[case.path].get(case.method.lower())
    if operation is None:
        return
    anywhere = {str(TYPES[name].status) for name in ANYWHERE}
    assert str(answer.status_code) in operation["responses"].keys() | anywhere
    if trimmed:
        (kind,) = answer.headers["content-type"]
        shape = DESCRIBED[case.path]["get"]["responses"]["200"]["content"][kind]["schema"]
        require_shape(TRIMMED, shape, answer.json())


@pytest.fixture(scope="module")
def kept() -> Iterator[Session]:
    """Keeps its connections: to open one for each request is a third of what these tests would take."""
    with Session() as session:
        session.trust_env = False
        yield session


@pytest.mark.machine
@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_every_answer_keeps_the_contract(
    pytestconfig: pytest.Config, operation: tuple[str, str], known: Known, server: Server, kept: Session
) -> None:
    def keeps_the_contract(case: Any) -> None:
        if not case.meta.generation.mode.is_negative:
            _make_real(case, known)
        _require_described(case, case.call(f"http://127.0.0.1:{server.port}", kept))

    # Without the key that it must have, a request is refused before anybody looks at its body: the edges of
    # bodies are for those who have one.
    refused = DESCRIBED[operation[1]][operation[0]]["security"] == [{"key": []}]
    edges, most = (None, 5) if refused else (ANYBODYS, 12)
    _try(pytestconfig, operation, keeps_the_contract, edges, most)


@pytest.fixture(scope="module")
def desk(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server that may be written to, and a publisher's key."""
    copy = tmp_path_factory.mktemp("desk") / "facts.db"
    shutil.copy(loaded, copy)
    key = key_for(copy)
    running = Server(copy)
    yield running, key
    running.stop()
    assert facts("doctor", "--db", url_of(copy)).stdout.endswith("everything agrees\n")


@pytest.mark.machine
@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o[0] != "get"], ids=" ".join)
def test_every_answer_to_a_curator_keeps_the_contract(
    pytestconfig: pytest.Config,
    operation: tuple[str, str],
    known: Known,
    desk: tuple[Server, str],
    kept: Session,
) -> None:
    server, key = desk

    def keeps_the_contract(case: Any) -> None:
        if not case.meta.generation.mode.is_negative:
            _make_real(case, known)
        # That a document fits its schema does not say that what it refers to is there, nor that a record's
        # state allows the operation: what is accepted is shown in test_curating.
        answer = case.call(
            f"http://127.0.0.1:{server.port}", kept, headers={"Authorization": f"Bearer {key}"}
        )
        # A dry run may leave If-Match out; else 428 comes after what is wrong with the record's state.
        unseen = () if "If-Match" in (case.headers or {}) else (missing_required_header, *_of_dry_runs(case))
        _require_described(case, answer, positive_data_acceptance, ignored_auth, *unseen)

    _try(pytestconfig, operation, keeps_the_contract, CURATORS, most=6)


# Addresses


def _addresses(value: Any) -> Iterator[str]:
    """Every address that a document names: each `href`, and all of its `links`."""
    if isinstance(value, list):
        for member in value:
            yield from _addresses(member)
    elif isinstance(value, dict):
        yield from (value["links"].values() if isinstance(value.get("links"), dict) else ())
        yield from ([value["href"]] if value.get("href") else ())
        for member in value.values():
            yield from _addresses(member)


def test_every_address_served_leads_somewhere(client: FlaskClient) -> None:
    queue = [
        "/v1",
        "/.well-known/api-catalog",
        "/docs/",
        "/health/ready",
        *(f"/v1/{p}?limit=200" for p in BY_PLURAL),
    ]
    seen: set[str] = set()
    while queue:
        address = queue.pop().partition("#")[0]
        if address in seen:
            continue
        seen.add(address)
        response = client.get(address, headers={"Accept": "text/html, */*;q=0.5"}, follow_redirects=True)
        assert response.status_code == 200, address
        if response.mimetype.endswith("json") and "openapi" not in address:
            queue += _addresses(response.get_json(force=True))
        elif response.mimetype == "text/html":
            queue += [
                _absolute(address, link) for link in re.findall(r'(?:href|src)="([^"]+)"', response.text)
            ]
    assert len(seen) > 550


def _absolute(page: str, link: str) -> str:
    assert not link.startswith(("http:", "https:", "//")), f"{page} needs the internet for {link}"
    return link if link.startswith("/") else f"{page.rsplit('/', 1)[0]}/{link.removeprefix('./')}"


def test_the_readme_links_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "fixtures" / "README.md"]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
            if not target.startswith(("http:", "https:")):
                assert (document.parent / target).exists(), f"{document.name} -> {target}"
