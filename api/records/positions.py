"""Who holds what, question by question: the stances of each side in time order, and who contradicts whom."""

from collections.abc import Sequence
from typing import Any

import orjson
from peewee import Database

from schemas.base import quoted
from schemas.fuzzy_date import EARLIEST, LATEST
from schemas.query import Query, QueryError, QueryFault

from .database import placeholders
from .history import Moment, published_then, read_past
from .reading import read_record
from .selection import id_faults
from .types import CLAIM, DOSSIER, PUBLIC, Json

_ANSWERING = (
    "SELECT DISTINCT r.id, r.body FROM filter_key k JOIN record r ON r.id = k.record "
    "WHERE k.type = 'claim' AND k.filter = 'question' AND k.value IN ({marks}) AND r.status = 'published' "
    "ORDER BY r.id"
)


def read_positions(database: Database, dossier_id: str, query: Query, moment: Moment | None = None) -> Json:
    """The positions of a dossier: {`dossier`, `questions`, `query`}.

    `by`: `position` (whose position it is: `position_of`, else the claimant) or `claimant` (who spoke).

    Raises NotFound, Gone or Merged as a read of the dossier does; QueryError for a question that is not
    its own, and for a party that is none.
    """
    dossier = _dossier(database, dossier_id, moment)
    asked = _asked_questions(dossier, query)
    _require_parties(database, query["party"] or ())
    claims = _claims(database, [question["id"] for question in dossier["questions"]], moment)
    by = query["by"]
    everybody = _sides(claims, by)
    return {
        "dossier": {"type": "dossier", "id": dossier_id, "href": dossier["links"]["self"]},
        "questions": [_question(question, claims, everybody, query) for question in asked],
        "query": {name: query[name] for name in sorted(query.given)} | {"by": by},
    }


def _dossier(database: Database, dossier_id: str, moment: Moment | None) -> Json:
    stored = (
        read_past(database, DOSSIER, dossier_id, moment).stored
        if moment
        else read_record(database, DOSSIER, dossier_id, PUBLIC)
    )
    dossier: Json = orjson.loads(stored.body)
    return dossier


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


def _require_parties(database: Database, parties: Sequence[str]) -> None:
    if faults := id_faults(database, "party", ("party",), parties):
        raise QueryError(faults)


def _claims(database: Database, questions: Sequence[str], moment: Moment | None) -> list[Json]:
    """The published claims that answer any of the questions, by id."""
    if moment is not None:
        past = [orjson.loads(p.stored.body) for p in published_then(database, (CLAIM.name,), moment)]
        return [c for c in past if any(a["question"] in questions for a in c["answers"])]
    if not questions:
        return []
    sql = _ANSWERING.format(marks=placeholders(questions))
    rows = database.execute_sql(sql, list(questions)).fetchall()
    return [orjson.loads(bytes(row[1])) for row in rows]


def _side(claim: Json, by: str) -> Json | None:
    """Whose column a claim stands in; None for what is stated as fact, without a chain."""
    side = claim["claimant"] if by == "claimant" else claim["position_of"] or claim["claimant"]
    return side if side is None else dict(side)


def _sides(claims: list[Json], by: str) -> dict[str, Json]:
    """Everybody who answers any question of the dossier, by id."""
    found = {side["id"]: side for claim in claims if (side := _side(claim, by))}
    return dict(sorted(found.items()))


def _question(question: Json, claims: list[Json], everybody: dict[str, Json], query: Query) -> Json:
    answering = sorted(
        ((answer["stance"], claim) for claim in claims for answer in claim["answers"]
         if answer["question"] == question["id"]),
        key=lambda pair: _when(pair[1]),
    )  # fmt: skip
    wanted = query["party"] if "party" in query.given else list(everybody)
    columns: list[Json] = []
    for side in (everybody[i] for i in everybody if i in wanted):
        held = [_entry(s, c) for s, c in answering if (_side(c, query["by"]) or {}).get("id") == side["id"]]
        if held:
            stances = list(dict.fromkeys(entry["stance"] for entry in held))
            columns.append({"party": side, "stances": stances, "changed": len(stances) > 1, "claims": held})
    heard = {column["party"]["id"] for column in columns}
    return {
        "id": question["id"],
        "text": question["text"],
        "positions": columns,
        "stated_as_fact": [_entry(s, c) for s, c in answering if _side(c, query["by"]) is None],
        "silent": [side for i, side in everybody.items() if i in wanted and i not in heard],
        "contradictions": _contradictions([claim for _, claim in answering]),
    }


def _when(claim: Json) -> tuple[Any, ...]:
    said = claim["said"]
    if said is None:
        return (1, "", "", claim["id"])
    return (0, said["earliest"] or EARLIEST, said["latest"] or LATEST, claim["id"])


_CITED = ("source", "locator", "deep_link", "check")


def _entry(stance: str, claim: Json) -> Json:
    """A claim as it stands in a column."""
    return {
        "stance": stance,
        "claim": {k: claim[k] for k in ("type", "id")}
        | {"name": claim["proposition"], "href": claim["links"]["self"]},
        "claimant": claim["claimant"],
        "said": claim["said"],
        "origins": claim["origins"]["count"],
        "citations": [
            {k: c[k] for k in ("source", "locator", "deep_link", "check")} for c in claim["citations"]
        ],
    }


def _contradictions(claims: list[Json]) -> list[list[str]]:
    """Pairs of ids of claims to one question of which one contradicts the other."""
    here = {claim["id"] for claim in claims}
    pairs = {
        tuple(sorted((claim["id"], relation["claim"]["id"])))
        for claim in claims
        for relation in claim["relations"]
        if relation["type"] == "contradicts" and relation["claim"]["id"] in here
    }
    return [list(pair) for pair in sorted(pairs)]
