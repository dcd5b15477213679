"""The questions of docs/questions.md are answered as the page says."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from .conftest import client_of
from .questions import PAGE, Question, answer, correct, questions_of, table

TEXT = PAGE.read_text("utf-8")
QUESTIONS = questions_of(TEXT)
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.number))


@pytest.fixture(scope="module")
def client(all_loaded: Path) -> FlaskClient:
    """A client of what `make serve` serves."""
    return client_of(all_loaded)


@pytest.fixture(scope="module")
def corrected(all_loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of it after the page's correction."""
    folder = tmp_path_factory.mktemp("corrected")
    database = folder / "facts.db"
    shutil.copy(all_loaded, database)
    correct(database, folder)
    return client_of(database)


@each_question
def test_a_question_is_answered_as_the_page_says(
    question: Question, client: FlaskClient, corrected: FlaskClient
) -> None:
    now = answer(corrected if question.corrected else client, question)

    assert now == question.table, f"{question.text}: `make questions` writes the answers anew"


@each_question
def test_every_column_of_an_answer_shows_something(question: Question) -> None:
    rows = [line.strip("| ").split(" | ") for line in question.table.splitlines()[2:]]

    assert rows
    for column, cells in zip(question.columns, zip(*rows, strict=True), strict=True):
        assert set(cells) != {"-"}, column


def test_there_are_at_least_25_questions_and_each_has_one_request_and_one_table() -> None:
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", TEXT, re.MULTILINE)]

    assert len(numbers) >= 25
    assert numbers == list(range(1, len(numbers) + 1))
    assert [question.number for question in QUESTIONS] == numbers
    assert len(re.findall(r"^`(?:GET|POST) ", TEXT, re.MULTILINE)) == len(numbers)


def test_a_cell_that_is_changed_by_hand_is_noticed(client: FlaskClient) -> None:
    question = next(question for question in QUESTIONS if "| 29 June 2019 |" in question.table)
    changed = replace(question, table=question.table.replace("| 29 June 2019 |", "| 30 June 2019 |", 1))

    assert answer(client, question) == question.table
    assert answer(client, changed) != changed.table


def test_a_row_stands_for_each_element_of_the_last_list_that_all_columns_pass_through() -> None:
    found = {
        "data": [
            {"id": "a", "links": [{"by": "x|y", "to": ["p", "q"]}, {"by": None, "to": []}]},
            {"id": "b", "links": [{"by": "z", "to": [["r"], ["s", "t"]]}]},
        ],
        "total": 2,
    }

    assert table(["data.links.by", "data.links.to"], found).splitlines()[2:] == [
        r"| x\|y | p, q |",
        "| - | - |",
        "| z | r; s, t |",
    ]
    assert table(["data.id", "data.links.by"], found).splitlines()[2:] == [r"| a | x\|y, - |", "| b | z |"]
    assert table(["data.id", "total"], found).splitlines()[2:] == ["| a, b | 2 |"]
