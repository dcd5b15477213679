"""Who holds what, question by question: the stances of each side in time order, and who contradicts whom.

Columns are made from keys, which are short; only claims that are shown are read whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from schemas.base import Json, quoted
from schemas.query import Query, QueryError, QueryFault
from schemas.vocabularies import SIDED_CLAIM_KINDS

from ..core.filters import touching
from ..core.registry import DOSSIER, PARTY
from ..core.sql import ALWAYS, sql
from ..core.state import State
from ..read.records import read_many, read_record
from ..read.select import resolve
from ..store.deadline import parsed

#: Claims shown of a column; `href` leads to all of them.
MOST_CLAIMS = 100
#: A party that was retracted still stands for what it said.
_NAMEABLE = ("published", "retracted")
#: What `by` takes -> the filter by which a claim is found in a column.
COLUMNS = {"position": "side", "claimant": "claimant"}


class Held(NamedTuple):
    """A claim's answer to a question, at its place in time; `side` is None for what is stated as fact.

    `doubted`: whether the date itself is in doubt, so that nothing surely comes before or after it.
    """

    missing: int
    earliest: str
    latest: str
    claim: str
    question: str
    stance: str
    doubted: int
    side: str | None


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
    table = _Table(state, _held(state, questions, query), query["by"], _narrowing(query, state))
    chosen = list(dict.fromkeys(parties.values())) if "party" in query.given else None
    expected = chosen or _sides(state, dossier_id, questions)
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
SELECT d.missing, d.earliest, d.latest, r.id, k.value, k.qualifier, d.low IS NULL, w.value FROM filter_key k
JOIN {records} r ON r.id = k.record AND {shows}
JOIN date_key d ON d.record = r.id AND d.field = 'said' AND {d_holds}
LEFT JOIN filter_key w ON w.record = r.id AND w.filter = {column} AND {w_holds}
WHERE k.type = 'claim' AND k.filter = 'question' AND k.value IN ({questions}) AND {k_holds}
AND {told}
"""
#: The sides of claims that name the dossier or answer its questions, and state a position or take a side.
_SIDES = """
SELECT DISTINCT w.value FROM filter_key k
JOIN {records} r ON r.id = k.record AND {shows}
JOIN filter_key t ON t.record = r.id AND {t_holds}
AND (t.filter = 'position_of' OR (t.filter = 'kind' AND t.value IN ({kinds})))
JOIN filter_key w ON w.record = r.id AND w.filter = 'side' AND {w_holds}
WHERE k.type = 'claim' AND {k_holds}
AND ((k.filter = 'dossier' AND k.value = {dossier}) OR (k.filter = 'question' AND k.value IN ({questions})))
ORDER BY w.value
"""


def _sides(state: State, dossier: str, questions: Sequence[str]) -> list[str]:
    """Everybody whom an answer may be expected of."""
    rows = state.rows(
        sql(
            _SIDES,
            records=state.records,
            shows=state.shows("r"),
            dossier=dossier,
            questions=questions,
            kinds=SIDED_CLAIM_KINDS,
            **{f"{key}_holds": state.holds(key) for key in "tkw"},
        )
    )
    return [row[0] for row in rows]


def _held(state: State, questions: Sequence[str], query: Query) -> list[Held]:
    """Every answer to these questions that the query asks for, in time order."""
    rows = state.rows(
        sql(
            _ANSWERS,
            records=state.records,
            shows=state.shows("r"),
            column=COLUMNS[query["by"]],
            questions=questions,
            told=touching("d", query["said"], query["match"]) if "said" in query.given else ALWAYS,
            **{f"{key}_holds": state.holds(key) for key in "dwk"},
        )
    )
    return sorted(Held(*row) for row in rows)


def _claims(state: State, ids: Sequence[str]) -> dict[str, Json]:
    """Claims as served, by id."""
    return {stored.id: parsed(stored.body) for stored in read_many(state, ids)}


def _parties(state: State, ids: Sequence[str]) -> dict[str, Json]:
    """References to parties, by id."""
    parties = [parsed(stored.body) for stored in read_many(state.of(_NAMEABLE), ids)]
    return {party["id"]: _reference(party) for party in parties}


def _reference(party: Json) -> Json:
    return PARTY.reference(party["id"], party["name"], party["meta"]["status"])


# The table


class _Table:
    """Questions in rows, sides in columns."""

    def __init__(self, state: State, held: Sequence[Held], by: str, narrowing: str) -> None:
        self._state, self._by, self._narrowing = state, COLUMNS[by], narrowing
        self._cells: dict[tuple[str, str | None], list[Held]] = {}
        for answer in held:
            self._cells.setdefault((answer.question, answer.side), []).append(answer)
        #: Every side that answers any question.
        self.sides = sorted({answer.side for answer in held if answer.side})
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
        shown = chain.from_iterable(_shown(cell) for cell in cells)
        self._claims = _claims(self._state, list(dict.fromkeys(shown)))
        # Where the bytes of that time were taken out, a party has no name.
        named = list(dict.fromkeys((*wanted, *expected)))
        nameless = {side: PARTY.reference(side, None) for side in named}
        self._parties = nameless | _parties(self._state, named)

    def question(self, question: Json) -> Json:
        """One row, with the columns of the parties wanted."""
        of = {side: cell for (asked, side), cell in self._cells.items() if asked == question["id"]}
        columns = [self._column(question["id"], side, of[side]) for side in self.sides
                   if side in of and side in self._wanted]  # fmt: skip
        silent = [self._parties[side] for side in sorted(self._expected) if side not in of]
        fact = of.get(None, [])
        seen = {
            held.claim: side
            for side, cell in of.items()
            if side is None or side in self._wanted
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
        changed = _changed(cell)
        return {
            "party": self._parties[side],
            "stances": stances,
            "changed": changed,
            "several": len(stances) > 1 and not changed,
            "total": len(cell),
            "claims": self._entries(cell),
            "href": f"/v1/claims?question={question}&{self._by}={side}{self._narrowing}",
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


def _changed(cell: Sequence[Held]) -> bool:
    """Whether one stance surely follows another: every day that it may have been taken on comes later."""
    certain = [held for held in cell if not held.missing and not held.doubted]
    ended: dict[str, str] = {}
    for held in certain:
        ended[held.stance] = min(held.latest, ended.get(held.stance, held.latest))
    return any(
        held.earliest > latest
        for held in certain
        for stance, latest in ended.items()
        if stance != held.stance
    )


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
