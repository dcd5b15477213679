"""Who holds what, question by question: the stances of each side in time order, and who contradicts whom.

Columns are made from keys, which are short; only claims that are shown are read whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import orjson

from schemas.base import Json, quoted
from schemas.query import Query, QueryError, QueryFault

from ..core.registry import DOSSIER, PARTY
from ..core.sql import sql
from ..core.state import State
from ..read.records import read_many, read_record
from ..read.select import resolve

#: Claims shown of a column; `href` leads to all of them.
MOST_CLAIMS = 100
#: A party that was retracted still stands for what it said.
_NAMEABLE = ("published", "retracted")
#: What `by` takes -> the filter by which a claim is found in a column.
COLUMNS = {"position": "side", "claimant": "claimant"}


class Held(NamedTuple):
    """A claim's answer to a question, at its place in time; `side` is None for what is stated as fact."""

    missing: int
    earliest: str
    latest: str
    claim: str
    question: str
    stance: str
    side: str | None


def read_positions(state: State, dossier_id: str, query: Query) -> Json:
    """The positions of a dossier: {`dossier`, `questions`, `query`}.

    `by`: `position` (whose position it is: `position_of`, else the claimant) or `claimant` (who spoke).

    Raises NotFound, Gone or Merged as a read of the dossier does; QueryError for a question that is not
    its own, and for a party that is none.
    """
    dossier = orjson.loads(read_record(state, DOSSIER, dossier_id).body)
    asked = _asked_questions(dossier, query)
    parties = resolve(state, "party", ("party",), query["party"] or ())
    questions = [question["id"] for question in dossier["questions"]]
    table = _Table(state, _held(state, questions, COLUMNS[query["by"]]), query["by"])
    wanted = list(dict.fromkeys(parties.values())) if "party" in query.given else table.sides
    table.read([question["id"] for question in asked], wanted)
    echo = {name: query[name] for name in sorted(query.given)} | {"by": query["by"]}
    if "party" in query.given:
        echo["party"] = wanted
    return {
        "dossier": {"type": "dossier", "id": dossier_id, "href": dossier["links"]["self"]},
        "questions": [table.question(question, wanted) for question in asked],
        "query": echo,
    }


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
SELECT d.missing, d.earliest, d.latest, r.id, k.value, k.qualifier, w.value FROM filter_key k
JOIN {records} r ON r.id = k.record AND {shows}
JOIN date_key d ON d.record = r.id AND d.field = 'said' AND {d_holds}
LEFT JOIN filter_key w ON w.record = r.id AND w.filter = {column} AND {w_holds}
WHERE k.type = 'claim' AND k.filter = 'question' AND k.value IN ({questions}) AND {k_holds}
"""


def _held(state: State, questions: Sequence[str], column: str) -> list[Held]:
    """Every answer to these questions, in time order."""
    rows = state.rows(
        sql(
            _ANSWERS,
            records=state.records,
            shows=state.shows("r"),
            column=column,
            questions=questions,
            **{f"{key}_holds": state.holds(key) for key in "dwk"},
        )
    )
    return sorted(Held(*row) for row in rows)


def _claims(state: State, ids: Sequence[str]) -> dict[str, Json]:
    """Claims as served, by id."""
    return {stored.id: orjson.loads(stored.body) for stored in read_many(state, ids)}


def _parties(state: State, ids: Sequence[str]) -> dict[str, Json]:
    """References to parties, by id."""
    parties = [orjson.loads(stored.body) for stored in read_many(state.of(_NAMEABLE), ids)]
    return {party["id"]: _reference(party) for party in parties}


def _reference(party: Json) -> Json:
    return PARTY.reference(party["id"], party["name"], party["meta"]["status"])


# The table


class _Table:
    """Questions in rows, sides in columns."""

    def __init__(self, state: State, held: Sequence[Held], by: str) -> None:
        self.by = by
        self._then = f"&as_of={state.moment.asked}" if state.moment else ""
        self._state = state
        self._cells: dict[tuple[str, str | None], list[Held]] = {}
        for answer in held:
            self._cells.setdefault((answer.question, answer.side), []).append(answer)
        #: Every side that answers any question.
        self.sides = sorted({answer.side for answer in held if answer.side})
        self._claims: Mapping[str, Json] = {}
        self._parties: dict[str, Json] = {}

    def read(self, questions: Sequence[str], wanted: Sequence[str]) -> None:
        """Read the parties wanted, and the claims that they show in the rows of these questions."""
        cells = [cell for (question, side), cell in self._cells.items()
                 if question in questions and (side is None or side in wanted)]  # fmt: skip
        shown = chain.from_iterable(_shown(cell) for cell in cells)
        self._claims = _claims(self._state, list(dict.fromkeys(shown)))
        # Where the bytes of that time were taken out, a party has no name.
        nameless = {side: PARTY.reference(side, None) for side in wanted}
        self._parties = nameless | _parties(self._state, wanted)

    def question(self, question: Json, wanted: Sequence[str]) -> Json:
        """One row, with the columns of the parties wanted."""
        of = {side: cell for (asked, side), cell in self._cells.items() if asked == question["id"]}
        columns = [self._column(question["id"], side, of[side]) for side in self.sides
                   if side in of and side in wanted]  # fmt: skip
        silent = [self._parties[side] for side in sorted(wanted) if side not in of]
        fact = of.get(None, [])
        seen = {
            held.claim: side
            for side, cell in of.items()
            if side is None or side in wanted
            for held in cell[:MOST_CLAIMS]
        }
        return {
            "id": question["id"],
            "text": question["text"],
            "positions": columns,
            "stated_as_fact": {"total": len(fact), "claims": self._entries(fact)},
            "silent": silent,
            "contradictions": self._contradictions(seen),
        }

    def _column(self, question: str, side: str, cell: Sequence[Held]) -> Json:
        stances = [self._stance(stance, cell) for stance in dict.fromkeys(held.stance for held in cell)]
        return {
            "party": self._parties[side],
            "stances": stances,
            "changed": len(stances) > 1,
            "total": len(cell),
            "claims": self._entries(cell),
            "href": f"/v1/claims?question={question}&{COLUMNS[self.by]}={side}&sort=said{self._then}",
        }

    def _stance(self, stance: str, cell: Sequence[Held]) -> Json:
        """How often a stance was taken, and when first and last, as far as dates are known."""
        ends = _ends(cell).get(stance, ())
        first, last = (
            (self._claims[ends[0]]["said"], self._claims[ends[-1]]["said"]) if ends else (None, None)
        )
        count = sum(held.stance == stance for held in cell)
        return {"stance": stance, "claims": count, "first": first, "last": last}

    def _entries(self, cell: Sequence[Held]) -> list[Json]:
        return [_entry(held.stance, self._claims[held.claim]) for held in cell[:MOST_CLAIMS]]

    def _contradictions(self, seen: Mapping[str, str | None]) -> list[list[Json]]:
        """Pairs of claims that are seen in a row, of which one contradicts the other, with their sides."""
        pairs = {
            tuple(sorted((claim, relation["claim"]["id"])))
            for claim in seen
            for relation in self._claims[claim]["relations"]
            if relation["type"] == "contradicts" and relation["claim"]["id"] in seen
        }
        return [[{"claim": claim, "party": seen[claim]} for claim in pair] for pair in sorted(pairs)]


def _shown(cell: Sequence[Held]) -> Iterable[str]:
    yield from (held.claim for held in cell[:MOST_CLAIMS])
    yield from chain.from_iterable(_ends(cell).values())


def _ends(cell: Sequence[Held]) -> dict[str, list[str]]:
    """The first and the last dated claim of each stance."""
    found: dict[str, list[str]] = {}
    for held in cell:
        if not held.missing:
            found[held.stance] = [*found.get(held.stance, [])[:1], held.claim]
    return found


_CITED = ("source", "locator", "deep_link", "check")


def _entry(stance: str, claim: Json) -> Json:
    """A claim as it stands in a column."""
    return {
        "stance": stance,
        "claim": {k: claim[k] for k in ("type", "id")}
        | {"name": claim["proposition"], "href": claim["links"]["self"]},
        "claimant": claim["claimant"],
        "said": claim["said"],
        "origins": claim["origins"],
        "citations": [{name: citation[name] for name in _CITED} for citation in claim["citations"]],
    }
