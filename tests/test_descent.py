"""How far documents descend: a bound on what each is rendered from, however it would be passed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.records.core.origins import MOST_ANCESTORS

from .conftest import Desk, empty_desk, facts
from .places import url_of
from .test_commands import write

NOTE = {"kind": "error", "note": "Where it comes from was wrong"}
PARTIES = "- {id: press, name: Press, kind: media-outlet}\n"
TOO_FAR = f"would descend from more than {MOST_ANCESTORS} documents, directly and through others"


def _row(name: str, number: int, first_parent: str = "") -> str:
    """Sources that republish one another, as a file: each the one before it."""
    lines = []
    for n in range(number):
        parent = f"{name}{n - 1}" if n else first_parent
        derived = f", derived_from: [{{source: {parent}, how: republishes}}]" if parent else ""
        lines.append(
            f"- {{id: {name}{n}, title: T, kind: news-report, publisher: press, held: true{derived}}}\n"
        )
    return "".join(lines)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A row of as many as may descend from one another, two that are half as long, and what derives from no
    other."""
    folder = tmp_path_factory.mktemp("rows")
    half = MOST_ANCESTORS // 2
    long = {"a": MOST_ANCESTORS + 1, "b": half + 2, "c": half, "d": 1, "e": 2}
    sources = "".join(_row(name, number) for name, number in long.items())
    desk = empty_desk(folder / "facts.db")
    done = facts("load", write(folder / "d", parties=PARTIES, sources=sources), "--db", url_of(desk.path))
    assert done.returncode == 0, done.stdout
    return desk.path


def _derived(parent: str) -> dict[str, Any]:
    return {"derived_from": [{"source": parent, "how": "quotes"}], "correction": NOTE}


def _new(desk: Desk, parent: str) -> Any:
    body = {"id": "new", "title": "T", "kind": "news-report", "publisher": "press", "held": True}
    return desk.send(
        "POST", "sources?dry_run=true", body | {"derived_from": [{"source": parent, "how": "quotes"}]}
    )


def _patch(desk: Desk, source: str, parent: str) -> Any:
    return desk.change("PATCH", f"sources/{source}?dry_run=true", _derived(parent))


def _merge(desk: Desk, source: str, into: str) -> Any:
    return desk.change("POST", f"sources/{source}/merge?dry_run=true", {"into": into, **NOTE})


LAST_A, LAST_B, LAST_C = MOST_ANCESTORS, MOST_ANCESTORS // 2 + 1, MOST_ANCESTORS // 2 - 1
#: What is done -> how, and which source would descend from too many (none where it is allowed).
DONE: dict[str, tuple[Callable[[Desk], Any], str | None, str]] = {
    "a new one behind the last": (lambda d: _new(d, f"a{LAST_A}"), "new", "/derived_from"),
    "a new one behind the last but one": (lambda d: _new(d, f"a{LAST_A - 1}"), None, ""),
    "one edited to stand behind the last": (lambda d: _patch(d, "d0", f"a{LAST_A}"), "d0", "/derived_from"),
    "a row hung behind another": (lambda d: _patch(d, "b0", f"c{LAST_C}"), f"b{LAST_B}", "/derived_from"),
    "a row hung behind one less": (lambda d: _patch(d, "b0", f"c{LAST_C - 1}"), None, ""),
    "a row hung behind one less of another": (lambda d: _patch(d, "c0", f"b{LAST_B - 1}"), None, ""),
    "the first of a row merged into the last of another": (
        lambda d: _merge(d, "b0", f"c{LAST_C}"),
        None,
        "",
    ),
    "the first of a long row merged into one that descends": (
        lambda d: _merge(d, "a0", "e1"),
        f"a{LAST_A}",
        "/into",
    ),
    "another word in the title of the first": (
        lambda d: d.change("PATCH", "sources/a0?dry_run=true", {"title": "U", "correction": NOTE}),
        None,
        "",
    ),
}


@pytest.mark.parametrize("case", DONE)
def test_no_document_descends_from_too_many(rows: Path, case: str) -> None:
    does, source, pointer = DONE[case]

    answer = does(Desk(rows))

    if source is None:
        assert answer.status_code in (200, 201), answer.text
        return
    assert answer.status_code == 422, answer.text
    (error,) = answer.get_json()["errors"]
    assert (error["pointer"], error["detail"].partition(";")[0]) == (pointer, f'"{source}" {TOO_FAR}')


def test_files_with_a_row_that_is_too_long_name_where_it_begins_to_be(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", parties=PARTIES, sources=_row("s", MOST_ANCESTORS + 50))

    done = facts("check", folder)

    line = MOST_ANCESTORS + 2
    assert done.returncode == 1
    (said,) = done.stdout.splitlines()
    assert said.startswith(f'{folder}/sources.yaml:{line}: /derived_from: "s{line - 1}" {TOO_FAR}')
