"""Records one after another, for archives, spreadsheets and the web of data: lines of JSON, claims as a
table, a graph in the words of schema.org."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from typing import Any, Final

import orjson

from api.records.core.registry import RecordType
from api.records.core.sql import run, sql
from api.records.core.state import State
from schemas.base import Json

from . import schema_org
from .addresses import page_address

#: Records that are in memory at once.
_AT_ONCE: Final = 500


def bodies(state: State, record_type: RecordType) -> Iterator[bytes]:
    """The records of a type as they are served, by id."""
    last = ""
    while rows := _rows_behind(state, record_type, last):
        last = rows[-1][0]
        yield from (bytes(row[1]) for row in rows)


def _rows_behind(state: State, record_type: RecordType, last: str) -> list[Any]:
    query = sql(
        "SELECT r.id, r.body FROM record r WHERE r.type = {type} AND r.status IN ({statuses}) "
        "AND r.id > {last} ORDER BY r.id LIMIT {most}",
        type=record_type.name,
        statuses=list(state.statuses),
        last=last,
        most=_AT_ONCE,
    )
    return list(run(state.database, query).fetchall())


def json_lines(bodies: Iterable[bytes]) -> Iterator[bytes]:
    """Each record as a line of JSON (https://jsonlines.org), as a read by its id answers."""
    return (body + b"\n" for body in bodies)


def table_of_claims(bodies: Iterable[bytes]) -> Iterator[bytes]:
    """Claims as CSV (RFC 4180) in UTF-8, with a byte-order mark: else spreadsheets read other letters."""
    yield "\ufeff".encode() + _row(COLUMNS)
    for body in bodies:
        claim: Json = orjson.loads(body)
        yield _row(_safe(_cell(read(claim))) for read in COLUMNS.values())


def json_ld(bodies: Iterable[bytes], publisher: str, base: str) -> Iterator[bytes]:
    """Records as one graph in the words of schema.org, as their pages carry it, each named by its page.

    `base`: what the addresses of pages begin with.
    """
    yield b'{"@context":"https://schema.org","@graph":['
    before = b""
    for body in bodies:
        yield before + orjson.dumps(_node(orjson.loads(body), publisher, base))
        before = b",\n"
    yield b"]}\n"


def _node(record: Json, publisher: str, base: str) -> Json:
    page = f"{base}{page_address(record['links']['self'])}"
    return {"@id": page, **schema_org.node_of(record, publisher, base)}


def _row(cells: Iterable[str]) -> bytes:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _cell(value: Any) -> str:
    """A value as text; of several, each behind a semicolon."""
    if isinstance(value, list):
        return "; ".join(map(_cell, value))
    return "" if value is None else str(value)


#: What a spreadsheet would compute (CWE-1236).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _link(link: Json) -> str:
    return f"{link['role']} {link['party']['name']}"


def _quantity(quantity: Json) -> str:
    low, high = quantity["low"], quantity["high"]
    bounds = f" ({low or ''} to {high or ''})" if low or high else ""
    out_of = f" of {quantity['out_of']}" if quantity["out_of"] else ""
    about = "about " if quantity["approximate"] else ""
    value = f"{about}{quantity['value'] or ''}{out_of}{bounds} {quantity['unit'] or ''}"
    return f"{quantity['of']}: {' '.join(value.split())}"


def _review(review: Json) -> str:
    said = review["status"] or (review["rating"] or {}).get("label") or ""
    return f"{review['by']['name']}: {said}"


def _of(member: str, *way: str) -> Callable[[Json], Any]:
    """What stands in a member of a claim, or further in."""

    def read(claim: Json) -> Any:
        found: Any = claim[member]
        for name in way:
            found = [one[name] for one in found] if isinstance(found, list) else found and found[name]
        return found

    return read


#: The table's columns -> what each says of a claim as served.
COLUMNS: Final[dict[str, Callable[[Json], Any]]] = {
    "id": _of("id"),
    "status": _of("meta", "status"),
    "revision": _of("meta", "revision"),
    "published": _of("meta", "published"),
    "updated": _of("meta", "updated"),
    "kind": _of("kind"),
    "proposition": _of("proposition"),
    "language": _of("language"),
    "claimant": _of("claimant", "id"),
    "claimant_name": _of("claimant", "name"),
    "attribution": lambda claim: [*map(_link, claim["attribution"])],
    "position_of": _of("position_of", "id"),
    "said": _of("said", "edtf"),
    "said_earliest": _of("said", "earliest"),
    "said_latest": _of("said", "latest"),
    "valid": _of("valid", "edtf"),
    "valid_earliest": _of("valid", "earliest"),
    "valid_latest": _of("valid", "latest"),
    "about_parties": _of("about", "parties", "id"),
    "about_places": _of("about", "places", "id"),
    "about_dates": _of("about", "dates", "id"),
    "quantities": lambda claim: [*map(_quantity, claim["quantities"])],
    "sources": _of("citations", "source", "id"),
    "quotes": lambda claim: [c["quote"] for c in claim["citations"] if c["quote"]],
    "links": lambda claim: [c["deep_link"] for c in claim["citations"] if c["deep_link"]],
    "answers": lambda claim: [f"{a['question']}: {a['stance']}" for a in claim["answers"]],
    "relations": lambda claim: [f"{r['type']} {r['claim']['id']}" for r in claim["relations"]],
    "origins": _of("origins", "count"),
    "standing": _of("standing"),
    "assessment": _of("assessment", "status"),
    "assessment_note": _of("assessment", "note"),
    "reviews": lambda claim: [*map(_review, claim["reviews"])],
    "dossiers": _of("dossiers", "id"),
    "address": _of("links", "self"),
}
