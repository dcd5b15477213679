"""The straightforward version: peewee rows, dumped by marshmallow for each request.

What one would write first: a table a type, relations as tables, nested schemas, references looked up with
the record. It reads the same dossier and gives the claim's main members.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from marshmallow import Schema, fields
from peewee import BooleanField, ForeignKeyField, Model, SqliteDatabase, TextField

database = SqliteDatabase(None, pragmas={"journal_mode": "wal"})


class Base(Model):
    class Meta:
        database = database


class Party(Base):
    id = TextField(primary_key=True)
    name = TextField()


class Source(Base):
    id = TextField(primary_key=True)
    title = TextField()
    url = TextField(null=True)
    held = BooleanField()
    publisher = ForeignKeyField(Party)


class Claim(Base):
    id = TextField(primary_key=True)
    proposition = TextField()
    kind = TextField()
    said = TextField(null=True)


class Link(Base):
    claim = ForeignKeyField(Claim, backref="attribution")
    party = ForeignKeyField(Party)
    role = TextField()
    source = ForeignKeyField(Source, null=True)


class Citation(Base):
    claim = ForeignKeyField(Claim, backref="citations")
    source = ForeignKeyField(Source)
    locator = TextField()


class PartySchema(Schema):
    id = fields.String()
    name = fields.String()


class SourceSchema(Schema):
    id = fields.String()
    title = fields.String()
    url = fields.String()
    held = fields.Boolean()


class LinkSchema(Schema):
    party = fields.Nested(PartySchema)
    role = fields.String()
    source = fields.Nested(SourceSchema)


class CitationSchema(Schema):
    source = fields.Nested(SourceSchema)
    locator = fields.Function(lambda citation: json.loads(citation.locator))


class ClaimSchema(Schema):
    id = fields.String()
    proposition = fields.String()
    kind = fields.String()
    said = fields.String()
    attribution = fields.List(fields.Nested(LinkSchema))
    citations = fields.List(fields.Nested(CitationSchema))


ONE, MANY = ClaimSchema(), ClaimSchema(many=True)
app = Flask(__name__)


@app.get("/claims/<record_id>")
def one(record_id: str) -> Response:
    return jsonify(ONE.dump(Claim.get_by_id(record_id)))


@app.get("/claims")
def many() -> Response:
    limit = request.args.get("limit", 50, type=int)
    claims = Claim.select().order_by(Claim.id).limit(limit).prefetch(Link, Citation, Source, Party)
    return jsonify({"data": MANY.dump(claims)})


def fill(records: dict[str, list[dict[str, Any]]]) -> None:
    """Load the parties, sources and claims of a dossier."""
    database.create_tables([Party, Source, Claim, Link, Citation])
    Party.insert_many([{"id": p["id"], "name": p["name"]} for p in records["parties"]]).execute()
    Source.insert_many(
        [
            {
                "id": s["id"],
                "title": s["title"],
                "url": s.get("url"),
                "held": s["held"],
                "publisher": s["publisher"],
            }
            for s in records["sources"]
        ]
    ).execute()
    for claim in records["claims"]:
        Claim.create(
            id=claim["id"], proposition=claim["proposition"], kind=claim["kind"], said=claim.get("said")
        )
        for link in claim.get("attribution", []):
            Link.create(claim=claim["id"], party=link["party"], role=link["role"], source=link.get("source"))
        for citation in claim["citations"]:
            locator = json.dumps(citation.get("locator", {}))
            Citation.create(claim=claim["id"], source=citation["source"], locator=locator)


database.init(os.environ.get("BENCH_PLAIN_DB", ":memory:"))
if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from api.formats.dossier_files import read_files

    found: dict[str, list[dict[str, Any]]] = {"parties": [], "sources": [], "claims": []}
    for entry in read_files([Path(sys.argv[1])]).entries:
        plural = {"party": "parties", "source": "sources", "claim": "claims"}.get(entry.type)
        if plural:
            found[plural].append(entry.record)
    fill(found)
