"""A record type, filters of each kind and a number, declared in the registry alone: the contract has them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT

pytestmark = pytest.mark.process

#: What is written to add a record type: a schema, a term and a vocabulary, an entry of the registry. And one
#: more filter on sources, which is a line.
SCHEMA = '''\
"""Statutes: laws, and what they provide."""

from .base import ValueSchema
from .fields import (
    Count, CountryCode, FuzzyDateField, Id, LanguageTag, Listed, One, Reference, TermOf, Text, Yes,
)
from .record import RecordSchema
from .vocabularies import STANCES, STATUTE_KINDS


class FineSchema(ValueSchema):
    """The highest fine."""

    amount = Count(required=True)
    currency = Text(3, required=True)


class AnswerSchema(ValueSchema):
    """A question that it answers, and how."""

    question = Id(required=True)
    stance = TermOf(STANCES, required=True)


class StatuteSchema(RecordSchema):
    """A law and what it provides."""

    of_type = "statute"
    titled_by = "title"

    title = Text(500, required=True)
    kind = TermOf(STATUTE_KINDS, required=True)
    in_force = Yes(required=True)
    fine = One(FineSchema)
    language = LanguageTag()
    country = CountryCode()
    passed = FuzzyDateField()
    passed_by = Listed(Reference("party"), 20)
    amends = Reference("statute")
    answers = Listed(One(AnswerSchema), 20)
    text = Text(5000, lines=True)
'''
TERM = '        Term("statute", "A law.", "schema:Legislation"),'
VOCABULARY = """
from .terms import Term, Vocabulary

STATUTE_KINDS = Vocabulary(
    "statute-kinds", "Kinds of statutes", "What a statute can be.",
    (Term("act", "Made by a parliament."), Term("decree", "Made by a government.")),
)
"""
ENTRY = """
STATUTE = RecordType(
    "statute",
    "statutes",
    StatuteSchema,
    "Laws, and what they provide.",
    face=("title",),
    text=("text",),
    dates=("passed",),
    filters=(
        Terms("kind", "What it is.", one("kind"), vocabulary=vocab.STATUTE_KINDS),
        Members("dossier", "Members of a dossier."),
        Flag("in_force", "Whether it is in force.",
             Keys(lambda d, _: [("true" if d["in_force"] else "false", "")], several=False)),
        AtLeast("fine_min", "Least of its highest fine.",
                Keys(lambda d, _: [(keys.padded(d["fine"]["amount"]), "")] if "fine" in d else [],
                     several=False),
                most=100_000),
        Languages("language", "BCP 47 tag.", one("language")),
        Countries("country", "ISO 3166 code.", one("country")),
        Ids("passed_by", "Who passed it.", each("passed_by"), to=("party",)),
        Ids("amends", "What it amends.", one("amends"), to=("statute",)),
        Questions("question", "A question that it answers.", each("answers", "question", "stance")),
        Terms("stance", "How it answers.", each("answers", "stance"), vocabulary=vocab.STANCES,
              pairs_with="question"),
        Dated("passed", "When it was passed."),
    ),
)
"""
FILTER = """\
        Flag("noted", "Whether it has a note.",
             Keys(lambda d, _: [("true" if "note" in d else "false", "")], several=False)),"""
STATUTES = """\
- id: mine-act
  title: Act on mines
  kind: act
  in_force: true
  fine: {amount: 4800, currency: JPY}
  language: ja
  country: JP
  passed: 1950-12
  passed_by: [japan]
  answers: [{question: who-holds-sovereignty, stance: affirms}]
  text: Prospecting needs a licence.
"""

#: One question for each kind of filter; both records are there, each finds the ids that are named.
QUESTIONS = {
    "kind=act": ["mine-act"],
    "kind.not=act": ["mine-decree"],
    "in_force=false": ["mine-decree"],
    "fine_min=4000": ["mine-act"],
    "fine_min=1000&in_force=false": [],
    "language=ja": ["mine-act"],
    "language.not=ja": ["mine-decree"],
    "country=JP,RU": ["mine-act", "mine-decree"],
    "passed_by=japan": ["mine-act"],
    "passed_by.all=japan": ["mine-act"],
    "amends=mine-act": ["mine-decree"],
    "question=who-holds-sovereignty": ["mine-act"],
    "question=who-holds-sovereignty&stance=affirms": ["mine-act"],
    "question=who-holds-sovereignty&stance=denies": [],
    "passed=1950": ["mine-act"],
    "passed=1950-12&match=certain": ["mine-act"],
    "dossier=japan-russia-peace-treaty": [],
    "q=prospecting": ["mine-act"],
    "sort=-passed": ["mine-act", "mine-decree"],
    "sort=-title": ["mine-decree", "mine-act"],
}
READS = {
    "one": "/v1/statutes/mine-act?fields=fine,passed_by&include=passed_by",
    "facets": "/v1/statutes?facets=kind,in_force,language,country,passed_by,question,passed.year&limit=1",
    "references": "/v1/statutes/mine-act/references",
    "of a party": "/v1/parties/japan/references?type=statute",
    "revisions": "/v1/statutes/mine-act/revisions",
    "suggest": "/v1/suggest?q=act+on",
    "search": "/v1/search?q=mines&facets=type&group=type",
    "search by its filter": "/v1/search?q=mines&in_force=true",
    "timeline": "/v1/timeline?limit=1",
    "perspective": "/v1/statutes/mine-act?perspective=russia&fields=passed_by",
    "vocabulary": "/v1/vocabularies/record-types",
    "changes": "/v1/changes?since=280",
    "root": "/v1",
}


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code in which that is declared, and nothing else is touched."""
    code = tmp_path_factory.mktemp("code")
    for package in ("api", "schemas", "tests"):
        shutil.copytree(ROOT / package, code / package, ignore=shutil.ignore_patterns("__pycache__"))
    (code / "schemas" / "statute.py").write_text(SCHEMA)
    vocabularies = code / "schemas" / "vocabularies"
    (vocabularies / "statutes.py").write_text(VOCABULARY)
    _edit(vocabularies / "records.py", [
        (r'(        Term\(\s+"dossier",[^)]*\),\s+\),\n)', rf"\1{TERM}\n"),
    ])  # fmt: skip
    _edit(vocabularies / "__init__.py", [
        (r"(from .terms import .*\n)", r"from .statutes import STATUTE_KINDS\n\1"),
        (r"(    PROBLEM_TYPES,\n)", r"\1    STATUTE_KINDS,\n"),
    ])  # fmt: skip
    _edit(code / "api" / "records" / "core" / "registry.py", [
        (r"(from schemas.source import .*\n)", r"\1from schemas.statute import StatuteSchema\n"),
        (r'(        Dated\("published",.*\n)', rf"\1{FILTER}\n"),
        (r"(\nTYPES: )", rf"{ENTRY}\1"),
        (r"PLACE, DOSSIER\)", "PLACE, DOSSIER, STATUTE)"),
    ])  # fmt: skip
    return code


def _edit(path: Path, edits: list[tuple[str, str]]) -> None:
    """Change a file at places that a pattern finds once each."""
    text = path.read_text()
    for pattern, instead in edits:
        text, times = re.subn(pattern, instead, text)
        assert times == 1, f"{path.name}: {pattern}"
    path.write_text(text)


@pytest.fixture(scope="module")
def seen(extended: Path, loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the extended service shows on a database that the service as it is has made."""
    folder = tmp_path_factory.mktemp("database")
    shutil.copy(loaded, folder / "facts.db")
    (folder / "statutes.yaml").write_text(STATUTES)
    (folder / "broken").mkdir()
    (folder / "broken" / "statutes.yaml").write_text(
        STATUTES.replace("4800", "much").replace("act\n", "law\n")
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.extended", folder / "facts.db", folder],
        input=json.dumps({"questions": list(QUESTIONS), "reads": READS}),
        capture_output=True,
        text=True,
        cwd=extended,
        env=os.environ | {"PYTHONPATH": str(extended)},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_dossier_file_of_the_new_type_loads_with_its_number(seen: dict[str, Any]) -> None:
    assert seen["upgrade"]["code"] == 0, seen["upgrade"]["output"]
    assert seen["one"]["body"]["fine"] == {"amount": 4800, "currency": "JPY"}


def test_a_faulty_file_of_the_new_type_is_refused_at_its_lines(seen: dict[str, Any]) -> None:
    assert seen["check"]["code"] == 1
    assert "statutes.yaml:5: /fine/amount: must be a whole number" in seen["check"]["output"]
    assert 'statutes.yaml:3: /kind: "law" is not one of statute-kinds' in seen["check"]["output"]


def test_a_new_filter_finds_what_an_existing_database_holds_now_and_then(seen: dict[str, Any]) -> None:
    assert seen["new filter"]["total"] > 0
    assert seen["new filter then"]["total"] == seen["new filter"]["total"]


def test_records_of_the_new_type_are_written(seen: dict[str, Any]) -> None:
    assert (seen["post"], seen["publish"]) == (201, 200)
    assert seen["patch"][0] == 200
    assert seen["patch"][1]["fine"] == {"amount": 5000, "currency": "JPY"}
    assert seen["retract"] == [200, 410]


def test_every_fault_of_a_new_record_is_named(seen: dict[str, Any]) -> None:
    pointers = {error["pointer"] for error in seen["post faulty"]["errors"]}

    assert pointers >= {"/title", "/kind", "/in_force", "/fine/amount", "/fine/currency"}


@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_filter_of_each_kind_finds_what_it_asks_for(seen: dict[str, Any], asked: str) -> None:
    assert seen["filters"][asked] == QUESTIONS[asked]


@pytest.mark.parametrize("name", READS)
def test_the_contract_answers_with_the_new_type(seen: dict[str, Any], name: str) -> None:
    assert seen[name]["status"] == 200, seen[name]["body"]


def test_what_is_read_names_the_new_type(seen: dict[str, Any]) -> None:
    body = {name: seen[name]["body"] for name in READS}

    assert body["one"]["included"]["japan"]["type"] == "party"
    assert body["root"]["counts"]["statutes"] == 2
    assert [r["record"]["id"] for r in body["references"]["data"]] == ["mine-decree"]
    assert [r["record"]["id"] for r in body["of a party"]["data"]] == ["mine-act"]
    assert body["suggest"]["data"][0]["id"] == "mine-act"
    assert [(g["type"], g["total"]) for g in body["search"]["groups"]] == [("statute", 2)]
    assert [r["id"] for r in body["search by its filter"]["data"]] == ["mine-act"]
    assert body["perspective"]["passed_by"][0]["neutral_name"] == "Japan"
    assert "statute" in {term["name"] for term in body["vocabulary"]["terms"]}
    assert [e["id"] for e in body["changes"]["data"]] == ["mine-act", "mine-decree"]


def test_facets_count_the_new_type(seen: dict[str, Any]) -> None:
    counts = {
        name: {value["value"]: value["count"] for value in facet["values"]}
        for name, facet in seen["facets"]["body"]["facets"].items()
    }

    assert counts["kind"] == {"act": 1, "decree": 1}
    assert counts["in_force"] == {"true": 1, "false": 1}
    assert counts["passed.year"] == {"1950": 1}
    assert counts["question"] == {"who-holds-sovereignty": 1}


def test_the_past_of_a_new_filter_is_kept(seen: dict[str, Any]) -> None:
    assert seen["fine then"] == [["mine-act"], []]


def test_the_description_has_every_address_of_the_new_type(seen: dict[str, Any]) -> None:
    assert len(seen["openapi"]) == 9
    assert "/v1/statutes/{id}/references" in seen["openapi"]


def test_doctor_finds_nothing(seen: dict[str, Any]) -> None:
    assert seen["doctor"] == {"code": 0, "output": "everything agrees\n"}
