"""Who holds what in a dossier: questions in rows, sides in columns."""

from collections import Counter
from dataclasses import dataclass

from schemas.base import Json

from .dates_in_words import When, when
from .links import Link, link_to, links_to
from .record_texts import Text, text_of
from .translating import N_, _
from .words import term

#: Sides that have a column of their own; the others share one.
MOST_COLUMNS = 4
#: Answers from which a side has its own, where there are more sides than columns.
_ENOUGH = 2
_MARKS = {"affirms": "✓", "denies": "✗", "conditions": "?", "leaves-open": "…"}
_CHANGED = N_("Changed its answer.")
_SEVERAL = N_("More than one answer; none surely follows another.")


@dataclass(frozen=True)
class Stance:
    """An answer of a side: how often it was given, and when first and last."""

    mark: str
    label: str
    claims: int
    first: When | None
    last: When | None


@dataclass(frozen=True)
class Answer:
    """Behind a stance: a claim, who made it and when."""

    label: str
    claim: Link
    who: Link | None
    said: When | None


@dataclass(frozen=True)
class Cell:
    """What a side answers to a question."""

    party: Link
    stances: list[Stance]
    remark: str | None
    claims: list[Answer]
    total: int
    href: str


@dataclass(frozen=True)
class Question:
    """A row: cells by column (None where the side does not answer), then those of other sides."""

    id: str
    text: Text
    cells: list[Cell | None]
    others: list[Cell]
    facts: list[Answer]
    silent: list[Link]
    contradictions: list[tuple[Link, Link]]

    @property
    def all_cells(self) -> list[Cell]:
        """Everybody who answers."""
        return [cell for cell in self.cells if cell] + self.others


@dataclass(frozen=True)
class Table:
    """The sides with columns, whether others share one, and the questions."""

    columns: list[Link]
    has_others: bool
    questions: list[Question]


def positions_table(positions: Json) -> Table:
    """The positions of a dossier as the API serves them, as a table."""
    rows = positions["questions"]
    parties = {column["party"]["id"]: column["party"] for row in rows for column in row["positions"]}
    answers = Counter(column["party"]["id"] for row in rows for column in row["positions"])
    enough = _ENOUGH if len(answers) > MOST_COLUMNS else 1
    chosen = [party for party, number in answers.most_common(MOST_COLUMNS) if number >= enough]
    questions = [_question(row, chosen) for row in rows]
    others = any(question.others for question in questions)
    return Table([link_to(parties[party]) for party in chosen], others, questions)


def _question(row: Json, chosen: list[str]) -> Question:
    cells = {column["party"]["id"]: _cell(column) for column in row["positions"]}
    entries = [e for c in (*row["positions"], row["stated_as_fact"]) for e in c["claims"]]
    claims = {entry["claim"]["id"]: link_to(entry["claim"]) for entry in entries}
    return Question(
        row["id"],
        text_of(row, "text"),
        [cells.get(party) for party in chosen],
        [cell for party, cell in cells.items() if party not in chosen],
        [_answer(entry) for entry in row["stated_as_fact"]["claims"]],
        links_to(row["silent"]),
        [(claims[a["claim"]], claims[b["claim"]]) for a, b in row["contradictions"]],
    )


def _cell(column: Json) -> Cell:
    stances = sorted(column["stances"], key=lambda stance: (stance["first"] or {}).get("earliest") or "")
    remark = _(_CHANGED) if column["changed"] else _(_SEVERAL) if column["several"] else None
    return Cell(
        link_to(column["party"]),
        [_stance(stance) for stance in stances],
        remark,
        [_answer(entry) for entry in column["claims"]],
        column["total"],
        column["href"],
    )


def _stance(stance: Json) -> Stance:
    name = stance["stance"]
    first, last = when(stance["first"]), when(stance["last"])
    return Stance(_MARKS.get(name, "•"), term(name), stance["claims"], first, None if first == last else last)


def _answer(entry: Json) -> Answer:
    claimant = link_to(entry["claimant"]) if entry["claimant"] else None
    return Answer(term(entry["stance"]), link_to(entry["claim"]), claimant, when(entry["said"]))
