"""A record of 100,000 claims, made of the dossier's, and what people ask of it and wait for."""

import sqlite3
from pathlib import Path

from api.records.store.database import open_database, write_transaction
from api.records.write.members import rebuild_mentions
from api.records.write.rebuild import rebuild_postings

CLAIM = "abe-seeks-treaty-progress-in-term"
COPIES = 964
#: Tables with rows for each record, and the column that has the record's id; histories among them.
_TABLES = {
    "record": "id",
    "rendering": "id",
    **dict.fromkeys(("revision", "reference", "dependency", "filter_key", "date_key", "name_key"), "record"),
}
#: Every way of asking that people wait for.
HOT = [
    f"/v1/claims/{CLAIM}",
    f"/v1/claims/{CLAIM}?include=citations.source",
    f"/v1/claims/{CLAIM}/references",
    f"/v1/claims/{CLAIM}/provenance",
    f"/v1/claims/{CLAIM}/similar",
    f"/v1/claims/{CLAIM}/revisions",
    f"/v1/claims/{CLAIM}?as_of=seq:200",
    "/v1/claims",
    "/v1/claims?sort=-updated",
    "/v1/claims?sort=-said",
    "/v1/claims?claimant=abe-shinzo&about=four-islands&via.not=nhk&said=2019",
    "/v1/claims?kind=position&count=true",
    "/v1/claims?said=2019-07&match=certain",
    "/v1/claims?via=tass&role=quoted",
    "/v1/claims?within=kuril-islands&count=true",
    "/v1/claims?held=true&check=not-checked&assessment.not=refuted",
    "/v1/claims?id=abe-seeks-treaty-progress-in-term,turnout-48-80",
    "/v1/claims?q=ryukyu",
    "/v1/claims?q=islands&claimant=japan",
    "/v1/claims?facets=kind,claimant,about,said.year&limit=1",
    "/v1/claims?claimant=tass&facets=kind,question,said.month",
    "/v1/parties?dossier=japan-russia-peace-treaty",
    "/v1/search?q=ryukyu",
    "/v1/search?q=hoppo+ryodo",
    "/v1/search?q=%E5%8C%97%E6%96%B9",
    "/v1/search?q=%22peace+treaty%22+-abe&type=claim",
    "/v1/search?q=islands&count=true&facets=type,kind",
    "/v1/search?q=abe&group=type",
    "/v1/suggest?q=ab",
    "/v1/timeline",
    "/v1/timeline?when=2019-06&match=certain",
    "/v1/timeline?nested=true&type=date",
    "/v1/dossiers/japan-russia-peace-treaty/timeline",
    "/v1/dossiers/japan-russia-peace-treaty/positions?question=who-holds-sovereignty",
    "/v1/places/four-islands?perspective=russia",
    "/v1/changes?since=100",
    "/v1/corrections",
]
#: What the past is asked as well, beside the present.
PAST = [
    f"/v1/claims/{CLAIM}",
    f"/v1/claims/{CLAIM}/references",
    f"/v1/claims/{CLAIM}/provenance",
    "/v1/claims",
    "/v1/claims?sort=-updated",
    "/v1/claims?sort=-said",
    "/v1/claims?about=four-islands&count=true",
    "/v1/claims?within=kuril-islands&count=true",
    "/v1/claims?said=2019&match=certain&sort=said",
    "/v1/claims?via=tass&role=quoted",
    "/v1/claims?include=citations.source&limit=20",
    "/v1/claims?facets=kind,claimant,said.year&limit=1",
    "/v1/parties?dossier=japan-russia-peace-treaty",
    "/v1/timeline",
    "/v1/timeline?nested=true&type=date",
    "/v1/dossiers/japan-russia-peace-treaty/timeline",
    "/v1/dossiers/japan-russia-peace-treaty/positions?question=who-holds-sovereignty",
]
#: Copies of the dossier's 105 claims that make 10,080 of them.
FEWER_COPIES = 95


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def enlarge(path: Path, copies: int = COPIES) -> None:
    """Copy every claim of a database with its keys and its history, under ids of their own: 101,325 of the
    dossier's 105. What is derived from keys as a whole is made anew."""
    with sqlite3.connect(path) as connection:
        # Nobody needs what is half made: without a journal it is made in half the time.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        _multiply(connection, copies)
    database = open_database(f"sqlite:///{path}")
    with write_transaction(database):
        rebuild_postings(database)
        rebuild_mentions(database)
    database.close()


def _multiply(connection: sqlite3.Connection, copies: int) -> None:
    connection.execute("PRAGMA synchronous = OFF")
    numbers = f"WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {copies}) "
    connection.execute("CREATE TEMP TABLE claim AS SELECT id FROM record WHERE type = 'claim'")
    for table, key in _TABLES.items():
        columns = [f'"{c}"' for c in _columns(connection, table)]
        made = [f"t.{c} || '-' || n.i" if c == f'"{key}"' else f"t.{c}" for c in columns]
        connection.execute(
            f"{numbers} INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(made)} "
            f"FROM {table} t, n WHERE t.{key} IN (SELECT id FROM claim)"
        )
    connection.execute(
        f"{numbers} INSERT INTO search_row (record, type, scope, digest) "
        "SELECT s.record || '-' || n.i, s.type, s.scope, '' FROM search_row s, n "
        "WHERE s.record IN (SELECT id FROM claim)"
    )
    for table in ("public_words", "public_parts"):
        connection.execute(
            f"INSERT INTO {table} (rowid, title, names, text) "
            f"SELECT s.id, o.title, o.names, o.text FROM claim c JOIN search_row k ON k.record = c.id "
            f"JOIN {table} o ON o.rowid = k.id JOIN search_row s "
            "ON s.record > c.id || '-' AND s.record < c.id || '.' AND s.digest = '' "
            "AND CAST(substr(s.record, length(c.id) + 2) AS INTEGER) > 0"
        )
