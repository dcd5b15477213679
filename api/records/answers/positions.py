"""Who holds what, question by question: the stances of each side in time order, and who contradicts whom.

Cells are made from keys, which are short; only claims that are shown are read whole.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from pyroaring import BitMap

from schemas.base import Json, quoted
from schemas.query import Query, QueryError, QueryFault
from schemas.vocabularies import SIDED_CLAIM_KINDS

from ..core.filters import touching
from ..core.registry import CLAIM, DOSSIER, PARTY
from ..core.sql import ALWAYS, sql
from ..core.state import State
from ..read.index import StateIndex
from ..read.records import read_many, read_record
from ..read.select import resolve
from ..store.deadline import parsed
from ..store.postings import union
from .cells import Cell, CellsOfSets, Held, Stance, cell_of_rows

#: A party that was retracted still stands for what it said.
_NAMEABLE = ("published", "retracted")
#: What `by` takes -> the filter by which a claim is found in a column.
COLUMNS = {"position": "side", "claimant": "claimant"}
#: So many answers are read as rows.
FEW = 500
#: Cells by question and side; None: stated as fact.
Cells = dict[tuple[str, str | None], Cell]


def read_positions(state: State, dossier_id: str, query: Query) -> Json:
    """The positions of a dossier: {`dossier`, `questions`, `query`}.

    `by`: `position` (whose position it is: `position_of`, else the claimant) or `claimant` (who spoke).
    `said`: only what was said in that range of time, as `match` has it.

    Raises NotFound, Gone or Merged as a read of the dossier does; QueryError for a question that is not
    its own, and for a party that is none.
    """
    dossier = parsed(read_record(state, DOSSIER, dossier_id).body)
    asked = _asked_questions(dossier, query)
    parties = resolve(state, "party", ("party",), query["party"] or ())
    questions = [question["id"] for question in dossier["questions"]]
    index = StateIndex(state)
    table = _Table(state, _cells(index, questions, query), query["by"], _narrowing(query, state))
    chosen = list(dict.fromkeys(parties.values())) if "party" in query.given else None
    expected = chosen or _sides(index, dossier_id, questions)
    table.read([question["id"] for question in asked], chosen or table.sides, expected)
    echo = {name: query[name] for name in query.given} | {"by": query["by"]}
    if chosen:
        echo["party"] = chosen
    if "said" in query.given:
        echo |= {"said": query["said"].edtf, "match": query["match"]}
    return {
        "dossier": {"type": "dossier", "id": dossier_id, "href": dossier["links"]["self"]},
        "questions": [table.question(question) for question in asked],
        "query": dict(sorted(echo.items())),
    }


def _narrowing(query: Query, state: State) -> str:
    """What the address of a column's claims has beside its question and its side."""
    said = f"&said={query['said'].edtf}&match={query['match']}" if "said" in query.given else ""
    then = f"&as_of={state.moment.asked}" if state.moment else ""
    return f"&sort=said{said}{then}"


def _asked_questions(dossier: Json, query: Query) -> list[Json]:
    if "question" not in query.given:
        return list(dossier["questions"])
    known = {question["id"] for question in dossier["questions"]}
    unknown = [question for question in query["question"] if question not in known]
    if unknown:
        faults = [
            QueryFault("question", f"question: this dossier does not ask {quoted(q)}", tuple(sorted(known)))
            for q in unknown
        ]
        raise QueryError(faults)
    return [question for question in dossier["questions"] if question["id"] in query["question"]]


# What is read

_ANSWERS = """
SELECT d.missing, d.earliest, d.latest, r.id, t.value, t.qualifier, d.low IS NULL, s.value FROM term t
CROSS JOIN filter_key k ON k.term = t.id AND {k_holds} CROSS JOIN search_row n ON n.id = k.record
JOIN {records} r ON r.id = n.record AND {shows}
JOIN date_key d ON d.record = r.id AND d.field = 'said' AND {d_holds}
LEFT JOIN filter_key w ON w.record = k.record AND w.filter = {column} AND {w_holds}
LEFT JOIN term s ON s.id = w.term
WHERE t.type = 'claim' AND t.filter = 'question' AND t.value IN ({questions})
AND {told} LIMIT {limit}
"""


def _cells(index: StateIndex, questions: Sequence[str], query: Query) -> Cells:
    """The answers to these questions that the query asks for, by question and side."""
    rows = _rows(index.state, questions, query)
    if len(rows) > FEW:
        return _cells_of_many(index, questions, query)
    found: dict[tuple[str, str | None], list[Held]] = {}
    for answer in sorted(Held(*row) for row in rows):
        found.setdefault((answer.question, answer.side), []).append(answer)
    return {place: cell_of_rows(answers) for place, answers in found.items()}


def _rows(state: State, questions: Sequence[str], query: Query) -> list[Any]:
    """The answers, or one more than there are few of."""
    return state.rows(
        sql(
            _ANSWERS,
            records=state.records,
            shows=state.shows("r"),
            column=COLUMNS[query["by"]],
            questions=questions,
            told=touching("d", query["said"], query["match"]) if "said" in query.given else ALWAYS,
            limit=FEW + 1,
            **{f"{key}_holds": state.holds(key) for key in "dwk"},
        )
    )


def _cells_of_many(index: StateIndex, questions: Sequence[str], query: Query) -> Cells:
    """The same from sets of numbers; nothing is said about questions that are not asked for."""
    asked = [index.shown([CLAIM.name])]
    if "said" in query.given:
        asked.append(index.dated(CLAIM.name, "said", query["said"], query["match"]))
    chosen = BitMap.intersection(*index.sets(asked))
    answering = sql("k.value IN ({questions})", questions=questions)
    answers = {
        (question, stance): numbers & chosen
        for question, stance, numbers in index.terms([CLAIM.name], "question", answering)
    }
    everyone = union(answers.values())
    sides: dict[str | None, BitMap] = {}
    for name, _, numbers in index.terms_of(everyone, [CLAIM.name], COLUMNS[query["by"]]):
        sides[name] = numbers
    sides[None] = everyone - union(sides.values())
    found: dict[tuple[str, str | None], dict[str, BitMap]] = {}
    for (question, stance), those in answers.items():
        for side, theirs in sides.items():
            if some := those & theirs:
                found.setdefault((question, side), {})[stance] = some
    cells, shown = CellsOfSets(index), query["question"] or questions
    return {
        (question, side): cells.cell(stances) if question in shown else _NOTHING
        for (question, side), stances in found.items()
    }


def _sides(index: StateIndex, dossier: str, questions: Sequence[str]) -> list[str]:
    """Everybody whom an answer may be expected of: the sides of claims that name the dossier or answer its
    questions, and state a position or take a side."""
    of_claims, any_of = CLAIM.name, "k.value IN ({values})"
    shown, naming, answering, stating, sided = index.sets(
        [
            index.shown([of_claims]),
            index.having(of_claims, "dossier", sql(any_of, values=[dossier])),
            index.having(of_claims, "question", sql(any_of, values=questions)),
            index.having(of_claims, "position_of", ALWAYS),
            index.having(of_claims, "kind", sql(any_of, values=SIDED_CLAIM_KINDS)),
        ]
    )
    expected = (naming | answering) & (stating | sided) & shown
    return sorted(side for side, _, _ in index.terms_of(expected, [of_claims], "side"))


# The table

_NOTHING = Cell(0, (), (), False)


class _Table:
    """Questions in rows, sides in columns."""

    def __init__(self, state: State, cells: Cells, by: str, narrowing: str) -> None:
        self._state, self._by, self._narrowing = state, COLUMNS[by], narrowing
        self._cells = cells
        #: Every side that answers any question.
        self.sides = sorted({side for _, side in cells if side})
        self._claims: Mapping[str, Json] = {}
        self._parties: dict[str, Json] = {}
        self._wanted: Sequence[str] = ()
        self._expected: Sequence[str] = ()

    def read(self, questions: Sequence[str], wanted: Sequence[str], expected: Sequence[str]) -> None:
        """Read the parties whose columns are wanted or who are silent where an answer is `expected` of them,
        and the claims that stand in the rows of these questions."""
        self._wanted, self._expected = wanted, expected
        cells = [cell for (question, side), cell in self._cells.items()
                 if question in questions and (side is None or side in wanted)]  # fmt: skip
        claims = dict.fromkeys(chain.from_iterable(cell.claims for cell in cells))
        named = dict.fromkeys((*wanted, *expected))
        # A claim that is named is shown; a party may have been retracted.
        stored = read_many(self._state.of(_NAMEABLE), [*claims, *named])
        found = {record.id: parsed(record.body) for record in stored}
        self._claims = found
        # Where the bytes of that time were taken out, a party has no name.
        self._parties = {side: PARTY.reference(side, *_face(found.get(side))) for side in named}

    def question(self, question: Json) -> Json:
        """One row, with the columns of the parties wanted."""
        of = {side: cell for (asked, side), cell in self._cells.items() if asked == question["id"]}
        columns = [self._column(question["id"], side, of[side]) for side in self.sides
                   if side in of and side in self._wanted]  # fmt: skip
        silent = [self._parties[side] for side in sorted(self._expected) if side not in of]
        fact = of.get(None, _NOTHING)
        seen = {
            claim: side
            for side, cell in of.items()
            if side is None or side in self._wanted
            for _, claim in cell.first
        }
        return {
            "id": question["id"],
            "text": question["text"],
            "positions": columns,
            "stated_as_fact": {"total": fact.total, "claims": self._entries(fact)},
            "silent": silent,
            "contradictions": self._contradictions(seen),
        }

    def _column(self, question: str, side: str, cell: Cell) -> Json:
        return {
            "party": self._parties[side],
            "stances": [self._stance(stance) for stance in cell.stances],
            "changed": cell.changed,
            "several": len(cell.stances) > 1 and not cell.changed,
            "total": cell.total,
            "claims": self._entries(cell),
            "href": f"/v1/claims?question={question}&{self._by}={side}{self._narrowing}",
        }

    def _stance(self, stance: Stance) -> Json:
        """How often a stance was taken, and when first and last, as far as dates are known."""
        said = [self._claims[claim]["said"] for claim in stance.ends] or [None]
        return {"stance": stance.stance, "claims": stance.claims, "first": said[0], "last": said[-1]}

    def _entries(self, cell: Cell) -> list[Json]:
        return [_entry(stance, self._claims[claim]) for stance, claim in cell.first]

    def _contradictions(self, seen: Mapping[str, str | None]) -> list[list[Json]]:
        """Pairs of claims that are seen in a row, of which one contradicts the other, with their sides."""
        pairs = {
            tuple(sorted((claim, relation["claim"]["id"])))
            for claim in seen
            for relation in self._claims[claim]["relations"]
            if relation["type"] == "contradicts" and relation["claim"]["id"] in seen
        }
        return [[{"claim": claim, "party": seen[claim]} for claim in pair] for pair in sorted(pairs)]


def _face(party: Json | None) -> tuple[str | None, str]:
    """The name and the status of a party as served."""
    return (party["name"], party["meta"]["status"]) if party else (None, "published")


def _entry(stance: str, claim: Json) -> Json:
    """A claim as it stands in a column."""
    return {
        "stance": stance,
        "claim": {k: claim[k] for k in ("type", "id")}
        | {"name": claim["proposition"], "href": claim["links"]["self"]},
        "claimant": claim["claimant"],
        "said": claim["said"],
        "origins": claim["origins"],
        "citations": claim["citations"],
    }
